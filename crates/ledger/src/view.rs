//! One consistent look at everything acknowledged: the sealed files and the tail that is still only in the log.
//! A view never changes; an event is in it once. Knows nothing of who asks or what for.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use event::column::Column;
use event::field::{self, FieldId};
use event::mask::{Lens, Seen};
use event::time::{DAY, MINUTE};
use event::{Batch, Timestamp};

use crate::cells::{Cell, Cells, Symbols, count};
use crate::cube::{CUBES, Cube, Grain};
use crate::error::Result;
use crate::part::Part;
use crate::recent::Stay;
use crate::rollup::{Cache, File, Sections};

/// Everything there is to read, at one moment.
#[derive(Clone)]
pub struct View {
    /// The sealed files, in no order.
    pub(crate) parts: Arc<Vec<Arc<Part>>>,
    /// Days of which only the cells are left.
    pub(crate) kept: Arc<Vec<Kept>>,
    /// Events not sealed yet.
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) symbols: Arc<Symbols>,
    /// What addresses look like.
    pub(crate) lens: Option<Arc<Lens>>,
    /// Everything acknowledged before this moment is in the view.
    pub watermark: Timestamp,
}

/// The cells of a day whose events are past their retention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The UTC day, in days since the epoch.
    pub day: i64,
    /// Path of the roll-up.
    pub path: String,
    /// Its checksum, which is part of its name.
    pub crc: u32,
}

impl Kept {
    fn file(&self) -> File<'_> {
        File { path: &self.path, crc: self.crc }
    }
}

/// Days that are added up together, the largest blocks first: each begins at a multiple of its length.
pub const BLOCK_DAYS: [i64; 3] = [64, 16, 4];

/// What there is of a day.
#[derive(Default)]
struct Day<'a> {
    parts: Vec<Arc<Part>>,
    kept: Vec<&'a Kept>,
}

impl Day<'_> {
    fn paths(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().map(|part| part.place.path.as_str());
        parts.chain(self.kept.iter().map(|kept| kept.path.as_str()))
    }
}

/// Events still in memory, and the cells of each cube once somebody asked for them.
pub struct Chunk {
    batch: Arc<Batch>,
    time_min: i64,
    time_max: i64,
    cells: Vec<OnceLock<Arc<Cells>>>,
}

impl Chunk {
    /// A chunk of finished events.
    pub fn new(batch: Arc<Batch>) -> Chunk {
        let (time_min, time_max) = times(&batch);
        Chunk { batch, time_min, time_max, cells: CUBES.iter().map(|_| OnceLock::new()).collect() }
    }

    /// The events.
    pub fn batch(&self) -> &Arc<Batch> {
        &self.batch
    }

    fn cells(&self, cube: &'static Cube, symbols: &Symbols) -> Arc<Cells> {
        let make = || Arc::new(count(cube, cube.finest(), &self.batch, None, symbols));
        match self.cells.get(cube.number()) {
            Some(slot) => Arc::clone(slot.get_or_init(make)),
            None => make(),
        }
    }
}

/// The earliest and the latest time of a batch.
pub fn times(batch: &Batch) -> (i64, i64) {
    match batch.column(field::TIME) {
        Some(Column::Int(times)) => {
            (times.iter().copied().min().unwrap_or(0), times.iter().copied().max().unwrap_or(0))
        }
        _ => (0, 0),
    }
}

/// Something rows are read from: a sealed file or a chunk of the tail.
#[derive(Clone)]
pub struct Source {
    of: Of,
    lens: Option<Arc<Lens>>,
}

#[derive(Clone)]
enum Of {
    /// A sealed file.
    Part(Arc<Part>),
    /// Events in memory.
    Chunk(Arc<Chunk>),
}

impl Source {
    /// A file as it is: what is counted of it is for everyone.
    fn whole(part: &Arc<Part>) -> Source {
        Source { of: Of::Part(Arc::clone(part)), lens: None }
    }

    /// The file, when it is sealed.
    pub fn path(&self) -> Option<&str> {
        match &self.of {
            Of::Part(part) => Some(&part.place.path),
            Of::Chunk(_) => None,
        }
    }

    /// The earliest event's time in microseconds.
    pub fn time_min(&self) -> i64 {
        match &self.of {
            Of::Part(part) => part.place.time_min,
            Of::Chunk(chunk) => chunk.time_min,
        }
    }

