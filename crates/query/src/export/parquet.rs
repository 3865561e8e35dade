//! Parquet with the ledger's columns, row group by row group. Texts are plain strings to every reader.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use event::{Batch, FIELDS, Storage};
use ledger::columns::{column_name, table_schema, to_arrow};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::{Error, Result};

/// Rows of one row group: what is held in memory, compressed, before it is handed on.
const GROUP_ROWS: usize = 131_072;

/// Bytes written and not yet handed on.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Out {
    fn take(&self, into: &mut Vec<u8>) {
        into.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Writes batches as one Parquet file.
pub(super) struct Writer {
    schema: SchemaRef,
    writer: Option<ArrowWriter<Out>>,
    out: Out,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Writing { what: error.to_string() }
}

impl Writer {
    pub(super) fn new() -> Result<Writer> {
        let schema = schema();
        let out = Out::default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by("gatelog".to_owned())
            .build();
        // Without the Arrow schema in the file, readers see strings and not our dictionaries.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(out.clone(), Arc::clone(&schema), options).map_err(failed)?;
        Ok(Writer { schema, writer: Some(writer), out })
    }

    pub(super) fn rows(&mut self, batch: &Batch, into: &mut Vec<u8>) -> Result<()> {
        let records = to_arrow(batch)?;
        let columns = self.schema.fields().iter().map(|field| {
            records
                .column_by_name(field.name())
                .cloned()
                .unwrap_or_else(|| new_null_array(field.data_type(), batch.len()))
        });
        let records = RecordBatch::try_new(Arc::clone(&self.schema), columns.collect()).map_err(failed)?;
        if let Some(writer) = &mut self.writer {
            writer.write(&records).map_err(failed)?;
        }
        self.out.take(into);
        Ok(())
    }

    pub(super) fn finish(&mut self, into: &mut Vec<u8>) -> Result<()> {
        if let Some(writer) = self.writer.take() {
            writer.close().map_err(failed)?;
        }
        self.out.take(into);
        Ok(())
    }
}

/// The table's columns, repeating texts as the dictionaries our batches hold.
fn schema() -> SchemaRef {
    let table = table_schema();
    let fields: Vec<Field> = FIELDS
        .iter()
        .filter_map(|field| {
            let plain = table.field_with_name(&column_name(field)).ok()?;
            Some(match field.kind.storage() {
                Storage::Dict => {
                    let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                    Field::new(plain.name(), kind, true)
                }
                _ => plain.clone(),
            })
        })
        .collect();
    Arc::new(Schema::new(fields))
}
