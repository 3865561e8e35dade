//! Envoy's access log: JSON with the usual names, and the default text. Knows Envoy's operators and nothing else.

use event::{Event, Timestamp, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Match, Told, Words};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Lines, Signs, Table, needs_a_call};
use crate::words::{quoted, word};

/// Envoy, and what is built on it (Istio, Contour, Gloo, Envoy Gateway).
pub(crate) static ENVOY: Table = Table {
    name: "envoy",
    doc: "Envoy's file access log, and what Istio, Contour, Gloo and Envoy Gateway write: `json_format` with the usual \
          names of the operators (`start_time`, `method`, `path`, `response_code`, `response_code_details`, \
          `response_flags`, `duration`, `upstream_host`, `authority`, …), or the default text.\n\n\
          Durations are milliseconds. The default text may have Istio's additions. A user named by a header is only claimed \
          when the call was refused with 401.",
    signs: Signs {
        all: &["response_code"],
        some: (
            2,
            &[
                "response_flags",
                "response_code_details",
                "upstream_cluster",
                "upstream_host",
                "authority",
                "start_time",
                "upstream_service_time",
            ],
        ),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "`response_code_details` is `via_upstream`, or without details there is an upstream host",
        words: &[&DETAILS_WORDS, &FLAG_WORDS],
        signs: &[("401, 403, 429 or 413 without an upstream host", "by the status")],
        unknown: "The default text has no details: write `json_format` with `response_code_details`. Why an external authorizer said no: \
                  let it set a header or dynamic metadata, and log that as `denial_reason`, such as \
                  `%DYNAMIC_METADATA(envoy.filters.http.ext_authz:reason)%`.",
    },
    lines: Some(Lines { known: |line| text(line, &mut Event::new()).is_some(), read: line }),
};

const FLAGS: u8 = 0;
const DETAILS: u8 = 1;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["start_time", "timestamp", "@timestamp", "time"]),
    (field(f::METHOD), &["method", "request_method"]),
    (field(f::PATH), &["path", "x_envoy_original_path", "x_envoy_origin_path", "request_path", "original_path"]),
    (field(f::PROTOCOL), &["protocol"]),
    (field(f::DOMAIN), &["authority", ":authority", "host", "requested_server_name"]),
    (field(f::STATUS), &["response_code", "status"]),
    (Target::Own(FLAGS), &["response_flags", "response_flags_long"]),
    (Target::Own(DETAILS), &["response_code_details"]),
    (field(f::DURATION), &["duration"]),
    (field(f::UPSTREAM_DURATION), &["upstream_service_time", "upstream_time", "x_envoy_upstream_service_time"]),
    (field(f::REQUEST_BYTES), &["bytes_received"]),
    (field(f::RESPONSE_BYTES), &["bytes_sent"]),
    (field(f::IP), &["downstream_remote_address", "downstream_remote_address_without_port", "client_ip", "remote_address"]),
    (field(f::USER_AGENT), &["user_agent"]),
    (field(f::REFERER), &["referer"]),
    (field(f::REQUEST_ID), &["request_id", "x_request_id"]),
    (field(f::TRACE_ID), &["trace_id"]),
    (field(f::API), &["upstream_cluster"]),
    (field(f::ROUTE_ID), &["route_name"]),
    (field(f::UPSTREAM_ADDRESS), &["upstream_host"]),
    (field(f::CONSUMER_NAME), &["user", "jwt_sub", "x_user", "consumer", "consumer_name", "downstream_peer_subject"]),
    (field(f::CONSUMER_ID), &["consumer_id"]),
    (field(f::ERROR_MESSAGE), &["upstream_transport_failure_reason"]),
    (field(f::REASON), &["denial_reason", "deny_reason"]),
];

fn line<'a>(line: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    let (flags, details) =
        text(line, event).ok_or(Reason::new("not a line of Envoy's default access log"))?;
    verdict(event, flags, details);
    Ok(())
}

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    if let Some(ip) = event.get_text(f::IP).map(|ip| address(ip).to_owned()) {
        event.text(f::IP, ip);
    }
    let details = facts.get(DETAILS).unwrap_or("");
    if details != VIA_UPSTREAM {
        event.text(f::ERROR_TYPE, details.to_owned());
    }
    verdict(event, facts.get(FLAGS).unwrap_or(""), details);
    Ok(())
}

/// An address without its port and brackets; one of IPv6 has a port only behind brackets.
fn address(text: &str) -> &str {
    match text.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or(inside),
        None if text.bytes().filter(|byte| *byte == b':').count() == 1 => crate::normalise::host(text),
        None => text,
    }
}

const VIA_UPSTREAM: &str = "via_upstream";

