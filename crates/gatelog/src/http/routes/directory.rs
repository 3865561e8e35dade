//! What is known besides the logs.

use axum::http::Method;
use keys::Permission::{DirectoryRead, DirectoryWrite};

use super::{CURSOR, NONE, PAGE, SEARCH, about};
use crate::http::directory;
use crate::http::route::{Param, Route, route};
use crate::trail::actions::{
    DIRECTORY_DELETE, DIRECTORY_EXPORT, DIRECTORY_IMPORT, DIRECTORY_PULL, DIRECTORY_PULL_TRY, DIRECTORY_TRY,
};

const AT: Param = Param { name: "at", doc: "As it was at that moment; as `from`. Default `now`." };
const ORIGIN: Param = Param { name: "origin", doc: "Only what this origin says." };
const ENTITIES: &[Param] = &[AT, ORIGIN, SEARCH, PAGE, CURSOR];
const HISTORY: &[Param] = &[
    Param { name: "from", doc: "Changes that hold from then on; as `from` of events. Default: all." },
    Param { name: "to", doc: "Changes before that moment." },
    Param { name: "kind", doc: "Only entities of this list, such as `consumers`." },
    Param { name: "key", doc: "Only the entity of this id or name." },
    ORIGIN,
    SEARCH,
    PAGE,
    CURSOR,
];
const IMPORT: &[Param] = &[
    Param { name: "format", doc: "The importer; without it the form is recognised." },
    Param {
        name: "since",
        doc: "From when on it holds, not before what was said last. Default: from now on; of a first import, for all times.",
    },
];

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = reading();
    routes.extend(changing());
    routes
}

fn reading() -> Vec<Route> {
    vec![
        route(
            DirectoryRead,
            Method::GET,
            "/api/v1/directory",
            directory::show,
            about("What is known besides the logs, and who said it.", NONE, "Directory"),
        ),
        route(
            DirectoryRead,
            Method::GET,
            "/api/v1/directory/{name}",
            directory::entities,
            about(
                "Entities of a kind: environments, customers, groups, plans, consumers, keys, apis, services or routes.",
                ENTITIES,
                "DirectoryPage",
            ),
        ),
        route(
            DirectoryRead,
            Method::GET,
            "/api/v1/directory/history",
            directory::history,
            about("What changed in the directory, the newest first.", HISTORY, "DirectoryHistory"),
        ),
        route(
            DirectoryRead,
            Method::GET,
            "/api/v1/directory/export",
            directory::export,
            about("All that one origin says, as it can be imported.", &[AT, ORIGIN], "DirectorySnapshot")
                .recorded(DIRECTORY_EXPORT),
        ),
    ]
}

fn changing() -> Vec<Route> {
    vec![
        route(
            DirectoryWrite,
            Method::PUT,
            "/api/v1/directory/{name}",
            directory::import,
            about("Imports a document: all that this origin says from now on.", IMPORT, "DirectoryImport")
                .recorded(DIRECTORY_IMPORT)
                .takes("DirectoryDocument"),
        ),
        route(
            DirectoryWrite,
            Method::POST,
            "/api/v1/directory/{name}/dry-run",
            directory::dry_run,
            about("Tells what an import would change, and changes nothing.", IMPORT, "DirectoryImport")
                .recorded(DIRECTORY_TRY)
                .takes("DirectoryDocument"),
        ),
        route(
            DirectoryWrite,
            Method::POST,
            "/api/v1/directory/{name}/pull",
            directory::pull,
            about("Pulls a directory of the settings at once.", NONE, "DirectoryImport")
                .recorded(DIRECTORY_PULL),
        ),
        route(
            DirectoryWrite,
            Method::POST,
            "/api/v1/directory/{name}/pull/dry-run",
            directory::pull_dry_run,
            about("Tells what a pull would change, and changes nothing.", NONE, "DirectoryImport")
                .recorded(DIRECTORY_PULL_TRY),
        ),
        route(
            DirectoryWrite,
            Method::DELETE,
            "/api/v1/directory/{name}",
            directory::remove,
            about(
                "Ends what an origin said; what it said of the time before stays.",
                NONE,
                "DirectoryImport",
            )
            .recorded(DIRECTORY_DELETE),
        ),
    ]
}
