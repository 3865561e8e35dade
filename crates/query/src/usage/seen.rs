//! When each key was seen first and last, of all that is kept: to the day from the cells of days, then to the hour from
//! those days' cells of hours. It depends on who asks, and neither on the range nor on the filter.

use std::collections::{BTreeSet, HashMap};

use event::Timestamp;
use event::time::{DAY, HOUR};
use keys::Scope;
use ledger::{BLOCK_DAYS, Sym, View};

use super::Dimension;
use super::rows::{Counted, Row};
use crate::budget::{Budget, Stop};
use crate::error::Result;
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::{Reader, Standing};
use crate::tally::{Hit, Numbered, Numbers, Want, tally, tally_cells};

/// The first and the last stretch something was seen in: their starts, in microseconds.
pub(super) type Stretches = Numbered<Sym, (i64, i64)>;

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Sought {
    /// The cubes that know it.
    pub(super) cubes: &'static [&'static str],
    /// Whom some calls are of; 0 leaves them out.
    pub(super) key: fn(&Hit) -> Sym,
}

/// Says of rows when each was seen. Rows stay without, when a look that is limited cannot tell from cells.
pub(super) fn fill(
    reader: &Reader<'_>,
    dimension: &Dimension,
    rows: &mut [(Sym, Row)],
    counted: &mut Counted,
) -> Result<()> {
    let everything = reader.asking(&Filter::all());
    let sought = dimension.sought();
    let wanted: Numbers<Sym> = rows.iter().map(|(key, _)| *key).collect();
    let found = days(&everything, sought, Range::all(), |key| wanted.contains(&key))?;
    let Some(days) = found else { return Ok(()) };
    let (hours, stop) = hours(&everything, sought, &days)?;
    counted.stop = counted.stop.or(stop);
    let text = |time: i64| Some(Timestamp(time).to_string());
    for (key, row) in rows {
        let Some((first, last)) = hours.get(key).or_else(|| days.get(key)) else { continue };
        (row.first_seen, row.last_seen) = (text(*first), text(*last));
    }
    Ok(())
}

fn note(seen: &mut Stretches, key: Sym, start: i64) {
    let (first, last) = seen.entry(key).or_insert((start, start));
    (*first, *last) = ((*first).min(start), (*last).max(start));
}

/// The days each of the wanted was seen first and last; none when cells cannot tell. Blocks of days tell which to look into.
pub(super) fn days(
    reader: &Reader<'_>,
    sought: Sought,
    range: Range,
    is_wanted: impl Fn(Sym) -> bool + Send + Sync,
) -> Result<Option<Stretches>> {
    let Some((first, last)) = reader.view.days() else { return Ok(Some(Stretches::default())) };
    let from = first.max(range.from.0.div_euclid(DAY)) * DAY;
    let to = (last + 1).min(range.to.0.saturating_add(DAY - 1).div_euclid(DAY)) * DAY;
    let mut spans = vec![(from, to)];
    let mut seen = Stretches::default();
    for size in BLOCK_DAYS.into_iter().chain([1]).map(|days| days * DAY) {
        seen.clear();
        for (from, to) in spans.iter().filter(|(from, to)| from < to) {
            let inner = (from.div_euclid(size) + 1..).map(|n| n * size).take_while(|edge| edge < to);
            let edges: Vec<i64> = [*from].into_iter().chain(inner).chain([*to]).collect();
            let take = &mut |_: usize, hit: &Hit| match (sought.key)(hit) {
                0 => {}
                key if is_wanted(key) => {
                    note(&mut seen, key, edges.get(hit.bucket).copied().unwrap_or(*from))
                }
                _ => {}
            };
            if !tally_cells(reader, &Want::new(sought.cubes, edges.clone()), take)? {
                return Ok(None);
            }
        }
        let starts: BTreeSet<i64> = seen.values().flat_map(|(first, last)| [*first, *last]).collect();
        let end = |start: i64| ((start.div_euclid(size) + 1) * size).min(to);
        spans = starts.into_iter().map(|start| (start, end(start))).collect();
    }
    Ok(Some(seen))
}

/// The hours of those days, unless it has to stop.
pub(super) fn hours(
    reader: &Reader<'_>,
    sought: Sought,
    days: &Stretches,
) -> Result<(Stretches, Option<Stop>)> {
    let dates: BTreeSet<i64> = days.values().flat_map(|(first, last)| [*first, *last]).collect();
    let mut seen = Stretches::default();
    for date in dates {
        if let Some(stop) = reader.budget.spent() {
            return Ok((Stretches::default(), Some(stop)));
        }
        let edges: Vec<i64> = (0..=DAY / HOUR).map(|hour| date + hour * HOUR).collect();
        let take = &mut |_: usize, hit: &Hit| {
            let key = (sought.key)(hit);
            if days.contains_key(&key) {
                note(&mut seen, key, hit.time.div_euclid(HOUR) * HOUR);
            }
        };
        tally_cells(reader, &Want::new(sought.cubes, edges).timed(), take)?;
    }
    Ok((seen, None))
}

/// How something was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Whether it was used since the look-back began.
    pub is_recent: bool,
    /// The hour it was used last, in microseconds; to the day only when time ran out.
    pub last: i64,
}

/// What was used.
#[derive(Debug)]
pub struct Used {
    /// By name and by the text beside it, such as the id of a consumer.
    pub names: HashMap<String, Use>,
    /// Whether the asker sees some events only.
    pub is_limited: bool,
    /// How whole and fresh it is.
    pub standing: Standing,
}

/// Everything of a dimension that was ever used, and whether it was since `look_back` began.
pub fn used(
    view: &View,
    scope: &Scope,
    dimension: &Dimension,
    look_back: Range,
    budget: &Budget,
) -> Result<Used> {
    let reader = Reader::new(view, scope, &Filter::all(), budget)?;
    let sought = dimension.sought();
    let mut beside: Numbered<Sym, Vec<Sym>> = Numbered::default();
    let mut recent: Numbers<Sym> = Numbers::default();
    // From the beginning until the look-back and from then on, so that both are exact.
    let wants = [
        Want::new(sought.cubes, vec![0, look_back.from.0]),
        Want::new(sought.cubes, vec![look_back.from.0, look_back.to.0]),
    ];
    let done = tally(&reader, &wants, &mut |want, hit| {
        let key = (sought.key)(hit);
        let details = beside.entry(key).or_default();
        let detail = dimension.counts.place.detail(hit);
        if detail != 0 && !details.contains(&detail) {
            details.push(detail);
        }
        if want == 1 {
            recent.insert(key);
        }
    })?;
    let days = days(&reader, sought, Range::all(), |key| !recent.contains(&key))?.unwrap_or_default();
    let (hours, stop) = hours(&reader, sought, &days)?;
    let mut names = HashMap::new();
    for (key, details) in beside.iter().filter(|(key, _)| **key != 0) {
        let last = hours.get(key).or_else(|| days.get(key)).map_or(0, |(_, last)| *last);
        let used = Use { is_recent: recent.contains(key), last };
        for text in std::iter::once(key).chain(details).map(|sym| view.symbols().text(*sym)) {
            let known = names.entry(text).or_insert(used);
            *known = Use { is_recent: known.is_recent || used.is_recent, last: known.last.max(used.last) };
        }
    }
    let standing = reader.standing(done.stop.or(stop));
    Ok(Used { names, is_limited: reader.is_limited(), standing })
}
