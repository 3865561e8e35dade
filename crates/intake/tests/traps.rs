//! One test behind each trap that gateways set for readers of their logs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use event::{Batch, Timestamp, field as f};
use intake::{Options, by_name, decode, decode_with};
use serde_json::Value;

fn read(format: &str, body: &str) -> Batch {
    let decoded = decode(by_name(format), body.as_bytes());
    assert_eq!(decoded.rejects, [], "{body}");
    decoded.batch
}

/// The event as JSON.
fn event(format: &str, body: &str) -> Value {
    let batch = read(format, body);
    assert_eq!(batch.len(), 1, "{body}");
    serde_json::from_str(&event::json::to_string(batch.row(0))).unwrap()
}

fn refusal(format: &str, body: &str) -> String {
    let decoded = decode(by_name(format), body.as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejected), (0, 1), "{body}");
    decoded.rejects[0].reason.clone()
}

const KONG: &str = r#"{"started_at":1795298871602,"client_ip":"203.0.113.9","request":{"id":"ID","method":"GET","uri":"/v1/pets","headers":{}},"response":{"status":200,"headers":{}},"latencies":{"request":12,"kong":2,"proxy":10},"source":"upstream","route":{"id":"r"}}"#;
const APISIX: &str = r#"{"start_time":1795298871602,"latency":12.0,"upstream_latency":10,"apisix_latency":2.0,"client_ip":"203.0.113.9","request":{"method":"GET","uri":"/v1/pets","headers":{"x-request-id":"ID"}},"response":{"status":200,"headers":{}},"server":{"hostname":"n"},"upstream":"10.0.0.7:80","route_id":"1","service_id":""}"#;
const AWS: &str = r#"{"apiId":"a","requestId":"ID","requestTime":"21/Nov/2026:22:07:51 +0000","httpMethod":"GET","status":"200","path":"/v1/pets","responseLatency":"12","integrationLatency":"10"}"#;

#[test]
fn kong_and_apisix_send_an_object_or_an_array() {
    for (format, one) in [("kong", KONG), ("apisix", APISIX)] {
        let two = [one.replace("ID", "1"), one.replace("ID", "2")];
        // Neither an array of a TCP logger nor concatenated objects end with a newline.
        for body in
            [two.join("\n"), format!("[{}]", two.join(",")), two.concat(), format!("[{}]\n", two.join(",\n"))]
        {
            let batch = read(format, &body);
            let ids: Vec<_> = batch.rows().map(|row| row.text(f::REQUEST_ID).unwrap().to_owned()).collect();
            assert_eq!(ids, ["1", "2"], "{body}");
        }
    }
}

#[test]
fn firehose_puts_no_newline_between_records() {
    let body = AWS.replace("ID", "1") + &AWS.replace("ID", "2") + &AWS.replace("ID", "3");
    assert_eq!(read("aws", &body).len(), 3);
}

