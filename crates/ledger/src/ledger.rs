//! The ledger as the rest of the program sees it: append, look, and let it tidy up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use event::mask::Masked;
use event::{Batch, Timestamp};
use serde::Serialize;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::archive::Archive;
use crate::cells::Symbols;
use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::keep::Keeper;
use crate::open::{Opened, open};
use crate::part::Part;
use crate::proof::block::Block;
use crate::retention::Retention;
use crate::rollup::Cache;
use crate::tail::Tail;
use crate::view::{Kept, View};
use crate::writer::{Delivery, QUEUE_MAX, Receipt, Request, Writer};

/// Freshly acknowledged batches kept for slow followers before they lose some.
const FOLLOWERS_BEHIND_MAX: usize = 256;

/// Unsealed events in memory beyond which deliveries wait, in segments: one being sealed, one being filled.
const TAIL_SEGMENTS_MAX: usize = 2;

/// Bounds and habits. Each has a default that works.
#[derive(Clone, Debug)]
pub struct Options {
    /// The log may grow to this many bytes before deliveries are refused.
    pub wal_bytes_max: u64,
    /// Events in the open log segment that make it due for sealing.
    pub segment_rows: usize,
    /// Age of the oldest unsealed event that makes its segment due.
    pub segment_seconds_max: i64,
    /// Days that events are kept, until [`Ledger::retain`] says otherwise.
    pub retain_days: i64,
    /// Days that roll-ups are kept, until then.
    pub retain_rollup_days: i64,
    /// Deliveries are refused when the disk has less than this.
    pub free_bytes_min: u64,
    /// Memory for cells read from roll-up files.
    pub cache_bytes_max: usize,
    /// Seconds that files no longer in the table stay for readers of an older version of it.
    pub tombstone_seconds: i64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            wal_bytes_max: 512 << 20,
            segment_rows: 131_072,
            segment_seconds_max: 600,
            retain_days: 180,
            retain_rollup_days: 760,
            free_bytes_min: 256 << 20,
            cache_bytes_max: 64 << 20,
            tombstone_seconds: 3_600,
        }
    }
}

/// How the ledger is doing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct State {
    /// Bytes of the log.
    pub wal_bytes: u64,
    /// Events not sealed yet.
    pub tail_rows: u64,
    /// Sealed files.
    pub files: u64,
    /// Sealed events.
    pub sealed_rows: u64,
    /// Bytes of the sealed files, roll-ups not counted.
    pub sealed_bytes: u64,
    /// Bytes the disk can still take.
    pub free_bytes: u64,
    /// The highest sequence number given.
    pub last_seq: u64,
    /// Whether deliveries are refused because the disk is nearly full.
    pub disk_low: bool,
    /// The last error of the background work; cleared by its next success.
    pub trouble: Option<String>,
    /// Damage found in the log at the start.
    pub damage: Vec<String>,
}

/// What the writer, the keeper and the readers share.
pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) options: Options,
    pub(crate) retention: Mutex<Retention>,
    pub(crate) symbols: Arc<Symbols>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) content: Mutex<Content>,
    /// Rung when sealing made room, or became due.
    bell: Condvar,
    wal_bytes: AtomicU64,
    free_bytes: AtomicU64,
    disk_low: AtomicBool,
    trouble: Mutex<Option<String>>,
    damage: Vec<String>,
    followers: broadcast::Sender<Arc<Batch>>,
    /// Where days go before they are removed.
    pub(crate) archive: OnceLock<Arc<dyn Archive>>,
}

/// Everything there is to read.
pub(crate) struct Content {
    pub(crate) parts: Arc<Vec<Arc<Part>>>,
    pub(crate) kept: Arc<Vec<Kept>>,
    pub(crate) tail: Tail,
    pub(crate) next_seq: u64,
    /// When the oldest event of the tail came.
    pub(crate) tail_since: Option<Timestamp>,
}

