//! What was counted: sums for each combination of values, now and before, bucket by bucket.

use event::FieldId;
use event::column::{Dict, Texts};

use std::collections::{HashMap, HashSet};

use super::sums::Sums;
use super::{MANY, Question};
use crate::budget::Budget;
use crate::tally::{Numbered, Numbers};

/// Different combinations of values of one question at most; further ones are counted together.
pub const GROUPS_MAX: usize = 100_000;
/// Distinct values counted for one measure at most, over all rows of an answer.
pub const UNIQUE_MAX: usize = 1_000_000;

/// The number of what is counted together because there are too many combinations.
pub(crate) const REST: u32 = 0;

/// Memory of one cell beside its latencies, in bytes.
const CELL_BYTES: usize = 160;

/// Everything that was counted.
pub(crate) struct Table {
    /// The texts of each split.
    dicts: Vec<Dict>,
    index: Numbered<Box<[u32]>, u32>,
    /// The texts of each combination by its number; that of [`REST`] is empty.
    keys: Vec<Box<[u32]>>,
    /// By combination and place: a period and a bucket.
    cells: Numbered<(u32, u32), Sums>,
    /// Everything once, even where a call is in several combinations; by place.
    all: Numbered<u32, Sums>,
    uniques: Vec<Unique>,
    durations: Vec<FieldId>,
    /// Buckets of one period.
    width: u32,
    pub(crate) is_full: bool,
    /// Whether all was counted from rows, so that times are exact.
    pub(crate) is_exact: bool,
}

/// Distinct values of one measure.
#[derive(Default)]
struct Unique {
    dict: Dict,
    seen: Numbers<(u32, u32, u32)>,
    counts: Numbered<(u32, u32), u64>,
    all: Numbers<(u32, u32)>,
    totals: Numbered<u32, u64>,
    is_full: bool,
}

impl Table {
    pub(crate) fn new(question: &Question, width: usize) -> Table {
        Table {
            dicts: question.by.iter().map(|_| Dict::default()).collect(),
            index: Numbered::default(),
            keys: vec![Box::default()],
            cells: Numbered::default(),
            all: Numbered::default(),
            uniques: question.uniques().map(|_| Unique::default()).collect(),
            durations: question.durations(),
            width: width as u32,
            is_full: false,
            is_exact: true,
        }
    }

    /// Where a bucket of a period is.
    pub(crate) fn place(&self, period: usize, bucket: usize) -> u32 {
        period as u32 * self.width + (bucket as u32).min(self.width.saturating_sub(1))
    }

    /// The number of a text of a split.
    pub(crate) fn number(&mut self, split: usize, text: &str) -> u32 {
        self.dicts.get_mut(split).map_or(0, |dict| dict.number(text))
    }

    /// The same; none for a text that is not there yet when there is no room for another combination.
    pub(crate) fn number_if_room(&mut self, split: usize, text: &str) -> Option<u32> {
        match self.is_full && !text.is_empty() {
            true => self.dicts.get(split)?.find(text),
            false => Some(self.number(split, text)),
        }
    }

    /// The number of a combination; [`REST`] when there are too many.
    pub(crate) fn group(&mut self, key: &[u32]) -> u32 {
        if let Some(group) = self.index.get(key) {
            return *group;
        }
        if self.keys.len() > GROUPS_MAX {
            self.is_full = true;
            return REST;
        }
        let group = self.keys.len() as u32;
        self.keys.push(key.into());
        self.index.insert(key.into(), group);
        group
    }

    /// How many combinations there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Some distinct values of a measure are not there.
    pub(super) fn misses(&mut self, unique: usize) {
        self.uniques.get_mut(unique).into_iter().for_each(|unique| unique.is_full = true);
    }

    pub(super) fn misses_values_of(&self, unique: usize) -> bool {
        self.uniques.get(unique).is_some_and(|unique| unique.is_full)
    }

    /// The sums of a combination at a place.
    pub(crate) fn cell(&mut self, group: u32, place: u32, budget: &Budget) -> &mut Sums {
        let durations = &self.durations;
        self.cells.entry((group, place)).or_insert_with(|| {
            budget.hold(CELL_BYTES);
            Sums::new(durations)
        })
    }

