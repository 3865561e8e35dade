//! Signing in at an identity provider, over HTTP. The browser goes there and comes back to the page where one signs in,
//! which takes the answer out of the address and hands it in here: as JSON of our own page, like any other sign-in.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Method, StatusCode, header};
use event::{Act, Timestamp};
use keys::{Identity, Opened, Place, Renewal, RoleName};

use super::error::Problem;
use super::recorded::address;
use super::route::{About, Answer, Call, Route, open, same_origin};
use super::session::{self, place};
use super::{answer, body};
use crate::app::App;
use crate::provider::{Error, Provider, Returned};
use crate::trail::actions::{PROVIDER_SIGN_IN, USER_CREATE, USER_UPDATE};
use crate::trail::{self, look};
use crate::{catalog, clock, log};

/// The cookie that binds a sign-in to its browser, with TLS and without.
const COOKIES: [&str; 2] = ["__Host-gl-oidc", "gl-oidc"];
/// How long it lives, in seconds.
const COOKIE_LIVES_S: u32 = 600;
/// A code of the provider is short.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Characters of groups that are written to our log.
const GROUPS_CHARS_MAX: usize = 300;
/// The page where one signs in, with the word that the provider could not be asked.
const UNREACHABLE: &str = "/welcome?provider=unreachable";

/// The routes of signing in at an identity provider.
pub(crate) fn routes() -> Vec<Route> {
    let door = "this is where one gets in";
    let path = "/api/v1/session/provider";
    let begin_about = About::new("Sends a browser to the identity provider.", &[], "Nothing").status(303);
    let finish_about = About::new("Signs in with what the identity provider sent back.", &[], "Session");
    vec![
        open(door, Method::GET, path, begin, begin_about),
        open(
            door,
            Method::POST,
            path,
            finish,
            finish_about.recorded(PROVIDER_SIGN_IN).takes("ProviderAnswer"),
        ),
    ]
}

fn provider(app: &App) -> Result<&Provider, Problem> {
    app.provider.as_ref().ok_or_else(|| {
        Problem::missing("nobody signs in with an identity provider here")
            .remedy("the settings have no [oidc]; docs/access.md says how it is set up")
    })
}

