//! What a sender may send, and what it is answered.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::io::Write as _;

use server::{INGEST, Server, event, lines};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_form_of_a_body_is_taken() {
    let server = Server::start();
    let bearer = format!("Bearer {INGEST}");
    let bodies: Vec<(&str, Vec<u8>, &str)> = vec![
        ("object", event(0).into_bytes(), ""),
        ("array", format!("[{},\n {}]", event(10), event(11)).into_bytes(), ""),
        ("lines", lines(20..23).into_bytes(), ""),
        ("one after the other", format!("{}{}", event(30), event(31)).into_bytes(), ""),
        ("gzip", gzip(lines(40..43).as_bytes()), "gzip"),
        ("gzip not named", gzip(lines(50..53).as_bytes()), ""),
        ("zlib", zlib(lines(60..63).as_bytes()), "gzip,deflate"),
        ("zstd", zstd::encode_all(lines(70..73).as_bytes(), 1).unwrap(), "zstd"),
        ("snappy", snap::raw::Encoder::new().compress_vec(lines(80..83).as_bytes()).unwrap(), "snappy"),
    ];
    for (name, body, coding) in bodies {
        let mut headers = vec![("Authorization", bearer.as_str())];
        if !coding.is_empty() {
            headers.push(("Content-Encoding", coding));
        }
        let reply = server.send("POST", "/ingest", &headers, &body);
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        assert!(
            reply.header("content-length").is_some() && reply.header("content-encoding").is_none(),
            "{name}"
        );
        assert_eq!(reply.json()["rejected"], 0, "{name}");
        assert!(reply.json()["accepted"].as_u64().unwrap() > 0, "{name}");
    }
    assert_eq!(server.total(""), 1 + 2 + 3 + 2 + 5 * 3);
}

