//! What is open to anyone: signing in, the description of the API, and probes.

use axum::http::Method;

use super::{NONE, about};
use crate::http::route::{Route, open};
use crate::http::{health, openapi, session};
use crate::trail::actions::{SIGN_IN, SIGN_OUT};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    let probes = "tells nothing but whether the server works";
    let door = "this is where one gets in";
    vec![
        open(door, Method::GET, "/api/v1/session", session::show, about("Who you are.", NONE, "Session")),
        open(
            door,
            Method::GET,
            "/api/v1/session/ways",
            session::ways,
            about("How one signs in here.", NONE, "Ways"),
        ),
        open(
            door,
            Method::POST,
            "/api/v1/session",
            session::start,
            about("Signs in with a name and a password, a one-time link or an API token.", NONE, "Session")
                .recorded(SIGN_IN)
                .takes("Credential"),
        ),
        open(
            door,
            Method::DELETE,
            "/api/v1/session",
            session::end,
            about("Signs out.", NONE, "Ended").recorded(SIGN_OUT),
        ),
        open(
            "describes the public program",
            Method::GET,
            "/api/v1/openapi.json",
            openapi::show,
            about("This description.", NONE, "OpenApi"),
        ),
        open(
            probes,
            Method::GET,
            "/healthz",
            health::healthz,
            about("Whether the process answers.", NONE, "Health"),
        ),
        open(
            probes,
            Method::GET,
            "/readyz",
            health::readyz,
            about("Whether it can do its work.", NONE, "Health"),
        ),
        open(
            "checks by itself, as on a loopback address it is open",
            Method::GET,
            "/metrics",
            health::metrics,
            about("Numbers for Prometheus.", NONE, "Metrics"),
        ),
    ]
}
