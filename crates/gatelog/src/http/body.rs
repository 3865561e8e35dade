//! Small JSON bodies: of the right kind, bounded in size and time. What senders deliver is read elsewhere.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::error::Problem;
use super::route::Call;

/// Reads the body of a call as JSON of at most so many bytes.
pub(crate) async fn read<T: DeserializeOwned>(call: &mut Call, bytes_max: usize) -> Result<T, Problem> {
    if !is_json(&call.parts.headers) {
        // A form of another site can send text and forms, not JSON.
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json"));
    }
    let body = Limited::new(std::mem::take(&mut call.body), bytes_max).collect();
    let limit = Duration::from_millis(call.app.config.body_grace_ms);
    let bytes = timeout(limit, body)
        .await
        .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body arrived too slowly"))?
        .map_err(|error| match error.is::<LengthLimitError>() {
            true => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is larger than {bytes_max} bytes"),
            ),
            false => Problem::bad("the body broke off"),
        })?
        .to_bytes();
    serde_json::from_slice(&bytes).map_err(|error| wrong(&error))
}

/// That a body does not have the shape it should.
pub(crate) fn wrong(error: &serde_json::Error) -> Problem {
    Problem::bad(format!("the body is not as it should be: {error}"))
        .remedy("/api/v1/openapi.json describes it")
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
