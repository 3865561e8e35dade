//! An event as the API shows it: a superset of the contract's log format, nested by [`Field::path`].

use std::fmt::Write;

use crate::batch::{Cell, Row};
use crate::field::{self, FIELDS, Field, FieldId, Kind};
use crate::reason;
use crate::time::Timestamp;

/// Nested objects that are there even when nothing is known to stand in them: readers need not ask for them first.
pub const ALWAYS: &[&str] = &["request", "response", "access"];

/// Appends the event as one JSON object. The order of members is fixed: those of [`FIELDS`], nested objects
/// where their first member stands. Those of [`ALWAYS`] are never left out.
pub fn write(row: Row<'_>, out: &mut String) {
    out.push('{');
    let mut first = true;
    if let Some(seq) = row.int(field::SEQ) {
        let _ = write!(out, "\"id\":\"{seq}\"");
        first = false;
    }
    for group in layout() {
        let before = out.len();
        comma(out, &mut first);
        match group {
            Group::One(field) => {
                if !member(out, field, field.path, row) {
                    out.truncate(before);
                    first = out.ends_with('{');
                }
            }
            Group::Nested(name, fields) => {
                let _ = write!(out, "\"{name}\":{{");
                let inside = out.len();
                let mut none = true;
                for field in fields {
                    let at = out.len();
                    comma(out, &mut none);
                    let short = field.path.split_once('.').map_or(field.path, |(_, rest)| rest);
                    if !member(out, field, short, row) {
                        out.truncate(at);
                        none = out.len() == inside;
                    }
                }
                if none && !ALWAYS.contains(name) {
                    out.truncate(before);
                    first = out.ends_with('{');
                } else {
                    out.push('}');
                }
            }
        }
    }
    out.push('}');
}

/// The event as a JSON object.
pub fn to_string(row: Row<'_>) -> String {
    let mut out = String::with_capacity(512);
    write(row, &mut out);
    out
}

enum Group {
    One(&'static Field),
    Nested(&'static str, Vec<&'static Field>),
}

/// The members of the object in order; made once.
fn layout() -> &'static [Group] {
    static LAYOUT: std::sync::LazyLock<Vec<Group>> = std::sync::LazyLock::new(|| {
        let mut groups: Vec<Group> = Vec::new();
        for field in FIELDS {
            match field.path.split_once('.') {
                None => groups.push(Group::One(field)),
                Some((outer, _)) => {
                    let found = groups.iter_mut().find_map(|group| match group {
                        Group::Nested(name, fields) if *name == outer => Some(fields),
                        _ => None,
                    });
                    match found {
                        Some(fields) => fields.push(field),
                        None => groups.push(Group::Nested(outer, vec![field])),
                    }
                }
            }
        }
        groups
    });
    &LAYOUT
}

fn comma(out: &mut String, first: &mut bool) {
    if !*first {
        out.push(',');
    }
    *first = false;
}

/// Writes `"name":value`; false when the event has no value there.
fn member(out: &mut String, field: &Field, name: &str, row: Row<'_>) -> bool {
    if field.id == field::REASON {
        return access_reason(out, row);
    }
    let Some(cell) = cell(row, field.id) else { return false };
    let _ = write!(out, "\"{name}\":");
    value(out, field.kind, cell);
    true
}

fn cell(row: Row<'_>, field: FieldId) -> Option<Cell<'_>> {
    row.int(field).map(Cell::Int).or_else(|| row.text(field).map(Cell::Text))
}

/// `access.reason` is null when the call was granted, and comes with words, explanation and resolution when not.
fn access_reason(out: &mut String, row: Row<'_>) -> bool {
    match row.text(field::REASON) {
        None if row.int(field::GRANTED) == Some(1) => out.push_str("\"reason\":null"),
        None => return false,
        Some(code) => {
            out.push_str("\"reason\":");
            string(out, code);
            if let Some(reason) = reason::by_code(code) {
                for (name, text) in [
                    ("reason_label", reason.label),
                    ("explanation", reason.explanation),
                    ("resolution", reason.resolution),
                ] {
                    let _ = write!(out, ",\"{name}\":");
                    string(out, text);
                }
            }
        }
    }
    true
}

/// Writes one value.
pub fn value(out: &mut String, kind: Kind, cell: Cell<'_>) {
    match (cell, kind) {
        (Cell::Text(text), Kind::List | Kind::Pairs | Kind::Json) => out.push_str(text),
        (Cell::Text(text), _) => string(out, text),
        (Cell::Int(n), Kind::Time) => {
            let _ = write!(out, "\"{}\"", Timestamp(n));
        }
        (Cell::Int(n), Kind::Bool) => out.push_str(if n != 0 { "true" } else { "false" }),
        (Cell::Int(n), Kind::Duration) => millis(out, n),
        (Cell::Int(n), _) => out.push_str(itoa::Buffer::new().format(n)),
    }
}

/// Microseconds as milliseconds without a rounding error: `2000` is `2`, `2500` is `2.5`.
pub fn millis(out: &mut String, micros: i64) {
    let (whole, rest) = (micros / 1_000, micros % 1_000);
    if micros < 0 && whole == 0 {
        out.push('-');
    }
    out.push_str(itoa::Buffer::new().format(whole));
    if rest != 0 {
        let fraction = format!(".{:03}", rest.abs());
        out.push_str(fraction.trim_end_matches('0'));
    }
}

/// Writes a JSON string.
pub fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f | 0x7f => "",
            _ => continue,
        };
        out.push_str(text.get(start..at).unwrap_or(""));
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
        start = at + 1;
    }
    out.push_str(text.get(start..).unwrap_or(""));
    out.push('"');
}

/// A list of texts as the JSON array that `List` fields hold.
pub fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::from("[");
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(&mut out, item);
    }
    out.push(']');
    out
}

/// Name/value pairs as the JSON array that `Pairs` fields hold.
pub fn pairs<'a>(items: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::from("[");
    for (i, (name, text)) in items.into_iter().enumerate() {
        out.push_str(if i > 0 { ",[" } else { "[" });
        string(&mut out, name);
        out.push(',');
        string(&mut out, text);
        out.push(']');
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, Event};

    #[test]
    fn an_event_is_a_superset_of_the_contract() {
        let mut event = Event::new();
        event.time(field::TIME, Timestamp::parse("2026-11-21T10:30:00Z").unwrap());
        event.int(field::SEQ, 7);
        event.text(field::CONSUMER_ID, "mobile-app");
        event.text(field::CONSUMER_GROUPS, list(["gold", "beta"]));
        event.text(field::METHOD, "GET");
        event.text(field::PATH, "/a\"b\n");
        event.int(field::STATUS, 403);
        event.int(field::DURATION, 45_250);
        event.flag(field::GRANTED, false);
        event.text(field::REASON, "ip_restricted");
        let mut batch = Batch::new();
        batch.push(&event);
        batch.finish();
        assert_eq!(
            to_string(batch.row(0)),
            r#"{"id":"7","timestamp":"2026-11-21T10:30:00.000000Z","seq":7,"consumer_id":"mobile-app","consumer_groups":["gold","beta"],"request":{"method":"GET","path":"/a\"b\n"},"response":{"status":403,"duration_ms":45.25},"access":{"granted":false,"reason":"ip_restricted","reason_label":"IP restriction violation","explanation":"The request came from an unauthorized IP address.","resolution":"Update the IP allowlist, or call from an allowed address."}}"#
        );
    }
}
