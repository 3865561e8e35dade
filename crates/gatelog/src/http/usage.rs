//! Who and what uses the APIs, over HTTP: the lists, with what the directory knows beside.

use event::Timestamp;
use intake::directory::{BEGINNING, Directory, Entity, Lives, Origin, Period};
use keys::Scope;
use query::usage::{self, Ask, Dimension, Every, LIMIT_MAX, Plan, QuotaAsk, Sort, Used};
use query::{Range, Zone};
use serde_json::{Value, json};

use super::answer::json;
use super::error::Problem;
use super::panels::compare;
use super::question::{Asked, ask, asked};
use super::route::{Answer, Call};
use crate::clock;

/// Why operations of OpenAPI documents are not among what nobody called.
const DESCRIBED: &str = "operations of OpenAPI documents that nobody calls are on the page Endpoints";

/// `GET /usage`: the lists there are.
pub(crate) async fn list(_: Scope, _: Call) -> Answer {
    let sorts: Vec<&str> = usage::SORTS.iter().map(|sort| sort.name).collect();
    json(&json!({ "dimensions": query::DIMENSIONS, "sorts": sorts }))
}

/// `GET /usage/{id}`: a page of a list.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let dimension = usage::by_id(call.segment("id").unwrap_or_default())?;
    let compare = compare(&call, "previous", now, &zone)?;
    let sort = Sort::by_name(call.params.get("sort").unwrap_or("calls"))?;
    let ascending = match call.params.get("order") {
        None => sort.name == "name",
        Some("asc") => true,
        Some("desc") => false,
        Some(other) => return Err(Problem::bad(format!("order={other:?} is neither asc nor desc"))),
    };
    let request = Ask {
        range,
        filter,
        zone,
        compare,
        sort,
        ascending,
        search: call.params.get("search").map(str::to_owned),
        limit: call.params.number("limit", 1, LIMIT_MAX, 100)?,
        offset: call.params.number("offset", 0, usize::MAX, 0)?,
        now,
    };
    let work = move |view: &_, scope: &_, budget: &_| query::usage(view, scope, dimension, &request, budget);
    let mut answer = ask(&call.app, scope, work).await?;
    know(&call, dimension, &mut answer, now);
    json(&answer)
}

/// Says of each row whether the directory knows it, when it has a list of them at all.
fn know(call: &Call, dimension: &Dimension, answer: &mut usage::Answer, now: Timestamp) {
    let Some(kind) = dimension.directory else { return };
    let directory = call.app.directory.now();
    if !has(&directory, kind) {
        return;
    }
    for row in &mut answer.rows {
        row.known = Some(directory.knows(kind, &row.key, now.0));
    }
}

/// Whether the directory has a list of that kind.
fn has(directory: &Directory, kind: &str) -> bool {
    directory.origins().any(|origin| is_listed(origin, kind))
}

/// Whether an origin has one.
fn is_listed(origin: &Origin, kind: &str) -> bool {
    origin.lists.counts().iter().any(|(name, count)| *name == kind && *count > 0)
}

