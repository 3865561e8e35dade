//! The words of the product: fields and denial reasons, for those who build on the API.

use event::field::{FIELDS, Kind, Storage};
use event::reason::REASONS;
use keys::Scope;
use serde::Serialize;

use super::answer::json;
use super::route::{Answer, Call};

#[derive(Serialize)]
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    doc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    facet: bool,
}

/// `GET /fields`.
pub(crate) async fn fields(_: Scope, _: Call) -> Answer {
    let fields: Vec<Field> = FIELDS
        .iter()
        .map(|field| {
            let (kind, unit) = match field.kind {
                Kind::List => ("list", None),
                Kind::Int => ("number", None),
                Kind::Bytes => ("number", Some("bytes")),
                Kind::Time => ("time", None),
                Kind::Duration => ("duration", Some("ms")),
                Kind::Bool => ("bool", None),
                Kind::Dict if field.name == "ip" => ("ip", None),
                _ => ("text", None),
            };
            let facet =
                field.kind.storage() == Storage::Dict || field.kind == Kind::Bool || field.name == "status";
            Field { name: field.name, label: field.label, kind, doc: field.doc, unit, facet }
        })
        .collect();
    json(&serde_json::json!({ "fields": fields }))
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    label: &'static str,
    explanation: &'static str,
    resolution: &'static str,
}

/// `GET /reasons`.
pub(crate) async fn reasons(_: Scope, _: Call) -> Answer {
    let reasons: Vec<Reason> = REASONS
        .iter()
        .map(|r| Reason {
            code: r.code,
            label: r.label,
            explanation: r.explanation,
            resolution: r.resolution,
        })
        .collect();
    json(&serde_json::json!({ "reasons": reasons }))
}
