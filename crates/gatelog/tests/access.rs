//! Who gets in: every route that openapi.json lists, with every sort of credential.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use server::{ADMIN, INGEST, Reply, Server};

fn made(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Method, path with its parameters filled in, permission or none.
fn routes(server: &Server) -> Vec<(String, String, Option<String>)> {
    let text = server.send("GET", "/api/v1/openapi.json", &[], b"").json();
    let mut routes = Vec::new();
    for (path, methods) in text["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let path = path.replace("{id}", "1").replace("{name}", "default").replace("{format}", "kong");
            let permission = operation["x-permission"].as_str().map(str::to_owned);
            assert!(permission.is_some() || operation["x-open-because"].is_string(), "{path}");
            routes.push((method.to_uppercase(), path, permission));
        }
    }
    routes
}

/// The status of an answer; gRPC says 200 and then its own.
fn status(reply: &Reply) -> u16 {
    match reply.header("grpc-status") {
        Some("16") => 401,
        Some("7") => 403,
        _ => reply.status,
    }
}

/// What each role may, written down a second time on purpose.
const MAY: &[(&str, &[&str])] = &[
    ("viewer", &["panels:read", "sources:read", "directory:read", "views:write"]),
    (
        "analyst",
        &["panels:read", "sources:read", "directory:read", "events:read", "events:export", "views:write"],
    ),
    (
        "editor",
        &["panels:read", "sources:read", "directory:read", "events:read", "events:export", "views:write"],
    ),
    ("auditor", &["trail:read", "trail:export", "verify:run"]),
    (
        "admin",
        &[
            "panels:read",
            "sources:read",
            "directory:read",
            "directory:write",
            "sources:write",
            "events:read",
            "events:export",
            "views:write",
            "trail:read",
            "trail:export",
            "verify:run",
        ],
    ),
];

#[test]
fn every_route_with_every_credential() {
    let server = Server::start();
    let mut callers: Vec<(String, String, &[&str])> = Vec::new();
    for (role, may) in MAY {
        let token = made(server.cli("", &["token", "create", "--role", role]));
        callers.push(((*role).to_owned(), token, may));
    }
    let ingest = made(server.cli("", &["token", "create", "--ingest", "edge"]));
    callers.push(("ingest".to_owned(), ingest, &["events:append"]));
    let revoked = made(server.cli("", &["token", "create", "--role", "admin"]));
    made(server.cli("", &["token", "revoke", &revoked]));
    std::thread::sleep(Duration::from_millis(2_500));

    let routes = routes(&server);
    assert!(routes.len() >= 25, "{}", routes.len());
    for (method, path, permission) in &routes {
        let Some(permission) = permission else { continue };
        let wrong = "gl_ap_AAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_AAAAAA";
        for bad in ["", "Bearer", "Bearer x", &format!("Bearer {wrong}"), &format!("Bearer {revoked}")] {
            let headers: &[(&str, &str)] = if bad.is_empty() { &[] } else { &[("Authorization", bad)] };
            let path = path.replace("{token}", wrong);
            let reply = server.send(method, &path, headers, b"");
            // To the senders of HEC a token that is not known is 403.
            let is_hec = path.contains("/services/collector");
            assert!(status(&reply) == 401 || is_hec && reply.status == 403, "{method} {path} {bad:?}");
            // Receivers refuse as the senders of their protocol read it; receivers.rs looks at those.
            if path.starts_with("/api/v1/") && path != "/api/v1/validate" || path.starts_with("/ingest") {
                assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
            }
        }
        if path.contains("/tail") {
            continue; // Never ends; live_tail.rs looks at it.
        }
        for (name, token, may) in &callers {
            let path = path.replace("{token}", token);
            let reply = server.send(method, &path, &[("Authorization", &format!("Bearer {token}"))], b"");
            let is_let_in = ![401, 403].contains(&status(&reply));
            assert_eq!(
                is_let_in,
                may.contains(&permission.as_str()),
                "{name} {method} {path}: {}",
                reply.status
            );
            assert!(reply.status < 500, "{name} {method} {path}: {}", reply.text());
        }
    }
}

