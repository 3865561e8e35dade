//! One event as a format reads it: the few fields that are there, borrowing from the record.

use std::borrow::Cow;

use crate::field::{FIELDS, FieldId, Storage};
use crate::time::Timestamp;

/// A field's value on its way into a [`crate::Batch`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text of a `Dict`, `Text`, `List`, `Pairs` or `Json` field.
    Text(Cow<'a, str>),
    /// A number of an `Int`, `Bytes`, `Time`, `Duration` or `Bool` field.
    Int(i64),
}

/// The fields of one event that have a value. Of a field set twice the later value counts; formats set fields
/// held as [`Storage::Text`] once.
#[derive(Clone, Debug, Default)]
pub struct Event<'a> {
    cells: Vec<(FieldId, Value<'a>)>,
}

impl<'a> Event<'a> {
    /// An event without fields.
    pub fn new() -> Self {
        Event { cells: Vec::with_capacity(48) }
    }

    /// Forgets the fields, keeps the memory.
    pub fn clear(&mut self) {
        self.cells.clear();
    }

    /// Sets a text field. The ways gateways write "nothing" (`""` and `-`) set nothing.
    #[inline]
    pub fn text(&mut self, field: FieldId, text: impl Into<Cow<'a, str>>) {
        debug_assert!(field.field().kind.storage() != Storage::Int, "{} holds numbers", field.field().name);
        let text = text.into();
        if !text.is_empty() && text != "-" {
            self.cells.push((field, Value::Text(text)));
        }
    }

    /// Sets a number field.
    #[inline]
    pub fn int(&mut self, field: FieldId, number: i64) {
        debug_assert!(field.field().kind.storage() == Storage::Int, "{} holds text", field.field().name);
        self.cells.push((field, Value::Int(number)));
    }

    /// Sets a number field when there is a number.
    #[inline]
    pub fn int_if(&mut self, field: FieldId, number: Option<i64>) {
        if let Some(number) = number {
            self.int(field, number);
        }
    }

    /// Sets a time field.
    #[inline]
    pub fn time(&mut self, field: FieldId, time: Timestamp) {
        self.int(field, time.0);
    }

    /// Sets a yes-or-no field.
    #[inline]
    pub fn flag(&mut self, field: FieldId, value: bool) {
        self.int(field, i64::from(value));
    }

    /// The value set last.
    pub fn get(&self, field: FieldId) -> Option<&Value<'a>> {
        self.cells.iter().rev().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    /// The text set last.
    pub fn get_text(&self, field: FieldId) -> Option<&str> {
        match self.get(field) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number set last.
    pub fn get_int(&self, field: FieldId) -> Option<i64> {
        match self.get(field) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// The fields in the order they were set.
    pub fn cells(&self) -> &[(FieldId, Value<'a>)] {
        &self.cells
    }
}

/// How many fields an event can have.
pub const FIELD_COUNT: usize = FIELDS.len();
