//! Rows of values under a line of names. Knows the form; the names are those of generic JSON.

use event::{Event, field as f};
use std::borrow::Cow;
use std::sync::Arc;

use super::json::{Authenticated, MAP};
use crate::denial::Judgement;
use crate::fieldmap::Map;
use crate::format::{Format, Reason};
use crate::json::Scalar;
use crate::records::Records;

/// Comma-separated values with a header line.
pub(crate) struct Csv;

/// The same with the header of one body.
struct WithHeader {
    separator: char,
    names: Vec<String>,
    /// A source's own names; without them the default ones.
    map: Option<Arc<Map>>,
}

const NAME: &str = "csv";

/// A row has at most so many columns.
const COLUMNS_MAX: usize = 500;

impl Format for Csv {
    fn name(&self) -> &'static str {
        NAME
    }

    fn doc(&self) -> &'static str {
        "Comma-separated values (also with semicolons or tabs), a record a line, with the names in the first line of \
         each body. The names are those of `json`, and so is everything else: times, units, denials. A value in double quotes may \
         hold the separator and `\"\"` for a quote, but no line break."
    }

    fn judgement(&self) -> &Judgement {
        &super::json::JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        recognises(&MAP, record)
    }

    fn event<'a>(&self, _: &'a str, _: &mut Event<'a>) -> Result<(), Reason> {
        Err(Reason::new("no line of column names at the start"))
    }

    fn for_body(&self, body: &str) -> Option<Box<dyn Format>> {
        with_header(None, body)
    }
}

pub(super) fn recognises(map: &Map, record: &str) -> bool {
    header(map, record).is_some()
}

/// The format for a body whose first line is a header.
pub(super) fn with_header(map: Option<&Arc<Map>>, body: &str) -> Option<Box<dyn Format>> {
    let first = body.trim_start_matches(['\u{feff}', '\n', '\r']).lines().next()?;
    let (separator, names) = header(map.map_or(&*MAP, |map| &**map), first)?;
    Some(Box::new(WithHeader { separator, names, map: map.cloned() }))
}

impl Format for WithHeader {
    fn name(&self) -> &'static str {
        NAME
    }

    fn doc(&self) -> &'static str {
        Csv.doc()
    }

    fn judgement(&self) -> &Judgement {
        Csv.judgement()
    }

    fn recognises(&self, _: &str) -> bool {
        true
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        let values = row(record, self.separator).ok_or(Reason::new("a quote that is not closed"))?;
        if values.len() != self.names.len() {
            return Err(Reason::new("not as many values as there are columns"));
        }
        let pairs = self.names.iter().map(String::as_str).zip(values.into_iter().map(Scalar::Text));
        let map = self.map.as_ref().map_or(&*MAP, |map| &**map);
        let mut told = Authenticated::default();
        map.given(pairs, event, &mut |number, value| told.take(number, value));
        told.judge(event);
        Ok(())
    }

    fn records<'a>(&self, body: &'a str) -> Records<'a> {
        let mut records = Records::new(body);
        // The header is none.
        records.next();
        records
    }

    fn takes_received_time(&self) -> bool {
        true
    }
}

/// A line of names, of which several are known and one tells of a call.
fn header(map: &Map, line: &str) -> Option<(char, Vec<String>)> {
    let line = line.trim();
    let separator = [',', ';', '\t'].into_iter().find(|separator| line.contains(*separator))?;
    let names = row(line, separator)?;
    let is_name = |name: &Cow<'_, str>| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '@' | '_'))
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b' '))
    };
    let fields: Vec<_> = names.iter().filter_map(|name| map.field_of(name)).collect();
    let tells = [f::STATUS, f::PATH, f::METHOD].iter().any(|field| fields.contains(field));
    (tells && names.len() >= 2 && fields.len() >= 2 && names.iter().all(is_name))
        .then(|| (separator, names.into_iter().map(Cow::into_owned).collect()))
}

/// The values of a row.
fn row(line: &str, separator: char) -> Option<Vec<Cow<'_, str>>> {
    let mut out = Vec::new();
    let mut rest = line;
    while out.len() < COLUMNS_MAX {
        let (value, after) = match rest.strip_prefix('"') {
            Some(inside) => {
                let end = closing(inside)?;
                let value = inside.get(..end)?;
                let value = if value.contains('"') {
                    Cow::Owned(value.replace("\"\"", "\""))
                } else {
                    Cow::Borrowed(value)
                };
                (value, inside.get(end + 1..)?)
            }
            None => {
                let end = rest.find(separator).unwrap_or(rest.len());
                (Cow::Borrowed(rest.get(..end)?.trim()), rest.get(end..)?)
            }
        };
        out.push(value);
        match after.strip_prefix(separator) {
            Some(after) => rest = after,
            None => return after.trim().is_empty().then_some(out),
        }
    }
    None
}

/// The quote that closes a value; two in a row are one of the value.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(b'"', bytes.get(from..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        from = at + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    #[test]
    fn quotes_hold_separators_and_broken_rows_cost_only_themselves() {
        let body = "time;method;path;status;note\n2026-11-21T22:07:51Z;GET;\"/a;b\";200;\"x \"\"y\"\"\"\n1;2\n\n2026-11-21T22:07:52Z;PUT;/c;403;\n";
        for format in [None, crate::by_name("csv")] {
            let decoded = decode(format, body.as_bytes());
            assert_eq!((decoded.batch.len(), decoded.rejected, decoded.rejects[0].line), (2, 1, 3));
            let row = decoded.batch.row(0);
            assert_eq!(
                (row.text(f::PATH), row.text(f::CUSTOM)),
                (Some("/a;b"), Some(r#"{"note":"x \"y\""}"#))
            );
            assert_eq!(decoded.batch.row(1).int(f::GRANTED), Some(0));
        }
        assert_eq!(decode(crate::by_name("csv"), b"1,2,3\n4,5,6\n").rejected, 2);
    }
}
