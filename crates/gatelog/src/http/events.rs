//! Single events: a page of them, one of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use intake::directory::Directory;
use keys::{Permission, Scope};
use query::rows::{Ask, LIMIT_MAX, Order};

use super::answer::{bytes_with, json};
use super::error::Problem;
use super::question::{ask, asked};
use super::route::{Answer, Call};
use crate::event_proof::{self, Proved};

/// How short a turn may be asked for, in milliseconds: shorter ones would do little but begin.
const WAIT_MS_MIN: usize = 100;
/// How long a turn may be, in milliseconds.
const WAIT_MS_MAX: usize = 30_000;

/// `GET /events`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    let asked = asked(&call.params)?;
    let wait_ms = call.params.number("wait_ms", WAIT_MS_MIN, WAIT_MS_MAX, 0)?;
    let wait = (wait_ms > 0).then(|| Duration::from_millis(wait_ms as u64));
    let request = Ask {
        range: asked.range,
        filter: asked.filter,
        limit: call.params.number("limit", 1, LIMIT_MAX, 100)?,
        cursor: call.params.get("cursor").map(str::to_owned),
        order: Order::parse(call.params.get("order").unwrap_or(""))?,
        now: asked.now,
    };
    let page = ask(&call.app, scope, move |view, scope, budget| {
        let mut budget = budget.clone();
        if let Some(wait) = wait {
            let end = Instant::now() + wait;
            budget = budget.turn(move || Instant::now() >= end);
        }
        query::events(view, scope, &request, &budget)
    });
    json(&page.await?)
}

/// `GET /events/{id}`.
pub(crate) async fn one(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    let (event, _) =
        ask(&call.app, scope, move |view, scope, budget| query::event(view, scope, &id, budget)).await?;
    Ok(bytes_with(StatusCode::OK, "application/json", String::from(Box::<str>::from(event))))
}

/// `GET /events/{id}/explain`. Rules are told to those who may see them.
pub(crate) async fn explain(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    // Whoever may not see the rules learns what the event itself tells.
    let directory = match scope.principal().may(Permission::DirectoryRead) {
        true => call.app.directory.now(),
        false => Directory::default(),
    };
    let (_, event) =
        ask(&call.app, scope, move |view, scope, budget| query::event(view, scope, &id, budget)).await?;
    json(&intake::explain(&event, &directory))
}

/// `GET /events/{id}/proof`. Only what the caller sees of the event is told in it.
pub(crate) async fn proof(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default().to_owned();
    let app = Arc::clone(&call.app);
    let proved = ask(&call.app, scope, move |view, scope, budget| {
        let (_, seen) = query::event(view, scope, &id, budget)?;
        Ok((event_proof::of(&app, seen.row(0)), id))
    });
    let conflict = |what: String| Problem::new(StatusCode::CONFLICT, what);
    match proved.await? {
        (Err(error), _) => Err(Problem::internal(error)),
        (Ok(Proved::Yes(text)), _) => Ok(bytes_with(StatusCode::OK, "application/json", text)),
        (Ok(Proved::Later), id) => {
            Err(conflict(format!("event {id} is not sealed yet, and cannot be proved"))
                .remedy("ask again later: events are sealed within ten minutes, and when the server stops"))
        }
        (Ok(Proved::Never), id) => Err(conflict(format!(
            "event {id} was sealed by a version that proves whole blocks of events only"
        ))
        .remedy("`gatelog verify` checks it on the data directory, with all others of its block")),
    }
}
