//! CSV by RFC 4180. The first columns are those of the access log page; a cell that a spreadsheet would take for a
//! formula is led by an apostrophe.

use event::field::{self, FieldId};
use event::json::millis;
use event::reason;
use event::{Batch, Kind, Row, Timestamp};

use super::Times;

/// The columns of every file, in the contract's order.
const HEAD: &str = "Timestamp,Consumer,Request path,HTTP method,Response status,Access granted,Denial reason,Response time (ms)";

/// The fields a file needs.
pub(super) fn needed(columns: &[FieldId]) -> Vec<FieldId> {
    let mut fields = vec![
        field::TIME,
        field::CONSUMER_NAME,
        field::CONSUMER_ID,
        field::PATH,
        field::METHOD,
        field::STATUS,
        field::GRANTED,
        field::REASON,
        field::DURATION,
    ];
    fields.extend(columns);
    fields
}

/// Writes one file.
pub(super) struct Writer {
    pub(super) columns: Vec<FieldId>,
    pub(super) times: Times,
}

impl Writer {
    pub(super) fn head(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEAD.as_bytes());
        for column in &self.columns {
            out.push(b',');
            out.extend_from_slice(column.field().name.as_bytes());
            if column.field().kind == Kind::Duration {
                out.extend_from_slice(b"_ms");
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    pub(super) fn rows(&self, batch: &Batch, out: &mut Vec<u8>) {
        out.reserve(batch.len() * 128);
        let mut scratch = String::new();
        for row in batch.rows() {
            self.number(row, field::TIME, &mut scratch, out);
            out.push(b',');
            text(row.text(field::CONSUMER_NAME).or_else(|| row.text(field::CONSUMER_ID)).unwrap_or(""), out);
            out.push(b',');
            text(row.text(field::PATH).unwrap_or(""), out);
            out.push(b',');
            text(row.text(field::METHOD).unwrap_or(""), out);
            out.push(b',');
            self.number(row, field::STATUS, &mut scratch, out);
            out.push(b',');
            out.extend_from_slice(match row.int(field::GRANTED) {
                Some(0) => b"false",
                Some(_) => b"true",
                None => b"",
            });
            out.push(b',');
            let reason = row.text(field::REASON).unwrap_or("");
            text(reason::by_code(reason).map_or(reason, |r| r.label), out);
            out.push(b',');
            self.number(row, field::DURATION, &mut scratch, out);
            for column in &self.columns {
                out.push(b',');
                match row.text(*column) {
                    Some(value) => text(value, out),
                    None => self.number(row, *column, &mut scratch, out),
                }
            }
            out.extend_from_slice(b"\r\n");
        }
    }

    fn number(&self, row: Row<'_>, field: FieldId, scratch: &mut String, out: &mut Vec<u8>) {
        let Some(n) = row.int(field) else { return };
        match field.field().kind {
            Kind::Time => self.time(n, out),
            Kind::Duration => {
                scratch.clear();
                millis(scratch, n);
                out.extend_from_slice(scratch.as_bytes());
            }
            Kind::Bool => out.extend_from_slice(if n != 0 { b"true" } else { b"false" }),
            _ => out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
        }
    }

    fn time(&self, micros: i64, out: &mut Vec<u8>) {
        use std::io::Write as _;
        let _ = match &self.times {
            Times::Utc => write!(out, "{}", Timestamp(micros)),
            Times::EpochMillis => write!(out, "{}", micros.div_euclid(1_000)),
            Times::Local(zone) => match zone.local(micros) {
                Some(local) => write!(out, "{}", local.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z")),
                None => write!(out, "{}", Timestamp(micros)),
            },
        };
    }
}

/// Writes a text so that neither a parser nor a spreadsheet takes it for something else.
pub fn text(value: &str, out: &mut Vec<u8>) {
    let formula = matches!(value.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    let quoted = value.bytes().any(|b| matches!(b, b'"' | b',' | b'\r' | b'\n'));
    if !quoted {
        if formula {
            out.push(b'\'');
        }
        out.extend_from_slice(value.as_bytes());
        return;
    }
    out.push(b'"');
    if formula {
        out.push(b'\'');
    }
    for (at, part) in value.split('"').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_their_forms() {
        let written = |times: Times| {
            let mut out = Vec::new();
            Writer { columns: Vec::new(), times }.time(1_795_298_319_952_001, &mut out);
            String::from_utf8(out).unwrap()
        };
        let local = |name: &str| Times::parse("local", crate::Zone::parse(name).unwrap()).unwrap();
        assert_eq!(written(Times::Utc), "2026-11-21T21:58:39.952001Z");
        assert_eq!(written(Times::EpochMillis), "1795298319952");
        assert_eq!(written(local("Asia/Kolkata")), "2026-11-22T03:28:39.952001+05:30");
        assert_eq!(written(local("America/New_York")), "2026-11-21T16:58:39.952001-05:00");
        assert!(Times::parse("iso", crate::Zone::default()).is_err());
    }

    #[test]
    fn cells_are_safe() {
        let written = |value: &str| {
            let mut out = Vec::new();
            text(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("plain"), "plain");
        assert_eq!(written("=1+1"), "'=1+1");
        assert_eq!(written("@x,\"y\""), "\"'@x,\"\"y\"\"\"");
        assert_eq!(written("a\r\nb"), "\"a\r\nb\"");
        assert_eq!(written("\tx"), "'\tx");
    }
}
