//! The roll-up of a sealed file: every cube at every grain, one Parquet row group each, so that a question reads
//! only its own. Written in the same commit as the rows; Σ cells = rows.

mod told;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use event::Batch;
use event::column::{Column, DictColumn};
use event::reason::REASONS;
use foldhash::fast::FixedState;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::KeyValue;

use crate::cells::{Cells, Sum, Sym, Symbols, reason_number};
use crate::count::{Counted, Counter};
use crate::cube::{CUBES, Cube, Grain};
use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::numbers::Numbers;
use crate::pages::{self, Layout};
use crate::part::Chunks;
use crate::recent::{Counts, Recent, Stay};

/// Cells of the cubes and grains that are worth writing.
pub type Sections = Vec<(&'static Cube, Grain, Cells)>;

/// A section is written when it has at most one cell for so many rows. One that would be hardly smaller than the rows
/// costs more on the disk than it saves: it is counted from the rows when it is asked for, which then is as
/// little work as reading it. Minutes are asked of few days only.
fn rows_per_cell_min(grain: Grain) -> usize {
    if grain == Grain::Minute { 8 } else { 4 }
}

/// More cells than a section ever has: at most a quarter of the rows sealed or put together at once.
const SECTION_CELLS_MAX: usize = 1 << 22;

/// Which sections had too many cells several times in a row: such are not tried again at once.
#[derive(Debug, Default)]
pub struct Worth {
    /// How many files in a row a section was left out of, tried or not.
    left_out: HashMap<(usize, Grain), usize, FixedState>,
}

/// So many tries in a row say that a section has too many cells, and not only this file's.
const TRIES: usize = 3;

/// So many files are written before a section that had too many cells is tried again.
const TRIED_EVERY: usize = 16;

/// A file with fewer rows says nothing about others, nor they about it.
const ROWS_TELLING_MIN: usize = 65_536;

impl Worth {
    /// Counts into a section unless it is not worth it.
    fn count(&mut self, counter: &Counter<'_>, cube: &Cube, grain: Grain, rows: usize) -> Option<Counted> {
        let key = (cube.number(), grain);
        let tells = rows >= ROWS_TELLING_MIN;
        let left_out = self.left_out.entry(key).or_default();
        let is_tried = *left_out < TRIES || left_out.is_multiple_of(TRIED_EVERY);
        let counted = (is_tried || !tells)
            .then(|| counter.count_if_small(cube, grain, rows_per_cell_min(grain)))
            .flatten();
        if tells {
            *left_out = if counted.is_some() { 0 } else { *left_out + 1 };
        }
        counted
    }
}

/// Counts the given rows into every cube, each grain from the next finer one where that is worth writing, else from the
/// events.
pub fn sections(batch: &Batch, rows: &[u32], symbols: &Symbols, worth: &mut Worth) -> Sections {
    let counter = Counter::new(batch, Some(rows), symbols);
    let mut sections: Sections = Vec::new();
    // Counted for a cube none of whose keys are there: the first has response bytes too.
    let mut keyless: Vec<(&Cube, Grain, Rc<Counted>)> = Vec::new();
    for cube in CUBES {
        let is_keyless = counter.is_without_keys(cube);
        let mut finer: Option<Rc<Counted>> = None;
        for grain in cube.grains {
            let is_same = |(known, at, _): &&(&Cube, Grain, Rc<Counted>)| {
                let dimensions = |c: &Cube| (c.outcome, c.latency, c.coarse);
                at == grain && dimensions(known) == dimensions(cube) && (known.bytes || !cube.bytes)
            };
            let same = keyless.iter().find(|known| is_keyless && is_same(known)).map(|(.., counted)| counted);
            let counted = match (same, &finer) {
                (Some(same), _) => Some(Rc::clone(same)),
                (None, Some(finer)) => Some(Rc::new(counter.coarser(cube, *grain, finer))),
                (None, None) => worth.count(&counter, cube, *grain, rows.len()).map(Rc::new),
            };
            if let Some(counted) = &counted {
                sections.push((cube, *grain, counter.cells(cube, *grain, counted)));
                if is_keyless {
                    keyless.push((cube, *grain, Rc::clone(counted)));
                }
            }
            finer = counted;
        }
    }
    sections
}

fn section_name(cube: &Cube, grain: Grain) -> String {
    format!("{}/{}", cube.name, grain.name())
}

const SECTIONS_KEY: &str = "gatelog.sections";

fn schema() -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("minute", DataType::Int32),
        field("gateway", text()),
        field("environment", text()),
        field("key", text()),
        field("detail", text()),
        field("status", DataType::Int32),
        field("reason", text()),
        field("bucket", DataType::Int32),
        field("calls", DataType::Int64),
        field("bytes", DataType::Int64),
    ]))
}

