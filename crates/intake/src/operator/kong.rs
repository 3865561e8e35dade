//! The audit log of Kong Gateway Enterprise: `/audit/requests`, one entry for each call of its Admin API, and
//! `/audit/objects`, one for each entity that such a call changed; both name the request. Knows what the parts of the Admin
//! API are called, and what of an entry is signed.

use std::collections::HashMap;

use event::Act;
use serde_json::{Map, Value, json};

use super::words::{capital, hide, label, outcome_of_status, singular, state, text, time, verb_of_method};
use super::{Kept, Record, Trail};
use crate::format::Reason;

pub(super) static KONG: Trail = Trail {
    name: "kong-audit",
    doc: "The audit log of Kong Gateway Enterprise (`audit_log = on`): entries of `/audit/requests` and of `/audit/objects`, as pages of the \
          Admin API or one a line. Of an entity what it is now (or was, of a deletion) is kept. Pulled by Gatelog itself, both are joined \
          by `request_id`, so that each change has its operator, address and request, and signatures can be checked. A second delivery is \
          recognised by `request_id`, that of an object by `id`.",
    recognises: |record| {
        record.has(&["request_id", "request_timestamp", "method", "path"])
            || record.has(&["request_id", "dao_name", "operation"])
            || record.has(&["kong_request"])
    },
    read,
};

type Members = Map<String, Value>;

/// Joins entries by the request they name, in the order of the requests: each object with its request, each request that
/// changed nothing by itself. `checked` says of an entry whether its signature is right, when that was looked at.
pub fn admin_calls(
    requests: &[Value],
    objects: &[Value],
    checked: &dyn Fn(&Value) -> Option<bool>,
) -> Vec<String> {
    let id = |entry: &Value| entry.get("request_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut of: HashMap<String, Vec<&Value>> = HashMap::new();
    objects.iter().for_each(|object| of.entry(id(object)).or_default().push(object));
    let joined = |request: Option<&Value>, object: Option<&Value>| {
        let signed: Vec<bool> = [request, object].into_iter().flatten().filter_map(checked).collect();
        let signed = if signed.is_empty() { None } else { Some(signed.iter().all(|right| *right)) };
        json!({ "kong_request": request, "kong_object": object, "signed": signed }).to_string()
    };
    let mut out = Vec::new();
    for request in requests {
        match of.remove(&id(request)) {
            Some(changed) => {
                out.extend(changed.into_iter().map(|object| joined(Some(request), Some(object))))
            }
            None => out.push(joined(Some(request), None)),
        }
    }
    for object in objects.iter().filter(|object| of.contains_key(&id(object))) {
        out.push(joined(None, Some(object)));
    }
    out
}

/// What Kong signs of an entry: its values in the order of their names, with `|` between, without `signature`, `ttl` and
/// `expire`, and without what is null.
pub fn signed_text(entry: &Value) -> String {
    const NOT_SIGNED: [&str; 3] = ["signature", "ttl", "expire"];
    fn values(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::String(text) => out.push(text.clone()),
            Value::Object(members) => {
                let mut names: Vec<_> =
                    members.iter().filter(|(name, _)| !NOT_SIGNED.contains(&name.as_str())).collect();
                names.sort_by_key(|(name, _)| name.as_str());
                names.into_iter().for_each(|(_, value)| values(value, out));
            }
            Value::Array(items) => items.iter().for_each(|item| values(item, out)),
            other => out.push(other.to_string()),
        }
    }
    let mut out = Vec::new();
    values(entry, &mut out);
    out.join("|")
}

fn read(record: &Record<'_>, act: &mut Act) -> Result<Kept, Reason> {
    let whole = hidden(record.object()?);
    act.raw = whole.to_string();
    let of = |name: &str| whole.get(name).and_then(Value::as_object);
    let own = whole.as_object();
    let is_object = own.is_some_and(|own| own.contains_key("dao_name"));
    let (request, object) = match (of("kong_request"), of("kong_object")) {
        (None, None) if is_object => (None, own),
        (None, None) => (own, None),
        joined => joined,
    };
    let id =
        |entry: Option<&Members>, name: &str| entry.map(|entry| text(entry, &[name])).unwrap_or_default();
    if let Some(request) = request {
        of_request(request, act);
    }
    if let Some(object) = object {
        of_object(object, act);
    }
    if whole.get("signed") == Some(&Value::Bool(false)) {
        "its signature is wrong: the entry was altered, or signed with another key"
            .clone_into(&mut act.detail);
    }
    match (id(object, "id"), id(request, "request_id"), id(object, "request_id")) {
        (id, _, _) if !id.is_empty() => Ok(Kept::As(format!("object {id}"))),
        (_, request, _) if !request.is_empty() && object.is_none() => {
            Ok(Kept::As(format!("request {request}")))
        }
        (_, _, request) if !request.is_empty() => Ok(Kept::As(format!("object of {request}\0{}", act.raw))),
        _ => Err(Reason::new("no request_id")),
    }
}

