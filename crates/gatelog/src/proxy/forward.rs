//! One call through a proxy: who it is, whether they may, what is there before; then the change is recorded, handed on as
//! it came, and what became of it is added. Knows no sockets.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::Request;
use hyper::body::Incoming;
use relay::upstream::{Line, Lost};
use serde_json::Value;
use tokio::sync::Mutex;

use super::Proxy;
use super::act::{self, Before, Call};
use super::body::{self, BODY_FORWARDED_BYTES_MAX, BODY_KEPT_BYTES_MAX};
use super::operator::{self, From, Operator};
use super::resource::CONFIG;
use super::setup::May;
use super::tee::Tee;
use super::tool;
use super::watch::Watched;
use crate::app::App;
use crate::http::error::Problem;
use crate::{clock, http, log};

/// Headers that would make the look before a change another one than a plain look.
const OF_THE_CHANGE: &[&str] = &[
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "accept-encoding",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "range",
];

/// A connection of an operator, and the one to the gateway that goes with it.
pub(super) struct Visit {
    pub(super) app: Arc<App>,
    pub(super) proxy: Arc<Proxy>,
    pub(super) from: From,
    pub(super) line: Mutex<Line<Body>>,
}

type Answer = Result<Response, Problem>;

impl Visit {
    /// Answers a call.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response {
        self.handle(request).await.unwrap_or_else(Problem::into_response)
    }

    async fn handle(&self, request: Request<Incoming>) -> Answer {
        let (mut parts, body) = request.into_parts();
        let (plan, numbers) = (&self.proxy.plan, &self.proxy.numbers);
        let refused = |problem: Problem| {
            numbers.refused.fetch_add(1, Ordering::Relaxed);
            problem
        };
        let operator = operator::operator(&self.app, plan, &self.from, &parts.headers).map_err(refused)?;
        if parts.method == Method::CONNECT {
            return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "CONNECT is no call of an Admin API"));
        }
        let call = self.call(operator, &parts);
        let wanted = if call.target.is_change { May::Change } else { May::Read };
        if !plan.allows(&call.operator.role, wanted, call.target.resource_type) {
            self.denied(&call).await;
            return Err(refused(
                Problem::new(StatusCode::FORBIDDEN, "your role may not do this through this proxy")
                    .remedy("`allow` of this [[proxy]] in the settings says which roles may"),
            ));
        }
        operator::strip(&mut parts, plan, self.proxy.lent.as_ref());
        parts.uri = parts.uri.path_and_query().cloned().map(Into::into).unwrap_or_default();
        match call.target.is_change {
            true => self.change(call, parts, body).await,
            false => self.read(&call, parts, body).await,
        }
    }

    fn call(&self, operator: Operator, parts: &Parts) -> Call {
        let plan = &self.proxy.plan;
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let agent =
            parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let target = plan.kind.target(&parts.method, path, http::canonical(path));
        let tool = tool::of(plan.kind, agent, query);
        let change_set = match tool.is_declarative() || target.resource_type == CONFIG {
            true => self.proxy.sets.of(&operator.name, agent, target.is_change, plan.gap, Instant::now()),
            false => String::new(),
        };
        Call {
            operator,
            target,
            tool,
            change_set,
            agent: agent.to_owned(),
            address: self.from.peer.ip().to_canonical().to_string(),
            method: parts.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
        }
    }

    async fn read(&self, call: &Call, parts: Parts, body: Incoming) -> Answer {
        self.proxy.numbers.reads.fetch_add(1, Ordering::Relaxed);
        let answer =
            self.send(Request::from_parts(parts, Body::new(Limited::new(body, BODY_FORWARDED_BYTES_MAX))));
        let answer = answer.await.map_err(|lost| self.lost(&lost))?;
        if self.proxy.plan.records_reads {
            self.looked(call, answer.status()).await?;
        }
        Ok(answer.map(Body::new))
    }

    async fn change(&self, call: Call, parts: Parts, body: Incoming) -> Answer {
        self.proxy.numbers.changes.fetch_add(1, Ordering::Relaxed);
        self.proxy.times.changed.is_now();
        let (asked, body) =
            body::begun(&parts.headers, body, Duration::from_millis(self.app.config.body_grace_ms)).await?;
        let before = self.before(&call, &parts, asked.as_ref()).await;
        let act = act::begun(&self.proxy.plan, &call, Some(before), asked, &self.app.rules, clock::now())?;
        let begun = self.begin(act).await?;
        let watched = Watched::begins(&self.proxy, begun.as_ref().map(|begun| begun.act.clone()));
        let answer = match self.send(Request::from_parts(parts, body)).await {
            Ok(answer) => answer,
            Err(lost) => {
                let end = begun.as_ref().map(|begun| act::lost(&begun.act, &lost, clock::now()));
                watched.ends(end.as_ref(), &self.app.rules);
                if let Some((begun, end)) = begun.zip(end) {
                    begun.ends(&self.app, &self.proxy, end);
                }
                return Err(self.lost(&lost));
            }
        };
        let (head, body) = answer.into_parts();
        let (app, proxy) = (Arc::clone(&self.app), Arc::clone(&self.proxy));
        let (status, encoding) = (head.status, head.headers.get(header::CONTENT_ENCODING).cloned());
        let then = move |seen| {
            let Some(begun) = begun else { return };
            let answer = body::read(seen, encoding.as_ref());
            let end = act::ended(proxy.plan.kind, &begun.act, status, answer, &app.rules, clock::now());
            watched.ends(Some(&end), &app.rules);
            begun.ends(&app, &proxy, end);
        };
        Ok(Response::from_parts(head, Body::new(Tee::new(body, BODY_KEPT_BYTES_MAX, then))))
    }

    /// What is there before a change, as the operator would see it.
    async fn before(&self, call: &Call, parts: &Parts, asked: Option<&Value>) -> Before {
        let Some(path) = call.thing(asked) else { return Before::Unasked };
        let mut headers = HeaderMap::new();
        for (name, value) in parts.headers.iter().filter(|(name, _)| !OF_THE_CHANGE.contains(&name.as_str()))
        {
            headers.append(name.clone(), value.clone());
        }
        let target = if call.query.is_empty() { path } else { format!("{path}?{}", call.query) };
        let Ok(mut request) = Request::get(target).body(Body::empty()) else { return Before::Unasked };
        *request.headers_mut() = headers;
        let answer = match self.send(request).await {
            Ok(answer) => answer,
            Err(lost) => return Before::Unread(lost.to_string()),
        };
        let status = answer.status();
        let body = Limited::new(answer.into_body(), BODY_KEPT_BYTES_MAX).collect().await;
        match (status, body) {
            (StatusCode::NOT_FOUND, _) => Before::Missing,
            (status, Ok(body)) if status.is_success() => match serde_json::from_slice(&body.to_bytes()) {
                Ok(answer) => Before::Found(self.proxy.plan.kind.value(answer)),
                Err(_) => Before::Unread("it is no JSON".to_owned()),
            },
            (status, Ok(_)) => Before::Unread(format!("the gateway answered {}", status.as_u16())),
            (_, Err(_)) => {
                Before::Unread(format!("it has more than {BODY_KEPT_BYTES_MAX} bytes, or broke off"))
            }
        }
    }

    /// Hands a request on; the answer without what is about the connection only.
    async fn send(&self, request: Request<Body>) -> Result<hyper::Response<Incoming>, Lost> {
        let mut answer = self.line.lock().await.send(request).await?;
        self.proxy.times.answered.is_now();
        *answer.version_mut() = axum::http::Version::HTTP_11;
        for name in [header::CONNECTION, header::UPGRADE, header::HeaderName::from_static("keep-alive")] {
            answer.headers_mut().remove(name);
        }
        Ok(answer)
    }

    fn lost(&self, lost: &Lost) -> Problem {
        self.proxy.numbers.unreachable.fetch_add(1, Ordering::Relaxed);
        self.proxy.times.lost.is_now();
        Problem::new(StatusCode::BAD_GATEWAY, "the Admin API behind this proxy did not answer").logged(
            log::error,
            "an Admin API did not answer",
            lost,
        )
    }
}

/// The header value of a secret: one that is not shown in logs.
pub(super) fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text.trim()).ok()?;
    value.set_sensitive(true);
    Some(value)
}
