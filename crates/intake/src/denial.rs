//! Who refused a call, why, and by what one can tell. Knows no gateway: a format says what its record tells, and the
//! order in which that counts is here, once.
//!
//! 1. The record says itself that the call was granted.
//! 2. The gateway names the reason (`error.responseType`, `response_code_details`, `error-key`, …).
//! 3. A field of one's own names it (`denial_reason`, `deny_reason`, or what the field map says); it also goes before a
//!    word of the gateway that is only general.
//! 4. A backend answered: then it was granted, whatever the backend said.
//! 5. What that gateway's headers and status tell.
//! 6. The directory makes a general reason exact (`directory`, after decoding).
//! 7. `other`; the evidence tells what there was.

use event::{Event, FieldId, Value, field as f, reason};
use std::borrow::Cow;

mod docs;

pub use docs::denials_markdown;

/// Longest evidence, in bytes; a policy's name may be long.
const EVIDENCE_BYTES_MAX: usize = 160;

/// One thing in a record that tells why a call was refused.
#[derive(Clone, Debug)]
pub(crate) struct Sign<'t> {
    pub(crate) reason: &'static str,
    /// The member of the record, or a few words.
    pub(crate) name: &'static str,
    /// Its value; nothing when the name says it all.
    pub(crate) value: Cow<'t, str>,
}

/// A sign without a value.
pub(crate) const fn sign(reason: &'static str, name: &'static str) -> Sign<'static> {
    Sign { reason, name, value: Cow::Borrowed("") }
}

/// What a record tells about who answered the call.
#[derive(Default)]
pub(crate) struct Told<'t> {
    /// The gateway's own word for why it refused.
    pub(crate) word: Option<Sign<'t>>,
    /// What shows that a backend answered.
    pub(crate) backend: Option<&'static str>,
    /// What shows that the gateway answered itself; empty where the log does not tell.
    pub(crate) gateway: &'static str,
    /// What headers and status tell of the reason; it makes a refusal of any status.
    pub(crate) hint: Option<Sign<'t>>,
    /// Whether the call carried credentials, where the log tells.
    pub(crate) credentials: Option<bool>,
    /// Whether the consumer in the record is only who the caller said to be, so that a 401 by anyone disproves it.
    pub(crate) claimed: bool,
    /// Whether the consumer is known, whatever the reason.
    pub(crate) identified: bool,
}

/// Says in the event whether the call was granted, why not, and by what one can tell.
pub(crate) fn decide(event: &mut Event<'_>, told: Told<'_>) {
    let status = event.get_int(f::STATUS);
    let said = event.get_int(f::GRANTED) == Some(1);
    let (claimed, identified) = (told.claimed && status == Some(401) && !said, told.identified);
    match verdict(event, status, told) {
        Ok(evidence) => {
            event.flag(f::GRANTED, true);
            // What nobody would ask about needs no evidence.
            if status.is_some_and(is_refusal) {
                event.text(f::EVIDENCE, evidence);
            }
            if claimed && !identified {
                only_claimed(event);
            }
        }
        Err((reason, evidence)) => {
            event.flag(f::GRANTED, false);
            event.text(f::REASON, reason);
            event.text(f::EVIDENCE, evidence);
            if !identified && (status == Some(401) || is_about_credentials(reason)) {
                only_claimed(event);
            }
        }
    }
}

/// The reason and the evidence of a refusal.
type Refused = (&'static str, Cow<'static, str>);

fn verdict(event: &mut Event<'_>, status: Option<i64>, told: Told<'_>) -> Result<&'static str, Refused> {
    let granted = event.get_int(f::GRANTED);
    if granted == Some(1) {
        return Ok("granted=true");
    }
    let own = event.get_text(f::REASON).map(code);
    if let Some(word) =
        told.word.as_ref().filter(|word| !is_general(word.reason) || !matches!(own, Some(Some(_))))
    {
        keep_words(event, own);
        return Err((word.reason, text(word).into()));
    }
    if let Some(own) = own {
        keep_words(event, Some(own));
        return Err(own.map_or(("other", Cow::Borrowed("denial_reason in words of its own")), said));
    }
    if let Some(backend) = told.backend.filter(|_| granted.is_none()) {
        return Ok(backend);
    }
    let who = if granted.is_some() { "granted=false" } else { told.gateway };
    // Where it is known that the gateway answered, more statuses are refusals.
    let known = !told.gateway.is_empty();
    let refusal = status.filter(|status| is_refusal(*status) || known && matches!(status, 407 | 413));
    let missing = refusal == Some(401) && told.credentials == Some(false);
    let (reason, sign) = match &told.hint {
        Some(hint) => (hint.reason, text(hint)),
        None if missing => ("missing_credentials", "no credentials".to_owned()),
        None if refusal.is_none() && granted.is_none() => return Ok(""),
        None => (by_status(status), String::new()),
    };
    let status = status.map(|status| format!("status={status}")).unwrap_or_default();
    let parts = [who, &sign, &status];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Err((reason, parts.join(", ").into()))
}

