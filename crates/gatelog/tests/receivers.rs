//! The receivers that speak the protocols of others: what their senders send, captured from real ones where there are
//! any (`samples/wire`), and exactly what they are answered. Each delivery is sent twice; events are there once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use server::{ADMIN, INGEST, Reply, Server, event, lines};

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(path)).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A capture: how a client asked, and its bytes.
struct Capture {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn capture(name: &str) -> Capture {
    let request: Value =
        serde_json::from_slice(&sample(&format!("wire/clients/{name}.request.json"))).unwrap();
    let kept = ["content-type", "content-encoding", "accept", "user-agent", "x-scope-orgid"];
    let headers = request["headers"].as_object().unwrap().iter();
    let headers = headers
        .filter(|(name, _)| kept.contains(&name.to_lowercase().as_str()))
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    let text = |name: &str| request[name].as_str().unwrap().to_owned();
    Capture {
        method: text("method"),
        path: text("path"),
        headers,
        body: sample(&format!("wire/clients/{name}.body")),
    }
}

impl Capture {
    fn send(&self, server: &Server, path: &str, authorization: &str) -> Reply {
        let mut headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if !authorization.is_empty() {
            headers.push(("Authorization", authorization));
        }
        server.send(&self.method, path, &headers, &self.body)
    }
}

fn counts(server: &Server) -> (u64, u64, u64) {
    let sources = server.json("/api/v1/sources");
    let source = &sources["sources"][0];
    let number = |name: &str| source[name].as_u64().unwrap();
    (number("accepted"), number("duplicates"), number("rejected"))
}

fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An answer of a receiver: of that length, not packed, no redirect.
fn check(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.status, status, "{what}: {}", reply.text());
    assert!(reply.header("content-encoding").is_none(), "{what}");
    if status != 204 {
        assert_eq!(reply.header("content-length"), Some(reply.body.len().to_string().as_str()), "{what}");
    }
}

#[test]
fn what_real_clients_sent_is_taken_once() {
    let token = basic("anyone", INGEST);
    let splunk = format!("Splunk {INGEST}");
    let bearer = format!("Bearer {INGEST}");
    let cases: &[(&str, &str, &str, u16, u64)] = &[
        ("elasticsearch-bulk-01", "/elasticsearch/_bulk", &token, 200, 80),
        ("rsyslog-omelasticsearch-02", "/i/TOKEN/elasticsearch/_bulk", "", 200, 200),
        ("otlp-http-01", "/v1/logs", &bearer, 200, 100),
        ("otlp-http-04", "/i/TOKEN/otlp/v1/logs", "", 200, 100),
        ("pino-loki-01", "/loki/api/v1/push", &token, 204, 100),
        ("winston-loki-json-01", "/i/TOKEN/loki/api/v1/push", "", 204, 50),
        ("winston-loki-protobuf-01", "/loki/api/v1/push", &token, 204, 50),
        ("python-logging-loki-01", "/loki/api/v1/push", &token, 204, 1),
        ("splunk-handler-hec-01", "/services/collector/event", &splunk, 200, 60),
    ];
    for (name, path, authorization, status, count) in cases {
        let server = Server::start();
        let capture = capture(name);
        let path = path.replace("TOKEN", INGEST);
        assert!(path.ends_with(&capture.path) || capture.path == "/_bulk", "{}", capture.path);
        for _ in 0..2 {
            check(&capture.send(&server, &path, authorization), *status, name);
        }
        assert_eq!(server.total(""), *count, "{name}");
        assert_eq!(counts(&server), (*count, *count, 0), "{name}");
    }
}

