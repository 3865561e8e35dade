//! Requests that wait for a second person, over HTTP: approving and declining. They are shown with what they are about. Whoever
//! could approve one may decline it: an erasure, which is approved by erasing the same person, has a route of its own for that.

use axum::http::{Method, StatusCode};
use event::Timestamp;
use keys::Permission::{PersonsErase, SettingsWrite};
use keys::{Principal, Scope};
use serde_json::{Value, json};

use super::answer;
use super::erasures;
use super::error::Problem;
use super::recorded::touched;
use super::retention::whole;
use super::route::{About, Answer, Call, Route, route};
use crate::app::App;
use crate::retention::{Days, Kept};
use crate::trail::actions::{REQUEST_APPROVE, REQUEST_DECLINE};
use crate::two_person::{Refused, Request, Waiting, Wish, person};
use crate::{catalog, clock};

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        let status = match refused {
            // They may, as far as their role goes; it is the rule that wants somebody else.
            Refused::NoPerson | Refused::Own | Refused::Unnamed | Refused::Full => StatusCode::CONFLICT,
            Refused::Missing => StatusCode::NOT_FOUND,
        };
        Problem::new(status, refused.to_string())
    }
}

/// The routes of requests.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/requests/{id}/approve",
            approve,
            About::new("Does what somebody else has asked for.", &[], "Nothing")
                .recorded(REQUEST_APPROVE)
                .status(204),
        ),
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/requests/{id}/decline",
            decline,
            About::new("Declines what was asked for, or withdraws it.", &[], "Nothing")
                .recorded(REQUEST_DECLINE)
                .status(204),
        ),
        route(
            PersonsErase,
            Method::POST,
            "/api/v1/erasures/requests/{id}/decline",
            decline_erasure,
            About::new("Declines that a person is erased, or withdraws it.", &[], "Nothing")
                .recorded(REQUEST_DECLINE)
                .status(204),
        ),
    ]
}

/// Lets a wish wait for somebody else, and says so.
pub(super) fn ask(app: &App, principal: &Principal, wish: Wish) -> Answer {
    let now = clock::now();
    let request = Request { wish, by: person(principal)?.to_owned(), since: now.0 };
    let id: String = catalog::random::<6>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    app.change(|content| content.waiting.ask(id.clone(), request.clone(), now))??;
    let body = json!({ "waiting": told(&id, &request, principal) });
    Ok(touched(answer::json_with(StatusCode::ACCEPTED, &body)?, &id, "waits for somebody else"))
}

/// All that waits, as this caller sees it.
pub(super) fn all(waiting: &Waiting, principal: &Principal) -> Vec<Value> {
    waiting.at(clock::now()).map(|(id, request)| told(id, request, principal)).collect()
}

/// The erasures that wait.
pub(super) fn of_erasure(waiting: &Waiting, principal: &Principal) -> Vec<Value> {
    let waits = waiting.at(clock::now()).filter(|(_, request)| request.wish.is_erasure());
    waits.map(|(id, request)| told(id, request, principal)).collect()
}

fn told(id: &str, request: &Request, principal: &Principal) -> Value {
    json!({ "id": id, "wish": request.wish, "by": request.by, "since": Timestamp(request.since).to_string(),
            "expires": request.expires().to_string(), "is_own": principal.user() == Some(request.by.as_str()) })
}

/// `POST /requests/{id}/approve`.
async fn approve(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let who = person(scope.principal())?;
    let id = call.segment("id").unwrap_or_default();
    let settings = Days::of(&call.app.config);
    let (done, kept) = call.app.change(|content| {
        let request = content.waiting.approve(id, who, clock::now())?;
        let done = done(&mut content.retention, &request.wish, settings);
        Ok::<_, Refused>((done, content.retention.clone()))
    })??;
    done.map_err(Problem::bad)?;
    tokio::task::block_in_place(|| call.app.keep(&kept));
    Ok(answer::empty())
}

/// Does what was asked for. What cannot be done any more is no longer asked for either.
fn done(kept: &mut Kept, wish: &Wish, settings: Days) -> Result<(), String> {
    match wish {
        Wish::Retention { set } => {
            set.check(settings)?;
            kept.set = *set;
        }
        Wish::Release { hold, .. } => {
            kept.holds.remove(hold).ok_or("the hold is released already")?;
        }
        // It is approved by erasing the same person, and never comes here.
        Wish::Erase { .. } => return Err(Refused::Unnamed.to_string()),
    }
    Ok(())
}

/// `POST /requests/{id}/decline`.
async fn decline(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    person(scope.principal())?;
    let id = call.segment("id").unwrap_or_default();
    if is_erasure(&call, id) {
        // As for asking and approving.
        scope.principal().scope(PersonsErase)?;
    }
    call.app.change(|content| content.waiting.decline(id))??;
    Ok(answer::empty())
}

/// `POST /erasures/requests/{id}/decline`.
async fn decline_erasure(scope: Scope, call: Call) -> Answer {
    erasures::whole(&scope)?;
    person(scope.principal())?;
    let id = call.segment("id").unwrap_or_default();
    if !is_erasure(&call, id) {
        return Err(Refused::Missing.into());
    }
    call.app.change(|content| content.waiting.decline(id))??;
    Ok(answer::empty())
}

fn is_erasure(call: &Call, id: &str) -> bool {
    call.app.catalog.with(|content| content.waiting.get(id).is_some_and(|one| one.wish.is_erasure()))
}
