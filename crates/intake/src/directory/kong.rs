//! Kong, as its Admin API says it: lists of entities that refer to each other by id. decK's file is laid out flat first
//! (deck.rs) and read here too.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::importers::{Importer, Read};
use super::listed::{Listed, list};
use super::model::{Consumer, Environment, Group, Key, Route, Rules, Service, Snapshot};
use super::plugins::{self, Notes};
use super::{Fault, check};

/// What `relay` fetches from Kong's Admin API.
pub(super) const KONG: Importer = Importer {
    name: "kong",
    doc: "Kong's Admin API, as it is pulled: `{\"services\":[…],\"routes\":[…],\"consumers\":[…],\"plugins\":[…],\"acls\":[…],\"key-auths\":[…],…}`.",
    recognises: |document| {
        ["key-auths", "acls", "plugins"].iter().all(|name| document.member(name).is_some())
    },
    read: |document| {
        let mut lists = Lists::default();
        for name in LISTS {
            lists.insert(name, list(document, name)?);
        }
        read(&lists)
    },
};

/// Flat lists, by name.
pub(super) type Lists = HashMap<&'static str, Vec<Listed>>;

/// Lists of credentials.
pub(super) const CREDENTIALS: &[&str] = &["key-auths", "basic-auths", "jwts", "hmac-auths", "oauth2"];

/// Every list that is read.
pub(super) const LISTS: &[&str] = &[
    "services",
    "routes",
    "consumers",
    "plugins",
    "consumer_groups",
    "consumer_group_members",
    "acls",
    "key-auths",
    "basic-auths",
    "jwts",
    "hmac-auths",
    "oauth2",
];

/// Reads the flat lists.
pub(super) fn read(lists: &Lists) -> Result<Read, Fault> {
    let of = |name: &str| lists.get(name).map_or(&[][..], Vec::as_slice);
    let mut notes = Notes::new();
    let scoped = scoped(of("plugins"), &mut notes);
    let mut snapshot = Snapshot {
        services: of("services").iter().map(|entry| service(entry, &scoped)).collect::<Result<_, _>>()?,
        consumers: of("consumers").iter().map(|entry| consumer(entry, &scoped)).collect::<Result<_, _>>()?,
        routes: of("routes")
            .iter()
            .map(|entry| route(entry, &scoped, &mut notes))
            .collect::<Result<_, _>>()?,
        ..Snapshot::default()
    };
    groups(&mut snapshot, lists, &scoped)?;
    let mut without_id = 0;
    for entry in CREDENTIALS.iter().flat_map(|name| of(name)) {
        match entry.text("id") {
            Some(id) => snapshot.keys.push(Key {
                id,
                name: ["name", "username"].iter().find_map(|name| entry.text(name)).unwrap_or_default(),
                consumer: entry.reference("consumer"),
                tags: entry.texts("tags"),
                ..Key::default()
            }),
            None => without_id += 1,
        }
    }
    if without_id > 0 {
        notes.insert(format!("{without_id} credentials without an id were left out"));
    }
    global(&mut snapshot, lists, &scoped);
    let mut notes: Vec<String> = notes.into_iter().collect();
    notes.extend(check::check(&mut snapshot)?);
    Ok(Read { snapshot, notes })
}

/// Rules by what they are on: `service s1`, `workspace default`.
type Scoped = BTreeMap<String, Rules>;

/// What a plugin may be on.
const SCOPES: &[&str] = &["consumer", "consumer_group", "route", "service"];

fn scoped(entries: &[Listed], notes: &mut Notes) -> Scoped {
    let mut scoped = Scoped::new();
    for entry in entries {
        let Some(name) = entry.text("name") else { continue };
        if entry.get("enabled") == Some(&Value::Bool(false)) {
            continue;
        }
        let on: Vec<String> =
            SCOPES.iter().filter_map(|scope| Some(format!("{scope} {}", entry.reference(scope)?))).collect();
        let key = match on.as_slice() {
            [] => format!("workspace {}", workspace(entry)),
            [one] => one.clone(),
            _ => {
                notes.insert(format!(
                    "rules of the plugin {name} for one consumer on one route were left out"
                ));
                continue;
            }
        };
        let config = entry.get("config").unwrap_or(&Value::Null);
        plugins::read(&name, config, scoped.entry(key).or_default(), notes);
    }
    scoped
}

