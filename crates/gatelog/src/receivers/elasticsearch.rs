//! Elasticsearch's `_bulk`, and as much of the rest as its clients ask before they send. Each action is answered by itself,
//! without white space and in the order that shippers look for (`"errors":false,"items":[`).

use std::fmt::Write as _;

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use intake::envelopes::{self, Said, bulk};
use serde_json::{Value, json};

use super::{Does, Receiver, Way, first_reason, json as answer_json, paths, wait};
use crate::app::App;
use crate::http::answer::bytes_with;
use crate::http::error::Problem;
use crate::http::route::About;
use crate::take::Taken;

const BULK: About = About::new("Takes documents as Elasticsearch's bulk API does.", &[], "BulkAnswer");
const ASIDE: About =
    About::new("Answers what clients of Elasticsearch ask before they send.", &[], "Anything");

pub(super) static ELASTICSEARCH: Receiver = Receiver {
    ways: &[
        Way {
            methods: &[Method::POST, Method::PUT],
            paths: paths![
                "/elasticsearch/_bulk",
                "/elasticsearch/{index}/_bulk",
                "/elasticsearch/{index}/_doc/_bulk",
                "/_bulk"
            ],
            about: BULK,
            does: Does::Take(&envelopes::BULK, said),
        },
        Way {
            methods: &[Method::GET],
            paths: paths!["/elasticsearch", "/elasticsearch/"],
            about: About::new("Says that it is there, as Elasticsearch does.", &[], "Anything"),
            does: Does::Tell(aside),
        },
        Way {
            methods: &[Method::GET, Method::PUT, Method::POST, Method::DELETE],
            paths: paths![
                "/elasticsearch/{index}",
                "/elasticsearch/{index}/{what}",
                "/elasticsearch/{index}/{what}/{name}",
            ],
            about: ASIDE,
            does: Does::Tell(aside),
        },
    ],
    answer,
    refuse,
};

/// What follows `/elasticsearch/`.
fn rest(parts: &Parts) -> &str {
    let path = parts.uri.path();
    path.split_once("/elasticsearch").map_or(path, |(_, rest)| rest).trim_matches('/')
}

fn said(parts: &Parts) -> Said {
    let index = rest(parts).split('/').next().filter(|index| !index.is_empty() && !index.starts_with('_'));
    let context = index.map(|index| ("index".to_owned(), index.to_owned())).into_iter().collect();
    Said { id: None, context }
}

/// Clients since 7.14 talk to nobody who does not say so.
fn marked(mut response: Response) -> Response {
    response.headers_mut().insert("x-elastic-product", HeaderValue::from_static("Elasticsearch"));
    response
}

fn answer(_: &App, parts: &Parts, taken: Result<&Taken, &Problem>) -> Response {
    let taken = match taken {
        Err(problem) => return refuse(parts, problem),
        Ok(taken) if taken.shell.is_empty => {
            return failed(StatusCode::BAD_REQUEST, "parse_exception", "request body is required");
        }
        Ok(taken) if taken.shell.names.is_empty() => {
            return failed(StatusCode::BAD_REQUEST, "illegal_argument_exception", first_reason(taken));
        }
        Ok(taken) => taken,
    };
    marked(bytes_with(StatusCode::OK, "application/json", items(taken)))
}

/// One item for each action, in its order.
fn items(taken: &Taken) -> String {
    let mut out = String::with_capacity(64 + taken.shell.names.len() * 112);
    let _ = write!(
        out,
        "{{\"took\":{},\"errors\":{},\"items\":[",
        taken.micros / 1_000,
        !taken.shell.bad.is_empty()
    );
    let mut bad = taken.shell.bad.iter().peekable();
    let mut reasons = taken.rejects.iter().peekable();
    for (n, name) in taken.shell.names.iter().enumerate() {
        out.push_str(if n > 0 { "," } else { "" });
        out.push_str(name);
        if bad.next_if(|at| **at as usize == n).is_none() {
            out.push_str(",\"_version\":1,\"result\":\"created\",\"status\":201}}");
            continue;
        }
        // With one document alone the reject names its line, which is the first.
        let line = n as u64 + 1;
        while reasons.next_if(|reject| reject.line < line).is_some() {}
        let reason = reasons.peek().filter(|reject| reject.line == line);
        let reason = reason.map_or("not understood", |reject| reject.reason.as_str());
        out.push_str(match reason == bulk::APPEND_ONLY.to_string() {
            true => ",\"status\":405,\"error\":{\"type\":\"action_request_validation_exception\",\"reason\":",
            false => ",\"status\":400,\"error\":{\"type\":\"mapper_parsing_exception\",\"reason\":",
        });
        event::json::string(&mut out, reason);
        out.push_str("}}}");
    }
    out.push_str("]}");
    out
}

