//! One column of a row group as Parquet pages (parquet-format, README.md): a dictionary page when there is one, then
//! data pages, each compressed alone so that a reader can skip to the rows it wants.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType, Type, ZstdLevel};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::pack;
use crate::error::{Error, Result};

/// The level of compression: the fastest that is not a trade of bytes.
pub(super) const ZSTD_LEVEL: i32 = 1;

/// Texts longer than this are cut in the statistics.
const BOUND_BYTES_MAX: usize = 64;

/// The least and the greatest value of a chunk.
pub(super) enum Bounds<'a> {
    None,
    Ints(Option<(i64, i64)>),
    Texts(Option<(&'a str, &'a str)>),
}

/// What is used again for every page: memory that is given back and taken again costs more than what is done in it.
pub(super) struct Press {
    zstd: Compressor<'static>,
    page: Vec<u8>,
    pressed: Vec<u8>,
}

impl Press {
    pub(super) fn new() -> Result<Press> {
        let zstd = Compressor::new(ZSTD_LEVEL).map_err(Error::arrow)?;
        Ok(Press { zstd, page: Vec::new(), pressed: Vec::new() })
    }

    /// The page, compressed, and how long it was.
    fn press(&mut self) -> Result<(Bytes, usize)> {
        self.pressed.clear();
        self.pressed.reserve(zstd::zstd_safe::compress_bound(self.page.len()));
        self.zstd.compress_to_buffer(&self.page, &mut self.pressed).map_err(Error::arrow)?;
        Ok((Bytes::copy_from_slice(&self.pressed), self.page.len()))
    }
}

