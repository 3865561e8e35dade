//! Counts: totals, calls over time, values of fields, and the panels of the dashboard.

use event::Timestamp;
use intake::directory::{Directory, Route, Service};
use keys::Scope;
use query::explore::{self, Hours, Spec};
use query::histogram::Split;
use query::panels::{Chart, Given};
use query::{Compare, Range, Step, Zone, differences, facets, histogram, summary};

use super::answer::json;
use super::error::Problem;
use super::question::{Asked, ask, asked};
use super::route::{Answer, Call};

/// The tag that makes a route of the directory a sensitive one.
const SENSITIVE: &str = "sensitive";
/// The panel about them.
const SENSITIVE_PANEL: &str = "sensitive_routes";

/// The period that stands beside: none, the one before, or the one that is named.
pub(crate) fn compare(
    call: &Call,
    otherwise: &'static str,
    now: Timestamp,
    zone: &Zone,
) -> Result<Compare, Problem> {
    let ends = ["compare_from", "compare_to"].map(|name| call.params.get(name));
    match (call.params.get("compare").unwrap_or(otherwise), ends) {
        ("none", [None, None]) => Ok(Compare::None),
        ("previous", [None, None]) => Ok(Compare::Previous),
        ("previous", [Some(from), Some(to)]) => {
            Ok(Compare::With(Range::parse(Some(from), Some(to), now, zone)?))
        }
        ("previous" | "none", _) => {
            Err(Problem::bad("compare_from and compare_to belong together, with compare=previous"))
        }
        (other, _) => Err(Problem::bad(format!("compare={other:?} is neither previous nor none"))),
    }
}

/// The fields asked for, or those that are offered.
fn names(call: &Call, otherwise: &[&str]) -> Vec<String> {
    match call.params.get("fields") {
        Some(names) => names.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect(),
        None => otherwise.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// `GET /histogram`.
pub(crate) async fn over_time(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let step = Step::parse(call.params.get("step").unwrap_or("auto"), range)?;
    let split = Split::parse(call.params.get("split").unwrap_or(""))?;
    let compare = compare(&call, "none", now, &zone)?;
    let request = histogram::Ask { range, filter, step, zone, split, compare, now };
    json(&ask(&call.app, scope, move |view, scope, budget| histogram(view, scope, &request, budget)).await?)
}

/// `GET /facets`.
pub(crate) async fn values(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, .. } = asked(&call.params)?;
    let request = facets::Ask {
        range,
        filter,
        fields: names(&call, facets::FIELDS),
        top: call.params.number("top", 1, facets::TOP_MAX, 10)?,
        search: call.params.get("search").map(str::to_owned),
    };
    json(&ask(&call.app, scope, move |view, scope, budget| facets(view, scope, &request, budget)).await?)
}

/// `GET /differences`.
pub(crate) async fn differing(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let [Some(from), Some(to)] = ["region_from", "region_to"].map(|name| call.params.get(name)) else {
        return Err(Problem::bad("region_from and region_to say what to compare with the rest"));
    };
    let request = differences::Ask {
        range,
        filter,
        region: Range::parse(Some(from), Some(to), now, &zone)?,
        fields: names(&call, differences::FIELDS),
        top: call.params.number("top", 1, facets::TOP_MAX, 20)?,
    };
    json(&ask(&call.app, scope, move |view, scope, budget| differences(view, scope, &request, budget)).await?)
}

/// `GET /summary`.
pub(crate) async fn totals(scope: Scope, call: Call) -> Answer {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    let compare = compare(&call, "previous", now, &zone)?;
    let request = summary::Ask { range, filter, zone, compare, now };
    json(&ask(&call.app, scope, move |view, scope, budget| summary(view, scope, &request, budget)).await?)
}

/// `GET /panels`.
pub(crate) async fn list(_: Scope, _: Call) -> Answer {
    json(&serde_json::json!({ "panels": query::PANELS }))
}

/// `GET /panels/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    let mut request = panel_ask(&call)?;
    if id == SENSITIVE_PANEL {
        request.given.sensitive = sensitive(&call.app.directory.now(), request.now);
    }
    json(
        &ask(&call.app, scope, move |view, scope, budget| query::panel(view, scope, &id, &request, budget))
            .await?,
    )
}

/// `GET /explore`.
pub(crate) async fn explored(scope: Scope, call: Call) -> Answer {
    let text = |name: &str| call.params.get(name).unwrap_or_default().to_owned();
    let (measure, of, by) = (text("measure"), text("of"), text("by"));
    let chart = match call.params.get("chart") {
        Some(name) => explore::chart(name)?,
        None if by.is_empty() => Chart::Stat,
        None => Chart::Table,
    };
    let request = panel_ask(&call)?;
    let work = move |view: &ledger::View, scope: &Scope, budget: &query::Budget| {
        let spec =
            Spec { measure: &measure, of: &of, by: &by, filter: "", chart, seen: chart == Chart::Table };
        query::explore(view, scope, &spec, &request, budget)
    };
    json(&ask(&call.app, scope, work).await?)
}

/// What is asked of a panel.
fn panel_ask(call: &Call) -> Result<query::panels::Ask, Problem> {
    let Asked { range, filter, zone, now } = asked(&call.params)?;
    Ok(query::panels::Ask {
        range,
        filter,
        step: Step::parse(call.params.get("step").unwrap_or("auto"), range)?,
        compare: compare(call, "previous", now, &zone)?,
        zone,
        now,
        top: call.params.number("top", 1, facets::TOP_MAX, 10)?,
        given: Given {
            sensitive: Vec::new(),
            hours: call.params.get("hours").map_or_else(|| Ok(Hours::default()), Hours::parse)?,
        },
    })
}

/// The names of the routes that the directory calls sensitive: those with that tag, or of a service or API with it.
fn sensitive(directory: &Directory, now: Timestamp) -> Vec<String> {
    let has = |tags: &[String]| tags.iter().any(|tag| tag.eq_ignore_ascii_case(SENSITIVE));
    let mut routes: Vec<String> = Vec::new();
    for origin in directory.origins() {
        let known = origin.lists.at(now.0);
        let is = |name: &Option<String>, of: &[(Option<String>, String)]| {
            name.as_ref().is_some_and(|n| of.iter().any(|(id, name)| id.as_ref() == Some(n) || name == n))
        };
        let apis: Vec<_> =
            known.apis.iter().filter(|a| has(&a.tags)).map(|a| (a.id.clone(), a.name.clone())).collect();
        let of_api = |service: &&Service| has(&service.tags) || is(&service.api, &apis);
        let services: Vec<_> =
            known.services.iter().filter(of_api).map(|s| (s.id.clone(), s.name.clone())).collect();
        let of_these =
            |route: &&Route| has(&route.tags) || is(&route.api, &apis) || is(&route.service, &services);
        routes.extend(known.routes.iter().filter(of_these).map(|route| route.name.clone()));
    }
    routes.sort_unstable();
    routes.dedup();
    routes
}
