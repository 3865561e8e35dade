//! Deliveries as real clients sent them (`samples/wire`), opened and read: exactly the calls that are in them. And
//! composed ones, for what the captured ones do not hold.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;

use event::{Timestamp, field};
use intake::envelopes::{
    self, ALS, BULK, DATADOG, ENVELOPES, Envelope, FIREHOSE, HEC, HEC_RAW, LOKI, OTLP, Said,
};
use intake::{Decoded, Options, decode_opened, inflate};
use proptest::prelude::*;
use serde_json::{Value, json};

const BYTES_MAX: usize = 64 << 20;

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../samples/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read_with(envelope: &Envelope, said: &Said, body: &[u8]) -> Decoded {
    let opened = envelope.open(body, said, BYTES_MAX).unwrap();
    decode_opened(Options::default(), &opened)
}

fn read(envelope: &Envelope, body: &[u8]) -> Decoded {
    read_with(envelope, &Said::default(), body)
}

/// A delivery as a client sent it, its `Content-Encoding` undone.
fn client(name: &str) -> Vec<u8> {
    let body = sample(&format!("wire/clients/{name}.body"));
    inflate(&body, None, BYTES_MAX).unwrap().into_owned()
}

fn texts(decoded: &Decoded, field: event::FieldId) -> Vec<String> {
    decoded.batch.rows().map(|row| row.text(field).unwrap_or("").to_owned()).collect()
}

fn events(decoded: &Decoded) -> Vec<Value> {
    decoded.batch.rows().map(|row| serde_json::from_str(&event::json::to_string(row)).unwrap()).collect()
}

/// The messages of a captured request of gRPC, each with five bytes before it.
fn grpc_messages(file: &str) -> Vec<Vec<u8>> {
    let bytes = inflate(&sample(file), None, BYTES_MAX).unwrap().into_owned();
    let mut rest = &bytes[..];
    let mut messages = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<5>() {
        let (message, after) = after.split_at(u32::from_be_bytes(head[1..].try_into().unwrap()) as usize);
        messages.push(message.to_vec());
        rest = after;
    }
    messages
}

/// Envoy wrote its JSON log, and sent the same calls over ALS: they are the same events.
#[test]
fn envoys_log_service_tells_what_its_json_log_tells() {
    let read_json = intake::decode(None, &sample("envoy/json.log"));
    let expected: HashMap<String, Value> = events(&read_json)
        .into_iter()
        .map(|event| (event["request_id"].as_str().unwrap().to_owned(), event))
        .collect();
    // Messages behind each other are one, as the receiver gathers them.
    let streamed = read(&ALS, &grpc_messages("wire/grpc/envoy-als.gz").concat());
    assert_eq!((streamed.rejected, streamed.batch.len(), expected.len()), (0, 1_200, 1_200));
    assert_eq!(streamed.formats, [("envoy", 1_200)]);
    let mut seen = BTreeSet::new();
    for event in events(&streamed) {
        let id = event["request_id"].as_str().unwrap().to_owned();
        let same = &expected[&id];
        // Said in the first message only.
        assert_eq!(event["custom"]["envelope.node"], "edge-1", "{event}");
        assert!(event["custom"]["envelope.log_name"].as_str().unwrap().starts_with("als_"), "{event}");
        for pointer in [
            "/gateway",
            "/domain",
            "/route",
            "/consumer_name",
            "/claimed_consumer",
            "/request/method",
            "/request/path",
            "/request/query",
            "/request/ip",
            "/request/user_agent",
            "/request/protocol",
            "/response/status",
            "/response/bytes",
            "/access/granted",
            "/access/reason",
            "/upstream/address",
        ] {
            assert_eq!(event.pointer(pointer), same.pointer(pointer), "{id} {pointer}\n{event}\n{same}");
        }
        // Of a call that Envoy refuses itself, ALS does not name the cluster.
        assert!(
            event["api"] == same["api"] || (event["api"].is_null() && event["upstream"].is_null()),
            "{event}"
        );
        // The JSON log writes whole milliseconds.
        let start = |event: &Value| event["timestamp"].as_str().unwrap()[..23].to_owned();
        assert_eq!(start(&event), start(same));
        let millis = |event: &Value| event["response"]["duration_ms"].as_f64().unwrap();
        assert!((millis(&event) - millis(same)).abs() <= 1.0, "{event} {same}");
        seen.insert(id);
    }
    assert_eq!(seen.len(), 1_200);
}

