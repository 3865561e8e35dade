//! Takes a delivery in: decompression, decoding, masking, the ledger, the counters. Every receiver ends here, whether
//! it reads HTTP or a socket; what it answers is made of [`Taken`], which there is only after the sync. Knows no HTTP
//! beyond the problems it reports.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use event::mask::{Masked, mask, mask_reject};
use event::{Batch, Reject, Timestamp, field};
use intake::enrich::enrich;
use intake::envelopes::{Envelope, Fault, Opened, Said};
use ledger::Receipt;
use tokio::time::Instant;

use crate::app::App;
use crate::counters::{Counters, Rejected};
use crate::http::error::Problem;
use crate::quality::Quality;
use crate::reading::{Mismatch, Named, Reader, Reading};
use crate::told;

/// From this size on a body is a large one.
const LARGE_BYTES: u64 = 128 << 10;

/// When a sender may try again whose source is paused.
const PAUSED_RETRY_S: u32 = 60;

/// What a sender brought, beside the body.
#[derive(Clone)]
pub(crate) struct Delivery {
    /// Which source it is of.
    pub(crate) source: Arc<str>,
    /// How its records are read; without one each is recognised.
    pub(crate) reader: Option<Reader>,
    /// How the sender says it is packed.
    pub(crate) coding: Option<String>,
    /// What its protocol wraps records in, and what address and headers say of them.
    pub(crate) envelope: Option<(&'static Envelope, Said)>,
    /// Its size as sent.
    pub(crate) wire_bytes: u64,
    /// When it came.
    pub(crate) received: Timestamp,
    /// For senders that never send twice: a number for this delivery, so that the same bytes at another time are other
    /// events. Without it they are the same ones.
    pub(crate) salt: Option<u64>,
}

/// What became of a delivery.
pub(crate) struct Taken {
    /// That its events are durable; `None` when there were none.
    receipt: Option<Receipt>,
    /// The same of what a gateway tells of its operators.
    told: Option<ledger::trail::Taken>,
    /// Records not understood.
    pub(crate) rejected: u64,
    /// The first of them, masked.
    pub(crate) rejects: Vec<Reject>,
    /// What the answer of a protocol is made of beside; of a body without an envelope nothing.
    pub(crate) shell: Shell,
    /// Microseconds it took.
    pub(crate) micros: u64,
}

/// What an envelope was, once its records are out.
#[derive(Default)]
pub(crate) struct Shell {
    /// The id of the delivery.
    pub(crate) id: Option<String>,
    /// How the answer names each record, where the protocol answers for each.
    pub(crate) names: Vec<String>,
    /// The records that were not understood, counted from 0.
    pub(crate) bad: Vec<u32>,
    /// Whether it held no record at all.
    pub(crate) is_empty: bool,
    /// Whether it was broken from some place on.
    pub(crate) malformed: bool,
}

impl Shell {
    /// Of what was opened, and its records that were not understood.
    pub(crate) fn of(opened: Opened, bad: Vec<u32>) -> Shell {
        let (is_empty, malformed) = (opened.is_empty(), opened.malformed);
        Shell { id: opened.id, names: opened.names, bad, is_empty, malformed }
    }
}

impl Taken {
    /// The sequence number of the last event of it that is durable now.
    pub(crate) fn last_seq(&self) -> Option<u64> {
        let receipt = self.receipt.as_ref().filter(|receipt| receipt.accepted() > 0)?;
        Some(receipt.first_seq() + receipt.accepted() - 1)
    }

    /// Events that are durable now.
    pub(crate) fn accepted(&self) -> u64 {
        self.receipt.as_ref().map_or(0, Receipt::accepted) + self.told.map_or(0, |told| told.accepted)
    }

    /// Events that were durable before.
    pub(crate) fn duplicates(&self) -> u64 {
        self.receipt.as_ref().map_or(0, Receipt::duplicates) + self.told.map_or(0, |told| told.duplicates)
    }

