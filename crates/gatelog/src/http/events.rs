//! Single events: a page of them, one of them.

use axum::http::StatusCode;
use keys::Scope;
use query::rows::{Ask, LIMIT_MAX, Order};

use super::answer::{bytes_with, json};
use super::question::{ask, asked};
use super::route::{Answer, Call};

/// `GET /events`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    let asked = asked(&call.params)?;
    let request = Ask {
        range: asked.range,
        filter: asked.filter,
        limit: call.params.number("limit", 1, LIMIT_MAX, 100)?,
        cursor: call.params.get("cursor").map(str::to_owned),
        order: Order::parse(call.params.get("order").unwrap_or(""))?,
        now: asked.now,
    };
    json(
        &ask(&call.app, scope, move |view, scope, budget| query::events(view, scope, &request, budget))
            .await?,
    )
}

/// `GET /events/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    let (event, _) =
        ask(&call.app, scope, move |view, scope, budget| query::event(view, scope, &id, budget)).await?;
    Ok(bytes_with(StatusCode::OK, "application/json", String::from(Box::<str>::from(event))))
}
