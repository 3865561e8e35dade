//! Where events come from, what came, and what was not understood; sources made, set, renewed and deleted; and a
//! pasted line tried.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use event::mask::{mask, mask_reject};
use event::time::{DAY, HOUR};
use event::{Timestamp, field};
use intake::{FieldMap, RECORD_BYTES_MAX, operator};
use keys::Scope;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answer::{empty, json, json_with};
use super::error::{Problem, nearest};
use super::route::{Answer, Call};
use super::whole::sees_all;
use super::{body, gateways};
use crate::app::App;
use crate::catalog::{self, Content, Source};
use crate::counters::Known;
use crate::gateways::{ANY, GATEWAYS, Gateway, by_id};
use crate::quality;
use crate::reading::{Reader, Reading};
use crate::rhythm::{Health, Rhythm};
use crate::sources::Refusal;
use crate::{clock, log};

/// What is said of a source, a map of some hundred fields included.
const BODY_BYTES_MAX: usize = 16 << 10;
/// One record, written as a JSON string, and a map.
const TRY_BYTES_MAX: usize = 2 * RECORD_BYTES_MAX;

#[derive(Serialize)]
struct Shown {
    name: String,
    sample: bool,
    paused: bool,
    gateway: Option<String>,
    format: Option<String>,
    field_map: Option<FieldMap>,
    created: String,
    last_event: Option<String>,
    accepted: u64,
    rejected: u64,
    duplicates: u64,
    lost: u64,
    bytes: u64,
    refused: u64,
    events_per_second: f64,
    bytes_per_second: f64,
    formats: BTreeMap<String, u64>,
    health: Health,
    health_text: String,
    /// Of the last day, without the fields.
    quality: quality::Shown,
}

impl Shown {
    fn of(app: &App, (name, source, known): Counted, now: Timestamp) -> Shown {
        let (health, health_text) = health(&source, &known, now);
        let quality = app.tally.quality(&name, DAY, now).shown().brief();
        Shown {
            quality,
            name,
            sample: source.sample,
            paused: source.paused,
            gateway: source.gateway,
            format: source.reading.format,
            field_map: source.reading.field_map,
            created: Timestamp(source.created).to_string(),
            last_event: source.counters.last_event.map(|t| Timestamp(t).to_string()),
            accepted: source.counters.accepted,
            rejected: source.counters.rejected,
            duplicates: source.counters.duplicates,
            lost: source.counters.lost,
            bytes: source.counters.bytes,
            refused: source.counters.refused,
            events_per_second: known.rate.events,
            bytes_per_second: known.rate.bytes,
            formats: source.counters.formats,
            health,
            health_text,
        }
    }
}

/// A source by name, what came from it, what is not saved yet included, and what is known of it since the start.
pub(crate) type Counted = (String, Source, Known);

/// How a source does, and why.
pub(crate) fn health(source: &Source, known: &Known, now: Timestamp) -> (Health, String) {
    if source.paused {
        return (Health::Paused, "It is paused: what it sends is refused.".to_owned());
    }
    // The sample source ends by itself.
    let rhythm = if source.sample { &Rhythm::default() } else { &known.rhythm };
    rhythm.health(source.counters.accepted, source.counters.rejected, now)
}

/// Every source.
pub(crate) fn counted(app: &App, now: Timestamp) -> Vec<Counted> {
    let mut names: BTreeSet<String> = app.tally.names().into_iter().collect();
    app.catalog.with(|content| {
        names.extend(content.sources.keys().cloned());
        // A source exists from the moment there is a token for it.
        names.extend(content.token_sources().map(str::to_owned));
    });
    names
        .into_iter()
        .map(|name| {
            let mut source =
                app.catalog.with(|content| content.sources.get(&name).cloned().unwrap_or_default());
            let known = app.tally.of(&name, now);
            source.counters.add(&known.unsaved);
            if source.created == 0 {
                source.created = app.catalog.with(|content| made(content, &name)).unwrap_or(now.0);
            }
            (name, source, known)
        })
        .collect()
}

/// When the first token of a source was made.
fn made(content: &Content, source: &str) -> Option<i64> {
    let of_source = |entry: &&keys::Entry| entry.appends_to(source);
    content.keyring.tokens().filter(of_source).map(|entry| entry.created.0).min()
}

/// One source, as `GET /sources` shows it.
fn shown(app: &App, name: &str) -> Result<Shown, Problem> {
    let now = clock::now();
    let found = counted(app, now).into_iter().find(|(known, ..)| known == name);
    found.map(|found| Shown::of(app, found, now)).ok_or_else(|| Refusal::Missing(name.to_owned()).into())
}

