//! The operator trail: whatever changes something is in it before it happens, and what cannot be recorded is not done.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, Server, lines};

fn trail(server: &Server, params: &str) -> Vec<Value> {
    let path = format!("/api/v1/trail?from=2000-01-01&limit=1000&{params}");
    server.json(&path)["events"].as_array().unwrap().clone()
}

fn only(server: &Server, params: &str) -> Value {
    let found = trail(server, params);
    assert_eq!(found.len(), 1, "{params}: {found:?}");
    server.json(&format!("/api/v1/trail/{}", found[0]["id"].as_str().unwrap()))
}

const REPORT: &str = r#"{"name":"mine","path":"/denials"}"#;
const BOARD: &str = r#"{"name":"mine","items":[{"panel":"errors"}]}"#;

/// A call of each route that changes something; `{id}` is that of what was made last.
const CALLS: &[(&str, &str, &str, &str)] = &[
    ("POST", "/api/v1/sources", r#"{"name":"edge"}"#, "GL-SOURCE-CREATE"),
    ("PUT", "/api/v1/sources/edge", r#"{"format":"kong"}"#, "GL-SOURCE-UPDATE"),
    ("POST", "/api/v1/sources/edge/token", "", "GL-SOURCE-TOKEN"),
    ("POST", "/api/v1/sources/edge/pause", "", "GL-SOURCE-PAUSE"),
    ("DELETE", "/api/v1/sources/edge/pause", "", "GL-SOURCE-RESUME"),
    ("DELETE", "/api/v1/sources/edge", "", "GL-SOURCE-DELETE"),
    ("POST", "/api/v1/sources/try", r#"{"line":"x"}"#, "GL-SOURCE-TRY"),
    ("PUT", "/api/v1/directory/team", "groups: [gold]", "GL-DIRECTORY-IMPORT"),
    ("POST", "/api/v1/directory/team/dry-run", "groups: [gold]", "GL-DIRECTORY-TRY"),
    ("POST", "/api/v1/directory/team/pull", "", "GL-DIRECTORY-PULL"),
    ("POST", "/api/v1/directory/team/pull/dry-run", "", "GL-DIRECTORY-PULL-TRY"),
    ("DELETE", "/api/v1/directory/team", "", "GL-DIRECTORY-DELETE"),
    ("POST", "/api/v1/views", r#"{"name":"mine","page":"logs","search":"filter=a"}"#, "GL-VIEW-CREATE"),
    ("PUT", "/api/v1/views/{id}", r#"{"name":"his","page":"logs","search":"filter=a"}"#, "GL-VIEW-UPDATE"),
    ("DELETE", "/api/v1/views/{id}", "", "GL-VIEW-DELETE"),
    ("POST", "/api/v1/boards", BOARD, "GL-DASHBOARD-CREATE"),
    ("PUT", "/api/v1/boards/{id}", BOARD, "GL-DASHBOARD-UPDATE"),
    ("DELETE", "/api/v1/boards/{id}", "", "GL-DASHBOARD-DELETE"),
    ("POST", "/api/v1/reports", REPORT, "GL-REPORT-CREATE"),
    ("PUT", "/api/v1/reports/{id}", REPORT, "GL-REPORT-UPDATE"),
    ("DELETE", "/api/v1/reports/{id}", "", "GL-REPORT-DELETE"),
    ("POST", "/api/v1/exports", r#"{"from":"1h"}"#, "GL-EXPORT-CREATE"),
    ("DELETE", "/api/v1/exports/{id}", "", "GL-EXPORT-DELETE"),
    ("POST", "/api/v1/what-if", "{}", "GL-WHATIF-RUN"),
    (
        "POST",
        "/api/v1/users",
        r#"{"name":"team","role":"viewer","password":"four words of mine"}"#,
        "GL-USER-CREATE",
    ),
    ("PUT", "/api/v1/users/team", r#"{"full_name":"Team","role":"analyst"}"#, "GL-USER-UPDATE"),
    ("DELETE", "/api/v1/users/team", "", "GL-USER-DELETE"),
    ("PUT", "/api/v1/roles/team", r#"{"permissions":["panels:read"]}"#, "GL-ROLE-SET"),
    ("DELETE", "/api/v1/roles/team", "", "GL-ROLE-DELETE"),
    ("POST", "/api/v1/tokens", r#"{"name":"ci","role":"viewer"}"#, "GL-TOKEN-CREATE"),
    ("POST", "/api/v1/tokens/{id}/rotate", "{}", "GL-TOKEN-ROTATE"),
    ("DELETE", "/api/v1/tokens/{id}", "", "GL-TOKEN-REVOKE"),
    ("DELETE", "/api/v1/sessions/{id}", "", "GL-SESSION-REVOKE"),
    ("POST", "/api/v1/retention", r#"{"events_days":200}"#, "GL-RETENTION-SET"),
    (
        "POST",
        "/api/v1/masks",
        r#"{"rules":[{"name":"ip","what":"field","of":"ip","how":"truncate"}]}"#,
        "GL-MASKS-SET",
    ),
    ("POST", "/api/v1/masks/versions/{id}/restore", "", "GL-MASKS-RESTORE"),
    ("POST", "/api/v1/masks/try", r#"{"record":"x"}"#, "GL-MASKS-TRY"),
    ("POST", "/api/v1/holds", r#"{"stream":"events","reason":"a case"}"#, "GL-HOLD-CREATE"),
    ("POST", "/api/v1/holds/{id}/release", "", "GL-HOLD-RELEASE"),
    // Nothing waits for a second person: these are refused.
    ("POST", "/api/v1/requests/{id}/approve", "", "GL-REQUEST-APPROVE"),
    ("POST", "/api/v1/requests/{id}/decline", "", "GL-REQUEST-DECLINE"),
    ("POST", "/api/v1/erasures/requests/{id}/decline", "", "GL-REQUEST-DECLINE"),
    ("POST", "/api/v1/erasures/try", r#"{"subject":"ip","value":"192.0.2.1"}"#, "GL-ERASURE-TRY"),
    ("POST", "/api/v1/erasures", r#"{"subject":"ip","value":"192.0.2.1"}"#, "GL-ERASURE-RUN"),
    // With a token nobody has an account of their own: these are refused.
    ("PUT", "/api/v1/account/password", "{}", "GL-ACCOUNT-PASSWORD"),
    ("POST", "/api/v1/account/tokens", "{}", "GL-ACCOUNT-TOKEN"),
    ("POST", "/api/v1/account/tokens/{id}/rotate", "{}", "GL-ACCOUNT-ROTATE"),
    ("DELETE", "/api/v1/account/tokens/{id}", "", "GL-ACCOUNT-REVOKE"),
    ("DELETE", "/api/v1/account/sessions/{id}", "", "GL-ACCOUNT-SESSION"),
    ("POST", "/api/v1/session", r#"{"token":"gl_ap_nobody"}"#, "GL-SESSION-START"),
    ("POST", "/api/v1/session/provider", r#"{"state":"none"}"#, "GL-SESSION-PROVIDER"),
    ("DELETE", "/api/v1/session", "", "GL-SESSION-END"),
];

fn call(server: &Server, id: &mut String, (method, path, body, _): (&str, &str, &str, &str)) -> u16 {
    let bearer = format!("Bearer {ADMIN}");
    let kind = if body.starts_with('{') { "application/json" } else { "application/octet-stream" };
    let headers = [("Authorization", &*bearer), ("Content-Type", kind)];
    let reply = server.send(method, &path.replace("{id}", id), &headers, body.as_bytes());
    if let Some(made) =
        serde_json::from_slice::<Value>(&reply.body).ok().and_then(|r| Some(r["id"].as_str()?.to_owned()))
    {
        *id = made;
    }
    reply.status
}

#[test]
fn every_call_that_changes_something_is_recorded() {
    let server = Server::start();
    let mut listed: Vec<String> = Vec::new();
    for (path, methods) in server.json("/api/v1/openapi.json")["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if method != "get" && operation["x-permission"] != "events:append" {
                listed.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let plain = |path: &str| path.replace("edge", "{name}").replace("team", "{name}");
    let mut called: Vec<String> =
        CALLS.iter().map(|(method, path, ..)| format!("{method} {}", plain(path))).collect();
    listed.sort();
    called.sort();
    assert_eq!(listed, called, "a route that changes something is not tried here");

    let mut id = "1".to_owned();
    for (at, one) in CALLS.iter().enumerate() {
        let status = call(&server, &mut id, *one);
        let found = trail(&server, &format!("event={}", one.3));
        let done = CALLS[..=at].iter().filter(|other| other.3 == one.3).count();
        assert_eq!(found.len(), done, "{one:?}: {found:?}");
        let event = &found[0];
        let fails = [
            "PULL",
            "WHATIF",
            "SESSION-START",
            "SESSION-PROVIDER",
            "SESSION-REVOKE",
            "ACCOUNT",
            "MASKS-RESTORE",
            "REQUEST-",
        ]
        .iter()
        .any(|word| one.3.contains(word));
        assert_eq!(status < 300, !fails, "{one:?} {status}");
        assert_eq!(event["status"], status.to_string(), "{one:?}");
        assert_eq!(event["outcome"] == "success", status < 300, "{one:?} {event}");
        assert_eq!(event["address"], "127.0.0.1", "{event}");
        if !one.1.contains("/session") {
            assert_eq!((&event["operator"], &event["source"]), (&json!("bootstrap"), &json!("api")));
        }
    }
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    // The trail has no room but for its own beginning.
    let server = Server::with(&[("GATELOG_TRAIL_BYTES_MAX", "64")]);
    assert_eq!(server.ingest("/ingest", lines(0..10)).status, 200);
    let before = std::fs::read(server.dir.join("catalog.json")).unwrap();
    let mut id = "1".to_owned();
    for one in CALLS.iter().filter(|one| !one.3.contains("ACCOUNT")) {
        assert_eq!(call(&server, &mut id, *one), 503, "{one:?}");
    }
    for path in ["/api/v1/events", "/api/v1/events/1", "/api/v1/export", "/api/v1/trail"] {
        let reply = server.get(path);
        assert_eq!(reply.status, 503, "{path}");
        assert!(!reply.text().contains("pets"), "{path} shows events");
    }
    // What is not recorded goes on, and what was taken is there.
    assert_eq!(server.total(""), 10);
    assert_eq!(server.ingest("/ingest", lines(10..20)).status, 200);
    assert_eq!(server.json("/api/v1/sources")["sources"].as_array().unwrap().len(), 1);
    let catalog = |bytes: &[u8]| {
        let mut content: Value = serde_json::from_slice(bytes).unwrap();
        content.as_object_mut().unwrap().remove("sources");
        content
    };
    let after = std::fs::read(server.dir.join("catalog.json")).unwrap();
    assert_eq!(catalog(&before), catalog(&after), "something was changed");
}

#[test]
fn whoever_has_no_credential_cannot_fill_it() {
    let server = Server::start();
    let json = [("Content-Type", "application/json")];
    let tries: Vec<u16> = (0..150)
        .map(|_| server.send("POST", "/api/v1/session", &json, br#"{"token":"gl_ap_nobody"}"#).status)
        .collect();
    let recorded = trail(&server, "event=GL-SESSION-START").len();
    // Sixty a minute, and another may have begun meanwhile.
    assert!((60..=120).contains(&recorded), "{recorded}");
    assert_eq!(tries.iter().filter(|status| **status == 429).count(), 150 - recorded);
    // Who has a credential goes on.
    assert_eq!(
        server.post(ADMIN, "/api/v1/views", &json!({ "name": "v", "page": "logs", "search": "a=b" })).status,
        201
    );
}

#[test]
fn before_after_and_what_changed() {
    let server = Server::start();
    let secret = "hunter2hunter2hunter2";
    server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" }));
    server.put(ADMIN, "/api/v1/sources/edge", &json!({ "format": "kong" }));
    server.put(ADMIN, "/api/v1/sources/edge", &json!({ "format": "kong", "password": secret }));
    let event = only(&server, "event=Update%20source&outcome=success");
    assert_eq!((&event["resource_id"], &event["resource_name"]), (&json!("edge"), &json!("edge")));
    assert_eq!(event["diff"], json!([{ "path": "/format", "before": null, "after": "kong" }]));
    let failed = only(&server, "event=update&outcome=failure");
    assert!(failed["detail"].as_str().unwrap().contains("password") && !failed.to_string().contains(secret));
    assert_eq!(failed["diff"], json!([]));

    let made =
        server.post(ADMIN, "/api/v1/views", &json!({ "name": "v", "page": "logs", "search": "a=b" })).json();
    let event = only(&server, "event=GL-VIEW-CREATE");
    assert_eq!((&event["resource_id"], &event["after"]["search"]), (&made["id"], &json!("a=b")));
}

#[test]
fn looking_is_recorded_once_a_minute_and_refusals_too() {
    let server = Server::start();
    server.ingest("/ingest", lines(0..10));
    for _ in 0..3 {
        assert_eq!(server.get("/api/v1/events?filter=status:200").status, 200);
    }
    let event = only(&server, "event=GL-EVENTS-READ");
    assert_eq!(event["request"], json!({ "params": { "filter": "status:200" } }));
    assert_eq!(server.get("/api/v1/events?filter=status:201").status, 200);
    assert_eq!(trail(&server, "event=GL-EVENTS-READ").len(), 2);
    assert_eq!(server.get("/api/v1/export?from=2020-01-01").status, 200);
    assert_eq!(only(&server, "event=GL-EVENTS-EXPORT")["outcome"], "success");

    let viewer = server.token(&["--role", "viewer", "--name", "eve"]);
    assert_eq!(server.get_as(&viewer, "/api/v1/events").status, 403);
    assert_eq!(server.delete(&viewer, "/api/v1/sources/default").status, 403);
    assert_eq!(server.get_as(&viewer, "/api/v1/trail").status, 403);
    let denied = trail(&server, "operator=eve&outcome=denied");
    let told: Vec<&Value> = denied.iter().map(|event| &event["detail"]).collect();
    assert_eq!(told, ["GET /api/v1/trail", "DELETE /api/v1/sources/default", "GET /api/v1/events"]);
}

#[test]
fn commands_on_the_machine_are_recorded() {
    let server = Server::start();
    let run = |args: &[&str]| server.cli("", args).status.success();
    assert!(run(&["token", "create", "--role", "viewer", "--name", "ci"]));
    assert!(run(&["source", "set", "edge", "--format", "kong"]));
    assert!(!run(&["token", "revoke", "AAAAAAAA"]));
    let until = Instant::now() + Duration::from_secs(30);
    while trail(&server, "source=cli&origin=gatelog&operator=").len() < 4 {
        assert!(Instant::now() < until, "{:?}", trail(&server, ""));
        std::thread::sleep(Duration::from_millis(50));
    }
    let event = only(&server, "event=GL-TOKEN-CREATE");
    assert_eq!((&event["operator_kind"], &event["outcome"]), (&json!("host"), &json!("success")));
    assert_eq!(event["request"]["role"], "viewer");
    assert_eq!(only(&server, "event=GL-TOKEN-REVOKE")["outcome"], "failure");
    assert_eq!(only(&server, "event=GL-SOURCE-UPDATE")["resource_id"], "edge");
    assert_eq!(only(&server, "event=GL-SERVER-START")["outcome"], "success");
    assert_eq!(std::fs::read_dir(server.dir.join("tenants/1/inbox")).unwrap().count(), 0);
}

#[test]
fn pages_files_and_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    for n in 0..25 {
        server.put(ADMIN, &format!("/api/v1/directory/team-{n}"), &json!({}));
    }
    server.post(ADMIN, "/api/v1/views", &json!({ "name": "=cmd()", "page": "logs", "search": "a=b" }));
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.json(&format!("/api/v1/trail?limit=7&event=GL-DIRECTORY-IMPORT{cursor}"));
        let events = page["events"].as_array().unwrap();
        assert!(events.iter().all(|event| event["outcome"] != "unknown"), "{page}");
        ids.extend(events.iter().map(|event| event["resource_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids, (0..25).rev().map(|n| format!("team-{n}")).collect::<Vec<_>>());

    let csv = server.get("/api/v1/trail/export?format=csv&event=GL-VIEW-CREATE").text();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("Time,Operator,Event,Resource ID,Resource Name,IP Address,Source"));
    assert!(
        lines.next().unwrap().contains(",bootstrap,Save view,") && csv.contains(",'=cmd(),127.0.0.1,api"),
        "{csv}"
    );
    let all = server.json("/api/v1/trail/export?from=1h");
    assert!(all.as_array().unwrap().len() > 26);
    let told = server.cli(ADMIN, &["trail", "--event", "create"]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("Save view"), "{told:?}");
}

#[test]
fn what_is_counted_of_it_and_marked_on_charts() {
    let server = Server::start();
    for n in 0..3 {
        server.put(ADMIN, &format!("/api/v1/roles/team-{n}"), &json!({ "permissions": ["panels:read"] }));
    }
    server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" }));
    server.delete(ADMIN, "/api/v1/sources/nothing");
    server.post(ADMIN, "/api/v1/views", &json!({ "name": "v", "page": "logs", "search": "a=b" }));
    server.get("/api/v1/events");

    let facets = server.json("/api/v1/trail/facets?from=1h&event=update");
    let of = |field: &str| {
        let all = facets["facets"].as_array().unwrap();
        let values = all.iter().find(|facet| facet["field"] == field).unwrap()["values"].clone();
        let told = |value: &Value| format!("{} {}", value["value"].as_str().unwrap(), value["count"]);
        values.as_array().unwrap().iter().map(told).collect::<Vec<String>>()
    };
    assert_eq!(facets["total"], 3);
    assert_eq!(of("operator"), ["bootstrap 3"]);
    assert_eq!(of("resource_type"), ["role 3"]);
    // What else could be asked for instead.
    let events = of("event");
    assert_eq!(events.first().unwrap(), "GL-ROLE-SET 3");
    assert!(events.contains(&"GL-SOURCE-CREATE 1".to_owned()), "{events:?}");
    for event in trail(&server, "event=update") {
        assert_eq!(event["code"], "GL-ROLE-SET");
    }

    // Neither the look, nor what failed, nor the saved view.
    let marks = |params: &str| server.json(&format!("/api/v1/trail/changes?from=1h{params}"));
    let one = marks("&marks=1");
    assert_eq!((&one["total"], &one["marks"][0]["count"]), (&json!(4), &json!(4)));
    let newest = &one["marks"][0];
    assert_eq!((&newest["event"], &newest["resource_id"]), (&json!("Create source"), &json!("edge")));
    let id = newest["id"].as_str().unwrap();
    assert_eq!(server.json(&format!("/api/v1/trail/{id}"))["code"], "GL-SOURCE-CREATE");
    let counts: u64 =
        marks("")["marks"].as_array().unwrap().iter().map(|mark| mark["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 4);
}

#[test]
fn reads_are_left_out_when_asked_for() {
    let server = Server::start();
    server.put(ADMIN, "/api/v1/roles/team", &json!({ "permissions": ["panels:read"] }));
    server.get("/api/v1/events");
    server.get("/api/v1/events?filter=status:200");
    let eve = server.person("eve", "team");
    assert_eq!(server.send("GET", "/api/v1/events", &[("Cookie", &eve)], b"").status, 403);
    let codes = |of: &[Value]| -> Vec<String> {
        of.iter().map(|event| event["code"].as_str().unwrap().to_owned()).collect()
    };
    // The API lists all unless it is asked for less.
    let (all, shown) = (trail(&server, ""), trail(&server, "reads=shown"));
    assert!(codes(&all).contains(&"GL-EVENTS-READ".to_owned()) && shown.len() >= all.len());
    let left = trail(&server, "reads=hidden");
    assert!(codes(&left).contains(&"GL-ROLE-SET".to_owned()));
    // Whoever was refused has not read anything, and is shown.
    let reads: Vec<&Value> = left.iter().filter(|event| event["verb"] == "read").collect();
    assert_eq!(reads.len(), 1, "{left:?}");
    assert_eq!((&reads[0]["operator"], &reads[0]["outcome"]), (&json!("eve"), &json!("denied")));
    // Pages are whole, and a file has the same.
    let page = server.json("/api/v1/trail?limit=2&reads=hidden");
    assert_eq!(codes(page["events"].as_array().unwrap()), codes(&left)[..2]);
    let changes = "from=1h&reads=hidden&event=GL-ROLE-SET,GL-EVENTS-READ,GL-USER-CREATE";
    let file = server.json(&format!("/api/v1/trail/export?{changes}"));
    assert_eq!(codes(file.as_array().unwrap()), ["GL-EVENTS-READ", "GL-USER-CREATE", "GL-ROLE-SET"]);
    let facets = server.json(&format!("/api/v1/trail/facets?{changes}"));
    assert_eq!((&facets["total"], &facets["reads_hidden"]), (&json!(3), &json!(2)), "{facets}");
    assert_eq!(server.json("/api/v1/trail/facets?from=1h&event=create")["reads_hidden"], 0);
    assert_eq!(server.get("/api/v1/trail?reads=some").status, 400);
    let told = server.cli(ADMIN, &["trail", "--no-reads"]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(text.contains("Set role") && !text.contains("Read operator trail"), "{text}");
}

/// The events of reads of the summary: nobody waits for their records.
fn reads_of_summary(server: &Server) -> Vec<Value> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let found = trail(server, "event=GL-API-READ&resource_id=%2Fapi%2Fv1%2Fsummary");
        if !found.is_empty() || Instant::now() > until {
            return found;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn other_reads_are_recorded_once_an_hour_without_what_was_asked() {
    let server = Server::start();
    for hours in 1..4 {
        server.json(&format!("/api/v1/summary?from={hours}h"));
    }
    let found = reads_of_summary(&server);
    assert_eq!(found.len(), 1, "{found:?}");
    let read = server.json(&format!("/api/v1/trail/{}", found[0]["id"].as_str().unwrap()));
    assert_eq!((&read["operator"], &read["outcome"]), (&json!("bootstrap"), &json!("success")));
    assert_eq!([&read["request"], &read["before"], &read["after"]], [&Value::Null; 3]);

    let server = Server::with(&[("GATELOG_TRAIL_LEVELS", "api:read=none")]);
    server.json("/api/v1/summary?from=1h");
    server.put(ADMIN, "/api/v1/roles/team", &json!({ "permissions": ["panels:read"] }));
    assert!(trail(&server, "event=GL-API-READ").is_empty());
}

#[test]
fn how_much_is_kept_can_be_set_and_changes_cannot_be_switched_off() {
    let rules = "events:read=none, source:*=metadata, view:*=request, api:read=metadata, *:*=none";
    let server = Server::with(&[("GATELOG_TRAIL_LEVELS", rules)]);
    server.ingest("/ingest", lines(0..3));
    assert_eq!(server.get("/api/v1/events?filter=status:200").status, 200);
    assert!(trail(&server, "event=GL-EVENTS-READ").is_empty());
    server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge", "format": "kong" }));
    let made = only(&server, "event=GL-SOURCE-CREATE");
    assert_eq!((&made["outcome"], &made["resource_id"]), (&json!("success"), &json!("edge")));
    assert_eq!(
        [&made["request"], &made["before"], &made["after"], &made["diff"]],
        [&Value::Null, &Value::Null, &Value::Null, &json!([])]
    );
    server.post(ADMIN, "/api/v1/views", &json!({ "name": "v", "page": "logs", "search": "a=b" }));
    let view = only(&server, "event=GL-VIEW-CREATE");
    assert_eq!((&view["request"]["body"]["search"], &view["after"]), (&json!("a=b"), &Value::Null));
    server.put(ADMIN, "/api/v1/roles/team", &json!({ "permissions": ["panels:read"] }));
    assert_eq!(only(&server, "event=GL-ROLE-SET")["outcome"], "success");
    for _ in 0..2 {
        server.json("/api/v1/summary?from=1h");
    }
    assert_eq!(reads_of_summary(&server).len(), 1);
    let told = |resource: &str, verb: &str| {
        let all = server.json("/api/v1/trail/levels")["levels"].as_array().unwrap().clone();
        let one = all.iter().find(|one| one["resource_type"] == resource && one["verb"] == verb).unwrap();
        json!([one["level"], one["usual"], one["least"], one["rule"]])
    };
    assert_eq!(told("source", "create"), json!(["metadata", "response", "metadata", "source:*=metadata"]));
    assert_eq!(told("events", "read"), json!(["none", "request", "none", "events:read=none"]));
    assert_eq!(told("role", "update"), json!(["metadata", "response", "metadata", "*:*=none"]));
    let shown = server.cli(ADMIN, &["trail", "--levels"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("events") && line.contains(" read ")).unwrap();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["events", "read", "none", "none", "events:read=none"]
    );

    let refused =
        server.command("", &["serve"]).env("GATELOG_TRAIL_LEVELS", "role:update=none").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("always recorded"), "{said}");
}
