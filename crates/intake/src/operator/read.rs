//! From a body to the records of a trail, and from those to events.

use std::borrow::Cow;
use std::collections::HashMap;

use event::{Act, EXCERPT_BYTES_MAX, Reject, Timestamp};
use serde_json::{Map, Value};

use super::split::{Piece, Pieces, list_of};
use super::{Kept, Record, Told, Trail, api7};
use crate::decode::REJECTS_MAX;
use crate::envelopes::Opened;
use crate::format::{RECORD_BYTES_MAX, Reason};
use crate::syslog;

/// Records that are alike are told apart within one body up to so many different ones.
const ALIKE_MAX: usize = 1 << 20;
/// An event may lie so far ahead of our clock, in microseconds.
const AHEAD_MAX: i64 = event::time::DAY;

/// How a body is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which trail it is of.
    pub trail: &'static Trail,
    /// When it was received. What is said to have happened more than a day later is a reject.
    pub received: Timestamp,
}

/// What a body held beside its events.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The first [`REJECTS_MAX`] records that were not understood.
    pub rejects: Vec<Reject>,
    /// How many were not understood.
    pub rejected: u64,
    /// Records left out, as they are no acts on a gateway.
    pub left_out: u64,
    /// How many events were read of each trail.
    pub trails: Vec<(&'static str, u64)>,
    /// The pieces of an envelope of which something was not understood, counted from 0.
    pub bad_pieces: Vec<u32>,
}

/// Reads a body that is not packed; `each` gets its events in their order.
pub fn read(options: Options, body: &[u8], each: &mut dyn FnMut(Told)) -> Read {
    let body = String::from_utf8_lossy(body);
    let mut decoder = Decoder::new(options, each);
    decoder.body(&body);
    decoder.out
}

/// Reads what an envelope held.
pub fn read_opened(options: Options, opened: &Opened, each: &mut dyn FnMut(Told)) -> Read {
    let mut decoder = Decoder::new(options, each);
    let is_many = opened.len() > 1;
    for (n, piece) in opened.pieces().enumerate() {
        let before = decoder.out.rejected;
        decoder.line = is_many.then_some(n as u64 + 1);
        match piece.fault {
            Some(reason) => decoder.reject(1, piece.text, reason),
            None => decoder.body(piece.text),
        }
        if decoder.out.rejected > before {
            decoder.out.bad_pieces.push(n as u32);
        }
    }
    decoder.out
}

struct Decoder<'e> {
    options: Options,
    /// Which piece of an envelope is read.
    line: Option<u64>,
    /// How often a record without an identity was met, by its hash.
    alike: HashMap<u64, u32>,
    /// The columns that the first line of the body names.
    head: Option<Vec<String>>,
    each: &'e mut dyn FnMut(Told),
    out: Read,
}

impl<'e> Decoder<'e> {
    fn new(options: Options, each: &'e mut dyn FnMut(Told)) -> Decoder<'e> {
        Decoder { options, line: None, alike: HashMap::new(), head: None, each, out: Read::default() }
    }

    /// Reads all records, those in lists too. A list that is cut off gives what of it is whole.
    fn body(&mut self, body: &str) {
        for piece in Pieces::of(body) {
            match list_of(piece.text) {
                Some(list) => Pieces::of(list).for_each(|piece| self.record(&piece)),
                None => self.record(&piece),
            }
        }
    }

    fn record(&mut self, piece: &Piece<'_>) {
        let text = syslog_free(piece.text);
        match self.told(text) {
            Ok(Some(told)) => {
                match self.out.trails.iter_mut().find(|(name, _)| *name == told.trail) {
                    Some((_, count)) => *count += 1,
                    None => self.out.trails.push((told.trail, 1)),
                }
                (self.each)(told);
            }
            Ok(None) => {}
            Err(reason) => self.reject(piece.line, text, &reason),
        }
    }

    fn told(&mut self, text: &str) -> Result<Option<Told>, Reason> {
        if text.len() > RECORD_BYTES_MAX {
            return Err(Reason::TOO_LONG);
        }
        let object: Option<Map<String, Value>> = match (text.starts_with('{'), &self.head) {
            (true, _) => Some(serde_json::from_str(text).map_err(|error| broken(&error))?),
            (false, Some(head)) => Some(api7::row(head, text)),
            (false, None) => {
                self.head = api7::head(text);
                if self.head.is_some() {
                    return Ok(None);
                }
                None
            }
        };
        let record = object.as_ref().map_or(Record::Line(text), Record::Object);
        let trail = self.options.trail.of(&record);
        let mut act = Act::default();
        let kept = (trail.read)(&record, &mut act)?;
        if matches!(kept, Kept::Not) {
            self.out.left_out += 1;
            return Ok(None);
        }
        if act.time == Timestamp(0) {
            return Err(Reason::new("no time"));
        }
        if act.time.0 > self.options.received.0.saturating_add(AHEAD_MAX) {
            return Err(Reason::new("a time that lies more than a day ahead"));
        }
        if act.raw.is_empty() {
            text.clone_into(&mut act.raw);
        }
        let identity = match kept {
            Kept::As(identity) => format!("{}\0{identity}", trail.name),
            Kept::AsItIs | Kept::Not => format!("{}\0{}\0{text}", trail.name, self.nth(text)),
        };
        Ok(Some(Told { act, identity, trail: trail.name }))
    }

    /// How often the same text came before in this body: two equal lines are two events, delivered twice they are two.
    fn nth(&mut self, text: &str) -> u32 {
        let hash = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
        if self.alike.len() >= ALIKE_MAX && !self.alike.contains_key(&hash) {
            return 0;
        }
        let count = self.alike.entry(hash).or_default();
        *count += 1;
        *count - 1
    }

    #[cold]
    fn reject(&mut self, line: u64, text: &str, reason: &Reason) {
        self.out.rejected += 1;
        if self.out.rejects.len() < REJECTS_MAX {
            let end = (0..=EXCERPT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end));
            self.out.rejects.push(Reject {
                line: self.line.unwrap_or(line),
                reason: reason.to_string(),
                excerpt: text.get(..end.unwrap_or(0)).unwrap_or(text).to_owned(),
            });
        }
    }
}

/// What syslog writes before a record is left out; a CEF line keeps its time.
fn syslog_free(text: &str) -> &str {
    if text.contains("CEF:") { text } else { syslog::message(text) }
}

fn broken(error: &serde_json::Error) -> Reason {
    Reason::Words(Cow::Owned(format!(
        "not JSON: {}",
        error.to_string().split(" at line").next().unwrap_or_default()
    )))
}
