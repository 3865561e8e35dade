//! The audit log of Kong Gateway Enterprise, pulled from a stand-in with its semantics: newest first, pages by `offset`,
//! `after` inclusive and `before` exclusive in seconds, entries that go when their `ttl` is over, signatures by RSA.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;
mod stand_in;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use server::Server;
use stand_in::{parameter, stand_in};

const TOKEN: &str = "s3cret-admin-token";
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stand_in/");
/// Entries of a page of the stand-in; it gives no more, whatever is asked for.
const PAGE: usize = 7;

/// What Kong has: entries of both lists, the oldest first, and when it was asked.
#[derive(Default)]
struct Kong {
    requests: Vec<Value>,
    objects: Vec<Value>,
    asked: usize,
}

type Shared = Arc<Mutex<Kong>>;

fn kong(what: &Shared) -> String {
    let what = Arc::clone(what);
    stand_in(move |target, head| {
        if !head.to_lowercase().contains(&format!("kong-admin-token: {TOKEN}")) {
            return None;
        }
        let mut kong = what.lock().unwrap();
        kong.asked += 1;
        let list = match target.split('?').next().unwrap() {
            "/audit/requests" => &kong.requests,
            "/audit/objects" => &kong.objects,
            _ => return None,
        };
        let number = |name: &str| parameter(target, name).map(|text| text.parse::<i64>().unwrap());
        let (after, before) = (number("after").unwrap_or(0), number("before").unwrap_or(i64::MAX));
        let mut found: Vec<&Value> = list
            .iter()
            .filter(|one| (after..before).contains(&one["request_timestamp"].as_i64().unwrap()))
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse(one["request_timestamp"].as_i64().unwrap()));
        let from: usize = parameter(target, "offset").map_or(0, |offset| offset.parse().unwrap());
        let page: Vec<&Value> = found.iter().skip(from).take(PAGE).copied().collect();
        let mut answer = json!({ "data": page, "total": found.len(), "next": null });
        if found.len() > from + PAGE {
            answer["offset"] = (from + PAGE).to_string().into();
            answer["next"] = format!("/audit/x?offset={}", from + PAGE).into();
        }
        Some(answer.to_string().into_bytes())
    })
}

fn now_s() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

fn request(n: usize, time: i64) -> Value {
    json!({ "request_id": format!("q-{n}"), "request_timestamp": time, "method": "PATCH", "path": format!("/routes/r-{n}"),
        "payload": "{\"paths\":[\"/new\"]}", "removed_from_payload": null, "client_ip": "192.0.2.7", "status": 200,
        "rbac_user_id": "u-1", "rbac_user_name": "ada", "request_source": null, "signature": null, "ttl": 2_591_995,
        "workspace": "w" })
}

fn object(n: usize, time: i64) -> Value {
    json!({ "id": format!("o-{n}"), "request_id": format!("q-{n}"), "request_timestamp": time, "dao_name": "routes",
        "entity": format!("{{\"id\":\"r-{n}\",\"name\":\"pets-{n}\",\"paths\":[\"/new\"]}}"), "entity_key": format!("r-{n}"),
        "operation": "update", "rbac_user_id": "u-1", "expire": 9, "signature": null, "ttl": 2_591_995 })
}

/// Signs an entry as Kong's manual says: its values in the order of their names.
fn signed(mut entry: Value) -> Value {
    let pem = PrivatePkcs8KeyDer::from_pem_file(format!("{KEYS}kong-audit.pem")).unwrap();
    let key = RsaKeyPair::from_pkcs8(pem.secret_pkcs8_der()).unwrap();
    let mut names: Vec<&String> = entry
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !["signature", "ttl", "expire"].contains(&name.as_str()))
        .collect();
    names.sort();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values: Vec<String> =
        names.iter().map(|name| &entry[*name]).filter(|value| !value.is_null()).map(text).collect();
    let mut signature = vec![0; key.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, values.join("|").as_bytes(), &mut signature).unwrap();
    entry["signature"] = base64::engine::general_purpose::STANDARD.encode(signature).into();
    entry
}

fn start(dir: &Path, url: &str, more: &str) -> Server {
    std::fs::write(dir.join("token"), TOKEN).unwrap();
    let settings = format!(
        "[trail.kong-ops]\nurl = {url:?}\ntoken_file = {:?}\ninterval_s = 1\n{more}",
        dir.join("token")
    );
    let file = dir.join("gatelog.toml");
    std::fs::write(&file, settings).unwrap();
    Server::on(dir, &[("GATELOG_CONFIG", file.to_str().unwrap())], true)
}

fn events(server: &Server) -> Vec<Value> {
    let page = server.json("/api/v1/trail?from=2000-01-01&to=2100-01-01&origin=kong-ops&limit=1000");
    page["events"].as_array().unwrap().clone()
}

