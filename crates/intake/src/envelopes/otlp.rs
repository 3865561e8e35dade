//! OpenTelemetry's logs: resources, scopes, log records. What a record says of a call stands in its body (a gateway's own
//! line) or in its attributes. Knows the messages of the protocol; the formats know the names inside.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::protobuf::{Cut, Fields, Value};
use super::{About, Members, Opened, Said, nanos, otlp_json, text, wrapped};
use crate::format::Reason;
use crate::json::{self, DEPTH_MAX};

/// Attributes of a resource that tell of the sender's process and not of the gateway.
const NOT_KEPT: [&str; 3] = ["telemetry.", "process.", "os."];

pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let members = Members::of(said);
    if body.first() == Some(&b'{') {
        let body = text(body);
        if let Err(error) = otlp_json::request(&body, &members, out) {
            out.broken(&body, error.into());
        }
    } else if request(body, &members, out).is_err() {
        out.broken("", Reason::new("not an ExportLogsServiceRequest"));
    }
}

/// A log record, as much of it as is looked at.
#[derive(Default)]
pub(super) struct Log<'a> {
    /// When it happened, in nanoseconds.
    pub(super) time: u64,
    /// When it was seen, in nanoseconds.
    pub(super) observed: u64,
    pub(super) severity: Cow<'a, str>,
    pub(super) body: Body<'a>,
    /// JSON members with commas between.
    pub(super) attributes: String,
    /// In hex.
    pub(super) trace: Cow<'a, str>,
}

#[derive(Default)]
pub(super) enum Body<'a> {
    #[default]
    None,
    Text(Cow<'a, str>),
    Json(String),
}

/// Adds a log record: its body when that is a record of a gateway, else its attributes.
pub(super) fn keep(log: Log<'_>, resource: &Members, out: &mut Opened) {
    let time = nanos(log.time).or_else(|| nanos(log.observed));
    let about = About { time, ..About::default() };
    let mut members = resource.clone();
    members.text("severity", &log.severity);
    let body = match log.body {
        Body::Text(text) if text.trim().is_empty() => None,
        Body::Text(text) => {
            // Traefik's body is a line of text unless it is told otherwise; its attributes say more.
            let are_record = || wrapped::is_record(&format!("{{{}}}", log.attributes));
            let is_record = log.attributes.is_empty()
                || text.starts_with('{')
                || (wrapped::is_record(text.trim()) && !are_record());
            if !is_record {
                members.text("body", &text);
            }
            is_record.then_some(text)
        }
        Body::Json(json) => Some(json.into()),
        Body::None => None,
    };
    let Some(body) = body else {
        if log.attributes.is_empty() {
            return out.refuse("", Reason::new("a log record without body and attributes"));
        }
        let mut record = format!("{{{}", log.attributes);
        if !log.trace.is_empty() {
            let _ = write!(record, ",\"trace_id\":\"{}\"", log.trace);
        }
        record.push('}');
        let context = out.context(&members);
        return out.add(&record, About { context, ..about });
    };
    // Traefik says everything twice; only what the body does not say is kept.
    let mut said = HashSet::new();
    let _ = json::object(body.trim(), |name, _| {
        said.insert(name.to_owned());
        Ok(())
    });
    let _ = json::object(&format!("{{{}}}", log.attributes), |name, reader| match said.contains(name) {
        true => Ok(()),
        false => members.copy(name, reader),
    });
    wrapped::add(out, &body, about, &members);
}

/// An attribute of a resource.
pub(super) fn resource_attribute(name: &str, value: &str, members: &mut Members) {
    if !NOT_KEPT.iter().any(|start| name.starts_with(start)) {
        // What was written a moment ago can be read.
        let _ = members.copy(name, &mut json::Reader::new(value));
    }
}

/// `ExportLogsServiceRequest{resource_logs=1}`
fn request(message: &[u8], members: &Members, out: &mut Opened) -> Result<(), Cut> {
    for field in Fields::of(message) {
        if let (1, value) = field? {
            resource_logs(value.bytes(), members, out)?;
        }
    }
    Ok(())
}

