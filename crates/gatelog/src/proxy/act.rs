//! The operator event of a call through a proxy: how it begins, and how it ends. Knows no sockets and no disk.

use axum::http::{Method, StatusCode};
use event::mask::Rules;
use event::{Act, Timestamp};
use relay::sigv4::encoded;
use relay::upstream::Lost;
use serde_json::{Map, Value, json};

use super::hide;
use super::operator::Operator;
use super::resource::{CONFIG, Kind, OTHER, Target, is_secret_id};
use super::setup::Plan;
use super::tool::Tool;
use crate::trail::{self, Unrecorded};

/// Characters of a gateway's reason for a failure that are kept.
const REASON_CHARS_MAX: usize = 500;
/// What stands for a state that the answer did not tell.
const UNTOLD: &str = "\"not told by the answer\"";

/// A call as far as it is known before it is handed on.
pub(super) struct Call {
    pub(super) operator: Operator,
    pub(super) target: Target,
    pub(super) tool: &'static Tool,
    pub(super) change_set: String,
    pub(super) agent: String,
    pub(super) address: String,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
}

/// What was there before a change.
pub(super) enum Before {
    Found(Value),
    /// Nothing.
    Missing,
    /// It makes something new, or nobody knows where to look.
    Unasked,
    /// It could not be read, and why.
    Unread(String),
}

impl Call {
    /// The path of what is changed. APISIX takes consumers without an id in the path, by the name in the body.
    pub(super) fn thing(&self, asked: Option<&Value>) -> Option<String> {
        if self.method == Method::POST && self.target.id.is_empty() {
            return None;
        }
        if self.target.thing.is_some() || self.method != Method::PUT {
            return self.target.thing.clone();
        }
        let asked = asked?;
        let id = ["id", "username"].iter().find_map(|name| asked.get(name)?.as_str())?;
        Some(format!("{}/{}", self.path.trim_end_matches('/'), encoded(id, false)))
    }

    fn verb(&self, before: Option<&Before>) -> &'static str {
        match self.method {
            _ if !self.target.is_change => "read",
            Method::POST if self.target.resource_type == CONFIG => "update",
            Method::POST if self.target.id.is_empty() => "create",
            Method::PUT if matches!(before, Some(Before::Missing)) => "create",
            Method::DELETE => "delete",
            _ => "update",
        }
    }

    /// The path, with a tag where a secret names a thing.
    fn shown_path(&self, id: &str) -> String {
        if id == self.target.id || self.target.resource_type == OTHER {
            return self.path.clone();
        }
        let shown = |segment: &str| {
            let is_it = segment == self.target.id || encoded(&self.target.id, false) == segment;
            if is_it { id.to_owned() } else { segment.to_owned() }
        };
        self.path.split('/').map(shown).collect::<Vec<_>>().join("/")
    }
}

/// The event of a call. Without `before` it is one that is only looked at or refused.
pub(super) fn begun(
    plan: &Plan,
    call: &Call,
    before: Option<Before>,
    asked: Option<Value>,
    rules: &Rules,
    now: Timestamp,
) -> Result<Act, Unrecorded> {
    let verb = call.verb(before.as_ref());
    let id = match is_secret_id(call.target.resource_type, &call.target.id) && !call.target.id.is_empty() {
        true => hide::tag(&call.target.id, rules),
        false => call.target.id.clone(),
    };
    let mut request = Map::new();
    request.insert("method".to_owned(), json!(call.method.as_str()));
    request.insert("path".to_owned(), json!(call.shown_path(&id)));
    // Of a look its parameters are not kept: pages of one list are one look.
    if call.target.is_change && !call.query.is_empty() {
        let params = form_urlencoded::parse(call.query.as_bytes());
        let params = params.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
        request.insert("params".to_owned(), Value::Object(params.collect()));
    }
    let asked = match call.target.resource_type {
        CONFIG => asked.map(|asked| hide::without_texts(asked, rules)),
        _ => asked,
    };
    request.extend(asked.map(|asked| ("body".to_owned(), asked)));
    let mut act = Act {
        operator: call.operator.name.clone(),
        operator_kind: call.operator.kind.to_owned(),
        token: call.operator.token.clone(),
        address: call.address.clone(),
        agent: call.agent.clone(),
        tool: call.tool.name.to_owned(),
        change_set: call.change_set.clone(),
        request: hide::text(Value::Object(request), rules),
        ..of(plan, call.target.resource_type, verb, call.tool.source, now)?
    };
    match before {
        Some(Before::Found(thing)) => {
            (act.resource_id, act.resource_name) = plan.kind.called(&thing);
            act.before = hide::text(thing, rules);
        }
        Some(Before::Unread(why)) => act.detail = format!("what was there before could not be read: {why}"),
        _ => {}
    }
    if act.resource_id.is_empty() {
        act.resource_id = id;
    }
    Ok(act)
}

/// An event about a gateway's thing, with what each of them has.
pub(super) fn of(
    plan: &Plan,
    resource_type: &str,
    verb: &str,
    source: &str,
    now: Timestamp,
) -> Result<Act, Unrecorded> {
    let words = resource_type.replace('_', " ");
    let (first, rest) = verb.split_at(verb.len().min(1));
    Ok(Act {
        time: now,
        code: format!("{}-{}-{}", plan.kind.code, resource_type, verb).to_uppercase().replace('_', "-"),
        event: format!("{}{rest} {words}", first.to_uppercase()),
        verb: verb.to_owned(),
        resource_type: resource_type.to_owned(),
        source: source.to_owned(),
        origin: plan.name.clone(),
        request_id: trail::request_id()?,
        ..Act::default()
    })
}

/// What an answer of that status means.
pub(super) fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => "denied",
        200..=399 => "success",
        _ => "failure",
    }
}

/// What became of a change that was answered.
pub(super) fn ended(
    kind: &Kind,
    begun: &Act,
    status: StatusCode,
    answer: Option<Value>,
    rules: &Rules,
    now: Timestamp,
) -> Act {
    let mut end = trail::end_of(begun, outcome(status), now);
    status.as_str().clone_into(&mut end.status);
    if end.outcome != "success" {
        let reason = answer.as_ref().and_then(|answer| {
            ["message", "error_msg", "description"].iter().find_map(|name| answer.get(name)?.as_str())
        });
        let reason = reason.unwrap_or_default();
        end.detail = match begun.resource_type == CONFIG && !reason.is_empty() {
            // It may quote what was sent, and a secret in that might not be recognised.
            true => format!("a reason of {} bytes, {}", reason.len(), rules.probe(reason)),
            false => reason.chars().take(REASON_CHARS_MAX).collect(),
        };
        return end;
    }
    if begun.verb == "delete" {
        return end;
    }
    match answer.map(|answer| kind.value(answer)).filter(Value::is_object) {
        Some(thing) => {
            (end.resource_id, end.resource_name) = kind.called(&thing);
            end.after = hide::text(thing, rules);
        }
        // Without it what was there would look as if it were gone.
        None if !begun.before.is_empty() => UNTOLD.clone_into(&mut end.after),
        None => {}
    }
    end
}

/// What became of a change without an answer.
pub(super) fn lost(begun: &Act, lost: &Lost, now: Timestamp) -> Act {
    let outcome = if matches!(lost, Lost::Unsent { .. }) { "failure" } else { "unknown" };
    Act { status: "502".to_owned(), detail: lost.to_string(), ..trail::end_of(begun, outcome, now) }
}
