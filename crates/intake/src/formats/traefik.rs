//! Traefik's access log, as JSON and in its common form. Knows Traefik's member names and nothing else.

use event::{Event, Value, field as f};
use std::borrow::Cow;
use std::sync::LazyLock;

use super::nginx::combined;
use crate::denial::{self, Judgement, Told, sign};
use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::Reason;
use crate::scalar::Unit;
use crate::table::{Facts, Lines, Signs, Table, needs_a_call};

/// Traefik.
pub(crate) static TRAEFIK: Table = Table {
    name: "traefik",
    doc: "Traefik 2 and 3: the access log as JSON (`accessLog.format: json`), also with `dualOutput`, and in its `common` form \
          with the router, the address of the service and the milliseconds behind it (`genericCLF` reads as `nginx`).\n\n\
          Durations are nanoseconds in JSON. `ClientUsername` is what the caller claims: on a 401 it is the claimed consumer. To \
          keep request headers, set `accessLog.fields.headers.names`; `User-Agent` and `X-Request-Id` are worth keeping.",
    signs: Signs {
        all: &["DownstreamStatus"],
        some: (1, &["StartUTC", "RequestMethod", "ClientHost"]),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "`OriginStatus` is not 0, or there is a service address (`ServiceAddr`; in the common form a service URL)",
        words: &[],
        signs: &[
            ("404 without a router", "no_route"),
            ("401 without a user and without `request_Authorization`", "missing_credentials"),
            ("401 with one, who is only claimed", "invalid_credentials"),
            ("403 (ipAllowList, forwardAuth and plugins answer alike)", "policy_denied"),
            ("413 (buffering)", "request_too_large"),
            ("429 (rateLimit, inFlightReq)", "rate_limited"),
        ],
        unknown: "Which middleware answered. Let forwardAuth or a plugin set a response header `X-Denial-Reason`, and keep it: \
                  `accessLog.fields.headers.names.X-Denial-Reason: keep`.",
    },
    lines: Some(Lines { known: |line| tail(line).is_some(), read: line }),
};

const SKIP: u8 = 0;
const CREDENTIALS: u8 = 1;
const ORIGIN_STATUS: u8 = 2;
const ROUTER: u8 = 3;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["StartUTC", "StartLocal", "time"]),
    // `msg` repeats the whole record when there are two outputs.
    (Target::Own(SKIP), &["msg", "level", "ClientAddr", "ClientPort", "RequestAddr", "RequestPort", "RequestCount"]),
    (field(f::IP), &["ClientHost"]),
    (field(f::CONSUMER_NAME), &["ClientUsername"]),
    (field(f::METHOD), &["RequestMethod"]),
    (field(f::PATH), &["RequestPath"]),
    (field(f::DOMAIN), &["RequestHost"]),
    (field(f::PROTOCOL), &["RequestProtocol"]),
    (field(f::REQUEST_BYTES), &["RequestContentSize"]),
    (field(f::STATUS), &["DownstreamStatus"]),
    (field(f::RESPONSE_BYTES), &["DownstreamContentSize"]),
    (in_unit(f::DURATION, Unit::Nanos), &["Duration"]),
    (in_unit(f::UPSTREAM_DURATION, Unit::Nanos), &["OriginDuration"]),
    (in_unit(f::GATEWAY_DURATION, Unit::Nanos), &["Overhead"]),
    (Target::Own(ORIGIN_STATUS), &["OriginStatus"]),
    (Target::Own(ROUTER), &["RouterName"]),
    (field(f::API), &["ServiceName"]),
    (field(f::UPSTREAM_ADDRESS), &["ServiceAddr"]),
    (field(f::NATIVE_URL), &["ServiceURL"]),
    (field(f::STAGE), &["entryPointName"]),
    (field(f::REQUEST_ID), &["request_X-Request-Id"]),
    (field(f::USER_AGENT), &["request_User-Agent"]),
    (field(f::REFERER), &["request_Referer"]),
    (Target::Own(CREDENTIALS), &["request_Authorization"]),
    (field(f::TRACE_ID), &["trace_id", "TraceId"]),
    (field(f::REASON), &["denial_reason", "downstream_X-Denial-Reason", "origin_X-Denial-Reason"]),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
    // With forwarded addresses taken for true there are several; the last is the one nearest to Traefik.
    if let Some(Value::Text(Cow::Borrowed(hosts))) = event.get(f::IP)
        && let Some((_, last)) = hosts.rsplit_once(',')
    {
        event.text(f::IP, last.trim());
    }
    let origin = facts.get(ORIGIN_STATUS).filter(|status| *status != "0").map(str::to_owned);
    let passed_on = origin.is_some() || event.has(f::UPSTREAM_ADDRESS);
    match origin {
        Some(status) => event.text(f::UPSTREAM_STATUS, status),
        // 0: nothing was waited for.
        None if !passed_on => drop(event.take(f::UPSTREAM_DURATION)),
        None => {}
    }
    if let Some(router) = facts.get(ROUTER) {
        event.text(f::ROUTE_ID, router.to_owned());
    }
    let credentials = event.has(f::CONSUMER_NAME) || facts.mentions(CREDENTIALS);
    verdict(event, passed_on.then_some("OriginStatus"), credentials);
    Ok(())
}

fn verdict(event: &mut Event<'_>, backend: Option<&'static str>, credentials: bool) {
    let unrouted = event.get_int(f::STATUS) == Some(404) && !event.has(f::ROUTE_ID);
    let told = Told {
        backend,
        gateway: "no OriginStatus",
        hint: unrouted.then(|| sign("no_route", "no router")),
        credentials: Some(credentials),
        claimed: true,
        ..Told::default()
    };
    denial::decide(event, told);
}

/// The combined form, and behind it the number of the request, `"router"`, `"service"` and milliseconds.
fn line<'a>(line: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    let (before, router, service, millis) =
        tail(line).ok_or(Reason::new("not a line of Traefik's common log"))?;
    combined::read(before, event)?;
    event.text(f::ROUTE_ID, router);
    event.text(f::NATIVE_URL, service);
    event.int_if(f::DURATION, millis.parse().ok().and_then(|millis: i64| millis.checked_mul(1_000)));
    let named = event.has(f::CONSUMER_NAME);
    verdict(event, event.has(f::NATIVE_URL).then_some("service URL"), named);
    Ok(())
}

/// What stands before ` 500 "web@docker" "http://10.0.0.7:80" 12ms`, and the parts of that.
fn tail(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (line, millis) = line.trim_end().strip_suffix("ms")?.rsplit_once(' ')?;
    let (rest, service) = line.strip_suffix('"')?.rsplit_once('"')?;
    let (rest, router) = rest.trim_end().strip_suffix('"')?.rsplit_once('"')?;
    let (before, count) = rest.trim_end().rsplit_once(' ')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (number(millis) && number(count) && before.ends_with('"') && combined::recognises(before))
        .then_some((before, router, service, millis))
}
