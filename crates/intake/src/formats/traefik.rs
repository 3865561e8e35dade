//! Traefik's JSON access log. Knows Traefik's member names and nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field, in_unit};
use crate::format::Reason;
use crate::scalar::Unit;
use crate::table::{Facts, Signs, Table, judge, needs_a_call, refuse};

/// Traefik.
pub(crate) static TRAEFIK: Table = Table {
    name: "traefik",
    doc: "Traefik 2 and 3: the access log as JSON (`accessLog.format: json`), also with `dualOutput`.\n\n\
          Durations are nanoseconds. `OriginStatus` 0 without a service address means that Traefik answered itself: \
          only then does a 401, 403 or 429 count as denied, and a 404 without a router is `no_route`. \
          `ClientUsername` is what the caller claims: on a refused 401 it is the claimed consumer. To keep request \
          headers, set `accessLog.fields.headers.names`; `User-Agent` and `X-Request-Id` are worth keeping.",
    signs: Signs {
        all: &["DownstreamStatus"],
        some: (1, &["StartUTC", "RequestMethod", "ClientHost"]),
        none: &[],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
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
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    needs_a_call(event)?;
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
    } else if !passed_on && event.get_int(f::STATUS) == Some(404) {
        refuse(event, "no_route");
        return Ok(());
    }
    let credentials = event.has(f::CONSUMER_NAME) || facts.mentions(CREDENTIALS);
    judge(event, passed_on, Some(credentials));
    Ok(())
}
