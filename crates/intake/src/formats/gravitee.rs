//! The documents of Gravitee's Elasticsearch and file reporters. Knows Gravitee's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Match, Told, Words, text_of};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Signs, Table, needs_a_call};

/// Gravitee API Management.
pub(crate) static GRAVITEE: Table = Table {
    name: "gravitee",
    doc: "Gravitee's request metrics (v4) and requests (v2), as its Elasticsearch and file reporters write them.\n\n\
          Durations are milliseconds, methods may be numbers. The application `1` is how Gravitee writes that nobody \
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
    judgement: Judgement {
        backend: "an `endpoint` was called",
        words: &[&KEYS],
        signs: &[
            ("401 without a security type", "missing_credentials"),
            ("401 with one", "invalid_credentials"),
            ("403", "policy_denied"),
            ("413", "request_too_large"),
            ("429", "rate_limited"),
        ],
        unknown: "Policies with an error key of their own: it is in the evidence. Keys that end in `SERVER_ERROR` are failures.",
    },
    lines: None,
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
    (field(f::REASON), &["custom.denial_reason", "denial_reason"]),
];

/// Methods by their numbers, from 1.
const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// What a part of an error key means.
static KEYS: Words = Words {
    field: "error-key",
    by: Match::Part,
    list: &[
        ("quota", "quota_exceeded"),
        ("rate_limit", "rate_limited"),
        ("spike_arrest", "rate_limited"),
        ("too_many_requests", "rate_limited"),
        ("api_key_missing", "missing_credentials"),
        ("missing_token", "missing_credentials"),
        ("missing_access_token", "missing_credentials"),
        ("missing_header", "missing_credentials"),
        ("expired", "expired_credentials"),
        ("invalid_signature", "invalid_signature"),
        ("api_key_invalid", "invalid_credentials"),
        ("jwt_", "invalid_credentials"),
        ("oauth2_", "invalid_credentials"),
        ("basic_auth", "invalid_credentials"),
        ("plan_unresolvable", "invalid_credentials"),
        ("ipfiltering", "ip_restricted"),
        ("ip_filtering", "ip_restricted"),
        ("resource_filtering", "route_not_allowed"),
        ("rbac_", "route_not_allowed"),
        ("threat", "waf_blocked"),
        ("content_limit", "request_too_large"),
    ],
};

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
    let key = text_of(event, f::ERROR_TYPE).unwrap_or_default();
    let told = Told {
        word: if key.ends_with("SERVER_ERROR") { None } else { KEYS.find(key) },
        backend: event.has(f::NATIVE_URL).then_some("endpoint"),
        gateway: "no endpoint",
        credentials: Some(facts.get(SECURITY).is_some()),
        ..Told::default()
    };
    denial::decide(event, told);
    Ok(())
}
