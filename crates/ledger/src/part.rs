//! A sealed file: events of one day in Parquet, and beside it their roll-up. This file knows how both are written
//! and read; which files make up the table is the table's business.

mod bloom;
mod together;

use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use event::field;
use event::time::DAY;
use event::{Batch, FIELDS, Field, FieldId, Kind, Storage};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use crate::columns::{column_name, fields, read_schema, to_batch};
use crate::cube::{Cube, Grain};
use crate::disk::{Disk, Reading};
use crate::error::{Error, Result, Tried};
use crate::pages::{File, Layout};
use crate::proof::block::Sealed;

/// Rows of one row group. Measured best: larger ones make "latest with filter" slower, smaller ones cost bytes.
pub const ROW_GROUP_ROWS: usize = 131_072;

/// Fields looked up by one exact value, which get a Bloom filter.
const NEEDLES: &[FieldId] = &[field::REQUEST_ID, field::CORRELATION_ID, field::TRACE_ID];

/// About how many bytes an event takes, to make room for a file once.
const EVENT_BYTES: usize = 56;

fn layout(field: &Field) -> Layout {
    match field.kind.storage() {
        Storage::Dict => Layout::Codes,
        Storage::Text if NEEDLES.contains(&field.id) => Layout::Needles,
        Storage::Text => Layout::Texts,
        Storage::Int if field.kind == Kind::Bool => Layout::Bits,
        Storage::Int if field.kind == Kind::Time || field.id == field::SEQ => Layout::Deltas,
        Storage::Int => Layout::Codes,
    }
}

/// Writes the given rows, which are of one day and in the order of time, as one Parquet file. Row groups follow each other in
/// time; inside of one the rows of a caller lie together.
pub fn encode(batch: &Batch, rows: &[u32]) -> Result<Vec<u8>> {
    let fields: Vec<&Field> = batch.columns().map(|(field, _)| field).collect();
    let mut file = File::new(&read_schema(&fields), true, rows.len() * EVENT_BYTES)?;
    for rows in rows.chunks(ROW_GROUP_ROWS) {
        let rows = together::together(batch, rows);
        file.group(batch.columns().map(|(field, column)| (layout(field), column)), &rows)?;
    }
    file.close(None)
}

/// Where a sealed file is and what it holds, as the table's log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path of the Parquet file, below the data directory.
    pub path: String,
    /// Path of its roll-up.
    pub rollup: String,
    /// Its UTC day, in days since the epoch.
    pub day: i64,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many events.
    pub rows: u64,
    /// The earliest event's time in microseconds.
    pub time_min: i64,
    /// The latest event's time in microseconds.
    pub time_max: i64,
    /// CRC-32 of the file.
    pub crc: u32,
    /// CRC-32 of its roll-up.
    pub rollup_crc: u32,
    /// What its events were sealed as; nothing of events that were sealed before there was a proof.
    pub blocks: Vec<Sealed>,
}

/// A sealed file, open.
pub struct Part {
    /// Where it is and what it holds.
    pub place: Place,
    disk: Arc<dyn Disk>,
    metadata: std::sync::OnceLock<ArrowReaderMetadata>,
    written: std::sync::OnceLock<Vec<(usize, Grain)>>,
}

impl Part {
    /// Nothing is read before it is asked for.
    pub fn new(place: Place, disk: Arc<dyn Disk>) -> Part {
        Part { place, disk, metadata: Default::default(), written: Default::default() }
    }

