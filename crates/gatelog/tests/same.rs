//! The same question gives the same number, wherever it is asked; and captured logs give on every page the totals that
//! were counted when they were captured.

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

use serde_json::Value;
use server::{ADMIN, Server, escaped};

const ALL: &str = "from=2020-01-01&to=2030-01-01";

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(path)).unwrap()
}

fn json_of(path: &str) -> Value {
    serde_json::from_slice(&sample(path)).unwrap()
}

/// Each call as the client saw it.
fn truth(path: &str) -> Vec<Value> {
    let text = String::from_utf8(sample(path)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

type Counts = BTreeMap<String, u64>;

fn counts<'v>(values: impl Iterator<Item = &'v Value>) -> Counts {
    let mut counts = Counts::new();
    for value in values {
        *counts.entry(value.as_str().map_or_else(|| value.to_string(), str::to_owned)).or_default() += 1;
    }
    counts
}

fn listed(object: &Value) -> Counts {
    let members = object.as_object().unwrap().iter();
    members.map(|(key, n)| (key.clone(), n.as_u64().unwrap())).filter(|(_, n)| *n > 0).collect()
}

/// The rows of an answer with one of their numbers.
fn rows(answer: &Value, number: &str) -> Counts {
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), row[number].as_u64().unwrap()))
        .filter(|(_, n)| *n > 0)
        .collect()
}

fn sum(counts: &Counts) -> u64 {
    counts.values().sum()
}

/// Log, what was counted from it, each call of it, and whether it names who called (and nobody else).
const CAPTURED: &[(&str, &str, &str, bool)] = &[
    ("kong/file-log.log", "kong/expected.json", "kong/truth.jsonl", true),
    ("envoy/json.log", "envoy/expected.json", "envoy/truth.jsonl", true),
    ("nginx/json.log", "nginx/expected.json", "nginx/truth.jsonl", false),
    ("caddy/json.log", "caddy/expected.json", "caddy/truth.jsonl", false),
    ("traefik/dualoutput.log", "traefik/expected.json", "traefik/truth.jsonl", false),
    ("haproxy/rfc5424.log", "haproxy/expected.json", "haproxy/truth.jsonl", false),
];

