//! The analytics records of Tyk Pump. Knows Tyk's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::denial::{self, Judgement, Match, Sign, Told, Words, sign};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Signs, Table, needs_a_call};

/// Tyk Gateway.
pub(crate) static TYK: Table = Table {
    name: "tyk",
    doc: "Analytics records of Tyk Pump, with the names of its stdout, Kafka, Splunk and Elasticsearch pumps.\n\n\
          Durations are milliseconds. `api_key` may be the key itself, so its value is not kept; `alias` is the consumer. \
          The recorded request and response and the tags, of \
          which one is the key, are not kept; the message of a refusal is read from the recorded response.",
    signs: Signs {
        all: &["api_id", "org_id"],
        some: (
            2,
            &[
                "response_code",
                "request_time",
                "request_time_ms",
                "api_key",
                "oauth_id",
                "raw_path",
                "alias",
                "track_path",
                "listen_path",
            ],
        ),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "the upstream took time (`latency.upstream` above 0)",
        words: &[&MESSAGES],
        signs: &[
            ("401 without a key", "missing_credentials"),
            ("401 with one", "invalid_credentials"),
            ("403: Tyk answers so for an unknown key, a key without rights, and a quota used up", "other"),
            ("413", "request_too_large"),
            ("429", "rate_limited"),
        ],
        unknown: "What a 403 was for, unless detailed recording is on for the API (`enable_detailed_recording`): then `raw_response` \
                  holds Tyk's message.",
    },
    lines: None,
};

/// Tyk's messages, in the recorded response.
static MESSAGES: Words = Words {
    field: "raw_response",
    by: Match::Part,
    list: &[
        ("authorization field missing", "missing_credentials"),
        ("key has expired", "expired_credentials"),
        ("signature verification failed", "invalid_signature"),
        ("quota exceeded", "quota_exceeded"),
        ("rate limit exceeded", "rate_limited"),
        ("too large", "request_too_large"),
        ("access from this ip has been disallowed", "ip_restricted"),
        ("access to this api has been disallowed", "route_not_allowed"),
        ("access to this resource has been disallowed", "route_not_allowed"),
        ("requested endpoint is forbidden", "route_not_allowed"),
        ("key not authorized", "invalid_credentials"),
        ("key not authorised", "invalid_credentials"),
        ("attempted access with non-existent key", "invalid_credentials"),
    ],
};

const SKIP: u8 = 0;
const KEY: u8 = 1;
const RESPONSE: u8 = 2;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["timestamp", "@timestamp", "time_stamp"]),
    (field(f::METHOD), &["method", "http_method"]),
    (field(f::DOMAIN), &["host"]),
    (field(f::PATH), &["raw_path", "request_uri_full", "original_path", "path", "request_uri"]),
    (field(f::REQUEST_BYTES), &["content_length"]),
    (field(f::USER_AGENT), &["user_agent"]),
    (field(f::STATUS), &["response_code"]),
    (Target::Own(KEY), &["api_key"]),
    (Target::Own(SKIP), &["raw_request", "day", "month", "year", "hour", "expireAt", "track_path", "tags"]),
    (Target::Own(RESPONSE), &["raw_response"]),
    (field(f::API), &["api_name"]),
    (field(f::API_ID), &["api_id"]),
    (field(f::API_VERSION), &["api_version"]),
    (field(f::CUSTOMER), &["org_id"]),
    (field(f::CONSUMER_NAME), &["alias"]),
    (field(f::CONSUMER_ID), &["oauth_id"]),
    (field(f::DURATION), &["latency.total", "request_time", "request_time_ms"]),
    (field(f::UPSTREAM_DURATION), &["latency.upstream"]),
    (field(f::GATEWAY_DURATION), &["latency.gateway"]),
    (field(f::IP), &["ip_address"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    if event.get_text(f::API_VERSION) == Some("Not Versioned") {
        event.take(f::API_VERSION);
    }
    let passed_on = event.get_int(f::UPSTREAM_DURATION).is_some_and(|micros| micros > 0);
    let status = event.get_int(f::STATUS);
    let refused = !passed_on && status.is_some_and(|status| (400..500).contains(&status));
    let told = Told {
        word: facts.get(RESPONSE).filter(|_| refused).and_then(message),
        backend: passed_on.then_some("latency.upstream"),
        gateway: "latency.upstream=0",
        hint: (refused && status == Some(403)).then(|| sign("other", "no raw_response")),
        credentials: Some(facts.get(KEY).is_some()),
        ..Told::default()
    };
    denial::decide(event, told);
    Ok(())
}

/// What the recorded response says: HTTP as it was on the wire, in base64.
fn message(recorded: &str) -> Option<Sign<'static>> {
    let wire = STANDARD.decode(recorded.get(..RECORDED_BYTES_MAX).unwrap_or(recorded)).ok()?;
    let wire = String::from_utf8_lossy(&wire).to_ascii_lowercase();
    let (words, reason) = MESSAGES.list.iter().find(|(words, _)| wire.contains(words))?;
    Some(Sign { reason, name: MESSAGES.field, value: (*words).into() })
}

/// Of a recorded response so much is looked at; a refusal is short. A multiple of four, as base64 goes.
const RECORDED_BYTES_MAX: usize = 8_192;