    /// Whether it held records, and none that was understood.
    pub(crate) fn is_waste(&self) -> bool {
        self.receipt.is_none() && self.told.is_none() && self.rejected > 0
    }
}

/// Decodes, masks and appends a body, and counts what it held. Returns after the sync.
pub(crate) async fn take(app: &Arc<App>, delivery: Delivery, body: Vec<u8>) -> Result<Taken, Problem> {
    if app.catalog.with(|content| content.is_paused(&delivery.source)) {
        app.tally.refused(&delivery.source);
        return Err(paused(&delivery.source));
    }
    let started = Instant::now();
    if let Some(Reader::Trail(trail)) = delivery.reader {
        let (told, rest) = told::take(app, &delivery, trail, body)
            .await
            .inspect_err(|problem| note_refusal(app, problem))?;
        return Ok(taken(app, &delivery, None, told, rest, started));
    }
    let Understood { batch, keys, rest } = understand(app, &delivery, body).await?;
    let receipt = if batch.is_empty() {
        None
    } else {
        let appended = append(app, batch, keys, &delivery).await?;
        Some(appended.map_err(Problem::from).inspect_err(|problem| note_refusal(app, problem))?)
    };
    Ok(taken(app, &delivery, receipt, None, rest, started))
}

/// Counts what a delivery held and says what became of it.
fn taken(
    app: &App,
    delivery: &Delivery,
    receipt: Option<Receipt>,
    told: Option<ledger::trail::Taken>,
    rest: Rest,
    started: Instant,
) -> Taken {
    let micros = started.elapsed().as_micros() as u64;
    app.meters.ingest_micros.fetch_add(micros, Ordering::Relaxed);
    let Rest { rejected, rejects, shell, quality, formats } = rest;
    let taken = Taken { receipt, told, rejected, rejects, shell, micros };
    count(app, delivery, &taken, &quality, formats);
    taken
}

/// What a delivery of a source is read with whose address names a format, or none.
pub(crate) fn reader(app: &App, source: &str, named: Option<Named>) -> Result<Option<Reader>, Problem> {
    let of = |content: &crate::catalog::Content| {
        content
            .sources
            .get(source)
            .map_or_else(|| Reading::default().reader(named), |source| source.reading.reader(named))
    };
    Ok(app.catalog.with(of)?)
}

impl From<Mismatch> for Problem {
    fn from(mismatch: Mismatch) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, mismatch.to_string())
            .remedy("set what the source brings: on the page Sources, or with `gatelog source set NAME --format FORMAT`")
    }
}

