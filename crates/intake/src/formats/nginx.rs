//! NGINX's access logs: the combined form, and JSON made with `log_format … escape=json`. Knows NGINX's variables and
//! nothing else.

use event::{Event, field as f};
use std::borrow::Cow;
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Sign, Told};
use crate::fieldmap::{Map, Row, Target};
use crate::format::{Format, Reason};
use crate::json::{self, Scalar};
use crate::scalar::Unit;

pub(super) mod combined;

pub(super) use combined::request_line;

/// NGINX.
pub struct Nginx;

impl Format for Nginx {
    fn name(&self) -> &'static str {
        "nginx"
    }

    fn doc(&self) -> &'static str {
        "NGINX access logs, from a file or as syslog sends them.\n\n\
         *Combined*, also with the virtual host in front or further quoted parts behind. The line of a \
         client that Apache wrote looks the same: name the format where it matters. Malformed \
         requests are kept, without a method.\n\n\
         *JSON* with the names of NGINX's variables or common short ones (`time`, `msec`, `remote_addr`, `uri`, \
         `status`, `request_time`, …). With `$upstream_status` in it, only calls that were not passed on count as denied. \
         Recommended:\n\n\
         ```nginx\n\
         log_format gatelog escape=json '{\"time\":\"$time_iso8601\",\"msec\":\"$msec\",\"request_id\":\"$request_id\",'\n\
         \x20 '\"remote_addr\":\"$remote_addr\",\"remote_user\":\"$remote_user\",\"host\":\"$host\",\"method\":\"$request_method\",'\n\
         \x20 '\"uri\":\"$request_uri\",\"protocol\":\"$server_protocol\",\"status\":$status,\"bytes_sent\":$bytes_sent,'\n\
         \x20 '\"request_length\":$request_length,\"request_time\":$request_time,\"upstream_addr\":\"$upstream_addr\",'\n\
         \x20 '\"upstream_status\":\"$upstream_status\",\"upstream_response_time\":\"$upstream_response_time\",'\n\
         \x20 '\"referer\":\"$http_referer\",\"user_agent\":\"$http_user_agent\",\"limit_req_status\":\"$limit_req_status\"}';\n\
         ```\n\n\
         `$remote_user` is only what the caller claims: on a 401 it is the claimed consumer, not the consumer. \
         Lines of the error log are rejected."
    }

    fn judgement(&self) -> &Judgement {
        &JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        if !record.starts_with('{') {
            return combined::recognises(record) || is_error_log(record);
        }
        let (mut signs, mut foreign) = (0, false);
        let read = json::object(record, |name, _| {
            match name {
                "remote_addr"
                | "remote_user"
                | "request_time"
                | "upstream_response_time"
                | "upstream_addr"
                | "body_bytes_sent"
                | "time_local"
                | "time_iso8601"
                | "request_length"
                | "upstream_status"
                | "http_user_agent"
                | "http_referer"
                | "msec"
                | "limit_req_status"
                | "xff"
                | "args" => signs += 1,
                "route_id" | "latencies" | "started_at" | "responseLatency" => foreign = true,
                _ => {}
            }
            Ok(())
        });
        read.is_ok() && signs >= 2 && !foreign
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        event.text(f::GATEWAY, "nginx");
        let mut facts = Facts::default();
        if record.starts_with('{') {
            MAP.read(record, event, &mut |number, value, event| facts.take(number, value, event))?;
        } else if is_error_log(record) {
            return Err(Reason::new("a line of the error log, not of an access log"));
        } else {
            combined::read(record, event)?;
        }
        facts.finish(event);
        Ok(())
    }
}

/// `2021/09/30 09:23:53 [error] …`
fn is_error_log(record: &str) -> bool {
    let bytes = record.as_bytes();
    bytes.get(4) == Some(&b'/')
        && bytes.get(7) == Some(&b'/')
        && bytes.get(10) == Some(&b' ')
        && bytes.get(20) == Some(&b'[')
        && bytes.iter().take(4).all(u8::is_ascii_digit)
}

