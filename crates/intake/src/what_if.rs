//! What would be otherwise if a rule were changed: the directory with the change is asked about the same calls as the
//! directory without it. Judges one event of each combination of what a verdict depends on; knows neither rows nor time.

use std::hash::BuildHasher as _;

use event::column::{Column, DictColumn};
use event::{Batch, FieldId, Row, Timestamp, field as f};
use foldhash::fast::FixedState;
use ipnet::IpNet;
use serde::Serialize;

use crate::directory::{
    Call, Caller, Directory, Fault, Found, From, Judge, Open, Rules, Window, address, fill, groups, held,
    matches, nearest, network, paths_of_routes, window,
};
use crate::explain::Kind;

mod change;

pub use change::{Change, What};

/// What would become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flip {
    /// The same as it did.
    Same,
    /// It was refused and would pass.
    Allow,
    /// It passed and would be refused.
    Deny,
    /// It passed, and as nothing is known of the caller's groups nobody can tell.
    Unknown,
}

/// The fields that a verdict depends on, besides address and time.
pub const FIELDS: &[FieldId] = &[
    f::SOURCE,
    f::CONSUMER_ID,
    f::CONSUMER_NAME,
    f::CLAIMED_CONSUMER,
    f::CONSUMER_GROUPS,
    f::API_KEY_ID,
    f::ROUTE_ID,
    f::ROUTE,
    f::METHOD,
    f::SERVICE,
    f::API_ID,
    f::API,
    f::STAGE,
    f::DOMAIN,
    f::ENVIRONMENT,
    f::GRANTED,
    f::REASON,
];

/// A change that is tried out.
pub struct Trial {
    before: Directory,
    after: Directory,
    change: Change,
    kind: Kind,
    /// Whether the directory knows what the change is made to.
    pub is_known: bool,
    networks: Vec<Vec<IpNet>>,
    windows: Vec<Vec<Open>>,
    moments: Vec<From>,
}

impl Trial {
    /// Makes a change ready to be tried; the fault says what is wrong with it.
    pub fn new(directory: &Directory, change: Change) -> Result<Trial, Fault> {
        change.check()?;
        let (after, is_known) = change.apply(directory);
        let mut lists: (Vec<Vec<String>>, Vec<Vec<Window>>) = Default::default();
        for rules in directory.rules().chain(after.rules()) {
            for list in [&rules.allow_ips, &rules.deny_ips] {
                if !list.is_empty() && !lists.0.contains(list) {
                    lists.0.push(list.clone());
                }
            }
            if !rules.windows.is_empty() && !lists.1.contains(&rules.windows) {
                lists.1.push(rules.windows.clone());
            }
        }
        let networks = lists.0.iter().map(|list| list.iter().filter_map(|text| network(text)).collect());
        let windows = lists.1.iter().map(|list| list.iter().filter_map(|given| window(given).ok()).collect());
        Ok(Trial {
            before: directory.clone(),
            kind: change.kind.of_rule(),
            is_known,
            networks: networks.collect(),
            windows: windows.collect(),
            moments: directory.moments(From::MIN, From::MAX),
            after,
            change,
        })
    }

    /// Whether addresses count, and times.
    pub fn looks_at(&self) -> (bool, bool) {
        (!self.networks.is_empty(), !self.windows.is_empty() || !self.moments.is_empty())
    }

    /// The class of an address: which lists it is on.
    pub fn class(&self, ip: &str) -> u64 {
        let Some(ip) = address(ip) else { return u64::MAX };
        let on: Vec<bool> =
            self.networks.iter().map(|list| list.iter().any(|network| network.contains(&ip))).collect();
        FixedState::default().hash_one(on)
    }

    /// The class of a time: which windows are open, and which version of the directory holds.
    pub fn mark(&self, time: i64) -> u64 {
        let stretch = self.moments.partition_point(|moment| *moment <= time);
        let open: Vec<bool> =
            self.windows.iter().map(|list| list.iter().any(|window| window.holds(Timestamp(time)))).collect();
        FixedState::default().hash_one((stretch, open))
    }

