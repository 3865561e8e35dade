//! Takes deliveries in: credential, bounds, decompression, decoding, masking, the ledger, and only then the answer.
//! The 200 is made of a `Receipt`, which the ledger gives out after its sync.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use event::mask::{Masked, mask, mask_excerpt, mask_text};
use event::{Batch, Reject, Timestamp, field};
use http_body_util::BodyExt as _;
use keys::Scope;
use ledger::Receipt;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::answer::json_with;
use super::error::Problem;
use super::route::{Answer, Call};
use crate::app::{App, BODY_UNIT_BYTES};
use crate::clock;
use crate::counters::{Counters, Rejected};
use crate::reading::Reader;

/// Rejects named in an answer.
const REJECTS_SHOWN_MAX: usize = 10;
/// What a body without a length reserves at a time.
const STEP_BYTES: usize = 64 << 10;

/// From this size on a body is a large one.
const LARGE_BYTES: u64 = 128 << 10;

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

/// What a body held, its secrets masked.
struct Understood {
    batch: Masked<Batch>,
    keys: Vec<u64>,
    rest: Rest,
}

/// What a body held beside its events.
struct Rest {
    /// When its newest event happened.
    newest: Option<Timestamp>,
    rejected: u64,
    rejects: Vec<Reject>,
    formats: Vec<(&'static str, u64)>,
}

/// What a sender brought.
#[derive(Clone)]
struct Delivery {
    source: Arc<str>,
    reader: Option<Reader>,
    coding: Option<String>,
    wire_bytes: u64,
    received: Timestamp,
}

/// `POST /ingest[/{format}]` and `POST /i/{token}[/{format}]`.
pub(crate) async fn receive(scope: Scope, mut call: Call) -> Answer {
    let app = Arc::clone(&call.app);
    let source = scope.principal().source().ok_or_else(Problem::unauthorized)?;
    let format = match call.segment("format") {
        Some(name) => Some(intake::by_name(name).ok_or_else(|| no_such_format(name))?),
        None => None,
    };
    let reader = app.catalog.with(|content| match content.sources.get(source) {
        Some(source) => source.reading.reader(format),
        None => format.map(Reader::Known),
    });
    let headers = &call.parts.headers;
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (body, _permit) = read_body(&app, headers, std::mem::take(&mut call.body))
        .await
        .inspect_err(|problem| note_refusal(&app, problem))?;
    let started = Instant::now();
    let (wire_bytes, received) = (body.len() as u64, clock::now());
    let delivery = Delivery { source: source.into(), reader, coding, wire_bytes, received };
    let Understood { batch, keys, rest } = understand(&app, &delivery, body).await?;
    let receipt = if batch.is_empty() {
        None
    } else {
        let appended = append(&app, batch, keys, &delivery).await?;
        Some(appended.map_err(Problem::from).inspect_err(|problem| note_refusal(&app, problem))?)
    };
    app.meters.ingest_micros.fetch_add(started.elapsed().as_micros() as u64, Ordering::Relaxed);
    count(&app, &delivery, receipt.as_ref(), &rest);
    taken(receipt, &rest)
}

/// Makes the events durable. Encoding a large batch takes a while, so it is done where waiting is allowed.
async fn append(
    app: &Arc<App>,
    batch: Masked<Batch>,
    keys: Vec<u64>,
    delivery: &Delivery,
) -> Result<ledger::Result<Receipt>, Problem> {
    let received = delivery.received;
    if delivery.wire_bytes < LARGE_BYTES {
        return Ok(app.ledger.append(batch, keys, received).await);
    }
    let ledger = Arc::clone(&app.ledger);
    let work = move || ledger.append_blocking(batch, keys, received);
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

fn note_refusal(app: &App, problem: &Problem) {
    if problem.status() == StatusCode::SERVICE_UNAVAILABLE {
        app.meters.deliveries_refused.fetch_add(1, Ordering::Relaxed);
    }
}

fn no_such_format(name: &str) -> Problem {
    let names: Vec<&str> = intake::FORMATS.iter().map(|format| format.name()).collect();
    Problem::missing(format!("there is no format {name:?}; there are {}", names.join(", ")))
        .remedy("leave the format out to have it recognised")
        .suggestions(super::error::nearest(name, names.into_iter()))
}

fn too_large(what: &str, bytes_max: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {bytes_max} bytes {what}"))
        .remedy("send smaller batches, or raise ingest_wire_bytes_max and ingest_decoded_bytes_max")
}

/// Reads the body as it was sent, within the bounds on size, speed and memory.
async fn read_body(
    app: &App,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<(Vec<u8>, OwnedSemaphorePermit), Problem> {
    let config = &app.config;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|bytes| bytes > config.ingest_wire_bytes_max) {
        return Err(too_large("as sent", config.ingest_wire_bytes_max));
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
        if bytes.len() + data.len() > config.ingest_wire_bytes_max {
            return Err(too_large("as sent", config.ingest_wire_bytes_max));
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

/// Decompresses, decodes and masks, away from the threads that serve connections.
async fn understand(app: &Arc<App>, delivery: &Delivery, body: Vec<u8>) -> Result<Understood, Problem> {
    let _turn = app.gates.decoders.acquire().await.map_err(Problem::internal)?;
    let (app, delivery) = (Arc::clone(app), delivery.clone());
    let work = move || {
        let bytes_max = app.config.ingest_decoded_bytes_max;
        let Delivery { source, reader, coding, received, .. } = delivery;
        let format = reader.as_ref().map(Reader::format);
        let plain = intake::inflate(&body, coding.as_deref(), bytes_max).map_err(inflated)?;
        check_coding(coding.as_deref(), matches!(plain, Cow::Owned(_)))?;
        let decoded = intake::decode_with(intake::Options { format, received: Some(received) }, &plain);
        drop(plain);
        let mut batch = decoded.batch;
        batch.fill_text(field::SOURCE, &source);
        let keys = salted(decoded.keys, &source);
        let newest = batch.rows().filter_map(|row| row.int(field::TIME)).max().map(Timestamp);
        let rejects = decoded
            .rejects
            .into_iter()
            .map(|reject| Reject {
                reason: mask_text(&reject.reason, &app.rules).into_owned(),
                excerpt: mask_excerpt(&reject.excerpt, &app.rules),
                ..reject
            })
            .collect();
        let rest = Rest { newest, rejected: decoded.rejected, rejects, formats: decoded.formats };
        Ok(Understood { batch: mask(batch, &app.rules), keys, rest })
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// The duplicate keys of one source: two sources may use the same request ids.
pub(crate) fn salted(mut keys: Vec<u64>, source: &str) -> Vec<u64> {
    let salt = xxhash_rust::xxh3::xxh3_64(source.as_bytes());
    keys.iter_mut().for_each(|key| *key = key.rotate_left(17) ^ salt);
    keys
}

fn inflated(error: intake::InflateError) -> Problem {
    match error {
        intake::InflateError::TooLarge(bytes_max) => too_large("after decompression", bytes_max),
        intake::InflateError::Corrupt(_) => Problem::bad(error.to_string()),
    }
}

/// A coding that is named, not known, and not recognised in the bytes.
fn check_coding(coding: Option<&str>, was_packed: bool) -> Result<(), Problem> {
    const KNOWN: [&str; 7] = ["identity", "gzip", "deflate", "zstd", "snappy", "zlib", "x-snappy"];
    let Some(coding) = coding.filter(|_| !was_packed) else { return Ok(()) };
    let known = coding.is_empty() || KNOWN.iter().any(|name| coding.to_ascii_lowercase().contains(name));
    if known {
        return Ok(());
    }
    let detail =
        format!("the content coding {coding:?} is not understood; gzip, deflate, zstd and snappy are");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
}

fn count(app: &App, delivery: &Delivery, receipt: Option<&Receipt>, rest: &Rest) {
    let now = delivery.received;
    let accepted = receipt.map_or(0, Receipt::accepted);
    let brought = Counters {
        accepted,
        rejected: rest.rejected,
        duplicates: receipt.map_or(0, Receipt::duplicates),
        bytes: delivery.wire_bytes,
        last_event: (accepted > 0).then_some(now.0),
        formats: rest.formats.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
    };
    let rejects = rest
        .rejects
        .iter()
        .map(|reject| Rejected {
            time: now.to_string(),
            format: delivery.reader.as_ref().map_or("auto", |reader| reader.format().name()).to_owned(),
            line: reject.line,
            reason: reject.reason.clone(),
            excerpt: reject.excerpt.clone(),
        })
        .collect();
    app.tally.add(&delivery.source, brought, rest.newest, rejects, now);
}

/// The answer, made of the receipt.
fn taken(receipt: Option<Receipt>, rest: &Rest) -> Answer {
    let is_waste = receipt.is_none() && rest.rejected > 0;
    let status = if is_waste { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let rejects = rest.rejects.iter().take(REJECTS_SHOWN_MAX);
    json_with(
        status,
        &Taken {
            accepted: receipt.as_ref().map_or(0, Receipt::accepted),
            rejected: rest.rejected,
            duplicates: receipt.as_ref().map_or(0, Receipt::duplicates),
            rejects: rejects.map(|r| Line { line: r.line, reason: r.reason.clone() }).collect(),
        },
    )
}