#[test]
fn traefik_over_otlp_gives_the_totals_of_its_log_file() {
    let expected: Value = serde_json::from_slice(&sample("traefik/expected.json")).unwrap();
    let truth = String::from_utf8(sample("traefik/truth.jsonl")).unwrap();
    let truth: HashMap<String, i64> = truth
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["status"].as_i64().unwrap()))
        .collect();
    let (mut ids, mut denied, mut by_status, mut by_user) =
        (BTreeSet::new(), 0, BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    for n in 2..=18 {
        let packed = sample(&format!("wire/otlp/traefik-http-{n:05}.pb.gz"));
        let decoded = read(&OTLP, &inflate(&packed, Some("gzip"), BYTES_MAX).unwrap());
        assert_eq!(decoded.rejects, []);
        assert!(decoded.formats.iter().all(|(name, _)| *name == "traefik"), "{:?}", decoded.formats);
        for row in decoded.batch.rows() {
            let id = row.text(field::REQUEST_ID).unwrap().to_owned();
            assert_eq!(row.int(field::STATUS), Some(truth[&id]), "{id}");
            assert!(row.int(field::DURATION).is_some_and(|micros| (0..60_000_000).contains(&micros)));
            let custom: Value = serde_json::from_str(row.text(field::CUSTOM).unwrap()).unwrap();
            assert_eq!(custom["envelope.service.name"], "traefik-edge");
            assert!(
                custom.get("envelope.process.pid").is_none() && custom.get("envelope.Duration").is_none()
            );
            denied += u64::from(row.int(field::GRANTED) == Some(0));
            *by_status.entry(row.int(field::STATUS).unwrap().to_string()).or_default() += 1;
            let user = row.text(field::CONSUMER_NAME).or(row.text(field::CLAIMED_CONSUMER)).unwrap_or("");
            *by_user.entry(user.to_owned()).or_default() += 1;
            ids.insert(id);
        }
    }
    assert_eq!(json!(by_status), expected["by_status"]);
    assert_eq!((ids.len() as u64, denied), (1_200, expected["denied_401_403_429"].as_u64().unwrap()));
    for user in ["mobile-app", "alice", "bob", "carol"] {
        assert_eq!(json!(by_user[user]), expected["by_logged_user"][user]);
    }
}

/// Every client, how many calls it told of, and the id of the first.
const CLIENTS: &[(&str, &Envelope, usize, &str)] = &[
    ("elasticsearch-bulk-01", &BULK, 80, "rq-nginx-a-00000"),
    ("rsyslog-omelasticsearch-01", &BULK, 3, "rq-nginx-a-00000"),
    ("rsyslog-omelasticsearch-02", &BULK, 200, "rq-nginx-a-00003"),
    ("rsyslog-omelasticsearch-03", &BULK, 200, "rq-nginx-a-00203"),
    ("otlp-http-01", &OTLP, 100, "rq-nginx-a-00000"),
    ("otlp-http-02", &OTLP, 100, "rq-nginx-a-00100"),
    ("otlp-http-03", &OTLP, 100, "rq-nginx-a-00000"),
    ("otlp-http-04", &OTLP, 100, "rq-nginx-a-00100"),
    ("pino-loki-01", &LOKI, 100, "rq-caddy-a-00000"),
    ("python-logging-loki-01", &LOKI, 1, "rq-nginx-a-00000"),
    ("python-logging-loki-07", &LOKI, 1, "rq-nginx-a-00006"),
    ("python-logging-loki-08", &LOKI, 1, "rq-nginx-a-00007"),
    ("winston-loki-json-01", &LOKI, 50, "rq-caddy-a-00000"),
    ("winston-loki-protobuf-01", &LOKI, 50, "rq-caddy-a-00000"),
    ("splunk-handler-hec-01", &HEC, 60, "rq-nginx-a-00000"),
];

#[test]
fn what_real_clients_sent_is_read_whole() {
    for (name, envelope, count, first) in CLIENTS {
        let decoded = read(envelope, &client(name));
        assert_eq!((decoded.rejects.as_slice(), decoded.batch.len()), (&[][..], *count), "{name}");
        let ids = texts(&decoded, field::REQUEST_ID);
        assert_eq!((ids[0].as_str(), ids.iter().collect::<BTreeSet<_>>().len()), (*first, *count), "{name}");
        assert!(decoded.batch.rows().all(|row| row.int(field::STATUS).is_some()), "{name}");
        assert!(decoded.batch.rows().all(|row| row.int(field::TIME) > Some(1_795_000_000_000_000)), "{name}");
        assert_eq!(decoded.keys.iter().collect::<BTreeSet<_>>().len(), *count, "{name}");
        assert_eq!(read(envelope, &client(name)).keys, decoded.keys, "{name}");
    }
}

