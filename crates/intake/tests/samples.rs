//! Everything in `samples/`, against the totals counted from the logs and, call by call, against what the client saw.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, HashMap, HashSet};

use event::{Batch, Row, field, json};
use intake::{FORMATS, Format, Kong, Nginx, by_name, decode};
use serde_json::{Value, json};

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../samples/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(format: Option<&dyn Format>, file: &str) -> Batch {
    let decoded = decode(format, &sample(file));
    assert_eq!(decoded.rejects, [], "{file}");
    decoded.batch
}

fn count<'b>(batch: &'b Batch, key: impl Fn(Row<'b>) -> Option<String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    batch.rows().filter_map(key).for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

fn text(field: event::FieldId) -> impl Fn(Row<'_>) -> Option<String> {
    move |row| Some(row.text(field).unwrap_or("").to_owned())
}

/// The totals in the shape of `expected.json`.
fn totals(batch: &Batch) -> Value {
    let status = |row: Row<'_>| Some(row.int(field::STATUS)?.to_string());
    let identified = |row: Row<'_>| {
        Some(row.text(field::CONSUMER_NAME).or(row.text(field::CLAIMED_CONSUMER)).unwrap_or("").to_owned())
    };
    let denied = batch.rows().filter(|row| row.int(field::GRANTED) == Some(0)).count();
    json!({
        "records": batch.len(),
        "by_status": count(batch, status),
        "denied_401_403_429": denied,
        "errors_5xx": batch.rows().filter(|row| row.int(field::STATUS) >= Some(500)).count(),
        "by_logged_user": count(batch, identified),
        "by_method": count(batch, text(field::METHOD)),
        "hosts": count(batch, text(field::DOMAIN)),
    })
}

fn expected(folder: &str) -> Value {
    serde_json::from_slice(&sample(&format!("{folder}/expected.json"))).unwrap()
}

fn truth(folder: &str) -> HashMap<String, Value> {
    truth_of(&format!("{folder}/truth.jsonl"))
}

fn truth_of(file: &str) -> HashMap<String, Value> {
    let body = String::from_utf8(sample(file)).unwrap();
    let rows = body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect()
}

fn assert_totals(batch: &Batch, expected: &Value, leave_out: &[&str]) {
    let totals = totals(batch);
    for (name, value) in totals.as_object().unwrap() {
        if !leave_out.contains(&name.as_str()) {
            assert_eq!(value, &expected[name], "{name}");
        }
    }
    let paths = count(batch, text(field::PATH));
    for (path, calls) in expected["top_paths"].as_object().unwrap() {
        assert_eq!(paths[path], calls.as_u64().unwrap(), "{path}");
    }
}

/// What the client sent and got, against what the log says.
fn assert_call(row: Row<'_>, truth: &Value) {
    let (path, query) = truth["path"]
        .as_str()
        .unwrap()
        .split_once('?')
        .map_or((truth["path"].as_str().unwrap(), None), |(path, query)| (path, Some(query)));
    assert_eq!(row.text(field::METHOD), truth["method"].as_str());
    assert_eq!((row.text(field::PATH), row.text(field::QUERY)), (Some(path), query));
    assert_eq!(row.int(field::STATUS), truth["status"].as_i64());
    assert_eq!(row.text(field::USER_AGENT).unwrap_or(""), truth["ua"].as_str().unwrap());
    let seconds = row.int(field::TIME).unwrap() as f64 / 1e6;
    assert!((seconds - truth["t"].as_f64().unwrap()).abs() < 4.0, "{seconds}");
}

