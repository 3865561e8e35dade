//! Lines of `key=value`. Knows the form; the names are those of generic JSON.

use event::{Event, field as f};
use std::borrow::Cow;

use super::json::{Authenticated, MAP};
use crate::denial::Judgement;
use crate::fieldmap::Map;
use crate::format::{Format, Reason};
use crate::json::Scalar;
use crate::words::quoted;

/// Lines of `key=value`.
pub(crate) struct Logfmt;

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn doc(&self) -> &'static str {
        "Lines of `key=value key=\"value with spaces\"`, as Go programs and Heroku's router write them. The names are those \
         of `json`, and so is everything else: times, units, denials."
    }

    fn judgement(&self) -> &Judgement {
        &super::json::JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        recognises(&MAP, record)
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        read(&MAP, record, event)
    }

    fn takes_received_time(&self) -> bool {
        true
    }
}

pub(super) fn recognises(map: &Map, record: &str) -> bool {
    let mut event = Event::new();
    let read =
        pairs(record).is_some_and(|pairs| pairs.len() >= 3 && self::read(map, record, &mut event).is_ok());
    read && [f::STATUS, f::PATH, f::METHOD].iter().any(|field| event.has(*field))
}

pub(super) fn read<'a>(map: &Map, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    let pairs = pairs(record).ok_or(Reason::new("not a line of key=value"))?;
    let mut told = Authenticated::default();
    map.given(pairs.into_iter(), event, &mut |number, value| told.take(number, value));
    told.judge(event);
    Ok(())
}

/// The pairs of a line; `None` when it is of another form. A word without `=` is a flag that is set.
fn pairs(line: &str) -> Option<Vec<(&str, Scalar<'_>)>> {
    let (mut out, mut rest, mut flags) = (Vec::new(), line.trim(), 0);
    while !rest.is_empty() {
        let end = rest.find(['=', ' ', '"']).unwrap_or(rest.len());
        let (key, after) = rest.split_at_checked(end)?;
        if key.is_empty() || key.starts_with(['{', '[', '<']) {
            return None;
        }
        let Some(value) = after.strip_prefix('=') else {
            flags += 1;
            out.push((key, Scalar::Flag(true)));
            rest = after
                .strip_prefix(' ')
                .map_or_else(|| if after.is_empty() { Some("") } else { None }, Some)?
                .trim_start();
            continue;
        };
        let text;
        (text, rest) = if value.starts_with('"') {
            let (inside, after) = quoted(value)?;
            (unescaped(inside), after)
        } else {
            let (word, after) = value.split_at_checked(value.find(' ').unwrap_or(value.len()))?;
            (Cow::Borrowed(word), after)
        };
        out.push((key, Scalar::Text(text)));
        rest = rest.trim_start();
    }
    (out.len() > flags * 2).then_some(out)
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(text.replace("\\\"", "\"").replace("\\\\", "\\"))
    } else {
        Cow::Borrowed(text)
    }
}
