//! Single events: asking for them, following them, and what their values are.

use axum::http::Method;
use keys::Permission::{EventsRead, VerifyRun};

use super::{NONE, ORDER, SUMMARY, about};
use crate::http::question::{FILTER, FROM, TO, TOP, TZ};
use crate::http::route::{Param, Route, route};
use crate::http::{diagnose, events, panels, tail};
use crate::trail::actions::{EVENTS_FOLLOW, EVENTS_READ};

const EVENTS: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    ORDER,
    Param { name: "limit", doc: "Events of one page, 1 to 1,000. Default 100." },
    Param { name: "cursor", doc: "`next_cursor` of the page before." },
    Param {
        name: "wait_ms",
        doc: "Answer after so many milliseconds (100 to 30,000) with what was found; `next_cursor` goes on there.",
    },
];
const FACETS: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    TOP,
    Param { name: "fields", doc: "Field names with commas between." },
    Param { name: "search", doc: "Only values that hold this text." },
];
const DIFFERENCES: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    TOP,
    Param { name: "region_from", doc: "Start of the region that is compared with the rest of the range." },
    Param { name: "region_to", doc: "End of the region, exclusive." },
    Param { name: "fields", doc: "Field names with commas between." },
];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            EventsRead,
            Method::GET,
            "/api/v1/events",
            events::list,
            about("Events, newest first.", EVENTS, "EventPage").recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/events/{id}",
            events::one,
            about("One event.", NONE, "Event").recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/events/{id}/explain",
            events::explain,
            about("Who refused a call and why, and what to change if it should pass.", NONE, "Explanation")
                .recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/events/{id}/proof",
            events::proof,
            about("One event with its proof, for `gatelog verify`.", NONE, "EventProof")
                .also(VerifyRun)
                .recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/tail",
            tail::follow,
            about("Events as they come in, as server-sent events.", &[FILTER], "EventStream")
                .recorded(EVENTS_FOLLOW),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/facets",
            panels::values,
            about("Values of fields and how often each occurs.", FACETS, "Facets"),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/diagnose",
            diagnose::find,
            about("Why there is nothing to see, and what to do about it.", SUMMARY, "Findings"),
        ),
        route(
            EventsRead,
            Method::GET,
            "/api/v1/differences",
            panels::differing,
            about("How a part of the range differs from the rest.", DIFFERENCES, "Differences"),
        ),
    ]
}
