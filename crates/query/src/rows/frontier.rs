//! What is still to be read: a heap of files and units by the best time they may hold. Everything better than the
//! best of it has been seen.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use ledger::{Source, Unit, View};

use super::Order;
use crate::error::Result;
use crate::range::Range;

/// What is left of a walk. Times are turned so that what comes first is greater.
pub(super) struct Frontier {
    /// The range, cut at the cursor: rows before it need not be looked at.
    pub(super) from: i64,
    pub(super) to: i64,
    order: Order,
    left: BinaryHeap<Left>,
    start: Option<i64>,
    /// Files opened so far.
    pub(super) files: u64,
}

struct Left {
    best: i64,
    what: What,
}

enum What {
    Source(Source),
    Unit(Unit),
}

impl PartialEq for Left {
    fn eq(&self, other: &Self) -> bool {
        self.best == other.best
    }
}

impl Eq for Left {}

impl PartialOrd for Left {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Left {
    fn cmp(&self, other: &Self) -> Ordering {
        self.best.cmp(&other.best)
    }
}

impl Frontier {
    /// All that may hold rows of a range after a place.
    pub(super) fn new(view: &View, range: Range, order: Order, after: Option<(i64, i64)>) -> Frontier {
        let (mut from, mut to) = (range.from.0, range.to.0);
        match (after, order) {
            (Some((time, _)), Order::Descending) => to = to.min(time.saturating_add(1)),
            (Some((time, _)), Order::Ascending) => from = from.max(time),
            (None, _) => {}
        }
        let mut all = Frontier { from, to, order, left: BinaryHeap::new(), start: None, files: 0 };
        for source in view.sources(from, to) {
            let best = all.best_of(source.time_min(), source.time_max());
            all.left.push(Left { best, what: What::Source(source) });
        }
        all.start = all.best();
        all
    }

    fn best_of(&self, low: i64, high: i64) -> i64 {
        match self.order {
            Order::Descending => high.min(self.to.saturating_sub(1)),
            Order::Ascending => low.max(self.from).saturating_neg(),
        }
    }

    /// The best that is left.
    pub(super) fn best(&self) -> Option<i64> {
        self.left.peek().map(|next| next.best)
    }

    /// Whether all that is as good as the beginning has been read: a walk that stops here has come further.
    pub(super) fn is_past_start(&self, best: i64) -> bool {
        self.start.is_some_and(|start| best < start)
    }

    /// The next unit, while `goes_on` says so of the best that is left.
    pub(super) fn next(&mut self, goes_on: impl Fn(&Frontier, i64) -> bool) -> Result<Option<(i64, Unit)>> {
        while let Some(best) = self.best() {
            if !goes_on(self, best) {
                break;
            }
            match self.left.pop().map(|next| next.what) {
                Some(What::Source(source)) => {
                    self.files += u64::from(source.path().is_some());
                    for unit in source.units()? {
                        if unit.time_min < self.to && unit.time_max >= self.from {
                            self.put(self.best_of(unit.time_min, unit.time_max), unit);
                        }
                    }
                }
                Some(What::Unit(unit)) => return Ok(Some((best, unit))),
                None => break,
            }
        }
        Ok(None)
    }

    /// Puts in what has not been read.
    pub(super) fn put(&mut self, best: i64, unit: Unit) {
        self.left.push(Left { best, what: What::Unit(unit) });
    }
}
