//! Splunk's HTTP Event Collector: objects one after the other or in an array, each with an event inside; or raw text.
//! Knows no HTTP.

use std::borrow::Cow;

use super::{About, Members, Opened, Said, text, wrapped};
use crate::format::Reason;
use crate::json::{self, Error, Reader, Scalar};

/// An object without an event.
pub const NO_EVENT: Reason = Reason::new("the event field is required");
/// An object whose event is empty.
pub const BLANK_EVENT: Reason = Reason::new("the event field cannot be blank");

/// What holds for the objects that follow, until one of them says otherwise.
const STICKY: [&str; 4] = ["host", "source", "sourcetype", "index"];

pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let body = text(body);
    let mut sticky: [Cow<'_, str>; 4] = Default::default();
    let mut reader = Reader::new(&body);
    while let Some(first) = reader.peek() {
        let read = match first {
            b'[' => reader.array(|reader| event(reader.raw()?, said, &mut sticky, out)),
            b'{' => reader.raw().and_then(|raw| event(raw, said, &mut sticky, out)),
            _ => {
                return out.broken(body.get(reader.position()..).unwrap_or(""), Reason::new("not an object"));
            }
        };
        if let Err(error) = read {
            return out.broken(body.get(reader.position()..).unwrap_or(""), error.into());
        }
    }
}

pub(super) fn open_raw(body: &[u8], said: &Said, out: &mut Opened) {
    let context = out.context(&Members::of(said));
    let body = text(body);
    if !body.trim().is_empty() {
        out.add(&body, About { context, ..About::default() });
    }
}

/// `{"time":…,"host":…,"source":…,"sourcetype":…,"index":…,"fields":{…},"event":…}`
fn event<'a>(
    raw: &'a str,
    said: &Said,
    sticky: &mut [Cow<'a, str>; 4],
    out: &mut Opened,
) -> Result<(), Error> {
    let (mut time, mut event, mut fields) = (None, None, "{}");
    json::object(raw, |name, reader| {
        match name {
            "time" => time = reader.scalar()?.time(),
            "event" => event = Some(reader.scalar()?),
            "fields" => fields = reader.raw()?,
            _ => {
                if let Some((_, kept)) = STICKY.iter().zip(sticky.iter_mut()).find(|(own, _)| **own == name)
                    && let Scalar::Text(text) = reader.scalar()?
                {
                    *kept = text;
                }
            }
        }
        Ok(())
    })?;
    let mut members = Members::of(said);
    STICKY.iter().zip(sticky.iter()).for_each(|(name, text)| members.text(name, text));
    Reader::new(fields).object(|name, reader| members.copy(name, reader))?;
    let about = About { time, ..About::default() };
    match event {
        None | Some(Scalar::Absent) => out.refuse(raw, NO_EVENT),
        Some(Scalar::Text(text)) if text.trim().is_empty() => out.refuse(raw, BLANK_EVENT),
        Some(Scalar::Text(text)) => wrapped::add(out, &text, about, &members),
        Some(Scalar::Nested(text) | Scalar::Number(text)) => wrapped::add(out, text, about, &members),
        Some(Scalar::Flag(_)) => out.refuse(raw, Reason::new("an event that is no text and no object")),
    }
    Ok(())
}
