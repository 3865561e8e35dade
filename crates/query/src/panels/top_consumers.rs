//! The consumers with the most calls. Calls of nobody known are not a consumer; they are told beside the list.

use super::toplist::{List, toplist};
use super::{Chart, Column, Panel, Unit};
use crate::lang::Filter;
use crate::tally::CONSUMER_OUTCOMES;

pub(super) const PANEL: Panel = Panel {
    id: "top_consumers",
    title: "Top consumers",
    question: "Who calls the most, and is it more than before?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("consumer"),
    make: |look| {
        let words = |key: u32| {
            let name = look.reader.view.symbols().text(key);
            (name.clone(), name.clone(), Filter::term("consumer", Some(&name)))
        };
        let note =
            |calls: u64| (calls > 0).then(|| format!("{calls} calls of unidentified callers are not listed"));
        toplist(
            look,
            &List {
                cubes: CONSUMER_OUTCOMES,
                key: |hit| (hit.key != 0).then_some(hit.key),
                counts: |_| true,
                words: &words,
                of_all_calls: true,
                more: &[
                    Column { id: "consumer_id", label: "Consumer ID", unit: Unit::Text },
                    Column { id: "denied", label: "Denied", unit: Unit::Calls },
                    Column { id: "errors", label: "5xx", unit: Unit::Calls },
                ],
                note: &note,
            },
        )
    },
};
