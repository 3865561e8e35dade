//! The description of the API, made of the list of routes, the list of fields and the shapes written by hand.

mod event;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::bytes_with;
use super::error::Problem;
use super::route::{Answer, Call, Route};
use super::routes;
use keys::{Door, Permission};

/// Shapes of answers that are not JSON, with their content types.
const NOT_JSON: &[(&str, &[&str])] = &[
    ("EventStream", &["text/event-stream"]),
    ("File", &["text/csv", "application/json", "application/x-ndjson", "application/vnd.apache.parquet"]),
    ("Lines", &["application/x-ndjson"]),
    ("Metrics", &["text/plain"]),
    ("Nothing", &[]),
    ("Text", &["text/plain"]),
    ("TrailFile", &["application/json", "text/csv"]),
];

/// The shapes of answers, written by hand; that of an event is read off the fields.
const SCHEMAS: &[&str] = &[
    include_str!("openapi/schemas.json"),
    include_str!("openapi/kept.json"),
    include_str!("openapi/boards.json"),
    include_str!("openapi/directory.json"),
    include_str!("openapi/receivers.json"),
    include_str!("openapi/usage.json"),
    include_str!("openapi/explain.json"),
    include_str!("openapi/trail.json"),
    include_str!("openapi/members.json"),
    include_str!("openapi/retention.json"),
    include_str!("openapi/masks.json"),
    include_str!("openapi/erasures.json"),
];

/// `GET /openapi.json`.
pub(crate) async fn show(_: Call) -> Answer {
    let text = serde_json::to_vec(&describe(&routes::all())).map_err(Problem::internal)?;
    Ok(bytes_with(StatusCode::OK, "application/json", text))
}

fn describe(routes: &[Route]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(route.method.as_str().to_lowercase(), operation(route));
        }
    }
    let mut schemas: Map<String, Value> = SCHEMAS
        .iter()
        .flat_map(|text| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default())
        .collect();
    schemas.insert("Event".to_owned(), event::schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gatelog",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Audit log and analytics for API gateways.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "An API token, gl_ap_…" },
                "session": { "type": "apiKey", "in": "cookie", "name": "gl" },
                "ingest": { "type": "http", "scheme": "bearer", "description": "An ingest token, gl_in_…; other places: docs/ingest.md" }
            }
        }
    })
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    parameters.extend(route.known_params().map(|param| {
        json!({ "name": param.name, "in": "query", "description": param.doc, "schema": { "type": "string" } })
    }));
    let content = match NOT_JSON.iter().find(|(name, _)| *name == route.answer) {
        Some((_, kinds)) => kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect(),
        None => {
            let schema = json!({ "schema": { "$ref": format!("#/components/schemas/{}", route.answer) } });
            Map::from_iter([("application/json".to_owned(), schema)])
        }
    };
    let problem = match route.is_foreign() {
        true => json!({ "description": "An error, as the protocol writes it." }),
        false => json!({ "description": "An error, RFC 9457.",
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } }),
    };
    let mut operation = json!({
        "operationId": name(route),
        "summary": route.about,
        "parameters": parameters,
        "responses": {
            route.status.to_string(): { "description": "As asked.", "content": content },
            "default": problem
        }
    });
    let security = match route.door() {
        Door::Open(_) => json!([]),
        Door::Needs(Permission::EventsAppend) => json!([{ "ingest": [] }]),
        Door::Needs(_) => json!([{ "bearer": [] }, { "session": [] }]),
    };
    if let Some(members) = operation.as_object_mut() {
        if let Some(shape) = route.takes {
            let schema = json!({ "$ref": format!("#/components/schemas/{shape}") });
            let content = json!({ "application/json": { "schema": schema } });
            members.insert("requestBody".into(), json!({ "required": true, "content": content }));
        }
        members.insert("security".into(), security);
        if let Door::Needs(permission) = route.door() {
            members.insert("x-permission".into(), json!(permission.text()));
        }
        if let Some(also) = route.also {
            members.insert("x-also-permission".into(), json!(also.text()));
        }
        if let Door::Open(why) = route.door() {
            members.insert("x-open-because".into(), json!(why));
        }
    }
    operation
}

/// `getEventsId`.
fn name(route: &Route) -> String {
    let mut name = route.method.as_str().to_lowercase();
    if route.path.ends_with('/') {
        name.push_str("Root");
    }
    let words = route.path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_uppercase());
        name.push_str(rest);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_every_shape_is_there() {
        let routes = routes::all();
        let text = describe(&routes);
        let mut names = Vec::new();
        for route in &routes {
            let operation = &text["paths"][route.path][route.method.as_str().to_lowercase()];
            assert!(operation["summary"].as_str().is_some_and(|s| s.ends_with('.')), "{}", route.path);
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            if !NOT_JSON.iter().any(|(name, _)| *name == route.answer) {
                assert!(text["components"]["schemas"][route.answer].is_object(), "{}", route.answer);
            }
        }
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = describe(&routes::all());
        let written = text.to_string();
        for part in written.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(text["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
