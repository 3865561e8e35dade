//! All that is kept of a person, as one file: a JSON object a line. `kind` says what it is: `event`, `operator_event`,
//! `directory`, and at last `end` with how many there were, so that a part is not taken for the whole.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::http::{HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use event::subject::Word;
use event::{Timestamp, json as event_json};
use keys::Permission::{PersonsErase, TrailExport};
use keys::Scope;
use ledger::trail::Range;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::answer::{Stream, bytes_with};
use super::erasures::whole;
use super::error::Problem;
use super::route::{About, Answer, Call, Param, Route, route};
use crate::app::App;
use crate::clock;
use crate::erasure::Person;
use crate::trail::actions::PERSON_EXPORT;
use crate::trail::ask;

/// Pieces made ahead of the reader.
const PIECES_AHEAD: usize = 4;
/// A piece of the file.
const PIECE_BYTES: usize = 64 << 10;

const PARAMS: &[Param] = &[
    Param { name: "subject", doc: "What the value is: one of `subjects` of `GET /erasures`." },
    Param { name: "value", doc: "The value, as it stands in events." },
];

/// The route of what is kept of a person.
pub(crate) fn routes() -> Vec<Route> {
    let about = About::new("All that is kept of a person, a JSON object a line.", PARAMS, "Lines");
    vec![route(
        PersonsErase,
        Method::GET,
        "/api/v1/person",
        export,
        about.also(TrailExport).recorded(PERSON_EXPORT),
    )]
}

/// `GET /person`.
async fn export(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let text = |name: &str| call.params.get(name).unwrap_or_default().to_owned();
    let person = Person { subject: text("subject"), value: text("value") };
    let (_, word) = person.check().map_err(Problem::bad)?;
    let (pieces, body) = mpsc::channel(PIECES_AHEAD);
    let app = Arc::clone(&call.app);
    tokio::task::spawn_blocking(move || {
        let mut file = File { pieces: &pieces, bytes: Vec::new(), is_gone: false };
        let last = file.write(&app, &person, &word).map(|()| file.bytes.into()).map_err(io::Error::other);
        // Nobody may be there to take the last piece.
        let _ = pieces.blocking_send(last);
    });
    let mut response = bytes_with(StatusCode::OK, "application/x-ndjson", Bytes::new());
    *response.body_mut() = Stream::body(body);
    let name = HeaderValue::from_static("attachment; filename=\"person.ndjson\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// What is written, sent in pieces.
struct File<'p> {
    pieces: &'p mpsc::Sender<Result<Bytes, io::Error>>,
    bytes: Vec<u8>,
    is_gone: bool,
}

impl File<'_> {
    fn line(&mut self, kind: &str, what: &str) -> ControlFlow<()> {
        self.bytes.extend_from_slice(format!("{{\"kind\":\"{kind}\",\"{kind}\":{what}}}\n").as_bytes());
        if self.bytes.len() >= PIECE_BYTES {
            self.is_gone = self.pieces.blocking_send(Ok(std::mem::take(&mut self.bytes).into())).is_err();
        }
        if self.is_gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Writes all of it, as fast as it is taken. The error is for our log.
    fn write(&mut self, app: &App, person: &Person, word: &Word) -> Result<(), String> {
        let said = |error: ledger::Error| error.to_string();
        let (subject, _) = person.check()?;
        let (mut events, mut acts, mut entries) = (0_u64, 0_u64, 0_u64);
        app.ledger
            .events_of(person.whom(subject), clock::now(), &mut |row| {
                events += 1;
                self.line("event", &event_json::to_string(row))
            })
            .map_err(said)?;
        let all = Range { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX), before: None };
        let mut each = |entry: ledger::trail::Entry| {
            if !entry.act.parts().any(|(_, text)| word.stands_in(text)) {
                return ControlFlow::Continue(());
            }
            acts += 1;
            self.line("operator_event", &Value::Object(ask::whole(&entry)).to_string())
        };
        app.trail.trail().newest(all, &mut each).map_err(said)?;
        for origin in app.directory.now().origins() {
            for (time, change) in origin.lists.changes() {
                let text = serde_json::to_string(&change).map_err(|error| error.to_string())?;
                if word.stands_in(&text) {
                    entries += 1;
                    let entry = json!({ "origin": origin.name, "since": since(time), "change": change });
                    let _ = self.line("directory", &entry.to_string());
                }
            }
        }
        let end = json!({ "events": events, "operator_events": acts, "directory": entries });
        let _ = self.line("end", &end.to_string());
        Ok(())
    }
}

/// From when on it holds; nothing when from the beginning.
fn since(time: i64) -> Option<String> {
    (time != i64::MIN).then(|| Timestamp(time).to_string())
}
