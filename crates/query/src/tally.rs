//! The one way anything is counted. A question names cubes and edges of time. Whole stretches are taken from
//! roll-up cells, days where possible, then hours, then minutes; what is left at the ragged ends, and everything
//! under a filter the cells cannot answer, is counted from rows into the same cells. So there is one definition of
//! each number and two sources of it, which agree.

use event::FieldId;
use event::field;
use event::time::MINUTE;
use ledger::cells::{OTHER, count};
use ledger::cube::cube;
use ledger::view::cube_fields;
use ledger::{Cell, Cells, Cube, Grain, Sym, Unit};
use serde::Serialize;

use crate::budget::Stop;
use crate::cellular::Cellular;
use crate::error::Result;
use crate::eval::Mask;
use crate::reader::{Reader, during};
use crate::scan::Selected;

/// Something to count.
pub(crate) struct Want {
    /// The cubes that hold it, best first. Rows are counted into the first.
    pub(crate) cubes: &'static [&'static str],
    /// The edges of its buckets, ascending; the last is the end.
    pub(crate) edges: Vec<i64>,
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
];
/// Cubes for questions about response times.
pub(crate) const LATENCY: &[&str] = &["latency", "route_latency", "consumer_latency"];
/// Cubes for questions about who called. What stands beside the consumer differs.
pub(crate) const CONSUMERS: &[&str] = &["consumer_calls", "consumer", "consumer_route"];
/// What calls by consumer and their outcome are counted from.
pub(crate) const CONSUMER_OUTCOMES: &[&str] = &["consumer"];
/// Cubes for questions about routes.
pub(crate) const ROUTES: &[&str] = &["route"];
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
    pub(crate) status: u16,
    pub(crate) reason: u8,
    pub(crate) latency: u16,
    pub(crate) calls: u64,
    /// Response bytes, from cubes that have them.
    pub(crate) bytes: u64,
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
        Want { cubes, edges }
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
        let found = want.cubes.iter().find_map(|name| from_cells(reader, (number, want), cube(name)?, take));
        match found {
            Some(found) => {
                let (cube, ragged) = found?;
                stretches.extend(ragged.into_iter().map(|(from, to)| Stretch {
                    want: number,
                    cube,
                    from,
                    to,
                }));
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
    match cubes().find_map(|cube| from_cells(reader, (0, want), cube, take)) {
        Some(found) => found.map(|(_, ragged)| ragged.is_empty()),
        None => Ok(false),
    }
}

type FromCells = (&'static Cube, Vec<(i64, i64)>);

/// Counts from cells, when they hold the answer. What of the time they do not cover is handed back.
fn from_cells(
    reader: &Reader<'_>,
    (number, want): (usize, &Want),
    cube: &'static Cube,
    take: &mut (dyn FnMut(usize, &Hit) + Send),
) -> Option<Result<FromCells>> {
    let (from, to) = want.ends();
    let mut filter = Cellular::new(&reader.filter, cube)?;
    let fitting: Vec<Grain> = cube.grains.iter().rev().copied().filter(|grain| want.fits(*grain)).collect();
    let (mut pieces, mut ragged) = (Vec::new(), Vec::new());
    cover(&fitting, from, to, &mut pieces, &mut ragged);
    if pieces.is_empty() {
        return None;
    }
    let symbols = reader.view.symbols();
    let other = symbols.find(OTHER).unwrap_or(Sym::MAX);
    let mut hits: Vec<Hit> = Vec::new();
    let mut blurred = false;
    let (every, keyed) = (reader.filter.is_all(), filter.keyed);
    for (grain, from, to) in pieces {
        let each = |cell: &Cell| {
            if every || filter.holds(cell, symbols) {
                let hit = hit(cell, want);
                if keyed { hits.push(hit) } else { take(number, &hit) }
            }
            blurred |= keyed && cell.key == other;
        };
        if let Err(error) = reader.view.cells(cube, grain, from, to, each) {
            return Some(Err(error.into()));
        }
    }
    // Keys beyond the limit of a roll-up are lumped together: a filter on keys cannot look into that lump.
    if blurred {
        return None;
    }
    hits.iter().for_each(|hit| take(number, hit));
    Some(Ok((cube, ragged)))
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

#[inline]
fn hit(cell: &Cell, want: &Want) -> Hit {
    let time = i64::from(cell.minute) * MINUTE;
    Hit {
        bucket: want.bucket(time),
        time,
        gateway: cell.gateway,
        environment: cell.environment,
        key: cell.key,
        detail: cell.detail,
        status: cell.status,
        reason: cell.reason,
        latency: cell.bucket,
        calls: cell.calls,
        bytes: cell.bytes,
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
            let Some(want) = wants.get(number) else { continue };
            for mut hit in cells.iter().map(|cell| hit(&cell, want)) {
                hit.bucket = bucket.unwrap_or(hit.bucket);
                take(number, &hit);
            }
        }
    })
}

fn touches(stretch: &Stretch, unit: &Unit) -> bool {
    unit.time_min < stretch.to && unit.time_max >= stretch.from
}

type Counted = Vec<(usize, Option<usize>, Cells)>;

fn count_unit(reader: &Reader<'_>, wants: &[Want], stretches: &[Stretch], unit: &Unit) -> Result<Counted> {
    let mut counted = Vec::new();
    if !reader.compiled.may_match(unit)? {
        return Ok(counted);
    }
    let stretches: Vec<&Stretch> = stretches.iter().filter(|s| touches(s, unit)).collect();
    let fields: Vec<FieldId> = stretches.iter().flat_map(|s| cube_fields(s.cube)).collect();
    let read = Selected::read(reader, unit, &fields, |batch| {
        let mask = reader.compiled.mask(batch);
        let within = |s: &&Stretch| {
            let mut inside = mask.clone();
            if unit.time_min < s.from || unit.time_max >= s.to {
                inside.and(&during(batch, s.from, s.to));
            }
            inside
        };
        stretches.iter().map(within).collect::<Vec<Mask>>()
    })?;
    let Some(read) = read else { return Ok(counted) };
    let symbols = reader.view.symbols();
    for (stretch, mask) in stretches.iter().zip(&read.masks) {
        let Some(want) = wants.get(stretch.want) else { continue };
        if mask.is_empty() {
            continue;
        }
        let rows = (!mask.is_full()).then(|| mask.rows());
        match [Grain::Day, Grain::Hour, Grain::Minute].into_iter().find(|grain| want.fits(*grain)) {
            Some(grain) => counted.push((
                stretch.want,
                None,
                count(stretch.cube, grain, read.batch(), rows.as_deref(), symbols),
            )),
            None => {
                for (bucket, rows) in by_bucket(want, read.batch(), &mask.rows()) {
                    let cells = count(stretch.cube, Grain::Day, read.batch(), Some(&rows), symbols);
                    counted.push((stretch.want, Some(bucket), cells));
                }
            }
        }
    }
    Ok(counted)
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
