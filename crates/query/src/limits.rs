//! What a limit on calls would do: the calls of a range in the order of time, counted for each caller in each period. Of a
//! period the first calls pass. Calls that were refused for another reason count nothing and stay refused.
//!
//! The range is gone through in slices, so that memory does not grow with it: a slice is sorted by time and forgotten; what
//! is kept is the count of each caller in the period it is in.

use std::collections::HashMap;

use event::column::Column;
use event::time::{DAY, HOUR, MINUTE, SECOND};
use event::{Batch, FieldId, field};
use foldhash::fast::RandomState;
use keys::Scope;
use ledger::{Unit, View};

use crate::budget::{Budget, Stop};
use crate::error::{Error, Result};
use crate::eval::Mask;
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;

/// Rows of one slice, about.
const SLICE_ROWS: f64 = 1_000_000.0;
/// The shortest slice, in microseconds; one with more rows is sorted as a whole.
const SLICE_MIN: i64 = SECOND;
/// Callers that are told apart.
pub const CALLERS_MAX: usize = 1_000_000;
/// Bytes that a row of a slice takes.
const ROW_BYTES: usize = 32;

/// How long a period is. Periods begin in UTC: weeks on Monday, months on the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// So many microseconds, from multiples of it.
    Even(i64),
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Period {
    /// The number of the period a time is in.
    fn number(self, time: i64) -> i64 {
        // 1970-01-05 was a Monday.
        const WEEK: i64 = 7 * DAY;
        match self {
            Period::Even(WEEK) => (time - 4 * DAY).div_euclid(WEEK),
            Period::Even(length) => time.div_euclid(length.max(1)),
            Period::Month | Period::Year => {
                let (year, month, _) = event::time::civil(time.div_euclid(DAY));
                if self == Period::Year { year } else { year * 12 + month }
            }
        }
    }

    /// The period of that name.
    pub fn parse(name: &str) -> Result<Period> {
        Ok(match name {
            "second" => Period::Even(SECOND),
            "minute" => Period::Even(MINUTE),
            "hour" => Period::Even(HOUR),
            "day" => Period::Even(DAY),
            "week" => Period::Even(7 * DAY),
            "month" => Period::Month,
            "year" => Period::Year,
            other => return Err(Error::parameter("period", format!("{other:?} is not second to year"))),
        })
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which calls the limit is on.
    pub filter: Filter,
    /// Calls that pass in a period, of each caller.
    pub limit: u64,
    /// In how long.
    pub period: Period,
    /// The reason of refusals by the limit that is replaced.
    pub reason: &'static str,
}

/// One call that would flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flipped {
    /// Its sequence number.
    pub seq: i64,
    /// Its time.
    pub time: i64,
    /// Whether it would pass; otherwise it would be refused.
    pub passes: bool,
}

/// The calls of one caller to one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The consumer, or the address of a caller without one.
    pub caller: String,
    /// The route, or "".
    pub route: String,
    /// Calls that the limit looks at.
    pub calls: u64,
    /// Refused, and would pass.
    pub would_allow: u64,
    /// Passed, and would be refused.
    pub would_deny: u64,
}

/// What a limit would do.
pub struct Limited {
    /// By caller and route, in no order.
    pub shares: Vec<Share>,
    /// Calls that match.
    pub scanned: u64,
    /// How whole and fresh it is.
    pub standing: Standing,
}

const FIELDS: [FieldId; 8] = [
    field::TIME,
    field::SEQ,
    field::GRANTED,
    field::REASON,
    field::CONSUMER_NAME,
    field::CONSUMER_ID,
    field::IP,
    field::ROUTE,
];

