//! From the receiver to the answer: captured logs give the totals that were counted from them, a file equals the API,
//! a tail shows what comes, and no secret comes out anywhere.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use serde_json::Value;
use server::{ADMIN, Server, escaped, lines};

const ALL: &str = "from=2000-01-01&to=2100-01-01";

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(path)).unwrap()
}

#[test]
fn captured_logs_give_their_totals() {
    for (format, file) in [("kong", "kong/file-log.log"), ("nginx", "nginx/json.log")] {
        let server = Server::start();
        let expected: Value = serde_json::from_slice(&sample(&format!("{format}/expected.json"))).unwrap();
        let expected = expected.get(format).cloned().unwrap_or(expected);
        for path in [format!("/ingest/{format}"), "/ingest".to_owned()] {
            let reply = server.ingest(&path, sample(file));
            assert_eq!((reply.status, reply.json()["rejected"].as_u64()), (200, Some(0)), "{}", reply.text());
        }
        let summary = server.json(&format!("/api/v1/summary?{ALL}"));
        assert_eq!(summary["total_calls"], expected["records"], "{format}");
        assert_eq!(summary["by_status"], expected["by_status"], "{format}");
        let errors: u64 = summary["by_status"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(status, _)| status.starts_with('5'))
            .map(|(_, n)| n.as_u64().unwrap())
            .sum();
        assert_eq!(Some(errors), expected["errors_5xx"].as_u64(), "{format}");
        for (method, count) in expected["by_method"].as_object().unwrap() {
            assert_eq!(Some(server.total(&format!("method:{method}"))), count.as_u64(), "{format} {method}");
        }
        for (path, count) in expected["top_paths"].as_object().unwrap() {
            assert_eq!(Some(server.total(&format!("path:\"{path}\""))), count.as_u64(), "{format} {path}");
        }
    }
}

#[test]
fn every_panel_and_list_answers() {
    let server = Server::start();
    server.ingest("/ingest/kong", sample("kong/file-log.log"));
    let panels = server.json("/api/v1/panels");
    let panels = panels["panels"].as_array().unwrap();
    assert!(panels.len() >= 15);
    for panel in panels {
        let id = panel["id"].as_str().unwrap();
        let answer = server.json(&format!("/api/v1/panels/{id}?from=2026-11-21&to=2026-11-23&step=1h"));
        assert_eq!(answer["panel"]["id"], id);
        assert_eq!(answer["partial"], false, "{id}");
    }
    let facets = server.json(&format!("/api/v1/facets?{ALL}&fields=status,route,consumer&top=3"));
    assert_eq!(facets["facets"].as_array().unwrap().len(), 3);
    assert_eq!(facets["facets"][0]["total"], 1_200);
    let histogram = server.json("/api/v1/histogram?from=2026-11-21&to=2026-11-23&step=1h&split=granted");
    assert_eq!(histogram["total"], 1_200);
    assert!(server.json("/api/v1/fields")["fields"].as_array().unwrap().len() > 50);
    assert_eq!(server.json("/api/v1/reasons")["reasons"].as_array().unwrap().len(), 16);
}