    /// Its roll-up.
    pub fn rollup(&self) -> crate::rollup::File<'_> {
        crate::rollup::File { path: &self.place.rollup, crc: self.place.rollup_crc }
    }

    /// Whether its roll-up has the cells of a cube at a grain: those that it does not have are counted from its rows.
    pub fn has_cells(&self, cube: &Cube, grain: Grain) -> Result<bool> {
        let written = match self.written.get() {
            Some(written) => written,
            None => {
                let written = crate::rollup::written(&*self.disk, &self.rollup())?;
                self.written.get_or_init(|| written)
            }
        };
        Ok(written.contains(&(cube.number(), grain)))
    }

    fn chunks(&self) -> Result<Chunks> {
        let file = self.disk.open(&self.place.path).tried("opening", &self.place.path)?;
        Ok(Chunks { file: Arc::from(file), len: self.place.bytes })
    }

    fn metadata(&self) -> Result<&ArrowReaderMetadata> {
        if let Some(metadata) = self.metadata.get() {
            return Ok(metadata);
        }
        let chunks = self.chunks()?;
        chunks.check(&self.place.path, self.place.crc)?;
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&chunks, options).map_err(|e| self.damaged(&e))?;
        Ok(self.metadata.get_or_init(|| metadata))
    }

    fn damaged(&self, error: &dyn std::fmt::Display) -> Error {
        Error::Damaged { what: format!("{}: {error}", self.place.path) }
    }

    /// How many row groups it has.
    pub fn groups(&self) -> Result<usize> {
        Ok(self.metadata()?.metadata().num_row_groups())
    }

    /// Rows, earliest and latest time of a row group.
    pub fn group(&self, group: usize) -> Result<(usize, i64, i64)> {
        let metadata = self.metadata()?.metadata();
        let group = metadata.row_groups().get(group).ok_or_else(|| self.damaged(&"no such row group"))?;
        let (mut low, mut high) = (self.place.time_min, self.place.time_max);
        for column in group.columns() {
            if column.column_path().string() == "time"
                && let Some(Statistics::Int64(s)) = column.statistics()
            {
                low = s.min_opt().copied().unwrap_or(low);
                high = s.max_opt().copied().unwrap_or(high);
            }
        }
        Ok((usize::try_from(group.num_rows()).unwrap_or(0), low, high))
    }

    /// The least and the greatest number of a field in a row group, when the file says so. `None` also when some
    /// row has no value.
    pub fn bounds(&self, group: usize, id: FieldId) -> Result<Option<(i64, i64)>> {
        let name = column_name(id.field());
        let metadata = self.metadata()?;
        let Some((column, _)) = metadata.schema().column_with_name(&name) else { return Ok(None) };
        let chunk = metadata.metadata().row_groups().get(group).and_then(|g| g.columns().get(column));
        Ok(match chunk.and_then(|c| c.statistics()) {
            Some(Statistics::Int64(s)) if s.null_count_opt() == Some(0) => {
                s.min_opt().copied().zip(s.max_opt().copied())
            }
            _ => None,
        })
    }

    /// Some columns of a row group: of all rows, or of the given ones (in ascending order).
    pub fn read(&self, group: usize, ids: &[FieldId], rows: Option<&[u32]>) -> Result<Batch> {
        let wanted = fields(ids);
        let schema = Arc::clone(self.metadata()?.schema());
        let names: Vec<String> =
            wanted.iter().map(|f| column_name(f)).filter(|n| schema.column_with_name(n).is_some()).collect();
        let count = rows.map_or(self.group(group)?.0, <[u32]>::len);
        if names.is_empty() || count == 0 {
            return Ok(rows_without_columns(count));
        }
        // The dictionary types must be named for every column of the file, or they would be read as plain text.
        let all: Vec<_> =
            FIELDS.iter().filter(|f| schema.column_with_name(&column_name(f)).is_some()).collect();
        let mut ordered: Vec<_> = all.clone();
        ordered.sort_by_key(|f| schema.index_of(&column_name(f)).unwrap_or(usize::MAX));
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_schema(read_schema(&ordered))
            .with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(self.metadata()?.metadata()), options)
            .map_err(|e| self.damaged(&e))?;
        let mask = ProjectionMask::columns(metadata.parquet_schema(), names.iter().map(String::as_str));
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.chunks()?, metadata)
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(ROW_GROUP_ROWS);
        if let Some(rows) = rows {
            builder = builder.with_row_selection(selection(rows));
        }
        let mut batch = Batch::new();
        for records in builder.build().map_err(|e| self.damaged(&e))? {
            let records: RecordBatch = records.map_err(|e| self.damaged(&e))?;
            let read = to_batch(&records, &wanted)?;
            if batch.is_empty() { batch = read } else { batch.append(&read) }
        }
        if batch.len() != count {
            return Err(self.damaged(&format!("row group {group} gave {} of {count} rows", batch.len())));
        }
        Ok(batch)
    }

    /// Whether a row group may hold this exact text in this field; false is certain.
    pub fn may_hold(&self, group: usize, id: FieldId, text: &str) -> Result<bool> {
        let name = column_name(id.field());
        let metadata = self.metadata()?;
        let Some(column) = metadata.schema().column_with_name(&name).map(|(at, _)| at) else {
            return Ok(false);
        };
        let chunk = metadata.metadata().row_groups().get(group).and_then(|g| g.columns().get(column));
        if let Some(Statistics::ByteArray(s)) = chunk.and_then(|c| c.statistics())
            && let (Some(min), Some(max)) = (s.min_opt(), s.max_opt())
            && (text.as_bytes() < min.data() || (s.max_is_exact() && text.as_bytes() > max.data()))
        {
            return Ok(false);
        }
        if !NEEDLES.contains(&id) {
            return Ok(true);
        }
        let offset = chunk.and_then(|c| c.bloom_filter_offset()).and_then(|at| u64::try_from(at).ok());
        let Some(offset) = offset else { return Ok(true) };
        let chunks = self.chunks()?;
        let mut header = [0; bloom::HEADER_BYTES_MAX];
        chunks.file.read_at(offset, &mut header).tried("reading", &self.place.path)?;
        let Some(at) = bloom::block_at(&header, text) else { return Ok(true) };
        let mut block = [0; bloom::BLOCK_BYTES];
        chunks.file.read_at(offset + at, &mut block).tried("reading", &self.place.path)?;
        Ok(bloom::may_hold(&block, text))
    }
}