/// A column chunk in the making.
pub(super) struct Chunk<'a> {
    press: &'a mut Press,
    descr: ColumnDescPtr,
    bounded: bool,
    sink: TrackedWrite<Vec<u8>>,
    offsets: OffsetIndexBuilder,
    page_bounds: Option<ColumnIndexBuilder>,
    pages: Vec<PageEncodingStats>,
    dictionary_at: Option<i64>,
    data_at: Option<i64>,
    uncompressed: usize,
    rows: usize,
    nulls: usize,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(descr: ColumnDescPtr, bounded: bool, press: &'a mut Press) -> Chunk<'a> {
        Chunk {
            press,
            descr,
            bounded,
            sink: TrackedWrite::new(Vec::new()),
            offsets: OffsetIndexBuilder::new(),
            page_bounds: None,
            pages: Vec::new(),
            dictionary_at: None,
            data_at: None,
            uncompressed: 0,
            rows: 0,
            nulls: 0,
        }
    }

    /// The type of its values.
    pub(super) fn kind(&self) -> Type {
        self.descr.physical_type()
    }

    /// The values that data pages refer to by number. Comes first.
    pub(super) fn dictionary(&mut self, count: usize, plain: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        self.press.page.clear();
        plain(&mut self.press.page);
        let (buf, len) = self.press.press()?;
        let encoding = Encoding::PLAIN;
        let page = Page::DictionaryPage { buf, num_values: count as u32, encoding, is_sorted: false };
        let written = self.write(CompressedPage::new(page, len))?;
        self.dictionary_at = Some(written.offset as i64);
        Ok(())
    }

    /// A data page. `present` says with 1 or 0 for each row whether it has a value; `values` writes those.
    pub(super) fn page(
        &mut self,
        encoding: Encoding,
        present: &[u32],
        values: impl FnOnce(&mut Vec<u8>),
    ) -> Result<()> {
        let plain = &mut self.press.page;
        plain.clear();
        plain.extend_from_slice(&[0; 4]);
        pack::runs(plain, 1, present);
        let levels = (plain.len() - 4) as u32;
        plain.iter_mut().zip(levels.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
        values(plain);
        let (buf, len) = self.press.press()?;
        let page = Page::DataPage {
            buf,
            num_values: present.len() as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let written = self.write(CompressedPage::new(page, len))?;
        self.data_at.get_or_insert(written.offset as i64);
        self.offsets.append_row_count(present.len() as i64);
        self.offsets.append_offset_and_size(written.offset as i64, written.compressed_size as i32);
        self.rows += present.len();
        self.nulls += present.iter().filter(|p| **p == 0).count();
        Ok(())
    }

    /// The least and the greatest number of the page just written, for readers that skip pages.
    pub(super) fn bound_page(&mut self, values: &[i64], rows: usize) {
        if !self.bounded {
            return;
        }
        let index = self.page_bounds.get_or_insert_with(|| ColumnIndexBuilder::new(Type::INT64));
        let nulls = (rows - values.len()) as i64;
        let bytes = |n: Option<&i64>| n.map(|n| n.to_le_bytes().to_vec()).unwrap_or_default();
        index.append(values.is_empty(), bytes(values.iter().min()), bytes(values.iter().max()), nulls);
    }

    fn write(&mut self, page: CompressedPage) -> Result<PageWriteSpec> {
        let (page_type, encoding) = (page.page_type(), page.encoding());
        match self.pages.last_mut().filter(|p| p.page_type == page_type && p.encoding == encoding) {
            Some(pages) => pages.count += 1,
            None => self.pages.push(PageEncodingStats { page_type, encoding, count: 1 }),
        }
        let written = SerializedPageWriter::new(&mut self.sink).write_page(page).map_err(Error::arrow)?;
        self.uncompressed += written.uncompressed_size;
        Ok(written)
    }

    /// The chunk's bytes, and what the file says of them.
    pub(super) fn close(
        self,
        bounds: &Bounds<'_>,
        bloom: Option<Sbbf>,
    ) -> Result<(Bytes, ColumnCloseResult)> {
        let bytes = Bytes::from(self.sink.into_inner().map_err(Error::arrow)?);
        let mut encodings: Vec<Encoding> = self.pages.iter().map(|p| p.encoding).collect();
        encodings.push(Encoding::RLE);
        debug_assert!(self.pages.iter().skip(1).all(|p| p.page_type == PageType::DATA_PAGE));
        let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(Error::arrow)?;
        let mut metadata = ColumnChunkMetaData::builder(self.descr)
            .set_compression(Compression::ZSTD(level))
            .set_encodings(encodings)
            .set_page_encoding_stats(self.pages)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_num_values(self.rows as i64)
            .set_data_page_offset(self.data_at.unwrap_or(0))
            .set_dictionary_page_offset(self.dictionary_at);
        if let Some(statistics) = statistics(bounds, self.nulls as u64).filter(|_| self.bounded) {
            metadata = metadata.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata: metadata.build().map_err(Error::arrow)?,
            bloom_filter: bloom,
            column_index: self
                .page_bounds
                .map(ColumnIndexBuilder::build)
                .transpose()
                .map_err(Error::arrow)?,
            offset_index: Some(self.offsets.build()),
        };
        Ok((bytes, close))
    }
}

fn statistics(bounds: &Bounds<'_>, nulls: u64) -> Option<Statistics> {
    match bounds {
        Bounds::None => None,
        Bounds::Ints(bounds) => {
            let (min, max) = bounds.unzip();
            Some(Statistics::Int64(ValueStatistics::new(min, max, None, Some(nulls), false)))
        }
        Bounds::Texts(bounds) => {
            let (min, max) = bounds.map(|(min, max)| (below(min), above(max))).unzip();
            let array = |text: String| ByteArray::from(text.into_bytes());
            let exact = |cut: &Option<String>, whole: Option<&str>| cut.as_deref() == whole;
            let max = max.flatten();
            let min_exact = exact(&min, bounds.map(|(min, _)| min));
            let max_exact = exact(&max, bounds.map(|(_, max)| max));
            let statistics = ValueStatistics::new(min.map(array), max.map(array), None, Some(nulls), false)
                .with_min_is_exact(min_exact)
                .with_max_is_exact(max_exact);
            Some(Statistics::ByteArray(statistics))
        }
    }
}

/// The text, or a shorter one that sorts before it.
fn below(text: &str) -> String {
    text.get(..text.floor_char_boundary(BOUND_BYTES_MAX)).unwrap_or("").to_owned()
}

/// The text, or a shorter one that sorts after it, if there is one.
fn above(text: &str) -> Option<String> {
    let mut cut = below(text);
    if cut.len() == text.len() {
        return Some(cut);
    }
    while let Some(last) = cut.pop() {
        if let Some(next) = char::from_u32(last as u32 + 1) {
            cut.push(next);
            return Some(cut);
        }
    }
    None
}
