//! Calls over time, split by one field: the bars above the rows.

use std::collections::{BTreeMap, HashMap};

use event::field::{self, FieldId};
use event::reason::REASONS;
use event::{Storage, Timestamp};
use keys::Scope;
use ledger::{Unit, View};
use serde::Serialize;

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::lang::{self, Filter};
use crate::range::{Range, Zone};
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;
use crate::step::Step;
use crate::tally::{Hit, TRAFFIC, Tallied, Want, tally};
use crate::values::{each_value, value_label};

/// Series of a split by a field; what is beyond is summed up as `other`.
const SERIES_MAX: usize = 12;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Length of a bucket.
    pub step: Step,
    /// Zone of the buckets.
    pub zone: Zone,
    /// Split by what.
    pub split: Split,
}

/// What the bars are split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Split {
    /// Not at all.
    None,
    /// By `2xx`, `3xx`, …
    #[default]
    StatusClass,
    /// By forwarded and refused.
    Granted,
    /// By denial reason.
    Reason,
    /// By the values of a field.
    Field(FieldId),
}

impl Split {
    /// Reads the name of a split.
    pub fn parse(text: &str) -> Result<Split> {
        match text {
            "none" => return Ok(Split::None),
            "" | "status_class" => return Ok(Split::StatusClass),
            "granted" => return Ok(Split::Granted),
            "reason" => return Ok(Split::Reason),
            _ => {}
        }
        let found = lang::fields_of(text).and_then(|fields| fields.first()).copied();
        found.filter(|f| f.field().kind.storage() == Storage::Dict).map(Split::Field).ok_or_else(|| {
            Error::parameter(
                "split",
                format!("{text:?} is not none, status_class, granted, reason or a field that repeats"),
            )
        })
    }
}

/// One line or one colour of the bars.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Stable name.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// Calls, a number for each bucket.
    pub values: Vec<u64>,
}

