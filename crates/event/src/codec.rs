//! A batch as bytes, for the log on disk. Compact, fast to write, checked on reading.
//!
//! ```text
//! batch   = version:u8 rows:varint columns:varint column*
//! column  = field:u8 storage:u8 body
//! Dict    = texts(distinct, without "") width:u8(1|2|4) id{rows}           little endian
//! Text    = texts(rows)
//! Int     = zigzag-varint{rows} of the difference to the row before; NULL is the escape i64::MIN
//! texts   = count:varint length:varint{count} bytes
//! ```

use crate::batch::Batch;
use crate::column::{Column, Dict, DictColumn, NULL, Texts};
use crate::event::FIELD_COUNT;
use crate::field::{FieldId, Storage};

const VERSION: u8 = 1;

/// More rows than this in one batch are refused on reading.
pub const ROWS_MAX: usize = 1 << 24;

/// Writes a finished batch.
pub fn encode(batch: &Batch, out: &mut Vec<u8>) {
    out.push(VERSION);
    varint(out, batch.len() as u64);
    varint(out, batch.columns().count() as u64);
    for (field, column) in batch.columns() {
        out.push(field.id.0);
        match column {
            Column::Dict(c) => {
                out.push(0);
                write_texts(out, c.dict.texts(), 1);
                write_ids(out, &c.ids, c.dict.len());
            }
            Column::Text(c) => {
                out.push(1);
                write_texts(out, c, 0);
            }
            Column::Int(c) => {
                out.push(2);
                let mut before = 0_i64;
                for n in c {
                    // NULL is written as the otherwise unused difference i64::MIN and leaves `before` alone.
                    if *n == NULL {
                        varint(out, zigzag(NULL));
                    } else {
                        let step = n.wrapping_sub(before);
                        varint(out, zigzag(if step == NULL { 0 } else { step }));
                        before = *n;
                    }
                }
            }
        }
    }
}

/// Without the first `skip` texts, which must be empty.
fn write_texts(out: &mut Vec<u8>, texts: &Texts, skip: usize) {
    let (text, ends) = texts.parts();
    varint(out, (ends.len() - skip) as u64);
    let mut start = 0;
    for end in ends.iter().skip(skip) {
        varint(out, u64::from(end - start));
        start = *end;
    }
    out.extend_from_slice(text.as_bytes());
}

fn write_ids(out: &mut Vec<u8>, ids: &[u32], distinct: usize) {
    match distinct {
        0..=0x100 => {
            out.push(1);
            out.extend(ids.iter().map(|id| *id as u8));
        }
        0x101..=0x1_0000 => {
            out.push(2);
            ids.iter().for_each(|id| out.extend_from_slice(&(*id as u16).to_le_bytes()));
        }
        _ => {
            out.push(4);
            ids.iter().for_each(|id| out.extend_from_slice(&id.to_le_bytes()));
        }
    }
}

/// Reads a batch back; `None` when the bytes are not one.
pub fn decode(bytes: &[u8]) -> Option<Batch> {
    let mut input = Input { bytes };
    if input.u8()? != VERSION {
        return None;
    }
    let rows = usize::try_from(input.varint()?).ok().filter(|rows| *rows <= ROWS_MAX)?;
    let columns = input.varint()?;
    let mut batch = Batch::new();
    if rows > 0 && columns == 0 {
        return None;
    }
    for _ in 0..columns {
        let field = FieldId(input.u8()?);
        if usize::from(field.0) >= FIELD_COUNT {
            return None;
        }
        let column = match (input.u8()?, field.field().kind.storage()) {
            (0, Storage::Dict) => {
                let texts = input.texts(ROWS_MAX)?;
                let mut dict = Dict::default();
                texts.iter().for_each(|text| {
                    dict.number(text);
                });
                let ids = input.ids(rows)?;
                if dict.len() != texts.len() + 1 || ids.iter().any(|id| *id as usize >= dict.len()) {
                    return None;
                }
                Column::Dict(DictColumn { ids, dict })
            }
            (1, Storage::Text) => Column::Text(input.texts(rows).filter(|t| t.len() == rows)?),
            (2, Storage::Int) => {
                let mut values = Vec::with_capacity(rows.min(input.bytes.len()));
                let mut before = 0_i64;
                for _ in 0..rows {
                    let step = unzigzag(input.varint()?);
                    if step == NULL {
                        values.push(NULL);
                    } else {
                        before = before.wrapping_add(step);
                        values.push(before);
                    }
                }
                Column::Int(values)
            }
            _ => return None,
        };
        if !batch.set_column(field, column) {
            return None;
        }
    }
    (input.bytes.is_empty() && batch.len() == rows).then_some(batch)
}

struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(n)?;
        self.bytes = tail;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn varint(&mut self) -> Option<u64> {
        let mut n = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.u8()?;
            n |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn texts(&mut self, count_max: usize) -> Option<Texts> {
        let count = usize::try_from(self.varint()?).ok().filter(|n| *n <= count_max)?;
        let mut ends = Vec::with_capacity(count.min(self.bytes.len()));
        let mut end = 0_u64;
        for _ in 0..count {
            end = end.checked_add(self.varint()?)?;
            ends.push(u32::try_from(end).ok()?);
        }
        let text = std::str::from_utf8(self.take(usize::try_from(end).ok()?)?).ok()?;
        Texts::from_parts(text.to_owned(), ends)
    }

    fn ids(&mut self, rows: usize) -> Option<Vec<u32>> {
        let width = usize::from(self.u8()?);
        let bytes = self.take(rows.checked_mul(width)?)?;
        match width {
            1 => Some(bytes.iter().map(|b| u32::from(*b)).collect()),
            2 => Some(bytes.as_chunks::<2>().0.iter().map(|b| u32::from(u16::from_le_bytes(*b))).collect()),
            4 => Some(bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect()),
            _ => None,
        }
    }
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

fn unzigzag(n: u64) -> i64 {
    ((n >> 1) as i64) ^ -((n & 1) as i64)
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::{canonical, field};
    use proptest::prelude::*;

    fn batch_of(rows: &[(i64, String, String, Option<i64>)]) -> Batch {
        let mut batch = Batch::new();
        for (time, route, path, status) in rows {
            let mut event = Event::new();
            event.int(field::TIME, *time);
            event.text(field::ROUTE, route.as_str());
            event.text(field::PATH, path.as_str());
            event.int_if(field::STATUS, *status);
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in prop::collection::vec(
            (any::<i64>().prop_filter("NULL", |n| *n != NULL), "[a-c]{0,2}", ".{0,8}", prop::option::of(0_i64..600)), 1..300)) {
            let batch = batch_of(&rows);
            let mut bytes = Vec::new();
            encode(&batch, &mut bytes);
            let back = decode(&bytes).unwrap();
            prop_assert_eq!(canonical::all(&batch), canonical::all(&back));
            // A cut or changed record is refused or read as something, never a panic.
            for cut in 0..bytes.len() {
                prop_assert!(decode(&bytes[..cut]).is_none());
            }
        }

        #[test]
        fn garbage_is_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
