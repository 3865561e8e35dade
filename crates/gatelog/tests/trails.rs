//! Trails that gateways keep of their own operators, on their way into the operator trail: each record once, whatever
//! happens in between, no secret of it on the disk, and only from a source that is meant for it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use server::{ADMIN, Reply, Server, escaped};

/// Makes a source that brings a trail; its token.
fn source(server: &Server, name: &str, format: &str) -> String {
    let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": name, "format": format }));
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["token"].as_str().unwrap().to_owned()
}

fn send(server: &Server, token: &str, path: &str, body: impl AsRef<[u8]>) -> Reply {
    server.send("POST", path, &[("Authorization", &format!("Bearer {token}"))], body.as_ref())
}

fn sent(server: &Server, token: &str, body: impl AsRef<[u8]>) -> (u64, u64, u64) {
    let reply = send(server, token, "/ingest", body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let of = |name: &str| reply.json()[name].as_u64().unwrap();
    (of("accepted"), of("duplicates"), of("rejected"))
}

fn event(n: usize) -> Value {
    json!({ "eventTime": "2026-11-21T10:00:00Z", "eventSource": "apigateway.amazonaws.com", "eventName": "UpdateStage",
        "eventID": format!("event-{n}"), "requestID": format!("r-{n}"), "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2",
        "userIdentity": { "type": "IAMUser", "userName": "ops" }, "requestParameters": { "restApiId": "a1", "stageName": "prod" } })
}

fn file(range: std::ops::Range<usize>) -> String {
    json!({ "Records": range.map(event).collect::<Vec<_>>() }).to_string()
}

fn total(server: &Server, params: &str) -> u64 {
    let path = format!("/api/v1/trail/facets?from=2000-01-01&to=2100-01-01&{params}");
    server.json(&path)["total"].as_u64().unwrap()
}

/// Files of others beside the project; where they do not lie, that is said aloud.
fn files(folder: &str) -> Vec<PathBuf> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let Ok(entries) = std::fs::read_dir(Path::new(data).join(folder)) else {
        eprintln!("{folder}: NOT COMPARED, there is no {data}");
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.ends_with("SOURCE.md"));
    paths.sort();
    paths
}

#[test]
fn files_of_cloudtrail_come_out_with_exact_counts() {
    let server = Server::start();
    let token = source(&server, "aws-ops", "cloudtrail");
    let paths = files("cloudtrail-invictus");
    if paths.is_empty() {
        return;
    }
    let mut accepted = 0;
    for path in &paths {
        // As it lies in the bucket, packed.
        let (taken, duplicates, rejected) = sent(&server, &token, std::fs::read(path).unwrap());
        assert_eq!((duplicates, rejected), (0, 0), "{}", path.display());
        accepted += taken;
    }
    assert_eq!(accepted, 1_233);
    // By `jq` and `sort | uniq -c` over the same files.
    for (params, count) in [
        ("origin=aws-ops", 1_233),
        ("origin=aws-ops&operator=bert-jan", 1_141),
        ("origin=aws-ops&outcome=denied", 30),
        ("origin=aws-ops&outcome=failure", 106),
        ("origin=aws-ops&event=aws.kms.Decrypt", 72),
        ("origin=aws-ops&event=PutParameter", 0),
        ("origin=aws-ops&event=aws.ssm.PutParameter", 28),
        ("origin=aws-ops&event=read", 1_050),
    ] {
        assert_eq!(total(&server, params), count, "{params}");
    }
    let facets = server.json("/api/v1/trail/facets?from=2000-01-01&to=2100-01-01");
    let origins =
        facets["facets"].as_array().unwrap().iter().find(|facet| facet["field"] == "origin").unwrap();
    assert_eq!(origins["values"][0], json!({ "value": "aws-ops", "label": "aws-ops", "count": 1_233 }));
    // The same by the command line: every record is known.
    let names: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    let import = server.cli(&token, &[&["import", "--again"], &names[..]].concat());
    let said = String::from_utf8_lossy(&import.stderr).into_owned();
    assert!(
        import.status.success() && said.contains("0 events taken, 1,233 duplicates, 0 rejected"),
        "{said}"
    );
    let sources = server.json("/api/v1/sources");
    let shown =
        sources["sources"].as_array().unwrap().iter().find(|source| source["name"] == "aws-ops").unwrap();
    assert_eq!((&shown["accepted"], &shown["duplicates"]), (&json!(1_233), &json!(1_233)));
    assert_eq!(server.total(""), 0, "not one of them is a call");
}

