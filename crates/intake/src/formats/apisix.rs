//! The log entry of Apache APISIX and API7, and entries of a custom `log_format`. Knows APISIX's member names and
//! nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Match, Sign, Told, Words, sign};
use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::Reason;
use crate::scalar::Unit;
use crate::table::{Facts, Signs, Table};

/// Apache APISIX.
pub(crate) static APISIX: Table = Table {
    name: "apisix",
    doc: "Apache APISIX 2 and 3 and API7: the default entry that all logger plugins share, alone or in an array, and \
          entries of a custom `log_format` that keep `route_id`.\n\n\
          Durations are milliseconds in the default entry; `$request_time` and `$upstream_response_time` of a custom \
          format are seconds. Keep more with \
          `log_format_extra`: `{\"consumer_group\":\"$consumer_group_id\",\"route_name\":\"$route_name\",\
          \"service_name\":\"$service_name\",\"request_id\":\"$request_id\"}`. Of AI plugins (`llm_summary`) the model and the \
          numbers of tokens are kept in `custom`; prompts and answers are not.",
    signs: Signs {
        all: &["route_id"],
        some: (
            2,
            &[
                "apisix_latency",
                "upstream_latency",
                "start_time",
                "server",
                "service_id",
                "@timestamp",
                "client_ip",
                "host",
            ],
        ),
        none: &["consumer_id", "access", "latencies", "started_at"],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "`upstream` (or `$upstream_addr`, `$upstream_status`, a time of the upstream) has a value",
        words: &[&BODY],
        signs: &[
            ("404 with `route_id` missing or `no-matched`", "no_route"),
            (
                "503 with `X-RateLimit-Remaining: 0`: limiters answer 503 unless told otherwise",
                "rate_limited",
            ),
            ("401 without credentials in headers or query", "missing_credentials"),
            ("401 with them", "invalid_credentials"),
            ("403", "policy_denied"),
            ("413", "request_too_large"),
            ("429", "rate_limited"),
        ],
        unknown: "limit-req and limit-conn answer 503 without a header: set their `rejected_code` to 429. Which plugin answered 403: \
                  log the body of refusals with `\"include_resp_body\": true, \"include_resp_body_expr\": [[\"status\", \">=\", \"400\"]]`, \
                  or give `denial_reason` in `log_format_extra`.",
    },
    lines: None,
};

/// What APISIX's plugins answer, where the body is logged.
static BODY: Words = Words {
    field: "response.body",
    by: Match::Part,
    list: &[
        ("ip address is not allowed", "ip_restricted"),
        ("missing api key", "missing_credentials"),
        ("missing jwt token", "missing_credentials"),
        ("missing authorization", "missing_credentials"),
        ("missing authentication", "missing_credentials"),
        ("'exp' claim expired", "expired_credentials"),
        ("invalid signature", "invalid_signature"),
        ("signature mismatch", "invalid_signature"),
        ("invalid api key", "invalid_credentials"),
        ("jwt token invalid", "invalid_credentials"),
        ("failed to verify jwt", "invalid_credentials"),
        ("invalid user authorization", "invalid_credentials"),
        ("is forbidden", "route_not_allowed"),
        ("csrf", "policy_denied"),
        ("access denied", "policy_denied"),
    ],
};

