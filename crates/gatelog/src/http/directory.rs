//! The directory over HTTP: what is known besides the logs, how it changed, and the ways in.

use std::collections::{BTreeMap, HashMap};

use axum::http::StatusCode;
use event::Timestamp;
use intake::directory::{BEGINNING, Change, Directory, Entity, IMPORTERS, Lives, Origin, Snapshot};
use keys::Scope;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::{bytes_with, json};
use super::error::{Problem, nearest};
use super::route::{Answer, Call};
use crate::clock;
use crate::directory::File;

mod import;

pub(crate) use import::{dry_run, import, pull, pull_dry_run, remove};

/// Imports of an origin that are shown.
const IMPORTS_SHOWN_MAX: usize = 20;
/// Entities or changes of one page.
const PAGE_MAX: usize = 1_000;

/// The kinds of entities.
const KINDS: [&str; 9] =
    ["environments", "customers", "groups", "plans", "consumers", "keys", "apis", "services", "routes"];

#[derive(Serialize)]
struct Overview<'a> {
    origins: Vec<OriginShown<'a>>,
    counts: BTreeMap<&'static str, usize>,
    files: Vec<File>,
    importers: Vec<Value>,
}

#[derive(Serialize)]
struct OriginShown<'a> {
    name: &'a str,
    sources: &'a [String],
    importer: &'a str,
    by: &'a str,
    /// When it was last imported, changed or not.
    seen: String,
    /// When it last changed something.
    changed: Option<String>,
    counts: BTreeMap<&'static str, usize>,
    versions: usize,
    imports: Vec<Value>,
}

/// `GET /directory`.
pub(crate) async fn show(_: Scope, call: Call) -> Answer {
    let known = call.app.directory.now();
    let mut counts: BTreeMap<&'static str, usize> = KINDS.iter().map(|kind| (*kind, 0)).collect();
    let origins: Vec<OriginShown<'_>> = known.origins().map(shown).collect();
    for (kind, count) in origins.iter().flat_map(|origin| &origin.counts) {
        *counts.entry(kind).or_default() += count;
    }
    let importers = IMPORTERS.iter().map(|one| json!({ "name": one.name, "doc": one.doc })).collect();
    json(&Overview { origins, counts, files: call.app.directory.files.list(), importers })
}

fn shown(origin: &Origin) -> OriginShown<'_> {
    let last = origin.imports.last();
    let imports = origin.imports.iter().rev().take(IMPORTS_SHOWN_MAX).map(|import| {
        json!({
            "time": text(import.at), "since": moment(import.since), "by": import.by, "importer": import.importer,
            "counts": counts(&import.counts),
        })
    });
    OriginShown {
        name: &origin.name,
        sources: &origin.sources,
        importer: last.map_or("", |import| &import.importer),
        by: last.map_or("", |import| &import.by),
        seen: text(origin.seen),
        changed: last.map(|import| text(import.at)),
        counts: origin.lists.counts().into_iter().collect(),
        versions: origin.lists.versions(),
        imports: imports.collect(),
    }
}

fn text(time: i64) -> String {
    Timestamp(time).to_string()
}

/// A moment from which on something holds; null is the beginning of time.
fn moment(time: i64) -> Option<String> {
    (time != BEGINNING).then(|| text(time))
}

fn counts(counts: &BTreeMap<String, [u64; 3]>) -> Map<String, Value> {
    counts
        .iter()
        .map(|(kind, [added, changed, removed])| {
            (kind.clone(), json!({ "added": added, "changed": changed, "removed": removed }))
        })
        .collect()
}

/// Does something with the lives of one kind.
macro_rules! of_kind {
    ($origin:expr, $kind:expr, $lives:ident => $with:expr) => {{
        let lists = &$origin.lists;
        match $kind {
            "environments" => {
                let $lives = &lists.environments;
                $with
            }
            "customers" => {
                let $lives = &lists.customers;
                $with
            }
            "groups" => {
                let $lives = &lists.groups;
                $with
            }
            "plans" => {
                let $lives = &lists.plans;
                $with
            }
            "consumers" => {
                let $lives = &lists.consumers;
                $with
            }
            "keys" => {
                let $lives = &lists.keys;
                $with
            }
            "apis" => {
                let $lives = &lists.apis;
                $with
            }
            "services" => {
                let $lives = &lists.services;
                $with
            }
            _ => {
                let $lives = &lists.routes;
                $with
            }
        }
    }};
}

