//! HAProxy's HTTP log: the text of `option httplog`, and JSON made with `log-format`. Knows HAProxy's fields and
//! nothing else.

use event::{Event, Timestamp, field as f};
use std::borrow::Cow;
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Sign, Told};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Lines, Signs, Table, needs_a_call};
use crate::words::word;

/// HAProxy.
pub(crate) static HAPROXY: Table = Table {
    name: "haproxy",
    doc: "HAProxy 2 and 3: the text of `option httplog`, from syslog or a file, or JSON made with `log-format`.\n\n\
          Times are milliseconds, -1 where the call never got that far; HAProxy writes its local time without a zone, so \
          run it in UTC. Of `capture request header`, three captures are taken to be the host, the user agent and the \
          request id, in this order; others are kept in `custom`. In JSON the short names are understood (`accept`, \
          `client_ip`, `fe`, `be`, `srv`, `status`, `bytes`, `method`, `path`, `query`, `tsc`, `TR`, `Tw`, `Tc`, `Tr`, \
          `Ta`, `req_id`, `ua`, `host`, `user`).\n\n\
          Lines of `option tcplog` and of failed TLS handshakes tell of connections, not of calls: they are refused by name.",
    signs: Signs {
        all: &["status"],
        some: (3, &["tsc", "TR", "Tw", "Tc", "Tr", "Ta", "Tt", "fe", "be", "srv", "termination_state"]),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "a server was chosen, and the termination state begins neither with `PR` nor with `LR`",
        words: &[],
        signs: &[
            ("termination state `PT` (tarpit) with 429", "rate_limited"),
            ("termination state `PT` (tarpit)", "policy_denied"),
            ("401 by HAProxy itself (`PR`, `LR`, `<NOSRV>`, `<STATS>`)", "invalid_credentials"),
            ("403", "policy_denied"),
            ("413", "request_too_large"),
            ("429", "rate_limited"),
        ],
        unknown: "Why a rule refused, and whether a 401 had credentials: the text form has no room for it. Set a variable where you \
                  refuse, `http-request set-var(txn.why) str(ip_restricted) if blocked`, and log JSON with \
                  `\"denial_reason\":\"%[var(txn.why)]\"`.",
    },
    lines: Some(Lines { known, read: line }),
};

const ACCEPTED: u8 = 0;
const STATE: u8 = 1;
const SERVER: u8 = 2;
const TIMER: u8 = 3;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (Target::Own(ACCEPTED), &["accept", "accept_date", "request_date"]),
    (field(f::TIME), &["ts", "timestamp", "time", "@timestamp", "date_time"]),
    (field(f::IP), &["client_ip", "src", "client", "clientip"]),
    (field(f::STAGE), &["fe", "frontend", "frontend_name"]),
    (field(f::API), &["be", "backend", "backend_name"]),
    (Target::Own(SERVER), &["srv", "server", "server_name"]),
    (field(f::STATUS), &["status", "status_code"]),
    (field(f::RESPONSE_BYTES), &["bytes", "bytes_read", "bytes_sent"]),
    (field(f::REQUEST_BYTES), &["bytes_uploaded", "bytes_in"]),
    (field(f::METHOD), &["method", "http_method"]),
    (field(f::PATH), &["path", "uri", "http_path"]),
    (field(f::QUERY), &["query", "query_string", "http_query"]),
    (field(f::PROTOCOL), &["protocol", "http_version"]),
    (Target::Own(STATE), &["tsc", "ts_state", "termination_state"]),
    // TR and Tr differ only in case: all are read in `timers`.
    (Target::Own(TIMER), &["TR", "Tw", "Tc", "Ta", "Tt"]),
    (field(f::REQUEST_ID), &["req_id", "request_id", "unique_id"]),
    (field(f::USER_AGENT), &["ua", "user_agent"]),
    (field(f::DOMAIN), &["host"]),
    (field(f::REFERER), &["referer"]),
    (field(f::CONSUMER_NAME), &["user", "consumer"]),
    (field(f::CONSUMER_ID), &["consumer_id"]),
    (field(f::REASON), &["denial_reason", "deny_reason"]),
];

