//! Calls by consumer group, as the groups were at the time of the call. A call counts in each of its groups.

use super::toplist::{CALLS, DENIED, List, named, toplist};
use super::{Chart, Make, Page, Panel, Unit};
use crate::tally::GROUPS;

pub(super) const PANEL: Panel = Panel {
    id: "usage_by_group",
    title: "Usage by group",
    question: "Which groups use the APIs, and how much of all traffic is theirs?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("group"),
    page: Page::Overview,
    make: Make::Own(|look| {
        let note =
            |_| Some("a call counts in each of its consumer's groups, so shares can exceed 100 %".to_owned());
        toplist(
            look,
            &List {
                cubes: GROUPS,
                key: |hit| Some(hit.key),
                counts: |_| true,
                value: CALLS,
                words: &|key| named(look, "group", "(no group)", key),
                of_all_calls: true,
                more: &[DENIED],
                note: &note,
            },
        )
    }),
};
