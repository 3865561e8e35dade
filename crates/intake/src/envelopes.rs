//! What the protocols of senders wrap records in, opened into the records. A new one is one file in `envelopes/` and one
//! line in [`ENVELOPES`]. Opening never fails for what it finds: a record that cannot be had is a reject, and the rest is
//! kept. Knows no HTTP and no gateway; the formats read the records as they read those of any body.

use std::borrow::Cow;
use std::hash::Hasher as _;

use event::Timestamp;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::format::Reason;
use crate::json::{self, Reader};

mod als;
pub mod bulk;
mod datadog;
mod firehose;
mod forward;
mod gelf;
pub mod hec;
mod loki;
mod otlp;
mod otlp_json;
pub(crate) mod protobuf;
mod wrapped;

pub use forward::{Ping, Scan, ack, helo, pong};
pub use gelf::Chunks;

/// What Firehose may send at once: 64 MiB of data; in base64 a third more, and each record its braces.
const FIREHOSE_BYTES_MAX: usize = 88 << 20;
/// One delivery may hold so many records.
pub const PIECES_MAX: usize = 1 << 19;
/// What a protocol says about a record beside it is kept up to so many bytes.
const CONTEXT_BYTES_MAX: usize = 2 << 10;
/// Before each name that a protocol says about a record, in `custom`.
const PREFIX: &str = "envelope.";

/// How the deliveries of a protocol are opened.
#[derive(Debug)]
pub struct Envelope {
    /// Its name.
    pub name: &'static str,
    /// Bodies up to so many bytes are taken whatever the settings say: a sender would lose what is refused.
    pub body_bytes_min: usize,
    read: fn(&[u8], &Said, &mut Opened),
}

/// Every envelope.
pub static ENVELOPES: &[&Envelope] =
    &[&FIREHOSE, &BULK, &LOKI, &OTLP, &HEC, &HEC_RAW, &DATADOG, &ALS, &GELF, &FORWARD];

/// Amazon Data Firehose to an HTTP endpoint; also with CloudWatch's subscription messages inside.
pub static FIREHOSE: Envelope =
    Envelope { name: "firehose", body_bytes_min: FIREHOSE_BYTES_MAX, read: firehose::open };
/// Elasticsearch's `_bulk`: a line that says what to do, and the document.
pub static BULK: Envelope = Envelope { name: "bulk", body_bytes_min: 0, read: bulk::open };
/// Loki's push, as JSON or as Protocol Buffers in a block of Snappy.
pub static LOKI: Envelope = Envelope { name: "loki", body_bytes_min: 0, read: loki::open };
/// OpenTelemetry's `ExportLogsServiceRequest`, as Protocol Buffers or as JSON.
pub static OTLP: Envelope = Envelope { name: "otlp", body_bytes_min: 0, read: otlp::open };
/// Events of Splunk's HTTP Event Collector.
pub static HEC: Envelope = Envelope { name: "hec", body_bytes_min: 0, read: hec::open };
/// Raw text for Splunk's HTTP Event Collector.
pub static HEC_RAW: Envelope = Envelope { name: "hec_raw", body_bytes_min: 0, read: hec::open_raw };
/// Datadog's intake of logs.
pub static DATADOG: Envelope = Envelope { name: "datadog", body_bytes_min: 0, read: datadog::open };
/// Envoy's access log over gRPC: `StreamAccessLogsMessage`.
pub static ALS: Envelope = Envelope { name: "als", body_bytes_min: 0, read: als::open };
/// Graylog's GELF.
pub static GELF: Envelope = Envelope { name: "gelf", body_bytes_min: 0, read: gelf::open };
/// Fluent's forward protocol.
pub static FORWARD: Envelope = Envelope { name: "forward", body_bytes_min: 0, read: forward::open };

/// What address and headers say of a delivery.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Its id, the same when it is made again.
    pub id: Option<String>,
    /// Names and values that hold for each of its records.
    pub context: Vec<(String, String)>,
}

pub use als::identifier as als_identifier;

/// Why a delivery cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its records are longer together.
    #[error("the records of the delivery are longer than {0} bytes")]
    TooLarge(usize),
    /// It holds more records.
    #[error("the delivery holds more than {0} records")]
    TooMany(usize),
}

impl Envelope {
    /// Opens a delivery that is not packed any more. Its records are at most `bytes_max` bytes together.
    pub fn open(&self, body: &[u8], said: &Said, bytes_max: usize) -> Result<Opened, Fault> {
        let mut opened = Opened::new(bytes_max);
        opened.id.clone_from(&said.id);
        (self.read)(body, said, &mut opened);
        opened.overflow.map_or(Ok(opened), Err)
    }
}

/// What an envelope held: texts, each a body of its own and usually one record.
#[derive(Debug)]
pub struct Opened {
    text: String,
    pieces: Vec<Place>,
    /// JSON objects; the first is none.
    contexts: Vec<String>,
    /// The pieces that are rejects from the start.
    faults: Vec<(usize, Reason)>,
    /// How an answer names each piece, where the protocol answers for each.
    pub names: Vec<String>,
    /// Whether the envelope itself is broken from some place on.
    pub malformed: bool,
    /// Its id, the same when it is made again.
    pub id: Option<String>,
    spent: usize,
    spent_on_context: usize,
    bytes_max: usize,
    overflow: Option<Fault>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    end: usize,
    about: About,
}

/// What is known of a piece beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    /// When it happened, if it does not say so itself.
    pub(crate) time: Option<Timestamp>,
    /// By what it is recognised when it comes again, if it names no request.
    pub(crate) key: Option<u64>,
    /// What [`Opened::context`] gave.
    pub(crate) context: usize,
}

