//! Splunk's HTTP Event Collector: events, raw text, health, acknowledgements. Every answer is `{"text":…,"code":…}`; what the
//! codes mean is Splunk's.
//!
//! An acknowledgement is asked for by a channel, and its id is the sequence number of the last event that is durable: so
//! an id is good exactly when that event is, on any channel, also after a restart, and nothing is kept.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use intake::envelopes::{self, hec};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Does, Receiver, Way, given, header, json as answer_json, param, paths, wait};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::route::{About, presented};
use crate::take::Taken;

const META: &[&str] = &["host", "source", "sourcetype", "index"];

pub(super) static SPLUNK: Receiver = Receiver {
    ways: &[
        Way {
            methods: &[Method::POST],
            paths: paths![
                "/services/collector",
                "/services/collector/event",
                "/services/collector/event/1.0"
            ],
            about: About::new("Takes events as Splunk's HTTP Event Collector does.", &[], "HecAnswer"),
            does: Does::Take(&envelopes::HEC, |parts| given(parts, META)),
        },
        Way {
            methods: &[Method::POST],
            paths: paths!["/services/collector/raw", "/services/collector/raw/1.0"],
            about: About::new("Takes lines of text as Splunk's HTTP Event Collector does.", &[], "HecAnswer"),
            does: Does::Take(&envelopes::HEC_RAW, |parts| given(parts, META)),
        },
        Way {
            methods: &[Method::POST],
            paths: paths!["/services/collector/ack"],
            about: About::new("Says which deliveries are durable.", &[], "HecAcks"),
            does: Does::Tell(acks),
        },
        Way {
            methods: &[Method::GET],
            paths: paths!["/services/collector/health", "/services/collector/health/1.0"],
            about: About::new("Says that events are taken.", &[], "HecAnswer"),
            does: Does::TellAnyone("tells nothing but that the server answers", || {
                said(StatusCode::OK, "HEC is healthy", 17)
            }),
        },
    ],
    answer,
    refuse,
};

/// An answer, its members in the order in which Splunk writes them.
#[derive(Serialize)]
struct Said<'t> {
    text: &'t str,
    code: u8,
    #[serde(rename = "invalid-event-number", skip_serializing_if = "Option::is_none")]
    invalid: Option<u64>,
    #[serde(rename = "ackId", skip_serializing_if = "Option::is_none")]
    ack: Option<u64>,
}

fn said(status: StatusCode, text: &str, code: u8) -> Response {
    answer_json(status, &Said { text, code, invalid: None, ack: None })
}

fn channel(parts: &Parts) -> Option<String> {
    header(parts, "x-splunk-request-channel").map(str::to_owned).or_else(|| param(parts, "channel"))
}

fn answer(app: &App, parts: &Parts, taken: Result<&Taken, &Problem>) -> Response {
    let taken = match taken {
        Err(problem) => return refuse(parts, problem),
        // Firehose asks so whether somebody is there.
        Ok(taken) if taken.shell.is_empty => return said(StatusCode::BAD_REQUEST, "No data", 5),
        Ok(taken) if taken.is_waste() => return waste(taken),
        Ok(taken) => taken,
    };
    let durable = || taken.last_seq().unwrap_or_else(|| app.ledger.state().last_seq);
    let ack = channel(parts).map(|_| durable());
    answer_json(StatusCode::OK, &Said { text: "Success", code: 0, invalid: None, ack })
}

fn waste(taken: &Taken) -> Response {
    let reject = taken.rejects.first();
    let is = |reason: &intake::Reason| reject.is_some_and(|reject| reject.reason == reason.to_string());
    let (text, code) = match () {
        () if is(&hec::NO_EVENT) => ("Event field is required", 12),
        () if is(&hec::BLANK_EVENT) => ("Event field cannot be blank", 13),
        () => ("Invalid data format", 6),
    };
    let invalid = reject.map(|reject| reject.line.saturating_sub(1));
    answer_json(StatusCode::BAD_REQUEST, &Said { text, code, invalid, ack: None })
}

fn refuse(parts: &Parts, problem: &Problem) -> Response {
    let response = match problem.status() {
        StatusCode::UNAUTHORIZED => no_token(parts),
        StatusCode::FORBIDDEN => said(StatusCode::FORBIDDEN, "Invalid token", 4),
        StatusCode::INTERNAL_SERVER_ERROR => {
            said(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", 8)
        }
        // Senders take any other 4xx for the end of it.
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => {
            said(StatusCode::SERVICE_UNAVAILABLE, "Server is busy", 9)
        }
        StatusCode::PAYLOAD_TOO_LARGE => said(StatusCode::PAYLOAD_TOO_LARGE, "Request entity too large", 27),
        status => said(status, "Invalid data format", 6),
    };
    wait(response, problem)
}

fn no_token(parts: &Parts) -> Response {
    let path = parts.uri.path();
    let segment = path.strip_prefix("/i/").and_then(|rest| rest.split('/').next());
    match presented(parts, segment) {
        Some(_) => said(StatusCode::FORBIDDEN, "Invalid token", 4),
        None if parts.headers.contains_key("authorization") => {
            said(StatusCode::UNAUTHORIZED, "Invalid authorization", 3)
        }
        None => said(StatusCode::UNAUTHORIZED, "Token is required", 2),
    }
}

/// `{"acks":[0,1]}` becomes `{"acks":{"0":true,"1":false}}`.
fn acks(app: &App, parts: &Parts, body: &[u8]) -> Response {
    if channel(parts).is_none() {
        return said(StatusCode::BAD_REQUEST, "Data channel is missing", 10);
    }
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(ids) = asked.get("acks").and_then(Value::as_array) else {
        return said(StatusCode::BAD_REQUEST, "Invalid data format", 6);
    };
    let durable = app.ledger.state().last_seq;
    let acks = ids.iter().filter_map(Value::as_u64).map(|id| (id.to_string(), (id <= durable).into()));
    answer_json(StatusCode::OK, &json!({ "acks": acks.collect::<Map<_, _>>() }))
}