    /// The latest event's time in microseconds.
    pub fn time_max(&self) -> i64 {
        match &self.of {
            Of::Part(part) => part.place.time_max,
            Of::Chunk(chunk) => chunk.time_max,
        }
    }

    /// How many rows.
    pub fn rows(&self) -> u64 {
        match &self.of {
            Of::Part(part) => part.place.rows,
            Of::Chunk(chunk) => chunk.batch.len() as u64,
        }
    }

    /// What is read at once, latest first. Opens the file.
    pub fn units(&self) -> Result<Vec<Unit>> {
        match &self.of {
            Of::Chunk(chunk) => Ok(vec![Unit {
                source: self.clone(),
                group: 0,
                rows: chunk.batch.len(),
                time_min: chunk.time_min,
                time_max: chunk.time_max,
            }]),
            Of::Part(part) => {
                let mut units = Vec::new();
                for group in (0..part.groups()?).rev() {
                    let (rows, time_min, time_max) = part.group(group)?;
                    units.push(Unit { source: self.clone(), group, rows, time_min, time_max });
                }
                units.sort_by_key(|unit| std::cmp::Reverse(unit.time_max));
                Ok(units)
            }
        }
    }
}

/// Some thousand rows read together: a row group of a file, or a chunk.
#[derive(Clone)]
pub struct Unit {
    source: Source,
    group: usize,
    /// How many rows.
    pub rows: usize,
    /// The earliest event's time in microseconds.
    pub time_min: i64,
    /// The latest event's time in microseconds.
    pub time_max: i64,
}

impl Unit {
    /// Some columns of all rows, or of the given rows (in ascending order). Fields no event has are not there.
    pub fn read(&self, fields: &[FieldId], rows: Option<&[u32]>) -> Result<Batch> {
        let mut batch = match &self.source.of {
            Of::Part(part) => part.read(self.group, fields, rows)?,
            Of::Chunk(chunk) => match rows {
                Some(rows) => chunk.batch.gather(rows),
                None => pick(&chunk.batch, fields),
            },
        };
        if let Some(lens) = &self.source.lens {
            lens.look(&mut batch);
        }
        Ok(batch)
    }

    /// The file and the row group, and through what it is seen; none when it is a chunk.
    fn name(&self) -> Option<String> {
        let seen = match self.source.lens.as_ref().map(|lens| lens.seen()) {
            None => "",
            Some(Seen::Network) => "/network",
            Some(Seen::Tag) => "/tag",
        };
        self.source.path().map(|path| format!("{path}#{}{seen}", self.group))
    }

    /// The UTC day of its file, in days since the epoch; none when it is a chunk.
    pub fn day(&self) -> Option<i64> {
        match &self.source.of {
            Of::Part(part) => Some(part.place.day),
            Of::Chunk(_) => None,
        }
    }

    /// The rows in memory, when this unit is a chunk: no copy is needed then.
    pub fn in_memory(&self) -> Option<&Batch> {
        match &self.source.of {
            Of::Part(_) => None,
            Of::Chunk(_) if self.source.lens.is_some() => None,
            Of::Chunk(chunk) => Some(&chunk.batch),
        }
    }

    /// The least and the greatest number of a field here, when that is known without reading rows and every row
    /// has one.
    pub fn bounds(&self, field: FieldId) -> Result<Option<(i64, i64)>> {
        match &self.source.of {
            Of::Part(part) => part.bounds(self.group, field),
            Of::Chunk(_) => Ok(None),
        }
    }

    /// Whether some row may have exactly this text in this field; false is certain.
    pub fn may_hold(&self, field: FieldId, text: &str) -> Result<bool> {
        match &self.source.of {
            _ if self.source.lens.as_ref().is_some_and(|lens| lens.changes(field)) => Ok(true),
            Of::Part(part) => part.may_hold(self.group, field, text),
            Of::Chunk(_) => Ok(true),
        }
    }
}

fn pick(batch: &Batch, fields: &[FieldId]) -> Batch {
    let mut out = Batch::new();
    for field in fields {
        if let Some(column) = batch.column(*field) {
            let _ = out.set_column(*field, column.clone());
        }
    }
    if out.is_empty() {
        let _ = out.set_column(field::SEQ, Column::Int(vec![event::column::NULL; batch.len()]));
    }
    out
}

