//! Audit proxies before stand-ins of Kong and APISIX: each change is in the trail as the stand-in's journal has it, nothing
//! goes on for whoever may not, what goes on is what came, and no secret reaches the disk.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod admin;
mod server;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use admin::{Admin, Change, KEY, send};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use server::{ADMIN, Server};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const DECK: &str = "decK/1.49.2";
const ADC: &str = "axios/1.7.9";
const CURL: &str = "curl/8.14.1";
const FORM: &str = "application/x-www-form-urlencoded";

/// What decK sends for a sync: it looks at everything, then puts by ids of its own and deletes.
const DECK_SYNC: &[(&str, &str, &str)] = &[
    ("GET", "/", ""),
    ("GET", "/services?size=1000", ""),
    ("GET", "/routes?size=1000", ""),
    ("GET", "/consumers?size=1000", ""),
    (
        "PUT",
        "/services/11111111-0000-4000-8000-000000000001",
        r#"{"connect_timeout":60000,"host":"pets.internal","id":"11111111-0000-4000-8000-000000000001","name":"pets","port":80,"protocol":"http","retries":5,"tags":["team-a"]}"#,
    ),
    (
        "PUT",
        "/services/11111111-0000-4000-8000-000000000002",
        r#"{"host":"old.internal","id":"11111111-0000-4000-8000-000000000002","name":"old"}"#,
    ),
    (
        "PUT",
        "/routes/22222222-0000-4000-8000-000000000001",
        r#"{"id":"22222222-0000-4000-8000-000000000001","name":"list-pets","paths":["/pets"],"methods":["GET"],"service":{"id":"11111111-0000-4000-8000-000000000001"}}"#,
    ),
    (
        "PUT",
        "/consumers/33333333-0000-4000-8000-000000000001",
        r#"{"id":"33333333-0000-4000-8000-000000000001","username":"mobile-app"}"#,
    ),
    (
        "PUT",
        "/consumers/33333333-0000-4000-8000-000000000001/key-auth/44444444-0000-4000-8000-000000000001",
        r#"{"consumer":{"id":"33333333-0000-4000-8000-000000000001"},"id":"44444444-0000-4000-8000-000000000001","key":"canary-deck-key"}"#,
    ),
    (
        "PUT",
        "/consumers/33333333-0000-4000-8000-000000000001/acls/55555555-0000-4000-8000-000000000001",
        r#"{"consumer":{"id":"33333333-0000-4000-8000-000000000001"},"group":"gold","id":"55555555-0000-4000-8000-000000000001"}"#,
    ),
    ("POST", "/schemas/plugins/validate", r#"{"name":"rate-limiting","config":{"minute":5}}"#),
    (
        "PUT",
        "/plugins/66666666-0000-4000-8000-000000000001",
        r#"{"id":"66666666-0000-4000-8000-000000000001","name":"rate-limiting","config":{"minute":5,"policy":"local","redis":{"password":"canary-redis"}},"route":{"id":"22222222-0000-4000-8000-000000000001"}}"#,
    ),
    (
        "PUT",
        "/upstreams/77777777-0000-4000-8000-000000000001",
        r#"{"id":"77777777-0000-4000-8000-000000000001","name":"pets-upstream","algorithm":"round-robin"}"#,
    ),
    (
        "POST",
        "/upstreams/77777777-0000-4000-8000-000000000001/targets",
        r#"{"target":"10.0.0.1:80","weight":100}"#,
    ),
    (
        "PUT",
        "/plugins/66666666-0000-4000-8000-000000000001",
        r#"{"id":"66666666-0000-4000-8000-000000000001","name":"rate-limiting","config":{"minute":50,"policy":"local","redis":{"password":"canary-redis"}},"route":{"id":"22222222-0000-4000-8000-000000000001"}}"#,
    ),
    ("DELETE", "/services/11111111-0000-4000-8000-000000000002", ""),
];

/// What people send by hand: names, forms, mistakes.
const BY_HAND: &[(&str, &str, &str)] = &[
    ("POST", "/services", "name=orders&url=http://orders.internal/v1"),
    ("POST", "/services", "name=orders&url=http://elsewhere"),
    ("POST", "/services/orders/routes", "name=orders-route&paths=/orders"),
    ("PATCH", "/services/orders", "retries=2&tls.key=canary-form-key"),
    (
        "POST",
        "/routes/orders-route/plugins",
        r#"{"name":"http-log","config":{"http_endpoint":"https://u:canary-url@logs/x","headers":{"Authorization":"Bearer canary-bearer-0123456789"}}}"#,
    ),
    ("POST", "/consumers", "username=ada"),
    ("POST", "/consumers/ada/key-auth", "key=canary-by-hand"),
    ("DELETE", "/consumers/ada/key-auth/canary-by-hand", ""),
    ("POST", "/consumers/ada/acls", "group=silver"),
    ("PUT", "/consumers/bo%20b", r#"{"custom_id":"7"}"#),
    ("PATCH", "/routes/nowhere", "name=x"),
    (
        "POST",
        "/routes",
        r#"{"name":"lost","paths":["/l"],"service":{"id":"99999999-0000-4000-8000-000000000009"}}"#,
    ),
    ("DELETE", "/services/orders", ""),
    ("DELETE", "/routes/orders-route", ""),
    ("DELETE", "/services/orders", ""),
    ("DELETE", "/consumers/ada", ""),
];

/// What ADC sends: PUT and DELETE on ids.
const ADC_SYNC: &[(&str, &str, &str)] = &[
    ("GET", "/apisix/admin/services", ""),
    ("GET", "/apisix/admin/consumers", ""),
    (
        "PUT",
        "/apisix/admin/services/pets",
        r#"{"name":"pets","upstream":{"nodes":{"10.0.0.1:80":1},"type":"roundrobin"},"plugins":{"limit-count":{"count":2,"key":"remote_addr","time_window":60}}}"#,
    ),
    ("PUT", "/apisix/admin/routes/list", r#"{"name":"list","uri":"/pets","service_id":"pets"}"#),
    ("PUT", "/apisix/admin/routes/none", r#"{"name":"none","uri":"/n","service_id":"nowhere"}"#),
    (
        "PUT",
        "/apisix/admin/consumers",
        r#"{"username":"mobile_app","plugins":{"key-auth":{"key":"canary-consumer"}}}"#,
    ),
    (
        "PUT",
        "/apisix/admin/consumers/mobile_app/credentials/k1",
        r#"{"plugins":{"jwt-auth":{"key":"canary-jwt-key","secret":"canary-jwt-secret"}}}"#,
    ),
    ("PUT", "/apisix/admin/ssls/1", r#"{"sni":"a.test","cert":"PEM","key":"canary-private-key"}"#),
    (
        "PUT",
        "/apisix/admin/consumers",
        r#"{"username":"mobile_app","desc":"new","plugins":{"key-auth":{"key":"canary-consumer-2"}}}"#,
    ),
    ("PUT", "/apisix/admin/routes/list", r#"{"name":"list","uri":"/pets/*","service_id":"pets"}"#),
    ("POST", "/apisix/admin/routes", r#"{"name":"made","uri":"/m"}"#),
    ("PATCH", "/apisix/admin/routes/list", r#"{"desc":"patched","name":null}"#),
    ("PATCH", "/apisix/admin/routes/list/methods", r#"["GET"]"#),
    ("POST", "/apisix/admin/schema/validate/routes", r#"{"uri":"/x"}"#),
    ("DELETE", "/apisix/admin/services/pets", ""),
    ("DELETE", "/apisix/admin/routes/list", ""),
    ("DELETE", "/apisix/admin/services/pets", ""),
    ("DELETE", "/apisix/admin/routes/gone", ""),
];

/// A server with one proxy before a stand-in.
struct Proxied {
    server: Server,
    admin: Admin,
    address: String,
    _keep: Option<tempfile::TempDir>,
}

impl Proxied {
    fn new(admin: Admin, kind: &str, more: &str) -> Proxied {
        let keep = tempfile::tempdir().unwrap();
        let mut proxied = Proxied::on(keep.path(), admin, kind, more, &[]);
        proxied._keep = Some(keep);
        proxied
    }

    fn on(dir: &Path, admin: Admin, kind: &str, more: &str, settings: &[(&str, &str)]) -> Proxied {
        let toml = format!(
            "[[proxy]]\nname = \"edge\"\nkind = \"{kind}\"\naddress = \"127.0.0.1:0\"\nupstream = \"{}\"\n{more}\n",
            admin.url()
        );
        let file = dir.join("gatelog.toml");
        std::fs::write(&file, toml).unwrap();
        let file = file.display().to_string();
        let server = Server::on(dir, &[settings, &[("GATELOG_CONFIG", file.as_str())]].concat(), true);
        server.until_logged("an audit proxy is listening");
        let log = server.log();
        let line = log.lines().find(|line| line.contains("an audit proxy is listening")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        let address = line["address"].as_str().unwrap().to_owned();
        Proxied { server, admin, address, _keep: None }
    }

    fn call(&self, agent: &str, (method, path, body): (&str, &str, &str)) -> u16 {
        let kind = if body.is_empty() || body.starts_with(['{', '[']) { "application/json" } else { FORM };
        let headers =
            [("X-Gatelog-Token", ADMIN), ("User-Agent", agent), ("X-API-KEY", KEY), ("Content-Type", kind)];
        status(&send(&self.address, method, path, &headers, body))
    }

    /// What the trail has of the proxy, oldest first, once everything has ended.
    fn trail(&self, params: &str) -> Vec<Value> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let page = self.server.json(&format!("/api/v1/trail?from=1h&limit=1000&origin=edge&{params}"));
            let rows = page["events"].as_array().unwrap().clone();
            if rows.iter().all(|row| row["outcome"] != "unknown") || Instant::now() > until {
                let whole =
                    |row: &Value| self.server.json(&format!("/api/v1/trail/{}", row["id"].as_str().unwrap()));
                return rows.iter().rev().map(whole).collect();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The only one.
    fn only(&self, params: &str) -> Value {
        let found = self.trail(params);
        assert_eq!(found.len(), 1, "{params}: {found:#?}");
        found.into_iter().next().unwrap()
    }

    fn number(&self, name: &str) -> u64 {
        let metrics = self.server.get("/metrics").text();
        let start = format!("gatelog_proxy_{name}_total{{proxy=\"edge\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&start)).unwrap().parse().unwrap()
    }
}

fn status(reply: &str) -> u16 {
    reply.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {reply:?}")).parse().unwrap()
}

/// A state without what is a secret in the traffic above: of those it is only known that they are tags.
fn plain(value: &Value) -> Value {
    let hidden = ["key", "secret", "password", "Authorization", "http_endpoint", "tls"];
    match value {
        Value::Object(members) => {
            let blank = |name: &str, value: &Value| match value {
                Value::String(text) if hidden.contains(&name) && text != "remote_addr" => json!("hidden"),
                Value::Object(_) if name == "tls" => json!("hidden"),
                value => plain(value),
            };
            members.iter().map(|(name, value)| (name.clone(), blank(name, value))).collect()
        }
        value => value.clone(),
    }
}

/// A change as the trail tells it, in the words of the journal.
fn told(event: &Value) -> (String, String, String, Value, Value) {
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    (
        text("verb"),
        text("resource_type"),
        text("resource_id"),
        plain(&event["before"]),
        plain(&event["after"]),
    )
}

fn true_of(change: &Change) -> (String, String, String, Value, Value) {
    (
        change.verb.to_owned(),
        change.kind.clone(),
        change.id.clone(),
        plain(&change.before),
        plain(&change.after),
    )
}

/// Replays traffic and holds the trail against the journal: every change, nothing else, in order.
fn replayed(proxied: &Proxied, agent: &str, traffic: &[(&str, &str, &str)]) -> Vec<Value> {
    let (known, seen) = (proxied.trail("").len(), proxied.admin.journal().len());
    let statuses: Vec<u16> = traffic.iter().map(|call| proxied.call(agent, *call)).collect();
    let events = proxied.trail("").split_off(known);
    let is_change = |call: &&(&str, &str, &str)| call.0 != "GET" && !call.1.contains("/validate");
    assert_eq!(events.len(), traffic.iter().filter(is_change).count(), "{statuses:?}");
    let done: Vec<_> = events.iter().filter(|event| event["outcome"] == "success").map(told).collect();
    let truth: Vec<_> = proxied.admin.journal().split_off(seen).iter().map(true_of).collect();
    for (told, truth) in done.iter().zip(&truth) {
        assert_eq!(told, truth);
    }
    assert_eq!(done.len(), truth.len());
    for event in &events {
        assert_eq!((&event["operator"], &event["operator_kind"]), (&json!("bootstrap"), &json!("machine")));
        assert_eq!((&event["address"], &event["agent"]), (&json!("127.0.0.1"), &json!(agent)));
        let is_done = event["outcome"] == "success";
        assert_eq!(event["diff"].as_array().unwrap().is_empty(), !is_done, "{event:#}");
    }
    events
}

fn nothing_leaked(dir: &Path) {
    let mut dirs = vec![dir.to_owned()];
    let mut looked = 0;
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                dirs.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            looked += bytes.len();
            if let Some(at) = bytes.windows(6).position(|part| part == b"canary") {
                let end = bytes.len().min(at + 80);
                panic!(
                    "{}: {}",
                    entry.path().display(),
                    String::from_utf8_lossy(&bytes[at.saturating_sub(80)..end])
                );
            }
        }
    }
    assert!(looked > 10_000);
}

#[test]
fn every_change_of_kong_is_recorded_as_it_was() {
    let proxied = Proxied::new(Admin::kong(), "kong", "");
    let synced = replayed(&proxied, DECK, DECK_SYNC);
    let by_hand = replayed(&proxied, CURL, BY_HAND);

    let sets: BTreeSet<&str> = synced.iter().map(|event| event["change_set"].as_str().unwrap()).collect();
    assert!(sets.len() == 1 && sets.first().unwrap().len() == 16, "{sets:?}");
    assert!(synced.iter().all(|event| event["tool"] == "deck" && event["source"] == "declarative"));
    assert!(
        by_hand
            .iter()
            .all(|event| event["tool"] == "curl" && event["source"] == "api" && event["change_set"] == "")
    );
    let state = proxied.server.json("/api/v1/proxies")["proxies"][0].clone();
    assert_eq!((&state["reachable"], &state["kind"]), (&json!(true), &json!("kong")), "{state}");
    assert!(
        state["counts"]["changes"].as_u64().unwrap() >= synced.len() as u64
            && state["last_change"].is_string()
    );
    assert_eq!((&state["problem"], &state["fail"]), (&Value::Null, &json!("closed")), "{state}");
    let shown = proxied.server.cli(ADMIN, &["proxies"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    let changes = state["counts"]["changes"].to_string();
    assert!(text.contains(" kong ") && text.contains(" closed ") && text.contains(&changes), "{text}");
    let id = sets.first().unwrap();
    assert_eq!(proxied.trail(&format!("change_set={id}")).len(), synced.len());
    let shown = proxied.server.cli(ADMIN, &["trail", "--change-set", id]);
    assert_eq!(String::from_utf8_lossy(&shown.stdout).lines().count(), synced.len() + 1);

    // Who changed the limit, and what was it before?
    let limit = proxied.only("event=KONG-PLUGIN-UPDATE");
    assert_eq!(limit["event"], "Update plugin");
    assert_eq!(
        (&limit["resource_id"], &limit["resource_name"]),
        (&json!("66666666-0000-4000-8000-000000000001"), &json!("rate-limiting"))
    );
    let of =
        |path: &str| limit["diff"].as_array().unwrap().iter().find(|change| change["path"] == path).cloned();
    assert_eq!(of("/config/minute"), Some(json!({ "path": "/config/minute", "before": 5, "after": 50 })));
    assert!(of("/config/policy").is_none());

    let failed = |params: &str| {
        let event = proxied.only(&format!("outcome=failure&{params}"));
        (event["status"].as_str().unwrap().to_owned(), event["detail"].as_str().unwrap().to_owned())
    };
    assert_eq!(failed("event=KONG-SERVICE-CREATE").0, "409");
    assert_eq!(failed("event=KONG-ROUTE-UPDATE"), ("404".to_owned(), "Not found".to_owned()));
    assert!(failed("event=KONG-ROUTE-CREATE").1.contains("does not reference an existing entity"));
    assert!(failed("event=KONG-SERVICE-DELETE").1.contains("references this"));
    // A key is the name of its credential: what the path had is a tag.
    let gone = proxied.only("event=KONG-KEY-AUTH-DELETE");
    assert!(
        gone["request"]["path"].as_str().unwrap().starts_with("/consumers/ada/key-auth/hmac:"),
        "{gone:#}"
    );
    nothing_leaked(&proxied.server.dir);
}

#[test]
fn every_change_of_apisix_is_recorded_as_it_was() {
    let proxied = Proxied::new(Admin::apisix(), "apisix", "");
    let synced = replayed(&proxied, ADC, ADC_SYNC);
    assert!(
        synced.iter().all(|event| event["tool"] == "adc" && event["change_set"] == synced[0]["change_set"])
    );
    let route = proxied.trail("event=APISIX-ROUTE-UPDATE&outcome=success");
    assert_eq!(
        route[0]["diff"][0],
        json!({ "path": "/update_time", "before": route[0]["before"]["update_time"], "after": route[0]["after"]["update_time"] })
    );
    assert_eq!(route[0]["diff"][1], json!({ "path": "/uri", "before": "/pets", "after": "/pets/*" }));
    // That the key changed is seen, what it is not.
    let consumer = proxied.only("event=APISIX-CONSUMER-UPDATE");
    let keys: Vec<&Value> = consumer["diff"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["path"] == "/plugins/key-auth/key")
        .collect();
    assert!(keys.len() == 1 && keys[0]["before"].as_str().unwrap().starts_with("hmac:"), "{consumer:#}");
    assert_eq!(
        proxied.only("event=APISIX-SERVICE-CREATE")["after"]["plugins"]["limit-count"]["key"],
        "remote_addr"
    );
    assert!(
        proxied.only("outcome=failure&event=APISIX-SERVICE-DELETE")["detail"]
            .as_str()
            .unwrap()
            .contains("still using it")
    );
    nothing_leaked(&proxied.server.dir);
}

#[test]
fn what_goes_on_is_what_came() {
    let (direct, proxied) = (Admin::kong(), Proxied::new(Admin::kong(), "kong", ""));
    let chunked = "POST /services HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\ncontent-TYPE: application/json\r\n\r\n\
        10\r\n{\"name\":\"c\",\"hos\r\n7\r\nt\":\"h\"}\r\n0\r\n\r\n";
    let large = format!(r#"{{"name":"big","host":"h","tags":["{}"]}}"#, "x".repeat(600_000));
    let bytes = large.len();
    let large = format!(
        "PUT /services/big HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n{large}"
    );
    let requests = [
        "GET /services?size=1000&tags=a%20b HTTP/1.1\r\nHost: kong.internal:8001\r\nuser-AGENT: x\r\nKong-Admin-Token: its-own\r\nX-Twice: 1\r\nX-Twice: 2\r\nConnection: close\r\n\r\n".to_owned(),
        "POST /services HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 26\r\nAuthorization: Basic dTpw\r\nConnection: close\r\n\r\n{\"name\":\"a\",\"host\":\"h.io\"}".to_owned(),
        chunked.to_owned(),
        "PATCH /services/a?x=1&y HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\nConnection: close\r\n\r\nretries=1".to_owned(),
        large,
        "GET /services/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        "DELETE /services/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    for request in &requests {
        let expected = admin::raw(&direct.address, request.as_bytes());
        let ours = request.replacen("\r\n", &format!("\r\nX-Gatelog-Token: {ADMIN}\r\n"), 1);
        let reply = admin::raw(&proxied.address, ours.as_bytes());
        // About the connection, not about the answer.
        assert_eq!(
            reply.replace("connection: close\r\n", "").replace("Connection: close\r\n", ""),
            expected,
            "{request}"
        );
    }
    let came = |admin: &Admin| {
        let state = admin.state.lock().unwrap();
        let mut seen = state.seen.clone();
        seen.iter_mut()
            .for_each(|seen| seen.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("connection")));
        seen
    };
    let looks = |seen: &admin::Seen| {
        !seen.line.starts_with("GET ") || requests.iter().any(|r| r.starts_with(&seen.line))
    };
    let through: Vec<_> = came(&proxied.admin).into_iter().filter(looks).collect();
    assert_eq!(through, came(&direct));
    let big = proxied.only("event=KONG-SERVICE-CREATE&resource_id=big");
    assert_eq!(
        big["request"]["body"],
        json!({ "bytes": bytes }),
        "a large body goes on and is told by its size"
    );
}

#[test]
fn nothing_goes_on_for_whoever_may_not() {
    let rules = "allow = [{ role = \"editor\", may = \"change\", resources = [\"route\", \"service\"] }, { role = \"viewer\", may = \"read\" }]\nreads = \"metadata\"";
    let proxied = Proxied::new(Admin::kong(), "kong", rules);
    let (editor, viewer) = (
        proxied.server.token(&["--role", "editor", "--name", "ed"]),
        proxied.server.token(&["--role", "viewer", "--name", "vi"]),
    );
    let ingest = proxied.server.token(&["--ingest", "edge-logs"]);
    let service = r#"{"name":"a","host":"h"}"#;
    let by = |headers: &[(&str, &str)], method: &str, path: &str, body: &str| {
        status(&send(&proxied.address, method, path, headers, body))
    };

    for headers in [
        &[][..],
        &[("Kong-Admin-Token", "its-own")],
        &[("X-Gatelog-Token", "gl_ap_wrong")],
        &[("Authorization", "Bearer gl_ap_wrong")],
        &[("X-Gatelog-Token", &*ingest)],
        &[("X-Forwarded-User", "ada")],
    ] {
        assert_eq!(by(headers, "POST", "/services", service), 401, "{headers:?}");
        assert_eq!(by(headers, "GET", "/services", ""), 401, "{headers:?}");
    }
    let viewer = [("Authorization", format!("Bearer {viewer}"))];
    let viewer: Vec<(&str, &str)> = viewer.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(by(&viewer, "POST", "/services", service), 403);
    assert_eq!(by(&viewer, "DELETE", "/services/a", ""), 403);
    assert!(proxied.admin.state.lock().unwrap().seen.is_empty(), "something went on");
    assert_eq!(proxied.number("refused"), 14);

    assert_eq!(by(&viewer, "GET", "/services", ""), 200);
    let editor = [("X-Gatelog-Token", &*editor)];
    assert_eq!(by(&editor, "POST", "/services", service), 201);
    assert_eq!(by(&editor, "POST", "/consumers", r#"{"username":"x"}"#), 403);
    // Another form of the path is no way around.
    assert_eq!(by(&editor, "POST", "/services/../consumers", r#"{"username":"x"}"#), 403);
    assert_eq!(by(&editor, "GET", "/consumers", ""), 403);
    let lines: Vec<String> =
        proxied.admin.state.lock().unwrap().seen.iter().map(|seen| seen.line.clone()).collect();
    assert_eq!(lines, ["GET /services HTTP/1.1", "POST /services HTTP/1.1"]);
    for seen in &proxied.admin.state.lock().unwrap().seen {
        assert!(!format!("{seen:?}").contains("gl_"), "a token of ours went on: {seen:?}");
    }

    let denied = proxied.trail("outcome=denied");
    let told: Vec<String> =
        denied.iter().map(|e| format!("{} {} {}", e["operator"], e["code"], e["status"])).collect();
    assert_eq!(
        told,
        [
            r#""vi" "KONG-SERVICE-CREATE" "403""#,
            r#""vi" "KONG-SERVICE-DELETE" "403""#,
            r#""ed" "KONG-CONSUMER-CREATE" "403""#,
            r#""ed" "KONG-OTHER-UPDATE" "403""#,
            r#""ed" "KONG-CONSUMER-READ" "403""#,
        ]
    );
    assert_eq!(proxied.only("event=KONG-SERVICE-READ")["operator"], "vi");
}

#[test]
fn a_full_trail_stops_changes_or_is_counted() {
    let service = ("POST", "/services", r#"{"name":"a","host":"h"}"#);
    for (fail, expected) in [("closed", 503), ("open", 201)] {
        let dir = tempfile::tempdir().unwrap();
        let more = format!("fail = \"{fail}\"");
        let proxied =
            Proxied::on(dir.path(), Admin::kong(), "kong", &more, &[("GATELOG_TRAIL_BYTES_MAX", "64")]);
        assert_eq!(proxied.call(CURL, service), expected, "{fail}");
        assert_eq!(proxied.call(CURL, ("GET", "/services", "")), 200);
        let went_on = usize::from(fail == "open");
        assert_eq!(proxied.admin.tried().len(), went_on);
        assert_eq!(proxied.number("unrecorded"), went_on as u64);
    }
}

#[test]
fn what_was_begun_is_known_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let proxied = Proxied::on(dir.path(), Admin::kong(), "kong", "", &[]);
    assert_eq!(proxied.call(CURL, ("POST", "/services", r#"{"name":"a","host":"h"}"#)), 201);
    assert_eq!(proxied.trail("").len(), 1);
    proxied.admin.state.lock().unwrap().silent = "/services/a".to_owned();
    let address = proxied.address.clone();
    let asker = std::thread::spawn(move || {
        send(&address, "PATCH", "/services/a", &[("X-Gatelog-Token", ADMIN)], r#"{"host":"changed"}"#)
    });
    let until = Instant::now() + Duration::from_secs(20);
    while proxied.admin.journal().len() < 2 {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(5));
    }
    let Proxied { server, .. } = proxied;
    server.kill();
    assert_eq!(asker.join().unwrap(), "");
    let server = Server::on(dir.path(), &[], true);
    let events = server.json("/api/v1/trail?from=1h&event=KONG-SERVICE-UPDATE")["events"].clone();
    assert_eq!((events.as_array().unwrap().len(), &events[0]["outcome"]), (1, &json!("unknown")));
    let event = server.json(&format!("/api/v1/trail/{}", events[0]["id"].as_str().unwrap()));
    assert_eq!(
        (&event["before"]["host"], &event["request"]["body"]["host"]),
        (&json!("h"), &json!("changed"))
    );
}

#[test]
fn an_admin_api_that_is_gone_is_told() {
    let gone = Admin { address: "127.0.0.1:9".to_owned(), state: Default::default() };
    let proxied = Proxied::new(gone, "kong", "");
    assert_eq!(proxied.call(CURL, ("DELETE", "/services/a", "")), 502);
    let event = proxied.only("");
    assert_eq!((&event["outcome"], &event["status"]), (&json!("failure"), &json!("502")));
    assert!(event["detail"].as_str().unwrap().contains("cannot be reached"), "{event:#}");
    let state = proxied.server.json("/api/v1/proxies")["proxies"][0].clone();
    assert_eq!((&state["reachable"], &state["last_answer"]), (&json!(false), &Value::Null));
    assert_eq!((&state["counts"]["changes"], &state["counts"]["unreachable"]), (&json!(1), &json!(1)));
    let shown = proxied.server.cli(ADMIN, &["proxies"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("the Admin API did not answer the last call"), "{text}");
}

#[test]
fn the_gateways_own_token_is_lent_and_headers_of_the_trusted_are_believed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("admin-key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let more = format!(
        "token_file = \"{}\"\nlends_token = true\nidentity_header = \"X-Forwarded-User\"\nidentity_from = [\"127.0.0.0/8\"]\n\
         allow = [{{ role = \"admin\", may = \"change\" }}, {{ role = \"*\", may = \"read\" }}]",
        file.display()
    );
    let proxied = Proxied::on(dir.path(), Admin::apisix(), "apisix", &more, &[]);
    let by = |name: &str, value: &str, method: &str| {
        let body = if method == "GET" { "" } else { r#"{"uri":"/a"}"# };
        status(&send(&proxied.address, method, "/apisix/admin/routes/1", &[(name, value)], body))
    };
    let token = proxied.server.token(&["--role", "admin", "--name", "pipeline"]);
    // ADC knows one place for a token.
    assert_eq!(by("X-API-KEY", &token, "PUT"), 201);
    assert_eq!(by("X-Forwarded-User", "Ada", "GET"), 200);
    assert_eq!(by("X-Forwarded-User", "Ada", "PUT"), 403);
    proxied.server.person("ada", "admin");
    assert_eq!(by("X-Forwarded-User", "Ada", "PUT"), 200);
    let told: Vec<String> = proxied
        .trail("")
        .iter()
        .map(|e| format!("{} {} {}", e["operator"], e["operator_kind"], e["outcome"]))
        .collect();
    assert_eq!(
        told,
        [r#""pipeline" "machine" "success""#, r#""Ada" "machine" "denied""#, r#""ada" "person" "success""#]
    );
    assert!(
        proxied.admin.state.lock().unwrap().seen.iter().all(|seen| !format!("{seen:?}").contains(&token))
    );
}

#[test]
fn what_was_changed_behind_the_proxy_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let admin = Admin::kong();
    admin.state.lock().unwrap().workspaces.insert("team".to_owned(), admin::State::default());
    let proxied = Proxied::on(dir.path(), admin, "kong", "snapshot_interval_s = 1", &[]);
    let pull = |server: &Server| server.json("/api/v1/pulls")["pulls"][0].clone();
    // A snapshot that began after this moment has been taken.
    let snapshot = |server: &Server| {
        let (until, first) =
            (Instant::now() + Duration::from_secs(30), pull(server)["tries"].as_u64().unwrap_or(0));
        while pull(server)["tries"].as_u64().unwrap_or(0) < first + 2 {
            assert!(Instant::now() < until, "{}", pull(server));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(pull(server)["error"], Value::Null);
    };
    let drift = |proxied: &Proxied| proxied.trail("source=drift");
    snapshot(&proxied.server);
    replayed(&proxied, DECK, DECK_SYNC);
    snapshot(&proxied.server);
    assert!(drift(&proxied).is_empty(), "{:#?}", drift(&proxied));

    let seen = proxied.admin.journal().len();
    proxied.admin.send("PATCH", "/services/pets", &[], r#"{"retries":1}"#);
    proxied.admin.send("POST", "/consumers/mobile-app/key-auth", &[], r#"{"key":"canary-behind"}"#);
    proxied.admin.send("DELETE", "/plugins/66666666-0000-4000-8000-000000000001", &[], "");
    snapshot(&proxied.server);
    let found = drift(&proxied);
    let sorted = |mut all: Vec<(String, String, String, Value, Value)>| {
        all.sort_by_key(|one| (one.1.clone(), one.2.clone()));
        all
    };
    let truth = proxied.admin.journal().split_off(seen);
    assert_eq!(sorted(found.iter().map(told).collect()), sorted(truth.iter().map(true_of).collect()));
    for event in &found {
        assert_eq!(
            (&event["operator"], &event["change_set"]),
            (&json!("unattributed"), &found[0]["change_set"])
        );
        assert!(
            event["detail"].as_str().unwrap().starts_with("changed behind the proxy after 20"),
            "{event:#}"
        );
    }
    assert_eq!(proxied.number("drift"), 3);

    // What goes on in another workspace is known by its path only, through the proxy and behind it.
    let mine = "/team/services/99999999-0000-4000-8000-000000000001";
    assert_eq!(proxied.call(CURL, ("PUT", mine, r#"{"name":"mine","host":"mine.internal"}"#)), 200);
    snapshot(&proxied.server);
    assert_eq!(drift(&proxied).len(), 3);
    proxied.admin.send("PATCH", mine, &[], r#"{"host":"other.internal"}"#);
    snapshot(&proxied.server);
    let found = drift(&proxied);
    assert_eq!((found.len(), &found[3]["resource_name"]), (4, &json!("mine")));
    assert_eq!(found[3]["diff"][0]["path"], "/host");

    // What goes with something that was deleted through the proxy is no drift, and nothing is found twice.
    assert_eq!(proxied.call(CURL, ("DELETE", "/consumers/mobile-app", "")), 204);
    snapshot(&proxied.server);
    assert_eq!(drift(&proxied).len(), 4);

    let Proxied { server, admin, .. } = proxied;
    server.kill();
    admin.send("PATCH", "/upstreams/pets-upstream", &[], r#"{"algorithm":"least-connections"}"#);
    let proxied = Proxied::on(dir.path(), admin, "kong", "snapshot_interval_s = 1", &[]);
    snapshot(&proxied.server);
    let found = drift(&proxied);
    assert_eq!((found.len(), &found[4]["code"]), (5, &json!("KONG-UPSTREAM-UPDATE")));
    assert_eq!(
        found[4]["diff"][0],
        json!({ "path": "/algorithm", "before": "round-robin", "after": "least-connections" })
    );
    nothing_leaked(dir.path());
}

#[test]
fn what_a_whole_configuration_changes_is_told_thing_by_thing() {
    let dir = tempfile::tempdir().unwrap();
    // The next snapshot is taken because of the change, not because it is time.
    let proxied = Proxied::on(dir.path(), Admin::kong(), "kong", "snapshot_interval_s = 3600", &[]);
    let until = Instant::now() + Duration::from_secs(30);
    while proxied.server.json("/api/v1/pulls")["pulls"][0]["last_success"].is_null() {
        assert!(Instant::now() < until, "no first snapshot");
        std::thread::sleep(Duration::from_millis(50));
    }
    let config = |retries: u8, routes: &[&str]| {
        let service = "11111111-0000-4000-8000-000000000001";
        let routes: Vec<Value> = routes.iter().map(|name| {
            json!({ "id": format!("22222222-0000-4000-8000-{name:0>12}"), "name": name, "service": { "id": service } })
        }).collect();
        let text = json!({
            "_format_version": "3.0",
            "services": [{ "id": service, "name": "pets", "host": "pets.internal", "retries": retries }],
            "routes": routes,
            "consumers": [{ "id": "33333333-0000-4000-8000-000000000001", "username": "mobile-app" }],
            "key-auth": [{ "id": "44444444-0000-4000-8000-000000000001", "key": "canary-in-a-text" }],
        });
        json!({ "config": text.to_string() }).to_string()
    };
    let told_of = |count: usize| {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let found = proxied.trail("");
            if found.len() >= count || Instant::now() > until {
                return found;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    assert_eq!(proxied.call(CURL, ("POST", "/config", &config(5, &["list", "make"]))), 201);
    assert_eq!(told_of(6).len(), 6);
    let seen = proxied.admin.journal().len();
    assert_eq!(proxied.call(CURL, ("POST", "/config", &config(1, &["list", "find"]))), 201);
    assert_eq!(proxied.call(CURL, ("POST", "/config", r#"{"config":"canary: no JSON"}"#)), 400);
    let events = told_of(11).split_off(6);
    let (whole, things): (Vec<Value>, Vec<Value>) =
        events.into_iter().partition(|event| event["resource_type"] == "config");
    assert_eq!(whole[0]["code"], "KONG-CONFIG-UPDATE");
    assert_eq!((&whole[1]["outcome"], whole.len()), (&json!("failure"), 2));
    let sorted = |mut all: Vec<(String, String, String, Value, Value)>| {
        all.sort_by_key(|one| (one.1.clone(), one.2.clone()));
        all
    };
    let truth = proxied.admin.journal().split_off(seen);
    assert_eq!(truth.len(), 3);
    assert_eq!(sorted(things.iter().map(told).collect()), sorted(truth.iter().map(true_of).collect()));
    for event in &things {
        for name in ["operator", "operator_kind", "address", "agent", "tool", "source", "change_set"] {
            assert_eq!(event[name], whole[0][name], "{name}");
        }
        assert!(
            event["detail"].as_str().unwrap().starts_with("replaced with the whole configuration after 20")
        );
    }
    assert_eq!((proxied.number("drift"), &whole[0]["operator"]), (0, &json!("bootstrap")));
    let Proxied { server, .. } = proxied;
    server.kill();
    nothing_leaked(dir.path());
}

#[test]
fn a_client_certificate_says_who_calls() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let signed = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
    };
    let (certificate, key) = signed("gatelog");
    for (name, text) in [("ca.pem", &authority), ("tls.pem", &certificate), ("key.pem", &key)] {
        std::fs::write(path(name), text).unwrap();
    }
    let more = format!(
        "certificate = \"{}\"\nkey = \"{}\"\nclient_ca = \"{}\"\nallow = [{{ role = \"*\", may = \"change\" }}]",
        path("tls.pem"),
        path("key.pem"),
        path("ca.pem")
    );
    let proxied = Proxied::on(dir.path(), Admin::kong(), "kong", &more, &[]);
    let call = |shows: Option<(String, String)>| {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match shows {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                    PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
                )
                .unwrap(),
        };
        let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(&proxied.address).unwrap());
        let body = r#"{"username":"x"}"#;
        let head = format!(
            "POST /consumers HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        String::from_utf8_lossy(&reply).into_owned()
    };
    assert_eq!(call(None), "");
    assert!(proxied.admin.state.lock().unwrap().seen.is_empty());
    assert_eq!(status(&call(Some(signed("deploy-robot")))), 201);
    let event = proxied.only("");
    assert_eq!(
        (&event["operator"], &event["code"]),
        (&json!("deploy-robot"), &json!("KONG-CONSUMER-CREATE"))
    );
}
