//! Refused calls by reason. Quota and rate limits are refusals too: the gateway did not forward the call.

use super::toplist::{List, toplist};
use super::{Chart, Make, Page, Panel, Unit};
use crate::histogram::reason_words;
use crate::lang::Filter;
use crate::tally::TRAFFIC;

pub(super) const PANEL: Panel = Panel {
    id: "denied_by_reason",
    title: "Denied by reason",
    question: "Why did the gateway refuse calls?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("reason"),
    page: Page::Denials,
    make: Make::Own(|look| {
        let words = |key: u32| {
            let (code, label) = reason_words(key as u8);
            (code.to_owned(), label.to_owned(), Filter::term("reason", Some(code)))
        };
        toplist(
            look,
            &List {
                cubes: TRAFFIC,
                key: |hit| (hit.reason != 0).then_some(u32::from(hit.reason)),
                counts: |_| true,
                value: "Denied calls",
                words: &words,
                of_all_calls: false,
                more: &[],
                note: &|_| None,
            },
        )
    }),
};
