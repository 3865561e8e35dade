//! The programs that call the most.

use super::toplist::{CALLS, List, named, toplist};
use super::{Chart, Column, Make, Page, Panel, Unit};
use crate::tally::AGENTS;

pub(super) const PANEL: Panel = Panel {
    id: "top_agents",
    title: "Top agents",
    question: "Which programs call the most: browsers, API clients, bots, AI?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("agent"),
    page: Page::Overview,
    make: Make::Own(|look| {
        toplist(
            look,
            &List {
                cubes: AGENTS,
                key: |hit| Some(hit.key),
                counts: |_| true,
                value: CALLS,
                words: &|key| named(look, "agent", "(no agent)", key),
                of_all_calls: true,
                more: &[Column::new("agent_class", "Class", Unit::Text)],
                note: &|_| None,
            },
        )
    }),
};
