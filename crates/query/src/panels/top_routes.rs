//! The routes with the most calls.

use super::toplist::{List, toplist};
use super::{Chart, Column, Panel, Unit};
use crate::lang::Filter;
use crate::tally::ROUTES;

pub(super) const PANEL: Panel = Panel {
    id: "top_routes",
    title: "Top routes",
    question: "Which routes are called the most, and is it more than before?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("route"),
    make: |look| {
        let words = |key: u32| match key {
            0 => (String::new(), "(no route)".to_owned(), Filter::term("route", None)),
            key => {
                let route = look.reader.view.symbols().text(key);
                (route.clone(), route.clone(), Filter::term("route", Some(&route)))
            }
        };
        toplist(
            look,
            &List {
                cubes: ROUTES,
                key: |hit| Some(hit.key),
                counts: |_| true,
                words: &words,
                of_all_calls: true,
                more: &[
                    Column { id: "api", label: "API", unit: Unit::Text },
                    Column { id: "denied", label: "Denied", unit: Unit::Calls },
                    Column { id: "errors", label: "5xx", unit: Unit::Calls },
                ],
                note: &|_| None,
            },
        )
    },
};
