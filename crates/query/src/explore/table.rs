//! What was counted: sums for each combination of values, now and before, bucket by bucket.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::mem;

use event::FieldId;
use event::column::{Dict, Texts};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::sums::Sums;
use super::{MANY, Measure, Question};
use crate::budget::Budget;
use crate::tally::{Numbered, Numbers};

/// Different combinations of values of one question at most; further ones are counted together.
pub const GROUPS_MAX: usize = 100_000;
/// Distinct values counted for one measure at most, over all rows of an answer.
pub const UNIQUE_MAX: usize = 1_000_000;

/// Values are brought together when there are so many more.
const SORTED_MIN: usize = 1 << 16;

/// The number of what is counted together because there are too many combinations.
pub(crate) const REST: u32 = 0;

/// Memory of one cell beside its latencies, in bytes.
const CELL_BYTES: usize = 160;

/// Everything that was counted.
pub(crate) struct Table {
    /// The texts of each split.
    dicts: Vec<Dict>,
    groups: Groups,
    cells: Cells,
    /// Everything once, even where a call is in several combinations; by place.
    all: Numbered<u32, Sums>,
    uniques: Vec<Unique>,
    durations: Vec<FieldId>,
    /// Buckets of one period.
    width: u32,
    largest: Option<Largest>,
    pub(crate) is_full: bool,
    /// Whether all was counted from rows, so that times are exact.
    pub(crate) is_exact: bool,
}

/// Only the largest combinations are asked for.
#[derive(Clone, Copy)]
pub(super) struct Largest {
    pub(super) most: usize,
    pub(super) measure: Measure,
    /// Those with less of it are not listed.
    pub(super) least: u64,
    /// What those have that were left out, now.
    left_out: u64,
}

/// Combinations, numbered.
struct Groups {
    /// The number of the text of each split, of one combination after the other; those of [`REST`] are 0.
    keys: Vec<u32>,
    splits: usize,
    len: u32,
    index: HashTable<u32>,
}

impl Groups {
    fn new(splits: usize) -> Groups {
        Groups { keys: vec![0; splits], splits, len: 1, index: HashTable::new() }
    }

    fn key(&self, group: u32) -> &[u32] {
        key_of(&self.keys, self.splits, group)
    }

    fn find(&self, key: &[u32]) -> Option<u32> {
        self.index.find(hash(key), |group| self.key(*group) == key).copied()
    }

    /// The number of a combination; none when it is new and there is no room.
    fn number(&mut self, key: &[u32]) -> Option<u32> {
        if let Some(group) = self.find(key) {
            return Some(group);
        }
        if self.len as usize > GROUPS_MAX {
            return None;
        }
        let group = self.len;
        self.len += 1;
        self.keys.extend(key);
        let (keys, splits) = (&self.keys, self.splits);
        self.index.insert_unique(hash(key), group, |group| hash(key_of(keys, splits, *group)));
        Some(group)
    }
}

fn key_of(keys: &[u32], splits: usize, group: u32) -> &[u32] {
    let at = group as usize * splits;
    keys.get(at..at + splits).unwrap_or(&[])
}

fn hash(key: impl std::hash::Hash) -> u64 {
    FixedState::default().hash_one(key)
}

/// Places whose cells are found by the number of the combination alone: those of a list, now and before.
const DIRECT: usize = 2;
/// In place of a cell that is not there.
const NO_CELL: u32 = u32::MAX;

/// The sums of combinations at places.
#[derive(Default)]
struct Cells {
    /// Combination and place of each.
    of: Vec<(u32, u32)>,
    sums: Vec<Sums>,
    /// By combination, those of the first places.
    direct: Vec<[u32; DIRECT]>,
    /// Those of all other places.
    index: HashTable<u32>,
}

impl Cells {
    fn find(&self, cell: (u32, u32)) -> Option<usize> {
        if (cell.1 as usize) < DIRECT {
            let at = *self.direct.get(cell.0 as usize)?.get(cell.1 as usize)?;
            return (at != NO_CELL).then_some(at as usize);
        }
        let found = self.index.find(hash(cell), |at| self.of.get(*at as usize) == Some(&cell));
        found.map(|at| *at as usize)
    }