impl View {
    /// A view of these files and unsealed events.
    pub fn new(
        parts: Vec<Arc<Part>>,
        chunks: Vec<Arc<Chunk>>,
        cache: Arc<Cache>,
        symbols: Arc<Symbols>,
        watermark: Timestamp,
    ) -> View {
        View { parts: Arc::new(parts), kept: Arc::default(), chunks, cache, symbols, lens: None, watermark }
    }

    /// The same with addresses as they look through a lens, in everything that is read of rows. Cells hold no address.
    #[must_use]
    pub fn through(self, lens: Lens) -> View {
        View { lens: Some(Arc::new(lens)), ..self }
    }

    /// Everything that may hold events of `[from, to)`, latest first.
    pub fn sources(&self, from: i64, to: i64) -> Vec<Source> {
        let parts = self.parts.iter().map(|part| Of::Part(Arc::clone(part)));
        let chunks = self.chunks.iter().map(|chunk| Of::Chunk(Arc::clone(chunk)));
        let mut sources: Vec<Source> = chunks
            .chain(parts)
            .map(|of| Source { of, lens: self.lens.clone() })
            .filter(|s| s.rows() > 0 && s.time_min() < to && s.time_max() >= from)
            .collect();
        sources.sort_by_key(|s| std::cmp::Reverse(s.time_max()));
        sources
    }

    /// Hands over the cells of a cube whose time lies in `[from, to)`, which must be whole stretches of `grain`.
    /// Cells of the unsealed tail come at the cube's finest grain: sum them up.
    pub fn cells(
        &self,
        cube: &'static Cube,
        grain: Grain,
        from: i64,
        to: i64,
        mut each: impl FnMut(&Cell),
    ) -> Result<()> {
        let (low, high) = ((from / MINUTE) as u32, (to / MINUTE) as u32);
        let mut over = |cells: &Cells| {
            cells.iter().filter(|cell| (low..high).contains(&cell.minute)).for_each(|cell| each(&cell));
        };
        let mut days: BTreeMap<i64, Vec<Arc<Part>>> = BTreeMap::new();
        for source in self.sources(from, to) {
            match source.of {
                Of::Chunk(chunk) => over(&chunk.cells(cube, &self.symbols)),
                Of::Part(part) if grain == Grain::Day => days.entry(part.place.day).or_default().push(part),
                Of::Part(part) => over(&*self.part_cells(&part, cube, grain)?),
            }
        }
        for parts in days.values() {
            over(&*self.day_cells(parts, cube)?);
        }
        for kept in self.kept.iter().filter(|kept| kept.day * DAY < to && (kept.day + 1) * DAY > from) {
            over(&*self.cache.cells(kept.file(), cube, grain, || Ok(Cells::default()))?);
        }
        Ok(())
    }

    /// The same for whole days, when their own time does not matter: that of a cell is only some moment of the range. Days that
    /// are over come added up in blocks, so that it costs little more the more days there are.
    pub fn cells_as_one(
        &self,
        cube: &'static Cube,
        from: i64,
        to: i64,
        mut each: impl FnMut(&Cell),
    ) -> Result<()> {
        self.tail_cells(cube, from, to, &mut each);
        let (days, within) = (self.held_days(from, to), from.div_euclid(DAY)..to.div_euclid(DAY));
        let latest = self.parts.iter().map(|part| part.place.day).max().unwrap_or(i64::MIN);
        let mut at = within.start;
        while let Some((held, _)) = days.range(at..within.end).next() {
            let start = |len: i64| held - held.rem_euclid(len);
            let is_block = |len: &i64| start(*len) >= at && start(*len) + len <= within.end.min(latest);
            let len = BLOCK_DAYS.into_iter().find(is_block).unwrap_or(1);
            at = start(len);
            let block: Vec<&Day> = days.range(at..at + len).map(|(_, day)| day).collect();
            match block.as_slice() {
                [day] => self.day(day, cube, |cells| cells.iter().for_each(|cell| each(&cell)))?,
                days => self.block(at, days, cube)?.iter().for_each(|cell| each(&cell)),
            }
            at += len;
        }
        Ok(())
    }

