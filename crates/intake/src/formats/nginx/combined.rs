//! `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
//! with what people put before and behind it. Knows no JSON.

use event::{Event, Timestamp, field as f};
use std::borrow::Cow;

use crate::escape::unescape as plain;
use crate::format::Reason;
use crate::words::quoted;

/// The parts of a line up to the time.
struct Head<'a> {
    vhost: Option<&'a str>,
    ip: &'a str,
    user: &'a str,
    time: Timestamp,
    /// What follows the time, starting with the request.
    rest: &'a str,
}

pub(crate) fn recognises(line: &str) -> bool {
    head(line).is_some_and(|head| head.rest.starts_with('"'))
}

pub(crate) fn read<'a>(line: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
    let head = head(line).ok_or(Reason::new("not a line of the combined log format"))?;
    event.time(f::TIME, head.time);
    event.text(f::IP, head.ip);
    if let Some(vhost) = head.vhost {
        event.text(f::DOMAIN, crate::normalise::host(vhost));
    }
    // BunkerWeb puts the id of the request before the user.
    let (id, user) = match head.user.split_once(' ') {
        Some((id, user)) if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => (id, user),
        _ => ("", head.user),
    };
    event.text(f::REQUEST_ID, id);
    event.text(f::CONSUMER_NAME, plain(user));
    let (request, rest) =
        quoted(head.rest).ok_or(Reason::new("no request in double quotes after the time"))?;
    request_line(Cow::Borrowed(request), event);
    let mut words = rest.trim_start().splitn(3, ' ');
    match words.next().unwrap_or("") {
        // Traefik writes so that nothing was answered.
        "-" => {}
        status => {
            event.int(f::STATUS, status.parse().map_err(|_| Reason::new("no status after the request"))?)
        }
    }
    event.int_if(f::RESPONSE_BYTES, words.next().and_then(|bytes| bytes.parse().ok()));
    if let Some((referer, rest)) = quoted(words.next().unwrap_or("")) {
        event.text(f::REFERER, plain(referer));
        if let Some((agent, rest)) = quoted(rest) {
            event.text(f::USER_AGENT, plain(agent));
            more(rest, event);
        }
    }
    Ok(())
}

/// What people add at the end, of which only the forwarded address can be told: `"$http_x_forwarded_for"`.
fn more<'a>(rest: &'a str, event: &mut Event<'a>) {
    let rest = rest.trim();
    if let Some((forwarded, "")) = quoted(rest)
        && !matches!(forwarded, "" | "-")
    {
        event.text(f::REQUEST_HEADERS, event::json::pairs([("x-forwarded-for", &*plain(forwarded))]));
    } else if !matches!(rest, "" | "\"-\"" | "\"\"" | "-") {
        let mut custom = String::from("{\"rest\":");
        event::json::string(&mut custom, rest);
        custom.push('}');
        event.text(f::CUSTOM, custom);
    }
}

/// The time is looked for first: what stands before it is `[vhost] address - user`, with a user that may hold spaces.
fn head(line: &str) -> Option<Head<'_>> {
    let open = memchr::memchr_iter(b'[', line.as_bytes()).take(8).find(|open| {
        line.as_bytes().get(open + 3) == Some(&b'/') && line.as_bytes().get(open + 27) == Some(&b']')
    })?;
    let time = Timestamp::parse(line.get(open + 1..open + 27)?)?;
    let before = line.get(..open)?.trim_end();
    let (addresses, user) = match before.split_once(" - ") {
        Some((addresses, user)) => (addresses, user),
        None => (before.strip_suffix(" -").unwrap_or(before), ""),
    };
    let (vhost, ip) = match addresses.trim().split_once(' ') {
        Some((vhost, ip)) => (Some(vhost), ip.trim()),
        None => (None, addresses.trim()),
    };
    let is_address =
        ip.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'%' | b'_'));
    (is_address && !ip.is_empty()).then_some(Head {
        vhost,
        ip,
        user,
        time,
        rest: line.get(open + 28..)?.trim_start(),
    })
}

/// `GET /path?query HTTP/1.1`; anything else is kept as it is, as a path without a method.
pub(crate) fn request_line<'a>(line: Cow<'a, str>, event: &mut Event<'a>) {
    match line {
        Cow::Borrowed(line) => match parts(line) {
            Some((method, target, protocol)) => {
                event.text(f::METHOD, method);
                event.text(f::PATH, plain(target));
                event.text(f::PROTOCOL, protocol);
            }
            None => event.text(f::PATH, line),
        },
        Cow::Owned(line) => match parts(&line) {
            Some((method, target, protocol)) => {
                event.text(f::METHOD, method.to_owned());
                event.text(f::PATH, plain(target).into_owned());
                event.text(f::PROTOCOL, protocol.to_owned());
            }
            None => event.text(f::PATH, line),
        },
    }
}

fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_')
    };
    let (target, protocol) = match rest.rsplit_once(' ') {
        Some((target, protocol)) if protocol.starts_with("HTTP/") => (target, protocol),
        _ => (rest, ""),
    };
    let addressed = target.starts_with(['/', '*']) || target.contains("://") || method == "CONNECT";
    (token(method) && (addressed || !protocol.is_empty())).then_some((method, target, protocol))
}
