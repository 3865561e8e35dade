//! The distinct combinations of some fields among the events that match, with how many calls each has: what a verdict
//! depends on is judged once for each combination and not for each call. Each combination is shown by one of its events.
//!
//! A field with many values may stand in classes (an address by the lists it is on), and times in marks (whether a
//! window is open), so that there are few combinations where only the class counts.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use event::column::Column;
use event::{Batch, Event, FieldId, Row, Storage, field};
use foldhash::fast::{FixedState, RandomState};
use keys::Scope;
use ledger::{Unit, View};

use crate::budget::{Budget, Stop};
use crate::error::Result;
use crate::eval::{Compiled, Mask};
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;

/// Combinations that are told apart; beyond it the answer is partial.
pub const COMBINATIONS_MAX: usize = 1_000_000;
/// Events named for one combination.
const EXAMPLES_MAX: usize = 5;
/// Up to so many slots a table is indexed and not hashed.
const SLOTS_MAX: usize = 1 << 22;
/// Bytes that a combination takes besides its texts, about.
const COMBINATION_BYTES: usize = 200;

/// Puts the values of a field into classes.
pub type Classes = Arc<dyn Fn(&str) -> u64 + Send + Sync>;
/// Puts times, in microseconds, into classes.
pub type Marks = Arc<dyn Fn(i64) -> u64 + Send + Sync>;

/// What is asked for.
#[derive(Clone)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Fields that make a combination.
    pub fields: Vec<FieldId>,
    /// Fields of which only the class counts.
    pub classes: Vec<(FieldId, Classes)>,
    /// What of the time counts.
    pub marks: Option<Marks>,
}

/// How often a combination occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Calls.
    pub calls: u64,
    /// The time of the first.
    pub first: i64,
    /// The time of the last.
    pub last: i64,
    /// Sequence numbers of some of its events.
    pub examples: Vec<i64>,
}

/// What was found.
pub struct Combinations {
    /// One event of each combination: the fields asked for, those with classes, time and sequence number.
    pub batch: Batch,
    /// How often each occurs, in the order of the batch.
    pub counts: Vec<Count>,
    /// Events looked at that match.
    pub scanned: u64,
    /// How whole and fresh it is.
    pub standing: Standing,
}

/// Looks for all combinations.
pub fn combinations(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Combinations> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let mut all = All::new(ask);
    let mut is_full = false;
    let work = |read: &Batch, rows: &[u32]| {
        let (_, batch, counts) = of_unit(read, rows, ask);
        (batch, counts)
    };
    let stop = each_unit(&reader, ask, work, |(batch, counts)| {
        for (row, count) in batch.rows().zip(counts) {
            is_full = !all.add(row, count, budget) || is_full;
        }
    })?;
    let stop = stop.or(is_full.then_some(Stop::Memory));
    all.batch.finish();
    let scanned = all.counts.iter().map(|count| count.calls).sum();
    Ok(Combinations { batch: all.batch, counts: all.counts, scanned, standing: reader.standing(stop) })
}

/// The calls of the combinations that are chosen, up to so many: time, sequence number and what was chosen. `choose` is asked
/// for the combinations of one piece after the other.
pub fn each(
    view: &View,
    scope: &Scope,
    ask: &Ask,
    budget: &Budget,
    choose: impl Fn(&Batch) -> Vec<Option<bool>> + Sync,
    most: usize,
) -> Result<Vec<(i64, i64, bool)>> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let mut all: Vec<(i64, i64, bool)> = Vec::new();
    let work = |read: &Batch, rows: &[u32]| {
        let (groups, batch, _) = of_unit(read, rows, ask);
        let chosen = choose(&batch);
        let pick = |(row, group): (&u32, &u32)| {
            let row = read.row(*row as usize);
            let chosen = chosen.get(*group as usize).copied().flatten()?;
            Some((row.int(field::TIME)?, row.int(field::SEQ)?, chosen))
        };
        rows.iter().zip(&groups).filter_map(pick).collect::<Vec<_>>()
    };
    each_unit(&reader, ask, work, |found| {
        budget.hold(found.len() * size_of::<(i64, i64, bool)>());
        all.extend(found);
    })?;
    all.sort_unstable();
    all.truncate(most);
    Ok(all)
}

