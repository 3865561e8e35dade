//! What was asked a moment ago. Pages ask the same again and again; the same question of the same operator from the same
//! address is one event a minute, or an hour, so that looking cannot fill the trail.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

use event::Timestamp;
use event::time::{HOUR, MINUTE, SECOND};

/// Questions remembered at most; with more, some are recorded again.
const QUESTIONS_MAX: usize = 4_096;
/// Questions that come side by side are this much out of order at most; with more the clock went back.
const DISORDER: i64 = SECOND / 2;

/// Questions of the last minute or hour.
#[derive(Default)]
pub(crate) struct Recent {
    hasher: RandomState,
    /// Until when each is not new.
    asked: Mutex<HashMap<u64, Timestamp>>,
}

impl Recent {
    /// Whether it was not asked within the last minute.
    pub(crate) fn is_new(&self, question: impl Hash, now: Timestamp) -> bool {
        self.is_new_within(MINUTE, question, now)
    }

    /// Whether it was not asked within the last hour: for looks at what is no event.
    pub(crate) fn is_new_this_hour(&self, question: impl Hash, now: Timestamp) -> bool {
        self.is_new_within(HOUR, question, now)
    }

    fn is_new_within(&self, length: i64, question: impl Hash, now: Timestamp) -> bool {
        let key = self.hasher.hash_one(question);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that went back hides nothing.
        let is_recent = |until: &Timestamp, length| (1..=length + DISORDER).contains(&(until.0 - now.0));
        if asked.get(&key).is_some_and(|until| is_recent(until, length)) {
            return false;
        }
        if asked.len() >= QUESTIONS_MAX {
            asked.retain(|_, until| is_recent(until, HOUR));
        }
        if asked.len() >= QUESTIONS_MAX {
            asked.clear();
        }
        asked.insert(key, Timestamp(now.0 + length));
        true
    }

    /// Forgets a question that could not be recorded.
    pub(crate) fn forget(&self, question: impl Hash) {
        let key = self.hasher.hash_one(question);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_minute_and_never_without_bound() {
        let recent = Recent::default();
        let at = |seconds: i64| Timestamp(1_795_298_319_000_000 + seconds * 1_000_000);
        assert!(recent.is_new("a", at(0)) && !recent.is_new("a", at(59)) && recent.is_new("a", at(60)));
        assert!(recent.is_new("b", at(60)));
        recent.forget("b");
        assert!(recent.is_new("b", at(60)));
        assert!(recent.is_new_this_hour("c", at(0)) && !recent.is_new_this_hour("c", at(3_599)));
        assert!(recent.is_new_this_hour("c", at(3_600)));
        // What was asked side by side comes in any order.
        let just_before = |seconds| Timestamp(at(seconds).0 - 1_000);
        assert!(recent.is_new("d", at(60)) && !recent.is_new("d", just_before(60)));
        assert!(recent.is_new_this_hour("e", at(60)) && !recent.is_new_this_hour("e", just_before(60)));
        // A clock that went back hides nothing.
        assert!(recent.is_new("a", at(0)) && recent.is_new_this_hour("c", at(3_599)));
        for n in 0..3 * QUESTIONS_MAX {
            recent.is_new(n, at(70));
        }
        assert!(recent.asked.lock().unwrap().len() <= QUESTIONS_MAX);
    }
}
