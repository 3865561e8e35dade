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

use serde_json::{Value, json};
use server::{ADMIN, INGEST, Reply, Server};

fn made(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Method, path with its parameters filled in, permissions that are all needed; none of an open one.
fn routes(server: &Server) -> Vec<(String, String, Vec<String>)> {
    let text = server.send("GET", "/api/v1/openapi.json", &[], b"").json();
    let mut routes = Vec::new();
    for (path, methods) in text["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let path = path.replace("{id}", "1").replace("{name}", "default").replace("{format}", "kong");
            let needed =
                ["x-permission", "x-also-permission"].iter().filter_map(|name| operation[name].as_str());
            let needed: Vec<String> = needed.map(str::to_owned).collect();
            assert!(!needed.is_empty() || operation["x-open-because"].is_string(), "{path}");
            routes.push((method.to_uppercase(), path, needed));
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

/// What each role may, written down a second time on purpose. With a token; in a session one's own account besides.
const MAY: &[(&str, &str)] = &[
    ("viewer", VIEWER),
    ("analyst", ANALYST),
    ("editor", EDITOR),
    ("auditor", "trail:read trail:export verify:run"),
    ("admin", ADMIN_MAY),
    ("super_admin", ADMIN_MAY),
    ("team", "panels:read trail:read members:read"),
    ("nothing_left", ""),
];
const VIEWER: &str = "panels:read sources:read directory:read alerts:read views:write";
const ANALYST: &str =
    "panels:read sources:read directory:read alerts:read views:write events:read events:export";
const EDITOR: &str = "panels:read sources:read directory:read alerts:read views:write events:read events:export \
                      alerts:write reports:write";
const ADMIN_MAY: &str = "panels:read sources:read directory:read alerts:read views:write events:read events:export \
                         alerts:write reports:write sinks:write sources:write directory:write trail:read trail:export \
                         verify:run members:read members:write tokens:write persons:erase settings:write";

/// Whether someone who may this has all that is needed.
fn has_all(may: &str, needed: &[String]) -> bool {
    needed.iter().all(|one| may.split_whitespace().any(|has| has == one))
}

/// A caller: a name, the header that says who it is, the token when it is one, and what it may.
struct Caller {
    name: String,
    header: (&'static str, String),
    token: String,
    may: String,
}

impl Caller {
    fn token(name: &str, token: String, may: &str) -> Caller {
        let header = ("Authorization", format!("Bearer {token}"));
        Caller { name: name.to_owned(), header, token, may: may.to_owned() }
    }

    fn session(name: &str, cookie: String, may: &str) -> Caller {
        let token = WRONG.to_owned();
        Caller { name: format!("{name} session"), header: ("Cookie", cookie), token, may: may.to_owned() }
    }

    fn send(&self, server: &Server, method: &str, path: &str) -> Reply {
        server.send(method, &path.replace("{token}", &self.token), &[(self.header.0, &self.header.1)], b"")
    }
}

const WRONG: &str = "gl_ap_AAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_AAAAAA";

/// Everyone who may something.
fn callers(server: &Server) -> Vec<Caller> {
    let team = json!({ "permissions": ["panels:read", "trail:read", "members:read", "account:own"] });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/team", &team).status, 200);
    let nothing = json!({ "permissions": ["account:own"] });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/nothing_left", &nothing).status, 200);
    let mut callers = Vec::new();
    for (role, may) in MAY {
        callers.push(Caller::token(role, made(server.cli("", &["token", "create", "--role", role])), may));
        if *role != "super_admin" {
            let cookie = server.person(&format!("{}-person", role.replace('_', "-")), role);
            callers.push(Caller::session(role, cookie, &format!("{may} account:own")));
        }
    }
    let ingest = made(server.cli("", &["token", "create", "--ingest", "edge"]));
    callers.push(Caller::token("ingest", ingest, "events:append"));
    let only = ["token", "create", "--role", "admin", "--only", "events:read,panels:read"];
    callers.push(Caller::token("scoped", made(server.cli("", &only)), "events:read panels:read"));
    // A token of a person may never more than the person, whatever role it names.
    let cookie = server.person("ann", "viewer");
    let own = json!({ "name": "mine", "role": "admin" });
    let reply = server.send_with(&cookie, "POST", "/api/v1/account/tokens", &own).json();
    callers.push(Caller::token("own", reply["token"].as_str().unwrap().to_owned(), VIEWER));
    callers
}

/// Everyone who was let in once and is not any more: tokens and cookies.
fn outsiders(server: &Server) -> Vec<(&'static str, String)> {
    let revoked = made(server.cli("", &["token", "create", "--role", "admin"]));
    made(server.cli("", &["token", "revoke", &revoked]));
    let expired = made(server.cli("", &["token", "create", "--role", "admin", "--name", "expired"]));
    let (shut, gone, out) =
        (server.person("shut", "admin"), server.person("gone", "admin"), server.person("out", "admin"));
    let owned = server.send_with(&shut, "POST", "/api/v1/account/tokens", &json!({ "name": "mine" })).json();
    let change = json!({ "full_name": "Shut out", "role": "admin", "disabled": true });
    assert_eq!(server.put(ADMIN, "/api/v1/users/shut", &change).status, 200);
    assert_eq!(server.delete(ADMIN, "/api/v1/users/gone").status, 204);
    assert_eq!(server.send_with(&out, "DELETE", "/api/v1/session", &json!({})).status, 200);
    age(server, "expired");
    let bearer = |token: &str| ("Authorization", format!("Bearer {token}"));
    let bearers = ["", "x", WRONG, &revoked, &expired, owned["token"].as_str().unwrap()];
    let mut outsiders: Vec<_> = bearers.iter().map(|token| bearer(token)).collect();
    outsiders.extend([shut, gone, out].map(|cookie| ("Cookie", cookie)));
    outsiders.extend(["gl=", "gl=x", "__Host-gl=y"].map(|cookie| ("Cookie", cookie.to_owned())));
    outsiders.push(("X-Nothing", "none".to_owned()));
    outsiders
}

/// Lets the token of that name be past its time.
fn age(server: &Server, name: &str) {
    let path = server.dir.join("catalog.json");
    let mut catalog: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let tokens = catalog["keyring"]["tokens"].as_object_mut().unwrap();
    let token = tokens.values_mut().find(|token| token["name"] == name).unwrap();
    token["expires"] = 1.into();
    std::fs::write(&path, catalog.to_string()).unwrap();
}

#[test]
fn every_route_with_every_credential() {
    let server = Server::start();
    let outsiders = outsiders(&server);
    let callers = callers(&server);
    std::thread::sleep(Duration::from_millis(2_500));
    let routes = routes(&server);
    assert!(routes.len() >= 80, "{}", routes.len());
    let mut cells = 0;
    for (method, path, needed) in routes.iter().filter(|(_, _, needed)| !needed.is_empty()) {
        for (header, credential) in &outsiders {
            let path = path.replace("{token}", WRONG);
            let reply = server.send(method, &path, &[(header, credential)], b"");
            // To the senders of HEC a token that is not known is 403.
            let is_hec = path.contains("/services/collector");
            assert!(status(&reply) == 401 || is_hec && reply.status == 403, "{method} {path} {credential:?}");
            // Receivers refuse as the senders of their protocol read it; receivers.rs looks at those.
            if path.starts_with("/api/v1/") && path != "/api/v1/validate" || path.starts_with("/ingest") {
                assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
            }
            cells += 1;
        }
        if path.contains("/tail") {
            continue; // Never ends; live_tail.rs looks at it.
        }
        for caller in &callers {
            let reply = caller.send(&server, method, path);
            let is_let_in = ![401, 403].contains(&status(&reply));
            let may = has_all(&caller.may, needed);
            assert_eq!(is_let_in, may, "{} {method} {path}: {} {}", caller.name, reply.status, reply.text());
            assert!(reply.status < 500, "{} {method} {path}: {}", caller.name, reply.text());
            cells += 1;
        }
    }
    assert!(cells > 2_000, "{cells}");
}

/// Other spellings of a path lead to the same guard, or nowhere.
#[test]
fn no_spelling_of_a_path_goes_round_the_guard() {
    let server = Server::start();
    let viewer = format!("Bearer {}", server.token(&["--role", "viewer"]));
    for (method, path, needed) in routes(&server).iter().filter(|(_, _, needed)| !needed.is_empty()) {
        let path = path.replace("{token}", WRONG);
        let tricks = [
            path.replacen("/api/", "/api//", 1),
            path.replacen('/', "//", 1),
            path.replacen("/api/v1/", "/api/v1/./", 1),
            path.replacen("/api/v1/", "/api/v1/%2e/", 1),
            path.replacen("/api/v1/", "/api/x/%2e%2e/v1/", 1),
            path.replacen("/api/v1/", "/api/v1/%252e%252e/v1/", 1),
            format!("{path};x=1"),
            format!("{path}/"),
            format!("{path}%00"),
            format!("{path}%2f"),
            path.to_uppercase(),
            path.replacen("/v1/", "/V1/", 1),
            path.replacen("api", "%61pi", 1),
        ];
        for trick in tricks.iter().filter(|trick| **trick != path) {
            for credential in ["Bearer x", &viewer] {
                let reply = server.send(method, trick, &[("Authorization", credential)], b"");
                // The web app answers what is no address of the API.
                let is_page = reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
                let is_refused = [400, 401, 403, 404, 405].contains(&status(&reply)) || is_page;
                let may = credential == viewer && has_all(VIEWER, needed);
                assert!(is_refused || may, "{method} {trick} {credential}: {}", reply.status);
            }
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
    assert_eq!(reply.json()["role"], "super_admin");
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