#[test]
fn captured_logs_give_their_totals_on_every_page() {
    for (log, expected, truth_of, names_callers) in CAPTURED {
        let server = Server::start();
        let reply = server.ingest("/ingest", sample(log));
        assert_eq!(
            (reply.status, &reply.json()["rejected"]),
            (200, &Value::from(0)),
            "{log} {}",
            reply.text()
        );
        let (expected, truth) = (json_of(expected), truth(truth_of));
        let records = expected["records"].as_u64().unwrap();
        let by_status = listed(&expected["by_status"]);
        for tz in ["UTC", "Europe/Berlin"] {
            let ask = |path: &str, more: &str| server.json(&format!("/api/v1/{path}?{ALL}&tz={tz}&{more}"));
            let panel = |id: &str| ask(&format!("panels/{id}"), "top=1000&step=1M");
            let usage = |id: &str| ask(&format!("usage/{id}"), "limit=1000");

            // Overview, errors.
            assert_eq!(panel("kpi_total_calls")["value"], records, "{log}");
            assert_eq!(rows(&panel("status_breakdown"), "value"), by_status, "{log}");
            let errors = expected["errors_5xx"].as_u64().unwrap();
            assert_eq!(sum(&rows(&panel("errors"), "value")), errors, "{log}");
            assert_eq!(sum(&rows(&panel("errors_5xx_by_origin"), "value")), errors, "{log}");
            let availability = panel("kpi_availability")["value"].as_f64().unwrap();
            assert!((availability - (records - errors) as f64 / records as f64).abs() < 1e-12, "{log}");
            let mut classes = Counts::new();
            for (status, n) in &by_status {
                *classes.entry(format!("{}xx", &status[..1])).or_default() += n;
            }
            let traffic = panel("calls_by_status_class");
            for line in traffic["series"].as_array().unwrap() {
                let calls = line["values"].as_array().unwrap().iter().filter_map(Value::as_u64).sum::<u64>();
                let class = classes.remove(line["key"].as_str().unwrap()).unwrap_or(0);
                assert_eq!(calls, class, "{log} {}", line["key"]);
            }
            assert!(classes.is_empty(), "{log} {classes:?}");
            let heat = panel("peak_hours");
            let hours =
                heat["series"].as_array().unwrap().iter().flat_map(|line| line["calls"].as_array().unwrap());
            assert_eq!(hours.map(|n| n.as_u64().unwrap()).sum::<u64>(), records, "{log}");

            // Denials.
            let denied = expected["denied_401_403_429"].as_u64().unwrap();
            assert_eq!(panel("kpi_denied_requests")["value"], denied, "{log}");
            assert_eq!(sum(&rows(&panel("denied_by_reason"), "value")), denied, "{log}");

            // Usage: every list holds every call, or says how many it does not.
            for id in [
                "consumers",
                "routes",
                "domains",
                "agents",
                "keys",
                "apis",
                "plans",
                "customers",
                "countries",
                "auth",
            ] {
                let list = usage(id);
                let calls = sum(&rows(&list, "calls")) + list["missing"].as_u64().unwrap();
                assert_eq!((calls, &list["total"]), (records, &Value::from(records)), "{log} {id}");
            }
            assert_eq!(rows(&usage("domains"), "calls"), listed(&expected["hosts"]), "{log}");
            let routes = usage("routes");
            assert_eq!(sum(&rows(&routes, "errors")), errors, "{log}");
            assert_eq!(sum(&rows(&routes, "denied")), denied, "{log}");
            if *names_callers {
                // Whoever came with refused credentials is nobody's consumer.
                let known = || truth.iter().filter(|call| call["status"] != 401);
                let consumers = usage("consumers");
                assert_eq!(rows(&consumers, "calls"), counts(known().map(|call| &call["user"])), "{log}");
                let refused =
                    known().filter(|call| [403, 429].iter().any(|status| call["status"] == *status));
                assert_eq!(rows(&consumers, "denied"), counts(refused.map(|call| &call["user"])), "{log}");
            }

            // Questions of one's own.
            let explored =
                |by: &str| rows(&ask("explore", &format!("by={by}&chart=toplist&top=1000")), "value");
            assert_eq!(explored("method"), listed(&expected["by_method"]), "{log}");
            let path = |call: &Value| Value::from(call["path"].as_str().unwrap().split('?').next().unwrap());
            let paths: Vec<Value> = truth.iter().map(path).collect();
            assert!(explored("path") == counts(paths.iter()), "{log}: paths");
            let agents = truth.iter().map(|call| &call["ua"]).filter(|agent| !agent.is_null());
            assert_eq!(explored("user_agent"), counts(agents), "{log}");

            // No plan is known, so quotas list whoever was refused for one.
            let quotas = server.json(&format!("/api/v1/quotas?{ALL}&tz={tz}"));
            let rejected =
                quotas["rows"].as_array().unwrap().iter().map(|row| row["rejected"].as_u64().unwrap());
            assert_eq!(rejected.sum::<u64>(), server.total("reason:quota_exceeded"), "{log}");
        }
    }
}