const SKIP: u8 = 0;
const CREDENTIALS: u8 = 1;
const LIMIT_LEFT: u8 = 2;
const ROUTE: u8 = 3;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["start_time", "@timestamp", "timestamp", "time", "time_iso8601", "msec", "time_local"]),
    (field(f::IP), &["client_ip", "remote_addr", "real_ip"]),
    (field(f::REQUEST_ID), &["request_id", "http_x_request_id", "request.headers.x_request_id", "response.headers.x_request_id"]),
    (field(f::METHOD), &["request.method", "request_method", "method"]),
    (field(f::PATH), &["request.uri", "request_uri", "uri", "path"]),
    (Target::Own(SKIP), &["request.url", "request.querystring"]),
    (field(f::REQUEST_BYTES), &["request.size", "request_length"]),
    (field(f::REQUEST_HEADERS), &["request.headers"]),
    (field(f::REQUEST_BODY), &["request.body"]),
    (field(f::DOMAIN), &["request.headers.host", "host", "http_host"]),
    (field(f::USER_AGENT), &["request.headers.user_agent", "http_user_agent", "user_agent"]),
    (field(f::REFERER), &["request.headers.referer", "http_referer"]),
    (Target::Own(CREDENTIALS), &["request.headers.authorization", "request.headers.apikey", "request.headers.x_api_key"]),
    (field(f::STATUS), &["response.status", "status"]),
    (field(f::RESPONSE_BYTES), &["response.size", "bytes_sent", "body_bytes_sent"]),
    (field(f::RESPONSE_HEADERS), &["response.headers"]),
    (field(f::RESPONSE_BODY), &["response.body"]),
    (Target::Own(LIMIT_LEFT), &["response.headers.x_ratelimit_remaining"]),
    (field(f::DURATION), &["latency"]),
    (in_unit(f::DURATION, Unit::Seconds), &["request_time"]),
    (field(f::UPSTREAM_DURATION), &["upstream_latency"]),
    (in_unit(f::UPSTREAM_DURATION, Unit::Seconds), &["upstream_response_time"]),
    (field(f::GATEWAY_DURATION), &["apisix_latency"]),
    (field(f::UPSTREAM_ADDRESS), &["upstream", "upstream_addr"]),
    (field(f::UPSTREAM_STATUS), &["upstream_status"]),
    (field(f::GATEWAY_NODE), &["server.hostname"]),
    (Target::Own(SKIP), &["server.version"]),
    (Target::Own(ROUTE), &["route_id"]),
    (field(f::ROUTE), &["route_name"]),
    (field(f::API), &["service_name", "service_id"]),
    (field(f::CONSUMER_NAME), &["consumer.username", "consumer_name"]),
    (field(f::CONSUMER_GROUPS), &["consumer_group", "consumer_group_id", "consumer.group_id"]),
    (field(f::ENVIRONMENT), &["env", "environment"]),
    (field(f::TRACE_ID), &["trace_id", "opentelemetry_trace_id"]),
    (field(f::REASON), &["denial_reason", "deny_reason"]),
    (Target::Own(SKIP), &["llm_request", "llm_response_text"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    let route = facts.get(ROUTE).filter(|route| *route != "no-matched").map(str::to_owned);
    let routed = route.is_some();
    match route {
        Some(route) => event.text(f::ROUTE_ID, route),
        // Then `service_id` is only the host.
        None => drop(event.take(f::API)),
    }
    let upstream = [f::UPSTREAM_ADDRESS, f::UPSTREAM_STATUS, f::UPSTREAM_DURATION];
    let passed_on = upstream.iter().any(|field| event.has(*field));
    let status = event.get_int(f::STATUS).unwrap_or(0);
    let body = denial::text_of(event, f::RESPONSE_BODY).filter(|_| !passed_on && status >= 400);
    let given = facts.mentions(CREDENTIALS)
        || event.has(f::CONSUMER_NAME)
        || event.get_text(f::PATH).is_some_and(|path| path.contains("apikey=") || path.contains("jwt="));
    let told = Told {
        word: body.and_then(|body| plugin(&body)),
        backend: passed_on.then_some("upstream"),
        gateway: "no upstream",
        hint: hint(status, routed, facts.get(LIMIT_LEFT)),
        credentials: Some(given),
        ..Told::default()
    };
    denial::decide(event, told);
    Ok(())
}

/// The words of a plugin, not the whole body, are the evidence.
fn plugin(body: &str) -> Option<Sign<'static>> {
    let lower = body.to_ascii_lowercase();
    let (words, reason) = BODY.list.iter().find(|(words, _)| lower.contains(words))?;
    Some(Sign { reason, name: BODY.field, value: (*words).into() })
}

fn hint(status: i64, routed: bool, left: Option<&str>) -> Option<Sign<'static>> {
    match status {
        404 if !routed => Some(sign("no_route", "no route")),
        503 if left.is_some_and(|left| left.trim() == "0") => {
            Some(Sign { reason: "rate_limited", name: "x-ratelimit-remaining", value: "0".into() })
        }
        _ => None,
    }
}
