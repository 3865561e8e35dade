//! What was counted from the rows of units, and what of it is kept: a question that is asked again adds up what each day gave, or
//! all days that are over, and reads only units that are new.

use std::collections::BTreeMap;
use std::mem;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

use event::column::{Dict, Texts};
use ledger::numbers::Numbers;
use ledger::{Stay, Unit};

use super::sums::{Packed, Sums};
use super::table::{GROUPS_MAX, Largest, REST, Table};
use super::{MANY, Question};
use crate::budget::Budget;
use crate::reader::Reader;

/// Groups of the rows of some units in one period, with their texts. Buckets are counted from that of the first row, so that
/// it holds whatever the range is.
#[derive(Default)]
pub(super) struct Grouped {
    /// For each split, the distinct texts.
    pub(super) words: Vec<Texts>,
    /// For each split, the place of each group's text in `words`.
    pub(super) keys: Vec<Numbers>,
    pub(super) buckets: Numbers,
    pub(super) sums: Packed,
    pub(super) uniques: Vec<Values>,
    /// Of everything, bucket by bucket.
    pub(super) all: Packed,
    /// Whether there were more combinations; those are one, of no texts.
    pub(super) is_full: bool,
}

/// The distinct values of a measure: group and value of each.
#[derive(Default)]
pub(super) struct Values {
    words: Texts,
    groups: Numbers,
    values: Numbers,
    /// Whether there were more.
    is_full: bool,
}

impl Values {
    pub(super) fn new<'t>(pairs: impl Iterator<Item = (u32, &'t str)>, is_full: bool) -> Values {
        let mut words = Dict::default();
        let numbered: Vec<(u32, u32)> = pairs.map(|(group, text)| (group, words.number(text))).collect();
        Values {
            groups: numbered.iter().map(|(group, _)| u64::from(*group)).collect(),
            values: numbered.iter().map(|(_, value)| u64::from(*value)).collect(),
            words: words.texts().clone(),
            is_full,
        }
    }

    fn memory_bytes(&self) -> usize {
        self.words.memory_bytes() + self.groups.memory_bytes() + self.values.memory_bytes()
    }
}

/// In place of the text of what is counted together because there are too many combinations.
const NO_TEXT: u64 = u32::MAX as u64;

/// The sums of each bucket, where no row is in several groups.
pub(super) fn of_each_bucket(sums: &[Sums], buckets: &[u32]) -> Vec<Sums> {
    let last = buckets.iter().max().map_or(0, |last| *last as usize + 1);
    let mut all = vec![Sums::default(); last];
    for (sums, bucket) in sums.iter().zip(buckets) {
        all.get_mut(*bucket as usize).into_iter().for_each(|all| all.add(sums));
    }
    all
}

impl Grouped {
    /// Adds the groups to those of others.
    pub(super) fn add_to(&self, table: &mut Table, place: Place, budget: &Budget) {
        self.add(table, place, budget, None);
    }

    /// The same of the last groups of a period: where only the largest are asked for, those that cannot be among them are
    /// left out.
    pub(super) fn add_last(&self, table: &mut Table, place: Place, budget: &Budget) {
        let taken = table.largest().and_then(|largest| self.taken(table, place, largest));
        self.add(table, place, budget, taken.as_deref());
    }

    /// Which groups may be listed, or are there already; all without an answer.
    fn taken(&self, table: &mut Table, place: Place, largest: Largest) -> Option<Vec<bool>> {
        let Largest { most, measure, least, .. } = largest;
        let values: Vec<u64> = self.sums.column(measure)?.iter().collect();
        if place.period != 0 {
            // What was called before only comes after all that there is now, and not at all where there is a least.
            let has_some = |sums: &Sums| measure.of(sums).is_some_and(|n| n.real() > 0.0);
            let listed = table.cells().filter(|(.., sums)| has_some(sums)).count();
            return (least > 0 || listed > most).then(|| self.are_there(table));
        }
        let is_there = self.are_there(table);
        let others = values.iter().zip(&is_there).filter(|(n, there)| !**there && **n >= least);
        let mut others: Vec<u64> = others.map(|(n, _)| *n).collect();
        let least_taken = match most > 0 && others.len() > most {
            true => *others.select_nth_unstable_by(most - 1, |a, b| b.cmp(a)).1,
            false => least,
        };
        if least_taken == 0 {
            return None;
        }
        let taken: Vec<bool> =
            values.iter().zip(is_there).map(|(n, there)| there || *n >= least_taken).collect();
        let left_out = values.iter().zip(&taken).filter(|(n, taken)| !**taken && **n >= least);
        table.leaves_out(left_out.map(|(n, _)| *n).sum());
        Some(taken)
    }