/// A batch that knows how many rows it has and nothing about them.
fn rows_without_columns(count: usize) -> Batch {
    let mut batch = Batch::new();
    let _ = batch.set_column(field::SEQ, event::column::Column::Int(vec![event::column::NULL; count]));
    batch
}

fn selection(rows: &[u32]) -> RowSelection {
    let mut selectors: Vec<RowSelector> = Vec::new();
    let mut next = 0;
    for row in rows {
        let row = *row as usize;
        if row > next {
            selectors.push(RowSelector::skip(row - next));
        }
        match selectors.last_mut() {
            Some(last) if !last.skip => last.row_count += 1,
            _ => selectors.push(RowSelector::select(1)),
        }
        next = row + 1;
    }
    selectors.into()
}

/// A file of ours as Parquet reads it.
#[derive(Clone)]
pub struct Chunks {
    file: Arc<dyn Reading>,
    len: u64,
}

impl Chunks {
    /// A whole file.
    pub fn open(disk: &dyn Disk, path: &str) -> Result<Chunks> {
        let file = disk.open(path).tried("opening", path)?;
        let len = file.len().tried("measuring", path)?;
        Ok(Chunks { file: Arc::from(file), len })
    }
}

/// Bytes checked at once.
const CHECK_BYTES: usize = 1 << 20;

impl Chunks {
    /// Reads every byte once: nothing of a damaged file is believed. Done at the first use of a file, not at each.
    pub fn check(&self, path: &str, crc: u32) -> Result<()> {
        let actual = self.file.len().tried("measuring", path)?;
        if actual != self.len {
            return Err(Error::Damaged {
                what: format!("{path} has {actual} bytes instead of {}", self.len),
            });
        }
        let mut hasher = crc32fast::Hasher::new();
        let mut buffer = vec![0; usize::try_from(self.len).unwrap_or(CHECK_BYTES).min(CHECK_BYTES)];
        let mut at = 0;
        while at < self.len {
            let n = usize::try_from(self.len - at).unwrap_or(CHECK_BYTES).min(CHECK_BYTES);
            let (head, _) = buffer.split_at_mut(n);
            self.file.read_at(at, head).tried("reading", path)?;
            hasher.update(head);
            at += n as u64;
        }
        if hasher.finalize() != crc {
            return Err(Error::Damaged { what: format!("{path} is not what was written") });
        }
        Ok(())
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Chunks {
    type T = std::io::BufReader<At>;

    fn get_read(&self, start: u64) -> std::result::Result<Self::T, ParquetError> {
        Ok(std::io::BufReader::new(At { file: Arc::clone(&self.file), at: start, len: self.len }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> std::result::Result<Bytes, ParquetError> {
        if start.saturating_add(length as u64) > self.len {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} of {}", self.len)));
        }
        let mut bytes = vec![0; length];
        self.file.read_at(start, &mut bytes)?;
        Ok(bytes.into())
    }
}

/// A place in a file that moves on as it is read.
pub struct At {
    file: Arc<dyn Reading>,
    at: u64,
    len: u64,
}

impl At {
    /// The beginning of a file.
    pub fn begin(chunks: &Chunks) -> At {
        At { file: Arc::clone(&chunks.file), at: 0, len: chunks.len }
    }
}

impl std::io::Read for At {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX).min(buf.len());
        let (head, _) = buf.split_at_mut(n);
        self.file.read_at(self.at, head)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// The UTC day of an event's time.
pub fn day_of(time: i64) -> i64 {
    time.div_euclid(DAY)
}