/// Calls over time.
#[derive(Clone, Debug, Serialize)]
pub struct Histogram {
    /// Start of the range.
    pub from: String,
    /// End of the range.
    pub to: String,
    /// Length of a bucket.
    pub step: String,
    /// Zone of the buckets.
    pub tz: Zone,
    /// Where the buckets start; the last ends at `to`.
    pub buckets: Vec<String>,
    /// The series.
    pub series: Vec<Series>,
    /// All calls.
    pub total: u64,
    /// Where the numbers came from.
    pub source: crate::tally::Origin,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// The classes of a status, with the word for none.
pub(crate) const CLASSES: &[&str] = &["1xx", "2xx", "3xx", "4xx", "5xx", "other", "unknown"];

/// The class of a status: its place in [`CLASSES`].
pub(crate) fn class(status: u16) -> usize {
    match status {
        0 => 6,
        100..=599 => usize::from(status / 100 - 1),
        _ => 5,
    }
}

/// The text and label of a reason by its number in a cell.
pub(crate) fn reason_words(number: u8) -> (&'static str, &'static str) {
    number
        .checked_sub(1)
        .and_then(|at| REASONS.get(usize::from(at)))
        .map_or(("granted", "Granted"), |r| (r.code, r.label))
}

/// Calls over time.
pub fn histogram(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Histogram> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let edges = ask.step.edges(ask.range, &ask.zone)?;
    let buckets = edges.len() - 1;
    let mut counts: BTreeMap<(usize, String, String), Vec<u64>> = BTreeMap::new();
    let done = match ask.split {
        Split::Field(field) => by_field(&reader, field, &edges, &mut counts)?,
        split => {
            let mut sums: HashMap<usize, Vec<u64>> = HashMap::new();
            let place = |hit: &Hit| match split {
                Split::StatusClass => class(hit.status),
                Split::Granted => usize::from(hit.reason != 0),
                Split::Reason => usize::from(hit.reason),
                _ => 0,
            };
            let done = tally(&reader, &[Want::new(TRAFFIC, edges.clone())], &mut |_, hit| {
                let values = sums.entry(place(hit)).or_insert_with(|| vec![0; buckets]);
                values.get_mut(hit.bucket).into_iter().for_each(|v| *v += hit.calls);
            })?;
            for (place, values) in sums {
                let (key, label) = words(split, place);
                counts.insert((place, key.to_owned(), label.to_owned()), values);
            }
            done
        }
    };
    let series: Vec<Series> =
        counts.into_iter().map(|((_, key, label), values)| Series { key, label, values }).collect();
    Ok(Histogram {
        from: ask.range.from.to_string(),
        to: ask.range.to.to_string(),
        step: ask.step.name(),
        tz: ask.zone.clone(),
        buckets: starts(&edges),
        total: series.iter().flat_map(|s| &s.values).sum(),
        series,
        source: done.origin,
        standing: reader.standing(done.stop),
    })
}

/// Where buckets start, as text.
pub(crate) fn starts(edges: &[i64]) -> Vec<String> {
    edges.iter().take(edges.len().saturating_sub(1)).map(|e| Timestamp(*e).to_string()).collect()
}

fn words(split: Split, place: usize) -> (&'static str, &'static str) {
    match split {
        Split::StatusClass => {
            let name = CLASSES.get(place).copied().unwrap_or("unknown");
            (name, name)
        }
        Split::Granted if place == 0 => ("true", "Granted"),
        Split::Granted => ("false", "Denied"),
        Split::Reason => reason_words(place as u8),
        _ => ("all", "Calls"),
    }
}

/// Counts by any field that repeats, from rows: the most frequent values and the rest.
fn by_field(
    reader: &Reader<'_>,
    field: FieldId,
    edges: &[i64],
    counts: &mut BTreeMap<(usize, String, String), Vec<u64>>,
) -> Result<Tallied> {
    let (from, to) = (edges.first().copied().unwrap_or(0), edges.last().copied().unwrap_or(0));
    let buckets = edges.len() - 1;
    let units = reader.units(from, to)?;
    let mut sums: HashMap<String, Vec<u64>> = HashMap::new();
    let work = |_: usize, unit: &Unit| -> Result<HashMap<String, Vec<u64>>> {
        let mut sums: HashMap<String, Vec<u64>> = HashMap::new();
        if !reader.compiled.may_match(unit)? {
            return Ok(sums);
        }
        let read = Selected::read(reader, unit, &[field], |batch| {
            let mut mask = reader.compiled.mask(batch);
            mask.and(&during(batch, from, to));
            vec![mask]
        })?;
        let Some(read) = read else { return Ok(sums) };
        let times = read.batch().column(field::TIME);
        let rows = read.masks.first().map(crate::eval::Mask::rows).unwrap_or_default();
        each_value(read.batch(), field, &rows, |value, rows| {
            let values = sums.entry(value.to_owned()).or_insert_with(|| vec![0; buckets]);
            for row in rows {
                let time = times.and_then(|c| c.int(*row as usize)).unwrap_or(0);
                let bucket = edges.partition_point(|e| *e <= time).saturating_sub(1);
                values.get_mut(bucket).into_iter().for_each(|v| *v += 1);
            }
        });
        Ok(sums)
    };
    let budget = reader.budget;
    let stop = reader.each(&units, work, |found| {
        for (value, more) in found {
            let values = sums.entry(value).or_insert_with(|| {
                budget.hold(buckets * 8);
                vec![0; buckets]
            });
            values.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
    })?;
    let mut ranked: Vec<(u64, String, Vec<u64>)> =
        sums.into_iter().map(|(k, v)| (v.iter().sum(), k, v)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    for (place, (_, key, values)) in ranked.into_iter().enumerate() {
        if place < SERIES_MAX {
            let label = value_label(field, &key);
            counts.insert((place, key, label), values);
        } else {
            let rest = counts
                .entry((SERIES_MAX, "other".to_owned(), "Other".to_owned()))
                .or_insert_with(|| vec![0; buckets]);
            rest.iter_mut().zip(values).for_each(|(a, b)| *a += b);
        }
    }
    Ok(Tallied { origin: crate::tally::Origin::Rows, stop })
}