/// `GET /directory/{name}`: the entities of a kind.
pub(crate) async fn entities(_: Scope, call: Call) -> Answer {
    let kind = call.segment("name").unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Err(Problem::missing(format!("there is no list {kind:?}; there are {}", KINDS.join(", ")))
            .suggestions(nearest(kind, KINDS.iter().copied())));
    }
    let at = match call.params.get("at") {
        Some(text) => time(text, "at")?,
        None => clock::now(),
    };
    let known = call.app.directory.now();
    let search = call.params.get("search").map(str::to_lowercase);
    let mut items: Vec<Item<'_>> = Vec::new();
    for origin in chosen(&known, &call)? {
        of_kind!(origin, kind, lives => list(origin, lives, at.0, search.as_deref(), &mut items));
    }
    items.sort_by(|a, b| (a.name, a.origin, a.key).cmp(&(b.name, b.origin, b.key)));
    let (page, next) = page(&call, items)?;
    let members = members(&known, kind, at.0);
    let page: Vec<Value> = page.into_iter().map(|item| item.shown(members.as_ref())).collect();
    json(
        &json!({ "kind": kind, "at": at.to_string(), "total": next.1, "items": page, "next_cursor": next.0 }),
    )
}

/// One entity of a list.
struct Item<'a> {
    origin: &'a str,
    key: &'a str,
    name: &'a str,
    since: Option<i64>,
    entity: Box<dyn Fn() -> Value + Send + 'a>,
}

impl Item<'_> {
    fn shown(self, members: Option<&HashMap<&str, u64>>) -> Value {
        let mut shown = json!({
            "origin": self.origin, "key": self.key, "since": self.since.and_then(moment), "entity": (self.entity)(),
        });
        if let (Some(members), Some(object)) = (members, shown.as_object_mut()) {
            object.insert("consumers".into(), members.get(self.name).copied().unwrap_or(0).into());
        }
        shown
    }
}

/// The entities of one origin as they were at a moment.
fn list<'a, T: Entity>(
    origin: &'a Origin,
    lives: &'a Lives<T>,
    at: i64,
    search: Option<&str>,
    items: &mut Vec<Item<'a>>,
) {
    for (key, life) in lives.iter() {
        let Some(entity) = life.at(at) else { continue };
        let text = || serde_json::to_string(&**entity).unwrap_or_default().to_lowercase();
        if search.is_some_and(|search| !text().contains(search)) {
            continue;
        }
        let since =
            life.versions().iter().rev().find(|version| version.from <= at).map(|version| version.from);
        items.push(Item {
            origin: &origin.name,
            key,
            name: entity.label(),
            since,
            entity: Box::new(move || serde_json::to_value(&**entity).unwrap_or_default()),
        });
    }
}

/// How many consumers belong to each group, plan or customer, by its name.
fn members<'a>(known: &'a Directory, kind: &str, at: i64) -> Option<HashMap<&'a str, u64>> {
    let mut members = HashMap::new();
    for origin in known.origins() {
        let lists = &origin.lists;
        let consumers = lists.consumers.iter().filter_map(|(_, life)| life.at(at));
        match kind {
            "groups" => count(&lists.groups, at, consumers.flat_map(|one| &one.groups), &mut members),
            "plans" => count(&lists.plans, at, consumers.filter_map(|one| one.plan.as_ref()), &mut members),
            "customers" => {
                count(&lists.customers, at, consumers.filter_map(|one| one.customer.as_ref()), &mut members)
            }
            _ => return None,
        }
    }
    Some(members)
}

/// Counts what is named by key or by name, by name.
fn count<'a, T: Entity>(
    lives: &'a Lives<T>,
    at: i64,
    texts: impl Iterator<Item = &'a String>,
    members: &mut HashMap<&'a str, u64>,
) {
    for text in texts {
        let name =
            lives.get(text).and_then(|life| life.at(at)).map_or(text.as_str(), |entity| entity.label());
        *members.entry(name).or_default() += 1;
    }
}

/// The origin that is asked for, or all.
fn chosen<'a>(known: &'a Directory, call: &Call) -> Result<Vec<&'a Origin>, Problem> {
    match call.params.get("origin") {
        None => Ok(known.origins().collect()),
        Some(name) => Ok(vec![known.origin(name).ok_or_else(|| no_origin(known, name))?]),
    }
}

