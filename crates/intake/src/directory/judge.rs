//! Why the gateway refused a call, where its record does not say it exactly but the rules that held then do. Asked only
//! for calls the gateway itself refused: what a backend answers is never a denial.

use std::net::IpAddr;

use event::column::{Column, DictColumn};
use event::{Batch, Row, Timestamp, field as f};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use ipnet::IpNet;

use super::entity::Entity;
use super::join::{Call, Caller, Found, time};
use super::known::Known;
use super::life::From;
use super::model::{Rules, Window};
use super::rules::{Open, address, network, window};

/// Bytes of a list in the evidence.
const LIST_BYTES_MAX: usize = 80;

/// Rules with who has them.
#[derive(Clone, Copy)]
pub(crate) struct Held<'d> {
    /// Who says so.
    pub(crate) known: &'d Known,
    /// `consumer`, `route`, `service`, `api` or `environment`.
    pub(crate) kind: &'static str,
    pub(crate) name: &'d str,
    pub(crate) id: Option<&'d str>,
    pub(crate) rules: &'d Rules,
}

impl<'d> Held<'d> {
    fn of<T: Entity>(kind: &'static str, known: &'d Known, one: &'d T) -> Option<Held<'d>> {
        Some(Held { known, kind, name: one.label(), id: one.id(), rules: one.rules()? })
    }
}

impl std::fmt::Display for Held<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", if self.kind == "api" { "API" } else { self.kind }, self.name)
    }
}

/// That a rule refuses a call.
pub(crate) struct Verdict<'d> {
    pub(crate) code: &'static str,
    /// `route orders allows groups [gold], consumer has none`.
    pub(crate) text: String,
    /// Whose rule it is.
    pub(crate) of: Held<'d>,
}

/// Makes general reasons exact.
pub(super) fn refine(batch: &mut Batch, calls: &Found<Call<'_>>, callers: &Found<Caller<'_>>) {
    let Some(Column::Dict(reasons)) = batch.column(f::REASON) else { return };
    let general: Vec<General> = reasons.dict.texts().iter().map(General::of).collect();
    if general.iter().all(|general| *general == General::No) {
        return;
    }
    let is_asked = |row: usize| match reasons.ids.get(row).and_then(|id| general.get(*id as usize)) {
        Some(General::Yes) => true,
        Some(General::WhenInferred) => batch.row(row).text(f::EVIDENCE).is_none_or(is_inferred),
        _ => false,
    };
    let mut judge = Judge::default();
    let verdicts: Vec<(usize, &'static str, String)> = (0..batch.len())
        .filter(|row| batch.row(*row).int(f::GRANTED) == Some(0) && is_asked(*row))
        .filter_map(|row| {
            let verdict = judge.ask(batch.row(row), calls.get(row)?, callers.get(row))?;
            Some((row, verdict.code, format!("directory: {}", verdict.text)))
        })
        .collect();
    if verdicts.is_empty() {
        return;
    }
    for (field, is_code) in [(f::REASON, true), (f::EVIDENCE, false)] {
        let mut column = match batch.take_column(field) {
            Some(Column::Dict(column)) => column,
            _ => DictColumn::default(),
        };
        column.ids.resize(batch.len(), 0);
        for (row, code, evidence) in &verdicts {
            let number = column.dict.number(if is_code { code } else { evidence });
            if let Some(id) = column.ids.get_mut(*row) {
                *id = number;
            }
        }
        batch.set_column(field, Column::Dict(column));
    }
}

/// Whether a reason leaves open what the rule was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum General {
    Yes,
    /// Kong's 403 of an identified consumer: its acl plugin, which does not say whether there are no groups at all.
    WhenInferred,
    No,
}

impl General {
    fn of(reason: &str) -> General {
        match reason {
            "other" | "policy_denied" => General::Yes,
            "route_not_allowed" => General::WhenInferred,
            _ => General::No,
        }
    }
}

fn is_inferred(evidence: &str) -> bool {
    evidence.contains("consumer identified")
}

/// Rules made ready once for a batch.
#[derive(Default)]
pub(crate) struct Judge {
    networks: HashMap<*const String, Vec<IpNet>, RandomState>,
    windows: HashMap<*const Window, Vec<Open>, RandomState>,
}

