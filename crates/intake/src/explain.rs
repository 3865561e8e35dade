//! Why one call was refused, for people: whose rule refused it, by what one can tell, what was known of the caller at that
//! time, and what to change in that gateway's own words. Pure: an event and the directory in, words out.

use std::fmt::Write as _;

use event::{Batch, Row, Timestamp, field as f, reason};
use serde::Serialize;

use crate::directory::{self, Directory};

mod evidence;
mod fixes;
mod object;
mod rule;
mod tools;

pub use evidence::Evidence;
pub use fixes::Fix;
pub use object::{Changed, Object};
pub use rule::{Confidence, Kind, Rule};

/// All that can be said of one call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Who decided.
    pub verdict: Verdict,
    /// Why it was refused: a code of the closed list, the exact one where the directory tells it now.
    pub reason: Option<String>,
    /// One sentence.
    pub summary: String,
    /// What to do in general.
    pub resolution: Option<&'static str>,
    /// What refused it.
    pub rule: Option<Rule>,
    /// By what one can tell.
    pub evidence: Vec<Evidence>,
    /// Who called, as it was known at the time of the event.
    pub identity: Identity,
    /// What to change if the call should pass, in the words of the gateway.
    pub fixes: Vec<Fix>,
    /// The change since which the object was as it was then; none when it was so from the beginning.
    pub changed: Option<Changed>,
    /// How sure this is.
    pub confidence: Confidence,
}

/// Who decided about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The gateway refused it.
    Denied,
    /// The gateway let it pass, and nobody refused it.
    Granted,
    /// The gateway let it pass; the backend itself refused it.
    Backend,
}

/// Who called.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Identity {
    /// The consumer's name, or its id.
    pub consumer: Option<String>,
    /// The name that came with refused credentials.
    pub claimed: Option<String>,
    /// Its groups; none when nothing is known of them.
    pub groups: Option<Vec<String>>,
    /// Its plan.
    pub plan: Option<String>,
    /// The name or id of the key.
    pub key: Option<String>,
    /// Its customer.
    pub customer: Option<String>,
}

/// Explains the first event of a batch, which must not be empty: an empty one is explained as granted.
pub fn explain(event: &Batch, directory: &Directory) -> Explanation {
    let mut event = if event.is_empty() { Batch::new() } else { event.gather(&[0]) };
    if event.is_empty() {
        event.push(&event::Event::new());
        event.finish();
    }
    let facts = directory::facts(&mut event, directory);
    let row = event.row(0);
    let verdict = Verdict::of(row);
    let identity = Identity::of(row, &facts);
    if verdict != Verdict::Denied {
        return Explanation {
            verdict,
            reason: None,
            summary: passed(row, verdict),
            resolution: None,
            rule: None,
            evidence: evidence::of(row, None, &identity),
            identity,
            fixes: Vec::new(),
            changed: None,
            confidence: Confidence::Exact,
        };
    }
    let found = rule::find(row, directory, &facts);
    Explanation {
        verdict,
        reason: Some(found.reason.clone()),
        summary: refused(row, &identity, &found),
        resolution: reason::by_code(&found.reason).map(|reason| reason.resolution),
        evidence: evidence::of(row, Some(&found), &identity),
        fixes: fixes::of(row, directory, &found, &identity),
        changed: found.changed,
        confidence: found.confidence,
        rule: (found.rule.kind != Kind::Unknown).then_some(found.rule),
        identity,
    }
}

impl Verdict {
    fn of(row: Row<'_>) -> Verdict {
        match row.int(f::GRANTED) {
            Some(0) => Verdict::Denied,
            _ if row.int(f::STATUS).is_some_and(crate::denial::is_refusal) => Verdict::Backend,
            _ => Verdict::Granted,
        }
    }
}

impl Identity {
    fn of(row: Row<'_>, facts: &directory::Facts<'_>) -> Identity {
        let text = |field| row.text(field).map(str::to_owned);
        Identity {
            consumer: text(f::CONSUMER_NAME).or_else(|| text(f::CONSUMER_ID)),
            claimed: text(f::CLAIMED_CONSUMER),
            groups: directory::groups(row, Some(&facts.caller)),
            plan: text(f::USAGE_PLAN),
            key: text(f::API_KEY_NAME).or_else(|| text(f::API_KEY_ID)),
            customer: text(f::CUSTOMER),
        }
    }

    /// `consumer mobile-app`, or who it was said to be.
    fn who(&self) -> String {
        match (&self.consumer, &self.claimed, &self.key) {
            (Some(consumer), _, _) => format!("Consumer {consumer}"),
            (None, Some(claimed), _) => format!("A caller who claimed to be {claimed}"),
            (None, None, Some(key)) => format!("The holder of key {key}"),
            _ => "A caller nobody knows".to_owned(),
        }
    }
}

/// `GET /pets/7`.
fn call(row: Row<'_>) -> String {
    let words = [row.text(f::METHOD), row.text(f::PATH).or_else(|| row.text(f::ROUTE))];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    if words.is_empty() { "the call".to_owned() } else { words.join(" ") }
}

fn passed(row: Row<'_>, verdict: Verdict) -> String {
    let mut out = format!("The gateway let {} pass", call(row));
    match (verdict, row.int(f::STATUS)) {
        (Verdict::Backend, Some(status)) => {
            let _ = write!(out, "; the {status} is the backend's own answer");
        }
        (_, Some(status)) => {
            let _ = write!(out, "; it was answered with {status}");
        }
        (_, None) => {}
    }
    out + "."
}

fn refused(row: Row<'_>, identity: &Identity, found: &rule::Found<'_>) -> String {
    let at = Timestamp(directory::time(row));
    let mut out = format!("{} was refused {} at {at}: {}", identity.who(), call(row), found.rule.text);
    if found.confidence != Confidence::Exact {
        out.push_str(match found.confidence {
            Confidence::Likely => ", most likely",
            _ => "; the log does not tell more",
        });
    }
    out + "."
}