#[test]
fn every_gateway_has_its_own_unit() {
    let lines = [
        ("kong", KONG.to_owned()),
        ("apisix", APISIX.to_owned()),
        ("aws", AWS.to_owned()),
        ("webmethods", r#"{"eventType":"Transactional","creationDate":1795298871602,"id":"1","totalTime":"12","providerTime":10,"responseCode":"200"}"#.into()),
        ("envoy", r#"{"start_time":"2026-11-21T22:07:51Z","response_code":"200","response_flags":"-","duration":"12","upstream_service_time":"10","upstream_host":"10.0.0.7:80","method":"GET","path":"/"}"#.into()),
        ("traefik", r#"{"StartUTC":"2026-11-21T22:07:51Z","DownstreamStatus":200,"Duration":12000000,"OriginDuration":10000000,"OriginStatus":200,"RequestMethod":"GET","RequestPath":"/"}"#.into()),
        ("caddy", r#"{"ts":1795298871.602,"logger":"http.log.access","request":{"method":"GET","uri":"/"},"duration":0.012,"status":200,"user_id":"","bytes_read":0}"#.into()),
        ("nginx", r#"{"time_iso8601":"2026-11-21T22:07:51+00:00","remote_addr":"203.0.113.9","status":"200","request_time":"0.012","upstream_response_time":"0.004, 0.006","uri":"/"}"#.into()),
        ("haproxy", r#"203.0.113.9:41435 [21/Nov/2026:22:07:51.662] fe be/b1 0/0/0/10/12 200 192 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#.into()),
        ("tyk", r#"{"timestamp":"2026-11-21T22:07:51Z","api_id":"a","org_id":"o","response_code":200,"api_key":"","request_time":12,"latency":{"total":12,"upstream":10}}"#.into()),
        ("gravitee", r#"{"@timestamp":"2026-11-21T22:07:51Z","api-id":"a","plan-id":"p","http-method":3,"status":200,"gateway-response-time-ms":12,"endpoint-response-time-ms":10,"endpoint":"http://e/"}"#.into()),
        ("azure", r#"{"time":"2026-11-21T22:07:51Z","category":"GatewayLogs","resourceId":"r","durationMs":12,"properties":{"method":"GET","url":"https://h/","responseCode":200,"backendTime":10,"backendResponseCode":200}}"#.into()),
    ];
    for (format, line) in lines {
        let batch = read(format, &line);
        let row = batch.row(0);
        assert_eq!(row.int(f::DURATION), Some(12_000), "{format}");
        assert!(format == "caddy" || row.int(f::UPSTREAM_DURATION) == Some(10_000), "{format}");
        // Each of them times 22:07:51 of that day, whatever the form.
        assert_eq!(row.int(f::TIME).unwrap() / 1_000_000, 1_795_298_871, "{format}");
    }
}

#[test]
fn nothing_is_written_in_many_ways() {
    for nothing in [r#""-""#, r#""""#, "null", "{}", "[]"] {
        let line = AWS.replace(
            r#""integrationLatency":"10""#,
            &format!(r#""integrationLatency":{nothing},"identityUser":{nothing}"#),
        );
        let decoded = decode(by_name("aws"), line.as_bytes());
        assert_eq!(decoded.rejects, [], "{nothing}");
        let row = decoded.batch.row(0);
        if !matches!(nothing, "{}" | "[]") {
            assert_eq!(
                (row.int(f::UPSTREAM_DURATION), row.text(f::IDENTITY_USER)),
                (None, None),
                "{nothing}"
            );
        }
        assert_eq!(row.int(f::STATUS), Some(200));
    }
}

#[test]
fn envoy_writes_attributes_as_texts() {
    let read = event(
        "envoy",
        r#"{"start_time":"2026-11-21T22:07:51Z","method":"GET","path":"/","response_code":"503","response_flags":"UF","response_code_details":"upstream_reset_before_response_started{connection_failure}","duration":"0","bytes_sent":"91","upstream_host":"10.0.0.7:80"}"#,
    );
    assert_eq!((&read["response"]["status"], &read["response"]["duration_ms"]), (&503.into(), &0.into()));
    assert_eq!(read["access"]["granted"], true, "a failure is no denial");
}

#[test]
fn an_ipv6_client_keeps_its_last_group() {
    for (written, want) in [
        ("2001:db8::1:17", "2001:db8::1:17"),
        ("[2001:db8::1]:54321", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("203.0.113.9:4711", "203.0.113.9"),
    ] {
        let line = format!(
            r#"{{"start_time":"2026-11-21T22:07:51Z","method":"GET","path":"/","response_code":200,"response_flags":"-","downstream_remote_address":"{written}"}}"#
        );
        assert_eq!(event("envoy", &line)["request"]["ip"], want);
    }
}

#[test]
fn traefik_repeats_the_record_in_its_message() {
    let whole = r#"{"StartUTC":"2026-11-21T22:07:51Z","DownstreamStatus":200,"Duration":1,"RequestMethod":"GET","RequestPath":"/a","msg":"{\"RequestPath\":\"/other\",\"DownstreamStatus\":500}"}"#;
    let read = event("traefik", whole);
    assert_eq!((&read["request"]["path"], &read["response"]["status"]), (&"/a".into(), &200.into()));
    assert_eq!(read["custom"], Value::Null);
}

#[test]
fn haproxy_writes_bytes_as_hash_and_hex() {
    let line = r#"203.0.113.9:41435 [21/Nov/2026:22:07:51.662] fe~ be/b1 0/0/0/1/+1 200 192 - - ---- 1/1/0/0/0 0/0 {h|say #22hi#22 #C3#BC|id-1} {} "GET /a#22b HTTP/1.1""#;
    let read = event("haproxy", line);
    assert_eq!(read["request"]["user_agent"], "say \"hi\" ü");
    assert_eq!((&read["request"]["path"], &read["stage"]), (&"/a\"b".into(), &"fe".into()));
}

#[test]
fn haproxy_tells_of_connections_too() {
    let tcp = "203.0.113.9:41435 [21/Nov/2026:22:07:51.662] fe be/b1 0/0/5007 212 -- 0/0/0/0/3 0/0";
    assert_eq!(refusal("haproxy", tcp), "a TCP connection, not a call");
    let tls = "203.0.113.9:41435 [21/Nov/2026:22:07:51.662] fe/1: SSL handshake failure";
    assert_eq!(refusal("haproxy", tls), "an error of a connection, not a call");
    assert_eq!(decode(None, tcp.as_bytes()).rejects[0].reason, "a TCP connection, not a call");
}

#[test]
fn nginx_sends_syslog_without_newline_and_zone() {
    let line = r#"<190>Nov 21 23:07:51 vm nginx: {"msec":"1795298871.602","remote_addr":"203.0.113.9","uri":"/","status":200,"request_time":0.001}"#;
    // The time is that of the record, not that of the header, which is local.
    assert_eq!(event("nginx", line)["timestamp"], "2026-11-21T22:07:51.602000Z");
}

#[test]
fn apisix_limiters_answer_503() {
    let limited =
        APISIX.replace(r#""upstream":"10.0.0.7:80","#, "").replace(r#""upstream_latency":10,"#, "").replace(
            r#""response":{"status":200,"headers":{}"#,
            r#""response":{"status":503,"headers":{"x-ratelimit-remaining":"0"}"#,
        );
    let read = event("apisix", &limited)["access"].clone();
    assert_eq!((&read["granted"], &read["reason"]), (&false.into(), &"rate_limited".into()));
}

#[test]
fn apisix_has_a_form_of_ones_own() {
    let line = r#"{"@timestamp":"2026-11-21T22:07:51+00:00","route_id":"1","service_id":"","client_ip":"203.0.113.9","host":"h","request":{"method":"GET","uri":"/hello"},"response":{"status":200},"request_time":"0.012","llm_summary":{"model":"m","prompt_tokens":7},"llm_request":{"messages":["secret"]},"llm_response_text":"secret"}"#;
    let read = event("apisix", line);
    assert_eq!((&read["request"]["path"], &read["response"]["duration_ms"]), (&"/hello".into(), &12.into()));
    assert_eq!(read["custom"]["llm_summary"]["prompt_tokens"], 7);
    assert!(!read.to_string().contains("secret"));
    // As little as its documentation shows: no method, no status.
    let least = r#"{"client_ip":"192.168.65.1","route_id":"r","@timestamp":"2025-01-03T21:19:45+00:00"}"#;
    assert_eq!(event("apisix", least)["route_id"], "r");
}

#[test]
fn a_missing_token_may_be_a_missing_route() {
    let line = |resource: &str| {
        AWS.replace(r#""status":"200""#, &format!(r#""status":"403","errorResponseType":"MISSING_AUTHENTICATION_TOKEN","resourcePath":"{resource}""#)).replace(r#""integrationLatency":"10""#, r#""integrationLatency":"-""#)
    };
    assert_eq!(event("aws", &line("/pets"))["access"]["reason"], "missing_credentials");
    assert_eq!(event("aws", &line("-"))["access"]["reason"], "no_route");
}

#[test]
fn secrets_of_gateways_are_not_kept() {
    let aws = AWS.replace("\"apiId\"", r#""identityApiKey":"SECRET","apiId""#);
    let tyk = r#"{"timestamp":"2026-11-21T22:07:51Z","api_id":"a","org_id":"o","response_code":200,"api_key":"SECRET","raw_request":"SECRET","raw_response":"SECRET","tags":["key-SECRET"]}"#;
    let gravitee = r#"{"@timestamp":"2026-11-21T22:07:51Z","api-id":"a","plan-id":"p","http-method":3,"status":200,"security-token":"SECRET","client-identifier":"SECRET"}"#;
    for (format, line) in [("aws", aws.as_str()), ("tyk", tyk), ("gravitee", gravitee)] {
        assert!(!event(format, line).to_string().contains("SECRET"), "{format}");
    }
}

#[test]
fn webmethods_repeats_headers_and_has_two_clocks_and_two_spellings() {
    let columns = r#"{"EVENT_PK":"1","INSERTTIMESTAMP":"2026-11-21 22:07:51","AUDITTIMESTAMP":"2026-11-21 22:07:55","TOTAL_TIME":"1042","PROVIDER_TIME":"1336","STATUS":"SUCCESS","CONSUMER_NAME":"unknown","NATIVE_HTTP_METHOD":"GET","CONTEXTID":"NULL","REQUEST_HEADERS":"{\"Authorization\":\"**************\",\"Accept\":\"a\",\"Authorization\":\"**************\",\"Accept\":\"b\"}","EXTERNAL_CALLS":"[{\"externalCallType\":\"SERVICE_REGISTRY_CALL\",\"responseCode\":\"200\"},{\"externalCallType\":\"NATIVE_SERVICE_CALL\",\"responseCode\":\"201\"}]"}"#;
    let read = event("webmethods", columns);
    assert_eq!(read["request"]["headers"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&read["timestamp"], &read["source_logged_at"]),
        (&"2026-11-21T22:07:51.000000Z".into(), &"2026-11-21T22:07:55.000000Z".into())
    );
    // Total less provider, also where the clocks disagree; no status, so no invented one.
    assert_eq!(
        (&read["response"]["gateway_ms"], &read["response"]["status"]),
        (&(-294).into(), &Value::Null)
    );
    assert_eq!(
        (&read["response"]["outcome"], &read["upstream"]["status"]),
        (&"success".into(), &"201".into())
    );
    assert_eq!(
        (&read["request"]["method"], &read["request"]["method_source"]),
        (&"GET".into(), &"native".into())
    );
    assert_eq!((&read["consumer_name"], &read["context_id"]), (&Value::Null, &Value::Null));
    for created in ["1795298871000", "\"1795298871000\"", "\"2026-11-21 10:07:51 PM\""] {
        let camel = format!(
            r#"{{"eventType":"Transactional","id":"1","creationDate":{created},"totalTime":20,"responseCode":"200","requestHeaders":{{"Host":"h"}}}}"#
        );
        assert_eq!(event("webmethods", &camel)["timestamp"], "2026-11-21T22:07:51.000000Z", "{created}");
    }
}

#[test]
fn webmethods_events_that_tell_of_no_call_are_named() {
    let kind = |kind: &str| {
        refusal(
            "webmethods",
            &format!(r#"{{"eventType":"{kind}","creationDate":1795298871602,"id":"1","apiName":"Pets"}}"#),
        )
    };
    for (written, reason) in [
        ("lifecycleEvents", "a lifecycle event, not a call"),
        ("Lifecycle", "a lifecycle event, not a call"),
        ("performanceMetrics", "a performance metric, not a call"),
        ("monitorEvents", "a monitor event, not a call"),
        ("auditlogs", "an entry of the audit log, not a call"),
    ] {
        assert_eq!(kind(written), reason);
    }
    let audit = r#"{"id":"1","creationDate":1795298871602,"user":"Administrator","action":"UPDATE","objectType":"API","sourceGatewayNode":"n"}"#;
    assert_eq!(refusal("webmethods", audit), "an entry of the audit log, not a call");
}

#[test]
fn large_integers_stay_exact() {
    let line = r#"{"time":"2026-11-21T22:07:51Z","path":"/","status":200,"trace_id":9223372036854775807}"#;
    assert_eq!(event("json", line)["trace_id"], "9223372036854775807");
}

#[test]
fn kong_tells_of_streams_and_of_language_models() {
    let ai = KONG.replace("\"source\"", r#""ai":{"proxy":{"meta":{"provider_name":"openai","request_model":"gpt","response_model":"gpt-4","llm_latency":812},"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46,"cost":0.0012,"time_per_token":23.9},"payload":{"request":"{\"messages\":[]}","response":"hello"}}},"source""#);
    let read = event("kong", &ai);
    let custom = &read["custom"];
    assert_eq!((&custom["ai.provider"], &custom["ai.model"]), (&"openai".into(), &"gpt-4".into()));
    assert_eq!((&custom["ai.prompt_tokens"], &custom["ai.total_tokens"]), (&12.into(), &46.into()));
    // A prompt is a body, which is dropped unless bodies are kept.
    assert_eq!((&read["response"]["body"], &custom["ai"]), (&"hello".into(), &Value::Null));
    let older = KONG.replace(
        "\"source\"",
        r#""ai":{"ai-proxy":{"usage":{"prompt_token":5},"meta":{"provider_name":"cohere"}}},"source""#,
    );
    assert_eq!(event("kong", &older)["custom"]["ai.prompt_tokens"], 5);
    let stream = r#"{"started_at":1795298871602,"client_ip":"203.0.113.9","latencies":{"kong":1,"session":5},"session":{"received":1,"sent":0,"status":403},"route":{"id":"r"}}"#;
    let read = event("kong", stream);
    assert_eq!(
        (&read["access"]["granted"], &read["access"]["evidence"]),
        (&false.into(), &"session.status=403".into())
    );
    assert_eq!(
        (&read["response"]["status"], &read["response"]["outcome"]),
        (&Value::Null, &"failure".into())
    );
}

#[test]
fn the_text_templates_of_api_gateway_are_read() {
    const ID: &str = "8f2e0c3a-1111-4222-8333-444455556666";
    let rest = [
        format!(
            "203.0.113.9 - - [21/Nov/2026:22:07:51 +0000] \"GET /pets/{{id}} HTTP/1.1\" 429 42 {ID} JKJaXmPLvHcESHA="
        ),
        format!(
            "203.0.113.9,-,-,21/Nov/2026:22:07:51 +0000,GET,/pets/{{id}},HTTP/1.1,429,42,{ID},JKJaXmPLvHcESHA="
        ),
        format!(
            "<request id=\"{ID}\"> <extendedRequestId>JKJaXmPLvHcESHA=</extendedRequestId> <ip>203.0.113.9</ip> <caller>-</caller> <user>-</user> <requestTime>21/Nov/2026:22:07:51 +0000</requestTime> <httpMethod>GET</httpMethod> <resourcePath>/pets/{{id}}</resourcePath> <status>429</status> <protocol>HTTP/1.1</protocol> <responseLength>42</responseLength> </request>"
        ),
    ];
    let read: Vec<Value> = rest.iter().map(|line| event("aws", line)).collect();
    assert!(read.iter().all(|one| *one == read[0]), "{read:#?}");
    assert_eq!((&read[0]["route"], &read[0]["request"]["ip"]), (&"/pets/{id}".into(), &"203.0.113.9".into()));
    assert_eq!(
        (&read[0]["event_pk"], &read[0]["response"]["bytes"]),
        (&"JKJaXmPLvHcESHA=".into(), &42.into())
    );
    for line in &rest {
        assert_eq!(decode(None, line.as_bytes()).formats, [("aws", 1)], "{line}");
    }
    let http = "203.0.113.9 - - [21/Nov/2026:22:07:51 +0000] \"GET GET /pets/{id} HTTP/1.1\" 200 42 JKJaXmPLvHcESHA=";
    assert_eq!(event("aws", http)["route_key"], "GET /pets/{id}");
    let socket =
        "203.0.113.9,-,-,21/Nov/2026:22:07:51 +0000,MESSAGE,sendmessage,200,JKJaXd=,JKJaXmPLvHcESHA=";
    let read = event("aws", socket);
    assert_eq!(
        (&read["operation"], &read["route"], &read["correlation_id"]),
        (&"MESSAGE".into(), &"sendmessage".into(), &"JKJaXd=".into())
    );
    // A line of NGINX with something behind it is none of API Gateway's.
    let nginx = r#"203.0.113.9 - - [21/Nov/2026:22:07:51 +0000] "GET /a HTTP/1.1" 200 42 "-" "ua" 8f2e0c3a"#;
    assert_eq!(decode(None, nginx.as_bytes()).formats, [("nginx", 1)]);
}

#[test]
fn istio_writes_more_into_envoys_line() {
    let line = r#"[2026-11-21T22:07:51.602Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 3 1 "203.0.113.9" "curl/8.6.0" "84961386" "httpbin:8000" "10.44.1.27:80" inbound|80|| 127.0.0.1:37854 10.44.1.27:80 10.44.1.23:33652 - default"#;
    let read = event("envoy", line);
    assert_eq!(
        (&read["response"]["status"], &read["upstream"]["address"]),
        (&418.into(), &"10.44.1.27:80".into())
    );
    assert_eq!((&read["error"], &read["response"]["upstream_ms"]), (&Value::Null, &1.into()));
    let kubernetes = format!("2026-11-21T22:07:52.000000000+01:00 stdout F {line}");
    assert_eq!(event("envoy", &kubernetes), read);
}

#[test]
fn a_time_that_is_missing_is_that_of_receipt_only_where_the_form_allows_it() {
    let received = Timestamp::parse("2026-11-21T22:07:51Z");
    let body = br#"{"client_ip":"203.0.113.9","route_id":"r","host":"h"}"#;
    let options = Options { format: by_name("apisix"), received, ..Options::default() };
    assert_eq!(decode_with(options, body).rejects[0].reason, "no time that can be read");
}

#[test]
fn google_clouds_log_entries_are_json_of_any_program() {
    let line = r#"{"insertId":"5400","jsonPayload":{"service_id":"","route_id":"r-1"},"httpRequest":{"requestMethod":"GET","requestUrl":"http://127.0.0.1:9080/anything?a=1","requestSize":"85","status":200,"responseSize":"615","userAgent":"curl/8.6.0","remoteIp":"192.168.107.1","serverIp":"54.86.137.185:80","latency":"1.083s"},"timestamp":"2026-11-21T22:07:51.859Z"}"#;
    let read = event("json", line);
    assert_eq!((&read["request"]["path"], &read["request"]["query"]), (&"/anything".into(), &"a=1".into()));
    assert_eq!((&read["response"]["duration_ms"], &read["response"]["bytes"]), (&1083.into(), &615.into()));
    assert_eq!((&read["route_id"], &read["request_id"]), (&"r-1".into(), &"5400".into()));
    assert_eq!(decode(None, line.as_bytes()).formats, [("json", 1)]);
}
