//! Tokens and sessions of everyone over HTTP: for those who keep order. What someone does with their own is account.rs.

use axum::http::{Method, StatusCode};
use event::Timestamp;
use event::time::{DAY, HOUR};
use keys::Permission::{MembersRead, MembersWrite, TokensWrite};
use keys::{Entry, Grant, Keyring, May, Minted, Permission, Scope, SessionEntry, TokenId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{empty, json, json_with};
use super::body;
use super::error::Problem;
use super::members::{BODY_BYTES_MAX, beyond, check_gives, role_name, rows};
use super::recorded::touched;
use super::route::{About, Answer, Call, Route, route};
use crate::app::App;
use crate::trail::actions::{SESSION_REVOKE, TOKEN_CREATE, TOKEN_REVOKE, TOKEN_ROTATE};
use crate::{catalog, clock};

/// A token made here lives at most this long.
const DAYS_MAX: i64 = 365;
/// The old token stays good for at most this long.
const OVERLAP_HOURS_MAX: i64 = 720;

/// The routes of tokens and sessions.
pub(crate) fn routes() -> Vec<Route> {
    let about = |text, answer| About::new(text, &[], answer);
    vec![
        route(
            TokensWrite,
            Method::GET,
            "/api/v1/tokens",
            list,
            about("Every token, never its text.", "Tokens"),
        ),
        route(
            TokensWrite,
            Method::POST,
            "/api/v1/tokens",
            make,
            about("Makes a token for an application; shown only here.", "MadeToken")
                .recorded(TOKEN_CREATE)
                .takes("TokenBody")
                .status(201),
        ),
        route(
            TokensWrite,
            Method::POST,
            "/api/v1/tokens/{id}/rotate",
            rotate,
            about("Makes another token that may the same; the old one goes on for a while.", "MadeToken")
                .recorded(TOKEN_ROTATE)
                .takes("RotateBody")
                .status(201),
        ),
        route(
            TokensWrite,
            Method::DELETE,
            "/api/v1/tokens/{id}",
            revoke,
            about("Takes a token back, at once; its sessions end.", "Nothing")
                .recorded(TOKEN_REVOKE)
                .status(204),
        ),
        route(
            MembersRead,
            Method::GET,
            "/api/v1/sessions",
            sessions,
            about("Who is signed in, and from where.", "Sessions"),
        ),
        route(
            MembersWrite,
            Method::DELETE,
            "/api/v1/sessions/{id}",
            end_session,
            about("Ends a session, at once.", "Nothing").recorded(SESSION_REVOKE).status(204),
        ),
    ]
}

/// A token, as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    id: TokenId,
    name: String,
    /// `api` or `ingest`.
    kind: &'static str,
    role: Option<String>,
    /// Of what the role may, only this.
    only: Option<Vec<Permission>>,
    source: Option<String>,
    user: Option<String>,
    rows: Option<String>,
    created: String,
    expires: Option<String>,
    revoked: Option<String>,
    last_used: Option<String>,
    state: &'static str,
}

impl Shown {
    pub(super) fn of(entry: &Entry, keyring: &Keyring, now: Timestamp) -> Shown {
        let text = |time: Option<Timestamp>| time.map(|t| t.to_string());
        let (kind, role, only, source) = match &entry.may {
            May::Append { source } => ("ingest", None, None, Some(source.clone())),
            May::Act { role, only } => ("api", Some(role.to_string()), only.clone(), None),
        };
        Shown {
            id: entry.id.clone(),
            name: entry.name.clone(),
            kind,
            role,
            only,
            source,
            user: entry.user.clone(),
            rows: entry.row_filter.clone(),
            created: entry.created.to_string(),
            expires: text(entry.expires),
            revoked: text(entry.revoked),
            last_used: text(entry.last_used.get()),
            state: match () {
                () if entry.expires.is_some_and(|t| t <= now) => "expired",
                () if keyring.is_good(entry, now) => "good",
                () => "revoked",
            },
        }
    }
}

