//! Answers from roll-ups: which cubes hold a question, and their cells as combinations of its splits.

use event::{Kind, Timestamp, field};
use ledger::{CUBES, Cube, Symbols};

use super::cases;
use super::clock::Hours;
use super::days;
use super::split::Place;
use super::table::Table;
use super::{Measure, Question};
use crate::cellular::Cellular;
use crate::error::Result;
use crate::histogram::{CLASSES, class, reason_words};
use crate::lang::{Filter, Node, Target, Test};
use crate::panels::Look;
use crate::range::{Range, Zone};
use crate::tally::{Hit, Numbered, TRAFFIC, Want, is_held};

/// What is read off which cube.
pub(super) struct Plan {
    counts: Option<Reading>,
    times: Option<Reading>,
    /// The periods, cut where the clock says something else.
    fine: Vec<Vec<i64>>,
    /// Whether calls are in several combinations, so that everything is counted apart.
    is_list: bool,
}

/// A cube, and where its cells have the splits and the distinct values.
#[derive(Clone)]
struct Reading {
    cube: &'static Cube,
    splits: Vec<Place>,
    uniques: Vec<Place>,
}

impl Reading {
    fn new(question: &Question, cube: &'static Cube, look: &Look<'_>, fine: &[Vec<i64>]) -> Option<Reading> {
        // No bucket may begin inside of its shortest stretches.
        let inner = |edges: &'_ Vec<i64>| edges.get(1..edges.len().saturating_sub(1)).unwrap_or(&[]).to_vec();
        let mut begins = fine.iter().flat_map(inner);
        if begins.any(|edge| edge.rem_euclid(cube.finest().micros()) != 0) {
            return None;
        }
        let places = |splits: &mut dyn Iterator<Item = &super::Split>| -> Option<Vec<Place>> {
            splits.map(|split| split.place(cube)).collect()
        };
        let splits = places(&mut question.by.iter())?;
        let uniques = places(&mut question.uniques())?;
        // A call of several groups has several cells.
        let is_list = |field: &event::FieldId| field.field().kind == Kind::List;
        let once = !cube.key.iter().any(is_list) || splits.contains(&Place::Key);
        (once && !(cube.coarse && cube.latency) && Cellular::new(&look.reader.filter, cube).is_some())
            .then_some(Reading { cube, splits, uniques })
    }

    /// Whether the splits are keys, what stands beside them and times.
    fn is_of_keys(&self) -> bool {
        let known = |place: &Place| matches!(place, Place::Key | Place::Detail | Place::Time(_));
        self.splits.iter().all(known)
    }

    /// How many dimensions its cells have: fewer are fewer cells.
    fn size(&self) -> usize {
        let cube = self.cube;
        usize::from(!cube.key.is_empty()) * 2 + usize::from(cube.detail.is_some()) + usize::from(cube.outcome)
    }
}

/// How the question is read off roll-ups; `None` when it must be counted from rows.
pub(super) fn plan(question: &Question, look: &Look<'_>, periods: &[Vec<i64>]) -> Result<Option<Plan>> {
    let Some(plan) = suitable(question, look, periods) else { return Ok(None) };
    for reading in plan.counts.iter().chain(&plan.times) {
        for edges in &plan.fine {
            let want = Want::new(std::slice::from_ref(&reading.cube.name), edges.clone());
            if !is_held(look.reader, &want)? {
                return Ok(None);
            }
        }
    }
    Ok(Some(plan))
}

/// Cubes that hold the question.
fn suitable(question: &Question, look: &Look<'_>, periods: &[Vec<i64>]) -> Option<Plan> {
    let only_percentiles = |field| field == field::DURATION;
    if !question.durations().into_iter().all(only_percentiles) || question.needs_rows() {
        return None;
    }
    if question.clock_step(&look.ask.given.hours) == Some(None) {
        return None;
    }
    let fine = refined(question, look, periods);
    let readings = || CUBES.iter().filter_map(|cube| Reading::new(question, cube, look, &fine));
    let outcome = question.measures.iter().any(|m| m.needs_outcome());
    let bytes = question.measures.contains(&super::Measure::Bytes);
    let timed = is_timed(&look.reader.filter);
    let counts = || {
        let fitting = readings().filter(|r| {
            (!r.cube.latency || timed) && (r.cube.outcome || !outcome) && (r.cube.bytes || !bytes)
        });
        fitting.min_by_key(Reading::size)
    };
    let times = || readings().filter(|r| r.cube.latency).min_by_key(Reading::size);
    let counts = Some(counts()?);
    let times = if question.durations().is_empty() { None } else { Some(times()?) };
    Some(Plan { counts, times, fine, is_list: question.by.iter().any(|split| split.is_list()) })
}

