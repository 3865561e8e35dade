//! What the server says about itself is what it does: every answer of every GET route, made from captured logs, has
//! each member that openapi.json requires and none that it does not name.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, INGEST, Server};

const RANGE: &str = "from=2020-01-01&to=2027-01-01";

/// Requests for routes that need more than their path. `{id}` of an event is filled in.
const REQUESTS: &[(&str, &[&str])] = &[
    (
        "/api/v1/events",
        &["?RANGE&limit=1000", "?RANGE&limit=1000&order=asc&filter=granted:false", "?filter=consumer:nobody"],
    ),
    ("/api/v1/events/{id}", &["/api/v1/events/1"]),
    ("/api/v1/events/{id}/explain", &["/api/v1/events/1/explain", "/api/v1/events/5/explain"]),
    ("/api/v1/events/{id}/proof", &["/api/v1/events/1/proof"]),
    ("/api/v1/grants", &["?look_back=365d&limit=5"]),
    ("/api/v1/endpoints", &["?RANGE"]),
    ("/api/v1/facets", &["?RANGE", "?RANGE&fields=user_agent,ip,duration,request_id&search=a&top=3"]),
    (
        "/api/v1/histogram",
        &[
            "?RANGE&step=1w",
            "?RANGE&step=1M&split=method",
            "?RANGE&step=1w&split=route&compare=previous",
            "?RANGE&compare=previous&compare_from=2025-11-01&compare_to=2025-11-09",
        ],
    ),
    (
        "/api/v1/diagnose",
        &["", "?RANGE&filter=consumer:aplp%20status:200", "?RANGE&filter=status:5xx%20status:2xx"],
    ),
    (
        "/api/v1/explore",
        &[
            "?RANGE",
            "?RANGE&measure=p95,avg:upstream_duration,unique:ip&by=consumer,status_class&top=3",
            "?RANGE&step=1M&measure=denial_rate&by=route&chart=line",
            "?RANGE&by=weekday,hour_of_day&chart=heat&tz=Europe/Berlin&hours=mon-sat%2008:00-18:00",
            "?RANGE&step=1M&by=fault&chart=heat&filter=status:5xx",
        ],
    ),
    ("/api/v1/differences", &["?RANGE&region_from=2026-11-21&region_to=2026-11-22"]),
    ("/api/v1/summary", &["?RANGE", ""]),
    (
        "/api/v1/usage/{id}",
        &[
            "/api/v1/usage/consumers?RANGE",
            "/api/v1/usage/groups?RANGE&sort=last_seen&compare=none",
            "/api/v1/usage/routes?RANGE&sort=p95&order=asc&limit=2&offset=1",
            "/api/v1/usage/keys?RANGE&search=nothing",
        ],
    ),
    (
        "/api/v1/usage/{id}/unused",
        &[
            "/api/v1/usage/groups/unused",
            "/api/v1/usage/routes/unused?look_back=7d",
            "/api/v1/usage/agents/unused",
        ],
    ),
    ("/api/v1/quotas", &["?RANGE", "?tz=Europe/Berlin"]),
    ("/api/v1/exports/{id}", &[]),
    ("/api/v1/boards/{id}", &["/api/v1/boards/aws"]),
    ("/api/v1/reports/{id}", &["/api/v1/reports/weekly-overview"]),
    (
        "/api/v1/directory/{name}",
        &[
            "/api/v1/directory/consumers",
            "/api/v1/directory/groups?search=gold",
            "/api/v1/directory/plans?limit=1",
            "/api/v1/directory/routes?at=now",
            "/api/v1/directory/keys",
            "/api/v1/directory/environments",
        ],
    ),
    ("/api/v1/directory/history", &["", "?kind=consumers&from=1h&limit=1"]),
    ("/api/v1/directory/export", &["?origin=team"]),
    ("/api/v1/trail", &["", "?limit=1", "?event=update&outcome=success", "?search=nothing-has-this"]),
    ("/api/v1/trail/{id}", &["/api/v1/trail/0", "/api/v1/trail/1"]),
    ("/api/v1/trail/{id}/proof", &["/api/v1/trail/0/proof"]),
    ("/api/v1/trail/facets", &["", "?event=update&operator=nobody&reads=hidden"]),
    ("/api/v1/trail/changes", &["", "?from=7d&marks=3"]),
    ("/api/v1/masks/versions/{id}", &["/api/v1/masks/versions/1"]),
    ("/api/v1/sources/{name}/rejects", &["/api/v1/sources/default/rejects"]),
    ("/api/v1/sources/{name}/quality", &["/api/v1/sources/default/quality"]),
];