/// A session, as it is shown.
#[derive(Serialize)]
pub(super) struct ShownSession {
    id: TokenId,
    name: String,
    user: Option<String>,
    role: String,
    address: String,
    agent: String,
    created: String,
    last_used: Option<String>,
    ends: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl ShownSession {
    pub(super) fn of(session: &SessionEntry, scope: &Scope) -> ShownSession {
        ShownSession {
            id: session.id.clone(),
            name: session.name.clone(),
            user: session.user.clone(),
            role: session.role.to_string(),
            address: session.place.address.clone(),
            agent: session.place.agent.clone(),
            created: session.created.to_string(),
            last_used: session.last_used.get().map(|t| t.to_string()),
            ends: Timestamp(session.created.0.saturating_add(session.lives)).to_string(),
            current: session.id == *scope.principal().token(),
        }
    }
}

/// `GET /tokens`.
async fn list(_: Scope, call: Call) -> Answer {
    let now = clock::now();
    let shown = |keyring: &Keyring| -> Vec<Shown> {
        keyring.tokens().map(|entry| Shown::of(entry, keyring, now)).collect()
    };
    json(&json!({ "tokens": call.app.catalog.with(|content| shown(&content.keyring)) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    name: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    only: Option<Vec<Permission>>,
    #[serde(default)]
    rows: Option<String>,
    #[serde(default)]
    days: Option<i64>,
}

impl NewToken {
    /// The role that is asked for.
    pub(super) fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// What is asked for. Without a role, that of whose token it is.
    pub(super) fn grant(self, own: Option<&str>, now: Timestamp) -> Result<Grant, Problem> {
        let role = self.role.as_deref().or(own).ok_or_else(|| Problem::bad("role is missing"))?;
        let mut grant = Grant::api(self.name, role_name(role)?);
        if let Some(only) = self.only {
            if only.is_empty() {
                return Err(Problem::bad("only names no permission; leave it out for all of the role"));
            }
            grant = grant.only(only);
        }
        if let Some(rows) = rows(self.rows)? {
            grant = grant.rows(rows);
        }
        if let Some(days) = self.days {
            if !(1..=DAYS_MAX).contains(&days) {
                return Err(Problem::bad(format!("days is not between 1 and {DAYS_MAX}")));
            }
            grant = grant.until(Timestamp(now.0 + days * DAY));
        }
        Ok(grant)
    }
}

/// The answer with a token that was just made, and its text.
pub(super) fn made(app: &App, minted: &Minted, now: Timestamp) -> Answer {
    let (entry, name) = app.catalog.with(|content| {
        let entry = content.keyring.tokens().find(|entry| entry.id == minted.id);
        let name = entry.map(|entry| entry.name.clone()).unwrap_or_default();
        (entry.map(|entry| Shown::of(entry, &content.keyring, now)), name)
    });
    let shown = json!({ "id": minted.id, "token": minted.token.expose(), "entry": entry });
    Ok(touched(json_with(StatusCode::CREATED, &shown)?, minted.id.as_str(), &name))
}

/// `POST /tokens`.
async fn make(scope: Scope, mut call: Call) -> Answer {
    let sent: NewToken = body::read(&mut call, BODY_BYTES_MAX).await?;
    let (now, random) = (clock::now(), catalog::random()?);
    let role = role_name(sent.role().unwrap_or_default())?;
    let grant = sent.grant(None, now)?;
    let minted = call.app.change(|content| {
        if !content.keyring.has_role(&role) {
            return Err(keys::Error::NoSuchRole.into());
        }
        check_gives(&content.keyring, &scope, &role)?;
        Ok::<_, Problem>(content.keyring.mint(grant, now, &random)?)
    })??;
    made(&call.app, &minted, now)
}

/// The id in the path.
pub(super) fn id(call: &Call) -> Result<TokenId, Problem> {
    TokenId::parse(call.segment("id").unwrap_or_default())
        .ok_or_else(|| Problem::missing("an id is eight letters and digits"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    #[serde(default = "day_hours")]
    overlap_hours: i64,
}

fn day_hours() -> i64 {
    24
}

impl Rotation {
    /// How long the old token stays good, in microseconds.
    pub(super) fn overlap(&self) -> Result<i64, Problem> {
        if (0..=OVERLAP_HOURS_MAX).contains(&self.overlap_hours) {
            return Ok(self.overlap_hours * HOUR);
        }
        Err(Problem::bad(format!("overlap_hours is not between 0 and {OVERLAP_HOURS_MAX}")))
    }
}

/// `POST /tokens/{id}/rotate`.
async fn rotate(scope: Scope, mut call: Call) -> Answer {
    let rotation: Rotation = body::read(&mut call, BODY_BYTES_MAX).await?;
    let (id, overlap) = (id(&call)?, rotation.overlap()?);
    let (now, random) = (clock::now(), catalog::random()?);
    let minted = call.app.change(|content| {
        let keyring = &mut content.keyring;
        let entry = keyring.tokens().find(|entry| entry.id == id).ok_or(keys::Error::NoSuchToken)?;
        // The new text is shown to whoever asks: so it must not be a person's, nor may more than they do.
        let May::Act { role, .. } = entry.may.clone() else {
            return Err(Problem::bad("a source's token is renewed with its source"));
        };
        if entry.user.is_some() {
            return Err(beyond());
        }
        check_gives(keyring, &scope, &role)?;
        Ok(keyring.rotate(&id, overlap, now, &random)?)
    })??;
    made(&call.app, &minted, now)
}

/// `DELETE /tokens/{id}`.
async fn revoke(_: Scope, call: Call) -> Answer {
    let id = id(&call)?;
    call.app.change(|content| content.keyring.revoke(&id, clock::now()))??;
    Ok(empty())
}

/// `GET /sessions`.
async fn sessions(scope: Scope, call: Call) -> Answer {
    let shown: Vec<ShownSession> = call.app.catalog.with(|content| {
        content.keyring.sessions(clock::now()).map(|session| ShownSession::of(session, &scope)).collect()
    });
    json(&json!({ "sessions": shown }))
}

/// `DELETE /sessions/{id}`.
async fn end_session(_: Scope, call: Call) -> Answer {
    let id = id(&call)?;
    if !call.app.change(|content| content.keyring.end_session_by_id(&id))? {
        return Err(Problem::missing("there is no such session"));
    }
    Ok(empty())
}
