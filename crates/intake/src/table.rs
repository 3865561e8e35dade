//! A format whose records are JSON objects that a map of names describes: what a new gateway needs is data, and a
//! judgement of who answered. Knows no gateway.

use event::{Event, Value, field as f};
use std::borrow::Cow;
use std::sync::LazyLock;

use crate::denial::Judgement;
use crate::fieldmap::Map;
use crate::format::{Format, Reason};
use crate::json::{self, Scalar};
use crate::normalise;

/// A format as a table.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) signs: Signs,
    pub(crate) map: LazyLock<Map>,
    /// What the map cannot say; a reason refuses the record.
    pub(crate) judge: for<'a> fn(&Facts<'a>, &mut Event<'a>) -> Result<(), Reason>,
    pub(crate) judgement: Judgement,
    /// The text lines that the gateway writes as well.
    pub(crate) lines: Option<Lines>,
}

/// Text lines of a gateway that also writes JSON.
pub(crate) struct Lines {
    /// Whether a line is one of them.
    pub(crate) known: fn(&str) -> bool,
    /// Reads one.
    pub(crate) read: for<'a> fn(&'a str, &mut Event<'a>) -> Result<(), Reason>,
}

/// By which members of the outermost object a record is known.
pub(crate) struct Signs {
    /// All of these are there,
    pub(crate) all: &'static [&'static str],
    /// and of these so many,
    pub(crate) some: (usize, &'static [&'static str]),
    /// and none of these.
    pub(crate) none: &'static [&'static str],
}

impl Signs {
    pub(crate) fn are_in(&self, record: &str) -> bool {
        if !record.starts_with('{') {
            return false;
        }
        let (mut all, mut some, mut foreign) = (0, 0, false);
        let read = json::object(record, |name, _| {
            all += usize::from(self.all.contains(&name));
            some += usize::from(self.some.1.contains(&name));
            foreign |= self.none.contains(&name);
            Ok(())
        });
        read.is_ok() && !foreign && all >= self.all.len() && some >= self.some.0
    }
}

/// The values only the format understands, by the number its map gives them; `None` where the record says "nothing".
pub(crate) struct Facts<'a> {
    /// The whole record, for what a map cannot tell apart.
    pub(crate) record: &'a str,
    values: Vec<(u8, Option<Cow<'a, str>>)>,
}

impl<'a> Facts<'a> {
    fn take(&mut self, number: u8, value: Scalar<'a>) {
        let text = match value {
            _ if value.is_absent() => None,
            Scalar::Text(text) => Some(text),
            Scalar::Number(text) | Scalar::Nested(text) => Some(text.into()),
            Scalar::Flag(flag) => Some(if flag { "true" } else { "false" }.into()),
            Scalar::Absent => None,
        };
        self.values.push((number, text));
    }

    /// Whether the record has the member, with or without a value.
    pub(crate) fn mentions(&self, number: u8) -> bool {
        self.values.iter().any(|(found, _)| *found == number)
    }

    /// The value given last.
    pub(crate) fn get(&self, number: u8) -> Option<&str> {
        self.values.iter().rev().find(|(found, text)| *found == number && text.is_some())?.1.as_deref()
    }

    /// The value given last, to be put into the event or the evidence.
    pub(crate) fn text(&self, number: u8) -> Option<Cow<'a, str>> {
        self.values.iter().rev().find(|(found, text)| *found == number && text.is_some())?.1.clone()
    }
}

impl Table {
    fn object<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        let mut facts = Facts { record, values: Vec::new() };
        self.map.read(record, event, &mut |number, value, _| facts.take(number, value))?;
        if let Some(Value::Text(Cow::Borrowed(domain))) = event.get(f::DOMAIN) {
            let domain = normalise::host(domain);
            event.text(f::DOMAIN, domain);
        }
        (self.judge)(&facts, event)
    }
}

impl Format for Table {
    fn name(&self) -> &'static str {
        self.name
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn recognises(&self, record: &str) -> bool {
        self.signs.are_in(record)
            || (!record.starts_with('{') && self.lines.as_ref().is_some_and(|lines| (lines.known)(record)))
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        event.text(f::GATEWAY, self.name);
        match &self.lines {
            _ if record.starts_with('{') => self.object(record, event),
            Some(lines) => (lines.read)(record, event),
            None => Err(Reason::new("not a JSON object")),
        }
    }

    fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}

/// Refuses a record that tells of no call.
pub(crate) fn needs_a_call(event: &Event<'_>) -> Result<(), Reason> {
    let told = [f::STATUS, f::METHOD, f::PATH].iter().any(|field| event.has(*field));
    if told { Ok(()) } else { Err(Reason::new("a record of no call: no status, method or path")) }
}