/// Something of every kind.
const DIRECTORY: &str = "
sources: [edge]
environments: [{name: prod, domains: [api.example.com], rules: {auth: [key]}, tags: [a]}]
customers: [Acme]
groups: [gold, beta]
plans: [{name: big, quota: {limit: 5, period: day}, throttle: {rate: 1.5, burst: 2}, covers: [{api: pets, stage: v1}]}]
consumers: [{name: app, id: 7, aliases: [x], groups: [gold, beta], customer: Acme, plan: big, keys: [{id: k, name: n, plans: [big]}]}]
apis: [{name: pets, version: 2, stages: [v1]}]
services: [{name: pet-svc, api: pets}]
routes:
  - {name: r, id: 1, api: pets, service: pet-svc, hosts: [h], methods: [GET], templates: ['/p/{id}'], tags: [sensitive],
     rules: {allow_groups: [gold], deny_groups: [beta], allow_ips: [10.0.0.0/8], deny_ips: [10.0.0.1], limits: [{limit: 1, period: hour}],
             windows: [{days: [mon], from: '08:00', to: '18:00', zone: Europe/Berlin}], auth: [key]}}
";

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(path)).unwrap()
}

fn filled() -> Server {
    // Sealed while it runs, so that they can be proved.
    let server = Server::with(&[("GATELOG_SEGMENT_ROWS", "2000")]);
    for file in [
        "kong/file-log.log",
        "nginx/json.log",
        "nginx/combined.log",
        "flowgenx/contract.log",
        "json/common.log",
    ] {
        assert_eq!(server.ingest("/ingest", sample(file)).status, 200, "{file}");
    }
    for text in [DIRECTORY, &DIRECTORY.replace("[gold, beta]", "[silver]").replace("limit: 5", "limit: 6")] {
        let headers = [("Authorization", &*format!("Bearer {ADMIN}"))];
        assert_eq!(server.send("PUT", "/api/v1/directory/team", &headers, text.as_bytes()).status, 200);
    }
    server.ingest("/ingest/kong", "{\"what\": this is not a record}");
    server.ingest("/ingest", r#"{"timestamp":"2026-11-21T10:00:00Z"}"#);
    assert_eq!(server.get(&format!("/api/v1/export?{RANGE}&format=csv")).status, 200);
    let until = Instant::now() + Duration::from_secs(20);
    while server.get("/api/v1/events/1/proof").status == 409 {
        assert!(Instant::now() < until, "the first event is not sealed");
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

/// Judges an answer by a shape, as JSON Schema does, but stricter: an object may only have members that some part of
/// its shape names, and a word of the shape that is not judged here is a mistake.
struct Judge<'a> {
    openapi: &'a Value,
    shape: &'a Value,
}

impl Judge<'_> {
    fn faults(&self, answer: &Value) -> Vec<String> {
        let mut named = BTreeSet::new();
        let mut faults = self.judge(self.shape, answer, "", &mut named);
        unnamed(answer, "", &named, &mut faults);
        faults
    }

    /// What is wrong with a value; the members its shape names are noted.
    fn judge(&self, shape: &Value, value: &Value, at: &str, named: &mut BTreeSet<String>) -> Vec<String> {
        let mut faults = Vec::new();
        let whole = |shape: &Value, value: &Value, at: &str| {
            let mut named = BTreeSet::new();
            let mut faults = self.judge(shape, value, at, &mut named);
            unnamed(value, at, &named, &mut faults);
            faults
        };
        let none = Value::Null;
        for (word, rule) in shape.as_object().unwrap() {
            match word.as_str() {
                "description" | "minItems" | "maxItems" => {}
                "$ref" => {
                    let to = rule.as_str().unwrap().trim_start_matches('#');
                    faults.extend(self.judge(self.openapi.pointer(to).unwrap(), value, at, named));
                }
                "type" if !is_a(value, rule.as_str().unwrap()) => {
                    faults.push(format!("{at} is not of type {rule}: {value}"));
                }
                "type" => {}
                "format" => {
                    let is_time =
                        |v: &Value| v.as_str().is_some_and(|t| event::Timestamp::parse(t).is_some());
                    assert_eq!(rule, "date-time");
                    faults.extend((!is_time(value)).then(|| format!("{at} is not a time: {value}")));
                }
                "enum" if !rule.as_array().unwrap().contains(value) => {
                    faults.push(format!("{at} is none of {rule}: {value}"));
                }
                "enum" => {}
                "required" => {
                    let missing =
                        rule.as_array().unwrap().iter().filter(|n| value.get(n.as_str().unwrap()).is_none());
                    faults.extend(missing.map(|name| format!("{at} has no {name}")));
                }
                "properties" => {
                    for (name, inner) in rule.as_object().unwrap() {
                        named.insert(name.clone());
                        if let Some(value) = value.get(name) {
                            faults.extend(whole(inner, value, &format!("{at}/{name}")));
                        }
                    }
                }
                "additionalProperties" => {
                    let known = shape.get("properties").unwrap_or(&none);
                    for (name, value) in value.as_object().into_iter().flatten() {
                        named.insert(name.clone());
                        if rule.is_object() && known.get(name).is_none() {
                            faults.extend(whole(rule, value, &format!("{at}/{name}")));
                        }
                    }
                }
                "items" | "prefixItems" => {
                    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                        let inner = if word == "items" { Some(rule) } else { rule.get(n) };
                        match inner {
                            Some(inner) => faults.extend(whole(inner, item, &format!("{at}/{n}"))),
                            None => faults.push(format!("{at} has too many items")),
                        }
                    }
                }
                "allOf" => {
                    rule.as_array()
                        .unwrap()
                        .iter()
                        .for_each(|p| faults.extend(self.judge(p, value, at, named)));
                }
                "anyOf" | "oneOf" => {
                    let tried = rule.as_array().unwrap().iter().map(|one| {
                        let mut named = BTreeSet::new();
                        (self.judge(one, value, at, &mut named), named)
                    });
                    // Of shapes that fit alike, the one that knows most of it: a list without rows fits several.
                    let best =
                        tried.min_by_key(|(faults, named)| (faults.len(), Reverse(named.len()))).unwrap();
                    faults.extend(best.0);
                    named.extend(best.1);
                }
                other => panic!("{other} at {at} is not judged"),
            }
        }
        if shape.as_object().unwrap().is_empty() {
            named.extend(value.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
        faults
    }
}

fn unnamed(value: &Value, at: &str, named: &BTreeSet<String>, faults: &mut Vec<String>) {
    let members = value.as_object().into_iter().flatten();
    faults.extend(
        members
            .filter(|(name, _)| !named.contains(*name))
            .map(|(name, _)| format!("{at}/{name} is not named")),
    );
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}

fn check(judge: &Judge<'_>, answer: &Value, what: &str) {
    let faults = judge.faults(answer);
    assert!(faults.is_empty(), "{what}: {:#?}", faults.iter().take(8).collect::<Vec<_>>());
}

fn shape<'a>(operation: &'a Value, status: &str, kind: &str) -> Option<&'a Value> {
    let content = operation["responses"][status]["content"].as_object()?;
    content.get(kind)?.get("schema")
}

