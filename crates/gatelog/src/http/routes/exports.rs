//! Events as files.

use axum::http::Method;
use keys::Permission::EventsExport;

use super::{NONE, ORDER, about};
use crate::http::question::{FILTER, FROM, TO, TZ};
use crate::http::route::{Param, Route, route};
use crate::http::{download, export};
use crate::trail::actions::{EVENTS_EXPORT, EXPORT_CREATE, EXPORT_DELETE, EXPORT_FETCH};

const EXPORT: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    ORDER,
    Param { name: "format", doc: "`csv` (the default), `json`, `ndjson` or `parquet`." },
    Param { name: "columns", doc: "Further columns of CSV, field names with commas between." },
    Param {
        name: "time_format",
        doc: "Times in CSV: `rfc3339` (the default, UTC), `epoch_ms` or `local` (RFC 3339 in `tz`).",
    },
    Param { name: "export_id", doc: "An id of your choice, such as a UUID, to find the manifest by." },
];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            EventsExport,
            Method::GET,
            "/api/v1/export",
            export::start,
            about("Events as a file, without a limit.", EXPORT, "File").recorded(EVENTS_EXPORT),
        ),
        route(
            EventsExport,
            Method::GET,
            "/api/v1/exports",
            export::list,
            about("The last exports.", NONE, "Exports"),
        ),
        route(
            EventsExport,
            Method::GET,
            "/api/v1/exports/{id}",
            export::one,
            about("How an export stands; its manifest once it is done.", NONE, "Export"),
        ),
        route(
            EventsExport,
            Method::POST,
            "/api/v1/exports",
            export::make,
            about("Writes events to a file, to be fetched within seven days.", NONE, "Export")
                .recorded(EXPORT_CREATE)
                .takes("ExportBody")
                .status(202),
        ),
        route(
            EventsExport,
            Method::GET,
            "/api/v1/exports/{id}/file",
            download::file,
            about("The file of an export that is done; parts of it with `Range`.", NONE, "File")
                .recorded(EXPORT_FETCH),
        ),
        route(
            EventsExport,
            Method::DELETE,
            "/api/v1/exports/{id}",
            export::remove,
            about("Stops an export and removes it.", NONE, "Nothing").recorded(EXPORT_DELETE).status(204),
        ),
    ]
}