/// `ResourceLogs{resource=1{attributes=1}, scope_logs=2{scope=1, log_records=2}}`
fn resource_logs(message: &[u8], members: &Members, out: &mut Opened) -> Result<(), Cut> {
    let mut members = members.clone();
    for resource in fields(message, 1) {
        for attribute in fields(resource?, 1) {
            let (name, value) = key_value(attribute?, 0)?;
            resource_attribute(&name, &value, &mut members);
        }
    }
    for scope in fields(message, 2) {
        for record in fields(scope?, 2) {
            keep(log_record(record?)?, &members, out);
        }
    }
    Ok(())
}

/// The messages in a field.
fn fields(message: &[u8], number: u64) -> impl Iterator<Item = Result<&[u8], Cut>> {
    Fields::of(message).filter_map(move |field| match field {
        Ok((found, value)) if found == number => Some(Ok(value.bytes())),
        Ok(_) => None,
        Err(cut) => Some(Err(cut)),
    })
}

/// `LogRecord{time_unix_nano=1, severity_text=3, body=5, attributes=6, trace_id=9, observed_time_unix_nano=11}`
fn log_record(message: &[u8]) -> Result<Log<'_>, Cut> {
    let mut log = Log::default();
    for field in Fields::of(message) {
        match field? {
            (1, value) => log.time = value.number(),
            (3, value) => log.severity = value.text(),
            (5, value) => log.body = body(value.bytes())?,
            (6, value) => {
                let (name, value) = key_value(value.bytes(), 0)?;
                attribute(&name, &value, &mut log.attributes);
            }
            (9, value) => log.trace = hex(value.bytes()).into(),
            (11, value) => log.observed = value.number(),
            _ => {}
        }
    }
    Ok(log)
}

/// Adds a member.
pub(super) fn attribute(name: &str, value: &str, attributes: &mut String) {
    if !attributes.is_empty() {
        attributes.push(',');
    }
    event::json::string(attributes, name);
    attributes.push(':');
    attributes.push_str(value);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn body(message: &[u8]) -> Result<Body<'_>, Cut> {
    if let Some(Ok((1, text))) = Fields::of(message).next() {
        return Ok(Body::Text(text.text()));
    }
    let mut json = String::new();
    any(message, &mut json, 0)?;
    Ok(if json.starts_with('{') { Body::Json(json) } else { Body::None })
}

/// `KeyValue{key=1, value=2}`; the value as JSON.
fn key_value(message: &[u8], depth: u32) -> Result<(Cow<'_, str>, String), Cut> {
    let (mut name, mut value) = (Cow::Borrowed(""), String::from("null"));
    for field in Fields::of(message) {
        match field? {
            (1, text) => name = text.text(),
            (2, inner) => {
                value.clear();
                any(inner.bytes(), &mut value, depth)?;
            }
            _ => {}
        }
    }
    Ok((name, value))
}

/// `AnyValue{string=1, bool=2, int=3, double=4, array=5{values=1}, kvlist=6{values=1}, bytes=7}` as JSON.
fn any(message: &[u8], out: &mut String, depth: u32) -> Result<(), Cut> {
    if depth == DEPTH_MAX {
        return Err(Cut);
    }
    let Some(field) = Fields::of(message).next() else {
        out.push_str("null");
        return Ok(());
    };
    match field? {
        (1, value) => event::json::string(out, &value.text()),
        (2, value) => out.push_str(if value.number() == 0 { "false" } else { "true" }),
        (3, value) => drop(write!(out, "{}", value.number() as i64)),
        (4, Value::Fixed64(bits)) => double(f64::from_bits(bits), out),
        (5, list) => {
            out.push('[');
            for item in fields(list.bytes(), 1) {
                json::separate(out, '[');
                any(item?, out, depth + 1)?;
            }
            out.push(']');
        }
        (6, list) => {
            let mut members = String::new();
            for item in fields(list.bytes(), 1) {
                let (name, value) = key_value(item?, depth + 1)?;
                attribute(&name, &value, &mut members);
            }
            let _ = write!(out, "{{{members}}}");
        }
        (7, value) => event::json::string(out, &STANDARD.encode(value.bytes())),
        _ => out.push_str("null"),
    }
    Ok(())
}

/// A number of floating point as JSON, which has no infinity.
pub(super) fn double(number: f64, out: &mut String) {
    match number.is_finite() {
        true => drop(write!(out, "{number}")),
        false => out.push_str("null"),
    }
}
