//! What was counted from the rows of units, and what of it is kept: a question that is asked again adds up what each day gave, or
//! all days that are over, and reads only units that are new.

use std::collections::{BTreeMap, HashMap};
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

use ledger::Unit;
use ledger::numbers::Numbers;

use super::sums::{Packed, Sums};
use super::table::{REST, Table};
use super::{MANY, Question};
use crate::budget::Budget;
use crate::reader::Reader;

/// Groups of the rows of some units in one period, with their texts. Buckets are counted from that of the first row, so that
/// it holds whatever the range is.
#[derive(Default)]
pub(super) struct Grouped {
    /// For each split, the distinct texts.
    pub(super) words: Vec<Vec<String>>,
    /// For each split, the place of each group's text in `words`.
    pub(super) keys: Vec<Numbers>,
    pub(super) buckets: Numbers,
    pub(super) sums: Packed,
    /// For each measure of distinct values: group and value.
    pub(super) uniques: Vec<Vec<(u32, String)>>,
    /// Of everything, bucket by bucket.
    pub(super) all: Packed,
}

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
        let first = place.buckets.0;
        // The number of each group's text, split by split.
        let mut number = |(split, (words, keys)): (usize, (&Vec<String>, &Numbers))| -> Vec<Option<u32>> {
            let numbers: Vec<Option<u32>> =
                words.iter().map(|word| table.number_if_room(split, word)).collect();
            keys.iter().map(|key| numbers.get(key as usize).copied().flatten()).collect()
        };
        let splits: Vec<_> = self.words.iter().zip(&self.keys).enumerate().map(&mut number).collect();
        let mut groups = Vec::with_capacity(self.sums.len());
        let mut key = Vec::with_capacity(splits.len());
        let mut buckets = self.buckets.iter();
        self.sums.each(|at, sums| {
            key.clear();
            key.extend(splits.iter().map_while(|numbers| numbers.get(at).copied().flatten()));
            let group = if key.len() == splits.len() { table.group(&key) } else { REST };
            let place = table.place(place.period, first + buckets.next().unwrap_or(0) as usize);
            table.cell(group, place, budget).add(sums);
            groups.push((group, place));
        });
        self.all.each(|bucket, sums| {
            if sums.calls > 0 {
                let place = table.place(place.period, first + bucket);
                table.everything(place).add(sums);
            }
        });
        for (unique, pairs) in self.uniques.iter().enumerate() {
            for (group, text) in pairs {
                let Some((group, place)) = groups.get(*group as usize).copied() else { continue };
                table.has(unique, group, place, text, budget);
            }
        }
    }

    /// What a table of one period holds; none when it does not hold all.
    fn of(table: &Table, question: &Question, buckets: usize) -> Option<Grouped> {
        if table.is_full || table.misses_values() {
            return None;
        }
        let mut cells: Vec<(u32, u32, &Sums)> = table.cells().collect();
        cells.sort_unstable_by_key(|(group, place, _)| (*group, *place));
        let at: HashMap<(u32, u32), u32> =
            cells.iter().zip(0..).map(|((group, place, _), at)| ((*group, *place), at)).collect();
        let all: Vec<Sums> =
            (0..buckets as u32).map(|place| table.total(place).cloned().unwrap_or_default()).collect();
        let splits = 0..question.by.len();
        let unique = |unique: usize| {
            let values = table.values(unique);
            values
                .filter_map(|(group, place, text)| Some((*at.get(&(group, place))?, text.to_owned())))
                .collect()
        };
        let column = |split: usize| cells.iter().map(|(group, ..)| table.key(*group, split).into()).collect();
        Some(Grouped {
            words: splits.clone().map(|split| table.texts(split)).collect(),
            keys: splits.map(column).collect(),
            buckets: cells.iter().map(|(_, place, _)| u64::from(*place)).collect(),
            sums: Packed::new(&cells.iter().map(|(.., sums)| (*sums).clone()).collect::<Vec<_>>()),
            uniques: (0..question.uniques().count()).map(unique).collect(),
            all: Packed::new(&all),
        })
    }

    /// Bytes of memory held, about.
    fn memory_bytes(&self) -> usize {
        let texts = self.words.iter().flatten().chain(self.uniques.iter().flatten().map(|(_, text)| text));
        texts.map(|text| text.len() + size_of::<(u32, String)>()).sum::<usize>()
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
    open: Mutex<BTreeMap<i64, Day>>,
    /// The latest day: more files may come, so its units are kept one by one.
    latest: i64,
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
    /// What is known: of each day, or of all.
    found: Vec<Found>,
    is_known: bool,
}

impl Run {
    fn of(place: Place) -> Run {
        Run { place, days: Vec::new(), units: Vec::new(), found: Vec::new(), is_known: false }
    }
}

/// One day is kept already.
const RUN_DAYS_MIN: usize = 2;

/// Kept in place of a run that is too large.
struct TooLarge;

