//! The one way anything is counted. A question names cubes and edges of time. Whole stretches are taken from
//! roll-up cells, days where possible, then hours, then minutes; what is left at the ragged ends, and everything
//! under a filter the cells cannot answer, is counted from rows into the same cells. So there is one definition of
//! each number and two sources of it, which agree.

use std::slice;
use std::sync::Arc;

use event::field;
use event::time::{DAY, MINUTE};
use event::{FieldId, Kind};
use ledger::cells::{OTHER, count};
use ledger::cube::cube;
use ledger::view::cube_fields;
use ledger::{CUBES, Cell, Cells, Cube, Grain, Stay, Sym, Unit, View};
use serde::Serialize;

use crate::budget::Stop;
use crate::cellular::Cellular;
use crate::error::Result;
use crate::eval::{Mask, TextTest};
use crate::lang::{Filter, Test};
use crate::range::Range;
use crate::reader::{Reader, during};
use crate::scan::Selected;

/// Something to count.
pub(crate) struct Want {
    /// The cubes that hold it, best first. Rows are counted into the first.
    pub(crate) cubes: &'static [&'static str],
    /// The edges of its buckets, ascending; the last is the end.
    pub(crate) edges: Vec<i64>,
    /// What else a hit must tell.
    tells: Tells,
}

/// What a hit must tell beside its bucket: the less, the fewer cells are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// Key, detail and calls.
    Keys,
    /// All but its time.
    Outcome,
    /// All.
    Time,
}

/// Cubes for questions about calls by status and reason: that of all calls, and those that can answer for one consumer,
/// route, plan and so on. Only a filter tells them apart.
pub(crate) const TRAFFIC: &[&str] = &[
    "traffic",
    "consumer",
    "route",
    "plan",
    "customer",
    "api_key",
    "domain",
    "auth",
    "countries",
    "agents",
    "group",
    "consumer_route",
    "consumer_plan",
    "key_plan",
];
/// Cubes for questions about response times.
pub(crate) const LATENCY: &[&str] = &[
    "latency",
    "route_latency",
    "plan_latency",
    "domain_latency",
    "auth_latency",
    "country_latency",
    "agent_latency",
    "group_latency",
];
/// Cubes for questions about who called.
pub(crate) const CONSUMERS: &[&str] = &["consumer_calls", "consumer", "consumer_route", "consumer_plan"];
/// What calls by consumer and their outcome are counted from: alone, or of one route or plan.
pub(crate) const CONSUMER_OUTCOMES: &[&str] = &["consumer", "consumer_route", "consumer_plan"];
/// Cubes for questions about routes: of all callers, or of one consumer.
pub(crate) const ROUTES: &[&str] = &["route", "consumer_route"];
/// Cubes that know the id beside each consumer.
pub(crate) const CONSUMERS_WITH_ID: &[&str] = &["consumer"];
/// Cubes that know the API beside each route.
pub(crate) const ROUTES_WITH_API: &[&str] = &["route"];
/// Cubes for questions about groups.
pub(crate) const GROUPS: &[&str] = &["group"];
/// Cubes for questions about countries.
pub(crate) const COUNTRIES: &[&str] = &["countries"];
/// Cubes for questions about programs that call.
pub(crate) const AGENTS: &[&str] = &["agents"];
/// Cubes for questions about response times of routes.
pub(crate) const ROUTE_LATENCY: &[&str] = &["route_latency"];

/// A map by numbers of ours, which nobody outside can choose: a fast hash is safe.
pub(crate) type Numbered<K, V> = std::collections::HashMap<K, V, foldhash::fast::FixedState>;
/// A set of numbers of ours.
pub(crate) type Numbers<K> = std::collections::HashSet<K, foldhash::fast::FixedState>;

/// Calls that have all of this in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) bucket: usize,
    /// Start of the stretch they are of, in microseconds.
    pub(crate) time: i64,
    pub(crate) gateway: Sym,
    pub(crate) environment: Sym,
    pub(crate) key: Sym,
    pub(crate) detail: Sym,
    /// Whether the cube has what stands beside the key; cells of two dimensions leave it out.
    pub(crate) has_detail: bool,
    pub(crate) status: u16,
    pub(crate) reason: u8,
    pub(crate) latency: u16,
    pub(crate) calls: u64,
    /// Response bytes, from cubes that have them.
    pub(crate) bytes: Option<u64>,
}

/// Where numbers came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Roll-ups, and rows at the ends of the range.
    Rollup,
    /// Rows only.
    Rows,
}

/// What became of the counting.
pub(crate) struct Tallied {
    pub(crate) origin: Origin,
    pub(crate) stop: Option<Stop>,
}

