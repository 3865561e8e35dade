//! How long what is kept, over HTTP: what holds, what another time would come to, setting it, and holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use event::Timestamp;
use event::time::DAY;
use keys::Permission::{PanelsRead, SettingsWrite};
use keys::{Principal, Scope};
use ledger::DayUse;
use query::Filter;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer;
use super::body;
use super::error::Problem;
use super::question;
use super::recorded::touched;
use super::requests;
use super::route::{About, Answer, Call, Param, Params, Route, route};
use super::whole::sees_all;
use crate::app::App;
use crate::archive::{Archiver, KIND, OfDay};
use crate::retention::{Days, Forecast, Hold, Kept, Set, Stream, day, forecast, presets};
use crate::trail::actions::{HOLD_CREATE, HOLD_RELEASE, RETENTION_SET};
use crate::two_person::Wish;
use crate::{catalog, clock};

/// A time or a hold is short; the longest of it is a filter.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Days that are told of one by one, the oldest first.
const DAYS_TOLD_MAX: usize = 1_000;

const TRIED: &[Param] = &[
    Param { name: "events_days", doc: "As if access events were kept so many days." },
    Param { name: "rollups_days", doc: "As if roll-ups were kept so many days." },
    Param { name: "trail_days", doc: "As if the operator trail were kept so many days." },
];

