//! Erasing people over HTTP: what there is of one, erasing it, and what was erased.

use axum::http::{Method, StatusCode};
use event::Timestamp;
use event::subject::SUBJECTS;
use event::time::DAY;
use keys::Permission::PersonsErase;
use keys::Scope;
use serde_json::{Value, json};

use super::answer;
use super::body;
use super::error::Problem;
use super::recorded::{address, touched};
use super::requests;
use super::route::{About, Answer, Call, Route, route};
use super::whole::sees_all;
use crate::app::App;
use crate::catalog;
use crate::clock;
use crate::erasure::{self, Erasure, Person, Trial};
use crate::trail::actions::{ERASURE_RUN, ERASURE_TRY};
use crate::two_person::{self, Wish};

const UNDER_WAY: &str = "another erasure is under way";

/// A way to name a person and a value.
const BODY_BYTES_MAX: usize = 8 << 10;

/// The routes of erasing.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            PersonsErase,
            Method::GET,
            "/api/v1/erasures",
            list,
            About::new(
                "Who was erased, by a keyed hash, and what waits; and the ways to name a person.",
                &[],
                "Erasures",
            ),
        ),
        route(
            PersonsErase,
            Method::POST,
            "/api/v1/erasures/try",
            attempt,
            About::new("What there is of a person; changes nothing.", &[], "ErasureTrial")
                .recorded(ERASURE_TRY)
                .takes("ErasureBody"),
        ),
        route(
            PersonsErase,
            Method::POST,
            "/api/v1/erasures",
            run,
            About::new(
                "Erases a person from all that is kept; it goes on after the answer.",
                &[],
                "ErasureBegun",
            )
            .recorded(ERASURE_RUN)
            .takes("ErasureBody")
            .status(202),
        ),
    ]
}

/// Nobody erases what they do not see, or learns that it is there.
pub(super) fn whole(scope: &Scope) -> Result<(), Problem> {
    sees_all(scope, "does not look for people in all of them")
}

/// `GET /erasures`.
async fn list(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let mut all: Vec<(String, Erasure)> =
        call.app.catalog.with(|content| content.erasures.clone()).into_iter().collect();
    all.sort_by_key(|(_, one)| std::cmp::Reverse(one.started));
    let subjects: Vec<Value> = SUBJECTS
        .iter()
        .map(|subject| json!({ "name": subject.name, "label": subject.label, "doc": subject.doc }))
        .collect();
    let erasures: Vec<Value> = all.iter().map(|(id, one)| told(&call.app, id, one)).collect();
    let waiting = call.app.catalog.with(|content| requests::of_erasure(&content.waiting, scope.principal()));
    answer::json(&json!({ "subjects": subjects, "waiting": waiting, "erasures": erasures }))
}

/// `POST /erasures/try`.
async fn attempt(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let (person, trial) = looked(&mut call).await?;
    let mark = person.mark(&call.app);
    let date = |day: i64| Timestamp(day * DAY).to_string().chars().take(10).collect::<String>();
    let days: Vec<Value> =
        trial.found.days.iter().map(|(day, events)| json!({ "day": date(*day), "events": events })).collect();
    let holds: Vec<Value> = trial
        .holds
        .iter()
        .map(|(id, hold)| json!({ "id": id, "from": hold.from, "to": hold.to, "reason": hold.reason }))
        .collect();
    let told = json!({
        "subject": person.subject,
        "mark": mark,
        "events": trial.found.days.values().sum::<u64>(),
        "days": days,
        "rollup_days": trial.found.rollup_days.len(),
        "operator_records": trial.operator_records,
        "operator_open": trial.operator_open,
        "holds": holds,
        "left": trial.left,
        "refusal": trial.refusal(),
        "two_person_rule": call.app.config.two_person_rule,
        "asked_by": call.app.catalog.with(|content| {
            content.waiting.asked(&wish(&person, &mark), clock::now()).map(str::to_owned)
        }),
    });
    Ok(touched(answer::json(&told)?, "", &mark))
}

/// `POST /erasures`.
async fn run(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let (person, trial) = looked(&mut call).await?;
    if let Some(refusal) = trial.refusal() {
        return Err(Problem::new(StatusCode::CONFLICT, refusal));
    }
    let names = [scope.principal().name().to_owned(), scope.principal().token().to_string()];
    let own = address(&call).map(|address| address.to_string());
    if names.iter().chain(&own).any(|name| *name == person.value) {
        let detail = "nobody erases themselves, or the address they ask from: it would stand in the operator trail again";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    if call.app.catalog.with(|content| content.keyring.user(&person.value).is_some()) {
        let detail = "there is an account of that name: remove it first";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    if call.app.erasing.is_busy() {
        return Err(Problem::new(StatusCode::CONFLICT, UNDER_WAY));
    }
    let mark = person.mark(&call.app);
    if call.app.config.two_person_rule {
        let (who, wish) = (two_person::person(scope.principal())?, wish(&person, &mark));
        if !call.app.change(|content| content.waiting.second(&wish, who, clock::now()))? {
            return Ok(touched(requests::ask(&call.app, scope.principal(), wish)?, "", &mark));
        }
    }
    let id: String = catalog::random::<6>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let app = std::sync::Arc::clone(&call.app);
    let begun = tokio::task::block_in_place(|| erasure::start(&app, &id, person, clock::now()));
    if !begun.map_err(Problem::internal)? {
        return Err(Problem::new(StatusCode::CONFLICT, UNDER_WAY));
    }
    let one = app.catalog.with(|content| content.erasures.get(&id).cloned());
    let one = one.ok_or_else(|| Problem::missing("there is no such erasure"))?;
    Ok(touched(answer::json_with(StatusCode::ACCEPTED, &told(&app, &id, &one))?, &id, &mark))
}

/// What waits for somebody else who names the same person.
fn wish(person: &Person, mark: &str) -> Wish {
    Wish::Erase { subject: person.subject.clone(), mark: mark.to_owned() }
}

async fn looked(call: &mut Call) -> Result<(Person, Trial), Problem> {
    let person: Person = body::read(call, BODY_BYTES_MAX).await?;
    person.check().map_err(|wrong| {
        Problem::bad(wrong).suggestions(SUBJECTS.iter().map(|subject| subject.name.to_owned()).collect())
    })?;
    let app = std::sync::Arc::clone(&call.app);
    let looked =
        tokio::task::spawn_blocking(move || erasure::look(&app, &person).map(|trial| (person, trial)));
    looked.await.map_err(Problem::internal)?.map_err(Problem::internal)
}

fn told(app: &App, id: &str, one: &Erasure) -> Value {
    json!({
        "id": id,
        "subject": one.subject,
        "mark": one.mark,
        "state": one.state,
        "started": Timestamp(one.started).to_string(),
        "finished": one.finished.map(|time| Timestamp(time).to_string()),
        "events": app.erasing.events(id).unwrap_or(one.events),
        "operator_records": one.operator_records,
        "error": one.error,
        "left": one.left,
    })
}