#[test]
fn a_record_is_kept_once_whatever_happens_in_between() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let token = source(&server, "aws-ops", "trail");
    let other = source(&server, "aws-other", "trail");
    assert_eq!(sent(&server, &token, file(0..600)), (600, 0, 0));
    assert_eq!(sent(&server, &token, file(300..900)), (300, 300, 0));
    // Another trail may call its events the same.
    assert_eq!(sent(&server, &other, file(0..10)), (10, 0, 0));
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(sent(&server, &token, file(0..901)), (1, 900, 0));
    assert_eq!(total(&server, "origin=aws-ops"), 901);
    // In one delivery too.
    assert_eq!(sent(&server, &token, format!("{}\n{}\n", event(7_000), event(7_000))), (1, 1, 0));
    server.stop();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(sent(&server, &token, file(0..901)), (0, 901, 0));
    assert_eq!(total(&server, "origin=aws-ops"), 902);
    let verified = server.cli("", &["verify", dir.path().to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn what_is_broken_is_rejected_with_its_reason_and_the_rest_is_kept() {
    let server = Server::start();
    let token = source(&server, "aws-ops", "cloudtrail");
    let whole = file(0..5);
    assert_eq!(sent(&server, &token, &whole[..whole.len() - 20]), (4, 0, 1));
    let reply = send(&server, &token, "/ingest", "hello\n");
    assert_eq!((reply.status, reply.json()["rejected"].as_u64()), (400, Some(1)), "{}", reply.text());
    let rejects = server.json("/api/v1/sources/aws-ops/rejects");
    assert_eq!(rejects["rejects"].as_array().unwrap().len(), 2, "{rejects}");
    assert_eq!(rejects["rejects"][0]["format"], "cloudtrail");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(file(10..20).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(send(&server, &token, "/ingest", &packed[..packed.len() / 2]).status, 400);
    assert_eq!(sent(&server, &token, &packed), (10, 0, 0));
}

const CANARY: &str = "cAnArY7secretN0body9mayRead";

#[test]
fn no_secret_of_a_record_is_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let token = source(&server, "ops", "trail");
    let records = [
        json!({ "eventTime": "2026-11-21T10:00:00Z", "eventSource": "apigateway.amazonaws.com", "eventName": "CreateApiKey",
            "eventID": "1", "requestParameters": { "createApiKeyInput": { "name": "acme", "value": format!("{CANARY}a") } },
            "responseElements": { "id": "k", "value": format!("{CANARY}b"), "credentials": { "secretAccessKey": format!("{CANARY}c"),
            "sessionToken": format!("{CANARY}d") }, "password": format!("{CANARY}e") } }),
        json!({ "request_id": "r", "request_timestamp": 1_795_298_000, "method": "POST", "client_ip": "192.0.2.7", "status": 201,
            "path": format!("/consumers/acme/key-auth?apikey={CANARY}f"), "payload": format!("{{\"key\":\"{CANARY}g\"}}") }),
        json!({ "dao_name": "basicauth_credentials", "operation": "create", "id": "o", "request_id": "r", "request_timestamp": 1_795_298_000,
            "entity": format!("{{\"username\":\"acme\",\"password\":\"{CANARY}h\"}}") }),
        json!({ "time": "2026-11-21T10:00:00Z", "operator": "ops", "event": "Add Secret", "after": { "client_secret": format!("{CANARY}i") },
            "details": format!("Authorization: Bearer {CANARY}j") }),
        json!({ "eventName": "NoTime", "eventSource": "x", "password": format!("{CANARY}k") }),
    ];
    let body: String = records.iter().map(|record| format!("{record}\n")).collect();
    assert_eq!(sent(&server, &token, body), (4, 0, 1));
    let shown = server.get("/api/v1/trail/export?from=2000-01-01").text();
    assert!(shown.contains("acme") && !shown.contains(CANARY), "{shown}");
    assert!(!server.get("/api/v1/sources/ops/rejects").text().contains(CANARY));
    assert!(!server.log().contains(CANARY));
    server.stop();
    let mut looked_at = 0;
    let mut left = vec![dir.path().to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let mut bytes = Vec::new();
        std::fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
        looked_at += bytes.len();
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
    }
    assert!(looked_at > 10_000, "{looked_at}");
}

#[test]
fn only_a_source_that_is_meant_for_it_tells_who_did_what() {
    let server = Server::start();
    let calls = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" })).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let trail = source(&server, "aws-ops", "cloudtrail");
    let body = event(1).to_string();
    for (token, path, status) in [
        (&*calls, "/ingest/cloudtrail", 403),
        (&*calls, "/ingest/trail", 403),
        (&*calls, "/ingest", 400),
        (&*trail, "/ingest/kong", 403),
        (&*trail, "/ingest/nothing", 404),
        ("", "/ingest/cloudtrail", 401),
        (ADMIN, "/ingest/cloudtrail", 403),
        (&*trail, "/api/v1/trail", 405),
        (&*trail, "/ingest/cloudtrail", 200),
    ] {
        let reply = send(&server, token, path, &body);
        assert_eq!(reply.status, status, "{path} {}", reply.text());
    }
    assert_eq!(server.get_as(&trail, "/api/v1/trail").status, 403);
    assert_eq!(total(&server, "origin=aws-ops"), 1);
    assert_eq!(total(&server, "origin=edge"), 0);
    // Nobody speaks in the name of this program.
    for name in ["gatelog", "Gatelog"] {
        let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": name, "format": "trail" }));
        assert_eq!(made.status, 400, "{}", made.text());
    }
    assert_eq!(server.post(ADMIN, "/api/v1/sources", &json!({ "name": "gatelog" })).status, 201);
    assert_eq!(server.put(ADMIN, "/api/v1/sources/gatelog", &json!({ "format": "trail" })).status, 400);
    // A code of ours told by others is none of ours, and a request of ours is not ended by them.
    let forged = json!({ "time": "2026-11-21T10:00:00Z", "operator": "eve", "event": "GL-TRAIL-RETIRE", "id": "1",
        "resource_id": "99999", "request_id": "r" });
    let generic = source(&server, "other", "api7-audit");
    assert_eq!(sent(&server, &generic, forged.to_string()), (1, 0, 0));
    assert_eq!(total(&server, "event=GL-TRAIL-RETIRE&origin=other"), 0);
}

#[test]
fn what_was_told_is_found_shown_and_proved() {
    let server = Server::start();
    let token = source(&server, "kong-ops", "kong-audit");
    let request = |n: u64, method: &str, path: &str, status: u16| {
        json!({ "request_id": format!("q-{n}"), "request_timestamp": 1_795_298_000 + n, "method": method, "path": path,
            "client_ip": "192.0.2.7", "status": status, "rbac_user_id": "u-1", "rbac_user_name": "ada" })
    };
    let object = json!({ "dao_name": "routes", "operation": "delete", "id": "o-1", "request_id": "q-9", "request_timestamp": 1_795_298_009,
        "entity": "{\"id\":\"3f0c8d5e\",\"name\":\"pets\",\"paths\":[\"/pets\"]}", "entity_key": "3f0c8d5e" });
    let page = json!({ "data": [request(1, "POST", "/services", 201), request(2, "GET", "/services", 403), object], "total": 3 });
    assert_eq!(sent(&server, &token, page.to_string()), (3, 0, 0));
    let found = server.json("/api/v1/trail?from=2000-01-01&resource_id=3f0c8d5e");
    let id = found["events"][0]["id"].as_str().unwrap();
    let one = server.json(&format!("/api/v1/trail/{id}"));
    assert_eq!(
        (&one["event"], &one["origin"], &one["before"]["name"], &one["raw"]["dao_name"]),
        (&json!("Delete route"), &json!("kong-ops"), &json!("pets"), &json!("routes"))
    );
    assert_eq!(one["diff"][0]["before"]["paths"], json!(["/pets"]), "{one}");
    assert_eq!(total(&server, "origin=kong-ops&outcome=denied&operator=ada"), 1);
    assert_eq!(total(&server, &format!("event={}", escaped("Create service"))), 1);
    let proof = server.get(&format!("/api/v1/trail/{id}/proof"));
    let file = server.dir.join("proof.json");
    std::fs::write(&file, &proof.body).unwrap();
    let key = server.json("/api/v1/proof")["key"].as_str().unwrap().to_owned();
    std::fs::write(server.dir.join("key"), key).unwrap();
    let key = server.dir.join("key");
    let verified = server.cli("", &["verify", file.to_str().unwrap(), "--pubkey", key.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let tried = server.post(
        ADMIN,
        "/api/v1/sources/try",
        &json!({ "format": "cloudtrail", "line": event(1).to_string() }),
    );
    assert_eq!(tried.json()["event"]["event"], "Update stage", "{}", tried.text());
}

#[test]
fn firehose_brings_a_trail() {
    use base64::Engine as _;
    let server = Server::start();
    let token = source(&server, "aws-ops", "cloudtrail");
    let data = |text: String| json!({ "data": base64::engine::general_purpose::STANDARD.encode(text) });
    let body = json!({ "requestId": "f-1", "timestamp": 1, "records": [data(file(0..3)), data(event(3).to_string()), data("junk".into())] });
    let headers = [("X-Amz-Firehose-Access-Key", token.as_str()), ("X-Amz-Firehose-Request-Id", "f-1")];
    for _ in 0..2 {
        let reply = server.send("POST", "/firehose", &headers, body.to_string().as_bytes());
        assert_eq!((reply.status, &reply.json()["requestId"]), (200, &json!("f-1")), "{}", reply.text());
    }
    assert_eq!(total(&server, "origin=aws-ops"), 4);
}

/// What gateways tell leaves room in the trail for what is done to this program.
#[test]
fn a_flood_of_a_gateway_does_not_stop_operators() {
    let server = Server::with(&[("GATELOG_TRAIL_BYTES_MAX", "2000000")]);
    let token = source(&server, "aws-ops", "cloudtrail");
    let last = (0..100).find_map(|n| {
        let reply = send(&server, &token, "/ingest", file(n * 500..(n + 1) * 500));
        (reply.status != 200).then_some(reply)
    });
    let last = last.unwrap();
    assert_eq!(last.status, 503, "{}", last.text());
    assert!(last.header("retry-after").is_some());
    let saved = server.post(ADMIN, "/api/v1/views", &json!({ "name": "v", "page": "logs", "search": "a=b" }));
    assert_eq!(saved.status, 201, "{}", saved.text());
}

#[test]
fn what_was_told_late_is_listed_where_it_happened() {
    let server = Server::start();
    let token = source(&server, "aws-ops", "cloudtrail");
    let told = |minute: usize| {
        let mut event = event(minute);
        event["eventTime"] = json!(format!("2026-11-21T10:{minute:02}:00Z"));
        event
    };
    for minutes in [[5, 30], [1, 9], [59, 12]] {
        let body = json!({ "Records": minutes.map(told) }).to_string();
        assert_eq!(sent(&server, &token, body), (2, 0, 0));
    }
    let (mut times, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server
            .json(&format!("/api/v1/trail?from=2026-11-21&to=2026-11-22&origin=aws-ops&limit=2{cursor}"));
        let events = page["events"].as_array().unwrap();
        times.extend(events.iter().map(|event| event["time"].as_str().unwrap()[14..16].to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(times, ["59", "30", "12", "09", "05", "01"]);
    let wrong = server.get("/api/v1/trail?cursor=7");
    assert_eq!(wrong.status, 400, "{}", wrong.text());
}