#[test]
fn answers_are_as_described() {
    let server = filled();
    let openapi = server.json("/api/v1/openapi.json");
    let export = server.json("/api/v1/exports")["exports"][0]["id"].as_str().unwrap().to_owned();
    let cookie = server.person("ann", "analyst");
    assert_eq!(
        server.send_with(&cookie, "POST", "/api/v1/account/tokens", &json!({ "name": "mine" })).status,
        201
    );
    let role = json!({ "about": "Reads", "permissions": ["panels:read"], "rows": "status:200" });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/team", &role).status, 200);
    let rule =
        json!({ "name": "addresses", "what": "field", "of": "ip", "how": "truncate", "source": "edge" });
    let masks = server.post(ADMIN, "/api/v1/masks", &json!({ "rules": [rule], "note": "at first" }));
    assert_eq!(masks.status, 200, "{}", masks.text());
    let shape_of = |path: &str| shape(&openapi["paths"][path]["post"], "200", "application/json").unwrap();
    check(&Judge { openapi: &openapi, shape: shape_of("/api/v1/masks") }, &masks.json(), "masks set");
    let trial = json!({ "record": String::from_utf8(sample("json/common.log")).unwrap().lines().next(), "source": "edge" });
    let tried = server.post(ADMIN, "/api/v1/masks/try", &trial);
    assert!(tried.json()["event"].is_object(), "{}", tried.text());
    check(&Judge { openapi: &openapi, shape: shape_of("/api/v1/masks/try") }, &tried.json(), "masks tried");
    let told = r#"{"eventTime":"2026-11-21T10:00:00Z","eventSource":"apigateway.amazonaws.com","eventName":"UpdateStage","eventID":"1"}"#;
    for (format, line) in [("cloudtrail", told), ("json", trial["record"].as_str().unwrap())] {
        let tried = server.post(ADMIN, "/api/v1/sources/try", &json!({ "format": format, "line": line }));
        assert!(tried.json()["event"].is_object(), "{}", tried.text());
        check(&Judge { openapi: &openapi, shape: shape_of("/api/v1/sources/try") }, &tried.json(), format);
    }
    let mut routes = 0;
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        let Some(shape) = methods.get("get").and_then(|get| shape(get, "200", "application/json")) else {
            continue;
        };
        let judge = Judge { openapi: &openapi, shape };
        let requests: Vec<String> = match REQUESTS.iter().find(|(known, _)| known == path) {
            _ if path.contains("/elasticsearch/{index}") => vec![elasticsearch(path)],
            _ if path == "/api/v1/exports/{id}" => vec![format!("/api/v1/exports/{export}")],
            _ if path == "/api/v1/panels/{id}" => panels(&server),
            Some((_, requests)) => requests
                .iter()
                .map(|r| if r.starts_with('/') { (*r).to_owned() } else { format!("{path}{r}") })
                .collect(),
            None => vec![path.replace("{token}", INGEST)],
        };
        let token = if methods["get"]["security"][0].get("ingest").is_some() { INGEST } else { ADMIN };
        let is_own = methods["get"]["x-permission"] == "account:own";
        for request in &requests {
            assert!(!request.contains('{'), "{path} needs a request in REQUESTS");
            let request = &request.replace("RANGE", RANGE);
            let reply = match is_own {
                // What is one's own is seen in a session of one's own.
                true => server.send("GET", request, &[("Cookie", &cookie)], b""),
                false => server.get_as(token, request),
            };
            assert_eq!(reply.status, 200, "{request}: {}", reply.text());
            check(&judge, &reply.json(), request);
        }
        assert!(!requests.is_empty());
        routes += 1;
    }
    assert!(routes >= 15);
}

