//! gRPC, GELF and Fluent's forward protocol over real sockets: what was captured comes out whole, what was acknowledged
//! is durable, and who is kept out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod listening;
mod server;

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper_util::rt::{TokioExecutor, TokioIo};
use listening::{Listening, by_status, captured, total_becomes};
use rmp::encode;
use serde_json::{Value, json};
use server::{INGEST, Server, event};
use sha2::{Digest as _, Sha512};

const EXPORT: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const STREAM: &str = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

/// What a service of gRPC answered.
#[derive(Debug)]
struct Answer {
    status: String,
    message: Vec<u8>,
    details: Option<String>,
}

/// Calls a service with a body that comes in pieces.
fn call(address: &str, path: &str, headers: &[(&str, &str)], pieces: Vec<Vec<u8>>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = hyper::Request::post(format!("http://{address}{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let frames = pieces
            .into_iter()
            .map(|piece| Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from(piece))));
        let body = StreamBody::new(Pieces(frames.collect::<Vec<_>>().into_iter()));
        let response = sender.send_request(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        let (parts, body) = response.into_parts();
        let collected = body.collect().await.unwrap();
        let trailers = collected.trailers().cloned().unwrap_or_default();
        let said = |name: &str| {
            parts.headers.get(name).or(trailers.get(name)).map(|value| value.to_str().unwrap().to_owned())
        };
        let answer = Answer {
            status: said("grpc-status").unwrap(),
            details: said("grpc-status-details-bin"),
            message: collected.to_bytes().to_vec(),
        };
        connection.abort();
        answer
    })
}

struct Pieces<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Pieces<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

/// Captured messages, with their five bytes before each.
fn messages(name: &str) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&captured(name)[..]).read_to_end(&mut bytes).unwrap();
    let mut rest = &bytes[..];
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
        messages.push(rest[..5 + length].to_vec());
        rest = &rest[5 + length..];
    }
    messages
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn packed(message: &[u8]) -> Vec<u8> {
    let inside = gzip(&message[5..]);
    [&[1], &(inside.len() as u32).to_be_bytes()[..], &inside].concat()
}

fn has_envoys_totals(server: &Server, filter: &str) {
    total_becomes(server, filter, 1_200);
    for (status, count) in by_status("envoy") {
        let filter = format!("{filter} status:{status}");
        assert_eq!(server.total(&filter), count, "{filter}");
    }
    let expected: Value = serde_json::from_slice(&captured("envoy/expected.json")).unwrap();
    for (user, count) in
        expected["by_logged_user"].as_object().unwrap().iter().filter(|(user, _)| *user != "-")
    {
        let named = server.total(&format!("{filter} consumer:{user}"));
        let claimed = server.total(&format!("{filter} claimed_consumer:{user}"));
        assert_eq!(named + claimed, count.as_u64().unwrap(), "{user}");
    }
}

#[test]
fn opentelemetry_over_grpc_on_the_main_port_with_a_token() {
    let server = Server::start();
    let bearer = format!("Bearer {INGEST}");
    for (n, message) in messages("wire/grpc/envoy-otlp.gz").into_iter().enumerate() {
        let message = if n % 2 == 0 { packed(&message) } else { message };
        let token: (&str, &str) = if n % 3 == 0 { ("x-api-key", INGEST) } else { ("authorization", &bearer) };
        let answer = call(&server.address, EXPORT, &[token, ("grpc-encoding", "gzip")], vec![message]);
        assert_eq!((answer.status.as_str(), answer.message.as_slice()), ("0", &[0; 5][..]));
    }
    has_envoys_totals(&server, "");
    for (headers, body, status) in [
        (vec![], vec![0; 5], "16"),
        (vec![("authorization", "Bearer wrong-wrong-wrong-wrong")], vec![0; 5], "16"),
        (vec![("authorization", bearer.as_str())], b"\0\0\0\0\x04\xff\xff\xff\xff".to_vec(), "3"),
        (vec![("authorization", bearer.as_str())], b"\0\0\0".to_vec(), "3"),
        (vec![("authorization", bearer.as_str())], b"\0\xff\xff\xff\xff".to_vec(), "8"),
    ] {
        let answer = call(&server.address, EXPORT, &headers, vec![body.clone()]);
        assert_eq!(answer.status, status, "{body:?}");
        assert!(answer.details.is_none());
    }
    assert_eq!(server.total(""), 1_200);
}

