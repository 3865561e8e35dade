//! Response times of the busiest routes.

use serde_json::{Map, Value};

use super::latency_percentiles::SHARES;
use super::toplist::{CALLS, columns, route};
use super::{Body, Chart, Column, Look, Make, Number, Page, Panel, Row, Unit};
use crate::error::Result;
use crate::quantile::Latencies;
use crate::tally::{Numbered, ROUTE_LATENCY, Want};

pub(super) const PANEL: Panel = Panel {
    id: "route_latency",
    title: "Latency by route",
    question: "How long do the busiest routes take?",
    unit: Unit::Calls,
    chart: Chart::Table,
    split: Some("route"),
    page: Page::Errors,
    make: Make::Own(make),
};

const MORE: &[Column] = &[
    Column::new("p50", "p50", Unit::Ms),
    Column::new("p95", "p95", Unit::Ms),
    Column::new("p99", "p99", Unit::Ms),
    Column::new("p95_previous", "p95 before", Unit::Ms),
];

fn make(look: &Look<'_>) -> Result<Body> {
    let (now, before) = look.whole();
    let mut wants = vec![Want::new(ROUTE_LATENCY, now)];
    wants.extend(before.map(|edges| Want::new(ROUTE_LATENCY, edges)));
    let mut sums: Numbered<u32, [Latencies; 2]> = Numbered::default();
    look.tally(&wants, &mut |want, hit| {
        let both = sums.entry(hit.key).or_default();
        both.get_mut(want).into_iter().for_each(|l| l.add(hit.latency, hit.calls));
    })?;
    let total: u64 = sums.values().map(|[now, _]| now.total()).sum();
    let mut ranked: Vec<(u32, [Latencies; 2])> =
        sums.into_iter().filter(|(_, [now, _])| now.total() > 0).collect();
    ranked.sort_by_key(|(key, [now, _])| (std::cmp::Reverse(now.total()), *key));
    ranked.truncate(look.ask.top);
    let listed: u64 = ranked.iter().map(|(_, [now, _])| now.total()).sum();
    let compared = wants.len() > 1;
    let rows = ranked.iter().map(|(key, [now, previous])| {
        let (key, label, filter) = route(look, *key);
        let mut cells = Map::new();
        for (name, _, share) in SHARES {
            cells.insert((*name).to_owned(), now.quantile_ms(*share).map_or(Value::Null, Value::from));
        }
        cells.insert("p95_previous".to_owned(), previous.quantile_ms(0.95).map_or(Value::Null, Value::from));
        let value = Number::Count(now.total());
        let before = compared.then_some(Number::Count(previous.total()));
        Row {
            key,
            label,
            filter,
            value,
            share: now.total() as f64 / total.max(1) as f64,
            previous: before,
            change: value.change(before),
            state: compared.then_some(if previous.total() == 0 { "new" } else { "same" }),
            cells,
        }
    });
    let rows = rows.collect();
    Ok(Body::List {
        columns: columns(CALLS, MORE),
        rows,
        total,
        other: total - listed,
        missing: 0,
        note: Some("only calls whose gateway logs a response time".to_owned()),
    })
}
