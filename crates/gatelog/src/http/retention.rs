//! How long what is kept, over HTTP: what holds, what another time would come to, setting it, and holds.

use axum::http::{Method, StatusCode};
use event::Timestamp;
use keys::Permission::SettingsWrite;
use keys::Scope;
use ledger::DayUse;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer;
use super::body;
use super::error::Problem;
use super::recorded::touched;
use super::route::{About, Answer, Call, Param, Params, Route, route};
use crate::app::App;
use crate::retention::{Days, Forecast, Hold, Kept, PRESETS, Set, Stream, forecast};
use crate::trail::actions::{HOLD_CREATE, HOLD_RELEASE, RETENTION_SET};
use crate::{catalog, clock};

/// A time or a hold is short.
const BODY_BYTES_MAX: usize = 4 << 10;
/// Days that are told of one by one, the oldest first.
const DAYS_TOLD_MAX: usize = 1_000;

const TRIED: &[Param] = &[
    Param { name: "events_days", doc: "As if access events were kept so many days." },
    Param { name: "rollups_days", doc: "As if roll-ups were kept so many days." },
    Param { name: "trail_days", doc: "As if the operator trail were kept so many days." },
];

/// The routes of keeping and removing.
pub(crate) fn routes() -> Vec<Route> {
    let about = |text, params, answer| About::new(text, params, answer);
    vec![
        route(
            SettingsWrite,
            Method::GET,
            "/api/v1/retention",
            show,
            about(
                "How long what is kept; what would be removed, and what the disk has to hold.",
                TRIED,
                "Retention",
            ),
        ),
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/retention",
            set,
            about("Says how long what is kept.", &[], "Retention")
                .recorded(RETENTION_SET)
                .takes("RetentionBody"),
        ),
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/holds",
            hold,
            about("Keeps days whatever their age, until the hold is released.", &[], "Hold")
                .recorded(HOLD_CREATE)
                .takes("HoldBody")
                .status(201),
        ),
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/holds/{id}/release",
            release,
            about("Releases a hold.", &[], "Nothing").recorded(HOLD_RELEASE).status(204),
        ),
    ]
}

/// Nobody who sees a part only says what is kept of the rest, or learns how much there is.
fn whole(scope: &Scope) -> Result<(), Problem> {
    match scope.is_narrowed() {
        true => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "your account sees some events only, and does not say how long they are kept",
        )),
        false => Ok(()),
    }
}

/// `GET /retention`.
async fn show(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let kept = call.app.catalog.with(|content| content.retention.clone());
    let set = tried(&call.params, kept.set)?;
    set.check(Days::of(&call.app.config)).map_err(Problem::bad)?;
    described(&call.app, &kept, set)
}

/// What was set, but for what is tried.
fn tried(params: &Params, set: Set) -> Result<Set, Problem> {
    let days = |name: &str, otherwise: Option<u32>| match params.get(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| Problem::bad(format!("{name}={text:?} is not a number of days"))),
    };
    Ok(Set {
        events_days: days("events_days", set.events_days)?,
        rollups_days: days("rollups_days", set.rollups_days)?,
        trail_days: days("trail_days", set.trail_days)?,
    })
}

/// `POST /retention`.
async fn set(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let set: Set = body::read(&mut call, BODY_BYTES_MAX).await?;
    set.check(Days::of(&call.app.config)).map_err(Problem::bad)?;
    let kept = call.app.change(|content| {
        content.retention.set = set;
        content.retention.clone()
    })?;
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(touched(described(&call.app, &kept, set)?, "retention", "retention"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewHold {
    stream: Stream,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    reason: String,
}

/// `POST /holds`.
async fn hold(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let NewHold { stream, from, to, reason } = body::read(&mut call, BODY_BYTES_MAX).await?;
    let (by, since) = (scope.principal().name().to_owned(), clock::now().0);
    let hold = Hold { stream, from, to, reason: reason.trim().to_owned(), by, since };
    let id: String = catalog::random::<6>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = call.app.change(|content| {
        content.retention.hold(id.clone(), hold.clone())?;
        Ok(content.retention.clone())
    })?;
    let kept = kept.map_err(|reason: String| Problem::bad(reason))?;
    // What is answered is held: nothing of it is being removed any more.
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(touched(answer::json_with(StatusCode::CREATED, &told(&id, &hold))?, &id, &hold.reason))
}

/// `POST /holds/{id}/release`.
async fn release(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let id = call.segment("id").unwrap_or_default();
    let kept =
        call.app.change(|content| content.retention.holds.remove(id).map(|_| content.retention.clone()))?;
    let kept = kept.ok_or_else(|| Problem::missing("there is no such hold"))?;
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(answer::empty())
}

fn told(id: &str, hold: &Hold) -> Value {
    json!({ "id": id, "stream": hold.stream, "from": hold.from, "to": hold.to, "reason": hold.reason, "by": hold.by,
            "since": Timestamp(hold.since).to_string() })
}

/// A day as it is told of.
#[derive(Serialize)]
struct Told {
    day: String,
    events: u64,
    bytes: u64,
}

/// What holds, and what `set` comes to.
fn described(app: &App, kept: &Kept, set: Set) -> Answer {
    let (settings, now) = (Days::of(&app.config), clock::now());
    let (days, today) = (set.over(settings), now.day());
    let of_days = tokio::task::block_in_place(|| app.ledger.days())?;
    let retention = kept.of_ledger(days);
    let state = app.ledger.state();
    let room = state.free_bytes.saturating_sub(app.config.free_bytes_min);
    let Forecast { measured_days, bytes_per_day, bytes_at_end, full_in_days } =
        forecast(&of_days, days.events, today, room);
    let over: Vec<&DayUse> = of_days.iter().filter(|day| retention.is_over(day.day, today)).collect();
    let is_held = |day: &&DayUse| retention.is_held(day.day) && day.day < today - retention.days;
    let cells = app.ledger.days_of_cells();
    let sum = |of: fn(&DayUse) -> u64| over.iter().map(|day| of(day)).sum::<u64>();
    let date = |day: i64| Timestamp(day * event::time::DAY).to_string().chars().take(10).collect::<String>();
    let listed: Vec<Told> = over
        .iter()
        .take(DAYS_TOLD_MAX)
        .map(|day| Told { day: date(day.day), events: day.events, bytes: day.bytes })
        .collect();
    answer::json(&json!({
        "settings": settings,
        "set": kept.set,
        "days": days,
        "presets": PRESETS.iter().map(|p| json!({ "name": p.name, "about": p.about, "set": p.set })).collect::<Vec<_>>(),
        "holds": kept.holds.iter().map(|(id, hold)| told(id, hold)).collect::<Vec<_>>(),
        "use": {
            "days": of_days.len(),
            "oldest": of_days.first().map(|day| date(day.day)),
            "events": of_days.iter().map(|day| day.events).sum::<u64>(),
            "bytes": of_days.iter().map(|day| day.bytes).sum::<u64>(),
            "trail_bytes": app.trail.trail().bytes(),
            "free_bytes": state.free_bytes,
        },
        "forecast": { "measured_days": measured_days, "bytes_per_day": bytes_per_day,
            "bytes_at_end": bytes_at_end, "full_in_days": full_in_days },
        "removed": {
            "days": over.len(),
            "events": sum(|day| day.events),
            "bytes": sum(|day| day.bytes),
            "held_days": of_days.iter().filter(is_held).count(),
            "rollup_days": cells.iter().filter(|day| retention.cells_are_over(**day, today)).count(),
            "trail_through": app.trail.trail().over(kept.trail_over(days, now)),
            "list": listed,
        },
    }))
}
