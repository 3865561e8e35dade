//! Events of webMethods API Gateway: transactional ones in both spellings, and the others that tell of a call. Knows
//! webMethods' names and nothing else.

use event::{Event, Timestamp, Value, field as f, time::HOUR};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::json::{Reader, Scalar};
use crate::table::{Facts, Signs, Table, judge, refuse};

/// webMethods API Gateway.
pub(crate) static WEBMETHODS: Table = Table {
    name: "webmethods",
    doc: "Events of webMethods API Gateway, with the columns of its audit log (`API_ID`, `EVENT_PK`, `TOTAL_TIME`, …) or \
          with the names of its JSON (`apiId`, `id`, `totalTime`, …). JSON inside columns is read, and repeated headers \
          are kept.\n\n\
          The event happened at `INSERTTIMESTAMP` or `creationDate`; `AUDITTIMESTAMP` is when it was written. Times without a \
          zone are UTC. Durations are milliseconds. Without the client's method, that of the native service stands in \
          (`method_source` is `native`); `unknown` is no consumer. `upstream_status` is that of the last \
          `NATIVE_SERVICE_CALL`.\n\n\
          A call that never reached the native service counts as denied with 401, 403 or 429, or when it failed without a \
          status. Policy-violation and threat events are denials, with the reason read from `alertDesc`. Error \
          events are failures. Monitor, lifecycle and performance events tell of no call and are refused.",
    signs: Signs {
        all: &[],
        some: (
            2,
            &[
                "AUDITTIMESTAMP",
                "INSERTTIMESTAMP",
                "EVENT_PK",
                "PROVIDER_TIME",
                "TOTAL_TIME",
                "NATIVE_ENDPOINT",
                "NATIVE_URL",
                "SOURCE_GATEWAY_NODE",
                "EXTERNAL_CALLS",
                "creationDate",
                "eventType",
                "sourceGateway",
                "sourceGatewayNode",
                "providerTime",
                "totalTime",
                "nativeURL",
                "correlationID",
                "alertType",
                "alertDesc",
                "externalCalls",
            ],
        ),
        none: &["eventSource", "DownstreamStatus"],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
};

const KIND: u8 = 0;
const KEY: u8 = 1;
const CREATED: u8 = 2;
const OPERATION: u8 = 3;
const ALERT: u8 = 4;
const PROVIDER_TIME: u8 = 5;
const CONSUMER: u8 = 6;

// Names are compared without case and `_`: API_ID and apiId are one.
#[rustfmt::skip]
const NAMES: &[Row] = &[
    (Target::Own(KIND), &["eventType"]),
    (field(f::TIME), &["INSERTTIMESTAMP"]),
    (Target::Own(CREATED), &["creationDate"]),
    (field(f::SOURCE_LOGGED_AT), &["AUDITTIMESTAMP"]),
    (Target::Own(KEY), &["EVENT_PK", "id"]),
    (field(f::CORRELATION_ID), &["CORRELATIONID"]),
    (field(f::SESSION_ID), &["SESSION_ID"]),
    (field(f::CONTEXT_ID), &["CONTEXTID"]),
    (field(f::ROOT_CONTEXT_ID), &["ROOTCONTEXTID"]),
    (field(f::MESSAGE_ID), &["MSGID"]),
    (field(f::SERVER_ID), &["SERVERID"]),
    (field(f::GATEWAY_NODE), &["SOURCE_GATEWAY_NODE"]),
    (field(f::ENVIRONMENT), &["tenantId"]),
    (field(f::STAGE), &["stage"]),
    (field(f::API_ID), &["API_ID"]),
    (field(f::API), &["API_NAME"]),
    (field(f::API_VERSION), &["API_VERSION"]),
    (field(f::SERVICE), &["SERVICE_NAME"]),
    (Target::Own(OPERATION), &["OPERATION_NAME"]),
    (field(f::METHOD), &["httpMethod"]),
    (field(f::NATIVE_METHOD), &["NATIVE_HTTP_METHOD"]),
    (field(f::IP), &["CONSUMER_IP", "applicationIp", "sourceIp", "clientIp", "requestIp"]),
    (Target::Own(CONSUMER), &["CONSUMER_NAME", "applicationName"]),
    (field(f::CONSUMER_ID), &["consumerId", "applicationId"]),
    (field(f::USAGE_PLAN), &["planName"]),
    (field(f::STATUS), &["responseCode"]),
    (field(f::OUTCOME), &["STATUS"]),
    (field(f::DURATION), &["TOTAL_TIME"]),
    (field(f::GATEWAY_DURATION), &["gatewayTime"]),
    (Target::Own(PROVIDER_TIME), &["PROVIDER_TIME"]),
    (field(f::RESPONSE_BYTES), &["totalDataSize"]),
    (field(f::QUERY_PARAMETERS), &["QUERY_PARAMETERS"]),
    (field(f::REQUEST_HEADERS), &["REQUEST_HEADERS"]),
    (field(f::DOMAIN), &["REQUEST_HEADERS.Host"]),
    (field(f::USER_AGENT), &["REQUEST_HEADERS.User_Agent"]),
    (field(f::RESPONSE_HEADERS), &["RESPONSE_HEADERS"]),
    (field(f::REQUEST_BODY), &["reqPayload"]),
    (field(f::RESPONSE_BODY), &["resPayload"]),
    (field(f::NATIVE_ENDPOINT), &["NATIVE_ENDPOINT"]),
    (field(f::NATIVE_URL), &["NATIVE_URL"]),
    (field(f::NATIVE_REQUEST_HEADERS), &["NATIVE_REQUEST_HEADERS"]),
    (field(f::NATIVE_RESPONSE_HEADERS), &["NATIVE_RESPONSE_HEADERS"]),
    (field(f::NATIVE_REQUEST_BODY), &["NATIVE_REQ_PAYLOAD"]),
    (field(f::NATIVE_RESPONSE_BODY), &["NATIVE_RES_PAYLOAD"]),
    (field(f::EXTERNAL_CALLS), &["EXTERNAL_CALLS"]),
    (field(f::ERROR_ORIGIN), &["ERROR_ORIGIN"]),
    (field(f::ERROR_MESSAGE), &["errorDesc", "errorMessage"]),
    (Target::Own(ALERT), &["alertDesc"]),
    (field(f::ERROR_TYPE), &["alertSource", "ruleName", "filterName"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    let kind = facts.get(KIND).unwrap_or("").to_ascii_lowercase();
    for (word, reason) in NO_CALLS {
        if kind.contains(word) {
            return Err(Reason::new(reason));
        }
    }
    times_and_ids(facts, event);
    consumer(facts, event);
    if let Some(operation) = facts.get(OPERATION) {
        event.text(f::OPERATION, operation.to_owned());
        if operation.starts_with('/') {
            event.text(f::ROUTE, operation.to_owned());
        }
    }
    if let Some(method) = event.get(f::NATIVE_METHOD).cloned().filter(|_| !event.has(f::METHOD))
        && let Value::Text(method) = method
    {
        event.text(f::METHOD, method);
        event.text(f::METHOD_SOURCE, "native");
    }
    let called = native_call(event);
    if let Some(alert) = facts.get(ALERT) {
        event.text(f::ERROR_MESSAGE, alert.to_owned());
        event.text(f::OUTCOME, "failure");
        if kind.is_empty() || kind.contains("policy") {
            refuse(event, alert_reason(alert));
            return Ok(());
        }
    }
    if kind.contains("threat") {
        event.text(f::OUTCOME, "failure");
        refuse(event, "waf_blocked");
    } else if kind.contains("error") {
        event.text(f::OUTCOME, "failure");
        event.flag(f::GRANTED, true);
    } else {
        transaction(facts, event, called);
    }
    Ok(())
}

const NO_CALLS: &[(&str, &str)] = &[
    ("performance", "a performance metric, not a call"),
    ("lifecycle", "a lifecycle event, not a call"),
    ("monitor", "a monitor event, not a call"),
];

fn times_and_ids(facts: &Facts<'_>, event: &mut Event<'_>) {
    // Columns that are not used hold nothing or this.
    for unused in [f::CONTEXT_ID, f::ROOT_CONTEXT_ID, f::MESSAGE_ID, f::SERVER_ID] {
        if event.get_text(unused) == Some("NULL") {
            event.take(unused);
        }
    }
    if let Some(time) = facts.get(CREATED).and_then(created) {
        event.time(f::TIME, time);
    }
    if let Some(key) = facts.get(KEY) {
        event.text(f::REQUEST_ID, key.to_owned());
        event.text(f::EVENT_PK, key.to_owned());
    }
    let millis =
        facts.get(PROVIDER_TIME).and_then(|text| crate::scalar::micros(text, crate::scalar::Unit::Millis));
    event.int_if(f::UPSTREAM_DURATION, millis);
}

/// Epoch milliseconds, or `2015-08-26 04:13:35 PM`.
fn created(text: &str) -> Option<Timestamp> {
    let Some((clock, half)) = text.rsplit_once(' ').filter(|(_, half)| matches!(*half, "AM" | "PM")) else {
        return Timestamp::parse(text);
    };
    let time = Timestamp::parse(clock)?;
    let noon = clock.get(11..13) == Some("12");
    let hours = match half {
        "PM" if !noon => 12,
        "AM" if noon => -12,
        _ => 0,
    };
    Some(Timestamp(time.0 + hours * HOUR))
}

fn consumer(facts: &Facts<'_>, event: &mut Event<'_>) {
    match facts.get(CONSUMER) {
        Some(name) if name.eq_ignore_ascii_case("unknown") => drop(event.take(f::CONSUMER_ID)),
        Some(name) => event.text(f::CONSUMER_NAME, name.to_owned()),
        None => {}
    }
}

/// Whether the native service was called; its last answer becomes the upstream's status.
fn native_call(event: &mut Event<'_>) -> bool {
    let Some(calls) = event.get_text(f::EXTERNAL_CALLS) else { return false };
    let (mut called, mut status) = (false, String::new());
    let read = Reader::new(calls).array(|reader| {
        let (mut native, mut code) = (false, String::new());
        reader.object(|name, reader| {
            match (name, reader.scalar()?) {
                ("externalCallType", Scalar::Text(kind)) => native = kind == "NATIVE_SERVICE_CALL",
                ("responseCode", Scalar::Text(text)) => code = text.into_owned(),
                ("responseCode", Scalar::Number(text)) => code = text.to_owned(),
                _ => {}
            }
            Ok(())
        })?;
        if native {
            (called, status) = (true, code);
        }
        Ok(())
    });
    if read.is_ok() {
        event.text(f::UPSTREAM_STATUS, status);
    }
    called
}

/// A policy's words; what they do not name was the policy's own decision.
fn alert_reason(words: &str) -> &'static str {
    let words = words.to_ascii_lowercase();
    let known = [
        ("could not be identified", "missing_credentials"),
        ("unable to identify", "missing_credentials"),
        ("expired", "expired_credentials"),
        ("signature", "invalid_signature"),
        ("unauthorized", "invalid_credentials"),
        ("authenticat", "invalid_credentials"),
        ("quota", "quota_exceeded"),
        ("throttl", "rate_limited"),
        ("limit", "rate_limited"),
        ("ip address", "ip_restricted"),
    ];
    known.iter().find(|(part, _)| words.contains(part)).map_or("policy_denied", |(_, reason)| reason)
}

fn transaction(facts: &Facts<'_>, event: &mut Event<'_>, called: bool) {
    let waited = event.get_int(f::UPSTREAM_DURATION).is_some_and(|micros| micros > 0);
    let native =
        event.get_text(f::ERROR_ORIGIN).is_some_and(|origin| origin.to_ascii_lowercase().contains("native"));
    let passed_on = called || waited || native;
    let failed = event.get_text(f::OUTCOME).is_some_and(|outcome| outcome.eq_ignore_ascii_case("failure"));
    if !passed_on && failed && !event.has(f::STATUS) {
        refuse(event, "other");
    } else {
        judge(
            event,
            passed_on,
            Some(facts.get(CONSUMER).is_some_and(|name| !name.eq_ignore_ascii_case("unknown"))),
        );
    }
}
