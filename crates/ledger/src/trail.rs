//! The operator trail: operator events, durable when [`Trail::append`] returns, numbered without a gap, in a log of their
//! own beside that of access events. Knows neither which acts there are nor who may read them.
//!
//! ```text
//! trail/0000000000000001.wal    segments as drawn in wal.rs, one event a record; kind 1 an act, 2 its end, 3 one that was told
//! ```
//!
//! An act is written before it takes effect, so its outcome is not known then. What became of it is a record of its own
//! that names the same request; readers see both as one event.
//!
//! What gateways tell of their own operators was done long ago and has no end. It is known by its key: of what comes again
//! within the last [`crate::seen::GENERATION_KEYS`] such events nothing is kept. The keys are in the records, so they
//! survive whatever the records survive. All of it together leaves room for acts on this program, which are not done when
//! they cannot be recorded.

mod erase;
mod read;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event::mask::Masked;
use event::{Act, Timestamp};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::seen::Seen;
use crate::wal::{self, Payload, Wal};

pub use erase::Named;
pub use read::{Entry, Range, Record, leaf, scan};

/// The directory of the trail.
pub const DIR: &str = "trail";

/// The code of the act that says up to which number, as its resource, events were removed because their time was over.
pub const RETIRED: &str = "GL-TRAIL-RETIRE";

/// Acts that may wait for the log; more make the caller wait.
const QUEUE_MAX: usize = 256;
/// Acts written with one sync at most.
const GROUP_MAX: usize = 256;
/// What may wait for the next act's sync has one of its own after so long.
const LATE_MAX: Duration = Duration::from_millis(20);
/// Events of gateways given in together at most.
pub const TOLD_MAX: usize = 256;
/// When so many parts in four of the trail are full, no more is taken of what gateways tell.
const TOLD_QUARTERS_MAX: u64 = 3;
/// A segment larger than this is followed by another. Readers hold one in memory.
const SEGMENT_BYTES: u64 = 4 << 20;

/// What a record of the trail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Something is about to be done, or was done elsewhere.
    Act = 1,
    /// What became of the act of the same request.
    End = 2,
    /// What a gateway says was done to it.
    Told = 3,
}

/// What became of events that a gateway told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Events that are durable now.
    pub accepted: u64,
    /// Events that were durable before.
    pub duplicates: u64,
}

/// Bounds of the trail.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// All of it together is not larger than this; beyond it nothing is recorded, and so nothing done.
    pub bytes_max: u64,
    /// Bytes left free on the disk.
    pub reserve_bytes: u64,
}

struct Waiting {
    kind: Kind,
    acts: Vec<Act>,
    may_wait: bool,
    reply: oneshot::Sender<Result<Written>>,
}

/// Where acts stand now: the number of the first, and how many were not there before.
#[derive(Clone, Copy)]
struct Written {
    first: u64,
    count: u64,
}

/// An act in the hands of the trail's writer, behind all that were handed over before it. Whoever drops this has it
/// recorded all the same, and does not learn whether it was.
#[must_use]
pub struct Handed(oneshot::Receiver<Result<Written>>);

impl Handed {
    /// Waits until it is durable; its number.
    pub async fn durable(self) -> Result<u64> {
        Ok(self.0.await.map_err(|_| stopped())??.first)
    }
}

/// The times of the acts of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: Timestamp,
    to: Timestamp,
}

struct Shared {
    disk: Arc<dyn Disk>,
    wal: Mutex<Wal>,
    spans: Mutex<BTreeMap<u64, Span>>,
    told_bytes_max: u64,
}

/// The durable operator trail of one tenant.
pub struct Trail {
    shared: Arc<Shared>,
    queue: mpsc::Sender<Waiting>,
    damage: Vec<String>,
}

