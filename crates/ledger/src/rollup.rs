//! The roll-up of a sealed file: every cube at every grain, one Parquet row group each, so that a question reads
//! only its own. Written in the same commit as the rows; Σ cells = rows.

use std::collections::{BTreeMap, HashMap};
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

use crate::cells::{Cells, Sym, Symbols, reason_number};
use crate::count::{Counted, Counter};
use crate::cube::{CUBES, Cube, Grain};
use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::numbers::Numbers;
use crate::pages::{self, Layout};
use crate::part::Chunks;

/// Cells of the cubes and grains that are worth writing.
pub type Sections = Vec<(&'static Cube, Grain, Cells)>;

/// A section is written when it has at most one cell for so many rows. One that would be hardly smaller than the rows
/// costs more on the disk than it saves: it is counted from the rows when it is asked for, which then is as
/// little work as reading it.
const ROWS_PER_CELL_MIN: usize = 4;

/// More cells than a section ever has: at most a quarter of the rows sealed or put together at once.
const SECTION_CELLS_MAX: usize = 1 << 22;

/// Counts the given rows into every cube, each grain from the next finer one where that is worth writing, else from the
/// events.
pub fn sections(batch: &Batch, rows: &[u32], symbols: &Symbols) -> Sections {
    let counter = Counter::new(batch, Some(rows), symbols);
    let mut sections: Sections = Vec::new();
    for cube in CUBES {
        let mut finer: Option<Counted> = None;
        for grain in cube.grains {
            let counted = match &finer {
                Some(finer) => Some(counter.coarser(cube, *grain, finer)),
                None => counter.count_if_small(cube, *grain, ROWS_PER_CELL_MIN),
            };
            let cells = counted.as_ref().map(|counted| counter.cells(cube, *grain, counted));
            sections.extend(cells.map(|cells| (cube, *grain, cells)));
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

/// Writes a roll-up file.
pub fn encode(sections: &Sections, symbols: &Symbols) -> Result<Vec<u8>> {
    let mut file = pages::File::new(&schema(), false, 0)?;
    let mut names = Vec::new();
    for (cube, grain, cells) in sections.iter().filter(|(_, _, cells)| !cells.is_empty()) {
        names.push(section_name(cube, *grain));
        let rows: Vec<u32> = (0..cells.len() as u32).collect();
        file.group(columns(cells, symbols).iter().map(|(layout, column)| (*layout, column)), &rows)?;
    }
    // Sections without cells are named too: they are known to be empty, not unknown.
    for (cube, grain, _) in sections.iter().filter(|(_, _, cells)| cells.is_empty()) {
        names.push(section_name(cube, *grain));
    }
    file.close([KeyValue::new(SECTIONS_KEY.to_owned(), names.join(","))])
}

/// Cells in the columns of [`schema`].
fn columns(cells: &Cells, symbols: &Symbols) -> Vec<(Layout, Column)> {
    let reason =
        |n: u64| n.checked_sub(1).and_then(|at| REASONS.get(at as usize)).map_or("", |r| r.code).to_owned();
    let int = |column: &Numbers| Column::Int(column.iter().map(|n| n as i64).collect());
    let text = |column: &Numbers| texts(column, |n| symbols.text(n as Sym));
    vec![
        (Layout::Deltas, int(&cells.minute)),
        (Layout::Codes, text(&cells.gateway)),
        (Layout::Codes, text(&cells.environment)),
        (Layout::Codes, text(&cells.key)),
        (Layout::Codes, text(&cells.detail)),
        (Layout::Codes, int(&cells.status)),
        (Layout::Codes, texts(&cells.reason, reason)),
        (Layout::Codes, int(&cells.bucket)),
        (Layout::Codes, int(&cells.calls)),
        (Layout::Codes, int(&cells.bytes)),
    ]
}

/// A text column; each distinct number is turned into its text once.
fn texts(numbers: &Numbers, text: impl Fn(u64) -> String) -> Column {
    let mut ids: HashMap<u64, u32, FixedState> = HashMap::default();
    let mut column = DictColumn::default();
    let (dict, mut before) = (&mut column.dict, None);
    for n in numbers.iter() {
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

/// Reads one section of a roll-up file; `None` when it was not worth writing, or the file is older than the cube.
pub fn decode(
    disk: &dyn Disk,
    file: &File<'_>,
    cube: &Cube,
    grain: Grain,
    symbols: &Symbols,
) -> Result<Option<Cells>> {
    let path = file.path;
    let chunks = Chunks::open(disk, path)?;
    chunks.check(path, file.crc)?;
    let damaged = |e: &dyn std::fmt::Display| Error::Damaged { what: format!("{path}: {e}") };
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(schema());
    let metadata = ArrowReaderMetadata::load(&chunks, options).map_err(|e| damaged(&e))?;
    let names = metadata.metadata().file_metadata().key_value_metadata().into_iter().flatten();
    let names = names.filter(|kv| kv.key == SECTIONS_KEY).find_map(|kv| kv.value.as_deref()).unwrap_or("");
    let Some(at) = names.split(',').position(|name| name == section_name(cube, grain)) else {
        return Ok(None);
    };
    if at >= metadata.metadata().num_row_groups() {
        return Ok(Some(Cells::default()));
    }
    let wanted = dimensions(cube);
    let mask = ProjectionMask::columns(metadata.parquet_schema(), wanted.iter().copied());
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata)
        .with_row_groups(vec![at])
        .with_projection(mask)
        .with_batch_size(SECTION_CELLS_MAX)
        .build()
        .map_err(|e| damaged(&e))?;
    let mut cells = Cells::default();
    for records in reader {
        let records = records.map_err(|e| damaged(&e))?;
        cells = read(&records, &wanted, symbols).ok_or_else(|| damaged(&"unexpected columns"))?;
    }
    Ok(Some(cells))
}

/// The columns that say something in the cells of a cube; the others are zero all the way down.
fn dimensions(cube: &Cube) -> Vec<&'static str> {
    let mut names = vec!["minute", "gateway", "environment", "calls"];
    let sometimes: [(bool, &[&str]); 5] = [
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

/// Cells read from roll-up files, kept while there is room.
pub struct Cache {
    disk: Arc<dyn Disk>,
    symbols: Arc<Symbols>,
    bytes_max: usize,
    held: Mutex<Held>,
}

type SectionKey = (String, usize, Grain);

#[derive(Default)]
struct Held {
    sections: HashMap<SectionKey, (u64, Arc<Cells>)>,
    by_age: BTreeMap<u64, SectionKey>,
    bytes: usize,
    clock: u64,
}

impl Cache {
    /// A cache of at most `bytes_max` bytes of cells.
    pub fn new(disk: Arc<dyn Disk>, symbols: Arc<Symbols>, bytes_max: usize) -> Cache {
        Cache { disk, symbols, bytes_max, held: Mutex::default() }
    }

    /// The cells of one section of a roll-up file; those that are not in it are made by `count`.
    pub fn cells(
        &self,
        file: File<'_>,
        cube: &'static Cube,
        grain: Grain,
        count: impl FnOnce() -> Result<Cells>,
    ) -> Result<Arc<Cells>> {
        self.made(file.path.to_owned(), cube, grain, || {
            match decode(&*self.disk, &file, cube, grain, &self.symbols)? {
                Some(cells) => Ok(cells),
                None => count(),
            }
        })
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
        self.lock().put(key, Arc::clone(&cells), self.bytes_max);
        Ok(cells)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn get(&mut self, key: &SectionKey) -> Option<Arc<Cells>> {
        let (age, cells) = self.sections.get_mut(key)?;
        self.clock += 1;
        self.by_age.remove(age);
        *age = self.clock;
        self.by_age.insert(self.clock, key.clone());
        Some(Arc::clone(cells))
    }

    fn put(&mut self, key: SectionKey, cells: Arc<Cells>, bytes_max: usize) {
        self.clock += 1;
        self.bytes += cells.memory_bytes();
        self.by_age.insert(self.clock, key.clone());
        if let Some((age, old)) = self.sections.insert(key, (self.clock, cells)) {
            self.by_age.remove(&age);
            self.bytes -= old.memory_bytes();
        }
        while self.bytes > bytes_max {
            let Some((_, oldest)) = self.by_age.pop_first() else { break };
            if let Some((_, cells)) = self.sections.remove(&oldest) {
                self.bytes -= cells.memory_bytes();
            }
        }
    }
}