/// Whether a filter holds for each event of a batch.
pub fn holds(filter: &Filter, batch: &Batch) -> Vec<bool> {
    let mask = Compiled::new(filter).mask(batch);
    (0..batch.len()).map(|row| mask.has(row)).collect()
}

/// Does the work for each unit that has rows.
fn each_unit<T: Send>(
    reader: &Reader<'_>,
    ask: &Ask,
    part: impl Fn(&Batch, &[u32]) -> T + Sync,
    mut take: impl FnMut(T) + Send,
) -> Result<Option<Stop>> {
    let (from, to) = (ask.range.from.0, ask.range.to.0);
    let units = reader.units(from, to)?;
    let fields = fields(ask);
    let work = |_: usize, unit: &Unit| -> Result<Option<T>> {
        if !reader.compiled.may_match(unit)? {
            return Ok(None);
        }
        let read = Selected::read(reader, unit, &fields, |batch| {
            let mut mask = reader.compiled.mask(batch);
            mask.and(&during(batch, from, to));
            vec![mask]
        })?;
        let Some(read) = read else { return Ok(None) };
        let rows = read.masks.first().map(Mask::rows).unwrap_or_default();
        Ok(Some(part(read.batch(), &rows)))
    };
    reader.each(&units, work, |found| found.into_iter().for_each(&mut take))
}

fn fields(ask: &Ask) -> Vec<FieldId> {
    let classes = ask.classes.iter().map(|(field, _)| *field);
    let mut fields: Vec<FieldId> =
        ask.fields.iter().copied().chain(classes).chain([field::TIME, field::SEQ]).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The combinations among some rows: that of each row, one row of each, and how often it occurs.
fn of_unit(batch: &Batch, rows: &[u32], ask: &Ask) -> (Vec<u32>, Batch, Vec<Count>) {
    let mut groups = Groups { of_row: vec![0; rows.len()], count: 1 };
    for field in &ask.fields {
        match batch.column(*field) {
            None => {}
            Some(Column::Dict(column)) => {
                let id = |row: u32| column.ids.get(row as usize).copied().unwrap_or(0);
                groups.split(column.dict.len(), rows.iter().map(|row| id(*row)));
            }
            Some(column) => groups.split_by(rows, |row| own(column, row as usize)),
        }
    }
    for (field, classes) in &ask.classes {
        match batch.column(*field) {
            None => {}
            Some(Column::Dict(column)) => {
                let of_text: Vec<u64> = column.dict.texts().iter().map(|text| classes(text)).collect();
                let id = |row: u32| column.ids.get(row as usize).copied().unwrap_or(0) as usize;
                groups.split_by(rows, |row| of_text.get(id(row)).copied().unwrap_or(0));
            }
            Some(column) => {
                groups.split_by(rows, |row| column.text(row as usize).map_or(0, |text| classes(text)));
            }
        }
    }
    let time = |row: u32| batch.row(row as usize).int(field::TIME).unwrap_or(0);
    if let Some(marks) = &ask.marks {
        // Of one caller rows lie in the order of time, so many are of the minute of the one before.
        let mut last = (i64::MIN, 0);
        groups.split_by(rows, |row| {
            let minute = time(row).div_euclid(event::time::MINUTE);
            if last.0 != minute {
                last = (minute, marks(time(row)));
            }
            last.1
        });
    }
    let mut firsts = vec![u32::MAX; groups.count];
    let mut counts = vec![Count { first: i64::MAX, last: i64::MIN, ..Count::default() }; groups.count];
    for (row, group) in rows.iter().zip(&groups.of_row) {
        let (Some(first), Some(count)) = (firsts.get_mut(*group as usize), counts.get_mut(*group as usize))
        else {
            continue;
        };
        *first = (*first).min(*row);
        let at = time(*row);
        count.calls += 1;
        count.first = count.first.min(at);
        count.last = count.last.max(at);
        if count.examples.len() < EXAMPLES_MAX {
            count.examples.extend(batch.row(*row as usize).int(field::SEQ));
        }
    }
    // Groups are numbered as they first occur, so their first rows ascend.
    (groups.of_row, batch.gather(&firsts), counts)
}

/// A number for what a column that is not in a dictionary holds.
fn own(column: &Column, row: usize) -> u64 {
    match (column.int(row), column.text(row)) {
        (Some(number), _) => number as u64 ^ 1 << 63,
        (None, Some(text)) => FixedState::default().hash_one(text),
        (None, None) => 0,
    }
}

/// Which group each row is in; split further by one column after the other.
struct Groups {
    of_row: Vec<u32>,
    count: usize,
}

impl Groups {
    /// Splits by small numbers below a bound.
    fn split(&mut self, bound: usize, ids: impl Iterator<Item = u32>) {
        let bound = bound.max(1);
        if self.count.saturating_mul(bound) > SLOTS_MAX {
            return self.hashed(ids.map(u64::from));
        }
        let mut slots = vec![u32::MAX; self.count * bound];
        let mut next = 0;
        for (group, id) in self.of_row.iter_mut().zip(ids) {
            let Some(slot) = slots.get_mut(*group as usize * bound + id as usize) else { continue };
            if *slot == u32::MAX {
                *slot = next;
                next += 1;
            }
            *group = *slot;
        }
        self.count = next as usize;
    }

    fn split_by(&mut self, rows: &[u32], number: impl FnMut(u32) -> u64) {
        self.hashed(rows.iter().copied().map(number));
    }

    fn hashed(&mut self, numbers: impl Iterator<Item = u64>) {
        let mut known: HashMap<(u32, u64), u32, RandomState> = HashMap::default();
        let mut last = ((u32::MAX, 0), 0);
        for (group, number) in self.of_row.iter_mut().zip(numbers) {
            let key = (*group, number);
            if last.0 != key {
                let next = known.len() as u32;
                last = (key, *known.entry(key).or_insert(next));
            }
            *group = last.1;
        }
        self.count = known.len();
    }
}

/// The combinations of all units.
struct All<'a> {
    ask: &'a Ask,
    fields: Vec<FieldId>,
    places: HashMap<Box<[u8]>, u32, RandomState>,
    batch: Batch,
    counts: Vec<Count>,
    key: Vec<u8>,
}

