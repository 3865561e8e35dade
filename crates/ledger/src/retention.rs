//! How long what is kept, which days a hold keeps beyond that, and what the days there are take.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, PoisonError};

use crate::archive::Archive;
use crate::error::{Error, Result, Tried};
use crate::ledger::Ledger;
use crate::view::View;

/// How long access events and roll-ups are kept.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Days that events are kept.
    pub days: i64,
    /// Days that roll-ups are kept.
    pub rollup_days: i64,
    /// What stays, however old it is.
    pub held: Vec<Held>,
}

/// Days that stay, however old they are.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which, in days since the epoch.
    pub days: RangeInclusive<i64>,
    /// Of them only those with an event that is sought; without, all.
    pub only: Option<Arc<dyn Seek>>,
}

/// Looks for events that must stay in a day that is about to go. Such a day stays as a whole.
pub trait Seek: Send + Sync + fmt::Debug {
    /// How many such events the sealed files of a UTC day have; in words why nobody can say.
    fn seek(&self, view: &View, day: i64) -> std::result::Result<Found, String>;
}

/// What was found in a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Events.
    pub events: u64,
    /// Whether files were read to find out.
    pub was_read: bool,
}

impl Retention {
    /// Whether a hold keeps that day whatever is in it.
    pub fn is_held(&self, day: i64) -> bool {
        self.held.iter().any(|held| held.only.is_none() && held.days.contains(&day))
    }

    /// Whether the time of that day's events is over. Something in it may still be sought: [`Retention::sought`].
    pub fn is_over(&self, day: i64, today: i64) -> bool {
        day < today - self.days && !self.is_held(day)
    }

    /// Whether the time of that day's roll-ups is over. Once its events are gone nobody can say what they were: whatever is
    /// sought in that day keeps them.
    pub fn cells_are_over(&self, day: i64, today: i64) -> bool {
        day < today - self.rollup_days && !self.held.iter().any(|held| held.days.contains(&day))
    }

    /// Who looks for events in that day.
    pub fn seekers(&self, day: i64) -> impl Iterator<Item = &Arc<dyn Seek>> {
        self.held.iter().filter(move |held| held.days.contains(&day)).filter_map(|held| held.only.as_ref())
    }

    /// What is found of all that is sought in a day, up to the first that is found.
    pub(crate) fn sought(&self, view: &View, day: i64) -> Result<Found> {
        let mut all = Found::default();
        for seeker in self.seekers(day) {
            let what = |why| Error::Refused { what: format!("removing a day that a hold may keep: {why}") };
            let found = seeker.seek(view, day).map_err(what)?;
            all = Found { events: found.events, was_read: all.was_read || found.was_read };
            if found.events > 0 {
                break;
            }
        }
        Ok(all)
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

    /// No day is removed before it is safe there. To be said once, before the first [`Ledger::tend`].
    pub fn archive_to(&self, archive: Arc<dyn Archive>) {
        let _ = self.shared.archive.set(archive);
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
