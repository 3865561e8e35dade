//! Panels against an independent reading of the same table: DuckDB over the Delta files, in two zones with a day on which
//! the clocks change, with a change of the directory inside the range. Needs the Python package index, so it is run by name.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::path::Path;
use std::process::Command;

use event::Timestamp;
use serde_json::{Value, json};
use server::{ADMIN, Server};

const HOUR: i64 = 3_600_000_000;

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)).unwrap()
}

fn directory(server: &Server, since: &str, group: &str) {
    let text = format!(
        "groups: [gold, silver]\nconsumers:\n  - {{name: ann, groups: [{group}]}}\nroutes:\n  - {{name: admin, tags: [Sensitive]}}\n"
    );
    let headers = [("Authorization", &*format!("Bearer {ADMIN}")), ("Content-Type", "application/yaml")];
    let path = format!("/api/v1/directory/team{since}");
    assert_eq!(server.send("PUT", &path, &headers, text.as_bytes()).status, 200);
}

/// Requests of API Gateway over the night on which the clocks of Berlin go back, every six minutes.
fn over_the_change() -> String {
    let start = Timestamp::parse("2026-10-23T20:00:00Z").unwrap().0;
    let pick = |n: i64, of: &[&'static str]| of[(n as usize * 7 + n as usize / 5) % of.len()];
    let line = |n: i64| {
        let time = Timestamp(start + n * HOUR / 10).to_string();
        let status = pick(n, &["200", "200", "204", "304", "401", "403", "429", "500", "504"]);
        let (kind, said) = match status {
            "401" => (pick(n, &["UNAUTHORIZED", "EXPIRED_TOKEN", "INVALID_SIGNATURE"]), "Unauthorized"),
            "403" => ("ACCESS_DENIED", "User is not authorized"),
            "429" => (pick(n, &["QUOTA_EXCEEDED", "THROTTLED"]), "Limit Exceeded"),
            "500" => (pick(n, &["AUTHORIZER_FAILURE", "DEFAULT_5XX"]), "Internal server error"),
            "504" => ("INTEGRATION_TIMEOUT", "Endpoint request timed out"),
            _ => ("-", "-"),
        };
        let reached = matches!(status, "200" | "204" | "304" | "504");
        let arn = if n % 4 == 0 { format!("arn:aws:iam::1234:user/u{}", n % 3) } else { "-".to_owned() };
        let of_token = |text: &'static str| if n % 3 == 1 { text } else { "-" };
        json!({
            "requestId": format!("g-{n}"), "requestTimeEpoch": (start + n * HOUR / 10) / 1_000, "requestTime": time,
            "apiId": "a1", "stage": "prod", "httpMethod": pick(n, &["GET", "POST"]), "status": status,
            "path": pick(n / 2, &["/prod/pets/7", "/prod/orders", "/prod/admin"]),
            "resourcePath": pick(n / 2, &["/pets/{id}", "/orders", "admin"]), "protocol": "HTTP/1.1",
            "ip": format!("203.0.113.{}", n % 5 + n / 400), "domainName": pick(n, &["a.example.test", "b.example.test", "c.example.test"]),
            "errorResponseType": kind, "errorMessage": said, "identityUserArn": arn, "identityUser": if n % 4 == 0 { "U1" } else { "-" },
            "identityUserAgent": pick(n, &["curl/8.5.0", "okhttp/4.12"]), "usagePlanName": pick(n, &["gold", "free", "-"]),
            "apiKeyName": pick(n, &["phone", "web", "-"]), "apiKeyId": pick(n, &["k1", "k2", "-"]),
            "sub": of_token("s-1"), "clientId": of_token("https://issuer.example.test"), "aud": of_token("app"),
            "responseLatency": (n * 37 % 900 + 3).to_string(), "responseLength": "512",
            "integrationLatency": if reached { (n * 31 % 700 + 1).to_string() } else { "-".to_owned() },
            "integrationStatus": if reached { status } else { "-" },
            "authorizerLatency": (n % 90 + 2).to_string(), "authorizerIntegrationLatency": (n % 70).to_string(),
            "authorizerError": if kind == "AUTHORIZER_FAILURE" { "timed out" } else { "-" },
            "authorizerStatus": if kind == "AUTHORIZER_FAILURE" { "500" } else { "200" },
        })
        .to_string()
            + "\n"
    };
    (0..720).map(line).collect()
}

/// Calls of one consumer, whose group changes in between.
fn of_a_consumer() -> String {
    let start = Timestamp::parse("2026-10-24T00:15:00Z").unwrap().0;
    let line = |n: i64| {
        let record = json!({
            "timestamp": Timestamp(start + n * HOUR).to_string(), "request_id": format!("c-{n}"), "consumer_name": "ann",
            "request": {"method": "GET", "path": "/admin", "ip": format!("198.51.100.{}", n / 30)},
            "route": "admin", "response": {"status": 200, "duration_ms": 5},
        });
        record.to_string() + "\n"
    };
    (0..60).map(line).collect()
}

#[test]
#[ignore = "installs DuckDB from the Python package index"]
fn panels_equal_what_duckdb_reads() {
    let keep = tempfile::tempdir().unwrap();
    let server = Server::on(keep.path(), &[], true);
    directory(&server, "", "gold");
    directory(&server, "?since=2026-10-25T12:00:00Z", "silver");
    for (path, body) in [
        ("/ingest/kong", sample("kong/file-log.log")),
        ("/ingest/nginx", sample("nginx/json.log")),
        ("/ingest/caddy", sample("caddy/json.log")),
        ("/ingest/traefik", sample("traefik/dualoutput.log")),
        ("/ingest/envoy", sample("envoy/json.log")),
        ("/ingest/aws", sample("aws/composed.log")),
        ("/ingest/aws", over_the_change().into_bytes()),
        ("/ingest/json", of_a_consumer().into_bytes()),
    ] {
        let reply = server.ingest(path, body);
        assert_eq!(
            (reply.status, reply.json()["rejected"].as_u64()),
            (200, Some(0)),
            "{path} {}",
            reply.text()
        );
    }
    let ranges = [
        // Nothing lies before; the night the clocks go back is in it.
        ("2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z"),
        // The period before has a part of it; odd edges.
        ("2026-10-25T00:10:00Z", "2026-10-26T21:47:11Z"),
        ("2026-11-21", "2026-11-22"),
    ];
    let list = server.json("/api/v1/panels");
    let panels = list["panels"].as_array().unwrap().iter().filter(|panel| {
        let own = [
            "latency_split",
            "denial_rate_by_consumer",
            "repeated_auth_failures",
            "unexpected_addresses",
            "sensitive_routes",
            "off_hours",
            "aws_raw_requests",
        ];
        !panel["explore"].is_null() || own.contains(&panel["id"].as_str().unwrap())
    });
    let ids: Vec<&str> = panels.map(|panel| panel["id"].as_str().unwrap()).collect();
    assert!(ids.len() >= 45, "{}", ids.len());
    let mut cases: Vec<Value> = Vec::new();
    for (from, to) in ranges {
        for tz in ["UTC", "Europe/Berlin"] {
            for id in &ids {
                let answer =
                    server.json(&format!("/api/v1/panels/{id}?from={from}&to={to}&tz={tz}&step=1d&top=1000"));
                assert_eq!(answer["partial"], false);
                cases.push(json!({"id": id, "tz": tz, "answer": answer}));
            }
        }
    }
    // The groups are those of the time of each call, whatever they became later.
    let groups = |tz: &str| {
        let answer = server.json(&format!(
            "/api/v1/explore?by=group&filter=consumer:ann&from=2026-10-24&to=2026-10-27&tz={tz}&chart=toplist"
        ));
        let rows = answer["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| (row["key"].as_str().unwrap().to_owned(), row["value"].as_u64().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(groups("UTC"), [("gold".to_owned(), 36), ("silver".to_owned(), 24)]);
    let answers = keep.path().join("answers.json");
    std::fs::write(&answers, serde_json::to_vec(&cases).unwrap()).unwrap();
    server.stop();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/golden.py");
    let table = keep.path().join("tenants/1/access");
    let output = Command::new("python3").arg(script).arg(table).arg(answers).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}