fn refuse(_: &Parts, problem: &Problem) -> Response {
    let (status, kind) = match problem.status() {
        // Shippers send again after this one.
        StatusCode::SERVICE_UNAVAILABLE => (StatusCode::TOO_MANY_REQUESTS, "es_rejected_execution_exception"),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => (status, "security_exception"),
        status => (status, "illegal_argument_exception"),
    };
    let mut response = failed(status, kind, problem.detail());
    if status == StatusCode::UNAUTHORIZED {
        let ask = HeaderValue::from_static("Basic realm=\"gatelog\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
    }
    wait(response, problem)
}

fn failed(status: StatusCode, kind: &str, reason: &str) -> Response {
    let cause = json!({ "type": kind, "reason": reason });
    let error = json!({ "root_cause": [cause], "type": kind, "reason": reason });
    marked(answer_json(status, &json!({ "error": error, "status": status.as_u16() })))
}

/// What clients ask aside.
fn aside(app: &App, parts: &Parts, _: &[u8]) -> Response {
    let rest = rest(parts);
    let first = rest.split('/').next().unwrap_or("");
    let off = json!({ "available": false, "enabled": false });
    let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    let answer = match (method, first) {
        ("GET", "") => about(&app.config.elasticsearch_version),
        ("GET", "_cluster") => health(),
        ("GET", "_license") => json!({ "license": license() }),
        ("GET", "_xpack") => {
            json!({ "license": license(), "features": { "ilm": off, "security": off } })
        }
        ("GET", "_nodes") => {
            json!({ "_nodes": { "total": 1, "successful": 1, "failed": 0 }, "cluster_name": "gatelog", "nodes": {} })
        }
        ("GET", "_cat") => json!([]),
        ("GET" | "POST", _) if rest.ends_with("_refresh") => {
            json!({ "_shards": { "total": 1, "successful": 1, "failed": 0 } })
        }
        ("GET", _) if ANSWERED.contains(&first) => json!({}),
        // Templates, policies, pipelines and indices: there is nothing to make.
        ("PUT", _) if ANSWERED.contains(&first) => json!({ "acknowledged": true }),
        ("PUT", index) if rest == index && !index.starts_with('_') => {
            json!({ "acknowledged": true, "shards_acknowledged": true, "index": index })
        }
        ("GET", index) if rest == index && !index.starts_with('_') => json!({ index: {} }),
        _ => {
            let reason = "this takes documents with _bulk; ask Gatelog's own API for them";
            return failed(StatusCode::METHOD_NOT_ALLOWED, "illegal_argument_exception", reason);
        }
    };
    marked(answer_json(StatusCode::OK, &answer))
}

/// Beginnings of paths that shippers look at or write to when they set up.
const ANSWERED: &[&str] = &[
    "_index_template",
    "_template",
    "_data_stream",
    "_ilm",
    "_component_template",
    "_ingest",
    "_security",
    "_logstash",
    "_alias",
];

fn about(version: &str) -> Value {
    json!({
        "name": "gatelog",
        "cluster_name": "gatelog",
        "cluster_uuid": "Z2F0ZWxvZy1ub3QtZXMtMQ",
        "version": {
            "number": version,
            "build_flavor": "default",
            "build_type": "docker",
            "lucene_version": "9.12.0",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0"
        },
        "tagline": "You Know, for Search"
    })
}

fn health() -> Value {
    json!({
        "cluster_name": "gatelog",
        "status": "green",
        "timed_out": false,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": 1,
        "active_shards": 1,
        "unassigned_shards": 0
    })
}

fn license() -> Value {
    json!({
        "status": "active",
        "uid": "a7c3e2b0-0000-4000-8000-6761746c6f67",
        "type": "basic",
        "expiry_date_in_millis": 4_102_444_800_000_i64
    })
}