    /// Which groups a table has, those among them that are no longer told apart.
    fn are_there(&self, table: &Table) -> Vec<bool> {
        let known = |(split, words): (usize, &Texts)| -> Vec<Option<u32>> {
            words.iter().map(|word| table.known(split, word)).collect()
        };
        let known: Vec<_> = self.words.iter().enumerate().map(known).collect();
        let mut keys: Vec<_> = self.keys.iter().map(Numbers::iter).collect();
        let mut key = Vec::with_capacity(keys.len());
        (0..self.sums.len())
            .map(|_| {
                key.clear();
                let mut is_told = true;
                for (keys, known) in keys.iter_mut().zip(&known) {
                    let text = keys.next().unwrap_or(NO_TEXT);
                    is_told &= text != NO_TEXT;
                    key.extend(known.get(text as usize).copied().flatten());
                }
                !is_told || key.len() == known.len() && table.has_group(&key)
            })
            .collect()
    }

    /// Adds those groups that are taken.
    fn add(&self, table: &mut Table, place: Place, budget: &Budget, taken: Option<&[bool]>) {
        let is_taken = |at: usize| taken.is_none_or(|taken| taken.get(at).copied().unwrap_or(true));
        let first = place.buckets.0;
        // The number of each group's text, split by split.
        let mut number = |(split, (words, keys)): (usize, (&Texts, &Numbers))| -> Vec<Option<u32>> {
            let mut is_used = vec![taken.is_none(); words.len()];
            if taken.is_some() {
                let used = keys.iter().enumerate().filter(|(at, _)| is_taken(*at));
                used.for_each(|(_, key)| {
                    is_used.get_mut(key as usize).into_iter().for_each(|used| *used = true)
                });
            }
            let numbers: Vec<Option<u32>> = words
                .iter()
                .zip(is_used)
                .map(|(word, is_used)| if is_used { table.number_if_room(split, word) } else { None })
                .collect();
            keys.iter().map(|key| numbers.get(key as usize).copied().flatten()).collect()
        };
        let splits: Vec<_> = self.words.iter().zip(&self.keys).enumerate().map(&mut number).collect();
        let groups = taken.map_or(self.sums.len(), |taken| taken.iter().filter(|taken| **taken).count());
        table.reserve(groups);
        let mut cells = vec![None; self.sums.len()];
        let mut key = Vec::with_capacity(splits.len());
        let buckets: Vec<u64> = self.buckets.iter().collect();
        self.sums.each(is_taken, |at, sums| {
            key.clear();
            key.extend(splits.iter().map_while(|numbers| numbers.get(at).copied().flatten()));
            let group = if key.len() == splits.len() { table.group(&key) } else { REST };
            let place = table.place(place.period, first + buckets.get(at).copied().unwrap_or(0) as usize);
            let cell = table.cell(group, place, budget);
            table.sums(cell).into_iter().for_each(|mine| mine.add(sums));
            cells.get_mut(at).into_iter().for_each(|slot| *slot = Some(cell));
        });
        self.all.each(
            |_| true,
            |bucket, sums| {
                if sums.calls > 0 {
                    let place = table.place(place.period, first + bucket);
                    table.everything(place).add(sums);
                }
            },
        );
        for (unique, values) in self.uniques.iter().enumerate() {
            let mut numbers = vec![None; values.words.len()];
            for (group, value) in values.groups.iter().zip(values.values.iter()) {
                let Some(cell) = cells.get(group as usize).copied().flatten() else { continue };
                let Some(number) = numbers.get_mut(value as usize) else { continue };
                let word = || table.value(unique, values.words.get(value as usize));
                let number = *number.get_or_insert_with(word);
                table.has(unique, cell, number, budget);
            }
            if values.is_full {
                table.misses(unique);
            }
        }
        table.is_full |= self.is_full;
    }

