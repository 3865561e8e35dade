//! All calls over time.

use super::over_time::{Split, over_time};
use super::{Chart, Make, Page, Panel, Unit};
use crate::tally::TRAFFIC;

pub(super) const PANEL: Panel = Panel {
    id: "calls_over_time",
    title: "Calls over time",
    question: "How many calls were there, hour by hour or day by day?",
    unit: Unit::Calls,
    chart: Chart::Area,
    split: None,
    page: Page::Overview,
    make: Make::Own(|look| {
        let words = |_| ("calls".to_owned(), "Calls".to_owned());
        over_time(look, &Split { cubes: TRAFFIC, series: |_| Some(0), words: &words, always: &[0] })
    }),
};
