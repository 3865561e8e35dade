//! Envoy's access log over gRPC: each entry becomes the record that Envoy's JSON log has for the same call, by the usual
//! names of its operators, so that the format `envoy` reads both. Knows the messages of
//! `envoy.service.accesslog.v3` and nothing of what they mean.

use std::borrow::Cow;
use std::fmt::Write as _;

use event::Timestamp;

use super::protobuf::{Cut, Fields, Value};
use super::{About, Members, Opened, Said};
use crate::format::Reason;

/// `StreamAccessLogsMessage{identifier=1, http_logs=2{log_entry=1}, tcp_logs=3{log_entry=1}}`; several behind each other
/// are one with all their entries, as Protocol Buffers have it.
pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let mut members = Members::of(said);
    let mut about = About { context: out.context(&members), ..About::default() };
    for field in Fields::of(body) {
        let (number, entries) = match field {
            Ok((number @ (2 | 3), entries)) => (number, entries.bytes()),
            Ok((IDENTIFIER, who)) => {
                members = Members::of(said);
                if identity(who.bytes(), &mut members).is_err() {
                    return out.broken("", Reason::new("not a StreamAccessLogsMessage"));
                }
                about.context = out.context(&members);
                continue;
            }
            Ok(_) => continue,
            Err(Cut) => return out.broken("", Reason::new("not a StreamAccessLogsMessage")),
        };
        for entry in Fields::of(entries) {
            match entry {
                Ok((1, entry)) if number == 2 => match record(entry.bytes()) {
                    Ok(record) => out.add(&record, about),
                    Err(Cut) => out.refuse("", Reason::new("a damaged HTTPAccessLogEntry")),
                },
                Ok((1, _)) => out.refuse("", Reason::new("the log of a TCP connection, not of a call")),
                Ok(_) => {}
                Err(Cut) => return out.broken("", Reason::new("not a StreamAccessLogsMessage")),
            }
        }
    }
}

/// The field of a message that says whose it is. Only the first message of a stream has it, and it holds for all.
const IDENTIFIER: u64 = 1;

/// That field of some messages, as it stands there: what has to stand before further messages of the stream.
pub fn identifier(messages: &[u8]) -> Option<&[u8]> {
    let mut fields = Fields::of(messages);
    let mut before = messages.len();
    while let Some(Ok((number, _))) = fields.next() {
        let after = fields.left();
        if number == IDENTIFIER {
            return messages.get(messages.len() - before..messages.len() - after);
        }
        before = after;
    }
    None
}

/// `Identifier{node=1{id=1, cluster=2}, log_name=2}`
fn identity(identifier: &[u8], members: &mut Members) -> Result<(), Cut> {
    for field in Fields::of(identifier) {
        match field? {
            (1, node) => {
                for field in Fields::of(node.bytes()) {
                    match field? {
                        (1, id) => members.text("node", &id.text()),
                        (2, cluster) => members.text("cluster", &cluster.text()),
                        _ => {}
                    }
                }
            }
            (2, name) => members.text("log_name", &name.text()),
            _ => {}
        }
    }
    Ok(())
}

/// The numbers of `RequestMethod`.
const METHODS: &[&str] =
    &["", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
/// The numbers of `HTTPVersion`.
const VERSIONS: &[&str] = &["", "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"];
/// The numbers of `ResponseFlags`, as `%RESPONSE_FLAGS%` writes them.
#[rustfmt::skip]
const FLAGS: &[&str] = &[
    "", "LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE", "DC", "URX", "SI", "IH",
    "DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM", "DF", "DR",
];
/// Request headers that name the consumer, and the operator they are usually logged as.
const NAMING: &[(&str, &str)] = &[
    ("x-user", "user"),
    ("x-jwt-sub", "jwt_sub"),
    ("x-consumer", "consumer"),
    ("x-consumer-name", "consumer_name"),
    ("x-consumer-id", "consumer_id"),
];

/// A JSON object being written.
struct Record(String);

impl Record {
    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(name, |out| event::json::string(out, text));
        }
    }

    fn number(&mut self, name: &str, number: u64) {
        self.put(name, |out| _ = write!(out, "{number}"));
    }

    /// A time that took so many nanoseconds, in milliseconds.
    fn millis(&mut self, name: &str, nanos: i64) {
        self.put(name, |out| _ = write!(out, "{}", nanos as f64 / 1e6));
    }

    /// Headers, when there are any.
    fn headers(&mut self, name: &str, headers: &[(Cow<'_, str>, Cow<'_, str>)]) {
        if headers.is_empty() {
            return;
        }
        self.put(name, |out| {
            for (n, (name, text)) in headers.iter().enumerate() {
                out.push(if n == 0 { '{' } else { ',' });
                event::json::string(out, name);
                out.push(':');
                event::json::string(out, text);
            }
            out.push('}');
        });
    }

    fn put(&mut self, name: &str, value: impl FnOnce(&mut String)) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        event::json::string(&mut self.0, name);
        self.0.push(':');
        value(&mut self.0);
    }
}