/// What only NGINX means by a member.
const MSEC: u8 = 0;
const REQUEST_LINE: u8 = 1;
const FORWARDED_FOR: u8 = 2;
const AUTHORIZATION: u8 = 3;
const LIMIT: u8 = 4;
const UPSTREAM_STATUS: u8 = 5;
const UPSTREAM_TIME: u8 = 6;
const CONNECT_TIME: u8 = 7;
const USER: u8 = 8;
const API_KEY: u8 = 9;
const COOKIE: u8 = 10;
const URI: u8 = 11;
const ARGS: u8 = 12;
const DECODED_PATH: u8 = 13;

static MAP: LazyLock<Map> = LazyLock::new(|| Map::of(NAMES));

const fn field(field: event::FieldId) -> Target {
    Target::Field(field, Unit::Seconds)
}

const NAMES: &[Row] = &[
    (Target::Own(MSEC), &["msec"]),
    (field(f::TIME), &["time_iso8601", "time", "timestamp", "@timestamp", "time_local", "ts", "datetime"]),
    (field(f::REQUEST_ID), &["request_id", "req_id", "http_x_request_id", "x_request_id"]),
    (field(f::TRACE_ID), &["trace_id", "otel_trace_id"]),
    (field(f::IP), &["remote_addr", "remote_ip", "client_ip", "ip", "client", "clientip"]),
    (Target::Own(FORWARDED_FOR), &["xff", "http_x_forwarded_for", "x_forwarded_for", "forwarded_for"]),
    (Target::Own(USER), &["remote_user", "user"]),
    (field(f::DOMAIN), &["host", "http_host", "vhost", "server_name", "domain"]),
    (field(f::METHOD), &["method", "request_method", "verb"]),
    (Target::Own(URI), &["request_uri", "uri", "url"]),
    (Target::Own(DECODED_PATH), &["path", "document_uri"]),
    (Target::Own(ARGS), &["args", "query_string", "query"]),
    (Target::Own(REQUEST_LINE), &["request"]),
    (field(f::PROTOCOL), &["server_protocol", "protocol", "http_version"]),
    (field(f::STATUS), &["status", "status_code", "response_code"]),
    (field(f::RESPONSE_BYTES), &["bytes_sent", "bytes", "body_bytes_sent", "size"]),
    (field(f::REQUEST_BYTES), &["request_length", "request_bytes", "bytes_received"]),
    (field(f::DURATION), &["request_time", "duration", "response_time"]),
    (Target::Own(UPSTREAM_TIME), &["upstream_response_time", "upstream_time"]),
    (Target::Own(CONNECT_TIME), &["upstream_connect_time"]),
    (Target::Own(UPSTREAM_STATUS), &["upstream_status"]),
    (field(f::UPSTREAM_ADDRESS), &["upstream_addr", "upstream_address"]),
    (field(f::REFERER), &["http_referer", "referer", "referrer"]),
    (field(f::USER_AGENT), &["http_user_agent", "user_agent", "agent", "ua"]),
    (Target::Own(LIMIT), &["limit_req_status", "limit_conn_status", "limit"]),
    (Target::Own(AUTHORIZATION), &["auth_header", "http_authorization", "authorization"]),
    (Target::Own(API_KEY), &["http_x_api_key", "x_api_key", "http_apikey", "apikey"]),
    (Target::Own(COOKIE), &["http_cookie", "cookie"]),
    (field(f::API), &["api", "api_name"]),
    (field(f::ROUTE), &["route", "location"]),
    (field(f::ENVIRONMENT), &["environment", "env"]),
    (field(f::CONSUMER_ID), &["consumer_id"]),
    (field(f::CONSUMER_GROUPS), &["consumer_groups", "groups"]),
    (field(f::REASON), &["denial_reason", "deny_reason"]),
];

/// What is put together once the whole record is read.
#[derive(Default)]
struct Facts {
    headers: String,
    authorized: bool,
    limited: bool,
    /// Whether the record says that the call was passed on; `None` when it does not say.
    passed_on: Option<bool>,
    has_uri: bool,
}