/// What clients of Elasticsearch ask.
fn elasticsearch(path: &str) -> String {
    let path = path.replace("{token}", INGEST);
    path.replace("{index}", "_ilm").replace("{what}", "policy").replace("{name}", "p")
}

fn panels(server: &Server) -> Vec<String> {
    let list = server.json("/api/v1/panels");
    let ids = list["panels"].as_array().unwrap().iter().map(|panel| panel["id"].as_str().unwrap().to_owned());
    ids.flat_map(|id| ["?RANGE&step=1M", "?compare=none"].map(|rest| format!("/api/v1/panels/{id}{rest}")))
        .collect()
}

#[test]
fn errors_are_as_described() {
    let server = Server::start();
    let openapi = server.json("/api/v1/openapi.json");
    let events = &openapi["paths"]["/api/v1/events"]["get"];
    let shape = shape(events, "default", "application/problem+json").unwrap();
    let judge = Judge { openapi: &openapi, shape };
    for request in [
        "/api/v1/explore?by=rout",
        "/api/v1/explore?measure=p96",
        "/api/v1/explore?chart=pie",
        "/api/v1/events?filter=staus:1",
        "/api/v1/events?limit=0",
        "/api/v1/events/77",
        "/api/v1/x",
    ] {
        let reply = server.get(request);
        assert!((400..500).contains(&reply.status));
        check(&judge, &reply.json(), request);
        assert!(reply.json().get("id").is_none());
    }

    // A failure of ours is found in the log by its id: a directory where the catalogue should be written.
    let catalog = server.dir.join("catalog.json");
    std::fs::remove_file(&catalog).unwrap();
    std::fs::create_dir_all(catalog.join("in the way")).unwrap();
    let reply = server.post(ADMIN, "/api/v1/sources", &serde_json::json!({ "name": "edge" }));
    assert_eq!(reply.status, 500, "{}", reply.text());
    check(&judge, &reply.json(), "a failure");
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 16);
    // The line was written before the answer; the test may read it a little later.
    let mut line = None;
    for _ in 0..100 {
        line = server.log().lines().find(|line| line.contains(&id)).map(str::to_owned);
        if line.is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(line.unwrap().contains("a request failed"));
    assert!(!reply.text().contains("catalog.json"));
}

