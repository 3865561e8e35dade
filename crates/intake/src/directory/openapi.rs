//! OpenAPI descriptions, 3.x and Swagger 2.0: an API and its routes, with templates, methods, operation ids, the hosts and
//! base paths of its servers, and how callers show who they are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::importers::{Importer, Read};
use super::listed::{Listed, entry};
use super::model::{Api, Route, Rules, Snapshot};
use super::{Document, Fault, check};

/// A description of an API.
pub(super) const OPENAPI: Importer = Importer {
    name: "openapi",
    doc: "An OpenAPI description (3.x, or Swagger 2.0), YAML or JSON: routes with templates, methods, operation ids, servers.",
    recognises: |document| document.member("openapi").or(document.member("swagger")).is_some(),
    read,
};

/// Members of a path that are operations.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Where an operation is served: hosts, and the beginnings of paths.
#[derive(Clone, Default)]
struct Servers {
    hosts: Vec<String>,
    bases: Vec<String>,
}

fn read(document: &Document) -> Result<Read, Fault> {
    let top = entry("document", &document.value)?;
    let info = match top.get("info") {
        Some(info) => entry("info", info)?,
        None => return Err(Fault::new("info", "is missing")),
    };
    let title = info.text("title").ok_or_else(|| Fault::new("info", "has no title"))?;
    let api = Api { name: title.clone(), version: info.text("version"), ..Api::default() };
    let mut snapshot = Snapshot { apis: vec![api], ..Snapshot::default() };
    let mut notes = Vec::new();
    let ways = ways(&top);
    let servers = servers(&top)?.unwrap_or_else(|| Servers { hosts: Vec::new(), bases: vec![String::new()] });
    let paths = match top.get("paths") {
        Some(Value::Object(paths)) => paths,
        None => return Err(Fault::new("paths", "is missing")),
        Some(_) => return Err(Fault::new("paths", "not an object")),
    };
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
        let place = format!("paths {path}");
        if !path.starts_with('/') {
            return Err(Fault::new(place, "does not begin with a slash"));
        }
        let item = entry(&place, item)?;
        if item.get("$ref").is_some() {
            notes.push(format!("{place}: what stands in another document was left out"));
        }
        let of_path = self::servers(&item)?.unwrap_or_else(|| servers.clone());
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let operation = entry(&format!("{place} {method}"), operation)?;
            let served = self::servers(&operation)?.unwrap_or_else(|| of_path.clone());
            let security = operation.get("security").or(top.get("security"));
            let mut templates: Vec<String> = served.bases.iter().map(|base| template(base, path)).collect();
            templates.dedup();
            let method = method.to_uppercase();
            snapshot.routes.push(Route {
                name: operation.text("operationId").unwrap_or_else(|| format!("{method} {path}")),
                api: Some(title.clone()),
                hosts: served.hosts,
                methods: vec![method],
                templates,
                statuses: statuses(&operation),
                rules: Rules { auth: auth(security, &ways), ..Rules::default() },
                tags: operation.texts("tags"),
                ..Route::default()
            });
        }
    }
    notes.extend(check::check(&mut snapshot)?);
    Ok(Read { snapshot, notes })
}

/// The statuses an operation says it answers with.
fn statuses(operation: &Listed) -> Vec<String> {
    let Some(Value::Object(responses)) = operation.get("responses") else { return Vec::new() };
    responses.keys().filter(|status| !status.starts_with("x-")).cloned().collect()
}

/// What an entry says of servers, if anything.
fn servers(entry: &Listed) -> Result<Option<Servers>, Fault> {
    let mut found = Servers::default();
    for server in entry.inside("servers")? {
        let mut url = server.text("url").ok_or_else(|| server.fault("has no url"))?;
        if let Some(Value::Object(variables)) = server.get("variables") {
            for (name, variable) in variables {
                let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
                url = url.replace(&format!("{{{name}}}"), default);
            }
        }
        let (host, base) = match url.split_once("://") {
            Some((_, rest)) => {
                rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or_default()
            }
            None => ("", url.as_str()),
        };
        found.add(host, base);
    }
    if entry.get("host").is_some() || entry.get("basePath").is_some() {
        let (host, base) =
            (entry.text("host").unwrap_or_default(), entry.text("basePath").unwrap_or_default());
        found.add(&host, &base);
    }
    Ok((!found.bases.is_empty()).then_some(found))
}

impl Servers {
    fn add(&mut self, host: &str, base: &str) {
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let base = base.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let base = if base.is_empty() { String::new() } else { format!("/{base}") };
        if !host.is_empty() && !host.contains('{') && !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
        if !self.bases.contains(&base) {
            self.bases.push(base);
        }
    }
}

