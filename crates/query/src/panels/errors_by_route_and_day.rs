//! The share of server errors of each route and day: where a colour stands out, something broke.

use std::cmp::Reverse;

use super::toplist::route;
use super::{Body, Chart, Look, Make, Page, Panel, Shares, Unit};
use crate::error::Result;
use crate::tally::{Numbered, ROUTES, Want};

pub(super) const PANEL: Panel = Panel {
    id: "errors_by_route_and_day",
    title: "5xx rate by route and day",
    question: "Which routes failed with 5xx, and on which days?",
    unit: Unit::Percent,
    chart: Chart::Heat,
    split: Some("route"),
    page: Page::Errors,
    make: Make::Own(make),
};

fn make(look: &Look<'_>) -> Result<Body> {
    look.at_least_days();
    let edges = look.edges()?;
    let mut sums: Numbered<u32, [Vec<u64>; 2]> = Numbered::default();
    look.tally(&[Want::new(ROUTES, edges.now.clone())], &mut |_, hit| {
        let [calls, errors] = sums.entry(hit.key).or_insert_with(|| edges.zeros());
        calls.get_mut(hit.bucket).into_iter().for_each(|n| *n += hit.calls);
        if hit.status / 100 == 5 {
            errors.get_mut(hit.bucket).into_iter().for_each(|n| *n += hit.calls);
        }
    })?;
    let size = |values: &[u64]| values.iter().sum::<u64>();
    let mut ranked: Vec<(u32, [Vec<u64>; 2])> = sums.into_iter().collect();
    ranked.sort_by_cached_key(|(key, [calls, errors])| (Reverse((size(errors), size(calls))), *key));
    let other = ranked.len().saturating_sub(look.ask.top) as u64;
    ranked.truncate(look.ask.top);
    let lines = ranked.into_iter().map(|(key, [calls, errors])| {
        let (key, label, filter) = route(look, key);
        let share = |(errors, calls): (&u64, &u64)| (*calls > 0).then(|| *errors as f64 / *calls as f64);
        Shares { key, label, filter, values: errors.iter().zip(&calls).map(share).collect(), calls }
    });
    Ok(Body::Heat { series: lines.collect(), buckets: edges.starts(), other })
}
