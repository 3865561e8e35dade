//! The countries that most calls come from. Addresses of no country are listed by what they are: private, loopback.

use super::toplist::{CALLS, List, named, toplist};
use super::{Chart, Make, Page, Panel, Unit};
use crate::tally::COUNTRIES;

pub(super) const PANEL: Panel = Panel {
    id: "top_countries",
    title: "Top countries",
    question: "Where do calls come from, and is it more than before?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("country"),
    page: Page::Overview,
    make: Make::Own(|look| {
        toplist(
            look,
            &List {
                cubes: COUNTRIES,
                key: |hit| Some(hit.key),
                counts: |_| true,
                value: CALLS,
                words: &|key| named(look, "country", "(unknown)", key),
                of_all_calls: true,
                more: &[],
                note: &|_| None,
            },
        )
    }),
};