    fn add(&mut self, cell: (u32, u32), sums: Sums) -> usize {
        let at = self.of.len();
        self.of.push(cell);
        self.sums.push(sums);
        let (group, place) = (cell.0 as usize, cell.1 as usize);
        if place < DIRECT {
            if self.direct.len() <= group {
                self.direct.resize(group + 1, [NO_CELL; DIRECT]);
            }
            self.direct
                .get_mut(group)
                .and_then(|of| of.get_mut(place))
                .into_iter()
                .for_each(|slot| *slot = at as u32);
            return at;
        }
        let of = &self.of;
        self.index.insert_unique(hash(cell), at as u32, |at| hash_of(of, *at));
        at
    }
}

/// That of the cell there.
fn hash_of(cells: &[(u32, u32)], at: u32) -> u64 {
    hash(cells.get(at as usize).copied().unwrap_or_default())
}

/// Distinct values of one measure.
#[derive(Default)]
struct Unique {
    dict: Dict,
    /// The cell and the value; by cell and each once up to `settled`.
    seen: Vec<(u32, u32)>,
    settled: usize,
    /// Bytes that were noted as held.
    held: usize,
    /// How many each cell has.
    counts: Vec<u32>,
    totals: Numbered<u32, u64>,
    is_full: bool,
}

impl Unique {
    fn has(&mut self, cell: usize, value: u32) {
        if self.seen.len() >= (2 * self.settled).max(SORTED_MIN) {
            self.sort();
        }
        self.seen.push((cell as u32, value));
    }

    /// Brings the values of each cell together and leaves each once; in a time that grows no faster than what there is.
    fn sort(&mut self) {
        if self.settled == self.seen.len() {
            return;
        }
        let cells = self.seen.iter().map(|(cell, _)| *cell as usize + 1).max().unwrap_or(0);
        let mut starts = vec![0_u32; cells];
        self.seen
            .iter()
            .for_each(|(cell, _)| starts.get_mut(*cell as usize).into_iter().for_each(|n| *n += 1));
        let mut next = 0;
        starts.iter_mut().for_each(|start| next += mem::replace(start, next));
        let mut sorted = vec![(0, 0); self.seen.len()];
        for pair in &self.seen {
            let Some(at) = starts.get_mut(pair.0 as usize) else { continue };
            sorted.get_mut(*at as usize).into_iter().for_each(|slot| *slot = *pair);
            *at += 1;
        }
        let mut last = Last::new(self.dict.len());
        sorted.retain(|(cell, value)| last.is_new(*value, *cell));
        self.is_full |= sorted.len() > UNIQUE_MAX;
        sorted.truncate(UNIQUE_MAX);
        (self.settled, self.seen) = (sorted.len(), sorted);
    }

    /// Counts them.
    fn settle(&mut self, cells: &Cells) {
        self.sort();
        self.counts = vec![0; cells.of.len()];
        self.totals.clear();
        let mut by_place: BTreeMap<u32, Vec<&[(u32, u32)]>> = BTreeMap::new();
        for of_cell in self.seen.chunk_by(|a, b| a.0 == b.0) {
            let cell = of_cell.first().map_or(0, |(cell, _)| *cell as usize);
            self.counts.get_mut(cell).into_iter().for_each(|count| *count = of_cell.len() as u32);
            by_place.entry(cells.of.get(cell).map_or(0, |(_, place)| *place)).or_default().push(of_cell);
        }
        let mut last = Last::new(self.dict.len());
        for (place, of_place) in by_place {
            let new = of_place.into_iter().flatten().filter(|(_, value)| last.is_new(*value, place)).count();
            self.totals.insert(place, new as u64);
        }
    }
}

/// Where each value was met last.
struct Last(Vec<u32>);

impl Last {
    fn new(values: usize) -> Last {
        Last(vec![u32::MAX; values])
    }