fn known(line: &str) -> bool {
    text(line, &mut Event::new()).is_some() || connection(line).is_some()
}

fn line<'a>(line: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    match text(line, event) {
        Some(()) => Ok(()),
        None => Err(connection(line).unwrap_or(Reason::new("not a line of HAProxy's HTTP log"))),
    }
}

/// What a line says of a connection: `CLIENT:PORT [TIME] FRONTEND …` without a request behind it.
fn connection(line: &str) -> Option<Reason> {
    let (client, rest) = line.split_once(" [")?;
    let (ip, port) = client.rsplit_once(':')?;
    let (time, rest) = rest.split_once("] ")?;
    accepted(time).filter(|_| !ip.contains(' ') && port.bytes().all(|b| b.is_ascii_digit()))?;
    let (frontend, rest) = word(rest)?;
    if frontend.ends_with(':') {
        return Some(Reason::new("an error of a connection, not a call"));
    }
    // `BACKEND/SERVER Tw/Tc/Tt BYTES STATE …`
    let (_, rest) = word(rest)?;
    let (times, _) = word(rest)?;
    (times.split('/').count() == 3).then_some(Reason::new("a TCP connection, not a call"))
}

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    if let Some(time) = facts.get(ACCEPTED).and_then(accepted) {
        event.time(f::TIME, time);
    }
    // `%HQ` begins with its question mark.
    if let Some(query) = event.get_text(f::QUERY).and_then(|query| query.strip_prefix('?')).map(str::to_owned)
    {
        event.text(f::QUERY, query);
    }
    if let Some(server) = facts.get(SERVER) {
        event.text(f::UPSTREAM_ADDRESS, if is_chosen(server) { server } else { "" }.to_owned());
    }
    verdict(event, facts.get(STATE).unwrap_or(""), facts.get(SERVER).is_some_and(is_chosen));
    timers(facts.record, event)
}

/// `<NOSRV>` and `<STATS>` are no servers.
fn is_chosen(server: &str) -> bool {
    !server.starts_with('<')
}

/// The five times of a JSON record; -1 and less: not reached.
fn timers(record: &str, event: &mut Event<'_>) -> Result<(), Reason> {
    crate::json::object(record, |name, reader| {
        let field = match name {
            "Tc" => f::CONNECT_DURATION,
            "Tr" => f::UPSTREAM_DURATION,
            "Ta" | "Tt" => f::DURATION,
            _ => return Ok(()),
        };
        let millis = reader.scalar()?.int().filter(|millis| *millis >= 0);
        event.int_if(field, millis.and_then(|millis| millis.checked_mul(1_000)));
        Ok(())
    })?;
    Ok(())
}

/// `21/Nov/2026:21:58:54.684`, taken for UTC.
fn accepted(text: &str) -> Option<Timestamp> {
    let time = Timestamp::parse(text.get(..20)?)?;
    let millis = match text.get(20..)?.strip_prefix('.') {
        Some(fraction) => fraction.get(..3)?.parse::<i64>().ok()?,
        None => 0,
    };
    Some(Timestamp(time.0 + millis * 1_000))
}