/// `GET /usage/{id}/unused`: what the directory lists and nobody called. OpenAPI documents have names of their own for
/// what is called: their operations are compared by path, at `GET /endpoints`.
pub(crate) async fn unused(scope: Scope, call: Call) -> Answer {
    let dimension = usage::by_id(call.segment("id").unwrap_or_default())?;
    let now = clock::now();
    let utc = Zone::default();
    let range = Range::parse(Some(call.params.get("look_back").unwrap_or("90d")), None, now, &utc)?;
    let work = move |view: &_, scope: &_, budget: &_| usage::used(view, scope, dimension, range, budget);
    let directory = call.app.directory.now();
    let gateways = || directory.origins().filter(|origin| !origin.is_document());
    let is_described =
        |kind| directory.origins().any(|origin| origin.is_document() && is_listed(origin, kind));
    let Some(kind) = dimension.directory.filter(|kind| gateways().any(|origin| is_listed(origin, kind)))
    else {
        let note = match dimension.directory {
            Some(kind) if is_described(kind) => {
                format!("the directory has no {kind} of a gateway; {DESCRIBED}")
            }
            Some(kind) => format!(
                "the directory has no {kind}; import some to see which nobody uses (docs/directory.md)"
            ),
            None => "the directory has no such list".to_owned(),
        };
        return json(&json!({ "from": range.from.to_string(), "rows": [], "note": note }));
    };
    let used = ask(&call.app, scope, work).await?;
    let mut rows: Vec<Value> = Vec::new();
    for origin in gateways() {
        let lists = &origin.lists;
        let at = (origin, now.0, &used);
        match kind {
            "consumers" => idle(&lists.consumers, at, &mut rows),
            "groups" => idle(&lists.groups, at, &mut rows),
            "plans" => idle(&lists.plans, at, &mut rows),
            "customers" => idle(&lists.customers, at, &mut rows),
            "keys" => idle(&lists.keys, at, &mut rows),
            "apis" => idle(&lists.apis, at, &mut rows),
            _ => idle(&lists.routes, at, &mut rows),
        }
    }
    let notes = [
        (used.is_limited, "you may see some events only, so others may have used these"),
        (is_described(kind), DESCRIBED),
    ];
    let notes: Vec<&str> = notes.iter().filter(|(is_so, _)| *is_so).map(|(_, text)| *text).collect();
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    json(&json!({ "from": range.from.to_string(), "rows": rows, "note": note }))
}

/// Adds the entities of one list that nobody used since the look-back began.
fn idle<T: Entity>(lives: &Lives<T>, (origin, now, used): (&Origin, i64, &Used), rows: &mut Vec<Value>) {
    for (key, life) in lives.iter() {
        let Some(entity) = life.at(now) else { continue };
        let texts = entity.id().into_iter().chain([entity.name()]);
        let texts = texts.chain(entity.aliases().iter().map(String::as_str)).filter(|text| !text.is_empty());
        let uses: Vec<_> = texts.filter_map(|text| used.names.get(text)).collect();
        if uses.iter().any(|one| one.is_recent) {
            continue;
        }
        let last = uses.iter().map(|one| one.last).max();
        let since =
            life.versions().iter().rev().find(|version| version.from <= now).map(|version| version.from);
        let tags = serde_json::to_value(&**entity).ok().and_then(|shown| shown.get("tags").cloned());
        rows.push(json!({
            "name": entity.label(),
            "id": entity.id().unwrap_or(key),
            "origin": origin.name,
            "since": since.filter(|since| *since != BEGINNING).map(|since| Timestamp(since).to_string()),
            "last_seen": last.map(|last| Timestamp(last).to_string()),
            "tags": tags.unwrap_or_else(|| json!([])),
        }));
    }
}

/// `GET /quotas`: how much of each quota is used.
pub(crate) async fn quotas(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let plans = plans(&call.app.directory.now(), range.to.0.min(now.0));
    let request = QuotaAsk { range, filter, zone, now };
    let work = move |view: &_, scope: &_, budget: &_| usage::quotas(view, scope, &plans, &request, budget);
    json(&ask(&call.app, scope, work).await?)
}

/// The plans that had a quota at a moment. It is of each key, when keys are on the plan.
fn plans(directory: &Directory, at: i64) -> Vec<Plan> {
    let mut plans = Vec::new();
    for origin in directory.origins() {
        let lists = &origin.lists;
        for plan in lists.plans.iter().filter_map(|(_, life)| life.at(at)) {
            let (Some(quota), texts) = (&plan.quota, [plan.name.as_str(), plan.id().unwrap_or_default()])
            else {
                continue;
            };
            let period = match quota.period {
                Period::Hour => Every::Hour,
                Period::Day => Every::Day,
                Period::Week => Every::Week,
                Period::Month => Every::Month,
                Period::Year => Every::Year,
                // Shorter ones are rates.
                Period::Second | Period::Minute => continue,
            };
            let mut keys = lists.keys.iter().filter_map(|(_, life)| life.at(at)).flat_map(|key| &key.plans);
            plans.push(Plan {
                name: plan.label().to_owned(),
                texts: plan.id().map(str::to_owned).into_iter().collect(),
                limit: quota.limit,
                period,
                is_of_keys: keys.any(|named| texts.contains(&named.as_str())),
            });
        }
    }
    plans
}