    /// Whether it was met elsewhere last, or never. What is asked about one place has to be asked together.
    fn is_new(&mut self, value: u32, here: u32) -> bool {
        self.0.get_mut(value as usize).is_some_and(|last| mem::replace(last, here) != here)
    }
}

impl Table {
    pub(crate) fn new(question: &Question, width: usize) -> Table {
        Table {
            dicts: question.by.iter().map(|_| Dict::default()).collect(),
            groups: Groups::new(question.by.len()),
            cells: Cells::default(),
            all: Numbered::default(),
            uniques: question.uniques().map(|_| Unique::default()).collect(),
            durations: question.durations(),
            width: width as u32,
            largest: None,
            is_full: false,
            is_exact: true,
        }
    }

    /// The same, of whose combinations perhaps only so many are listed, by the first measure: the others need not all be there.
    pub(super) fn of_largest(self, most: Option<usize>, question: &Question) -> Table {
        let measure = question.first();
        let can_be = measure.adds_up() && !question.is_series();
        let largest =
            most.filter(|_| can_be).map(|most| Largest { most, measure, least: question.least, left_out: 0 });
        Table { largest, ..self }
    }

    /// Which combinations are asked for; all without it.
    pub(super) fn largest(&self) -> Option<Largest> {
        self.largest
    }

    /// What some combinations have that are left out.
    pub(super) fn leaves_out(&mut self, value: u64) {
        self.largest.iter_mut().for_each(|largest| largest.left_out += value);
    }

    /// What those combinations have of the first measure that are not there because others are larger.
    pub(crate) fn left_out(&self) -> u64 {
        self.largest.map_or(0, |largest| largest.left_out)
    }

    /// The number of a text of a split that is there.
    pub(super) fn known(&self, split: usize, text: &str) -> Option<u32> {
        self.dicts.get(split)?.find(text)
    }

    /// Whether a combination is there.
    pub(super) fn has_group(&self, key: &[u32]) -> bool {
        self.groups.find(key).is_some()
    }

    /// Counts distinct values; before that there are none.
    pub(crate) fn settle(&mut self) {
        self.uniques.iter_mut().for_each(|unique| unique.settle(&self.cells));
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
        let group = self.groups.number(key);
        self.is_full |= group.is_none();
        group.unwrap_or(REST)
    }

    /// Makes room for so many more combinations, each at one place.
    pub(super) fn reserve(&mut self, more: usize) {
        let (groups, cells) = (&mut self.groups, &mut self.cells);
        let more = more.min(GROUPS_MAX.saturating_sub(groups.len as usize));
        groups.keys.reserve(more * groups.splits);
        let (keys, splits) = (&groups.keys, groups.splits);
        groups.index.reserve(more, |group| hash(key_of(keys, splits, *group)));
        cells.of.reserve(more);
        cells.sums.reserve(more);
    }

    /// How many combinations there are.
    pub(super) fn len(&self) -> usize {
        self.groups.len as usize
    }

    /// Some distinct values of a measure are not there.
    pub(super) fn misses(&mut self, unique: usize) {
        self.uniques.get_mut(unique).into_iter().for_each(|unique| unique.is_full = true);
    }

    pub(super) fn misses_values_of(&self, unique: usize) -> bool {
        self.uniques.get(unique).is_some_and(|unique| unique.is_full)
    }

    /// The number of the cell of a combination at a place, for [`Table::sums`] and [`Table::has`].
    pub(crate) fn cell(&mut self, group: u32, place: u32, budget: &Budget) -> usize {
        let found = self.cells.find((group, place));
        found.unwrap_or_else(|| {
            budget.hold(CELL_BYTES);
            self.cells.add((group, place), Sums::new(&self.durations))
        })
    }

    /// The sums of a cell.
    pub(crate) fn sums(&mut self, cell: usize) -> Option<&mut Sums> {
        self.cells.sums.get_mut(cell)
    }

    /// The sums of everything at a place.
    pub(crate) fn everything(&mut self, place: u32) -> &mut Sums {
        let durations = &self.durations;
        self.all.entry(place).or_insert_with(|| Sums::new(durations))
    }

