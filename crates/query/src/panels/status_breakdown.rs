//! Calls by exact status.

use super::toplist::{CALLS, List, toplist};
use super::{Chart, Make, Page, Panel, Unit};
use crate::lang::Filter;
use crate::tally::TRAFFIC;

pub(super) const PANEL: Panel = Panel {
    id: "status_breakdown",
    title: "Status codes",
    question: "Which status codes did callers get?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("status"),
    page: Page::Errors,
    make: Make::Own(|look| {
        let words = |key: u32| match key {
            0 => ("unknown".to_owned(), "Unknown".to_owned(), Filter::term("status", None)),
            status => (status.to_string(), status.to_string(), format!("status:{status}")),
        };
        toplist(
            look,
            &List {
                cubes: TRAFFIC,
                key: |hit| Some(u32::from(hit.status)),
                counts: |_| true,
                value: CALLS,
                words: &words,
                of_all_calls: true,
                more: &[],
                note: &|_| None,
            },
        )
    }),
};
