//! Holds with a filter: which days have an event that matches. What was counted of a day is remembered, so that it is read
//! again only when events were added to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use event::time::DAY;
use ledger::{Found, Seek, View};
use query::{Budget, Filter};

/// Days remembered of one filter; beyond it, it is forgotten and counted again.
const DAYS_MAX: usize = 40_000;

/// The events that a filter seeks.
#[derive(Debug)]
pub(crate) struct Sought {
    filter: Filter,
    /// By day: how many events there were, and how many of them matched.
    counted: Mutex<BTreeMap<i64, (u64, u64)>>,
}

impl Sought {
    /// What is found of a day within a budget; none when that did not suffice.
    pub(crate) fn count(&self, view: &View, day: i64, budget: &Budget) -> query::Result<Option<Found>> {
        let from = day.saturating_mul(DAY);
        let rows = view.sources(from, from.saturating_add(DAY)).iter().map(ledger::Source::rows).sum();
        let counted = || self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        // A day only grows until it goes as a whole.
        if let Some((_, events)) = counted().get(&day).filter(|(of, _)| *of == rows) {
            return Ok(Some(Found { events: *events, was_read: false }));
        }
        let Some(events) = query::matches::of_day(view, &self.filter, day, budget)? else { return Ok(None) };
        let mut counted = counted();
        if counted.len() >= DAYS_MAX {
            counted.clear();
        }
        counted.insert(day, (rows, events));
        Ok(Some(Found { events, was_read: true }))
    }
}

impl Seek for Sought {
    fn seek(&self, view: &View, day: i64) -> Result<Found, String> {
        let found = self.count(view, day, &Budget::new()).map_err(|error| error.to_string())?;
        found.ok_or_else(|| "it could not be counted within the bounds of memory".to_owned())
    }
}

/// All filters of holds, by their text.
#[derive(Default)]
pub(crate) struct AllSought(Mutex<BTreeMap<String, Arc<Sought>>>);

impl AllSought {
    /// The one with that filter. A text that is no filter seeks everything: what it was meant to keep is not removed.
    pub(crate) fn of(&self, text: &str) -> Arc<Sought> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let filter = Filter::parse(text).unwrap_or_else(|_| Filter::all());
            Arc::new(Sought { filter, counted: Mutex::default() })
        };
        Arc::clone(all.entry(text.to_owned()).or_insert_with(make))
    }

    /// Forgets those that no hold has any more.
    pub(crate) fn forget_others(&self, is_held: impl Fn(&str) -> bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|text, _| is_held(text));
    }
}