#[test]
fn pages_hold_every_event_once() {
    let server = Server::start();
    server.ingest("/ingest", lines(0..2_345));
    for order in ["asc", "desc"] {
        let mut seen = std::collections::BTreeSet::new();
        let mut cursor = String::new();
        loop {
            let page = server.json(&format!("/api/v1/events?{ALL}&limit=500&order={order}&cursor={cursor}"));
            for event in page["events"].as_array().unwrap() {
                assert!(seen.insert(event["request_id"].as_str().unwrap().to_owned()));
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen.len(), 2_345, "{order}");
    }
    let page = server.json(&format!("/api/v1/events?{ALL}&filter=request_id%3Arq-77"));
    let id = page["events"][0]["id"].as_str().unwrap();
    assert_eq!(server.json(&format!("/api/v1/events/{id}"))["request_id"], "rq-77");
}

#[test]
fn a_file_equals_the_answers() {
    let server = Server::start();
    server.ingest("/ingest/kong", sample("kong/file-log.log"));
    let reply = server.get(&format!("/api/v1/export?{ALL}&format=csv&filter=granted%3Afalse"));
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-disposition").unwrap().contains(".csv"));
    let csv = reply.text();
    let mut rows = csv.lines();
    assert!(rows.next().unwrap().starts_with(
        "Timestamp,Consumer,Request path,HTTP method,Response status,Access granted,Denial reason,Response time (ms)"
    ));
    let events = server.json(&format!("/api/v1/events?{ALL}&limit=1000&filter=granted%3Afalse"));
    let events = events["events"].as_array().unwrap();
    assert!(events.len() > 100);
    let rows: Vec<&str> = rows.collect();
    assert_eq!(rows.len(), events.len());
    for (row, event) in rows.iter().zip(events) {
        assert!(row.contains(event["request"]["path"].as_str().unwrap()), "{row} {event}");
        assert!(row.contains(&event["response"]["status"].to_string()), "{row} {event}");
    }
    let id = reply.header("x-gatelog-export-id").unwrap();
    let manifest = server.json(&format!("/api/v1/exports/{id}"));
    assert_eq!(
        (&manifest["state"], manifest["rows"].as_u64()),
        (&Value::from("done"), Some(rows.len() as u64))
    );
    assert_eq!(manifest["bytes"].as_u64(), Some(reply.body.len() as u64));
    assert_eq!(manifest["sha256"].as_str().unwrap().len(), 64);
    for format in ["json", "ndjson", "parquet"] {
        let reply = server.get(&format!("/api/v1/export?{ALL}&format={format}"));
        assert_eq!(reply.status, 200, "{format}");
        match format {
            "json" => assert_eq!(reply.json().as_array().unwrap().len(), 1_200),
            "ndjson" => assert_eq!(reply.text().lines().count(), 1_200),
            _ => assert!(reply.body.starts_with(b"PAR1") && reply.body.ends_with(b"PAR1")),
        }
    }
}

#[test]
fn a_tail_shows_what_comes_and_counts_what_it_leaves_out() {
    let server = Server::start();
    let mut stream = server.connect();
    let head = format!(
        "GET /api/v1/tail?filter={} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN}\r\n\r\n",
        escaped("consumer_id:app-1 OR consumer_id:app-2")
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines_in = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines_in.by_ref().any(|line| line.contains("connected")));
    server.ingest("/ingest", lines(0..700));
    let (mut shown, mut dropped) = (0, 0);
    for line in lines_in {
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let data: Value = serde_json::from_str(data).unwrap();
        match data["count"].as_u64() {
            Some(count) => dropped += count,
            None => {
                assert!(["app-1", "app-2"].contains(&data["consumer_id"].as_str().unwrap()));
                shown += 1;
            }
        }
        if shown + dropped >= 200 {
            break;
        }
    }
    assert_eq!((shown, dropped), (100, 100));
}

#[test]
fn a_tail_ends_when_its_token_is_revoked() {
    let server = Server::with(&[("GATELOG_TAIL_CHECK_MS", "300")]);
    let token = server.cli("", &["token", "create", "--role", "analyst"]).stdout;
    let token = String::from_utf8(token).unwrap().trim().to_owned();
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    let mut stream = server.connect();
    let head = format!(
        "GET /api/v1/tail HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines_in = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines_in.by_ref().any(|line| line.contains("connected")));
    let started = std::time::Instant::now();
    assert!(server.cli("", &["token", "revoke", &token]).status.success());
    assert_eq!(lines_in.filter(|line| line.starts_with("data")).count(), 0);
    assert!(started.elapsed().as_secs() < 10);
}

/// A secret nobody else would write.
fn canary(n: usize) -> String {
    format!("cAnArY{n:04}{:016x}Zq", (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[test]
fn no_canary_is_found_anywhere() {
    let server = Server::with(&[("GATELOG_LOG_REQUESTS", "true")]);
    let mut canaries = Vec::new();
    for n in 0..250 {
        let secrets: Vec<String> = (0..4).map(|k| canary(4 * n + k)).collect();
        let [a, b, c, d] = &secrets[..] else { unreachable!() };
        let kong = format!(
            r#"{{"started_at":1795299097256,"client_ip":"10.0.0.1","request":{{"id":"kong-{n}","uri":"/a?access_token={a}","url":"http://u:{b}@h/a?api_key={a}","method":"GET","querystring":{{"password":"{c}"}},"headers":{{"authorization":"Bearer {a}","cookie":"sid={b}","x-api-key":"{c}","referer":"https://x/?token={d}"}}}},"response":{{"status":200,"headers":{{"set-cookie":"s={d}"}}}},"latencies":{{"request":1,"kong":1,"proxy":0}}}}"#
        );
        let nginx = format!(
            r#"{{"time":"2026-11-21T21:58:39+00:00","msec":"1795298319.952","request_id":"nginx-{n}","remote_ip":"10.0.0.1","remote_user":"","host":"h","method":"GET","uri":"/a?token={a}","path":"/a","args":"token={a}&client_secret={b}","status":200,"bytes":1,"request_time":0.004,"referrer":"https://x/?api_key={c}","agent":"curl","auth_header":"Bearer {d}"}}"#
        );
        let contract = format!(
            r#"{{"timestamp":"2026-11-21T10:00:00Z","request_id":"fg-{n}","request":{{"path":"/x?sig={a}","method":"GET","headers":{{"X-Auth-Token":"{b}"}}}},"response":{{"status":200}},"access":{{"granted":true}},"note":"Authorization: Bearer {c}","password":"{d}"}}"#
        );
        let broken = format!(r#"{{"authorization":"Bearer {a}", "password":"{b}", "cookie": "{c}", broken"#);
        let combined = format!(
            r#"10.0.0.1 - bob [21/Nov/2026:21:58:39 +0000] "GET /a?access_token={a} HTTP/1.1" 200 5 "https://u:{b}@x/?password={c}" "curl Bearer {d}""#
        );
        for (format, body) in [
            ("/kong", &kong),
            ("/nginx", &nginx),
            ("/flowgenx", &contract),
            ("/json", &contract),
            ("", &broken),
            ("/nginx", &combined),
        ] {
            server.ingest(&format!("/ingest{format}"), body);
        }
        canaries.extend(secrets);
    }
    assert_eq!(canaries.len(), 1_000);
    assert!(server.total("") > 500);
    let mut seen = String::new();
    for format in ["csv", "json", "ndjson"] {
        seen += &server
            .get(&format!(
                "/api/v1/export?{ALL}&format={format}&columns=query,request_headers,custom,referer"
            ))
            .text();
    }
    seen += &server.get(&format!("/api/v1/events?{ALL}&limit=1000")).text();
    seen += &server.get(&format!("/api/v1/facets?{ALL}&fields=user_agent,referer&top=1000")).text();
    seen += &server.get("/api/v1/sources/default/rejects").text();
    seen += &server.log();
    let dir = server.dir.clone();
    let keep = tempfile::tempdir().unwrap();
    // Stopping seals; what is sealed is compressed, so the log that is not sealed is read first.
    let mut files = Vec::new();
    collect(&dir, &mut files);
    let parquet = server.get(&format!("/api/v1/export?{ALL}&format=parquet")).body;
    files.push(parquet);
    server.stop();
    drop(keep);
    for n in canaries {
        assert!(!seen.contains(&n), "{n} came out: {}", around(&seen, &n));
        for file in &files {
            assert!(!contains(file, n.as_bytes()), "{n} is on disk");
        }
    }
}

fn around(text: &str, needle: &str) -> String {
    let at = text.find(needle).unwrap();
    text.chars().skip(at.saturating_sub(200)).take(400).collect()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    // All canaries begin alike; looking for that first keeps this quick.
    bytes
        .windows(6)
        .enumerate()
        .filter(|(_, w)| *w == b"cAnArY")
        .any(|(at, _)| bytes[at..].starts_with(needle))
}

fn collect(dir: &Path, files: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), files);
        } else {
            files.push(std::fs::read(entry.path()).unwrap());
        }
    }
}
