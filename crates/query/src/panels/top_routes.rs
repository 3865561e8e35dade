//! The routes with the most calls.

use super::toplist::{CALLS, DENIED, ERRORS, List, route, toplist};
use super::{Chart, Column, Make, Page, Panel, Unit};
use crate::tally::ROUTES;

pub(super) const PANEL: Panel = Panel {
    id: "top_routes",
    title: "Top routes",
    question: "Which routes are called the most, and is it more than before?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("route"),
    page: Page::Overview,
    make: Make::Own(|look| {
        toplist(
            look,
            &List {
                cubes: ROUTES,
                key: |hit| Some(hit.key),
                counts: |_| true,
                value: CALLS,
                words: &|key| route(look, key),
                of_all_calls: true,
                more: &[Column::new("api", "API", Unit::Text), DENIED, ERRORS],
                note: &|_| None,
            },
        )
    }),
};
