//! What is the same for every gateway, once a format has read its record. Knows no gateway.

use event::{Event, Timestamp, Value, field};
use std::borrow::Cow;

use crate::denial::{self, Told};
use crate::format::Reason;
use crate::template::template;

/// Completes an event that a format has read. `received` stands in for a missing time, where given.
pub fn normalise(event: &mut Event<'_>, received: Option<Timestamp>) -> Result<(), Reason> {
    if !event.has(field::TIME) {
        let Some(received) = received else { return Err(Reason::new("no time that can be read")) };
        event.time(field::TIME, received);
    }
    address(event);
    method(event);
    let status = status(event);
    access(event, status);
    durations(event);
    if !event.has(field::ROUTE) && status != Some(404) {
        route(event);
    }
    Ok(())
}

/// Splits scheme, host and query off the path.
fn address(event: &mut Event<'_>) {
    let Some(Value::Text(path)) = event.get(field::PATH) else { return };
    let absolute = path.starts_with("http://") || path.starts_with("https://");
    // A malformed request stays in one piece.
    if !absolute && (!path.starts_with('/') || memchr::memchr(b'?', path.as_bytes()).is_none()) {
        return;
    }
    match path.clone() {
        Cow::Borrowed(path) => {
            let parts = split(path);
            put(event, parts.0.map(Cow::Borrowed), Cow::Borrowed(parts.1), parts.2.map(Cow::Borrowed));
        }
        Cow::Owned(path) => {
            let (host, path, query) = split(&path);
            let own = |text: &str| Cow::Owned(text.to_owned());
            put(event, host.map(own), own(path), query.map(own));
        }
    }
}

fn put<'a>(
    event: &mut Event<'a>,
    host: Option<Cow<'a, str>>,
    path: Cow<'a, str>,
    query: Option<Cow<'a, str>>,
) {
    event.text(field::PATH, if path.is_empty() { Cow::Borrowed("/") } else { path });
    if let Some(query) = query
        && !event.has(field::QUERY)
    {
        event.text(field::QUERY, query);
    }
    if let Some(host) = host
        && !event.has(field::DOMAIN)
    {
        event.text(field::DOMAIN, host);
    }
}

/// Host (of an absolute address), path, query.
fn split(address: &str) -> (Option<&str>, &str, Option<&str>) {
    let stripped = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    let (host, rest) = match stripped {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
            (Some(host(authority)), rest)
        }
        None => (None, address),
    };
    match rest.split_once('?') {
        Some((path, query)) => (host, path, Some(query)),
        None => (host, rest, None),
    }
}

/// A host without user, password and port.
pub(crate) fn host(authority: &str) -> &str {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// A method in upper case; what is no token at all is no method.
fn method(event: &mut Event<'_>) {
    let Some(method) = event.get_text(field::METHOD) else { return };
    if !method.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_') || method.len() > 32 {
        event.take(field::METHOD);
    } else if method.bytes().any(|b| b.is_ascii_lowercase()) {
        let upper = method.to_ascii_uppercase();
        event.text(field::METHOD, upper);
    }
}

/// The status; a number that is none goes to `custom`.
fn status(event: &mut Event<'_>) -> Option<i64> {
    let status = event.get_int(field::STATUS)?;
    if (100..600).contains(&status) {
        return Some(status);
    }
    event.take(field::STATUS);
    // 0 is how gateways write "no answer was sent".
    if status != 0 {
        let custom =
            event.get_text(field::CUSTOM).and_then(|c| c.strip_suffix('}')).map(|c| c.to_owned() + ",");
        event.text(field::CUSTOM, format!("{}\"status\":{status}}}", custom.as_deref().unwrap_or("{")));
    }
    None
}

/// Granted or not, and why not, where the format has not judged yet; then the outcome.
fn access(event: &mut Event<'_>, status: Option<i64>) {
    if !event.has(field::EVIDENCE) {
        // Only forms in which the sender names whom it identified leave this to us.
        denial::decide(event, Told { identified: true, ..Told::default() });
    }
    let granted = event.get_int(field::GRANTED) != Some(0);
    if granted {
        event.take(field::REASON);
    }
    match event.get_text(field::OUTCOME) {
        Some(given) => {
            let success = given.eq_ignore_ascii_case("success");
            event.text(field::OUTCOME, if success { "success" } else { "failure" });
        }
        None if status.is_none() && !granted => event.text(field::OUTCOME, "failure"),
        None => {}
    }
}