impl Trail {
    /// Opens the trail of a disk, or makes it.
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Trail> {
        let wal_options = wal::Options {
            dir: DIR.to_owned(),
            bytes_max: options.bytes_max,
            reserve_bytes: options.reserve_bytes,
            ..wal::Options::default()
        };
        let mut spans = BTreeMap::new();
        let mut unreadable = 0;
        let mut seen = Seen::default();
        let (wal, recovered) = Wal::open(Arc::clone(&disk), wal_options, &mut |record| {
            match Act::decode(record.payload) {
                Some(act) => {
                    widen(&mut spans, record.segment, act.time);
                    if let Some(key) = key_of(&act) {
                        seen.insert(key);
                    }
                }
                None => unreadable += 1,
            }
            Ok(())
        })?;
        let mut damage: Vec<String> = recovered.damage.iter().chain(&recovered.tail).map(told).collect();
        if unreadable > 0 {
            damage.push(format!("trail: {unreadable} whole records hold no event this version can read"));
        }
        let told_bytes_max = options.bytes_max / 4 * TOLD_QUARTERS_MAX;
        let shared =
            Arc::new(Shared { disk, wal: Mutex::new(wal), spans: Mutex::new(spans), told_bytes_max });
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let writer = Arc::clone(&shared);
        let starting = |source| Error::Io { what: "starting the trail's thread".into(), source };
        let runtime = Builder::new_current_thread().enable_time().build().map_err(starting)?;
        std::thread::Builder::new()
            .name("trail-writer".into())
            .spawn(move || runtime.block_on(writer.run(waiting, seen)))
            .map_err(starting)?;
        Ok(Trail { shared, queue, damage })
    }

    /// Makes an act durable; its number. Do what it says only after this.
    pub async fn append(&self, kind: Kind, act: Masked<Act>) -> Result<u64> {
        self.hand(kind, act).await?.durable().await
    }

    /// [`Trail::append`] of what nobody waits for, such as what became of an act: it goes with the next act's sync, or after
    /// 20 ms with one of its own, so that no act waits for it.
    pub async fn append_late(&self, kind: Kind, act: Masked<Act>) -> Result<u64> {
        self.queued(kind, act, true).await?.durable().await
    }

    /// Hands an act to the trail's writer. Waits for room in its queue and not for the disk: what is handed over and not yet
    /// durable is at most what the queue and one sync hold.
    pub async fn hand(&self, kind: Kind, act: Masked<Act>) -> Result<Handed> {
        self.queued(kind, act, false).await
    }

    async fn queued(&self, kind: Kind, act: Masked<Act>, may_wait: bool) -> Result<Handed> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { kind, acts: vec![act.into_inner()], may_wait, reply };
        self.queue.send(waiting).await.map_err(|_| stopped())?;
        Ok(Handed(answer))
    }

    /// [`Trail::append`] for callers outside an async runtime.
    pub fn append_blocking(&self, kind: Kind, act: Masked<Act>) -> Result<u64> {
        Ok(self.put(kind, vec![act.into_inner()])?.first)
    }

    /// Makes what a gateway told durable, at most [`TOLD_MAX`] events, with one sync; those that are there already are left
    /// out. It waits.
    pub fn append_told(&self, acts: Vec<Masked<Act>>) -> Result<Taken> {
        let bytes = self.bytes();
        if acts.len() > TOLD_MAX || bytes > self.shared.told_bytes_max {
            let what = format!(
                "the trail has {bytes} bytes; what gateways tell may fill {} of it, {TOLD_MAX} events at once",
                self.shared.told_bytes_max
            );
            return Err(Error::Full { what });
        }
        let all = acts.len() as u64;
        let written = self.put(Kind::Told, acts.into_iter().map(Masked::into_inner).collect())?;
        Ok(Taken { accepted: written.count, duplicates: all - written.count })
    }

    fn put(&self, kind: Kind, acts: Vec<Act>) -> Result<Written> {
        let (reply, answer) = oneshot::channel();
        self.queue.blocking_send(Waiting { kind, acts, may_wait: false, reply }).map_err(|_| stopped())?;
        answer.blocking_recv().map_err(|_| stopped())?
    }

    /// The number of the last event that [`Trail::retire`] would remove: the oldest segments, as long as all in them
    /// happened before that moment. Record that they go before they go.
    pub fn over(&self, before: Timestamp) -> Option<u64> {
        let wal = self.shared.wal();
        let segments = wal.segments();
        let over = segments.iter().take(segments.len().saturating_sub(1));
        let last = over.take_while(|segment| self.shared.is_over(segment.number, before)).last();
        last.filter(|segment| segment.end_seq > 0).map(|segment| segment.end_seq - 1)
    }

    /// Removes the events up to that number, whole segments of them.
    pub fn retire(&self, through: u64) -> Result<()> {
        let mut wal = self.shared.wal();
        let is_over = |segment: &&wal::Segment| segment.end_seq <= through + 1;
        let Some(number) = wal.segments().iter().take_while(is_over).map(|segment| segment.number).last()
        else {
            return Ok(());
        };
        wal.remove_through(number)?;
        let oldest = wal.segments().first().map_or(0, |segment| segment.number);
        self.shared.spans().retain(|number, _| *number >= oldest);
        Ok(())
    }

    /// The number the next act will have.
    pub fn next_seq(&self) -> u64 {
        self.shared.wal().next_seq()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.shared.wal().bytes()
    }

    /// What was found damaged when it was opened.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }
}