impl Want {
    pub(crate) fn new(cubes: &'static [&'static str], edges: Vec<i64>) -> Want {
        Want { cubes, edges, tells: Tells::Outcome }
    }

    /// The same with hits that know their day or hour.
    pub(crate) fn timed(self) -> Want {
        Want { tells: Tells::Time, ..self }
    }

    /// The same with hits that need to know no more than key, detail and calls.
    pub(crate) fn of_keys(self) -> Want {
        Want { tells: Tells::Keys, ..self }
    }

    fn base(&self) -> Option<&'static Cube> {
        self.cubes.first().and_then(|name| cube(name))
    }

    fn ends(&self) -> (i64, i64) {
        (self.edges.first().copied().unwrap_or(0), self.edges.last().copied().unwrap_or(0))
    }

    /// Whether no bucket begins inside a stretch of this length.
    fn fits(&self, grain: Grain) -> bool {
        let inner = self.edges.get(1..self.edges.len().saturating_sub(1)).unwrap_or(&[]);
        inner.iter().all(|edge| edge.rem_euclid(grain.micros()) == 0)
    }

    /// Hands out the cells of a whole stretch, of which the filter may look at keys only. Days of one bucket come as one.
    fn read(
        &self,
        view: &View,
        cube: &'static Cube,
        (grain, from, to): (Grain, i64, i64),
        only_keys: bool,
        mut each: impl FnMut(&Cell),
    ) -> Result<()> {
        let is_long = |(from, to): (&i64, &i64)| to - from > DAY;
        let edges = || self.edges.iter().filter(|edge| (from + 1..to).contains(*edge)).chain([&to]);
        let starts = || [&from].into_iter().chain(edges());
        if grain == Grain::Day && self.tells == Tells::Keys && only_keys {
            return Ok(view.cells_of_keys(cube, from, to, each)?);
        }
        if grain != Grain::Day || self.tells == Tells::Time || !starts().zip(edges()).any(is_long) {
            return Ok(view.cells(cube, grain, from, to, each)?);
        }
        for (from, to) in starts().zip(edges()) {
            view.cells_as_one(cube, *from, *to, &mut each)?;
        }
        Ok(())
    }

    fn bucket(&self, time: i64) -> usize {
        let last = self.edges.len().saturating_sub(2);
        if last == 0 {
            return 0;
        }
        self.edges.partition_point(|edge| *edge <= time).saturating_sub(1).min(last)
    }
}

/// A stretch of time to count rows of.
struct Stretch {
    want: usize,
    cube: &'static Cube,
    from: i64,
    to: i64,
}

/// Counts everything wanted; `take` gets the number of the want with each hit.
pub(crate) fn tally(
    reader: &Reader<'_>,
    wants: &[Want],
    take: &mut (dyn FnMut(usize, &Hit) + Send),
) -> Result<Tallied> {
    let mut stretches = Vec::new();
    let mut origin = Origin::Rollup;
    for (number, want) in wants.iter().enumerate() {
        if let Some(stop) = reader.budget.spent() {
            return Ok(Tallied { origin, stop: Some(stop) });
        }
        let (from, to) = want.ends();
        let read = |name: &&str| from_cells(reader, (number, want), cube(name)?, false, take);
        let found = want.cubes.iter().find_map(read);
        match found {
            Some(found) => {
                let ragged = found?.into_iter();
                let stretch = |(cube, (from, to))| Stretch { want: number, cube, from, to };
                stretches.extend(ragged.filter_map(|ends| Some(stretch((want.base()?, ends)))));
            }
            None => {
                origin = Origin::Rows;
                stretches.extend(want.base().map(|cube| Stretch { want: number, cube, from, to }));
            }
        }
    }
    let stop = from_rows(reader, wants, &stretches, take)?;
    Ok(Tallied { origin, stop })
}

/// Counts whole stretches from cells alone, however many rows there are; whether the cells could tell.
pub(crate) fn tally_cells(
    reader: &Reader<'_>,
    want: &Want,
    take: &mut (dyn FnMut(usize, &Hit) + Send),
) -> Result<bool> {
    let cubes = || want.cubes.iter().filter_map(|name| cube(name));
    match cubes().find_map(|cube| from_cells(reader, (0, want), cube, true, take)) {
        Some(found) => found.map(|ragged| ragged.is_empty()),
        None => Ok(false),
    }
}

/// Cells that are not in a roll-up are counted from at most a quarter of the rows, or so many; with more it costs less to
/// count only what is asked for.
const ROWS_COUNTED_MIN: u64 = 262_144;