#[test]
fn the_status_of_each_call_is_what_the_client_saw() {
    let truth = String::from_utf8(sample("nginx/truth.jsonl")).unwrap();
    let truth: HashMap<String, i64> = truth
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["status"].as_i64().unwrap()))
        .collect();
    for (name, envelope, _, first) in CLIENTS.iter().filter(|(.., first)| first.contains("nginx")) {
        for row in read(envelope, &client(name)).batch.rows() {
            let id = row.text(field::REQUEST_ID).unwrap();
            assert_eq!(row.int(field::STATUS), truth.get(id).copied(), "{name} {id} {first}");
        }
    }
    // What rsyslog wrapped is NGINX' own record.
    let decoded = read(&BULK, &client("rsyslog-omelasticsearch-02"));
    assert_eq!(decoded.formats, [("nginx", 200)]);
    assert!(events(&decoded)[0]["custom"]["envelope.tag"] == "nginx-access:");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn call(id: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-11-21T10:30:00Z","request_id":"{id}","request":{{"path":"/v1/pets","method":"GET"}},"response":{{"status":200}},"access":{{"granted":true}}}}"#
    )
}

const COMBINED: &str = r#"203.0.113.9 - - [21/Nov/2026:22:07:51 +0000] "GET /pets HTTP/1.1" 200 5 "-" "t/1""#;

#[test]
fn firehose_brings_lines_objects_and_what_cloudwatch_wraps() {
    let messages = json!({"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": [
            {"id": "01", "timestamp": 1_795_298_871_602_i64, "message": COMBINED},
            {"id": "02", "timestamp": 1_795_298_871_602_i64, "message": call("in-cloudwatch")}]});
    let probe = json!({"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
        "subscriptionFilters": [], "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE"}]});
    let records = [
        base64(call("one")),
        base64(format!("{}{}", call("two"), call("three"))),
        base64(format!("{}\n{}\n", call("four"), call("five"))),
        base64(gzip(messages.to_string().as_bytes())),
        base64(gzip(probe.to_string().as_bytes())),
        base64(format!("{probe}{messages}").replace("\"01\"", "\"03\"").replace("in-cloudwatch", "plain")),
        base64(COMBINED),
        base64(""),
        "not base64!".to_owned(),
        base64(b"\x1f\x8bnot gzip"),
        base64("nothing we know"),
    ];
    let records: Vec<Value> = records.iter().map(|data| json!({ "data": data })).collect();
    let body =
        json!({"requestId": "rq-1", "timestamp": 1_795_298_871_602_i64, "records": records}).to_string();
    let said = Said { id: None, context: vec![("account".into(), "prod".into())] };
    let decoded = read_with(&FIREHOSE, &said, body.as_bytes());
    let ids = texts(&decoded, field::REQUEST_ID);
    assert_eq!(ids, ["one", "two", "three", "four", "five", "", "in-cloudwatch", "", "plain", ""]);
    let reasons: Vec<&str> = decoded.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(decoded.rejected, 3);
    assert_eq!(reasons[0], "data that is not base64");
    assert!(reasons[1].contains("gzip"), "{reasons:?}");
    assert!(events(&decoded).iter().all(|event| event["custom"]["envelope.account"] == "prod"));
    assert_eq!(events(&decoded)[6]["custom"]["envelope.logGroup"], "g");
    // CloudWatch's ids tell equal lines apart; a delivery made again is the same, another delivery is not.
    assert_eq!(decoded.keys.iter().collect::<BTreeSet<_>>().len(), decoded.keys.len());
    let again = body.replace("1795298871602,\"records\"", "1795298999999,\"records\"");
    assert_eq!(read_with(&FIREHOSE, &said, again.as_bytes()).keys, decoded.keys);
    let other = body.replace("rq-1", "rq-2");
    assert_ne!(read_with(&FIREHOSE, &said, other.as_bytes()).keys.last(), decoded.keys.last());
}

#[test]
fn a_bomb_inside_firehose_costs_only_itself() {
    let bomb = base64(gzip(&vec![b' '; 32 << 20]));
    let body =
        json!({"requestId": "r", "records": [{"data": bomb}, {"data": base64(call("one"))}]}).to_string();
    let opened = FIREHOSE.open(body.as_bytes(), &Said::default(), 1 << 20).unwrap();
    let decoded = decode_opened(Options::default(), &opened);
    assert_eq!((decoded.batch.len(), decoded.rejected), (1, 1));
    assert_eq!(decoded.rejects[0].line, 1);
}

