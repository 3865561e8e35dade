//! Who may call what: trying a change of it, and who uses what they may.

use axum::http::Method;
use keys::Permission::{DirectoryRead, EventsRead, PanelsRead};

use super::{SEARCH, about};
use crate::http::question::{FILTER, FROM, TO, TZ};
use crate::http::route::{Param, Route, route};
use crate::http::{grants, what_if};
use crate::trail::actions::WHAT_IF_RUN;

const WHAT_IF: &[Param] = &[Param {
    name: "format",
    doc: "`json` (the default); `ndjson` or `csv` for the ids of the calls that would flip.",
}];
const GRANTS: &[Param] = &[
    Param { name: "look_back", doc: "How far back use counts. Default `90d`." },
    FILTER,
    Param { name: "used", doc: "`true` or `false`: only grants that were used, or never." },
    SEARCH,
    Param { name: "limit", doc: "Grants of one page, 1 to 10,000. Default 1,000." },
    Param { name: "offset", doc: "Grants to pass over." },
];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            EventsRead,
            Method::POST,
            "/api/v1/what-if",
            what_if::replay,
            about(
                "Tries a change of a rule on the calls of a range, and changes nothing.",
                WHAT_IF,
                "WhatIf",
            )
            .recorded(WHAT_IF_RUN)
            .takes("WhatIfBody")
            .also(DirectoryRead),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/grants",
            grants::list,
            about("Who may call what, who does, and the fewest grants that would do.", GRANTS, "Grants")
                .also(DirectoryRead),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/endpoints",
            grants::endpoints,
            about(
                "What is called beside what OpenAPI documents describe.",
                &[FROM, TO, FILTER, TZ],
                "Endpoints",
            )
            .also(DirectoryRead),
        ),
    ]
}
