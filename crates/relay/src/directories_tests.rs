use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::egress::Policy;

/// Answers requests by a function of their target and heads; nothing is 404.
fn stand_in(
    answer: impl Fn(&str, &str) -> Option<Value> + Send + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let Some(target) = head.first().and_then(|line| line.split(' ').nth(1)) else { continue };
            note.lock().unwrap().push(target.to_owned());
            let (status, body) = match answer(target, &head.join("\n")) {
                Some(body) => ("200 OK", body),
                None => ("404 Not Found", json!({"message": "Not found"})),
            };
            let body = body.to_string();
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    (url, asked)
}

fn fetched(kind: &str, url: &str, token: Option<&str>) -> Result<Value, Fault> {
    let egress = Egress::new(Policy::default(), None, None).unwrap();
    let credentials =
        Credentials { key_id: "AKIDEXAMPLE".into(), secret: "s3cret".into(), session_token: None };
    let door = Door {
        egress: &egress,
        url,
        token,
        token_header: None,
        workspace: None,
        region: "eu-west-1",
        credentials: Some(&credentials),
        now: &|| Timestamp::parse("2026-11-22T07:08:09Z").unwrap(),
    };
    let text = (by_name(kind).unwrap().fetch)(&door)?;
    Ok(serde_json::from_slice(&text).unwrap())
}

/// The value of a parameter.
fn parameter<'t>(target: &'t str, name: &str) -> Option<&'t str> {
    let query = target.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Three entries in pages of two, as Kong gives them.
fn kong_page(target: &str, entry: impl Fn(usize) -> Value) -> Value {
    match parameter(target, "offset") {
        None => json!({"data": [entry(0), entry(1)], "next": "/x?offset=WzFd%2B", "offset": "WzFd+"}),
        Some("WzFd%2B") => json!({"data": [entry(2)], "next": null}),
        other => panic!("{other:?}"),
    }
}

#[test]
fn kong_is_fetched_page_by_page_and_loses_its_secrets() {
    let (url, asked) = stand_in(|target, head| {
        assert!(head.to_lowercase().contains("kong-admin-token: s3cret-admin"), "{head}");
        let path = target.split('?').next().unwrap();
        Some(match path {
            "/consumers" => {
                kong_page(target, |n| json!({"id": format!("c{n}"), "username": format!("app-{n}")}))
            }
            "/key-auths" => kong_page(
                target,
                |n| json!({"id": format!("k{n}"), "key": "TOP-SECRET", "consumer": {"id": format!("c{n}")}}),
            ),
            "/consumer_groups" => json!({"data": [{"id": "g 1", "name": "gold"}], "next": null}),
            "/consumer_groups/g%201/consumers" => json!({"data": [{"id": "c0"}, {"id": "c2"}], "next": null}),
            // Lua's empty list.
            "/services" | "/routes" | "/plugins" => json!({"data": {}, "next": null}),
            _ => return None,
        })
    });
    let got = fetched("kong", &format!("{url}/"), Some("s3cret-admin")).unwrap();
    assert_eq!(got["consumers"].as_array().unwrap().len(), 3);
    assert_eq!(got["key-auths"][2], json!({"id": "k2", "consumer": {"id": "c2"}}));
    assert_eq!(got["consumer_group_members"].as_array().unwrap().len(), 2);
    assert_eq!(got["acls"], json!([]));
    assert!(!got.to_string().contains("TOP-SECRET"));
    assert!(asked.lock().unwrap().contains(&"/workspaces?size=1000".to_owned()));
}

#[test]
fn every_workspace_of_kong_is_fetched() {
    let (url, _) = stand_in(|target, _| {
        let path = target.split('?').next().unwrap();
        Some(match path {
            "/workspaces" => json!({"data": [{"name": "default"}, {"name": "team a"}], "next": null}),
            "/default/consumers" => json!({"data": [{"id": "c1", "username": "one"}], "next": null}),
            "/team%20a/consumers" => json!({"data": [{"id": "c2", "username": "one"}], "next": null}),
            _ => json!({"data": [], "next": null}),
        })
    });
    let got = fetched("kong", &url, None).unwrap();
    let spaces: Vec<&str> =
        got["consumers"].as_array().unwrap().iter().map(|c| c["workspace"].as_str().unwrap()).collect();
    assert_eq!(spaces, ["default", "team a"]);
}