#[test]
fn bulk_takes_new_documents_and_answers_for_each() {
    let body = [
        r#"{"index":{"_index":"a","_id":"1"},"attempts":0}"#,
        &call("one"),
        r#"{"create":{"pipeline":null}}"#,
        &call("two"),
        "",
        r#"{"delete":{"_index":"a","_id":"1"}}"#,
        r#"{"update":{"_index":"a","_id":"1"}}"#,
        r#"{"doc":{}}"#,
        r#"{"create":{"_index":"b","_id":7}}"#,
        r#"{"no":"call"}"#,
        r#"{"index":{}}"#,
    ];
    let said = Said { id: None, context: vec![("index".into(), "from-path".into())] };
    let opened = BULK.open(body.join("\r\n").as_bytes(), &said, BYTES_MAX).unwrap();
    let decoded = decode_opened(Options::default(), &opened);
    assert_eq!(texts(&decoded, field::REQUEST_ID), ["one", "two"]);
    assert_eq!(decoded.bad_pieces, [2, 3, 4, 5]);
    assert_eq!(opened.names.len(), 6);
    assert_eq!(opened.names[0], r#"{"index":{"_index":"a","_id":"1""#);
    assert!(opened.names[1].starts_with(r#"{"create":{"_index":"from-path","_id":""#), "{}", opened.names[1]);
    assert_eq!(opened.names[4], r#"{"create":{"_index":"b","_id":"7""#);
    assert!(!opened.malformed);
    let broken = BULK.open(b"{\"what\":1}\n", &Said::default(), BYTES_MAX).unwrap();
    assert!(broken.malformed);
}

#[test]
fn a_document_with_an_id_is_recognised_in_any_request() {
    let one = |rest: &str| {
        format!("{{\"create\":{{\"_id\":\"x\",\"_index\":\"i\"}}}}\n{{\"message\":{COMBINED:?}}}\n{rest}")
    };
    let keys = |body: &str| read(&BULK, body.as_bytes()).keys;
    let more = format!("{{\"create\":{{}}}}\n{{\"message\":{COMBINED:?}}}\n");
    assert_eq!(keys(&one("")), keys(&one(&more))[..1]);
    assert_ne!(keys(&one(&more))[1], keys(&more)[0]);
}

#[test]
fn loki_of_both_ages_with_labels_and_metadata() {
    let call_line = call("one");
    let body = json!({"streams": [{"values": [
        ["1795298871602000001", COMBINED, {"trace_id": "abc"}],
        ["1795298871602000002", "access {\"method\":\"GET\",\"status\":201,\"path\":\"/x\"}"],
        [1_795_298_871_602_000_002_i64, COMBINED],
        ["1795298871602000003"],
    ], "stream": {"job": "kong", "app": ""}},
    {"labels": "{job=\"ko\\\"ng\", level=\"info\"}", "entries": [{"ts": "2026-11-21T22:07:51.602Z", "line": call_line}]}]});
    let decoded = read(&LOKI, body.to_string().as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejected), (3, 2));
    let events = events(&decoded);
    assert_eq!(events[0]["custom"]["envelope.trace_id"], "abc");
    assert_eq!(events[1]["custom"]["envelope.job"], "kong");
    assert_eq!(events[1]["custom"]["envelope.message"], "access");
    assert_eq!(events[1]["timestamp"], "2026-11-21T22:07:51.602000Z");
    assert_eq!(events[2]["custom"]["envelope.job"], "ko\"ng");
    assert!(envelopes::LOKI.open(b"what?", &Said::default(), 1_000).unwrap().malformed);
}

#[test]
fn hec_objects_stand_one_after_the_other_and_inherit() {
    let one = call("one");
    let body = format!(
        "{{\"time\":\"1795298871.602\",\"host\":\"edge\",\"sourcetype\":\"kong\",\"event\":{one}}}{{\"event\":{COMBINED:?},\"fields\":{{\"zone\":\"b\"}}}}\n\
         {{\"host\":\"other\"}} {{\"event\":\"  \"}} {{\"time\":1795298871602,\"event\":{{\"method\":\"GET\",\"status\":429}}}}"
    );
    let decoded = read(&HEC, body.as_bytes());
    let events = events(&decoded);
    assert_eq!((events.len(), decoded.rejected), (3, 2));
    assert_eq!(decoded.rejects[0].reason, envelopes::hec::NO_EVENT.to_string());
    assert_eq!(decoded.rejects[1].reason, envelopes::hec::BLANK_EVENT.to_string());
    assert_eq!(events[1]["custom"]["envelope.host"], "edge");
    assert_eq!(events[1]["custom"]["envelope.zone"], "b");
    assert_eq!(events[2]["custom"]["envelope.host"], "other");
    assert_eq!(events[2]["timestamp"], "2026-11-21T22:07:51.602000Z");
    let listed = format!("[{{\"event\":{one}}},{{\"event\":{one}}}]");
    assert_eq!(read(&HEC, listed.as_bytes()).batch.len(), 2);
    assert!(HEC.open(b"{\"event\":{}}{\"event", &Said::default(), 1_000).unwrap().malformed);
    assert!(HEC.open(b" \n", &Said::default(), 1_000).unwrap().is_empty());
    let raw = format!("{COMBINED}\nno log at all\n{COMBINED}\n");
    let decoded = read(&HEC_RAW, raw.as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejects[0].line), (2, 2));
}

#[test]
fn datadog_brings_lines_in_message() {
    let body = json!([{"message": COMBINED, "ddsource": "nginx", "ddtags": "env:prod", "hostname": "h", "status": "info"},
        {}, {"message": call("one"), "service": "s"}, {"message": "just talk"}, 7]);
    let decoded = read(&DATADOG, body.to_string().as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejected), (2, 2));
    assert_eq!(events(&decoded)[0]["custom"]["envelope.ddtags"], "env:prod");
    assert_eq!(read(&DATADOG, b"{}").rejected, 0);
    assert_eq!(read(&DATADOG, COMBINED.as_bytes()).batch.len(), 1);
}

fn otlp(record: &Value) -> Decoded {
    let body = json!({"resourceLogs": [{"scopeLogs": [{"scope": {}, "logRecords": [record]}],
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "gw"}},
            {"key": "process.pid", "value": {"intValue": 7}}]}}]});
    read(&OTLP, body.to_string().as_bytes())
}