    /// The same for calls by key, detail and day and nothing else.
    pub fn cells_of_keys(
        &self,
        cube: &'static Cube,
        from: i64,
        to: i64,
        mut each: impl FnMut(&Cell),
    ) -> Result<()> {
        self.tail_cells(cube, from, to, &mut each);
        for day in self.held_days(from, to).values() {
            let mut paths: Vec<&str> = day.paths().collect();
            paths.sort_unstable();
            let cells = self.cache.made(format!("keys {}", paths.join(",")), cube, Grain::Day, || {
                let mut sum = crate::cells::Sum::default();
                self.day_once(day, cube, |cells| sum.add_keys(cells))?;
                Ok(sum.finish())
            })?;
            cells.iter().for_each(|cell| each(&cell));
        }
        Ok(())
    }

    /// The cells of events that are not sealed yet.
    fn tail_cells(&self, cube: &'static Cube, from: i64, to: i64, each: &mut impl FnMut(&Cell)) {
        let (low, high) = ((from / MINUTE) as u32, (to / MINUTE) as u32);
        for chunk in self.chunks.iter().filter(|c| c.time_min < to && c.time_max >= from) {
            let cells = chunk.cells(cube, &self.symbols);
            cells.iter().filter(|cell| (low..high).contains(&cell.minute)).for_each(|cell| each(&cell));
        }
    }

    /// The sealed days of a range of whole days.
    fn held_days(&self, from: i64, to: i64) -> BTreeMap<i64, Day<'_>> {
        let mut days: BTreeMap<i64, Day> = BTreeMap::new();
        let within = from.div_euclid(DAY)..to.div_euclid(DAY);
        for part in self.parts.iter().filter(|part| part.place.rows > 0 && within.contains(&part.place.day)) {
            days.entry(part.place.day).or_default().parts.push(Arc::clone(part));
        }
        for kept in self.kept.iter().filter(|kept| within.contains(&kept.day)) {
            days.entry(kept.day).or_default().kept.push(kept);
        }
        days
    }

    /// The cells of some days, added up.
    fn block(&self, at: i64, days: &[&Day], cube: &'static Cube) -> Result<Arc<Cells>> {
        let mut paths: Vec<&str> = days.iter().flat_map(|day| day.paths()).collect();
        paths.sort_unstable();
        let minute = (at * DAY / MINUTE) as u32;
        self.cache.made(format!("block {}", paths.join(",")), cube, Grain::Day, || {
            let mut sum = crate::cells::Sum::default();
            for day in days {
                self.day_once(day, cube, |cells| sum.add_at(cells, minute))?;
            }
            Ok(sum.finish())
        })
    }

    /// Hands out the cells of the files of one day, without keeping them: there may be more days than there is room.
    fn day_once(&self, day: &Day, cube: &'static Cube, mut with: impl FnMut(&Cells)) -> Result<()> {
        for part in &day.parts {
            let count = || self.count_rows(&Source::whole(part), cube, Grain::Day);
            with(&*self.cache.cells_once(part.rollup(), cube, Grain::Day, count)?);
        }
        for kept in &day.kept {
            with(&*self.cache.cells_once(kept.file(), cube, Grain::Day, || Ok(Cells::default()))?);
        }
        Ok(())
    }

    /// Hands out the cells of one day.
    fn day(&self, day: &Day, cube: &'static Cube, mut with: impl FnMut(&Cells)) -> Result<()> {
        if !day.parts.is_empty() {
            with(&*self.day_cells(&day.parts, cube)?);
        }
        for kept in &day.kept {
            with(&*self.cache.cells(kept.file(), cube, Grain::Day, || Ok(Cells::default()))?);
        }
        Ok(())
    }

    /// How many rows of `[from, to)` are in files that do not have the cells of a cube at a grain.
    pub fn rows_without_cells(&self, cube: &Cube, grain: Grain, from: i64, to: i64) -> Result<u64> {
        let mut rows = 0;
        for source in self.sources(from, to) {
            if let Of::Part(part) = source.of
                && !part.has_cells(cube, grain)?
            {
                rows += part.place.rows;
            }
        }
        Ok(rows)
    }

    fn part_cells(&self, part: &Arc<Part>, cube: &'static Cube, grain: Grain) -> Result<Arc<Cells>> {
        let count = || self.count_rows(&Source::whole(part), cube, grain);
        self.cache.cells(part.rollup(), cube, grain, count)
    }

    /// The cells of one day. Those of several files are added up once: most of their keys are the same.
    fn day_cells(&self, parts: &[Arc<Part>], cube: &'static Cube) -> Result<Arc<Cells>> {
        match parts {
            [part] => self.part_cells(part, cube, Grain::Day),
            parts => {
                let mut paths: Vec<&str> = parts.iter().map(|part| part.place.path.as_str()).collect();
                paths.sort_unstable();
                self.cache.made(paths.join(","), cube, Grain::Day, || {
                    let mut sum = crate::cells::Sum::default();
                    for part in parts {
                        sum.add(&*self.part_cells(part, cube, Grain::Day)?, Grain::Day);
                    }
                    Ok(sum.finish())
                })
            }
        }
    }

    fn count_rows(&self, source: &Source, cube: &'static Cube, grain: Grain) -> Result<Cells> {
        let mut sum = crate::cells::Sum::default();
        for unit in source.units()? {
            let batch = unit.read(&cube_fields(cube), None)?;
            sum.add(&count(cube, grain, &batch, None, &self.symbols), grain);
        }
        Ok(sum.finish())
    }

    /// What a question counted from these units before, when that is still held; never of unsealed events.
    pub fn counted<T: Send + Sync + 'static>(&self, units: &[Unit], question: &Arc<str>) -> Option<Arc<T>> {
        self.cache.counts.get(&known_by(units, question)?)
    }

    /// Keeps what a question counted from all rows of these units, about so many bytes, as long as there is room. Says whether
    /// it is small enough.
    pub fn keep_count<T: Send + Sync + 'static>(
        &self,
        units: &[Unit],
        question: &Arc<str>,
        counted: &Arc<T>,
        bytes: usize,
        stay: Stay,
    ) -> bool {
        known_by(units, question).is_some_and(|name| self.cache.counts.put(name, counted, bytes, stay))
    }

    /// What was kept of these units is part of something else that is kept now.
    pub fn spare_count(&self, units: &[Unit], question: &Arc<str>) {
        known_by(units, question).into_iter().for_each(|name| self.cache.counts.turn(&name, Stay::Spare));
    }

    /// Whether roll-ups of a day are kept whose events are gone.
    pub fn is_over(&self, day: i64) -> bool {
        self.kept.iter().any(|kept| kept.day == day)
    }

    /// The texts of the dimensions.
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// How many events there are.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|p| p.place.rows).sum::<u64>()
            + self.chunks.iter().map(|c| c.batch.len() as u64).sum::<u64>()
    }

    /// The time of the earliest and of the latest event.
    pub fn span(&self) -> Option<(i64, i64)> {
        let sources = self.sources(i64::MIN, i64::MAX);
        Some((sources.iter().map(Source::time_min).min()?, sources.iter().map(Source::time_max).max()?))
    }

    /// The earliest and the latest UTC day of which something is known, in days since the epoch; days of which only cells are
    /// left are among them.
    pub fn days(&self) -> Option<(i64, i64)> {
        let (first, last) =
            self.span().map(|(first, last)| (first.div_euclid(DAY), last.div_euclid(DAY))).unzip();
        let kept = || self.kept.iter().map(|kept| kept.day);
        Some((kept().chain(first).min()?, kept().chain(last).max()?))
    }
}

