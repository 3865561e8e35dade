//! Fluent's forward protocol: messages of MessagePack behind each other, each with a tag and one or more events, packed
//! or not. Also the greetings and acknowledgements that are sent back. Knows no socket.

use std::borrow::Cow;
use std::fmt::Write as _;

use event::Timestamp;
use rmp::{Marker, encode};

use super::{About, Members, Opened, Said, key_of, otlp, wrapped};
use crate::format::Reason;
use crate::inflate;
use crate::json::DEPTH_MAX;

/// It is no message of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

enum Fault {
    /// More bytes are needed.
    Cut,
    Broken,
}

type Read<T> = Result<T, Fault>;

/// A value, without what is inside an array or map.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item<'a> {
    Nil,
    Flag(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bytes(&'a [u8]),
    Array(u32),
    Map(u32),
    Ext(u8, &'a [u8]),
}

/// Reads values off bytes.
#[derive(Clone, Copy)]
struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    fn bytes(&mut self, count: usize) -> Read<&'a [u8]> {
        self.0.split_off(..count).ok_or(Fault::Cut)
    }

    /// A number of so many bytes.
    fn number(&mut self, bytes: usize) -> Read<u64> {
        Ok(self.bytes(bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn sized(&mut self, bytes: usize) -> Read<&'a [u8]> {
        let length = self.number(bytes)?;
        self.bytes(usize::try_from(length).map_err(|_| Fault::Broken)?)
    }

    fn ext(&mut self, length: usize) -> Read<Item<'a>> {
        let kind = self.number(1)? as u8;
        Ok(Item::Ext(kind, self.bytes(length)?))
    }

    fn item(&mut self) -> Read<Item<'a>> {
        let marker = Marker::from_u8(self.number(1)? as u8);
        Ok(match marker {
            Marker::Null => Item::Nil,
            Marker::True => Item::Flag(true),
            Marker::False => Item::Flag(false),
            Marker::FixPos(number) => Item::Uint(u64::from(number)),
            Marker::FixNeg(number) => Item::Int(i64::from(number)),
            Marker::U8 => Item::Uint(self.number(1)?),
            Marker::U16 => Item::Uint(self.number(2)?),
            Marker::U32 => Item::Uint(self.number(4)?),
            Marker::U64 => Item::Uint(self.number(8)?),
            Marker::I8 => Item::Int(i64::from(self.number(1)? as i8)),
            Marker::I16 => Item::Int(i64::from(self.number(2)? as i16)),
            Marker::I32 => Item::Int(i64::from(self.number(4)? as i32)),
            Marker::I64 => Item::Int(self.number(8)? as i64),
            Marker::F32 => Item::Float(f64::from(f32::from_bits(self.number(4)? as u32))),
            Marker::F64 => Item::Float(f64::from_bits(self.number(8)?)),
            Marker::FixStr(length) => Item::Bytes(self.bytes(usize::from(length))?),
            Marker::Str8 | Marker::Bin8 => Item::Bytes(self.sized(1)?),
            Marker::Str16 | Marker::Bin16 => Item::Bytes(self.sized(2)?),
            Marker::Str32 | Marker::Bin32 => Item::Bytes(self.sized(4)?),
            Marker::FixArray(length) => Item::Array(u32::from(length)),
            Marker::Array16 => Item::Array(self.number(2)? as u32),
            Marker::Array32 => Item::Array(self.number(4)? as u32),
            Marker::FixMap(length) => Item::Map(u32::from(length)),
            Marker::Map16 => Item::Map(self.number(2)? as u32),
            Marker::Map32 => Item::Map(self.number(4)? as u32),
            Marker::FixExt1 => self.ext(1)?,
            Marker::FixExt2 => self.ext(2)?,
            Marker::FixExt4 => self.ext(4)?,
            Marker::FixExt8 => self.ext(8)?,
            Marker::FixExt16 => self.ext(16)?,
            Marker::Ext8 => self.long_ext(1)?,
            Marker::Ext16 => self.long_ext(2)?,
            Marker::Ext32 => self.long_ext(4)?,
            Marker::Reserved => return Err(Fault::Broken),
        })
    }

    fn long_ext(&mut self, bytes: usize) -> Read<Item<'a>> {
        let length = usize::try_from(self.number(bytes)?).map_err(|_| Fault::Broken)?;
        self.ext(length)
    }

    fn text(&mut self) -> Read<Cow<'a, str>> {
        match self.item()? {
            Item::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes)),
            _ => Err(Fault::Broken),
        }
    }

    fn array(&mut self) -> Read<u32> {
        if let Item::Array(length) = self.item()? { Ok(length) } else { Err(Fault::Broken) }
    }

    /// A value as JSON.
    fn json(&mut self, out: &mut String, depth: u32) -> Read<()> {
        match self.item()? {
            Item::Nil => out.push_str("null"),
            Item::Flag(flag) => out.push_str(if flag { "true" } else { "false" }),
            Item::Int(number) => drop(write!(out, "{number}")),
            Item::Uint(number) => drop(write!(out, "{number}")),
            Item::Float(number) => otlp::double(number, out),
            Item::Bytes(bytes) => event::json::string(out, &String::from_utf8_lossy(bytes)),
            Item::Ext(0, time) if time.len() == 8 => {
                let time = event_time(time).map_or_else(String::new, |time| time.to_string());
                event::json::string(out, &time);
            }
            Item::Ext(..) => out.push_str("null"),
            Item::Array(_) | Item::Map(_) if depth >= DEPTH_MAX => return Err(Fault::Broken),
            Item::Array(length) => {
                out.push('[');
                for n in 0..length {
                    out.push_str(if n > 0 { "," } else { "" });
                    self.json(out, depth + 1)?;
                }
                out.push(']');
            }
            Item::Map(length) => {
                out.push('{');
                for n in 0..length {
                    out.push_str(if n > 0 { "," } else { "" });
                    event::json::string(out, &self.text()?);
                    out.push(':');
                    self.json(out, depth + 1)?;
                }
                out.push('}');
            }
        }
        Ok(())
    }
}