/// Goes through the calls in the order of time; each that flips is handed over.
pub fn limits(
    view: &View,
    scope: &Scope,
    ask: &Ask,
    budget: &Budget,
    mut flipped: impl FnMut(Flipped),
) -> Result<Limited> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let units = reader.units(ask.range.from.0, ask.range.to.0)?;
    let (from, to) = match (units.iter().map(|u| u.time_min).min(), units.iter().map(|u| u.time_max).max()) {
        (Some(first), Some(last)) => {
            (ask.range.from.0.max(first), ask.range.to.0.min(last.saturating_add(1)))
        }
        _ => (ask.range.from.0, ask.range.from.0),
    };
    let mut names = Names::default();
    let mut counting = Counting::default();
    let mut scanned = 0;
    let mut stop = None;
    for (from, to) in slices(&units, from, to) {
        let (mut rows, stopped) = read(&reader, &units, ask, (from, to), &mut names)?;
        stop = stopped.or((names.callers.len() > CALLERS_MAX).then_some(Stop::Memory));
        if stop.is_some() {
            break;
        }
        rows.sort_unstable_by_key(|row| (row.time, row.seq));
        scanned += rows.len() as u64;
        for row in &rows {
            if let Some(passes) = counting.count(row, ask) {
                flipped(Flipped { seq: row.seq, time: row.time, passes });
            }
        }
    }
    let shares = counting.shares.into_iter().map(|((caller, route), share)| Share {
        caller: names.callers.text(caller).to_owned(),
        route: names.routes.text(route).to_owned(),
        ..share
    });
    Ok(Limited { shares: shares.collect(), scanned, standing: reader.standing(stop) })
}

/// Cuts a range so that each piece has about as many rows as fit into memory at once.
fn slices(units: &[Unit], from: i64, to: i64) -> Vec<(i64, i64)> {
    if from >= to {
        return Vec::new();
    }
    let rows = |unit: &Unit| {
        let (start, end) = (unit.time_min, unit.time_max.saturating_add(1));
        let overlap = end.min(to).saturating_sub(start.max(from)).max(0);
        unit.rows as f64 * overlap as f64 / (end - start).max(1) as f64
    };
    let expected: f64 = units.iter().map(rows).sum();
    if expected <= SLICE_ROWS || to - from <= SLICE_MIN {
        return vec![(from, to)];
    }
    let middle = from + (to - from) / 2;
    let mut cut = slices(units, from, middle);
    cut.extend(slices(units, middle, to));
    cut
}

/// What is kept of a call.
#[derive(Clone, Copy)]
struct Call {
    time: i64,
    seq: i64,
    caller: u32,
    route: u32,
    was: Was,
}

/// What had become of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Was {
    Granted,
    Limited,
    Refused,
}

/// Distinct texts by number.
#[derive(Default)]
struct Numbers {
    numbers: HashMap<Box<str>, u32, RandomState>,
    texts: Vec<Box<str>>,
}

impl Numbers {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    fn len(&self) -> usize {
        self.texts.len()
    }
}

#[derive(Default)]
struct Names {
    callers: Numbers,
    routes: Numbers,
}

/// The calls of one slice; those of a unit first by numbers of its own.
struct Part {
    calls: Vec<Call>,
    names: Names,
}