fn no_origin(known: &Directory, name: &str) -> Problem {
    Problem::missing(format!("there is no origin {name:?}"))
        .suggestions(known.origins().map(|origin| origin.name.clone()).collect())
}

/// A page of a list, the cursor of the next, and how many there are in all.
#[expect(clippy::type_complexity, reason = "used in this file only")]
fn page<T>(call: &Call, items: Vec<T>) -> Result<(Vec<T>, (Option<String>, usize)), Problem> {
    let limit = call.params.number("limit", 1, PAGE_MAX, 100)?;
    let start = call.params.number("cursor", 0, usize::MAX, 0)?;
    let total = items.len();
    let next = start.saturating_add(limit);
    let page = items.into_iter().skip(start).take(limit).collect();
    Ok((page, ((next < total).then(|| next.to_string()), total)))
}

fn time(text: &str, name: &'static str) -> Result<Timestamp, Problem> {
    Ok(query::range::moment(name, text, clock::now(), &query::Zone::parse("UTC")?)?)
}

/// `GET /directory/history`.
pub(crate) async fn history(_: Scope, call: Call) -> Answer {
    let wanted = |name: &str| call.params.get(name).map(str::to_owned);
    let (kind, key, search) =
        (wanted("kind"), wanted("key"), wanted("search").map(|text| text.to_lowercase()));
    let from = call.params.get("from").map(|text| time(text, "from")).transpose()?;
    let to = call.params.get("to").map(|text| time(text, "to")).transpose()?;
    let known = call.app.directory.now();
    let mut changes: Vec<(i64, &Origin, Change)> = Vec::new();
    for origin in chosen(&known, &call)? {
        let is_wanted = |(at, change): &(i64, Change)| {
            from.is_none_or(|from| *at >= from.0)
                && to.is_none_or(|to| *at < to.0)
                && kind.as_ref().is_none_or(|kind| change.kind == kind)
                && key.as_ref().is_none_or(|key| change.key == *key || change.name == *key)
                && search.as_ref().is_none_or(|search| holds(change, search))
        };
        let found = origin.lists.changes().into_iter().filter(is_wanted);
        changes.extend(found.map(|(at, change)| (at, origin, change)));
    }
    changes.sort_by(|(a, _, x), (b, _, y)| b.cmp(a).then_with(|| (x.kind, &x.key).cmp(&(y.kind, &y.key))));
    let (page, next) = page(&call, changes)?;
    let page: Vec<Value> = page.into_iter().map(|(at, origin, change)| dated(at, origin, &change)).collect();
    json(&json!({ "changes": page, "total": next.1, "next_cursor": next.0 }))
}

fn holds(change: &Change, search: &str) -> bool {
    serde_json::to_string(change).is_ok_and(|text| text.to_lowercase().contains(search))
}

/// A change with when it began to hold, and which import brought it.
fn dated(at: i64, origin: &Origin, change: &Change) -> Value {
    let import = origin.imports.iter().find(|import| import.since == at);
    let mut shown = serde_json::to_value(change).unwrap_or_default();
    if let Some(members) = shown.as_object_mut() {
        members.insert("time".into(), text(at).into());
        members.insert("origin".into(), origin.name.clone().into());
        members.insert("imported".into(), import.map(|import| text(import.at)).into());
        members.insert("by".into(), import.map(|import| import.by.clone()).into());
    }
    shown
}

/// `GET /directory/export`.
pub(crate) async fn export(_: Scope, call: Call) -> Answer {
    let at = call.params.get("at").map(|text| time(text, "at")).transpose()?.unwrap_or_else(clock::now);
    let known = call.app.directory.now();
    let [origin] = *chosen(&known, &call)? else {
        let names: Vec<&str> = known.origins().map(|origin| origin.name.as_str()).collect();
        return Err(
            Problem::bad("say which origin").suggestions(names.into_iter().map(str::to_owned).collect())
        );
    };
    let (name, sources) = (origin.name.clone(), origin.sources.clone());
    let snapshot = Snapshot { origin: name, sources, ..origin.lists.at(at.0) };
    let body = serde_json::to_vec_pretty(&snapshot).map_err(Problem::internal)?;
    Ok(bytes_with(StatusCode::OK, "application/json", body))
}
