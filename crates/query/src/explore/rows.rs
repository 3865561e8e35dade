//! Answers from rows. The rows of a unit are put into groups column by column: equal pairs of group and number become
//! one group, by a table where there are few and by a fast hash where there are many. What is summed up is summed by
//! group, and only each group's texts meet those of other units.

use std::sync::Arc;

use event::column::{Column as Held, Texts};
use event::{Batch, FieldId, field};
use ledger::Unit;

use super::column::Column;
use super::kept::{Found, Grouped, Kept, Place, Values, of_each_bucket};
use super::measure::Measure;
use super::sums::{Packed, Sums};
use super::table::Table;
use super::{MANY, Question};
use crate::error::Result;
use crate::eval::{Mask, RowReasons};
use crate::lang::seen_int;
use crate::panels::{Ask, Look};
use crate::reader::{Reader, during};
use crate::scan::Selected;
use crate::tally::{Numbered, Origin};

/// Pairs of group and number up to which a table is used instead of a hash.
const PAIRS_MAX: usize = 1 << 18;

/// Counts from rows.
pub(super) fn gather(
    question: &Question,
    look: &Look<'_>,
    periods: &[Vec<i64>],
    table: &mut Table,
) -> Result<()> {
    let ends: Vec<(i64, i64)> = periods
        .iter()
        .map(|edges| (edges.first().copied().unwrap_or(0), edges.last().copied().unwrap_or(0)))
        .collect();
    let touches = |unit: &Unit| ends.iter().any(|(from, to)| unit.time_min < *to && unit.time_max >= *from);
    let (reader, ask) = (look.reader, look.ask);
    let (from, to) =
        (ends.iter().map(|e| e.0).min().unwrap_or(0), ends.iter().map(|e| e.1).max().unwrap_or(0));
    let mut units = reader.units(from, to)?;
    units.retain(touches);
    let fields = question.columns();
    let mut kept = Kept::new(question, reader, periods, fingerprint(question, look));
    units = kept.take_days(units, |place, grouped| grouped.add_to(table, place, reader.budget));
    let work = |at: usize, unit: &Unit| -> Result<(usize, Vec<Found>)> {
        let places: Vec<Place> =
            periods.iter().enumerate().filter_map(|(n, edges)| Place::of(n, edges, unit)).collect();
        let found = match kept.unit(unit, &places) {
            Some(known) => vec![known],
            None => count_unit(question, (reader, ask), unit, &fields, periods, &places)?,
        };
        Ok((at, found))
    };
    let stop = reader.each(&units, work, |(at, found)| {
        if !units.get(at).is_some_and(|unit| kept.counted(unit, &found)) {
            found.iter().for_each(|(place, grouped)| grouped.add_to(table, *place, reader.budget));
        }
    })?;
    kept.finish(|place, grouped| grouped.add_last(table, place, reader.budget));
    look.note(Origin::Rows, stop);
    Ok(())
}

/// What is asked of each unit, whatever the range.
pub(super) fn fingerprint(question: &Question, look: &Look<'_>) -> String {
    let (zone, hours) = (look.ask.zone.name(), look.ask.given.hours);
    format!("{question:?} {:?} {zone} {hours:?}", look.reader.filter)
}

