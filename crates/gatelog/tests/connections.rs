//! Clients that are slow, many, or rude.

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

use server::{ADMIN, INGEST, Server};

/// How long until the server closes a connection on which only this was sent.
fn closes_after(server: &Server, sent: &[u8]) -> Duration {
    let mut stream = server.connect();
    stream.write_all(sent).unwrap();
    let started = Instant::now();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    started.elapsed()
}

#[test]
fn heads_that_never_end_are_cut_off() {
    let server = Server::with(&[("GATELOG_HEADER_DEADLINE_MS", "700")]);
    for sent in ["", "P", "PRI * HT", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b"] {
        let time = closes_after(&server, sent.as_bytes());
        assert!(time > Duration::from_millis(500) && time < Duration::from_secs(15), "{sent:?} {time:?}");
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn bodies_that_never_end_are_cut_off() {
    let server = Server::with(&[("GATELOG_BODY_GRACE_MS", "700")]);
    let head = format!(
        "POST /ingest HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {INGEST}\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n{{"
    );
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).unwrap();
    let started = Instant::now();
    let reply = server::read_reply(stream);
    assert_eq!(reply.status, 408, "{}", reply.text());
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[test]
fn connections_beyond_the_bound_are_closed_and_room_comes_back() {
    let server = Server::with(&[("GATELOG_CONNECTIONS_MAX", "20")]);
    let held: Vec<_> = (0..20).map(|_| server.connect()).collect();
    std::thread::sleep(Duration::from_millis(300));
    let mut one_more = server.connect();
    let mut bytes = Vec::new();
    let _ = one_more.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    let _ = one_more.read_to_end(&mut bytes);
    assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    drop(held);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.get("/healthz").status, 200);
    let metrics = server.get("/metrics").text();
    assert!(metrics.contains("gatelog_connections_refused_total 1"), "{metrics}");
}

#[test]
fn deliveries_beyond_the_bound_are_told_to_come_back() {
    let server = Server::with(&[
        ("GATELOG_INGEST_WIRE_BYTES_MAX", "1000000"),
        ("GATELOG_INGEST_DECODED_BYTES_MAX", "1000000"),
        ("GATELOG_INGEST_IN_FLIGHT_BYTES_MAX", "1000000"),
    ]);
    let mut held = server.connect();
    let head = format!(
        "POST /ingest HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {INGEST}\r\nContent-Length: 999000\r\n\r\n "
    );
    held.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let reply = server.ingest("/ingest", vec![b' '; 10_000]);
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(reply.header("retry-after").is_some());
    drop(held);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(server.ingest("/ingest", server::lines(0..10)).status, 200);
}

#[test]
fn a_stop_lets_requests_finish_and_ends_tails() {
    let server = Server::start();
    let mut tail = server.connect();
    let head = format!("GET /api/v1/tail HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN}\r\n\r\n");
    tail.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 64];
    assert!(tail.read(&mut first).unwrap() > 0);
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}
