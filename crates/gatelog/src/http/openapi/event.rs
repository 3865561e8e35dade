//! The shape of an event, read off [`FIELDS`] as its JSON is: a new field is described by being there.

use event::field::{self, FIELDS, Field, Kind};
use event::json::ALWAYS;
use serde_json::{Map, Value, json};

/// Members that every stored event has.
const REQUIRED: &[&str] = &["id", "seq", "timestamp", "received", "source", "format"];

/// The shape of an event.
pub(super) fn schema() -> Value {
    let mut members = Map::from_iter([("id".to_owned(), json!({ "type": "string" }))]);
    for field in FIELDS {
        match field.path.split_once('.') {
            None => {
                members.insert(field.path.to_owned(), shape(field));
            }
            Some((outer, name)) => {
                let nested =
                    members.entry(outer).or_insert_with(|| json!({ "type": "object", "properties": {} }));
                if let Some(inner) = nested.get_mut("properties").and_then(Value::as_object_mut) {
                    inner.insert(name.to_owned(), shape(field));
                    if field.id == field::REASON {
                        let words = ["reason_label", "explanation", "resolution"];
                        inner.extend(words.map(|name| (name.to_owned(), json!({ "type": "string" }))));
                    }
                }
            }
        }
    }
    let required: Vec<&str> = REQUIRED.iter().chain(ALWAYS).copied().collect();
    json!({ "type": "object", "required": required, "properties": members })
}

fn shape(field: &Field) -> Value {
    let mut shape = match field.kind {
        _ if field.id == field::REASON => json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
        _ if field.id == field::CUSTOM => json!({ "type": "object", "additionalProperties": true }),
        Kind::Dict | Kind::Text => json!({ "type": "string" }),
        Kind::List => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Pairs => json!({ "type": "array", "items": {
            "type": "array",
            "prefixItems": [{ "type": "string" }, { "type": "string" }],
            "minItems": 2,
            "maxItems": 2
        } }),
        Kind::Json => json!({}),
        Kind::Int | Kind::Bytes => json!({ "type": "integer" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::Duration => json!({ "type": "number" }),
        Kind::Bool => json!({ "type": "boolean" }),
    };
    if let Some(members) = shape.as_object_mut() {
        members.insert("description".to_owned(), field.doc.into());
    }
    shape
}
