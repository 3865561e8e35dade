//! Finds entities by id, name or alias as they were at a moment. A table of hashes leads to lives; whether a life
//! really had that text then is looked up in it, so texts are not held twice.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::entity::Entity;
use super::life::{From, Life, Lives};

/// Fewer entities are in the processor's caches anyway.
const READ_AHEAD_LIVES_MIN: usize = 2_000;

/// The entities of one kind and one origin.
#[derive(Clone, Debug)]
pub(crate) struct Names<T> {
    table: HashTable<(u64, u32)>,
    lives: Vec<Life<T>>,
    hasher: RandomState,
}

/// How well a text fits: an id better than a name, a name better than an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Alias,
    Name,
    Id,
}

/// What a text led to.
#[derive(Debug)]
pub(crate) enum Found<'a, T> {
    /// To nothing.
    None,
    /// To one entity.
    One(&'a Arc<T>),
    /// To several that fit alike: which was meant is not guessed.
    Several,
}

impl<'a, T> Found<'a, T> {
    /// The one.
    pub(crate) fn one(self) -> Option<&'a Arc<T>> {
        if let Found::One(entity) = self { Some(entity) } else { None }
    }
}

impl<T: Entity> Names<T> {
    /// The index of all that was ever said.
    pub(crate) fn of(lives: &Lives<T>) -> Names<T> {
        let mut names = Names {
            table: HashTable::new(),
            lives: lives.iter().map(|(_, life)| life.clone()).collect(),
            hasher: RandomState::default(),
        };
        let mut hashes = Vec::new();
        for (at, life) in names.lives.iter().enumerate() {
            hashes.clear();
            for entity in life.versions().iter().filter_map(|version| version.said.as_deref()) {
                let texts = entity.id().into_iter().chain([entity.name()]);
                for text in texts.chain(entity.aliases().iter().map(String::as_str)) {
                    let hash = names.hasher.hash_one(text);
                    if !text.is_empty() && !hashes.contains(&hash) {
                        hashes.push(hash);
                        names.table.insert_unique(hash, (hash, at as u32), |(hash, _)| *hash);
                    }
                }
            }
        }
        names
    }

    /// Every entity that had this text at that moment, and how well it fits.
    pub(crate) fn all<'a, 't>(
        &'a self,
        text: &'t str,
        at: From,
    ) -> impl Iterator<Item = (Fit, &'a Arc<T>)> + use<'a, 't, T> {
        let hash = self.hasher.hash_one(text);
        self.table.iter_hash(hash).filter(move |(found, _)| *found == hash).filter_map(move |(_, life)| {
            let entity = self.lives.get(*life as usize)?.at(at)?;
            fit(&**entity, text).map(|fit| (fit, entity))
        })
    }

    /// The entity that fits best.
    pub(crate) fn find<'a>(&'a self, text: &str, at: From) -> Found<'a, T> {
        let mut best = (None, Found::None);
        if text.is_empty() {
            return best.1;
        }
        for (fit, entity) in self.all(text, at) {
            match best.0.cmp(&Some(fit)) {
                std::cmp::Ordering::Less => best = (Some(fit), Found::One(entity)),
                std::cmp::Ordering::Equal => best.1 = Found::Several,
                std::cmp::Ordering::Greater => {}
            }
        }
        best.1
    }

    /// Reads what finding these texts is going to read. The way from a text to its entity is a chain of reads, and in a
    /// large directory each of them waits for the memory; read link by link for all texts, many of them are
    /// under way at once. Returns the entities, as they were said last.
    pub(crate) fn read_ahead<'a, 't>(&'a self, texts: impl Iterator<Item = &'t str>) -> Vec<&'a T> {
        if self.lives.len() < READ_AHEAD_LIVES_MIN {
            return Vec::new();
        }
        let hashes: Vec<u64> = texts.map(|text| self.hasher.hash_one(text)).collect();
        let first =
            |hash: &u64| self.table.iter_hash(*hash).find(|(found, _)| found == hash).map(|hit| hit.1);
        let places: Vec<u32> = hashes.iter().filter_map(first).collect();
        let lives: Vec<&[_]> =
            places.iter().filter_map(|place| Some(self.lives.get(*place as usize)?.versions())).collect();
        let entities: Vec<&T> = lives.iter().filter_map(|life| life.last()?.said.as_deref()).collect();
        let names: Vec<&str> = entities.iter().map(|entity| entity.name()).collect();
        let ends = names.iter().filter_map(|name| name.as_bytes().last());
        std::hint::black_box(ends.fold(0_u8, |sum, byte| sum ^ byte));
        entities
    }

    /// The name of the entity, or the text itself where there is none: who writes by hand need not list all.
    pub(crate) fn name<'a>(&'a self, text: &'a str, at: From) -> &'a str {
        self.find(text, at).one().map_or(text, |entity| entity.label())
    }

    /// The life at a place, as it was at a moment.
    pub(crate) fn get(&self, place: u32, at: From) -> Option<&Arc<T>> {
        self.lives.get(place as usize)?.at(at)
    }

    /// Every life.
    pub(crate) fn lives(&self) -> &[Life<T>] {
        &self.lives
    }
}

fn fit<T: Entity>(entity: &T, text: &str) -> Option<Fit> {
    if entity.id() == Some(text) {
        Some(Fit::Id)
    } else if entity.name() == text {
        Some(Fit::Name)
    } else {
        entity.aliases().iter().any(|alias| alias == text).then_some(Fit::Alias)
    }
}