    /// The sums of everything at a place.
    pub(crate) fn everything(&mut self, place: u32) -> &mut Sums {
        let durations = &self.durations;
        self.all.entry(place).or_insert_with(|| Sums::new(durations))
    }

    /// A combination has a value of the measure that counts distinct ones.
    pub(crate) fn has(&mut self, unique: usize, group: u32, place: u32, text: &str, budget: &Budget) {
        let Some(unique) = self.uniques.get_mut(unique).filter(|_| !text.is_empty()) else { return };
        let value = unique.dict.number(text);
        if unique.seen.len() >= UNIQUE_MAX {
            unique.is_full |= !unique.seen.contains(&(group, place, value));
            return;
        }
        if unique.seen.insert((group, place, value)) {
            budget.hold(24);
            *unique.counts.entry((group, place)).or_default() += 1;
            if unique.all.insert((place, value)) {
                *unique.totals.entry(place).or_default() += 1;
            }
        }
    }

    /// The combinations by number, without the rest.
    pub(crate) fn groups(&self) -> impl Iterator<Item = u32> {
        1..self.keys.len() as u32
    }

    /// The text of a combination for one split.
    pub(crate) fn text(&self, group: u32, split: usize) -> &str {
        self.dicts.get(split).map_or("", |dict| dict.get(self.key(group, split)))
    }

    /// The number of the text of a combination for one split.
    pub(super) fn key(&self, group: u32, split: usize) -> u32 {
        self.keys.get(group as usize).and_then(|key| key.get(split)).copied().unwrap_or(0)
    }

    /// A combination without its last split.
    pub(crate) fn but_last(&self, group: u32) -> &[u32] {
        self.keys.get(group as usize).and_then(|key| key.split_last()).map_or(&[], |(_, others)| others)
    }

    /// Those combinations but for the last split of which there are more than so many with it, here or where that was found
    /// before.
    pub(crate) fn with_many(&self, max: usize) -> HashSet<&[u32]> {
        let mut counts: HashMap<&[u32], usize> = HashMap::new();
        let last = self.dicts.len().saturating_sub(1);
        for group in self.groups() {
            let is_many = self.text(group, last) == MANY;
            *counts.entry(self.but_last(group)).or_default() += if is_many { max + 1 } else { 1 };
        }
        counts.into_iter().filter(|(_, count)| *count > max).map(|(others, _)| others).collect()
    }

    /// All texts of a split, by number.
    pub(super) fn texts(&self, split: usize) -> Texts {
        self.dicts.get(split).map_or_else(Texts::default, |dict| dict.texts().clone())
    }

    /// Combination, place and each distinct value of a measure.
    pub(super) fn values(&self, unique: usize) -> impl Iterator<Item = (u32, u32, &str)> {
        let uniques = self.uniques.get(unique).into_iter();
        uniques.flat_map(|u| u.seen.iter().map(|(group, place, value)| (*group, *place, u.dict.get(*value))))
    }

    /// The sums of a combination, if there were calls.
    pub(crate) fn at(&self, group: u32, place: u32) -> Option<&Sums> {
        self.cells.get(&(group, place))
    }

    /// Every combination and place with calls.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (u32, u32, &Sums)> {
        self.cells.iter().map(|((group, place), sums)| (*group, *place, sums))
    }

    /// The sums of everything, if there were calls.
    pub(crate) fn total(&self, place: u32) -> Option<&Sums> {
        self.all.get(&place)
    }

    /// Distinct values of a combination; of everything without one.
    pub(crate) fn distinct(&self, unique: usize, group: Option<u32>, place: u32) -> u64 {
        let Some(unique) = self.uniques.get(unique) else { return 0 };
        let found = match group {
            Some(group) => unique.counts.get(&(group, place)),
            None => unique.totals.get(&place),
        };
        found.copied().unwrap_or(0)
    }

    /// Whether some distinct values were not counted.
    pub(crate) fn misses_values(&self) -> bool {
        self.uniques.iter().any(|unique| unique.is_full)
    }
}
