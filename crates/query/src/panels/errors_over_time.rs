//! Client and server errors over time.

use super::over_time::{Split, over_time};
use super::{Chart, Make, Page, Panel, Unit};
use crate::histogram::{CLASSES, class};
use crate::tally::TRAFFIC;

pub(super) const PANEL: Panel = Panel {
    id: "errors_over_time",
    title: "Errors over time",
    question: "When did calls fail, and whose fault was it?",
    unit: Unit::Calls,
    chart: Chart::Line,
    split: Some("status_class"),
    page: Page::Errors,
    make: Make::Own(|look| {
        let words = |at: usize| {
            let name = CLASSES.get(at).copied().unwrap_or("unknown").to_owned();
            (name.clone(), name)
        };
        let series = |hit: &crate::tally::Hit| Some(class(hit.status)).filter(|c| matches!(c, 3 | 4));
        over_time(look, &Split { cubes: TRAFFIC, series, words: &words, always: &[3, 4] })
    }),
};
