//! Loki's push: streams with labels, entries with a time in nanoseconds and a line. As JSON of either age, or as Protocol
//! Buffers in a block of Snappy. Knows no HTTP.

use std::borrow::Cow;

use event::Timestamp;

use super::protobuf::{Cut, Fields};
use super::{About, Members, Opened, Said, nanos, text, wrapped};
use crate::format::Reason;
use crate::inflate::inflate;
use crate::json::{self, Error, Reader, Scalar};

pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let members = Members::of(said);
    // The block has no first bytes to tell it by, but JSON is never a sound one.
    let message = inflate(body, Some("snappy"), out.room()).unwrap_or(Cow::Borrowed(body));
    if message.trim_ascii_start().first() != Some(&b'{') {
        if push(&message, &members, out).is_err() {
            out.broken("", Reason::new("not a push request of Loki"));
        }
        return;
    }
    let body = text(&message);
    let read = json::object(&body, |name, reader| match name {
        "streams" => reader.array(|reader| stream(reader.raw()?, &members, out)),
        _ => Ok(()),
    });
    if let Err(error) = read {
        out.broken(&body, error.into());
    }
}

/// `{"stream":{…},"values":[["ns","line",{…}]]}`, of old `{"labels":"{…}","entries":[{"ts":…,"line":…}]}`.
fn stream(raw: &str, members: &Members, out: &mut Opened) -> Result<(), Error> {
    let (mut members, mut values, mut entries) = (members.clone(), "[]", "[]");
    json::object(raw, |name, reader| {
        match name {
            "stream" => reader.object(|name, reader| members.copy(name, reader))?,
            "labels" => {
                if let Scalar::Text(text) = reader.scalar()? {
                    labels(&text, &mut members);
                }
            }
            "values" => values = reader.raw()?,
            "entries" => entries = reader.raw()?,
            _ => {}
        }
        Ok(())
    })?;
    Reader::new(values).array(|reader| value(reader.raw()?, &members, out))?;
    Reader::new(entries).array(|reader| {
        let (mut time, mut line) = (None, Cow::Borrowed(""));
        reader.object(|name, reader| {
            match (name, reader.scalar()?) {
                ("ts", ts) => time = ts.time(),
                ("line", Scalar::Text(text)) => line = text,
                _ => {}
            }
            Ok(())
        })?;
        wrapped::add(out, &line, About { time, ..About::default() }, &members);
        Ok(())
    })
}

fn value(raw: &str, members: &Members, out: &mut Opened) -> Result<(), Error> {
    let (mut at, mut time, mut line, mut members) = (0, None, None, members.clone());
    Reader::new(raw).array(|reader| {
        at += 1;
        match at {
            1 => {
                if let Scalar::Text(text) = reader.scalar()? {
                    time = text.parse().ok().and_then(nanos);
                }
            }
            2 => {
                if let Scalar::Text(text) = reader.scalar()? {
                    line = Some(text);
                }
            }
            3 => reader.object(|name, reader| members.copy(name, reader))?,
            _ => {}
        }
        Ok(())
    })?;
    match (time, line) {
        (Some(_), Some(line)) => wrapped::add(out, &line, About { time, ..About::default() }, &members),
        (None, _) => out.refuse(raw, Reason::new("the time is not a text of nanoseconds")),
        (_, None) => out.refuse(raw, Reason::new("an entry without a line")),
    }
    Ok(())
}

/// Labels as Prometheus writes them: `{job="kong", level="info"}`.
fn labels(text: &str, members: &mut Members) {
    let mut rest = text.trim().trim_start_matches('{');
    while let Some((name, after)) = rest.split_once('=') {
        let Some(quoted) = after.trim_start().get(..).filter(|quoted| quoted.starts_with('"')) else {
            return;
        };
        let Ok(raw) = Reader::new(quoted).raw() else { return };
        if let Ok(value) = Reader::new(raw).string() {
            members.text(name.trim_matches([' ', ',']), &value);
        }
        rest = quoted.get(raw.len()..).unwrap_or("");
    }
}

/// `PushRequest{streams=1{labels=1, entries=2{timestamp=1{seconds=1, nanos=2}, line=2, structuredMetadata=3{name=1, value=2}}}}`
fn push(message: &[u8], members: &Members, out: &mut Opened) -> Result<(), Cut> {
    for field in Fields::of(message) {
        let (1, stream) = field? else { continue };
        let mut members = members.clone();
        for field in Fields::of(stream.bytes()) {
            if let (1, text) = field? {
                labels(&text.text(), &mut members);
            }
        }
        for field in Fields::of(stream.bytes()) {
            if let (2, value) = field? {
                entry(value.bytes(), &members, out)?;
            }
        }
    }
    Ok(())
}

fn entry(message: &[u8], members: &Members, out: &mut Opened) -> Result<(), Cut> {
    let (mut time, mut line, mut members) = (None, Cow::Borrowed(""), members.clone());
    for field in Fields::of(message) {
        match field? {
            (1, value) => time = moment(value.bytes())?,
            (2, value) => line = value.text(),
            (3, value) => {
                let (mut name, mut text) = (Cow::Borrowed(""), Cow::Borrowed(""));
                for field in Fields::of(value.bytes()) {
                    match field? {
                        (1, value) => name = value.text(),
                        (2, value) => text = value.text(),
                        _ => {}
                    }
                }
                members.text(&name, &text);
            }
            _ => {}
        }
    }
    wrapped::add(out, &line, About { time, ..About::default() }, &members);
    Ok(())
}

/// `google.protobuf.Timestamp`
fn moment(message: &[u8]) -> Result<Option<Timestamp>, Cut> {
    let (mut seconds, mut rest) = (0, 0);
    for field in Fields::of(message) {
        match field? {
            (1, value) => seconds = value.number(),
            (2, value) => rest = value.number(),
            _ => {}
        }
    }
    Ok(seconds.checked_mul(1_000_000_000).and_then(|nanos| nanos.checked_add(rest)).and_then(nanos))
}
