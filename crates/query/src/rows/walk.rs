//! The walk: a heap of what is still to read, by the best time it may hold. It ends when the worst row of the
//! page is better than anything left.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use event::Batch;
use event::column::Column;
use ledger::{Source, Unit};

use super::{Order, PLACE, Scanned, all_fields};
use crate::budget::Stop;
use crate::error::Result;
use crate::eval::Mask;
use crate::range::Range;
use crate::reader::{Reader, during};

/// Below one row in so many, where they stand is read for the chosen rows only.
const FEW: usize = 16;

/// Units read at once when the first ones did not suffice.
const WAVE_MAX: usize = 16;

/// A row of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) time: i64,
    pub(crate) seq: i64,
    unit: usize,
    row: u32,
}

/// What a walk found.
pub(crate) struct Walked {
    /// The rows, in order.
    pub(crate) picks: Vec<Pick>,
    /// What they are read from.
    pub(crate) units: Vec<Unit>,
    pub(crate) scanned: Scanned,
    pub(crate) stop: Option<Stop>,
}

struct Left {
    /// The best time it may hold, turned so that greater comes first.
    best: i64,
    what: What,
}

enum What {
    Source(Source),
    Unit(Unit),
}

impl PartialEq for Left {
    fn eq(&self, other: &Self) -> bool {
        self.best == other.best
    }
}

impl Eq for Left {}

