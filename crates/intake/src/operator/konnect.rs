//! The audit log of Kong Konnect, as its webhook sends it: JSON or CEF, a record a line. Knows its three kinds of events:
//! sign-ins, decisions about permissions, and calls of its API.

use event::{Act, Timestamp};
use serde_json::{Map, Value};

use super::kong::called;
use super::words::{capital, label, singular, source_of_agent, text, time, verb_of_word};
use super::{Kept, Record, Trail};
use crate::format::Reason;

pub(super) static KONNECT: Trail = Trail {
    name: "konnect-audit",
    doc: "The audit log webhook of Kong Konnect and its Dev Portal, `log_format` JSON or CEF: sign-ins (`AUTHENTICATION_OUTCOME_…`), \
          decisions about permissions (`Authz.…` with `action` and `granted`), and calls of its API. The time is `rt` where it agrees \
          with the record's own. A second delivery is recognised by all that the record says.",
    recognises: |record| match record {
        Record::Object(_) => record.has(&["event_class_id", "event_product", "name"]),
        Record::Line(line) => {
            line.contains("CEF:") && (line.contains("|Konnect|") || line.contains("|Dev-Portal|"))
        }
    },
    read,
};

/// The time of CEF's header and its `rt` are at most so far apart, in microseconds.
const APART_MAX: i64 = event::time::MINUTE;
/// Members of one CEF record.
const MEMBERS_MAX: usize = 200;

fn read(record: &Record<'_>, act: &mut Act) -> Result<Kept, Reason> {
    let cef;
    let members = match record {
        Record::Object(members) => *members,
        Record::Line(line) => {
            cef = of_cef(line).ok_or(Reason::new("neither JSON nor CEF"))?;
            &cef
        }
    };
    let name = text(members, &["name"]);
    if name.is_empty() {
        return Err(Reason::new("no name of an event"));
    }
    let (own, rt) = (time(members, &["event_ts"]), time(members, &["rt"]));
    let agree = (own.0 - rt.0).abs() <= APART_MAX;
    act.time = if own == Timestamp(0) || rt != Timestamp(0) && agree { rt } else { own };
    act.operator = text(members, &["principal_name", "principal_id"]);
    act.token = match act.operator == text(members, &["principal_id"]) {
        true => String::new(),
        false => text(members, &["principal_id"]),
    };
    act.operator_kind = "person".to_owned();
    act.address = text(members, &["src"]);
    act.agent = text(members, &["user_agent"]);
    act.source = source_of_agent(&act.agent).to_owned();
    act.request_id = text(members, &["trace_id"]);
    let class = text(members, &["event_class_id"]);
    if let Some(end) = name.strip_prefix("AUTHENTICATION_OUTCOME_") {
        signed_in(members, end, &class, act);
    } else if let Some(thing) = name.strip_prefix("Authz.") {
        decided(members, thing, act);
    } else {
        called(
            &text(members, &["act", "method"]),
            &text(members, &["request"]),
            &text(members, &["status"]),
            act,
        );
        act.code = format!("konnect.{}.{}", act.resource_type, act.verb);
    }
    if text(members, &["kong_initiated"]) == "true" {
        act.detail = "by Kong itself".to_owned();
        act.operator_kind = "machine".to_owned();
    }
    Ok(Kept::AsItIs)
}

fn signed_in(members: &Map<String, Value>, end: &str, class: &str, act: &mut Act) {
    act.verb = "sign_in".to_owned();
    act.event = "Sign in".to_owned();
    act.resource_type = "session".to_owned();
    act.code = format!("konnect.{class}");
    act.status = end.to_owned();
    let is_in = end == "SUCCESS" && text(members, &["success"]) != "false";
    act.outcome = if is_in { "success" } else { "denied" }.to_owned();
    if class.ends_with("_PAT") || class.ends_with("_SAT") || class.contains("TOKEN") {
        act.event = "Sign in with a token".to_owned();
    }
    act.request = text(members, &["request"]);
}

fn decided(members: &Map<String, Value>, thing: &str, act: &mut Act) {
    let action = text(members, &["action"]);
    act.verb = verb_of_word(&action).to_owned();
    act.resource_type = singular(thing);
    act.event = match verb_of_word(&action) {
        "other" => {
            capital(&format!("{} {}", action.replace(['_', '-'], " "), act.resource_type.replace('_', " ")))
        }
        // `list portals`, not `read portal`.
        "read" => label(&action, &thing.to_lowercase()),
        verb => label(verb, &act.resource_type),
    };
    act.code = format!("konnect.{thing}.{action}");
    let is_granted = text(members, &["granted"]) == "true";
    act.outcome = if is_granted { "success" } else { "denied" }.to_owned();
    act.status = if is_granted { "granted" } else { "refused" }.to_owned();
    act.resource_id = text(members, &["resource_id", "entity_id"]);
}

/// `2025-06-23T14:28:47Z konghq.com CEF:0|KongInc|Konnect|1.0|CLASS|NAME|0|rt=… src=…`
fn of_cef(line: &str) -> Option<Map<String, Value>> {
    let (before, rest) = line.split_once("CEF:")?;
    let head: Vec<&str> = rest.splitn(8, '|').collect();
    let [_, vendor, product, _, class, name, severity, extension] = head.as_slice() else { return None };
    let mut members = Map::new();
    let mut put = |name: &str, text: &str| {
        members.insert(name.to_owned(), Value::String(text.to_owned()));
    };
    put("event_ts", before.split_whitespace().find(|word| Timestamp::parse(word).is_some()).unwrap_or(""));
    for (name, text) in [
        ("event_vendor", vendor),
        ("event_product", product),
        ("event_class_id", class),
        ("name", name),
        ("severity", severity),
    ] {
        put(name, text);
    }
    // A value goes on to the last space before the next `name=`.
    let mut rest = *extension;
    for _ in 0..MEMBERS_MAX {
        let Some((name, after)) = rest.split_once('=') else { break };
        let next = next_name(after);
        let value = after.get(..next.unwrap_or(after.len())).unwrap_or(after);
        put(
            name.trim(),
            value.trim().replace("\\=", "=").replace("\\n", "\n").replace("\\\\", "\\").as_str(),
        );
        rest = next.and_then(|at| after.get(at..)).unwrap_or("");
    }
    Some(members)
}

/// Where the next ` name=` begins.
fn next_name(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let equals = from + text.get(from..)?.find('=')?;
        let before = text.get(..equals)?;
        let name = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if name.len() < before.len() && name.ends_with(' ') {
            return Some(name.len());
        }
        from = equals + 1;
    }
}
