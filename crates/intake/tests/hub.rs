//! Log lines of the wild, field by field against what another project's parsers read in them (CrowdSec's hub).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use event::{Row, field};
use intake::{Format, by_name, decode};
use serde_json::Value;

/// The folder of a log: the lines, and what their parsers read in them. The lines are theirs and are no part of this
/// repository; `None`, said aloud, where they do not lie beside it.
fn folder(name: &str) -> Option<(String, String)> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    if !std::path::Path::new(data).exists() {
        eprintln!("{name}: NOT COMPARED, there is no {data}");
        return None;
    }
    let folder = format!("{data}/crowdsec-hub/{name}");
    let mut files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let log = files.find(|path| path.extension().is_some_and(|extension| extension == "log")).unwrap();
    let expected = std::fs::read_to_string(format!("{folder}/expected.json")).unwrap_or_default();
    Some((std::fs::read_to_string(log).unwrap(), expected))
}

/// Their name for a field, as ours reads; `None` for what only they derive.
fn ours(row: Row<'_>, theirs: &str) -> Option<String> {
    let text = |field| row.text(field).map(str::to_owned);
    let or_dash = |field| Some(text(field).unwrap_or_else(|| "-".to_owned()));
    match theirs {
        "http_path" => {
            let path = text(field::PATH)?;
            Some(row.text(field::QUERY).map_or_else(|| path.clone(), |query| format!("{path}?{query}")))
        }
        "http_status" => Some(row.int(field::STATUS).map_or("none".to_owned(), |status| status.to_string())),
        "http_user_agent" => or_dash(field::USER_AGENT),
        "http_verb" => text(field::METHOD),
        "source_ip" => text(field::IP),
        "target_fqdn" => text(field::DOMAIN),
        "request_id" => text(field::REQUEST_ID),
        "traefik_router_name" => or_dash(field::ROUTE_ID),
        "user" => or_dash(field::CONSUMER_NAME),
        other => panic!("a field we do not compare: {other}"),
    }
}

/// What they derive from other fields, which are compared.
const DERIVED: &[&str] = &["log_type", "service", "sub_type", "username"];

/// Their value in our words: we keep no port in a domain and no number that is no status.
fn theirs(name: &str, value: &str) -> String {
    match (name, value) {
        ("http_status", "-" | "0") => "none".to_owned(),
        ("target_fqdn", host) => host.split(':').next().unwrap().to_owned(),
        (_, value) => value.to_owned(),
    }
}

/// The log, our format for it, and how many values are compared.
const LOGS: &[(&str, &str, usize)] = &[
    ("nginx-http-malformed", "nginx", 48),
    ("nginx_http-logs", "nginx", 43),
    ("nginx_req_limit_exceeded", "nginx", 0),
    ("bunkerweb-logs", "nginx", 35),
    ("apache2-logs", "apache", 36),
    ("apache2-malformed", "apache", 44),
    ("traefik_json", "traefik", 37),
    ("traefik_clf", "traefik", 49),
    ("caddy-logs", "caddy", 60),
    ("envoy-logs", "envoy", 60),
    ("haproxy-logs", "haproxy", 8),
];

#[test]
fn every_field_agrees() {
    for (name, format, values) in LOGS {
        let Some((log, expected)) = folder(name) else { return };
        let lines: Vec<&str> = log.lines().collect();
        let expected: Vec<Value> = serde_json::from_str(&expected).unwrap();
        let mut compared = 0;
        for expected in &expected {
            let line = lines[expected["i"].as_u64().unwrap() as usize];
            let decoded = decode(by_name(format), line.as_bytes());
            let expect = expected["expect"].as_object().unwrap();
            // Lines of error logs and of connections tell of no call.
            if expect["log_type"] != "http_access-log" {
                assert_eq!((decoded.batch.len(), decoded.rejected), (0, 1), "{line}");
                continue;
            }
            assert_eq!(decoded.rejects, [], "{line}");
            let row = decoded.batch.row(0);
            for (field, value) in expect {
                if DERIVED.contains(&field.as_str()) || field.starts_with("traefik_router_name_") {
                    continue;
                }
                let want = theirs(field, value.as_str().unwrap());
                assert_eq!(ours(row, field), Some(want), "{field} of {line}");
                compared += 1;
            }
            assert_eq!(row.text(field::METHOD).is_some(), expect.contains_key("http_verb"), "{line}");
        }
        assert_eq!(compared, *values, "{name}");
    }
}

#[test]
fn every_access_line_is_read_and_every_other_rejected() {
    let logs = [
        ("nginx-bad-user-agent", "nginx"),
        ("nginx-http-generic-bf", "nginx"),
        ("nginx-http-sqli-probing", "nginx"),
        ("apache-http-probing", "apache"),
        ("traefik_base-http-scenario", "traefik"),
    ];
    for (name, of) in logs {
        let Some((log, _)) = folder(name) else { return };
        let errors = log.lines().filter(|line| line.contains("[error]") || line.contains(":error]")).count();
        // Apache's plain lines look like NGINX's, so that only named ones are its own.
        let formats: &[Option<&dyn Format>] = &[None, by_name(of).map(|format| format as _)];
        for format in formats {
            let decoded = decode(*format, log.as_bytes());
            assert_eq!(decoded.rejected as usize, errors, "{name}: {:?}", decoded.rejects.first());
            assert_eq!(decoded.batch.len(), log.lines().count() - errors, "{name}");
        }
    }
}