impl<'a> Kept<'a> {
    pub(super) fn new(
        question: &'a Question,
        reader: &'a Reader<'a>,
        periods: &'a [Vec<i64>],
        asked: String,
    ) -> Kept<'a> {
        Kept { question, reader, periods, asked, open: Mutex::default(), latest: i64::MAX }
    }

    /// What is asked of units in a period, and where their buckets begin.
    fn name(&self, place: Place) -> Arc<str> {
        let (first, last) = place.buckets;
        let edges =
            self.periods.get(place.period).and_then(|edges| edges.get(first + 1..=last)).unwrap_or(&[]);
        format!("{} {edges:?}", self.asked).into()
    }

    /// Hands out the days that are known; gives back the units that are left.
    pub(super) fn take_days(&mut self, units: Vec<Unit>, mut take: impl FnMut(Place, &Grouped)) -> Vec<Unit> {
        let mut days: BTreeMap<Option<i64>, Vec<Unit>> = BTreeMap::new();
        units.into_iter().for_each(|unit| days.entry(unit.day()).or_default().push(unit));
        self.latest = days.keys().next_back().copied().flatten().unwrap_or(i64::MAX);
        let mut runs = self.runs(&days);
        for run in runs.extract_if(.., |run| run.is_known) {
            run.found.iter().for_each(|(place, known)| take(*place, known));
            run.days.iter().for_each(|day| drop(days.remove(&Some(*day))));
        }
        let mut left = Vec::new();
        let mut open = BTreeMap::new();
        for (day, units) in days.into_iter().rev() {
            let place = day.and_then(|_| self.place(&units));
            let known = |place: Place| self.reader.view.counted::<Grouped>(&units, &self.name(place));
            if let Some(place) = place {
                if let Some(known) = known(place) {
                    take(place, &known);
                    let run = runs.iter_mut().find(|run| day.is_some_and(|day| run.days.contains(&day)));
                    run.into_iter().for_each(|run| run.found.push((place, Arc::clone(&known))));
                    continue;
                }
                if units.len() > 1 {
                    let found = Vec::with_capacity(units.len());
                    open.extend(day.map(|day| (day, Day { place, units: units.clone(), found })));
                }
            }
            left.extend(units);
        }
        runs.iter().filter(|run| run.found.len() == run.days.len()).for_each(|run| self.keep_run(run));
        self.open = Mutex::new(open);
        left
    }

    /// The days that are over of each period and bucket, where there are several.
    fn runs(&self, days: &BTreeMap<Option<i64>, Vec<Unit>>) -> Vec<Run> {
        let mut runs: BTreeMap<(usize, usize), Run> = BTreeMap::new();
        for (day, units) in days.iter().filter_map(|(day, units)| Some(((*day)?, units))) {
            let place = self.place(units).filter(|place| place.buckets.0 == place.buckets.1);
            let Some(place) = place.filter(|_| day != self.latest) else { continue };
            let run = runs.entry((place.period, place.buckets.0)).or_insert_with(|| Run::of(place));
            run.days.push(day);
            run.units.extend(units.iter().cloned());
        }
        runs.retain(|_, run| run.days.len() >= RUN_DAYS_MIN);
        let view = self.reader.view;
        for run in runs.values_mut() {
            let name = self.name(run.place);
            if let Some(known) = view.counted::<Grouped>(&run.units, &name) {
                run.found.push((run.place, known));
                run.is_known = true;
            } else if view.counted::<TooLarge>(&run.units, &name).is_some() {
                run.days.clear();
            }
        }
        runs.into_values().filter(|run| !run.days.is_empty()).collect()
    }

    /// Adds up what the days of a run gave and keeps that, or that it is too large.
    fn keep_run(&self, run: &Run) {
        let kept = self.sum(run.place, &run.found).is_some_and(|sum| {
            let bytes = sum.memory_bytes();
            self.reader.view.keep_count(&run.units, &self.name(run.place), &Arc::new(sum), bytes)
        });
        if !kept {
            self.reader.view.keep_count(&run.units, &self.name(run.place), &Arc::new(TooLarge), 0);
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
        ledger::COUNT_BYTES_MAX * if self.question.last_max.is_some() { 4 } else { 1 }
    }

    /// Keeps what was counted: of a whole day together, else of the unit.
    pub(super) fn counted(&self, unit: &Unit, found: &[Found]) {
        let [(place, grouped)] = found else { return };
        if !place.is_whole {
            return;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let day = unit.day().and_then(|day| Some((day, open.get_mut(&day)?)));
        let Some((number, day)) = day else { return self.keep(unit, *place, grouped) };
        day.found.push((*place, Arc::clone(grouped)));
        if grouped.memory_bytes() > self.most_bytes() {
            open.remove(&number);
        } else if day.found.len() == day.units.len()
            && let Some(day) = open.remove(&number)
            && !self.keep_day(&day)
        {
            day.units
                .iter()
                .zip(&day.found)
                .for_each(|(unit, (place, grouped))| self.keep(unit, *place, grouped));
        }
        if number == self.latest {
            self.keep(unit, *place, grouped);
        }
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
            folded.cell(group, place, &Budget::new()).add(sums);
            folded.everything(place).add(sums);
        }
        folded
    }

    fn keep(&self, unit: &Unit, place: Place, grouped: &Arc<Grouped>) {
        let (view, bytes) = (self.reader.view, grouped.memory_bytes());
        view.keep_count(slice::from_ref(unit), &self.name(place), grouped, bytes);
    }

    /// Adds up what the units of a day gave and keeps that; false when it is too large.
    fn keep_day(&self, day: &Day) -> bool {
        let Some(grouped) = self.sum(day.place, &day.found) else { return false };
        let (view, bytes) = (self.reader.view, grouped.memory_bytes());
        view.keep_count(&day.units, &self.name(day.place), &Arc::new(grouped), bytes)
    }

    /// What was found at a place, as one; none when there is no room for all of it.
    fn sum(&self, place: Place, found: &[Found]) -> Option<Grouped> {
        let (first, last) = place.buckets;
        let buckets = last - first + 1;
        let mut table = Table::new(self.question, buckets);
        for (place, grouped) in found {
            let (from, to) = place.buckets;
            let place = Place { period: 0, buckets: (from - first, to - first), ..*place };
            grouped.add_to(&mut table, place, &Budget::new());
        }
        Grouped::of(&self.folded(table), self.question, buckets)
    }
}