/// Between the name of a section and that of the one it is written beside.
const BESIDE: char = '=';

/// Writes a roll-up file: without sections that others tell, and of those that differ from another one only in the texts
/// beside the keys only these.
pub fn encode(sections: &Sections, symbols: &Symbols) -> Result<Vec<u8>> {
    let mut file = pages::File::new(&schema(), false, 0)?;
    let mut names = Vec::new();
    let (empty, filled): (Vec<_>, Vec<_>) =
        told::worth_writing(sections).partition(|(_, _, cells)| cells.is_empty());
    for (at, (cube, grain, cells)) in filled.iter().enumerate() {
        let name = section_name(cube, *grain);
        let is_base = |(other, at, like): &&&(&Cube, Grain, Cells)| {
            at == grain && is_like(cube, other) && told::differ_beside(cells, like)
        };
        let base = filled.get(..at).and_then(|before| before.iter().find(is_base));
        let (name, only_detail) = match base {
            Some((other, ..)) => (format!("{name}{BESIDE}{}", section_name(other, *grain)), true),
            None => (name, false),
        };
        names.push(name);
        let rows = packed(cells);
        let columns = columns(cube, cells, only_detail, symbols);
        file.group(columns.iter().map(|(layout, column)| (*layout, column)), &rows)?;
    }
    // Sections without cells are named too: they are known to be empty, not unknown.
    names.extend(empty.iter().map(|(cube, grain, _)| section_name(cube, *grain)));
    file.close([KeyValue::new(SECTIONS_KEY.to_owned(), names.join(","))])
}

/// Whether the cells of a cube can be written beside those of another one.
fn is_like(cube: &Cube, other: &Cube) -> bool {
    let dimensions = |cube: &Cube| (cube.key, cube.outcome, cube.latency, cube.coarse);
    cube.number() != other.number()
        && dimensions(cube) == dimensions(other)
        && cube.detail.is_some()
        && (other.bytes || !cube.bytes)
}

/// Stands for a detail that is the same as the key: no id is this text.
const SAME: &str = "\u{1}";

/// Whether the key may stand beside itself.
fn is_beside_itself(cube: &Cube) -> bool {
    cube.detail.is_some_and(|detail| cube.key.contains(&detail))
}

/// The cells in an order that packs well: those of a key beside each other, whatever their time.
fn packed(cells: &Cells) -> Vec<u32> {
    let mut order: Vec<u64> = cells.key.iter().zip(0..).map(|(key, at)| key << 32 | at).collect();
    if !matches!(cells.minute, Numbers::Same(..)) {
        order.sort_unstable();
    }
    order.into_iter().map(|key_and_place| key_and_place as u32).collect()
}