#[test]
fn every_answer_has_the_headers_that_protect() {
    let server = Server::start();
    for path in ["/", "/api/v1/session", "/api/v1/nothing", "/assets/none.js", "/healthz", "/ingest"] {
        let reply = server.send("GET", path, &[], b"");
        let csp = reply.header("content-security-policy").unwrap_or_else(|| panic!("{path}"));
        assert!(csp.starts_with("default-src 'none'; script-src 'self'"), "{csp}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(reply.header("cache-control").is_some(), "{path}");
    }
    assert_eq!(server.get("/api/v1/session").header("cache-control"), Some("no-store"));
}

#[test]
fn errors_are_problems() {
    let server = Server::start();
    for (method, path, status) in [
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/events", 405),
        ("GET", "/ingest", 405),
        ("GET", "/api//v1/events", 400),
        ("GET", "/api/v1/%2e%2e/events", 400),
        ("GET", "/api/v1/events;x", 400),
        ("GET", "/api/v1/events?fliter=a", 400),
        ("GET", "/api/v1/events?limit=0", 400),
        ("GET", "/api/v1/events?limit=5&limit=6", 400),
        ("GET", "/api/v1/events?from=soon", 400),
        ("GET", "/api/v1/events?filter=statsu%3A500", 400),
        ("GET", "/api/v1/events/none", 404),
        ("GET", "/api/v1/panels/none", 404),
        ("GET", "/api/v1/usage/none", 404),
        ("GET", "/api/v1/usage/routes?sort=colour", 400),
        ("GET", "/api/v1/usage/routes?order=up", 400),
        ("GET", "/api/v1/exports/none", 404),
    ] {
        let reply = server.send(method, path, &[("Authorization", &format!("Bearer {ADMIN}"))], b"");
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{method} {path}");
        let problem = reply.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    }
    let problem = server.get("/api/v1/events?filter=statsu%3A500").json();
    assert_eq!((&problem["position"], &problem["suggestions"][0]), (&Value::from(0), &Value::from("status")));
    let reply = server.send("POST", "/api/v1/events", &[], b"");
    assert_eq!(reply.header("allow"), Some("GET,HEAD"));
}

#[test]
fn the_one_time_link_opens_one_session_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], false);
    std::thread::sleep(Duration::from_millis(300));
    let log = server.log();
    let link = log.split("/welcome#").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    let body = format!("{{\"token\":\"{link}\"}}");
    let json = [("Content-Type", "application/json")];

    // A page of another site cannot use it, not even with the link.
    let foreign = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(server.send("POST", "/api/v1/session", &foreign, body.as_bytes()).status, 403);
    assert_eq!(
        server.send("POST", "/api/v1/session", &[("Content-Type", "text/plain")], body.as_bytes()).status,
        415
    );

    let reply = server.send("POST", "/api/v1/session", &json, body.as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["role"], "admin");
    let cookie = reply.header("set-cookie").unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(server.send("POST", "/api/v1/session", &json, body.as_bytes()).status, 401);

    assert_eq!(server.send("GET", "/api/v1/events", &[("Cookie", cookie)], b"").status, 200);
    assert_eq!(server.send("POST", "/ingest", &[("Cookie", cookie)], b"").status, 401);
    let foreign = [("Cookie", cookie), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(server.send("DELETE", "/api/v1/session", &foreign, b"").status, 403);
    assert_eq!(server.send("DELETE", "/api/v1/session", &[("Cookie", cookie)], b"").status, 200);
    assert_eq!(server.send("GET", "/api/v1/events", &[("Cookie", cookie)], b"").status, 401);

    // An ingest token is no way in for people.
    let token = made(server.cli("", &["token", "create", "--ingest", "edge"]));
    std::thread::sleep(Duration::from_millis(2_500));
    let body = format!("{{\"token\":\"{token}\"}}");
    assert_eq!(server.send("POST", "/api/v1/session", &json, body.as_bytes()).status, 401);
    assert!(!server.log().contains(&token));
}

#[test]
fn a_token_with_a_row_filter_sees_its_rows_only() {
    let server = Server::start();
    server.ingest("/ingest", server::lines(0..70));
    let token =
        made(server.cli("", &["token", "create", "--role", "analyst", "--rows", "consumer_id:app-1"]));
    std::thread::sleep(Duration::from_millis(2_500));
    let bearer = format!("Bearer {token}");
    for (path, member) in [("/api/v1/summary", "total_calls"), ("/api/v1/histogram", "total")] {
        let path = format!(
            "{path}?from=2000-01-01&to=2100-01-01{}",
            if member == "total" { "&step=1M" } else { "" }
        );
        let reply = server.send("GET", &path, &[("Authorization", &bearer)], b"");
        if reply.status == 200 {
            assert_eq!(reply.json()[member], 10, "{path}");
        }
    }
    let path =
        "/api/v1/events?from=2000-01-01&to=2100-01-01&filter=consumer_id%3Aapp-2+OR+consumer_id%3Aapp-1";
    let page = server.send("GET", path, &[("Authorization", &bearer)], b"").json();
    assert_eq!(page["events"].as_array().unwrap().len(), 10);
    let path = "/api/v1/export?from=2000-01-01&to=2100-01-01&format=ndjson";
    assert_eq!(server.send("GET", path, &[("Authorization", &bearer)], b"").text().lines().count(), 10);
}

#[test]
fn metrics_are_open_on_loopback_unless_the_settings_say_no() {
    let server = Server::start();
    server.ingest("/ingest", server::lines(0..3));
    let text = server.send("GET", "/metrics", &[], b"").text();
    assert!(text.contains("gatelog_events_accepted_total{source=\"default\"} 3"), "{text}");
    let server = Server::with(&[("GATELOG_METRICS_OPEN", "false")]);
    assert_eq!(server.send("GET", "/metrics", &[], b"").status, 401);
    assert_eq!(server.get("/metrics").status, 200);
    let ingest = format!("Bearer {INGEST}");
    assert_eq!(server.send("GET", "/metrics", &[("Authorization", &ingest)], b"").status, 403);
}