/// The test above can fail: every member of a real answer is asked for, and no other is let through.
#[test]
fn what_is_missing_or_not_named_is_found() {
    let server = filled();
    let openapi = server.json("/api/v1/openapi.json");
    for (path, request) in [
        ("/api/v1/events", format!("/api/v1/events?{RANGE}&limit=1")),
        ("/api/v1/summary", format!("/api/v1/summary?{RANGE}")),
        ("/api/v1/panels/{id}", format!("/api/v1/panels/top_routes?{RANGE}")),
        ("/api/v1/panels/{id}", format!("/api/v1/panels/kpi_p95_ms?{RANGE}")),
        ("/api/v1/panels/{id}", format!("/api/v1/panels/calls_over_time?{RANGE}&step=1M")),
        ("/api/v1/panels/{id}", format!("/api/v1/panels/errors_by_route_and_day?{RANGE}&step=1M")),
        ("/api/v1/histogram", format!("/api/v1/histogram?{RANGE}&step=1M&compare=previous")),
    ] {
        let shape = shape(&openapi["paths"][path]["get"], "200", "application/json").unwrap();
        let judge = Judge { openapi: &openapi, shape };
        let answer = server.json(&request);
        check(&judge, &answer, &request);
        for place in objects(&answer, String::new()) {
            let mut more = answer.clone();
            more.pointer_mut(&place).unwrap()["surprise"] = json!(1);
            let is_map = ["/cells", "/by_status", "/by_reason", "/custom"].iter().any(|m| place.ends_with(m));
            assert!(is_map || !judge.faults(&more).is_empty(), "{request} {place}");
        }
        for name in answer.as_object().unwrap().keys().filter(|name| *name != "note") {
            let mut less = answer.clone();
            less.as_object_mut().unwrap().remove(name);
            assert!(!judge.faults(&less).is_empty(), "{request} without {name}");
        }
    }
}

/// The places of all objects in a value.
fn objects(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let inside = members.iter().flat_map(|(name, inner)| objects(inner, format!("{at}/{name}")));
            inside.chain([at.clone()]).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(n, inner)| objects(inner, format!("{at}/{n}"))).collect()
        }
        _ => Vec::new(),
    }
}
