//! Sources made, set, renewed and deleted, and lines tried, end to end.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use serde_json::{Value, json};
use server::{ADMIN, Reply, Server, event};

/// A record no format knows by itself.
const ODD: &str =
    r#"{"ts":1795298871,"status":1,"out":{"rc":404},"took_us":2500,"who":"acme","what":{"url":"/a/1"}}"#;

fn map() -> Value {
    json!({ "status": "out.rc", "duration": { "from": ["took_us"], "unit": "micros" }, "consumer_name": ["who"], "path": "what.url" })
}

fn deliver(server: &Server, token: &str, path: &str, body: &str) -> Reply {
    server.send("POST", path, &[("Authorization", &format!("Bearer {token}"))], body.as_bytes())
}

/// The events of a source, newest first.
fn events(server: &Server, source: &str) -> Vec<Value> {
    let path = format!("/api/v1/events?from=2000-01-01&to=2100-01-01&filter=source%3A{source}");
    server.json(&path)["events"].as_array().unwrap().clone()
}

fn source(server: &Server, name: &str) -> Option<Value> {
    let sources = server.json("/api/v1/sources");
    sources["sources"].as_array().unwrap().iter().find(|s| s["name"] == name).cloned()
}

#[test]
fn a_source_is_made_sends_is_renewed_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge", "format": "flowgenx" }));
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("gl_in_"));
    assert_eq!((&made["source"]["name"], &made["source"]["format"]), (&json!("edge"), &json!("flowgenx")));
    assert_eq!(source(&server, "edge").unwrap()["last_event"], Value::Null);
    assert_eq!(server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" })).status, 409);
    assert_eq!(server.post(ADMIN, "/api/v1/sources", &json!({ "name": "a b" })).status, 400);
    assert_eq!(server.post(ADMIN, "/api/v1/sources", &json!({ "name": "x", "format": "kogn" })).status, 400);

    assert_eq!(deliver(&server, token, "/ingest", &event(1)).json()["accepted"], 1);
    let renewed = server.post(ADMIN, "/api/v1/sources/edge/token", &json!({})).json();
    let second = renewed["token"].as_str().unwrap();
    assert_ne!(second, token);
    assert!(renewed["old_valid_until"].as_str().unwrap().ends_with('Z'));
    assert_eq!(deliver(&server, token, "/ingest", &event(2)).json()["accepted"], 1);

    // What was answered holds after a crash.
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(deliver(&server, second, "/ingest", &event(3)).json()["accepted"], 1);
    assert_eq!(source(&server, "edge").unwrap()["format"], "flowgenx");
    let text = std::fs::read_to_string(dir.path().join("catalog.json")).unwrap();
    assert!(!text.contains(token) && !text.contains(second));

    assert_eq!(server.delete(ADMIN, "/api/v1/sources/edge").status, 204);
    for token in [token, second] {
        assert_eq!(deliver(&server, token, "/ingest", &event(4)).status, 401);
    }
    assert_eq!(source(&server, "edge"), None);
    assert_eq!(server.delete(ADMIN, "/api/v1/sources/edge").status, 404);
    assert_eq!(server.post(ADMIN, "/api/v1/sources/edge/token", &json!({})).status, 404);
    assert_eq!(events(&server, "edge").len(), 3);
    assert!(!server.log().contains(second));
}

#[test]
fn the_health_of_a_source_is_told() {
    let server = Server::start();
    let health = |name: &str| {
        let source = source(&server, name).unwrap();
        assert!(source["health_text"].as_str().unwrap().ends_with('.'));
        source["health"].as_str().unwrap().to_owned()
    };
    let make = |name: &str| {
        let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": name })).json();
        assert_eq!(made["source"]["health"], "new");
        made["token"].as_str().unwrap().to_owned()
    };
    let old = |minutes: u64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        json!({ "time": now - minutes * 60, "method": "GET", "path": format!("/{minutes}"), "status": 200 })
            .to_string()
    };
    let token = make("edge");
    for (body, want) in [(old(0), "ok"), (old(60), "late"), (old(1), "ok"), ("?\n".repeat(9), "rejecting")] {
        deliver(&server, &token, "/ingest", &body);
        assert_eq!(health("edge"), want, "{body}");
    }
    // Old logs are history.
    assert_eq!(deliver(&server, &make("import"), "/ingest", &old(3 * 24 * 60)).json()["accepted"], 1);
    assert_eq!(health("import"), "ok");
    deliver(&server, &make("odd"), "/ingest/kong", "?");
    assert_eq!(health("odd"), "rejecting");
}

