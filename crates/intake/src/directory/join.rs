//! Puts what was known at the time of each event beside what its record says. Precedence, once for all: what the record
//! says itself stays; the directory fills what is absent; whoever was refused for bad credentials is nobody's consumer.
//!
//! The work is done once for each distinct combination of texts, not for each event, and again when something changed
//! between the first and the last event of a batch.

use std::borrow::Cow;

use event::column::{Column, DictColumn};
use event::{Batch, FieldId, Row, field as f};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::judge;
use super::known::Directory;
use super::life::From;

mod callers;
mod calls;

pub(crate) use callers::Caller;
pub(crate) use calls::{Call, is_host};

/// What a field holds when several answers fit: which was meant is not guessed.
pub const AMBIGUOUS: &str = "(ambiguous)";

/// Completes events from the directory. Call before masking.
pub fn join(batch: &mut Batch, directory: &Directory) {
    if directory.is_empty() || batch.is_empty() {
        return;
    }
    let times = Times::of(batch, directory);
    let calls = calls::fill(batch, directory, &times);
    let callers = callers::fill(batch, directory, &times);
    judge::refine(batch, &calls, &callers);
}

/// What was known of one event.
#[derive(Default)]
pub(crate) struct Facts<'d> {
    pub(crate) call: Call<'d>,
    pub(crate) caller: Caller<'d>,
}

/// Completes events and tells what was known of each.
pub(crate) fn fill<'d>(batch: &mut Batch, directory: &'d Directory) -> (Found<Call<'d>>, Found<Caller<'d>>) {
    let times = Times::of(batch, directory);
    let calls = calls::fill(batch, directory, &times);
    let callers = callers::fill(batch, directory, &times);
    (calls, callers)
}

/// Completes a single event and tells what was known of it at its time.
pub(crate) fn facts<'d>(event: &mut Batch, directory: &'d Directory) -> Facts<'d> {
    let (calls, callers) = fill(event, directory);
    let call = calls.get(0).cloned().unwrap_or_default();
    Facts { call, caller: callers.all.into_iter().next().unwrap_or_default() }
}

/// The stretches of time in which nothing changed.
pub(super) struct Times {
    /// The stretch of each row; empty when all rows are of one.
    stretches: Vec<u32>,
}

impl Times {
    fn of(batch: &Batch, directory: &Directory) -> Times {
        let times = || batch.rows().map(time);
        let (first, last) = times().fold((From::MAX, From::MIN), |(a, b), t| (a.min(t), b.max(t)));
        let moments = directory.moments(first, last);
        if moments.is_empty() {
            return Times { stretches: Vec::new() };
        }
        Times { stretches: times().map(|t| moments.partition_point(|moment| *moment <= t) as u32).collect() }
    }

    fn stretch(&self, row: usize) -> u32 {
        self.stretches.get(row).copied().unwrap_or(0)
    }
}

pub(crate) fn time(row: Row<'_>) -> From {
    row.int(f::TIME).unwrap_or(From::MAX)
}

fn source(row: Row<'_>) -> &str {
    row.text(f::SOURCE).unwrap_or_default()
}

/// What was found for each distinct combination, and which of them each row has.
pub(crate) struct Found<T> {
    pub(super) of_row: Vec<u32>,
    pub(super) all: Vec<T>,
}

impl<T> Found<T> {
    pub(crate) fn get(&self, row: usize) -> Option<&T> {
        self.all.get(*self.of_row.get(row)? as usize)
    }
}

/// Numbers the distinct combinations of some columns and asks once for all of them, with the first row of each.
fn each_combination<const N: usize, T>(
    batch: &Batch,
    fields: [FieldId; N],
    times: &Times,
    ask: impl FnOnce(&[Row<'_>]) -> Vec<T>,
) -> Found<T> {
    let columns: [&[u32]; N] = fields.map(|field| match batch.column(field) {
        Some(Column::Dict(column)) => column.ids.as_slice(),
        _ => &[],
    });
    let mut numbers: HashMap<([u32; N], u32), u32, RandomState> = HashMap::default();
    let mut of_row = Vec::with_capacity(batch.len());
    let mut first_rows = Vec::new();
    let mut last: Option<(([u32; N], u32), u32)> = None;
    for row in 0..batch.len() {
        let key = (columns.map(|ids| ids.get(row).copied().unwrap_or(0)), times.stretch(row));
        let number = match last {
            Some((before, number)) if before == key => number,
            _ => *numbers.entry(key).or_insert_with(|| {
                first_rows.push(batch.row(row));
                first_rows.len() as u32 - 1
            }),
        };
        last = Some((key, number));
        of_row.push(number);
    }
    Found { of_row, all: ask(&first_rows) }
}

/// Fills a field where it is absent with the text of the row's combination.
fn fill_absent<T>(
    batch: &mut Batch,
    field: FieldId,
    found: &Found<T>,
    text: impl Fn(&T) -> Option<Cow<'_, str>>,
) {
    let mut column = match batch.take_column(field) {
        Some(Column::Dict(column)) => column,
        _ => DictColumn::default(),
    };
    if column.ids.len() == found.of_row.len() && !column.ids.contains(&0) {
        batch.set_column(field, Column::Dict(column));
        return;
    }
    let mut number = |thing: &T| text(thing).map_or(0, |text| column.dict.number(&text));
    let numbers: Vec<u32> = found.all.iter().map(&mut number).collect();
    if column.ids.is_empty() && numbers.iter().all(|number| *number == 0) {
        return;
    }
    column.ids.resize(found.of_row.len(), 0);
    for (id, combination) in column.ids.iter_mut().zip(&found.of_row) {
        if *id == 0 {
            *id = numbers.get(*combination as usize).copied().unwrap_or(0);
        }
    }
    batch.set_column(field, Column::Dict(column));
}
