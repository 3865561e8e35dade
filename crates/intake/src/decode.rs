//! Bytes in, events out. It never fails: what is not understood is a [`Reject`], and the rest is kept.

use event::{Batch, EXCERPT_BYTES_MAX, Event, Reject, Timestamp, field};
use std::borrow::Cow;

use crate::envelopes::{About, Opened};
use crate::format::{Format, RECORD_BYTES_MAX, Reason};
use crate::records::{Record, Records};
use crate::{formats, key, normalise, syslog};

/// Of so many rejects the reason and the excerpt are kept; all are counted.
pub const REJECTS_MAX: usize = 1_000;

/// What a body held.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The events, finished.
    pub batch: Batch,
    /// For each event the number by which a second delivery is recognised; the caller mixes its source in.
    pub keys: Vec<u64>,
    /// The first [`REJECTS_MAX`] records that were not understood.
    pub rejects: Vec<Reject>,
    /// How many records were not understood.
    pub rejected: u64,
    /// How many events were read from each format.
    pub formats: Vec<(&'static str, u64)>,
    /// The pieces of an envelope of which something was not understood, counted from 0.
    pub bad_pieces: Vec<u32>,
}

/// How a body is to be read.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The format; without one each record is recognised.
    pub format: Option<&'a dyn Format>,
    /// When the body was received: the time of records without one, in formats that allow it.
    pub received: Option<Timestamp>,
    /// What tells records that name no request from the same bytes delivered at another time: for senders that never
    /// deliver twice. Without it the body does, and the same body delivered again is recognised.
    pub salt: Option<u64>,
}

/// Reads a body in a format, or in any format that is recognised.
pub fn decode(format: Option<&dyn Format>, body: &[u8]) -> Decoded {
    decode_with(Options { format, ..Options::default() }, body)
}

/// Reads a body.
pub fn decode_with(options: Options<'_>, body: &[u8]) -> Decoded {
    // Checked once here, so that no format has to think of it. The usual body is UTF-8, and that check is fast.
    let body = std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
    let body = unpacked(&body);
    let mut decoder = Decoder::new(options, || key::of_body(body));
    decoder.read_all(body);
    decoder.finish()
}

/// Reads what an envelope held.
pub fn decode_opened(options: Options<'_>, opened: &Opened) -> Decoded {
    let mut decoder = Decoder::new(options, || opened.hash());
    let is_many = opened.len() > 1;
    for (n, piece) in opened.pieces().enumerate() {
        let before = decoder.out.rejected;
        let line = is_many.then_some(n as u64 + 1);
        decoder.place = Place { line, about: piece.about, context: piece.context, read: 0 };
        match piece.fault {
            Some(reason) => decoder.reject(Record { text: piece.text, line: 1, exact: true }, reason),
            None => decoder.read_all(unpacked(piece.text)),
        }
        if decoder.out.rejected > before {
            decoder.out.bad_pieces.push(n as u32);
        }
    }
    decoder.finish()
}

/// Where the record stands that is read, and what is known of it from there.
#[derive(Clone, Copy, Default)]
struct Place<'b> {
    /// Which piece of an envelope, counted from 1; without one the line counts.
    line: Option<u64>,
    about: About,
    context: &'b str,
    /// Records of the piece before this one.
    read: u64,
}

struct Decoder<'o, 'b, H> {
    options: Options<'o>,
    /// The hash of the whole delivery, once it was needed.
    hash: Option<u64>,
    make_hash: H,
    place: Place<'b>,
    /// The format of the record before, and how that record began.
    last: Option<(&'static dyn Format, &'b str)>,
    buffer: Vec<u8>,
    out: Decoded,
}

impl<'o, 'b, H: Fn() -> u64> Decoder<'o, 'b, H> {
    fn new(options: Options<'o>, make_hash: H) -> Self {
        Decoder {
            options,
            hash: options.salt,
            make_hash,
            place: Place::default(),
            last: None,
            buffer: Vec::with_capacity(256),
            out: Decoded::default(),
        }
    }

    /// Reads all records of a body.
    fn read_all(&mut self, body: &'b str) {
        let named = self.options.format;
        let with_head = match named {
            Some(format) => format.for_body(body),
            None => formats::with_head(body),
        };
        let format = with_head.as_deref().or(named);
        let mut records = match format {
            Some(format) => format.records(body),
            None => Records::new(body),
        };
        let mut event = Event::new();
        while let Some(record) = records.next() {
            match self.read(format, record, &mut event) {
                Err(reason) if !record.exact && reason.is_cut() => {
                    let record = records.exactly(record);
                    match self.read(format, record, &mut event) {
                        Ok(format) => self.keep(format, &mut event),
                        Err(reason) => self.reject(record, &reason),
                    }
                }
                Ok(format) => self.keep(format, &mut event),
                Err(reason) => self.reject(record, &reason),
            }
        }
    }

