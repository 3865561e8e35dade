//! Entries of the lists that gateways write, with their place for faults. Tolerant of what gateways vary: absent, null
//! and empty are one; a number is a text; Lua's empty list is an empty object. Knows no gateway.

use serde_json::{Map, Value};

use super::{Document, Fault};

/// One entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// `consumers[3] mobile-app`.
    pub(super) place: String,
    /// Its members.
    pub(super) members: Map<String, Value>,
}

/// The entries of a list of the document; none when there is no such list.
pub(super) fn list(document: &Document, name: &str) -> Result<Vec<Listed>, Fault> {
    entries(name, document.member(name))
}

/// The entries under a name.
pub(super) fn entries(name: &str, value: Option<&Value>) -> Result<Vec<Listed>, Fault> {
    let values = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(empty)) if empty.is_empty() => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(Fault::new(name, "not a list")),
    };
    values.iter().enumerate().map(|(at, value)| entry(&format!("{name}[{at}]"), value)).collect()
}

/// One entry.
pub(super) fn entry(place: &str, value: &Value) -> Result<Listed, Fault> {
    let Value::Object(members) = value else { return Err(Fault::new(place, "not an object")) };
    let mut entry = Listed { place: place.to_owned(), members: members.clone() };
    if let Some(name) = ["name", "username", "id"].iter().find_map(|name| entry.text(name)) {
        entry.place = format!("{place} {name}");
    }
    Ok(entry)
}

impl Listed {
    /// What is wrong with it.
    pub(super) fn fault(&self, reason: impl std::fmt::Display) -> Fault {
        Fault::new(&*self.place, reason)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A member that is a text or a number, and not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text(self.get(name)?)
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).map(texts).unwrap_or_default()
    }

    /// What it refers to: `{"id": …}`, `{"name": …}`, or the text itself.
    pub(super) fn reference(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::Object(members) => {
                ["id", "name", "username"].iter().find_map(|name| text(members.get(*name)?))
            }
            value => text(value),
        }
    }

    /// Entries inside it.
    pub(super) fn inside(&self, name: &str) -> Result<Vec<Listed>, Fault> {
        let within = |place: String| format!("{} {place}", self.place);
        let inside =
            entries(name, self.get(name)).map_err(|fault| Fault::new(within(fault.place), fault.reason))?;
        Ok(inside.into_iter().map(|entry| Listed { place: within(entry.place), ..entry }).collect())
    }

    /// Its tags; of labels `name=value`.
    pub(super) fn tags(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Value::Object(labels)) => {
                labels.iter().filter_map(|(name, value)| Some(format!("{name}={}", text(value)?))).collect()
            }
            _ => self.texts(name),
        }
    }
}

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}