/// Whether too few cells are there.
fn lacks_cells(reader: &Reader<'_>, want: &Want, cube: &Cube, pieces: &[(Grain, i64, i64)]) -> Result<bool> {
    let mut rows = 0;
    for (grain, from, to) in pieces {
        rows += reader.view.rows_without_cells(cube, *grain, *from, *to)?;
    }
    if rows <= ROWS_COUNTED_MIN {
        return Ok(false);
    }
    let (from, to) = want.ends();
    Ok(rows > reader.view.sources(from, to).iter().map(|source| source.rows()).sum::<u64>() / 4)
}

/// Counts from cells, when they hold the answer. What of the time they do not cover is handed back.
fn from_cells(
    reader: &Reader<'_>,
    (number, want): (usize, &Want),
    cube: &'static Cube,
    at_any_cost: bool,
    take: &mut (dyn FnMut(usize, &Hit) + Send),
) -> Option<Result<Vec<(i64, i64)>>> {
    let (from, to) = want.ends();
    let meant = |test: &Test| meant(reader.view, cube, (from, to), test);
    let is_counted_by = want.base().is_some_and(|base| std::ptr::eq(base, cube));
    let mut filter = Cellular::reading(&reader.filter, cube, is_counted_by, &meant)?;
    let reading = Reading::of(cube, want.base()?);
    let (pieces, ragged) = whole_stretches(want, cube);
    match lacks_cells(reader, want, cube, &pieces) {
        Ok(lacks) if pieces.is_empty() || lacks && !at_any_cost => return None,
        Ok(_) => {}
        Err(error) => return Some(Err(error)),
    }
    let symbols = reader.view.symbols();
    let other = symbols.sym(OTHER);
    let mut hits: Vec<Hit> = Vec::new();
    let mut blurred = false;
    let (every, keyed, only_keys) = (reader.filter.is_all(), filter.keyed, filter.only_keys);
    for (grain, from, to) in pieces {
        let each = |cell: &Cell| {
            if every || filter.holds(cell, symbols) {
                let hit = reading.hit(cell, want);
                if keyed { hits.push(hit) } else { take(number, &hit) }
            }
            blurred |= keyed && (cell.key == other || cell.detail == other);
        };
        if let Err(error) = want.read(reader.view, cube, (grain, from, to), only_keys, each) {
            return Some(Err(error));
        }
    }
    // Keys beyond the limit of a roll-up are lumped together: a filter on keys cannot look into that lump.
    if blurred {
        return None;
    }
    hits.iter().for_each(|hit| take(number, hit));
    Some(Ok(ragged))
}

/// Whole stretches of grains.
type Pieces = Vec<(Grain, i64, i64)>;

/// The stretches of a cube's cells that a want is made of, and what is left over.
fn whole_stretches(want: &Want, cube: &Cube) -> (Pieces, Vec<(i64, i64)>) {
    let (from, to) = want.ends();
    let fitting: Vec<Grain> = cube.grains.iter().rev().copied().filter(|grain| want.fits(*grain)).collect();
    let (mut pieces, mut ragged) = (Vec::new(), Vec::new());
    cover(&fitting, from, to, &mut pieces, &mut ragged);
    (pieces, ragged)
}

/// Whether the cells of the first cube are there, so that they need not be counted from many rows first.
pub(crate) fn is_held(reader: &Reader<'_>, want: &Want) -> Result<bool> {
    let Some(cube) = want.base() else { return Ok(false) };
    Ok(!lacks_cells(reader, want, cube, &whole_stretches(want, cube).0)?)
}

/// The days a stretch of time touches.
fn whole_days(from: i64, to: i64) -> (i64, i64) {
    (from.div_euclid(DAY) * DAY, to.saturating_add(DAY - 1).div_euclid(DAY) * DAY)
}

/// The keys of a cube that a test of its fields means, where the cube itself does not hold both the name and the id. What
/// stands for which is known from the cube of those pairs; `None` when a key stands for both what is meant and not.
fn meant(view: &View, cube: &Cube, (from, to): (i64, i64), test: &Test) -> Option<Numbers<Sym>> {
    let pairs =
        CUBES.iter().find(|pairs| pairs.key == cube.key && pairs.detail == pairs.key.last().copied())?;
    let (from, to) = whole_days(from, to);
    let symbols = view.symbols();
    let other = symbols.sym(OTHER);
    let judge = TextTest::of(test, Kind::Dict);
    let mut judged: Numbered<(Sym, Sym), bool> = Numbered::default();
    let each = |cell: &Cell| {
        judged.entry((cell.key, cell.detail)).or_insert_with(|| {
            let both = [cell.key, cell.detail].map(|sym| judge.holds(&symbols.text(sym)));
            if *test == Test::Empty { both == [true; 2] } else { both.contains(&true) }
        });
    };
    view.cells_as_one(pairs, from, to, each).ok()?;
    let keys = |wanted: bool| -> Numbers<Sym> {
        judged.iter().filter(|(_, is)| **is == wanted).map(|((key, _), _)| *key).collect()
    };
    let (meant, others) = (keys(true), keys(false));
    (meant.is_disjoint(&others) && !others.contains(&other) && !meant.contains(&other)).then_some(meant)
}

