//! When most calls come: weekdays by hours of the zone's clock. On a day with 23 or 25 hours each hour counts where the
//! clock stood.

use super::{Body, Chart, Look, Make, Page, Panel, Shares, Unit};
use crate::error::Result;
use crate::step::Step;
use crate::tally::{TRAFFIC, Want};
use event::time::HOUR;

pub(super) const PANEL: Panel = Panel {
    id: "peak_hours",
    title: "Peak hours",
    question: "On which weekdays and at which hours do most calls come?",
    unit: Unit::Percent,
    chart: Chart::Heat,
    split: Some("weekday"),
    page: Page::Overview,
    make: Make::Own(make),
};

const WEEKDAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];
const HOURS: usize = 24;

fn make(look: &Look<'_>) -> Result<Body> {
    let zone = &look.ask.zone;
    let edges = Step::Even(HOUR).cut(look.ask.range, zone);
    let mut sums = vec![0_u64; edges.len()];
    look.tally(&[Want::new(TRAFFIC, edges.clone())], &mut |_, hit| {
        sums.get_mut(hit.bucket).into_iter().for_each(|n| *n += hit.calls);
    })?;
    let total: u64 = sums.iter().sum();
    let mut calls = vec![[0_u64; HOURS]; WEEKDAYS.len()];
    let mut begun = vec![[false; HOURS]; WEEKDAYS.len()];
    for (start, n) in edges.iter().zip(&sums).take(edges.len().saturating_sub(1)) {
        let Some(local) = zone.local(*start) else { continue };
        let (day, hour) = (local.weekday().to_monday_zero_offset() as usize, local.hour() as usize);
        calls.get_mut(day).and_then(|day| day.get_mut(hour)).into_iter().for_each(|sum| *sum += n);
        let is_over = begun.get_mut(day).and_then(|day| day.get_mut(hour));
        is_over.into_iter().for_each(|seen| *seen |= *start <= look.ask.now.0);
    }
    let line = |(at, (key, label)): (usize, &(&str, &str))| {
        let calls = calls.get(at).copied().unwrap_or([0; HOURS]);
        let begun = begun.get(at).copied().unwrap_or([false; HOURS]);
        let share = |(n, begun): (&u64, &bool)| begun.then(|| *n as f64 / total.max(1) as f64);
        Shares {
            key: (*key).to_owned(),
            label: (*label).to_owned(),
            filter: String::new(),
            values: calls.iter().zip(&begun).map(share).collect(),
            calls: calls.to_vec(),
        }
    };
    let series = WEEKDAYS.iter().enumerate().map(line).collect();
    Ok(Body::Heat { series, buckets: (0..HOURS).map(|hour| format!("{hour:02}")).collect(), other: 0 })
}
