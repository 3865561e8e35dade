//! The roll-up of a sealed file: every cube at every grain, one Parquet row group each, so that a question reads
//! only its own. Written in the same commit as the rows; Σ cells = rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use event::Batch;
use event::reason::REASONS;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::cells::{Cells, Sum, Sym, Symbols, count_if_small, reason_number};
use crate::cube::{CUBES, Cube, Grain};
use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::numbers::Numbers;
use crate::part::Chunks;

/// Cells of the cubes and grains that are worth writing.
pub type Sections = Vec<(&'static Cube, Grain, Cells)>;

/// A section is written when it has at most one cell for so many rows. One that would be hardly smaller than the rows
/// costs more on the disk than it saves: it is counted from the rows when it is asked for, which then is as
/// little work as reading it.
const ROWS_PER_CELL_MIN: usize = 4;

/// More cells than a section ever has: at most a quarter of the rows sealed or put together at once.
const SECTION_CELLS_MAX: usize = 1 << 22;

/// Counts the given rows into every cube, each grain from the next finer one where there is one, else from the events.
pub fn sections(batch: &Batch, rows: &[u32], symbols: &Symbols) -> Sections {
    let mut sections: Sections = Vec::new();
    for cube in CUBES {
        let mut finer: Option<Cells> = None;
        for grain in cube.grains {
            let cells = match &finer {
                Some(finer) => Some(coarse(finer, *grain)),
                None => count_if_small(cube, *grain, batch, rows, symbols, ROWS_PER_CELL_MIN),
            };
            if let Some(finer) = finer.take() {
                sections.extend(previous(cube, *grain).map(|before| (cube, before, finer)));
            }
            finer = cells;
        }
        sections.extend(finer.and_then(|cells| Some((cube, *cube.grains.last()?, cells))));
    }
    sections
}

fn previous(cube: &Cube, grain: Grain) -> Option<Grain> {
    let at = cube.grains.iter().position(|g| *g == grain)?;
    cube.grains.get(at.checked_sub(1)?).copied()
}

fn coarse(cells: &Cells, grain: Grain) -> Cells {
    let mut sum = Sum::default();
    sum.add(cells, grain);
    sum.finish()
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

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let minute = ColumnPath::from("minute");
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_dictionary_enabled(minute.clone(), false)
        .set_column_encoding(minute, Encoding::DELTA_BINARY_PACKED)
        .set_created_by("gatelog".to_owned())
        .build()
}

/// Writes a roll-up file.
pub fn encode(sections: &Sections, symbols: &Symbols) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let options = ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
    let mut writer =
        ArrowWriter::try_new_with_options(&mut bytes, schema(), options).map_err(Error::arrow)?;
    let mut names = Vec::new();
    for (cube, grain, cells) in sections.iter().filter(|(_, _, cells)| !cells.is_empty()) {
        names.push(section_name(cube, *grain));
        writer.write(&records(cells, symbols)?).map_err(Error::arrow)?;
        writer.flush().map_err(Error::arrow)?;
    }
    // Sections without cells are named too: they are known to be empty, not unknown.
    for (cube, grain, _) in sections.iter().filter(|(_, _, cells)| cells.is_empty()) {
        names.push(section_name(cube, *grain));
    }
    writer.append_key_value_metadata(KeyValue::new(SECTIONS_KEY.to_owned(), names.join(",")));
    writer.close().map_err(Error::arrow)?;
    Ok(bytes)
}

fn records(cells: &Cells, symbols: &Symbols) -> Result<RecordBatch> {
    let reason =
        |n: u64| n.checked_sub(1).and_then(|at| REASONS.get(at as usize)).map_or(0, |r| symbols.sym(r.code));
    let int = |column: &Numbers| -> ArrayRef {
        Arc::new(Int32Array::from_iter_values(column.iter().map(|n| n as i32)))
    };
    let long = |column: &Numbers| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(column.iter().map(|n| n as i64)))
    };
    let text = |column: &Numbers| texts(column.iter().map(|n| n as Sym), symbols);
    let columns: Vec<ArrayRef> = vec![
        int(&cells.minute),
        text(&cells.gateway),
        text(&cells.environment),
        text(&cells.key),
        text(&cells.detail),
        int(&cells.status),
        texts(cells.reason.iter().map(reason), symbols),
        int(&cells.bucket),
        long(&cells.calls),
        long(&cells.bytes),
    ];
    RecordBatch::try_new(schema(), columns).map_err(Error::arrow)
}

fn texts(syms: impl Iterator<Item = Sym>, symbols: &Symbols) -> ArrayRef {
    let mut numbers: HashMap<Sym, i32> = HashMap::new();
    let mut values: Vec<String> = Vec::new();
    let keys: Vec<i32> = syms
        .map(|sym| {
            *numbers.entry(sym).or_insert_with(|| {
                values.push(symbols.text(sym));
                values.len() as i32 - 1
            })
        })
        .collect();
    Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(keys), Arc::new(StringArray::from(values))))
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
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata)
        .with_row_groups(vec![at])
        .with_batch_size(SECTION_CELLS_MAX)
        .build()
        .map_err(|e| damaged(&e))?;
    let mut cells = Cells::default();
    for records in reader {
        let records = records.map_err(|e| damaged(&e))?;
        cells = read(&records, symbols).ok_or_else(|| damaged(&"unexpected columns"))?;
    }
    Ok(Some(cells))
}

fn read(records: &RecordBatch, symbols: &Symbols) -> Option<Cells> {
    let int = |name: &str| -> Option<Numbers> {
        Some(
            records
                .column_by_name(name)?
                .as_primitive_opt::<Int32Type>()?
                .values()
                .iter()
                .map(|n| *n as u64)
                .collect(),
        )
    };
    let long = |name: &str| -> Option<Numbers> {
        Some(
            records
                .column_by_name(name)?
                .as_primitive_opt::<Int64Type>()?
                .values()
                .iter()
                .map(|n| *n as u64)
                .collect(),
        )
    };
    let text = |name: &str| coded(records, name, |text| symbols.sym(text).into());
    Some(Cells {
        minute: int("minute")?,
        gateway: text("gateway")?,
        environment: text("environment")?,
        key: text("key")?,
        detail: text("detail")?,
        status: int("status")?,
        reason: coded(records, "reason", |text| reason_number(text).into())?,
        bucket: int("bucket")?,
        calls: long("calls")?,
        bytes: long("bytes")?,
    })
}

/// A text column, each distinct text turned into a number once.
fn coded(records: &RecordBatch, name: &str, number: impl Fn(&str) -> u64) -> Option<Numbers> {
    let array = records.column_by_name(name)?.as_dictionary_opt::<Int32Type>()?;
    let numbers: Vec<u64> =
        array.values().as_string_opt::<i32>()?.iter().map(|text| number(text.unwrap_or(""))).collect();
    array.keys().values().iter().map(|key| numbers.get(*key as usize).copied()).collect()
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
