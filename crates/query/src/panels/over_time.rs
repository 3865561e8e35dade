//! Calls over time in a few series.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::histogram::starts;
use crate::tally::{Hit, Want};

use super::{Body, Line, Look, Number};

/// How calls are put into series.
pub(super) struct Split<'a> {
    /// The cubes counted from.
    pub(super) cubes: &'static [&'static str],
    /// The series of some calls; none leaves them out.
    pub(super) series: fn(&Hit) -> Option<usize>,
    /// Key and label of a series.
    pub(super) words: &'a dyn Fn(usize) -> (String, String),
    /// Series that are there without calls too.
    pub(super) always: &'a [usize],
}

/// Counts calls for each bucket and series, with the period before beside.
pub(super) fn over_time(look: &Look<'_>, split: &Split<'_>) -> Result<Body> {
    let (edges, before) = look.edges()?;
    let buckets = edges.len() - 1;
    let mut sums: BTreeMap<usize, [Vec<u64>; 2]> = BTreeMap::new();
    let empty = || [vec![0; buckets], vec![0; buckets]];
    split.always.iter().for_each(|series| {
        sums.insert(*series, empty());
    });
    let known = before.as_ref().map_or(0, |edges| edges.len() - 1);
    let mut wants = vec![Want::new(split.cubes, edges.clone())];
    wants.extend(before.map(|edges| Want::new(split.cubes, edges)));
    let series = split.series;
    look.tally(&wants, &mut |want, hit| {
        let Some(series) = series(hit) else { return };
        let values =
            sums.entry(series).or_insert_with(empty).get_mut(want).and_then(|v| v.get_mut(hit.bucket));
        values.into_iter().for_each(|n| *n += hit.calls);
    })?;
    let compared = wants.len() > 1;
    let lines = sums.into_iter().map(|(series, [now, previous])| {
        let (key, label) = (split.words)(series);
        let counts =
            |values: Vec<u64>| values.into_iter().map(|n| Some(Number::Count(n))).collect::<Vec<_>>();
        Line {
            key,
            label,
            values: not_yet(counts(now), &edges, look),
            previous: compared.then(|| {
                counts(previous).into_iter().enumerate().map(|(at, n)| n.filter(|_| at < known)).collect()
            }),
        }
    });
    Ok(Body::Series { series: lines.collect(), buckets: starts(&edges) })
}

/// Leaves out the numbers of buckets that have not begun.
pub(super) fn not_yet(values: Vec<Option<Number>>, edges: &[i64], look: &Look<'_>) -> Vec<Option<Number>> {
    let now = look.ask.now.0;
    values.into_iter().zip(edges).map(|(n, start)| n.filter(|_| *start <= now)).collect()
}
