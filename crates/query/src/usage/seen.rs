//! When each key was seen first and last, of all that is kept: to the day from the cells of days, then to the hour from
//! those days' cells of hours. It depends on who asks, and neither on the range nor on the filter.

use std::collections::BTreeSet;

use event::Timestamp;
use event::time::{DAY, HOUR};
use ledger::Sym;

use super::rows::{Counted, Row};
use super::{Dimension, Place};
use crate::error::Result;
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::Reader;
use crate::tally::{Hit, Numbered, Want, tally_cells};

/// The first and the last stretch something was seen in: their starts.
type Stretches = Numbered<Sym, (i64, i64)>;

/// Says of rows when each was seen. Rows stay without, when a look that is limited cannot tell from cells.
pub(super) fn fill(
    reader: &Reader<'_>,
    dimension: &Dimension,
    rows: &mut [(Sym, Row)],
    counted: &mut Counted,
) -> Result<()> {
    let everything = reader.asking(&Filter::all());
    let wanted: Numbered<Sym, ()> = rows.iter().map(|(key, _)| (*key, ())).collect();
    let Some(days) = days(&everything, dimension, &wanted)? else { return Ok(()) };
    let hours = hours(&everything, dimension, &days, counted)?;
    let text = |time: i64| Some(Timestamp(time).to_string());
    for (key, row) in rows {
        let Some((first, last)) = hours.get(key).or_else(|| days.get(key)) else { continue };
        (row.first_seen, row.last_seen) = (text(*first), text(*last));
    }
    Ok(())
}

fn note(seen: &mut Stretches, place: Place, hit: &Hit, wanted: &Numbered<Sym, ()>, start: i64) {
    let key = place.key(hit);
    if wanted.contains_key(&key) {
        let (first, last) = seen.entry(key).or_insert((start, start));
        (*first, *last) = ((*first).min(start), (*last).max(start));
    }
}

/// The days each key was seen first and last.
fn days(reader: &Reader<'_>, dimension: &Dimension, wanted: &Numbered<Sym, ()>) -> Result<Option<Stretches>> {
    let all = Range::all();
    let want = Want::new(dimension.counts.seen, vec![all.from.0, all.to.0]);
    let mut seen = Stretches::default();
    let take = &mut |_: usize, hit: &Hit| {
        let start = hit.time.div_euclid(DAY) * DAY;
        note(&mut seen, dimension.counts.place, hit, wanted, start);
    };
    let told = tally_cells(reader, &want, take)?;
    Ok(told.then_some(seen))
}

/// The hours of those days.
fn hours(
    reader: &Reader<'_>,
    dimension: &Dimension,
    days: &Stretches,
    counted: &mut Counted,
) -> Result<Stretches> {
    let dates: BTreeSet<i64> = days.values().flat_map(|(first, last)| [*first, *last]).collect();
    let wanted: Numbered<Sym, ()> = days.keys().map(|key| (*key, ())).collect();
    let mut seen = Stretches::default();
    for date in dates {
        if let Some(stop) = reader.budget.spent() {
            counted.stop = counted.stop.or(Some(stop));
            return Ok(Stretches::default());
        }
        let edges: Vec<i64> = (0..=DAY / HOUR).map(|hour| date + hour * HOUR).collect();
        let take = &mut |_: usize, hit: &Hit| {
            let start = hit.time.div_euclid(HOUR) * HOUR;
            note(&mut seen, dimension.counts.place, hit, &wanted, start);
        };
        tally_cells(reader, &Want::new(dimension.counts.seen, edges), take)?;
    }
    Ok(seen)
}
