//! NGINX lines of the wild, field by field against what another project's parser reads in them (`tests/hub`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use event::{Row, field};
use intake::{Nginx, decode};
use serde_json::Value;

fn folder(file: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/hub/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Their name for a field, as ours reads.
fn ours(row: Row<'_>, theirs: &str) -> Option<String> {
    match theirs {
        "http_path" => {
            let path = row.text(field::PATH)?;
            Some(row.text(field::QUERY).map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
        }
        "http_status" => Some(row.int(field::STATUS)?.to_string()),
        "http_user_agent" => Some(row.text(field::USER_AGENT).unwrap_or("-").to_owned()),
        "http_verb" => Some(row.text(field::METHOD)?.to_owned()),
        "source_ip" => Some(row.text(field::IP)?.to_owned()),
        "target_fqdn" => Some(row.text(field::DOMAIN)?.to_owned()),
        "log_type" => Some("http_access-log".to_owned()),
        "service" => Some("http".to_owned()),
        other => panic!("a field we do not compare: {other}"),
    }
}

#[test]
fn every_field_agrees() {
    let mut compared = 0;
    for name in ["nginx-http-malformed", "nginx_http-logs", "nginx_req_limit_exceeded"] {
        let log = folder(&format!("{name}.log"));
        let expected: Vec<Value> = serde_json::from_str(&folder(&format!("{name}.json"))).unwrap();
        assert_eq!(expected.len(), log.lines().count());
        for (line, expected) in log.lines().zip(expected) {
            let decoded = decode(Some(&Nginx), line.as_bytes());
            let expect = expected["expect"].as_object().unwrap();
            if expect["log_type"] == "http_error-log" {
                assert_eq!(decoded.rejects[0].reason, "a line of the error log, not of an access log");
                continue;
            }
            assert_eq!(decoded.rejects, [], "{line}");
            for (theirs, value) in expect {
                assert_eq!(
                    ours(decoded.batch.row(0), theirs).as_deref(),
                    value.as_str(),
                    "{theirs} of {line}"
                );
                compared += 1;
            }
            assert_eq!(decoded.batch.row(0).text(field::METHOD).is_some(), expect.contains_key("http_verb"));
        }
    }
    assert_eq!(compared, 131);
}

#[test]
fn every_access_line_is_read_and_every_error_line_rejected() {
    for name in ["nginx-bad-user-agent", "nginx-http-generic-bf", "nginx-http-sqli-probing"] {
        let log = folder(&format!("{name}.log"));
        let errors = log.lines().filter(|line| line.contains("[error]")).count();
        for format in [None, Some(&Nginx as &dyn intake::Format)] {
            let decoded = decode(format, log.as_bytes());
            assert_eq!(decoded.rejected as usize, errors, "{name}");
            assert_eq!(decoded.batch.len(), log.lines().count() - errors, "{name}");
        }
    }
}
