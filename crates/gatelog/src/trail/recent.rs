//! What was asked a moment ago. Pages ask the same again and again; the same question of the same operator from the same
//! address is one event a minute, so that looking cannot fill the trail.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

use event::Timestamp;
use event::time::MINUTE;

/// Questions remembered at most; with more, some are recorded again.
const QUESTIONS_MAX: usize = 4_096;

/// Questions of the last minute.
#[derive(Default)]
pub(crate) struct Recent {
    hasher: RandomState,
    asked: Mutex<HashMap<u64, Timestamp>>,
}

impl Recent {
    /// Whether it was not asked within the last minute.
    pub(crate) fn is_new(&self, question: impl Hash, now: Timestamp) -> bool {
        let key = self.hasher.hash_one(question);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |then: &Timestamp| (0..MINUTE).contains(&(now.0 - then.0));
        if asked.get(&key).is_some_and(is_recent) {
            return false;
        }
        if asked.len() >= QUESTIONS_MAX {
            asked.retain(|_, then| is_recent(then));
        }
        if asked.len() >= QUESTIONS_MAX {
            asked.clear();
        }
        asked.insert(key, now);
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
        // A clock that went back hides nothing.
        assert!(recent.is_new("a", at(0)));
        for n in 0..3 * QUESTIONS_MAX {
            recent.is_new(n, at(70));
        }
        assert!(recent.asked.lock().unwrap().len() <= QUESTIONS_MAX);
    }
}
