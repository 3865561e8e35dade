//! Events of webMethods API Gateway: transactional ones in both spellings, and the others that tell of a call. Knows
//! webMethods' names and nothing else.

use event::{Event, Timestamp, field as f, time::HOUR};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Match, Sign, Told, Words, sign, text_of};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::json::{Reader, Scalar};
use crate::table::{Facts, Signs, Table};

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
          Policy-violation, threat and error events tell of a call each and are kept. Lifecycle, performance and monitor \
          events and audit entries tell of none: they are refused by name, so that the source's page counts them.",
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
    judgement: Judgement {
        backend: "a `NATIVE_SERVICE_CALL` in the external calls, a provider time above 0, or an error whose origin is the native service",
        words: &[&ALERTS, &THREATS],
        signs: &[
            ("another policy-violation event", "policy_denied"),
            ("another threat event", "waf_blocked"),
            ("401 of an unknown application that sent no credentials", "missing_credentials"),
            ("401, 403, 429 or 413 without a call of the native service", "by the status"),
            ("`FAILURE` without a status and without a call of the native service", "other"),
        ],
        unknown: "The columns of the audit log hold no status: send the policy-violation events too, or log `responseCode`. Who is \
                  refused before the application is identified is `unknown`.",
    },
    lines: None,
};

/// The words of a policy that was violated.
static ALERTS: Words = Words {
    field: "alertDesc",
    by: Match::Part,
    list: &[
        ("could not be identified", "missing_credentials"),
        ("unable to identify", "missing_credentials"),
        ("expired", "expired_credentials"),
        ("signature", "invalid_signature"),
        ("unauthorized", "invalid_credentials"),
        ("authenticat", "invalid_credentials"),
        ("invalid api key", "invalid_credentials"),
        ("quota", "quota_exceeded"),
        ("throttl", "rate_limited"),
        ("hard limit", "rate_limited"),
        ("limit", "rate_limited"),
        ("ip address", "ip_restricted"),
        ("scope", "route_not_allowed"),
        ("payload size", "request_too_large"),
    ],
};

/// The rules and filters of threat protection.
static THREATS: Words = Words {
    field: "ruleName",
    by: Match::Part,
    list: &[
        ("denial of service", "rate_limited"),
        ("dos", "rate_limited"),
        ("denied ip", "ip_restricted"),
        ("ip deny", "ip_restricted"),
        ("message size", "request_too_large"),
        ("msgsize", "request_too_large"),
    ],
};

const KIND: u8 = 0;
const KEY: u8 = 1;
const CREATED: u8 = 2;
const OPERATION: u8 = 3;
const ALERT: u8 = 4;
const PROVIDER_TIME: u8 = 5;
const CONSUMER: u8 = 6;
const AUDITED: u8 = 7;

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
    (Target::Own(AUDITED), &["objectType"]),
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

fn call<'a>(facts: &Facts<'a>, event: &mut Event<'a>) -> Result<(), Reason> {
    let kind = facts.get(KIND).unwrap_or("").to_ascii_lowercase();
    for (word, reason) in NO_CALLS {
        if kind.contains(word) {
            return Err(Reason::new(reason));
        }
    }
    if facts.mentions(AUDITED) {
        return Err(Reason::new("an entry of the audit log, not a call"));
    }
    times_and_ids(facts, event);
    consumer(facts, event);
    if let Some(operation) = facts.get(OPERATION) {
        event.text(f::OPERATION, operation.to_owned());
        if operation.starts_with('/') {
            event.text(f::ROUTE, operation.to_owned());
        }
    }
    if !event.has(f::METHOD)
        && let Some(method) = text_of(event, f::NATIVE_METHOD)
    {
        event.text(f::METHOD, method);
        event.text(f::METHOD_SOURCE, "native");
    }
    let called = native_call(event);
    let alert = facts.text(ALERT);
    if let Some(alert) = alert.clone() {
        event.text(f::ERROR_MESSAGE, alert);
    }
    let violated = kind.contains("policy") || kind.is_empty() && alert.is_some();
    let (threat, failed) = (kind.contains("threat"), kind.contains("error"));
    if violated || threat || failed || alert.is_some() {
        event.text(f::OUTCOME, "failure");
    }
    let told = match () {
        () if violated => Told { word: Some(violation(alert.as_deref().unwrap_or(""))), ..Told::default() },
        () if threat => Told { word: Some(threatening(event)), ..Told::default() },
        () if failed => Told { backend: Some("eventType=error"), ..Told::default() },
        () => transaction(facts, event, called),
    };
    denial::decide(event, told);
    Ok(())
}

const NO_CALLS: &[(&str, &str)] = &[
    ("performance", "a performance metric, not a call"),
    ("lifecycle", "a lifecycle event, not a call"),
    ("monitor", "a monitor event, not a call"),
    ("audit", "an entry of the audit log, not a call"),
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

/// The words of a policy that mean something are the evidence, not its whole text, which names addresses and callers.
fn violation(alert: &str) -> Sign<'static> {
    let lower = alert.to_ascii_lowercase();
    match ALERTS.list.iter().find(|(words, _)| lower.contains(words)) {
        Some((words, reason)) => Sign { reason, name: ALERTS.field, value: (*words).into() },
        None => sign("policy_denied", "eventType=policyViolation"),
    }
}

fn threatening<'a>(event: &Event<'a>) -> Sign<'a> {
    let rule = text_of(event, f::ERROR_TYPE).unwrap_or_default();
    let unknown = || Sign { reason: "waf_blocked", name: THREATS.field, value: rule.clone() };
    match THREATS.find(rule.clone()) {
        Some(found) => found,
        None if rule.is_empty() => sign("waf_blocked", "eventType=threatProtection"),
        None => unknown(),
    }
}

fn transaction(facts: &Facts<'_>, event: &Event<'_>, called: bool) -> Told<'static> {
    let waited = event.get_int(f::UPSTREAM_DURATION).is_some_and(|micros| micros > 0);
    let native =
        event.get_text(f::ERROR_ORIGIN).is_some_and(|origin| origin.to_ascii_lowercase().contains("native"));
    let failed = event.get_text(f::OUTCOME).is_some_and(|outcome| outcome.eq_ignore_ascii_case("failure"));
    let known = facts.get(CONSUMER).is_some_and(|name| !name.eq_ignore_ascii_case("unknown"));
    let backend = match () {
        () if called => Some("NATIVE_SERVICE_CALL"),
        () if waited => Some("providerTime"),
        () if native => Some("errorOrigin=NATIVE"),
        () => None,
    };
    Told {
        backend,
        gateway: "no native call",
        hint: (failed && !event.has(f::STATUS)).then(|| sign("other", "STATUS=FAILURE")),
        credentials: if known { Some(true) } else { sent_credentials(event) },
        ..Told::default()
    }
}

/// Whether the headers of a refused call hold credentials, where there are headers.
fn sent_credentials(event: &Event<'_>) -> Option<bool> {
    let headers = event.get_text(f::REQUEST_HEADERS).filter(|_| event.get_int(f::STATUS) == Some(401))?;
    let headers = headers.to_ascii_lowercase();
    Some(["[\"authorization\"", "[\"x-gateway-apikey\""].iter().any(|name| headers.contains(name)))
}