/// Counts the rows of a unit in the periods it touches.
fn count_unit(
    question: &Question,
    (reader, ask): (&Reader<'_>, &Ask),
    unit: &Unit,
    fields: &[FieldId],
    periods: &[Vec<i64>],
    places: &[Place],
) -> Result<Vec<Found>> {
    let whole = places.iter().filter(|place| place.is_whole);
    let none = || whole.clone().map(|place| (*place, Arc::default())).collect();
    if !reader.compiled.may_match(unit)? {
        return Ok(none());
    }
    let ends = |place: &Place| -> Option<(i64, i64)> {
        let edges = periods.get(place.period)?;
        Some((*edges.first()?, *edges.last()?))
    };
    let read = Selected::read(reader, unit, fields, |batch| {
        let mask = reader.compiled.mask(batch);
        let within = |place: &Place| {
            let mut inside = mask.clone();
            if let Some((from, to)) = ends(place).filter(|_| !place.is_whole) {
                inside.and(&during(batch, from, to));
            }
            inside
        };
        places.iter().map(within).collect()
    })?;
    let Some(read) = read else { return Ok(none()) };
    let grouped = |(place, mask): (&Place, &Mask)| {
        let (first, last) = place.buckets;
        let edges = periods.get(place.period).and_then(|edges| edges.get(first..=last + 1)).unwrap_or(&[]);
        (*place, Arc::new(group_rows(question, ask, read.batch(), mask, edges)))
    };
    let masks = places.iter().zip(&read.masks).filter(|(place, mask)| place.is_whole || !mask.is_empty());
    Ok(masks.map(grouped).collect())
}

/// Rows in groups: the group of each place, and the place of each group's first row.
#[derive(Clone)]
struct Groups {
    of: Vec<u32>,
    count: u32,
}

impl Groups {
    fn one(places: usize) -> Groups {
        Groups { of: vec![0; places], count: u32::from(places > 0) }
    }

    /// Splits the groups by a number of each place, of which there are `numbers`.
    fn refine(&mut self, numbers: usize, number: impl Fn(usize) -> u32) {
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            next - 1
        };
        let pairs = (self.count as usize).saturating_mul(numbers);
        if pairs <= PAIRS_MAX {
            let mut known = vec![u32::MAX; pairs];
            for (at, group) in self.of.iter_mut().enumerate() {
                let pair = *group as usize * numbers + number(at) as usize;
                if let Some(slot) = known.get_mut(pair) {
                    if *slot == u32::MAX {
                        *slot = fresh();
                    }
                    *group = *slot;
                }
            }
        } else {
            let mut known: Numbered<u64, u32> = Numbered::default();
            for (at, group) in self.of.iter_mut().enumerate() {
                let pair = u64::from(*group) << 32 | u64::from(number(at));
                *group = *known.entry(pair).or_insert_with(&mut fresh);
            }
        }
        self.count = next;
    }

    /// Makes one of those groups that are more than `max` in a group of others. Says of each group whether it is such a one.
    fn fold(&mut self, others: &Groups, max: usize) -> Vec<bool> {
        let other = |at: &usize| others.of.get(*at).map_or(0, |other| *other as usize);
        let of_each: Vec<usize> = self.firsts().iter().map(other).collect();
        let mut sizes = vec![0_usize; others.count as usize];
        of_each.iter().for_each(|other| sizes.get_mut(*other).into_iter().for_each(|size| *size += 1));
        let mut folded = vec![u32::MAX; others.count as usize];
        let mut are_many = Vec::new();
        let mut renumber = |other: &usize| {
            let is_many = sizes.get(*other).is_some_and(|size| *size > max);
            let known = folded.get_mut(*other).filter(|_| is_many);
            if let Some(known) = known.as_ref().filter(|known| ***known != u32::MAX) {
                return **known;
            }
            are_many.push(is_many);
            let next = are_many.len() as u32 - 1;
            known.into_iter().for_each(|known| *known = next);
            next
        };
        let numbers: Vec<u32> = of_each.iter().map(&mut renumber).collect();
        for group in &mut self.of {
            *group = numbers.get(*group as usize).copied().unwrap_or(0);
        }
        self.count = are_many.len() as u32;
        are_many
    }

    /// A place of each group.
    fn firsts(&self) -> Vec<usize> {
        let mut firsts = vec![usize::MAX; self.count as usize];
        for (at, group) in self.of.iter().enumerate() {
            if let Some(first) = firsts.get_mut(*group as usize)
                && *first == usize::MAX
            {
                *first = at;
            }
        }
        firsts
    }
}

