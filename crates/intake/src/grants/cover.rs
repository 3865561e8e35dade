//! The fewest groups of each consumer that still let it call what it called. The smallest set cover is hard to find; this is
//! the usual greedy one: again and again the group that allows most of what is not yet allowed. It is never larger than the
//! smallest by more than a factor of 1 + ln(routes).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Grant, origins};

/// What would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Smallest {
    /// How it was found.
    pub method: &'static str,
    /// Memberships that there are, and that would do.
    pub memberships: [usize; 2],
    /// Entries of routes' lists that there are, and that would do.
    pub entries: [usize; 2],
    /// Consumers with groups they do not need.
    pub consumers: Vec<Membership>,
    /// Routes that allow groups nobody needs there.
    pub routes: Vec<RouteList>,
}

/// The groups of a consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// Who says it.
    pub origin: String,
    /// The consumer.
    pub consumer: String,
    /// Groups it needs.
    pub keep: Vec<String>,
    /// Groups it can leave.
    pub drop: Vec<String>,
}

/// The groups a route allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteList {
    /// Who says it.
    pub origin: String,
    /// The route.
    pub route: String,
    /// Groups that are needed.
    pub keep: Vec<String>,
    /// Groups that are not.
    pub drop: Vec<String>,
}

/// The groups of one consumer, each with the routes it allows and whether they were called.
type Groups<'g> = BTreeMap<&'g str, BTreeSet<(&'g str, bool)>>;

/// Finds what would do.
pub(super) fn smallest(grants: &[Grant]) -> Smallest {
    let mut found = Smallest { method: "greedy set cover for each consumer", ..Smallest::default() };
    for origin in origins(grants) {
        let mut consumers: BTreeMap<&str, Groups<'_>> = BTreeMap::new();
        let mut routes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for grant in grants.iter().filter(|grant| grant.origin == origin) {
            let groups = consumers.entry(&grant.consumer).or_default();
            groups.entry(&grant.group).or_default().insert((&grant.route, grant.used));
            routes.entry(&grant.route).or_default().insert(&grant.group);
        }
        let mut needed: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (consumer, groups) in &consumers {
            let keep = cover(groups, &mut needed);
            let drop: Vec<String> = groups
                .keys()
                .filter(|group| !keep.contains(*group))
                .map(|group| (*group).to_owned())
                .collect();
            found.memberships[0] += groups.len();
            found.memberships[1] += keep.len();
            if !drop.is_empty() {
                let keep = keep.into_iter().map(str::to_owned).collect();
                let (origin, consumer) = (origin.to_owned(), (*consumer).to_owned());
                found.consumers.push(Membership { origin, consumer, keep, drop });
            }
        }
        for (route, groups) in routes {
            let (keep, drop): (Vec<&str>, Vec<&str>) =
                groups.into_iter().partition(|group| needed.contains(&(route, *group)));
            found.entries[0] += keep.len() + drop.len();
            found.entries[1] += keep.len();
            if !drop.is_empty() {
                let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
                let (origin, route) = (origin.to_owned(), route.to_owned());
                found.routes.push(RouteList { origin, route, keep: own(keep), drop: own(drop) });
            }
        }
    }
    found
}

/// The groups to keep; which route needs which of them is noted.
fn cover<'g>(groups: &Groups<'g>, needed: &mut BTreeSet<(&'g str, &'g str)>) -> BTreeSet<&'g str> {
    let used = |routes: &BTreeSet<(&'g str, bool)>| -> BTreeSet<&'g str> {
        routes.iter().filter(|(_, used)| *used).map(|(route, _)| *route).collect()
    };
    let mut open: BTreeSet<&str> = groups.values().flat_map(used).collect();
    let mut keep = BTreeSet::new();
    while !open.is_empty() {
        // Of groups that allow as much the first by name, so that the answer is the same each time.
        let gain = |routes: &BTreeSet<(&'g str, bool)>| used(routes).intersection(&open).count();
        let best = groups.iter().rev().max_by_key(|(_, routes)| gain(routes));
        let Some((group, routes)) = best.filter(|(_, routes)| gain(routes) > 0) else { break };
        for route in used(routes) {
            if open.remove(route) {
                needed.insert((route, group));
            }
        }
        keep.insert(*group);
    }
    keep
}