const SOUGHT: &[Param] = &[
    question::FILTER,
    Param { name: "from", doc: "The first day, such as 2026-11-01; without, from the beginning." },
    Param { name: "to", doc: "The last day; without, without end." },
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
            Method::GET,
            "/api/v1/holds/matches",
            matches,
            about("What a hold with a filter would keep, by day; changes nothing.", SOUGHT, "HoldMatches")
                .also(PanelsRead),
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

/// Nobody says how long what they do not see is kept, or learns how much there is.
pub(super) fn whole(scope: &Scope) -> Result<(), Problem> {
    sees_all(scope, "does not say how long they are kept")
}

/// `GET /retention`.
async fn show(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let kept = call.app.catalog.with(|content| content.retention.clone());
    let set = tried(&call.params, kept.set)?;
    set.check(Days::of(&call.app.config)).map_err(Problem::bad)?;
    told(&call.app, &scope, kept, set).await
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
    let settings = Days::of(&call.app.config);
    set.check(settings).map_err(Problem::bad)?;
    if call.app.config.two_person_rule && set.is_shorter(call.app.retention().1, settings) {
        return requests::ask(&call.app, scope.principal(), Wish::Retention { set });
    }
    let kept = call.app.change(|content| {
        content.retention.set = set;
        content.retention.clone()
    })?;
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(touched(told(&call.app, &scope, kept, set).await?, "retention", "retention"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewHold {
    stream: Stream,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    filter: Option<String>,
    reason: String,
}

/// `POST /holds`.
async fn hold(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let NewHold { stream, from, to, filter, reason } = body::read(&mut call, BODY_BYTES_MAX).await?;
    let (by, since) = (scope.principal().name().to_owned(), clock::now().0);
    let filter = filter.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(text) = &filter {
        Filter::parse(text).map_err(query::Error::from)?;
    }
    let hold = Hold { stream, from, to, filter, reason: reason.trim().to_owned(), by, since };
    let id: String = catalog::random::<6>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = call.app.change(|content| {
        content.retention.hold(id.clone(), hold.clone())?;
        Ok(content.retention.clone())
    })?;
    let kept = kept.map_err(|reason: String| Problem::bad(reason))?;
    // What is answered is held: nothing of it is being removed any more.
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(touched(answer::json_with(StatusCode::CREATED, &of_hold(&id, &hold))?, &id, &hold.reason))
}

/// `POST /holds/{id}/release`.
async fn release(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let id = call.segment("id").unwrap_or_default();
    if call.app.config.two_person_rule {
        let held = call.app.catalog.with(|content| content.retention.holds.get(id).cloned());
        let hold = held.ok_or_else(|| Problem::missing("there is no such hold"))?;
        let wish = Wish::Release { hold: id.to_owned(), reason: hold.reason };
        return requests::ask(&call.app, scope.principal(), wish);
    }
    let kept =
        call.app.change(|content| content.retention.holds.remove(id).map(|_| content.retention.clone()))?;
    let kept = kept.ok_or_else(|| Problem::missing("there is no such hold"))?;
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(answer::empty())
}

fn of_hold(id: &str, hold: &Hold) -> Value {
    json!({ "id": id, "stream": hold.stream, "from": hold.from, "to": hold.to, "filter": hold.filter,
            "reason": hold.reason, "by": hold.by, "since": Timestamp(hold.since).to_string() })
}

/// `GET /holds/matches`.
async fn matches(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let filter = question::filter(&call.params)?;
    let of = |name: &str| call.params.get(name).map(day).transpose().map_err(Problem::bad);
    let (from, to) = (of("from")?, of("to")?);
    let days = tokio::task::block_in_place(|| call.app.ledger.days())?;
    let is_meant = |day: i64| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to);
    let days: BTreeMap<i64, DayUse> =
        days.into_iter().filter(|of| is_meant(of.day)).map(|of| (of.day, of)).collect();
    let span = days.keys().next().copied().zip(days.keys().next_back().copied());
    let found = question::ask(&call.app, scope, move |view, scope, budget| {
        query::matches(view, scope, &filter, span.unwrap_or((0, -1)), budget)
    });
    let found = found.await?;
    // What is not sealed yet is not of a day that could go.
    let kept: Vec<(&DayUse, u64)> =
        found.days.iter().filter_map(|(day, events)| Some((days.get(day)?, *events))).collect();
    let list: Vec<Value> = kept
        .iter()
        .take(DAYS_TOLD_MAX)
        .map(|(of, matching)| {
            json!({ "day": date(of.day), "matching": matching, "events": of.events, "bytes": of.bytes })
        })
        .collect();
    answer::json(&json!({
        "days": kept.len(),
        "matching": kept.iter().map(|(_, matching)| matching).sum::<u64>(),
        "events": kept.iter().map(|(of, _)| of.events).sum::<u64>(),
        "bytes": kept.iter().map(|(of, _)| of.bytes).sum::<u64>(),
        "list": list,
        "partial": found.standing.partial,
        "partial_reason": found.standing.partial_reason,
    }))
}

/// A day as it is told of.
#[derive(Serialize)]
struct Told {
    day: String,
    events: u64,
    bytes: u64,
}

fn date(day: i64) -> String {
    Timestamp(day.saturating_mul(DAY)).to_string().chars().take(10).collect()
}

/// What holds, and what `set` comes to.
async fn told(app: &Arc<App>, scope: &Scope, kept: Kept, set: Set) -> Answer {
    let of_days = tokio::task::block_in_place(|| app.ledger.days())?;
    let retention = kept.of_ledger(set.over(Days::of(&app.config)), &app.sought);
    let today = clock::now().day();
    let over: Vec<i64> =
        of_days.iter().map(|of| of.day).filter(|day| retention.is_over(*day, today)).collect();
    let found = match over.iter().any(|day| retention.seekers(*day).next().is_some()) {
        false => BTreeSet::new(),
        true => found(app, scope, &kept, over).await?,
    };
    described(app, &kept, set, (of_days, &found, scope.principal()))
}

/// What was archived, where it lies, and how that stands.
fn of_archive(app: &App, archiver: &Archiver) -> Value {
    let (archived, waiting) = archiver.archived();
    let sum = |of: fn(&OfDay) -> u64| archived.days.values().map(of).sum::<u64>();
    let pulls = app.outbound.pulls();
    let error = pulls.iter().find(|pull| pull.kind == KIND).and_then(|pull| pull.error.clone());
    json!({
        "to": archiver.shown(),
        "days": archived.days.len(),
        "events": sum(|day| day.events),
        "bytes": sum(|day| day.bytes),
        "oldest": archived.days.keys().next(),
        "newest": archived.days.keys().next_back(),
        "trail_through": archived.trail_through,
        "waiting": waiting.map(date),
        "error": error,
    })
}

/// Those of the days that have an event a hold looks for.
async fn found(app: &Arc<App>, scope: &Scope, kept: &Kept, days: Vec<i64>) -> Result<BTreeSet<i64>, Problem> {
    let of = |hold: &Hold| Some((hold.days(), app.sought.of(hold.filter.as_deref()?)));
    let sought: Vec<_> = kept.holds.values().filter_map(of).collect();
    let found = question::ask(app, scope.clone(), move |view, _, budget| {
        let mut found = BTreeSet::new();
        for day in days {
            for (_, sought) in sought.iter().filter(|(held, _)| held.contains(&day)) {
                let Some(of_day) = sought.count(view, day, budget)? else { return Ok(None) };
                if of_day.events > 0 {
                    found.insert(day);
                    break;
                }
            }
        }
        Ok(Some(found))
    });
    found.await?.ok_or_else(|| {
        Problem::busy("counting what the holds look for takes longer than a question may").retry_after_s(5)
    })
}

/// What holds, and what `set` comes to. Of the days past their time those in `found` stay for a hold with a filter.
fn described(
    app: &App,
    kept: &Kept,
    set: Set,
    (of_days, found, asks): (Vec<DayUse>, &BTreeSet<i64>, &Principal),
) -> Answer {
    let (settings, now) = (Days::of(&app.config), clock::now());
    let (days, today) = (set.over(settings), now.day());
    let retention = kept.of_ledger(days, &app.sought);
    let state = app.ledger.state();
    let room = state.free_bytes.saturating_sub(app.config.free_bytes_min);
    let Forecast { measured_days, bytes_per_day, bytes_at_end, full_in_days } =
        forecast(&of_days, days.events, today, room);
    let is_over = |day: i64| retention.is_over(day, today) && !found.contains(&day);
    let over: Vec<&DayUse> = of_days.iter().filter(|day| is_over(day.day)).collect();
    let is_held = |day: &&DayUse| day.day < today - retention.days && !is_over(day.day);
    let cells = app.ledger.days_of_cells();
    let sum = |of: fn(&DayUse) -> u64| over.iter().map(|day| of(day)).sum::<u64>();
    let listed: Vec<Told> = over
        .iter()
        .take(DAYS_TOLD_MAX)
        .map(|day| Told { day: date(day.day), events: day.events, bytes: day.bytes })
        .collect();
    answer::json(&json!({
        "settings": settings,
        "set": kept.set,
        "days": days,
        "presets": presets(app.archiver.is_some()).iter().map(|p| json!({ "name": p.name, "about": p.about, "set": p.set })).collect::<Vec<_>>(),
        "two_person_rule": app.config.two_person_rule,
        "waiting": app.catalog.with(|content| requests::all(&content.waiting, asks)),
        "archive": app.archiver.as_ref().map(|archiver| of_archive(app, archiver)),
        "holds": kept.holds.iter().map(|(id, hold)| of_hold(id, hold)).collect::<Vec<_>>(),
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
