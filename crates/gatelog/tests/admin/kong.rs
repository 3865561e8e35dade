//! Kong's rules: ids or names in the path, PUT makes or replaces, foreign keys, deletions that take along.

use serde_json::{Value, json};

use super::{Seen, State, body_of, merge, parts};

/// Collections, what one thing is called, and the member that names it.
const KINDS: &[(&str, &str, &str)] = &[
    ("services", "service", "name"),
    ("routes", "route", "name"),
    ("consumers", "consumer", "username"),
    ("plugins", "plugin", ""),
    ("upstreams", "upstream", "name"),
    ("targets", "target", "target"),
    ("acls", "acl", "group"),
    ("key-auth", "key_auth", "key"),
];

type Answer = (u16, Option<Value>);

pub(super) fn answer(state: &mut State, seen: &Seen) -> Answer {
    let (method, path) = parts(seen);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let body = body_of(seen);
    if let Some(space) = path.first().copied()
        && let Some(mut inner) = state.workspaces.remove(space)
    {
        let line = seen.line.replacen(&format!("/{space}"), "", 1);
        let answer = answer(&mut inner, &Seen { line, ..seen.clone() });
        state.workspaces.insert(space.to_owned(), inner);
        return answer;
    }
    if path == ["workspaces"] && !state.workspaces.is_empty() {
        let names = ["default".to_owned()].into_iter().chain(state.workspaces.keys().cloned());
        let data: Vec<Value> =
            names.map(|name| json!({ "id": format!("id-of-{name}"), "name": name })).collect();
        return (200, Some(json!({ "data": data, "next": null })));
    }
    if path.contains(&"schemas") {
        return (200, Some(json!({ "message": "schema validation successful" })));
    }
    let of =
        |segment: &str| KINDS.iter().find(|(name, ..)| *name == segment || format!("{name}s") == segment);
    match *path.as_slice() {
        [] => (200, Some(json!({ "version": "3.9.1", "tagline": "Welcome" }))),
        ["config"] if method == "POST" => config(state, &body),
        [list] => match of(list) {
            Some((_, kind, _)) => collection(state, &method, kind, None, body),
            None => not_found(),
        },
        [list, id] => match of(list) {
            Some((_, kind, _)) => one(state, &method, kind, id, None, body),
            None => not_found(),
        },
        [outer, owner, list, ref rest @ ..] => {
            let (Some((_, outer, _)), Some((_, kind, _))) = (of(outer), of(list)) else { return not_found() };
            let Some(owner) = find(state, outer, owner, None) else { return not_found() };
            let owner = Some((*outer, owner));
            match rest {
                [] => collection(state, &method, kind, owner, body),
                [id, ..] => one(state, &method, kind, id, owner, body),
            }
        }
    }
}

/// Without a database: everything is what the text in `config` says, here JSON with flat lists and ids.
fn config(state: &mut State, body: &Value) -> Answer {
    let Some(declared) = body["config"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok())
    else {
        // As Kong does, it quotes what it cannot read.
        let message = format!("declarative config is invalid: {}", body["config"]);
        return (400, Some(json!({ "message": message, "code": 14 })));
    };
    let now = state.tick();
    let mut things = std::collections::BTreeMap::new();
    for (list, kind, _) in KINDS {
        for thing in declared[list].as_array().into_iter().flatten() {
            let mut thing = thing.clone();
            merge(&mut thing, &json!({ "created_at": now, "updated_at": now }));
            things.insert(((*kind).to_owned(), thing["id"].as_str().unwrap().to_owned()), thing);
        }
    }
    let before = std::mem::replace(&mut state.things, things.clone());
    let unstamped = |thing: &Value| {
        let mut thing = thing.clone();
        merge(&mut thing, &json!({ "created_at": null, "updated_at": null }));
        thing
    };
    for ((kind, id), thing) in &things {
        match before.get(&(kind.clone(), id.clone())) {
            None => state.note("create", kind, id, None, thing.clone()),
            Some(old) if unstamped(old) == unstamped(thing) => {}
            Some(old) => state.note("update", kind, id, Some(old.clone()), thing.clone()),
        }
    }
    for ((kind, id), old) in before.iter().filter(|(key, _)| !things.contains_key(*key)) {
        state.note("delete", kind, id, Some(old.clone()), Value::Null);
    }
    let list = |name: &str, kind: &str| -> Value {
        let of_kind = things.iter().filter(|((of, _), _)| of == kind);
        json!({ name: of_kind.map(|((_, id), thing)| (id.clone(), thing.clone())).collect::<serde_json::Map<_, _>>() })
    };
    let mut answer = json!({});
    KINDS.iter().for_each(|(name, kind, _)| merge(&mut answer, &list(name, kind)));
    (201, Some(answer))
}

type Owner = Option<(&'static str, String)>;

fn not_found() -> Answer {
    (404, Some(json!({ "message": "Not found" })))
}

fn name_of(kind: &str) -> &'static str {
    KINDS.iter().find(|(_, one, _)| *one == kind).map_or("", |(.., name)| name)
}

fn is_of(thing: &Value, owner: &Owner) -> bool {
    owner.as_ref().is_none_or(|(kind, id)| thing[*kind]["id"] == **id)
}

