//! Log records with the HTTP attributes of OpenTelemetry's semantic conventions, as JSON. Knows those names, old and
//! new, and nothing else.

use event::{Event, field as f};
use std::borrow::Cow;
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Told};
use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::{Format, Reason};
use crate::json::{self, Error, Reader, Scalar};
use crate::scalar::Unit;
use crate::table::{Facts, Signs, Table, needs_a_call};

/// Anything that follows OpenTelemetry's conventions.
pub(crate) struct Otel;

static TABLE: Table = Table {
    name: "otel",
    doc: "Log records in JSON with the HTTP attributes of OpenTelemetry's semantic conventions (`http.request.method`, \
          `url.path`, `http.response.status_code`, `client.address`, `user_agent.original`, …, and their older \
          names), at the top or in `attributes`, as an object or as OTLP's list of keys and values.\n\n\
          `http.server.request.duration` is in seconds.",
    signs: Signs {
        all: &[],
        some: (
            2,
            &[
                "http.request.method",
                "http.response.status_code",
                "url.path",
                "url.full",
                "url.query",
                "http.route",
                "client.address",
                "network.peer.address",
                "user_agent.original",
                "server.address",
                "http.method",
                "http.status_code",
                "http.target",
                "http.url",
                "timeUnixNano",
                "observedTimeUnixNano",
                "severityNumber",
                "attributes",
            ],
        ),
        none: &["resourceLogs"],
    },
    map: LazyLock::new(map),
    judge: call,
    judgement: Judgement {
        backend: "nothing in the conventions tells: every 401, 403 and 429 counts as denied, unless a `granted` says otherwise",
        words: &[],
        signs: &[
            ("401; who is named is only claimed", "invalid_credentials"),
            ("403", "policy_denied"),
            ("429", "rate_limited"),
        ],
        unknown: "Who answered, and why. Add the attributes `granted` and `denial_reason`.",
    },
    lines: None,
};

const SKIP: u8 = 0;

fn map() -> Map {
    let mut map = Map::of(RECORD);
    map.extend(ATTRIBUTES, "");
    map.extend(ATTRIBUTES, "attributes.");
    map.extend(ATTRIBUTES, "resource.attributes.");
    map.extend(ATTRIBUTES, "resource.");
    map
}

#[rustfmt::skip]
const RECORD: &[Row] = &[
    (field(f::TIME), &["timeUnixNano", "timestamp", "@timestamp", "time", "observedTimeUnixNano"]),
    (field(f::TRACE_ID), &["traceId", "trace_id", "TraceId"]),
    (Target::Own(SKIP), &["severityNumber", "severityText", "spanId", "flags", "droppedAttributesCount", "attributes"]),
];

#[rustfmt::skip]
const ATTRIBUTES: &[Row] = &[
    (field(f::METHOD), &["http.request.method", "http.method"]),
    (field(f::PATH), &["url.path", "http.target", "url.full", "http.url"]),
    (field(f::QUERY), &["url.query"]),
    (field(f::ROUTE), &["http.route"]),
    (field(f::STATUS), &["http.response.status_code", "http.status_code"]),
    (field(f::DOMAIN), &["server.address", "http.host", "net.host.name"]),
    (field(f::IP), &["client.address", "http.client_ip", "network.peer.address", "net.peer.ip", "net.sock.peer.addr"]),
    (field(f::USER_AGENT), &["user_agent.original", "http.user_agent"]),
    (field(f::PROTOCOL), &["network.protocol.version", "http.flavor"]),
    (field(f::REQUEST_BYTES), &["http.request.body.size", "http.request.size", "http.request_content_length"]),
    (field(f::RESPONSE_BYTES), &["http.response.body.size", "http.response.size", "http.response_content_length"]),
    (in_unit(f::DURATION, Unit::Seconds), &["http.server.request.duration"]),
    (field(f::DURATION), &["http.server.duration", "duration_ms", "duration"]),
    (field(f::CONSUMER_ID), &["user.id", "enduser.id"]),
    (field(f::CONSUMER_NAME), &["user.name"]),
    (field(f::REQUEST_ID), &["http.request.id", "http.request.header.x_request_id", "request_id"]),
    (field(f::SERVICE), &["service.name"]),
    (field(f::API_VERSION), &["service.version"]),
    (field(f::ENVIRONMENT), &["deployment.environment.name", "deployment.environment"]),
    (field(f::ERROR_TYPE), &["error.type"]),
    (field(f::ERROR_MESSAGE), &["error.message", "exception.message"]),
    (field(f::REASON), &["denial_reason", "deny_reason"]),
    (field(f::GRANTED), &["granted", "access.granted"]),
];

