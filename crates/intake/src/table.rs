//! A format whose records are JSON objects that a map of names describes: what a new gateway needs is data, and a
//! judgement of who answered. Knows no gateway.

use event::{Event, Value, field as f};
use std::borrow::Cow;
use std::sync::LazyLock;

use crate::fieldmap::Map;
use crate::format::{Format, Reason};
use crate::json::{self, Scalar};
use crate::{denial, normalise};

/// A format as a table.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) signs: Signs,
    pub(crate) map: LazyLock<Map>,
    /// What the map cannot say; a reason refuses the record.
    pub(crate) judge: for<'a> fn(&Facts<'a>, &mut Event<'a>) -> Result<(), Reason>,
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
#[derive(Default)]
pub(crate) struct Facts<'a>(Vec<(u8, Option<Cow<'a, str>>)>);

impl<'a> Facts<'a> {
    fn take(&mut self, number: u8, value: Scalar<'a>) {
        let text = match value {
            _ if value.is_absent() => None,
            Scalar::Text(text) => Some(text),
            Scalar::Number(text) | Scalar::Nested(text) => Some(text.into()),
            Scalar::Flag(flag) => Some(if flag { "true" } else { "false" }.into()),
            Scalar::Absent => None,
        };
        self.0.push((number, text));
    }

    /// Whether the record has the member, with or without a value.
    pub(crate) fn mentions(&self, number: u8) -> bool {
        self.0.iter().any(|(found, _)| *found == number)
    }

    /// The value given last.
    pub(crate) fn get(&self, number: u8) -> Option<&str> {
        self.0.iter().rev().find(|(found, text)| *found == number && text.is_some())?.1.as_deref()
    }
}

impl Table {
    /// Reads the object; lines of other forms are read by the format itself.
    pub(crate) fn read<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        event.text(f::GATEWAY, self.name);
        if !record.starts_with('{') {
            return Err(Reason::new("not a JSON object"));
        }
        let mut facts = Facts::default();
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
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        self.read(record, event)
    }
}

/// Refuses a record that tells of no call.
pub(crate) fn needs_a_call(event: &Event<'_>) -> Result<(), Reason> {
    let told = [f::STATUS, f::METHOD, f::PATH].iter().any(|field| event.has(*field));
    if told { Ok(()) } else { Err(Reason::new("a record of no call: no status, method or path")) }
}

/// Judges a call by who answered it. What was passed on was granted, whatever the backend said about it; what the
/// gateway answered itself with 401, 403 or 429 was refused. `credentials` tells whether the call carried any, where
/// the log says so.
pub(crate) fn judge(event: &mut Event<'_>, passed_on: bool, credentials: Option<bool>) {
    let status = event.get_int(f::STATUS);
    if passed_on || !status.is_some_and(denial::is_refusal) {
        event.flag(f::GRANTED, true);
        return;
    }
    let reason = match (status, credentials) {
        (Some(401), Some(false)) => "missing_credentials",
        _ => denial::by_status(status),
    };
    refuse(event, reason);
}

/// The gateway refused the call for this reason, unless the record itself names one.
pub(crate) fn refuse(event: &mut Event<'_>, reason: &'static str) {
    event.flag(f::GRANTED, false);
    if !event.has(f::REASON) {
        event.text(f::REASON, reason);
    }
    if is_about_credentials(reason) {
        only_claimed(event);
    }
}

/// Whether a caller who was refused for this reason is not known.
pub(crate) fn is_about_credentials(reason: &str) -> bool {
    matches!(
        reason,
        "invalid_credentials" | "missing_credentials" | "expired_credentials" | "invalid_signature"
    )
}

/// Who a refused caller said to be is not who called.
pub(crate) fn only_claimed(event: &mut Event<'_>) {
    let id = event.take(f::CONSUMER_ID);
    if let Some(Value::Text(claimed)) = event.take(f::CONSUMER_NAME).or(id) {
        event.text(f::CLAIMED_CONSUMER, claimed);
    }
}
