//! Columns as a Parquet file. Ours are dictionaries already, so their numbers become the file's: no text is looked up
//! again for a row, and a column that says the same all the way down costs next to nothing. Which columns there are
//! and how each is laid out is the caller's.

mod chunk;
mod pack;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::Schema;
use bytes::Bytes;
use event::column::{Column, DictColumn, NULL};
use foldhash::fast::RandomState;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{Encoding, Type};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;

use crate::error::{Error, Result};
use chunk::{Bounds, Chunk, Press};

/// Rows of a page, the least that a reader unpacks.
const PAGE_ROWS: usize = 16_384;

/// Bytes of texts in a page, and of a dictionary; unless a single text is larger.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Bits of a Bloom filter for each text: a needle looks into five row groups in a hundred in vain.
const BLOOM_BITS: usize = 7;
/// Bytes of a block of a Bloom filter.
const BLOOM_BLOCK_BYTES: usize = 32;

/// How the values of a column lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Numbers into a dictionary, for what repeats.
    Codes,
    /// Differences to the number before.
    Deltas,
    /// One bit each, for 0 and 1.
    Bits,
    /// Texts one after the other.
    Texts,
    /// The same, with a Bloom filter to find one of them.
    Needles,
}

/// A Parquet file in the making.
pub(crate) struct File {
    writer: SerializedFileWriter<Vec<u8>>,
    schema: SchemaDescriptor,
    press: Press,
    bounds: bool,
}

impl File {
    /// A file of about `capacity` bytes; `bounds` says whether it tells the least and the greatest value of columns.
    pub(crate) fn new(schema: &Schema, bounds: bool, capacity: usize) -> Result<File> {
        // Without the embedded Arrow schema: it says nothing new, and damaged it cannot be read safely.
        let schema = ArrowSchemaConverter::new().convert(schema).map_err(Error::arrow)?;
        let properties = WriterProperties::builder().set_created_by("gatelog".to_owned()).build();
        let out = Vec::with_capacity(capacity);
        let writer = SerializedFileWriter::new(out, schema.root_schema_ptr(), Arc::new(properties))
            .map_err(Error::arrow)?;
        Ok(File { writer, schema, press: Press::new()?, bounds })
    }

    /// Writes the given rows of columns, which come in the order of the schema, as one row group.
    pub(crate) fn group<'c>(
        &mut self,
        columns: impl Iterator<Item = (Layout, &'c Column)>,
        rows: &[u32],
    ) -> Result<()> {
        let mut group = self.writer.next_row_group().map_err(Error::arrow)?;
        for (place, (layout, column)) in columns.enumerate() {
            let chunk = Chunk::new(self.schema.column(place), self.bounds, &mut self.press);
            let (pages, close) = write(layout, column, rows, chunk)?;
            group.append_column(&pages, close).map_err(Error::arrow)?;
        }
        group.close().map_err(Error::arrow)?;
        Ok(())
    }

    /// The file's bytes; `notes` are kept with it.
    pub(crate) fn close(mut self, notes: impl IntoIterator<Item = KeyValue>) -> Result<Vec<u8>> {
        notes.into_iter().for_each(|note| self.writer.append_key_value_metadata(note));
        self.writer.into_inner().map_err(Error::arrow)
    }
}

type Written = Result<(Bytes, ColumnCloseResult)>;

fn write(layout: Layout, column: &Column, rows: &[u32], chunk: Chunk<'_>) -> Written {
    match column {
        Column::Dict(c) => dict(c, rows, chunk),
        Column::Text(c) => texts(rows, |row| c.get(row), layout == Layout::Needles, chunk),
        Column::Int(c) => {
            let number = |row: &u32| c.get(*row as usize).copied().unwrap_or(NULL);
            let numbers: Vec<i64> = rows.iter().map(number).collect();
            match layout {
                Layout::Bits => bits(&numbers, chunk),
                Layout::Deltas => deltas(&numbers, chunk),
                _ => ints(&numbers, chunk),
            }
        }
    }
}

/// Gives out numbers from 1 in the order of first use.
fn number<T>(slot: &mut u32, used: &mut Vec<T>, value: T) -> u32 {
    if *slot == 0 {
        used.push(value);
        *slot = used.len() as u32;
    }
    *slot
}

fn dict(column: &DictColumn, rows: &[u32], mut chunk: Chunk<'_>) -> Written {
    let text = |id: u32| column.dict.get(id);
    let mut numbers = vec![0; column.dict.len()];
    let mut used = Vec::new();
    let codes: Vec<u32> = rows
        .iter()
        .map(|row| match column.ids.get(*row as usize).copied().unwrap_or(0) {
            0 => 0,
            id => numbers.get_mut(id as usize).map_or(0, |slot| number(slot, &mut used, id)),
        })
        .collect();
    if used.iter().map(|id| text(*id).len() + 4).sum::<usize>() > TEXT_BYTES_MAX {
        return texts(rows, |row| column.ids.get(row).map_or("", |id| text(*id)), false, chunk);
    }
    let plain = |out: &mut Vec<u8>| {
        for id in &used {
            out.extend_from_slice(&(text(*id).len() as u32).to_le_bytes());
            out.extend_from_slice(text(*id).as_bytes());
        }
    };
    chunk.dictionary(used.len(), plain)?;
    let bounds = used.iter().map(|id| text(*id)).min().zip(used.iter().map(|id| text(*id)).max());
    coded(&codes, &Bounds::Texts(bounds), chunk)
}

