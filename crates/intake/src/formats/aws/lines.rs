//! The text templates that the console of API Gateway offers: CLF, CSV and XML, for REST, HTTP and WebSocket APIs.
//! Knows their order of values and nothing else.

use event::{Event, FieldId, Timestamp, field as f};

use crate::format::Reason;
use crate::words::{quoted, word};

/// Whether a line is one of them. CLF is told from other access logs by the id of the request at its end.
pub(super) fn known(line: &str) -> bool {
    line.starts_with("<request id=\"") || columns(line).is_some() || clf(line).is_some()
}

pub(super) fn read<'a>(line: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    let cells = if line.starts_with('<') { xml(line) } else { columns(line).or_else(|| clf(line)) };
    let cells = cells.ok_or(Reason::new("no line of a template of API Gateway"))?;
    for (what, value) in cells {
        put(what, value, event);
    }
    super::judge(event, false, false);
    super::identify(event);
    Ok(())
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Text(FieldId),
    Number(FieldId),
    Time,
    /// `/pets/{id}`
    Resource,
    /// `GET /pets/{id}` or `$default`
    RouteKey,
    Nothing,
}
use What::{Nothing, Number, Resource, RouteKey, Text, Time};

type Cells<'a> = Vec<(What, &'a str)>;

fn put<'a>(what: What, value: &'a str, event: &mut Event<'a>) {
    match what {
        Text(field) => event.text(field, value),
        Number(field) => event.int_if(field, value.parse().ok()),
        Time => event.int_if(f::TIME, Timestamp::parse(value).map(|time| time.0)),
        Resource => {
            event.text(f::ROUTE, value);
            event.text(f::PATH, value);
        }
        RouteKey if value != "-" => {
            event.text(f::ROUTE_KEY, value);
            let route = value.rsplit(' ').next().unwrap_or(value);
            event.text(f::ROUTE, route);
            if route.starts_with('/') {
                event.text(f::PATH, route);
            }
        }
        RouteKey | Nothing => {}
    }
}

/// The columns of REST, HTTP and WebSocket APIs.
const COLUMNS: [&[What]; 3] = [
    &[
        Text(f::IP),
        Text(f::IDENTITY_CALLER),
        Text(f::IDENTITY_USER),
        Time,
        Text(f::METHOD),
        Resource,
        Text(f::PROTOCOL),
        Number(f::STATUS),
        Number(f::RESPONSE_BYTES),
        Text(f::REQUEST_ID),
        Text(f::EVENT_PK),
    ],
    &[
        Text(f::IP),
        Time,
        Text(f::METHOD),
        RouteKey,
        Text(f::PROTOCOL),
        Number(f::STATUS),
        Number(f::RESPONSE_BYTES),
        Text(f::REQUEST_ID),
    ],
    &[
        Text(f::IP),
        Text(f::IDENTITY_CALLER),
        Text(f::IDENTITY_USER),
        Time,
        Text(f::OPERATION),
        RouteKey,
        Number(f::STATUS),
        Text(f::CORRELATION_ID),
        Text(f::REQUEST_ID),
    ],
];

/// `IP,CALLER,USER,TIME,METHOD,RESOURCE,PROTOCOL,STATUS,BYTES,ID,EXTENDED`
fn columns(line: &str) -> Option<Cells<'_>> {
    let count = memchr::memchr_iter(b',', line.as_bytes()).count() + 1;
    let list = COLUMNS.iter().find(|list| list.len() == count)?;
    let cells: Cells<'_> = list.iter().copied().zip(line.split(',').map(str::trim)).collect();
    let sound = cells.iter().all(|(what, value)| match what {
        Time => is_clf_time(value),
        Number(f::STATUS) => is_status(value),
        _ => true,
    });
    sound.then_some(cells)
}

