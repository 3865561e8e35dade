//! The values of fields and how often each occurs: what the facet list shows. Counts are for the filter without
//! its own terms on that field, so that choosing one value does not hide the others.

use std::collections::HashMap;

use event::{FieldId, Kind, field};
use keys::Scope;
use ledger::{Sym, Unit, View};
use serde::Serialize;

use crate::budget::{Budget, Stop};
use crate::error::{Error, Result};
use crate::eval::Mask;
use crate::histogram::{CLASSES, class, reason_words};
use crate::lang::{self, Filter};
use crate::range::Range;
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;
use crate::tally::{
    AGENTS, CONSUMERS, COUNTRIES, GROUPS, Hit, ROUTES, ROUTES_WITH_API, TRAFFIC, Want, tally,
};
use crate::text::Finder;
use crate::values::each_value;

/// Fields offered for a list of facets, by the names of the filter language.
pub const FIELDS: &[&str] = &[
    "status_class",
    "status",
    "reason",
    "consumer",
    "group",
    "route",
    "method",
    "country",
    "agent",
    "agent_class",
    "gateway",
    "environment",
];
/// Values listed for one field, at most.
pub const TOP_MAX: usize = 1_000;
/// Fields of one question, at most.
pub const FIELDS_MAX: usize = 20;
/// Distinct values of one field held while counting; further ones are left out and the counts marked approximate.
const HELD_MAX: usize = 200_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Names of fields.
    pub fields: Vec<String>,
    /// Values listed for each.
    pub top: usize,
    /// Only values that hold this text.
    pub search: Option<String>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Value {
    /// As the filter wants it.
    pub value: String,
    /// As people want it.
    pub label: String,
    /// How many events have it.
    pub count: u64,
    /// Of all events, 0 to 1.
    pub share: f64,
}

/// The values of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// The name asked for.
    pub field: String,
    /// Its name for people.
    pub label: String,
    /// Whether some values are missing from the counts.
    pub approximate: bool,
    /// Events without a value.
    pub missing: u64,
    /// Events with a value that is not listed.
    pub other: u64,
    /// All events.
    pub total: u64,
    /// The most frequent values.
    pub values: Vec<Value>,
}

/// The values of some fields.
#[derive(Clone, Debug, Serialize)]
pub struct Facets {
    /// One for each name asked for.
    pub facets: Vec<Facet>,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// How a field is counted.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// From cells of these cubes.
    Cells(&'static [&'static str], fn(&Hit) -> Key),
    /// From the column.
    Rows(FieldId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Text(Sym),
    Status(u16),
    Class(usize),
    Reason(u8),
    Granted(bool),
}

/// A field asked for: its place, name, way of counting and label.
pub(crate) type Asked<'a> = (usize, &'a str, Way, &'static str);

/// The field of that name, to be counted.
pub(crate) fn asked(place: usize, name: &str) -> Result<Asked<'_>> {
    let (way, label) = way(name)
        .ok_or_else(|| Error::parameter("fields", format!("{name} is not a field with values to count")))?;
    Ok((place, name, way, label))
}

/// A field counted from cells: its place in the group, the want, and its key.
type Counting = (usize, usize, fn(&Hit) -> Key);

fn way(name: &str) -> Option<(Way, &'static str)> {
    let fields = lang::fields_of(name)?;
    let first = fields.first().copied()?;
    let label = first.field().label;
    let cells = |cubes, key| Some((Way::Cells(cubes, key), label));
    match (name, first) {
        ("status_class", _) => Some((Way::Cells(TRAFFIC, |h| Key::Class(class(h.status))), "Status class")),
        ("consumer", _) => cells(CONSUMERS, |h| Key::Text(h.key)),
        (_, field::STATUS) => cells(TRAFFIC, |h| Key::Status(h.status)),
        (_, field::REASON) => cells(TRAFFIC, |h| Key::Reason(h.reason)),
        (_, field::GRANTED) => cells(TRAFFIC, |h| Key::Granted(h.reason == 0)),
        (_, field::GATEWAY) => cells(TRAFFIC, |h| Key::Text(h.gateway)),
        (_, field::ENVIRONMENT) => cells(TRAFFIC, |h| Key::Text(h.environment)),
        (_, field::ROUTE) => cells(ROUTES, |h| Key::Text(h.key)),
        (_, field::API) => cells(ROUTES_WITH_API, |h| Key::Text(h.detail)),
        (_, field::CONSUMER_GROUPS) => cells(GROUPS, |h| Key::Text(h.key)),
        (_, field::COUNTRY) => cells(COUNTRIES, |h| Key::Text(h.key)),
        (_, field::AGENT) => cells(AGENTS, |h| Key::Text(h.key)),
        (_, field::AGENT_CLASS) => cells(AGENTS, |h| Key::Text(h.detail)),
        (_, id) if matches!(id.field().kind, Kind::Pairs | Kind::Json | Kind::Time) => None,
        (_, id) => Some((Way::Rows(id), label)),
    }
}

