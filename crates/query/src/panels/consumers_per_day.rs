//! Distinct consumers for each day, week or month: exact, from the keys of the roll-up.

use super::over_time::line;
use super::{Body, Chart, Look, Make, Page, Panel, Unit};
use crate::error::Result;
use crate::tally::{CONSUMERS, Numbers};

pub(super) const PANEL: Panel = Panel {
    id: "consumers_per_day",
    title: "Consumers per day",
    question: "How many different consumers called on each day?",
    unit: Unit::Consumers,
    chart: Chart::Bars,
    split: None,
    page: Page::Overview,
    make: Make::Own(make),
};

fn make(look: &Look<'_>) -> Result<Body> {
    look.at_least_days();
    let edges = look.edges()?;
    let mut seen: Numbers<(usize, usize, u32)> = Numbers::default();
    let mut sums = edges.zeros();
    look.tally(&edges.wants(CONSUMERS), &mut |want, hit| {
        if hit.key != 0 && seen.insert((want, hit.bucket, hit.key)) {
            let bucket = sums.get_mut(want).and_then(|s| s.get_mut(hit.bucket));
            bucket.into_iter().for_each(|n| *n += 1);
        }
    })?;
    let line = line("consumers".to_owned(), "Consumers".to_owned(), sums, &edges, look);
    Ok(Body::Series { series: vec![line], buckets: edges.starts() })
}