#[test]
fn chunked_bodies_without_a_length_are_taken() {
    let server = Server::start();
    let mut body = Vec::new();
    for piece in lines(0..50).as_bytes().chunks(333) {
        body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        body.extend_from_slice(piece);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n\r\n");
    let path = format!("/i/{INGEST}/flowgenx");
    let reply = server.send("POST", &path, &[("Transfer-Encoding", "chunked")], &body);
    assert_eq!((reply.status, reply.json()["accepted"].as_u64()), (200, Some(50)), "{}", reply.text());
}

#[test]
fn every_place_of_the_token() {
    let server = Server::start();
    let basic = "Basic YW55b25lOnRlc3QtaW5nZXN0LXRva2VuLTAwMDE=";
    for (n, (path, headers)) in [
        ("/ingest", vec![("Authorization", "Splunk test-ingest-token-0001")]),
        ("/ingest", vec![("X-Api-Key", INGEST)]),
        ("/ingest", vec![("X-Amz-Firehose-Access-Key", INGEST)]),
        ("/ingest", vec![("DD-API-KEY", INGEST)]),
        ("/ingest", vec![("Authorization", basic)]),
        ("/ingest?token=test-ingest-token-0001", vec![]),
        ("/i/test-ingest-token-0001", vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        let reply = server.send("POST", path, &headers, event(n as u64).as_bytes());
        assert_eq!(reply.status, 200, "{path} {headers:?} {}", reply.text());
    }
    assert_eq!(server.total(""), 7);
}

#[test]
fn bad_lines_are_counted_and_good_ones_kept() {
    let server = Server::start();
    let reply = server.ingest("/ingest/flowgenx", format!("{}\n{{\"broken\n{}\n", event(1), event(2)));
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    assert_eq!((answer["accepted"].as_u64(), answer["rejected"].as_u64()), (Some(2), Some(1)));
    assert_eq!(answer["rejects"][0]["line"], 2);
    let reply =
        server.ingest("/ingest/flowgenx", "this is no log\nneither is this, password=hunter2hunter2\n");
    assert_eq!((reply.status, reply.json()["rejected"].as_u64()), (400, Some(2)));
    let reply = server.ingest("/ingest", "");
    assert_eq!((reply.status, reply.json()["accepted"].as_u64()), (200, Some(0)));

    let rejects = server.json("/api/v1/sources/default/rejects");
    assert_eq!(rejects["rejects"].as_array().unwrap().len(), 3);
    assert!(!rejects.to_string().contains("hunter2"), "{rejects}");
    let sources = server.json("/api/v1/sources");
    assert_eq!(sources["sources"][0]["accepted"], 2);
    assert_eq!(sources["sources"][0]["rejected"], 3);
    assert_eq!(server.get("/api/v1/sources/nobody/rejects").status, 404);
}

#[test]
fn a_batch_sent_again_changes_nothing() {
    let server = Server::start();
    let body = lines(0..500);
    assert_eq!(server.ingest("/ingest", &body).json()["accepted"], 500);
    let again = server.ingest("/ingest", &body).json();
    assert_eq!((again["accepted"].as_u64(), again["duplicates"].as_u64()), (Some(0), Some(500)));
    assert_eq!(server.total(""), 500);
}

#[test]
fn what_is_refused() {
    let server = Server::with(&[
        ("GATELOG_INGEST_WIRE_BYTES_MAX", "100000"),
        ("GATELOG_INGEST_DECODED_BYTES_MAX", "1000000"),
    ]);
    let reply = server.ingest("/ingest/kogn", event(1));
    assert_eq!(reply.status, 404);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert!(reply.json()["detail"].as_str().unwrap().contains("kong"), "{}", reply.text());
    assert_eq!(reply.json()["suggestions"][0], "kong");

    let reply = server.send("POST", "/ingest", &[], event(1).as_bytes());
    assert_eq!((reply.status, reply.header("www-authenticate").is_some()), (401, true));
    assert_eq!(server.send("POST", "/i/wrong-token-wrong-token", &[], b"").status, 401);
    let with_api_token = [("Authorization", format!("Bearer {}", server::ADMIN))];
    assert_eq!(server.send("POST", "/ingest", &[("Authorization", &with_api_token[0].1)], b"").status, 403);

    assert_eq!(server.ingest("/ingest", vec![b' '; 100_001]).status, 413);
    let reply = server.send(
        "POST",
        "/ingest",
        &[("Authorization", &format!("Bearer {INGEST}")), ("Content-Encoding", "br")],
        b"\x8b\x02\x80nothing we know",
    );
    assert_eq!(reply.status, 415, "{}", reply.text());
    let reply = server.ingest("/ingest", [0x1f, 0x8b, 8, 0, 1, 2, 3]);
    assert_eq!(reply.status, 400, "{}", reply.text());
}

#[test]
fn bombs_are_refused_at_once() {
    let server = Server::start();
    let zeros = vec![0_u8; 256 << 20];
    let bombs = [
        ("gzip", gzip(&zeros)),
        ("zstd", zstd::encode_all(&zeros[..], 3).unwrap()),
        ("gzip of many members", gzip(&vec![b'\n'; 1 << 20]).repeat(300)),
    ];
    drop(zeros);
    for (name, bomb) in bombs {
        let started = std::time::Instant::now();
        let reply = server.ingest("/ingest", &bomb);
        assert_eq!(reply.status, 413, "{name}: {}", reply.text());
        // Generous: a loaded machine is no failure, unpacking all of it would be.
        assert!(started.elapsed().as_secs() < 10, "{name}");
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn skippable_frames_without_end_are_no_work() {
    let server = Server::start();
    let frame = [&[0x50, 0x2a, 0x4d, 0x18, 0xf8, 0x03, 0, 0][..], &[0; 1_016]].concat();
    let reply = server.ingest("/ingest", frame.repeat(8_000));
    assert!(reply.status < 500, "{}", reply.text());
}

#[test]
fn what_was_answered_with_200_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(server.ingest("/ingest", lines(0..1_000)).status, 200);
    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(server.total(""), 1_000);
    assert_eq!(server.ingest("/ingest", lines(0..1_001)).json()["accepted"], 1);
    server.stop();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(server.total(""), 1_001);
    let sources = server.json("/api/v1/sources");
    assert!(sources["sources"][0]["accepted"].as_u64().unwrap() >= 1, "{sources}");
}

#[test]
fn the_newest_rejects_are_there_after_a_clean_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    for n in 0..150 {
        server.ingest("/ingest/flowgenx", format!("this is no log {n} password=hunter2hunter2\n"));
    }
    assert_eq!(server.json("/api/v1/sources/default/rejects")["rejects"].as_array().unwrap().len(), 150);
    server.stop();
    let server = Server::on(dir.path(), &[], true);
    let rejects = server.json("/api/v1/sources/default/rejects");
    let rejects = rejects["rejects"].as_array().unwrap();
    assert_eq!(rejects.len(), 100);
    assert!(rejects[0]["excerpt"].as_str().unwrap().contains("log 149"), "{}", rejects[0]);
    assert_eq!(server.json("/api/v1/sources")["sources"][0]["rejected"], 150);
    let text = std::fs::read_to_string(dir.path().join("tenants/1/rejects.json")).unwrap();
    assert!(!text.contains("hunter2"));
}
