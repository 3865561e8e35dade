//! Rules that stand in the plugins of Kong and APISIX, which call them alike. A plugin that says nothing of who may call is
//! passed over. Knows no entity.

use std::collections::BTreeSet;

use serde_json::Value;

use super::listed::{text, texts};
use super::model::{Period, Quota, Rules};

/// Plugins by which callers show who they are, and what ours calls it.
const AUTH: &[(&str, &str)] = &[
    ("key-auth", "key"),
    ("key-auth-enc", "key"),
    ("basic-auth", "basic"),
    ("jwt", "jwt"),
    ("jwt-auth", "jwt"),
    ("jwt-signer", "jwt"),
    ("hmac-auth", "hmac"),
    ("ldap-auth", "ldap"),
    ("ldap-auth-advanced", "ldap"),
    ("oauth2", "oauth2"),
    ("oauth2-introspection", "oauth2"),
    ("openid-connect", "oauth2"),
    ("authz-keycloak", "oauth2"),
    ("mtls-auth", "mtls"),
    ("header-cert-auth", "mtls"),
];

/// Periods of Kong's limits, by the member that holds each.
const PERIODS: &[(&str, Period)] = &[
    ("second", Period::Second),
    ("minute", Period::Minute),
    ("hour", Period::Hour),
    ("day", Period::Day),
    ("month", Period::Month),
    ("year", Period::Year),
];

/// Periods by their seconds.
const SECONDS: &[(u64, Period)] = &[
    (1, Period::Second),
    (60, Period::Minute),
    (3_600, Period::Hour),
    (86_400, Period::Day),
    (604_800, Period::Week),
    (2_592_000, Period::Month),
    (31_536_000, Period::Year),
];

/// What could not be said in our words, each once.
pub(super) type Notes = BTreeSet<String>;

/// Adds what a plugin says to the rules of what it is on.
pub(super) fn read(name: &str, config: &Value, rules: &mut Rules, notes: &mut Notes) {
    let list = |names: &[&str]| -> Vec<String> {
        names.iter().filter_map(|name| config.get(*name)).flat_map(texts).collect()
    };
    if let Some((_, way)) = AUTH.iter().find(|(plugin, _)| *plugin == name) {
        add(&mut rules.auth, vec![(*way).to_owned()]);
        return;
    }
    match name {
        "acl" if config.get("allow_labels").or(config.get("deny_labels")).is_some() => {
            notes.insert("rules of the plugin acl by labels were left out".to_owned());
        }
        "acl" => {
            add(&mut rules.allow_groups, list(&["allow", "whitelist"]));
            add(&mut rules.deny_groups, list(&["deny", "blacklist"]));
        }
        "consumer-restriction" => match config.get("type").and_then(Value::as_str).unwrap_or("consumer_name")
        {
            "consumer_group_id" => {
                add(&mut rules.allow_groups, list(&["whitelist"]));
                add(&mut rules.deny_groups, list(&["blacklist"]));
            }
            kind => {
                notes.insert(format!("rules of the plugin consumer-restriction by {kind} were left out"));
            }
        },
        "ip-restriction" => {
            add(&mut rules.allow_ips, list(&["allow", "whitelist"]));
            add(&mut rules.deny_ips, list(&["deny", "blacklist"]));
        }
        "rate-limiting" => {
            let limits = PERIODS.iter().filter_map(|(member, period)| quota(config.get(*member)?, *period));
            rules.limits.extend(limits);
        }
        "rate-limiting-advanced" => {
            let both =
                |member: &str| config.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
            for (limit, seconds) in both("limit").iter().zip(&both("window_size")) {
                timed(name, limit, seconds, rules, notes);
            }
        }
        "limit-count" => {
            let null = Value::Null;
            let of = |member: &str| config.get(member).unwrap_or(&null);
            timed(name, of("count"), of("time_window"), rules, notes);
        }
        "limit-req" => rules.limits.extend(config.get("rate").and_then(|rate| quota(rate, Period::Second))),
        _ => {}
    }
}

/// So many calls in so many seconds, when that is a period we have a word for.
fn timed(plugin: &str, limit: &Value, seconds: &Value, rules: &mut Rules, notes: &mut Notes) {
    let period = number(seconds).and_then(|seconds| SECONDS.iter().find(|(n, _)| *n == seconds));
    match period.and_then(|(_, period)| quota(limit, *period)) {
        Some(quota) => rules.limits.push(quota),
        None => {
            let seconds = text(seconds).unwrap_or_else(|| "?".to_owned());
            notes.insert(format!("a limit of the plugin {plugin} for {seconds} s was left out"));
        }
    }
}

fn quota(limit: &Value, period: Period) -> Option<Quota> {
    Some(Quota { limit: number(limit).filter(|limit| *limit > 0)?, period })
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|number| number as u64)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn add(to: &mut Vec<String>, more: Vec<String>) {
    for text in more {
        if !to.contains(&text) {
            to.push(text);
        }
    }
}

/// Gives rules of a farther place to a nearer one, kind by kind, where it has none of its own.
pub(super) fn inherit(near: &mut Rules, far: &Rules) {
    if near.allow_groups.is_empty() && near.deny_groups.is_empty() {
        near.allow_groups.clone_from(&far.allow_groups);
        near.deny_groups.clone_from(&far.deny_groups);
    }
    if near.allow_ips.is_empty() && near.deny_ips.is_empty() {
        near.allow_ips.clone_from(&far.allow_ips);
        near.deny_ips.clone_from(&far.deny_ips);
    }
    if near.windows.is_empty() {
        near.windows.clone_from(&far.windows);
    }
    if near.limits.is_empty() {
        near.limits.clone_from(&far.limits);
    }
    if near.auth.is_empty() {
        near.auth.clone_from(&far.auth);
    }
}