/// `CLIENT:PORT [TIME] FRONTEND BACKEND/SERVER TR/Tw/Tc/Tr/Ta STATUS BYTES COOKIE COOKIE STATE CONNECTIONS QUEUES
/// {REQUEST CAPTURES} {RESPONSE CAPTURES} "METHOD PATH PROTOCOL"`
fn text<'a>(line: &'a str, event: &mut Event<'a>) -> Option<()> {
    let (client, rest) = line.split_once(" [")?;
    let (ip, port) = client.rsplit_once(':')?;
    let (time, rest) = rest.split_once("] ")?;
    event.time(f::TIME, accepted(time)?);
    if ip.contains(' ') || port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    event.text(f::IP, ip);
    let (frontend, rest) = word(rest)?;
    event.text(f::STAGE, frontend.trim_end_matches('~'));
    let (backend, rest) = word(rest)?;
    let (backend, server) = backend.split_once('/')?;
    let chosen = is_chosen(server);
    if chosen {
        event.text(f::API, backend);
        event.text(f::UPSTREAM_ADDRESS, server);
    }
    let (times, rest) = word(rest)?;
    let mut each = times.split('/').map(|time| time.trim_start_matches('+').parse::<i64>().ok());
    for field in [None, None, Some(f::CONNECT_DURATION), Some(f::UPSTREAM_DURATION), Some(f::DURATION)] {
        let millis = each.next()??;
        if let Some(field) = field.filter(|_| millis >= 0) {
            event.int_if(field, millis.checked_mul(1_000));
        }
    }
    let (status, rest) = word(rest)?;
    event.int_if(f::STATUS, status.parse().ok());
    let (bytes, mut rest) = word(rest)?;
    event.int(f::RESPONSE_BYTES, bytes.trim_start_matches('+').parse().ok()?);
    let mut state = "";
    for part in 0..5 {
        let (found, after) = word(rest)?;
        if part == 2 {
            state = found;
        }
        rest = after;
    }
    let (before, request) = rest.split_once('"').map(|_| rest.split_at(request_at(rest)))?;
    captures(before.trim(), event);
    crate::formats::nginx::request_line(unescaped(request.trim_matches('"')), event);
    verdict(event, state, chosen);
    Some(())
}

/// Where the request in quotes at the end of the line begins; HAProxy writes a quote inside as `#22`.
fn request_at(text: &str) -> usize {
    text.trim_end_matches('"').rfind('"').unwrap_or(0)
}

/// `#XX` is a byte that is not printable, a quote, or `#` itself.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('#') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'#');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or(&[]) } else { after };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// `{host|agent|id} {content type}`: three captures of the request have a known order.
fn captures<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else { return };
    let (request, response) = inside.split_once("} {").unwrap_or((inside, ""));
    let taken = request.split_once('|').and_then(|(host, rest)| {
        let (agent, id) = rest.rsplit_once('|')?;
        (!id.contains(' ') && !host.contains(' ')).then_some((host, agent, id))
    });
    let mut custom = String::new();
    let mut keep = |name: &str, value: &str| {
        if !value.trim_matches('|').is_empty() {
            custom.push_str(if custom.is_empty() { "{" } else { "," });
            event::json::string(&mut custom, name);
            custom.push(':');
            event::json::string(&mut custom, value);
        }
    };
    match taken {
        Some((host, agent, id)) => {
            event.text(f::DOMAIN, crate::normalise::host(host));
            event.text(f::USER_AGENT, unescaped(agent));
            event.text(f::REQUEST_ID, unescaped(id));
        }
        None => keep("captured_request_headers", request),
    }
    keep("captured_response_headers", response);
    if !custom.is_empty() {
        custom.push('}');
        event.text(f::CUSTOM, custom);
    }
}

fn verdict(event: &mut Event<'_>, state: &str, chosen: bool) {
    let (gateway, own) = match state.get(..2) {
        Some("PR") => ("termination=PR", true),
        Some("LR") => ("termination=LR", true),
        Some("PT") => ("termination=PT", true),
        _ => ("no server", false),
    };
    let tarpit = || Sign { reason: "policy_denied", name: "tarpit", value: "".into() };
    let told = Told {
        backend: (chosen && !own).then_some("a server answered"),
        gateway,
        hint: (gateway == "termination=PT" && event.get_int(f::STATUS) != Some(429)).then(tarpit),
        claimed: true,
        ..Told::default()
    };
    denial::decide(event, told);
    if !matches!(state, "" | "----" | "--") {
        event.text(f::ERROR_TYPE, state.to_owned());
    }
}
