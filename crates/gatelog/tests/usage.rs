//! Lists of use, unused entities and quotas over the API, against the events themselves: captured logs counted one by one
//! here, a directory that changes in between, and (by name, with the Python package index) DuckDB over the Delta table.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use server::{ADMIN, Server};

const RANGE: &str = "from=2020-01-01&to=2027-01-01";

/// The lists, and where an event says what it counts under: the first that is there counts.
const LISTS: &[(&str, &[&str])] = &[
    ("consumers", &["/consumer_name", "/consumer_id"]),
    ("groups", &["/consumer_groups"]),
    ("plans", &["/usage_plan"]),
    ("customers", &["/customer"]),
    ("keys", &["/api_key_id", "/api_key_name"]),
    ("apis", &["/api"]),
    ("routes", &["/route"]),
    ("domains", &["/domain"]),
    ("agents", &["/agent/name"]),
    ("countries", &["/request/country"]),
    ("auth", &["/auth/method"]),
];

fn fill(server: &Server) {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    for file in [
        "kong/file-log.log",
        "nginx/json.log",
        "flowgenx/contract.log",
        "json/common.log",
        "traefik/dualoutput.log",
        "envoy/json.log",
    ] {
        let log = std::fs::read(samples.join(file)).unwrap();
        assert_eq!(server.ingest("/ingest", log).status, 200, "{file}");
    }
}

fn events(server: &Server) -> Vec<Value> {
    let mut events = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.json(&format!("/api/v1/events?{RANGE}&limit=1000{cursor}"));
        events.extend(page["events"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", server::escaped(next)),
            None => return events,
        }
    }
}

fn keys(event: &Value, places: &[&str]) -> Vec<String> {
    let found = places.iter().find_map(|place| event.pointer(place).filter(|value| !value.is_null()));
    match found {
        Some(Value::Array(many)) => many.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        Some(one) => vec![one.as_str().unwrap().to_owned()],
        None => Vec::new(),
    }
}

#[test]
fn the_lists_count_what_the_events_say() {
    let server = Server::start();
    fill(&server);
    let events = events(&server);
    assert!(events.len() > 1_000, "{}", events.len());
    for (list, places) in LISTS {
        let mut want: BTreeMap<String, [u64; 4]> = BTreeMap::new();
        let mut missing = 0;
        for event in &events {
            let keys = keys(event, places);
            missing += u64::from(keys.is_empty());
            let status = event.pointer("/response/status").and_then(Value::as_u64).unwrap_or(0);
            let is_denied = event.pointer("/access/granted") == Some(&json!(false));
            for key in keys {
                let row = want.entry(key).or_default();
                let more =
                    [1, u64::from(status / 100 == 4), u64::from(status / 100 == 5), u64::from(is_denied)];
                row.iter_mut().zip(more).for_each(|(n, more)| *n += more);
            }
        }
        let answer = server.json(&format!("/api/v1/usage/{list}?{RANGE}&limit=1000"));
        let number = |row: &Value, name: &str| row[name].as_u64().unwrap();
        let got: BTreeMap<String, [u64; 4]> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let counts = ["calls", "client_errors", "errors", "denied"].map(|name| number(row, name));
                (row["key"].as_str().unwrap().to_owned(), counts)
            })
            .collect();
        assert_eq!(got, want, "{list}");
        assert_eq!(
            (number(&answer, "total"), number(&answer, "missing")),
            (events.len() as u64, missing),
            "{list}"
        );
        // Every row's filter gives the same number on every other way to ask.
        for row in answer["rows"].as_array().unwrap().iter().take(3) {
            let filter = server::escaped(row["filter"].as_str().unwrap());
            let panel = server.json(&format!("/api/v1/panels/kpi_total_calls?{RANGE}&filter={filter}"));
            assert_eq!(panel["value"], row["calls"], "{list} {filter}");
        }
    }
    let missing = server.json(&format!("/api/v1/usage/consumers?{RANGE}"));
    let filter = server::escaped(missing["missing_filter"].as_str().unwrap());
    let summary = server.json(&format!("/api/v1/summary?{RANGE}&filter={filter}"));
    assert_eq!(
        (&summary["total_calls"], &summary["unidentified_calls"]),
        (&missing["missing"], &missing["missing"])
    );
}