impl Judge {
    /// The first rule that refuses a call: groups, then addresses, then times.
    pub(crate) fn ask<'d>(
        &mut self,
        row: Row<'_>,
        call: &Call<'d>,
        caller: Option<&Caller<'d>>,
    ) -> Option<Verdict<'d>> {
        self.all(row, call, caller).next()
    }

    /// Each rule that refuses a call, at most one of a kind.
    pub(crate) fn all<'d>(
        &mut self,
        row: Row<'_>,
        call: &Call<'d>,
        caller: Option<&Caller<'d>>,
    ) -> impl Iterator<Item = Verdict<'d>> {
        let held = held(call, caller);
        let groups = nearest(&held, |rules| !rules.allow_groups.is_empty() || !rules.deny_groups.is_empty())
            .zip(groups(row, caller))
            .and_then(|(of, groups)| by_groups(of, &groups, time(row)));
        let addresses = nearest(&held, |rules| !rules.allow_ips.is_empty() || !rules.deny_ips.is_empty())
            .zip(row.text(f::IP).and_then(address))
            .and_then(|(of, ip)| self.by_address(of, ip));
        let times =
            nearest(&held, |rules| !rules.windows.is_empty()).and_then(|of| self.by_time(of, time(row)));
        [groups, addresses, times].into_iter().flatten()
    }

    fn by_address<'d>(&mut self, of: Held<'d>, ip: IpAddr) -> Option<Verdict<'d>> {
        let rules = of.rules;
        let says = if !rules.allow_ips.is_empty() && !self.holds(&rules.allow_ips, ip) {
            format!("allows addresses {}", list(&rules.allow_ips))
        } else if self.holds(&rules.deny_ips, ip) {
            format!("denies addresses {}", list(&rules.deny_ips))
        } else {
            return None;
        };
        Some(Verdict { code: "ip_restricted", text: format!("{of} {says}"), of })
    }

    fn by_time<'d>(&mut self, of: Held<'d>, at: From) -> Option<Verdict<'d>> {
        let first = of.rules.windows.first()?;
        let windows = self
            .windows
            .entry(std::ptr::from_ref(first))
            .or_insert_with(|| of.rules.windows.iter().filter_map(|given| window(given).ok()).collect());
        if windows.iter().any(|window| window.holds(Timestamp(at))) {
            return None;
        }
        Some(Verdict {
            code: "time_restricted",
            text: format!("{of} is open {}", open(&of.rules.windows)),
            of,
        })
    }

    fn holds(&mut self, texts: &[String], ip: IpAddr) -> bool {
        let Some(first) = texts.first() else { return false };
        let networks = self
            .networks
            .entry(std::ptr::from_ref(first))
            .or_insert_with(|| texts.iter().filter_map(|text| network(text)).collect());
        networks.iter().any(|network| network.contains(&ip))
    }
}

/// The rules that held, the nearest first; of equally near ones those of the origin that leads.
pub(crate) fn held<'d>(call: &Call<'d>, caller: Option<&Caller<'d>>) -> Vec<Held<'d>> {
    let consumers = caller.into_iter().flat_map(|caller| &caller.consumers);
    let places = || call.places.iter();
    let consumers = consumers.filter_map(|(known, one)| Held::of("consumer", known, *one));
    let routes = places().filter_map(|place| Held::of("route", place.known, place.route?));
    let services = places().filter_map(|place| Held::of("service", place.known, place.service?));
    let apis = places().filter_map(|place| Held::of("api", place.known, place.api?));
    let environments =
        call.environments.iter().filter_map(|(known, one)| Held::of("environment", known, *one));
    consumers.chain(routes).chain(services).chain(apis).chain(environments).collect()
}

/// The nearest rules that say something.
pub(crate) fn nearest<'d>(held: &[Held<'d>], says: impl Fn(&Rules) -> bool) -> Option<Held<'d>> {
    held.iter().find(|held| says(held.rules)).copied()
}

/// The groups of the caller: the record's, which the join has completed. `None` when nothing is known of them.
pub(crate) fn groups(row: Row<'_>, caller: Option<&Caller<'_>>) -> Option<Vec<String>> {
    match row.text(f::CONSUMER_GROUPS) {
        Some(text) => serde_json::from_str(text).ok(),
        None => caller.filter(|caller| !caller.consumers.is_empty()).map(|_| Vec::new()),
    }
}

fn by_groups<'d>(of: Held<'d>, groups: &[String], at: From) -> Option<Verdict<'d>> {
    let name = |text: &String| of.known.groups.name(text, at).to_owned();
    let allowed: Vec<String> = of.rules.allow_groups.iter().map(name).collect();
    let denied: Vec<String> = of.rules.deny_groups.iter().map(name).collect();
    if let Some(group) = groups.iter().find(|group| denied.contains(group)) {
        let text = format!("{of} denies groups {}, consumer has {group}", list(&denied));
        return Some(Verdict { code: "route_not_allowed", text, of });
    }
    if allowed.is_empty() || groups.iter().any(|group| allowed.contains(group)) {
        return None;
    }
    let allows = format!("{of} allows groups {}, consumer has", list(&allowed));
    let (code, text) = match groups {
        [] => ("no_acl_groups", format!("{allows} none")),
        groups => ("route_not_allowed", format!("{allows} {}", list(groups))),
    };
    Some(Verdict { code, text, of })
}

/// `[08:00-18:00 Europe/Berlin]`.
pub(crate) fn open(windows: &[Window]) -> String {
    let open: Vec<String> =
        windows.iter().map(|given| format!("{}-{} {}", given.from, given.to, given.zone)).collect();
    list(&open)
}

/// `[gold, silver]`, not longer than evidence may be.
pub(crate) fn list(texts: &[String]) -> String {
    let mut out = String::from("[");
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        if out.len() + text.len() > LIST_BYTES_MAX {
            out.push('…');
            break;
        }
        out.push_str(text);
    }
    out.push(']');
    out
}
