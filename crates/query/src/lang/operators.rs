//! What can be asked of a field, each with its text: the list a filter bar offers and the documentation prints.

use event::field::{self, FieldId, Kind};
use event::{Field, Storage};

/// A way to compare a field with values.
#[derive(Debug)]
pub struct Operator {
    /// Stable name.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// How it is written: `{field}` and `{value}` stand for a field's name and a written value.
    pub form: &'static str,
    of: fn(&Field) -> bool,
}

const fn operator(
    name: &'static str,
    label: &'static str,
    form: &'static str,
    of: fn(&Field) -> bool,
) -> Operator {
    Operator { name, label, form, of }
}

/// Every way, in the order they are offered.
pub const OPERATORS: &[Operator] = &[
    operator("is", "is", "{field}:{value}", is_exact),
    operator("is_not", "is not", "-{field}:{value}", is_exact),
    operator("one_of", "is one of", "{field}:{value},{value}", is_exact),
    operator("contains", "contains", "{field}~{value}", is_text),
    operator("not_contains", "does not contain", "-{field}~{value}", is_text),
    operator("starts_with", "starts with", "{field}:{value}*", |f| is_text(f) && is_exact(f)),
    operator("matches", "matches", "{field}~/{value}/", is_text),
    operator("in_network", "is in network", "{field}:{value}", |f| f.id == field::IP),
    operator("at_least", "≥", "{field}:>={value}", is_ordered),
    operator("at_most", "≤", "{field}:<={value}", is_ordered),
    operator("between", "is between", "{field}:{value}..{value}", is_ordered),
    operator("empty", "is empty", "{field}:\"\"", |_| true),
    operator("not_empty", "is not empty", "{field}:*", |_| true),
];

impl Operator {
    /// The ways to compare a field.
    pub fn of(field: FieldId) -> impl Iterator<Item = &'static Operator> {
        OPERATORS.iter().filter(move |operator| (operator.of)(field.field()))
    }
}

fn is_text(field: &Field) -> bool {
    field.kind.storage() != Storage::Int
}

fn is_exact(field: &Field) -> bool {
    field.kind != Kind::Json
}

fn is_ordered(field: &Field) -> bool {
    field.kind.storage() == Storage::Int && field.kind != Kind::Bool
}
