//! Signing in and out: a one-time link or an API token against a session cookie. The cookie holds 256 random bits
//! and nothing else; JavaScript cannot read it.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use keys::Principal;
use serde::{Deserialize, Serialize};

use super::error::Problem;
use super::recorded::Touched;
use super::route::{Answer, Call, caller, same_origin};
use super::{answer, body};
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
    role: String,
    version: &'static str,
    sample: bool,
}

/// `GET /session`.
pub(crate) async fn show(call: Call) -> Answer {
    let principal = caller(&call.app, &call.parts.method, &call.parts.headers)?;
    described(&call, &principal)
}

fn described(call: &Call, principal: &Principal) -> Answer {
    let role = principal.role().ok_or_else(Problem::unauthorized)?;
    let sample = call
        .app
        .catalog
        .with(|content| !content.sources.is_empty() && content.sources.values().all(|source| source.sample));
    answer::json(&Session {
        name: principal.name(),
        role: role.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        sample,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credential {
    token: String,
}

/// `POST /session`.
pub(crate) async fn start(mut call: Call) -> Answer {
    same_origin(&call.parts.headers)?;
    let credential: Credential = body::read(&mut call, BODY_BYTES_MAX).await?;
    let now = clock::now();
    let random = catalog::random()?;
    let opened = call
        .app
        .catalog
        .change(now, |content| content.keyring.exchange(&credential.token, now, &random))?
        .inspect_err(|refusal| log::warn("a sign-in was refused", &[("reason", refusal)]))?;
    log::info("signed in", &[("name", &opened.principal.name()), ("session", opened.principal.token())]);
    let mut response = described(&call, &opened.principal)?;
    set(&mut response, &call, opened.secret.expose(), None)?;
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
        call.app.catalog.change(clock::now(), |content| content.keyring.end_session(secret))?;
    }
    let mut response = answer::json(&serde_json::json!({ "ended": true }))?;
    set(&mut response, &call, "", Some(0))?;
    response.extensions_mut().insert(Touched { operator, ..Touched::default() });
    Ok(response)
}

fn set(response: &mut Response, call: &Call, secret: &str, age_s: Option<u32>) -> Result<(), Problem> {
    let is_https = call.app.config.public_url.starts_with("https://");
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
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (name, secret) = pair.trim().split_once('=')?;
            (name == COOKIE_SECURE || name == COOKIE_PLAIN).then_some(secret)
        })
}
