//! The generic receiver: any body of records, in a named format or recognised. The 200 is made of a `Receipt`, which the
//! ledger gives out after its sync.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use intake::envelopes::{Envelope, Said};
use keys::Scope;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::answer::json_with;
use super::error::Problem;
use super::route::{Answer, Call};
use crate::app::{App, BODY_UNIT_BYTES};
use crate::clock;
use crate::reading::{Named, Reader, format_names};
use crate::take::{self, Delivery, take};

/// Rejects named in an answer.
const REJECTS_SHOWN_MAX: usize = 10;
/// What a body without a length reserves at a time.
const STEP_BYTES: usize = 64 << 10;

#[derive(Serialize)]
struct Taken {
    accepted: u64,
    rejected: u64,
    duplicates: u64,
    rejects: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    line: u64,
    reason: String,
}

/// `POST /ingest[/{format}]` and `POST /i/{token}[/{format}]`.
pub(crate) async fn receive(scope: Scope, mut call: Call) -> Answer {
    let app = Arc::clone(&call.app);
    let source = scope.principal().source().ok_or_else(Problem::unauthorized)?;
    let format = match call.segment("format") {
        Some(name) => Some(Named::by_name(name).ok_or_else(|| no_such_format(name))?),
        None => None,
    };
    let reader = take::reader(&app, source, format)?;
    answer(&deliver(&mut call, source, reader, None).await?)
}

/// Reads the body of a call and takes it. Whoever calls it makes the answer.
pub(crate) async fn deliver(
    call: &mut Call,
    source: &str,
    reader: Option<Reader>,
    envelope: Option<(&'static Envelope, Said)>,
) -> Result<take::Taken, Problem> {
    let app = Arc::clone(&call.app);
    let headers = &call.parts.headers;
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let bytes_min = envelope.as_ref().map_or(0, |(envelope, _)| envelope.body_bytes_min);
    let bytes_max = app.config.ingest_wire_bytes_max.max(bytes_min);
    let (body, _permit) = read_body(&app, headers, std::mem::take(&mut call.body), bytes_max)
        .await
        .inspect_err(|problem| take::note_refusal(&app, problem))?;
    let delivery = Delivery {
        source: source.into(),
        reader,
        coding,
        envelope,
        wire_bytes: body.len() as u64,
        received: clock::now(),
        salt: None,
    };
    take(&app, delivery, body).await
}

fn no_such_format(name: &str) -> Problem {
    let names = format_names();
    Problem::missing(format!("there is no format {name:?}; there are {}", names.join(", ")))
        .remedy("leave the format out to have it recognised")
        .suggestions(super::error::nearest(name, names.into_iter()))
}

/// A question's body is at most this long; Beats bring a template of some hundred kilobytes.
const QUESTION_BYTES_MAX: usize = 4 << 20;

/// Reads the body of a question that a sender asks beside its deliveries, within the same bounds.
pub(crate) async fn small_body(call: &mut Call) -> Result<Vec<u8>, Problem> {
    let app = Arc::clone(&call.app);
    let body = std::mem::take(&mut call.body);
    let (body, _) = read_body(&app, &call.parts.headers, body, QUESTION_BYTES_MAX).await?;
    Ok(body)
}

/// Reads the body as it was sent, within the bounds on size, speed and memory.
pub(crate) async fn read_body(
    app: &App,
    headers: &HeaderMap,
    mut body: Body,
    bytes_max: usize,
) -> Result<(Vec<u8>, OwnedSemaphorePermit), Problem> {
    let config = &app.config;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|bytes| bytes > bytes_max) {
        return Err(take::too_large("as sent", bytes_max));
    }
    let mut permit = reserve(&app.gates.bodies, declared.unwrap_or(STEP_BYTES))?;
    let mut bytes = Vec::with_capacity(declared.unwrap_or(STEP_BYTES));
    let started = Instant::now();
    loop {
        let earned_ms = bytes.len() as u64 * 1_000 / config.body_bytes_per_s_min.max(1);
        let deadline = started + Duration::from_millis(config.body_grace_ms + earned_ms);
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body arrived too slowly")),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Problem::bad("the body broke off")),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > bytes_max {
            return Err(take::too_large("as sent", bytes_max));
        }
        while permit.num_permits() * BODY_UNIT_BYTES < bytes.len() + data.len() {
            permit.merge(reserve(&app.gates.bodies, STEP_BYTES)?);
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, permit))
}

fn reserve(gate: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
    let units = u32::try_from(bytes.div_ceil(BODY_UNIT_BYTES)).unwrap_or(u32::MAX);
    Arc::clone(gate)
        .try_acquire_many_owned(units)
        .map_err(|_| Problem::busy("too many deliveries are in flight"))
}

/// The answer, made of the receipt.
fn answer(taken: &take::Taken) -> Answer {
    let status = if taken.is_waste() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let rejects = taken.rejects.iter().take(REJECTS_SHOWN_MAX);
    json_with(
        status,
        &Taken {
            accepted: taken.accepted(),
            rejected: taken.rejected,
            duplicates: taken.duplicates(),
            rejects: rejects.map(|r| Line { line: r.line, reason: r.reason.clone() }).collect(),
        },
    )
}