/// The id of a thing by its id or name.
fn find(state: &State, kind: &str, key: &str, owner: Option<&Owner>) -> Option<String> {
    let name = name_of(kind);
    let all = state
        .things
        .iter()
        .filter(|((of, _), thing)| of == kind && owner.is_none_or(|owner| is_of(thing, owner)));
    let key = key.replace("%20", " ");
    all.into_iter()
        .find(|((_, id), thing)| *id == key || !name.is_empty() && thing[name] == key)
        .map(|((_, id), _)| id.clone())
}

fn collection(state: &mut State, method: &str, kind: &str, owner: Owner, body: Value) -> Answer {
    match method {
        "GET" => {
            let of_kind = state.things.iter().filter(|((of, _), thing)| of == kind && is_of(thing, &owner));
            (
                200,
                Some(
                    json!({ "data": of_kind.map(|(_, thing)| thing.clone()).collect::<Vec<_>>(), "next": null }),
                ),
            )
        }
        "POST" => {
            let id = body["id"].as_str().map_or_else(|| state.id(), str::to_owned);
            put(state, 201, kind, &id, owner, body)
        }
        _ => (405, Some(json!({ "message": "Method not allowed" }))),
    }
}

fn one(state: &mut State, method: &str, kind: &str, key: &str, owner: Owner, mut body: Value) -> Answer {
    let found = find(state, kind, key, Some(&owner));
    let at = |id: &String| (kind.to_owned(), id.clone());
    match (method, found) {
        ("GET", Some(id)) => (200, Some(state.things[&at(&id)].clone())),
        ("PUT", found) => {
            let is_id = key.len() == 36;
            if !is_id && !name_of(kind).is_empty() {
                body[name_of(kind)] = json!(key);
            }
            let id = found.unwrap_or_else(|| if is_id { key.to_owned() } else { state.id() });
            put(state, 200, kind, &id, owner, body)
        }
        ("PATCH", Some(id)) => {
            let mut thing = state.things[&at(&id)].clone();
            merge(&mut thing, &body);
            put(state, 200, kind, &id, owner, thing)
        }
        ("DELETE", None) if key.len() == 36 => (204, None),
        ("DELETE", Some(id)) => delete(state, kind, &id),
        _ => not_found(),
    }
}

fn put(state: &mut State, status: u16, kind: &str, id: &str, owner: Owner, mut thing: Value) -> Answer {
    let bad =
        |message: String| (400, Some(json!({ "message": message, "name": "schema violation", "code": 2 })));
    if let Some((outer, id)) = owner {
        thing[outer] = json!({ "id": id });
    }
    if kind == "service" && thing["host"].as_str().is_none() {
        let Some(url) = thing["url"].as_str().map(str::to_owned) else {
            return bad("host: required field missing".to_owned());
        };
        thing["host"] = json!(url.split("://").last().unwrap().split('/').next().unwrap());
        thing.as_object_mut().unwrap().remove("url");
    }
    for outer in ["service", "route", "consumer", "upstream"] {
        let Some(owner) = thing[outer]["id"].as_str() else { continue };
        if !state.things.contains_key(&(outer.to_owned(), owner.to_owned())) {
            return (
                400,
                Some(
                    json!({ "message": format!("the foreign key '{{id=\"{owner}\"}}' does not reference an existing entity"), "name": "foreign key violation", "code": 4 }),
                ),
            );
        }
    }
    if let Some(outer) = thing.as_object_mut() {
        outer.retain(|_, value| !value.is_null());
    }
    let unique = |thing: &Value| match kind {
        "plugin" => [&thing["name"], &thing["service"], &thing["route"], &thing["consumer"]]
            .map(ToString::to_string)
            .join("|"),
        "acl" => format!("{}|{}", thing["group"], thing["consumer"]),
        "target" => format!("{}|{}", thing["target"], thing["upstream"]),
        kind => thing[name_of(kind)].to_string(),
    };
    let own = unique(&thing);
    let is_taken =
        |((of, other), thing): (&(String, String), &Value)| of == kind && other != id && unique(thing) == own;
    if own != "null" && state.things.iter().any(is_taken) {
        return (
            409,
            Some(
                json!({ "message": format!("UNIQUE violation detected on '{own}'"), "name": "unique constraint violation", "code": 5 }),
            ),
        );
    }
    let key = (kind.to_owned(), id.to_owned());
    let before = state.things.get(&key).cloned();
    thing["id"] = json!(id);
    let now = state.tick();
    thing["created_at"] = before.as_ref().map_or(json!(now), |before| before["created_at"].clone());
    thing["updated_at"] = json!(now);
    state.things.insert(key, thing.clone());
    state.note(if before.is_some() { "update" } else { "create" }, kind, id, before, thing.clone());
    (status, Some(thing))
}

fn delete(state: &mut State, kind: &str, id: &str) -> Answer {
    let refers = |thing: &Value| thing[kind]["id"] == *id;
    let has_routes = state.things.iter().any(|((of, _), thing)| of == "route" && refers(thing));
    if kind == "service" && has_routes {
        return (
            400,
            Some(
                json!({ "message": "an existing 'routes' entity references this 'services' entity", "name": "foreign key violation" }),
            ),
        );
    }
    // What belongs to it goes with it.
    state.things.retain(|_, thing| !refers(thing));
    let before = state.things.remove(&(kind.to_owned(), id.to_owned()));
    state.note("delete", kind, id, before, Value::Null);
    (204, None)
}
