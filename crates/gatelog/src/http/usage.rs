//! Who and what uses the APIs, over HTTP: the lists, with what the directory knows beside.

use event::Timestamp;
use keys::Scope;
use query::usage::{self, Ask, Dimension, LIMIT_MAX, Sort};
use serde_json::json;

use super::answer::json;
use super::error::Problem;
use super::panels::compare;
use super::question::{Asked, ask, asked};
use super::route::{Answer, Call};

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
    let is_listed =
        |counts: Vec<(&str, usize)>| counts.iter().any(|(name, count)| *name == kind && *count > 0);
    if !directory.origins().any(|origin| is_listed(origin.lists.counts())) {
        return;
    }
    for row in &mut answer.rows {
        row.known = Some(directory.knows(kind, &row.key, now.0));
    }
}
