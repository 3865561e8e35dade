//! Who may call what, and who does: each consumer, group and route that go together by the rules, beside the calls that were
//! let pass; and the fewest memberships and list entries that let the same calls pass. Pure: the directory, one event of
//! each combination and how often it occurs in; lists out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use event::{Batch, FieldId, Timestamp, field as f};
use serde::Serialize;

use crate::directory::{Directory, Entity, From, Known, fill, paths_of_routes};

mod cover;
mod export;

pub use cover::{Membership, RouteList, Smallest};
pub use export::Export;

/// Grants that are listed; beyond it the answer says that it is cut.
pub const GRANTS_MAX: usize = 100_000;

/// The fields that tell who called what.
pub const FIELDS: &[FieldId] = &[
    f::SOURCE,
    f::CONSUMER_ID,
    f::CONSUMER_NAME,
    f::ROUTE_ID,
    f::ROUTE,
    f::METHOD,
    f::SERVICE,
    f::API_ID,
    f::API,
    f::DOMAIN,
];

/// One way in which a consumer may call a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Who says so in the directory.
    pub origin: String,
    /// The consumer.
    pub consumer: String,
    /// The group that both have.
    pub group: String,
    /// The route.
    pub route: String,
    /// Calls of that consumer to that route which passed; several groups may allow the same calls.
    pub calls: u64,
    /// The last of them.
    pub last_seen: Option<String>,
    /// Whether there were any.
    pub used: bool,
}

/// Calls that were seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// How many.
    pub calls: u64,
    /// The time of the last, in microseconds.
    pub last: i64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Grants {
    /// Every grant of the directory: those never used first.
    pub grants: Vec<Grant>,
    /// How many there are.
    pub total: usize,
    /// How many of them were used.
    pub used: usize,
    /// The fewest memberships and entries that cover what was used.
    pub smallest: Smallest,
    /// The change as text.
    pub export: Export,
    /// What to know about it.
    pub note: Option<String>,
}

/// A consumer or route of an origin, by its key.
type Key = (String, String);
/// The use of each consumer and route.
type Use = HashMap<(Key, Key), Seen>;

/// Which grants there are at a moment, and which were used by the events of a batch.
pub fn grants(directory: &Directory, at: From, batch: &Batch, seen: &[Seen]) -> Grants {
    let uses = uses(directory, batch, seen);
    let mut all = Vec::new();
    let mut is_cut = false;
    for known in directory.each() {
        let origin = &known.origin.name;
        let mut by_group: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        let routes: Vec<_> = known.origin.lists.routes.iter().filter_map(|(_, life)| life.at(at)).collect();
        for route in &routes {
            for group in &known.rules_of(route, at).allow_groups {
                let name = known.groups.name(group, at).to_owned();
                by_group.entry(name).or_default().push((route.key(), route.label()));
            }
        }
        for (_, life) in known.origin.lists.consumers.iter() {
            let Some(consumer) = life.at(at) else { continue };
            for group in &consumer.groups {
                let group = known.groups.name(group, at);
                for (key, label) in by_group.get(group).map(Vec::as_slice).unwrap_or_default() {
                    if all.len() == GRANTS_MAX {
                        is_cut = true;
                        break;
                    }
                    let of = |key: &str| (origin.clone(), key.to_owned());
                    let seen = uses.get(&(of(consumer.key()), of(key))).copied().unwrap_or_default();
                    all.push(Grant {
                        origin: origin.clone(),
                        consumer: consumer.label().to_owned(),
                        group: group.to_owned(),
                        route: (*label).to_owned(),
                        calls: seen.calls,
                        last_seen: (seen.calls > 0).then(|| Timestamp(seen.last).to_string()),
                        used: seen.calls > 0,
                    });
                }
            }
        }
    }
    let note = if is_cut {
        Some(format!("only the first {GRANTS_MAX} grants are looked at"))
    } else if all.is_empty() {
        Some(
            "the directory knows no route that allows groups a consumer is in; docs/directory.md says how to add them"
                .to_owned(),
        )
    } else {
        None
    };
    let smallest = cover::smallest(&all);
    all.sort_by(|a, b| {
        (a.used, &a.consumer, &a.route, &a.group).cmp(&(b.used, &b.consumer, &b.route, &b.group))
    });
    Grants {
        total: all.len(),
        used: all.iter().filter(|grant| grant.used).count(),
        export: export::export(&smallest),
        smallest,
        grants: all,
        note,
    }
}

/// Which consumers of the directory called which of its routes.
fn uses(directory: &Directory, batch: &Batch, seen: &[Seen]) -> Use {
    let mut batch = batch.clone();
    paths_of_routes(&mut batch);
    let (calls, callers) = fill(&mut batch, directory);
    let mut uses = Use::new();
    for (row, seen) in seen.iter().enumerate() {
        let (Some(call), Some(caller)) = (calls.get(row), callers.get(row)) else { continue };
        let name = |known: &Known| known.origin.name.clone();
        let routes = call.places.iter().filter_map(|place| Some((name(place.known), place.route?.key())));
        for (origin, route) in routes {
            for (known, consumer) in &caller.consumers {
                let consumer = (name(known), consumer.key().to_owned());
                let sum = uses.entry((consumer, (origin.clone(), route.to_owned()))).or_default();
                sum.calls += seen.calls;
                sum.last = sum.last.max(seen.last);
            }
        }
    }
    uses
}

/// The consumers, groups and routes of grants that belong together, by origin.
fn origins(grants: &[Grant]) -> BTreeSet<&str> {
    grants.iter().map(|grant| grant.origin.as_str()).collect()
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
