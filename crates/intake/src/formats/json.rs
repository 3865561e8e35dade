//! JSON of any program: a map of member names that are common, which a source can extend. Knows no product.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Told};
use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::{Format, Reason};
use crate::json::Scalar;
use crate::scalar::Unit;

/// JSON of any program.
pub struct Json;

pub(super) static MAP: LazyLock<Map> = LazyLock::new(default_map);

/// The common names.
pub(super) fn default_map() -> Map {
    Map::of(DEFAULT)
}

const NAME: &str = "json";

impl Format for Json {
    fn name(&self) -> &'static str {
        NAME
    }

    fn doc(&self) -> &'static str {
        "JSON objects of any program. Common names are understood, in any case and with or without `_` and `-`, at the \
         top or nested (`http.response.status_code`, `req.method`): times as text or epoch in seconds to \
         nanoseconds, durations by the unit in their name (`duration_ms`, `elapsed_us`; `duration` and `latency` are \
         milliseconds). A source can bring its own map of names. A record without a time gets the time it was received."
    }

    fn judgement(&self) -> &Judgement {
        &JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        recognises(&MAP, record)
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        read(&MAP, record, event)
    }

    fn takes_received_time(&self) -> bool {
        true
    }
}

/// An object that says something of a call: a status, a path or a method, at the top or in `request`, `http`, ….
pub(super) fn recognises(map: &Map, record: &str) -> bool {
    let mut event = Event::new();
    let read = map.read(record, &mut event, &mut |_, _, _| ());
    read.is_ok() && [f::STATUS, f::PATH, f::METHOD].iter().filter(|field| event.has(**field)).count() >= 1
}

pub(super) fn read<'a>(map: &Map, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    if !record.starts_with('{') {
        return Err(Reason::new("not a JSON object"));
    }
    let mut told = Authenticated::default();
    map.read(record, event, &mut |number, value, _| told.take(number, value))?;
    told.judge(event);
    Ok(())
}

/// Whether the record says that it knew the caller; of any form with these names.
#[derive(Default)]
pub(super) struct Authenticated(bool);

impl Authenticated {
    pub(super) fn take(&mut self, _: u8, value: Scalar<'_>) {
        self.0 |= value.flag() == Some(true);
    }

    pub(super) fn judge(self, event: &mut Event<'_>) {
        let answered = event.get_text(f::UPSTREAM_STATUS).is_some_and(|status| status != "0");
        let told = Told {
            backend: answered.then_some("upstream_status"),
            claimed: true,
            identified: self.0,
            ..Told::default()
        };
        denial::decide(event, told);
    }
}

pub(super) static JUDGEMENT: Judgement = Judgement {
    backend: "`upstream_status` (or another name of it) has a value, or the record says `granted`",
    words: &[],
    signs: &[
        (
            "`denial_reason`, `deny_reason`, `reason`, `access.reason`, or what the field map says",
            "the reason",
        ),
        ("`granted`, `allowed`, `access.granted` is false", "by the status"),
        ("401; who is named is only claimed, unless the record says `authenticated`", "invalid_credentials"),
        ("403", "policy_denied"),
        ("429", "rate_limited"),
    ],
    unknown: "Who answered, where the record does not tell: add `granted`, `denial_reason` and `upstream_status`, or name them in the \
              field map.",
};

const AUTHENTICATED: Target = Target::Own(0);

