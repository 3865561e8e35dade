//! What was said of one entity, and from when: its life. What is not said any more has ended, and can begin again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// From when on, in microseconds; the beginning of time is [`BEGINNING`].
pub type From = i64;

/// Before every event.
pub const BEGINNING: From = i64::MIN;

/// What holds from a moment on: the entity, or that there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Version<T> {
    /// The moment.
    pub from: From,
    /// The entity.
    pub said: Option<Arc<T>>,
}

/// The versions of one entity, by time, the earliest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Life<T>(Arc<[Version<T>]>);

impl<T> Life<T> {
    /// The versions.
    pub fn versions(&self) -> &[Version<T>] {
        &self.0
    }

    /// What was said at a moment.
    pub fn at(&self, time: From) -> Option<&Arc<T>> {
        let after = self.0.partition_point(|version| version.from <= time);
        self.0.get(after.checked_sub(1)?)?.said.as_ref()
    }

    /// What was said last.
    pub fn now(&self) -> Option<&Arc<T>> {
        self.0.last()?.said.as_ref()
    }
}

impl<T: Clone> Life<T> {
    /// The same with another ending.
    fn then(&self, from: From, said: Option<Arc<T>>) -> Life<T> {
        let before = self.0.iter().filter(|version| version.from < from).cloned();
        Life(before.chain([Version { from, said }]).collect())
    }

    /// The same without the versions that ended by then; nothing when none is left.
    fn since(&self, cut: From) -> Option<Life<T>> {
        let ended = self.0.iter().skip(1).take_while(|next| next.from <= cut).count();
        let rest = self.0.get(ended..)?;
        match rest {
            [Version { said: None, .. }] => None,
            _ if ended == 0 => Some(self.clone()),
            rest => Some(Life(rest.into())),
        }
    }
}

/// The lives of all entities of one kind, by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Lives<T>(BTreeMap<String, Life<T>>);

impl<T> Default for Lives<T> {
    fn default() -> Self {
        Lives(BTreeMap::new())
    }
}

impl<T> Lives<T> {
    /// Every life with its key, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Life<T>)> {
        self.0.iter()
    }

    /// The life of that key.
    pub fn get(&self, key: &str) -> Option<&Life<T>> {
        self.0.get(key)
    }

    /// How many versions there are.
    pub fn versions(&self) -> usize {
        self.0.values().map(|life| life.versions().len()).sum()
    }
}

impl<T: Clone> Lives<T> {
    /// Puts another entity in the place of each version that is meant; false when none is.
    pub(super) fn edit(&mut self, change: impl Fn(&T, From) -> Option<T>) -> bool {
        let mut is_known = false;
        for life in self.0.values_mut() {
            let edit = |version: &Version<T>| {
                let said = version.said.as_ref().and_then(|said| change(said, version.from));
                said.map(|said| Version { from: version.from, said: Some(Arc::new(said)) })
            };
            let edited: Vec<Option<Version<T>>> = life.0.iter().map(edit).collect();
            if edited.iter().any(Option::is_some) {
                is_known = true;
                let pairs = edited.into_iter().zip(life.0.iter());
                *life = Life(pairs.map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect());
            }
        }
        is_known
    }

    /// Says something of one entity from a moment on, not before what was said last.
    pub(super) fn say(&mut self, key: &str, from: From, said: Option<Arc<T>>) {
        match self.0.get_mut(key) {
            Some(life) => *life = life.then(from, said),
            None => drop(self.0.insert(key.to_owned(), Life(Arc::from([Version { from, said }])))),
        }
    }

    /// Forgets the versions that ended by then.
    pub(super) fn forget(&mut self, cut: From) {
        self.0.retain(|_, life| match life.since(cut) {
            Some(rest) => {
                *life = rest;
                true
            }
            None => false,
        });
    }
}

/// One version in the file: `[from, entity or null]`.
impl<T: Serialize> Serialize for Version<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.from, self.said.as_deref()).serialize(to)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Version<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (from, said) = <(From, Option<T>)>::deserialize(from)?;
        Ok(Version { from, said: said.map(Arc::new) })
    }
}

impl<T: Serialize> Serialize for Lives<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(key, life)| (key, life.versions())))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lives<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let lives = BTreeMap::<String, Vec<Version<T>>>::deserialize(from)?;
        Ok(Lives(lives.into_iter().map(|(key, versions)| (key, Life(versions.into()))).collect()))
    }
}