impl Shared {
    pub(crate) fn retention(&self) -> Retention {
        self.retention.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn trouble(&self, error: &Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    pub(crate) fn no_trouble(&self) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn set_wal_bytes(&self, bytes: u64) {
        self.wal_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn wal_bytes(&self) -> u64 {
        self.wal_bytes.load(Ordering::Relaxed)
    }

    /// Measures the disk and remembers whether it is nearly full.
    pub(crate) fn measure(&self) {
        if let Ok(free) = self.disk.free_bytes() {
            self.free_bytes.store(free, Ordering::Relaxed);
            self.disk_low.store(free < self.options.free_bytes_min, Ordering::Relaxed);
        }
    }

    /// Waits until the tail has room; the bound on memory.
    pub(crate) fn wait_for_room(&self, patience: Duration) -> Result<()> {
        if self.disk_low.load(Ordering::Relaxed) {
            self.measure();
            if self.disk_low.load(Ordering::Relaxed) {
                let free = self.free_bytes.load(Ordering::Relaxed);
                return Err(Error::DiskLow { free, free_min: self.options.free_bytes_min });
            }
        }
        let full =
            |content: &mut Content| content.tail.rows() >= TAIL_SEGMENTS_MAX * self.options.segment_rows;
        let (content, waited) = self
            .bell
            .wait_timeout_while(self.content(), patience, full)
            .unwrap_or_else(PoisonError::into_inner);
        drop(content);
        match waited.timed_out() {
            true => Err(Error::Full { what: "too many events wait to be sealed".to_owned() }),
            false => Ok(()),
        }
    }

    /// Makes durable events visible.
    pub(crate) fn publish(&self, segment: u64, batches: Vec<Arc<Batch>>, next_seq: u64) {
        let mut content = self.content();
        for batch in &batches {
            content.tail.push(segment, batch);
        }
        if content.tail_since.is_none() {
            content.tail_since = batches.first().and_then(|batch| received(batch));
        }
        content.next_seq = content.next_seq.max(next_seq);
        let due = content.tail.rows() >= self.options.segment_rows;
        drop(content);
        if due {
            self.bell.notify_all();
        }
        if self.followers.receiver_count() > 0 {
            for batch in batches {
                let _ = self.followers.send(batch);
            }
        }
    }

    pub(crate) fn ring(&self) {
        self.bell.notify_all();
    }
}

fn received(batch: &Batch) -> Option<Timestamp> {
    batch.row(0).int(event::field::RECEIVED).map(Timestamp)
}

/// The durable store of one tenant's access events.
pub struct Ledger {
    pub(crate) shared: Arc<Shared>,
    queue: mpsc::Sender<Request>,
    pub(crate) keeper: Mutex<Keeper>,
    /// One proof of an event at a time: each holds a block in memory.
    pub(crate) proving: Mutex<()>,
}

impl Ledger {
    /// Opens the data, or makes it; replays the log. Damage in the log is reported in [`State::damage`] and does
    /// not keep it from opening.
    pub fn open(disk: Arc<dyn Disk>, options: Options, now: Timestamp) -> Result<Ledger> {
        let symbols = Arc::new(Symbols::default());
        let Opened { content, wal, seen, keys, table, damage } = open(&disk, &options, now)?;
        let cache = Arc::new(Cache::new(Arc::clone(&disk), Arc::clone(&symbols), options.cache_bytes_max));
        let retention = Retention {
            days: options.retain_days,
            rollup_days: options.retain_rollup_days,
            held: Vec::new(),
        };
        let shared = Arc::new(Shared {
            cache,
            symbols,
            content: Mutex::new(content),
            retention: Mutex::new(retention),
            bell: Condvar::new(),
            wal_bytes: wal.bytes().into(),
            free_bytes: 0.into(),
            disk_low: false.into(),
            trouble: Mutex::default(),
            damage,
            followers: broadcast::channel(FOLLOWERS_BEHIND_MAX).0,
            archive: OnceLock::new(),
            disk,
            options,
        });
        shared.measure();
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let writer = Writer { shared: Arc::clone(&shared), wal, seen, keys };
        std::thread::Builder::new()
            .name("ledger-writer".into())
            .spawn(move || writer.run(requests))
            .map_err(|source| Error::Io { what: "starting the writer thread".into(), source })?;
        let keeper = Mutex::new(Keeper::new(Arc::clone(&shared), queue.clone(), table));
        Ok(Ledger { shared, queue, keeper, proving: Mutex::default() })
    }

    /// Makes events durable and visible; returns after the sync. `keys` has one duplicate key for each event;
    /// events whose key was seen among the latest ones are dropped and counted. `now` becomes their `received`.
    ///
    /// Events that were not masked do not get here:
    /// ```compile_fail
    /// async fn unmasked(ledger: &ledger::Ledger, events: event::Batch, now: event::Timestamp) {
    ///     let _ = ledger.append(events, Vec::new(), now).await;
    /// }
    /// ```
    /// ```
    /// async fn masked(ledger: &ledger::Ledger, events: event::Masked<event::Batch>, now: event::Timestamp) {
    ///     let _ = ledger.append(events, Vec::new(), now).await;
    /// }
    /// ```
    pub async fn append(&self, batch: Masked<Batch>, keys: Vec<u64>, now: Timestamp) -> Result<Receipt> {
        let (reply, answer) = oneshot::channel();
        let delivery = Box::new(Delivery::new(batch, keys, now, reply));
        self.queue.send(Request::Append(delivery)).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// [`Ledger::append`] for callers outside an async runtime.
    pub fn append_blocking(&self, batch: Masked<Batch>, keys: Vec<u64>, now: Timestamp) -> Result<Receipt> {
        let (reply, answer) = oneshot::channel();
        let delivery = Box::new(Delivery::new(batch, keys, now, reply));
        self.queue.blocking_send(Request::Append(delivery)).map_err(|_| stopped())?;
        answer.blocking_recv().map_err(|_| stopped())?
    }

    /// One consistent look at everything acknowledged before `now`.
    pub fn view(&self, now: Timestamp) -> View {
        let mut content = self.shared.content();
        View {
            parts: Arc::clone(&content.parts),
            kept: Arc::clone(&content.kept),
            chunks: content.tail.show(),
            cache: Arc::clone(&self.shared.cache),
            symbols: Arc::clone(&self.shared.symbols),
            lens: None,
            watermark: now,
        }
    }

    /// Batches as they are acknowledged. A follower that falls behind loses the oldest and is told how many.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.shared.followers.subscribe()
    }

    /// Seals, compacts and retires what is due. Call it about once a second, from one thread.
    pub fn tend(&self, now: Timestamp) -> Result<()> {
        let done = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).tend(now);
        match &done {
            Ok(()) => self.shared.no_trouble(),
            Err(error) => self.shared.trouble(error),
        }
        done
    }

    /// Waits until sealing is due, at most `patience`; for the thread that calls [`Ledger::tend`].
    pub fn wait_due(&self, patience: Duration) {
        let content = self.shared.content();
        let idle = |content: &mut Content| content.tail.rows() < self.shared.options.segment_rows;
        drop(self.shared.bell.wait_timeout_while(content, patience, idle));
    }

    /// Seals everything, for a clean stop or a measurement.
    pub fn seal(&self, now: Timestamp) -> Result<()> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner).seal(now)
    }

