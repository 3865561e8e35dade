//! gRPC, as much of it as two services need that only take: OpenTelemetry's logs, and Envoy's access log, which is one
//! request without end. A message has five bytes before it, a status comes as trailers; HTTP/2 is hyper's, which the
//! server speaks anyway. The services stand among the routes of the main port too; a listener is for senders without a
//! token.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use intake::envelopes::{self, Envelope, Said};
use keys::Permission::EventsAppend;
use tokio::time::{Instant, timeout_at};
use tower_service::Service as _;

use super::gather::{Salt, insist};
use super::streams::{Guest, Pending, stop};
use crate::app::App;
use crate::clock;
use crate::http::error::Problem;
use crate::http::ingest::read_body;
use crate::http::route::{About, Route, presented, route};
use crate::receivers::partial_success;
use crate::take::{self, Delivery};

pub(super) const DOC: &str = "OpenTelemetry's logs (OTLP, 4317) and Envoy's access log service (ALS), both also on the main port over HTTP/2. A token in the \
    metadata (`authorization`, `x-api-key`) says whose events they are; without one those whose address or certificate is allowed send for the `source` of \
    the listener. Without `source` a token is needed.";

/// What is spoken inside TLS.
pub(super) const ALPN: &[&[u8]] = &[b"h2"];

/// The five bytes before a message: whether it is packed, and its length.
const PREFIX_BYTES: usize = 5;
/// From so many bytes on, what came of a request without end is not kept waiting for more.
const BATCH_BYTES_MAX: usize = 256 << 10;

/// A message of a request without end is at most this long, packed or not. Envoy sends some 16 KiB at a time.
const STREAMED_BYTES_MAX: usize = 4 << 20;

type Reply = Pin<Box<dyn Future<Output = Result<Vec<u8>, Problem>> + Send>>;

/// What is asked of a service, by whom.
struct Asked {
    app: Arc<App>,
    source: Arc<str>,
    parts: Parts,
    body: Body,
}

struct Service {
    path: &'static str,
    doc: &'static str,
    /// Gives the message of the answer.
    serve: fn(Asked) -> Reply,
}

static SERVICES: &[Service] = &[
    Service {
        path: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        doc: "Takes logs of OpenTelemetry over gRPC.",
        serve: |asked| Box::pin(export(asked)),
    },
    Service {
        path: "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs",
        doc: "Takes Envoy's access log over gRPC.",
        serve: |asked| Box::pin(stream(asked)),
    },
];

/// The services as routes, for those who have a token.
pub(crate) fn routes() -> Vec<Route> {
    let made = |service: &'static Service| {
        let handle = move |scope: keys::Scope, call: crate::http::route::Call| async move {
            let source = scope.principal().source().ok_or_else(Problem::unauthorized)?.into();
            let asked = Asked { app: call.app, source, parts: call.parts, body: call.body };
            Ok(answer((service.serve)(asked).await))
        };
        let about = About::new(service.doc, &[], "Grpc");
        route(EventsAppend, Method::POST, service.path, handle, about)
            .refused_by(|_, problem| refusal(problem))
    };
    SERVICES.iter().map(made).collect()
}

/// Talks with one sender.
pub(super) fn talk(guest: Guest) -> Pending {
    Box::pin(converse(guest))
}