/// Whether a filter keeps only calls with a duration: those that roll-ups of response times count.
fn is_timed(filter: &Filter) -> bool {
    let is_there = |node: &Node| match node {
        Node::Term(term) => term.target == Target::Field(field::DURATION) && term.tests == [Test::Present],
        _ => false,
    };
    match &*filter.node {
        Node::All(parts) => parts.iter().any(is_there),
        node => is_there(node),
    }
}

/// A stretch of time that is counted.
pub(super) struct Piece {
    pub(super) period: usize,
    /// The bucket that its first one is part of.
    pub(super) first: usize,
    /// The edges of its buckets.
    pub(super) edges: Vec<i64>,
}

/// Counts from cells.
pub(super) fn gather(question: &Question, look: &Look<'_>, plan: &Plan, table: &mut Table) -> Result<()> {
    let pieces = plan.fine.iter().enumerate();
    let pieces = pieces.map(|(period, edges)| Piece { period, first: 0, edges: edges.clone() }).collect();
    let pieces = match question.is_series() {
        true => days::take(question, look, plan, pieces, table)?,
        false => pieces,
    };
    count(question, look, plan, &pieces, table)?;
    table.is_exact = false;
    Ok(())
}

/// Counts some stretches.
pub(super) fn count(
    question: &Question,
    look: &Look<'_>,
    plan: &Plan,
    pieces: &[Piece],
    table: &mut Table,
) -> Result<()> {
    let is_series = question.is_series();
    let readings: Vec<(&Reading, bool)> =
        plan.counts.iter().map(|r| (r, true)).chain(plan.times.iter().map(|r| (r, false))).collect();
    let mut wants = Vec::new();
    for (reading, is_count) in &readings {
        let cubes = std::slice::from_ref(&reading.cube.name);
        let of_keys = *is_count && question.measures == [Measure::Calls] && reading.is_of_keys();
        let want = |edges: &Vec<i64>| Want::new(cubes, edges.clone());
        let edges = pieces.iter().map(|piece| &piece.edges);
        wants.extend(edges.map(|edges| if of_keys { want(edges).of_keys() } else { want(edges) }));
    }
    let counted = wants.len();
    if plan.is_list {
        let ends = |edges: &[i64]| edges.first().into_iter().chain(edges.last()).copied().collect();
        let edges = |piece: &Piece| if is_series { piece.edges.clone() } else { ends(&piece.edges) };
        wants.extend(pieces.iter().map(|piece| Want::new(TRAFFIC, edges(piece))));
    }
    let mut words: Vec<Words<'_>> = readings.iter().map(|_| Words::new(question, look)).collect();
    let budget = look.reader.budget.clone();
    look.tally(&wants, &mut |want, hit| {
        let Some(piece) = pieces.get(want % pieces.len()) else { return };
        let place = table.place(piece.period, if is_series { piece.first + hit.bucket } else { 0 });
        let start = piece.edges.get(hit.bucket).copied().unwrap_or(0);
        if want >= counted {
            add(table.everything(place), hit, None);
            return;
        }
        let (Some((reading, is_count)), Some(words)) =
            (readings.get(want / pieces.len()), words.get_mut(want / pieces.len()))
        else {
            return;
        };
        let group = words.group(reading, hit, start, table);
        let seen = (question.seen && *is_count).then_some(start);
        let cell = table.cell(group, place, &budget);
        if *is_count {
            table.sums(cell).into_iter().for_each(|sums| add(sums, hit, seen));
            if !plan.is_list {
                add(table.everything(place), hit, seen);
            }
            for (unique, from) in reading.uniques.iter().enumerate() {
                let value = words.value(unique, *from, hit, start, table);
                table.has(unique, cell, value, &budget);
            }
        } else {
            let fall_in = |sums: &mut super::sums::Sums| {
                sums.times.iter_mut().for_each(|times| times.fall_in(hit.latency, hit.calls));
            };
            table.sums(cell).into_iter().for_each(fall_in);
            fall_in(table.everything(place));
        }
    })
}

fn add(sums: &mut super::sums::Sums, hit: &Hit, seen: Option<i64>) {
    sums.count(i64::from(hit.status), hit.reason != 0, hit.calls);
    sums.bytes += hit.bytes.unwrap_or(0);
    if let Some(start) = seen {
        sums.see(start, start);
    }
}