    /// Fields of which it only counts whether they lead to what the change is made to, or are known at all.
    pub fn narrowed(&self) -> &'static [FieldId] {
        match (self.change.member(), self.change.target()) {
            (None, Some(("route", _))) => &[f::ROUTE, f::ROUTE_ID],
            _ => &[],
        }
    }

    /// The class of a text of such a field.
    pub fn narrow(&self, field: FieldId, text: &str) -> u64 {
        let Some((_, name)) = self.change.target() else { return 0 };
        let mut is_known = false;
        for route in self.before.each().chain(self.after.each()).flat_map(|known| known.every_route()) {
            let leads = route.name == text
                || route.id.as_deref() == Some(text)
                || field == f::ROUTE && route.templates.iter().any(|template| matches(template, text));
            is_known |= leads;
            if leads && (route.name == name || route.id.as_deref() == Some(name)) {
                return FixedState::default().hash_one(text) | 2;
            }
        }
        u64::from(is_known)
    }

    /// What would become of each event of a batch.
    pub fn judge(&self, batch: &Batch) -> Vec<Flip> {
        let mut before = batch.clone();
        paths_of_routes(&mut before);
        let mut after = before.clone();
        self.regroup(&mut after);
        let (calls, callers) = fill(&mut before, &self.before);
        let (calls_after, callers_after) = fill(&mut after, &self.after);
        let (mut judge, mut judge_after) = (Judge::default(), Judge::default());
        (0..batch.len())
            .map(|row| {
                let was = Side::of(&before, &calls, &callers, row);
                let is = Side::of(&after, &calls_after, &callers_after, row);
                let both = was.zip(is);
                both.map_or(Flip::Same, |(was, is)| self.flip(&was, &is, &mut judge, &mut judge_after))
            })
            .collect()
    }

    fn flip(&self, was: &Side<'_>, is: &Side<'_>, before: &mut Judge, after: &mut Judge) -> Flip {
        // A call that the rules treat alike before and after is not touched by the change.
        if was.in_force(self.kind) == is.in_force(self.kind) {
            return Flip::Same;
        }
        let refuses = |side: &Side<'_>, judge: &mut Judge| -> (bool, bool) {
            let kinds: Vec<Kind> =
                judge.all(side.row, side.call, side.caller).map(|verdict| Kind::of(verdict.code)).collect();
            (kinds.contains(&self.kind), !kinds.is_empty())
        };
        let (did, _) = refuses(was, before);
        let (does, by_any) = refuses(is, after);
        match was.row.int(f::GRANTED) {
            Some(0) => {
                let reason = was.row.text(f::REASON).unwrap_or_default();
                // The rule that refused it is the one that changes: the directory says so, or the change tells all of it.
                let kind = self.change.kind;
                let is_it = did || kind == What::TimeWindow || kind.widens() && !self.is_known;
                if Kind::of(reason) == self.kind && is_it && !by_any { Flip::Allow } else { Flip::Same }
            }
            // What is allowed today by a thing nobody knows the rules of is not known either.
            _ if self.change.kind.widens() && !self.is_known => Flip::Same,
            _ if does && !did => Flip::Deny,
            _ if self.kind == Kind::Groups && !does && groups(is.row, is.caller).is_none() => Flip::Unknown,
            _ => Flip::Same,
        }
    }

    /// Puts the consumer of the change into a group, or takes it out.
    fn regroup(&self, batch: &mut Batch) {
        let (Some(consumer), Some(group)) = (self.change.member(), self.change.group.as_ref()) else {
            return;
        };
        let is_it = |row: Row<'_>| {
            row.text(f::CONSUMER_NAME) == Some(consumer) || row.text(f::CONSUMER_ID) == Some(consumer)
        };
        let edits: Vec<(usize, String)> = batch
            .rows()
            .filter(|row| is_it(*row))
            .map(|row| {
                let mut own: Vec<String> = row
                    .text(f::CONSUMER_GROUPS)
                    .and_then(|text| serde_json::from_str(text).ok())
                    .unwrap_or_default();
                own.retain(|one| one != group);
                if self.change.kind == What::AddGroup {
                    own.push(group.clone());
                }
                (row.place(), serde_json::to_string(&own).unwrap_or_default())
            })
            .collect();
        let mut column = match batch.take_column(f::CONSUMER_GROUPS) {
            Some(Column::Dict(column)) => column,
            _ => DictColumn::default(),
        };
        column.ids.resize(batch.len(), 0);
        for (row, text) in edits {
            let number = column.dict.number(&text);
            if let Some(id) = column.ids.get_mut(row) {
                *id = number;
            }
        }
        batch.set_column(f::CONSUMER_GROUPS, Column::Dict(column));
    }
}

/// One call as one of the two directories knows it.
struct Side<'d> {
    row: Row<'d>,
    call: &'d Call<'d>,
    caller: Option<&'d Caller<'d>>,
}

impl<'d> Side<'d> {
    fn of(
        batch: &'d Batch,
        calls: &'d Found<Call<'d>>,
        callers: &'d Found<Caller<'d>>,
        row: usize,
    ) -> Option<Side<'d>> {
        Some(Side { row: batch.row(row), call: calls.get(row)?, caller: callers.get(row) })
    }

    /// What the verdict of a kind depends on, the event itself aside.
    fn in_force(&self, kind: Kind) -> (Rules, Option<Vec<String>>) {
        let held = held(self.call, self.caller);
        let rules = nearest(&held, |rules| kind.says(rules)).map(|held| held.rules);
        let own = if kind == Kind::Groups { groups(self.row, self.caller) } else { None };
        (rules.map(|rules| kind.only(rules)).unwrap_or_default(), own)
    }
}

#[cfg(test)]
#[path = "what_if_tests.rs"]
mod tests;
