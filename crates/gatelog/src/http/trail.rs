//! The operator trail over HTTP: a page of it, one event with what changed and with its proof, what is counted of it, and
//! all of it as a file.

mod file;

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::http::{HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use event::{Act, Timestamp};
use keys::Permission::{TrailExport, TrailRead, VerifyRun};
use keys::Scope;
use ledger::trail::{Entry, Range};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use self::file::{File, Question};
use super::answer::{Stream, bytes_with, json};
use super::error::Problem;
use super::question::{FROM, TO, TZ};
use super::route::{About, Answer, Call, Param, Params, Route, route};
use crate::clock;
use crate::publish::KIND;
use crate::trail::actions::{TRAIL_EXPORT, TRAIL_READ};
use crate::trail::ask::{Wanted, row, whole};
use crate::trail::bundle;
use crate::trail::count::{Facets, Marks};
use crate::trail::seen::{entry_seen, seen};

/// Pieces made ahead of the reader.
const PIECES_AHEAD: usize = 4;

const OPERATOR: Param = Param { name: "operator", doc: "Who did it: a name or the id of a token." };
const EVENT: Param = Param {
    name: "event",
    doc: "What was done: a code (`GL-SOURCE-CREATE`), its words (`Create source`) or a verb (`create`).",
};
const RESOURCE_TYPE: Param = Param { name: "resource_type", doc: "The kind of thing it was done to." };
const RESOURCE_ID: Param = Param { name: "resource_id", doc: "The id or name of what it was done to." };
const SOURCE: Param =
    Param { name: "source", doc: "`dashboard`, `api`, `cli`, `declarative` or a gateway's own name." };
const OUTCOME: Param = Param { name: "outcome", doc: "`success`, `failure`, `denied` or `unknown`." };
const ORIGIN: Param = Param { name: "origin", doc: "`gatelog`, or the source whose trail it comes from." };
const CHANGE_SET: Param =
    Param { name: "change_set", doc: "Only the changes of one declarative sync: its id." };
const SEARCH: Param = Param { name: "search", doc: "Only events that hold this text anywhere." };
const READS: Param = Param {
    name: "reads",
    doc: "`shown` (the default), or `hidden`: without looks at totals, lists and events that were let in.",
};
/// Which events.
const WHICH: &[Param] = &[
    FROM,
    TO,
    TZ,
    OPERATOR,
    EVENT,
    RESOURCE_TYPE,
    RESOURCE_ID,
    SOURCE,
    OUTCOME,
    ORIGIN,
    CHANGE_SET,
    SEARCH,
    READS,
];
const PAGE: &[Param] = &[
    Param { name: "limit", doc: "Events of one page, 1 to 1,000. Default 100." },
    Param { name: "cursor", doc: "`next_cursor` of the page before." },
];
const FORMAT: Param = Param {
    name: "format",
    doc: "`json` (the default), `csv`, or `bundle` with proofs for `gatelog verify`.",
};
const MARKS: &[Param] = &[
    FROM,
    TO,
    TZ,
    Param { name: "marks", doc: "Marks at most, 1 to 100; changes that lie together are one. Default 40." },
];

/// The routes of the trail.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            TrailRead,
            Method::GET,
            "/api/v1/trail",
            list,
            About::new("Operator events by their own time, the latest first.", WHICH, "TrailPage")
                .and(PAGE)
                .recorded(TRAIL_READ),
        ),
        route(
            TrailRead,
            Method::GET,
            "/api/v1/trail/{id}",
            one,
            About::new("One operator event, with what changed.", &[], "TrailEvent").recorded(TRAIL_READ),
        ),
        route(
            VerifyRun,
            Method::GET,
            "/api/v1/trail/{id}/proof",
            proof_of,
            About::new("One operator event with its proof, for `gatelog verify`.", &[], "TrailProof")
                .also(TrailRead)
                .recorded(TRAIL_READ),
        ),
        route(
            TrailRead,
            Method::GET,
            "/api/v1/trail/facets",
            facets,
            About::new("How many operator events, and with which values.", WHICH, "TrailFacets"),
        ),
        route(
            TrailRead,
            Method::GET,
            "/api/v1/trail/changes",
            changes,
            About::new("When something was changed, as marks for charts.", MARKS, "TrailMarks"),
        ),
        route(
            TrailRead,
            Method::GET,
            "/api/v1/trail/levels",
            levels,
            About::new("How much is kept of each kind of act, and by which rule.", &[], "TrailLevels"),
        ),
        route(
            TrailExport,
            Method::GET,
            "/api/v1/trail/export",
            export,
            About::new("Operator events as a file, without a limit.", WHICH, "TrailFile")
                .and(&[FORMAT])
                .recorded(TRAIL_EXPORT),
        ),
        route(
            VerifyRun,
            Method::GET,
            "/api/v1/proof",
            proof,
            About::new(
                "The public key, the newest checkpoint of the operator trail, and where checkpoints are published.",
                &[],
                "Proof",
            ),
        ),
    ]
}

