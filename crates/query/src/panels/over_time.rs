//! Calls over time in a few series.

use crate::error::Result;
use crate::series::{Both, Edges, count};
use crate::tally::Hit;

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
    let edges = look.edges()?;
    let tally = |wants: &[_], take: &mut (dyn FnMut(usize, &Hit) + Send)| look.tally(wants, take);
    let (sums, ()) = count(&edges, split.cubes, split.series, split.always, tally)?;
    let lines = sums.into_iter().map(|(series, both)| {
        let (key, label) = (split.words)(series);
        line(key, label, both, &edges, look)
    });
    Ok(Body::Series { series: lines.collect(), buckets: edges.starts() })
}

/// A line of counts: without numbers for buckets that have not begun, or that the period before does not have.
pub(super) fn line(key: String, label: String, [now, before]: Both, edges: &Edges, look: &Look<'_>) -> Line {
    let numbers = |values: Vec<u64>| values.into_iter().map(|n| Some(Number::Count(n)));
    let known = numbers(before).enumerate().map(|(at, n)| n.filter(|_| at < edges.known()));
    Line {
        key,
        label,
        values: not_yet(numbers(now).collect(), &edges.now, look),
        previous: edges.is_compared().then(|| known.collect()),
    }
}

/// Leaves out the numbers of buckets that have not begun.
pub(crate) fn not_yet(values: Vec<Option<Number>>, edges: &[i64], look: &Look<'_>) -> Vec<Option<Number>> {
    let now = look.ask.now.0;
    values.into_iter().zip(edges).map(|(n, start)| n.filter(|_| *start <= now)).collect()
}
