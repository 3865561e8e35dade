//! The programs that call the most.

use super::toplist::{CALLS, List, named, toplist};
use super::{Chart, Column, Panel, Unit};
use crate::tally::AGENTS;

pub(super) const PANEL: Panel = Panel {
    id: "top_agents",
    title: "Top agents",
    question: "Which programs call the most: browsers, API clients, bots, AI?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("agent"),
    make: |look| {
        toplist(
            look,
            &List {
                cubes: AGENTS,
                key: |hit| Some(hit.key),
                counts: |_| true,
                value: CALLS,
                words: &|key| named(look, "agent", "(no agent)", key),
                of_all_calls: true,
                more: &[Column { id: "agent_class", label: "Class", unit: Unit::Text }],
                note: &|_| None,
            },
        )
    },
};