fn seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn the_quality_of_what_a_source_sends_is_told() {
    let server = Server::start();
    let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" })).json();
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["source"]["quality"]["complete"], Value::Null);
    let now = seconds();
    // Routes are made of the paths. (seconds ago, more members): two in time, one late, one of last week, one an hour ahead of us.
    let events = [
        (
            1,
            json!({ "status": 200, "consumer": "mobile", "route": "/a", "ip": "203.0.113.9", "user_agent": "curl/8" }),
        ),
        (1, json!({ "status": 403, "granted": false, "reason": "quota_exceeded" })),
        (600, json!({ "status": 403, "granted": false, "reason": "other" })),
        (7 * 86_400, json!({ "status": 200, "consumer": "mobile" })),
        (-3_600_i64 as u64, json!({ "status": 200 })),
    ];
    let lines: Vec<String> = events
        .into_iter()
        .map(|(ago, mut event)| {
            event["time"] = json!(now.wrapping_sub(ago));
            event["method"] = json!("GET");
            event["path"] = json!("/a/1");
            event.to_string()
        })
        .collect();
    let body = format!("{}\nnot a record\n", lines.join("\n"));
    let taken = deliver(&server, token, "/ingest/json", &body).json();
    assert_eq!((&taken["accepted"], &taken["rejected"]), (&json!(5), &json!(1)), "{taken}");

    let told = server.json("/api/v1/sources/edge/quality");
    for span in ["hour", "day"] {
        let quality = &told[span];
        let of = |name: &str| quality[name].as_u64().unwrap();
        assert_eq!((of("events"), of("late"), of("ahead"), of("untimed")), (5, 1, 1, 0), "{quality}");
        assert_eq!((of("denied"), of("explained")), (2, 1), "{quality}");
        let field = |name: &str| {
            let fields = quality["fields"].as_array().unwrap();
            fields.iter().find(|field| field["name"] == name).unwrap()["events"].as_u64().unwrap()
        };
        assert_eq!(
            ["method", "path", "status", "consumer", "route", "ip", "user_agent"].map(field),
            [5, 5, 5, 2, 5, 1, 1]
        );
        assert!(quality["lag_max_ms"].as_f64().unwrap() >= 600_000.0, "{quality}");
        assert!(
            (3_500_000.0..=3_600_000.0).contains(&quality["ahead_max_ms"].as_f64().unwrap()),
            "{quality}"
        );
    }
    // The list has the same in short.
    let listed = source(&server, "edge").unwrap();
    assert_eq!((&listed["quality"]["denied"], &listed["quality"]["fields"]), (&json!(2), &Value::Null));
    assert_eq!(server.get_as(ADMIN, "/api/v1/sources/none/quality").status, 404);
}

#[test]
fn nothing_to_see_may_be_the_source_and_is_said_to_those_who_may_know() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" }));
    let found = server.json("/api/v1/diagnose?from=1h&to=now");
    let said: Vec<&str> =
        found["diagnosis"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str()).collect();
    assert!(said.contains(&"source edge has delivered nothing yet"), "{found}");
}

#[test]
fn a_paused_source_is_refused_until_it_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" })).json();
    let token = made["token"].as_str().unwrap();
    assert_eq!(deliver(&server, token, "/ingest", &event(1)).json()["accepted"], 1);
    let paused = server.post(ADMIN, "/api/v1/sources/edge/pause", &json!({}));
    assert_eq!((paused.status, &paused.json()["health"]), (200, &json!("paused")), "{}", paused.text());
    let refused = deliver(&server, token, "/ingest", &event(2));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("60")), "{}", refused.text());
    let problem = refused.json();
    assert_eq!(problem["detail"], "source edge is paused");
    // Its line in our log can be found.
    let id = problem["id"].as_str().unwrap();
    server.until_logged(id);
    let now = source(&server, "edge").unwrap();
    assert_eq!((&now["paused"], &now["accepted"], &now["refused"]), (&json!(true), &json!(1), &json!(1)));

    // It stays so over a restart, until somebody lets it go on.
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(deliver(&server, token, "/ingest", &event(2)).status, 503);
    assert_eq!(server.delete(ADMIN, "/api/v1/sources/edge/pause").json()["paused"], false);
    assert_eq!(deliver(&server, token, "/ingest", &event(2)).json()["accepted"], 1);
    assert_eq!(events(&server, "edge").len(), 2);
    assert_eq!(server.post(ADMIN, "/api/v1/sources/none/pause", &json!({})).status, 404);
}

