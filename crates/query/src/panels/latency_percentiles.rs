//! Response times over time: median, 95th and 99th percentile, from latency buckets.

use super::over_time::not_yet;
use super::{Body, Chart, Line, Look, Make, Number, Page, Panel, Unit};
use crate::error::Result;
use crate::quantile::Latencies;
use crate::tally::LATENCY;

pub(super) const PANEL: Panel = Panel {
    id: "latency_percentiles",
    title: "Latency",
    question: "How long did calls take, for most and for the slowest?",
    unit: Unit::Ms,
    chart: Chart::Line,
    split: None,
    page: Page::Overview,
    make: Make::Own(make),
};

/// The percentiles shown: key, label, share.
pub(super) const SHARES: &[(&str, &str, f64)] =
    &[("p50", "p50", 0.50), ("p95", "p95", 0.95), ("p99", "p99", 0.99)];

fn make(look: &Look<'_>) -> Result<Body> {
    let edges = look.edges()?;
    let buckets = edges.buckets();
    let mut sums = [vec![Latencies::default(); buckets], vec![Latencies::default(); buckets]];
    look.tally(&edges.wants(LATENCY), &mut |want, hit| {
        let bucket = sums.get_mut(want).and_then(|s| s.get_mut(hit.bucket));
        bucket.into_iter().for_each(|b| b.add(hit.latency, hit.calls));
    })?;
    let [now, previous] = &sums;
    let line = |(key, label, share): &(&str, &str, f64)| {
        let values = |all: &[Latencies]| {
            all.iter().map(|l| l.quantile_ms(*share).map(Number::Real)).collect::<Vec<_>>()
        };
        Line {
            key: (*key).to_owned(),
            label: (*label).to_owned(),
            values: not_yet(values(now), &edges.now, look),
            previous: edges.is_compared().then(|| values(previous)),
        }
    };
    Ok(Body::Series { series: SHARES.iter().map(line).collect(), buckets: edges.starts() })
}