/// `name=value`, cut to a length.
fn text(sign: &Sign<'_>) -> String {
    let mut text = sign.name.to_owned();
    if !sign.value.is_empty() {
        text.push('=');
        text.push_str(&sign.value);
    }
    if text.len() > EVIDENCE_BYTES_MAX {
        let end = (0..=EVIDENCE_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    text
}

/// Words that are none of the list are kept as the message.
fn keep_words(event: &mut Event<'_>, own: Option<Option<&'static str>>) {
    if own == Some(None)
        && let Some(Value::Text(words)) = event.take(f::REASON)
        && !event.has(f::ERROR_MESSAGE)
    {
        event.text(f::ERROR_MESSAGE, words);
    }
}

macro_rules! said {
    ($($code:literal)*) => {
        /// The record's own reason as evidence, without making a text for each event.
        fn said(code: &'static str) -> Refused {
            match code {
                $($code => (code, Cow::Borrowed(concat!("denial_reason=", $code))),)*
                _ => (code, Cow::Owned(format!("denial_reason={code}"))),
            }
        }
    };
}

said! {
    "no_acl_groups" "route_not_allowed" "ip_restricted" "time_restricted" "invalid_credentials" "missing_credentials"
    "expired_credentials" "quota_exceeded" "rate_limited" "policy_denied" "other"
}

/// The code of a reason in words or as a code; `None` when it is none of the closed list.
pub(crate) fn code(words: &str) -> Option<&'static str> {
    let words = words.trim();
    // The usual spellings first: reading a reason in any spelling is slow, and floods of denials are not rare.
    let usual = reason::REASONS.iter().find(|r| r.code == words || r.label == words);
    usual.or_else(|| reason::parse(words)).map(|r| r.code)
}

/// What a refusal with this status most likely means, when nothing else tells.
fn by_status(status: Option<i64>) -> &'static str {
    match status {
        Some(401 | 407) => "invalid_credentials",
        Some(403) => "policy_denied",
        Some(404) => "no_route",
        Some(413) => "request_too_large",
        Some(429) => "rate_limited",
        _ => "other",
    }
}

/// Whether a status alone counts as a refusal, for gateways that do not say who answered.
pub(crate) fn is_refusal(status: i64) -> bool {
    matches!(status, 401 | 403 | 429)
}

/// Whether a reason only says of what kind the refusal was, so that another source may know better.
fn is_general(reason: &str) -> bool {
    matches!(reason, "policy_denied" | "other")
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

/// How a word is looked up in a list of [`Words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The whole value.
    Whole,
    /// Its beginning.
    Start,
    /// A part of it, in any case.
    Part,
}

/// The words of a gateway for why it refused, and what they mean; first match first.
#[derive(Debug)]
pub struct Words {
    /// The member that holds them, as the evidence names it.
    pub field: &'static str,
    /// How they are compared.
    pub by: Match,
    /// Word and reason code.
    pub list: &'static [(&'static str, &'static str)],
}

impl Words {
    /// What a value means, if it is in the list.
    pub(crate) fn find<'t>(&self, value: impl Into<Cow<'t, str>>) -> Option<Sign<'t>> {
        let value = value.into();
        if value.is_empty() {
            return None;
        }
        let lower = if self.by == Match::Part { value.to_ascii_lowercase() } else { String::new() };
        let (_, reason) = self.list.iter().find(|(word, _)| match self.by {
            Match::Whole => *word == value,
            Match::Start => value.starts_with(word),
            Match::Part => lower.contains(word),
        })?;
        Some(Sign { reason, name: self.field, value })
    }
}

/// How the records of a format are judged, in words; `docs/denials.md` is made from it.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What shows that a backend answered, so that its own 401, 403 or 429 is no denial.
    pub backend: &'static str,
    /// The gateway's own words.
    pub words: &'static [&'static Words],
    /// What else tells: the sign and the reason code.
    pub signs: &'static [(&'static str, &'static str)],
    /// What cannot be told, and how to add it.
    pub unknown: &'static str,
}

/// The text of a field without copying what the record holds.
pub(crate) fn text_of<'a>(event: &Event<'a>, field: FieldId) -> Option<Cow<'a, str>> {
    match event.get(field)? {
        Value::Text(text) => Some(text.clone()),
        Value::Int(_) => None,
    }
}

#[cfg(test)]
#[path = "denial_tests.rs"]
mod tests;