fn bring(server: &Server, text: &str) {
    let headers = [("Authorization", &*format!("Bearer {ADMIN}")), ("Content-Type", "application/yaml")];
    let reply = server.send("PUT", "/api/v1/directory/team", &headers, text.as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn now() -> event::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    event::Timestamp(since.as_micros() as i64)
}

fn call(server: &Server, id: &str, who: &str, status: u16) {
    let mut record = json!({
        "timestamp": now().to_string(), "request_id": id, "consumer_name": who,
        "request": {"method": "GET", "path": "/orders/7"}, "response": {"status": status},
    });
    if status == 429 {
        record["access"] = json!({"granted": false, "reason": "quota_exceeded"});
    }
    let reply = server.ingest("/ingest/json", record.to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn a_directory_that_changes_says_who_is_unused_and_how_much_of_a_quota_is_left() {
    let server = Server::start();
    let unused = |list: &str| {
        let answer = server.json(&format!("/api/v1/usage/{list}/unused?look_back=1h"));
        let names =
            answer["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), answer["note"].as_str().unwrap_or_default().to_owned())
    };
    assert!(unused("groups").1.contains("docs/directory.md"), "without a directory it says how to add one");
    let before = server.json("/api/v1/quotas");
    assert!(before["note"].as_str().unwrap().contains("docs/directory.md"));

    let directory = "
groups: [gold, silver, idle]
plans: {big: {quota: {limit: 4, period: month}}, none: {quota: {limit: 9, period: day}}}
consumers: [{name: app, id: 7, groups: [gold], plan: big, customer: Acme}, {name: lone, plan: none}]
routes: [{name: orders, templates: ['/orders/{orderId}']}, {name: old, templates: ['/old']}]
";
    bring(&server, directory);
    call(&server, "a1", "app", 200);
    call(&server, "a2", "app", 200);
    bring(&server, &directory.replace("groups: [gold], plan", "groups: [silver], plan"));
    call(&server, "a3", "app", 200);
    call(&server, "a4", "app", 429);

    let groups = server.json("/api/v1/usage/groups?from=1h&to=now%2B1h");
    let calls = |group: &str| {
        groups["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["key"] == group)
            .map(|row| row["calls"].clone())
    };
    assert_eq!((calls("gold"), calls("silver"), calls("idle")), (Some(json!(2)), Some(json!(2)), None));
    assert!(groups["rows"].as_array().unwrap().iter().all(|row| row["known"] == true));
    assert_eq!(unused("groups").0, ["idle"]);
    assert_eq!(unused("consumers").0, ["lone"]);
    assert_eq!(unused("routes").0, ["old"]);
    assert_eq!(unused("plans").0, ["none"]);
    assert_eq!(unused("agents").1, "the directory has no such list");

    let quotas = server.json("/api/v1/quotas?from=1h&tz=Europe/Berlin");
    let rows = quotas["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{quotas}");
    let row = &rows[0];
    let shown =
        ["plan", "consumer", "limit", "period", "calls", "share", "rejected"].map(|name| row[name].clone());
    assert_eq!(
        shown,
        [json!("big"), json!("app"), json!(4), json!("month"), json!(3), json!(0.75), json!(1)]
    );
    assert!(row["forecast"]["expected_calls"].as_u64().unwrap() >= 3);
    assert!(row["first_rejected"].is_string() && row["first_rejected"] == row["last_rejected"]);
}

/// The same lists by another engine over the same files.
#[test]
#[ignore = "installs DuckDB from the Python package index; the long trials run it"]
fn duckdb_counts_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    fill(&server);
    let total = server.json(&format!("/api/v1/summary?{RANGE}"))["total_calls"].clone();
    let mut want = BTreeMap::new();
    for (list, column) in
        [("routes", "route"), ("domains", "domain"), ("auth", "auth_method"), ("plans", "usage_plan")]
    {
        let answer = server.json(&format!("/api/v1/usage/{list}?{RANGE}&limit=1000"));
        let rows: BTreeMap<String, u64> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["key"].as_str().unwrap().to_owned(), row["calls"].as_u64().unwrap()))
            .collect();
        want.insert(column.to_owned(), rows);
    }
    // A clean stop seals everything into the table.
    server.stop();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/counts.py");
    let table = dir.path().join("tenants/1/access");
    let output = Command::new("python3").arg(script).arg(table).args(want.keys()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["rows"], total);
    let got: BTreeMap<String, BTreeMap<String, u64>> =
        serde_json::from_value(answer["columns"].clone()).unwrap();
    assert_eq!(got, want);
}
