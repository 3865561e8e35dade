//! Calls of routes that name an action: what changes something is in the operator trail, durably, before it happens,
//! and what shows or hands out events before the answer leaves. What cannot be recorded is not done.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use event::Act;
use http_body::Frame;
use http_body_util::BodyExt as _;
use keys::{Principal, PrincipalKind, Scope};
use serde_json::{Map, Value, json};

use super::error::Problem;
use super::route::{Answer, Call};
use crate::app::App;
use crate::trail::actions::{ACCESS_DENIED, API_READ, Action, Verb};
use crate::trail::levels::Level;
use crate::trail::{self, Unrecorded, glanced, look};
use crate::{clock, log};

/// Bytes of a body that are kept; of a larger one it is only said how large it said it is.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Characters of a tried name that are kept; no account has a longer one.
const TRIED_CHARS_MAX: usize = 64;

/// The other end of the connection.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// What only the handler knows of an act: put into the answer's extensions.
#[derive(Clone, Default)]
pub(crate) struct Touched {
    /// Who turned out to have asked.
    pub(crate) operator: Option<Principal>,
    /// The id of what was made.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
}

/// Says what an answer is about.
pub(crate) fn touched(mut answer: Response, id: &str, name: &str) -> Response {
    answer.extensions_mut().insert(Touched { operator: None, id: id.to_owned(), name: name.to_owned() });
    answer
}

impl From<Unrecorded> for Problem {
    fn from(error: Unrecorded) -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the operator trail cannot be written, so this was not done",
        )
        .retry_after_s(10)
        .remedy("make room on the disk or raise trail_bytes_max; the server's log says what failed")
        .logged(log::error, "an act could not be recorded and was not done", &error)
    }
}

/// Answers a call of a route with an action. `handle` is the route's handler with what the guard found.
pub(super) async fn answer<F>(
    action: &'static Action,
    scope: Option<&Scope>,
    mut call: Call,
    handle: impl FnOnce(Call) -> F,
) -> Answer
where
    F: Future<Output = Answer>,
{
    let app = Arc::clone(&call.app);
    let level = app.trail.levels.of(action);
    let mut act = begun(action, scope, &call)?;
    if call.parts.method.is_safe() {
        let keeps_request = level >= Level::Request;
        let uri = &call.parts.uri;
        // Without its parameters one question is like the other.
        let asks = if keeps_request { uri.to_string() } else { uri.path().to_owned() };
        let question = (act.operator.clone(), act.address.clone(), action.code, asks);
        act.request = if keeps_request { asked(&call, None) } else { String::new() };
        let answer = handle(call).await?;
        if level > Level::None && app.trail.recent.is_new(&question, act.time) {
            act.outcome = "success".to_owned();
            act.status = answer.status().as_str().to_owned();
            app.trail.record(act).await.inspect_err(|_| app.trail.recent.forget(&question))?;
        }
        return Ok(answer);
    }
    if scope.is_none() {
        app.strangers.admit(address(&call), act.time)?;
    }
    let body = body(action, &mut call).await?;
    if level >= Level::Request {
        act.request = asked(&call, body.as_ref());
    }
    name(&mut act, body.as_ref());
    let state = |act: &Act| {
        let now =
            (level >= Level::Response).then(|| look(&app, action.resource_type, &act.resource_id)).flatten();
        now.map(|now| now.to_string())
    };
    act.before = state(&act).unwrap_or_default();
    if level == Level::None {
        return handle(call).await;
    }
    app.trail.record(act.clone()).await?;
    let answer = handle(call).await;
    let mut end = ended(&act, &answer);
    if answer.is_ok() {
        let id = if end.resource_id.is_empty() { &act } else { &end };
        end.after = state(id).unwrap_or_default();
    }
    if let Err(error) = app.trail.end(end).await {
        // It is done; the trail has that it was begun.
        log::error(
            "what became of an act was not recorded",
            &[("request", &act.request_id), ("error", &error)],
        );
    }
    answer
}

