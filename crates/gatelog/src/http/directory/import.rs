//! The ways into the directory over HTTP: a document is imported or tried, a directory of the settings pulled, an origin
//! ended.

use std::time::Duration;

use axum::http::StatusCode;
use http_body_util::{BodyExt as _, Limited};
use intake::directory::{self, Change, DOCUMENT_BYTES_MAX, Diff};
use keys::Scope;
use serde_json::json;
use tokio::time::timeout;

use super::{counts, moment, no_origin, time};
use crate::directory::{Error, Import, Outcome};
use crate::http::answer::json;
use crate::http::error::{Problem, nearest};
use crate::http::route::{Answer, Call};
use crate::{clock, log};

/// Changes that one answer names.
const CHANGES_SHOWN_MAX: usize = 1_000;
/// Time a document may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(60);

/// `PUT /directory/{name}`.
pub(crate) async fn import(scope: Scope, call: Call) -> Answer {
    brought(scope, call, false).await
}

/// `POST /directory/{name}/dry-run`.
pub(crate) async fn dry_run(scope: Scope, call: Call) -> Answer {
    brought(scope, call, true).await
}

async fn brought(scope: Scope, mut call: Call, is_dry: bool) -> Answer {
    let origin = call.segment("name").map(str::to_owned);
    let since = call.params.get("since").map(|text| time(text, "since")).transpose()?;
    let by = scope.principal().name().to_owned();
    let format = call.params.get("format").map(str::to_owned);
    let text = document(&mut call).await?;
    let import = Import { origin, format, since, by: by.clone(), is_dry };
    let outcome = tokio::task::block_in_place(|| call.app.import_directory(text, import, clock::now()))?;
    told(&outcome, &by, is_dry)
}

/// `DELETE /directory/{name}`: it says nothing from now on.
pub(crate) async fn remove(scope: Scope, call: Call) -> Answer {
    let name = call.segment("name").unwrap_or_default().to_owned();
    let known = call.app.directory.now();
    known.origin(&name).ok_or_else(|| no_origin(&known, &name))?;
    let by = scope.principal().name().to_owned();
    let import = Import { origin: Some(name), format: None, since: None, by: by.clone(), is_dry: false };
    let nothing = "consumers: []".to_owned();
    let outcome = tokio::task::block_in_place(|| call.app.import_directory(nothing, import, clock::now()))?;
    told(&outcome, &by, false)
}

/// `POST /directory/{name}/pull`.
pub(crate) async fn pull(scope: Scope, call: Call) -> Answer {
    pulled(&scope, &call, false)
}

/// `POST /directory/{name}/pull/dry-run`.
pub(crate) async fn pull_dry_run(scope: Scope, call: Call) -> Answer {
    pulled(&scope, &call, true)
}

fn pulled(scope: &Scope, call: &Call, is_dry: bool) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    let all = &call.app.config.directory;
    let Some(pulled) = all.get(name) else {
        return Err(Problem::missing(format!("no directory {name:?} is pulled"))
            .remedy("name it in the settings: [directory.NAME]")
            .suggestions(nearest(name, all.keys().map(String::as_str))));
    };
    let by = scope.principal().name().to_owned();
    let outcome = tokio::task::block_in_place(|| pulled.bring(name, &call.app, &by, is_dry));
    told(&outcome?, &by, is_dry)
}

impl From<crate::pull::Error> for Problem {
    fn from(error: crate::pull::Error) -> Problem {
        match error {
            crate::pull::Error::Inside(error) => Problem::from(error),
            error => Problem::new(StatusCode::BAD_GATEWAY, format!("nothing was changed: {error}")),
        }
    }
}

fn told(outcome: &Outcome, by: &str, is_dry: bool) -> Answer {
    let Outcome { origin, importer, diff, notes } = outcome;
    let Diff { since, changes, .. } = diff;
    if !is_dry && !diff.is_empty() {
        log::info(
            "the directory was changed",
            &[("origin", origin), ("changes", &diff.total()), ("by", &by)],
        );
    }
    let shown: Vec<&Change> = changes.iter().take(CHANGES_SHOWN_MAX).collect();
    json(&json!({
        "origin": origin, "importer": importer, "dry_run": is_dry, "since": moment(*since), "total": diff.total(),
        "counts": counts(&diff.counts), "changes": shown, "notes": notes,
    }))
}

/// The body as text, bounded in size and time.
async fn document(call: &mut Call) -> Result<String, Problem> {
    let body = Limited::new(std::mem::take(&mut call.body), DOCUMENT_BYTES_MAX).collect();
    let bytes = timeout(BODY_TIME, body)
        .await
        .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the document arrived too slowly"))?
        .map_err(|_| {
            let detail = format!("the document is larger than {DOCUMENT_BYTES_MAX} bytes, or broke off");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        })?
        .to_bytes();
    String::from_utf8(bytes.into()).map_err(|_| Problem::bad("the document is not UTF-8"))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Fault(fault) => Problem::from(fault),
            error => Problem::internal(error),
        }
    }
}

impl From<directory::Fault> for Problem {
    fn from(fault: directory::Fault) -> Problem {
        Problem::bad(format!("nothing was changed: {fault}"))
            .remedy("docs/directory.md says how a directory is written")
    }
}