/// Finds where messages end in bytes that come in pieces; looks at each byte once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    at: usize,
    /// Values that the message that began still lacks.
    missing: u64,
}

impl Scan {
    /// Up to where `held`, which begins with a message, holds whole messages. The caller takes those away before it
    /// asks again with more behind the rest.
    pub fn whole(&mut self, held: &[u8]) -> Result<usize, Broken> {
        let mut whole = 0;
        while let Some(rest) = held.get(self.at..).filter(|rest| !rest.is_empty()) {
            let mut values = Values(rest);
            let item = match values.item() {
                Ok(item) => item,
                Err(Fault::Cut) => break,
                Err(Fault::Broken) => return Err(Broken),
            };
            let inside = match item {
                Item::Array(length) => u64::from(length),
                // A message is an array.
                _ if self.missing == 0 => return Err(Broken),
                Item::Map(length) => 2 * u64::from(length),
                _ => 0,
            };
            self.missing = self.missing.max(1) - 1 + inside;
            self.at = held.len() - values.0.len();
            if self.missing == 0 {
                whole = self.at;
            }
        }
        self.at -= whole;
        Ok(whole)
    }
}

/// Messages behind each other. The ids of those that are to be acknowledged become [`Opened::names`].
pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let mut values = Values(body);
    while !values.0.is_empty() {
        if message(&mut values, said, out).is_err() {
            return out.broken("", Reason::new("not a message of Fluent's forward protocol"));
        }
    }
}

/// `[tag, time, record, option?]`, `[tag, [[time, record], …], option?]` or `[tag, packed, option?]`
fn message(values: &mut Values<'_>, said: &Said, out: &mut Opened) -> Read<()> {
    let length = values.array()?;
    let tag = values.text()?;
    let events = *values;
    let (has, used) = match values.item()? {
        // Fluent Bit's time of a single event may be an array too; then the record follows as a map.
        Item::Array(count) if is_list(events)? => (Has::Listed(count), 2),
        Item::Bytes(bytes) => (Has::Packed(bytes), 2),
        _ => (Has::One, 3),
    };
    *values = events;
    for _ in 1..used {
        skip(values)?;
    }
    let option = if length > used { options(values)? } else { Options::default() };
    for _ in used + 1..length {
        skip(values)?;
    }
    let mut members = Members::of(said);
    members.text("tag", &tag);
    let about = |n: u64| About { key: option.chunk.map(|chunk| key(chunk, n)), ..About::default() };
    match has {
        Has::One => entry(&mut { events }, about(0), &members, out)?,
        Has::Listed(count) => {
            let mut list = events;
            list.item()?;
            for n in 0..count {
                list.array()?;
                entry(&mut list, about(u64::from(n)), &members, out)?;
            }
        }
        Has::Packed(bytes) => {
            let coding = option.compressed.then_some("gzip");
            let plain = match coding {
                Some(_) => inflate(bytes, coding, out.room()).map_err(|_| Fault::Broken)?,
                None => Cow::Borrowed(bytes),
            };
            let mut list = Values(&plain);
            let mut n = 0;
            while !list.0.is_empty() {
                list.array()?;
                entry(&mut list, about(n), &members, out)?;
                n += 1;
            }
        }
    }
    out.names.extend(option.chunk.map(|chunk| String::from_utf8_lossy(chunk).into_owned()));
    Ok(())
}

