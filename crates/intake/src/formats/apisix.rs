//! The log entry of Apache APISIX and API7, and entries of a custom `log_format`. Knows APISIX's member names and
//! nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::Reason;
use crate::scalar::Unit;
use crate::table::{Facts, Signs, Table, judge, refuse};

/// Apache APISIX.
pub(crate) static APISIX: Table = Table {
    name: "apisix",
    doc: "Apache APISIX 2 and 3 and API7: the default entry that all logger plugins share, alone or in an array, and \
          entries of a custom `log_format` that keep `route_id`.\n\n\
          Durations are milliseconds in the default entry; `$request_time` and `$upstream_response_time` of a custom \
          format are seconds. Without `upstream` APISIX answered itself: then a 401, 403 or 429 counts as denied, also a \
          503 with `X-RateLimit-Remaining: 0` (`rate_limited`; limiters answer 503 unless told otherwise), and 404 without \
          a route is `no_route`. A 401 is `missing_credentials` when the request carried none. Keep more with \
          `log_format_extra`: `{\"consumer_group\":\"$consumer_group_id\",\"route_name\":\"$route_name\",\
          \"service_name\":\"$service_name\",\"request_id\":\"$request_id\"}`.",
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
};

const SKIP: u8 = 0;
const UPSTREAM: u8 = 1;
const CREDENTIALS: u8 = 2;
const LIMIT_LEFT: u8 = 3;
const ROUTE: u8 = 4;

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
    (Target::Own(UPSTREAM), &["upstream", "upstream_addr"]),
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
    (field(f::REASON), &["denial_reason"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    let upstream = facts.get(UPSTREAM);
    if let Some(address) = upstream {
        event.text(f::UPSTREAM_ADDRESS, address.to_owned());
    }
    let routed = facts.get(ROUTE).is_some_and(|route| route != "no-matched");
    if routed {
        event.text(f::ROUTE_ID, facts.get(ROUTE).unwrap_or("").to_owned());
    } else {
        // Then `service_id` is only the host.
        event.take(f::API);
    }
    let passed_on = upstream.is_some() || event.has(f::UPSTREAM_STATUS) || event.has(f::UPSTREAM_DURATION);
    match event.get_int(f::STATUS) {
        _ if passed_on => event.flag(f::GRANTED, true),
        Some(404) if !routed => refuse(event, "no_route"),
        Some(503) if facts.get(LIMIT_LEFT).is_some_and(|left| left.trim() == "0") => {
            refuse(event, "rate_limited")
        }
        _ => {
            let in_query = event.get_text(f::PATH).is_some_and(|path| path.contains("apikey="));
            judge(event, false, Some(facts.mentions(CREDENTIALS) || in_query || event.has(f::CONSUMER_NAME)));
        }
    }
    Ok(())
}