/// `HTTPAccessLogEntry{common_properties=1, protocol_version=2, request=3, response=4}`
fn record(entry: &[u8]) -> Result<String, Cut> {
    let mut record = Record(String::with_capacity(1_024));
    for field in Fields::of(entry) {
        match field? {
            (1, properties) => common(properties.bytes(), &mut record)?,
            (2, version) => record.text("protocol", named(VERSIONS, version)),
            (3, properties) => request(properties.bytes(), &mut record)?,
            (4, properties) => response(properties.bytes(), &mut record)?,
            _ => {}
        }
    }
    record.0.push_str(if record.0.is_empty() { "{}" } else { "}" });
    Ok(record.0)
}

/// `AccessLogCommon`
fn common(properties: &[u8], record: &mut Record) -> Result<(), Cut> {
    // When the last byte went to and the first came from upstream, and the last went to the client.
    let (mut sent, mut answered, mut done, mut duration) = (None, None, None, None);
    for field in Fields::of(properties) {
        match field? {
            (2, address) => record.text("downstream_remote_address", &host(address.bytes())?.0),
            (4, tls) => peer_certificate(tls.bytes(), record)?,
            (5, start) => {
                let start = Timestamp(nanos(start.bytes())? / 1_000);
                record.text("start_time", &start.to_string());
            }
            (8, time) => sent = Some(nanos(time.bytes())?),
            (9, time) => answered = Some(nanos(time.bytes())?),
            (12, time) => done = Some(nanos(time.bytes())?),
            (13, address) => {
                let (host, port) = host(address.bytes())?;
                let host = if host.contains(':') { format!("[{host}]") } else { host.into_owned() };
                record.text("upstream_host", &if port > 0 { format!("{host}:{port}") } else { host });
            }
            (15, name) => record.text("upstream_cluster", &name.text()),
            (16, set) => record.text("response_flags", &flags(set.bytes())?),
            (18, reason) => record.text("upstream_transport_failure_reason", &reason.text()),
            (19, name) => record.text("route_name", &name.text()),
            (20, address) => record.text("downstream_direct_remote_address", &host(address.bytes())?.0),
            (22, tag) => {
                let (name, text) = pair(tag.bytes())?;
                record.text(&name, &text);
            }
            (23, time) => duration = Some(nanos(time.bytes())?),
            (24, attempts) if attempts.number() > 1 => {
                record.number("upstream_request_attempt_count", attempts.number());
            }
            _ => {}
        }
    }
    if let Some(duration) = duration.or(done) {
        record.millis("duration", duration);
    }
    if let (Some(sent), Some(answered)) = (sent, answered) {
        record.millis("upstream_service_time", answered.saturating_sub(sent).max(0));
    }
    Ok(())
}

