//! What is different in a region of the range: the values of fields by how much larger or smaller their share of the
//! calls is there than in the rest.

use keys::Scope;
use ledger::View;
use serde::Serialize;

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::facets::{self, Counted, FIELDS_MAX, TOP_MAX};
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::{Reader, Standing};

/// Fields compared when none are named: those with few values and those that tell who, where and how.
pub const FIELDS: &[&str] = &[
    "status_class",
    "status",
    "reason",
    "consumer",
    "group",
    "route",
    "api",
    "method",
    "gateway",
    "environment",
    "usage_plan",
    "auth_method",
    "user_agent",
    "ip",
];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// The part of the range that is compared with the rest of it.
    pub region: Range,
    /// Names of fields, at most [`FIELDS_MAX`].
    pub fields: Vec<String>,
    /// Values listed, 1 to [`TOP_MAX`].
    pub top: usize,
}

/// The part that is compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Region {
    /// Its start.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Its calls.
    pub total: u64,
}

/// What it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rest {
    /// Its calls.
    pub total: u64,
}

/// A value and how its share differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Value {
    /// The name of the field.
    pub field: String,
    /// The field for people.
    pub field_label: &'static str,
    /// The value as the filter wants it; empty for calls without one.
    pub value: String,
    /// The value for people.
    pub label: String,
    /// The filter that keeps only calls with it.
    pub filter: String,
    /// Calls with it in the region.
    pub region_count: u64,
    /// Of the calls of the region, 0 to 1.
    pub region_share: f64,
    /// Calls with it in the rest.
    pub rest_count: u64,
    /// Of the calls of the rest, 0 to 1.
    pub rest_share: f64,
    /// The share in the region less that in the rest, −1 to 1.
    pub difference: f64,
}

/// How a region differs from the rest of the range.
#[derive(Clone, Debug, Serialize)]
pub struct Differences {
    /// The region.
    pub region: Region,
    /// The rest.
    pub rest: Rest,
    /// The values whose share differs most, most first; those that do not differ are left out.
    pub values: Vec<Value>,
    /// Whether some field had too many values to count them all.
    pub approximate: bool,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Compares a region with the rest.
pub fn differences(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Differences> {
    let (range, region) = (ask.range, ask.region);
    if region.from < range.from || region.to > range.to {
        return Err(Error::parameter("region_from", "the region does not lie in from..to"));
    }
    if ask.fields.len() > FIELDS_MAX {
        return Err(Error::parameter("fields", format!("at most {FIELDS_MAX} fields")));
    }
    if !(1..=TOP_MAX).contains(&ask.top) {
        return Err(Error::parameter("top", format!("{} is not between 1 and {TOP_MAX}", ask.top)));
    }
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let fields = ask.fields.iter().enumerate().map(|(at, name)| facets::asked(at, name));
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let whole = facets::count(&reader, range, &fields)?;
    let inside = facets::count(&reader, region, &fields)?;
    let totals = [inside.total, whole.total - inside.total.min(whole.total)];
    let mut values = Vec::new();
    // With nothing on one side there is nothing to compare.
    let sides = if totals.contains(&0) { &[][..] } else { whole.fields.as_slice() };
    for ((name, label, whole), (_, _, inside)) in sides.iter().zip(&inside.fields) {
        values.extend(compared((name, label), whole, inside, totals));
    }
    let size = |value: &Value| (value.difference.abs(), value.region_count.max(value.rest_count));
    values.sort_by(|a, b| {
        let ((x, m), (y, n)) = (size(a), size(b));
        y.total_cmp(&x).then(n.cmp(&m)).then_with(|| (&a.field, &a.value).cmp(&(&b.field, &b.value)))
    });
    values.truncate(ask.top);
    Ok(Differences {
        region: Region { from: region.from.to_string(), to: region.to.to_string(), total: totals[0] },
        rest: Rest { total: totals[1] },
        values,
        approximate: whole.fields.iter().any(|(_, _, counted)| counted.approximate),
        standing: reader.standing(whole.stop.or(inside.stop)),
    })
}

fn compared(
    (field, field_label): (&str, &'static str),
    whole: &Counted,
    inside: &Counted,
    [region_total, rest_total]: [u64; 2],
) -> Vec<Value> {
    let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    let known: std::collections::HashMap<&str, u64> =
        inside.values.iter().map(|(value, _, n)| (value.as_str(), *n)).collect();
    let value = |(value, label, all): &(String, String, u64)| {
        let region_count = known.get(value.as_str()).copied().unwrap_or(0);
        let rest_count = all.saturating_sub(region_count);
        let (region_share, rest_share) = (share(region_count, region_total), share(rest_count, rest_total));
        let difference = region_share - rest_share;
        (difference != 0.0).then(|| Value {
            field: field.to_owned(),
            field_label,
            label: if label.is_empty() { "(none)".to_owned() } else { label.clone() },
            filter: Filter::term(field, (!value.is_empty()).then_some(value)),
            value: value.clone(),
            region_count,
            region_share,
            rest_count,
            rest_share,
            difference,
        })
    };
    whole.values.iter().filter_map(value).collect()
}
