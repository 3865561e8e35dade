//! Saved views.

use axum::http::Method;
use keys::Permission::ViewsWrite;

use super::{NONE, about};
use crate::http::route::{Param, Route, route};
use crate::http::views;
use crate::trail::actions::{VIEW_CREATE, VIEW_DELETE, VIEW_UPDATE};

const VIEWS: &[Param] = &[Param { name: "page", doc: "Only views of this page, such as `logs`." }];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            ViewsWrite,
            Method::GET,
            "/api/v1/views",
            views::list,
            about("Your saved views and those that are shared.", VIEWS, "Views"),
        ),
        route(
            ViewsWrite,
            Method::POST,
            "/api/v1/views",
            views::make,
            about("Saves a view.", NONE, "View").recorded(VIEW_CREATE).takes("ViewBody").status(201),
        ),
        route(
            ViewsWrite,
            Method::PUT,
            "/api/v1/views/{id}",
            views::change,
            about("Changes a view.", NONE, "View").recorded(VIEW_UPDATE).takes("ViewBody"),
        ),
        route(
            ViewsWrite,
            Method::DELETE,
            "/api/v1/views/{id}",
            views::remove,
            about("Deletes a view.", NONE, "Nothing").recorded(VIEW_DELETE).status(204),
        ),
    ]
}