/// A part of a filter, and what it means, in words of this test.
type Term = (&'static str, fn(&Value) -> bool);

fn status(event: &Value) -> u64 {
    event["response"]["status"].as_u64().unwrap_or(0)
}

const TERMS: &[Term] = &[
    ("status:4xx", |e| (400..500).contains(&status(e))),
    ("status:>=500", |e| status(e) >= 500),
    ("status:200,201", |e| [200, 201].contains(&status(e))),
    ("method:GET", |e| e["request"]["method"] == "GET"),
    ("method:POST,PUT", |e| ["POST", "PUT"].iter().any(|m| e["request"]["method"] == *m)),
    ("granted:false", |e| e["access"]["granted"] == false),
    ("reason:*", |e| e["access"]["reason"].is_string()),
    ("consumer:alice", |e| e["consumer_name"] == "alice"),
    ("consumer:*", |e| e["consumer_name"].is_string()),
    ("domain:pay.example.com", |e| e["domain"] == "pay.example.com"),
    ("path:\"/api/users\"", |e| e["request"]["path"] == "/api/users"),
    ("path:/api/*", |e| e["request"]["path"].as_str().is_some_and(|path| path.starts_with("/api/"))),
    ("format:kong", |e| e["format"] == "kong"),
    ("duration:>=20ms", |e| e["response"]["duration_ms"].as_f64().is_some_and(|ms| ms >= 20.0)),
];

/// A small generator: the same filters each time, unlike each other.
fn next(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % below
}

#[test]
fn every_way_to_ask_gives_the_same_number() {
    let server = Server::start();
    for file in ["kong/file-log.log", "nginx/json.log", "envoy/json.log"] {
        assert_eq!(server.ingest("/ingest", sample(file)).status, 200);
    }
    let all = server.get(&format!("/api/v1/export?{ALL}&format=ndjson")).text();
    let all: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 3_600);
    let mut state = 5;
    for _ in 0..24 {
        let picked = [0; 3].map(|_| TERMS[next(&mut state, TERMS.len())]);
        let [a, b, c] = picked.map(|(text, _)| text);
        let is = |event: &Value| picked.map(|(_, is)| is(event));
        let (filter, wanted): (String, Vec<bool>) = match next(&mut state, 5) {
            0 => (a.to_owned(), all.iter().map(|e| is(e)[0]).collect()),
            1 => (format!("-{a}"), all.iter().map(|e| !is(e)[0]).collect()),
            2 => (format!("{a} {b}"), all.iter().map(|e| is(e)[0] && is(e)[1]).collect()),
            3 => (
                format!("({a} OR {b}) -{c}"),
                all.iter().map(|e| (is(e)[0] || is(e)[1]) && !is(e)[2]).collect(),
            ),
            _ => (
                format!("({a} OR -{b}) {c}"),
                all.iter().map(|e| (is(e)[0] || !is(e)[1]) && is(e)[2]).collect(),
            ),
        };
        let wanted = wanted.iter().filter(|found| **found).count() as u64;
        let asked = format!("{ALL}&filter={}", escaped(&filter));
        let get = |path: &str| {
            server.json(&format!("/api/v1/{path}{}{asked}", if path.contains('?') { "&" } else { "?" }))
        };
        let number = |answer: &Value, name: &str| answer[name].as_u64().unwrap();
        let cli = |args: &[&str]| {
            let range = ["--from", "2020-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z"];
            let output =
                server.cli(ADMIN, &[&["query"][..], args, &range, &["--", filter.as_str()]].concat());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().lines().count() as u64
        };
        let found = [
            ("summary", number(&get("summary"), "total_calls")),
            ("panel", number(&get("panels/kpi_total_calls"), "value")),
            ("list", sum(&rows(&get("panels/status_breakdown?top=1000"), "value"))),
            ("explore", number(&get("explore?chart=stat"), "value")),
            ("splits", sum(&rows(&get("explore?by=method,status&chart=table&top=1000"), "value"))),
            ("histogram", number(&get("histogram?step=1M"), "total")),
            ("usage", number(&get("usage/consumers"), "total")),
            ("events", events(&server, &asked)),
            (
                "csv",
                server.get(&format!("/api/v1/export?{asked}&format=csv")).text().lines().count() as u64 - 1,
            ),
            (
                "ndjson",
                server.get(&format!("/api/v1/export?{asked}&format=ndjson")).text().lines().count() as u64,
            ),
            ("command line", cli(&["--json", "--limit", "5000"])),
            ("command line, CSV", cli(&["--csv"]) - 1),
        ];
        for (place, n) in found {
            assert_eq!(n, wanted, "{place}: {filter}");
        }
    }
}

/// The events of all pages.
fn events(server: &Server, asked: &str) -> u64 {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let page = server.json(&format!("/api/v1/events?{asked}&limit=500{cursor}"));
        count += page["events"].as_array().unwrap().len() as u64;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", escaped(next)),
            None => return count,
        }
    }
}
