//! What someone does with their own account: password, tokens, sessions. Only in a session of their own: a token has no
//! right to it, so that a stolen one makes no other.

use axum::http::{Method, StatusCode};
use keys::Permission::AccountOwn;
use keys::{Entry, Keyring, Scope, Secret, TokenId};
use serde::Deserialize;
use serde_json::json;

use super::answer::{empty, json};
use super::body;
use super::error::Problem;
use super::members::{self, BODY_BYTES_MAX, made as password_of};
use super::recorded::touched;
use super::route::{About, Answer, Call, Route, route};
use super::session::{judged, place};
use super::tokens::{NewToken, Rotation, Shown, ShownSession, id, made};
use crate::trail::actions::{
    ACCOUNT_PASSWORD, ACCOUNT_REVOKE, ACCOUNT_ROTATE, ACCOUNT_SESSION, ACCOUNT_TOKEN,
};
use crate::{catalog, clock};

/// The routes of one's own account.
pub(crate) fn routes() -> Vec<Route> {
    let about = |text, answer| About::new(text, &[], answer);
    vec![
        route(
            AccountOwn,
            Method::GET,
            "/api/v1/account",
            show,
            about("Your account, your tokens and your sessions.", "Account"),
        ),
        route(
            AccountOwn,
            Method::PUT,
            "/api/v1/account/password",
            set_password,
            about("Changes your password; your other sessions end.", "Nothing")
                .recorded(ACCOUNT_PASSWORD)
                .takes("PasswordBody")
                .status(204),
        ),
        route(
            AccountOwn,
            Method::POST,
            "/api/v1/account/tokens",
            make,
            about("Makes a token that may no more than you; shown only here.", "MadeToken")
                .recorded(ACCOUNT_TOKEN)
                .takes("TokenBody")
                .status(201),
        ),
        route(
            AccountOwn,
            Method::POST,
            "/api/v1/account/tokens/{id}/rotate",
            rotate,
            about("Makes another one; the old one goes on for a while.", "MadeToken")
                .recorded(ACCOUNT_ROTATE)
                .takes("RotateBody")
                .status(201),
        ),
        route(
            AccountOwn,
            Method::DELETE,
            "/api/v1/account/tokens/{id}",
            revoke,
            about("Takes a token of yours back, at once.", "Nothing").recorded(ACCOUNT_REVOKE).status(204),
        ),
        route(
            AccountOwn,
            Method::DELETE,
            "/api/v1/account/sessions/{id}",
            end_session,
            about("Ends a session of yours, at once.", "Nothing").recorded(ACCOUNT_SESSION).status(204),
        ),
    ]
}

/// The account of whoever asks.
fn own(scope: &Scope) -> Result<&str, Problem> {
    scope.principal().user().ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "you came without an account, by a one-time link")
            .remedy("make an account for yourself with POST /api/v1/users, and sign in with it")
    })
}

/// `GET /account`.
async fn show(scope: Scope, call: Call) -> Answer {
    let (name, now) = (own(&scope)?, clock::now());
    let shown = |keyring: &Keyring| {
        let is_mine = |entry: &&Entry| entry.user.as_deref() == Some(name);
        let tokens: Vec<Shown> =
            keyring.tokens().filter(is_mine).map(|entry| Shown::of(entry, keyring, now)).collect();
        let sessions = keyring.sessions(now).filter(|session| session.user.as_deref() == Some(name));
        let sessions: Vec<ShownSession> = sessions.map(|s| ShownSession::of(s, &scope)).collect();
        let user = keyring.user(name).map(members::Shown::of);
        json!({ "user": user, "tokens": tokens, "sessions": sessions })
    };
    json(&call.app.catalog.with(|content| shown(&content.keyring)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passwords {
    old: Secret<String>,
    new: Secret<String>,
}

/// `PUT /account/password`.
async fn set_password(scope: Scope, mut call: Call) -> Answer {
    let Passwords { old, new } = body::read(&mut call, BODY_BYTES_MAX).await?;
    let name = own(&scope)?;
    let kept = call.app.catalog.with(|content| content.keyring.password_of(name));
    if kept.is_none() {
        return Err(keys::Error::Provided.into());
    }
    let address = place(&call).address;
    let outcome = call.app.attempts.compare(name, &address, kept, old, clock::now()).await;
    judged(outcome, "the old password is not right")?;
    let password = password_of(&call.app, name, new).await?;
    let this = scope.principal().token();
    call.app.change(|content| content.keyring.set_password(name, password, Some(this)))??;
    Ok(touched(empty(), name, name))
}

/// `POST /account/tokens`.
async fn make(scope: Scope, mut call: Call) -> Answer {
    let sent: NewToken = body::read(&mut call, BODY_BYTES_MAX).await?;
    let (now, random, name) = (clock::now(), catalog::random()?, own(&scope)?);
    let role = scope.principal().role().map(ToString::to_string);
    let wanted = sent.role().map(members::role_name).transpose()?;
    let grant = sent.grant(role.as_deref(), now)?.of(name);
    let minted = call.app.change(|content| {
        if wanted.is_some_and(|role| !content.keyring.has_role(&role)) {
            return Err(keys::Error::NoSuchRole);
        }
        content.keyring.mint(grant, now, &random)
    })??;
    made(&call.app, &minted, now)
}

/// Fails unless the token is that person's.
fn check_mine(keyring: &Keyring, id: &TokenId, name: &str) -> Result<(), Problem> {
    let is_mine = |entry: &Entry| entry.id == *id && entry.user.as_deref() == Some(name);
    if keyring.tokens().any(is_mine) { Ok(()) } else { Err(keys::Error::NoSuchToken.into()) }
}

/// `POST /account/tokens/{id}/rotate`.
async fn rotate(scope: Scope, mut call: Call) -> Answer {
    let rotation: Rotation = body::read(&mut call, BODY_BYTES_MAX).await?;
    let (id, overlap, name) = (id(&call)?, rotation.overlap()?, own(&scope)?);
    let (now, random) = (clock::now(), catalog::random()?);
    let minted = call.app.change(|content| {
        check_mine(&content.keyring, &id, name)?;
        Ok::<_, Problem>(content.keyring.rotate(&id, overlap, now, &random)?)
    })??;
    made(&call.app, &minted, now)
}

/// `DELETE /account/tokens/{id}`.
async fn revoke(scope: Scope, call: Call) -> Answer {
    let (id, name) = (id(&call)?, own(&scope)?);
    call.app.change(|content| {
        check_mine(&content.keyring, &id, name)?;
        content.keyring.revoke(&id, clock::now())?;
        Ok::<_, Problem>(())
    })??;
    Ok(empty())
}

/// `DELETE /account/sessions/{id}`.
async fn end_session(scope: Scope, call: Call) -> Answer {
    let (id, name) = (id(&call)?, own(&scope)?);
    let ended = call.app.change(|content| {
        let keyring = &mut content.keyring;
        let is_mine = keyring.sessions(clock::now()).any(|s| s.id == id && s.user.as_deref() == Some(name));
        is_mine && keyring.end_session_by_id(&id)
    })?;
    if !ended {
        return Err(Problem::missing("there is no such session of yours"));
    }
    Ok(empty())
}