/// The common names, best first.
#[rustfmt::skip]
const DEFAULT: &[Row] = &[
    (field(f::TIME), &["timestamp", "@timestamp", "time", "ts", "datetime", "date", "event_time", "request_time_utc", "start_time", "started_at", "time_iso8601", "time_local", "eventTime", "logged_at", "created_at"]),
    (field(f::REQUEST_ID), &["request_id", "req_id", "x_request_id", "id", "req.id", "request.id", "http.request.id", "requestContext.requestId", "event_id", "insertId"]),
    (field(f::CORRELATION_ID), &["correlation_id", "x_correlation_id", "request.headers.x_request_id"]),
    (field(f::TRACE_ID), &["trace_id", "trace.id", "traceId", "dd.trace_id"]),
    (field(f::GATEWAY), &["gateway", "gateway_name", "router"]),
    (field(f::ENVIRONMENT), &["environment", "env", "deployment.environment"]),
    (field(f::DOMAIN), &["host", "http_host", "hostname", "domain", "server_name", "authority", "url.domain", "server.address", "request.host", "req.host", "req.headers.host"]),
    (field(f::STAGE), &["stage"]),
    (field(f::API), &["api", "api_name", "apiproxy", "proxy_name"]),
    (field(f::API_ID), &["api_id"]),
    (field(f::API_VERSION), &["api_version"]),
    (field(f::SERVICE), &["service", "service_name", "service.name", "upstream_name", "backend"]),
    (field(f::ROUTE), &["route", "route_name", "http.route", "resource_path", "endpoint", "request.route"]),
    (field(f::ROUTE_ID), &["route_id", "jsonPayload.route_id"]),
    (field(f::OPERATION), &["operation", "operation_name", "operation_id"]),
    (field(f::CONSUMER_ID), &["consumer_id", "client_id", "app_id", "user_id", "enduser.id"]),
    (field(f::CONSUMER_NAME), &["consumer_name", "consumer", "consumer_username", "username", "user", "user_name", "user.name", "client_username", "application_name", "app_name", "principal", "remote_user"]),
    (field(f::CONSUMER_GROUPS), &["consumer_groups", "groups", "roles"]),
    (field(f::USAGE_PLAN), &["usage_plan", "plan"]),
    (field(f::CUSTOMER), &["customer", "tenant", "organization", "org"]),
    (field(f::API_KEY_ID), &["api_key_id", "key_id"]),
    (field(f::AUTH_METHOD), &["auth_method", "auth_type"]),
    (field(f::METHOD), &["method", "request_method", "http_method", "verb", "http.method", "http.request.method", "request.method", "req.method", "httpRequest.requestMethod"]),
    (field(f::PATH), &["path", "uri", "url", "request_uri", "request_path", "request_url", "target", "url.path", "url.original", "url.full", "http.target", "http.url", "request.path", "request.uri", "request.url", "req.url", "req.path", "httpRequest.requestUrl"]),
    (field(f::QUERY), &["query", "query_string", "args", "url.query", "request.query"]),
    (field(f::PROTOCOL), &["protocol", "proto", "server_protocol", "http_version", "http.version", "request.proto"]),
    (field(f::IP), &["client_ip", "remote_addr", "remote_ip", "ip", "ip_address", "client_address", "src_ip", "source_ip", "remote_host", "client.ip", "client.address", "source.ip", "request.ip", "request.remote_ip", "req.ip", "req.remoteAddress", "network.client.ip", "httpRequest.remoteIp"]),
    (field(f::USER_AGENT), &["user_agent", "agent", "ua", "http_user_agent", "user_agent.original", "http.user_agent", "request.user_agent", "request.headers.user_agent", "req.headers.user_agent", "httpRequest.userAgent"]),
    (field(f::REFERER), &["referer", "referrer", "http_referer", "http.request.referrer", "request.referer"]),
    (field(f::REQUEST_BYTES), &["request_bytes", "request_length", "request_size", "bytes_received", "bytes_in", "http.request.bytes", "http.request.body.bytes", "request.bytes", "request.size", "bytes_read", "httpRequest.requestSize"]),
    (field(f::REQUEST_HEADERS), &["request_headers", "headers", "request.headers", "req.headers", "http.request.headers"]),
    (field(f::RESPONSE_HEADERS), &["response_headers", "resp_headers", "response.headers", "res.headers", "http.response.headers"]),
    (field(f::STATUS), &["status", "status_code", "http_status", "response_code", "response_status", "code", "http.status_code", "http.response.status_code", "response.status", "response.status_code", "response.code", "res.status", "res.statusCode", "httpRequest.status"]),
    (field(f::RESPONSE_BYTES), &["response_bytes", "bytes_sent", "body_bytes_sent", "response_size", "response_length", "bytes", "size", "bytes_out", "http.response.bytes", "http.response.body.bytes", "response.bytes", "response.size", "res.size", "httpRequest.responseSize"]),
    (field(f::DURATION), &["duration_ms", "response_time_ms", "latency_ms", "elapsed_ms", "response_latency", "response.duration_ms", "duration", "latency", "response_time", "elapsed", "took", "total_time", "duration_millis", "httpRequest.latency"]),
    (in_unit(f::DURATION, Unit::Seconds), &["request_time", "duration_s", "duration_seconds", "response_time_s", "elapsed_seconds", "latency_seconds"]),
    (in_unit(f::DURATION, Unit::Micros), &["duration_us", "latency_us", "elapsed_us", "response_time_us", "duration_micros"]),
    (in_unit(f::DURATION, Unit::Nanos), &["duration_ns", "latency_ns", "event.duration", "elapsed_ns"]),
    (field(f::UPSTREAM_DURATION), &["upstream_ms", "upstream_latency_ms", "upstream_duration_ms", "backend_latency", "upstream_latency", "integration_latency", "response.upstream_ms"]),
    (in_unit(f::UPSTREAM_DURATION, Unit::Seconds), &["upstream_response_time"]),
    (field(f::UPSTREAM_STATUS), &["upstream_status", "backend_status", "origin_status", "integration_status"]),
    (field(f::UPSTREAM_ADDRESS), &["upstream_addr", "upstream_address", "upstream_host", "httpRequest.serverIp"]),
    (AUTHENTICATED, &["authenticated", "is_authenticated", "auth.authenticated", "user.authenticated"]),
    (field(f::GRANTED), &["granted", "access_granted", "allowed", "access.granted"]),
    (field(f::REASON), &["denial_reason", "deny_reason", "reason", "access.reason"]),
    (field(f::ERROR_MESSAGE), &["error", "error_message", "err.message", "error.message"]),
    (field(f::ERROR_TYPE), &["error_type", "error.type", "error.code"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, decode, decode_with};
    use event::{Timestamp, json::to_string};

    fn read(record: &str) -> String {
        let decoded = decode(None, record.as_bytes());
        assert_eq!((decoded.rejects.as_slice(), decoded.formats.as_slice()), (&[][..], &[(NAME, 1)][..]));
        to_string(decoded.batch.row(0))
    }

    #[test]
    fn common_names_in_common_shapes() {
        assert_eq!(
            read(
                r#"{"level":"info","time":1795298871602,"msg":"request completed","req":{"id":7,"method":"post","url":"/orders/17?x=1","headers":{"host":"h","cookie":"s=1"},"remoteAddress":"10.0.0.1"},"res":{"statusCode":201},"responseTime":12.5}"#
            ),
            r#"{"timestamp":"2026-11-21T22:07:51.602000Z","format":"json","request_id":"7","domain":"h","route":"/orders/{id}","request":{"method":"POST","path":"/orders/17","query":"x=1","ip":"10.0.0.1","headers":[["host","h"],["cookie","s=1"]]},"response":{"status":201,"duration_ms":12.5},"access":{"granted":true,"reason":null},"custom":{"level":"info","msg":"request completed"}}"#
        );
        assert_eq!(
            read(
                r#"{"@timestamp":"2026-11-21T22:07:51Z","http":{"request":{"method":"GET"},"response":{"status_code":"403","x":{"y":[1]}}},"url":{"path":"/a"},"event":{"duration":1500000},"client":{"ip":"::1"},"status":"weird"}"#
            ),
            r#"{"timestamp":"2026-11-21T22:07:51.000000Z","format":"json","route":"/a","request":{"method":"GET","path":"/a","ip":"::1"},"response":{"status":403,"duration_ms":1.5},"access":{"granted":false,"reason":"policy_denied","reason_label":"Denied by policy","explanation":"A policy or authorizer of the gateway refused the call.","resolution":"Read the policy named in the event, and change it if the call should pass.","evidence":"status=403"},"custom":{"http.response.x":{"y":[1]},"status":"weird"}}"#
        );
    }

    #[test]
    fn the_time_of_receipt_stands_in() {
        let body = br#"{"status":200,"path":"/"}"#;
        assert_eq!(decode(None, body).rejected, 1);
        let received = Timestamp::parse("2026-11-21T22:07:51Z");
        let decoded = decode_with(Options { received, ..Options::default() }, body);
        assert_eq!(decoded.batch.row(0).int(f::TIME), received.map(|t| t.0));
    }
}
