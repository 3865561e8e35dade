//! Exports: events as a file, sent while they are read at the pace of the reader, or written to the disk and fetched
//! later; and how each stands.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode, header};
use bytes::Bytes;
use event::Timestamp;
use keys::Scope;
use ledger::View;
use query::export::{Ask, Export as Rows, Format, Times};
use query::histogram::{self, Split};
use query::rows::Order;
use query::{Budget, Compare, Filter, Range, Step, Zone};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::answer::{Stream, bytes_with, empty, json, json_with};
use super::error::Problem;
use super::recorded::touched;
use super::route::{Answer, Call, Params};
use super::{body, download};
use crate::app::App;
use crate::exports::{self, Asked, Export, KEPT, State};
use crate::owner::Owner;
use crate::{catalog, clock, log};

/// Pieces made ahead of the reader.
const PIECES_AHEAD: usize = 4;
/// What asks for an export is short.
const BODY_BYTES_MAX: usize = 64 << 10;
/// The disk is looked at again after so many bytes.
const LOOK_BYTES: u64 = 16 << 20;
/// Time that counting the rows beforehand may take.
const COUNT_LIMIT: Duration = Duration::from_secs(5);

/// What is asked for, as it is sent.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sent {
    format: String,
    columns: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    filter: String,
    order: String,
    tz: String,
    time_format: String,
}

impl Sent {
    fn of(params: &Params) -> Sent {
        let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
        let columns = text("columns");
        let names = columns.split(',').map(str::trim).filter(|name| !name.is_empty());
        Sent {
            format: text("format"),
            columns: names.map(str::to_owned).collect(),
            from: params.get("from").map(str::to_owned),
            to: params.get("to").map(str::to_owned),
            filter: text("filter"),
            order: text("order"),
            tz: text("tz"),
            time_format: text("time_format"),
        }
    }

    fn understood(&self, now: Timestamp) -> query::Result<Ask> {
        let zone = Zone::parse(&self.tz)?;
        Ok(Ask {
            range: Range::parse(self.from.as_deref(), self.to.as_deref(), now, &zone)?,
            filter: Filter::parse(&self.filter)?,
            format: Format::parse(&self.format)?,
            order: Order::parse(&self.order)?,
            columns: self.columns.clone(),
            times: Times::parse(&self.time_format, zone)?,
        })
    }
}

/// An export that has begun.
struct Begun {
    export: Export,
    format: Format,
    rows: Rows,
    count: Count,
    permit: OwnedSemaphorePermit,
}

/// What counts the rows of an export.
struct Count {
    view: View,
    scope: Scope,
    ask: histogram::Ask,
}

/// Every export begins here, whichever way it goes.
fn begin(call: &Call, scope: Scope, sent: Sent, id: Option<&str>, file: bool) -> Result<Begun, Problem> {
    let app = &call.app;
    let permit = Arc::clone(&app.gates.exports)
        .try_acquire_owned()
        .map_err(|_| Problem::busy("too many exports are running").retry_after_s(10))?;
    let now = clock::now();
    let ask = sent.understood(now)?;
    let id = match id {
        Some(id) if exports::is_id(id) => id.to_owned(),
        Some(_) => return Err(Problem::bad("export_id has 8 to 64 letters, digits, dashes and underscores")),
        None => catalog::random::<8>()?.iter().map(|b| format!("{b:02x}")).collect(),
    };
    let asked = Asked {
        format: ask.format.name().to_owned(),
        columns: sent.columns,
        from: ask.range.from.to_string(),
        to: ask.range.to.to_string(),
        filter: sent.filter,
        order: if ask.order == Order::Ascending { "asc" } else { "desc" }.to_owned(),
        tz: Zone::parse(&sent.tz)?.name().to_owned(),
        time_format: if sent.time_format.is_empty() { "rfc3339".to_owned() } else { sent.time_format },
    };
    let export = Export {
        id,
        state: State::Running,
        file,
        rows: 0,
        rows_expected: None,
        bytes: 0,
        progress: 0.0,
        asked,
        started: now.to_string(),
        finished: None,
        expires: Timestamp(now.0.saturating_add(KEPT)).to_string(),
        error: None,
        sha256: None,
        manifest: None,
    };
    let view = call.app.view(&scope, now);
    let budget = Budget::new();
    let cancel = budget.cancel_flag();
    let rows = query::export(&view, &scope, &ask, budget)?;
    let owner = Owner::of(&scope).key;
    let is_new = tokio::task::block_in_place(|| app.exports.start(export.clone(), owner, cancel));
    if !is_new.map_err(Problem::internal)? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            format!("there is an export {:?} already", export.id),
        ));
    }
    let name = scope.principal().name();
    log::info("export", &[("id", &export.id), ("name", &name), ("format", &export.asked.format)]);
    let step = Step::auto(ask.range);
    let ask = histogram::Ask {
        range: ask.range,
        filter: ask.filter,
        step,
        zone: Zone::default(),
        split: Split::None,
        compare: Compare::None,
        now: clock::now(),
    };
    let format = Format::parse(&export.asked.format)?;
    Ok(Begun { export, format, rows, count: Count { view, scope, ask }, permit })
}