fn read(
    reader: &Reader<'_>,
    units: &[Unit],
    ask: &Ask,
    (from, to): (i64, i64),
    names: &mut Names,
) -> Result<(Vec<Call>, Option<Stop>)> {
    let inside: Vec<Unit> =
        units.iter().filter(|unit| unit.time_min < to && unit.time_max >= from).cloned().collect();
    let work = |_: usize, unit: &Unit| -> Result<Option<Part>> {
        if !reader.compiled.may_match(unit)? {
            return Ok(None);
        }
        let read = Selected::read(reader, unit, &FIELDS, |batch| {
            let mut mask = reader.compiled.mask(batch);
            mask.and(&during(batch, from, to));
            vec![mask]
        })?;
        let Some(read) = read else { return Ok(None) };
        let rows = read.masks.first().map(Mask::rows).unwrap_or_default();
        Ok(Some(part(read.batch(), &rows, ask)))
    };
    let mut all = Vec::new();
    let mut held = 0;
    let stop = reader.each(&inside, work, |found| {
        let Some(part) = found else { return };
        let callers: Vec<u32> =
            part.names.callers.texts.iter().map(|text| names.callers.number(text)).collect();
        let routes: Vec<u32> = part.names.routes.texts.iter().map(|text| names.routes.number(text)).collect();
        let of = |numbers: &[u32], at: u32| numbers.get(at as usize).copied().unwrap_or(0);
        held += part.calls.len() * ROW_BYTES;
        all.extend(part.calls.into_iter().map(|call| Call {
            caller: of(&callers, call.caller),
            route: of(&routes, call.route),
            ..call
        }));
    })?;
    // A slice is forgotten before the next one: only one that alone is too large ends the question.
    let too_large = held > crate::budget::MEMORY_BYTES_MAX;
    Ok((all, stop.or(too_large.then_some(Stop::Memory))))
}

fn part(batch: &Batch, rows: &[u32], ask: &Ask) -> Part {
    let mut part = Part { calls: Vec::with_capacity(rows.len()), names: Names::default() };
    let column = |field| batch.column(field);
    let text = |field, row: usize| column(field).and_then(|column: &Column| column.text(row));
    let number = |field, row: usize| column(field).and_then(|column: &Column| column.int(row));
    let mut last: Option<([u32; 4], u32, u32)> = None;
    for row in rows {
        let at = *row as usize;
        let ids =
            [field::CONSUMER_NAME, field::CONSUMER_ID, field::IP, field::ROUTE].map(|field| {
                match column(field) {
                    Some(Column::Dict(column)) => column.ids.get(at).copied().unwrap_or(0),
                    _ => 0,
                }
            });
        let (caller, route) = match last {
            Some((before, caller, route)) if before == ids => (caller, route),
            _ => {
                let caller = [field::CONSUMER_NAME, field::CONSUMER_ID, field::IP].into_iter();
                let caller = caller.filter_map(|field| text(field, at)).next().unwrap_or_default();
                let route = text(field::ROUTE, at).unwrap_or_default();
                (part.names.callers.number(caller), part.names.routes.number(route))
            }
        };
        last = Some((ids, caller, route));
        let was = match number(field::GRANTED, at) {
            Some(0) if text(field::REASON, at) == Some(ask.reason) => Was::Limited,
            Some(0) => Was::Refused,
            _ => Was::Granted,
        };
        let (time, seq) = (number(field::TIME, at).unwrap_or(0), number(field::SEQ, at).unwrap_or(0));
        part.calls.push(Call { time, seq, caller, route, was });
    }
    part
}

/// How many calls of each caller passed in the period it is in.
#[derive(Default)]
struct Counting {
    passed: HashMap<u32, (i64, u64), RandomState>,
    shares: HashMap<(u32, u32), Share, RandomState>,
}

impl Counting {
    /// Whether a call that flips would pass; nothing when it does not flip.
    fn count(&mut self, call: &Call, ask: &Ask) -> Option<bool> {
        let share = self.shares.entry((call.caller, call.route)).or_insert_with(|| Share {
            caller: String::new(),
            route: String::new(),
            calls: 0,
            would_allow: 0,
            would_deny: 0,
        });
        if call.was == Was::Refused {
            return None;
        }
        share.calls += 1;
        let period = ask.period.number(call.time);
        let passed = self.passed.entry(call.caller).or_insert((period, 0));
        if passed.0 != period {
            *passed = (period, 0);
        }
        let passes = passed.1 < ask.limit;
        passed.1 += u64::from(passes);
        match (call.was, passes) {
            (Was::Limited, true) => share.would_allow += 1,
            (Was::Granted, false) => share.would_deny += 1,
            _ => return None,
        }
        Some(passes)
    }
}