#[test]
fn what_must_be_there_and_is_not_is_a_fault() {
    let (url, _) = stand_in(|_, _| None);
    assert_eq!(fetched("kong", &url, None).unwrap_err().to_string(), "127.0.0.1 answered 404: Not found");
    let (url, _) = stand_in(|_, _| Some(json!({"data": [{"id": "1"}], "offset": "same"})));
    let fault = fetched("kong", &url, None).unwrap_err().to_string();
    assert!(fault.contains("the same page of /workspaces twice"), "{fault}");
    let (url, _) = stand_in(|_, _| Some(json!({"total": 3})));
    let fault = fetched("apisix", &url, None).unwrap_err().to_string();
    assert!(fault.contains("no list of routes"), "{fault}");
}

#[test]
fn apisix_is_fetched_page_by_page() {
    let (url, asked) = stand_in(|target, head| {
        assert!(head.to_lowercase().contains("x-api-key: edd1"), "{head}");
        let path = target.split('?').next().unwrap();
        let entry = |n: u32| {
            json!({"key": format!("/apisix/consumers/app{n}"), "createdIndex": 1, "modifiedIndex": 2,
                "value": {"username": format!("app{n}"), "plugins": {"key-auth": {"key": "TOP-SECRET"}, "limit-count": {"count": 2}}}})
        };
        Some(match (path, parameter(target, "page")) {
            ("/apisix/admin/consumers", Some("1")) => json!({"list": [entry(1), entry(2)], "total": 3}),
            ("/apisix/admin/consumers", Some("2")) => json!({"list": [entry(3)], "total": 3}),
            ("/apisix/admin/consumer_groups", _) => return None,
            _ => json!({"list": {}, "total": 0}),
        })
    });
    let got = fetched("apisix", &url, Some("edd1")).unwrap();
    assert_eq!(got["consumers"].as_array().unwrap().len(), 3);
    assert_eq!(got["consumers"][0]["value"]["plugins"], json!({"key-auth": {}, "limit-count": {"count": 2}}));
    assert_eq!((&got["consumer_groups"], &got["routes"]), (&json!([]), &json!([])));
    assert!(asked.lock().unwrap().iter().all(|target| target.contains("page_size=500")));
}

#[test]
fn usage_plans_are_fetched_to_the_last_page() {
    let (url, asked) = stand_in(|target, head| {
        assert!(head.contains("Credential=AKIDEXAMPLE/20261122/eu-west-1/apigateway/aws4_request"), "{head}");
        let numbers = |name: &str, from: usize, to: usize| -> Vec<Value> {
            (from..to).map(|n| json!({"id": format!("{name}{n}"), "name": format!("{name} {n}"), "value": "TOP-SECRET"})).collect()
        };
        let path = target.split('?').next().unwrap();
        Some(match (path, parameter(target, "position")) {
            ("/usageplans", None) => json!({"item": numbers("p", 0, 25), "position": "p+25/="}),
            ("/usageplans", Some("p%2B25%2F%3D")) => json!({"item": numbers("p", 25, 30)}),
            ("/usageplans/p29/keys", None) => json!({"item": numbers("k", 0, 25), "position": "x"}),
            ("/usageplans/p29/keys", Some("x")) => json!({"item": numbers("k", 25, 60)}),
            ("/apikeys", _) => json!({"item": numbers("k", 0, 60), "warnings": []}),
            ("/restapis", _) => json!({}),
            _ => json!({"item": []}),
        })
    });
    let got = fetched("aws", &url, None).unwrap();
    let plans = got["usage_plans"].as_array().unwrap();
    assert_eq!((plans.len(), plans[29]["keys"].as_array().unwrap().len()), (30, 60));
    assert_eq!(plans[29]["keys"][59], json!({"id": "k59", "name": "k 59"}));
    assert_eq!(got["api_keys"].as_array().unwrap().len(), 60);
    assert!(!got["api_keys"].to_string().contains("TOP-SECRET"));
    let asked = asked.lock().unwrap();
    assert!(asked.iter().any(|target| target == "/apikeys?includeValues=false&limit=500"), "{asked:?}");
}

#[test]
fn kinds_are_named_once_and_described() {
    for directory in DIRECTORIES {
        assert!(directory.doc.ends_with('.') && std::ptr::eq(by_name(directory.name).unwrap(), *directory));
    }
}
