//! Calls over time, split by one field: the bars above the rows.

use std::collections::HashMap;

use event::field::{self, FieldId};
use event::reason::REASONS;
use event::{Storage, Timestamp};
use keys::Scope;
use ledger::{Unit, View};
use serde::Serialize;

use crate::budget::{Budget, Stop};
use crate::error::{Error, Result};
use crate::lang::{self, Filter};
use crate::range::{Compare, Range, Zone};
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;
use crate::series::{self, Both, Edges, Line, Period};
use crate::step::Step;
use crate::tally::{Hit, Origin, TRAFFIC, Tallied, tally};
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
    /// Which period stands beside.
    pub compare: Compare,
    /// The moment of asking.
    pub now: Timestamp,
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

/// Calls over time.
#[derive(Clone, Debug, Serialize)]
pub struct Histogram {
    /// Start of the range.
    pub from: String,
    /// End of the range.
    pub to: String,
    /// Length of a bucket.
    pub step: String,
    /// The period compared with.
    pub previous_period: Option<Period>,
    /// Zone of the buckets.
    pub tz: Zone,
    /// Where the buckets start; the last ends at `to`.
    pub buckets: Vec<String>,
    /// The series.
    pub series: Vec<Line<u64>>,
    /// All calls.
    pub total: u64,
    /// Where the numbers came from.
    pub source: Origin,
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
    let previous = ask.compare.period(ask.range, ask.now);
    let edges = Edges::new(ask.step, ask.range, &ask.zone, previous)?;
    let (counts, done) = match ask.split {
        Split::Field(field) => by_field(&reader, field, &edges)?,
        split => {
            let place = |hit: &Hit| match split {
                Split::StatusClass => class(hit.status),
                Split::Granted => usize::from(hit.reason != 0),
                Split::Reason => usize::from(hit.reason),
                _ => 0,
            };
            let tally = |wants: &[_], take: &mut (dyn FnMut(usize, &Hit) + Send)| tally(&reader, wants, take);
            let (sums, done) = series::count(&edges, TRAFFIC, |hit| Some(place(hit)), &[], tally)?;
            let named = sums.into_iter().map(|(place, both)| {
                let (key, label) = words(split, place);
                (key.to_owned(), label.to_owned(), both)
            });
            (named.collect(), done)
        }
    };
    let line = |(key, label, [values, before]): Counted| {
        let previous = edges.is_compared().then_some(before);
        Line { key, label, values, previous }
    };
    let series: Vec<Line<u64>> = counts.into_iter().map(line).collect();
    Ok(Histogram {
        from: ask.range.from.to_string(),
        to: ask.range.to.to_string(),
        step: ask.step.name(),
        previous_period: previous.map(Period::from),
        tz: ask.zone.clone(),
        buckets: edges.starts(),
        total: series.iter().flat_map(|s| &s.values).sum(),
        series,
        source: done.origin,
        standing: reader.standing(done.stop),
    })
}

/// Key, label and calls of a series.
type Counted = (String, String, Both);

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
fn by_field(reader: &Reader<'_>, field: FieldId, edges: &Edges) -> Result<(Vec<Counted>, Tallied)> {
    let mut sums: HashMap<String, Both> = HashMap::new();
    let mut stop = None;
    for (at, edges_of) in std::iter::once(&edges.now).chain(&edges.before).enumerate() {
        let (found, stopped) = values_over_time(reader, field, edges_of)?;
        stop = stop.or(stopped);
        for (value, counts) in found {
            let both = sums.entry(value).or_insert_with(|| edges.zeros());
            both.get_mut(at).into_iter().for_each(|sums| add(sums, &counts));
        }
    }
    let mut ranked: Vec<(String, Both)> = sums.into_iter().collect();
    let size = |both: &Both| both.each_ref().map(|values| values.iter().sum::<u64>());
    ranked.sort_by(|a, b| size(&b.1).cmp(&size(&a.1)).then_with(|| a.0.cmp(&b.0)));
    let rest = ranked.split_off(ranked.len().min(SERIES_MAX));
    let mut counts: Vec<Counted> = ranked
        .into_iter()
        .map(|(key, both)| {
            let label = value_label(field, &key);
            (key, label, both)
        })
        .collect();
    if !rest.is_empty() {
        let mut sums = edges.zeros();
        rest.iter().for_each(|(_, both)| sums.iter_mut().zip(both).for_each(|(sums, more)| add(sums, more)));
        counts.push(("other".to_owned(), "Other".to_owned(), sums));
    }
    Ok((counts, Tallied { origin: Origin::Rows, stop }))
}

fn add(sums: &mut [u64], more: &[u64]) {
    sums.iter_mut().zip(more).for_each(|(sum, n)| *sum += n);
}

type Values = HashMap<String, Vec<u64>>;

/// The values of a field and how many calls have each in every bucket.
fn values_over_time(reader: &Reader<'_>, field: FieldId, edges: &[i64]) -> Result<(Values, Option<Stop>)> {
    let (from, to) = (edges.first().copied().unwrap_or(0), edges.last().copied().unwrap_or(0));
    let buckets = edges.len().saturating_sub(1);
    let units = reader.units(from, to)?;
    let work = |_: usize, unit: &Unit| -> Result<Values> {
        let mut sums = Values::new();
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
    let mut sums = Values::new();
    let budget = reader.budget;
    let stop = reader.each(&units, work, |found| {
        for (value, more) in found {
            let values = sums.entry(value).or_insert_with(|| {
                budget.hold(buckets * 8);
                vec![0; buckets]
            });
            add(values, &more);
        }
    })?;
    Ok((sums, stop))
}