impl PartialOrd for Left {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Left {
    fn cmp(&self, other: &Self) -> Ordering {
        self.best.cmp(&other.best)
    }
}

/// The first `count` rows after a place, in order.
pub(crate) fn walk(
    reader: &Reader<'_>,
    range: Range,
    order: Order,
    count: usize,
    after: Option<(i64, i64)>,
) -> Result<Walked> {
    // Rows before the cursor need not be looked at: the range is cut there.
    let (mut from, mut to) = (range.from.0, range.to.0);
    match (after, order) {
        (Some((time, _)), Order::Descending) => to = to.min(time.saturating_add(1)),
        (Some((time, _)), Order::Ascending) => from = from.max(time),
        (None, _) => {}
    }
    let best = |low: i64, high: i64| {
        if order == Order::Descending { high.min(to) } else { low.max(from).saturating_neg() }
    };
    let sources = reader.view.sources(from, to).into_iter();
    let mut left: BinaryHeap<Left> =
        sources.map(|s| Left { best: best(s.time_min(), s.time_max()), what: What::Source(s) }).collect();
    let mut walked = Walked { picks: Vec::new(), units: Vec::new(), scanned: Scanned::default(), stop: None };
    let mut width = 1;
    loop {
        let start = walked.units.len();
        let worst = worst(&walked.picks, count, order);
        while walked.units.len() < start + width {
            if left.peek().is_none_or(|next| worst.is_some_and(|(time, _)| time > next.best)) {
                break;
            }
            match left.pop().map(|next| next.what) {
                Some(What::Source(source)) => {
                    walked.scanned.files += u64::from(matches!(source, Source::Part(_)));
                    let units = source.units()?.into_iter().filter(|u| u.time_min < to && u.time_max >= from);
                    left.extend(
                        units.map(|u| Left { best: best(u.time_min, u.time_max), what: What::Unit(u) }),
                    );
                }
                Some(What::Unit(unit)) => walked.units.push(unit),
                None => break,
            }
        }
        let wave: Vec<Unit> = walked.units.get(start..).unwrap_or(&[]).to_vec();
        if wave.is_empty() {
            return Ok(walked);
        }
        let rules = Rules { from, to, order, count, after, bar: worst };
        let numbered = |at: usize, unit: &Unit| Ok((start + at, look(reader, unit, &rules)?));
        walked.stop = reader.each(&wave, numbered, |(number, found)| {
            let Some((rows, scanned)) = found else { return };
            walked.scanned.rows += scanned;
            walked.picks.extend(rows.into_iter().map(|(time, seq, row)| Pick {
                time,
                seq,
                unit: number,
                row,
            }));
        })?;
        walked.picks.sort_unstable_by_key(|p| (std::cmp::Reverse(order.key(p.time, p.seq)), p.unit, p.row));
        walked.picks.truncate(count);
        if walked.stop.is_some() {
            return Ok(walked);
        }
        width = (width * 2).min(WAVE_MAX);
    }
}

/// The last row of a full page, as a key; what is not better need not be looked at.
fn worst(picks: &[Pick], count: usize, order: Order) -> Option<(i64, i64)> {
    picks.get(count.checked_sub(1)?).map(|p| order.key(p.time, p.seq))
}

struct Rules {
    from: i64,
    to: i64,
    order: Order,
    count: usize,
    after: Option<(i64, i64)>,
    bar: Option<(i64, i64)>,
}

type Found = (Vec<(i64, i64, u32)>, u64);

/// The best rows of a unit. Where they stand is read only when the filter leaves some.
fn look(reader: &Reader<'_>, unit: &Unit, rules: &Rules) -> Result<Option<Found>> {
    if !reader.compiled.may_match(unit)? {
        return Ok(None);
    }
    let mut mask = match unit.in_memory() {
        Some(batch) => reader.compiled.mask(batch),
        None if reader.compiled.is_all() => Mask::full(unit.rows),
        None => reader.compiled.mask(&unit.read(reader.compiled.fields(), None)?),
    };
    let scanned = unit.rows as u64;
    if mask.is_empty() {
        return Ok(Some((Vec::new(), scanned)));
    }
    let mut chosen = mask.rows();
    let few = chosen.len() * FEW < unit.rows;
    let read;
    let places = match unit.in_memory() {
        Some(batch) => batch,
        None => {
            read = unit.read(&PLACE, few.then_some(chosen.as_slice()))?;
            &read
        }
    };
    let narrow = few && unit.in_memory().is_none();
    if !narrow && (unit.time_min < rules.from || unit.time_max >= rules.to) {
        mask.and(&during(places, rules.from, rules.to));
        chosen = mask.rows();
    }
    let [times, seqs] = PLACE.map(|field| match places.column(field) {
        Some(Column::Int(numbers)) => numbers.as_slice(),
        _ => &[],
    });
    let order = rules.order;
    let after = rules.after.map(|(time, seq)| order.key(time, seq));
    let mut rows: Vec<(i64, i64, u32)> = Vec::new();
    for (at, row) in chosen.into_iter().enumerate() {
        let at = if narrow { at } else { row as usize };
        let (time, seq) = (times.get(at).copied().unwrap_or(0), seqs.get(at).copied().unwrap_or(0));
        let key = order.key(time, seq);
        let inside = (rules.from..rules.to).contains(&time);
        if inside && after.is_none_or(|after| key < after) && rules.bar.is_none_or(|bar| key > bar) {
            rows.push((time, seq, row));
        }
    }
    if rows.len() > rules.count {
        rows.select_nth_unstable_by_key(rules.count, |(time, seq, _)| {
            std::cmp::Reverse(order.key(*time, *seq))
        });
        rows.truncate(rules.count);
    }
    Ok(Some((rows, scanned)))
}

/// Every field of the chosen rows, in their order.
pub(crate) fn fetch(units: &[Unit], picks: &[Pick]) -> Result<Batch> {
    let mut batch = Batch::new();
    // Where each pick lies in the batch as it is read: unit by unit, rows ascending.
    let mut by_place: Vec<usize> = (0..picks.len()).collect();
    let place = |at: &usize| picks.get(*at).map(|p| (p.unit, p.row));
    by_place.sort_by_key(place);
    let mut start = 0;
    while let Some((number, _)) = by_place.get(start).and_then(place) {
        let len = by_place
            .get(start..)
            .unwrap_or(&[])
            .iter()
            .take_while(|at| place(at).is_some_and(|(n, _)| n == number))
            .count();
        let chosen = by_place.get(start..start + len).unwrap_or(&[]);
        let rows: Vec<u32> = chosen.iter().filter_map(|at| place(at).map(|(_, row)| row)).collect();
        if let Some(unit) = units.get(number) {
            batch.append(&unit.read(&all_fields(), Some(&rows))?);
        }
        start += len;
    }
    let mut order = vec![0_u32; picks.len()];
    for (at, pick) in by_place.iter().enumerate() {
        if let Some(slot) = order.get_mut(*pick) {
            *slot = at as u32;
        }
    }
    Ok(batch.gather(&order))
}