impl Facts {
    fn take<'a>(&mut self, number: u8, value: Scalar<'a>, event: &mut Event<'a>) {
        let absent = value.is_absent();
        if number == UPSTREAM_STATUS {
            self.passed_on = Some(!absent);
        }
        let text: Cow<'a, str> = match value {
            _ if absent => return,
            Scalar::Text(text) => text,
            Scalar::Number(text) | Scalar::Nested(text) => text.into(),
            Scalar::Flag(_) | Scalar::Absent => return,
        };
        match number {
            MSEC => {
                if let Some(time) = event::Timestamp::parse(&text) {
                    event.time(f::TIME, time);
                    // The other times of the record have whole seconds only.
                    event.time(f::SOURCE_LOGGED_AT, time);
                }
            }
            REQUEST_LINE => combined::request_line(text, event),
            FORWARDED_FOR => self.header("x-forwarded-for", &text),
            AUTHORIZATION => {
                self.authorized = true;
                self.header("authorization", &text);
            }
            API_KEY => {
                self.authorized = true;
                self.header("x-api-key", &text);
            }
            COOKIE => self.header("cookie", &text),
            LIMIT => self.limited |= text == "REJECTED",
            UPSTREAM_STATUS => event.text(f::UPSTREAM_STATUS, text),
            UPSTREAM_TIME => event.int_if(f::UPSTREAM_DURATION, sum(&text)),
            CONNECT_TIME => event.int_if(f::CONNECT_DURATION, sum(&text)),
            USER => event.text(f::CONSUMER_NAME, text),
            URI => {
                self.has_uri = true;
                event.text(f::PATH, text);
            }
            // `$uri` is decoded and may be rewritten: what the client sent is better.
            DECODED_PATH if !self.has_uri => event.text(f::PATH, text),
            ARGS => event.text(f::QUERY, text),
            _ => {}
        }
    }

    fn header(&mut self, name: &str, value: &str) {
        self.headers.push_str(if self.headers.is_empty() { "[[" } else { ",[" });
        event::json::string(&mut self.headers, name);
        self.headers.push(',');
        event::json::string(&mut self.headers, value);
        self.headers.push(']');
    }

    fn finish(mut self, event: &mut Event<'_>) {
        if let Some(time) = event.get_int(f::SOURCE_LOGGED_AT) {
            event.take(f::SOURCE_LOGGED_AT);
            event.int(f::TIME, time);
        }
        if !self.headers.is_empty() {
            self.headers.push(']');
            event.text(f::REQUEST_HEADERS, self.headers);
        }
        let limit = || Sign { reason: "rate_limited", name: "limit_req_status", value: "REJECTED".into() };
        let told = Told {
            backend: (self.passed_on == Some(true)).then_some("upstream_status"),
            gateway: if self.passed_on == Some(false) { "no upstream_status" } else { "" },
            hint: self.limited.then(limit),
            credentials: Some(self.authorized || event.has(f::CONSUMER_NAME)),
            claimed: true,
            ..Told::default()
        };
        denial::decide(event, told);
    }
}

static JUDGEMENT: Judgement = Judgement {
    backend: "`$upstream_status` has a value. A log without it (combined) does not tell: there every 401, 403 and 429 counts as denied",
    words: &[],
    signs: &[
        ("`limit_req_status` or `limit_conn_status` is `REJECTED`, with any status", "rate_limited"),
        ("401 without a user and without an authorization header", "missing_credentials"),
        ("401 otherwise; the user is only claimed", "invalid_credentials"),
        ("403", "policy_denied"),
        ("413 where no upstream answered", "request_too_large"),
        ("429", "rate_limited"),
    ],
    unknown: "A name with a wrong password on a call refused with 403 or 429 before the password was looked at. `allow`/`deny`, a firewall and `auth_request` all answer 403. Set a variable where you refuse, \
              `if ($blocked) { set $denial_reason ip_restricted; return 403; }`, and log it: \
              `\"denial_reason\":\"$denial_reason\"`.",
};

/// `0.001, 0.002 : 0.1` — one time for each upstream that was tried.
fn sum(times: &str) -> Option<i64> {
    let each = times.split([',', ':']).filter_map(|time| crate::scalar::micros(time, Unit::Seconds));
    each.fold(None, |sum, micros| Some(sum.unwrap_or(0) + micros))
}

#[cfg(test)]
#[path = "nginx_tests.rs"]
mod tests;