#[test]
fn traefik_sends_chunks_in_gzip_and_no_length() {
    let server = Server::start();
    let headers = [
        ("Transfer-Encoding", "chunked"),
        ("Content-Encoding", "gzip"),
        ("Content-Type", "application/x-protobuf"),
    ];
    for n in (2..=18).chain(2..=18) {
        let mut body = Vec::new();
        for piece in sample(&format!("wire/otlp/traefik-http-{n:05}.pb.gz")).chunks(4_096) {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        let reply = server.send("POST", &format!("/i/{INGEST}/v1/logs"), &headers, &body);
        check(&reply, 200, "traefik");
        assert_eq!((reply.header("content-type"), reply.body.len()), (Some("application/x-protobuf"), 0));
    }
    let expected: Value = serde_json::from_slice(&sample("traefik/expected.json")).unwrap();
    assert_eq!(server.total(""), 1_200);
    assert_eq!(server.total("granted:false"), expected["denied_401_403_429"].as_u64().unwrap());
    for (status, count) in expected["by_status"].as_object().unwrap() {
        assert_eq!(server.total(&format!("status:{status}")), count.as_u64().unwrap(), "{status}");
    }
}

fn firehose(server: &Server, id: &str, body: &[u8], headers: &[(&str, &str)]) -> Reply {
    let mut all = vec![
        ("Content-Type", "application/json"),
        ("X-Amz-Firehose-Protocol-Version", "1.0"),
        ("X-Amz-Firehose-Request-Id", id),
        ("X-Amz-Firehose-Source-Arn", "arn:aws:firehose:eu-west-1:1:deliverystream/amazon-apigateway-a"),
        ("User-Agent", "Amazon Kinesis Data Firehose Agent/1.0"),
    ];
    all.extend_from_slice(headers);
    server.send("POST", "/firehose", &all, body)
}

#[test]
fn firehose_hears_its_own_id_again() {
    let server = Server::start();
    let record = |data: &str| json!({ "data": base64(data) });
    let cloudwatch = json!({"messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": [
        {"id": "1", "timestamp": 1_795_298_871_602_i64, "message": event(7)}]});
    let body = json!({"requestId": "rq-1", "timestamp": 1_795_298_871_602_i64, "records": [
        record(&event(1)), record(&format!("{}{}", event(2), event(3))), record("no log at all"),
        {"data": base64(gzip(cloudwatch.to_string().as_bytes()))}]})
    .to_string();
    let key = ("X-Amz-Firehose-Access-Key", INGEST);
    let common = ("X-Amz-Firehose-Common-Attributes", r#"{"commonAttributes":{"account":"prod"}}"#);
    let packed = gzip(body.as_bytes());
    for (body, coding) in [(body.as_bytes(), "identity"), (&packed, "gzip")] {
        let reply = firehose(&server, "rq-1", body, &[key, common, ("Content-Encoding", coding)]);
        check(&reply, 200, "firehose");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.json()["requestId"], "rq-1");
        assert!(reply.json()["timestamp"].is_i64() && reply.json().as_object().unwrap().len() == 2);
    }
    assert_eq!((server.total(""), counts(&server)), (4, (4, 4, 2)));
    let shown = server.json("/api/v1/events?from=2020-01-01&to=2100-01-01&filter=request_id:rq-1");
    assert_eq!(shown["events"][0]["custom"]["envelope.account"], "prod", "{shown}");

    // Without the header the id of the body is good; nothing but bad records is taken too.
    let bad =
        json!({"requestId": "rq-2", "timestamp": 1, "records": [record("nothing we know")]}).to_string();
    let reply = server.send("POST", &format!("/i/{INGEST}/firehose"), &[], bad.as_bytes());
    check(&reply, 200, "nothing but bad records");
    assert_eq!(reply.json()["requestId"], "rq-2");
    let none = json!({"requestId": "rq-3", "timestamp": 1, "records": []}).to_string();
    check(&firehose(&server, "rq-3", none.as_bytes(), &[key]), 200, "no records");

    let reply = firehose(&server, "rq-4", b"{\"what\":1}", &[key]);
    check(&reply, 400, "no delivery");
    assert_eq!(reply.json()["requestId"], "rq-4");
    assert!(reply.json()["errorMessage"].as_str().unwrap().contains("records"), "{}", reply.text());
    let reply =
        firehose(&server, "rq-5", body.as_bytes(), &[("X-Amz-Firehose-Access-Key", "wrong-wrong-wrong")]);
    check(&reply, 401, "no token");
    assert_eq!(reply.json()["requestId"], "rq-5");
    assert!(reply.json()["errorMessage"].is_string());
}

#[test]
fn firehose_may_send_64_mebibytes_and_never_hears_413() {
    let server = Server::with(&[
        ("GATELOG_INGEST_WIRE_BYTES_MAX", "100000"),
        ("GATELOG_INGEST_DECODED_BYTES_MAX", "100000"),
    ]);
    let key = ("X-Amz-Firehose-Access-Key", INGEST);
    let record = format!("{{\"data\":\"{}\"}}", base64("x".repeat(1_000_000) + "\n"));
    let records = vec![record.as_str(); 48].join(",");
    let good = format!("{{\"data\":\"{}\"}}", base64(event(1)));
    let body = format!("{{\"requestId\":\"big\",\"timestamp\":1,\"records\":[{records},{good}]}}");
    assert!(body.len() > 64_000_000);
    check(&firehose(&server, "big", body.as_bytes(), &[key]), 200, "64 MiB");
    assert_eq!(server.total(""), 1);
    let bomb = gzip(&vec![b' '; 100 << 20]);
    let reply = firehose(&server, "bomb", &bomb, &[key]);
    check(&reply, 400, "bomb");
    assert_eq!(reply.json()["requestId"], "bomb");
}

#[test]
fn elasticsearch_answers_for_each_action() {
    let server = Server::start();
    let token = basic("elastic", INGEST);
    let auth = ("Authorization", token.as_str());
    let body = format!(
        "{{\"index\":{{\"_index\":\"a\",\"_id\":\"1\"}},\"attempts\":0}}\n{}\n{{\"create\":{{\"pipeline\":null}}}}\n{{\"no\":\"call\"}}\n\
         {{\"delete\":{{\"_index\":\"a\",\"_id\":\"1\"}}}}\n{{\"create\":{{}}}}\n{}",
        event(1),
        event(2)
    );
    for method in ["POST", "PUT"] {
        let kind = ("Content-Type", "application/vnd.elasticsearch+x-ndjson; compatible-with=9");
        let reply = server.send(
            method,
            "/elasticsearch/logs/_bulk?refresh=true&timeout=1m",
            &[auth, kind],
            body.as_bytes(),
        );
        check(&reply, 200, "bulk");
        assert_eq!(reply.header("x-elastic-product"), Some("Elasticsearch"));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let text = reply.text();
        assert!(text.starts_with("{\"took\":") && text.contains(",\"errors\":true,\"items\":[{\"index\":{\"_index\":\"a\",\"_id\":\"1\",\"_version\":1,\"result\":\"created\",\"status\":201}},{\"create\":{\"_index\":\"logs\",\"_id\":\""), "{text}");
        let items = reply.json()["items"].clone();
        let status = |n: usize, verb: &str| items[n][verb]["status"].clone();
        assert_eq!(items.as_array().unwrap().len(), 4);
        assert_eq!(
            (status(1, "create"), status(2, "delete"), status(3, "create")),
            (json!(400), json!(405), json!(201))
        );
        assert_eq!(items[1]["create"]["error"]["type"], "mapper_parsing_exception");
        assert!(items[2]["delete"]["error"]["reason"].as_str().unwrap().contains("audit log"), "{text}");
    }
    assert_eq!((server.total(""), counts(&server)), (2, (2, 2, 4)));
    let good = format!("{{\"create\":{{}}}}\n{}\n", event(3));
    let reply = server.send("POST", &format!("/i/{INGEST}/_bulk"), &[], good.as_bytes());
    assert!(reply.text().contains("\"errors\":false,\"items\":["), "{}", reply.text());

    for (body, kind) in [("", "parse_exception"), ("what?\n", "illegal_argument_exception")] {
        let reply = server.send("POST", "/elasticsearch/_bulk", &[auth], body.as_bytes());
        check(&reply, 400, body);
        assert_eq!(reply.json()["error"]["type"], kind);
    }
    let reply = server.send("POST", "/elasticsearch/_bulk", &[], body.as_bytes());
    check(&reply, 401, "no token");
    assert_eq!(
        (reply.header("x-elastic-product"), &reply.json()["status"]),
        (Some("Elasticsearch"), &json!(401))
    );
}

#[test]
fn elasticsearch_shakes_hands() {
    let server = Server::with(&[("GATELOG_ELASTICSEARCH_VERSION", "9.1.0")]);
    let bearer = format!("Bearer {INGEST}");
    let ask = |method: &str, path: &str| {
        let reply = server.send(method, path, &[("Authorization", &bearer)], b"");
        assert_eq!(reply.header("x-elastic-product"), Some("Elasticsearch"), "{method} {path}");
        reply
    };
    for path in ["/elasticsearch", "/elasticsearch/"] {
        let reply = ask("GET", path);
        check(&reply, 200, path);
        assert_eq!(reply.json()["version"]["number"], "9.1.0");
        assert_eq!(reply.json()["tagline"], "You Know, for Search");
        assert_eq!((ask("HEAD", path).status, ask("HEAD", path).body.len()), (200, 0));
    }
    assert_eq!(ask("GET", "/elasticsearch/_cluster/health?wait_for_status=yellow").json()["status"], "green");
    assert_eq!(ask("GET", "/elasticsearch/_license").json()["license"]["type"], "basic");
    assert_eq!(ask("GET", "/elasticsearch/_xpack").json()["license"]["status"], "active");
    assert_eq!(ask("GET", "/elasticsearch/_nodes/http").json()["nodes"], json!({}));
    for path in [
        "_index_template/logs",
        "_template/t",
        "_ilm/policy/p",
        "_ingest/pipeline/p",
        "_component_template/c",
        "_data_stream/d",
    ] {
        let path = format!("/elasticsearch/{path}");
        assert_eq!((ask("HEAD", &path).status, ask("GET", &path).status), (200, 200), "{path}");
        assert_eq!(ask("PUT", &path).json()["acknowledged"], true, "{path}");
    }
    assert_eq!(ask("PUT", "/elasticsearch/logs").json()["acknowledged"], true);
    assert_eq!(ask("HEAD", "/elasticsearch/logs").status, 200);
    assert_eq!(ask("GET", "/elasticsearch/logs/_refresh").json()["_shards"]["successful"], 1);
    assert_eq!(ask("POST", "/elasticsearch/logs/_search").status, 405);
    assert_eq!(ask("DELETE", "/elasticsearch/logs").status, 405);
    let reply = server.send("GET", "/elasticsearch/", &[], b"");
    assert_eq!((reply.status, reply.header("x-elastic-product")), (401, Some("Elasticsearch")));
}

#[test]
fn loki_says_nothing_or_why() {
    let server = Server::start();
    for path in ["/ready", "/loki/ready", "/i/anything/ready"] {
        assert_eq!(
            (server.send("GET", path, &[], b"").status, server.send("GET", path, &[], b"").text().trim()),
            (200, "ready")
        );
    }
    let push = |values: Value| {
        let body = json!({"streams": [{"stream": {"job": "a"}, "values": values}]}).to_string();
        let headers = [("Content-Type", "application/json"), ("X-Scope-OrgID", "fake")];
        server.send("POST", &format!("/i/{INGEST}/loki/api/v1/push"), &headers, body.as_bytes())
    };
    let reply = push(json!([["1795298871602000000", event(1)], ["1795298871602000001", "no log at all"]]));
    check(&reply, 204, "push");
    assert!(reply.body.is_empty());
    assert_eq!(counts(&server), (1, 0, 1));
    let reply = push(json!([[1_795_298_871_602_000_000_i64, event(2)]]));
    check(&reply, 400, "a number");
    assert!(reply.header("content-type").unwrap().starts_with("text/plain"));
    assert!(reply.text().contains("nanoseconds"), "{}", reply.text());
    check(&server.send("POST", "/loki/api/v1/push", &[], b"{}"), 401, "no token");
    check(&server.ingest("/loki/api/v1/push", "what?"), 400, "no push");
    check(&server.ingest("/api/prom/push", json!({"streams": []}).to_string()), 204, "nothing");
}

#[test]
fn opentelemetry_is_answered_in_its_own_coding() {
    let server = Server::start();
    let record = |body: &str| json!({"timeUnixNano": "1795298871602000000", "body": {"stringValue": body}});
    let body =
        |records: &[Value]| json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).to_string();
    let path = format!("/i/{INGEST}/v1/logs");
    let send =
        |body: &str| server.send("POST", &path, &[("Content-Type", "application/json")], body.as_bytes());
    let reply = send(&body(&[record(&event(1))]));
    check(&reply, 200, "json");
    assert_eq!((reply.text().as_str(), reply.header("content-type")), ("{}", Some("application/json")));
    let partial = send(&body(&[record(&event(2)), record("talk"), record("more talk")]));
    check(&partial, 200, "partial");
    assert_eq!(partial.json()["partialSuccess"]["rejectedLogRecords"], "2");
    assert!(!partial.json()["partialSuccess"]["errorMessage"].as_str().unwrap().is_empty());
    let reply = send("{\"resourceLogs\":");
    check(&reply, 400, "broken");
    assert_eq!(reply.json()["code"], 3);
    let reply = server.send("POST", "/v1/logs", &[("Content-Type", "application/json")], b"{}");
    check(&reply, 401, "no token");
    assert_eq!(reply.json()["code"], 16);

    let protobuf = [("Content-Type", "application/x-protobuf")];
    let reply = server.send("POST", &path, &protobuf, b"\x0a\xff");
    check(&reply, 400, "broken protobuf");
    assert_eq!(
        (reply.header("content-type"), &reply.body[..2]),
        (Some("application/x-protobuf"), &[8, 3][..])
    );
    // ExportLogsServiceRequest{resource_logs{scope_logs{log_records{body{string: "talk"}}}}}
    let mut message = b"talk".to_vec();
    for tag in [0x0a, 0x2a, 0x12, 0x12, 0x0a] {
        message.insert(0, message.len() as u8);
        message.insert(0, tag);
    }
    let reply = server.send("POST", &path, &protobuf, &message);
    check(&reply, 200, "partial protobuf");
    assert_eq!((reply.body[0], &reply.body[2..4]), (0x0a, &[8, 1][..]));
    assert_eq!(server.total(""), 2);
}

