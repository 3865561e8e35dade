//! Where events come from, what came, and what was not understood.

use event::Timestamp;
use keys::Scope;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::answer::json;
use super::error::Problem;
use super::route::{Answer, Call};
use crate::app::App;
use crate::catalog::{Content, Source};
use crate::clock;

#[derive(Serialize)]
struct Shown {
    name: String,
    sample: bool,
    created: String,
    last_event: Option<String>,
    accepted: u64,
    rejected: u64,
    duplicates: u64,
    bytes: u64,
    events_per_second: f64,
    formats: BTreeMap<String, u64>,
}

/// Every source with what came from it, what is not saved yet included, and its events per second.
pub(crate) fn counted(app: &App, now: Timestamp) -> Vec<(String, Source, f64)> {
    let mut names: BTreeSet<String> = app.tally.names().into_iter().collect();
    app.catalog.with(|content| {
        names.extend(content.sources.keys().cloned());
        // A source exists from the moment there is a token for it.
        names.extend(content.keyring.tokens().filter_map(|entry| match &entry.may {
            keys::May::Append { source } => Some(source.clone()),
            keys::May::Act { .. } => None,
        }));
    });
    names
        .into_iter()
        .map(|name| {
            let mut source =
                app.catalog.with(|content| content.sources.get(&name).cloned().unwrap_or_default());
            let (unsaved, rate) = app.tally.of(&name, now);
            source.counters.add(&unsaved);
            if source.created == 0 {
                source.created = app.catalog.with(|content| made(content, &name)).unwrap_or(now.0);
            }
            (name, source, rate)
        })
        .collect()
}

/// When the first token of a source was made.
fn made(content: &Content, source: &str) -> Option<i64> {
    let of_source =
        |entry: &&keys::Entry| matches!(&entry.may, keys::May::Append { source: of } if of == source);
    content.keyring.tokens().filter(of_source).map(|entry| entry.created.0).min()
}

/// `GET /sources`.
pub(crate) async fn list(_: Scope, call: Call) -> Answer {
    let sources: Vec<Shown> = counted(&call.app, clock::now())
        .into_iter()
        .map(|(name, source, rate)| Shown {
            name,
            sample: source.sample,
            created: Timestamp(source.created).to_string(),
            last_event: source.counters.last_event.map(|t| Timestamp(t).to_string()),
            accepted: source.counters.accepted,
            rejected: source.counters.rejected,
            duplicates: source.counters.duplicates,
            bytes: source.counters.bytes,
            events_per_second: rate,
            formats: source.counters.formats,
        })
        .collect();
    json(&serde_json::json!({ "sources": sources }))
}

/// `GET /sources/{name}/rejects`.
pub(crate) async fn rejects(_: Scope, call: Call) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    if !counted(&call.app, clock::now()).iter().any(|(known, ..)| known == name) {
        return Err(Problem::missing(format!("there is no source {name:?}")));
    }
    json(&serde_json::json!({ "rejects": call.app.tally.rejects(name) }))
}
