//! Which events were there already: the keys of at least the last [`GENERATION_KEYS`] events, at most twice as
//! many. A retried delivery within that window is recognised; one that comes later is stored a second time.
//! Knows no event, only keys that are hashes already.
//!
//! Two generations: keys go into the young one; when it is full the old one is dropped and the young becomes
//! the old. Memory: 9.5 MB a generation at most. Keys come from what clients send, so their place in the table
//! is mixed with a number drawn at the start: nobody can aim for one place.
//!
//! ```text
//! keys of a segment = magic:8 "GLKEYS\r\n" count:u64 key:u64{count} crc:u32          little endian
//! ```

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Keys in one generation.
pub const GENERATION_KEYS: usize = 900_000;

const MAGIC: [u8; 8] = *b"GLKEYS\r\n";

/// The keys seen lately.
pub struct Seen {
    young: HashTable<u64>,
    old: HashTable<u64>,
    generation_keys: usize,
    mix: RandomState,
}

impl Default for Seen {
    fn default() -> Self {
        Seen::with_generation(GENERATION_KEYS)
    }
}

impl Seen {
    /// Nothing seen yet, with generations of this many keys.
    pub fn with_generation(generation_keys: usize) -> Self {
        Seen { young: HashTable::new(), old: HashTable::new(), generation_keys, mix: RandomState::default() }
    }

    /// From the keys of earlier events, oldest first.
    pub fn restore(keys: impl IntoIterator<Item = u64>) -> Self {
        let mut seen = Seen::default();
        for key in keys {
            seen.insert(key);
        }
        seen
    }

    /// Notes a key; false when it was seen before.
    pub fn insert(&mut self, key: u64) -> bool {
        let hash = self.mix.hash_one(key);
        if self.old.find(hash, |other| *other == key).is_some() {
            return false;
        }
        if self.young.find(hash, |other| *other == key).is_some() {
            return false;
        }
        if self.young.len() >= self.generation_keys {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert_unique(hash, key, |key| self.mix.hash_one(key));
        true
    }

    /// Takes a key back that was noted for an event which could not be stored.
    pub fn remove(&mut self, key: u64) {
        let hash = self.mix.hash_one(key);
        for generation in [&mut self.young, &mut self.old] {
            if let Ok(entry) = generation.find_entry(hash, |other| *other == key) {
                entry.remove();
            }
        }
    }

    /// Whether a key was seen.
    pub fn contains(&self, key: u64) -> bool {
        let hash = self.mix.hash_one(key);
        [&self.young, &self.old]
            .into_iter()
            .any(|generation| generation.find(hash, |other| *other == key).is_some())
    }

    /// How many keys are known.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All keys, those of the older generation first: what [`Seen::restore`] takes.
    pub fn keys(&self) -> impl Iterator<Item = u64> {
        self.old.iter().chain(&self.young).copied()
    }
}

/// The keys of a segment as bytes, for a file beside it.
pub fn encode_keys(keys: &[u64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(20 + 8 * keys.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&(keys.len() as u64).to_le_bytes());
    keys.iter().for_each(|key| out.extend_from_slice(&key.to_le_bytes()));
    let crc = crc32fast::hash(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// The keys of a segment read back; `None` when the bytes are damaged.
pub fn decode_keys(bytes: &[u8]) -> Option<Vec<u64>> {
    let (body, crc) = bytes.split_last_chunk::<4>()?;
    let keys = body.strip_prefix(&MAGIC)?.strip_prefix(&count_of(body)?.to_le_bytes())?;
    let (keys, rest) = keys.as_chunks::<8>();
    let whole = rest.is_empty() && u32::from_le_bytes(*crc) == crc32fast::hash(body);
    (whole && keys.len() as u64 == count_of(body)?)
        .then(|| keys.iter().map(|key| u64::from_le_bytes(*key)).collect())
}

fn count_of(body: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(*body.get(8..)?.first_chunk::<8>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_least_one_generation_is_remembered_and_two_at_most() {
        let mut seen = Seen::with_generation(100);
        for key in 0..1000_u64 {
            assert!(seen.insert(key));
            assert!(!seen.insert(key));
            assert!((key.saturating_sub(99)..=key).all(|key| seen.contains(key)));
            assert!(seen.len() <= 200);
        }
        assert!(seen.insert(0), "long forgotten");
        seen.remove(0);
        assert!(seen.insert(0));
        assert!(!Seen::restore(seen.keys()).insert(999));
    }

    proptest! {
        #[test]
        fn keys_are_read_back_and_any_damage_is_seen(
            keys in prop::collection::vec(any::<u64>(), 0..50), at in any::<usize>(), bit in 0_u32..8,
        ) {
            let mut bytes = encode_keys(&keys);
            prop_assert_eq!(decode_keys(&bytes), Some(keys));
            let at = at % bytes.len();
            prop_assert_eq!(decode_keys(&bytes[..at]), None);
            bytes[at] ^= 1_u8 << bit;
            prop_assert_eq!(decode_keys(&bytes), None);
        }
    }
}