#[test]
fn splunk_has_a_code_for_everything() {
    let server = Server::start();
    let splunk = format!("Splunk {INGEST}");
    let auth = ("Authorization", splunk.as_str());
    let said = |reply: &Reply| {
        (
            reply.status,
            reply.json()["code"].as_u64().unwrap(),
            reply.json()["text"].as_str().unwrap().to_owned(),
        )
    };
    let is = |status: u16, code: u64, text: &str| (status, code, text.to_owned());
    for path in ["/services/collector/health", "/services/collector/health/1.0?token=x"] {
        assert_eq!(said(&server.send("GET", path, &[], b"")), is(200, 17, "HEC is healthy"));
    }
    let to = |path: &str, headers: &[(&str, &str)], body: &str| {
        server.send("POST", path, headers, body.as_bytes())
    };
    let one = format!("{{\"event\":{}}}", event(1));
    for path in ["/services/collector", "/services/collector/event", "/services/collector/event/1.0"] {
        assert_eq!(to(path, &[auth], &one).text(), "{\"text\":\"Success\",\"code\":0}");
    }
    assert_eq!(counts(&server), (1, 2, 0));
    for body in ["", " \n"] {
        assert_eq!(said(&to("/services/collector", &[auth], body)), is(400, 5, "No data"));
    }
    let bad = |body: &str| {
        let reply = to("/services/collector/event", &[auth], body);
        (said(&reply), reply.json()["invalid-event-number"].as_u64())
    };
    assert_eq!(bad("{\"host\":\"a\"}"), (is(400, 12, "Event field is required"), Some(0)));
    assert_eq!(bad("{\"event\":\"\"}"), (is(400, 13, "Event field cannot be blank"), Some(0)));
    assert_eq!(bad("{\"event\":"), (is(400, 6, "Invalid data format"), Some(0)));
    assert_eq!(said(&to("/services/collector", &[], &one)), is(401, 2, "Token is required"));
    assert_eq!(
        said(&to("/services/collector", &[("Authorization", "Digest x")], &one)),
        is(401, 3, "Invalid authorization")
    );
    assert_eq!(
        said(&to("/services/collector", &[("Authorization", "Splunk wrong-wrong-wrong")], &one)),
        is(403, 4, "Invalid token")
    );
    assert_eq!(said(&to("/i/wrong-wrong-wrong/services/collector", &[], &one)), is(403, 4, "Invalid token"));
    let admin = format!("Splunk {ADMIN}");
    assert_eq!(
        said(&to("/services/collector", &[("Authorization", &admin)], &one)),
        is(403, 4, "Invalid token")
    );
    // A good event beside a bad one is kept.
    let mixed = format!("{{\"event\":{}}}{{\"event\":\"talk\"}}", event(2));
    assert_eq!(said(&to("/services/collector", &[auth], &mixed)), is(200, 0, "Success"));

    let raw = format!("{}no log at all\n", lines(10..20));
    for _ in 0..2 {
        assert_eq!(
            said(&to("/services/collector/raw?host=edge&sourcetype=kong", &[auth], &raw)),
            is(200, 0, "Success")
        );
    }
    assert_eq!(server.total(""), 12);
}