/// Cells in the columns of [`schema`].
fn columns(cube: &Cube, cells: &Cells, only_detail: bool, symbols: &Symbols) -> Vec<(Layout, Column)> {
    let none = Numbers::Same(0, cells.len());
    let of = |column| if only_detail { &none } else { column };
    let reason =
        |n: u64| n.checked_sub(1).and_then(|at| REASONS.get(at as usize)).map_or("", |r| r.code).to_owned();
    let int = |column: &Numbers| Column::Int(column.iter().map(|n| n as i64).collect());
    let text = |column: &Numbers| texts(column.iter(), |n| symbols.text(n as Sym));
    const SAME_NUMBER: u64 = u64::MAX;
    let beside = cells.key.iter().zip(cells.detail.iter());
    let beside =
        beside.map(
            |(key, detail)| {
                if is_beside_itself(cube) && key == detail && key != 0 { SAME_NUMBER } else { detail }
            },
        );
    let detail = texts(beside, |n| if n == SAME_NUMBER { SAME.to_owned() } else { symbols.text(n as Sym) });
    vec![
        (Layout::Deltas, int(of(&cells.minute))),
        (Layout::Codes, text(of(&cells.gateway))),
        (Layout::Codes, text(of(&cells.environment))),
        (Layout::Codes, text(of(&cells.key))),
        (Layout::Codes, detail),
        (Layout::Codes, int(of(&cells.status))),
        (Layout::Codes, texts(of(&cells.reason).iter(), reason)),
        (Layout::Codes, int(of(&cells.bucket))),
        (Layout::Codes, int(of(&cells.calls))),
        (Layout::Deltas, int(of(&cells.bytes))),
    ]
}

/// A text column; each distinct number is turned into its text once.
fn texts(numbers: impl Iterator<Item = u64>, text: impl Fn(u64) -> String) -> Column {
    let mut ids: HashMap<u64, u32, FixedState> = HashMap::default();
    let mut column = DictColumn::default();
    let (dict, mut before) = (&mut column.dict, None);
    for n in numbers {
        let id = match before {
            Some((same, id)) if same == n => id,
            _ => *ids.entry(n).or_insert_with(|| dict.number(&text(n))),
        };
        before = Some((n, id));
        column.ids.push(id);
    }
    Column::Dict(column)
}

/// A roll-up file: where it is, and its checksum.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Path below the data directory.
    pub path: &'a str,
    /// CRC-32.
    pub crc: u32,
}

fn metadata(chunks: &Chunks, path: &str) -> Result<ArrowReaderMetadata> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(schema());
    ArrowReaderMetadata::load(chunks, options).map_err(|e| Error::Damaged { what: format!("{path}: {e}") })
}

/// The names of the sections, in the order of the row groups, and of those they are written beside.
fn names(metadata: &ArrowReaderMetadata) -> impl Iterator<Item = (&str, Option<&str>)> {
    let pairs = metadata.metadata().file_metadata().key_value_metadata().into_iter().flatten();
    let names = pairs.filter(|kv| kv.key == SECTIONS_KEY).find_map(|kv| kv.value.as_deref());
    names.unwrap_or("").split(',').map(|name| match name.split_once(BESIDE) {
        Some((name, beside)) => (name, Some(beside)),
        None => (name, None),
    })
}

/// The cubes and grains that a roll-up file has cells of, as they are or told by others.
pub fn written(disk: &dyn Disk, file: &File<'_>) -> Result<Vec<(usize, Grain)>> {
    let chunks = Chunks::open(disk, file.path)?;
    chunks.check(file.path, file.crc)?;
    let metadata = metadata(&chunks, file.path)?;
    let names: Vec<&str> = names(&metadata).map(|(name, _)| name).collect();
    let all = CUBES.iter().flat_map(|cube| cube.grains.iter().map(move |grain| (cube, *grain)));
    let has = |(cube, grain): (&Cube, Grain)| names.contains(&section_name(cube, grain).as_str());
    let is_written =
        |(cube, grain): &(&Cube, Grain)| has((cube, *grain)) || told::tellers(cube, *grain).any(has);
    Ok(all.filter(is_written).map(|(cube, grain)| (cube.number(), grain)).collect())
}