#[test]
fn nginx_json() {
    let batch = read(Some(&Nginx), "nginx/json.log");
    assert_totals(&batch, &expected("nginx"), &[]);
    let ids: HashSet<_> = batch.rows().filter_map(|row| row.text(field::REQUEST_ID)).collect();
    assert_eq!(ids.len() as u64, expected("nginx")["distinct_request_ids"].as_u64().unwrap());
    let truth = truth("nginx");
    for row in batch.rows() {
        let truth = &truth[row.text(field::REQUEST_ID).unwrap()];
        assert_call(row, truth);
        assert_eq!(row.text(field::DOMAIN), truth["host"].as_str());
        // NGINX was told to believe X-Forwarded-For only from 127.0.0.1.
        let trusted = if truth["src"] == "127.0.0.1" { "xff" } else { "src" };
        assert_eq!(row.text(field::IP), truth[trusted].as_str());
        // "!name" is that name with a wrong password.
        let user = truth["user"].as_str();
        if row.int(field::STATUS) == Some(401) {
            assert_eq!(row.text(field::CLAIMED_CONSUMER), user.and_then(|user| user.strip_prefix('!')));
            assert_eq!(row.text(field::CONSUMER_NAME), None);
            let reason = if user.is_some() { "invalid_credentials" } else { "missing_credentials" };
            assert_eq!(row.text(field::REASON), Some(reason));
        } else {
            assert_eq!(row.text(field::CONSUMER_NAME), user.map(|user| user.trim_start_matches('!')));
        }
    }
    let reasons = count(&batch, |row| row.text(field::REASON).map(str::to_owned));
    let expect = [
        ("invalid_credentials", 66),
        ("missing_credentials", 77),
        ("policy_denied", 45),
        ("rate_limited", 13),
    ];
    assert_eq!(reasons, expect.map(|(reason, n)| (reason.to_owned(), n)).into());
    // Granted or not is told by the upstream, not by the status.
    assert!(
        batch.rows().all(|r| r.text(field::UPSTREAM_STATUS).is_some() == (r.int(field::GRANTED) == Some(1)))
    );
}

#[test]
fn nginx_combined() {
    let batch = read(Some(&Nginx), "nginx/combined.log");
    assert_totals(&batch, &expected("nginx"), &["hosts"]);
    // One line a request, in the order in which they ended, which the JSON log has too.
    let json = read(Some(&Nginx), "nginx/json.log");
    let same = [
        field::METHOD,
        field::PATH,
        field::QUERY,
        field::IP,
        field::USER_AGENT,
        field::CONSUMER_NAME,
        field::CLAIMED_CONSUMER,
        field::REFERER,
        field::REASON,
    ];
    for (a, b) in batch.rows().zip(json.rows()) {
        for field in same {
            assert_eq!(a.text(field), b.text(field));
        }
        assert_eq!(a.int(field::STATUS), b.int(field::STATUS));
        assert_eq!(a.int(field::TIME).unwrap(), b.int(field::TIME).unwrap() / 1_000_000 * 1_000_000);
    }
}

#[test]
fn kong() {
    let batch = read(Some(&Kong), "kong/file-log.log");
    assert_totals(&batch, &expected("kong"), &["by_logged_user"]);
    let mut users = count(&batch, text(field::CONSUMER_NAME));
    users.insert("-".to_owned(), users[""]);
    users.remove("");
    assert_eq!(serde_json::to_value(users).unwrap(), expected("kong")["by_logged_user"]);
    let ids: HashSet<_> = batch.rows().filter_map(|row| row.text(field::REQUEST_ID)).collect();
    assert_eq!(ids.len() as u64, expected("kong")["distinct_request_ids"].as_u64().unwrap());
    let truth = truth("kong");
    for row in batch.rows() {
        let truth = &truth[row.text(field::CORRELATION_ID).unwrap()];
        assert_call(row, truth);
        assert_eq!(row.text(field::DOMAIN), truth["host"].as_str());
        assert_eq!(row.text(field::IP), truth["xff"].as_str());
        let user = truth["user"].as_str();
        assert_eq!(row.text(field::CONSUMER_NAME), user.filter(|user| !user.starts_with('!')));
        let reason = match (row.int(field::STATUS), user) {
            (Some(401), None) => Some("missing_credentials"),
            (Some(401), Some(_)) => Some("invalid_credentials"),
            (Some(403), _) => Some("route_not_allowed"),
            (Some(429), _) => Some("rate_limited"),
            _ => None,
        };
        assert_eq!(row.text(field::REASON), reason);
    }
    assert!(batch.rows().all(|row| row.text(field::API) == Some("orders-service")
        && row.text(field::ENVIRONMENT) == Some("default")));
    assert_eq!(
        count(&batch, text(field::ROUTE)).into_keys().collect::<Vec<_>>(),
        ["admin", "api", "limited"]
    );
}

/// Each call against what the client saw; gives the truth of the calls in the order of the log.
fn assert_calls(batch: &Batch, truth: &HashMap<String, Value>) -> Vec<Value> {
    let ids: HashSet<_> = batch.rows().filter_map(|row| row.text(field::REQUEST_ID)).collect();
    assert_eq!(ids.len(), batch.len(), "each request once");
    let each = batch.rows().map(|row| {
        let truth = &truth[row.text(field::REQUEST_ID).unwrap()];
        assert_call(row, truth);
        // Clocks of client and gateway are the same: an answer never took the gateway longer than the client.
        let millis = row.int(field::DURATION).unwrap() as f64 / 1_000.0;
        assert!(millis <= truth["ms"].as_f64().unwrap() + 2.0, "{millis}: a wrong unit?");
        truth.clone()
    });
    each.collect()
}