fn group_rows(question: &Question, ask: &Ask, batch: &Batch, mask: &Mask, edges: &[i64]) -> Grouped {
    let column = |split: &super::Split| Column::new(batch, split, &ask.zone, &ask.given.hours);
    let columns: Vec<Column<'_>> = question.by.iter().map(column).collect();
    let rows = mask.rows();
    let (places, elements) = spread(&columns, &rows);
    let bucket = bucket_of(question, batch, edges);
    let buckets = edges.len().saturating_sub(1).max(1);
    let row_at = |at: usize| places.get(at).copied().unwrap_or(0);
    let number = |split: usize, at: usize| -> u32 {
        match elements.get(split).and_then(Option::as_ref) {
            Some(ids) => ids.get(at).copied().unwrap_or(0),
            None => columns.get(split).map_or(0, |column| column.id(row_at(at))),
        }
    };
    let mut groups = Groups::one(places.len());
    let mut are_many = Vec::new();
    for (split, column) in columns.iter().enumerate() {
        let others =
            question.last_max.filter(|_| split + 1 == columns.len()).map(|max| (groups.clone(), max));
        groups.refine(column.numbers(), |at| number(split, at));
        if let Some((others, max)) = others {
            are_many = groups.fold(&others, max);
        }
    }
    if let Some(bucket) = &bucket {
        groups.refine(buckets, |at| bucket.get(row_at(at) as usize).copied().unwrap_or(0));
    }
    let firsts = groups.firsts();
    let sums = Summing::new(question, batch).sum(&groups, row_at);
    let uniques = question.uniques().map(|split| distinct(&groups, &column(split), row_at)).collect();
    let mut words = Vec::new();
    let mut keys = Vec::new();
    for (split, column) in columns.iter().enumerate() {
        let numbers = firsts.iter().map(|at| number(split, *at));
        let (mut own, mut places) = used(column, numbers);
        if split + 1 == columns.len() && are_many.contains(&true) {
            let many = own.len() as u32;
            own.push(MANY);
            places.iter_mut().zip(&are_many).filter(|(_, is)| **is).for_each(|(place, _)| *place = many);
        }
        words.push(own);
        keys.push(places.into_iter().map(u64::from).collect());
    }
    let bucket_at =
        |at: &usize| bucket.as_ref().and_then(|b| b.get(row_at(*at) as usize)).copied().unwrap_or(0);
    let of_buckets: Vec<u32> = firsts.iter().map(bucket_at).collect();
    let all = match columns.iter().any(Column::is_list) {
        false => of_each_bucket(&sums, &of_buckets),
        true => {
            let row_at = |at: usize| rows.get(at).copied().unwrap_or(0);
            let of = rows
                .iter()
                .map(|row| bucket.as_ref().and_then(|b| b.get(*row as usize)).copied().unwrap_or(0));
            let groups = Groups { of: of.collect(), count: buckets as u32 };
            Summing::new(question, batch).sum(&groups, row_at)
        }
    };
    Grouped {
        words,
        keys,
        buckets: of_buckets.into_iter().map(u64::from).collect(),
        sums: Packed::new(&sums),
        uniques,
        all: Packed::new(&all),
        is_full: false,
    }
}

/// The texts in use, and the place of each number's text among them.
fn used(column: &Column<'_>, numbers: impl Iterator<Item = u32>) -> (Texts, Vec<u32>) {
    let mut known: Numbered<u32, u32> = Numbered::default();
    let mut words = Texts::default();
    let places = numbers.map(|number| {
        *known.entry(number).or_insert_with(|| {
            words.push(column.text(number));
            words.len() as u32 - 1
        })
    });
    let places = places.collect();
    (words, places)
}