/// What a question and some units are known by together; none when one of them is a chunk.
fn known_by(units: &[Unit], question: &Arc<str>) -> Option<crate::recent::Key> {
    let names: Option<Vec<String>> = units.iter().map(Unit::name).collect();
    Some((Arc::clone(question), names?.join(" ")))
}

/// The fields a cube is counted from.
pub fn cube_fields(cube: &Cube) -> Vec<FieldId> {
    let mut fields = vec![field::TIME, field::GATEWAY, field::ENVIRONMENT, field::RESPONSE_BYTES];
    fields.extend(cube.key);
    fields.extend(cube.detail);
    if cube.outcome {
        fields.extend([field::STATUS, field::GRANTED, field::REASON]);
    }
    if cube.latency {
        fields.push(field::DURATION);
    }
    fields.dedup();
    fields
}

/// The cells of one day's files added up, every cube at every grain.
pub(crate) fn day_cells(view: &View, day: i64) -> Result<Sections> {
    let mut sections = Vec::new();
    for cube in CUBES {
        for grain in cube.grains {
            let mut sum = crate::cells::Sum::default();
            for part in view.parts.iter().filter(|part| part.place.day == day) {
                sum.add(&*view.part_cells(part, cube, *grain)?, *grain);
            }
            sections.push((cube, *grain, sum.finish()));
        }
    }
    Ok(sections)
}
