//! GELF over UDP, in chunks and packed, and over TCP. The messages and their chunks are `intake`'s.

use std::net::IpAddr;
use std::time::Instant;

use intake::RECORD_BYTES_MAX;
use intake::envelopes::Chunks;

use super::datagrams::Decoder;
use super::gather::Records;

pub(super) const UDP: &str = "Graylog's GELF: a message a datagram or in chunks, plain, gzip or zlib. The line is in `short_message` or `full_message`, \
    or the call in the additional fields (`_status`, `_path`, …). A message whose chunks are not all there after 5 s counts as lost.";
pub(super) const TCP: &str = "GELF over TCP: each message ends with NUL, or where its JSON ends.";

/// A message a datagram, or in chunks.
pub(super) fn datagrams() -> Box<dyn Decoder> {
    Box::new(Messages { chunks: Chunks::default(), start: Instant::now() })
}

struct Messages {
    chunks: Chunks,
    start: Instant,
}

impl Decoder for Messages {
    fn read(&mut self, peer: IpAddr, datagram: &[u8], now: Instant, records: &mut Records) -> u64 {
        let now = now.duration_since(self.start);
        let mut broken = 0;
        if let Some(message) = self.chunks.message(peer, datagram, now) {
            match intake::inflate(&message, None, RECORD_BYTES_MAX) {
                Ok(plain) if plain.is_empty() => {}
                Ok(plain) => records.push(&plain),
                Err(_) => broken = 1,
            }
        }
        self.chunks.lost(now) + broken
    }
}
