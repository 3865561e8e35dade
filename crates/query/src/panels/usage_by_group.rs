//! Calls by consumer group, as the groups were at the time of the call. A call counts in each of its groups.

use super::toplist::{List, toplist};
use super::{Chart, Column, Panel, Unit};
use crate::lang::Filter;
use crate::tally::GROUPS;

pub(super) const PANEL: Panel = Panel {
    id: "usage_by_group",
    title: "Usage by group",
    question: "Which groups use the APIs, and how much of all traffic is theirs?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("group"),
    make: |look| {
        let words = |key: u32| match key {
            0 => (String::new(), "(no group)".to_owned(), Filter::term("group", None)),
            key => {
                let group = look.reader.view.symbols().text(key);
                (group.clone(), group.clone(), Filter::term("group", Some(&group)))
            }
        };
        let note =
            |_| Some("a call counts in each of its consumer's groups, so shares can exceed 100 %".to_owned());
        toplist(
            look,
            &List {
                cubes: GROUPS,
                key: |hit| Some(hit.key),
                counts: |_| true,
                words: &words,
                of_all_calls: true,
                more: &[Column { id: "denied", label: "Denied", unit: Unit::Calls }],
                note: &note,
            },
        )
    },
};