/// A template of a whole path: `{name}` is a whole part; a part that only holds a name becomes one.
fn template(base: &str, path: &str) -> String {
    let part = |part: &str| match part.split_once('{') {
        Some((before, inside)) if !before.is_empty() || !inside.ends_with('}') || inside.contains('{') => {
            let name: String = part.chars().filter(|c| !matches!(c, '{' | '}')).collect();
            format!("{{{name}}}")
        }
        _ => part.to_owned(),
    };
    let path: Vec<String> = path.split('/').map(part).collect();
    format!("{base}{}", path.join("/"))
}

/// The schemes of the description, and what ours calls each.
fn ways(top: &Listed) -> BTreeMap<String, &'static str> {
    let schemes =
        top.get("components").and_then(|c| c.get("securitySchemes")).or(top.get("securityDefinitions"));
    let Some(Value::Object(schemes)) = schemes else { return BTreeMap::new() };
    let way = |scheme: &Value| {
        let of = |name: &str| scheme.get(name).and_then(Value::as_str).unwrap_or_default();
        match (of("type"), of("scheme").to_ascii_lowercase().as_str()) {
            ("apiKey", _) => Some("key"),
            ("basic", _) | ("http", "basic") => Some("basic"),
            ("http", "bearer") => Some("jwt"),
            ("oauth2" | "openIdConnect", _) => Some("oauth2"),
            ("mutualTLS", _) => Some("mtls"),
            _ => None,
        }
    };
    schemes.iter().filter_map(|(name, scheme)| Some((name.clone(), way(scheme)?))).collect()
}

/// The ways an operation asks for, any of which will do.
fn auth(security: Option<&Value>, ways: &BTreeMap<String, &'static str>) -> Vec<String> {
    let Some(Value::Array(choices)) = security else { return Vec::new() };
    let names = choices.iter().filter_map(Value::as_object).flat_map(|choice| choice.keys());
    let mut auth: Vec<String> =
        names.filter_map(|name| ways.get(name)).map(|way| (*way).to_owned()).collect();
    auth.sort();
    auth.dedup();
    let is_open =
        choices.is_empty() || choices.iter().any(|choice| choice.as_object().is_some_and(|c| c.is_empty()));
    if is_open {
        auth.push("none".to_owned());
    }
    auth
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Read, Fault> {
        let document = Document::parse(text.to_owned())?;
        assert!((OPENAPI.recognises)(&document));
        read(&document)
    }

    const FILE: &str = "
openapi: 3.1.0
info: {title: Pets, version: 1.2.0}
servers:
- url: 'https://{region}.example.test:8443/v2/'
  variables: {region: {default: eu}}
- url: /v2
security: [{key: []}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-API-Key}
    token: {type: http, scheme: bearer}
paths:
  /pets:
    get: {operationId: listPets, tags: [pets], security: []}
    post: {security: [{token: []}, {key: []}]}
  /pets/{petId}/photo.{format}:
    servers: [{url: 'https://img.example.test'}]
    get: {operationId: photo}
";

    #[test]
    fn routes_hosts_and_ways() {
        let snapshot = parse(FILE).unwrap().snapshot;
        assert_eq!((&*snapshot.apis[0].name, snapshot.apis[0].version.as_deref()), ("Pets", Some("1.2.0")));
        let [list, add, photo] = &snapshot.routes[..] else { panic!() };
        assert_eq!(
            (&*list.name, &list.templates[..], &list.hosts[..]),
            ("listPets", &["/v2/pets".to_owned()][..], &["eu.example.test".to_owned()][..])
        );
        assert_eq!(
            (&list.rules.auth[..], &list.tags[..]),
            (&["none".to_owned()][..], &["pets".to_owned()][..])
        );
        assert_eq!(
            (&*add.name, &add.rules.auth[..]),
            (
                "POST /pets",
                &["jwt".to_owned(), "key".to_owned()].map(String::from).into_iter().collect::<Vec<_>>()[..]
            )
        );
        assert_eq!(
            (&photo.templates[..], &photo.hosts[..]),
            (&["/pets/{petId}/{photo.format}".to_owned()][..], &["img.example.test".to_owned()][..])
        );
        assert_eq!(photo.rules.auth, ["key"]);
    }

    #[test]
    fn faults_name_the_place() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(fault("openapi: 3.0.0\npaths: {}"), "info: is missing");
        assert_eq!(fault("openapi: 3.0.0\ninfo: {title: a}"), "paths: is missing");
        assert_eq!(
            fault("openapi: 3.0.0\ninfo: {title: a}\npaths: {pets: {}}"),
            "paths pets: does not begin with a slash"
        );
        assert_eq!(
            fault("openapi: 3.0.0\ninfo: {title: a}\npaths: {/pets: {get: 5}}"),
            "paths /pets get: not an object"
        );
        let twice = "openapi: 3.0.0\ninfo: {title: a}\npaths: {/a: {get: {operationId: x}}, /b: {get: {operationId: x}}}";
        assert!(fault(twice).contains("\"x\" is there twice"));
    }
}
