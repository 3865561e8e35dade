//! By what one can tell why a call was refused: members of the event, each with what it means here.

use event::{Row, field as f, reason};
use serde::Serialize;

use super::Identity;
use super::rule::{Found, Kind};
use crate::directory::list;

/// Bytes of one value.
const VALUE_BYTES_MAX: usize = 300;

/// One thing that tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The field of the event.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// What it means here.
    pub means: String,
}

/// Fields that are shown when they have a value, and what each is.
const WORDS: &[(event::FieldId, &str)] = &[
    (f::ERROR_TYPE, "the gateway's word for what went wrong"),
    (f::ERROR_MESSAGE, "the gateway's message"),
    (f::ERROR_ORIGIN, "where the gateway says the error arose"),
    (f::AUTHORIZER_STATUS, "what the authorizer answered"),
    (f::AUTHORIZER_ERROR, "why the authorizer failed"),
    (f::AUTHORIZE_ERROR, "why authorisation failed"),
    (f::WAF_STATUS, "what the firewall decided"),
    (f::WAF_ACL, "the firewall's list"),
];

/// What tells.
pub(super) fn of(row: Row<'_>, found: Option<&Found<'_>>, identity: &Identity) -> Vec<Evidence> {
    let mut all = Vec::new();
    let mut add = |field: event::FieldId, value: String, means: String| {
        all.push(Evidence { field: field.field().name, value: cut(value), means });
    };
    if let Some(evidence) = row.text(f::EVIDENCE) {
        add(f::EVIDENCE, evidence.to_owned(), sign(evidence, row, found.is_some()));
    }
    if let Some(status) = row.int(f::STATUS) {
        let who = if found.is_some() { "the gateway answered itself" } else { "what the client got" };
        add(f::STATUS, status.to_string(), who.to_owned());
    }
    for (field, means) in WORDS {
        if let Some(text) = row.text(*field).filter(|_| found.is_some()) {
            add(*field, text.to_owned(), (*means).to_owned());
        }
    }
    let Some(found) = found else { return all };
    let rule = &found.rule.text;
    match found.rule.kind {
        Kind::Groups => {
            let groups = identity.groups.as_deref().map_or("unknown".to_owned(), list);
            add(f::CONSUMER_GROUPS, groups, format!("the groups at the time of the event; {rule}"));
        }
        Kind::Addresses => {
            let ip = row.text(f::IP).unwrap_or("unknown").to_owned();
            add(f::IP, ip, format!("the caller's address; {rule}"));
        }
        Kind::Window => {
            let at = event::Timestamp(crate::directory::time(row)).to_string();
            add(f::TIME, at, format!("the time of the call; {rule}"));
        }
        Kind::Credentials => {
            if let Some(claimed) = &identity.claimed {
                let means = "who the caller said to be; not counted as that consumer's traffic";
                add(f::CLAIMED_CONSUMER, claimed.clone(), means.to_owned());
            }
            if let Some(key) = &identity.key {
                add(f::API_KEY_ID, key.clone(), "the key that came with the call".to_owned());
            }
        }
        Kind::Quota | Kind::RateLimit => {
            if let Some(plan) = &identity.plan {
                add(f::USAGE_PLAN, plan.clone(), format!("the plan at that time; {rule}"));
            }
        }
        Kind::Agent => {
            let agent = row.text(f::USER_AGENT).unwrap_or("none").to_owned();
            add(f::USER_AGENT, agent, "the program that called".to_owned());
        }
        _ => {}
    }
    if found.rules.is_some() && !rule_refuses(found) {
        let object = &found.rule.object;
        let means = "the rule the directory has of this kind; from what is known one cannot see that it refuses this call, \
                     so it may have changed in the gateway since it was imported";
        let value = format!("{} {}: {rule}", object.kind, object.name);
        all.push(Evidence { field: "directory", value: cut(value), means: means.to_owned() });
    }
    all
}

/// Whether the rule that was found is one that could be weighed and refuses the call.
fn rule_refuses(found: &Found<'_>) -> bool {
    found.is_judged || matches!(found.rule.kind, Kind::Quota | Kind::RateLimit | Kind::Credentials)
}

/// What the evidence is worth.
fn sign(evidence: &str, row: Row<'_>, is_denied: bool) -> String {
    if !is_denied {
        return "what shows that a backend answered, so the gateway had let the call pass".to_owned();
    }
    let label = row.text(f::REASON).and_then(reason::by_code).map_or("a refusal", |reason| reason.label);
    if evidence.starts_with("directory: ") {
        "the rules of the directory that held when the event came in".to_owned()
    } else if evidence.contains("status=") {
        format!("no word of the gateway names the reason; status and headers tell: {label}")
    } else {
        format!("what the gateway itself says: {label}")
    }
}

fn cut(mut text: String) -> String {
    if text.len() > VALUE_BYTES_MAX {
        let end = (0..=VALUE_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
