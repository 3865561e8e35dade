//! The words of the product: fields and denial reasons, for those who build on the API.

use event::field::{self, FIELDS, Field, FieldId, Kind};
use event::reason::REASONS;
use keys::Scope;
use query::facets::FIELDS as FACETS;
use query::lang::{ALIASES, OPERATORS, Operator, fields_of};
use serde::Serialize;

use super::answer::json;
use super::route::{Answer, Call};

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    doc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// Other names of it; a name for several fields belongs to the first.
    aliases: Vec<&'static str>,
    /// Whether it is offered in the list of facets.
    facet: bool,
    /// Names of the ways to ask for it.
    operators: Vec<&'static str>,
}

impl Shown {
    fn of(field: &'static Field) -> Shown {
        let (kind, unit) = match field.kind {
            Kind::List => ("list", None),
            Kind::Int => ("number", None),
            Kind::Bytes => ("number", Some("bytes")),
            Kind::Time => ("time", None),
            Kind::Duration => ("duration", Some("ms")),
            Kind::Bool => ("bool", None),
            Kind::Dict if field.id == field::IP => ("ip", None),
            _ => ("text", None),
        };
        let is_first = |fields: &[FieldId]| fields.first() == Some(&field.id);
        let facet = |name: &&str| fields_of(name).is_some_and(is_first);
        Shown {
            name: field.name,
            label: field.label,
            kind,
            doc: field.doc,
            unit,
            aliases: ALIASES.iter().filter(|a| is_first(a.fields)).map(|a| a.name).collect(),
            facet: FACETS.iter().any(facet),
            operators: Operator::of(field.id).map(|operator| operator.name).collect(),
        }
    }
}

#[derive(Serialize)]
struct ShownOperator {
    name: &'static str,
    label: &'static str,
    form: &'static str,
}

/// `GET /fields`.
pub(crate) async fn fields(_: Scope, _: Call) -> Answer {
    let fields: Vec<Shown> = FIELDS.iter().map(Shown::of).collect();
    let operators: Vec<ShownOperator> =
        OPERATORS.iter().map(|o| ShownOperator { name: o.name, label: o.label, form: o.form }).collect();
    json(&serde_json::json!({ "fields": fields, "facets": FACETS, "operators": operators }))
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