    /// Reads one record; gives the name of its format.
    #[inline]
    fn read(
        &mut self,
        format: Option<&dyn Format>,
        record: Record<'b>,
        event: &mut Event<'b>,
    ) -> Result<&'static str, Reason> {
        if record.text.len() > RECORD_BYTES_MAX {
            return Err(Reason::TOO_LONG);
        }
        let record = Record { text: syslog::message(record.text), ..record };
        if let Some(format) = format {
            return self.read_as(format, record, event);
        }
        // Records of one source begin alike. Looking closely at every record would cost as much as reading it.
        let start = beginning(record.text);
        if let Some((format, before)) = self.last
            && before == start
        {
            let read = self.read_as(format, record, event);
            match &read {
                Err(reason) if record.exact || !reason.is_cut() => {}
                _ => return read,
            }
        }
        match formats::recognise(record.text) {
            Some(format) => {
                self.last = Some((format, start));
                self.read_as(format, record, event)
            }
            None => Err(unknown(record.text)),
        }
    }

    fn read_as(
        &self,
        format: &dyn Format,
        record: Record<'b>,
        event: &mut Event<'b>,
    ) -> Result<&'static str, Reason> {
        event.clear();
        format.event(record.text, event)?;
        let received = self.options.received.filter(|_| format.takes_received_time());
        normalise::normalise(event, self.place.about.time.or(received))?;
        Ok(format.name())
    }

    fn keep(&mut self, format: &'static str, event: &mut Event<'b>) {
        event.text(field::FORMAT, format);
        join(event, self.place.context);
        let key = key::of_request(event, &mut self.buffer).unwrap_or_else(|| match self.place.about.key {
            Some(key) => key::of_place(key, self.place.read),
            None => {
                let hash = *self.hash.get_or_insert_with(&self.make_hash);
                key::of_place(hash, self.out.keys.len() as u64 + self.out.rejected)
            }
        });
        self.place.read += 1;
        self.out.keys.push(key);
        self.out.batch.push(event);
        match self.out.formats.iter_mut().find(|(name, _)| *name == format) {
            Some((_, count)) => *count += 1,
            None => self.out.formats.push((format, 1)),
        }
    }

    #[cold]
    fn reject(&mut self, record: Record<'_>, reason: &Reason) {
        self.out.rejected += 1;
        self.place.read += 1;
        if self.out.rejects.len() < REJECTS_MAX {
            let end = (0..=EXCERPT_BYTES_MAX).rev().find(|end| record.text.is_char_boundary(*end));
            let excerpt = record.text.get(..end.unwrap_or(0)).unwrap_or(record.text);
            self.out.rejects.push(Reject {
                line: self.place.line.unwrap_or(record.line),
                reason: reason.to_string(),
                excerpt: excerpt.to_owned(),
            });
        }
    }

    fn finish(mut self) -> Decoded {
        self.out.batch.finish();
        self.out
    }
}

/// The array in `{"records":[…]}`, as Azure packs records; any other body as it is.
fn unpacked(body: &str) -> &str {
    let inside = body.trim_start().strip_prefix('{').map(str::trim_start);
    let Some(rest) = inside.and_then(|inside| inside.strip_prefix("\"records\"")) else { return body };
    let array = rest.trim_start().strip_prefix(':').map(str::trim_start);
    match array.and_then(|array| array.trim_end().strip_suffix('}')) {
        Some(array) if array.starts_with('[') => array,
        _ => body,
    }
}

/// Keeps what the envelope says about a record beside what the record left over.
fn join<'b>(event: &mut Event<'b>, context: &'b str) {
    if context.is_empty() {
        return;
    }
    let own = event.get_text(field::CUSTOM).and_then(|own| own.strip_suffix('}')).filter(|own| own.len() > 1);
    match own {
        Some(own) => event.text(field::CUSTOM, format!("{own},{}", context.trim_start_matches('{'))),
        None => event.text(field::CUSTOM, context),
    }
}

/// How a record begins: the first member name of an object, the first byte of anything else.
fn beginning(record: &str) -> &str {
    let end = match record.as_bytes() {
        [b'{', rest @ ..] => memchr::memchr(b':', rest).map_or(1, |colon| colon + 1),
        _ => record.chars().next().map_or(0, char::len_utf8),
    };
    record.get(..end).unwrap_or("")
}

/// Why no format takes a record.
#[cold]
fn unknown(record: &str) -> Reason {
    if !record.starts_with('{') {
        return Reason::new("neither a JSON object nor a line of a known format");
    }
    match crate::json::object(record, |_, _| Ok(())) {
        Err(error) => Reason::Json(error),
        Ok(()) => Reason::new("a JSON object of no known format"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_at_another_time_are_other_events_when_a_salt_says_so() {
        let line = b"10.0.0.1 - - [21/Nov/2026:21:58:54 +0000] \"GET / HTTP/1.1\" 200 5";
        let keys = |salt| decode_with(Options { salt, ..Options::default() }, line).keys;
        assert_eq!(keys(None).len(), 1);
        assert_eq!(keys(None), keys(None));
        assert_eq!(keys(Some(1)), keys(Some(1)));
        assert_ne!(keys(Some(1)), keys(Some(2)));
    }
}