/// `GET /export`.
pub(crate) async fn start(scope: Scope, call: Call) -> Answer {
    let begun = begin(&call, scope, Sent::of(&call.params), call.params.get("export_id"), false)?;
    let Begun { export, format, rows, permit, .. } = begun;
    let (pieces, body) = mpsc::channel(PIECES_AHEAD);
    let (app, id) = (Arc::clone(&call.app), export.id.clone());
    tokio::task::spawn_blocking(move || {
        send(&app, &id, rows, &pieces);
        drop(permit);
    });
    let mut response = bytes_with(StatusCode::OK, format.media_type(), Bytes::new());
    *response.body_mut() = Stream::body(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, download::attachment(&export)?);
    let id = HeaderValue::from_str(&export.id).map_err(Problem::internal)?;
    headers.insert("x-gatelog-export-id", id);
    Ok(response)
}

/// `POST /exports`.
pub(crate) async fn make(scope: Scope, mut call: Call) -> Answer {
    let sent = body::read(&mut call, BODY_BYTES_MAX).await?;
    if !call.app.exports.has_room().map_err(Problem::internal)? {
        return Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE, "the disk has no room for an export")
            .remedy("delete exports that were fetched, or use GET /export, which keeps no file"));
    }
    let Begun { export, rows, count, permit, .. } = begin(&call, scope, sent, None, true)?;
    let (app, id) = (Arc::clone(&call.app), export.id.clone());
    tokio::task::spawn_blocking(move || {
        keep(&app, &id, rows, &count);
        drop(permit);
    });
    Ok(touched(json_with(StatusCode::ACCEPTED, &export)?, &export.id, ""))
}

/// Makes the pieces, as fast as they are taken.
fn send(app: &App, id: &str, mut rows: Rows, pieces: &mpsc::Sender<Result<Bytes, io::Error>>) {
    let mut outcome = (State::Done, None);
    while let Some(piece) = rows.next() {
        let sent = match piece {
            Ok(bytes) => pieces.blocking_send(Ok(bytes.into())),
            Err(error) => {
                log::error("an export broke off", &[("id", &id), ("error", &error)]);
                outcome = (State::Failed, Some(error.to_string()));
                // The connection breaks off with it: nobody takes the part for the whole.
                let _ = pieces.blocking_send(Err(io::Error::other("the export broke off")));
                break;
            }
        };
        if sent.is_err() {
            outcome = (State::Cancelled, None);
            break;
        }
        note(app, id, &rows);
    }
    note(app, id, &rows);
    app.exports.end(id, outcome.0, outcome.1, clock::now());
}

/// Writes the pieces to the disk.
fn keep(app: &App, id: &str, mut rows: Rows, count: &Count) {
    let expected = count.rows();
    app.exports.note(id, |export| export.rows_expected = expected);
    let written = fill(app, id, &mut rows);
    note(app, id, &rows);
    let (state, error) = match written {
        Ok(()) => (State::Done, None),
        Err(error) => {
            log::error("an export broke off", &[("id", &id), ("error", &error)]);
            (State::Failed, Some(error))
        }
    };
    app.exports.end(id, state, error, clock::now());
}

/// The error is for people.
fn fill(app: &App, id: &str, rows: &mut Rows) -> Result<(), String> {
    let disk = |error: io::Error| format!("the disk failed: {error}");
    let mut file = app.exports.create(id).map_err(disk)?;
    let mut looked = 0;
    while let Some(piece) = rows.next() {
        if *app.stopping.borrow() {
            return Err("the server was stopped; start it again".to_owned());
        }
        let bytes = piece.map_err(|error| error.to_string())?;
        file.write_all(&bytes).map_err(disk)?;
        note(app, id, rows);
        let written = rows.progress().bytes;
        if written - looked >= LOOK_BYTES {
            looked = written;
            if !app.exports.has_room().map_err(disk)? {
                return Err("the disk is nearly full; choose a shorter range or a narrower filter".to_owned());
            }
        }
    }
    app.exports.finish(id, &file).map_err(disk)
}

impl Count {
    /// How many rows there will be, unless that takes long to find out.
    fn rows(&self) -> Option<u64> {
        let budget = Budget::new().until(Instant::now() + COUNT_LIMIT);
        let counted = query::histogram(&self.view, &self.scope, &self.ask, &budget).ok()?;
        (!counted.standing.partial).then_some(counted.total)
    }
}

fn note(app: &App, id: &str, rows: &Rows) {
    let now = rows.progress();
    app.exports.note(id, |export| {
        export.rows = now.rows;
        export.bytes = now.bytes;
        export.progress = now.progress;
        export.sha256.clone_from(&now.sha256);
    });
}

/// Whether someone may know of an export: who asked for it, and admins.
pub(super) fn sees(scope: &Scope) -> impl Fn(&str) -> bool {
    let who = Owner::of(scope);
    move |owner| who.is_admin || owner == who.key
}

/// What is said of an export nobody knows.
pub(super) fn no_such(id: &str) -> Problem {
    Problem::missing(format!("there is no export {id:?}"))
        .remedy("exports are kept for seven days; start it again")
}

/// `GET /exports`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    json(&serde_json::json!({ "exports": call.app.exports.list(sees(&scope)) }))
}

/// `GET /exports/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    json(&call.app.exports.one(id, sees(&scope)).ok_or_else(|| no_such(id))?)
}

/// `DELETE /exports/{id}`.
pub(crate) async fn remove(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    match tokio::task::block_in_place(|| call.app.exports.remove(id, sees(&scope))) {
        true => Ok(empty()),
        false => Err(no_such(id)),
    }
}
