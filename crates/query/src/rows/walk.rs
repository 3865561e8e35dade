//! The walk: unit by unit in the order of time. It ends when the worst row of the page is better than anything
//! left, or when its turn is over; then it says how far it came, and all rows up to there are in the answer.

use event::Batch;
use event::column::Column;
use ledger::Unit;

use super::frontier::Frontier;
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
    /// The best time that was not looked at, when something was left because the turn was over or the walk stopped.
    pub(crate) left: Option<i64>,
}

/// The first `count` rows after a place, in order. When the turn of the budget is over, only those that nothing
/// unread can come before; but some way is always made.
pub(crate) fn walk(
    reader: &Reader<'_>,
    range: Range,
    order: Order,
    count: usize,
    after: Option<(i64, i64)>,
) -> Result<Walked> {
    let mut frontier = Frontier::new(reader.view, range, order, after);
    let (from, to) = (frontier.from, frontier.to);
    let mut walked =
        Walked { picks: Vec::new(), units: Vec::new(), scanned: Scanned::default(), stop: None, left: None };
    let is_over =
        |frontier: &Frontier, best: i64| frontier.is_past_start(best) && reader.budget.turn_is_over();
    let mut width = 1;
    loop {
        let start = walked.units.len();
        let bar = worst(&walked.picks, count, order);
        let mut bests = Vec::new();
        while bests.len() < width {
            let goes_on = |frontier: &Frontier, best: i64| {
                bar.is_none_or(|(time, _)| time <= best) && !is_over(frontier, best)
            };
            let Some((best, unit)) = frontier.next(goes_on)? else { break };
            bests.push(best);
            walked.units.push(unit);
        }
        let wave: Vec<Unit> = walked.units.get(start..).unwrap_or(&[]).to_vec();
        let rules = Rules { from, to, order, count, after, bar };
        let numbered = |at: usize, unit: &Unit| {
            let is_left = bests.get(at).is_some_and(|best| is_over(&frontier, *best));
            Ok((at, if is_left { None } else { Some(look(reader, unit, &rules)?) }))
        };
        let mut looked = vec![false; wave.len()];
        walked.stop = reader.each(&wave, numbered, |(at, found)| {
            let Some((rows, scanned)) = found else { return };
            looked.get_mut(at).into_iter().for_each(|looked| *looked = true);
            walked.scanned.rows += scanned;
            let unit = start + at;
            walked.picks.extend(rows.into_iter().map(|(time, seq, row)| Pick { time, seq, unit, row }));
        })?;
        for ((unit, best), _) in wave.iter().zip(&bests).zip(&looked).filter(|(_, looked)| !**looked) {
            frontier.put(*best, unit.clone());
        }
        walked.picks.sort_unstable_by_key(|p| (std::cmp::Reverse(order.key(p.time, p.seq)), p.unit, p.row));
        walked.picks.truncate(count);
        walked.scanned.files = frontier.files;
        let best = frontier.best();
        let has_all = best.is_none_or(|best| worst(&walked.picks, count, order).is_some_and(|w| w.0 > best));
        if has_all && walked.stop.is_none() {
            return Ok(walked);
        }
        if walked.stop.is_some() || best.is_some_and(|best| is_over(&frontier, best)) {
            walked.left = best.map(|best| order.turned(best));
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
fn look(reader: &Reader<'_>, unit: &Unit, rules: &Rules) -> Result<Found> {
    if !reader.compiled.may_match(unit)? {
        return Ok((Vec::new(), 0));
    }
    let mut mask = match unit.in_memory() {
        Some(batch) => reader.compiled.mask(batch),
        None if reader.compiled.is_all() => Mask::full(unit.rows),
        None => reader.compiled.mask(&unit.read(reader.compiled.fields(), None)?),
    };
    let scanned = unit.rows as u64;
    if mask.is_empty() {
        return Ok((Vec::new(), scanned));
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
    Ok((rows, scanned))
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