    /// The number of a text of the measure that counts distinct ones.
    pub(crate) fn value(&mut self, unique: usize, text: &str) -> u32 {
        self.uniques.get_mut(unique).map_or(0, |unique| unique.dict.number(text))
    }

    /// A cell has a value of the measure that counts distinct ones.
    pub(crate) fn has(&mut self, unique: usize, cell: usize, value: u32, budget: &Budget) {
        if let Some(unique) = self.uniques.get_mut(unique).filter(|_| value != 0) {
            unique.has(cell, value);
            let bytes = unique.seen.capacity() * size_of::<(u32, u32)>();
            budget.hold(bytes.saturating_sub(unique.held));
            unique.held = unique.held.max(bytes);
        }
    }

    /// The combinations by number, without the rest.
    pub(crate) fn groups(&self) -> impl Iterator<Item = u32> {
        1..self.groups.len
    }

    /// The text of a combination for one split.
    pub(crate) fn text(&self, group: u32, split: usize) -> &str {
        self.dicts.get(split).map_or("", |dict| dict.get(self.key(group, split)))
    }

    /// The number of the text of a combination for one split.
    pub(super) fn key(&self, group: u32, split: usize) -> u32 {
        self.groups.key(group).get(split).copied().unwrap_or(0)
    }

    /// A combination without its last split.
    pub(crate) fn but_last(&self, group: u32) -> &[u32] {
        self.groups.key(group).split_last().map_or(&[], |(_, others)| others)
    }

    /// Those combinations but for the last split of which there are more than so many with it, here or where that was found
    /// before.
    pub(crate) fn with_many(&self, max: usize) -> Numbers<&[u32]> {
        let mut counts: Numbered<&[u32], usize> = Numbered::default();
        let last = self.dicts.len().saturating_sub(1);
        let many = self.dicts.last().and_then(|dict| dict.find(MANY));
        for group in self.groups() {
            let is_many = many == Some(self.key(group, last));
            *counts.entry(self.but_last(group)).or_default() += if is_many { max + 1 } else { 1 };
        }
        counts.into_iter().filter(|(_, count)| *count > max).map(|(others, _)| others).collect()
    }

    /// All texts of a split, by number.
    pub(super) fn texts(&self, split: usize) -> Texts {
        self.dicts.get(split).map_or_else(Texts::default, |dict| dict.texts().clone())
    }

    /// The texts of a measure that counts distinct ones, and the cell and the number of the text of each.
    pub(super) fn values(&self, unique: usize) -> Option<(&Texts, &[(u32, u32)])> {
        self.uniques.get(unique).map(|unique| (unique.dict.texts(), unique.seen.as_slice()))
    }

    /// The sums of a combination, if there were calls.
    pub(crate) fn at(&self, group: u32, place: u32) -> Option<&Sums> {
        self.cells.sums.get(self.cells.find((group, place))?)
    }

    /// Every combination and place with calls, by the number of the cell.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (u32, u32, &Sums)> {
        let cells = &self.cells;
        cells.of.iter().zip(&cells.sums).map(|((group, place), sums)| (*group, *place, sums))
    }

    /// The sums of everything, if there were calls.
    pub(crate) fn total(&self, place: u32) -> Option<&Sums> {
        self.all.get(&place)
    }

    /// Distinct values of a combination; of everything without one.
    pub(crate) fn distinct(&self, unique: usize, group: Option<u32>, place: u32) -> u64 {
        let Some(unique) = self.uniques.get(unique) else { return 0 };
        match group {
            Some(group) => {
                let count = self.cells.find((group, place)).and_then(|cell| unique.counts.get(cell));
                count.copied().map_or(0, u64::from)
            }
            None => unique.totals.get(&place).copied().unwrap_or(0),
        }
    }

    /// Whether some distinct values were not counted.
    pub(crate) fn misses_values(&self) -> bool {
        self.uniques.iter().any(|unique| unique.is_full)
    }
}