#[test]
fn envoys_log_service_streams_into_the_same_events() {
    let server = Listening::on(&[("grpc", "envoy", ""), ("grpc", "", "source = \"\"\n")]);
    let all = messages("wire/grpc/envoy-als.gz").concat();
    let pieces: Vec<Vec<u8>> = all.chunks(1_013).map(<[u8]>::to_vec).collect();
    let answer = call(server.address(0), STREAM, &[], pieces.clone());
    // The answer comes after everything is durable.
    assert_eq!(answer.status, "0");
    assert_eq!(server.total("source:envoy"), 1_200);
    // Said in the first message of the stream, and true for all.
    assert_eq!(server.total("source:envoy custom:*edge-1*"), 1_200);
    has_envoys_totals(&server, "source:envoy");
    let rejected = server.json("/api/v1/sources").to_string();
    assert!(rejected.contains("\"rejected\":0"), "{rejected}");

    // Where no source is said, a token says it; where there is one, a token goes before it.
    assert_eq!(call(server.address(1), STREAM, &[], pieces.clone()).status, "16");
    assert_eq!(server.total("source:default"), 0);
    let token = [("x-api-key", INGEST)];
    assert_eq!(call(server.address(1), STREAM, &token, pieces[..300].to_vec()).status, "0");
    assert!(server.total("source:default") > 0);
    assert_eq!(call(server.address(0), "/no.such.Service/At", &[], vec![vec![0; 5]]).status, "12");
    assert_eq!(call(server.address(0), STREAM, &[], vec![b"\x07garbage".to_vec()]).status, "3");
}

#[test]
fn gelf_in_datagrams_in_chunks_and_over_tcp() {
    let server = Listening::on(&[("gelf_udp", "udp", ""), ("gelf_tcp", "tcp", "")]);
    let gelf = |n: u64| {
        json!({"version": "1.1", "host": "gw", "short_message": event(n), "timestamp": 1_795_298_871.6})
            .to_string()
    };
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let send = |bytes: &[u8]| assert_eq!(udp.send_to(bytes, server.address(0)).unwrap(), bytes.len());
    send(gelf(1).as_bytes());
    send(&gzip(gelf(2).as_bytes()));
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(gelf(3).as_bytes()).unwrap();
    send(&zlib.finish().unwrap());
    // The call itself in additional fields, and no line.
    send(br#"{"version":"1.1","host":"gw","short_message":"call","timestamp":1795298871.6,"_method":"GET","_path":"/v1/a","_status":403,"_client_ip":"192.0.2.9"}"#);
    let message = gzip(gelf(4).as_bytes());
    let parts: Vec<&[u8]> = message.chunks(50).collect();
    for (n, part) in parts.iter().enumerate().rev() {
        send(&[b"\x1e\x0f12345678", &[n as u8, parts.len() as u8][..], part].concat());
    }
    // Of this message the second half never comes.
    send(b"\x1e\x0fabcdefgh\x00\x02{");
    send(b"\x1f\x8bgarbage");
    total_becomes(&server, "source:udp", 5);
    assert_eq!(server.total("source:udp status:403 ip:192.0.2.9 path:/v1/a"), 1);

    let mut stream = TcpStream::connect(server.address(1)).unwrap();
    stream.write_all(format!("{}\0{}\0{}", gelf(5), gelf(6), gelf(7)).as_bytes()).unwrap();
    total_becomes(&server, "source:tcp", 3);
    // Only after five seconds is the half message given up, and seen with the next datagram.
    listening::wait_for(|| {
        send(gelf(1).as_bytes());
        server.number("lost_gaps") >= 2
    });
    assert_eq!(server.total("source:udp"), 5);
}

/// Writes a value as MessagePack; `{"$bin": …}` stands for bytes.
fn pack(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => encode::write_nil(out).unwrap(),
        Value::Bool(flag) => encode::write_bool(out, *flag).unwrap(),
        Value::Number(number) => drop(encode::write_uint(out, number.as_u64().unwrap()).unwrap()),
        Value::String(text) => encode::write_str(out, text).unwrap(),
        Value::Array(items) => {
            encode::write_array_len(out, items.len() as u32).unwrap();
            items.iter().for_each(|item| pack(item, out));
        }
        Value::Object(members) => {
            encode::write_map_len(out, members.len() as u32).unwrap();
            for (name, value) in members {
                encode::write_str(out, name).unwrap();
                pack(value, out);
            }
        }
    }
}

fn msgpack(value: Value) -> Vec<u8> {
    let mut out = Vec::new();
    pack(&value, &mut out);
    out
}

