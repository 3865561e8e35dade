//! The web app, as it was built into the binary. Paths of the app itself all get its one page; it reads the address.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::answer::{bytes_with, takes};
use super::error::Problem;
use super::route::Answer;

/// A file of the web app.
pub(crate) struct File {
    path: &'static str,
    bytes: &'static [u8],
    brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// Paths that are the API's or the senders': what is wrong there is told in JSON, not with a page.
const NOT_PAGES: &[&str] = &["/api", "/i", "/ingest", "/metrics", "/healthz", "/readyz", "/assets"];

/// What no route takes.
pub(crate) fn fallback(method: &Method, path: &str, headers: &HeaderMap) -> Answer {
    let is_read = *method == Method::GET || *method == Method::HEAD;
    if is_read && let Some(file) = find(path.trim_start_matches('/')) {
        return Ok(serve(file, headers));
    }
    let of_program = NOT_PAGES
        .iter()
        .any(|taken| path.strip_prefix(taken).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if is_read
        && !of_program
        && let Some(page) = find("index.html")
    {
        return Ok(serve(page, headers));
    }
    Err(Problem::missing("there is nothing at this address")
        .remedy("the addresses are listed in /api/v1/openapi.json"))
}

fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

fn serve(file: &'static File, headers: &HeaderMap) -> Response {
    let packed = file.brotli.filter(|_| takes(headers, "br"));
    let mut response = bytes_with(StatusCode::OK, kind(file.path), packed.unwrap_or(file.bytes));
    let out = response.headers_mut();
    // Names under assets/ hold the hash of their content.
    let cache =
        if file.path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if packed.is_some() {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if file.brotli.is_some() {
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
