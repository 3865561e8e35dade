//! The audit log of API7 as JSON or CSV, and any trail with its seven columns: Time, Operator, Event, Resource ID, Resource
//! Name, IP Address, Source. Knows the words that other programs have for them.

use event::Act;
use serde_json::{Map, Value};

use super::words::{capital, label, scalar, source_of_agent, state, time, verb_of_word};
use super::{Kept, Record, Trail};
use crate::format::Reason;

pub(super) static API7: Trail = Trail {
    name: "api7-audit",
    doc: "The audit log of API7 Enterprise as its export writes it, and the trail of any other program: JSON objects, or CSV with \
          the names in the first line. The columns are Time, Operator, Event, Resource ID, Resource Name, IP Address and Source, in \
          any case and with spaces, dashes or underscores; other words for them (`created_at`, `user`, `action`, `ip`, …) are \
          understood, and so are `status`, `outcome`, `request_id`, `before` and `after` where they are written. A second delivery is \
          recognised by `id`, or else by all that the record says.",
    recognises: |record| match record {
        Record::Object(members) => {
            let names = Names::of(members);
            [TIME, OPERATOR, EVENT].iter().all(|words| names.get(words).is_some())
        }
        Record::Line(_) => false,
    },
    read,
};

const TIME: &[&str] = &["time", "timestamp", "created_at", "operation_time", "event_time", "date"];
const OPERATOR: &[&str] =
    &["operator", "user", "username", "user_name", "operator_name", "actor", "principal"];
const EVENT: &[&str] = &["event", "event_type", "action", "operation", "event_name"];
const ID: &[&str] = &["resource_id", "object_id", "target_id"];
const NAME: &[&str] = &["resource_name", "object_name", "target_name", "object", "resource"];
const TYPE: &[&str] = &["resource_type", "object_type", "target_type"];
const ADDRESS: &[&str] = &["ip_address", "ip", "client_ip", "remote_addr", "source_ip", "address"];
const SOURCE: &[&str] = &["source", "operation_source", "channel"];
/// Longest line of names, in bytes, and how many there may be.
const HEAD_BYTES_MAX: usize = 4 << 10;
const COLUMNS_MAX: usize = 64;

/// Members by their names in one spelling.
struct Names<'v>(Vec<(String, &'v Value)>);

impl<'v> Names<'v> {
    fn of(members: &'v Map<String, Value>) -> Names<'v> {
        Names(members.iter().map(|(name, value)| (spelled(name), value)).collect())
    }

    fn get(&self, words: &[&str]) -> Option<&'v Value> {
        words.iter().find_map(|word| self.0.iter().find(|(name, _)| name == word).map(|(_, value)| *value))
    }

    fn text(&self, words: &[&str]) -> String {
        self.get(words).and_then(scalar).unwrap_or_default()
    }
}

/// `Resource ID`, `resource-id` and `resourceId` are `resource_id`.
fn spelled(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    let mut was_lower = false;
    for c in name.trim().chars() {
        if c.is_uppercase() && was_lower || matches!(c, ' ' | '-' | '.') {
            out.push('_');
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
        if !matches!(c, ' ' | '-' | '.') {
            out.extend(c.to_lowercase());
        }
    }
    out
}

fn read(record: &Record<'_>, act: &mut Act) -> Result<Kept, Reason> {
    let names = Names::of(record.object()?);
    let moment = names.get(TIME).cloned().unwrap_or_default();
    act.time = time(&Map::from_iter([("time".to_owned(), moment)]), &["time"]);
    act.operator = names.text(OPERATOR);
    let event = names.text(EVENT);
    if event.is_empty() {
        return Err(Reason::new("no event"));
    }
    let words: Vec<String> =
        spelled(&event).split(['_', ':']).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    // `Add Service`, `gateway:CreateGatewayGroup`, `service.create`.
    let verb_at = words.iter().position(|word| verb_of_word(word) != "other");
    act.verb = verb_at.and_then(|at| words.get(at)).map_or("other", |word| verb_of_word(word)).to_owned();
    let things: Vec<&str> = words
        .iter()
        .enumerate()
        .filter(|(at, word)| Some(*at) != verb_at && !["gateway", "iam"].contains(&word.as_str()))
        .map(|(_, word)| word.as_str())
        .collect();
    act.resource_type = names.text(TYPE).to_lowercase().replace(' ', "_");
    if act.resource_type.is_empty() {
        act.resource_type = things.join("_");
    }
    act.event = if event.contains(' ') { capital(&event) } else { label(&act.verb, &act.resource_type) };
    act.code = format!("api7.{}", words.join("-"));
    act.resource_id = names.text(ID);
    act.resource_name = names.text(NAME);
    act.address = names.text(ADDRESS);
    act.agent = names.text(&["user_agent", "agent"]);
    act.source = names.text(SOURCE).to_lowercase();
    if act.source.is_empty() && !act.agent.is_empty() {
        act.source = source_of_agent(&act.agent).to_owned();
    }
    act.request_id = names.text(&["request_id", "trace_id"]);
    act.status = names.text(&["status", "status_code"]);
    act.outcome = outcome(&names.text(&["outcome", "result"]), &act.status).to_owned();
    act.detail = names.text(&["detail", "details", "message", "reason"]);
    let json = |words: &[&str]| super::words::json(names.get(words));
    (act.before, act.after) = (json(&["before", "old", "old_value"]), json(&["after", "new", "new_value"]));
    act.request = json(&["request", "request_body", "body"]);
    if act.before.is_empty() && act.after.is_empty() {
        state(act, json(&["entity", "payload"]));
    }
    Ok(match names.text(&["id", "audit_id", "log_id"]) {
        id if id.is_empty() => Kept::AsItIs,
        id => Kept::As(id),
    })
}

/// Where neither an outcome nor a status is written, only what was done is.
fn outcome(said: &str, status: &str) -> &'static str {
    match said.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "ok" | "true" | "allowed" => "success",
        "denied" | "forbidden" | "unauthorized" => "denied",
        "failure" | "failed" | "error" | "false" => "failure",
        _ if status.parse::<u16>().is_ok() => super::words::outcome_of_status(status),
        _ if ["FAILURE", "FAILED", "ERROR"].contains(&status.to_ascii_uppercase().as_str()) => "failure",
        _ => "success",
    }
}

/// The names of a first line of CSV that names these columns; nothing for any other line.
pub(super) fn head(line: &str) -> Option<Vec<String>> {
    if line.len() > HEAD_BYTES_MAX || line.contains("CEF:") {
        return None;
    }
    let names: Vec<String> = cells(line).iter().map(|name| spelled(name)).collect();
    let has = |words: &[&str]| words.iter().any(|word| names.iter().any(|name| name == word));
    (names.len() <= COLUMNS_MAX && has(TIME) && has(OPERATOR) && has(EVENT)).then_some(names)
}

/// A row under such a head.
pub(super) fn row(head: &[String], line: &str) -> Map<String, Value> {
    head.iter().cloned().zip(cells(line).into_iter().map(Value::String)).collect()
}

/// The cells of a line; `""` in quotes is a quote.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}