fn attribute(key: &str, value: Value) -> Value {
    json!({ "key": key, "value": value })
}

#[test]
fn otlp_speaks_in_its_body_or_in_its_attributes() {
    let time = "1795298871602000000";
    let conventions = json!([
        attribute("http.request.method", json!({"stringValue": "GET"})),
        attribute("url.path", json!({"stringValue": "/pets"})),
        attribute("http.response.status_code", json!({"intValue": "403"})),
        attribute(
            "nested",
            json!({"kvlistValue": {"values": [attribute("a", json!({"arrayValue": {"values": [{"doubleValue": 1.5}, {"boolValue": true}]}}))]}})
        )
    ]);
    let decoded = otlp(&json!({"timeUnixNano": time, "severityText": "INFO", "attributes": conventions,
        "body": {"stringValue": "GET /pets"}, "traceId": "5b8efff798038103d269b633813fc60c"}));
    let event = &events(&decoded)[0];
    assert_eq!(decoded.formats, [("otel", 1)]);
    assert_eq!((&event["response"]["status"], &event["request"]["path"]), (&json!(403), &json!("/pets")));
    assert_eq!(event["timestamp"], "2026-11-21T22:07:51.602000Z");
    assert_eq!(event["trace_id"], "5b8efff798038103d269b633813fc60c");
    assert_eq!(event["custom"]["envelope.service.name"], "gw");
    assert!(event["custom"].get("envelope.process.pid").is_none());

    let file = json!([attribute("log.file.name", json!({"stringValue": "access.log"}))]);
    let decoded = otlp(&json!({"observedTimeUnixNano": 1_795_298_871_602_000_000_u64, "attributes": file,
        "body": {"stringValue": COMBINED}}));
    assert_eq!(events(&decoded)[0]["custom"]["envelope.log.file.name"], "access.log");
    assert_eq!(events(&decoded)[0]["timestamp"], "2026-11-21T22:07:51.000000Z");

    let traefik = json!([
        attribute("DownstreamStatus", json!({"intValue": "403"})),
        attribute("RequestMethod", json!({"stringValue": "GET"})),
        attribute("RequestPath", json!({"stringValue": "/pets"})),
        attribute("ClientHost", json!({"stringValue": "10.0.0.1"}))
    ]);
    let decoded =
        otlp(&json!({"timeUnixNano": time, "attributes": traefik, "body": {"stringValue": COMBINED}}));
    assert_eq!(decoded.formats, [("traefik", 1)]);
    assert_eq!(events(&decoded)[0]["response"]["status"], 403);

    let decoded = otlp(&json!({"timeUnixNano": time, "body": {"kvlistValue": {"values": [
        attribute("method", json!({"stringValue": "GET"})), attribute("status", json!({"intValue": 200}))]}}}));
    assert_eq!(decoded.formats, [("json", 1)]);
    assert_eq!(otlp(&json!({"timeUnixNano": time})).rejected, 1);
    assert!(OTLP.open(b"\x0a\xff", &Said::default(), 1_000).unwrap().malformed);
    assert!(OTLP.open(b"{\"resourceLogs\":[", &Said::default(), 1_000).unwrap().malformed);
    assert_eq!(read(&OTLP, b"").rejected, 0);
}

