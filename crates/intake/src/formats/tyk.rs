//! The analytics records of Tyk Pump. Knows Tyk's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Signs, Table, judge, needs_a_call};

/// Tyk Gateway.
pub(crate) static TYK: Table = Table {
    name: "tyk",
    doc: "Analytics records of Tyk Pump, with the names of its stdout, Kafka, Splunk and Elasticsearch pumps.\n\n\
          Durations are milliseconds. `api_key` may be the key itself, so its value is not kept; `alias` is the consumer. \
          The recorded request and response and the tags, of \
          which one is the key, are not kept. A 401, 403 or 429 counts as denied when the upstream took no \
          time; a 401 without a key is `missing_credentials`.",
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
};

const SKIP: u8 = 0;
const KEY: u8 = 1;

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
    (Target::Own(SKIP), &["raw_request", "raw_response", "day", "month", "year", "hour", "expireAt", "track_path", "tags"]),
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
    judge(event, passed_on, Some(facts.get(KEY).is_some()));
    Ok(())
}
