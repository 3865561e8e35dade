//! Syslog over UDP, TCP and TLS, and what else comes line by line or object by object: Kong's `tcp-log` and `udp-log`,
//! APISIX' `tcp-logger`, `udp-logger` and `syslog`. Framing is `intake`'s.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use intake::{Frames, Numbered};

use super::datagrams::Decoder;
use super::gather::Records;
use super::streams::{Came, Guest, Pending};

/// Senders whose numbers are followed; when there are more, all are forgotten and followed anew.
const ORIGINS_MAX: usize = 10_000;
/// A stream that pauses this long has sent what it had.
const QUIET: Duration = Duration::from_millis(300);

pub(super) const UDP: &str = "RFC 3164 and RFC 5424, a message a datagram (NGINX, HAProxy, Kong's `udp-log` and Loggly, APISIX' `udp-logger`). \
    A datagram may also hold bare JSON: an object, an array, or an object a line. UDP loses messages; what got lost is counted where it can be known: \
    drops of the system, drops of our queue, gaps in `sequenceId`.";
pub(super) const TCP: &str = "The same over TCP: counted octets, LF or NUL between messages, or messages one after the other (rsyslog, \
    syslog-ng, HAProxy, Kong's `tcp-log`, APISIX' `tcp-logger` and `syslog`). Nothing is acknowledged by this protocol: when there is no room \
    we stop reading, and the sender has to wait.";
pub(super) const TLS: &str = "The same over TLS (RFC 5425).";

/// One message a datagram.
pub(super) fn datagrams() -> Box<dyn Decoder> {
    Box::<Messages>::default()
}

#[derive(Default)]
struct Messages {
    frames: Frames,
    numbers: Sequences,
}

impl Decoder for Messages {
    fn read(&mut self, peer: IpAddr, datagram: &[u8], _: Instant, records: &mut Records) -> u64 {
        let (mut missing, numbers) = (0, &mut self.numbers);
        let mut each = |record: &[u8]| {
            missing += numbers.missing(peer, record);
            records.push(record);
        };
        self.frames.feed(datagram, &mut each);
        self.frames.finish(&mut each);
        missing
    }
}

/// The last number of each sender.
#[derive(Default)]
struct Sequences(HashMap<(IpAddr, u64), u32>);

impl Sequences {
    /// How many messages are missing before this one.
    fn missing(&mut self, peer: IpAddr, record: &[u8]) -> u64 {
        let Some(numbered) = Numbered::of(record) else { return 0 };
        if self.0.len() >= ORIGINS_MAX {
            self.0.clear();
        }
        let before = self.0.insert((peer, numbered.origin), numbered.number);
        before.map_or(0, |before| u64::from(numbered.missing_since(before)))
    }
}

/// Talks with one sender.
pub(super) fn talk(guest: Guest) -> Pending {
    Box::pin(read(guest))
}

async fn read(mut guest: Guest) {
    let mut frames = Frames::default();
    loop {
        let pause = (frames.held() > 0).then_some(QUIET);
        match guest.read(pause, frames.held()).await {
            Came::Bytes(bytes) => {
                let mut records = Records::of_wire(bytes.len());
                frames.feed(bytes, |record| records.push(record));
                guest.put(records).await;
            }
            Came::Nothing => {
                let mut records = Records::default();
                frames.quiet(|record| records.push(record));
                guest.put(records).await;
            }
            Came::End => {
                let mut records = Records::default();
                frames.finish(|record| records.push(record));
                return guest.put(records).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_counted_for_each_sender_by_itself() {
        let mut messages = datagrams();
        let mut read = |peer: &str, text: &str| {
            let mut records = Records::default();
            let missing = messages.read(peer.parse().unwrap(), text.as_bytes(), Instant::now(), &mut records);
            (records.count(), missing)
        };
        let message = |n: u32| format!("<14>1 - h app 7 - [meta sequenceId=\"{n}\"] {{}}");
        assert_eq!(read("10.0.0.1", &message(1)), (1, 0));
        assert_eq!(read("10.0.0.1", &message(2)), (1, 0));
        assert_eq!(read("10.0.0.2", &message(9)), (1, 0));
        assert_eq!(read("10.0.0.1", &message(6)), (1, 3));
        // The sender began anew.
        assert_eq!(read("10.0.0.1", &message(1)), (1, 0));
        assert_eq!(read("10.0.0.1", &format!("{}\n{}", message(2), message(4))), (2, 1));
        assert_eq!(read("10.0.0.1", "[{\"a\":1},{\"b\":2}]"), (2, 0));
        assert_eq!(read("10.0.0.1", ""), (0, 0));
    }
}
