//! Counts: totals, calls over time, values of fields, and the panels of the dashboard.

use keys::Scope;
use query::histogram::Split;
use query::{Step, facets, histogram, summary};

use super::answer::json;
use super::error::Problem;
use super::question::{Asked, ask, asked};
use super::route::{Answer, Call};

/// Fields of `/facets` when none are named.
const FACETS: &str = "status_class,status,reason,consumer,group,route,method,gateway,environment";

/// `GET /histogram`.
pub(crate) async fn over_time(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, .. } = asked(&call.params)?;
    let step = Step::parse(call.params.get("step").unwrap_or("auto"), range)?;
    let split = Split::parse(call.params.get("split").unwrap_or(""))?;
    let request = histogram::Ask { range, filter, step, zone, split };
    json(&ask(&call.app, scope, move |view, scope, budget| histogram(view, scope, &request, budget)).await?)
}

/// `GET /facets`.
pub(crate) async fn values(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, .. } = asked(&call.params)?;
    let names = call.params.get("fields").unwrap_or(FACETS);
    let request = facets::Ask {
        range,
        filter,
        fields: names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        top: call.params.number("top", 1, facets::TOP_MAX, 10)?,
        search: call.params.get("search").map(str::to_owned),
    };
    json(&ask(&call.app, scope, move |view, scope, budget| facets(view, scope, &request, budget)).await?)
}

/// `GET /summary`.
pub(crate) async fn totals(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let request = summary::Ask { range, filter, zone, now };
    json(&ask(&call.app, scope, move |view, scope, budget| summary(view, scope, &request, budget)).await?)
}

/// `GET /panels`.
pub(crate) async fn list(_: Scope, _: Call) -> Answer {
    json(&serde_json::json!({ "panels": query::PANELS }))
}

/// `GET /panels/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let is_compared = match call.params.get("compare").unwrap_or("previous") {
        "previous" => true,
        "none" => false,
        other => return Err(Problem::bad(format!("compare={other:?} is neither previous nor none"))),
    };
    let id = call.segment("id").unwrap_or_default().to_owned();
    let request = query::panels::Ask {
        range,
        filter,
        zone,
        now,
        step: Step::parse(call.params.get("step").unwrap_or("auto"), range)?,
        compare: is_compared,
        top: call.params.number("top", 1, facets::TOP_MAX, 10)?,
    };
    json(
        &ask(&call.app, scope, move |view, scope, budget| query::panel(view, scope, &id, &request, budget))
            .await?,
    )
}