/// The act of a caller who is known and not let in.
pub(super) fn refusal(
    action: Option<&'static Action>,
    principal: &Principal,
    call: &Call,
) -> Result<Act, Unrecorded> {
    let mut act = begun(action.unwrap_or(ACCESS_DENIED), None, call)?;
    by(&mut act, principal);
    act.outcome = "denied".to_owned();
    act.status = "403".to_owned();
    act.detail = format!("{} {}", call.parts.method, call.parts.uri.path());
    Ok(act)
}

/// A read that no action names: of totals, of lists. Nothing where the settings want none of it; never what was asked.
pub(super) fn read(scope: &Scope, call: &Call, route: &str) -> Option<Act> {
    if !call.parts.method.is_safe() || call.app.trail.levels.of(API_READ) == Level::None {
        return None;
    }
    let mut act = begun(API_READ, Some(scope), call).ok()?;
    (act.resource_id, act.resource_name) = (route.to_owned(), String::new());
    (act.outcome, act.status) = ("success".to_owned(), "200".to_owned());
    Some(act)
}

/// Records it, once an hour for the same route and operator; the answer does not wait for the disk.
pub(super) async fn was_read(app: &Arc<App>, act: Option<Act>) {
    let Some(act) = act else { return };
    let question = (act.operator.clone(), act.address.clone(), act.code.clone(), act.resource_id.clone());
    glanced(app, question, act, |error| {
        // Nothing of a single call was shown.
        log::error("a read could not be recorded", &[("error", &error)]);
    })
    .await;
}

/// Records it.
pub(super) async fn refused(app: &App, act: Result<Act, Unrecorded>) {
    let Ok(act) = act else { return };
    if app.trail.recent.is_new((&act.operator, &act.address, &act.detail), act.time)
        && let Err(error) = app.trail.record(act).await
    {
        // It is refused in any case.
        log::error("a refused call could not be recorded", &[("error", &error)]);
    }
}

fn begun(action: &'static Action, scope: Option<&Scope>, call: &Call) -> Result<Act, Unrecorded> {
    let headers = &call.parts.headers;
    let agent = text(headers, header::USER_AGENT);
    let source = match headers.contains_key(header::AUTHORIZATION) {
        false => "dashboard",
        true if agent.starts_with("gatelog/") => "cli",
        true => "api",
    };
    let mut act = trail::act(action, source, clock::now())?;
    act.agent = agent;
    act.address = address(call).map(|address| address.to_string()).unwrap_or_default();
    if let Some((_, id)) = call.path.first() {
        act.resource_id.clone_from(id);
        act.resource_name = call.segment("name").unwrap_or_default().to_owned();
    }
    if let Some(scope) = scope {
        by(&mut act, scope.principal());
    }
    Ok(act)
}

fn by(act: &mut Act, principal: &Principal) {
    act.operator = principal.name().to_owned();
    act.token = principal.token().to_string();
    act.operator_kind = match principal.kind() {
        PrincipalKind::Person => "person",
        PrincipalKind::Machine | PrincipalKind::Ingest => "machine",
    }
    .to_owned();
}

fn ended(act: &Act, answer: &Answer) -> Act {
    let (outcome, status, detail) = match answer {
        Ok(answer) => ("success", answer.status(), String::new()),
        Err(problem) if [401, 403].contains(&problem.status().as_u16()) => {
            ("denied", problem.status(), problem.detail().to_owned())
        }
        Err(problem) => ("failure", problem.status(), problem.detail().to_owned()),
    };
    let mut end = trail::end_of(act, outcome, clock::now());
    (end.status, end.detail) = (status.as_str().to_owned(), detail);
    if let Some(touched) = answer.as_ref().ok().and_then(|answer| answer.extensions().get::<Touched>()) {
        end.resource_id.clone_from(&touched.id);
        end.resource_name.clone_from(&touched.name);
        if let Some(principal) = &touched.operator {
            by(&mut end, principal);
        }
    }
    end
}

