//! Refused calls over time by reason.

use super::over_time::{Split, over_time};
use super::{Chart, Make, Page, Panel, Unit};
use crate::histogram::reason_words;
use crate::tally::TRAFFIC;

pub(super) const PANEL: Panel = Panel {
    id: "denied_over_time",
    title: "Denied over time",
    question: "When did the gateway refuse calls, and why?",
    unit: Unit::Calls,
    chart: Chart::Bars,
    split: Some("reason"),
    page: Page::Denials,
    make: Make::Own(|look| {
        let words = |at: usize| {
            let (code, label) = reason_words(at as u8);
            (code.to_owned(), label.to_owned())
        };
        let series = |hit: &crate::tally::Hit| (hit.reason != 0).then_some(usize::from(hit.reason));
        over_time(look, &Split { cubes: TRAFFIC, series, words: &words, always: &[] })
    }),
};
