//! Tests of Kong's format, one record after the other.

use crate::{Kong, decode};
use event::json::to_string;

fn read(record: &str) -> String {
    let decoded = decode(Some(&Kong), record.as_bytes());
    assert_eq!(decoded.rejects, []);
    to_string(decoded.batch.row(0))
}

#[test]
fn a_refusal_by_the_acl_plugin() {
    let record = r#"{"started_at":1795298871602,"client_ip":"203.0.113.9","request":{"id":"4f0c","method":"GET","uri":"/v1/pets?limit=2","url":"http://api.example.test:8000/v1/pets?limit=2","querystring":{"limit":"2"},"headers":{"host":"api.example.test:8000","user-agent":"t/1","authorization":"REDACTED","accept":["a","b"],"x-consumer-groups":"gold, beta"},"size":211},"response":{"status":403,"headers":{"content-type":"application/json; charset=utf-8"},"size":287},"latencies":{"request":3.5,"kong":3,"proxy":-1,"receive":0},"upstream_uri":"","upstream_status":"","source":"kong","consumer":{"id":"c-1","username":"mobile-app"},"authenticated_entity":{"id":"k-1","consumer_id":"c-1"},"route":{"id":"r-1","name":"pets"},"service":{"id":"s-1","name":"pet-svc"},"workspace":"w-1","team":"red"}"#;
    assert_eq!(
        read(record),
        r#"{"timestamp":"2026-11-21T22:07:51.602000Z","format":"kong","request_id":"4f0c","gateway":"kong","domain":"api.example.test","api":"pet-svc","api_id":"s-1","service":"pet-svc","route":"pets","route_id":"r-1","consumer_id":"c-1","consumer_name":"mobile-app","consumer_groups":["gold","beta"],"api_key_id":"k-1","request":{"method":"GET","path":"/v1/pets","query":"limit=2","ip":"203.0.113.9","user_agent":"t/1","bytes":211,"headers":[["host","api.example.test:8000"],["user-agent","t/1"],["authorization","REDACTED"],["accept","a"],["accept","b"],["x-consumer-groups","gold, beta"]]},"response":{"status":403,"bytes":287,"headers":[["content-type","application/json; charset=utf-8"]],"duration_ms":3.5,"gateway_ms":3},"access":{"granted":false,"reason":"route_not_allowed","reason_label":"Route not in allowed list","explanation":"The route is not in the permissions of the consumer's groups.","resolution":"Add the route to the group, or assign the consumer to a different group.","evidence":"source=kong, consumer identified, status=403"},"custom":{"team":"red"}}"#
    );
}

#[test]
fn a_stream_record_has_no_status() {
    let record = r#"{"started_at":1795298871602,"client_ip":"10.0.0.1","latencies":{"kong":1,"session":250},"session":{"received":10,"sent":20,"status":200,"server_port":9000},"upstream":{"received":20,"sent":10},"route":{"id":"r"},"service":{"host":"db"}}"#;
    assert_eq!(
        read(record),
        r#"{"timestamp":"2026-11-21T22:07:51.602000Z","format":"kong","gateway":"kong","api":"db","service":"db","route":"r","route_id":"r","request":{"ip":"10.0.0.1","bytes":10},"response":{"bytes":20,"outcome":"success","duration_ms":250,"gateway_ms":1},"access":{"granted":true,"reason":null},"custom":{"session.status":200,"session.server_port":9000,"upstream":{"received":20,"sent":10}}}"#
    );
}

/// Status, source, tries, route, response headers → granted or the reason.
#[test]
fn verdicts() {
    let verdict = |status: u16, rest: &str| {
        let record = format!(
            r#"{{"started_at":1795298871602,"request":{{"uri":"/a","headers":{{}}}},"response":{{"status":{status}}},"latencies":{{}},{rest}}}"#
        );
        let decoded = decode(Some(&Kong), record.as_bytes());
        let row = decoded.batch.row(0);
        row.text(event::field::REASON).map_or("granted", |code| event::reason::by_code(code).unwrap().code)
    };
    let kong = r#""source":"kong","route":{"id":"r"}"#;
    assert_eq!(verdict(401, kong), "missing_credentials");
    assert_eq!(
        verdict(401, r#""source":"kong","route":{"id":"r"},"request":{"headers":{"apikey":"k"}}"#),
        "invalid_credentials"
    );
    assert_eq!(
        verdict(
            401,
            r#""route":{"id":"r"},"response":{"headers":{"www-authenticate":"Bearer error=\"token expired\""}}"#
        ),
        "expired_credentials"
    );
    assert_eq!(verdict(403, kong), "policy_denied");
    assert_eq!(verdict(404, r#""source":"kong""#), "no_route");
    assert_eq!(verdict(413, kong), "request_too_large");
    assert_eq!(verdict(429, kong), "rate_limited");
    assert_eq!(
        verdict(
            429,
            r#""source":"kong","route":{"id":"r"},"response":{"headers":{"x-ratelimit-remaining-day":"0"}}"#
        ),
        "quota_exceeded"
    );
    assert_eq!(
        verdict(503, r#""source":"kong","route":{"id":"r"},"tries":[{"ip":"10.0.0.1","port":80}]"#),
        "granted"
    );
    assert_eq!(verdict(500, kong), "granted");
    assert_eq!(verdict(200, kong), "granted");
    assert_eq!(verdict(499, kong), "granted");
    assert_eq!(verdict(401, r#""source":"upstream","route":{"id":"r"}"#), "granted");
    assert_eq!(
        verdict(403, r#""source":"kong","route":{"id":"r"},"denial_reason":"Time restriction violation""#),
        "time_restricted"
    );
}