#[test]
fn splunk_acknowledges_what_is_durable_also_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let auth = format!("Splunk {INGEST}");
    let channel = [
        ("Authorization", auth.as_str()),
        ("X-Splunk-Request-Channel", "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"),
    ];
    let one = |n: u64| format!("{{\"event\":{}}}", event(n));
    let first = server.send("POST", "/services/collector", &channel, one(1).as_bytes()).json()["ackId"]
        .as_u64()
        .unwrap();
    let second = server.send("POST", "/services/collector", &channel, one(2).as_bytes()).json()["ackId"]
        .as_u64()
        .unwrap();
    let again = server.send("POST", "/services/collector", &channel, one(2).as_bytes()).json()["ackId"]
        .as_u64()
        .unwrap();
    assert!(first < second && again == second);
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    let body = json!({"acks": [first, second, second + 1]}).to_string();
    let acks = server.send("POST", "/services/collector/ack", &channel, body.as_bytes());
    check(&acks, 200, "acks");
    let expected =
        json!({first.to_string(): true, second.to_string(): true, (second + 1).to_string(): false});
    assert_eq!(acks.json()["acks"], expected);
    let by_query =
        server.send("POST", &format!("/i/{INGEST}/services/collector/ack?channel=c"), &[], body.as_bytes());
    assert_eq!(by_query.json()["acks"], expected);
    assert_eq!(
        server.send("POST", "/services/collector/ack", &channel[..1], body.as_bytes()).json()["code"],
        10
    );
    assert_eq!(server.send("POST", "/services/collector/ack", &channel, b"[]").json()["code"], 6);
}