/// What the details mean, which stand before what Envoy adds to them in brackets.
static DETAILS_WORDS: Words = Words {
    field: "response_code_details",
    by: Match::Start,
    list: &[
        ("no_credential_for_basic_auth", "missing_credentials"),
        ("invalid_credential_for_basic_auth", "invalid_credentials"),
        ("jwt_authn_access_denied{Jwt_is_missing", "missing_credentials"),
        ("jwt_authn_access_denied{Jwt_is_expired", "expired_credentials"),
        ("jwt_authn_access_denied{Jwt_verification_fails", "invalid_signature"),
        ("jwt_authn_access_denied", "invalid_credentials"),
        ("missing_api_key", "missing_credentials"),
        // As Envoy spells it.
        ("unkonwn_api_key", "invalid_credentials"),
        ("unknown_api_key", "invalid_credentials"),
        ("client_not_allowed", "route_not_allowed"),
        ("rbac_access_denied", "policy_denied"),
        ("ext_authz_denied", "policy_denied"),
        ("ext_authz_error", "policy_denied"),
        ("csrf_origin_mismatch", "policy_denied"),
        ("local_rate_limited", "rate_limited"),
        ("request_rate_limited", "rate_limited"),
        ("request_payload_too_large", "request_too_large"),
        ("request_headers_too_large", "request_too_large"),
        ("route_not_found", "no_route"),
    ],
};

/// What the flags mean where there are no details.
static FLAG_WORDS: Words = Words {
    field: "response_flags",
    by: Match::Whole,
    list: &[
        ("UAEX", "policy_denied"),
        ("UnauthorizedExternalService", "policy_denied"),
        ("RL", "rate_limited"),
        ("RateLimited", "rate_limited"),
        ("NR", "no_route"),
        ("NoRouteFound", "no_route"),
    ],
};

fn verdict(event: &mut Event<'_>, flags: &str, details: &str) {
    let detail = details.strip_suffix('}').unwrap_or(details);
    let word = DETAILS_WORDS.find(detail).or_else(|| flags.split(',').find_map(|flag| FLAG_WORDS.find(flag)));
    let backend = match details {
        VIA_UPSTREAM => Some("response_code_details=via_upstream"),
        _ => event.has(f::UPSTREAM_ADDRESS).then_some("upstream_host"),
    };
    let told = Told {
        word: word.filter(|_| details != VIA_UPSTREAM),
        backend,
        gateway: "no upstream_host",
        claimed: true,
        ..Told::default()
    };
    denial::decide(event, told);
}

/// `[START] "METHOD PATH PROTOCOL" CODE FLAGS RECEIVED SENT DURATION UPSTREAM "FORWARDED" "AGENT" "ID" "AUTHORITY"
/// "HOST"`; gives the flags and the details. Istio puts more between the flags and the sizes, and behind the host.
fn text<'a>(line: &'a str, event: &mut Event<'a>) -> Option<(&'a str, &'a str)> {
    let (start, rest) = line.strip_prefix('[')?.split_once("] \"")?;
    event.time(f::TIME, Timestamp::parse(start)?);
    let (request, rest) = rest.split_once("\" ")?;
    let mut parts = request.splitn(2, ' ');
    event.text(f::METHOD, parts.next()?);
    let (path, protocol) = parts.next()?.rsplit_once(' ')?;
    event.text(f::PATH, path);
    event.text(f::PROTOCOL, protocol);
    let (status, rest) = word(rest)?;
    event.int(f::STATUS, status.parse().ok()?);
    let (flags, mut rest) = word(rest)?;
    // Istio: details, termination details and failure reason, the last in quotes.
    let mut details = "";
    if rest.bytes().next().is_some_and(|b| !b.is_ascii_digit()) {
        (details, rest) = word(rest)?;
        (_, rest) = word(rest)?;
        (_, rest) = quoted(rest)?;
    }
    for field in [f::REQUEST_BYTES, f::RESPONSE_BYTES] {
        let (number, after) = word(rest)?;
        event.int(field, number.parse().ok()?);
        rest = after;
    }
    for field in [f::DURATION, f::UPSTREAM_DURATION] {
        let (number, after) = word(rest)?;
        event.int_if(field, number.parse().ok().and_then(|millis: i64| millis.checked_mul(1_000)));
        rest = after;
    }
    texts(rest, event)?;
    let details = if details == "-" { "" } else { details };
    if details != VIA_UPSTREAM {
        event.text(f::ERROR_TYPE, details);
    }
    Some((flags, details))
}

/// `"FORWARDED" "AGENT" "ID" "AUTHORITY" "HOST"`. Envoy escapes nothing, so an agent may hold quotes.
fn texts<'a>(text: &'a str, event: &mut Event<'a>) -> Option<()> {
    let (inside, more) = text.trim_start().strip_prefix('"')?.rsplit_once('"')?;
    let (forwarded, inside) = inside.split_once("\" \"")?;
    let mut parts = inside.rsplitn(4, "\" \"");
    for field in [f::UPSTREAM_ADDRESS, f::DOMAIN, f::REQUEST_ID, f::USER_AGENT] {
        event.text(field, parts.next()?);
    }
    event.text(f::IP, address(forwarded.split(',').next().unwrap_or("").trim()));
    if !matches!(forwarded, "" | "-") {
        event.text(f::REQUEST_HEADERS, event::json::pairs([("x-forwarded-for", forwarded)]));
    }
    event.text(f::API, more.trim_start().split(' ').next().unwrap_or(""));
    Some(())
}
