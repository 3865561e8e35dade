//! What senders of events call.

use axum::http::Method;
use keys::Permission::EventsAppend;

use super::{NONE, about};
use crate::http::ingest;
use crate::http::route::{Route, route};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    let deliver = about("Sends events in; each record's format is recognised.", NONE, "Taken");
    let deliver_as = about("Sends events of one format in.", NONE, "Taken");
    vec![
        route(EventsAppend, Method::POST, "/ingest", ingest::receive, deliver),
        route(EventsAppend, Method::POST, "/ingest/{format}", ingest::receive, deliver_as),
        route(EventsAppend, Method::POST, "/i/{token}", ingest::receive, deliver),
        route(EventsAppend, Method::POST, "/i/{token}/{format}", ingest::receive, deliver_as),
    ]
}
