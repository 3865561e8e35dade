//! The one way to write an event as bytes: what digests and proofs are made over.
//!
//! `(field:u8 length:u32-le value)*` in the order of field numbers, absent fields left out; a number is 8 bytes
//! little endian, a text its UTF-8 bytes. The same event gives the same bytes whether it comes from the log, from
//! memory or from a table file, and whoever reads the table can make them without us.

use crate::batch::{Batch, Cell, Row};

/// Appends the canonical bytes of one event.
pub fn encode(row: Row<'_>, out: &mut Vec<u8>) {
    for (field, cell) in row.fields() {
        out.push(field.id.0);
        match cell {
            Cell::Text(text) => {
                out.extend_from_slice(&(text.len() as u32).to_le_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Cell::Int(number) => {
                out.extend_from_slice(&8_u32.to_le_bytes());
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
    }
}

/// The canonical bytes of every event of a batch.
pub fn all(batch: &Batch) -> Vec<Vec<u8>> {
    batch
        .rows()
        .map(|row| {
            let mut bytes = Vec::new();
            encode(row, &mut bytes);
            bytes
        })
        .collect()
}
