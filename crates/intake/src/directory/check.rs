//! What must be true of any snapshot, whichever importer read it: bounds, names, no entity twice, addresses and windows
//! that can be read.

use std::collections::HashSet;

use super::Fault;
use super::entity::{Entity, each_kind};
use super::model::{Customer, Group, Rules, Snapshot};
use super::rules::{network, window};

/// Entities of one kind in one snapshot.
pub const ENTITIES_MAX: usize = 500_000;
/// Bytes of one entity, written as JSON.
const ENTITY_BYTES_MAX: usize = 64 << 10;
/// Bytes of an origin's name.
const ORIGIN_BYTES_MAX: usize = 63;
/// Notes that are given.
const NOTES_MAX: usize = 20;

/// Checks a snapshot and puts it into order; notes name what is odd but does no harm.
pub fn check(snapshot: &mut Snapshot) -> Result<Vec<String>, Fault> {
    let mut notes = Vec::new();
    list_what_is_named(snapshot);
    if !snapshot.origin.is_empty() {
        check_origin(&snapshot.origin)?;
    }
    macro_rules! all {
        ($($list:ident: $kind:ty,)*) => { $(check_list::<$kind>(&snapshot.$list)?;)* };
    }
    each_kind!(all);
    unknown_plans(snapshot, &mut notes);
    notes.truncate(NOTES_MAX);
    Ok(notes)
}

/// Groups and customers that are only named: they are listed too, so that they can be counted.
fn list_what_is_named(snapshot: &mut Snapshot) {
    let mut groups: Vec<&String> = snapshot.consumers.iter().flat_map(|consumer| &consumer.groups).collect();
    macro_rules! of_rules {
        ($($list:ident: $kind:ty,)*) => {
            $(groups.extend(
                snapshot.$list.iter().filter_map(Entity::rules).flat_map(|rules| rules.allow_groups.iter().chain(&rules.deny_groups)),
            );)*
        };
    }
    each_kind!(of_rules);
    let of_consumers = snapshot.consumers.iter().filter_map(|consumer| consumer.customer.as_ref());
    let customers =
        of_consumers.chain(snapshot.keys.iter().filter_map(|key| key.customer.as_ref())).collect();
    let groups =
        unlisted(groups, &snapshot.groups).into_iter().map(|name| Group { name, ..Group::default() });
    let groups: Vec<Group> = groups.collect();
    let customers = unlisted(customers, &snapshot.customers);
    snapshot.groups.extend(groups);
    snapshot.customers.extend(customers.into_iter().map(|name| Customer { name, ..Customer::default() }));
}

/// The texts that no entity has as its id or name.
fn unlisted<T: Entity>(mut texts: Vec<&String>, listed: &[T]) -> Vec<String> {
    let known: HashSet<&str> =
        listed.iter().flat_map(|one| one.id().into_iter().chain([one.name()])).collect();
    texts.sort();
    texts.dedup();
    texts.into_iter().filter(|text| !text.is_empty() && !known.contains(text.as_str())).cloned().collect()
}

fn check_list<T: Entity>(entities: &[T]) -> Result<(), Fault> {
    if entities.len() > ENTITIES_MAX {
        return Err(Fault::new(T::KIND, format!("more than {ENTITIES_MAX}")));
    }
    let mut seen = HashSet::with_capacity(entities.len());
    for (at, entity) in entities.iter().enumerate() {
        let fault = |reason: String| {
            Err(Fault::new(format!("{}[{at}] {}", T::KIND, entity.label()).trim_end(), reason))
        };
        if entity.key().is_empty() {
            return fault(format!("has no {}", T::NAMED));
        }
        if serde_json::to_string(entity).map_or(0, |text| text.len()) > ENTITY_BYTES_MAX {
            return fault(format!("takes more than {ENTITY_BYTES_MAX} bytes"));
        }
        if !seen.insert(entity.key()) {
            return fault(format!("{:?} is there twice", entity.key()));
        }
        if let Some(Err(reason)) = entity.rules().map(check_rules) {
            return fault(reason);
        }
    }
    Ok(())
}

/// The name of an origin: it becomes a file name.
pub fn check_origin(name: &str) -> Result<(), Fault> {
    let fits = (1..=ORIGIN_BYTES_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_' || b == b'.')
        && !name.starts_with('.');
    match fits {
        true => Ok(()),
        false => Err(Fault::new(
            "origin",
            format!("{name:?} is not 1 to {ORIGIN_BYTES_MAX} of a-z, 0-9, dash, dot and underscore"),
        )),
    }
}

fn check_rules(rules: &Rules) -> Result<(), String> {
    for text in rules.allow_ips.iter().chain(&rules.deny_ips) {
        network(text)
            .ok_or_else(|| format!("{text:?} is neither an address nor a network such as 10.0.0.0/8"))?;
    }
    rules.windows.iter().try_for_each(|given| window(given).map(drop))
}

/// A plan that is not listed has no quota: most often a slip.
fn unknown_plans(snapshot: &Snapshot, notes: &mut Vec<String>) {
    let known: HashSet<&str> = snapshot
        .plans
        .iter()
        .flat_map(|plan| plan.id.as_deref().into_iter().chain([plan.name.as_str()]))
        .collect();
    let mut told = HashSet::new();
    let of_consumers = snapshot.consumers.iter().filter_map(|consumer| consumer.plan.as_deref());
    let of_keys = snapshot.keys.iter().flat_map(|key| &key.plans).map(String::as_str);
    for plan in of_consumers.chain(of_keys) {
        if !known.contains(plan) && told.insert(plan) {
            notes.push(format!("plan {plan:?} is used and not listed"));
        }
    }
}
