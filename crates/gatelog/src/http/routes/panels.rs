//! Totals, charts and what they are made of.

use axum::http::Method;
use keys::Permission::PanelsRead;

use super::{NONE, SUMMARY, about};
use crate::http::question::{COMPARE, COMPARE_FROM, COMPARE_TO, FILTER, FROM, STEP, TO, TOP, TZ};
use crate::http::route::{Param, Route, route};
use crate::http::{fields, panels};

const HISTOGRAM: &[Param] = &[
    FROM,
    TO,
    FILTER,
    STEP,
    TZ,
    COMPARE,
    COMPARE_FROM,
    COMPARE_TO,
    Param { name: "split", doc: "`none`, `status_class` (the default), `granted`, `reason`, or a field." },
];
const HOURS: Param =
    Param { name: "hours", doc: "When people work, for what is off-hours. Default `mon-fri 07:00-19:00`." };
const PANEL: &[Param] = &[FROM, TO, FILTER, STEP, TZ, COMPARE, COMPARE_FROM, COMPARE_TO, TOP, HOURS];
/// Beside those of a panel.
const EXPLORE: &[Param] = &[
    Param {
        name: "measure",
        doc: "Up to 8 with commas between, the first decides the order: `calls` (the default), `errors`, `client_errors`, `denied`, `error_rate`, `client_error_rate`, `denial_rate`, `bytes`, `p50` … `p99.9`, `avg`, `max` (each also as `p95:upstream_duration`), `unique:<field>`.",
    },
    Param { name: "of", doc: "The duration percentiles, `avg` and `max` are of. Default `duration`." },
    Param {
        name: "by",
        doc: "Up to 16 splits with commas between: fields, `status_class`, `minute`, `hour`, `day`, `month`, `weekday`, `hour_of_day`, `off_hours`.",
    },
    Param {
        name: "chart",
        doc: "`stat`, `line`, `bars`, `area`, `toplist`, `table` or `heat`. Default `table`, without a split `stat`.",
    },
];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/histogram",
            panels::over_time,
            about("Calls over time.", HISTOGRAM, "Histogram"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/summary",
            panels::totals,
            about("Totals, with the period before.", SUMMARY, "Summary"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/panels",
            panels::list,
            about("The panels there are.", NONE, "Panels"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/panels/{id}",
            panels::one,
            about("One panel.", PANEL, "Panel"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/explore",
            panels::explored,
            about("Any measure by any fields, answered like a panel.", PANEL, "Panel").and(EXPLORE),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/fields",
            fields::fields,
            about("The fields of an event.", NONE, "Fields"),
        ),
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/reasons",
            fields::reasons,
            about("Why calls are denied.", NONE, "Reasons"),
        ),
    ]
}