/// `GET /session/provider`.
async fn begin(call: Call) -> Answer {
    let provider = provider(&call.app)?;
    // A page of another site could begin sign-ins without end in someone's name.
    same_origin(&call.parts.headers)?;
    let now = clock::now();
    call.app.strangers.admit(address(&call), now)?;
    let begun =
        asking(&call.app, provider, |provider| provider.begin(&call.app.outbound.egress, now)).await?;
    let mut response = answer::empty();
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = match begun {
        Ok(begun) => {
            let cookie = cookie(&call, &begun.cookie, COOKIE_LIVES_S)?;
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            begun.location
        }
        Err(Error::Busy) => return Err(Problem::busy(Error::Busy.to_string())),
        Err(error) => {
            log::error("the identity provider cannot be asked", &[("error", &error)]);
            UNREACHABLE.to_owned()
        }
    };
    let location = HeaderValue::from_str(&location).map_err(Problem::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// `POST /session/provider`.
async fn finish(mut call: Call) -> Answer {
    let app = Arc::clone(&call.app);
    let provider = provider(&app)?;
    same_origin(&call.parts.headers)?;
    let returned: Returned = body::read(&mut call, BODY_BYTES_MAX).await?;
    let held = session::held(&call.parts.headers, &COOKIES).unwrap_or_default();
    let now = clock::now();
    let finish = |provider: &Provider| provider.finish(&call.app.outbound.egress, held, returned, now);
    let (who, role) = match asking(&call.app, provider, finish).await? {
        Ok(found) => found,
        Err(error) => return Err(refused(&call.app, provider, error)?),
    };
    let opened = let_in(&app, place(&call), &who, role, now).await?;
    let mut response = session::entered(&call, opened)?;
    response.headers_mut().append(header::SET_COOKIE, cookie(&call, "", 0)?);
    Ok(response)
}

/// Asks the provider something, when it is one's turn. It waits for the network, so other requests go elsewhere.
async fn asking<T>(
    app: &App,
    provider: &Provider,
    ask: impl FnOnce(&Provider) -> Result<T, Error>,
) -> Result<Result<T, Error>, Problem> {
    let grace = Duration::from_millis(app.config.body_grace_ms);
    let busy = || Problem::busy("too many people sign in at the moment");
    let turn = tokio::time::timeout(grace, provider.turns.acquire()).await;
    let _turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
    Ok(tokio::task::block_in_place(|| ask(provider)))
}

/// Why someone is not let in, as an answer. Whoever has no role any more has no session any more either.
fn refused(app: &App, provider: &Provider, error: Error) -> Result<Problem, Problem> {
    log::warn("a sign-in was refused", &[("reason", &error)]);
    let again =
        |status| Problem::new(status, error.to_string()).remedy("begin again on the page where one signs in");
    Ok(match &error {
        Error::NotBegun | Error::Mixed | Error::Declined(_) => again(StatusCode::UNAUTHORIZED),
        Error::BadToken(_) => again(StatusCode::UNAUTHORIZED),
        Error::Busy => Problem::busy(error.to_string()),
        Error::Fault(_) | Error::Ours(_) => {
            let detail =
                "the identity provider could not be asked, or answered oddly; the server's log says why";
            Problem::new(StatusCode::BAD_GATEWAY, detail).logged(
                log::error,
                "asking the provider failed",
                &error,
            )
        }
        Error::NoRole(who) => {
            let account = app.catalog.with(|content| content.keyring.account_of(who).map(|u| u.name.clone()));
            if let Some(name) = account {
                app.change(|content| content.keyring.end_sessions_of(&name, None))?;
            }
            let groups: String = provider.groups(who).join(", ").chars().take(GROUPS_CHARS_MAX).collect();
            log::warn(
                "none of the groups has a role",
                &[("subject", &who.subject().subject), ("groups", &groups)],
            );
            Problem::new(StatusCode::FORBIDDEN, error.to_string())
                .remedy("ask whoever keeps the settings to map one of your groups to a role: [[oidc.map]]")
        }
    })
}

/// Makes or renews the account, and opens a session. The change is in the operator trail before it is made.
async fn let_in(
    app: &App,
    from: Place,
    who: &Identity,
    role: RoleName,
    now: Timestamp,
) -> Result<Opened, Problem> {
    if !app.catalog.with(|content| content.keyring.has_role(&role)) {
        log::error("the settings map a group to a role that does not exist", &[("role", &role)]);
        let detail =
            format!("the groups of this person have the role {role} here, and there is no such role");
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let renewal = app.catalog.with(|content| content.keyring.renewal(who, role)).map_err(|error| {
        let remedy =
            "ask whoever keeps the members here: an account of that name that is not yours stays whose it is";
        Problem::from(error).remedy(remedy)
    })?;
    let act = match renewal.is_change {
        true => Some(recorded(app, &from, who, &renewal, now).await?),
        false => None,
    };
    let (random, name) = (catalog::random()?, renewal.name.clone());
    let opened = app.change(|content| {
        if renewal.is_change {
            content.keyring.renew_account(who, renewal, now)?;
        }
        content.keyring.enter(&name, from, now, &random).map_err(Problem::from)
    });
    let opened = opened.map_err(Problem::from).flatten();
    if let Some(act) = act {
        let mut end = trail::end_of(&act, if opened.is_ok() { "success" } else { "failure" }, clock::now());
        end.after = look(app, "user", &name).map(|now| now.to_string()).unwrap_or_default();
        if let Err(error) = app.trail.end(end).await {
            log::error(
                "what became of an act was not recorded",
                &[("request", &act.request_id), ("error", &error)],
            );
        }
    }
    opened
}

/// Records that an account is made or changed, by the provider.
async fn recorded(
    app: &App,
    from: &Place,
    who: &Identity,
    renewal: &Renewal,
    now: Timestamp,
) -> Result<Act, Problem> {
    let action = if renewal.is_new { USER_CREATE } else { USER_UPDATE };
    let mut act = trail::act(action, "dashboard", now)?;
    (act.operator, act.operator_kind) = (who.subject().issuer.clone(), "machine".to_owned());
    (act.address, act.agent) = (from.address.clone(), from.agent.clone());
    (act.resource_id, act.resource_name) = (renewal.name.clone(), renewal.name.clone());
    act.before = look(app, "user", &renewal.name).map(|now| now.to_string()).unwrap_or_default();
    act.detail = format!("{} signed in at the identity provider", renewal.name);
    app.trail.record(act.clone()).await?;
    Ok(act)
}

/// The cookie that binds a sign-in to its browser; of no age it takes it away.
fn cookie(call: &Call, value: &str, age_s: u32) -> Result<HeaderValue, Problem> {
    let [with_tls, plain] = COOKIES;
    let (name, secure) = if call.app.config.is_https() { (with_tls, "; Secure") } else { (plain, "") };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={age_s}");
    let mut value = HeaderValue::from_str(&text).map_err(Problem::internal)?;
    value.set_sensitive(true);
    Ok(value)
}
