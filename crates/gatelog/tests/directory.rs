//! The directory through the API, as a gateway's operator meets it: hand it in, send events before and after a change,
//! see whose groups they carry, and how it all changed.

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
use server::{ADMIN, INGEST, Reply, Server};

const FIRST: &str = "
groups: [gold, silver, unused]
plans: {big: {quota: {limit: 1000, period: day}}}
consumers:
  - {name: app, id: 7, groups: [gold], plan: big, customer: Acme, keys: [{id: k-1, name: phone, key: s3cret-key-value}]}
  - {name: lone}
routes:
  - {name: orders, templates: ['/orders/{orderId}'], rules: {allow_groups: [gold]}}
";

fn bring(server: &Server, method: &str, path: &str, text: &str) -> Reply {
    let headers = [("Authorization", &*format!("Bearer {ADMIN}")), ("Content-Type", "application/yaml")];
    server.send(method, &format!("/api/v1/directory/{path}"), &headers, text.as_bytes())
}

fn now() -> event::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    event::Timestamp(since.as_micros() as i64)
}

/// Sends a call at a time and gives the event that was kept.
fn call(server: &Server, id: &str, time: event::Timestamp, more: Value) -> Value {
    let mut record = json!({
        "timestamp": time.to_string(), "request_id": id, "consumer_name": "app",
        "request": {"method": "GET", "path": "/orders/7"}, "response": {"status": 200},
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = server.ingest("/ingest/json", record.to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
    let found = server.json(&format!("/api/v1/events?from=30d&to=now%2B1h&filter=request_id:{id}"));
    found["events"][0].clone()
}

#[test]
fn events_carry_the_groups_of_their_time() {
    let server = Server::start();
    let reply = bring(&server, "PUT", "team", FIRST).json();
    assert_eq!((reply["importer"].as_str(), reply["since"].as_str()), (Some("gatelog"), None));
    assert_eq!(reply["counts"]["consumers"], json!({"added": 2, "changed": 0, "removed": 0}));
    assert_eq!(reply["notes"].as_array().unwrap().len(), 1, "{reply}");

    let event = call(&server, "a1", now(), json!({}));
    assert_eq!(event["consumer_groups"], json!(["gold"]));
    assert_eq!(
        (&event["consumer_id"], &event["usage_plan"], &event["customer"]),
        (&json!("7"), &json!("big"), &json!("Acme"))
    );
    assert_eq!(event["route"], "/orders/{orderId}");
    let event = call(&server, "a2", now(), json!({"consumer_name": null, "api_key_id": "k-1"}));
    assert_eq!((&event["consumer_name"], &event["api_key_name"]), (&json!("app"), &json!("phone")));

    let before_the_change = now();
    std::thread::sleep(Duration::from_millis(5));
    let second = FIRST.replace("groups: [gold], plan", "groups: [silver, gold], plan");
    let reply = bring(&server, "PUT", "team", &second).json();
    assert_eq!(
        (&reply["total"], &reply["changes"][0]["fields"][0]["joined"]),
        (&json!(1), &json!(["silver"]))
    );
    let event = call(&server, "b1", now(), json!({}));
    assert_eq!(event["consumer_groups"], json!(["silver", "gold"]));
    // A late event gets what was so at its own time; what is stored stays as it was.
    let event = call(&server, "b2", before_the_change, json!({}));
    assert_eq!(event["consumer_groups"], json!(["gold"]));
    let stored = server.json("/api/v1/events?from=30d&to=now%2B1h&filter=request_id:a1");
    assert_eq!(stored["events"][0]["consumer_groups"], json!(["gold"]));

    // The gateway's word wins; whoever was refused for bad credentials is nobody's consumer.
    let event = call(&server, "c1", now(), json!({"consumer_groups": ["own"]}));
    assert_eq!(event["consumer_groups"], json!(["own"]));
    let refused =
        json!({"response": {"status": 401}, "access": {"granted": false, "reason": "Invalid credentials"}});
    let event = call(&server, "c2", now(), refused);
    assert!(event.get("consumer_groups").is_none() && event.get("consumer_id").is_none(), "{event}");
    let refused = json!({"consumer_name": "lone", "response": {"status": 403}, "access": {"granted": false}});
    let event = call(&server, "c3", now(), refused);
    assert_eq!(event["access"]["reason"], "no_acl_groups", "{event}");
    let evidence = event["access"]["evidence"].as_str().unwrap_or_default();
    assert_eq!(evidence, "directory: route orders allows groups [gold], consumer has none");
    let explained =
        server.json(&format!("/api/v1/events/{}/explain", event["id"].as_str().unwrap_or_default()));
    let route = json!({"type": "route", "name": "orders", "id": null, "origin": "team"});
    assert_eq!((&explained["rule"]["kind"], &explained["rule"]["object"]), (&json!("groups"), &route));
    assert_eq!((&explained["confidence"], &explained["changed"]), (&json!("exact"), &Value::Null));
    assert_eq!(explained["identity"]["groups"], json!([]));

    let history = server.json("/api/v1/directory/history?kind=consumers&key=app");
    assert_eq!(history["total"], 1);
    assert_eq!(history["changes"][0]["fields"][0]["field"], "groups");
    assert_eq!(history["changes"][0]["by"], "bootstrap");
    let groups = server.json("/api/v1/directory/groups");
    let counts: Vec<_> =
        groups["items"].as_array().unwrap().iter().map(|item| item["consumers"].as_u64()).collect();
    assert_eq!(counts, [Some(1), Some(1), Some(0)], "gold, silver, unused");
    let was = server.json(&format!("/api/v1/directory/consumers?search=app&at={before_the_change}"));
    assert_eq!(was["items"][0]["entity"]["groups"], json!(["gold"]));
    let files = std::fs::read_to_string(server.dir.join("tenants/1/directory/team.json")).unwrap();
    assert!(!files.contains("s3cret") && !server.log().contains("s3cret"));
}

#[test]
fn a_dry_run_and_bad_input_change_nothing_and_a_kill_loses_nothing() {
    let keep = tempfile::tempdir().unwrap();
    let server = Server::on(keep.path(), &[], true);
    let reply = bring(&server, "POST", "team/dry-run", FIRST).json();
    assert_eq!((&reply["dry_run"], &reply["counts"]["groups"]["added"]), (&json!(true), &json!(3)));
    assert_eq!(server.json("/api/v1/directory")["origins"], json!([]));
    assert_eq!(bring(&server, "PUT", "team", FIRST).status, 200);
    for (text, place) in [
        ("consumers: [{name: a, groups: [b]}, {groups: [c]}]", "consumers[1]: has no name"),
        ("consumers: [a, {", "line "),
        ("name,groups\na,b,c\n", "line 2: 3 cells under 2"),
        ("routes: [{name: r, rules: {windows: [{from: '8', to: '9:00'}]}}]", "routes[0] r: \"8\""),
        ("", "line 1: the document is empty"),
    ] {
        let reply = bring(&server, "PUT", "team", text);
        let detail = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(reply.status == 400 && detail.contains(place), "{text}: {detail}");
    }
    assert_eq!(bring(&server, "PUT", "..%2Fx", FIRST).status, 400);
    assert_eq!(bring(&server, "PUT", "team?since=2999-01-01", FIRST).status, 400);
    let ingest = [("Authorization", &*format!("Bearer {INGEST}"))];
    assert_eq!(server.send("PUT", "/api/v1/directory/team", &ingest, FIRST.as_bytes()).status, 403);
    let before = server.json("/api/v1/directory");
    drop(server);
    let server = Server::on(keep.path(), &[], true);
    assert_eq!(server.json("/api/v1/directory"), before);
    let export = server.json("/api/v1/directory/export");
    assert_eq!(
        bring(&server, "POST", "team/dry-run", &export.to_string()).json()["total"],
        0,
        "what is exported is read back"
    );
    // What an origin said ends, and its time stays.
    let earlier = now();
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!(server.delete(ADMIN, "/api/v1/directory/team").json()["counts"]["consumers"]["removed"], 2);
    assert!(call(&server, "d1", now(), json!({})).get("consumer_groups").is_none());
    assert_eq!(call(&server, "d2", earlier, json!({}))["consumer_groups"], json!(["gold"]));
}

#[test]
fn a_file_is_imported_at_the_start_and_when_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("team.csv");
    std::fs::write(&file, "name,groups\napp,gold\n").unwrap();
    let setting = format!("crm={}", file.display());
    let server = Server::with(&[("GATELOG_DIRECTORY_FILES", &setting)]);
    assert_eq!(call(&server, "a1", now(), json!({}))["consumer_groups"], json!(["gold"]));
    let groups = || server.json("/api/v1/directory/consumers")["items"][0]["entity"]["groups"].clone();
    let wait_for = |is: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !is() {
            assert!(start.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    std::fs::write(&file, "name,groups\napp,gold;silver\n").unwrap();
    wait_for(&|| groups() == json!(["gold", "silver"]));
    std::fs::write(&file, "name,groups\napp\n").unwrap();
    let problem = || server.json("/api/v1/directory")["files"][0]["problem"].clone();
    wait_for(&|| problem().is_string());
    assert!(problem().as_str().unwrap().starts_with("line 2"), "{}", problem());
    assert_eq!(groups(), json!(["gold", "silver"]));
}

const PETS: &str = "
openapi: 3.1.0
info: {title: Pets, version: '1'}
paths:
  /orders/{orderId}:
    get: {operationId: getOrder, responses: {'200': {}}}
    delete: {operationId: dropOrder, responses: {'204': {}}}
";

#[test]
fn changes_are_tried_out_on_what_was_and_grants_and_documents_are_held_against_it() {
    let server = Server::start();
    assert_eq!(bring(&server, "PUT", "team", FIRST).status, 200);
    assert_eq!(bring(&server, "PUT", "zoo", PETS).status, 200);
    let refused = || json!({"response": {"status": 403}, "access": {"granted": false}});
    let lone = json!({"consumer_name": "lone", "response": {"status": 403}, "access": {"granted": false}});
    for n in 0..3 {
        call(&server, &format!("ok-{n}"), now(), json!({}));
        call(&server, &format!("no-{n}"), now(), lone.clone());
    }
    call(&server, "hidden", now(), json!({"request": {"method": "POST", "path": "/internal/7"}}));
    call(&server, "odd", now(), refused());

    let ask = |format: &str, change: Value| {
        let body = json!({"from": "1h", "to": "now+1h", "change": change}).to_string();
        let headers = [("Authorization", &*format!("Bearer {ADMIN}")), ("Content-Type", "application/json")];
        server.send("POST", &format!("/api/v1/what-if?format={format}"), &headers, body.as_bytes())
    };
    let add = json!({"kind": "add_group", "consumer": "lone", "group": "gold"});
    let told = ask("json", add.clone()).json();
    let counts = |told: &Value| {
        ["scanned", "would_allow", "would_deny", "unchanged"].map(|name| told[name].as_u64().unwrap())
    };
    assert_eq!(counts(&told), [8, 3, 0, 5], "{told}");
    assert_eq!(told["by_consumer"], json!([{"key": "lone", "calls": 3, "would_allow": 3, "would_deny": 0}]));
    assert_eq!(told["by_route"][0]["key"], "/orders/{orderId}");
    assert_eq!((told["examples"].as_array().unwrap().len(), &told["partial"]), (3, &json!(false)));
    // The filter it names finds these calls and no others.
    let filter: String =
        form_urlencoded::byte_serialize(told["filter"].as_str().unwrap().as_bytes()).collect();
    let page = server.json(&format!("/api/v1/events?from=1h&to=now%2B1h&filter={filter}"));
    let mut ids: Vec<String> = page["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    let mut examples: Vec<String> = serde_json::from_value(told["examples"].clone()).unwrap();
    examples.sort();
    assert_eq!(ids, examples);
    let list = ask("csv", add).text();
    assert_eq!((list.lines().count(), list.matches(",allow").count()), (4, 3), "{list}");

    let told = ask("json", json!({"kind": "remove_group", "consumer": "app", "group": "gold"})).json();
    assert_eq!(counts(&told), [8, 0, 3, 5], "{told}");
    let told =
        ask("json", json!({"kind": "rate_limit", "limit": 2, "period": "year", "consumer": "app"})).json();
    assert_eq!(counts(&told), [5, 0, 2, 3], "{told}");
    let reply = ask("json", json!({"kind": "allow_group", "group": "x"}));
    assert_eq!(reply.status, 400, "{}", reply.text());

    let grants = server.json("/api/v1/grants?look_back=1h");
    let grant = &grants["grants"][0];
    assert_eq!(
        (&grant["consumer"], &grant["group"], &grant["route"], &grant["calls"]),
        (&json!("app"), &json!("gold"), &json!("orders"), &json!(3)),
        "{grants}"
    );
    assert_eq!((&grants["total"], &grants["smallest"]["memberships"]), (&json!(1), &json!([1, 1])));
    assert_eq!(server.json("/api/v1/grants?look_back=1h&used=false")["grants"], json!([]));

    let found = server.json("/api/v1/endpoints?from=1h&to=now%2B1h");
    assert_eq!(
        (&found["documented"], &found["described_calls"], &found["undocumented"][0]["path"]),
        (&json!(2), &json!(7), &json!("/internal/{id}")),
        "{found}"
    );
    assert_eq!((&found["unused"][0]["operation"], &found["drift"]), (&json!("dropOrder"), &json!([])));

    // Operations are compared there and only there: no call bears their names, so by name none would be used.
    let idle = server.json("/api/v1/usage/routes/unused?look_back=1h");
    assert_eq!(idle["rows"], json!([]), "{idle}");
    assert!(idle["note"].as_str().unwrap().contains("on the page Endpoints"), "{idle}");
}
