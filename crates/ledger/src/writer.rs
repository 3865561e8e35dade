//! The one thread that writes the log. It takes what is waiting, drops what was seen before, writes all of it with
//! one sync, and only then answers: an event is acknowledged when it is durable and visible, not before.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use event::column::{Column, NULL};
use event::mask::Masked;
use event::{Batch, Timestamp, codec, field};
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};
use crate::ledger::Shared;
use crate::seen::Seen;
use crate::wal::{Payload, Wal, Written};

/// The kind of a log record that holds events.
pub(crate) const EVENTS: u8 = 1;

/// Deliveries that may wait for the log; more make the sender wait.
pub(crate) const QUEUE_MAX: usize = 256;

/// Bytes written with one sync, unless a single delivery is larger.
const GROUP_BYTES_MAX: usize = 8 << 20;

/// How long a delivery waits for sealing to make room before it is refused.
const ROOM_WAIT: Duration = Duration::from_secs(5);

/// What is durable: made by the writer after the sync, and by nobody else.
///
/// ```compile_fail
/// let forged = ledger::Receipt { accepted: 1, duplicates: 0, first_seq: 7 };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    accepted: u64,
    duplicates: u64,
    first_seq: u64,
}

impl Receipt {
    /// Events that are durable now.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Events that were durable before, recognised by their keys.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The sequence number of the first accepted event.
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }
}

/// Events on their way to the log, encoded by whoever brings them.
pub(crate) struct Delivery {
    batch: Batch,
    keys: Vec<u64>,
    received: Timestamp,
    payload: Vec<u8>,
    reply: oneshot::Sender<Result<Receipt>>,
}

impl Delivery {
    pub(crate) fn new(
        batch: Masked<Batch>,
        keys: Vec<u64>,
        received: Timestamp,
        reply: oneshot::Sender<Result<Receipt>>,
    ) -> Delivery {
        let mut batch = batch.into_inner();
        // Only an erasure says that an event was erased.
        drop(batch.take_column(field::ERASED));
        batch.shrink();
        let payload = encode(&batch, &keys, received);
        Delivery { batch, keys, received, payload, reply }
    }
}

/// What the writer is asked to do.
pub(crate) enum Request {
    /// Write events.
    Append(Box<Delivery>),
    /// Begin a new segment; the answer is its number, and the keys of the events since the previous rotation.
    Rotate(Sender<Result<(u64, Vec<u64>)>>),
    /// Remove the segments up to this one, sealed by now.
    Remove(u64),
}

/// A record of the log: when it came, the duplicate keys, the events.
fn encode(batch: &Batch, keys: &[u64], received: Timestamp) -> Vec<u8> {
    let mut out = Vec::with_capacity(batch.len() * 160 + 64);
    out.extend_from_slice(&received.0.to_le_bytes());
    out.extend_from_slice(&(keys.len() as u32).to_le_bytes());
    keys.iter().for_each(|key| out.extend_from_slice(&key.to_le_bytes()));
    codec::encode(batch, &mut out);
    out
}

/// Reads a record of the log back.
pub(crate) fn decode(payload: &[u8]) -> Option<(Batch, Vec<u64>, Timestamp)> {
    let (received, rest) = payload.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let (keys, rest) = rest.split_at_checked(u32::from_le_bytes(*count) as usize * 8)?;
    let keys = keys.as_chunks::<8>().0.iter().map(|key| u64::from_le_bytes(*key)).collect();
    Some((codec::decode(rest)?, keys, Timestamp(i64::from_le_bytes(*received))))
}

/// Gives events their numbers and the time they came.
pub(crate) fn stamp(batch: &mut Batch, first_seq: u64, received: Timestamp) {
    let seqs = (0..batch.len() as i64).map(|i| first_seq as i64 + i).collect();
    let _ = batch.set_column(field::SEQ, Column::Int(seqs));
    batch.fill_int(field::RECEIVED, received.0);
    // An event without a time of its own happened when it came.
    let times = match batch.take_column(field::TIME) {
        Some(Column::Int(mut times)) => {
            times.iter_mut().filter(|t| **t == NULL).for_each(|t| *t = received.0);
            times
        }
        _ => vec![received.0; batch.len()],
    };
    let _ = batch.set_column(field::TIME, Column::Int(times));
}

pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) wal: Wal,
    pub(crate) seen: Seen,
    /// Keys of the events in segments not handed over by a rotation yet.
    pub(crate) keys: Vec<u64>,
}

impl Writer {
    /// Works until every sender is gone.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Request>) {
        while let Some(first) = queue.blocking_recv() {
            let mut next = Some(first);
            let mut group = Vec::new();
            let mut bytes = 0;
            while let Some(request) = next.take() {
                match request {
                    Request::Append(delivery) => {
                        bytes += delivery.payload.len();
                        group.push(*delivery);
                        if bytes < GROUP_BYTES_MAX {
                            next = queue.try_recv().ok();
                        }
                    }
                    control => {
                        self.append(std::mem::take(&mut group));
                        bytes = 0;
                        self.control(control);
                        next = queue.try_recv().ok();
                    }
                }
            }
            self.append(group);
        }
    }

    fn control(&mut self, request: Request) {
        match request {
            Request::Append(_) => {}
            Request::Rotate(reply) => {
                let begun = self.wal.rotate().map(|segment| (segment, std::mem::take(&mut self.keys)));
                let _ = reply.send(begun);
            }
            Request::Remove(through) => {
                if let Err(error) = self.wal.remove_through(through) {
                    self.shared.trouble(&error);
                }
            }
        }
        self.shared.set_wal_bytes(self.wal.bytes());
    }

    fn append(&mut self, group: Vec<Delivery>) {
        if group.is_empty() {
            return;
        }
        if let Err(error) = self.shared.wait_for_room(ROOM_WAIT) {
            group.into_iter().for_each(|d| refuse(d, &error));
            return;
        }
        let group: Vec<(Delivery, u64)> =
            group.into_iter().map(|delivery| self.drop_seen(delivery)).collect();
        let payloads: Vec<Payload<'_>> = group
            .iter()
            .filter(|(d, _)| !d.batch.is_empty())
            .map(|(d, _)| Payload { kind: EVENTS, events: d.batch.len() as u32, bytes: &d.payload })
            .collect();
        // Also when all of it was seen before: after a start on a full disk what was replayed may not be durable yet.
        let written = self.wal.write(&payloads);
        self.shared.set_wal_bytes(self.wal.bytes());
        match written {
            Ok(written) => self.publish(group, written),
            Err(error) => {
                for (delivery, _) in group {
                    delivery.keys.iter().for_each(|key| self.seen.remove(*key));
                    refuse(delivery, &error);
                }
            }
        }
    }

    /// Takes the events out that are durable already; the number says how many.
    fn drop_seen(&mut self, mut delivery: Delivery) -> (Delivery, u64) {
        let fresh: Vec<u32> = (0..delivery.keys.len() as u32)
            .filter(|row| delivery.keys.get(*row as usize).is_some_and(|key| self.seen.insert(*key)))
            .collect();
        let duplicates = delivery.keys.len() - fresh.len();
        if duplicates > 0 {
            delivery.batch = delivery.batch.gather(&fresh);
            delivery.keys =
                fresh.iter().filter_map(|row| delivery.keys.get(*row as usize).copied()).collect();
            delivery.payload = encode(&delivery.batch, &delivery.keys, delivery.received);
        }
        (delivery, duplicates as u64)
    }

    fn publish(&mut self, group: Vec<(Delivery, u64)>, written: Written) {
        let mut seq = written.first_seq;
        let mut replies = Vec::with_capacity(group.len());
        let mut batches = Vec::with_capacity(group.len());
        for (mut delivery, duplicates) in group {
            let accepted = delivery.batch.len() as u64;
            replies.push((delivery.reply, Receipt { accepted, duplicates, first_seq: seq }));
            self.keys.append(&mut delivery.keys);
            if accepted > 0 {
                stamp(&mut delivery.batch, seq, delivery.received);
                batches.push(Arc::new(delivery.batch));
            }
            seq += accepted;
        }
        self.shared.publish(written.segment, batches, seq);
        for (reply, receipt) in replies {
            let _ = reply.send(Ok(receipt));
        }
    }
}

fn refuse(delivery: Delivery, error: &Error) {
    let _ = delivery.reply.send(Err(error.again()));
}
