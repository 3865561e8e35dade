//! What was made of files that never change, kept while there is room. What was not used for longest goes first, and what was
//! never used yet, or is part of something else that is kept, before all that was.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

/// Values by key, at most so many bytes of them.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    bytes_max: usize,
    held: HashMap<K, Held<V>, RandomState>,
    by_age: BTreeMap<u64, K>,
    bytes: usize,
    clock: u64,
}

/// How long something stays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stay {
    /// Until all that was used longer ago is gone.
    Used,
    /// It goes before all that is [`Stay::Used`], unless it is used.
    Spare,
}

/// Ages of what is spare are below it.
const USED: u64 = 1 << 63;

#[derive(Debug)]
struct Held<V> {
    age: u64,
    bytes: usize,
    value: V,
}

impl<K: Clone + Eq + Hash, V: Clone> Recent<K, V> {
    pub(crate) fn new(bytes_max: usize) -> Recent<K, V> {
        Recent { bytes_max, held: HashMap::default(), by_age: BTreeMap::new(), bytes: 0, clock: 0 }
    }

    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        self.turn(key, Stay::Used)?;
        self.held.get(key).map(|held| held.value.clone())
    }

    /// Makes a value the youngest of those that stay like this.
    pub(crate) fn turn(&mut self, key: &K, stay: Stay) -> Option<()> {
        let age = self.age(stay);
        let held = self.held.get_mut(key)?;
        self.by_age.remove(&held.age);
        held.age = age;
        self.by_age.insert(age, key.clone());
        Some(())
    }

    fn age(&mut self, stay: Stay) -> u64 {
        self.clock += 1;
        self.clock + if stay == Stay::Used { USED } else { 0 }
    }

    pub(crate) fn put(&mut self, key: K, value: V, bytes: usize, stay: Stay) {
        let age = self.age(stay);
        self.bytes += bytes;
        self.by_age.insert(age, key.clone());
        if let Some(old) = self.held.insert(key, Held { age, bytes, value }) {
            self.by_age.remove(&old.age);
            self.bytes -= old.bytes;
        }
        while self.bytes > self.bytes_max {
            let Some((_, oldest)) = self.by_age.pop_first() else { break };
            self.bytes -= self.held.remove(&oldest).map_or(0, |held| held.bytes);
        }
    }
}

/// Memory for what questions counted from rows, in bytes.
pub const COUNTS_BYTES_MAX: usize = 64 << 20;
/// What a question gave is kept when it is no larger: five of such would fill the room.
pub const COUNT_BYTES_MAX: usize = 12 << 20;
/// Bytes that an entry takes besides its value, about.
const ENTRY_BYTES: usize = 160;

/// What questions counted from the rows of sealed files. A question that is asked again counts only what is new.
pub(crate) struct Counts(Mutex<Recent<Key, Arc<dyn Any + Send + Sync>>>);

/// The question, and the files with their row groups.
pub(crate) type Key = (Arc<str>, String);

impl Default for Counts {
    fn default() -> Counts {
        Counts(Mutex::new(Recent::new(COUNTS_BYTES_MAX)))
    }
}

impl Counts {
    pub(crate) fn get<T: Send + Sync + 'static>(&self, key: &Key) -> Option<Arc<T>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key)?;
        held.downcast().ok()
    }

    pub(crate) fn turn(&self, key: &Key, stay: Stay) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).turn(key, stay);
    }

    /// Says whether it is small enough to be kept.
    pub(crate) fn put<T: Send + Sync + 'static>(
        &self,
        key: Key,
        value: &Arc<T>,
        bytes: usize,
        stay: Stay,
    ) -> bool {
        let is_small = bytes <= COUNT_BYTES_MAX;
        if is_small {
            let value: Arc<dyn Any + Send + Sync> = Arc::clone(value) as _;
            let bytes = bytes + key.1.len() + ENTRY_BYTES;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, value, bytes, stay);
        }
        is_small
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut recent = Recent::new(10);
        for key in ["a", "b", "c"] {
            recent.put(key, key.to_uppercase(), 3, Stay::Used);
        }
        assert_eq!(recent.get(&"a").as_deref(), Some("A"));
        recent.put("d", "D".to_owned(), 3, Stay::Used);
        assert_eq!(recent.get(&"b"), None);
        assert_eq!((recent.get(&"a").is_some(), recent.get(&"c").is_some()), (true, true));
        recent.put("a", "again".to_owned(), 4, Stay::Used);
        assert_eq!((recent.bytes, recent.get(&"a").as_deref()), (10, Some("again")));
        recent.put("large", String::new(), 11, Stay::Used);
        assert_eq!((recent.bytes, recent.get(&"large")), (0, None));
    }

    #[test]
    fn what_is_spare_goes_before_what_was_used_and_the_oldest_of_it_first() {
        let mut recent = Recent::new(4);
        recent.put("old", 1, 1, Stay::Used);
        for key in ["a", "b", "c", "d"] {
            recent.put(key, 1, 1, Stay::Spare);
        }
        assert_eq!((recent.get(&"a"), recent.get(&"b"), recent.get(&"old")), (None, Some(1), Some(1)));
        recent.turn(&"b", Stay::Spare);
        assert_eq!(recent.turn(&"none", Stay::Spare), None);
        recent.put("e", 1, 2, Stay::Used);
        assert_eq!((recent.get(&"c"), recent.get(&"d")), (None, None));
        assert_eq!((recent.get(&"b"), recent.get(&"e"), recent.get(&"old")), (Some(1), Some(1), Some(1)));
    }

    #[test]
    fn a_count_is_kept_by_question_and_row_group_and_not_when_it_is_large() {
        let counts = Counts::default();
        let key = |question: &str, group| (Arc::from(question), format!("access/a.parquet#{group}"));
        assert!(counts.put(key("q", 0), &Arc::new(7_u32), 4, Stay::Used));
        assert!(!counts.put(key("q", 1), &Arc::new(8_u32), COUNT_BYTES_MAX + 1, Stay::Used));
        assert_eq!(counts.get::<u32>(&key("q", 0)).as_deref(), Some(&7));
        assert!(counts.get::<u32>(&key("q", 1)).is_none());
        assert!(counts.get::<u32>(&key("other", 0)).is_none());
        assert!(counts.get::<String>(&key("q", 0)).is_none());
    }
}
