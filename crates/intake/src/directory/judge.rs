//! Why the gateway refused a call, where its record does not say it exactly but the rules that held then do. Asked only
//! for calls the gateway itself refused: what a backend answers is never a denial.

use std::net::IpAddr;

use event::column::{Column, DictColumn};
use event::{Batch, Timestamp, field as f};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use ipnet::IpNet;

use super::join::{Call, Caller, Found, time};
use super::life::From;
use super::model::{Rules, Window};
use super::rules::{Open, address, network, window};

/// Bytes of a list in the evidence.
const LIST_BYTES_MAX: usize = 80;

/// Rules with who has them, such as `route orders`.
type Held<'d> = (String, &'d Rules);

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
            let (code, evidence) = judge.ask(batch.row(row), calls.get(row)?, callers.get(row))?;
            Some((row, code, evidence))
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
struct Judge {
    networks: HashMap<*const String, Vec<IpNet>, RandomState>,
    windows: HashMap<*const Window, Vec<Open>, RandomState>,
}

impl Judge {
    fn ask(
        &mut self,
        row: event::Row<'_>,
        call: &Call<'_>,
        caller: Option<&Caller<'_>>,
    ) -> Option<(&'static str, String)> {
        let at = time(row);
        let held = held(call, caller);
        let nearest = |has: fn(&Rules) -> bool| held.iter().find(|(_, rules)| has(rules));
        if let Some((who, rules)) =
            nearest(|rules| !rules.allow_groups.is_empty() || !rules.deny_groups.is_empty())
            && let Some(groups) = groups(row, caller)
            && let Some(verdict) = by_groups(call, who, rules, &groups, at)
        {
            return Some(verdict);
        }
        if let Some((who, rules)) = nearest(|rules| !rules.allow_ips.is_empty() || !rules.deny_ips.is_empty())
            && let Some(ip) = row.text(f::IP).and_then(address)
        {
            if !rules.allow_ips.is_empty() && !self.holds(&rules.allow_ips, ip) {
                return Some((
                    "ip_restricted",
                    format!("directory: {who} allows addresses {}", list(&rules.allow_ips)),
                ));
            }
            if self.holds(&rules.deny_ips, ip) {
                return Some((
                    "ip_restricted",
                    format!("directory: {who} denies addresses {}", list(&rules.deny_ips)),
                ));
            }
        }
        let (who, rules) = nearest(|rules| !rules.windows.is_empty())?;
        let first = rules.windows.first()?;
        let windows = self
            .windows
            .entry(std::ptr::from_ref(first))
            .or_insert_with(|| rules.windows.iter().filter_map(|given| window(given).ok()).collect());
        if windows.iter().any(|window| window.holds(Timestamp(at))) {
            return None;
        }
        let open: Vec<String> =
            rules.windows.iter().map(|given| format!("{}-{} {}", given.from, given.to, given.zone)).collect();
        Some(("time_restricted", format!("directory: {who} is open {}", list(&open))))
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

/// The rules that held, the nearest first.
fn held<'d>(call: &Call<'d>, caller: Option<&Caller<'d>>) -> Vec<Held<'d>> {
    let mut held: Vec<Held<'_>> = Vec::with_capacity(5);
    for (_, consumer) in caller.into_iter().flat_map(|caller| &caller.consumers) {
        held.push((format!("consumer {}", consumer.name), &consumer.rules));
    }
    held.extend(call.route.map(|one| (format!("route {}", one.name), &one.rules)));
    held.extend(call.service.map(|one| (format!("service {}", one.name), &one.rules)));
    held.extend(call.api.map(|one| (format!("API {}", one.name), &one.rules)));
    held.extend(call.environment.map(|one| (format!("environment {}", one.name), &one.rules)));
    held
}

/// The groups of the caller: the record's, which the join has completed. `None` when nothing is known of them.
fn groups(row: event::Row<'_>, caller: Option<&Caller<'_>>) -> Option<Vec<String>> {
    match row.text(f::CONSUMER_GROUPS) {
        Some(text) => serde_json::from_str(text).ok(),
        None => caller.filter(|caller| !caller.consumers.is_empty()).map(|_| Vec::new()),
    }
}

fn by_groups(
    call: &Call<'_>,
    who: &str,
    rules: &Rules,
    groups: &[String],
    at: From,
) -> Option<(&'static str, String)> {
    let name =
        |text: &String| call.known.map_or(text.as_str(), |known| known.groups.name(text, at)).to_owned();
    let allowed: Vec<String> = rules.allow_groups.iter().map(name).collect();
    let denied: Vec<String> = rules.deny_groups.iter().map(name).collect();
    if let Some(group) = groups.iter().find(|group| denied.contains(group)) {
        return Some((
            "route_not_allowed",
            format!("directory: {who} denies groups {}, consumer has {group}", list(&denied)),
        ));
    }
    if allowed.is_empty() || groups.iter().any(|group| allowed.contains(group)) {
        return None;
    }
    let allows = format!("directory: {who} allows groups {}, consumer has", list(&allowed));
    Some(match groups {
        [] => ("no_acl_groups", format!("{allows} none")),
        groups => ("route_not_allowed", format!("{allows} {}", list(groups))),
    })
}

/// `[gold, silver]`, not longer than evidence may be.
fn list(texts: &[String]) -> String {
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