/// Whether an array holds events, and is no time with metadata.
fn is_list(mut values: Values<'_>) -> Read<bool> {
    Ok(values.array()? == 0 || matches!(values.item()?, Item::Array(_)))
}

enum Has<'a> {
    One,
    Listed(u32),
    Packed(&'a [u8]),
}

#[derive(Default)]
struct Options<'a> {
    chunk: Option<&'a [u8]>,
    compressed: bool,
}

fn options<'a>(values: &mut Values<'a>) -> Read<Options<'a>> {
    let mut options = Options::default();
    let count = match values.item()? {
        Item::Map(count) => count,
        Item::Nil => 0,
        _ => return Err(Fault::Broken),
    };
    for _ in 0..count {
        let name = values.text()?;
        let mut value = *values;
        skip(values)?;
        match (&*name, value.item()?) {
            ("chunk", Item::Bytes(id)) => options.chunk = Some(id),
            ("compressed", Item::Bytes(coding)) => options.compressed = coding == b"gzip",
            _ => {}
        }
    }
    Ok(options)
}

fn key(chunk: &[u8], n: u64) -> u64 {
    key_of(&[&String::from_utf8_lossy(chunk), &n.to_string()])
}

/// A time and a record. Fluent Bit may say the time as `[time, {metadata}]`.
fn entry(values: &mut Values<'_>, about: About, members: &Members, out: &mut Opened) -> Read<()> {
    let time = match values.item()? {
        Item::Array(count) => {
            let time = if count > 0 { values.item()? } else { Item::Nil };
            for _ in 1..count {
                skip(values)?;
            }
            time
        }
        time => time,
    };
    let time = match time {
        Item::Uint(seconds) => i64::try_from(seconds).ok().map(|s| Timestamp(s.saturating_mul(1_000_000))),
        Item::Float(seconds) => Some(Timestamp((seconds * 1e6) as i64)),
        Item::Ext(0, bytes) => event_time(bytes),
        _ => None,
    };
    let mut record = String::new();
    values.json(&mut record, 0)?;
    wrapped::add(out, &record, About { time, ..about }, members);
    Ok(())
}

/// Seconds and nanoseconds of four bytes each.
fn event_time(bytes: &[u8]) -> Option<Timestamp> {
    let (seconds, nanos) = bytes.split_first_chunk::<4>()?;
    let nanos = u32::from_be_bytes(nanos.try_into().ok()?);
    Some(Timestamp(i64::from(u32::from_be_bytes(*seconds)) * 1_000_000 + i64::from(nanos / 1_000)))
}

fn skip(values: &mut Values<'_>) -> Read<()> {
    let mut missing = 1_u64;
    while missing > 0 {
        missing += match values.item()? {
            Item::Array(length) => u64::from(length),
            Item::Map(length) => 2 * u64::from(length),
            _ => 0,
        };
        missing -= 1;
    }
    Ok(())
}

/// What a sender says that has been asked whether it knows the shared key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// Its host name.
    pub host: String,
    /// What it put before the key.
    pub salt: Vec<u8>,
    /// The hash it made, in hexadecimal.
    pub digest: String,
}

impl Ping {
    /// `["PING", host, salt, digest, user, password]` at the beginning of `held`, and how many bytes it takes; `None`
    /// when it is not there as a whole.
    pub fn first(held: &[u8]) -> Result<Option<(Ping, usize)>, Broken> {
        match Ping::read(held) {
            Ok(read) => Ok(Some(read)),
            Err(Fault::Cut) => Ok(None),
            Err(Fault::Broken) => Err(Broken),
        }
    }

