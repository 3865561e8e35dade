//! Why there is nothing to see: what the events say, and what the sources do.

use keys::{Permission, Scope};
use query::diagnosis::{Action, Ask, Diagnosis};

use super::answer::json;
use super::question::{Asked, ask, asked};
use super::route::{Answer, Call};
use super::sources::counted;
use crate::clock;

/// Sources that are spoken of, at most.
const SOURCES_MAX: usize = 5;

/// How long a source may be silent before that is worth a word, in microseconds.
const SILENT: i64 = event::time::HOUR;

/// `GET /diagnose`.
pub(crate) async fn find(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, now, .. } = asked(&call.params)?;
    let request = Ask { range, filter, now };
    let sources = match scope.permits(Permission::SourcesRead) && scope.row_filter().is_none() {
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
    for (name, source, _) in counted(&call.app, now) {
        let counters = &source.counters;
        let last = counters.last_event.map(event::Timestamp);
        let (text, count) = match last {
            _ if counters.rejected > counters.accepted => {
                (format!("most of what source {name} delivers is not understood"), Some(counters.rejected))
            }
            None => (format!("source {name} has delivered nothing yet"), Some(0)),
            Some(last) if now.0 - last.0 > SILENT && !source.sample => {
                (format!("source {name} has been silent since {last}"), None)
            }
            Some(_) => continue,
        };
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