#[test]
fn every_bound_holds() {
    let full = HEC_RAW.open(&[b'x'; 1_001], &Said::default(), 1_000);
    assert_eq!(full.unwrap_err(), envelopes::Fault::TooLarge(1_000));
    let many = "{\"index\":{}}\n{}\n".repeat(100_001);
    let many = BULK.open(many.as_bytes(), &Said::default(), BYTES_MAX);
    assert_eq!(many.unwrap_err(), envelopes::Fault::TooMany(100_000));
    // A long context does not multiply: where there is no room for it, it is left out.
    let context = vec![("name".to_owned(), "x".repeat(2_000)), ("more".to_owned(), "y".repeat(2_000))];
    let said = Said { id: None, context };
    let body = "{\"event\":\"a\"}".repeat(10_000);
    let opened = HEC.open(body.as_bytes(), &said, 1 << 20).unwrap();
    assert_eq!(opened.len(), 10_000);
    let deep = format!("{{\"event\":{}", "[".repeat(100_000));
    assert!(HEC.open(deep.as_bytes(), &Said::default(), BYTES_MAX).unwrap().malformed);
    let mut deep = vec![0x08, 0x01];
    for _ in 0..1_000 {
        // array=5{values=1}
        deep = field(5, &field(1, &deep));
    }
    let deep = field(1, &field(2, &field(2, &field(5, &deep))));
    assert!(OTLP.open(&deep, &Said::default(), BYTES_MAX).unwrap().malformed);
}

/// A field of Protocol Buffers with bytes inside.
fn field(number: u8, inside: &[u8]) -> Vec<u8> {
    let mut message = vec![number << 3 | 2];
    let mut left = inside.len();
    while left > 0x7f {
        message.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    message.push(left as u8);
    message.extend_from_slice(inside);
    message
}

/// Deliveries to damage, each with its envelope.
fn bodies() -> Vec<(&'static Envelope, Vec<u8>)> {
    let mut bodies: Vec<(&Envelope, Vec<u8>)> =
        CLIENTS.iter().map(|(name, envelope, ..)| (*envelope, client(name))).collect();
    let data = json!({"requestId": "r", "records": [{"data": base64(call("a"))}, {"data": base64(gzip(COMBINED.as_bytes()))}]});
    bodies.push((&FIREHOSE, data.to_string().into_bytes()));
    bodies.push((&HEC_RAW, COMBINED.into()));
    bodies.push((&DATADOG, json!([{"message": COMBINED}]).to_string().into_bytes()));
    for (_, body) in &mut bodies {
        body.truncate(4_000);
    }
    bodies
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damage_never_panics(pick in 0_usize..1_000, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6)) {
        let bodies = bodies();
        let (own, body) = &bodies[pick % bodies.len()];
        let mut body = body.clone();
        for (at, byte, kind) in changes {
            let at = at.index(body.len().max(1));
            match kind {
                _ if body.is_empty() => body.push(byte),
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => { body.remove(at); }
                _ => body.truncate(at.max(1)),
            }
        }
        for envelope in ENVELOPES.iter().filter(|other| pick % 5 == 0 || other.name == own.name) {
            let Ok(opened) = envelope.open(&body, &Said::default(), 1 << 20) else { continue };
            let decoded = decode_opened(Options { received: Timestamp::parse("2026-11-21T22:07:51Z"), ..Options::default() }, &opened);
            prop_assert_eq!(decoded.keys.len(), decoded.batch.len());
            for row in decoded.batch.rows() {
                let text = event::json::to_string(row);
                prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
            }
        }
    }
}