    /// What a table of one period holds.
    pub(super) fn of(mut table: Table, question: &Question, buckets: usize) -> Grouped {
        table.settle();
        let cells: Vec<(u32, u32, &Sums)> = table.cells().collect();
        let all: Vec<Sums> =
            (0..buckets as u32).map(|place| table.total(place).cloned().unwrap_or_default()).collect();
        let splits = 0..question.by.len();
        let unique = |unique: usize| {
            let (words, seen) = table.values(unique)?;
            Some(Values {
                words: words.clone(),
                groups: seen.iter().map(|(cell, _)| u64::from(*cell)).collect(),
                values: seen.iter().map(|(_, value)| u64::from(*value)).collect(),
                is_full: table.misses_values_of(unique),
            })
        };
        let key = |group: u32, split: usize| match group {
            REST if !question.by.is_empty() && table.is_full => NO_TEXT,
            group => table.key(group, split).into(),
        };
        let column = |split: usize| cells.iter().map(|(group, ..)| key(*group, split)).collect();
        Grouped {
            words: splits.clone().map(|split| table.texts(split)).collect(),
            keys: splits.map(column).collect(),
            buckets: cells.iter().map(|(_, place, _)| u64::from(*place)).collect(),
            sums: Packed::new(&cells.iter().map(|(.., sums)| (*sums).clone()).collect::<Vec<_>>()),
            uniques: (0..question.uniques().count()).filter_map(unique).collect(),
            all: Packed::new(&all),
            is_full: table.is_full,
        }
    }

    /// Bytes of memory held, about.
    pub(super) fn memory_bytes(&self) -> usize {
        self.uniques.iter().map(Values::memory_bytes).sum::<usize>()
            + self.words.iter().map(Texts::memory_bytes).sum::<usize>()
            + self.sums.memory_bytes()
            + self.all.memory_bytes()
            + self.keys.iter().chain([&self.buckets]).map(Numbers::memory_bytes).sum::<usize>()
    }
}

/// Where the rows of a unit are in the periods.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) period: usize,
    /// The first and the last bucket.
    pub(super) buckets: (usize, usize),
    /// Whether all of its rows are in the period.
    pub(super) is_whole: bool,
}

impl Place {
    /// Where a unit is in a period; none when it is elsewhere.
    pub(super) fn of(period: usize, edges: &[i64], unit: &Unit) -> Option<Place> {
        let (from, to) = (edges.first().copied()?, edges.last().copied()?);
        if unit.time_min >= to || unit.time_max < from {
            return None;
        }
        let most = edges.len().saturating_sub(2);
        let bucket = |time: i64| edges.partition_point(|edge| *edge <= time).saturating_sub(1).min(most);
        let is_whole = unit.time_min >= from && unit.time_max < to;
        Some(Place { period, buckets: (bucket(unit.time_min), bucket(unit.time_max)), is_whole })
    }

    /// That of both.
    fn with(self, other: Place) -> Place {
        let ((a, b), (c, d)) = (self.buckets, other.buckets);
        Place { buckets: (a.min(c), b.max(d)), ..self }
    }
}

/// What some units gave in a period.
pub(super) type Found = (Place, Arc<Grouped>);

/// What is known of a question, and what becomes known of it.
pub(super) struct Kept<'a> {
    question: &'a Question,
    reader: &'a Reader<'a>,
    periods: &'a [Vec<i64>],
    /// What is asked, whatever the range.
    asked: String,
    open: Mutex<Open>,
    /// The latest day: more files may come, so its units are kept one by one.
    latest: i64,
    /// How many days are asked for.
    days: usize,
}

/// What is being counted and may be kept.
#[derive(Default)]
struct Open {
    days: BTreeMap<i64, Day>,
    runs: Vec<Run>,
}

/// A day of which all units lie in one period.
struct Day {
    place: Place,
    units: Vec<Unit>,
    found: Vec<Found>,
}

/// Days that are over, all in one bucket of a period: what they gave is kept as one, too.
struct Run {
    place: Place,
    days: Vec<i64>,
    units: Vec<Unit>,
    known: Option<Arc<Grouped>>,
    /// What was added up so far, and of how many units.
    sum: Table,
    added: usize,
    /// Combinations from which on those that are too many are made one.
    folds_at: usize,
}

impl Run {
    /// Where its sum is within itself.
    fn own(&self) -> Place {
        Place { period: 0, buckets: (0, 0), ..self.place }
    }
}

/// One day is kept already.
const RUN_DAYS_MIN: usize = 2;
/// Bytes that what a day gave may take, and what a unit gave. Runs may take [`ledger::COUNT_BYTES_MAX`].
pub(super) const DAY_BYTES_MAX: usize = 1 << 20;
/// Bytes that what all days of a question gave may take: what does not fit in together would only push itself out.
pub(super) const DAYS_BYTES_MAX: usize = ledger::COUNTS_BYTES_MAX / 2;

/// Kept in place of a run that is too large.
struct TooLarge;

