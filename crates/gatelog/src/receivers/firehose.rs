//! Amazon Data Firehose's HTTP endpoint delivery, version 1.0. It takes 200 with the id of its request and nothing else for a
//! success, and throws away for good what is answered with 413: so that is never said. What is refused with any other
//! status it sends again, and then to the bucket for failures.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use intake::envelopes::{self, Said};
use serde::Serialize;
use serde_json::Value;

use super::{Does, Receiver, Way, header, json as answer_json, paths, wait};
use crate::app::App;
use crate::clock;
use crate::http::error::Problem;
use crate::http::route::About;
use crate::take::Taken;

/// What an answer may say of an error, in bytes; Firehose reads 8,192 characters.
const MESSAGE_BYTES_MAX: usize = 2_000;

pub(super) static FIREHOSE: Receiver = Receiver {
    ways: &[Way {
        methods: &[Method::POST],
        paths: paths!["/firehose"],
        about: About::new("Takes deliveries of Amazon Data Firehose.", &[], "FirehoseAnswer"),
        does: Does::Take(&envelopes::FIREHOSE, said),
    }],
    answer,
    refuse,
};

const REQUEST_ID: &str = "x-amz-firehose-request-id";

/// `X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"account":"prod"}}`
fn said(parts: &Parts) -> Said {
    let attributes = header(parts, "x-amz-firehose-common-attributes");
    let attributes: Value = attributes.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let pairs = attributes.get("commonAttributes").and_then(Value::as_object).into_iter().flatten();
    let context =
        pairs.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    Said { id: header(parts, REQUEST_ID).map(str::to_owned), context }
}

fn answer(_: &App, parts: &Parts, taken: Result<&Taken, &Problem>) -> Response {
    match taken {
        Err(problem) => refuse(parts, problem),
        // A record that is bad would be as bad the next time.
        Ok(taken) if taken.shell.malformed && taken.is_waste() => {
            let problem = Problem::bad(super::first_reason(taken));
            refused(taken.shell.id.as_deref(), &problem)
        }
        Ok(taken) => answer_json(StatusCode::OK, &said_of(taken.shell.id.as_deref(), None)),
    }
}

fn refuse(parts: &Parts, problem: &Problem) -> Response {
    refused(header(parts, REQUEST_ID), problem)
}

fn refused(id: Option<&str>, problem: &Problem) -> Response {
    let status = match problem.status() {
        StatusCode::PAYLOAD_TOO_LARGE => StatusCode::BAD_REQUEST,
        status => status,
    };
    let detail = problem.detail();
    let end = (0..=MESSAGE_BYTES_MAX.min(detail.len())).rev().find(|end| detail.is_char_boundary(*end));
    let message = detail.get(..end.unwrap_or(0));
    wait(answer_json(status, &said_of(id, message)), problem)
}

/// An answer, its members in the order of Amazon's documentation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'t> {
    request_id: &'t str,
    timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'t str>,
}

fn said_of<'t>(id: Option<&'t str>, error_message: Option<&'t str>) -> Answer<'t> {
    Answer { request_id: id.unwrap_or(""), timestamp: clock::now().0 / 1_000, error_message }
}
