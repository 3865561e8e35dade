//! Distinct consumers for each day, week or month: exact, from the keys of the roll-up.

use super::over_time::not_yet;
use super::{Body, Chart, Line, Look, Number, Panel, Unit};
use crate::error::Result;
use crate::histogram::starts;
use crate::tally::{CONSUMERS, Numbers, Want};

pub(super) const PANEL: Panel = Panel {
    id: "consumers_per_day",
    title: "Consumers per day",
    question: "How many different consumers called on each day?",
    unit: Unit::Consumers,
    chart: Chart::Bars,
    split: None,
    make,
};

fn make(look: &Look<'_>) -> Result<Body> {
    look.at_least_days();
    let (edges, before) = look.edges()?;
    let buckets = edges.len() - 1;
    let known = before.as_ref().map_or(0, |edges| edges.len() - 1);
    let mut wants = vec![Want::new(CONSUMERS, edges.clone())];
    wants.extend(before.map(|edges| Want::new(CONSUMERS, edges)));
    let mut seen: Numbers<(usize, usize, u32)> = Numbers::default();
    let mut sums = [vec![0_u64; buckets], vec![0_u64; buckets]];
    look.tally(&wants, &mut |want, hit| {
        if hit.key != 0 && seen.insert((want, hit.bucket, hit.key)) {
            let bucket = sums.get_mut(want).and_then(|s| s.get_mut(hit.bucket));
            bucket.into_iter().for_each(|n| *n += 1);
        }
    })?;
    let values = |all: &[u64]| all.iter().map(|n| Some(Number::Count(*n))).collect::<Vec<_>>();
    let [now, previous] = &sums;
    let line = Line {
        key: "consumers".to_owned(),
        label: "Consumers".to_owned(),
        values: not_yet(values(now), &edges, look),
        previous: (wants.len() > 1).then(|| {
            values(previous).into_iter().enumerate().map(|(at, n)| n.filter(|_| at < known)).collect()
        }),
    };
    Ok(Body::Series { series: vec![line], buckets: starts(&edges) })
}
