//! The nouns of Gatelog: an access event, its fields, a batch of them, an operator event, the time, the reasons of a
//! denial, and the masking of secrets. Knows no disk, no network, no clock, no other crate of ours.

pub mod act;
pub mod batch;
pub mod canonical;
pub mod codec;
pub mod column;
pub mod event;
pub mod field;
pub mod json;
pub mod mask;
pub mod reason;
pub mod subject;
pub mod time;

pub use act::Act;
pub use batch::{Batch, Row};
pub use event::{Event, Value};
pub use field::{FIELDS, Field, FieldId, Kind, Storage};
pub use mask::Masked;
pub use time::Timestamp;

/// A record that could not be understood: bad input is a value, not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Its place in the body, counted from 1.
    pub line: u64,
    /// Why, in lower case, naming the thing.
    pub reason: String,
    /// The first bytes of the record, at most [`EXCERPT_BYTES_MAX`]; mask it before it is kept.
    pub excerpt: String,
}

/// How much of a rejected record is kept, in bytes.
pub const EXCERPT_BYTES_MAX: usize = 200;