fn asked(params: &Params) -> Result<(Range, Wanted), Problem> {
    let zone = query::Zone::parse(params.get("tz").unwrap_or("UTC"))?;
    let from = params.get("from").unwrap_or("30d");
    let range = query::Range::parse(Some(from), params.get("to"), clock::now(), &zone)?;
    let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let wanted = Wanted {
        operator: text("operator"),
        event: text("event"),
        resource_type: text("resource_type"),
        resource_id: text("resource_id"),
        source: text("source"),
        outcome: text("outcome"),
        origin: text("origin"),
        change_set: text("change_set"),
        search: text("search"),
        hides_reads: match params.get("reads") {
            None | Some("shown") => false,
            Some("hidden") => true,
            Some(other) => return Err(Problem::bad(format!("reads={other:?} is not shown or hidden"))),
        },
    };
    Ok((Range { from: range.from, to: range.to, before: None }, wanted))
}

/// `GET /trail`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    let (range, wanted) = asked(&call.params)?;
    let limit = call.params.number("limit", 1, 1_000, 100)?;
    let app = Arc::clone(&call.app);
    let after = call.params.get("cursor").map(after).transpose()?;
    let lens = app.lens(scope.principal());
    let found = tokio::task::spawn_blocking(move || {
        let wants = |act: &Act| wanted.takes(&seen(act, lens.as_ref()));
        let found = app.trail.trail().latest(range, after, limit + 1, &wants)?;
        Ok::<_, ledger::Error>(found.into_iter().map(|entry| entry_seen(entry, lens.as_ref())).collect())
    });
    let mut found: Vec<Entry> = found.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|entry| format!("{}-{}", entry.act.time.0, entry.seq));
    let events: Vec<Map<String, Value>> = found.iter().map(row).collect();
    json(&json!({ "events": events, "next_cursor": next }))
}

/// Where a page goes on: after the event of that time and number.
fn after(cursor: &str) -> Result<(Timestamp, u64), Problem> {
    let read = cursor.rsplit_once('-').and_then(|(time, seq)| Some((time.parse().ok()?, seq.parse().ok()?)));
    let (time, seq) =
        read.ok_or_else(|| Problem::bad(format!("cursor={cursor:?} is not a `next_cursor`")))?;
    Ok((Timestamp(time), seq))
}

/// `GET /trail/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    let app = Arc::clone(&call.app);
    let found = tokio::task::spawn_blocking(move || match id.parse() {
        Ok(seq) => app.trail.trail().one(seq),
        Err(_) => Ok(None),
    });
    let found = found.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    json(&whole(&entry_seen(found.ok_or_else(none)?, call.app.lens(scope.principal()).as_ref())))
}

