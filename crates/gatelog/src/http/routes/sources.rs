//! Where events come from.

use axum::http::Method;
use keys::Permission::{SourcesRead, SourcesWrite, TrailRead};

use super::{NONE, about};
use crate::http::route::{Route, route};
use crate::http::{gateways, pulls, sources};
use crate::trail::actions::{
    SOURCE_CREATE, SOURCE_DELETE, SOURCE_PAUSE, SOURCE_RESUME, SOURCE_TOKEN, SOURCE_TRY, SOURCE_UPDATE,
};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = reading();
    routes.extend(changing());
    routes
}

fn reading() -> Vec<Route> {
    vec![
        route(
            SourcesRead,
            Method::GET,
            "/api/v1/sources",
            sources::list,
            about("Where events come from.", NONE, "Sources"),
        ),
        route(
            SourcesRead,
            Method::GET,
            "/api/v1/sources/{name}/rejects",
            sources::rejects,
            about("The newest records of a source that were not understood.", NONE, "Rejects"),
        ),
        route(
            SourcesRead,
            Method::GET,
            "/api/v1/sources/{name}/quality",
            sources::quality,
            about("How complete, late and well explained the events of a source are.", NONE, "Qualities"),
        ),
        route(
            SourcesRead,
            Method::GET,
            "/api/v1/gateways",
            gateways::list,
            about("How each gateway is told to send its log here.", NONE, "Gateways"),
        ),
        route(
            SourcesRead,
            Method::GET,
            "/api/v1/pulls",
            pulls::list,
            about("What is fetched again and again, and how that goes.", NONE, "Pulls"),
        ),
        route(
            TrailRead,
            Method::GET,
            "/api/v1/proxies",
            pulls::proxies,
            about("How the audit proxies stand.", NONE, "AuditProxies"),
        ),
    ]
}

fn changing() -> Vec<Route> {
    vec![
        route(
            SourcesWrite,
            Method::POST,
            "/api/v1/sources/{name}/pause",
            sources::pause,
            about("Refuses what a source sends, until it may go on.", NONE, "Source").recorded(SOURCE_PAUSE),
        ),
        route(
            SourcesWrite,
            Method::DELETE,
            "/api/v1/sources/{name}/pause",
            sources::resume,
            about("Lets a paused source go on.", NONE, "Source").recorded(SOURCE_RESUME),
        ),
        route(
            SourcesWrite,
            Method::POST,
            "/api/v1/sources",
            sources::make,
            about("Makes a source and its token, which is shown only here.", NONE, "NewSource")
                .recorded(SOURCE_CREATE)
                .takes("SourceBody")
                .status(201),
        ),
        route(
            SourcesWrite,
            Method::PUT,
            "/api/v1/sources/{name}",
            sources::set,
            about("Sets how a source is read.", NONE, "Source")
                .recorded(SOURCE_UPDATE)
                .takes("SourceSettings"),
        ),
        route(
            SourcesWrite,
            Method::DELETE,
            "/api/v1/sources/{name}",
            sources::remove,
            about("Forgets a source and ends its tokens; its events stay.", NONE, "Nothing")
                .recorded(SOURCE_DELETE)
                .status(204),
        ),
        route(
            SourcesWrite,
            Method::POST,
            "/api/v1/sources/{name}/token",
            sources::renew,
            about("Makes another token; those of before stay good for 24 hours.", NONE, "NewToken")
                .recorded(SOURCE_TOKEN),
        ),
        route(
            SourcesWrite,
            Method::POST,
            "/api/v1/sources/try",
            sources::attempt,
            about("Reads a pasted line and keeps nothing.", NONE, "Tried")
                .recorded(SOURCE_TRY)
                .takes("TryBody"),
        ),
    ]
}
