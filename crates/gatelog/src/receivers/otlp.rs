//! OpenTelemetry's logs over HTTP. The answer speaks as the request does, Protocol Buffers or JSON. Exporters send again
//! after 429, 502, 503 and 504 only, so that nothing of ours is ever a 500.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use intake::envelopes::{self, Said};
use serde_json::json;

use super::{Does, Receiver, Way, first_reason, header, json as answer_json, paths, wait};
use crate::app::App;
use crate::http::answer::bytes_with;
use crate::http::error::Problem;
use crate::http::route::About;
use crate::take::Taken;

pub(super) static OTLP: Receiver = Receiver {
    ways: &[Way {
        methods: &[Method::POST],
        paths: paths!["/v1/logs", "/otlp/v1/logs"],
        about: About::new("Takes logs of OpenTelemetry, Protocol Buffers or JSON.", &[], "OtlpAnswer"),
        does: Does::Take(&envelopes::OTLP, |_| Said::default()),
    }],
    answer,
    refuse,
};

/// What went wrong, as gRPC numbers it.
const INVALID_ARGUMENT: u8 = 3;
const PERMISSION_DENIED: u8 = 7;
const UNAVAILABLE: u8 = 14;
const UNAUTHENTICATED: u8 = 16;

fn is_json(parts: &Parts) -> bool {
    header(parts, "content-type").is_some_and(|kind| kind.contains("json"))
}

fn answer(_: &App, parts: &Parts, taken: Result<&Taken, &Problem>) -> Response {
    let taken = match taken {
        Err(problem) => return refuse(parts, problem),
        Ok(taken) if taken.shell.malformed && taken.is_waste() => {
            return status(parts, StatusCode::BAD_REQUEST, INVALID_ARGUMENT, first_reason(taken));
        }
        Ok(taken) => taken,
    };
    let reason = if taken.rejected > 0 { first_reason(taken) } else { "" };
    if is_json(parts) {
        let partial = match taken.rejected {
            0 => json!({}),
            rejected => json!({ "partialSuccess":
                { "rejectedLogRecords": rejected.to_string(), "errorMessage": reason } }),
        };
        return answer_json(StatusCode::OK, &partial);
    }
    bytes_with(StatusCode::OK, PROTOBUF, partial_success(taken))
}

/// `ExportLogsServiceResponse{partial_success=1{rejected_log_records=1, error_message=2}}`; empty when nothing was
/// rejected.
pub(crate) fn partial_success(taken: &Taken) -> Vec<u8> {
    let mut message = Vec::new();
    if taken.rejected > 0 {
        let mut partial = vec![0x08];
        varint(taken.rejected, &mut partial);
        bytes(2, first_reason(taken).as_bytes(), &mut partial);
        bytes(1, &partial, &mut message);
    }
    message
}

fn refuse(parts: &Parts, problem: &Problem) -> Response {
    let (code, number) = match problem.status() {
        StatusCode::UNAUTHORIZED => (StatusCode::UNAUTHORIZED, UNAUTHENTICATED),
        StatusCode::FORBIDDEN => (StatusCode::FORBIDDEN, PERMISSION_DENIED),
        StatusCode::REQUEST_TIMEOUT | StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE => {
            (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE)
        }
        other => (other, INVALID_ARGUMENT),
    };
    wait(status(parts, code, number, problem.detail()), problem)
}

const PROTOBUF: &str = "application/x-protobuf";

/// `google.rpc.Status{code=1, message=2}`
fn status(parts: &Parts, code: StatusCode, number: u8, text: &str) -> Response {
    if is_json(parts) {
        return answer_json(code, &json!({ "code": number, "message": text }));
    }
    let mut message = vec![0x08, number];
    bytes(2, text.as_bytes(), &mut message);
    bytes_with(code, PROTOBUF, message)
}

/// A field with bytes inside.
fn bytes(field: u8, inside: &[u8], out: &mut Vec<u8>) {
    out.push(field << 3 | 2);
    varint(inside.len() as u64, out);
    out.extend_from_slice(inside);
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