#[test]
fn datadog_is_told_202() {
    let server = Server::start();
    let key = [("DD-API-KEY", INGEST)];
    let body = json!([{"message": event(1), "ddsource": "kong", "hostname": "edge"}, {"message": "talk"}])
        .to_string();
    for path in ["/datadog/api/v2/logs", "/api/v2/logs?ddtags=env:prod"] {
        let reply = server.send("POST", path, &key, body.as_bytes());
        check(&reply, 202, path);
        assert_eq!(reply.text(), "{}");
    }
    let packed = gzip(json!({"message": event(2)}).to_string().as_bytes());
    let first =
        server.send("POST", &format!("/datadog/v1/input/{INGEST}"), &[("Content-Encoding", "gzip")], &packed);
    check(&first, 200, "v1");
    check(&server.send("POST", &format!("/api/v2/logs?dd-api-key={INGEST}"), &[], b"{}"), 202, "probe");
    assert_eq!((server.total(""), counts(&server)), (2, (2, 1, 2)));
    assert_eq!(server.send("GET", "/datadog/api/v1/validate", &key, b"").json(), json!({"valid": true}));
    let refused = server.send("POST", "/datadog/api/v2/logs", &[("DD-API-KEY", "wrong-wrong-wrong")], b"{}");
    check(&refused, 401, "no token");
    assert_eq!(refused.json()["errors"][0]["status"], "401");
    check(&server.send("POST", "/datadog/api/v2/logs", &key, b"[{\"message\":\"talk\"}]"), 400, "waste");
}

