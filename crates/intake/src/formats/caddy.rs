//! Caddy's JSON access log. Knows Caddy's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Told};
use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::Reason;
use crate::scalar::Unit;
use crate::table::{Facts, Signs, Table, needs_a_call};

/// Caddy.
pub(crate) static CADDY: Table = Table {
    name: "caddy",
    doc: "Caddy 2's access log in its JSON form (directive `log`), from a file or a socket.\n\n\
          Durations are seconds. With `log_append upstream {http.reverse_proxy.upstream.hostport}` the upstream is kept. Caddy's \
          other log lines are refused.",
    signs: Signs {
        all: &["request", "status"],
        some: (2, &["logger", "resp_headers", "bytes_read", "user_id"]),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "an `upstream` that `log_append` added; without it `Caddy` in `Via`, or another name than `Caddy` in `Server`",
        words: &[],
        signs: &[
            ("401 without `Authorization`", "missing_credentials"),
            ("401 with it", "invalid_credentials"),
            ("403", "policy_denied"),
            ("413", "request_too_large"),
            ("429 (the rate_limit module)", "rate_limited"),
        ],
        unknown: "Caddy older than 2.9 writes no `Via`, and a backend without a `Server` header looks like Caddy: add the upstream with \
                  `log_append`. Why a handler refused: `log_append denial_reason {vars.denial_reason}` beside `vars denial_reason \
                  ip_restricted`.",
    },
    lines: None,
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
    (field(f::UPSTREAM_ADDRESS), &["upstream", "upstream_addr", "upstream_address"]),
    (field(f::REASON), &["denial_reason", "deny_reason"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    let backend = match (facts.get(VIA), facts.get(SERVER)) {
        _ if event.has(f::UPSTREAM_ADDRESS) => Some("upstream"),
        (Some(via), _) => via.contains("Caddy").then_some("Via: Caddy"),
        (None, Some(server)) if server != "Caddy" => Some("Server is not Caddy"),
        _ => None,
    };
    let told = Told {
        backend,
        gateway: "no upstream",
        credentials: Some(facts.mentions(CREDENTIALS)),
        ..Told::default()
    };
    denial::decide(event, told);
    Ok(())
}