/// `GET /sources`.
pub(crate) async fn list(_: Scope, call: Call) -> Answer {
    let now = clock::now();
    let sources = counted(&call.app, now).into_iter();
    let sources: Vec<Shown> = sources.map(|source| Shown::of(&call.app, source, now)).collect();
    json(&serde_json::json!({ "sources": sources }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSource {
    name: String,
    format: Option<String>,
    gateway: Option<String>,
}

/// `POST /sources`.
pub(crate) async fn make(scope: Scope, mut call: Call) -> Answer {
    let NewSource { name, format, gateway: id } = body::read(&mut call, BODY_BYTES_MAX).await?;
    let gateway = id.as_deref().map(gateway).transpose()?;
    let reading = match (gateway, format) {
        (Some(gateway), None) => gateway.reading(),
        (_, format) => Reading::new(format, None),
    };
    let reading = reading.map_err(Problem::bad)?;
    let (now, random) = (clock::now(), catalog::random()?);
    let source = Source { gateway: id, reading, ..Source::new(now) };
    let minted = call.app.change(|content| content.make_source(&name, source, now, &random))??;
    let url = gateways::public_url(&call.app.config, &call.parts.headers);
    log::info("a source was made", &[("source", &name), ("by", &scope.principal().name())]);
    let answer = serde_json::json!({
        "source": shown(&call.app, &name)?,
        "token": minted.token.expose(),
        "connect": gateways::connect(gateway.unwrap_or(&ANY), &url, minted.token.expose()),
    });
    json_with(StatusCode::CREATED, &answer)
}

fn gateway(id: &str) -> Result<&'static Gateway, Problem> {
    by_id(id).ok_or_else(|| {
        Problem::bad(format!("there is no gateway {id:?}"))
            .suggestions(nearest(id, GATEWAYS.iter().map(|gateway| gateway.id)))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetSource {
    format: Option<String>,
    field_map: Option<FieldMap>,
}

/// `PUT /sources/{name}`.
pub(crate) async fn set(scope: Scope, mut call: Call) -> Answer {
    let SetSource { format, field_map } = body::read(&mut call, BODY_BYTES_MAX).await?;
    let reading = Reading::new(format, field_map).map_err(Problem::bad)?;
    let name = call.segment("name").unwrap_or_default();
    call.app.change(|content| content.set_reading(name, reading, clock::now()))??;
    log::info("a source was set", &[("source", &name), ("by", &scope.principal().name())]);
    json(&shown(&call.app, name)?)
}

/// `POST /sources/{name}/token`.
pub(crate) async fn renew(scope: Scope, call: Call) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    let (now, random) = (clock::now(), catalog::random()?);
    let (minted, ends) = call.app.change(|content| content.renew_token(name, now, &random))??;
    log::info("a token was renewed", &[("source", &name), ("by", &scope.principal().name())]);
    json(&serde_json::json!({
        "token": minted.token.expose(),
        "old_valid_until": ends.map(|t| t.to_string()),
    }))
}

/// `GET /sources/{name}/quality`.
pub(crate) async fn quality(_: Scope, call: Call) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    let (app, now) = (&call.app, clock::now());
    if !counted(app, now).iter().any(|(known, ..)| known == name) {
        return Err(Refusal::Missing(name.to_owned()).into());
    }
    json(&serde_json::json!({
        "since": app.tally.since().to_string(),
        "hour": app.tally.quality(name, HOUR, now).shown(),
        "day": app.tally.quality(name, DAY, now).shown(),
    }))
}

/// `POST /sources/{name}/pause`.
pub(crate) async fn pause(scope: Scope, call: Call) -> Answer {
    set_paused(&scope, &call, true)
}

/// `DELETE /sources/{name}/pause`.
pub(crate) async fn resume(scope: Scope, call: Call) -> Answer {
    set_paused(&scope, &call, false)
}

fn set_paused(scope: &Scope, call: &Call, paused: bool) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    call.app.change(|content| content.set_paused(name, paused, clock::now()))??;
    let message = if paused { "a source was paused" } else { "a source goes on" };
    log::info(message, &[("source", &name), ("by", &scope.principal().name())]);
    json(&shown(&call.app, name)?)
}

/// `DELETE /sources/{name}`.
pub(crate) async fn remove(scope: Scope, call: Call) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    if !counted(&call.app, clock::now()).iter().any(|(known, ..)| known == name) {
        return Err(Refusal::Missing(name.to_owned()).into());
    }
    call.app.change(|content| content.forget_source(name, clock::now()))??;
    call.app.tally.forget(name);
    log::info("a source was deleted", &[("source", &name), ("by", &scope.principal().name())]);
    Ok(empty())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    format: Option<String>,
    field_map: Option<FieldMap>,
    line: String,
}

#[derive(Serialize)]
struct Tried {
    event: Option<Box<RawValue>>,
    rejects: Vec<NotRead>,
}

#[derive(Serialize)]
struct NotRead {
    line: u64,
    reason: String,
    excerpt: String,
}

/// `POST /sources/try`.
pub(crate) async fn attempt(_: Scope, mut call: Call) -> Answer {
    let Trial { format, field_map, line } = body::read(&mut call, TRY_BYTES_MAX).await?;
    let reading = Reading::new(format, field_map).map_err(Problem::bad)?;
    let _turn = call.app.gates.decoders.acquire().await.map_err(Problem::internal)?;
    let tried = tokio::task::block_in_place(|| read(&call.app, &reading, &line));
    json(&tried?)
}

/// Reads a line as a delivery of a source would be read, and keeps nothing of it.
fn read(app: &App, reading: &Reading, line: &str) -> Result<Tried, Problem> {
    let now = clock::now();
    let reader = reading.reader(None)?;
    if let Some(Reader::Trail(trail)) = reader {
        return told(app, trail, line);
    }
    let format = reader.as_ref().and_then(Reader::format);
    let decoded =
        intake::decode_with(intake::Options { format, received: Some(now), salt: None }, line.as_bytes());
    let mut batch = decoded.batch;
    batch.fill_text(field::SOURCE, "try");
    let mut batch = mask(batch, &app.masking.get());
    let count = batch.len();
    batch.set_numbers(field::SEQ, vec![0; count]);
    batch.set_numbers(field::RECEIVED, vec![now.0; count]);
    let first = (count > 0).then(|| event::json::to_string(batch.row(0)));
    Tried::of(app, first, decoded.rejects)
}

/// The same of a line that a gateway tells of its operators.
fn told(app: &App, trail: &'static operator::Trail, line: &str) -> Result<Tried, Problem> {
    let mut first = None;
    let options = operator::Options { trail, received: clock::now() };
    let read = operator::read(options, line.as_bytes(), &mut |told| {
        first.get_or_insert(told);
    });
    let first = first.map(|first| crate::trail::told(first, "try", &app.rules)).transpose()?;
    let shown = first.map(|act| {
        let parts = act.parts().filter(|(part, _)| part.name != "key");
        let parts = parts.map(|(part, text)| (part.name.to_owned(), text.into()));
        let time = [("time".to_owned(), act.time.to_string().into())];
        serde_json::Value::Object(time.into_iter().chain(parts).collect()).to_string()
    });
    Tried::of(app, shown, read.rejects)
}

impl Tried {
    fn of(app: &App, event: Option<String>, rejects: Vec<event::Reject>) -> Result<Tried, Problem> {
        let rules = app.masking.get();
        let rejects = rejects.into_iter().map(|reject| {
            let event::Reject { line, reason, excerpt } = mask_reject(reject, "try", &rules);
            NotRead { line, reason, excerpt }
        });
        Ok(Tried {
            event: event.map(RawValue::from_string).transpose().map_err(Problem::internal)?,
            rejects: rejects.collect(),
        })
    }
}

/// `GET /sources/{name}/rejects`.
pub(crate) async fn rejects(scope: Scope, call: Call) -> Answer {
    // Nobody can say whose a record is that was not understood, or what in it is an address.
    sees_all(&scope, "no rejects")?;
    let name = call.segment("name").unwrap_or_default();
    if !counted(&call.app, clock::now()).iter().any(|(known, ..)| known == name) {
        return Err(Refusal::Missing(name.to_owned()).into());
    }
    json(&serde_json::json!({ "rejects": call.app.tally.rejects(name) }))
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let said = refusal.to_string();
        match refusal {
            Refusal::Missing(_) => Problem::missing(said),
            Refusal::Exists(_) => Problem::new(StatusCode::CONFLICT, said)
                .remedy("make another token for it, or choose another name"),
            Refusal::Full => Problem::new(StatusCode::CONFLICT, said),
            Refusal::BadName | Refusal::OwnName => Problem::bad(said),
            Refusal::Keys(keys::Error::Full) => Problem::new(StatusCode::CONFLICT, said),
            Refusal::Keys(_) => Problem::bad(said),
        }
    }
}
