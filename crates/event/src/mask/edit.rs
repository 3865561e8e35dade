//! What a rule of an installation makes of one text: of a whole one, of a header in a list, of a parameter, of a member
//! of JSON, or of what a pattern finds. What cannot be read the way it should is taken for the worst.

use std::net::{IpAddr, Ipv4Addr};

use regex::Regex;
use serde_json::Value;

use super::Rules;
use super::own::{How, OwnRule, Ready};
use super::url::{IN_VALUE, decoded, encoded};
use super::value::{STARS, is_masked};
use crate::field::Kind;

/// Matches of a pattern in one text; with more, all of it is one. It keeps the time linear in the text.
const MATCHES_MAX: usize = 64;
/// How deep JSON is walked; what is deeper is taken for one value.
const NESTING_MAX: usize = 64;

/// In which way a rule concerns a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Touch<'r> {
    /// All of it.
    Whole,
    /// The values of these names in a list of pairs.
    Pairs(&'r [&'r str]),
    /// The values of this name in a list of pairs.
    Pair(&'r str),
    /// A parameter of a query.
    Query(&'r str),
    /// A parameter of the query of an address.
    Address(&'r str),
    /// The same of each text of JSON.
    Addresses(&'r str),
    /// A member of JSON.
    Member(&'r str),
    /// A member of JSON or of a form.
    Body(&'r str),
    /// What the pattern finds in each text of JSON.
    Strings,
    /// What the pattern finds.
    Found,
}

/// The text after the rule; `None` when it stays.
pub(super) fn text(touch: Touch<'_>, text: &str, ready: &Ready, kind: Kind, rules: &Rules) -> Option<String> {
    let rule = &ready.rule;
    let found = |text: &str| matches(ready.regex.as_ref()?, text, rule, rules);
    match touch {
        Touch::Whole if rule.how == How::Remove => Some(String::new()),
        Touch::Whole if kind == Kind::List => strings(text, &|text| Some(value(rule, text, rules)), rule),
        Touch::Whole => Some(value(rule, text, rules)),
        Touch::Pairs(names) => pairs(text, names, rule, rules),
        Touch::Pair(name) => pairs(text, &[name], rule, rules),
        Touch::Query(name) => query(text, name, rule, rules),
        Touch::Address(name) => address(text, name, rule, rules),
        Touch::Addresses(name) => strings(text, &|text| address(text, name, rule, rules), rule),
        Touch::Member(name) => members(text, name, rule, rules),
        Touch::Body(name) if text.starts_with(['{', '[']) => members(text, name, rule, rules),
        Touch::Body(name) => query(text, name, rule, rules),
        Touch::Strings => strings(text, &found, rule),
        Touch::Found => found(text),
    }
}

/// What stands in the place of a value that is not removed; "" of one that is.
fn value(rule: &OwnRule, text: &str, rules: &Rules) -> String {
    match rule.how {
        How::Remove => String::new(),
        _ if is_masked(text) => text.to_owned(),
        How::Replace => replacement(rule).to_owned(),
        How::Hash => rules.probe(text.trim()),
        How::Truncate => match addresses(text) {
            (_, 0) => STARS.to_owned(),
            (cut, _) => cut,
        },
    }
}

fn replacement(rule: &OwnRule) -> &str {
    if rule.with.is_empty() { STARS } else { &rule.with }
}

/// What a pattern finds.
pub(super) fn matches(regex: &Regex, text: &str, rule: &OwnRule, rules: &Rules) -> Option<String> {
    let of = |found: &str| match rule.how {
        // A pattern for addresses finds other things too.
        How::Truncate => addresses(found).0,
        _ => value(rule, found, rules),
    };
    let mut out = String::new();
    let mut copied = 0;
    for (count, found) in regex.find_iter(text).enumerate() {
        if count == MATCHES_MAX {
            return Some(of(text));
        }
        out.push_str(text.get(copied..found.start()).unwrap_or(""));
        out.push_str(&of(found.as_str()));
        copied = found.end();
    }
    if copied == 0 {
        return None;
    }
    out.push_str(text.get(copied..).unwrap_or(""));
    (out != text).then_some(out)
}

/// `[["name","value"],…]`
fn pairs(text: &str, names: &[&str], rule: &OwnRule, rules: &Rules) -> Option<String> {
    let is_named = |name: &str| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    let Ok(Value::Array(mut pairs)) = serde_json::from_str::<Value>(text) else {
        return names.iter().any(|name| mentions(text, name)).then(|| STARS.to_owned());
    };
    let mut changed = false;
    pairs.retain_mut(|pair| {
        let name = pair.get(0).and_then(Value::as_str).unwrap_or("");
        if !is_named(name) {
            return true;
        }
        changed = true;
        if let Some(slot) = pair.get_mut(1) {
            put(slot, rule, rules);
        }
        rule.how != How::Remove
    });
    match (changed, pairs.is_empty()) {
        (false, _) => None,
        (true, true) => Some(String::new()),
        (true, false) => serde_json::to_string(&pairs).ok(),
    }
}

/// What stands in the place of a value of JSON.
fn put(slot: &mut Value, rule: &OwnRule, rules: &Rules) {
    let text = match &*slot {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    *slot = Value::String(value(rule, &text, rules));
}

/// `a=1&b=2`
fn query(text: &str, name: &str, rule: &OwnRule, rules: &Rules) -> Option<String> {
    let mut out = String::new();
    let mut changed = false;
    for part in text.split_inclusive(['&', ';']) {
        let body = part.strip_suffix(['&', ';']).unwrap_or(part);
        let end = part.get(body.len()..).unwrap_or("");
        let (key, given) = body.split_once('=').unwrap_or((body, ""));
        let plain = decoded(key);
        if !plain.as_deref().unwrap_or(key).eq_ignore_ascii_case(name) {
            out.push_str(part);
            continue;
        }
        changed = true;
        if rule.how == How::Remove {
            continue;
        }
        let plain = decoded(given);
        let new = value(rule, plain.as_deref().unwrap_or(given), rules);
        out.push_str(key);
        out.push('=');
        out.push_str(&encoded(&new, IN_VALUE));
        out.push_str(end);
    }
    changed.then(|| out.trim_end_matches(['&', ';']).to_owned())
}

/// `/path?a=1#b=2`
fn address(text: &str, name: &str, rule: &OwnRule, rules: &Rules) -> Option<String> {
    let (path, rest) = text.split_at_checked(text.find(['?', '#'])?)?;
    let mut out = path.to_owned();
    let mut changed = false;
    for part in rest.split_inclusive(['?', '#']) {
        let body = part.trim_end_matches(['?', '#']);
        let new = query(body, name, rule, rules);
        changed |= new.is_some();
        out.push_str(new.as_deref().unwrap_or(body));
        out.push_str(part.get(body.len()..).unwrap_or(""));
    }
    changed.then_some(out)
}

/// Members of that name, at any depth. Text that is no JSON, because it was cut, goes when it speaks of the name.
fn members(text: &str, name: &str, rule: &OwnRule, rules: &Rules) -> Option<String> {
    if !mentions(text, name) {
        return None;
    }
    let Ok(mut json) = serde_json::from_str::<Value>(text) else { return Some(String::new()) };
    let changed = walk(&mut json, name, 0, rule, rules);
    changed.then(|| json.to_string())
}

fn walk(json: &mut Value, name: &str, depth: usize, rule: &OwnRule, rules: &Rules) -> bool {
    let mut changed = false;
    match json {
        Value::Object(members) => {
            members.retain(|key, slot| {
                if !key.eq_ignore_ascii_case(name) {
                    changed |= depth < NESTING_MAX && walk(slot, name, depth + 1, rule, rules);
                    return true;
                }
                changed = true;
                put(slot, rule, rules);
                rule.how != How::Remove
            });
        }
        Value::Array(items) => {
            for item in items {
                changed |= depth < NESTING_MAX && walk(item, name, depth + 1, rule, rules);
            }
        }
        _ => {}
    }
    changed
}

/// Changes every text and number of JSON; of what is no JSON, all of it as one text.
fn strings(text: &str, change: &dyn Fn(&str) -> Option<String>, rule: &OwnRule) -> Option<String> {
    let Ok(mut json) = serde_json::from_str::<Value>(text) else { return change(text) };
    let changed = each(&mut json, change, 0);
    match changed && rule.how == How::Remove && json == Value::String(String::new()) {
        true => Some(String::new()),
        false => changed.then(|| json.to_string()),
    }
}

fn each(json: &mut Value, change: &dyn Fn(&str) -> Option<String>, depth: usize) -> bool {
    let new = match json {
        Value::String(text) => change(text),
        Value::Number(number) => change(&number.to_string()),
        Value::Array(_) | Value::Object(_) if depth >= NESTING_MAX => change(&json.to_string()),
        Value::Array(items) => {
            let mut changed = false;
            items.iter_mut().for_each(|item| changed |= each(item, change, depth + 1));
            return changed;
        }
        Value::Object(members) => {
            let mut changed = false;
            let old = std::mem::take(members);
            for (key, mut member) in old {
                changed |= each(&mut member, change, depth + 1);
                let new = change(&key);
                changed |= new.is_some();
                members.insert(new.unwrap_or(key), member);
            }
            return changed;
        }
        Value::Null | Value::Bool(_) => None,
    };
    new.map(|new| *json = Value::String(new)).is_some()
}

fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.as_bytes(), name.as_bytes());
    // A name with characters that JSON may write otherwise could be there unseen.
    name.iter().any(|byte| !(b' '..=b'~').contains(byte))
        || text.contains(&b'\\')
        || text.windows(name.len().max(1)).any(|part| part.eq_ignore_ascii_case(name))
}

/// The network of an address: /24 of IPv4, /48 of IPv6.
pub(super) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            IpAddr::from([a, b, c, 0])
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            IpAddr::from([a, b, c, 0, 0, 0, 0, 0])
        }
    }
}

/// A text with the addresses in it cut to their networks, and how many there are.
pub(super) fn addresses(text: &str) -> (String, usize) {
    addresses_as(text, &|ip| network(ip).to_string())
}

/// A text with something else in the place of each address in it, and how many there are. Of `::ffff:192.0.2.1` the address
/// is that of IPv4.
pub(super) fn addresses_as(text: &str, shown: &dyn Fn(IpAddr) -> String) -> (String, usize) {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    let mut out = String::with_capacity(text.len());
    let mut count = 0;
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        out.push_str(before);
        let word = run.trim_end_matches('.');
        let cut = addresses_of(word, shown).map(|new| new + run.get(word.len()..).unwrap_or(""));
        count += usize::from(cut.is_some());
        out.push_str(cut.as_deref().unwrap_or(run));
        rest = after;
    }
    out.push_str(rest);
    (out, count)
}