async fn converse(guest: Guest) {
    let (app, listener) = (Arc::clone(&guest.app), Arc::clone(&guest.listener));
    let mut router = axum::Router::new();
    for (path, served) in routes().into_iter().filter_map(|route| route.serve(&app)) {
        router = router.route(path, served);
    }
    let door = Arc::clone(&listener);
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let (app, listener, mut router) = (Arc::clone(&app), Arc::clone(&door), router.clone());
        async move {
            let (parts, body) = request.map(Body::new).into_parts();
            let service = SERVICES.iter().find(|service| service.path == parts.uri.path());
            let source = &listener.plan.source;
            match service {
                Some(service) if !source.is_empty() && presented(&parts, None).is_none() => {
                    let asked = Asked { app, source: source.as_str().into(), parts, body };
                    Ok(answer((service.serve)(asked).await))
                }
                Some(_) => router.call(Request::from_parts(parts, body)).await,
                None => Ok(status(UNIMPLEMENTED, "there is no such service here", None)),
            }
        }
    });
    let mut stopping = guest.app.stopping.clone();
    let config = &guest.app.config;
    let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(config.http2_streams_max)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    let connection = builder.serve_connection(TokioIo::new(guest.stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err() {
        listener.numbers.failed.fetch_add(1, Ordering::Relaxed);
    }
}

/// One message, one answer: it is durable then.
async fn export(asked: Asked) -> Result<Vec<u8>, Problem> {
    let Asked { app, source, parts, body } = asked;
    let bytes_max = app.config.ingest_wire_bytes_max;
    let (mut body, _permit) = read_body(&app, &parts.headers, body, bytes_max)
        .await
        .inspect_err(|problem| take::note_refusal(&app, problem))?;
    let message = Message::first(&body, bytes_max)?.ok_or_else(|| Problem::bad("the message is cut off"))?;
    let (coding, wire_bytes) = (message.coding(&parts), body.len() as u64);
    body.drain(..PREFIX_BYTES);
    body.truncate(message.bytes);
    let delivery = delivery(&app, source, &envelopes::OTLP, wire_bytes, None);
    let taken = take::take(&app, Delivery { coding, ..delivery }, body).await?;
    if taken.shell.malformed && taken.is_waste() {
        return Err(Problem::bad("not an ExportLogsServiceRequest"));
    }
    Ok(partial_success(&taken))
}

/// Messages without end. Envoy hears of nothing before the end, and sends nothing again: when there is no room we do
/// not read, and HTTP/2 makes it wait.
async fn stream(asked: Asked) -> Result<Vec<u8>, Problem> {
    let Asked { app, source, parts, mut body } = asked;
    let (config, salt) = (&app.config, Salt::new());
    let idle = Duration::from_millis(config.listener_idle_ms);
    let gather = Duration::from_millis(config.listener_gather_ms);
    let (mut held, mut ready, mut wire_bytes) = (Vec::new(), Vec::new(), 0);
    // Whose messages they are: said once, in the first.
    let mut who: Option<Vec<u8>> = None;
    let mut stopping = app.stopping.clone();
    let mut until: Option<Instant> = None;
    loop {
        let wait = until.unwrap_or_else(|| Instant::now() + idle);
        let came = tokio::select! {
            came = timeout_at(wait, body.frame()) => came,
            () = stop(&mut stopping) => Ok(None),
        };
        let (is_over, is_late) = (matches!(came, Ok(None | Some(Err(_)))), came.is_err());
        if let Ok(Some(Ok(frame))) = came
            && let Ok(data) = frame.into_data()
        {
            wire_bytes += data.len() as u64;
            held.extend_from_slice(&data);
            if ready.is_empty() {
                ready.extend_from_slice(who.as_deref().unwrap_or_default());
            }
            unpack(&mut held, &mut ready, &parts, STREAMED_BYTES_MAX)?;
            who = who.or_else(|| envelopes::als_identifier(&ready).map(<[u8]>::to_vec));
            if who.as_ref() == Some(&ready) {
                ready.clear();
            }
        }
        if !ready.is_empty() && (is_over || is_late || ready.len() >= BATCH_BYTES_MAX) {
            let delivery =
                delivery(&app, Arc::clone(&source), &envelopes::ALS, wire_bytes, Some(salt.next()));
            insist(&app, &delivery, &ready).await.ok_or_else(|| Problem::busy("the server stops"))?;
            ready.clear();
            wire_bytes = 0;
        } else if is_late && until.is_none() {
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "nothing came for too long"));
        }
        if is_over {
            return Ok(Vec::new());
        }
        until = (!ready.is_empty())
            .then(|| until.filter(|_| !is_late).unwrap_or_else(|| Instant::now() + gather));
    }
}

/// Moves the whole messages of `held` to `ready`, one behind the other: as Protocol Buffers have it, that is one with
/// the entries of all.
fn unpack(held: &mut Vec<u8>, ready: &mut Vec<u8>, parts: &Parts, bytes_max: usize) -> Result<(), Problem> {
    let mut rest = held.as_slice();
    while let Some(message) = Message::first(rest, bytes_max)? {
        let (bytes, after) = rest.split_at(PREFIX_BYTES + message.bytes);
        let bytes = bytes.get(PREFIX_BYTES..).unwrap_or_default();
        match message.coding(parts) {
            None => ready.extend_from_slice(bytes),
            Some(coding) => {
                let plain = intake::inflate(bytes, Some(&coding), bytes_max);
                ready.extend_from_slice(&plain.map_err(|error| Problem::bad(error.to_string()))?);
            }
        }
        rest = after;
    }
    let done = held.len() - rest.len();
    held.drain(..done);
    Ok(())
}

/// What stands before a message.
struct Message {
    is_packed: bool,
    bytes: usize,
}

