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

/// The fields of one event that have a value. Of a field set twice the later value counts.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    cells: Vec<(FieldId, Value<'a>)>,
    /// For each field its place in `cells`, counted from 1; 0 is absent. Normalising asks for many fields of
    /// every event, and a search through the cells each time would cost as much as decoding them.
    places: [u8; FIELD_COUNT],
}

impl Default for Event<'_> {
    fn default() -> Self {
        Event::new()
    }
}

impl<'a> Event<'a> {
    /// An event without fields.
    pub fn new() -> Self {
        Event { cells: Vec::with_capacity(48), places: [0; FIELD_COUNT] }
    }

    /// Forgets the fields, keeps the memory.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.places = [0; FIELD_COUNT];
    }

    #[inline]
    fn set(&mut self, field: FieldId, value: Value<'a>) {
        let Some(place) = self.places.get_mut(usize::from(field.0)) else { return };
        match self.cells.get_mut(usize::from(*place).wrapping_sub(1)) {
            Some(cell) => cell.1 = value,
            None => {
                self.cells.push((field, value));
                *place = self.cells.len() as u8;
            }
        }
    }

    /// Forgets one field and gives back its value.
    pub fn take(&mut self, field: FieldId) -> Option<Value<'a>> {
        let place = self.places.get_mut(usize::from(field.0)).map(std::mem::take)?;
        let at = usize::from(place).checked_sub(1)?;
        let (_, value) = self.cells.swap_remove(at);
        if let Some((moved, _)) = self.cells.get(at)
            && let Some(slot) = self.places.get_mut(usize::from(moved.0))
        {
            *slot = place;
        }
        Some(value)
    }

    /// Whether the field has a value.
    #[inline]
    pub fn has(&self, field: FieldId) -> bool {
        self.places.get(usize::from(field.0)).is_some_and(|place| *place != 0)
    }

    /// Sets a text field. The ways gateways write "nothing" (`""` and `-`) set nothing.
    #[inline]
    pub fn text(&mut self, field: FieldId, text: impl Into<Cow<'a, str>>) {
        debug_assert!(field.field().kind.storage() != Storage::Int, "{} holds numbers", field.field().name);
        let text = text.into();
        if !text.is_empty() && text != "-" {
            self.set(field, Value::Text(text));
        }
    }

    /// Sets a number field.
    #[inline]
    pub fn int(&mut self, field: FieldId, number: i64) {
        debug_assert!(field.field().kind.storage() == Storage::Int, "{} holds text", field.field().name);
        self.set(field, Value::Int(number));
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
    #[inline]
    pub fn get(&self, field: FieldId) -> Option<&Value<'a>> {
        let place = *self.places.get(usize::from(field.0))?;
        self.cells.get(usize::from(place).wrapping_sub(1)).map(|(_, value)| value)
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

    /// The fields, each once.
    pub fn cells(&self) -> &[(FieldId, Value<'a>)] {
        &self.cells
    }
}

/// How many fields an event can have.
pub const FIELD_COUNT: usize = FIELDS.len();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;

    #[test]
    fn the_later_value_counts_and_taking_out_keeps_the_rest() {
        let mut event = Event::new();
        event.text(field::PATH, "/a");
        event.int(field::STATUS, 200);
        event.text(field::METHOD, "GET");
        event.text(field::PATH, "/b");
        assert_eq!(event.cells().len(), 3);
        assert_eq!(event.take(field::PATH), Some(Value::Text("/b".into())));
        assert_eq!(event.take(field::PATH), None);
        assert!(!event.has(field::PATH) && event.has(field::METHOD));
        assert_eq!(event.get_text(field::METHOD), Some("GET"));
        event.text(field::METHOD, "PUT");
        assert_eq!((event.get_text(field::METHOD), event.get_int(field::STATUS)), (Some("PUT"), Some(200)));
        event.clear();
        assert!(event.cells().is_empty() && !event.has(field::STATUS));
    }
}