/// `HTTPRequestProperties`
fn request(properties: &[u8], record: &mut Record) -> Result<(), Cut> {
    let (mut path, mut original, mut headers) = (Cow::Borrowed(""), Cow::Borrowed(""), Vec::new());
    // What is 0 is not written.
    let mut received = 0;
    for field in Fields::of(properties) {
        match field? {
            (1, method) => record.text("method", named(METHODS, method)),
            (3, text) => record.text("authority", &text.text()),
            (5, text) => path = text.text(),
            (6, text) => record.text("user_agent", &text.text()),
            (7, text) => record.text("referer", &text.text()),
            (8, text) => record.text("x_forwarded_for", &text.text()),
            (9, text) => record.text("request_id", &text.text()),
            (10, text) => original = text.text(),
            (12, bytes) => received = bytes.number(),
            (13, header) => headers.push(pair(header.bytes())?),
            _ => {}
        }
    }
    record.number("bytes_received", received);
    record.text("path", if original.is_empty() { &path } else { &original });
    for (header, name) in NAMING {
        if let Some((_, text)) = headers.iter().find(|(found, _)| found == header) {
            record.text(name, text);
        }
    }
    headers.retain(|(found, _)| found != "x-request-id" && NAMING.iter().all(|(header, _)| found != header));
    record.headers("request_headers", &headers);
    Ok(())
}

/// `HTTPResponseProperties`
fn response(properties: &[u8], record: &mut Record) -> Result<(), Cut> {
    let (mut sent, mut headers) = (0, Vec::new());
    for field in Fields::of(properties) {
        match field? {
            // `UInt32Value{value=1}`
            (1, code) => {
                let code = Fields::of(code.bytes()).next().transpose()?.map_or(0, |(_, code)| code.number());
                record.number("response_code", code);
            }
            (3, bytes) => sent = bytes.number(),
            (4, header) => headers.push(pair(header.bytes())?),
            (6, text) => record.text("response_code_details", &text.text()),
            _ => {}
        }
    }
    record.number("bytes_sent", sent);
    record.headers("response_headers", &headers);
    Ok(())
}

fn named(names: &'static [&'static str], value: Value<'_>) -> &'static str {
    usize::try_from(value.number()).ok().and_then(|n| names.get(n)).copied().unwrap_or("")
}

/// `Address{socket_address=1{address=2, port_value=3}, pipe=2{path=1}}`
fn host(address: &[u8]) -> Result<(Cow<'_, str>, u64), Cut> {
    let Some((kind, inner)) = Fields::of(address).next().transpose()? else { return Ok(("".into(), 0)) };
    let (mut host, mut port) = (Cow::Borrowed(""), 0);
    for field in Fields::of(inner.bytes()) {
        match (kind, field?) {
            (1, (2, text)) | (2, (1, text)) => host = text.text(),
            (1, (3, number)) => port = number.number(),
            _ => {}
        }
    }
    Ok((host, port))
}

/// `Timestamp` and `Duration{seconds=1, nanos=2}`, in nanoseconds.
fn nanos(message: &[u8]) -> Result<i64, Cut> {
    let (mut seconds, mut nanos) = (0, 0);
    for field in Fields::of(message) {
        match field? {
            (1, number) => seconds = number.number() as i64,
            (2, number) => nanos = number.number() as i64,
            _ => {}
        }
    }
    Ok(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

/// `ResponseFlags`, a field for each.
fn flags(set: &[u8]) -> Result<String, Cut> {
    let mut flags = String::new();
    for field in Fields::of(set) {
        let (number, value) = field?;
        let is_set = value.number() > 0 || matches!(value, Value::Bytes(_));
        if let Some(flag) = usize::try_from(number).ok().and_then(|n| FLAGS.get(n)).filter(|_| is_set) {
            flags.push_str(if flags.is_empty() { "" } else { "," });
            flags.push_str(flag);
        }
    }
    Ok(flags)
}

/// `TLSProperties{peer_certificate_properties=5{subject=2}}`
fn peer_certificate(tls: &[u8], record: &mut Record) -> Result<(), Cut> {
    for field in Fields::of(tls) {
        if let (5, peer) = field? {
            for field in Fields::of(peer.bytes()) {
                if let (2, subject) = field? {
                    record.text("downstream_peer_subject", &subject.text());
                }
            }
        }
    }
    Ok(())
}

/// An entry of a map.
fn pair(entry: &[u8]) -> Result<(Cow<'_, str>, Cow<'_, str>), Cut> {
    let mut pair = (Cow::Borrowed(""), Cow::Borrowed(""));
    for field in Fields::of(entry) {
        match field? {
            (1, name) => pair.0 = name.text(),
            (2, text) => pair.1 = text.text(),
            _ => {}
        }
    }
    Ok(pair)
}
