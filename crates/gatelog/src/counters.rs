//! What came from a source, in numbers, and the newest records that could not be understood.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use event::Timestamp;
use event::time::SECOND;
use serde::{Deserialize, Serialize};

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
    window_events: u64,
    rate: f64,
    rhythm: Rhythm,
}

impl Live {
    fn turn(&mut self, now: Timestamp) {
        let passed = now.0 - self.window_start;
        if passed >= RATE_WINDOW {
            let quiet = passed >= 2 * RATE_WINDOW;
            self.rate = if quiet { 0.0 } else { self.window_events as f64 / (passed as f64 / SECOND as f64) };
            self.window_start = now.0;
            self.window_events = 0;
        }
    }
}

impl Tally {
    /// Holds so many rejects per source, at first those that were saved.
    pub(crate) fn new(rejects_max: usize, saved: Rejects) -> Tally {
        let live = |rejects: Vec<Rejected>| Live { rejects: rejects.into(), ..Live::default() };
        let sources = saved.into_iter().map(|(name, rejects)| (name, live(rejects))).collect();
        Tally { sources: Mutex::new(sources), rejects_max, has_news: AtomicBool::new(false) }
    }

    /// Notes a delivery, and the time of its newest event.
    pub(crate) fn add(
        &self,
        source: &str,
        brought: Counters,
        newest: Option<Timestamp>,
        rejects: Vec<Rejected>,
        now: Timestamp,
    ) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let live = match sources.get_mut(source) {
            Some(live) => live,
            None => sources.entry(source.to_owned()).or_default(),
        };
        live.turn(now);
        live.window_events += brought.accepted;
        live.rhythm.note(brought.accepted, newest, brought.rejected, now);
        live.unsaved.add(&brought);
        if !rejects.is_empty() {
            self.has_news.store(true, Ordering::Relaxed);
        }
        live.rejects.extend(rejects);
        let over = live.rejects.len().saturating_sub(self.rejects_max);
        live.rejects.drain(..over);
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

    /// What is not in the catalogue yet, and the events per second of late.
    pub(crate) fn of(&self, source: &str, now: Timestamp) -> (Counters, f64) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        match sources.get_mut(source) {
            Some(live) => {
                live.turn(now);
                (live.unsaved.clone(), live.rate)
            }
            None => (Counters::default(), 0.0),
        }
    }

    /// When deliveries came since the start.
    pub(crate) fn rhythm(&self, source: &str) -> Rhythm {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.get(source).map(|live| live.rhythm.clone()).unwrap_or_default()
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
        let tally = Tally::new(3, Rejects::new());
        let at = |s: i64| Timestamp(1_795_298_319_000_000 + s * SECOND);
        let reject = |line| Rejected {
            time: String::new(),
            format: "json".into(),
            line,
            reason: "no".into(),
            excerpt: String::new(),
        };
        let brought = Counters { accepted: 50, ..Counters::default() };
        tally.add("edge", brought.clone(), None, (1..=4).map(reject).collect(), at(0));
        tally.add("edge", brought, None, vec![], at(5));
        assert_eq!(tally.rejects("edge").iter().map(|r| r.line).collect::<Vec<_>>(), [4, 3, 2]);
        assert_eq!(tally.of("edge", at(10)).1, 10.0);
        assert_eq!(tally.of("edge", at(40)).1, 0.0);
        assert_eq!(tally.take_unsaved().get("edge").map(|c| c.accepted), Some(100));
        assert!(tally.take_unsaved().is_empty());

        let saved = tally.unsaved_rejects().unwrap();
        assert!(tally.unsaved_rejects().is_none());
        let tally = Tally::new(3, saved);
        assert_eq!(tally.rejects("edge").iter().map(|r| r.line).collect::<Vec<_>>(), [4, 3, 2]);
        tally.forget("edge");
        assert_eq!(tally.unsaved_rejects().map(|saved| saved.len()), Some(0));
    }
}