/// Reads one section of a roll-up file, or what others tell of it; `None` when it was not worth writing, or the file is
/// older than the cube.
pub fn decode(
    disk: &dyn Disk,
    file: &File<'_>,
    cube: &Cube,
    grain: Grain,
    symbols: &Symbols,
) -> Result<Option<Cells>> {
    let chunks = Chunks::open(disk, file.path)?;
    chunks.check(file.path, file.crc)?;
    let metadata = metadata(&chunks, file.path)?;
    let reading = Reading { path: file.path, chunks, metadata, symbols };
    if let Some(cells) = reading.section(cube, grain)? {
        return Ok(Some(cells));
    }
    for (other, finer) in told::tellers(cube, grain) {
        if let Some(cells) = reading.section(other, finer)? {
            let mut sum = Sum::default();
            sum.add_narrowed(&cells, cube, grain);
            return Ok(Some(sum.finish()));
        }
    }
    Ok(None)
}

/// A roll-up file that is read.
struct Reading<'a> {
    path: &'a str,
    chunks: Chunks,
    metadata: ArrowReaderMetadata,
    symbols: &'a Symbols,
}

impl Reading<'_> {
    fn damaged(&self, e: &dyn std::fmt::Display) -> Error {
        Error::Damaged { what: format!("{}: {e}", self.path) }
    }

    /// A section that is written.
    fn section(&self, cube: &Cube, grain: Grain) -> Result<Option<Cells>> {
        let wanted = section_name(cube, grain);
        let names: Vec<(&str, Option<&str>)> = names(&self.metadata).collect();
        let Some(at) = names.iter().position(|(name, _)| *name == wanted) else { return Ok(None) };
        if at >= self.metadata.metadata().num_row_groups() {
            return Ok(Some(Cells::default()));
        }
        let columns = dimensions(cube);
        let beside = names.get(at).and_then(|(_, beside)| *beside);
        let mut cells = match beside {
            None => self.group(at, &columns)?,
            Some(beside) => {
                let base = names.iter().position(|(name, _)| *name == beside);
                let base = base.ok_or_else(|| self.damaged(&"a section is missing"))?;
                let (detail, others): (Vec<_>, Vec<_>) =
                    columns.into_iter().partition(|name| *name == "detail");
                Cells { detail: self.group(at, &detail)?.detail, ..self.group(base, &others)? }
            }
        };
        if is_beside_itself(cube) {
            let same = u64::from(self.symbols.sym(SAME));
            let both = cells.key.iter().zip(cells.detail.iter());
            cells.detail = both.map(|(key, detail)| if detail == same { key } else { detail }).collect();
        }
        Ok(Some(cells))
    }

    /// Some columns of a row group.
    fn group(&self, at: usize, columns: &[&str]) -> Result<Cells> {
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), columns.iter().copied());
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.chunks.clone(), self.metadata.clone());
        let reader = builder
            .with_row_groups(vec![at])
            .with_projection(mask)
            .with_batch_size(SECTION_CELLS_MAX)
            .build()
            .map_err(|e| self.damaged(&e))?;
        let mut cells = Cells::default();
        for records in reader {
            let records = records.map_err(|e| self.damaged(&e))?;
            cells =
                read(&records, columns, self.symbols).ok_or_else(|| self.damaged(&"unexpected columns"))?;
        }
        Ok(cells)
    }
}

/// The columns that say something in the cells of a cube; the others are zero all the way down.
fn dimensions(cube: &Cube) -> Vec<&'static str> {
    let mut names = vec!["minute", "calls"];
    let sometimes: [(bool, &[&str]); 6] = [
        (!cube.coarse, &["gateway", "environment"]),
        (!cube.key.is_empty(), &["key"]),
        (cube.detail.is_some(), &["detail"]),
        (cube.outcome, &["status", "reason"]),
        (cube.latency, &["bucket"]),
        (cube.bytes, &["bytes"]),
    ];
    names.extend(sometimes.iter().filter(|(is, _)| *is).flat_map(|(_, names)| *names));
    names
}