    fn read(held: &[u8]) -> Read<(Ping, usize)> {
        let mut values = Values(held);
        let length = values.array()?;
        if !(4..=8).contains(&length) || values.text()? != "PING" {
            return Err(Fault::Broken);
        }
        let host = values.text()?.into_owned();
        let Item::Bytes(salt) = values.item()? else { return Err(Fault::Broken) };
        let ping = Ping { host, salt: salt.to_vec(), digest: values.text()?.into_owned() };
        for _ in 4..length {
            skip(&mut values)?;
        }
        Ok((ping, held.len() - values.0.len()))
    }
}

// Writing into memory does not fail.

/// `["HELO", {"nonce": …, "auth": "", "keepalive": true}]`: whoever connects is asked for the shared key.
pub fn helo(nonce: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = encode::write_array_len(&mut out, 2);
    let _ = encode::write_str(&mut out, "HELO");
    let _ = encode::write_map_len(&mut out, 3);
    let _ = encode::write_str(&mut out, "nonce");
    let _ = encode::write_bin(&mut out, nonce);
    let _ = encode::write_str(&mut out, "auth");
    let _ = encode::write_str(&mut out, "");
    let _ = encode::write_str(&mut out, "keepalive");
    let _ = encode::write_bool(&mut out, true);
    out
}

/// `["PONG", whether, reason, host, digest]`: whether the key was right, and that we know it too.
pub fn pong(accepted: bool, reason: &str, host: &str, digest: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = encode::write_array_len(&mut out, 5);
    let _ = encode::write_str(&mut out, "PONG");
    let _ = encode::write_bool(&mut out, accepted);
    for text in [reason, host, digest] {
        let _ = encode::write_str(&mut out, text);
    }
    out
}

/// `{"ack": id}`: the message with that id is durable.
pub fn ack(id: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = encode::write_map_len(&mut out, 1);
    let _ = encode::write_str(&mut out, "ack");
    let _ = encode::write_str(&mut out, id);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `["t", 7, {"log": "x"}]`, and a list of one event in it.
    const ONE: &[u8] = b"\x93\xa1t\x07\x81\xa3log\xa1x";
    const LIST: &[u8] = b"\x92\xa1t\x91\x92\x07\x81\xa3log\xa1x";

    #[test]
    fn whole_messages_are_found_however_they_come() {
        let stream = [ONE, LIST, ONE].concat();
        for size in 1..stream.len() {
            let (mut scan, mut held, mut found) = (Scan::default(), Vec::new(), Vec::new());
            for piece in stream.chunks(size) {
                held.extend_from_slice(piece);
                let whole = scan.whole(&held).unwrap();
                found.extend(held.drain(..whole));
            }
            assert_eq!((found, held.len()), (stream.clone(), 0), "{size}");
        }
        for broken in [&b"GET /"[..], b"\xa1x", b"\xc1", b"\x81\x01\x02"] {
            assert_eq!(Scan::default().whole(broken), Err(Broken), "{broken:?}");
        }
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        for message in [ONE, LIST, b"\x93\xa1t\xc4\x03abc\x81\xa5chunk\xa1c"] {
            for end in 0..message.len() {
                let mut out = Opened::new(1 << 20);
                open(&message[..end], &Said::default(), &mut out);
                assert!(out.malformed || end == 0);
                for byte in 0..=255 {
                    let mut damaged = message.to_vec();
                    damaged[end] = byte;
                    open(&damaged, &Said::default(), &mut Opened::new(1 << 20));
                    let _ = Scan::default().whole(&damaged);
                    let _ = Ping::first(&damaged);
                }
            }
        }
    }

    #[test]
    fn a_list_as_long_as_it_says_costs_nothing() {
        let mut out = Opened::new(1 << 20);
        open(b"\x92\xa1t\xdd\xff\xff\xff\xff\x92\x07\x80", &Said::default(), &mut out);
        assert!(out.malformed && out.len() <= 2);
        let deep = [&b"\x93\xa1t\x07\x81\xa1a"[..], &[0x91; 100_000]].concat();
        open(&deep, &Said::default(), &mut out);
    }
}