/// `[tag, packed, {chunk, compressed?}]`
fn packed_forward(events: &[Value], chunk: &str, zipped: bool) -> Vec<u8> {
    let mut inside = Vec::new();
    for record in events {
        // EventTime: type 0, eight bytes.
        inside.extend_from_slice(&[0x92, 0xd7, 0, 0x6a, 0xff, 0, 0, 0, 0, 0, 1]);
        pack(record, &mut inside);
    }
    let mut out = Vec::new();
    encode::write_array_len(&mut out, 3).unwrap();
    encode::write_str(&mut out, "kong.access").unwrap();
    let inside = if zipped { gzip(&inside) } else { inside };
    encode::write_bin(&mut out, &inside).unwrap();
    let option = if zipped { json!({"chunk": chunk, "compressed": "gzip"}) } else { json!({"chunk": chunk}) };
    pack(&option, &mut out);
    out
}

fn line(n: u64) -> Value {
    json!({"log": event(n), "container": "kong"})
}

/// Reads until so many bytes came.
fn read(stream: &mut TcpStream, bytes: usize) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut out = vec![0; bytes];
    stream.read_exact(&mut out).unwrap();
    out
}

#[test]
fn fluent_forward_is_acknowledged_when_it_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let listeners = [("fluent_forward", "edge", "")];
    let server = Listening::in_dir(dir.path(), &listeners);
    let mut stream = TcpStream::connect(server.address(0)).unwrap();
    // A single event, and a list: neither asks for an acknowledgement.
    let single = msgpack(json!(["kong.access", 1_795_298_871, line(0)]));
    let list = msgpack(json!(["kong.access", [[1_795_298_871, line(1)], [1_795_298_871, line(2)]]]));
    for piece in [single, list].concat().chunks(7) {
        stream.write_all(piece).unwrap();
    }
    for (chunk, zipped, events) in [("a1", false, 10..20), ("b2", true, 20..40)] {
        let events: Vec<Value> = events.map(line).collect();
        for _ in 0..2 {
            // Sent again, as after a lost acknowledgement, it is known.
            stream.write_all(&packed_forward(&events, chunk, zipped)).unwrap();
            let ack = msgpack(json!({ "ack": chunk }));
            assert_eq!(read(&mut stream, ack.len()), ack);
        }
    }
    // What is acknowledged survives a kill in the middle of the next message.
    let next = packed_forward(&[line(50)], "c3", false);
    stream.write_all(&next[..next.len() - 1]).unwrap();
    server.kill();
    let server = Listening::in_dir(dir.path(), &listeners);
    assert_eq!(server.total(""), 3 + 10 + 20);
    let mut stream = TcpStream::connect(server.address(0)).unwrap();
    stream.write_all(&packed_forward(&(10..20).map(line).collect::<Vec<_>>(), "a1", false)).unwrap();
    stream.write_all(&next).unwrap();
    let acks = [msgpack(json!({"ack": "a1"})), msgpack(json!({"ack": "c3"}))].concat();
    assert_eq!(read(&mut stream, acks.len()), acks);
    assert_eq!(server.total(""), 3 + 10 + 20 + 1);

    let mut garbage = TcpStream::connect(server.address(0)).unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(garbage.read(&mut [0; 10]).unwrap(), 0);
    server.number_becomes("failed", 1);
}

#[test]
fn whoever_does_not_know_the_shared_key_sends_nothing() {
    let keep = tempfile::tempdir().unwrap();
    let file = keep.path().join("key");
    std::fs::write(&file, "correct horse\n").unwrap();
    let key = format!("shared_key_file = {:?}\n", file.display().to_string());
    let server = Listening::on(&[("fluent_forward", "edge", &format!("{key}allow = []\n"))]);
    for (key, accepted) in [("wrong", false), ("correct horse", true)] {
        let mut stream = TcpStream::connect(server.address(0)).unwrap();
        let helo = read(&mut stream, 48);
        let at = helo.windows(2).position(|pair| pair == [0xc4, 16]).unwrap() + 2;
        let nonce = &helo[at..at + 16];
        let digest = |host: &str| -> String {
            let hash =
                Sha512::new().chain_update("salt").chain_update(host).chain_update(nonce).chain_update(key);
            hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let ping = msgpack(json!(["PING", "sender", "salt", digest("sender"), "", ""]));
        // What follows is sent without waiting.
        stream.write_all(&[ping, packed_forward(&[line(1)], "x", false)].concat()).unwrap();
        let ours = if accepted { digest("gatelog") } else { String::new() };
        let reason = if accepted { "" } else { "shared_key mismatch" };
        let pong = msgpack(json!(["PONG", accepted, reason, "gatelog", ours]));
        assert_eq!(read(&mut stream, pong.len()), pong);
        if accepted {
            let ack = msgpack(json!({"ack": "x"}));
            assert_eq!(read(&mut stream, ack.len()), ack);
        }
        assert_eq!(server.total(""), u64::from(accepted));
    }
    server.number_becomes("failed", 1);
}
