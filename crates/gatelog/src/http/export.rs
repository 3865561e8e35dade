//! Exports: events as a file while they are read, at the pace of the reader, and a manifest to compare the file with.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use bytes::Bytes;
use event::Timestamp;
use keys::Scope;
use query::export::{Ask, Export, Format};
use query::rows::Order;
use query::{Budget, export};
use tokio::sync::mpsc;

use super::answer::{Stream, bytes_with, json};
use super::error::Problem;
use super::question::asked;
use super::route::{Answer, Call};
use crate::app::App;
use crate::exports::{Manifest, State};
use crate::owner::Owner;
use crate::{catalog, clock, log};

/// Pieces made ahead of the reader.
const PIECES_AHEAD: usize = 4;

/// `GET /export`.
pub(crate) async fn start(scope: Scope, call: Call) -> Answer {
    let permit = Arc::clone(&call.app.gates.exports)
        .try_acquire_owned()
        .map_err(|_| Problem::busy("too many exports are running").retry_after_s(10))?;
    let asked = asked(&call.params)?;
    let format = Format::parse(call.params.get("format").unwrap_or(""))?;
    let columns = call.params.get("columns").unwrap_or("");
    let request = Ask {
        range: asked.range,
        filter: asked.filter,
        format,
        order: Order::parse(call.params.get("order").unwrap_or(""))?,
        columns: columns
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    let random: [u8; 8] = catalog::random()?;
    let manifest = Manifest {
        id: random.iter().map(|b| format!("{b:02x}")).collect(),
        state: State::Running,
        rows: 0,
        bytes: 0,
        progress: 0.0,
        sha256: None,
        filter: call.params.get("filter").unwrap_or("").to_owned(),
        from: request.range.from.to_string(),
        to: request.range.to.to_string(),
        format: format.name().to_owned(),
        columns: request.columns.clone(),
        started: asked.now.to_string(),
        finished: None,
        error: None,
        owner: Owner::of(&scope).key,
    };
    let id = manifest.id.clone();
    let view = call.app.ledger.view(asked.now);
    let rows = export(&view, &scope, &request, Budget::new())?;
    log::info("export", &[("id", &id), ("name", &scope.principal().name()), ("format", &format.name())]);
    call.app.exports.start(manifest);
    let (pieces, body) = mpsc::channel(PIECES_AHEAD);
    let (app, name) = (Arc::clone(&call.app), id.clone());
    tokio::task::spawn_blocking(move || {
        write(&app, &name, rows, &pieces);
        drop(permit);
    });
    let mut response = bytes_with(StatusCode::OK, format.media_type(), Bytes::new());
    *response.body_mut() = Stream::body(body);
    let headers = response.headers_mut();
    let file = format!("attachment; filename=\"gatelog-{}.{}\"", stamp(asked.now), format.name());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(Problem::internal)?);
    headers.insert("x-gatelog-export-id", HeaderValue::from_str(&id).map_err(Problem::internal)?);
    Ok(response)
}

/// `20261121T215839Z`.
fn stamp(now: Timestamp) -> String {
    let digits = now.to_string().chars().take(19).filter(|c| *c != '-' && *c != ':').collect::<String>();
    format!("{digits}Z")
}

/// Makes the pieces, as fast as they are taken.
fn write(app: &App, id: &str, mut rows: Export, pieces: &mpsc::Sender<Result<Bytes, std::io::Error>>) {
    let mut outcome = (State::Done, None);
    while let Some(piece) = rows.next() {
        let sent = match piece {
            Ok(bytes) => pieces.blocking_send(Ok(bytes.into())),
            Err(error) => {
                log::error("an export broke off", &[("id", &id), ("error", &error)]);
                outcome = (State::Failed, Some(error.to_string()));
                // The connection breaks off with it: nobody takes the part for the whole.
                let _ = pieces.blocking_send(Err(std::io::Error::other("the export broke off")));
                break;
            }
        };
        if sent.is_err() {
            outcome = (State::Cancelled, None);
            break;
        }
        note(app, id, &rows, |_| {});
    }
    let (state, error) = outcome;
    note(app, id, &rows, |manifest| {
        manifest.state = state;
        manifest.error = error;
        manifest.finished = Some(clock::now().to_string());
    });
}

fn note(app: &App, id: &str, rows: &Export, more: impl FnOnce(&mut Manifest)) {
    let now = rows.progress();
    app.exports.note(id, |manifest| {
        manifest.rows = now.rows;
        manifest.bytes = now.bytes;
        manifest.progress = now.progress;
        manifest.sha256.clone_from(&now.sha256);
        more(manifest);
    });
}

/// Whether someone may know of an export: who asked for it, and admins.
fn sees(scope: &Scope) -> impl Fn(&Manifest) -> bool {
    let who = Owner::of(scope);
    move |manifest| who.is_admin || manifest.owner == who.key
}

/// `GET /exports`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    json(&serde_json::json!({ "exports": call.app.exports.list(sees(&scope)) }))
}

/// `GET /exports/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    let seen = call.app.exports.list(sees(&scope)).into_iter().find(|manifest| manifest.id == id);
    json(&seen.ok_or_else(|| Problem::missing(format!("there is no export {id:?}")))?)
}
