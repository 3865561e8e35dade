//! Calls over time by status class.

use super::over_time::{Split, over_time};
use super::{Chart, Make, Page, Panel, Unit};
use crate::histogram::{CLASSES, class};
use crate::tally::TRAFFIC;

pub(super) const PANEL: Panel = Panel {
    id: "calls_by_status_class",
    title: "Traffic by status",
    question: "How many calls were there over time, and how did they end?",
    unit: Unit::Calls,
    chart: Chart::Bars,
    split: Some("status_class"),
    page: Page::Overview,
    make: Make::Own(|look| {
        let words = |at: usize| {
            let name = CLASSES.get(at).copied().unwrap_or("unknown").to_owned();
            (name.clone(), name)
        };
        over_time(
            look,
            &Split {
                cubes: TRAFFIC,
                series: |hit| Some(class(hit.status)),
                words: &words,
                always: &[1, 3, 4],
            },
        )
    }),
};
