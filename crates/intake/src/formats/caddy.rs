//! Caddy's JSON access log. Knows Caddy's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::Reason;
use crate::scalar::Unit;
use crate::table::{Facts, Signs, Table, judge, needs_a_call};

/// Caddy.
pub(crate) static CADDY: Table = Table {
    name: "caddy",
    doc: "Caddy 2's access log in its JSON form (directive `log`), from a file or a socket.\n\n\
          Durations are seconds. Caddy names itself in `Via` when it passed a call on, and in `Server` when it \
          answered itself: only then does a 401, 403 or 429 count as denied. A 401 is `missing_credentials` when the \
          request had no `Authorization`, else `invalid_credentials`. Caddy's other log lines are refused.",
    signs: Signs {
        all: &["request", "status"],
        some: (2, &["logger", "resp_headers", "bytes_read", "user_id"]),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
};

const SKIP: u8 = 0;
const CREDENTIALS: u8 = 1;
const VIA: u8 = 2;
const SERVER: u8 = 3;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["ts"]),
    (Target::Own(SKIP), &["msg", "level"]),
    (field(f::IP), &["request.client_ip", "request.remote_ip"]),
    (field(f::METHOD), &["request.method"]),
    (field(f::DOMAIN), &["request.host"]),
    (field(f::PATH), &["request.uri"]),
    (field(f::PROTOCOL), &["request.proto"]),
    (field(f::REQUEST_HEADERS), &["request.headers"]),
    (field(f::REQUEST_ID), &["uuid", "request_id", "request.headers.x_request_id"]),
    (field(f::USER_AGENT), &["request.headers.user_agent"]),
    (field(f::REFERER), &["request.headers.referer"]),
    (Target::Own(CREDENTIALS), &["request.headers.authorization"]),
    (field(f::REQUEST_BYTES), &["bytes_read"]),
    (field(f::CONSUMER_NAME), &["user_id"]),
    (in_unit(f::DURATION, Unit::Seconds), &["duration"]),
    (field(f::RESPONSE_BYTES), &["size"]),
    (field(f::STATUS), &["status"]),
    (field(f::RESPONSE_HEADERS), &["resp_headers"]),
    (Target::Own(VIA), &["resp_headers.via"]),
    (Target::Own(SERVER), &["resp_headers.server"]),
    (field(f::TRACE_ID), &["traceID", "trace_id"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    let passed_on = match (facts.get(VIA), facts.get(SERVER)) {
        (Some(via), _) => via.contains("Caddy"),
        (None, server) => server.is_some_and(|server| server != "Caddy"),
    };
    judge(event, passed_on, Some(facts.mentions(CREDENTIALS)));
    Ok(())
}