/// `IP CALLER USER [TIME] "METHOD RESOURCE PROTOCOL" STATUS BYTES ID EXTENDED`; without the last for HTTP APIs, and for
/// WebSocket APIs `"EVENT ROUTE CONNECTION" STATUS ID`.
fn clf(line: &str) -> Option<Cells<'_>> {
    let (head, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once("] ")?;
    let (request, rest) = quoted(rest)?;
    let mut head = head.split(' ');
    let (ip, caller, user) = (head.next()?, head.next()?, head.next()?);
    if head.next().is_some() || !is_clf_time(time) {
        return None;
    }
    let (status, rest) = word(rest)?;
    let after: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
    let (first, route) = request.split_once(' ')?;
    let (route, last) = route.rsplit_once(' ')?;
    let mut cells =
        vec![(Text(f::IP), ip), (Text(f::IDENTITY_CALLER), caller), (Text(f::IDENTITY_USER), user)];
    cells.extend([(Time, time), (Number(f::STATUS), status)]);
    match (first, after.as_slice()) {
        ("CONNECT" | "MESSAGE" | "DISCONNECT", [id]) if is_id(id) => {
            cells.extend([
                (Text(f::OPERATION), first),
                (RouteKey, route),
                (Text(f::CORRELATION_ID), last),
                (Text(f::REQUEST_ID), id),
            ]);
        }
        (_, [bytes, id, more @ ..]) if is_id(id) && more.len() < 2 && last.starts_with("HTTP/") => {
            // An HTTP API names the route key: its method stands there twice.
            let what = if more.is_empty() { RouteKey } else { Resource };
            cells.extend([(Text(f::METHOD), first), (what, route), (Text(f::PROTOCOL), last)]);
            cells.extend([(Number(f::RESPONSE_BYTES), *bytes), (Text(f::REQUEST_ID), *id)]);
            cells.extend(more.first().map(|extended| (Text(f::EVENT_PK), *extended)));
        }
        _ => return None,
    }
    is_status(status).then_some(cells)
}

/// `<request id="…"> <ip>…</ip> … </request>`
fn xml(line: &str) -> Option<Cells<'_>> {
    const NAMES: &[(&str, What)] = &[
        ("extendedRequestId", Text(f::EVENT_PK)),
        ("ip", Text(f::IP)),
        ("caller", Text(f::IDENTITY_CALLER)),
        ("user", Text(f::IDENTITY_USER)),
        ("requestTime", Time),
        ("httpMethod", Text(f::METHOD)),
        ("eventType", Text(f::OPERATION)),
        ("resourcePath", Resource),
        ("routeKey", RouteKey),
        ("status", Number(f::STATUS)),
        ("protocol", Text(f::PROTOCOL)),
        ("responseLength", Number(f::RESPONSE_BYTES)),
        ("connectionId", Text(f::CORRELATION_ID)),
    ];
    let (id, mut rest) = line.strip_prefix("<request id=\"")?.split_once("\">")?;
    let mut cells = vec![(Text(f::REQUEST_ID), id)];
    while let Some((_, open)) = rest.split_once('<') {
        if open.starts_with("/request>") {
            return Some(cells);
        }
        let (name, inside) = open.split_once('>')?;
        let (value, after) = inside.split_once("</")?;
        rest = after.strip_prefix(name)?.strip_prefix('>')?;
        let what = NAMES.iter().find(|(theirs, _)| *theirs == name).map_or(Nothing, |(_, what)| *what);
        cells.push((what, value.trim()));
    }
    None
}

/// `21/Nov/2026:22:07:51 +0000`
fn is_clf_time(text: &str) -> bool {
    text.len() == 26 && text.as_bytes().get(2) == Some(&b'/') && Timestamp::parse(text).is_some()
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A UUID, or what API Gateway calls an extended id: `JKJaXmPLvHcESHA=`.
fn is_id(text: &str) -> bool {
    let uuid = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let extended = text.len() >= 12
        && text.ends_with('=')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='));
    uuid || extended
}
