//! Bodies of changes: the beginning is read, to be recorded; all of it goes on. Knows no operator and no trail.

use std::io::Read as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body::Frame;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::{Map, Value, json};

use super::tee::Seen;
use crate::http::error::Problem;

/// Bytes of a body that are read to be recorded; of a larger one only its size is.
pub(super) const BODY_KEPT_BYTES_MAX: usize = 256 << 10;
/// Bytes of a body that are handed on.
pub(super) const BODY_FORWARDED_BYTES_MAX: usize = 64 << 20;

type Rest = Limited<Incoming>;

/// Reads the beginning of a body: what was asked, as JSON, and the body to hand on.
pub(super) async fn begun(
    headers: &HeaderMap,
    body: Incoming,
    grace: Duration,
) -> Result<(Option<Value>, Body), Problem> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_FORWARDED_BYTES_MAX as u64) {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a body of more than {BODY_FORWARDED_BYTES_MAX} bytes is not handed on"),
        ));
    }
    let mut rest = Limited::new(body, BODY_FORWARDED_BYTES_MAX);
    let mut first = BytesMut::new();
    let read = async {
        while first.len() <= BODY_KEPT_BYTES_MAX {
            match rest.frame().await {
                Some(Ok(frame)) => first.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(_)) => return Err(Problem::bad("the body broke off")),
                None => return Ok(true),
            }
        }
        Ok(false)
    };
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body arrived too slowly");
    let is_whole = tokio::time::timeout(grace, read).await.map_err(slow)??;
    let first = first.freeze();
    if !is_whole {
        return Ok((Some(json!({ "bytes": length })), Body::new(Again { first, rest })));
    }
    let asked = (!first.is_empty()).then(|| asked(headers, &first));
    Ok((asked, Body::from(first)))
}

/// What a whole body says: JSON, or a form as a plain object.
fn asked(headers: &HeaderMap, body: &[u8]) -> Value {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        let pairs = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
        return Value::Object(pairs.collect::<Map<_, _>>());
    }
    // Neither a part nor another form: a secret in it might not be recognised.
    serde_json::from_slice(body).unwrap_or_else(|_| json!({ "bytes": body.len() }))
}

/// What an answer said, when it was JSON.
pub(super) fn read(seen: Seen, encoding: Option<&HeaderValue>) -> Option<Value> {
    let bytes = seen?;
    if encoding.is_none_or(|encoding| encoding != "gzip") {
        return serde_json::from_slice(&bytes).ok();
    }
    let mut plain = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(&*bytes).take(BODY_KEPT_BYTES_MAX as u64);
    reader.read_to_end(&mut plain).ok()?;
    serde_json::from_slice(&plain).ok()
}

/// A body of which the beginning was read already.
struct Again {
    first: Bytes,
    rest: Rest,
}

impl http_body::Body for Again {
    type Data = Bytes;
    type Error = <Rest as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.first)))));
        }
        Pin::new(&mut self.rest).poll_frame(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn json_and_forms_are_read_and_nothing_else() {
        let of = |kind: &'static str, body: &[u8]| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
            asked(&headers, body).to_string()
        };
        assert_eq!(of("application/json", br#"{"name":"a"}"#), r#"{"name":"a"}"#);
        assert_eq!(
            of("application/x-www-form-urlencoded", b"name=a&config.key=b%20c"),
            r#"{"config.key":"b c","name":"a"}"#
        );
        assert_eq!(of("multipart/form-data", b"--x"), r#"{"bytes":3}"#);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(br#"{"id":"1"}"#).unwrap();
        let gzip = HeaderValue::from_static("gzip");
        assert_eq!(read(Some(packed.finish().unwrap().into()), Some(&gzip)), Some(json!({ "id": "1" })));
        assert_eq!(read(Some(Bytes::from("no")), None), None);
        assert_eq!(read(None, None), None);
    }
}