    /// The blocks of sealed events of later segments than one, in order.
    pub fn blocks(&self, after: u64) -> Vec<Block> {
        let parts = Arc::clone(&self.shared.content().parts);
        let sealed = parts.iter().flat_map(|part| &part.place.blocks).map(|sealed| &sealed.block);
        let mut blocks: Vec<Block> = sealed.filter(|block| block.segment > after).cloned().collect();
        blocks.sort_by_key(|block| (block.segment, block.day));
        blocks
    }

    /// The days whose events are past their retention and gone; their roll-ups are kept.
    pub fn days_over(&self) -> Vec<i64> {
        let content = self.shared.content();
        let has_part = |day: i64| content.parts.iter().any(|part| part.place.day == day);
        content.kept.iter().map(|kept| kept.day).filter(|day| !has_part(*day)).collect()
    }

    /// How it is doing.
    pub fn state(&self) -> State {
        let content = self.shared.content();
        State {
            wal_bytes: self.shared.wal_bytes(),
            tail_rows: content.tail.rows() as u64,
            files: content.parts.len() as u64,
            sealed_rows: content.parts.iter().map(|p| p.place.rows).sum(),
            sealed_bytes: content.parts.iter().map(|p| p.place.bytes).sum(),
            free_bytes: self.shared.free_bytes.load(Ordering::Relaxed),
            last_seq: content.next_seq.saturating_sub(1),
            disk_low: self.shared.disk_low.load(Ordering::Relaxed),
            trouble: self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            damage: self.shared.damage.clone(),
        }
    }
}

fn stopped() -> Error {
    Error::Poisoned { what: "the ledger".into() }
}
