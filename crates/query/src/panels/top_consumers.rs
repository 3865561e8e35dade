//! The consumers with the most calls. Calls of nobody known are not a consumer; they are told beside the list.

use super::toplist::{CALLS, CONSUMER_ID, DENIED, ERRORS, List, named, toplist};
use super::{Chart, Make, Page, Panel, Unit};
use crate::tally::CONSUMER_OUTCOMES;
use crate::text::counted;

pub(super) const PANEL: Panel = Panel {
    id: "top_consumers",
    title: "Top consumers",
    question: "Who calls the most, and is it more than before?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("consumer"),
    page: Page::Overview,
    make: Make::Own(|look| {
        let note = |calls: u64| {
            (calls > 0).then(|| format!("{} of unidentified callers are not listed", counted(calls, "call")))
        };
        toplist(
            look,
            &List {
                cubes: CONSUMER_OUTCOMES,
                key: |hit| (hit.key != 0).then_some(hit.key),
                counts: |_| true,
                value: CALLS,
                words: &|key| named(look, "consumer", "", key),
                of_all_calls: true,
                more: &[CONSUMER_ID, DENIED, ERRORS],
                note: &note,
            },
        )
    }),
};
