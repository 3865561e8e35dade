//! Why there is nothing to see: what the events say, and what the sources do.

use keys::{Permission, Scope};
use query::diagnosis::{Action, Ask, Diagnosis};

use super::answer::json;
use super::question::{Asked, ask, asked};
use super::route::{Answer, Call};
use super::sources::{counted, health};
use crate::clock;
use crate::rhythm::Health;

/// Sources that are spoken of, at most.
const SOURCES_MAX: usize = 5;

/// `GET /diagnose`.
pub(crate) async fn find(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, now, .. } = asked(&call.params)?;
    let request = Ask { range, filter, now };
    let sources = match scope.principal().scope(Permission::SourcesRead).is_ok() && !scope.is_narrowed() {
        true => of_sources(&call),
        false => Vec::new(),
    };
    let mut found =
        ask(&call.app, scope, move |view, scope, budget| query::diagnose(view, scope, &request, budget))
            .await?;
    let after = found.diagnosis.iter().position(|one| matches!(one.kind, "permission" | "delay"));
    let at = after.unwrap_or(found.diagnosis.len());
    found.diagnosis.splice(at..at, sources);
    json(&found)
}

/// Sources that deliver nothing, nothing any more, or what is not understood.
fn of_sources(call: &Call) -> Vec<Diagnosis> {
    let now = clock::now();
    let mut findings = Vec::new();
    for (name, source, known) in counted(&call.app, now) {
        let (health, why) = health(&source, &known, now);
        let text = match health {
            Health::Ok => continue,
            Health::New => format!("source {name} has delivered nothing yet"),
            Health::Paused => format!("source {name} is paused"),
            Health::Late => format!("source {name} is behind: {why}"),
            Health::Silent => format!("source {name} has stopped: {why}"),
            Health::Rejecting => format!("what source {name} delivers is not understood: {why}"),
        };
        let count = (health == Health::New).then_some(0);
        let action = Action {
            label: "Look at the sources".to_owned(),
            href: Some("/sources".to_owned()),
            ..Action::default()
        };
        findings.push(Diagnosis { kind: "source", text, count, action: Some(action) });
    }
    findings.truncate(SOURCES_MAX);
    findings
}