/// The sum of all durations, in whole milliseconds: a wrong unit would show.
fn seconds(batch: &Batch, field: event::FieldId) -> i64 {
    batch.rows().filter_map(|row| row.int(field)).sum::<i64>() / 1_000_000
}

fn reasons(batch: &Batch) -> Vec<(String, u64)> {
    count(batch, |row| row.text(field::REASON).map(str::to_owned)).into_iter().collect()
}

fn named(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

/// A refused login names nobody; a name given with it is only claimed.
fn assert_claims(row: Row<'_>) {
    if row.int(field::GRANTED) == Some(0) && row.int(field::STATUS) == Some(401) {
        assert_eq!(row.text(field::CONSUMER_NAME), None);
    } else {
        assert_eq!(row.text(field::CLAIMED_CONSUMER), None);
    }
}

#[test]
fn caddy() {
    let batch = read(by_name("caddy"), "caddy/json.log");
    assert_totals(&batch, &expected("caddy"), &[]);
    for (row, truth) in batch.rows().zip(assert_calls(&batch, &truth("caddy"))) {
        assert_eq!(row.text(field::DOMAIN), truth["host"].as_str());
        assert_eq!(row.text(field::IP), truth["xff"].as_str());
        assert_claims(row);
        let given = if truth["user"].is_null() { "missing_credentials" } else { "invalid_credentials" };
        let reason = (row.int(field::STATUS) == Some(401)).then_some(given);
        assert!(reason.is_none_or(|reason| row.text(field::REASON) == Some(reason)));
    }
    let want = [("invalid_credentials", 67), ("missing_credentials", 77), ("policy_denied", 44)];
    assert_eq!(reasons(&batch), named(&want));
}

#[test]
fn traefik() {
    let batch = read(by_name("traefik"), "traefik/dualoutput.log");
    let mut expected = expected("traefik");
    let nobody =
        expected["by_logged_user"]["-"].as_u64().unwrap() + expected["by_logged_user"][""].as_u64().unwrap();
    expected["by_logged_user"].as_object_mut().unwrap().remove("-");
    expected["by_logged_user"][""] = nobody.into();
    assert_totals(&batch, &expected, &[]);
    for (row, truth) in batch.rows().zip(assert_calls(&batch, &truth("traefik"))) {
        assert_eq!(row.text(field::DOMAIN), truth["host"].as_str());
        assert_eq!(row.text(field::IP), truth["xff"].as_str());
        assert_claims(row);
        // What `msg` repeats is not kept again.
        assert!(row.text(field::CUSTOM).is_none_or(|custom| !custom.contains("msg")));
        if row.int(field::STATUS) == Some(401) {
            let given = if truth["user"].is_null() { "missing_credentials" } else { "invalid_credentials" };
            assert_eq!(row.text(field::REASON), Some(given));
        }
    }
}

#[test]
fn envoy() {
    let batch = read(by_name("envoy"), "envoy/json.log");
    let mut expected = expected("envoy");
    let nobody = expected["by_logged_user"].as_object_mut().unwrap().remove("-").unwrap();
    expected["by_logged_user"][""] = nobody;
    assert_totals(&batch, &expected, &[]);
    for (row, truth) in batch.rows().zip(assert_calls(&batch, &truth("envoy"))) {
        assert_eq!(row.text(field::DOMAIN), truth["host"].as_str());
        assert_eq!(row.text(field::IP), truth["xff"].as_str());
        assert_claims(row);
    }
    let want = [
        ("invalid_credentials", 67),
        ("missing_credentials", 82),
        ("policy_denied", 39),
        ("rate_limited", 47),
    ];
    assert_eq!(reasons(&batch), named(&want));

    let text = read(by_name("envoy"), "envoy/text.log");
    assert_totals(&text, &expected, &["by_logged_user"]);
    assert_calls(&text, &truth("envoy"));
    for (a, b) in text.rows().zip(batch.rows()) {
        for field in [field::REQUEST_ID, field::IP, field::DOMAIN, field::UPSTREAM_ADDRESS] {
            assert_eq!(a.text(field), b.text(field));
        }
        for field in
            [field::TIME, field::GRANTED, field::DURATION, field::UPSTREAM_DURATION, field::RESPONSE_BYTES]
        {
            assert_eq!(a.int(field), b.int(field));
        }
    }
}

#[test]
fn haproxy() {
    let batch = read(by_name("haproxy"), "haproxy/rfc5424.log");
    assert_totals(&batch, &expected("haproxy"), &["by_logged_user"]);
    for (row, truth) in batch.rows().zip(assert_calls(&batch, &truth("haproxy"))) {
        assert_eq!(row.text(field::DOMAIN), truth["host"].as_str());
        assert_eq!(row.text(field::IP), truth["src"].as_str());
    }
    let want = [("invalid_credentials", 149), ("policy_denied", 35), ("rate_limited", 35)];
    assert_eq!(reasons(&batch), named(&want));
    // Behind the other header stand the same records.
    let other = read(by_name("haproxy"), "haproxy/rfc3164.log");
    assert!(other.rows().zip(batch.rows()).all(|(a, b)| json::to_string(a) == json::to_string(b)));

    let batch = read(by_name("haproxy"), "haproxy/json.log");
    let expected: Value = serde_json::from_slice(&sample("haproxy/json-expected.json")).unwrap();
    assert_totals(&batch, &expected, &["by_logged_user", "hosts"]);
    assert_calls(&batch, &truth_of("haproxy/json-truth.jsonl"));
    // `TR` and `Tr` are two times.
    assert!(seconds(&batch, field::UPSTREAM_DURATION) > 0);
}

#[test]
fn nginx_behind_a_syslog_header() {
    let (bare, header) = (read(Some(&Nginx), "nginx/json.log"), read(Some(&Nginx), "nginx/syslog.log"));
    assert_eq!(bare.len(), header.len());
    assert!(bare.rows().zip(header.rows()).all(|(a, b)| json::to_string(a) == json::to_string(b)));
}

#[test]
fn each_sample_is_recognised_and_read_alike() {
    for format in FORMATS {
        for entry in
            std::fs::read_dir(format!("{}/../../samples/{}", env!("CARGO_MANIFEST_DIR"), format.name()))
                .unwrap()
        {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "log") {
                continue;
            }
            let body = std::fs::read(&path).unwrap();
            let (named, found) = (decode(Some(*format), &body), decode(None, &body));
            assert_eq!(found.formats, [(format.name(), named.batch.len() as u64)], "{}", path.display());
            assert!(
                named
                    .batch
                    .rows()
                    .zip(found.batch.rows())
                    .all(|(a, b)| json::to_string(a) == json::to_string(b))
            );
            assert_eq!(named.keys, found.keys);
            // By what one can tell is kept with each refusal, and with no other call that nobody would ask about.
            for row in named.batch.rows() {
                let asked = row.int(field::GRANTED) == Some(0)
                    || matches!(row.int(field::STATUS), Some(401 | 403 | 429));
                assert_eq!(row.text(field::EVIDENCE).is_some(), asked, "{}", json::to_string(row));
            }
            assert_eq!(named.keys.iter().collect::<HashSet<_>>().len(), named.batch.len());
            // The same records as an array, and one straight after the other.
            if body.starts_with(b"{") {
                let lines = String::from_utf8(body).unwrap();
                let array = format!("[{}]", lines.trim_end().replace('\n', ", "));
                let glued = lines.replace('\n', "");
                for body in [array, glued] {
                    let decoded = decode(None, body.as_bytes());
                    assert_eq!((decoded.batch.len(), decoded.rejected), (named.batch.len(), 0));
                }
            }
        }
    }
}

/// The whole output for the short samples: `BLESS=1 cargo test -p intake` writes it anew, for a look at the difference.
#[test]
fn short_samples_word_for_word() {
    let composed =
        ["apache", "apisix", "aws", "webmethods", "tyk", "gravitee", "azure", "otel", "logfmt", "csv"]
            .map(|format| format!("{format}/composed"));
    for file in ["flowgenx/contract", "json/common"].map(str::to_owned).into_iter().chain(composed) {
        let batch = read(None, &format!("{file}.log"));
        let events: String = batch.rows().map(|row| json::to_string(row) + "\n").collect();
        let path = format!("{}/../../samples/{file}.events.ndjson", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &events).unwrap();
        }
        assert_eq!(events, std::fs::read_to_string(&path).unwrap_or_default(), "{file}");
    }
}

#[test]
fn the_documentation_is_up_to_date() {
    let path = format!("{}/../../docs/formats.md", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, intake::formats_markdown()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), intake::formats_markdown());
}
