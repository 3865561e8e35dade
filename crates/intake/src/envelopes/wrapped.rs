//! A record that a shipper wrapped once more: a document that holds the line in `message` or `log`, a line with JSON at
//! its end. Knows the names shippers use, and no protocol.

use std::borrow::Cow;

use event::Timestamp;

use super::{About, Members, Opened};
use crate::json::{self, Reader, Scalar};
use crate::{formats, syslog};

/// Where shippers put the line as it was written.
const LINES: [&str; 2] = ["message", "log"];
/// Where they put when they read it.
const TIMES: [&str; 4] = ["@timestamp", "timestamp", "time", "date"];

/// Whether a text is a record by itself.
pub(super) fn is_record(text: &str) -> bool {
    formats::recognise(syslog::message(text)).is_some()
}

/// Adds the record in a text. `members` is what is known beside it.
pub(super) fn add(out: &mut Opened, text: &str, about: About, members: &Members) {
    let text = text.trim();
    if let Some(inner) = inner(text, members) {
        let context = out.context(&inner.members);
        return out.add(&inner.line, About { time: inner.time.or(about.time), context, ..about });
    }
    let (record, members) = without_rest(text, members);
    let context = out.context(&members);
    out.add(record, About { context, ..about });
}

struct Inner<'a> {
    line: Cow<'a, str>,
    time: Option<Timestamp>,
    members: Members,
}

/// The line inside a document that is no record itself.
fn inner<'a>(text: &'a str, members: &Members) -> Option<Inner<'a>> {
    let bytes = text.as_bytes();
    let has_line = LINES.iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some());
    if !text.starts_with('{') || !has_line || formats::recognise(text).is_some() {
        return None;
    }
    let (mut line, mut time, mut members) = (None, None, members.clone());
    let member = |name: &str, reader: &mut Reader<'a>| {
        if LINES.contains(&name) && matches!(reader.peek(), Some(b'"' | b'{')) {
            line = match reader.scalar()? {
                Scalar::Text(text) => Some(text),
                Scalar::Nested(raw) => Some(raw.into()),
                _ => None,
            };
            return Ok(());
        }
        if TIMES.contains(&name) {
            time = reader.scalar()?.time();
            return Ok(());
        }
        members.copy(name, reader)
    };
    json::object(text, member).ok()?;
    let line = match line? {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim()),
        Cow::Owned(line) => Cow::Owned(line.trim().to_owned()),
    };
    is_record(&line).then_some(Inner { line, time, members })
}

/// Parts a record from what stands beside it on its line: `{…} {"level":"info"}`, `access {"method":"GET",…}`.
fn without_rest<'a>(text: &'a str, members: &Members) -> (&'a str, Members) {
    let mut members = members.clone();
    if text.starts_with('{') {
        if memchr::memmem::find(text.as_bytes(), b"} ").is_some()
            && let Ok(first) = Reader::new(text).raw()
            && let Some(rest) = text.get(first.len()..).filter(|rest| !rest.is_empty())
        {
            members.text("message", rest.trim());
            return (first, members);
        }
    } else if text.ends_with('}')
        && let Some((before, _)) = text.split_once(" {")
        && let Some(tail) = text.get(before.len() + 1..)
        && !is_record(text)
        && is_record(tail)
    {
        members.text("message", before);
        return (tail, members);
    }
    (text, members)
}