fn read(records: &RecordBatch, wanted: &[&str], symbols: &Symbols) -> Option<Cells> {
    let column = |name: &str, numbers: &dyn Fn(&dyn Array) -> Option<Numbers>| match wanted.contains(&name) {
        true => numbers(records.column_by_name(name)?),
        false => Some(Numbers::Same(0, records.num_rows())),
    };
    let int = |name: &str| {
        let numbers = |array: &dyn Array| -> Option<Numbers> {
            Some(array.as_primitive_opt::<Int32Type>()?.values().iter().map(|n| *n as u64).collect())
        };
        column(name, &numbers)
    };
    let long = |name: &str| {
        let numbers = |array: &dyn Array| -> Option<Numbers> {
            Some(array.as_primitive_opt::<Int64Type>()?.values().iter().map(|n| *n as u64).collect())
        };
        column(name, &numbers)
    };
    let text = |name: &str| column(name, &|array| coded(array, |text| symbols.sym(text).into()));
    Some(Cells {
        minute: int("minute")?,
        gateway: text("gateway")?,
        environment: text("environment")?,
        key: text("key")?,
        detail: text("detail")?,
        status: int("status")?,
        reason: column("reason", &|array| coded(array, |text| reason_number(text).into()))?,
        bucket: int("bucket")?,
        calls: long("calls")?,
        bytes: long("bytes")?,
    })
}

/// A text column, each distinct text turned into a number once.
fn coded(array: &dyn Array, number: impl Fn(&str) -> u64) -> Option<Numbers> {
    let array = array.as_dictionary_opt::<Int32Type>()?;
    let numbers: Vec<u64> =
        array.values().as_string_opt::<i32>()?.iter().map(|text| number(text.unwrap_or(""))).collect();
    let absent = number("");
    let coded = |key: Option<i32>| key.map_or(Some(absent), |key| numbers.get(key as usize).copied());
    array.keys().iter().map(coded).collect()
}

/// Cells read from roll-up files, kept while there is room, and beside them what questions counted from rows.
pub struct Cache {
    disk: Arc<dyn Disk>,
    symbols: Arc<Symbols>,
    cells: Mutex<Recent<SectionKey, Arc<Cells>>>,
    pub(crate) counts: Counts,
}

type SectionKey = (String, usize, Grain);

impl Cache {
    /// A cache of at most `bytes_max` bytes of cells.
    pub fn new(disk: Arc<dyn Disk>, symbols: Arc<Symbols>, bytes_max: usize) -> Cache {
        Cache { disk, symbols, cells: Mutex::new(Recent::new(bytes_max)), counts: Counts::default() }
    }

    /// The cells of one section of a roll-up file; those that are not in it are made by `count`.
    pub fn cells(
        &self,
        file: File<'_>,
        cube: &'static Cube,
        grain: Grain,
        count: impl FnOnce() -> Result<Cells>,
    ) -> Result<Arc<Cells>> {
        self.made(file.path.to_owned(), cube, grain, || self.read(file, cube, grain, count))
    }

    /// The same, not kept when they are not held yet.
    pub(crate) fn cells_once(
        &self,
        file: File<'_>,
        cube: &'static Cube,
        grain: Grain,
        count: impl FnOnce() -> Result<Cells>,
    ) -> Result<Arc<Cells>> {
        let held = self.lock().get(&(file.path.to_owned(), cube.number(), grain));
        held.map_or_else(|| Ok(Arc::new(self.read(file, cube, grain, count)?)), Ok)
    }

    fn read(
        &self,
        file: File<'_>,
        cube: &'static Cube,
        grain: Grain,
        count: impl FnOnce() -> Result<Cells>,
    ) -> Result<Cells> {
        decode(&*self.disk, &file, cube, grain, &self.symbols)?.map_or_else(count, Ok)
    }

    /// The cells of that name, made now unless they are held. What has a name never changes.
    pub fn made(
        &self,
        name: String,
        cube: &'static Cube,
        grain: Grain,
        make: impl FnOnce() -> Result<Cells>,
    ) -> Result<Arc<Cells>> {
        let key = (name, cube.number(), grain);
        if let Some(cells) = self.lock().get(&key) {
            return Ok(cells);
        }
        let cells = Arc::new(make()?);
        self.lock().put(key, Arc::clone(&cells), cells.memory_bytes(), Stay::Used);
        Ok(cells)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Recent<SectionKey, Arc<Cells>>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
