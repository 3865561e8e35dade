//! The HTTP server: connections with deadlines and a bound on their number, one entry for every request, the router
//! made from the list of routes. Who may do what stands with each route, not here.

mod account;
pub(crate) mod answer;
mod body;
pub(crate) mod connection;
mod diagnose;
mod directory;
mod download;
mod erasures;
pub(crate) mod error;
mod events;
mod export;
mod fields;
mod gateways;
mod grants;
mod health;
pub(crate) mod ingest;
mod masks;
mod members;
mod openapi;
mod panels;
mod person;
mod provider;
mod pulls;
mod question;
mod recorded;
mod requests;
mod retention;
pub(crate) mod route;
pub(crate) mod routes;
mod saved;
mod session;
mod sources;
mod tail;
mod tokens;
mod trail;
mod usage;
mod views;
mod web;
mod what_if;
mod whole;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_service::Service as _;

use crate::app::App;
use crate::listen::tls::Tls;
use crate::log;
use connection::Patient;
use error::Problem;

/// The head of a request is at most this long.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// The router of the list of routes.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let mut paths: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for route in routes::all() {
        let Some((path, served)) = route.serve(app) else { continue };
        let known = paths.remove(path).unwrap_or_default();
        paths.insert(path, known.merge(served));
    }
    let mut router = Router::new();
    for (path, served) in paths {
        router = router.route(path, served);
    }
    router.method_not_allowed_fallback(method_not_allowed).fallback(not_found)
}

async fn not_found(request: Request) -> Response {
    web::fallback(request.method(), request.uri().path(), request.headers())
        .unwrap_or_else(Problem::into_response)
}

async fn method_not_allowed(method: Method) -> Response {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not a method of this address"))
        .into_response()
}

/// Serves until `stop` resolves, then lets requests finish.
pub(crate) async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    stop: impl Future<Output = ()>,
) {
    let router = router(&app);
    let builder = builder(&app);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(app.config.connections_max.clamp(1, Semaphore::MAX_PERMITS)));
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    log::warn("a connection could not be accepted", &[("error", &error)]);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            app.meters.connections_refused.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        // Watched from now on: the stop waits for handshakes, too.
        let (watcher, app) = (graceful.watcher(), Arc::clone(&app));
        let (builder, router, tls) = (builder.clone(), router.clone(), tls.clone());
        tokio::spawn(async move {
            app.meters.connections.fetch_add(1, Ordering::Relaxed);
            if let Some(stream) = open(&app, stream, tls.as_deref()).await {
                let entry = Entry { app: Arc::clone(&app), router, peer };
                let service = hyper_util::service::TowerToHyperService::new(entry);
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                // How a connection ends is the client's business.
                let _ = watcher.watch(connection).await;
            }
            app.meters.connections.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }
    drop(listener);
    let grace = Duration::from_millis(app.config.shutdown_grace_ms);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        log::warn("some requests did not finish in time", &[]);
    }
}

fn builder(app: &App) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(app.config.header_deadline_ms))
        .max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(app.config.http2_streams_max)
        .max_header_list_size(HEAD_BYTES_MAX as u32)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// Bytes to and from a client, in clear or inside TLS.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A connection ready to be served; none when the client does not shake hands.
async fn open(app: &App, stream: TcpStream, tls: Option<&Tls>) -> Option<Box<dyn Wire>> {
    // Answers are short; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let head = Duration::from_millis(app.config.header_deadline_ms);
    let stall = Duration::from_millis(app.config.write_stall_ms);
    let Some(tls) = tls else { return Some(Box::new(Patient::new(stream, head, stall))) };
    let secured = tokio::time::timeout(head, tls.accept(stream)).await.ok()?.ok()?;
    Some(Box::new(Patient::new(secured, head, stall)))
}

/// The one way in for every request of a connection.
#[derive(Clone)]
struct Entry {
    app: Arc<App>,
    router: Router,
    peer: SocketAddr,
}

impl tower_service::Service<hyper::Request<Incoming>> for Entry {
    type Response = Response;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: hyper::Request<Incoming>) -> Self::Future {
        let entry = self.clone();
        Box::pin(async move { Ok(entry.answer(request.map(Body::new)).await) })
    }
}

impl Entry {
    async fn answer(mut self, mut request: Request) -> Response {
        request.extensions_mut().insert(recorded::Peer(self.peer));
        let started = Instant::now();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let compresses = path.starts_with("/api/") && answer::takes(request.headers(), "gzip");
        let mut response = match canonical(&path) {
            true => match self.router.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            false => Problem::bad("the path is not in its plain form")
                .remedy("send it without //, dots as segments, encoded slashes or dots, semicolons")
                .into_response(),
        };
        if response.status() == StatusCode::METHOD_NOT_ALLOWED && is_mute(&response) {
            let allow = response.headers_mut().remove(header::ALLOW);
            response = method_not_allowed(method.clone()).await;
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
        }
        if compresses {
            response = answer::compress(response).await;
        }
        answer::dress(&mut response, self.app.config.is_https());
        self.app.meters.answered(response.status().as_u16());
        if self.app.config.log_requests {
            self.log(&method, &path, &response, started);
        }
        response
    }

    fn log(&self, method: &Method, path: &str, response: &Response, started: Instant) {
        // The token may stand in the path.
        let shown = match path {
            _ if path.starts_with("/i/") => "/i/…",
            _ if path.contains("/v1/input/") => "/v1/input/…",
            _ => path,
        };
        let micros = started.elapsed().as_micros();
        log::info(
            "request",
            &[
                ("method", method),
                ("path", &shown),
                ("status", &response.status().as_u16()),
                ("micros", &micros),
                ("peer", &self.peer),
            ],
        );
    }
}

/// Whether the answer was made by the router, which says nothing.
fn is_mute(response: &Response) -> bool {
    !response.headers().contains_key(header::CONTENT_TYPE)
}

/// Whether everyone who looks at the path sees the same thing in it.
pub(crate) fn canonical(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let has_encoded = ["%2e", "%2f", "%5c", "%00", "%25", "%3b"].iter().any(|code| lower.contains(code));
    let has_dots = path.split('/').any(|segment| segment == "." || segment == "..");
    path.starts_with('/') && !has_encoded && !has_dots && !path.contains("//") && !path.contains([';', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_only() {
        for path in ["/", "/api/v1/events/12", "/sources/a%20b", "/i/gl_in_x/kong"] {
            assert!(canonical(path), "{path}");
        }
        for path in
            ["//", "/api//v1", "/api/../x", "/a/%2e%2e/b", "/a%2Fb", "/a;b", "/a\\b", "/%252e", "*", "/./a"]
        {
            assert!(!canonical(path), "{path}");
        }
    }
}
