//! Between our batches and Arrow: the table's schema is read off the list of fields.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use event::column::{Column, Dict, DictColumn, NULL, Texts};
use event::{Batch, FIELDS, Field, FieldId, Kind, Storage};

use crate::error::{Error, Result};

/// The column name of a field in the table: durations say their unit.
pub fn column_name(field: &Field) -> String {
    match field.kind {
        Kind::Duration => format!("{}_us", field.name),
        _ => field.name.to_owned(),
    }
}

/// The Arrow type of a field in the table.
fn table_type(field: &Field) -> DataType {
    match field.kind {
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Bool => DataType::Boolean,
        _ if field.kind.storage() == Storage::Int => DataType::Int64,
        _ => DataType::Utf8,
    }
}

/// The type a field is read as: dictionaries stay dictionaries, so that a filter looks at each text once.
fn read_type(field: &Field) -> DataType {
    match field.kind.storage() {
        Storage::Dict => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        _ => table_type(field),
    }
}

fn schema_of<'a>(fields: impl Iterator<Item = &'a Field>, kind: fn(&Field) -> DataType) -> SchemaRef {
    let fields: Vec<ArrowField> = fields.map(|f| ArrowField::new(column_name(f), kind(f), true)).collect();
    Arc::new(Schema::new(fields))
}

/// The schema of the table: every field, whether used or not.
pub fn table_schema() -> SchemaRef {
    schema_of(FIELDS.iter(), table_type)
}

/// The schema some columns of a file are read with.
pub fn read_schema(fields: &[&'static Field]) -> SchemaRef {
    schema_of(fields.iter().copied(), read_type)
}

/// A batch for writing; columns that no event has are left out.
pub fn to_arrow(batch: &Batch) -> Result<RecordBatch> {
    let columns: Vec<(&Field, ArrayRef)> = batch.columns().map(|(f, c)| (f, array(f, c))).collect();
    let schema = Schema::new(
        columns
            .iter()
            .map(|(f, a)| ArrowField::new(column_name(f), a.data_type().clone(), true))
            .collect::<Vec<_>>(),
    );
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, a)| a).collect())
        .map_err(Error::arrow)
}

fn array(field: &Field, column: &Column) -> ArrayRef {
    match column {
        Column::Dict(c) => {
            let keys: Vec<i32> = c.ids.iter().map(|id| *id as i32).collect();
            let nulls = NullBuffer::new(BooleanBuffer::collect_bool(c.ids.len(), |i| {
                c.ids.get(i).is_some_and(|id| *id != 0)
            }));
            let keys = Int32Array::new(ScalarBuffer::from(keys), Some(nulls));
            Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(strings(c.dict.texts(), false))))
        }
        Column::Text(c) => Arc::new(strings(c, true)),
        Column::Int(c) if field.kind == Kind::Bool => {
            Arc::new(BooleanArray::from_iter(c.iter().map(|n| (*n != NULL).then_some(*n != 0))))
        }
        Column::Int(c) => {
            let nulls = NullBuffer::new(BooleanBuffer::collect_bool(c.len(), |i| {
                c.get(i).is_some_and(|n| *n != NULL)
            }));
            let nulls = Some(nulls).filter(|n| n.null_count() > 0);
            let values = ScalarBuffer::from(c.clone());
            match field.kind {
                Kind::Time => Arc::new(TimestampMicrosecondArray::new(values, nulls).with_timezone("UTC")),
                _ => Arc::new(Int64Array::new(values, nulls)),
            }
        }
    }
}

fn strings(texts: &Texts, empty_is_null: bool) -> StringArray {
    let (text, ends) = texts.parts();
    let mut offsets: Vec<i32> = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    offsets.extend(ends.iter().map(|end| *end as i32));
    let nulls = empty_is_null.then(|| {
        NullBuffer::new(BooleanBuffer::collect_bool(ends.len(), |i| offsets.get(i) != offsets.get(i + 1)))
    });
    let nulls = nulls.filter(|n| n.null_count() > 0);
    // Both buffers come from valid UTF-8 cut at character boundaries; the check would cost as much as the copy.
    StringArray::new(
        OffsetBuffer::new(ScalarBuffer::from(offsets)),
        Buffer::from(text.as_bytes().to_vec()),
        nulls,
    )
}

/// Puts columns read from a file into a batch, matched by name.
pub fn to_batch(records: &RecordBatch, fields: &[&'static Field]) -> Result<Batch> {
    let mut batch = Batch::new();
    for field in fields {
        if let Some(array) = records.column_by_name(&column_name(field)) {
            let column = column(field, array)?;
            if !batch.set_column(field.id, column) {
                return Err(Error::Damaged { what: format!("column {} has another length", field.name) });
            }
        }
    }
    Ok(batch)
}

fn column(field: &Field, array: &ArrayRef) -> Result<Column> {
    let wrong = || Error::Damaged { what: format!("column {} has type {}", field.name, array.data_type()) };
    Ok(match (field.kind.storage(), array.data_type()) {
        (Storage::Dict, DataType::Dictionary(..)) => {
            let array = array.as_dictionary_opt::<Int32Type>().ok_or_else(wrong)?;
            let values = array.values().as_string_opt::<i32>().ok_or_else(wrong)?;
            let mut dict = Dict::default();
            let map: Vec<u32> = values.iter().map(|text| dict.number(text.unwrap_or(""))).collect();
            let id = |key: Option<i32>| key.and_then(|k| map.get(k as usize)).copied().unwrap_or(0);
            Column::Dict(DictColumn { ids: array.keys().iter().map(id).collect(), dict })
        }
        (Storage::Dict, DataType::Utf8) => {
            let mut out = DictColumn::default();
            out.ids =
                array.as_string::<i32>().iter().map(|text| out.dict.number(text.unwrap_or(""))).collect();
            Column::Dict(out)
        }
        (Storage::Text, DataType::Utf8) => {
            let mut out = Texts::default();
            array.as_string::<i32>().iter().for_each(|text| out.push(text.unwrap_or("")));
            Column::Text(out)
        }
        (Storage::Int, DataType::Boolean) => {
            Column::Int(array.as_boolean().iter().map(|b| b.map_or(NULL, i64::from)).collect())
        }
        (Storage::Int, DataType::Int64) => ints(array.as_primitive::<Int64Type>().values(), array.nulls()),
        (Storage::Int, DataType::Timestamp(..)) => ints(
            array.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(wrong)?.values(),
            array.nulls(),
        ),
        _ => return Err(wrong()),
    })
}

fn ints(values: &[i64], nulls: Option<&NullBuffer>) -> Column {
    match nulls {
        None => Column::Int(values.to_vec()),
        Some(nulls) => {
            Column::Int(values.iter().zip(nulls.iter()).map(|(n, set)| if set { *n } else { NULL }).collect())
        }
    }
}

/// The definitions of some fields.
pub fn fields(ids: &[FieldId]) -> Vec<&'static Field> {
    ids.iter().map(|id| id.field()).collect()
}
