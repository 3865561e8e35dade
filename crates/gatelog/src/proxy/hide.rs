//! What of a gateway's configuration may be kept. The masking of every operator event knows the usual names of secrets;
//! here is what it takes for plain because elsewhere it is: `key`, and names that end with it. Values become the same
//! tags, so that it is seen that a key changed and not what it is.

use event::mask::Rules;
use serde_json::{Map, Value, json};

/// Bytes of one state or body of an event; of a larger one the largest members are told by their size and tag.
const KEPT_BYTES_MAX: usize = 40 << 10;
/// How deep values are looked into; deeper ones are left out.
const DEPTH_MAX: usize = 64;

/// Names that end with `key` or `keys` and hold none.
const HARMLESS: &[&str] = &["publickey", "publickeys", "keyset"];
/// What APISIX counts and hashes by: `"key": "remote_addr"` is no secret.
const VARIABLES: &[&str] = &[
    "remote_addr",
    "server_addr",
    "server_name",
    "consumer_name",
    "consumer_group_id",
    "route_id",
    "service_id",
    "host",
    "uri",
    "request_uri",
    "query_string",
    "http_x_real_ip",
    "http_x_forwarded_for",
    "$remote_addr",
    "$consumer_name",
];

/// Hides the secrets of a thing.
pub(super) fn hide(value: &mut Value, rules: &Rules) {
    walk(value, false, 0, rules);
}

fn walk(value: &mut Value, is_secret: bool, depth: usize, rules: &Rules) {
    match value {
        _ if depth > DEPTH_MAX => *value = Value::String("…".to_owned()),
        Value::String(text) if is_secret && !is_plain(text) => *text = tag(text, rules),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, is_secret, depth + 1, rules)),
        Value::Object(members) => {
            for (name, member) in members {
                let is_secret = names_key(name) || is_secret && member.is_string();
                walk(member, is_secret, depth + 1, rules);
            }
        }
        _ => {}
    }
}

/// A tag; what came as one stays.
pub(super) fn tag(text: &str, rules: &Rules) -> String {
    if text.starts_with("hmac:") { text.to_owned() } else { rules.probe(text) }
}

/// What stands under the name of a secret and is none: nothing, a variable, or a place in a vault.
fn is_plain(text: &str) -> bool {
    text.is_empty()
        || VARIABLES.contains(&text)
        || text.starts_with("{vault://")
        || text.starts_with("$secret://")
        || text.starts_with("$env://")
}

fn names_key(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let plain: String =
        last.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
    (plain.ends_with("key") || plain.ends_with("keys")) && !HARMLESS.iter().any(|end| plain.ends_with(end))
}

/// A configuration that is sent as a text, by itself or in a member, as Kong takes it: a secret in it might not be recognised, so of
/// such texts, and of all of several lines, only the size and a tag are told.
pub(super) fn without_texts(mut value: Value, rules: &Rules) -> Value {
    fn walk(value: &mut Value, depth: usize, rules: &Rules) {
        match value {
            Value::String(text) if depth < 2 || text.contains('\n') => *value = summary(text, rules),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, depth + 1, rules)),
            Value::Object(members) => members.values_mut().for_each(|member| walk(member, depth + 1, rules)),
            _ => {}
        }
    }
    walk(&mut value, 0, rules);
    value
}

/// The text of a state, hidden and not too large.
pub(super) fn text(mut value: Value, rules: &Rules) -> String {
    hide(&mut value, rules);
    let text = value.to_string();
    match value {
        _ if text.len() <= KEPT_BYTES_MAX => text,
        Value::Object(members) => smaller(members, text.len(), rules),
        _ => summary(&text, rules).to_string(),
    }
}

/// The same with its largest members told by their size and tag, as many as it takes.
fn smaller(mut members: Map<String, Value>, mut bytes: usize, rules: &Rules) -> String {
    let mut sizes: Vec<(usize, String)> =
        members.iter().map(|(name, value)| (value.to_string().len(), name.clone())).collect();
    sizes.sort_by(|a, b| b.cmp(a));
    for (size, name) in sizes {
        if bytes <= KEPT_BYTES_MAX {
            break;
        }
        if let Some(member) = members.get_mut(&name) {
            *member = summary(&member.to_string(), rules);
            bytes = bytes.saturating_sub(size) + member.to_string().len();
        }
    }
    let text = Value::Object(members).to_string();
    if text.len() <= KEPT_BYTES_MAX { text } else { summary(&text, rules).to_string() }
}

fn summary(text: &str, rules: &Rules) -> Value {
    json!({ "bytes": text.len(), "hash": rules.probe(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_tags_and_the_rest_stays() {
        let rules = Rules::new([7; 32]);
        let thing = json!({
            "id": "1", "key": "canary-1", "keys": ["canary-2"], "rsa_public_key": "pem", "key_names": ["apikey"],
            "config": { "aws_key": "canary-3", "key": "{vault://env/key}", "config.key": "canary-4" },
            "plugins": { "limit-count": { "key": "remote_addr", "count": 2 }, "key-auth": { "key": "canary-5" } },
        });
        let kept = text(thing, &rules);
        assert!(!kept.contains("canary"), "{kept}");
        for stays in
            ["remote_addr", "apikey", "{vault://env/key}", "pem", "\"count\":2", &rules.probe("canary-1")]
        {
            assert!(kept.contains(stays), "{stays}: {kept}");
        }
        // What is kept is kept once more without a change.
        assert_eq!(text(serde_json::from_str(&kept).unwrap(), &rules), kept);
    }

    #[test]
    fn of_a_configuration_in_a_text_only_its_size_is_told() {
        let rules = Rules::new([7; 32]);
        let yaml = "consumers:\n- keyauth_credentials:\n  - key: canary";
        let deep = json!({ "plugins": [{ "config": { "body": yaml, "minute": 5 } }], "name": "canary" });
        for sent in
            [json!(yaml), json!({ "config": yaml }), json!([yaml]), json!({ "a": [{ "b": [yaml] }] }), deep]
        {
            let kept = text(without_texts(sent, &rules), &rules);
            assert!(!kept.contains("canary") && kept.contains("\"bytes\""), "{kept}");
        }
    }

    #[test]
    fn large_members_are_told_by_their_size() {
        let rules = Rules::new([7; 32]);
        let kept = text(json!({ "name": "big", "content": "x".repeat(100_000) }), &rules);
        assert!(
            kept.len() < KEPT_BYTES_MAX && kept.contains("\"name\":\"big\"") && kept.contains("100002"),
            "{kept}"
        );
        let many: Map<String, Value> = (0..9_000).map(|n| (format!("n{n}"), json!("v"))).collect();
        assert!(text(Value::Object(many), &rules).len() < KEPT_BYTES_MAX);
    }
}