/// `GET /trail/facets`.
pub(crate) async fn facets(scope: Scope, call: Call) -> Answer {
    let (range, wanted) = asked(&call.params)?;
    let app = Arc::clone(&call.app);
    let lens = app.lens(scope.principal());
    let counted = tokio::task::spawn_blocking(move || {
        let mut facets = Facets::default();
        app.trail.trail().newest(range, &mut |entry| {
            facets.take(&wanted, &seen(&entry.act, lens.as_ref()));
            ControlFlow::Continue(())
        })?;
        Ok::<_, ledger::Error>(facets)
    });
    json(&counted.await.map_err(Problem::internal)?.map_err(Problem::internal)?.told())
}

/// `GET /trail/changes`.
pub(crate) async fn changes(scope: Scope, call: Call) -> Answer {
    let (range, _) = asked(&call.params)?;
    let most = call.params.number("marks", 1, 100, 40)?;
    let app = Arc::clone(&call.app);
    let lens = app.lens(scope.principal());
    let marked = tokio::task::spawn_blocking(move || {
        let mut marks = Marks::new(range.from, range.to, most);
        app.trail.trail().newest(range, &mut |entry| {
            marks.take(entry_seen(entry, lens.as_ref()));
            ControlFlow::Continue(())
        })?;
        Ok::<_, ledger::Error>(marks)
    });
    json(&marked.await.map_err(Problem::internal)?.map_err(Problem::internal)?.told())
}

/// `GET /trail/levels`.
async fn levels(_: Scope, call: Call) -> Answer {
    json(&json!({ "levels": call.app.trail.levels.all() }))
}

/// `GET /trail/{id}/proof`.
pub(crate) async fn proof_of(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    let app = Arc::clone(&call.app);
    let lens = app.lens(scope.principal());
    let proved = tokio::task::spawn_blocking(move || {
        let entry = match id.parse() {
            Ok(seq) => app.trail.trail().one(seq).map_err(Problem::internal)?,
            Err(_) => None,
        };
        let entry = entry_seen(entry.ok_or_else(none)?, lens.as_ref());
        let (checkpoint, note) = app.trail.prove().map_err(Problem::internal)?;
        let tiles = app.trail.prover.tiles(checkpoint.size);
        let records = bundle::records(&entry, &tiles).map_err(Problem::internal)?.join(",\n");
        Ok::<_, Problem>(bundle::head(app.trail.prover.public(), &note) + "\n" + &records + bundle::END)
    });
    let text = proved.await.map_err(Problem::internal)??;
    Ok(bytes_with(StatusCode::OK, "application/json", Bytes::from(text)))
}

fn none() -> Problem {
    Problem::missing("there is no such event in the operator trail")
}

/// `GET /trail/export`.
pub(crate) async fn export(scope: Scope, call: Call) -> Answer {
    let (range, wanted) = asked(&call.params)?;
    let file = File::named(call.params.get("format").unwrap_or("json"))?;
    let (pieces, body) = mpsc::channel(PIECES_AHEAD);
    let app = Arc::clone(&call.app);
    let lens = app.lens(scope.principal());
    tokio::task::spawn_blocking(move || {
        // Nobody may be there to take the last piece.
        let question = Question { range, wanted, lens };
        let last = file.write(&app, &question, &pieces).map_err(io::Error::other);
        let _ = pieces.blocking_send(last);
    });
    let (kind, name) = match file {
        File::Json => ("application/json", "operator-trail.json"),
        File::Csv => ("text/csv; charset=utf-8", "operator-trail.csv"),
        File::Bundle => ("application/json", "operator-trail.bundle.json"),
    };
    let mut response = bytes_with(StatusCode::OK, kind, Bytes::new());
    *response.body_mut() = Stream::body(body);
    let attachment = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment.map_err(Problem::internal)?);
    Ok(response)
}

/// `GET /proof`.
pub(crate) async fn proof(_: Scope, call: Call) -> Answer {
    let app = Arc::clone(&call.app);
    let newest = tokio::task::spawn_blocking(move || app.trail.prove());
    let (checkpoint, note) = newest.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    json(&json!({
        "key": call.app.trail.prover.public().text(),
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.to_string(),
        "checkpoint": note,
        "published": call.app.outbound.pulls().iter().filter(|pull| pull.kind == KIND).collect::<Vec<_>>(),
    }))
}
