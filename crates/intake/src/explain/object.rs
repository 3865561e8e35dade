//! What a rule stands on: an entity of the directory with the version that held at the time of the event, or what the
//! record names where the directory does not know it.

use event::{Row, field as f};
use serde::Serialize;

use crate::directory::{self, BEGINNING, Entity, From, Held, Known, Lives, Origin};
use crate::template::template;

/// What a rule stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Object {
    /// `route`, `service`, `api`, `environment`, `consumer`, `plan`, `key`, `web_acl`, `path` or `gateway`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its id in the gateway.
    pub id: Option<String>,
    /// Who says it in the directory; none when the directory does not know it.
    pub origin: Option<String>,
}

/// The change since which an object was as it was at the time of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// From when on.
    pub when: String,
    /// The number of this version in the life of the object, the first being 1.
    pub version: usize,
    /// Who brought the change in; who made it in the gateway is not known.
    pub by: Option<String>,
}

impl Object {
    /// What a record names and the directory does not know.
    pub(super) fn told(kind: &'static str, name: &str, id: Option<&str>) -> Object {
        Object { kind, name: name.to_owned(), id: id.map(str::to_owned), origin: None }
    }
}

/// An entity with rules, its origin, and since when it was so.
pub(super) fn held(row: Row<'_>, held: &Held<'_>) -> (Object, Option<Changed>) {
    let key = held.id.unwrap_or(held.name);
    known(held.known, row, held.kind, key)
        .unwrap_or_else(|| (Object::told(held.kind, held.name, held.id), None))
}

/// The entity of a kind and a key, as an origin says it was at the time of the event.
pub(super) fn known(
    known: &Known,
    row: Row<'_>,
    kind: &'static str,
    key: &str,
) -> Option<(Object, Option<Changed>)> {
    let at = directory::time(row);
    let origin = &known.origin;
    let lists = &origin.lists;
    match kind {
        "route" => in_list(kind, origin, &lists.routes, key, at),
        "service" => in_list(kind, origin, &lists.services, key, at),
        "api" => in_list(kind, origin, &lists.apis, key, at),
        "environment" => in_list(kind, origin, &lists.environments, key, at),
        "plan" => in_list(kind, origin, &lists.plans, key, at),
        _ => in_list(kind, origin, &lists.consumers, key, at),
    }
}

fn in_list<T: Entity>(
    kind: &'static str,
    origin: &Origin,
    lives: &Lives<T>,
    key: &str,
    at: From,
) -> Option<(Object, Option<Changed>)> {
    let life = lives.get(key)?;
    let entity = life.at(at)?;
    let number = life.versions().iter().take_while(|version| version.from <= at).count();
    let from = life.versions().get(number.checked_sub(1)?)?.from;
    let changed = (from != BEGINNING).then(|| Changed {
        when: event::Timestamp(from).to_string(),
        version: number,
        by: brought(origin, from),
    });
    let object = Object {
        kind,
        name: entity.label().to_owned(),
        id: entity.id().map(str::to_owned),
        origin: Some(origin.name.clone()),
    };
    Some((object, changed))
}

/// Who brought in what an origin says from a moment on; forgotten imports tell nobody.
fn brought(origin: &Origin, from: From) -> Option<String> {
    let import = origin.imports.iter().rev().find(|import| import.since == from)?;
    Some(import.by.clone()).filter(|by| !by.is_empty())
}

/// Where the call went, as far as its record tells: the route, or else the path, the service, the API, the gateway.
pub(super) fn route(row: Row<'_>) -> Object {
    let text = |field| row.text(field);
    // A route that was made of the path is not what the gateway calls it.
    let derived = text(f::PATH).map(template);
    let own = text(f::ROUTE).filter(|route| derived.as_deref() != Some(route));
    let own = own.or_else(|| text(f::ROUTE_ID)).or_else(|| text(f::OPERATION)).or_else(|| text(f::ROUTE_KEY));
    if let Some(name) = own.or(derived.as_deref()) {
        return Object::told("route", name, text(f::ROUTE_ID));
    }
    for (kind, name, id) in [("service", f::SERVICE, f::SERVICE), ("api", f::API, f::API_ID)] {
        if let Some(name) = text(name).or_else(|| text(id)) {
            return Object::told(kind, name, text(id).filter(|id| *id != name));
        }
    }
    Object::told("gateway", text(f::GATEWAY).or_else(|| text(f::SOURCE)).unwrap_or("the gateway"), None)
}

/// The credentials: the key, or else who they were said to be of, or else where they were asked for.
pub(super) fn credentials(row: Row<'_>) -> Object {
    if let Some(id) = row.text(f::API_KEY_ID) {
        return Object::told("key", row.text(f::API_KEY_NAME).unwrap_or(id), Some(id));
    }
    match row.text(f::CLAIMED_CONSUMER) {
        Some(claimed) => Object::told("consumer", claimed, None),
        None => route(row),
    }
}

/// Who has used up what was granted: the plan, the key, the consumer, or else where the call went.
pub(super) fn allowance(row: Row<'_>) -> Object {
    if let Some(plan) = row.text(f::USAGE_PLAN) {
        return Object::told("plan", plan, None);
    }
    if let Some(id) = row.text(f::API_KEY_ID) {
        return Object::told("key", row.text(f::API_KEY_NAME).unwrap_or(id), Some(id));
    }
    match row.text(f::CONSUMER_NAME).or_else(|| row.text(f::CONSUMER_ID)) {
        Some(name) => Object::told("consumer", name, row.text(f::CONSUMER_ID)),
        None => route(row),
    }
}

/// The list of the firewall, or else where the call went.
pub(super) fn firewall(row: Row<'_>) -> Object {
    row.text(f::WAF_ACL).map_or_else(|| route(row), |acl| Object::told("web_acl", acl, None))
}

/// What no route is for: `GET api.example.com/pets`.
pub(super) fn path(row: Row<'_>) -> Object {
    let text = |field| row.text(field).unwrap_or_default();
    let path = row.text(f::PATH).unwrap_or_else(|| text(f::ROUTE));
    let name = format!("{} {}{path}", text(f::METHOD), text(f::DOMAIN));
    Object::told("path", name.trim(), None)
}
