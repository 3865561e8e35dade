//! Our own form of a directory: the lists of [`Snapshot`] in YAML or JSON, with what makes them short to write by hand.
//! A list of names will do for entities that are only a name; a map from names for a list; a consumer's keys may stand
//! with the consumer. Values of keys and other secrets are dropped.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::document::Document;
use super::importers::{Importer, Read};
use super::model::{Key, Snapshot};
use super::{Fault, check};

/// YAML or JSON by hand.
pub(super) const GATELOG: Importer = Importer {
    name: "gatelog",
    doc: "Gatelog's own form, YAML or JSON, written by hand or by `gatelog directory export`.",
    recognises: |document| {
        document.value.as_object().is_some_and(|members| {
            !members.is_empty() && members.keys().all(|name| HEADS.contains(&name.as_str()) || is_list(name))
        })
    },
    read,
};

/// Members of the outermost object that are no lists of entities.
const HEADS: &[&str] = &["origin", "sources"];

/// Members that hold secrets. Their values are not kept, and not looked at.
pub(super) const SECRETS: &[&str] = &[
    "key",
    "value",
    "secret",
    "password",
    "token",
    "apikey",
    "api_key",
    "client_secret",
    "private_key",
    "hash",
    "credential",
    "credentials",
];

macro_rules! lists {
    ($($list:ident)*) => {
        fn is_list(name: &str) -> bool {
            [$(stringify!($list)),*].contains(&name)
        }

        fn list(snapshot: &mut Snapshot, name: &str, entities: Entities) -> Result<(), Fault> {
            match name {
                $(stringify!($list) => snapshot.$list = entities.read()?,)*
                _ => return Err(Fault::new(name, "unknown member of a directory")),
            }
            Ok(())
        }
    };
}

lists! { environments customers groups plans consumers keys apis services routes }

/// The members of one list, as objects.
struct Entities<'a> {
    list: &'a str,
    objects: Vec<Map<String, Value>>,
}

fn read(document: &Document) -> Result<Read, Fault> {
    let Some(members) = document.value.as_object() else {
        return Err(Fault::new("document", "not an object with lists such as consumers, groups, routes"));
    };
    let mut read = Read::default();
    let mut held = Vec::new();
    for (name, value) in members {
        if HEADS.contains(&name.as_str()) {
            continue;
        }
        let mut entities = Entities { list: name, objects: objects(name, value)? };
        for (at, object) in entities.objects.iter_mut().enumerate() {
            let place = place(name, at, object);
            if name == "consumers" {
                held.extend(keys_of(&place, object, &mut read.notes)?);
            }
            if let Some(dropped) = drop_secrets(object) {
                read.notes.push(format!("{place}: the value of {dropped} was left out"));
            }
        }
        list(&mut read.snapshot, name, entities)?;
    }
    read.snapshot.keys.extend(held);
    let heads = HEADS.iter().filter_map(|head| Some(((*head).to_owned(), members.get(*head)?.clone())));
    let heads: Snapshot = one("document", heads.collect())?;
    read.snapshot.origin = heads.origin;
    read.snapshot.sources = heads.sources;
    read.notes.extend(check::check(&mut read.snapshot)?);
    Ok(read)
}

/// A list of objects or names, or a map from names to objects.
fn objects(list: &str, value: &Value) -> Result<Vec<Map<String, Value>>, Fault> {
    let named = |name: &str| Map::from_iter([(naming(list).to_owned(), Value::from(name))]);
    let object = |place: String, value: &Value| match value {
        Value::Object(object) => Ok(object.clone()),
        Value::String(name) => Ok(named(name)),
        Value::Number(name) => Ok(named(&name.to_string())),
        _ => Err(Fault::new(place, "neither a name nor an object")),
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(values) => {
            values.iter().enumerate().map(|(at, value)| object(format!("{list}[{at}]"), value)).collect()
        }
        Value::Object(values) => values
            .iter()
            .map(|(name, value)| {
                let mut object = match value {
                    Value::Null => Map::new(),
                    value => object(format!("{list}.{name}"), value)?,
                };
                object.entry(naming(list)).or_insert_with(|| Value::from(name.as_str()));
                Ok(object)
            })
            .collect(),
        _ => Err(Fault::new(list, "not a list")),
    }
}

/// What a lone text is.
fn naming(list: &str) -> &'static str {
    if list == "keys" { "id" } else { "name" }
}