/// The gateway's own time is the rest; also when clocks disagree and it comes out negative.
fn durations(event: &mut Event<'_>) {
    if !event.has(field::GATEWAY_DURATION)
        && let (Some(all), Some(upstream)) =
            (event.get_int(field::DURATION), event.get_int(field::UPSTREAM_DURATION))
    {
        event.int(field::GATEWAY_DURATION, all.saturating_sub(upstream));
    }
}

fn route(event: &mut Event<'_>) {
    let route = match event.get(field::PATH) {
        Some(Value::Text(Cow::Borrowed(path))) if path.starts_with('/') => template(path),
        Some(Value::Text(Cow::Owned(path))) if path.starts_with('/') => {
            Cow::Owned(template(path).into_owned())
        }
        _ => return,
    };
    event.text(field::ROUTE, route);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(fill: impl FnOnce(&mut Event<'_>)) -> Event<'static> {
        let mut event = Event::new();
        event.int(field::TIME, 1);
        fill(&mut event);
        normalise(&mut event, None).unwrap();
        let mut out = Event::new();
        for (field, value) in event.cells() {
            match value {
                Value::Text(text) => out.text(*field, text.clone().into_owned()),
                Value::Int(n) => out.int(*field, *n),
            }
        }
        out
    }

    #[test]
    fn addresses_are_taken_apart() {
        let cases = [
            ("/a?b=c?d#e", Some("/a"), Some("b=c?d#e"), None),
            ("http://u:p@h.example:80/a?b", Some("/a"), Some("b"), Some("h.example")),
            ("https://h.example", Some("/"), None, Some("h.example")),
            ("http://[::1]:8080/x", Some("/x"), None, Some("[::1]")),
            ("*", Some("*"), None, None),
            ("A#\\x00?b", Some("A#\\x00?b"), None, None),
        ];
        for (address, path, query, host) in cases {
            let event = complete(|e| e.text(field::PATH, address.to_owned()));
            assert_eq!(event.get_text(field::PATH), path, "{address}");
            assert_eq!(event.get_text(field::QUERY), query, "{address}");
            assert_eq!(event.get_text(field::DOMAIN), host, "{address}");
        }
    }

    #[test]
    fn refusals_get_a_reason_and_grants_none() {
        let reason = |status: i64, granted: Option<bool>, words: &str| {
            let words = words.to_owned();
            let event = complete(|e| {
                e.int(field::STATUS, status);
                if let Some(granted) = granted {
                    e.flag(field::GRANTED, granted);
                }
                e.text(field::REASON, words);
            });
            (event.get_int(field::GRANTED) == Some(1), event.get_text(field::REASON).unwrap_or("").to_owned())
        };
        let refused = |code: &str| (false, code.to_owned());
        assert_eq!(reason(200, None, ""), (true, String::new()));
        assert_eq!(reason(403, Some(true), ""), (true, String::new()));
        assert_eq!(reason(401, None, ""), refused("invalid_credentials"));
        assert_eq!(reason(403, Some(false), "IP restriction violation"), refused("ip_restricted"));
        assert_eq!(reason(403, Some(false), "the moon is full"), refused("other"));
        assert_eq!(reason(500, Some(false), ""), refused("other"));
        assert_eq!(reason(200, None, "Quota exceeded"), refused("quota_exceeded"));
    }

    #[test]
    fn odd_values_do_not_lose_the_event() {
        let event = complete(|e| {
            e.int(field::STATUS, 1_200);
            e.text(field::METHOD, "\u{3}GET");
            e.text(field::CUSTOM, "{\"a\":1}");
            e.int(field::DURATION, 5);
            e.int(field::UPSTREAM_DURATION, 9);
        });
        assert_eq!(event.get_text(field::CUSTOM), Some("{\"a\":1,\"status\":1200}"));
        assert!(!event.has(field::STATUS) && !event.has(field::METHOD));
        assert_eq!(event.get_int(field::GATEWAY_DURATION), Some(-4));
        assert!(normalise(&mut Event::new(), None).is_err());
    }
}