impl Shared {
    fn wal(&self) -> MutexGuard<'_, Wal> {
        self.wal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spans(&self) -> MutexGuard<'_, BTreeMap<u64, Span>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self, segment: u64, before: Timestamp) -> bool {
        self.spans().get(&segment).is_none_or(|span| span.to < before)
    }

    /// Writes what waits, all of it with one sync, until the trail is dropped.
    async fn run(&self, mut queue: mpsc::Receiver<Waiting>, mut seen: Seen) {
        while let Some(mut group) = next_group(&mut queue).await {
            let mut keys = Vec::new();
            group.iter_mut().for_each(|waiting| waiting.acts.retain(|act| is_new(act, &mut seen, &mut keys)));
            let written = self.write(&group);
            if written.is_err() {
                keys.into_iter().for_each(|key| seen.remove(key));
            }
            let mut before = 0;
            for Waiting { acts, reply, .. } in group {
                let count = acts.len() as u64;
                let answer = match &written {
                    Ok(first) => Ok(Written { first: first + before, count }),
                    Err(error) => Err(error.again()),
                };
                before += count;
                // Whoever gave up waiting has the act recorded all the same.
                let _ = reply.send(answer);
            }
        }
    }

    fn write(&self, group: &[Waiting]) -> Result<u64> {
        let acts = || group.iter().flat_map(|waiting| waiting.acts.iter().map(|act| (waiting.kind, act)));
        let bytes: Vec<Vec<u8>> = acts().map(|(_, act)| act.encode()).collect();
        let payloads: Vec<Payload<'_>> = acts()
            .zip(&bytes)
            .map(|((kind, _), bytes)| Payload { kind: kind as u8, events: 1, bytes })
            .collect();
        let mut wal = self.wal();
        if wal.is_ready() && wal.segments().last().is_some_and(|last| last.bytes > SEGMENT_BYTES) {
            wal.rotate()?;
        }
        let written = wal.write(&payloads)?;
        let mut spans = self.spans();
        acts().for_each(|(_, act)| widen(&mut spans, written.segment, act.time));
        Ok(written.first_seq)
    }
}

/// What is written with the next sync; none when the trail was dropped.
async fn next_group(queue: &mut mpsc::Receiver<Waiting>) -> Option<Vec<Waiting>> {
    let first = queue.recv().await?;
    let (mut acts, mut may_wait) = (first.acts.len(), first.may_wait);
    let mut group = vec![first];
    let until = Instant::now() + LATE_MAX;
    while acts < GROUP_MAX {
        let next = if may_wait {
            timeout_at(until, queue.recv()).await.ok().flatten()
        } else {
            queue.try_recv().ok()
        };
        let Some(next) = next else { break };
        acts += next.acts.len();
        may_wait &= next.may_wait;
        group.push(next);
    }
    Some(group)
}

/// Whether an act was not there before; its key goes to `keys`.
fn is_new(act: &Act, seen: &mut Seen, keys: &mut Vec<u64>) -> bool {
    let Some(key) = key_of(act) else { return true };
    let is_new = seen.insert(key);
    if is_new {
        keys.push(key);
    }
    is_new
}

/// By what an act that a gateway told is recognised when it comes again.
fn key_of(act: &Act) -> Option<u64> {
    u64::from_str_radix(act.key.get(..16)?, 16).ok()
}

fn widen(spans: &mut BTreeMap<u64, Span>, segment: u64, time: Timestamp) {
    let span = spans.entry(segment).or_insert(Span { from: time, to: time });
    *span = Span { from: span.from.min(time), to: span.to.max(time) };
}

fn told(damage: &wal::Damage) -> String {
    format!(
        "trail segment {}: {} bytes at {} unreadable, {} events lost",
        damage.segment, damage.bytes, damage.offset, damage.events_lost
    )
}

fn stopped() -> Error {
    Error::Poisoned { what: "the trail".into() }
}
