//! Asking the data: parameters read once, a bound on how many ask at once, a limit on time, and an end when the one
//! who asked goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use event::Timestamp;
use keys::Scope;
use ledger::View;
use query::{Budget, Filter, Range, Zone};

use super::error::Problem;
use super::route::{Param, Params};
use crate::app::App;
use crate::clock;

pub(crate) const FROM: Param = Param {
    name: "from",
    doc: "Start: RFC 3339, epoch milliseconds, or relative such as `now-24h`, `7d`, `today`. Default `now-24h`.",
};
pub(crate) const TO: Param = Param { name: "to", doc: "End, exclusive; as `from`. Default `now`." };
pub(crate) const FILTER: Param =
    Param { name: "filter", doc: "The filter language; everything without one." };
pub(crate) const TZ: Param = Param { name: "tz", doc: "IANA time zone of buckets and days. Default `UTC`." };
pub(crate) const STEP: Param =
    Param { name: "step", doc: "Length of a bucket: 1s to 60s, 1m, 5m, 15m, 1h, 6h, 1d, 1w, 1M or `auto`." };
pub(crate) const COMPARE: Param =
    Param { name: "compare", doc: "`previous` or `none`: whether the period before stands beside." };
pub(crate) const COMPARE_FROM: Param = Param {
    name: "compare_from",
    doc: "Start of another period to stand beside; as `from`, with `compare_to`.",
};
pub(crate) const COMPARE_TO: Param =
    Param { name: "compare_to", doc: "Its end, exclusive. It may be of another length than the range." };
pub(crate) const TOP: Param = Param { name: "top", doc: "Rows of a list, 1 to 1,000. Default 10." };

/// What every question has.
pub(crate) struct Asked {
    pub(crate) range: Range,
    pub(crate) filter: Filter,
    pub(crate) zone: Zone,
    pub(crate) now: Timestamp,
}

/// Reads the parameters every question has.
pub(crate) fn asked(params: &Params) -> Result<Asked, Problem> {
    let now = clock::now();
    let zone = Zone::parse(params.get("tz").unwrap_or("UTC"))?;
    let range = Range::parse(params.get("from"), params.get("to"), now, &zone)?;
    Ok(Asked { range, filter: filter(params)?, zone, now })
}

/// Reads the filter.
pub(crate) fn filter(params: &Params) -> Result<Filter, Problem> {
    Ok(Filter::parse(params.get("filter").unwrap_or("")).map_err(query::Error::from)?)
}

/// Stops the work when it is dropped: hyper drops a handler whose client has gone.
pub(crate) struct Leash(Arc<AtomicBool>);

impl Leash {
    /// Holds the budget's question.
    pub(crate) fn on(budget: &Budget) -> Leash {
        Leash(budget.cancel_flag())
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Answers a question away from the threads that serve connections.
pub(crate) async fn ask<T: Send + 'static>(
    app: &Arc<App>,
    scope: Scope,
    work: impl FnOnce(&View, &Scope, &Budget) -> query::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let place = Arc::clone(&app.gates.questions_waiting)
        .try_acquire_owned()
        .map_err(|_| Problem::busy("too many questions are waiting"))?;
    let limit = Duration::from_millis(app.config.query_deadline_ms);
    let deadline = Instant::now() + limit;
    let turn = tokio::time::timeout(limit, Arc::clone(&app.gates.questions).acquire_owned())
        .await
        .map_err(|_| Problem::busy("the question did not get its turn in time"))?
        .map_err(Problem::internal)?;
    let budget = Budget::new().until(deadline);
    let _leash = Leash::on(&budget);
    let view = app.view(&scope, clock::now());
    let work = move || {
        let _held = (place, turn);
        work(&view, &scope, &budget)
    };
    Ok(tokio::task::spawn_blocking(work).await.map_err(Problem::internal)??)
}

impl From<query::Error> for Problem {
    fn from(error: query::Error) -> Problem {
        match error {
            query::Error::Filter(fault) => fault_of(fault),
            query::Error::Parameter { ref suggestions, .. } => {
                let suggestions = suggestions.clone();
                Problem::bad(error.to_string()).suggestions(suggestions)
            }
            query::Error::TooLarge { what, remedy } => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, what).remedy(remedy)
            }
            query::Error::NotFound { .. } => Problem::missing(error.to_string()),
            query::Error::Scope(_) | query::Error::Withheld(_) => {
                Problem::new(StatusCode::FORBIDDEN, error.to_string())
            }
            query::Error::Ledger(_) | query::Error::Writing { .. } => Problem::internal(error),
        }
    }
}

fn fault_of(fault: query::lang::Fault) -> Problem {
    Problem::bad(fault.detail).position(fault.position).suggestions(fault.suggestions)
}