/// What each says when there is no room for another body.
#[test]
fn too_much_is_said_as_each_sender_knows_it() {
    let server = Server::with(&[
        ("GATELOG_INGEST_IN_FLIGHT_BYTES_MAX", "65536"),
        ("GATELOG_INGEST_WIRE_BYTES_MAX", "65536"),
    ]);
    let bearer = format!("Bearer {INGEST}");
    let body = vec![b' '; 20_000];
    // Someone takes all the room and sends nothing; whoever comes while another is served is refused, and comes again.
    let head = format!("POST /i/{INGEST} HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
    let mut others = Vec::new();
    let is_full = || {
        let mut other = server.connect();
        other.write_all(head.as_bytes()).unwrap();
        others.push(other);
        server.send("POST", "/ingest", &[("Authorization", &bearer)], &body).status == 503
    };
    assert!(std::iter::repeat_with(is_full).take(1_000).any(|full| full), "there is still room");
    for (path, status) in [
        ("/ingest", 503),
        ("/firehose", 503),
        ("/elasticsearch/_bulk", 429),
        ("/loki/api/v1/push", 429),
        ("/v1/logs", 503),
        ("/services/collector", 503),
        ("/datadog/api/v2/logs", 503),
    ] {
        let reply = server.send("POST", path, &[("Authorization", &bearer)], &body);
        check(&reply, status, path);
        assert!(reply.header("retry-after").is_some(), "{path}");
    }
    let busy = server.send("POST", "/services/collector", &[("Authorization", &bearer)], &body);
    assert_eq!((&busy.json()["code"], &busy.json()["text"]), (&json!(9), &json!("Server is busy")));
}
