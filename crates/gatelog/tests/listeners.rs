//! What senders of syslog get into the ledger over real sockets, and who is kept out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod listening;
mod server;

use std::io::Write as _;
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::time::Duration;

use listening::{Listening, by_status, captured, captured_lines, total_becomes};
use server::{event, lines};

#[test]
fn captured_syslog_comes_out_whole_over_udp_and_tcp() {
    let server = Listening::on(&[
        ("syslog_udp", "nginx", ""),
        ("syslog_tcp", "haproxy3164", ""),
        ("syslog_tcp", "haproxy5424", ""),
        ("syslog_tcp", "rsyslog", ""),
    ]);
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    // So many at a time that the smallest receive buffer holds them.
    for (n, line) in captured_lines("nginx/syslog.log").iter().enumerate() {
        udp.send_to(line.as_bytes(), server.address(0)).unwrap();
        if n % 50 == 49 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    for (listener, file) in [(1, "haproxy/rfc3164.log"), (2, "haproxy/rfc5424.log")] {
        let mut stream = TcpStream::connect(server.address(listener)).unwrap();
        // Pieces of odd sizes: no packet ends where a line does.
        for piece in captured(file).chunks(1_447) {
            stream.write_all(piece).unwrap();
        }
    }
    let mut stream = TcpStream::connect(server.address(3)).unwrap();
    // As rsyslog counts octets: the line break included.
    let octets: Vec<String> = captured_lines("nginx/syslog.log")
        .iter()
        .map(|line| format!("{} {line}\n", line.len() + 1))
        .collect();
    for piece in octets.concat().as_bytes().chunks(999) {
        stream.write_all(piece).unwrap();
    }
    drop(stream);

    for (source, name) in
        [("nginx", "nginx"), ("haproxy3164", "haproxy"), ("haproxy5424", "haproxy"), ("rsyslog", "nginx")]
    {
        total_becomes(&server, &format!("source:{source}"), 1_200);
        for (status, count) in by_status(name) {
            let filter = format!("source:{source} status:{status}");
            assert_eq!(server.total(&filter), count, "{filter}");
        }
    }
    let sources = server.json("/api/v1/sources");
    for source in sources["sources"].as_array().unwrap() {
        assert_eq!((source["rejected"].as_u64(), source["lost"].as_u64()), (Some(0), Some(0)), "{source}");
    }
}

#[test]
fn every_framing_over_one_connection_each() {
    let server = Listening::on(&[("syslog_tcp", "edge", "")]);
    let counted = |n: u64| {
        let message = format!("<134>1 - h a 1 - - {}\n", event(n));
        format!("{} {message}", message.len())
    };
    let streams = [
        format!("{}{}", counted(1), counted(2)),
        lines(10..13),
        format!("{}\0{}\0", event(20), event(21)),
        // Kong's tcp-log, APISIX' tcp-logger, APISIX' syslog: the last without anything after it.
        format!("{}{}", event(30), event(31)),
        format!("[{},{}]", event(40), event(41)),
        format!("<142>1 - h apisix 1 - - {}<142>1 - h apisix 1 - - {}", event(50), event(51)),
        format!("<134>Nov 21 21:58:54 h a[1]: {}\n", event(60)),
    ];
    let mut open = Vec::new();
    for stream in &streams {
        let mut sender = TcpStream::connect(server.address(0)).unwrap();
        let (head, tail) = stream.as_bytes().split_at(stream.len() / 2);
        sender.write_all(head).unwrap();
        sender.flush().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        sender.write_all(tail).unwrap();
        // All stay open: nothing waits for an end.
        open.push(sender);
    }
    total_becomes(&server, "", 2 + 3 + 2 + 2 + 2 + 2 + 1);
    assert_eq!(server.number("connections"), streams.len() as u64);
    drop(open);
    server.number_becomes("connections", 0);
}

#[test]
fn equal_lines_are_not_taken_for_repetitions() {
    let server = Listening::on(&[("syslog_udp", "edge", "")]);
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let line = b"<190>Nov 21 21:58:39 vm nginx: 10.0.0.1 - - [21/Nov/2026:21:58:39 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"";
    for _ in 0..5 {
        udp.send_to(line, server.address(0)).unwrap();
        std::thread::sleep(Duration::from_millis(120));
    }
    total_becomes(&server, "", 5);
}

#[test]
fn strangers_are_refused_and_named_once() {
    let server =
        Listening::with_allow("192.0.2.0/24", &[("syslog_udp", "edge", ""), ("syslog_tcp", "edge", "")]);
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..20 {
        udp.send_to(event(n).as_bytes(), server.address(0)).unwrap();
    }
    let mut stream = TcpStream::connect(server.address(1)).unwrap();
    let _ = stream.write_all(lines(0..10).as_bytes());
    server.number_becomes("refused", 21);
    assert_eq!(server.total(""), 0);
    assert_eq!(server.log().matches("is not allowed was refused").count(), 2, "{}", server.log());
}

#[test]
fn garbage_and_records_that_are_too_long_cost_only_themselves() {
    let server = Listening::on(&[("syslog_tcp", "edge", "")]);
    let mut garbage = TcpStream::connect(server.address(0)).unwrap();
    let bytes: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    garbage.write_all(&bytes).unwrap();
    drop(garbage);
    let mut long = TcpStream::connect(server.address(0)).unwrap();
    long.write_all(format!("{{\"a\":\"{}\"}}\n{}", "x".repeat(3 << 20), lines(0..2)).as_bytes()).unwrap();
    long.shutdown(Shutdown::Write).unwrap();
    total_becomes(&server, "", 2);
    let rejects = server.json("/api/v1/sources/edge/rejects").to_string();
    assert!(rejects.contains("longer than 1 MiB"), "{rejects}");
    assert_eq!(server.get("/readyz").status, 200);
}

#[test]
fn what_a_connection_held_is_taken_when_the_server_stops() {
    let dir = tempfile::tempdir().unwrap();
    let server = Listening::in_dir(dir.path(), &[("syslog_tcp", "edge", "")]);
    let mut stream = TcpStream::connect(server.address(0)).unwrap();
    stream.write_all(lines(0..5_000).as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    server.stop();
    let server = Listening::in_dir(dir.path(), &[("syslog_tcp", "edge", "")]);
    assert_eq!(server.total(""), 5_000);
}

#[test]
fn datagrams_beyond_what_fits_are_counted_as_lost() {
    let server = Listening::on(&[("syslog_udp", "edge", "")]);
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sent = 60_000;
    for n in 0..sent {
        udp.send_to(event(n).as_bytes(), server.address(0)).unwrap();
    }
    // Whatever the machine does: what was sent is stored or counted as lost.
    listening::wait_for(|| {
        let source = &server.json("/api/v1/sources")["sources"];
        let edge = source.as_array().unwrap().iter().find(|source| source["name"] == "edge").unwrap().clone();
        let (accepted, lost) = (edge["accepted"].as_u64().unwrap(), edge["lost"].as_u64().unwrap());
        assert!(accepted + lost <= sent, "{edge}");
        accepted + lost == sent
    });
    let lost = server.number("lost_kernel") + server.number("lost_queue");
    assert_eq!(server.total("") + lost, sent);
}

#[test]
fn connections_beyond_the_bound_are_closed() {
    let server = Listening::with(&[("GATELOG_LISTENER_CONNECTIONS_MAX", "3")], &[("syslog_tcp", "edge", "")]);
    let held: Vec<_> = (0..3).map(|_| TcpStream::connect(server.address(0)).unwrap()).collect();
    server.number_becomes("connections", 3);
    let _one_more = TcpStream::connect(server.address(0)).unwrap();
    server.number_becomes("crowded", 1);
    drop(held);
    server.number_becomes("connections", 0);
    let mut stream = TcpStream::connect(server.address(0)).unwrap();
    stream.write_all(lines(0..2).as_bytes()).unwrap();
    total_becomes(&server, "", 2);
}
