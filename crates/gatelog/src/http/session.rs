//! Signing in and out: a name and a password, a one-time link or an API token against a session cookie (provider.rs has
//! signing in at an identity provider). The cookie holds 256 random bits and nothing else; JavaScript cannot read it.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use keys::{Addresses, Opened, Permission, Place, Principal, Secret};
use serde::{Deserialize, Serialize};

use super::error::Problem;
use super::recorded::{Touched, address};
use super::route::{Answer, Call, caller, same_origin};
use super::{answer, body};
use crate::app::App;
use crate::attempts::Outcome;
use crate::{catalog, clock, log};

/// The cookie's name with TLS; the prefix makes browsers insist on Secure and on the whole host.
const COOKIE_SECURE: &str = "__Host-gl";
/// Without TLS, where Secure cookies would not come back.
const COOKIE_PLAIN: &str = "gl";
/// A credential is short.
const BODY_BYTES_MAX: usize = 4 << 10;

#[derive(Serialize)]
struct Session<'a> {
    name: &'a str,
    /// The account; none of a link or an application's token.
    user: Option<&'a str>,
    role: String,
    permissions: &'a [Permission],
    /// The filters that narrow what is seen.
    rows: &'a [String],
    /// What is seen of clients' addresses.
    addresses: Addresses,
    /// Whether anybody has an account.
    has_users: bool,
    version: &'static str,
    sample: bool,
}

/// `GET /session`.
pub(crate) async fn show(call: Call) -> Answer {
    let principal = caller(&call.app, &call.parts.method, &call.parts.headers)?;
    described(&call, &principal)
}

/// `GET /session/ways`.
pub(crate) async fn ways(call: Call) -> Answer {
    let password = call.app.catalog.with(|content| content.keyring.has_passwords());
    let provider =
        call.app.provider.as_ref().map(|provider| serde_json::json!({ "label": provider.label() }));
    answer::json(&serde_json::json!({ "password": password, "provider": provider }))
}

fn described(call: &Call, principal: &Principal) -> Answer {
    let role = principal.role().ok_or_else(Problem::unauthorized)?;
    let (sample, has_users) = call.app.catalog.with(|content| {
        let is_sample = !content.sources.is_empty() && content.sources.values().all(|source| source.sample);
        (is_sample, content.keyring.users().next().is_some())
    });
    answer::json(&Session {
        name: principal.name(),
        user: principal.user(),
        role: role.to_string(),
        permissions: principal.permissions(),
        rows: principal.row_filters(),
        addresses: principal.addresses(),
        has_users,
        version: env!("CARGO_PKG_VERSION"),
        sample,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credential {
    token: Option<String>,
    name: Option<String>,
    password: Option<Secret<String>>,
}

/// Where a call comes from.
pub(super) fn place(call: &Call) -> Place {
    let address = address(call).map(|address| address.to_string()).unwrap_or_default();
    let agent = call.parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Place { address, agent: agent.unwrap_or_default().to_owned() }
}

/// What comes of comparing a password, as an answer.
pub(super) fn judged(outcome: Outcome, wrong: &'static str) -> Result<(), Problem> {
    match outcome {
        Outcome::Right => Ok(()),
        Outcome::Wrong => Err(Problem::new(StatusCode::UNAUTHORIZED, wrong)),
        Outcome::Wait(seconds) => {
            let detail = format!("too many wrong passwords; the next one counts in {seconds} s");
            Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after_s(seconds))
        }
        Outcome::Busy => Err(Problem::busy("too many people sign in at the moment")),
    }
}

/// Opens a session for someone who knows a password.
async fn with_password(app: &App, place: Place, name: &str, text: Secret<String>) -> Result<Opened, Problem> {
    const WRONG: &str = "the name or the password is not right";
    let now = clock::now();
    let known = app.catalog.with(|content| content.keyring.password_of(name));
    let outcome = app.attempts.compare(name, &place.address, known.clone(), text, now).await;
    if !matches!(outcome, Outcome::Right) {
        log::warn("a sign-in was refused", &[("name", &name), ("address", &place.address)]);
    }
    judged(outcome, WRONG)?;
    let (random, password) = (catalog::random()?, known.ok_or_else(Problem::unauthorized)?);
    let opened = app.change(|content| content.keyring.sign_in(name, &password, place, now, &random))?;
    opened.map_err(|_| Problem::new(StatusCode::UNAUTHORIZED, WRONG))
}

/// Opens a session for whoever has a one-time link or an API token.
fn with_token(call: &Call, token: &str) -> Result<Opened, Problem> {
    let (now, random) = (clock::now(), catalog::random()?);
    let opened = call.app.change(|content| content.keyring.exchange(token, place(call), now, &random))?;
    Ok(opened.inspect_err(|refusal| log::warn("a sign-in was refused", &[("reason", refusal)]))?)
}

/// `POST /session`.
pub(crate) async fn start(mut call: Call) -> Answer {
    same_origin(&call.parts.headers)?;
    let credential: Credential = body::read(&mut call, BODY_BYTES_MAX).await?;
    let opened = match credential {
        Credential { token: Some(token), name: None, password: None } => with_token(&call, &token)?,
        Credential { token: None, name: Some(name), password: Some(password) } => {
            with_password(&call.app, place(&call), name.trim(), password).await?
        }
        _ => return Err(Problem::bad("a token, or a name and a password")),
    };
    entered(&call, opened)
}

/// The answer to whoever was let in, with the cookie.
pub(super) fn entered(call: &Call, opened: Opened) -> Answer {
    // The session of before is not taken along: a new one for each sign-in.
    if let Some(secret) = cookie(&call.parts.headers) {
        call.app.change(|content| content.keyring.end_session(secret))?;
    }
    log::info("signed in", &[("name", &opened.principal.name()), ("session", opened.principal.token())]);
    let mut response = described(call, &opened.principal)?;
    set(&mut response, call, opened.secret.expose(), None)?;
    let session = opened.principal.token().to_string();
    response.extensions_mut().insert(Touched {
        operator: Some(opened.principal),
        id: session,
        ..Touched::default()
    });
    Ok(response)
}

/// `DELETE /session`.
pub(crate) async fn end(call: Call) -> Answer {
    same_origin(&call.parts.headers)?;
    let operator = caller(&call.app, &call.parts.method, &call.parts.headers).ok();
    if let Some(secret) = cookie(&call.parts.headers) {
        call.app.change(|content| content.keyring.end_session(secret))?;
    }
    let mut response = answer::json(&serde_json::json!({ "ended": true }))?;
    set(&mut response, &call, "", Some(0))?;
    response.extensions_mut().insert(Touched { operator, ..Touched::default() });
    Ok(response)
}

fn set(response: &mut Response, call: &Call, secret: &str, age_s: Option<u32>) -> Result<(), Problem> {
    let is_https = call.app.config.is_https();
    let (name, secure) = if is_https { (COOKIE_SECURE, "; Secure") } else { (COOKIE_PLAIN, "") };
    let age = age_s.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    let mut value = HeaderValue::from_str(&text).map_err(Problem::internal)?;
    value.set_sensitive(true);
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(())
}

/// The session secret a request carries.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    held(headers, &[COOKIE_SECURE, COOKIE_PLAIN])
}

/// What a cookie of one of these names holds.
pub(super) fn held<'h>(headers: &'h HeaderMap, names: &[&str]) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (name, secret) = pair.trim().split_once('=')?;
            names.contains(&name).then_some(secret)
        })
}