/// A word of hexadecimal digits, dots and colons with something else in place of the address it is, or of those in it.
fn addresses_of(word: &str, shown: &dyn Fn(IpAddr) -> String) -> Option<String> {
    // `ip:2001:db8::1` begins with a colon of the words before, `2001:db8::1:` ends with one of a sentence.
    for (before, inner, after) in
        [("", Some(word), ""), (":", word.strip_prefix(':'), ""), ("", word.strip_suffix(':'), ":")]
    {
        if let Some(ip) = inner.and_then(|inner| inner.parse::<IpAddr>().ok()) {
            return Some(format!("{before}{}{after}", shown(ip.to_canonical())));
        }
    }
    let mut found = false;
    let part = |part: &str| match part.parse::<Ipv4Addr>() {
        Ok(ip) => {
            found = true;
            shown(IpAddr::V4(ip))
        }
        Err(_) => part.to_owned(),
    };
    let parts: Vec<String> = word.split(':').map(part).collect();
    found.then(|| parts.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_wherever_they_stand() {
        for (text, want, count) in [
            ("203.0.113.9", "203.0.113.0", 1),
            ("203.0.113.9, 10.1.2.3", "203.0.113.0, 10.1.2.0", 2),
            ("203.0.113.9:4711", "203.0.113.0:4711", 1),
            ("2001:db8:1:2::7", "2001:db8:1::", 1),
            ("[2001:db8:1:2::7]:80", "[2001:db8:1::]:80", 1),
            ("::ffff:203.0.113.9", "203.0.113.0", 1),
            (
                "for=192.0.2.43;proto=http, for=\"[2001:db8:cafe::17]\"",
                "for=192.0.2.0;proto=http, for=\"[2001:db8:cafe::]\"",
                2,
            ),
            ("from 192.0.2.43: refused", "from 192.0.2.0: refused", 1),
            ("by 192.0.2.43.", "by 192.0.2.0.", 1),
            ("-ip:192.0.2.43", "-ip:192.0.2.0", 1),
            ("face:192.0.2.43:80", "face:192.0.2.0:80", 1),
            ("ip:2001:db8:1:2::7", "ip:2001:db8:1::", 1),
            ("2001:db8:1:2::7: refused", "2001:db8:1::: refused", 1),
            ("version 1.2.3 at 10:20:30", "version 1.2.3 at 10:20:30", 0),
            ("", "", 0),
        ] {
            assert_eq!(addresses(text), (want.to_owned(), count), "{text}");
        }
    }
}