/// How the cells of one cube are read as those of another, which a question is about.
#[derive(Clone, Copy)]
struct Reading {
    /// What the question calls key stands beside the key.
    is_turned: bool,
    has_detail: bool,
    has_bytes: bool,
}

impl Reading {
    fn of(cube: &Cube, base: &Cube) -> Reading {
        let is_turned = base.key != cube.key && cube.detail.is_some_and(|detail| base.key == [detail]);
        Reading { is_turned, has_detail: base.detail == cube.detail, has_bytes: cube.bytes }
    }

    #[inline]
    fn hit(self, cell: &Cell, want: &Want) -> Hit {
        let time = i64::from(cell.minute) * MINUTE;
        Hit {
            bucket: want.bucket(time),
            time,
            gateway: cell.gateway,
            environment: cell.environment,
            key: if self.is_turned { cell.detail } else { cell.key },
            detail: if self.has_detail { cell.detail } else { 0 },
            has_detail: self.has_detail,
            status: cell.status,
            reason: cell.reason,
            latency: cell.bucket,
            calls: cell.calls,
            bytes: self.has_bytes.then_some(cell.bytes),
        }
    }
}

/// Covers `[from, to)` with whole stretches, coarse grains first, and the rest with ragged ends.
fn cover(
    grains: &[Grain],
    from: i64,
    to: i64,
    pieces: &mut Vec<(Grain, i64, i64)>,
    ragged: &mut Vec<(i64, i64)>,
) {
    if from >= to {
        return;
    }
    let Some((grain, finer)) = grains.split_first() else {
        ragged.push((from, to));
        return;
    };
    let size = grain.micros();
    let (start, end) = (
        from.div_euclid(size) * size + if from.rem_euclid(size) == 0 { 0 } else { size },
        to.div_euclid(size) * size,
    );
    if start < end {
        cover(finer, from, start, pieces, ragged);
        pieces.push((*grain, start, end));
        cover(finer, end, to, pieces, ragged);
    } else {
        cover(finer, from, to, pieces, ragged);
    }
}

fn from_rows(
    reader: &Reader<'_>,
    wants: &[Want],
    stretches: &[Stretch],
    take: &mut (dyn FnMut(usize, &Hit) + Send),
) -> Result<Option<Stop>> {
    let mut units = Vec::new();
    let (Some(from), Some(to)) =
        (stretches.iter().map(|s| s.from).min(), stretches.iter().map(|s| s.to).max())
    else {
        return Ok(None);
    };
    for unit in reader.units(from, to)? {
        if stretches.iter().any(|s| touches(s, &unit)) {
            units.push(unit);
        }
    }
    let work = |_: usize, unit: &Unit| count_unit(reader, wants, stretches, unit);
    reader.each(&units, work, |found| {
        for (number, bucket, cells) in found {
            let Some((want, base)) = wants.get(number).and_then(|want| Some((want, want.base()?))) else {
                continue;
            };
            for mut hit in cells.iter().map(|cell| Reading::of(base, base).hit(&cell, want)) {
                hit.bucket = bucket.unwrap_or(hit.bucket);
                take(number, &hit);
            }
        }
    })
}

fn touches(stretch: &Stretch, unit: &Unit) -> bool {
    unit.time_min < stretch.to && unit.time_max >= stretch.from
}

type Counted = Vec<(usize, Option<usize>, Arc<Cells>)>;

/// The coarsest grain that no bucket begins inside of.
fn grain_of(want: &Want) -> Option<Grain> {
    [Grain::Day, Grain::Hour, Grain::Minute].into_iter().find(|grain| want.fits(*grain))
}

