//! Loki's push. 204 is a success, 429 says that it was too much, 400 is not sent again. Errors are plain text.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use intake::envelopes::{self, Said};

use super::{Does, Receiver, Way, first_reason, nothing, paths, wait};
use crate::app::App;
use crate::http::answer::bytes_with;
use crate::http::error::Problem;
use crate::http::route::About;
use crate::take::Taken;

pub(super) static LOKI: Receiver = Receiver {
    ways: &[
        Way {
            methods: &[Method::POST],
            paths: paths!["/loki/api/v1/push", "/api/prom/push"],
            about: About::new("Takes streams as Loki does, JSON or Protocol Buffers.", &[], "Nothing")
                .status(204),
            does: Does::Take(&envelopes::LOKI, said),
        },
        Way {
            methods: &[Method::GET],
            paths: paths!["/ready", "/loki/ready"],
            about: About::new("Says that deliveries are taken, as Loki does.", &[], "Text"),
            does: Does::TellAnyone("tells nothing but that the server answers", ready),
        },
    ],
    answer,
    refuse,
};

/// Several senders name a tenant; it is kept with the event.
fn said(parts: &Parts) -> Said {
    let tenant = super::header(parts, "x-scope-orgid").filter(|tenant| *tenant != "fake");
    let context = tenant.map(|tenant| ("tenant".to_owned(), tenant.to_owned())).into_iter().collect();
    Said { id: None, context }
}

fn ready() -> Response {
    text(StatusCode::OK, "ready\n")
}

fn answer(_: &App, parts: &Parts, taken: Result<&Taken, &Problem>) -> Response {
    match taken {
        Err(problem) => refuse(parts, problem),
        Ok(taken) if taken.is_waste() => text(StatusCode::BAD_REQUEST, first_reason(taken)),
        Ok(_) => nothing(StatusCode::NO_CONTENT),
    }
}

fn refuse(_: &Parts, problem: &Problem) -> Response {
    let status = match problem.status() {
        StatusCode::SERVICE_UNAVAILABLE => StatusCode::TOO_MANY_REQUESTS,
        status => status,
    };
    wait(text(status, problem.detail()), problem)
}

fn text(status: StatusCode, text: &str) -> Response {
    bytes_with(status, "text/plain; charset=utf-8", text.to_owned())
}
