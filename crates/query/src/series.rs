//! Calls over time in a few series, with the period before beside: what the bars above the rows and the panels
//! share.

use std::collections::BTreeMap;

use event::Timestamp;
use serde::Serialize;

use crate::error::Result;
use crate::range::{Range, Zone};
use crate::step::Step;
use crate::tally::{Hit, Want};

/// One line or colour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line<V> {
    /// Stable name.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// A number for each bucket.
    pub values: Vec<V>,
    /// Those of the period before, when it was asked for.
    pub previous: Option<Vec<V>>,
}

/// A period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its start.
    pub from: String,
    /// Its end.
    pub to: String,
}

impl From<Range> for Period {
    fn from(range: Range) -> Period {
        Period { from: range.from.to_string(), to: range.to.to_string() }
    }
}

/// Where buckets begin, and those of the period before as far as it goes; the last is the end.
pub(crate) struct Edges {
    pub(crate) now: Vec<i64>,
    pub(crate) before: Option<Vec<i64>>,
}

/// Calls of each bucket, now and before.
pub(crate) type Both = [Vec<u64>; 2];

impl Edges {
    pub(crate) fn new(step: Step, range: Range, zone: &Zone, previous: Option<Range>) -> Result<Edges> {
        let now = step.edges(range, zone)?;
        let before = previous.map(|previous| {
            let shift = range.from.0 - previous.from.0;
            let mut before: Vec<i64> = now.iter().map(|e| e - shift).filter(|e| *e < previous.to.0).collect();
            // What a longer period has beyond the range stands beside nothing.
            if before.len() < now.len() {
                before.push(previous.to.0);
            }
            before
        });
        Ok(Edges { now, before })
    }

    /// How many buckets there are.
    pub(crate) fn buckets(&self) -> usize {
        self.now.len().saturating_sub(1)
    }

    /// How many of them the period before has: it is as long as what is over of the range.
    pub(crate) fn known(&self) -> usize {
        self.before.as_ref().map_or(0, |edges| edges.len().saturating_sub(1))
    }

    /// Whether the period before is counted too.
    pub(crate) fn is_compared(&self) -> bool {
        self.before.is_some()
    }

    /// What to count: now, and before.
    pub(crate) fn wants(&self, cubes: &'static [&'static str]) -> Vec<Want> {
        let all = std::iter::once(&self.now).chain(&self.before);
        all.map(|edges| Want::new(cubes, edges.clone())).collect()
    }

    /// Where the buckets start, as text.
    pub(crate) fn starts(&self) -> Vec<String> {
        self.now.iter().take(self.buckets()).map(|e| Timestamp(*e).to_string()).collect()
    }

    /// No calls.
    pub(crate) fn zeros(&self) -> Both {
        [vec![0; self.buckets()], vec![0; self.buckets()]]
    }
}

/// Counts calls by series, with a way to count. Series in `always` are there without calls too.
pub(crate) fn count<T>(
    edges: &Edges,
    cubes: &'static [&'static str],
    series: impl Fn(&Hit) -> Option<usize> + Sync,
    always: &[usize],
    tally: impl FnOnce(&[Want], &mut (dyn FnMut(usize, &Hit) + Send)) -> Result<T>,
) -> Result<(BTreeMap<usize, Both>, T)> {
    let mut sums: BTreeMap<usize, Both> = always.iter().map(|series| (*series, edges.zeros())).collect();
    let done = tally(&edges.wants(cubes), &mut |want, hit| {
        let Some(series) = series(hit) else { return };
        let values = sums.entry(series).or_insert_with(|| edges.zeros()).get_mut(want);
        values.and_then(|v| v.get_mut(hit.bucket)).into_iter().for_each(|n| *n += hit.calls);
    })?;
    Ok((sums, done))
}