impl Format for Otel {
    fn name(&self) -> &'static str {
        TABLE.name
    }

    fn doc(&self) -> &'static str {
        TABLE.doc
    }

    fn recognises(&self, record: &str) -> bool {
        TABLE.signs.are_in(record)
    }

    fn judgement(&self) -> &Judgement {
        &TABLE.judgement
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        let mut others = Vec::new();
        if record.starts_with('{') {
            listed(record, event, &mut others)?;
        }
        TABLE.event(record, event)?;
        keep(others, event);
        // The gateway is not named.
        event.take(f::GATEWAY);
        Ok(())
    }
}

/// An attribute without a place of its own.
type Attribute<'a> = (Cow<'a, str>, Scalar<'a>);

/// Keeps attributes beside what the record itself left over.
fn keep(others: Vec<Attribute<'_>>, event: &mut Event<'_>) {
    let others: Vec<_> = others.into_iter().filter(|(_, value)| !value.is_absent()).collect();
    if others.is_empty() {
        return;
    }
    let mut custom = match event.get_text(f::CUSTOM).and_then(|custom| custom.strip_suffix('}')) {
        Some(custom) => format!("{custom},"),
        None => "{".to_owned(),
    };
    for (n, (key, value)) in others.into_iter().enumerate() {
        custom.push_str(if n > 0 { "," } else { "" });
        event::json::string(&mut custom, &key);
        custom.push(':');
        match value {
            Scalar::Text(text) => event::json::string(&mut custom, &text),
            Scalar::Number(text) | Scalar::Nested(text) => event::json::string(&mut custom, text),
            Scalar::Flag(flag) => custom.push_str(if flag { "true" } else { "false" }),
            Scalar::Absent => custom.push_str("null"),
        }
    }
    custom.push('}');
    event.text(f::CUSTOM, custom);
}

/// Attributes as OTLP lists them: `[{"key":"url.path","value":{"stringValue":"/"}}]`.
fn listed<'a>(record: &'a str, event: &mut Event<'a>, others: &mut Vec<Attribute<'a>>) -> Result<(), Error> {
    json::object(record, |name, reader| {
        if name != "attributes" || reader.peek() != Some(b'[') {
            return Ok(());
        }
        reader.array(|reader| {
            let (mut key, mut value) = (None, Scalar::Absent);
            reader.object(|name, reader| attribute(name, reader, &mut key, &mut value))?;
            match key {
                Some(key) if TABLE.map.field_of(&key).is_some() => TABLE.map.put(&key, value, event),
                Some(key) => others.push((key, value)),
                None => {}
            }
            Ok(())
        })
    })
}

fn attribute<'a>(
    name: &str,
    reader: &mut Reader<'a>,
    key: &mut Option<Cow<'a, str>>,
    value: &mut Scalar<'a>,
) -> Result<(), Error> {
    match name {
        "key" => {
            if let Scalar::Text(text) = reader.scalar()? {
                *key = Some(text);
            }
            Ok(())
        }
        "value" => reader.object(|_, reader| {
            *value = reader.scalar()?;
            Ok(())
        }),
        _ => Ok(()),
    }
}

fn call(_: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    denial::decide(event, Told { claimed: true, ..Told::default() });
    Ok(())
}
