//! APISIX, as its Admin API says it: `{"key","value"}` entries. ADC's file is laid out the same first (adc.rs) and read here
//! too.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::importers::{Importer, Read};
use super::listed::{Listed, entry, list};
use super::model::{Consumer, Environment, Group, Key, Route, Rules, Service, Snapshot};
use super::plugins::{self, Notes};
use super::{Fault, check};

/// What `relay` fetches from the Admin API of APISIX.
pub(super) const APISIX: Importer = Importer {
    name: "apisix",
    doc: "The Admin API of APISIX, as it is pulled: `{\"routes\":[{\"key\",\"value\"}],\"services\":[…],\"consumers\":[…],\"consumer_groups\":[…],\"plugin_configs\":[…],\"global_rules\":[…]}`.",
    recognises: |document| {
        ["plugin_configs", "global_rules"]
            .iter()
            .all(|name| document.member(name).is_some_and(Value::is_array))
    },
    read: |document| {
        let mut lists = Lists::default();
        for name in LISTS {
            lists.insert(name, list(document, name)?.into_iter().map(inner).collect::<Result<_, _>>()?);
        }
        read(&lists)
    },
};

/// Flat lists, by name.
pub(super) type Lists = HashMap<&'static str, Vec<Listed>>;

const LISTS: &[&str] =
    &["routes", "services", "consumers", "consumer_groups", "plugin_configs", "global_rules"];

/// The value of an entry; its id is the end of the key when the value does not say it.
fn inner(outer: Listed) -> Result<Listed, Fault> {
    let Some(value) = outer.get("value") else { return Ok(outer) };
    let mut inner = entry(&outer.place, value)?;
    if let (None, Some(key)) = (inner.get("id"), outer.text("key")) {
        let id = key.rsplit('/').next().unwrap_or_default();
        inner.members.insert("id".to_owned(), id.into());
    }
    Ok(inner)
}

/// Rules of consumer groups and plugin configs, by id.
type Shared = BTreeMap<String, Rules>;

/// Reads the flat lists.
pub(super) fn read(lists: &Lists) -> Result<Read, Fault> {
    let of = |name: &str| lists.get(name).map_or(&[][..], Vec::as_slice);
    let mut notes = Notes::new();
    let mut shared = |name: &str| -> Shared {
        of(name).iter().filter_map(|entry| Some((entry.text("id")?, rules(entry, &mut notes)))).collect()
    };
    let (groups, configs) = (shared("consumer_groups"), shared("plugin_configs"));
    let mut snapshot = Snapshot::default();
    for entry in of("consumer_groups") {
        let id = entry.text("id").ok_or_else(|| entry.fault("has no id"))?;
        let name = entry.text("name").or_else(|| entry.text("desc")).unwrap_or_else(|| id.clone());
        snapshot.groups.push(Group { id: Some(id), name, tags: entry.tags("labels") });
    }
    for entry in of("services") {
        snapshot.services.push(service(entry, &mut notes)?);
    }
    let hosts: BTreeMap<String, Vec<String>> =
        of("services").iter().filter_map(|entry| Some((entry.text("id")?, entry.texts("hosts")))).collect();
    for entry in of("routes") {
        if entry.get("status").and_then(Value::as_u64) == Some(0) {
            continue;
        }
        snapshot.routes.push(route(entry, &configs, &hosts, &mut notes)?);
    }
    for entry in of("consumers") {
        snapshot.consumers.push(consumer(entry, &groups, &mut notes)?);
        snapshot.keys.extend(keys(entry)?);
    }
    let mut everywhere = Rules::default();
    for entry in of("global_rules") {
        plugins::inherit(&mut everywhere, &rules(entry, &mut notes));
    }
    if !everywhere.is_empty() {
        let (name, rules) = ("apisix".to_owned(), everywhere);
        snapshot.environments.push(Environment { name, rules, ..Environment::default() });
    }
    let mut notes: Vec<String> = notes.into_iter().collect();
    notes.extend(check::check(&mut snapshot)?);
    Ok(Read { snapshot, notes })
}

