//! The file of an export, whole or from where an earlier attempt broke off (RFC 9110, section 14). Its ETag is its
//! SHA-256, so a part is never joined to another file.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use keys::Scope;
use query::export::Format;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::answer::{Stream, bytes_with};
use super::error::Problem;
use super::export::{no_such, sees};
use super::route::{Answer, Call};
use crate::exports::{Export, State};

/// Bytes read at a time.
const CHUNK_BYTES: u64 = 256 << 10;
/// Chunks read ahead of the reader.
const CHUNKS_AHEAD: usize = 2;

type Pieces = mpsc::Sender<Result<Bytes, std::io::Error>>;

/// `GET /exports/{id}/file`.
pub(crate) async fn file(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    let export =
        call.app.exports.one(id, sees(&scope)).filter(|export| export.file).ok_or_else(|| no_such(id))?;
    let (State::Done, Some(sha256)) = (export.state, &export.sha256) else {
        return Err(Problem::new(StatusCode::CONFLICT, "the export is not done")
            .remedy(format!("ask for /api/v1/exports/{id} until its state is done")));
    };
    let permit = Arc::clone(&call.app.gates.downloads)
        .try_acquire_owned()
        .map_err(|_| Problem::busy("too many exports are being fetched"))?;
    let etag = format!("\"{sha256}\"");
    let asked = range(&call.parts.headers, &etag, export.bytes);
    let mut response = match &asked {
        Asked::Part(part) => {
            let mut response = body(&call, &export, part.clone(), permit)?;
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let place = format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), export.bytes);
            response.headers_mut().insert(header::CONTENT_RANGE, text(&place)?);
            response
        }
        Asked::All => body(&call, &export, 0..export.bytes, permit)?,
        Asked::Beyond => {
            let mut response = bytes_with(StatusCode::RANGE_NOT_SATISFIABLE, "text/plain", Bytes::new());
            response.headers_mut().insert(header::CONTENT_RANGE, text(&format!("bytes */{}", export.bytes))?);
            return Ok(response);
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, text(&etag)?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_DISPOSITION, attachment(&export)?);
    Ok(response)
}

fn text(value: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(value).map_err(Problem::internal)
}

/// The name a browser saves it under: `gatelog-20261121T215839Z.csv`.
pub(super) fn attachment(export: &Export) -> Result<HeaderValue, Problem> {
    let digits = export.started.chars().take(19).filter(|c| *c != '-' && *c != ':').collect::<String>();
    text(&format!("attachment; filename=\"gatelog-{digits}Z.{}\"", export.asked.format))
}

/// An answer of a part of the file, read as fast as it is taken. No thread waits for the reader.
fn body(
    call: &Call,
    export: &Export,
    part: Range<u64>,
    permit: OwnedSemaphorePermit,
) -> Result<Response, Problem> {
    let format = Format::parse(&export.asked.format)?;
    let mut file = File::open(call.app.exports.rows(&export.id)).map_err(Problem::internal)?;
    file.seek(SeekFrom::Start(part.start)).map_err(Problem::internal)?;
    let length = part.end.saturating_sub(part.start);
    let (pieces, body) = mpsc::channel(CHUNKS_AHEAD);
    tokio::spawn(async move {
        read(file, length, pieces).await;
        drop(permit);
    });
    let mut response = bytes_with(StatusCode::OK, format.media_type(), Bytes::new());
    *response.body_mut() = Stream::body(body);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

async fn read(mut file: File, mut left: u64, pieces: Pieces) {
    while left > 0 {
        let chunk = move || {
            let mut bytes = Vec::with_capacity(CHUNK_BYTES.min(left) as usize);
            (&mut file).take(CHUNK_BYTES.min(left)).read_to_end(&mut bytes)?;
            match bytes.is_empty() {
                true => Err(std::io::ErrorKind::UnexpectedEof.into()),
                false => Ok((file, bytes)),
            }
        };
        let piece = match tokio::task::spawn_blocking(chunk).await.map_err(std::io::Error::other) {
            Ok(Ok((back, bytes))) => {
                file = back;
                left -= bytes.len() as u64;
                Ok(bytes.into())
            }
            Ok(Err(error)) | Err(error) => {
                let _ = pieces.send(Err(error)).await;
                return;
            }
        };
        if pieces.send(piece).await.is_err() {
            return;
        }
    }
}

/// What of the file is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(Range<u64>),
    /// Nothing of it lies in the file.
    Beyond,
}

/// Reads `Range` and `If-Range`. Several ranges, other units and what cannot be read count as no range.
fn range(headers: &HeaderMap, etag: &str, bytes: u64) -> Asked {
    let of = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(asked) = of(header::RANGE).and_then(|text| text.strip_prefix("bytes=")) else {
        return Asked::All;
    };
    if of(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Asked::All;
    }
    let Some((first, last)) = asked.split_once('-').filter(|_| !asked.contains(',')) else {
        return Asked::All;
    };
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        text if text.bytes().all(|b| b.is_ascii_digit()) => {
            Some(Some(text.parse::<u64>().unwrap_or(u64::MAX)))
        }
        _ => None,
    };
    match (number(first), number(last)) {
        (Some(Some(first)), Some(last)) if last.is_none_or(|last| first <= last) => {
            let end = last.map_or(bytes, |last| last.saturating_add(1).min(bytes));
            if first < bytes { Asked::Part(first..end) } else { Asked::Beyond }
        }
        (Some(None), Some(Some(count))) => match count.min(bytes) {
            0 => Asked::Beyond,
            count => Asked::Part(bytes - count..bytes),
        },
        _ => Asked::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_file_of_a_hundred_bytes() {
        let read = |pairs: &[(header::HeaderName, &'static str)]| {
            let headers = pairs.iter().map(|(n, v)| (n.clone(), HeaderValue::from_static(v))).collect();
            range(&headers, "\"tag\"", 100)
        };
        let asked = |text| read(&[(header::RANGE, text)]);
        assert_eq!(read(&[]), Asked::All);
        assert_eq!(asked("bytes=0-"), Asked::Part(0..100));
        assert_eq!(asked("bytes=10-19"), Asked::Part(10..20));
        assert_eq!(asked("bytes=99-99"), Asked::Part(99..100));
        assert_eq!(asked("bytes=90-1000"), Asked::Part(90..100));
        assert_eq!(asked("bytes=-10"), Asked::Part(90..100));
        assert_eq!(asked("bytes=-1000"), Asked::Part(0..100));
        for beyond in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"] {
            assert_eq!(asked(beyond), Asked::Beyond, "{beyond}");
        }
        for none in ["bytes=9-3", "bytes=0-1,5-6", "rows=0-1", "bytes=-", "bytes=a-b", "bytes=+1-2", "bytes"]
        {
            assert_eq!(asked(none), Asked::All, "{none}");
        }
        let part = |tag| read(&[(header::RANGE, "bytes=10-"), (header::IF_RANGE, tag)]);
        assert_eq!(part("\"tag\""), Asked::Part(10..100));
        assert_eq!(part("\"other\""), Asked::All);
        assert_eq!(part("W/\"tag\""), Asked::All);
    }
}
