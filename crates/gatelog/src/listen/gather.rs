//! Gathers records of many datagrams and connections, so that one sync makes many of them durable. What waits here is
//! bounded in bytes: streams wait for room, datagrams are dropped and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use intake::envelopes::{Envelope, Said};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep, timeout_at};

use super::Listener;
use crate::app::App;
use crate::reading::Named;
use crate::take::{self, Delivery, Taken};
use crate::{catalog, clock, log};

/// Bytes of a listener that wait to be taken.
const QUEUE_BYTES_MAX: usize = 8 << 20;
/// What a portion counts for beside its bytes.
const PORTION_BYTES: usize = 512;
/// Portions that wait: as many as fit.
const PORTIONS_MAX: usize = QUEUE_BYTES_MAX / PORTION_BYTES;
/// From this size on a batch is not kept waiting for more.
const BATCH_BYTES_MAX: usize = 1 << 20;
/// The first and the longest pause before a batch is tried again that could not be taken.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// A batch is given up after so many failures that were not for want of room.
const FAILURES_MAX: u32 = 5;

/// Records on their way, one a line.
#[derive(Default)]
pub(crate) struct Records {
    text: Vec<u8>,
    count: u64,
    /// Bytes as they came.
    wire_bytes: u64,
}

impl Records {
    /// None yet, of so many bytes.
    pub(crate) fn of_wire(wire_bytes: usize) -> Records {
        Records { wire_bytes: wire_bytes as u64, ..Records::default() }
    }

    /// Adds one. It becomes one line: a line break inside a record is white space.
    pub(crate) fn push(&mut self, record: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(record);
        self.text.iter_mut().skip(start).filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
        self.text.push(b'\n');
        self.count += 1;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn add(&mut self, other: Records) {
        match self.text.is_empty() {
            true => self.text = other.text,
            false => self.text.extend_from_slice(&other.text),
        }
        self.count += other.count;
        self.wire_bytes += other.wire_bytes;
    }
}

/// Records of one datagram or one read.
struct Portion {
    records: Records,
    _room: OwnedSemaphorePermit,
}

/// Where the receivers of a listener put their records.
#[derive(Clone)]
pub(crate) struct Gather {
    queue: mpsc::Sender<Portion>,
    room: Arc<Semaphore>,
}

impl Gather {
    /// A queue, and what works it off until every clone of the queue's entrance is gone.
    pub(crate) fn new(
        app: &Arc<App>,
        listener: &Arc<Listener>,
    ) -> (Gather, impl Future<Output = ()> + use<>) {
        let (queue, portions) = mpsc::channel(PORTIONS_MAX);
        let taker =
            Taker { app: Arc::clone(app), listener: Arc::clone(listener), portions, salt: Salt::new() };
        (Gather { queue, room: Arc::new(Semaphore::new(QUEUE_BYTES_MAX)) }, taker.run())
    }

    /// Puts records in, as soon as there is room.
    pub(crate) async fn put(&self, records: Records) {
        let weight = weight(&records);
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(weight).await else { return };
        // The other end is gone only when the server ends.
        let _ = self.queue.send(Portion { records, _room: room }).await;
    }

    /// Puts records in when there is room now; whether there was.
    pub(crate) fn try_put(&self, records: Records) -> bool {
        let weight = weight(&records);
        let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(weight) else { return false };
        self.queue.try_send(Portion { records, _room: room }).is_ok()
    }
}

fn weight(records: &Records) -> u32 {
    let bytes = (records.text.len() + PORTION_BYTES).min(QUEUE_BYTES_MAX);
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

struct Taker {
    app: Arc<App>,
    listener: Arc<Listener>,
    portions: mpsc::Receiver<Portion>,
    salt: Salt,
}

/// What is taken together.
struct Gathered {
    records: Records,
    room: Vec<OwnedSemaphorePermit>,
}

impl Gathered {
    fn add(&mut self, portion: Portion) {
        self.records.add(portion.records);
        self.room.push(portion._room);
    }

    /// Whether there is nothing to be gained by waiting for more.
    fn is_due(&self) -> bool {
        self.records.text.len() >= BATCH_BYTES_MAX
    }
}

impl Taker {
    async fn run(mut self) {
        while let Some(first) = self.portions.recv().await {
            let mut gathered = Gathered { records: Records::default(), room: Vec::new() };
            gathered.add(first);
            let until = Instant::now() + Duration::from_millis(self.app.config.listener_gather_ms);
            while !gathered.is_due() {
                match timeout_at(until, self.portions.recv()).await {
                    Ok(Some(portion)) => gathered.add(portion),
                    Ok(None) | Err(_) => break,
                }
            }
            self.take(gathered).await;
        }
    }

    /// Makes them durable, however long that takes, unless the server stops.
    async fn take(&self, gathered: Gathered) {
        let Gathered { records, room } = gathered;
        let numbers = &self.listener.numbers;
        numbers.records.fetch_add(records.count, Ordering::Relaxed);
        numbers.bytes.fetch_add(records.wire_bytes, Ordering::Relaxed);
        let envelope = self.listener.plan.protocol.envelope;
        let salt = Some(self.salt.next());
        let delivery = delivery(&self.app, &self.listener, envelope, records.wire_bytes, salt);
        if insist(&self.app, &delivery, &records.text).await.is_none() {
            numbers.lost_stop.fetch_add(records.count, Ordering::Relaxed);
            self.listener.lost(&self.app, records.count);
        }
        drop(room);
    }
}

/// What comes to a listener, as it is taken.
pub(super) fn delivery(
    app: &App,
    listener: &Listener,
    envelope: Option<&'static Envelope>,
    wire_bytes: u64,
    salt: Option<u64>,
) -> Delivery {
    let source: Arc<str> = listener.plan.source.as_str().into();
    let named = listener.plan.format.map(Named::Calls);
    // Where the source brings a trail, that counts.
    let reader = take::reader(app, &source, named).or_else(|_| take::reader(app, &source, None));
    Delivery {
        reader: reader.ok().flatten(),
        source,
        coding: None,
        envelope: envelope.map(|envelope| (envelope, Said::default())),
        wire_bytes,
        received: clock::now(),
        salt,
    }
}

/// Takes a body, again and again while there is no room for it. `None` when it cannot be taken at all, or when the
/// server stops before it could be.
pub(super) async fn insist(app: &Arc<App>, delivery: &Delivery, body: &[u8]) -> Option<Taken> {
    let (mut pause, longest) = PAUSES;
    let mut failures = 0;
    loop {
        let problem = match take::take(app, delivery.clone(), body.to_vec()).await {
            Ok(taken) => return Some(taken),
            Err(problem) => problem,
        };
        failures += u32::from(problem.status() != StatusCode::SERVICE_UNAVAILABLE);
        if failures >= FAILURES_MAX || problem.status().is_client_error() || *app.stopping.borrow() {
            log::error(
                "what came to a listener could not be taken",
                &[("source", &delivery.source), ("bytes", &body.len()), ("status", &problem.status())],
            );
            return None;
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// No two deliveries have the same, also over a restart.
pub(super) struct Salt(AtomicU64);

impl Salt {
    /// Begins anywhere.
    pub(super) fn new() -> Salt {
        let start = catalog::random().map_or_else(|_| clock::now().0.unsigned_abs(), u64::from_ne_bytes);
        Salt(AtomicU64::new(start))
    }

    /// The next.
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}