impl<'a> Kept<'a> {
    pub(super) fn new(
        question: &'a Question,
        reader: &'a Reader<'a>,
        periods: &'a [Vec<i64>],
        asked: String,
    ) -> Kept<'a> {
        Kept { question, reader, periods, asked, open: Mutex::default(), latest: i64::MAX, days: 1 }
    }

    /// What is asked of units in a period, and where their buckets begin.
    fn name(&self, place: Place) -> Arc<str> {
        let (first, last) = place.buckets;
        let edges =
            self.periods.get(place.period).and_then(|edges| edges.get(first + 1..=last)).unwrap_or(&[]);
        format!("{} {edges:?}", self.asked).into()
    }

    /// Hands out the days that are known, but for those that are kept as one; gives back the units that are left.
    pub(super) fn take_days(&mut self, units: Vec<Unit>, mut take: impl FnMut(Place, &Grouped)) -> Vec<Unit> {
        let mut days: BTreeMap<Option<i64>, Vec<Unit>> = BTreeMap::new();
        units.into_iter().for_each(|unit| days.entry(unit.day()).or_default().push(unit));
        self.latest = days.keys().next_back().copied().flatten().unwrap_or(i64::MAX);
        self.days = days.len();
        let mut open = Open { days: BTreeMap::new(), runs: self.runs(&days) };
        for run in open.runs.iter().filter(|run| run.known.is_some()) {
            run.days.iter().for_each(|day| drop(days.remove(&Some(*day))));
        }
        let mut left = Vec::new();
        for (day, units) in days.into_iter().rev() {
            let place = day.and_then(|_| self.place(&units));
            let known = |place: Place| self.reader.view.counted::<Grouped>(&units, &self.name(place));
            if let (Some(day), Some(place)) = (day, place) {
                if let Some(known) = known(place) {
                    if !self.add_to_run(&mut open.runs, day, &known, units.len()) {
                        take(place, &known);
                    }
                    continue;
                }
                if units.len() > 1 {
                    let found = Vec::with_capacity(units.len());
                    open.days.insert(day, Day { place, units: units.clone(), found });
                }
            }
            left.extend(units);
        }
        self.open = Mutex::new(open);
        left
    }

    /// The days that are over of each period and bucket, where there are several.
    fn runs(&self, days: &BTreeMap<Option<i64>, Vec<Unit>>) -> Vec<Run> {
        let mut runs: BTreeMap<(usize, usize), Run> = BTreeMap::new();
        for (day, units) in days.iter().filter_map(|(day, units)| Some(((*day)?, units))) {
            let place = self.place(units).filter(|place| place.buckets.0 == place.buckets.1);
            let Some(place) = place.filter(|_| day != self.latest) else { continue };
            let run = runs.entry((place.period, place.buckets.0)).or_insert_with(|| {
                let sum = Table::new(self.question, 1);
                Run {
                    place,
                    days: Vec::new(),
                    units: Vec::new(),
                    known: None,
                    sum,
                    added: 0,
                    folds_at: GROUPS_MAX / 2,
                }
            });
            run.days.push(day);
            run.units.extend(units.iter().cloned());
        }
        let view = self.reader.view;
        runs.retain(|_, run| {
            let name = self.name(run.place);
            run.known = view.counted(&run.units, &name);
            run.days.len() >= RUN_DAYS_MIN && view.counted::<TooLarge>(&run.units, &name).is_none()
        });
        runs.into_values().collect()
    }

    /// Adds what some units of a day gave to the run of the day, if there is one.
    fn add_to_run(&self, runs: &mut [Run], day: i64, grouped: &Grouped, units: usize) -> bool {
        let Some(run) = runs.iter_mut().find(|run| run.days.contains(&day)) else { return false };
        if self.question.last_max.is_some() && run.sum.len() > run.folds_at {
            run.sum = self.folded(mem::replace(&mut run.sum, Table::new(self.question, 1)));
            run.folds_at = run.folds_at.max(run.sum.len() + run.sum.len() / 2);
        }
        let own = run.own();
        grouped.add_to(&mut run.sum, own, self.reader.budget);
        run.added += units;
        true
    }

    /// Hands out what runs gave, after everything else, and keeps it when it is whole and not too large.
    pub(super) fn finish(self, mut take: impl FnMut(Place, &Grouped)) {
        let (view, question) = (self.reader.view, self.question);
        let open = mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for run in open.runs {
            if let Some(known) = &run.known {
                take(run.place, known);
                continue;
            }
            let sum = Arc::new(Grouped::of(self.folded(run.sum), question, 1));
            take(run.place, &sum);
            let name = self.name(run.place);
            let bytes = sum.memory_bytes();
            if run.added < run.units.len() {
                continue;
            }
            if !view.keep_count(&run.units, &name, &sum, bytes, Stay::Used) {
                view.keep_count(&run.units, &name, &Arc::new(TooLarge), 0, Stay::Used);
                continue;
            }
            // Its days are not needed before another one is over.
            let days = run.units.chunk_by(|a, b| a.day() == b.day());
            days.for_each(|units| view.spare_count(units, &name));
        }
    }

    /// Where all units are, when they are wholly in one period.
    fn place(&self, units: &[Unit]) -> Option<Place> {
        let whole = |unit: &Unit| {
            let places = self.periods.iter().enumerate();
            places.filter_map(|(n, edges)| Place::of(n, edges, unit)).find(|place| place.is_whole)
        };
        let places: Option<Vec<Place>> = units.iter().map(whole).collect();
        let (first, others) = places.as_ref()?.split_first()?;
        let is_same = others.iter().all(|place| place.period == first.period);
        is_same.then(|| others.iter().fold(*first, |all, place| all.with(*place)))
    }

    /// What is known of a unit.
    pub(super) fn unit(&self, unit: &Unit, places: &[Place]) -> Option<Found> {
        let place = places.first().filter(|place| place.is_whole)?;
        Some((*place, self.reader.view.counted(slice::from_ref(unit), &self.name(*place))?))
    }

    /// Bytes that a unit may give when its day is to be kept: together they are larger, unless many values become one.
    fn most_bytes(&self) -> usize {
        DAY_BYTES_MAX * if self.question.last_max.is_some() { 4 } else { 1 }
    }

    /// Takes what was counted of a unit; false when it is still to be added to the answer. It is kept: of a whole day
    /// together, else of the unit.
    pub(super) fn counted(&self, unit: &Unit, found: &[Found]) -> bool {
        let [(place, grouped)] = found else { return false };
        if !place.is_whole {
            return false;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = || _ = self.keep(slice::from_ref(unit), *place, grouped);
        let Some(number) = unit.day() else {
            keep();
            return false;
        };
        let is_taken = self.add_to_run(&mut open.runs, number, grouped, 1);
        let Some(day) = open.days.get_mut(&number) else {
            keep();
            return is_taken;
        };
        day.found.push((*place, Arc::clone(grouped)));
        if grouped.memory_bytes() > self.most_bytes() {
            open.days.remove(&number);
        } else if day.found.len() == day.units.len()
            && let Some(day) = open.days.remove(&number)
            && !self.keep_day(&day)
        {
            let each = day.units.iter().zip(&day.found);
            each.for_each(|(unit, (place, grouped))| _ = self.keep(slice::from_ref(unit), *place, grouped));
        }
        if number == self.latest {
            keep();
        }
        is_taken
    }

    /// Makes one of values of the last split that are too many.
    fn folded(&self, table: Table) -> Table {
        let Some(max) = self.question.last_max else { return table };
        let many = table.with_many(max);
        let mut folded = Table::new(self.question, 1);
        let splits = self.question.by.len();
        for (group, place, sums) in table.cells() {
            let is_many = many.contains(table.but_last(group));
            let text =
                |split: usize| if is_many && split + 1 == splits { MANY } else { table.text(group, split) };
            let key: Vec<u32> = (0..splits).map(|split| folded.number(split, text(split))).collect();
            let group = folded.group(&key);
            let cell = folded.cell(group, place, &Budget::new());
            folded.sums(cell).into_iter().for_each(|mine| mine.add(sums));
            folded.everything(place).add(sums);
        }
        folded
    }

    /// Keeps what these units gave, unless it is too large.
    fn keep(&self, units: &[Unit], place: Place, grouped: &Arc<Grouped>) -> bool {
        let bytes = grouped.memory_bytes();
        let is_latest = units.iter().all(|unit| unit.day() == Some(self.latest));
        let most =
            if is_latest { self.most_bytes() } else { DAY_BYTES_MAX.min(DAYS_BYTES_MAX / self.days.max(1)) };
        bytes <= most && self.reader.view.keep_count(units, &self.name(place), grouped, bytes, Stay::Spare)
    }

    /// Adds up what the units of a day gave and keeps that; false when it is too large.
    fn keep_day(&self, day: &Day) -> bool {
        let (first, last) = day.place.buckets;
        let buckets = last - first + 1;
        let mut table = Table::new(self.question, buckets);
        for (place, grouped) in &day.found {
            let (from, to) = place.buckets;
            let place = Place { period: 0, buckets: (from - first, to - first), ..*place };
            grouped.add_to(&mut table, place, &Budget::new());
        }
        let sum = Grouped::of(self.folded(table), self.question, buckets);
        self.keep(&day.units, day.place, &Arc::new(sum))
    }
}
