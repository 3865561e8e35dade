//! What differs between two words about an entity, for people: which entity came, changed or went, and in which
//! members.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::entity::Entity;
use super::life::From;

/// Changes that are named in one diff; all are counted.
pub const CHANGES_MAX: usize = 10_000;

/// What an import changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// From when on.
    pub since: From,
    /// The first [`CHANGES_MAX`] changes.
    pub changes: Vec<Change>,
    /// How many entities came, changed and went, by kind.
    pub counts: BTreeMap<String, [u64; 3]>,
}

/// What happened to one entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The name of its list, such as `consumers`.
    pub kind: &'static str,
    /// Its id, or its name when it has none.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What happened.
    pub what: What,
    /// The members that changed; none of an entity that came or went.
    pub fields: Vec<FieldChange>,
}

/// What happens to entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It came.
    Added,
    /// It is another one now.
    Changed,
    /// It went.
    Removed,
}

/// A member that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// Its name, such as `groups` or `rules.allow_ips`.
    pub field: String,
    /// Before; null when it was not there.
    pub before: Value,
    /// After.
    pub after: Value,
    /// What came to a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<String>,
    /// What left a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

impl Diff {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many entities change.
    pub fn total(&self) -> u64 {
        self.counts.values().flatten().sum()
    }

    pub(super) fn add(&mut self, change: Option<Change>) {
        let Some(change) = change else { return };
        let counts = self.counts.entry(change.kind.to_owned()).or_default();
        if let Some(count) = counts.get_mut(change.what as usize) {
            *count += 1;
        }
        if self.changes.len() < CHANGES_MAX {
            self.changes.push(change);
        }
    }
}

/// What happened between two words; nothing when they are the same.
pub(super) fn change<T: Entity>(key: &str, before: Option<&T>, after: Option<&T>) -> Option<Change> {
    let what = match (before, after) {
        (None, Some(_)) => What::Added,
        (Some(_), None) => What::Removed,
        (Some(before), Some(after)) if before != after => What::Changed,
        _ => return None,
    };
    let name = after.or(before)?.label().to_owned();
    let fields = match (before, after) {
        (Some(before), Some(after)) => fields(&members(before), &members(after)),
        _ => Vec::new(),
    };
    Some(Change { kind: T::KIND, key: key.to_owned(), name, what, fields })
}

/// The members of an entity, those of its rules by their own.
fn members<T: Entity>(entity: &T) -> Map<String, Value> {
    let mut flat = Map::new();
    if let Ok(Value::Object(members)) = serde_json::to_value(entity) {
        for (name, value) in members {
            match value {
                Value::Object(inner) => {
                    flat.extend(inner.into_iter().map(|(inner, value)| (format!("{name}.{inner}"), value)));
                }
                value => drop(flat.insert(name, value)),
            }
        }
    }
    flat
}

fn fields(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldChange> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |members: &Map<String, Value>, name: &String| members.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| (name, of(before, name), of(after, name)))
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| {
            let (was, is) = (texts(&before), texts(&after));
            let missing = |from: &[String], of: &[String]| {
                from.iter().filter(|text| !of.contains(text)).cloned().collect::<Vec<_>>()
            };
            FieldChange {
                field: name.clone(),
                joined: missing(&is, &was),
                left: missing(&was, &is),
                before,
                after,
            }
        })
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