impl All<'_> {
    fn new(ask: &Ask) -> All<'_> {
        let (batch, counts, key) = (Batch::new(), Vec::new(), Vec::new());
        All { ask, fields: fields(ask), places: HashMap::default(), batch, counts, key }
    }

    /// Adds a combination of a unit; false when there is no room for another one.
    fn add(&mut self, row: Row<'_>, count: Count, budget: &Budget) -> bool {
        self.write_key(row);
        if let Some(at) = self.places.get(self.key.as_slice()) {
            if let Some(known) = self.counts.get_mut(*at as usize) {
                known.calls += count.calls;
                known.first = known.first.min(count.first);
                known.last = known.last.max(count.last);
                let room = EXAMPLES_MAX.saturating_sub(known.examples.len());
                known.examples.extend(count.examples.into_iter().take(room));
            }
            return true;
        }
        if self.counts.len() >= COMBINATIONS_MAX {
            return false;
        }
        budget.hold(COMBINATION_BYTES + self.key.len());
        self.places.insert(self.key.as_slice().into(), self.counts.len() as u32);
        self.counts.push(count);
        self.batch.push(&event(row, &self.fields));
        true
    }

    fn write_key(&mut self, row: Row<'_>) {
        self.key.clear();
        for field in &self.ask.fields {
            // No text holds this byte.
            match row.int(*field) {
                Some(number) => self.key.extend_from_slice(&number.to_le_bytes()),
                None => self.key.extend_from_slice(row.text(*field).unwrap_or_default().as_bytes()),
            }
            self.key.push(0xff);
        }
        for (field, classes) in &self.ask.classes {
            let class = row.text(*field).map_or(0, |text| classes(text));
            self.key.extend_from_slice(&class.to_le_bytes());
        }
        if let Some(marks) = &self.ask.marks {
            let mark = marks(row.int(field::TIME).unwrap_or(0));
            self.key.extend_from_slice(&mark.to_le_bytes());
        }
    }
}

/// Some fields of a row on their own.
fn event<'b>(row: Row<'b>, fields: &[FieldId]) -> Event<'b> {
    let mut event = Event::new();
    for field in fields {
        match field.field().kind.storage() {
            Storage::Int => event.int_if(*field, row.int(*field)),
            _ => event.text(*field, row.text(*field).unwrap_or_default()),
        }
    }
    event
}
