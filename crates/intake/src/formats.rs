//! The list of formats, and their documentation.

use crate::format::Format;

mod flowgenx;

pub use flowgenx::Flowgenx;

/// Every format, in the order in which a record is offered to them when no format is named.
pub const FORMATS: &[&dyn Format] = &[&Flowgenx];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.name() == name).copied()
}

/// The format that takes a record for its own.
pub fn recognise(record: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.recognises(record)).copied()
}
