//! Datadog's intake of logs: 202 of the second version, 200 of the first. Errors are lists, as Datadog's clients read them.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use intake::envelopes;
use serde_json::json;

use super::{Does, Receiver, Way, first_reason, given, json as answer_json, paths, wait};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::route::About;
use crate::take::Taken;

const META: &[&str] = &["ddsource", "ddtags", "hostname", "service"];
const FIRST: About =
    About::new("Takes logs as the first version of Datadog's intake does.", &[], "DatadogAnswer");

pub(super) static DATADOG: Receiver = Receiver {
    ways: &[
        Way {
            methods: &[Method::POST],
            paths: paths!["/datadog/api/v2/logs", "/api/v2/logs"],
            about: About::new("Takes logs as Datadog's intake does.", &[], "DatadogAnswer").status(202),
            does: Does::Take(&envelopes::DATADOG, |parts| given(parts, META)),
        },
        Way {
            methods: &[Method::POST],
            paths: paths!["/datadog/v1/input", "/v1/input"],
            about: FIRST,
            does: Does::Take(&envelopes::DATADOG, |parts| given(parts, META)),
        },
        Way {
            methods: &[Method::POST],
            // The key is the token.
            paths: &[["/datadog/v1/input/{token}", "/v1/input/{token}"]],
            about: FIRST,
            does: Does::Take(&envelopes::DATADOG, |parts| given(parts, META)),
        },
        Way {
            methods: &[Method::GET],
            paths: paths!["/datadog/api/v1/validate", "/api/v1/validate"],
            about: About::new("Says that a token is good, as Datadog's agents ask it.", &[], "DatadogValid"),
            does: Does::Tell(|_, _, _| answer_json(StatusCode::OK, &json!({ "valid": true }))),
        },
    ],
    answer,
    refuse,
};

fn answer(_: &App, parts: &Parts, taken: Result<&Taken, &Problem>) -> Response {
    match taken {
        Err(problem) => refuse(parts, problem),
        Ok(taken) if taken.is_waste() => errors(StatusCode::BAD_REQUEST, first_reason(taken)),
        Ok(_) if parts.uri.path().contains("/v1/input") => answer_json(StatusCode::OK, &json!({})),
        Ok(_) => answer_json(StatusCode::ACCEPTED, &json!({})),
    }
}

fn refuse(_: &Parts, problem: &Problem) -> Response {
    wait(errors(problem.status(), problem.detail()), problem)
}

fn errors(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let error = json!({ "status": status.as_u16().to_string(), "title": title, "detail": detail });
    answer_json(status, &json!({ "errors": [error] }))
}
