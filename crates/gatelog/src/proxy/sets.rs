//! Change sets: the many calls of one declarative sync. Calls of the same operator with the same program that follow each
//! other closely belong together; reads between them keep a set open and begin none.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::catalog;

/// Sets open at once; beyond it those that are over are forgotten, then all.
const SETS_MAX: usize = 1_024;

/// The sets that are open.
#[derive(Default)]
pub(super) struct Sets(Mutex<HashMap<(String, String), (String, Instant)>>);

impl Sets {
    /// The id of the set that a call of this operator and agent belongs to; empty for a read that belongs to none, and
    /// when there is no randomness for a new one.
    pub(super) fn of(
        &self,
        operator: &str,
        agent: &str,
        is_change: bool,
        gap: Duration,
        now: Instant,
    ) -> String {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let who = (operator.to_owned(), agent.to_owned());
        let is_open = |last: &Instant| now.saturating_duration_since(*last) <= gap;
        if let Some((id, last)) = sets.get_mut(&who)
            && is_open(last)
        {
            *last = now;
            return id.clone();
        }
        if !is_change {
            return String::new();
        }
        if sets.len() >= SETS_MAX {
            sets.retain(|_, (_, last)| is_open(last));
        }
        if sets.len() >= SETS_MAX {
            sets.clear();
        }
        let Ok(random) = catalog::random::<8>() else { return String::new() };
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        sets.insert(who, (id.clone(), now));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_gaps_are_one_set_and_reads_keep_it_open() {
        let (sets, gap, start) = (Sets::default(), Duration::from_secs(5), Instant::now());
        let at = |s: u64| start + Duration::from_secs(s);
        assert_eq!(sets.of("ada", "deck", false, gap, at(0)), "");
        let first = sets.of("ada", "deck", true, gap, at(1));
        assert_eq!(first.len(), 16);
        assert_eq!(sets.of("ada", "deck", false, gap, at(5)), first);
        assert_eq!(sets.of("ada", "deck", true, gap, at(10)), first);
        assert_ne!(sets.of("bo", "deck", true, gap, at(10)), first);
        assert_ne!(sets.of("ada", "adc", true, gap, at(10)), first);
        assert_ne!(sets.of("ada", "deck", true, gap, at(16)), first);
        for n in 0..2 * SETS_MAX {
            sets.of(&n.to_string(), "deck", true, gap, at(16));
        }
        assert!(sets.0.lock().unwrap().len() <= SETS_MAX);
    }
}
