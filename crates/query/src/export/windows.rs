//! The rows of an export, window by window in the order of time. A window is a stretch of time with at most some
//! ten thousand rows, so that what is held at once does not depend on how much is exported.

use event::column::Column;
use event::{Batch, FieldId};
use keys::Scope;
use ledger::{Unit, View};

use super::Ask;
use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::eval::{Compiled, Mask};
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::{Reader, bounds, during};
use crate::rows::{Order, PLACE};

/// Rows of one chunk handed on.
const CHUNK_ROWS: usize = 16_384;

/// Rows that begin in one stretch of time, about.
const STRETCH_ROWS: usize = 131_072;

/// The rows of an export.
pub(super) struct Windows {
    view: View,
    bounds: Filter,
    compiled: Compiled,
    asked: Filter,
    budget: Budget,
    range: Range,
    order: Order,
    fields: Vec<FieldId>,
    /// What is left to read, the next last.
    left: Vec<Group>,
    /// Rows read and ordered, handed on in chunks.
    ready: Option<(Batch, usize)>,
    groups: usize,
}

/// Where to cut time: at beginnings of units, so that a stretch begins with about as many rows as a row group has.
fn cuts(units: &[Unit], from: i64, to: i64) -> Vec<i64> {
    let mut starts: Vec<(i64, usize)> = units.iter().map(|u| (u.time_min.max(from), u.rows)).collect();
    starts.sort_unstable();
    let mut cuts = vec![from];
    let mut rows = 0;
    for (start, more) in starts {
        if rows + more > STRETCH_ROWS && cuts.last().is_some_and(|last| start > *last) {
            cuts.push(start);
            rows = 0;
        }
        rows += more;
    }
    cuts.push(to);
    cuts
}

/// Units whose times overlap, directly or through others: they are ordered together.
struct Group {
    units: Vec<Unit>,
    from: i64,
    to: i64,
}

impl Windows {
    pub(super) fn new(
        view: &View,
        scope: &Scope,
        ask: &Ask,
        budget: Budget,
        fields: Vec<FieldId>,
    ) -> Result<Windows> {
        let bounds = bounds(scope)?;
        let compiled = Compiled::new(&bounds.and(&ask.filter));
        let mut fields = fields;
        fields.extend(PLACE);
        fields.sort_unstable();
        fields.dedup();
        let mut windows = Windows {
            view: view.clone(),
            bounds,
            compiled,
            asked: ask.filter.clone(),
            budget,
            range: ask.range,
            order: ask.order,
            fields,
            left: Vec::new(),
            ready: None,
            groups: 0,
        };
        windows.left = windows.plan()?;
        windows.groups = windows.left.len();
        Ok(windows)
    }

    pub(super) fn progress(&self) -> f64 {
        1.0 - self.left.len() as f64 / self.groups.max(1) as f64
    }

    /// Cuts time into stretches at the borders of units, so that each holds few units.
    fn plan(&self) -> Result<Vec<Group>> {
        let (from, to) = (self.range.from.0, self.range.to.0);
        let mut units = Vec::new();
        for source in self.view.sources(from, to) {
            units.extend(source.units()?.into_iter().filter(|u| u.time_min < to && u.time_max >= from));
        }
        let cuts = cuts(&units, from, to);
        let mut groups = Vec::new();
        for pair in cuts.windows(2) {
            let [low, high] = pair else { continue };
            let inside: Vec<Unit> =
                units.iter().filter(|u| u.time_min < *high && u.time_max >= *low).cloned().collect();
            if !inside.is_empty() {
                groups.push(Group { units: inside, from: *low, to: *high });
            }
        }
        if self.order == Order::Ascending {
            groups.reverse();
        }
        Ok(groups)
    }

    /// The next rows in order.
    pub(super) fn next(&mut self) -> Result<Option<Batch>> {
        loop {
            if let Some(stop) = self.budget.spent() {
                return Err(Error::TooLarge {
                    what: "the export was stopped".to_owned(),
                    remedy: stop.words().to_owned(),
                });
            }
            if let Some((batch, done)) = &mut self.ready {
                let end = (*done + CHUNK_ROWS).min(batch.len());
                let rows: Vec<u32> = (*done as u32..end as u32).collect();
                let chunk = if rows.len() == batch.len() { batch.clone() } else { batch.gather(&rows) };
                *done = end;
                if end == batch.len() {
                    self.ready = None;
                }
                return Ok(Some(chunk));
            }
            let Some(group) = self.left.pop() else { return Ok(None) };
            let batch = self.read(&group)?;
            if !batch.is_empty() {
                self.ready = Some((batch, 0));
            }
        }
    }

    /// The rows of a stretch of time, in order.
    fn read(&self, group: &Group) -> Result<Batch> {
        let reader = Reader::with(&self.view, self.bounds.clone(), self.asked.clone(), &self.budget);
        let mut all = Batch::new();
        for unit in &group.units {
            if !self.compiled.may_match(unit)? {
                continue;
            }
            let read = crate::scan::Selected::read(&reader, unit, &self.fields, |batch| {
                let mut mask = reader.compiled.mask(batch);
                if unit.time_min < group.from || unit.time_max >= group.to {
                    mask.and(&during(batch, group.from, group.to));
                }
                vec![mask]
            })?;
            let Some(read) = read else { continue };
            let rows = read.masks.first().map(Mask::rows).unwrap_or_default();
            match (group.units.len(), rows.len() == read.batch().len()) {
                (1, true) => all = read.batch().clone(),
                _ => all.append(&read.batch().gather(&rows)),
            }
        }
        let order = self.sorted(&all);
        let in_order = order.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        Ok(if in_order { all } else { all.gather(&order) })
    }

    fn sorted(&self, batch: &Batch) -> Vec<u32> {
        let [times, seqs] = PLACE.map(|field| match batch.column(field) {
            Some(Column::Int(numbers)) => numbers.as_slice(),
            _ => &[],
        });
        let place = |row: u32| {
            let at = row as usize;
            self.order.key(times.get(at).copied().unwrap_or(0), seqs.get(at).copied().unwrap_or(0))
        };
        let mut rows: Vec<u32> = (0..batch.len() as u32).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(place(*row)));
        rows
    }
}