/// The rules in the plugins of an entry; a plugin may be switched off in its `_meta`.
fn rules(entry: &Listed, notes: &mut Notes) -> Rules {
    let mut rules = Rules::default();
    let Some(Value::Object(plugins)) = entry.get("plugins") else { return rules };
    for (name, config) in plugins {
        let is_off = config.get("_meta").and_then(|meta| meta.get("disable")) == Some(&Value::Bool(true));
        if !is_off {
            plugins::read(name, config, &mut rules, notes);
        }
    }
    rules
}

fn named(entry: &Listed) -> Result<(Option<String>, String), Fault> {
    let id = entry.text("id");
    let name = entry.text("name").or_else(|| id.clone());
    Ok((id, name.ok_or_else(|| entry.fault("has neither a name nor an id"))?))
}

fn service(entry: &Listed, notes: &mut Notes) -> Result<Service, Fault> {
    let (id, name) = named(entry)?;
    Ok(Service { id, name, rules: rules(entry, notes), tags: entry.tags("labels"), ..Service::default() })
}

fn route(
    entry: &Listed,
    configs: &Shared,
    hosts: &BTreeMap<String, Vec<String>>,
    notes: &mut Notes,
) -> Result<Route, Fault> {
    let (id, name) = named(entry)?;
    let service = entry.text("service_id");
    let mut rules = rules(entry, notes);
    if let Some(config) = entry.text("plugin_config_id").and_then(|id| configs.get(&id)) {
        plugins::inherit(&mut rules, config);
    }
    let mut own: Vec<String> = ["host", "hosts"].iter().flat_map(|name| entry.texts(name)).collect();
    if let (true, Some(of_service)) = (own.is_empty(), service.as_ref().and_then(|id| hosts.get(id))) {
        own.clone_from(of_service);
    }
    let uris = ["uri", "uris"].into_iter().flat_map(|name| entry.texts(name));
    Ok(Route {
        id,
        name,
        service,
        rules,
        hosts: own,
        methods: entry.texts("methods"),
        templates: uris.map(|uri| template(&uri)).collect(),
        tags: entry.tags("labels"),
        ..Route::default()
    })
}

/// `/pets/:id` as `/pets/{id}`; a star at the end says the same in both.
fn template(uri: &str) -> String {
    let part = |part: &str| match part.strip_prefix(':') {
        Some(name) if !name.is_empty() => format!("{{{name}}}"),
        _ => part.to_owned(),
    };
    uri.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn consumer(entry: &Listed, groups: &Shared, notes: &mut Notes) -> Result<Consumer, Fault> {
    let name = entry.text("username").or_else(|| entry.text("id"));
    let name = name.ok_or_else(|| entry.fault("has no username"))?;
    let group = entry.text("group_id");
    let mut rules = rules(entry, notes);
    // What a consumer calls with is no rule for the routes it calls.
    rules.auth.clear();
    if let Some(of_group) = group.as_ref().and_then(|id| groups.get(id)) {
        plugins::inherit(&mut rules, of_group);
    }
    Ok(Consumer {
        name,
        rules,
        groups: group.into_iter().collect(),
        tags: entry.tags("labels"),
        ..Consumer::default()
    })
}

/// Credentials that have ids.
fn keys(consumer: &Listed) -> Result<Vec<Key>, Fault> {
    let holder = consumer.text("username");
    let key = |entry: Listed| {
        let name = entry.text("name").unwrap_or_default();
        Some(Key { id: entry.text("id")?, name, consumer: holder.clone(), ..Key::default() })
    };
    Ok(consumer.inside("credentials")?.into_iter().filter_map(key).collect())
}

#[cfg(test)]
#[path = "apisix_tests.rs"]
mod tests;