/// Who is at the other end. A proxy of our own on this machine names the client last; of other proxies those are
/// believed that the settings trust.
pub(super) fn address(call: &Call) -> Option<IpAddr> {
    let Peer(peer) = call.parts.extensions.get::<Peer>().copied()?;
    let (peer, headers) = (peer.ip().to_canonical(), &call.parts.headers);
    Some(match peer.is_loopback() && !call.app.config.public_url.is_empty() {
        true => {
            let forwarded = text(headers, "x-forwarded-for");
            forwarded.rsplit(',').next().and_then(|last| last.trim().parse().ok()).unwrap_or(peer)
        }
        false => {
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            call.app.known.get().proxies.client_of(peer, header)
        }
    })
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The parameters and the body of a call, as JSON.
fn asked(call: &Call, body: Option<&Value>) -> String {
    let query = call.parts.uri.query().unwrap_or_default();
    let params: Map<String, Value> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    let mut asked = Map::new();
    if !params.is_empty() {
        asked.insert("params".to_owned(), Value::Object(params));
    }
    if let Some(body) = body {
        asked.insert("body".to_owned(), body.clone());
    }
    if asked.is_empty() { String::new() } else { Value::Object(asked).to_string() }
}

/// The name of what is made stands in the body.
fn name(act: &mut Act, body: Option<&Value>) {
    let name = body.and_then(|body| body.get("name")).and_then(Value::as_str).unwrap_or_default();
    if act.resource_name.is_empty() {
        name.clone_into(&mut act.resource_name);
    }
    if act.resource_id.is_empty() && act.resource_type == "source" {
        name.clone_into(&mut act.resource_id);
    }
}

/// The body of a call, when it is small and may be kept; the handler gets it all the same.
async fn body(action: &Action, call: &mut Call) -> Result<Option<Value>, Problem> {
    let is_sign_in = action.verb == Verb::SignIn;
    if !action.keeps_body && !is_sign_in {
        return Ok(None);
    }
    let mut rest = std::mem::take(&mut call.body);
    let mut first = BytesMut::new();
    let limit = Duration::from_millis(call.app.config.body_grace_ms);
    let read = async {
        while first.len() <= BODY_BYTES_MAX {
            match rest.frame().await {
                Some(Ok(frame)) => first.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(_)) => return Err(Problem::bad("the body broke off")),
                None => return Ok(true),
            }
        }
        Ok(false)
    };
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body arrived too slowly");
    let is_whole = tokio::time::timeout(limit, read).await.map_err(slow)??;
    let first = first.freeze();
    let kept = match (is_whole, serde_json::from_slice(&first)) {
        _ if first.is_empty() => None,
        (true, Ok(kept)) => Some(kept),
        // Neither a part nor another form: a secret in it might not be recognised.
        (true, Err(_)) => Some(json!({ "bytes": first.len() })),
        (false, _) => Some(json!({ "bytes": text(&call.parts.headers, header::CONTENT_LENGTH) })),
    };
    call.body = Body::new(Again { first, rest });
    Ok(if is_sign_in { kept.and_then(|body| tried(&call.app, &body)) } else { kept })
}

/// Of a sign-in only the name that was tried is kept: as it is when someone has it, else masked like a secret, since
/// people type passwords into the wrong field.
fn tried(app: &App, body: &Value) -> Option<Value> {
    let name = body.get("name")?.as_str()?.trim();
    let is_known = app.catalog.with(|content| content.keyring.user(name).is_some());
    let short: String = name.chars().take(TRIED_CHARS_MAX).collect();
    Some(if is_known { json!({ "name": short }) } else { json!({ "credential": short }) })
}

/// A body of which the beginning was read already.
struct Again {
    first: Bytes,
    rest: Body,
}

impl http_body::Body for Again {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.first)))));
        }
        if self.rest.is_end_stream() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.rest).poll_frame(context)
    }
}