/// Numbers that repeat.
fn ints(numbers: &[i64], mut chunk: Chunk<'_>) -> Written {
    let mut slots: HashMap<i64, u32, RandomState> = HashMap::default();
    let mut used = Vec::new();
    let mut codes = Vec::with_capacity(numbers.len());
    let (mut before, mut code) = (NULL, 0);
    for n in numbers {
        if *n != before {
            code = if *n == NULL { 0 } else { number(slots.entry(*n).or_default(), &mut used, *n) };
            before = *n;
        }
        codes.push(code);
        if used.len() > numbers.len() / 2 + 1 {
            return deltas(numbers, chunk);
        }
    }
    let bytes = if chunk.kind() == Type::INT32 { 4 } else { 8 };
    let plain =
        |out: &mut Vec<u8>| out.extend(used.iter().flat_map(|n| n.to_le_bytes().into_iter().take(bytes)));
    chunk.dictionary(used.len(), plain)?;
    coded(&codes, &Bounds::Ints(min_max(&used)), chunk)
}

/// Rows as numbers into a dictionary, from 1; 0 is absent.
fn coded(codes: &[u32], bounds: &Bounds<'_>, mut chunk: Chunk<'_>) -> Written {
    for codes in codes.chunks(PAGE_ROWS) {
        let present: Vec<u32> = codes.iter().map(|code| u32::from(*code != 0)).collect();
        let values: Vec<u32> = codes.iter().filter_map(|code| code.checked_sub(1)).collect();
        let width = pack::width(values.iter().max().copied().unwrap_or(0).into());
        chunk.page(Encoding::RLE_DICTIONARY, &present, |out| {
            out.push(width as u8);
            pack::runs(out, width, &values);
        })?;
    }
    chunk.close(bounds, None)
}

/// Numbers that differ little from the one before.
fn deltas(numbers: &[i64], mut chunk: Chunk<'_>) -> Written {
    for numbers in numbers.chunks(PAGE_ROWS) {
        let (present, values) = split(numbers);
        chunk.page(Encoding::DELTA_BINARY_PACKED, &present, |out| pack::deltas(out, &values))?;
        chunk.bound_page(&values, numbers.len());
    }
    let (_, values) = split(numbers);
    chunk.close(&Bounds::Ints(min_max(&values)), None)
}

fn bits(numbers: &[i64], mut chunk: Chunk<'_>) -> Written {
    for numbers in numbers.chunks(PAGE_ROWS) {
        let (present, values) = split(numbers);
        chunk.page(Encoding::PLAIN, &present, |out| {
            pack::pack(out, 1, values.iter().map(|n| u64::from(*n != 0)))
        })?;
    }
    chunk.close(&Bounds::None, None)
}

/// Which rows have a number, and those numbers.
fn split(numbers: &[i64]) -> (Vec<u32>, Vec<i64>) {
    let present = numbers.iter().map(|n| u32::from(*n != NULL)).collect();
    (present, numbers.iter().copied().filter(|n| *n != NULL).collect())
}

fn min_max(numbers: &[i64]) -> Option<(i64, i64)> {
    numbers.iter().min().copied().zip(numbers.iter().max().copied())
}

/// Texts that rarely repeat.
fn texts<'t>(rows: &[u32], text: impl Fn(usize) -> &'t str, needle: bool, mut chunk: Chunk<'_>) -> Written {
    let texts: Vec<&str> = rows.iter().map(|row| text(*row as usize)).collect();
    let mut rest = texts.as_slice();
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |text: &&&str| {
            bytes += text.len();
            bytes <= TEXT_BYTES_MAX
        };
        let (page, later) = rest.split_at(rest.iter().take(PAGE_ROWS).take_while(fits).count().max(1));
        rest = later;
        let present: Vec<u32> = page.iter().map(|text| u32::from(!text.is_empty())).collect();
        let lengths: Vec<i64> = page.iter().map(|text| text.len() as i64).filter(|len| *len > 0).collect();
        chunk.page(Encoding::DELTA_LENGTH_BYTE_ARRAY, &present, |out| {
            pack::deltas(out, &lengths);
            page.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
        })?;
    }
    let values = || texts.iter().copied().filter(|text| !text.is_empty());
    let bloom = needle.then(|| bloom(values()));
    chunk.close(&Bounds::Texts(values().min().zip(values().max())), bloom)
}

fn bloom<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Sbbf {
    // As many blocks as it takes; the library would take the next power of two.
    let blocks = (texts.clone().count() * BLOOM_BITS).div_ceil(8 * BLOOM_BLOCK_BYTES).max(1);
    let mut bloom = Sbbf::new(&vec![0; blocks * BLOOM_BLOCK_BYTES]);
    texts.for_each(|text| bloom.insert(text));
    bloom
}
