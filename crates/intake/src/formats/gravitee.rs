//! The documents of Gravitee's Elasticsearch and file reporters. Knows Gravitee's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Signs, Table, judge, needs_a_call, refuse};

/// Gravitee API Management.
pub(crate) static GRAVITEE: Table = Table {
    name: "gravitee",
    doc: "Gravitee's request metrics (v4) and requests (v2), as its Elasticsearch and file reporters write them.\n\n\
          Durations are milliseconds, methods may be numbers. The reason of a denial is `error-key`; without one, a 401, \
          403 or 429 counts as denied when no endpoint was called. The application `1` is how Gravitee writes that nobody \
          was identified. The security token is not kept.",
    signs: Signs {
        all: &[],
        some: (
            3,
            &[
                "api-id",
                "plan-id",
                "application-id",
                "subscription-id",
                "gateway-response-time-ms",
                "gateway-latency-ms",
                "endpoint-response-time-ms",
                "http-method",
                "request-id",
                "transaction-id",
                "response-time",
                "api-response-time",
                "proxy-latency",
                "remote-address",
                "local-address",
                "client-identifier",
            ],
        ),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
};

const SKIP: u8 = 0;
const METHOD: u8 = 1;
const SECURITY: u8 = 2;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["@timestamp", "timestamp"]),
    (field(f::REQUEST_ID), &["request-id", "id", "_id"]),
    (field(f::CORRELATION_ID), &["transaction-id", "transaction"]),
    (field(f::API_ID), &["api-id", "api"]),
    (field(f::API), &["api-name"]),
    (field(f::CUSTOMER), &["org-id"]),
    (field(f::ENVIRONMENT), &["env-id", "environment"]),
    (field(f::USAGE_PLAN), &["plan-id", "plan"]),
    (field(f::CONSUMER_ID), &["application-id", "application"]),
    (field(f::CONSUMER_NAME), &["user"]),
    (field(f::API_KEY_ID), &["subscription-id", "subscription"]),
    (Target::Own(METHOD), &["http-method", "method"]),
    (Target::Own(SECURITY), &["security-type"]),
    (Target::Own(SKIP), &["security-token", "client-identifier", "type", "local-address"]),
    (field(f::IP), &["remote-address"]),
    (field(f::DOMAIN), &["host"]),
    (field(f::PATH), &["uri", "path-info", "path"]),
    (field(f::ROUTE), &["mapped-path"]),
    (field(f::USER_AGENT), &["user-agent"]),
    (field(f::REQUEST_BYTES), &["request-content-length"]),
    (field(f::STATUS), &["status"]),
    (field(f::RESPONSE_BYTES), &["response-content-length"]),
    (field(f::DURATION), &["gateway-response-time-ms", "response-time"]),
    (field(f::UPSTREAM_DURATION), &["endpoint-response-time-ms", "api-response-time"]),
    (field(f::GATEWAY_DURATION), &["gateway-latency-ms", "proxy-latency"]),
    (field(f::NATIVE_URL), &["endpoint"]),
    (field(f::STAGE), &["entrypoint-id"]),
    (field(f::GATEWAY_NODE), &["gateway"]),
    (field(f::ERROR_TYPE), &["error-key"]),
    (field(f::ERROR_MESSAGE), &["error-message", "message"]),
];

/// Methods by their numbers, from 1.
const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// What a part of an error key means, first match first.
const REASONS: &[(&str, &str)] = &[
    ("QUOTA", "quota_exceeded"),
    ("RATE_LIMIT", "rate_limited"),
    ("SPIKE_ARREST", "rate_limited"),
    ("TOO_MANY_REQUESTS", "rate_limited"),
    ("API_KEY_MISSING", "missing_credentials"),
    ("MISSING_TOKEN", "missing_credentials"),
    ("MISSING_ACCESS_TOKEN", "missing_credentials"),
    ("MISSING_HEADER", "missing_credentials"),
    ("EXPIRED", "expired_credentials"),
    ("INVALID_SIGNATURE", "invalid_signature"),
    ("API_KEY_INVALID", "invalid_credentials"),
    ("JWT_", "invalid_credentials"),
    ("OAUTH2_", "invalid_credentials"),
    ("BASIC_AUTH", "invalid_credentials"),
    ("PLAN_UNRESOLVABLE", "missing_credentials"),
    ("IPFILTERING", "ip_restricted"),
    ("IP_FILTERING", "ip_restricted"),
    ("RESOURCE_FILTERING", "route_not_allowed"),
    ("RBAC_", "route_not_allowed"),
    ("CONTENT_LIMIT", "request_too_large"),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    if let Some(method) = facts.get(METHOD) {
        let number = method.parse::<usize>().ok().map(|number| METHODS.get(number.wrapping_sub(1)).copied());
        event.text(f::METHOD, number.map_or(method, |name| name.unwrap_or("")).to_owned());
    }
    needs_a_call(event)?;
    if event.get_text(f::CONSUMER_ID) == Some("1") {
        event.take(f::CONSUMER_ID);
    }
    if let Some(security) = facts.get(SECURITY) {
        let security = security.to_ascii_lowercase();
        event.text(f::AUTH_METHOD, if security == "api_key" { "key".to_owned() } else { security });
    }
    let key = event.get_text(f::ERROR_TYPE).unwrap_or("");
    let known = REASONS.iter().find(|(part, _)| key.contains(part)).map(|(_, reason)| *reason);
    match known {
        Some(reason) => refuse(event, reason),
        None => judge(event, event.has(f::NATIVE_URL), Some(facts.get(SECURITY).is_some())),
    }
    Ok(())
}