fn workspace(entry: &Listed) -> String {
    entry.text("workspace").unwrap_or_else(|| "default".to_owned())
}

/// The rules on an entity, which plugins name by id or by name.
fn rules(scoped: &Scoped, scope: &str, names: &[Option<&str>]) -> Rules {
    let mut all = Rules::default();
    for name in names.iter().flatten() {
        if let Some(rules) = scoped.get(&format!("{scope} {name}")) {
            plugins::inherit(&mut all, rules);
        }
    }
    all
}

fn service(entry: &Listed, scoped: &Scoped) -> Result<Service, Fault> {
    let id = entry.text("id");
    let name = entry
        .text("name")
        .or_else(|| id.clone())
        .ok_or_else(|| entry.fault("has neither a name nor an id"))?;
    let rules = rules(scoped, "service", &[id.as_deref(), Some(&name)]);
    Ok(Service { id, name, rules, tags: entry.texts("tags"), ..Service::default() })
}

fn consumer(entry: &Listed, scoped: &Scoped) -> Result<Consumer, Fault> {
    let (id, custom) = (entry.text("id"), entry.text("custom_id"));
    let name = entry.text("username").or_else(|| custom.clone()).or_else(|| id.clone());
    let name = name.ok_or_else(|| entry.fault("has neither a username nor a custom_id"))?;
    let rules = rules(scoped, "consumer", &[id.as_deref(), Some(&name)]);
    let aliases = custom.into_iter().filter(|custom| *custom != name).collect();
    Ok(Consumer { id, name, aliases, rules, tags: entry.texts("tags"), ..Consumer::default() })
}

fn route(entry: &Listed, scoped: &Scoped, notes: &mut Notes) -> Result<Route, Fault> {
    let id = entry.text("id");
    let paths = entry.texts("paths");
    let methods = entry.texts("methods");
    let templates: Vec<String> = paths.iter().flat_map(|path| templates(path, notes)).collect();
    let unnamed = || Some(format!("{} {}", methods.first().map_or("*", String::as_str), templates.first()?));
    let name = entry.text("name").or_else(|| id.clone()).or_else(unnamed);
    let name = name.ok_or_else(|| entry.fault("has neither a name nor an id nor a path"))?;
    Ok(Route {
        rules: rules(scoped, "route", &[id.as_deref(), Some(&name)]),
        service: entry.reference("service"),
        hosts: entry.texts("hosts"),
        tags: entry.texts("tags"),
        id,
        name,
        methods,
        templates,
        ..Route::default()
    })
}

/// A path of Kong is the beginning of paths; after `~` it is a pattern.
fn templates(path: &str, notes: &mut Notes) -> Vec<String> {
    match path.strip_prefix('~') {
        None => {
            let path = path.trim_end_matches('/');
            let all = format!("{path}/*");
            if path.is_empty() { vec![all] } else { vec![path.to_owned(), all] }
        }
        Some(pattern) => match template(pattern) {
            Some(template) => vec![template],
            None => {
                notes.insert("patterns that are no templates were left out".to_owned());
                Vec::new()
            }
        },
    }
}

/// `/pets/(?<id>[^/]+)$` as `/pets/{id}`; `None` for what no template can say.
fn template(pattern: &str) -> Option<String> {
    let is_whole = pattern.ends_with('$');
    let mut rest = pattern.trim_start_matches('^').trim_end_matches('$');
    let mut out = String::new();
    while let Some(part) = rest.strip_prefix('/') {
        // A group may hold slashes: `[^/]+`.
        let end = match part.strip_prefix('(') {
            Some(_) => part.find(')')? + 1,
            None => part.find('/').unwrap_or(part.len()),
        };
        let (part, after) = part.split_at_checked(end)?;
        out.push('/');
        match part.strip_prefix("(?<").and_then(|named| named.split_once('>')) {
            Some((name, _)) => out.push_str(&format!("{{{name}}}")),
            None if part.starts_with('(') => out.push_str("{part}"),
            None => {
                let plain = part.replace("\\-", "-").replace("\\.", ".");
                if plain.contains(|c: char| "\\()[]{}*+?|^".contains(c)) {
                    return None;
                }
                out.push_str(&plain);
            }
        }
        rest = after;
    }
    let is_template = rest.is_empty() && !out.is_empty();
    if is_template && !is_whole {
        out = format!("{}/*", out.trim_end_matches('/'));
    }
    is_template.then_some(out)
}

