//! APISIX's rules: a key, PUT makes (201) or replaces (200), PATCH puts together, answers as etcd gives them.

use serde_json::{Value, json};

use super::{KEY, Seen, State, body_of, merge, parts};

type Answer = (u16, Option<Value>);

const KINDS: &[(&str, &str)] = &[
    ("routes", "route"),
    ("services", "service"),
    ("upstreams", "upstream"),
    ("consumers", "consumer"),
    ("ssls", "ssl"),
    ("global_rules", "global_rule"),
];

pub(super) fn answer(state: &mut State, seen: &Seen) -> Answer {
    let has_key =
        seen.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("x-api-key") && value == KEY);
    if !has_key {
        return (401, Some(json!({ "description": "wrong apikey", "error_msg": "failed to check token" })));
    }
    let (method, path) = parts(seen);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let mut body = body_of(seen);
    let ["apisix", "admin", rest @ ..] = path.as_slice() else {
        return (404, Some(json!({ "error_msg": "not found" })));
    };
    if rest.first() == Some(&"schema") || rest.last() == Some(&"validate") {
        return (200, Some(json!({})));
    }
    let (kind, key, rest) = match *rest {
        ["consumers", name, "credentials", ref rest @ ..] => {
            ("credential", format!("/apisix/consumers/{name}/credentials"), rest.to_vec())
        }
        [list, ref rest @ ..] => match KINDS.iter().find(|(name, _)| *name == list) {
            Some((_, kind)) => (*kind, format!("/apisix/{list}"), rest.to_vec()),
            None => return (404, Some(json!({ "error_msg": "Unsupported resource type" }))),
        },
        [] => return (404, Some(json!({ "error_msg": "not found" }))),
    };
    if kind == "consumer" && method == "PUT" {
        let Some(name) = body["username"].as_str().map(str::to_owned) else {
            return (
                400,
                Some(json!({ "error_msg": "invalid configuration: property \"username\" is required" })),
            );
        };
        return put(state, kind, &key, &name, body);
    }
    match (method.as_str(), rest.as_slice()) {
        ("GET", []) => {
            let all =
                state.things.iter().filter(|((of, at), _)| of == kind && at.starts_with(&format!("{key}/")));
            let list: Vec<Value> = all.map(|((_, at), thing)| json!({ "key": at, "value": thing })).collect();
            (200, Some(json!({ "total": list.len(), "list": list })))
        }
        ("GET", [id]) => match state.things.get(&(kind.to_owned(), format!("{key}/{id}"))) {
            Some(thing) => (
                200,
                Some(
                    json!({ "key": format!("{key}/{id}"), "value": thing, "createdIndex": 7, "modifiedIndex": 8 }),
                ),
            ),
            None => missing(),
        },
        ("POST", []) => {
            let id = state.id();
            put(state, kind, &key, &id, body)
        }
        ("PUT", [id]) => put(state, kind, &key, id, body),
        ("PATCH", [id, path @ ..]) => {
            let Some(mut thing) = state.things.get(&(kind.to_owned(), format!("{key}/{id}"))).cloned() else {
                return missing();
            };
            for part in path.iter().rev() {
                body = json!({ *part: body });
            }
            merge(&mut thing, &body);
            put(state, kind, &key, id, thing)
        }
        ("DELETE", [id]) => delete(state, kind, &key, id),
        _ => (405, Some(json!({ "error_msg": "method not allowed" }))),
    }
}

fn missing() -> Answer {
    (404, Some(json!({ "message": "Key not found" })))
}

fn put(state: &mut State, kind: &str, key: &str, id: &str, mut thing: Value) -> Answer {
    let wrong = |told: String| (400, Some(json!({ "error_msg": told })));
    if kind == "route" && thing["uri"].is_null() && thing["uris"].is_null() {
        return wrong("invalid configuration: value should match only one schema".to_owned());
    }
    for (member, of, list) in
        [("service_id", "service", "services"), ("upstream_id", "upstream", "upstreams")]
    {
        if let Some(owner) = thing[member].as_str()
            && !state.things.contains_key(&(of.to_owned(), format!("/apisix/{list}/{owner}")))
        {
            return wrong(format!("failed to fetch {of} info by {of} id [{owner}]"));
        }
    }
    let at = (kind.to_owned(), format!("{key}/{id}"));
    let before = state.things.get(&at).cloned();
    let name = if kind == "consumer" { "username" } else { "id" };
    thing[name] = json!(id);
    let now = state.tick();
    thing["create_time"] = before.as_ref().map_or(json!(now), |before| before["create_time"].clone());
    thing["update_time"] = json!(now);
    if let Some(members) = thing.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    state.things.insert(at.clone(), thing.clone());
    let status = if before.is_some() { 200 } else { 201 };
    state.note(if before.is_some() { "update" } else { "create" }, kind, id, before, thing.clone());
    (status, Some(json!({ "key": at.1, "value": thing, "createdIndex": 7, "modifiedIndex": now })))
}

fn delete(state: &mut State, kind: &str, key: &str, id: &str) -> Answer {
    let member = format!("{kind}_id");
    if let Some(((_, user), _)) =
        state.things.iter().find(|((of, _), thing)| of == "route" && thing[&member] == id)
    {
        return (
            400,
            Some(
                json!({ "error_msg": format!("can not delete this {kind}, route [{user}] is still using it now") }),
            ),
        );
    }
    match state.things.remove(&(kind.to_owned(), format!("{key}/{id}"))) {
        Some(before) => {
            state.note("delete", kind, id, Some(before), Value::Null);
            (200, Some(json!({ "deleted": "1", "key": format!("{key}/{id}") })))
        }
        None => missing(),
    }
}