/// Without the keys of consumers, which stand as `key`.
fn hidden(members: &Members) -> Value {
    let mut whole = Value::Object(members.clone());
    let is_of_keys = |entry: &Value| {
        let says = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        says("dao_name").contains("keyauth") || says("path").contains("key-auth")
    };
    if is_of_keys(&whole) {
        hide(&mut whole, &["key"]);
    }
    for part in ["kong_request", "kong_object"] {
        if let Some(part) = whole.get_mut(part).filter(|part| is_of_keys(part)) {
            hide(part, &["key"]);
        }
    }
    whole
}

fn of_request(request: &Members, act: &mut Act) {
    act.time = time(request, &["request_timestamp"]);
    act.operator = text(request, &["rbac_user_name", "rbac_user_id"]);
    act.operator_kind = if act.operator.is_empty() { "" } else { "person" }.to_owned();
    act.token = match act.operator == text(request, &["rbac_user_id"]) {
        true => String::new(),
        false => text(request, &["rbac_user_id"]),
    };
    act.address = text(request, &["client_ip"]);
    act.source = match text(request, &["request_source"]).as_str() {
        "kong-manager" => "dashboard".to_owned(),
        "" => "api".to_owned(),
        other => other.to_owned(),
    };
    act.request_id = text(request, &["request_id"]);
    let (method, path) = (text(request, &["method"]), text(request, &["path"]));
    called(&method, &path, &text(request, &["status"]), act);
    if path.split('?').next() == Some("/auth") {
        act.resource_type = "session".to_owned();
        act.verb = if method == "DELETE" { "sign_out" } else { "sign_in" }.to_owned();
        act.event = label(&act.verb, "");
    }
    act.code = format!("kong.{}.{}", act.resource_type, act.verb);
    let sent = text(request, &["payload"]);
    let sent = serde_json::from_str(&sent).unwrap_or(Value::String(sent));
    let is_empty = sent.as_str().is_some_and(str::is_empty);
    act.request = match is_empty {
        true => json!({ "method": method, "path": path }),
        false => json!({ "method": method, "path": path, "payload": sent }),
    }
    .to_string();
}

fn of_object(object: &Members, act: &mut Act) {
    if act.request_id.is_empty() {
        act.time = time(object, &["request_timestamp"]);
        act.operator = text(object, &["rbac_user_name", "rbac_user_id"]);
        act.request_id = text(object, &["request_id"]);
        act.source = "api".to_owned();
        act.outcome = "success".to_owned();
    }
    let dao = text(object, &["dao_name"]);
    act.resource_type = singular(&dao);
    act.verb = match text(object, &["operation"]).as_str() {
        known @ ("create" | "update" | "delete") => known,
        "upsert" => "update",
        _ => "other",
    }
    .to_owned();
    act.event = label(&act.verb, &act.resource_type);
    act.code = format!("kong.{}.{}", act.resource_type, act.verb);
    let entity = match object.get("entity") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::String(text.clone())),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    act.resource_id = text(object, &["entity_key"]);
    if let Some(entity) = entity.as_object() {
        if act.resource_id.is_empty() {
            act.resource_id = text(entity, &["id"]);
        }
        act.resource_name = text(entity, &["name", "username", "custom_id", "group", "target"]);
    }
    state(act, super::words::json(Some(&entity)));
}

/// Collections of the Admin API.
const COLLECTIONS: &[&str] = &[
    "services",
    "routes",
    "consumers",
    "plugins",
    "upstreams",
    "targets",
    "certificates",
    "snis",
    "ca_certificates",
    "consumer_groups",
    "keys",
    "key-sets",
    "vaults",
    "acls",
    "key-auth",
    "basic-auth",
    "hmac-auth",
    "jwt",
    "oauth2",
    "mtls-auth",
    "workspaces",
    "admins",
    "users",
    "roles",
    "groups",
    "rbac",
    "developers",
    "applications",
    "licenses",
    "event-hooks",
    "partials",
    "degraphql_routes",
    "control-planes",
    "portals",
    "teams",
    "system-accounts",
    "personal-access-tokens",
    "tokens",
];

/// What a call of an admin API did to what.
pub(super) fn called(method: &str, path: &str, status: &str, act: &mut Act) {
    act.status = status.to_owned();
    act.outcome = outcome_of_status(status).to_owned();
    act.verb = verb_of_method(method, status).to_owned();
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let known = parts.iter().rposition(|part| COLLECTIONS.contains(part));
    let (thing, id) = match known {
        Some(at) => (parts.get(at).copied(), parts.get(at + 1).copied()),
        None => (parts.last().copied(), None),
    };
    let thing = thing.unwrap_or("node");
    act.resource_type =
        if known.is_some() { singular(&thing.replace('-', "_")) } else { thing.to_lowercase() };
    act.resource_id = id.unwrap_or_default().to_owned();
    // A list is read, one thing is made.
    let named = if act.verb == "read" && id.is_none() { thing } else { &act.resource_type };
    act.event = match act.verb.as_str() {
        "other" => capital(&format!("{} {named}", method.to_lowercase())),
        verb => label(verb, named),
    };
}