/// The keys that stand with their consumer.
fn keys_of(
    place: &str,
    consumer: &mut Map<String, Value>,
    notes: &mut Vec<String>,
) -> Result<Vec<Key>, Fault> {
    let Some(keys) = consumer.remove("keys") else { return Ok(Vec::new()) };
    let holder = ["id", "name"].iter().find_map(|name| consumer.get(*name)).cloned().unwrap_or_default();
    let keys = objects("keys", &keys)?.into_iter().enumerate().map(|(at, mut key)| {
        if let Some(dropped) = drop_secrets(&mut key) {
            notes.push(format!("{place} keys[{at}]: the value of {dropped} was left out"));
        }
        key.insert("consumer".to_owned(), holder.clone());
        one(&format!("{place} keys[{at}]"), key)
    });
    keys.collect()
}

/// Forgets what must not be kept; gives the name of the first such member.
fn drop_secrets(object: &mut Map<String, Value>) -> Option<&'static str> {
    let dropped: Vec<_> = SECRETS.iter().filter(|name| object.remove(**name).is_some()).collect();
    dropped.first().map(|name| **name)
}

/// `consumers[3] mobile-app`.
fn place(list: &str, at: usize, object: &Map<String, Value>) -> String {
    let name = ["name", "id"].iter().find_map(|name| object.get(*name)?.as_str());
    match name {
        Some(name) => format!("{list}[{at}] {name}"),
        None => format!("{list}[{at}]"),
    }
}

impl Entities<'_> {
    fn read<T: DeserializeOwned>(self) -> Result<Vec<T>, Fault> {
        let list = self.list;
        let read = |(at, object): (usize, Map<String, Value>)| {
            let place = place(list, at, &object);
            one(&place, object)
        };
        self.objects.into_iter().enumerate().map(read).collect()
    }
}

fn one<T: DeserializeOwned>(place: &str, object: Map<String, Value>) -> Result<T, Fault> {
    serde_json::from_value(Value::Object(object)).map_err(|error| Fault::new(place, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Read, Fault> {
        read(&Document::parse(text.to_owned())?)
    }

    #[test]
    fn fifteen_lines_by_hand_say_a_lot() {
        let read = parse(
            "groups: [gold, silver]\n\
             plans:\n  gold: {quota: {limit: 10000, period: day}, throttle: {rate: 50, burst: 100}}\n\
             consumers:\n  - {name: mobile-app, id: 7, groups: [gold], plan: gold, customer: Acme, keys: [k-1]}\n  - batch\n\
             routes:\n  - {name: orders, templates: ['/orders/{id}'], rules: {allow_groups: [gold], allow_ips: [10.0.0.0/8]}}\n",
        )
        .unwrap();
        let snapshot = read.snapshot;
        assert_eq!(snapshot.plans[0].quota.as_ref().unwrap().limit, 10_000);
        assert_eq!(snapshot.consumers[0].id.as_deref(), Some("7"));
        assert_eq!(snapshot.consumers[1].name, "batch");
        assert_eq!(snapshot.keys[0], Key { id: "k-1".into(), consumer: Some("7".into()), ..Key::default() });
        assert_eq!(snapshot.routes[0].rules.allow_groups, ["gold"]);
        let text = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(parse(&text).unwrap().snapshot, snapshot, "what is exported is read back");
    }

    #[test]
    fn secrets_are_dropped_and_said_so() {
        let read =
            parse("keys: [{id: k-1, name: a, key: s3cret-value}]\nconsumers: [{name: a, password: p4ss}]")
                .unwrap();
        assert_eq!(read.notes.len(), 2);
        let kept = format!("{:?} {:?}", read.snapshot, read.notes);
        assert!(!kept.contains("s3cret") && !kept.contains("p4ss"), "{kept}");
        let fault = parse("keys: [{key: s3cret-value}]").unwrap_err();
        assert!(!fault.to_string().contains("s3cret") && fault.place == "keys[0]", "{fault}");
    }

    #[test]
    fn faults_name_the_entity() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        assert!(
            fault("consumers: [a, {name: b, colour: red}]")
                .starts_with("consumers[1] b: unknown field `colour`")
        );
        assert!(fault("consumers: [{groups: [a]}]").starts_with("consumers[0]: has no name"));
        assert!(fault("people: [a]").starts_with("people: "));
        assert!(fault("routes: [{name: r, rules: {allow_ips: [10.0.0.0/40]}}]").starts_with("routes[0] r: "));
        assert!(
            fault("plans: [{name: p, quota: {limit: 5, period: fortnight}}]").starts_with("plans[0] p: ")
        );
        assert!(fault("consumers: 5").starts_with("consumers: not a list"));
    }
}