fn count_unit(reader: &Reader<'_>, wants: &[Want], stretches: &[Stretch], unit: &Unit) -> Result<Counted> {
    let mut counted = Vec::new();
    let mut missing: Vec<(&Stretch, &Want, Option<Arc<str>>)> = Vec::new();
    for stretch in stretches.iter().filter(|stretch| touches(stretch, unit)) {
        let Some(want) = wants.get(stretch.want) else { continue };
        // Of all rows of a unit the same cells are counted, whatever the range is.
        let is_whole = unit.time_min >= stretch.from && unit.time_max < stretch.to;
        let named = |grain| format!("{} {grain:?} {:?}", stretch.cube.name, reader.filter).into();
        let name: Option<Arc<str>> = grain_of(want).filter(|_| is_whole).map(named);
        match name.as_ref().and_then(|name| reader.view.counted::<Cells>(slice::from_ref(unit), name)) {
            Some(cells) => counted.push((stretch.want, None, cells)),
            None => missing.push((stretch, want, name)),
        }
    }
    if missing.is_empty() {
        return Ok(counted);
    }
    let read = match reader.compiled.may_match(unit)? {
        false => None,
        true => read_unit(reader, unit, &missing.iter().map(|(stretch, ..)| *stretch).collect::<Vec<_>>())?,
    };
    let symbols = reader.view.symbols();
    for (at, (stretch, want, name)) in missing.iter().enumerate() {
        let mask = read.as_ref().and_then(|read| read.masks.get(at)).filter(|mask| !mask.is_empty());
        let (Some(read), Some(mask)) = (&read, mask) else {
            keep(reader, unit, name.as_ref(), &Arc::default());
            continue;
        };
        let rows = (!mask.is_full()).then(|| mask.rows());
        match grain_of(want) {
            Some(grain) => {
                let cells = Arc::new(count(stretch.cube, grain, read.batch(), rows.as_deref(), symbols));
                keep(reader, unit, name.as_ref(), &cells);
                counted.push((stretch.want, None, cells));
            }
            None => {
                for (bucket, rows) in by_bucket(want, read.batch(), &mask.rows()) {
                    let cells = count(stretch.cube, Grain::Day, read.batch(), Some(&rows), symbols);
                    counted.push((stretch.want, Some(bucket), Arc::new(cells)));
                }
            }
        }
    }
    Ok(counted)
}

fn keep(reader: &Reader<'_>, unit: &Unit, name: Option<&Arc<str>>, cells: &Arc<Cells>) {
    if let Some(name) = name {
        reader.view.keep_count(slice::from_ref(unit), name, cells, cells.memory_bytes(), Stay::Spare);
    }
}

/// The columns that the stretches are counted from, with the rows of each.
fn read_unit<'u>(
    reader: &Reader<'_>,
    unit: &'u Unit,
    stretches: &[&Stretch],
) -> Result<Option<Selected<'u>>> {
    let fields: Vec<FieldId> = stretches.iter().flat_map(|s| cube_fields(s.cube)).collect();
    Selected::read(reader, unit, &fields, |batch| {
        let mask = reader.compiled.mask(batch);
        let within = |s: &&Stretch| {
            let mut inside = mask.clone();
            if unit.time_min < s.from || unit.time_max >= s.to {
                inside.and(&during(batch, s.from, s.to));
            }
            inside
        };
        stretches.iter().map(within).collect::<Vec<Mask>>()
    })
}

/// Rows by the bucket their time is in, for buckets shorter than a minute.
fn by_bucket(want: &Want, batch: &event::Batch, rows: &[u32]) -> std::collections::BTreeMap<usize, Vec<u32>> {
    let mut buckets: std::collections::BTreeMap<usize, Vec<u32>> = std::collections::BTreeMap::new();
    let times = batch.column(field::TIME);
    for row in rows {
        if let Some(time) = times.and_then(|c| c.int(*row as usize)) {
            buckets.entry(want.bucket(time)).or_default().push(*row);
        }
    }
    buckets
}

/// How many calls there are in a range.
pub(crate) fn total(reader: &Reader<'_>, from: i64, to: i64) -> Result<(u64, Option<Stop>)> {
    let mut calls = 0;
    let done = tally(reader, &[Want::new(TRAFFIC, vec![from, to])], &mut |_, hit| calls += hit.calls)?;
    Ok((calls, done.stop))
}

/// The text that stands beside each key of a cube, of all calls of some days: what cells of two dimensions leave out.
pub(crate) fn details(
    reader: &Reader<'_>,
    cubes: &'static [&'static str],
    range: Range,
) -> Result<Numbered<Sym, Sym>> {
    let (from, to) = whole_days(range.from.0, range.to.0);
    let edges = vec![from, to];
    let mut details: Numbered<Sym, Sym> = Numbered::default();
    tally_cells(&reader.asking(&Filter::all()), &Want::new(cubes, edges), &mut |_, hit| {
        let detail = details.entry(hit.key).or_default();
        *detail = (*detail).max(hit.detail);
    })?;
    Ok(details)
}
