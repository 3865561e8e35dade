//! The receivers that speak the protocols of others over HTTP. A new one is one file in `receivers/` and one line in
//! [`RECEIVERS`]. Each takes deliveries as the generic route does, with the same bounds, and answers as its senders
//! expect it: several accept one status only. Nothing here knows what a record means.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use intake::envelopes::{Envelope, Said};
use keys::Permission::EventsAppend;
use keys::Scope;
use serde::Serialize;

use crate::app::App;
use crate::http::answer::bytes_with;
use crate::http::error::Problem;
use crate::http::ingest::{deliver, small_body};
use crate::http::route::{About, Answer, Call, Route, open, route};
use crate::take::{self, Taken};

mod datadog;
mod elasticsearch;
mod firehose;
mod loki;
mod otlp;
mod splunk;

pub(crate) use otlp::partial_success;

/// A protocol that senders speak.
pub(crate) struct Receiver {
    /// What its senders may ask.
    pub(crate) ways: &'static [Way],
    /// What they are answered.
    pub(crate) answer: fn(&App, &Parts, Result<&Taken, &Problem>) -> Response,
    /// What they are told when they are not let in, or something is wrong.
    pub(crate) refuse: fn(&Parts, &Problem) -> Response,
}

/// Some addresses of a receiver.
pub(crate) struct Way {
    pub(crate) methods: &'static [Method],
    /// Each also with the token in front.
    pub(crate) paths: &'static [[&'static str; 2]],
    pub(crate) about: About,
    pub(crate) does: Does,
}

/// What happens there.
pub(crate) enum Does {
    /// Deliveries are taken; the function reads off the request what it says of them.
    Take(&'static Envelope, fn(&Parts) -> Said),
    /// A question is answered, to whoever has a token.
    Tell(fn(&App, &Parts, &[u8]) -> Response),
    /// A question is answered, to anyone, and why that is right.
    TellAnyone(&'static str, fn() -> Response),
}

/// Every receiver.
pub(crate) static RECEIVERS: &[&Receiver] = &[
    &firehose::FIREHOSE,
    &elasticsearch::ELASTICSEARCH,
    &loki::LOKI,
    &otlp::OTLP,
    &splunk::SPLUNK,
    &datadog::DATADOG,
];

/// Paths as they are, and behind `/i/{token}`.
macro_rules! paths {
    ($($path:literal),* $(,)?) => { &[$([$path, concat!("/i/{token}", $path)]),*] };
}
use paths;

/// Their routes.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for receiver in RECEIVERS {
        for way in receiver.ways {
            for path in way.paths.iter().flatten() {
                routes.extend(way.methods.iter().map(|method| made(receiver, way, method.clone(), path)));
            }
        }
    }
    routes
}

fn made(receiver: &'static Receiver, way: &'static Way, method: Method, path: &'static str) -> Route {
    let made = match way.does {
        Does::Take(envelope, said) => {
            let handle = move |scope, call| receive(receiver, envelope, said, scope, call);
            route(EventsAppend, method, path, handle, way.about)
        }
        Does::Tell(tell) => route(EventsAppend, method, path, move |_, call| answer(tell, call), way.about),
        Does::TellAnyone(why, tell) => {
            open(why, method, path, move |_| std::future::ready(Ok(tell())), way.about)
        }
    };
    made.refused_by(receiver.refuse)
}

/// Takes a delivery.
async fn receive(
    receiver: &Receiver,
    envelope: &'static Envelope,
    said: fn(&Parts) -> Said,
    scope: Scope,
    mut call: Call,
) -> Answer {
    let app = Arc::clone(&call.app);
    let source = scope.principal().source().ok_or_else(Problem::unauthorized)?;
    let said = said(&call.parts);
    let reader = take::reader(&app, source, None)?;
    let taken = deliver(&mut call, source, reader, Some((envelope, said))).await;
    Ok((receiver.answer)(&app, &call.parts, taken.as_ref()))
}

async fn answer(tell: fn(&App, &Parts, &[u8]) -> Response, mut call: Call) -> Answer {
    let body = small_body(&mut call).await?;
    Ok(tell(&call.app, &call.parts, &body))
}

/// A header as text.
fn header<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}

/// A parameter of the address.
fn param(parts: &Parts, name: &str) -> Option<String> {
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(found, text)| found == name && !text.is_empty()).map(|(_, text)| text.into_owned())
}

/// Those of some parameters that are given, as names and values.
fn given(parts: &Parts, names: &[&str]) -> Said {
    let context = names.iter().filter_map(|name| Some(((*name).to_owned(), param(parts, name)?))).collect();
    Said { id: None, context }
}

/// JSON, written without white space.
fn json(status: StatusCode, value: &impl Serialize) -> Response {
    bytes_with(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
}

/// Says how long to wait, where that helps.
fn wait(mut response: Response, problem: &Problem) -> Response {
    if let Some(seconds) = problem.wait_s() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// An answer without a body that says so with its length.
fn nothing(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Why a delivery of which nothing was understood is refused.
fn first_reason(taken: &Taken) -> &str {
    taken.rejects.first().map_or("nothing in it could be understood", |reject| reject.reason.as_str())
}
