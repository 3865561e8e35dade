//! Graylog's GELF: an object with the line in `short_message` or `full_message`, and what the sender adds behind an
//! underscore. Also the chunks of which UDP makes one message. Knows no socket.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::{About, Members, Opened, Said, otlp, text, wrapped};
use crate::json::{self, Reader, Scalar};
use crate::records::Records;

/// A message comes in so many chunks at most.
const CHUNKS_MAX: usize = 128;
/// So many messages wait for chunks at most, of all senders.
const WAITING_MAX: usize = 1_000;
/// So many bytes of chunks are held.
const WAITING_BYTES_MAX: usize = 16 << 20;
/// How long a message waits for its chunks.
const WAITING: Duration = Duration::from_secs(5);

/// GELF messages behind each other.
pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let body = text(body);
    let mut records = Records::new(&body);
    while let Some(mut record) = records.next() {
        if !record.exact {
            record = records.exactly(record);
        }
        if let Err(error) = message(record.text, Members::of(said), out) {
            out.refuse(record.text, error.into());
        }
    }
}

fn message(object: &str, mut members: Members, out: &mut Opened) -> Result<(), json::Error> {
    let (mut short, mut full, mut time, mut own) = (None, None, None, String::new());
    json::object(object, |name, reader| {
        match name {
            "short_message" => short = line(reader)?,
            "full_message" => full = line(reader)?,
            "timestamp" => time = reader.scalar()?.time(),
            "host" => members.copy(name, reader)?,
            "version" => drop(reader.scalar()?),
            _ => otlp::attribute(name.trim_start_matches('_'), reader.raw()?, &mut own),
        }
        Ok(())
    })?;
    let own = format!("{{{own}}}");
    let about = About { time, ..About::default() };
    let line = [&full, &short].into_iter().flatten().find(|line| wrapped::is_record(line.trim()));
    if let Some(line) = line {
        json::object(&own, |name, reader| members.copy(name, reader))?;
        wrapped::add(out, line, about, &members);
    } else {
        members.text("message", short.as_deref().unwrap_or(""));
        let context = out.context(&members);
        out.add(&own, About { context, ..about });
    }
    Ok(())
}

fn line(reader: &mut Reader<'_>) -> Result<Option<String>, json::Error> {
    Ok(match reader.scalar()? {
        Scalar::Text(text) => Some(text.into_owned()),
        _ => None,
    })
}

/// Chunks that wait for the rest of their messages: `1e 0f`, an id of 8 bytes, number, count, bytes.
#[derive(Debug, Default)]
pub struct Chunks {
    waiting: HashMap<(IpAddr, [u8; 8]), Parts>,
    bytes: usize,
    /// Messages given up because chunks were missing, wrong or too many.
    lost: u64,
}

#[derive(Debug)]
struct Parts {
    until: Duration,
    parts: Vec<Option<Vec<u8>>>,
    bytes: usize,
}

impl Chunks {
    /// Takes a datagram that came at this time, counted from any moment; gives the message that is complete with it.
    pub fn message(&mut self, peer: IpAddr, datagram: &[u8], now: Duration) -> Option<Vec<u8>> {
        let Some(chunk) = datagram.strip_prefix(&[0x1e, 0x0f]) else { return Some(datagram.to_vec()) };
        self.expire(now);
        let (id, rest) = chunk.split_first_chunk::<8>()?;
        let (&[number, count], part) = rest.split_first_chunk::<2>()?;
        let (number, count) = (usize::from(number), usize::from(count));
        let is_new = !self.waiting.contains_key(&(peer, *id));
        let is_full = is_new && self.waiting.len() >= WAITING_MAX;
        if number >= count || count > CHUNKS_MAX || is_full || self.bytes + part.len() > WAITING_BYTES_MAX {
            self.lost += u64::from(is_new);
            return None;
        }
        let made = || Parts { until: now + WAITING, parts: vec![None; count], bytes: 0 };
        let parts = self.waiting.entry((peer, *id)).or_insert_with(made);
        let place = parts.parts.get_mut(number).filter(|place| place.is_none())?;
        *place = Some(part.to_vec());
        parts.bytes += part.len();
        self.bytes += part.len();
        if parts.parts.iter().any(Option::is_none) {
            return None;
        }
        let parts = self.waiting.remove(&(peer, *id))?;
        self.bytes -= parts.bytes;
        Some(parts.parts.into_iter().flatten().flatten().collect())
    }

    /// How many messages were given up since the last time.
    pub fn lost(&mut self, now: Duration) -> u64 {
        self.expire(now);
        std::mem::take(&mut self.lost)
    }

    fn expire(&mut self, now: Duration) {
        let (bytes, lost) = (&mut self.bytes, &mut self.lost);
        self.waiting.retain(|_, parts| {
            let stays = parts.until > now;
            if !stays {
                *bytes -= parts.bytes;
                *lost += 1;
            }
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(id: u8, number: u8, count: u8, part: &[u8]) -> Vec<u8> {
        [&[0x1e, 0x0f, id, 0, 0, 0, 0, 0, 0, 0, number, count], part].concat()
    }

    #[test]
    fn chunks_in_any_order_make_one_message() {
        let (peer, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let at = Duration::from_secs;
        let mut chunks = Chunks::default();
        assert_eq!(chunks.message(peer, b"{}", at(0)), Some(b"{}".to_vec()));
        assert_eq!(chunks.message(peer, &chunk(1, 1, 3, b"b"), at(0)), None);
        assert_eq!(chunks.message(peer, &chunk(1, 1, 3, b"again"), at(0)), None);
        assert_eq!(chunks.message(other, &chunk(1, 0, 3, b"x"), at(0)), None);
        assert_eq!(chunks.message(peer, &chunk(1, 2, 3, b"c"), at(1)), None);
        assert_eq!(chunks.message(peer, &chunk(1, 0, 3, b"a"), at(1)), Some(b"abc".to_vec()));
        assert_eq!((chunks.lost(at(4)), chunks.lost(at(5)), chunks.lost(at(99)), chunks.bytes), (0, 1, 0, 0));
    }

    #[test]
    fn what_never_becomes_whole_is_bounded_and_counted() {
        let peer = "10.0.0.1".parse().unwrap();
        let mut chunks = Chunks::default();
        for wrong in
            [&[0x1e, 0x0f, 1][..], &chunk(1, 3, 3, b"x"), &chunk(2, 0, 0, b"x"), &chunk(3, 0, 200, b"x")]
        {
            assert_eq!(chunks.message(peer, wrong, Duration::ZERO), None);
        }
        assert_eq!(chunks.lost(Duration::ZERO), 3);
        for n in 0..3_000_u32 {
            let [a, b, ..] = n.to_le_bytes();
            let datagram = [&[0x1e, 0x0f, a, b, 0, 0, 0, 0, 0, 0, 0, 2], &[b'x'; 60_000][..]].concat();
            assert_eq!(chunks.message(peer, &datagram, Duration::ZERO), None);
            assert!(chunks.bytes <= WAITING_BYTES_MAX && chunks.waiting.len() <= WAITING_MAX);
        }
        assert_eq!(chunks.lost(Duration::from_secs(6)), 3_000);
    }
}
