//! All that is true of a table at one version, as one Parquet file in the columns of the Delta protocol. Knows
//! no disk.

use super::action::{Action, Line};
use crate::error::{Error, Result};
use arrow_json::{LineDelimitedWriter, ReaderBuilder};
use arrow_schema::{DataType, Field, Fields, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::sync::Arc;

/// Actions turned into columns at once.
const ROWS: usize = 1024;

/// The bytes of a checkpoint, and how many actions are in it.
pub(super) fn encode(actions: impl Iterator<Item = Action>) -> Result<(Vec<u8>, u64)> {
    let schema = Arc::new(schema());
    let level = ZstdLevel::try_new(1).map_err(Error::arrow)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties)).map_err(Error::arrow)?;
    let mut decoder =
        ReaderBuilder::new(schema).with_batch_size(ROWS).build_decoder().map_err(Error::arrow)?;
    let (mut lines, mut count) = (Vec::with_capacity(ROWS), 0);
    let mut actions = actions.peekable();
    while let Some(action) = actions.next() {
        lines.push(Line::from(action));
        count += 1;
        if lines.len() == ROWS || actions.peek().is_none() {
            decoder.serialize(&lines).map_err(Error::arrow)?;
            if let Some(batch) = decoder.flush().map_err(Error::arrow)? {
                writer.write(&batch).map_err(Error::arrow)?;
            }
            lines.clear();
        }
    }
    Ok((writer.into_inner().map_err(Error::arrow)?, count))
}

/// The actions of a checkpoint.
pub(super) fn decode(bytes: Vec<u8>, take: &mut dyn FnMut(Action)) -> Result<()> {
    // The Arrow schema embedded in the file is not read: damaged, it makes its decoder panic.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(Bytes::from(bytes), options);
    let reader = reader.map_err(Error::arrow)?;
    for batch in reader.with_batch_size(ROWS).build().map_err(Error::arrow)? {
        let mut json = LineDelimitedWriter::new(Vec::new());
        json.write(&batch.map_err(Error::arrow)?).map_err(Error::arrow)?;
        json.finish().map_err(Error::arrow)?;
        for line in serde_json::Deserializer::from_slice(&json.into_inner()).into_iter::<Line>() {
            line.map_err(Error::arrow)?.action().into_iter().for_each(&mut *take);
        }
    }
    Ok(())
}

fn schema() -> Schema {
    let texts =
        |name| Field::new_map(name, "key_value", text("key", false), text("value", true), false, true);
    let txn = [text("appId", true), long("version"), long("lastUpdated")];
    let add = [
        text("path", true),
        texts("partitionValues"),
        long("size"),
        long("modificationTime"),
        flag("dataChange"),
        text("stats", true),
        texts("tags"),
    ];
    let remove = [
        text("path", true),
        long("deletionTimestamp"),
        flag("dataChange"),
        flag("extendedFileMetadata"),
        texts("partitionValues"),
        long("size"),
    ];
    let format = [text("provider", true), texts("options")];
    let meta_data = [
        text("id", true),
        group("format", format),
        text("schemaString", true),
        Field::new_list("partitionColumns", text("element", true), true),
        texts("configuration"),
        long("createdTime"),
    ];
    let protocol =
        ["minReaderVersion", "minWriterVersion"].map(|name| Field::new(name, DataType::Int32, true));
    Schema::new(vec![
        group("txn", txn),
        group("add", add),
        group("remove", remove),
        group("metaData", meta_data),
        group("protocol", protocol),
    ])
}

fn text(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Utf8, nullable)
}

fn long(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn flag(name: &str) -> Field {
    Field::new(name, DataType::Boolean, true)
}

fn group<const N: usize>(name: &str, fields: [Field; N]) -> Field {
    Field::new(name, DataType::Struct(Fields::from(fields.to_vec())), true)
}