/// The rows, those with several values of a split several times, with the number of the value beside.
fn spread(columns: &[Column<'_>], rows: &[u32]) -> (Vec<u32>, Vec<Option<Vec<u32>>>) {
    let mut places = rows.to_vec();
    let mut elements: Vec<Option<Vec<u32>>> = columns.iter().map(|_| None).collect();
    for (split, column) in columns.iter().enumerate().filter(|(_, column)| column.is_list()) {
        let (mut wider, mut ids, mut from) = (Vec::new(), Vec::new(), Vec::new());
        for (at, row) in places.iter().enumerate() {
            for id in column.ids(*row) {
                wider.push(*row);
                ids.push(*id);
                from.push(at);
            }
        }
        for earlier in elements.iter_mut().flatten() {
            *earlier = from.iter().map(|at| earlier.get(*at).copied().unwrap_or(0)).collect();
        }
        places = wider;
        if let Some(slot) = elements.get_mut(split) {
            *slot = Some(ids);
        }
    }
    (places, elements)
}

/// The bucket of every row, for answers over time.
fn bucket_of(question: &Question, batch: &Batch, edges: &[i64]) -> Option<Vec<u32>> {
    let Some(Held::Int(times)) = batch.column(field::TIME).filter(|_| question.is_series()) else {
        return None;
    };
    let (mut known, mut bucket) = (0..0, 0);
    let last = edges.len().saturating_sub(2);
    Some(
        times
            .iter()
            .map(|time| {
                if !known.contains(time) {
                    let at = edges.partition_point(|edge| edge <= time).saturating_sub(1).min(last);
                    let edge = |at: usize| edges.get(at).copied().unwrap_or(i64::MAX);
                    (known, bucket) = (edge(at)..edge(at + 1), at as u32);
                }
                bucket
            })
            .collect(),
    )
}

/// The distinct values of each group.
fn distinct(groups: &Groups, column: &Column<'_>, row_at: impl Fn(usize) -> u32) -> Values {
    let mut pairs: crate::tally::Numbers<(u32, u32)> = Default::default();
    for (at, group) in groups.of.iter().enumerate() {
        match column.is_list() {
            true => pairs.extend(column.ids(row_at(at)).iter().map(|id| (*group, *id))),
            false => {
                pairs.insert((*group, column.id(row_at(at))));
            }
        }
    }
    Values::new(pairs.into_iter().map(|(group, id)| (group, column.text(id))), false)
}

/// The columns that are summed up.
struct Summing<'a> {
    durations: Vec<FieldId>,
    status: Option<&'a Held>,
    reasons: Option<RowReasons<'a>>,
    bytes: Option<&'a Held>,
    seen: Option<&'a Held>,
    times: Vec<(Option<&'a Held>, bool)>,
}

impl<'a> Summing<'a> {
    fn new(question: &Question, batch: &'a Batch) -> Summing<'a> {
        let outcome = question.measures.iter().any(|m| m.needs_outcome());
        let durations = question.durations();
        let with_bucket = |field: FieldId| {
            question.measures.iter().any(|m| matches!(m, Measure::Percentile(_, of) if *of == field))
        };
        Summing {
            status: batch.column(field::STATUS).filter(|_| outcome),
            reasons: outcome.then(|| RowReasons::new(batch)),
            bytes: batch
                .column(field::RESPONSE_BYTES)
                .filter(|_| question.measures.contains(&Measure::Bytes)),
            seen: batch.column(field::TIME).filter(|_| question.seen),
            times: durations.iter().map(|field| (batch.column(*field), with_bucket(*field))).collect(),
            durations,
        }
    }

    fn sum(&self, groups: &Groups, row_at: impl Fn(usize) -> u32) -> Vec<Sums> {
        let mut sums: Vec<Sums> = (0..groups.count).map(|_| Sums::new(&self.durations)).collect();
        for (at, group) in groups.of.iter().enumerate() {
            let Some(sums) = sums.get_mut(*group as usize) else { continue };
            let row = row_at(at) as usize;
            let int = |column: Option<&Held>| column.and_then(|c| c.int(row));
            let status = seen_int(field::STATUS, int(self.status)).unwrap_or(0);
            sums.count(status, self.reasons.as_ref().is_some_and(|r| r.get(row) != 0), 1);
            sums.bytes += int(self.bytes).map_or(0, |n| n.max(0) as u64);
            if let Some(time) = int(self.seen) {
                sums.see(time, time);
            }
            for ((column, with_bucket), times) in self.times.iter().zip(&mut sums.times) {
                if let Some(micros) = int(*column) {
                    times.took(micros, *with_bucket);
                }
            }
        }
        sums
    }
}