#[test]
fn records_are_read_by_the_map_of_their_source() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let token = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "odd" })).json()["token"].clone();
    let token = token.as_str().unwrap();
    for wrong in [
        json!({ "field_map": { "colour": "c" } }),
        json!({ "format": "kong", "field_map": map() }),
        json!({ "format": "kogn" }),
        json!({ "field_map": { "status": 7 } }),
    ] {
        let reply = server.put(ADMIN, "/api/v1/sources/odd", &wrong);
        assert_eq!(reply.status, 400, "{wrong}: {}", reply.text());
    }
    assert_eq!(server.put(ADMIN, "/api/v1/sources/none", &json!({})).status, 404);
    let set = server.put(ADMIN, "/api/v1/sources/odd", &json!({ "field_map": map() }));
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!((&set.json()["format"], &set.json()["field_map"]), (&json!("json"), &map()));

    let check = |event: &Value| {
        assert_eq!(event["response"]["status"], 404, "{event}");
        assert_eq!(event["response"]["duration_ms"], 2.5);
        assert_eq!(event["request"]["path"], "/a/1");
        assert_eq!(event["consumer_name"], "acme");
    };
    assert_eq!(deliver(&server, token, "/ingest", ODD).json()["accepted"], 1);
    assert_eq!(deliver(&server, token, "/ingest/json", &ODD.replace("404", "4040")).json()["accepted"], 1);
    let seen = events(&server, "odd");
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().any(|event| event["response"]["status"] == 404));
    seen.iter().filter(|event| event["response"]["status"] == 404).for_each(check);

    // Still so after a crash, and for records whose address names another format the map does not count.
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(deliver(&server, token, "/ingest", &ODD.replace("/a/1", "/a/1?again")).json()["accepted"], 1);
    assert_eq!(events(&server, "odd").iter().filter(|e| e["response"]["status"] == 404).count(), 2);
    assert_eq!(deliver(&server, token, "/ingest/flowgenx", &event(9)).json()["accepted"], 1);

    // Without the map the members are what their names say.
    assert_eq!(server.put(ADMIN, "/api/v1/sources/odd", &json!({})).json()["field_map"], Value::Null);
    deliver(&server, token, "/ingest/json", &ODD.replace("/a/1", "/a/2"));
    assert_eq!(events(&server, "odd").iter().filter(|e| e["response"]["status"] == 404).count(), 2);
}

#[test]
fn a_line_is_tried_and_nothing_kept() {
    let server = Server::start();
    let line = ODD.replace("acme", "acme\",\"password\":\"hunter2hunter2");
    let tried = server.post(ADMIN, "/api/v1/sources/try", &json!({ "field_map": map(), "line": line }));
    assert_eq!(tried.status, 200, "{}", tried.text());
    let tried = tried.json();
    assert_eq!((&tried["event"]["response"]["status"], &tried["rejects"]), (&json!(404), &json!([])));
    assert!(!tried.to_string().contains("hunter2"), "{tried}");

    let broken = r#"{"password":"hunter2hunter2","#;
    let tried =
        server.post(ADMIN, "/api/v1/sources/try", &json!({ "format": "kong", "line": broken })).json();
    assert_eq!(tried["event"], Value::Null);
    assert_eq!(tried["rejects"][0]["line"], 1);
    assert!(!tried.to_string().contains("hunter2"), "{tried}");
    let recognised = server.post(ADMIN, "/api/v1/sources/try", &json!({ "line": event(1) })).json();
    assert_eq!(recognised["event"]["format"], "flowgenx");
    assert_eq!(
        server.post(ADMIN, "/api/v1/sources/try", &json!({ "line": "x".repeat(3 << 20) })).status,
        413
    );
    assert_eq!(server.total(""), 0);
    assert!(!std::fs::read_to_string(server.dir.join("catalog.json")).unwrap().contains("hunter2"));
}

#[test]
fn the_settings_file_and_the_command_line_set_sources_too() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("gatelog.toml");
    let toml = "[sources.odd.field_map]\nstatus = 'out.rc'\npath = 'what.url'\n";
    std::fs::write(&file, toml).unwrap();
    let server = Server::on(dir.path(), &[("GATELOG_CONFIG", file.to_str().unwrap())], true);
    assert_eq!(source(&server, "odd").unwrap()["field_map"]["status"], "out.rc");
    let token = server.post(ADMIN, "/api/v1/sources/odd/token", &json!({})).json()["token"].clone();
    deliver(&server, token.as_str().unwrap(), "/ingest", ODD);
    assert_eq!(events(&server, "odd")[0]["response"]["status"], 404);

    let by_hand = dir.path().join("map.json");
    std::fs::write(&by_hand, map().to_string()).unwrap();
    let set = server.cli("", &["source", "set", "edge", "--field-map", by_hand.to_str().unwrap()]);
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    let list = server.cli("", &["source", "list"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.lines().any(|line| line.starts_with("edge") && line.contains("duration")), "{list}");
    let wrong = server.cli("", &["source", "set", "edge", "--format", "kogn"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean kong?"));
    let gone = server.cli("", &["source", "delete", "edge"]);
    assert!(gone.status.success(), "{}", String::from_utf8_lossy(&gone.stderr));
    assert!(!server.cli("", &["source", "delete", "edge"]).status.success());
}