/// A piece as the decoder takes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) about: About,
    /// A JSON object, or nothing.
    pub(crate) context: &'a str,
    pub(crate) fault: Option<&'a Reason>,
}

impl Opened {
    fn new(bytes_max: usize) -> Opened {
        Opened {
            text: String::new(),
            pieces: Vec::new(),
            contexts: vec![String::new()],
            faults: Vec::new(),
            names: Vec::new(),
            malformed: false,
            id: None,
            spent: 0,
            spent_on_context: 0,
            bytes_max,
            overflow: None,
        }
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The pieces, in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut start = 0;
        let mut faults = self.faults.iter().peekable();
        self.pieces.iter().enumerate().map(move |(n, place)| {
            let text = self.text.get(start..place.end).unwrap_or("");
            start = place.end;
            let context = self.contexts.get(place.about.context).map_or("", String::as_str);
            let fault = faults.next_if(|(at, _)| *at == n).map(|(_, reason)| reason);
            Piece { text, about: place.about, context, fault }
        })
    }

    /// The hash of all that makes this delivery another than the last: the same when it is made again.
    pub(crate) fn hash(&self) -> u64 {
        let mut hash = Xxh3Default::new();
        hash.update(self.id.as_deref().unwrap_or("").as_bytes());
        hash.update(self.text.as_bytes());
        for place in &self.pieces {
            hash.write_usize(place.end);
            hash.write_i64(place.about.time.map_or(0, |time| time.0));
        }
        hash.finish()
    }

    /// How many bytes of records there is room for.
    fn room(&self) -> usize {
        self.bytes_max.saturating_sub(self.spent)
    }

    /// Remembers what the protocol says about the pieces to come.
    pub(crate) fn context(&mut self, members: &Members) -> usize {
        let last = self.contexts.len() - 1;
        if self.contexts.last().is_some_and(|context| *context == members.0) {
            return last;
        }
        if members.0.is_empty() || !self.has_room_for_context(members.0.len()) {
            return 0;
        }
        self.contexts.push(members.0.clone());
        last + 1
    }

    /// Each event carries its context, so that a long one counts each time.
    fn has_room_for_context(&mut self, bytes: usize) -> bool {
        let has_room = bytes <= self.bytes_max.saturating_sub(self.spent_on_context);
        self.spent_on_context += if has_room { bytes } else { 0 };
        has_room
    }

    /// Adds a piece.
    pub(crate) fn add(&mut self, text: &str, mut about: About) {
        if self.pieces.len() >= PIECES_MAX {
            self.overflow = Some(Fault::TooMany(PIECES_MAX));
        } else if text.len() > self.room() {
            self.overflow = Some(Fault::TooLarge(self.bytes_max));
        }
        if self.overflow.is_some() {
            return;
        }
        self.spent += text.len();
        let context = self.contexts.get(about.context).map_or(0, String::len);
        if !self.has_room_for_context(context) {
            about.context = 0;
        }
        self.text.push_str(text);
        self.pieces.push(Place { end: self.text.len(), about });
    }

    /// Adds a piece that cannot be had.
    pub(crate) fn refuse(&mut self, text: &str, reason: Reason) {
        let end = (0..=event::EXCERPT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let before = self.pieces.len();
        self.add(text.get(..end).unwrap_or(text), About::default());
        if self.pieces.len() > before {
            self.faults.push((before, reason));
        }
    }

    /// Notes that the envelope is broken from here on.
    pub(crate) fn broken(&mut self, text: &str, reason: Reason) {
        self.malformed = true;
        self.refuse(text, reason);
    }
}

/// What a protocol says about a record beside it, as a JSON object. It is kept in `custom`, each name behind
/// `envelope.`; what goes beyond the bound is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(String);

impl Members {
    /// Those of address and headers.
    pub(crate) fn of(said: &Said) -> Members {
        let mut members = Members::default();
        said.context.iter().for_each(|(name, value)| members.text(name, value));
        members
    }

    /// A text, unless it is empty.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() && text.len() <= CONTEXT_BYTES_MAX {
            self.put(name, |out| event::json::string(out, text));
        }
    }

    /// Any value, as it is written.
    pub(crate) fn copy(&mut self, name: &str, reader: &mut Reader<'_>) -> Result<(), json::Error> {
        let raw = reader.raw()?;
        if raw.len() <= CONTEXT_BYTES_MAX && !matches!(raw, "\"\"" | "null" | "{}" | "[]" | "") {
            let mut copied = String::new();
            Reader::new(raw).copy(&mut copied)?;
            self.put(name, |out| out.push_str(&copied));
        }
        Ok(())
    }

    fn put(&mut self, name: &str, value: impl FnOnce(&mut String)) {
        let before = self.0.len();
        match self.0.pop() {
            Some(_) => self.0.push(','),
            None => self.0.push('{'),
        }
        event::json::string(&mut self.0, &format!("{PREFIX}{name}"));
        self.0.push(':');
        value(&mut self.0);
        self.0.push('}');
        if self.0.len() > CONTEXT_BYTES_MAX {
            self.0.truncate(before.saturating_sub(1));
            self.0.push_str(if before > 0 { "}" } else { "" });
        }
    }
}

/// A body as text; bytes that are not UTF-8 become `�`.
fn text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body)
}

/// The key of a record that its sender gave an id.
fn key_of(parts: &[&str]) -> u64 {
    xxh3_64(parts.join("\0").as_bytes())
}

/// A moment in nanoseconds since 1970; none is 0.
fn nanos(nanos: u64) -> Option<Timestamp> {
    (nanos > 0).then_some(Timestamp((nanos / 1_000) as i64))
}
