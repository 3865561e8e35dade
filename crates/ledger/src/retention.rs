//! How long what is kept, which days a hold keeps beyond that, and what the days there are take.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::PoisonError;

use crate::error::{Result, Tried};
use crate::ledger::Ledger;

/// How long access events and roll-ups are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days that events are kept.
    pub days: i64,
    /// Days that roll-ups are kept.
    pub rollup_days: i64,
    /// Days since the epoch that stay, however old they are.
    pub held: Vec<RangeInclusive<i64>>,
}

impl Retention {
    /// Whether a hold keeps that day.
    pub fn is_held(&self, day: i64) -> bool {
        self.held.iter().any(|days| days.contains(&day))
    }

    /// Whether the time of that day's events is over.
    pub fn is_over(&self, day: i64, today: i64) -> bool {
        day < today - self.days && !self.is_held(day)
    }

    /// Whether the time of that day's roll-ups is over.
    pub fn cells_are_over(&self, day: i64, today: i64) -> bool {
        day < today - self.rollup_days && !self.is_held(day)
    }
}

/// What a day of sealed events takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayUse {
    /// The day, in days since the epoch.
    pub day: i64,
    /// How many events.
    pub events: u64,
    /// Bytes of the files and their roll-ups.
    pub bytes: u64,
}

impl Ledger {
    /// How long what is kept now.
    pub fn retention(&self) -> Retention {
        self.shared.retention()
    }

    /// Keeps for so long from now on. When this returns, nothing is being removed by what held before. It waits for the
    /// step of the background work that is under way.
    pub fn retain(&self, retention: Retention) {
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        *self.shared.retention.lock().unwrap_or_else(PoisonError::into_inner) = retention;
        drop(keeper);
    }

    /// What each day of sealed events takes, the oldest first. What is not sealed yet is not in it.
    pub fn days(&self) -> Result<Vec<DayUse>> {
        let parts = std::sync::Arc::clone(&self.shared.content().parts);
        let mut days: BTreeMap<i64, DayUse> = BTreeMap::new();
        for place in parts.iter().map(|part| &part.place) {
            let cells = self.shared.disk.open(&place.rollup).and_then(|file| file.len());
            let of_day = days.entry(place.day).or_insert(DayUse { day: place.day, ..DayUse::default() });
            of_day.events += place.rows;
            of_day.bytes += place.bytes + cells.tried("measuring", &place.rollup)?;
        }
        Ok(days.into_values().collect())
    }

    /// The days of which only roll-ups are left.
    pub fn days_of_cells(&self) -> Vec<i64> {
        self.shared.content().kept.iter().map(|kept| kept.day).collect()
    }
}