/// Edges of stretches within which the clock says the same, when the question is about the clock.
fn refined(question: &Question, look: &Look<'_>, periods: &[Vec<i64>]) -> Vec<Vec<i64>> {
    let step = question.clock_step(&look.ask.given.hours).flatten();
    let cut = |edges: &Vec<i64>| match (step, edges.as_slice()) {
        (Some(step), [from, to]) if from < to => {
            step.cut(Range::new(Timestamp(*from), Timestamp(*to)), &look.ask.zone)
        }
        _ => edges.clone(),
    };
    periods.iter().map(cut).collect()
}

/// The texts of cells as numbers of a table. Cells come in runs of one combination.
struct Words<'a> {
    known: Vec<Numbered<u64, u32>>,
    values: Vec<Numbered<u64, u32>>,
    symbols: &'a Symbols,
    zone: Zone,
    hours: Hours,
    /// Of the cell before: its values, the numbers of their texts and its combination.
    last: Vec<u64>,
    key: Vec<u32>,
    group: Option<u32>,
}

impl<'a> Words<'a> {
    fn new(question: &Question, look: &Look<'a>) -> Words<'a> {
        Words {
            known: question.by.iter().map(|_| Numbered::default()).collect(),
            values: question.uniques().map(|_| Numbered::default()).collect(),
            symbols: look.reader.view.symbols(),
            zone: look.ask.zone.clone(),
            hours: look.ask.given.hours,
            last: Vec::new(),
            key: Vec::new(),
            group: None,
        }
    }

    fn group(&mut self, reading: &Reading, hit: &Hit, start: i64, table: &mut Table) -> u32 {
        let raw = |place: &Place| raw(*place, hit, start);
        if let Some(group) = self.group
            && reading.splits.iter().map(raw).eq(self.last.iter().copied())
        {
            return group;
        }
        self.last.clear();
        self.last.extend(reading.splits.iter().map(raw));
        self.key.clear();
        for (at, place) in reading.splits.iter().enumerate() {
            let value = raw(place);
            let found = self.known.get(at).and_then(|known| known.get(&value)).copied();
            let number = found.unwrap_or_else(|| {
                let number = table.number(at, &self.text(*place, hit, start));
                self.known.get_mut(at).map(|known| known.insert(value, number));
                number
            });
            self.key.push(number);
        }
        let group = table.group(&self.key);
        self.group = Some(group);
        group
    }

    /// The number of a distinct value.
    fn value(&mut self, unique: usize, place: Place, hit: &Hit, start: i64, table: &mut Table) -> u32 {
        let value = raw(place, hit, start);
        let found = self.values.get(unique).and_then(|known| known.get(&value)).copied();
        found.unwrap_or_else(|| {
            let number = table.value(unique, &self.text(place, hit, start));
            self.values.get_mut(unique).map(|known| known.insert(value, number));
            number
        })
    }

    fn text(&self, place: Place, hit: &Hit, start: i64) -> String {
        match place {
            Place::Gateway => self.symbols.text(hit.gateway),
            Place::Environment => self.symbols.text(hit.environment),
            Place::Key => self.symbols.text(hit.key),
            Place::Detail => self.symbols.text(hit.detail),
            Place::Status if hit.status == 0 => String::new(),
            Place::Status => hit.status.to_string(),
            Place::Class => CLASSES.get(class(hit.status)).copied().unwrap_or_default().to_owned(),
            Place::Reason if hit.reason == 0 => String::new(),
            Place::Reason => reason_words(hit.reason).0.to_owned(),
            Place::Granted => (hit.reason == 0).to_string(),
            Place::Time(clock) => clock.value(start, &self.zone, &self.hours).0,
            Place::Cases(cases) => cases::of_outcome(cases, hit.status, hit.reason, self.symbols).to_owned(),
        }
    }
}

/// What distinguishes the values of a place.
fn raw(place: Place, hit: &Hit, start: i64) -> u64 {
    match place {
        Place::Gateway => hit.gateway.into(),
        Place::Environment => hit.environment.into(),
        Place::Key => hit.key.into(),
        Place::Detail => hit.detail.into(),
        Place::Status => hit.status.into(),
        Place::Class => class(hit.status) as u64,
        Place::Reason => hit.reason.into(),
        Place::Granted => u64::from(hit.reason == 0),
        Place::Time(_) => start.cast_unsigned(),
        Place::Cases(_) => u64::from(hit.status) << 8 | u64::from(hit.reason),
    }
}
