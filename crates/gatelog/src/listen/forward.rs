//! Fluent's forward protocol over TCP: whoever connects is asked for the shared key, when there is one; each message is
//! acknowledged once its events are durable, when its sender asks for that. Messages are `intake`'s.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use intake::envelopes::{self, Ping, Scan, ack, helo, pong};
use sha2::{Digest as _, Sha512};
use subtle::ConstantTimeEq as _;
use tokio::io::AsyncWriteExt as _;

use super::gather::Salt;
use super::streams::{Came, Guest, Pending};
use crate::catalog;

/// A message is at most this long.
const MESSAGE_BYTES_MAX: usize = 16 << 20;
/// What proves that a key is known is at most this long.
const PING_BYTES_MAX: usize = 4 << 10;
/// How we call ourselves.
const HOST: &str = "gatelog";

pub(super) const DOC: &str = "Fluent's forward protocol (Fluent Bit, Fluentd, fluent-logger; 24224): single events, lists, packed, gzip. A message with \
    `chunk` is acknowledged when its events are on disk (`require_ack_response`), and one that is sent again is recognised. With `shared_key_file` \
    senders have to know the key (`shared_key`); then `allow` may be left out.";

/// Talks with one sender.
pub(super) fn talk(guest: Guest) -> Pending {
    Box::pin(async move {
        let listener = Arc::clone(&guest.listener);
        if converse(guest).await.is_none() {
            listener.numbers.failed.fetch_add(1, Ordering::Relaxed);
        }
    })
}

/// `None` when the sender did something wrong.
async fn converse(mut guest: Guest) -> Option<()> {
    let mut held = Vec::new();
    if let Some(key) = guest.listener.shared_key.clone() {
        greet(&mut guest, key.expose(), &mut held).await?;
    }
    let (mut scan, salt) = (Scan::default(), Salt::new());
    loop {
        let whole = scan.whole(&held).ok()?;
        if whole > 0 {
            let rest = held.split_off(whole);
            let body = std::mem::replace(&mut held, rest);
            // Senders that want no acknowledgement send nothing again.
            let Some(taken) = guest.take(&envelopes::FORWARD, &body, Some(salt.next())).await else {
                return Some(());
            };
            for id in &taken.shell.names {
                guest.stream.write_all(&ack(id)).await.ok()?;
            }
            guest.stream.flush().await.ok()?;
        }
        match guest.read(None, held.len()).await {
            Came::Bytes(bytes) => held.extend_from_slice(bytes),
            Came::Nothing => {}
            Came::End => return Some(()),
        }
        if held.len() > MESSAGE_BYTES_MAX {
            return None;
        }
    }
}

/// Asks for the shared key; what came behind the answer stays in `held`.
async fn greet(guest: &mut Guest, key: &str, held: &mut Vec<u8>) -> Option<()> {
    let nonce = catalog::random::<16>().ok()?;
    guest.stream.write_all(&helo(&nonce)).await.ok()?;
    let (ping, bytes) = loop {
        if let Some(first) = Ping::first(held).ok()? {
            break first;
        }
        match guest.read(None, held.len().max(1)).await {
            Came::Bytes(bytes) if held.len() < PING_BYTES_MAX => held.extend_from_slice(bytes),
            Came::Nothing => {}
            Came::Bytes(_) | Came::End => return None,
        }
    };
    held.drain(..bytes);
    let expected = digest(&ping.salt, &ping.host, &nonce, key);
    let is_known = bool::from(expected.as_bytes().ct_eq(ping.digest.as_bytes()));
    let (reason, ours) = match is_known {
        true => ("", digest(&ping.salt, HOST, &nonce, key)),
        false => ("shared_key mismatch", String::new()),
    };
    guest.stream.write_all(&pong(is_known, reason, HOST, &ours)).await.ok()?;
    guest.stream.flush().await.ok()?;
    is_known.then_some(())
}

fn digest(salt: &[u8], host: &str, nonce: &[u8], key: &str) -> String {
    let hash =
        Sha512::new().chain_update(salt).chain_update(host).chain_update(nonce).chain_update(key).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
