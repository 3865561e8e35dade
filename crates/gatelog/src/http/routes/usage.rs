//! Who or what used the APIs, and how much of each quota.

use axum::http::Method;
use keys::Permission::PanelsRead;

use super::{NONE, PAGE, SEARCH, about};
use crate::http::question::{COMPARE, COMPARE_FROM, COMPARE_TO, FILTER, FROM, TO, TZ};
use crate::http::route::{Param, Route, route};
use crate::http::usage;

const USAGE: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    COMPARE,
    COMPARE_FROM,
    COMPARE_TO,
    Param { name: "sort", doc: "What the rows are ordered by, one of `sorts`. Default `calls`." },
    Param { name: "order", doc: "`desc` (the default; of names `asc`) or `asc`." },
    SEARCH,
    PAGE,
    Param { name: "offset", doc: "Rows before the page. Default 0." },
];
const LOOK_BACK: Param = Param { name: "look_back", doc: "Unused since then; as `from`. Default `90d`." };
const QUOTAS: &[Param] = &[FROM, TO, FILTER, TZ];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/usage",
            usage::list,
            about("What usage is listed by.", NONE, "UsageDimensions"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/usage/{id}",
            usage::one,
            about("Who or what used the APIs: a page of a list.", USAGE, "Usage"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/usage/{id}/unused",
            usage::unused,
            about("What the directory lists and nobody called.", &[LOOK_BACK], "Unused"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/quotas",
            usage::quotas,
            about("How much of each quota is used, and how it will go on.", QUOTAS, "Quotas"),
        ),
    ]
}