/// Groups of ACLs and consumer groups, who is in them, and the rules that come with them.
fn groups(snapshot: &mut Snapshot, lists: &Lists, scoped: &Scoped) -> Result<(), Fault> {
    let of = |name: &str| lists.get(name).map_or(&[][..], Vec::as_slice);
    let mut names = BTreeMap::<String, Group>::new();
    let mut ids = HashMap::<String, String>::new();
    for entry in of("consumer_groups") {
        let name = entry.text("name").ok_or_else(|| entry.fault("has no name"))?;
        ids.extend(entry.text("id").map(|id| (id, name.clone())));
        names.insert(name.clone(), Group { name, tags: entry.texts("tags"), id: None });
    }
    let mut members = HashMap::<String, Vec<String>>::new();
    for entry in of("consumer_group_members") {
        let group = entry.reference("consumer_group").ok_or_else(|| entry.fault("has no consumer_group"))?;
        let group = ids.get(&group).cloned().unwrap_or(group);
        let consumer = entry.reference("consumer").ok_or_else(|| entry.fault("has no consumer"))?;
        members.entry(consumer).or_default().push(group);
    }
    for entry in of("acls") {
        let group = entry.text("group").ok_or_else(|| entry.fault("has no group"))?;
        let consumer = entry.reference("consumer").ok_or_else(|| entry.fault("has no consumer"))?;
        members.entry(consumer).or_default().push(group);
    }
    for consumer in &mut snapshot.consumers {
        let by = [consumer.id.as_deref(), Some(consumer.name.as_str())];
        let mut groups: Vec<String> =
            by.into_iter().flatten().filter_map(|by| members.remove(by)).flatten().collect();
        groups.sort();
        groups.dedup();
        for group in &groups {
            let id = ids.iter().find(|(_, name)| *name == group).map(|(id, _)| id.as_str());
            let far = rules(scoped, "consumer_group", &[id, Some(group)]);
            plugins::inherit(&mut consumer.rules, &far);
            names.entry(group.clone()).or_insert_with(|| Group { name: group.clone(), ..Group::default() });
        }
        consumer.groups = groups;
    }
    snapshot.groups = names.into_values().collect();
    Ok(())
}

/// Plugins on a whole workspace. With one workspace that is the environment; events do not say which of several they are
/// of, so there what is in the workspace gets the rules.
fn global(snapshot: &mut Snapshot, lists: &Lists, scoped: &Scoped) {
    let of = |name: &str| lists.get(name).map_or(&[][..], Vec::as_slice);
    let spaces: Vec<(&str, &Rules)> =
        scoped.iter().filter_map(|(key, rules)| Some((key.strip_prefix("workspace ")?, rules))).collect();
    let all: std::collections::BTreeSet<String> =
        LISTS.iter().flat_map(|name| of(name)).map(workspace).collect();
    for (space, rules) in spaces.into_iter().filter(|(_, rules)| !rules.is_empty()) {
        if all.len() < 2 {
            let (name, rules) = (space.to_owned(), rules.clone());
            snapshot.environments.push(Environment { name, rules, ..Environment::default() });
            continue;
        }
        // The lists and what was read of them have the same order.
        for (service, entry) in snapshot.services.iter_mut().zip(of("services")) {
            if workspace(entry) == space {
                plugins::inherit(&mut service.rules, rules);
            }
        }
        for (route, entry) in snapshot.routes.iter_mut().zip(of("routes")) {
            if workspace(entry) == space && route.service.is_none() {
                plugins::inherit(&mut route.rules, rules);
            }
        }
    }
}

#[cfg(test)]
#[path = "kong_tests.rs"]
mod tests;
