//! The routes with the most server errors.

use super::toplist::{List, route, toplist};
use super::{Chart, Column, Make, Page, Panel, Unit};
use crate::tally::ROUTES;

pub(super) const PANEL: Panel = Panel {
    id: "errors",
    title: "Errors by route",
    question: "Which routes fail with 5xx, and how often?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("route"),
    page: Page::Errors,
    make: Make::Own(|look| {
        let words = |key: u32| {
            let (key, label, filter) = route(look, key);
            (key, label, filter + " status:5xx")
        };
        toplist(
            look,
            &List {
                cubes: ROUTES,
                key: |hit| Some(hit.key),
                counts: |hit| hit.status / 100 == 5,
                value: "5xx calls",
                words: &words,
                of_all_calls: false,
                more: &[
                    Column::new("calls", "All calls", Unit::Calls),
                    Column::new("error_rate", "5xx rate", Unit::Percent),
                    Column::new("client_errors", "4xx", Unit::Calls),
                ],
                note: &|_| None,
            },
        )
    }),
};