/// Waits until there are so many, and one more look has brought no other.
fn until(server: &Server, kong: &Shared, count: usize) -> Vec<Value> {
    let end = Instant::now() + Duration::from_secs(30);
    while events(server).len() < count {
        assert!(Instant::now() < end, "{} of {count}\n{}", events(server).len(), server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let asked = kong.lock().unwrap().asked;
    while kong.lock().unwrap().asked < asked + 12 {
        assert!(Instant::now() < end, "it is not asked again");
        std::thread::sleep(Duration::from_millis(50));
    }
    let found = events(server);
    assert_eq!(found.len(), count);
    found
}

#[test]
fn changes_have_their_operator_and_nothing_is_lost_or_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let what = Shared::default();
    let start_s = now_s() - 3_600;
    {
        let mut kong = what.lock().unwrap();
        for n in 0..40 {
            kong.requests.push(request(n, start_s + n as i64 / 4));
            if n % 2 == 0 {
                kong.objects.push(object(n, start_s + n as i64 / 4));
            }
        }
    }
    let url = kong(&what);
    let server = start(dir.path(), &url, "");
    let found = until(&server, &what, 40);
    let of = |id: &str| found.iter().find(|one| one["request_id"] == *id).unwrap().clone();
    for (id, event, name) in [("q-4", "Update route", "pets-4"), ("q-5", "Update route", "")] {
        let one = of(id);
        let said = [&one["operator"], &one["address"], &one["event"], &one["resource_name"], &one["detail"]];
        assert_eq!(said.map(|text| text.as_str().unwrap()), ["ada", "192.0.2.7", event, name, ""], "{one}");
    }
    let whole = server.json(&format!("/api/v1/trail/{}", of("q-4")["id"].as_str().unwrap()));
    assert_eq!(
        (&whole["after"]["paths"][0], &whole["request"]["path"]),
        (&json!("/new"), &json!("/routes/r-4"))
    );

    // New ones, one with an object whose request comes later than the next look, one late by a clock that is behind.
    what.lock().unwrap().objects.push(object(100, start_s + 20));
    until(&server, &what, 41);
    {
        let mut kong = what.lock().unwrap();
        kong.requests.push(request(100, start_s + 20));
        kong.requests.push(request(101, start_s - 120));
    }
    // The request of an object that is there is known by the object.
    until(&server, &what, 42);
    server.kill();
    what.lock().unwrap().requests.extend((200..260).map(|n| request(n, start_s + 30)));
    // What Kong has forgotten meanwhile stays here.
    what.lock().unwrap().requests.retain(|one| one["request_timestamp"].as_i64().unwrap() > start_s + 5);
    let server = start(dir.path(), &url, "");
    until(&server, &what, 102);
    // When it is forgotten how far it was read, what is read again is known.
    server.stop();
    std::fs::remove_dir_all(dir.path().join("trails")).unwrap();
    let server = start(dir.path(), &url, "");
    until(&server, &what, 102);
    let pulls = server.json("/api/v1/pulls");
    let pull =
        pulls["pulls"].as_array().unwrap().iter().find(|pull| pull["kind"] == "trail").unwrap().clone();
    assert_eq!((&pull["name"], pull.get("error")), (&json!("kong-ops"), None), "{pull}");
}

#[test]
fn an_entry_that_was_altered_is_kept_and_marked() {
    let dir = tempfile::tempdir().unwrap();
    let what = Shared::default();
    let start_s = now_s() - 60;
    {
        let mut kong = what.lock().unwrap();
        let mut altered = signed(request(2, start_s));
        altered["rbac_user_name"] = "eve".into();
        let mut entity = signed(object(4, start_s));
        entity["entity"] = "{}".into();
        kong.requests.extend([
            signed(request(1, start_s)),
            altered,
            request(3, start_s),
            signed(request(4, start_s)),
        ]);
        kong.requests.push(signed(request(5, start_s)));
        kong.objects.extend([entity, signed(object(5, start_s))]);
    }
    let url = kong(&what);
    let server = start(dir.path(), &url, &format!("public_key_file = \"{KEYS}kong-audit.pub.pem\""));
    let mut marked: Vec<String> = until(&server, &what, 5)
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one["request_id"].as_str().unwrap(),
                one["detail"].as_str().unwrap().contains("signature")
            )
        })
        .collect();
    marked.sort();
    assert_eq!(marked, ["q-1 false", "q-2 true", "q-3 true", "q-4 true", "q-5 false"]);
}

#[test]
fn what_kong_refuses_is_said_and_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let what = Shared::default();
    let url = kong(&what);
    let server = start(dir.path(), &url, "token_header = \"x-other\"");
    let end = Instant::now() + Duration::from_secs(30);
    let error = loop {
        let pulls = server.json("/api/v1/pulls");
        let error = pulls["pulls"][0]["error"].as_str().map(str::to_owned);
        if let Some(error) = error {
            break error;
        }
        assert!(Instant::now() < end, "{pulls}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(error.contains("404") && !error.contains(TOKEN), "{error}");
    assert!(!server.log().contains(TOKEN));
}
