//! Exports as files: written, looked at, fetched in parts, stopped, and what a restart leaves of them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, Server, lines};

fn all() -> Value {
    json!({ "from": "2000-01-01", "to": "2100-01-01" })
}

fn with(mut body: Value, member: &str, value: impl Into<Value>) -> Value {
    body[member] = value.into();
    body
}

fn started(server: &Server, token: &str, body: &Value) -> String {
    let reply = server.post(token, "/api/v1/exports", body);
    assert_eq!(reply.status, 202, "{}", reply.text());
    assert_eq!(reply.json()["file"], true);
    reply.json()["id"].as_str().unwrap().to_owned()
}

/// Asks until an export has ended.
fn ended(server: &Server, token: &str, id: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let export = server.get_as(token, &format!("/api/v1/exports/{id}")).json();
        if export["state"] != "running" {
            return export;
        }
        assert!(Instant::now() < until, "{export}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn sha256(bytes: &[u8]) -> String {
    let mut child = std::process::Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    String::from_utf8(out).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn an_export_is_written_and_fetched_in_parts() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    server.ingest("/ingest", lines(0..5_000));
    let ask = with(with(all(), "filter", "consumer_id:app-3"), "columns", json!(["request_id"]));
    let id = started(&server, ADMIN, &ask);
    let export = ended(&server, ADMIN, &id);
    assert_eq!((&export["state"], &export["progress"]), (&json!("done"), &json!(1.0)), "{export}");
    let path = format!("/api/v1/exports/{id}/file");
    let file = server.get(&path);
    assert_eq!((file.status, file.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    assert!(file.header("content-disposition").unwrap().ends_with(".csv\""));
    let hash = sha256(&file.body);
    assert_eq!(file.header("etag"), Some(format!("\"{hash}\"").as_str()));
    assert_eq!(file.header("content-length").unwrap(), file.body.len().to_string());

    // The manifest, the file, the streamed export and the count say the same.
    let rows = server.total("consumer_id:app-3");
    let manifest = &export["manifest"];
    assert_eq!((&manifest["sha256"], &manifest["rows"]), (&json!(hash), &json!(rows)));
    assert_eq!((&manifest["bytes"], &export["rows_expected"]), (&json!(file.body.len()), &json!(rows)));
    assert_eq!((&manifest["filter"], &manifest["columns"]), (&ask["filter"], &ask["columns"]));
    assert_eq!(file.text().lines().count() as u64, rows + 1);
    let streamed =
        "/api/v1/export?from=2000-01-01&to=2100-01-01&filter=consumer_id%3Aapp-3&columns=request_id";
    assert_eq!(server.get(streamed).body, file.body);

    // A fetch that broke off goes on, unless the file is another.
    let bearer = format!("Bearer {ADMIN}");
    let part = |headers: &[(&str, &str)]| {
        let headers = [&[("Authorization", bearer.as_str())], headers].concat();
        server.send("GET", &path, &headers, b"")
    };
    let etag = format!("\"{hash}\"");
    let rest = part(&[("Range", "bytes=1000-"), ("If-Range", &etag)]);
    assert_eq!((rest.status, &rest.body[..]), (206, &file.body[1_000..]));
    let place = format!("bytes 1000-{}/{}", file.body.len() - 1, file.body.len());
    assert_eq!(rest.header("content-range"), Some(place.as_str()));
    assert_eq!(part(&[("Range", "bytes=-7")]).body, &file.body[file.body.len() - 7..]);
    assert_eq!(part(&[("Range", "bytes=1000-"), ("If-Range", "\"another\"")]).status, 200);
    let beyond = part(&[("Range", "bytes=99999999-")]);
    assert_eq!((beyond.status, beyond.header("content-range").is_some()), (416, true));

    // It is still there after a crash, and gone when it is deleted.
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(server.get(&path).body, file.body);
    assert_eq!(server.json(&format!("/api/v1/exports/{id}"))["manifest"]["sha256"], hash);
    assert_eq!(server.delete(ADMIN, &format!("/api/v1/exports/{id}")).status, 204);
    assert_eq!(
        (server.get(&path).status, server.delete(ADMIN, &format!("/api/v1/exports/{id}")).status),
        (404, 404)
    );
    let left = std::fs::read_dir(dir.path().join("tenants/1/exports")).unwrap();
    assert!(left.map(|e| e.unwrap().file_name()).all(|name| !name.to_string_lossy().starts_with(&id)));
}

#[test]
fn every_format_and_form_of_time() {
    let server = Server::start();
    server.ingest("/ingest", lines(0..50));
    for format in ["json", "ndjson", "parquet"] {
        let id = started(&server, ADMIN, &with(all(), "format", format));
        assert_eq!(ended(&server, ADMIN, &id)["state"], "done");
        let file = server.get(&format!("/api/v1/exports/{id}/file"));
        let streamed = server.get(&format!("/api/v1/export?from=2000-01-01&to=2100-01-01&format={format}"));
        assert_eq!((file.status, &file.body), (200, &streamed.body), "{format}");
    }
    for (form, tz, first) in [
        ("rfc3339", "Asia/Kolkata", "2026-11-21T10:00:00.000000Z"),
        ("epoch_ms", "UTC", "1795255200000"),
        ("local", "Asia/Kolkata", "2026-11-21T15:30:00.000000+05:30"),
    ] {
        let ask = with(with(with(all(), "time_format", form), "tz", tz), "order", "asc");
        let id = started(&server, ADMIN, &ask);
        assert_eq!(ended(&server, ADMIN, &id)["state"], "done");
        let file = server.get(&format!("/api/v1/exports/{id}/file")).text();
        assert!(file.lines().nth(1).unwrap().starts_with(&format!("{first},")), "{file}");
    }
    for wrong in [
        with(all(), "format", "xls"),
        with(all(), "time_format", "iso"),
        with(all(), "filter", "statsu:500"),
        with(all(), "columns", json!(["colour"])),
        with(all(), "from", "soon"),
        with(all(), "colour", "red"),
    ] {
        let reply = server.post(ADMIN, "/api/v1/exports", &wrong);
        assert_eq!(reply.status, 400, "{wrong}: {}", reply.text());
    }
}

#[test]
fn whose_exports_are_seen_and_how_a_stream_is_found_again() {
    let server = Server::start();
    server.ingest("/ingest", lines(0..70));
    let ann = server.token(&["--role", "analyst", "--name", "ann"]);
    let bob = server.token(&["--role", "analyst", "--name", "bob"]);
    let id = started(&server, &ann, &all());
    ended(&server, &ann, &id);
    let path = format!("/api/v1/exports/{id}");
    for path in [path.clone(), format!("{path}/file")] {
        assert_eq!(server.get_as(&bob, &path).status, 404);
        assert_eq!(server.get_as(ADMIN, &path).status, 200);
    }
    assert_eq!(server.delete(&bob, &path).status, 404);
    assert_eq!(server.get_as(&bob, "/api/v1/exports").json()["exports"], json!([]));

    let chosen = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    let stream = format!("/api/v1/export?from=2000-01-01&to=2100-01-01&export_id={chosen}");
    let reply = server.get_as(&bob, &stream);
    assert_eq!((reply.status, reply.header("x-gatelog-export-id")), (200, Some(chosen)));
    let export = ended(&server, &bob, chosen);
    assert_eq!(
        (&export["state"], &export["file"], &export["rows"]),
        (&json!("done"), &json!(false), &json!(70))
    );
    assert_eq!(export["manifest"]["sha256"], sha256(&reply.body));
    assert_eq!(server.get_as(&bob, &format!("/api/v1/exports/{chosen}/file")).status, 404);
    assert_eq!(server.get_as(&bob, &stream).status, 409);
    let wrong = stream.replace(chosen, "..%2F..%2Fetc");
    assert_eq!(server.get_as(&bob, &wrong).status, 400);
}

#[test]
fn a_running_export_is_stopped_or_ends_with_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [("GATELOG_EXPORT_CONCURRENT_MAX", "1")];
    let server = Server::on(dir.path(), &settings, true);
    for n in 0..30_u64 {
        assert_eq!(server.ingest("/ingest", lines(n * 10_000..(n + 1) * 10_000)).status, 200);
    }
    let ask = with(all(), "format", "ndjson");
    let id = started(&server, ADMIN, &ask);
    let running = server.json(&format!("/api/v1/exports/{id}"));
    if running["state"] == "running" {
        assert_eq!(server.get(&format!("/api/v1/exports/{id}/file")).status, 409);
        let busy = server.post(ADMIN, "/api/v1/exports", &ask);
        assert!(busy.status == 503 && busy.header("retry-after").is_some() || busy.status == 202);
    }
    assert_eq!(server.delete(ADMIN, &format!("/api/v1/exports/{id}")).status, 204);
    assert_eq!(server.get(&format!("/api/v1/exports/{id}")).status, 404);

    // The place is free again once the rows stop.
    let until = Instant::now() + Duration::from_secs(60);
    let id = loop {
        let reply = server.post(ADMIN, "/api/v1/exports", &ask);
        if reply.status == 202 {
            break reply.json()["id"].as_str().unwrap().to_owned();
        }
        assert!(reply.status == 503 && Instant::now() < until, "{}", reply.text());
        std::thread::sleep(Duration::from_millis(20));
    };
    server.kill();
    let server = Server::on(dir.path(), &settings, true);
    check_stopped(&server, &id);

    // A clean stop does not wait for it either.
    let id = started(&server, ADMIN, &ask);
    server.stop();
    let server = Server::on(dir.path(), &settings, true);
    check_stopped(&server, &id);
}

/// An export that ran when its server ended. It may have been fast enough.
fn check_stopped(server: &Server, id: &str) {
    let export = server.json(&format!("/api/v1/exports/{id}"));
    if export["state"] == "done" {
        return;
    }
    assert_eq!(export["state"], "failed");
    assert_eq!(export["error"], "the server was stopped; start it again");
    let files = std::fs::read_dir(server.dir.join("tenants/1/exports")).unwrap();
    let names: Vec<_> = files.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(
        names.iter().filter(|name| name.starts_with(id)).all(|name| name.ends_with(".json")),
        "{names:?}"
    );
}

#[test]
fn so_many_fetch_at_once_and_no_more() {
    let server = Server::start();
    for n in 0..6_u64 {
        server.ingest("/ingest", lines(n * 10_000..(n + 1) * 10_000));
    }
    let id = started(&server, ADMIN, &with(all(), "format", "ndjson"));
    assert!(ended(&server, ADMIN, &id)["bytes"].as_u64().unwrap() > 15_000_000);
    let path = format!("/api/v1/exports/{id}/file");
    // Each reads the head of its answer and then nothing more.
    let mut slow = Vec::new();
    for _ in 0..32 {
        let mut stream = server.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut begin = [0; 15];
        stream.read_exact(&mut begin).unwrap();
        assert_eq!(&begin, b"HTTP/1.1 200 OK");
        slow.push(stream);
    }
    let refused = server.get(&path);
    assert_eq!((refused.status, refused.header("retry-after").is_some()), (503, true));
    // Everything else goes on.
    assert_eq!(server.ingest("/ingest", lines(90_000..90_010)).status, 200);
    drop(slow);
    let until = Instant::now() + Duration::from_secs(60);
    while server.get(&path).status != 200 {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_full_disk_is_not_filled_further() {
    let server = Server::with(&[("GATELOG_FREE_BYTES_MIN", &(1_u64 << 60).to_string())]);
    let reply = server.post(ADMIN, "/api/v1/exports", &all());
    assert_eq!(reply.status, 507, "{}", reply.text());
    assert!(reply.json()["remedy"].is_string());
}