/// The values of some fields.
pub fn facets(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Facets> {
    if ask.fields.len() > FIELDS_MAX {
        return Err(Error::parameter("fields", format!("at most {FIELDS_MAX} fields")));
    }
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let mut groups: Vec<(Filter, Vec<Asked<'_>>)> = Vec::new();
    for (place, name) in ask.fields.iter().enumerate() {
        let field = asked(place, name)?;
        let filter = ask.filter.without_field(name);
        match groups.iter_mut().find(|(other, _)| *other == filter) {
            Some((_, fields)) => fields.push(field),
            None => groups.push((filter, vec![field])),
        }
    }
    let mut found: Vec<(usize, Facet)> = Vec::new();
    let mut stop = None;
    for (filter, fields) in &groups {
        let reader = reader.asking(filter);
        let counts = count(&reader, ask.range, fields)?;
        stop = stop.or(counts.stop);
        for ((place, ..), (name, label, counted)) in fields.iter().zip(counts.fields) {
            found.push((*place, facet(&name, label, ask, counts.total, counted)));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    Ok(Facets {
        facets: found.into_iter().map(|(_, facet)| facet).collect(),
        standing: reader.standing(stop),
    })
}

/// The values of a field: as the filter wants them, as people want them, and how many calls have each.
pub(crate) struct Counted {
    /// "" stands for none.
    pub(crate) values: Vec<(String, String, u64)>,
    /// Whether some are missing.
    pub(crate) approximate: bool,
}

/// What was counted: the name, label and values of each field.
pub(crate) struct Counts {
    pub(crate) total: u64,
    pub(crate) fields: Vec<(String, &'static str, Counted)>,
    pub(crate) stop: Option<Stop>,
}

/// Counts some fields, in one look at cells and one at rows.
pub(crate) fn count(reader: &Reader<'_>, range: Range, fields: &[Asked<'_>]) -> Result<Counts> {
    let (from, to) = (range.from.0, range.to.0);
    let mut wants = vec![Want::new(TRAFFIC, vec![from, to])];
    let mut counting: Vec<Counting> = Vec::new();
    for (at, (_, _, way, _)) in fields.iter().enumerate() {
        let Way::Cells(cubes, key) = way else { continue };
        let want = wants.iter().position(|w| w.cubes == *cubes).unwrap_or_else(|| {
            wants.push(Want::new(cubes, vec![from, to]));
            wants.len() - 1
        });
        counting.push((at, want, *key));
    }
    let mut total = 0_u64;
    let mut sums: HashMap<(usize, Key), u64> = HashMap::new();
    let done = tally(reader, &wants, &mut |want, hit| {
        if want == 0 {
            total += hit.calls;
        }
        for (at, _, key) in counting.iter().filter(|(_, w, _)| *w == want) {
            *sums.entry((*at, key(hit))).or_default() += hit.calls;
        }
    })?;
    let columns: Vec<FieldId> = fields
        .iter()
        .filter_map(|(_, _, way, _)| if let Way::Rows(id) = way { Some(*id) } else { None })
        .collect();
    let (mut by_column, stop) = if columns.is_empty() {
        (HashMap::new(), None)
    } else {
        count_rows(reader, &columns, from, to, HELD_MAX)?
    };
    let mut by_cells: HashMap<usize, Vec<(String, String, u64)>> = HashMap::new();
    for ((at, key), calls) in sums {
        let (value, label) = key_words(reader, key);
        by_cells.entry(at).or_default().push((value, label, calls));
    }
    let mut counted = Vec::new();
    for (at, (_, name, way, label)) in fields.iter().enumerate() {
        let (values, approximate) = match way {
            Way::Cells(..) => (by_cells.remove(&at).unwrap_or_default(), false),
            Way::Rows(id) => {
                let Column { values, whole } = by_column.remove(id).unwrap_or_default();
                (values.into_iter().map(|(v, n)| (v.clone(), v, n)).collect(), !whole)
            }
        };
        counted.push(((*name).to_owned(), *label, Counted { values, approximate }));
    }
    Ok(Counts { total, fields: counted, stop: done.stop.or(stop) })
}

fn facet(name: &str, label: &str, ask: &Ask, total: u64, counted: Counted) -> Facet {
    let Counted { mut values, approximate } = counted;
    // A value that means "none" is what is missing.
    let missing = values.iter().filter(|(v, _, _)| v.is_empty()).map(|(_, _, n)| n).sum();
    values.retain(|(v, _, n)| !v.is_empty() && *n > 0);
    let all: u64 = values.iter().map(|(_, _, n)| n).sum();
    if let Some(search) = ask.search.as_deref().filter(|s| !s.is_empty()) {
        let finder = Finder::new(search);
        values.retain(|(value, label, _)| finder.is_in(value) || finder.is_in(label));
    }
    values.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    values.truncate(ask.top.clamp(1, TOP_MAX));
    let listed: u64 = values.iter().map(|(_, _, n)| n).sum();
    let share = |n: u64| if total == 0 { 0.0 } else { n as f64 / total as f64 };
    Facet {
        field: name.to_owned(),
        label: label.to_owned(),
        approximate,
        missing,
        other: all - listed,
        total,
        values: values
            .into_iter()
            .map(|(value, label, count)| Value { value, label, count, share: share(count) })
            .collect(),
    }
}

fn key_words(reader: &Reader<'_>, key: Key) -> (String, String) {
    match key {
        Key::Text(sym) => {
            let text = reader.view.symbols().text(sym);
            (text.clone(), text)
        }
        Key::Status(0) | Key::Reason(0) => Default::default(),
        Key::Status(status) => (status.to_string(), status.to_string()),
        Key::Class(class) => {
            let name = CLASSES.get(class).copied().unwrap_or("unknown");
            (name.to_owned(), name.to_owned())
        }
        Key::Reason(number) => {
            let (code, label) = reason_words(number);
            (code.to_owned(), label.to_owned())
        }
        Key::Granted(true) => ("true".to_owned(), "Granted".to_owned()),
        Key::Granted(false) => ("false".to_owned(), "Denied".to_owned()),
    }
}

/// Values of a column with their counts.
struct Column {
    values: HashMap<String, u64>,
    whole: bool,
}

impl Default for Column {
    fn default() -> Self {
        Column { values: HashMap::new(), whole: true }
    }
}

type ByColumn = HashMap<FieldId, Column>;

fn count_rows(
    reader: &Reader<'_>,
    columns: &[FieldId],
    from: i64,
    to: i64,
    held_max: usize,
) -> Result<(ByColumn, Option<Stop>)> {
    let units = reader.units(from, to)?;
    let work = |_: usize, unit: &Unit| -> Result<Vec<(FieldId, HashMap<String, u64>)>> {
        if !reader.compiled.may_match(unit)? {
            return Ok(Vec::new());
        }
        let read = Selected::read(reader, unit, columns, |batch| {
            let mut mask = reader.compiled.mask(batch);
            if unit.time_min < from || unit.time_max >= to {
                mask.and(&during(batch, from, to));
            }
            vec![mask]
        })?;
        let Some(read) = read else { return Ok(Vec::new()) };
        let rows = read.masks.first().map(Mask::rows).unwrap_or_default();
        Ok(columns
            .iter()
            .map(|field| {
                let mut sums: HashMap<String, u64> = HashMap::new();
                each_value(read.batch(), *field, &rows, |value, rows| {
                    *sums.entry(value.to_owned()).or_default() += rows.len() as u64;
                });
                (*field, sums)
            })
            .collect())
    };
    let mut by_column = ByColumn::new();
    let budget = reader.budget;
    let stop = reader.each(&units, work, |found| {
        for (field, sums) in found {
            let counted = by_column.entry(field).or_default();
            for (value, n) in sums {
                if let Some(known) = counted.values.get_mut(&value) {
                    *known += n;
                } else if counted.values.len() < held_max {
                    budget.hold(value.len() + 64);
                    counted.values.insert(value, n);
                } else {
                    counted.whole = false;
                }
            }
        }
    })?;
    Ok((by_column, stop))
}

/// The distinct values of a field in a range.
pub(crate) fn values(
    reader: &Reader<'_>,
    field: FieldId,
    from: i64,
    to: i64,
    most: usize,
) -> Result<Vec<String>> {
    let (mut found, _) = count_rows(reader, &[field], from, to, most)?;
    Ok(found.remove(&field).unwrap_or_default().values.into_keys().filter(|v| !v.is_empty()).collect())
}
