//! Tests of NGINX's format, one line after the other.

use crate::{Nginx, decode};
use event::json::to_string;

fn read(line: &str) -> String {
    let decoded = decode(Some(&Nginx), line.as_bytes());
    assert_eq!(decoded.rejects, [], "{line}");
    to_string(decoded.batch.row(0)).replace("\"format\":\"nginx\",\"gateway\":\"nginx\",", "")
}

#[test]
fn combined_lines() {
    assert_eq!(
        read(
            r#"www.example.com:80 192.168.1.1 - some app [08/Jun/2020:08:04:43 +0200] "get /a%20b/17?x=\x22 HTTP/1.1" 301 0 "-" "say \x22hi\x22 \xC3\xBC" "10.0.0.9""#
        ),
        r#"{"timestamp":"2020-06-08T06:04:43.000000Z","domain":"www.example.com","route":"/a%20b/{id}","consumer_name":"some app","request":{"method":"GET","path":"/a%20b/17","query":"x=\"","protocol":"HTTP/1.1","ip":"192.168.1.1","user_agent":"say \"hi\" ü","headers":[["x-forwarded-for","10.0.0.9"]]},"response":{"status":301,"bytes":0},"access":{"granted":true,"reason":null}}"#
    );
    assert_eq!(
        read(r#"::1 - - [29/Jul/2023:10:26:06 -0700] "\x16\x03\x01" 400 157 "-" "-""#),
        r#"{"timestamp":"2023-07-29T17:26:06.000000Z","request":{"path":"\\x16\\x03\\x01","ip":"::1"},"response":{"status":400,"bytes":157},"access":{"granted":true,"reason":null}}"#
    );
    assert_eq!(
        read(r#"1.2.3.4 - bob [29/Jul/2023:10:26:06 +0000] "GET / HTTP/2.0" 401 1 "-" "-" 0.005 upstream"#),
        r#"{"timestamp":"2023-07-29T10:26:06.000000Z","route":"/","claimed_consumer":"bob","request":{"method":"GET","path":"/","protocol":"HTTP/2.0","ip":"1.2.3.4"},"response":{"status":401,"bytes":1},"access":{"granted":false,"reason":"invalid_credentials","reason_label":"Invalid credentials","explanation":"The API key or OAuth token is invalid or expired.","resolution":"Regenerate the credentials.","evidence":"status=401"},"custom":{"rest":"0.005 upstream"}}"#
    );
}

#[test]
fn json_lines() {
    assert_eq!(
        read(
            r#"<190>Nov 21 21:58:54 vm nginx: {"msec":"1795298334.526","time":"2026-11-21T21:58:54+00:00","request":"GET /x?token=1 HTTP/1.1","status":502,"request_time":1.5,"upstream_status":"502, 200","upstream_response_time":"0.001, 0.002 : 0.1","upstream_connect_time":"-","remote_addr":"10.0.0.1","auth_header":"Basic Og==","zone":"eu"}"#
        ),
        r#"{"timestamp":"2026-11-21T21:58:54.526000Z","route":"/x","request":{"method":"GET","path":"/x","query":"token=1","protocol":"HTTP/1.1","ip":"10.0.0.1","headers":[["authorization","Basic Og=="]]},"response":{"status":502,"duration_ms":1500,"upstream_ms":103,"gateway_ms":1397},"access":{"granted":true,"reason":null},"upstream":{"status":"502, 200"},"custom":{"zone":"eu"}}"#
    );
    // The backend's own refusal is not NGINX's.
    let own = r#"{"time":"2026-11-21T21:58:54Z","status":403,"uri":"/x","upstream_status":"403","remote_user":"a"}"#;
    assert!(read(own).contains(r#""access":{"granted":true"#));
    let limited = r#"{"time":"2026-11-21T21:58:54Z","status":503,"uri":"/x","upstream_status":"","limit_req_status":"REJECTED"}"#;
    assert!(read(limited).contains(r#""reason":"rate_limited""#));
}

#[test]
fn lines_that_are_no_calls_are_rejected_with_a_reason() {
    let reason = |line: &str| decode(Some(&Nginx), line.as_bytes()).rejects[0].reason.clone();
    assert_eq!(
        reason(r#"2021/09/30 09:23:53 [error] 1#1: *17 user "foo" was not found, client: 127.0.0.1"#),
        "a line of the error log, not of an access log"
    );
    assert_eq!(reason("hello"), "not a line of the combined log format");
    assert_eq!(
        reason(r#"1.2.3.4 - - [29/Jul/2023:10:26:06 -0700] "never closed"#),
        "no request in double quotes after the time"
    );
}
