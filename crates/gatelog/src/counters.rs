//! What came from a source, in numbers, and the newest records that could not be understood.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use event::Timestamp;
use event::time::SECOND;
use serde::{Deserialize, Serialize};

use crate::quality::{LastDay, Quality};
use crate::rejects::{KEPT_PER_SOURCE, Rejects};
use crate::rhythm::Rhythm;

/// What came from a source since it exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counters {
    /// Events taken.
    pub(crate) accepted: u64,
    /// Records not understood.
    pub(crate) rejected: u64,
    /// Events that had come before.
    pub(crate) duplicates: u64,
    /// Records known to have been sent that never came, or came when there was no room.
    pub(crate) lost: u64,
    /// Bytes as sent.
    pub(crate) bytes: u64,
    /// Deliveries refused because the source is paused.
    pub(crate) refused: u64,
    /// When the last event came, in microseconds.
    pub(crate) last_event: Option<i64>,
    /// Events by format.
    pub(crate) formats: BTreeMap<String, u64>,
}

impl Counters {
    /// Adds what a delivery brought.
    pub(crate) fn add(&mut self, other: &Counters) {
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.duplicates += other.duplicates;
        self.lost += other.lost;
        self.bytes += other.bytes;
        self.refused += other.refused;
        self.last_event = self.last_event.max(other.last_event);
        for (format, count) in &other.formats {
            *self.formats.entry(format.clone()).or_default() += count;
        }
    }
}

/// A record that was not understood, its secrets masked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rejected {
    /// When it came.
    pub(crate) time: String,
    /// Which format it was read as.
    pub(crate) format: String,
    /// Its place in the body, counted from 1.
    pub(crate) line: u64,
    /// Why.
    pub(crate) reason: String,
    /// How it begins, masked.
    pub(crate) excerpt: String,
}

/// Everything counted since the start, by source.
pub(crate) struct Tally {
    sources: Mutex<BTreeMap<String, Live>>,
    rejects_max: usize,
    since: Timestamp,
    /// Whether there are rejects that were not saved.
    has_news: AtomicBool,
}

/// How long the window of the rate is.
const RATE_WINDOW: i64 = 10 * SECOND;

#[derive(Default)]
struct Live {
    /// Not saved in the catalogue yet.
    unsaved: Counters,
    rejects: VecDeque<Rejected>,
    window_start: i64,
    window: Rate<u64>,
    rate: Rate<f64>,
    rhythm: Rhythm,
    day: LastDay,
}

/// Events and bytes, of a window or per second.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rate<T> {
    pub(crate) events: T,
    pub(crate) bytes: T,
}

/// What is known of a source since the start.
#[derive(Default)]
pub(crate) struct Known {
    /// Not in the catalogue yet.
    pub(crate) unsaved: Counters,
    /// Per second, of late.
    pub(crate) rate: Rate<f64>,
    /// When deliveries came.
    pub(crate) rhythm: Rhythm,
}

impl Live {
    fn turn(&mut self, now: Timestamp) {
        let passed = now.0 - self.window_start;
        if passed >= RATE_WINDOW {
            let quiet = passed >= 2 * RATE_WINDOW;
            let per_s = |count: u64| if quiet { 0.0 } else { count as f64 / (passed as f64 / SECOND as f64) };
            self.rate = Rate { events: per_s(self.window.events), bytes: per_s(self.window.bytes) };
            self.window_start = now.0;
            self.window = Rate::default();
        }
    }
}

impl Tally {
    /// Holds so many rejects per source, at first those that were saved.
    pub(crate) fn new(rejects_max: usize, saved: Rejects, now: Timestamp) -> Tally {
        let live = |rejects: Vec<Rejected>| Live { rejects: rejects.into(), ..Live::default() };
        let sources = saved.into_iter().map(|(name, rejects)| (name, live(rejects))).collect();
        Tally { sources: Mutex::new(sources), rejects_max, since: now, has_news: AtomicBool::new(false) }
    }