impl Message {
    /// The first message, when it is there as a whole.
    fn first(held: &[u8], bytes_max: usize) -> Result<Option<Message>, Problem> {
        let Some((&[packed, a, b, c, d], rest)) = held.split_first_chunk::<PREFIX_BYTES>() else {
            return Ok(None);
        };
        let bytes = u32::from_be_bytes([a, b, c, d]) as usize;
        if packed > 1 {
            return Err(Problem::bad("not a message of gRPC"));
        }
        if bytes > bytes_max {
            return Err(take::too_large("as sent", bytes_max));
        }
        Ok((rest.len() >= bytes).then_some(Message { is_packed: packed == 1, bytes }))
    }

    /// How it is packed, as the sender says.
    fn coding(&self, parts: &Parts) -> Option<String> {
        let said = parts.headers.get("grpc-encoding").and_then(|value| value.to_str().ok());
        self.is_packed.then(|| said.unwrap_or("gzip").to_owned())
    }
}

fn delivery(
    app: &App,
    source: Arc<str>,
    envelope: &'static Envelope,
    wire_bytes: u64,
    salt: Option<u64>,
) -> Delivery {
    Delivery {
        reader: take::reader(app, &source, None).ok().flatten(),
        source,
        coding: None,
        envelope: Some((envelope, Said::default())),
        wire_bytes,
        received: clock::now(),
        salt,
    }
}

// What went wrong, as gRPC numbers it.
const INVALID_ARGUMENT: u8 = 3;
const DEADLINE_EXCEEDED: u8 = 4;
const PERMISSION_DENIED: u8 = 7;
const RESOURCE_EXHAUSTED: u8 = 8;
const UNIMPLEMENTED: u8 = 12;
const UNAVAILABLE: u8 = 14;
const UNAUTHENTICATED: u8 = 16;

/// A message and the status OK.
fn answer(reply: Result<Vec<u8>, Problem>) -> Response {
    let message = match reply {
        Ok(message) => message,
        Err(problem) => return refusal(&problem),
    };
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    let framed = [&[0], &length[..], &message].concat();
    let trailers = HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static("0"))]);
    let body = Full::new(Bytes::from(framed)).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
    response
}

/// An answer without a message. Senders that may try again are told when.
fn refusal(problem: &Problem) -> Response {
    let number = match problem.status() {
        StatusCode::UNAUTHORIZED => UNAUTHENTICATED,
        StatusCode::FORBIDDEN => PERMISSION_DENIED,
        StatusCode::REQUEST_TIMEOUT => DEADLINE_EXCEEDED,
        StatusCode::PAYLOAD_TOO_LARGE => RESOURCE_EXHAUSTED,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => UNIMPLEMENTED,
        // OpenTelemetry's exporters do not try again after an internal error.
        status if status.is_server_error() => UNAVAILABLE,
        _ => INVALID_ARGUMENT,
    };
    status(number, problem.detail(), problem.wait_s())
}

const GRPC_STATUS: header::HeaderName = header::HeaderName::from_static("grpc-status");
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

fn status(number: u8, text: &str, wait_s: Option<u32>) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, GRPC);
    headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(number)));
    let plain: String =
        text.chars().map(|c| if matches!(c, ' '..='~') && c != '%' { c } else { '?' }).collect();
    if let Ok(message) = HeaderValue::from_str(&plain) {
        headers.insert("grpc-message", message);
    }
    let details = wait_s.map(|seconds| STANDARD_NO_PAD.encode(retry_info(number, &plain, seconds)));
    if let Some(Ok(details)) = details.map(|details| HeaderValue::from_str(&details)) {
        headers.insert("grpc-status-details-bin", details);
    }
    response
}

/// `google.rpc.Status{code=1, message=2, details=3: Any{type_url=1, value=2: RetryInfo{retry_delay=1: Duration{seconds=1}}}}`
fn retry_info(number: u8, text: &str, seconds: u32) -> Vec<u8> {
    const KIND: &str = "type.googleapis.com/google.rpc.RetryInfo";
    // All lengths are below 128 and take one byte.
    let field =
        |number: u8, inside: &[u8]| [&[number << 3 | 2, inside.len().min(127) as u8], inside].concat();
    let delay = [0x08, seconds.min(127) as u8];
    let any = [field(1, KIND.as_bytes()), field(2, &field(1, &delay))].concat();
    let text: &str = text.get(..text.len().min(120)).unwrap_or("");
    [vec![0x08, number], field(2, text.as_bytes()), field(3, &any)].concat()
}