/// Counts a delivery that was refused because there was too much to do.
pub(crate) fn note_refusal(app: &App, problem: &Problem) {
    if problem.status() == StatusCode::SERVICE_UNAVAILABLE {
        app.meters.deliveries_refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// Well-behaved senders keep what a 503 refuses and send it again, so that a short pause loses nothing.
fn paused(source: &str) -> Problem {
    Problem::busy(format!("source {source} is paused"))
        .remedy("an admin or editor can let it go on, on the page Sources or with `gatelog source resume`")
        .retry_after_s(PAUSED_RETRY_S)
}

/// A body beyond a bound.
pub(crate) fn too_large(what: &str, bytes_max: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {bytes_max} bytes {what}"))
        .remedy("send smaller batches, or raise ingest_wire_bytes_max and ingest_decoded_bytes_max")
}

/// What a body held, its secrets masked.
struct Understood {
    batch: Masked<Batch>,
    keys: Vec<u64>,
    rest: Rest,
}

/// What a body held beside its events.
pub(crate) struct Rest {
    /// What its events are like.
    pub(crate) quality: Quality,
    pub(crate) rejected: u64,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) formats: Vec<(&'static str, u64)>,
    pub(crate) shell: Shell,
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

/// Decompresses, decodes and masks, away from the threads that serve connections.
async fn understand(app: &Arc<App>, delivery: &Delivery, body: Vec<u8>) -> Result<Understood, Problem> {
    let _turn = app.gates.decoders.acquire().await.map_err(Problem::internal)?;
    let (app, delivery) = (Arc::clone(app), delivery.clone());
    let work = move || {
        let Delivery { source, reader, coding, envelope, received, salt, .. } = delivery;
        let format = reader.as_ref().and_then(Reader::format);
        let (plain, bytes_max) = inflate(&app, &body, coding.as_deref(), envelope.as_ref())?;
        let options = intake::Options { format, received: Some(received), salt };
        let (decoded, shell) = match envelope {
            None => (intake::decode_with(options, &plain), Shell::default()),
            Some((envelope, said)) => {
                let opened = envelope.open(&plain, &said, bytes_max).map_err(overflowed)?;
                drop(plain);
                let decoded = intake::decode_opened(options, &opened);
                let shell = Shell::of(opened, decoded.bad_pieces.clone());
                (decoded, shell)
            }
        };
        let mut batch = decoded.batch;
        batch.fill_text(field::SOURCE, &source);
        enrich(&mut batch, &app.known.get());
        let keys = salted(decoded.keys, &source);
        let quality = Quality::of(&batch, received);
        let rules = app.masking.get();
        let rejects = masked(&app, &source, decoded.rejects);
        let rest = Rest { quality, rejected: decoded.rejected, rejects, formats: decoded.formats, shell };
        Ok(Understood { batch: mask(batch, &rules), keys, rest })
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// A body that is not packed any more, and how large what it holds may be.
pub(crate) fn inflate<'b>(
    app: &App,
    body: &'b [u8],
    coding: Option<&str>,
    envelope: Option<&(&'static Envelope, Said)>,
) -> Result<(Cow<'b, [u8]>, usize), Problem> {
    let bytes_min = envelope.map_or(0, |(envelope, _)| envelope.body_bytes_min);
    let bytes_max = app.config.ingest_decoded_bytes_max.max(bytes_min);
    let plain = intake::inflate(body, coding, bytes_max).map_err(inflated)?;
    check_coding(coding, matches!(plain, Cow::Owned(_)))?;
    Ok((plain, bytes_max))
}

/// Rejects without secrets.
pub(crate) fn masked(app: &App, source: &str, rejects: Vec<Reject>) -> Vec<Reject> {
    let rules = app.masking.get();
    rejects.into_iter().map(|reject| mask_reject(reject, source, &rules)).collect()
}

/// The duplicate keys of one source: two sources may use the same request ids.
pub(crate) fn salted(mut keys: Vec<u64>, source: &str) -> Vec<u64> {
    let salt = xxhash_rust::xxh3::xxh3_64(source.as_bytes());
    keys.iter_mut().for_each(|key| *key = key.rotate_left(17) ^ salt);
    keys
}

pub(crate) fn overflowed(fault: Fault) -> Problem {
    match fault {
        Fault::TooLarge(bytes_max) => too_large("after it was opened", bytes_max),
        Fault::TooMany(_) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, fault.to_string()).remedy("send smaller batches")
        }
    }
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

fn count(
    app: &App,
    delivery: &Delivery,
    taken: &Taken,
    quality: &Quality,
    formats: Vec<(&'static str, u64)>,
) {
    let now = delivery.received;
    let accepted = taken.accepted();
    let brought = Counters {
        accepted,
        rejected: taken.rejected,
        duplicates: taken.duplicates(),
        lost: 0,
        bytes: delivery.wire_bytes,
        refused: 0,
        last_event: (accepted > 0).then_some(now.0),
        formats: formats.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
    };
    let rejects = taken
        .rejects
        .iter()
        .map(|reject| Rejected {
            time: now.to_string(),
            format: delivery.reader.as_ref().map_or("auto", Reader::name).to_owned(),
            line: reject.line,
            reason: reject.reason.clone(),
            excerpt: reject.excerpt.clone(),
        })
        .collect();
    app.tally.add(&delivery.source, brought, quality, rejects, now);
}