    /// Notes a delivery, and what its events were like.
    pub(crate) fn add(
        &self,
        source: &str,
        brought: Counters,
        quality: &Quality,
        rejects: Vec<Rejected>,
        now: Timestamp,
    ) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let live = match sources.get_mut(source) {
            Some(live) => live,
            None => sources.entry(source.to_owned()).or_default(),
        };
        live.turn(now);
        live.window.events += brought.accepted;
        live.window.bytes += brought.bytes;
        live.rhythm.note(brought.accepted, quality.newest, brought.rejected, now);
        if quality.events > 0 {
            live.day.note(quality, now);
        }
        live.unsaved.add(&brought);
        if !rejects.is_empty() {
            self.has_news.store(true, Ordering::Relaxed);
        }
        live.rejects.extend(rejects);
        let over = live.rejects.len().saturating_sub(self.rejects_max);
        live.rejects.drain(..over);
    }

    /// Forgets the rejects that `is` says.
    pub(crate) fn forget_rejects(&self, is: impl Fn(&Rejected) -> bool) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        for live in sources.values_mut() {
            let before = live.rejects.len();
            live.rejects.retain(|reject| !is(reject));
            if live.rejects.len() < before {
                self.has_news.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Notes records that got lost.
    pub(crate) fn lost(&self, source: &str, count: u64) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.entry(source.to_owned()).or_default().unsaved.lost += count;
    }

    /// What is not in the catalogue yet, by source; from now on it counts as saved.
    pub(crate) fn take_unsaved(&self) -> BTreeMap<String, Counters> {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources
            .iter_mut()
            .map(|(name, live)| (name.clone(), std::mem::take(&mut live.unsaved)))
            .filter(|(_, counters)| *counters != Counters::default())
            .collect()
    }

    /// Notes a delivery that was refused because its source is paused.
    pub(crate) fn refused(&self, source: &str) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.entry(source.to_owned()).or_default().unsaved.refused += 1;
    }

    /// What is known of a source.
    pub(crate) fn of(&self, source: &str, now: Timestamp) -> Known {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(live) = sources.get_mut(source) else { return Known::default() };
        live.turn(now);
        Known { unsaved: live.unsaved.clone(), rate: live.rate, rhythm: live.rhythm.clone() }
    }

    /// What the events of a source were like in the last `span` microseconds, a day at most.
    pub(crate) fn quality(&self, source: &str, span: i64, now: Timestamp) -> Quality {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.get(source).map(|live| live.day.of(span, now)).unwrap_or_default()
    }

    /// When counting began.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// The newest rejects, newest first.
    pub(crate) fn rejects(&self, source: &str) -> Vec<Rejected> {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.get(source).map(|live| live.rejects.iter().rev().cloned().collect()).unwrap_or_default()
    }

    /// Forgets a source.
    pub(crate) fn forget(&self, source: &str) {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).remove(source);
        self.has_news.store(true, Ordering::Relaxed);
    }

    /// The newest rejects of each source, when they are others than the last time.
    pub(crate) fn unsaved_rejects(&self) -> Option<Rejects> {
        if !self.has_news.swap(false, Ordering::Relaxed) {
            return None;
        }
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = |live: &Live| {
            let old = live.rejects.len().saturating_sub(KEPT_PER_SOURCE);
            live.rejects.iter().skip(old).cloned().collect()
        };
        let some = sources.iter().filter(|(_, live)| !live.rejects.is_empty());
        Some(some.map(|(name, live)| (name.clone(), newest(live))).collect())
    }

    /// All sources anything came from since the start.
    pub(crate) fn names(&self) -> Vec<String> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_keeps_the_newest_and_the_rate_falls_to_zero() {
        let at = |s: i64| Timestamp(1_795_298_319_000_000 + s * SECOND);
        let tally = Tally::new(3, Rejects::new(), at(0));
        let reject = |line| Rejected {
            time: String::new(),
            format: "json".into(),
            line,
            reason: "no".into(),
            excerpt: String::new(),
        };
        let brought = Counters { accepted: 50, bytes: 900, ..Counters::default() };
        let quality = Quality::default();
        tally.add("edge", brought.clone(), &quality, (1..=4).map(reject).collect(), at(0));
        tally.add("edge", brought, &quality, vec![], at(5));
        assert_eq!(tally.rejects("edge").iter().map(|r| r.line).collect::<Vec<_>>(), [4, 3, 2]);
        let rate = |s| tally.of("edge", at(s)).rate;
        assert_eq!((rate(10).events, rate(10).bytes), (10.0, 180.0));
        assert_eq!((rate(40).events, rate(40).bytes), (0.0, 0.0));
        assert_eq!(tally.take_unsaved().get("edge").map(|c| c.accepted), Some(100));
        assert!(tally.take_unsaved().is_empty());

        let saved = tally.unsaved_rejects().unwrap();
        assert!(tally.unsaved_rejects().is_none());
        let tally = Tally::new(3, saved, at(40));
        assert_eq!(tally.rejects("edge").iter().map(|r| r.line).collect::<Vec<_>>(), [4, 3, 2]);
        tally.forget("edge");
        assert_eq!(tally.unsaved_rejects().map(|saved| saved.len()), Some(0));
    }
}
