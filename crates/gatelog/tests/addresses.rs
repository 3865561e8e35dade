//! Who may not see clients' addresses whole sees none in any answer, and no filter tells more than an answer.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use server::{ADMIN, Server};

const RANGE: &str = "from=2026-11-20&to=2026-11-23";
const THERE: [&str; 3] = ["198.51.100.201", "198.51.100.77", "2001:db8:71:2::7"];
/// Of the same networks, and never seen.
const NOT_THERE: [&str; 3] = ["198.51.100.202", "198.51.100.78", "2001:db8:71:2::8"];

fn event(n: usize, ip: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-11-21T10:00:{n:02}Z","request_id":"r{n}","method":"GET","path":"/by/{ip}/x","query":"from={ip}","status":403,"ip":"{ip}","user_agent":"curl/8","route":"by","consumer_name":"ann","request_headers":[["X-Forwarded-For","{ip}, 10.0.0.1"]],"error_message":"refused {ip}","client":{{"address":"{ip}"}}}}"#
    )
}

fn filled() -> Server {
    // They are sealed at once: an event that is not has no proof.
    let server = Server::with(&[("GATELOG_SEGMENT_ROWS", "30")]);
    let lines: Vec<String> = (0..30).map(|n| event(n, THERE[n % 3])).collect();
    let reply = server.ingest("/ingest/json", lines.join("\n"));
    assert_eq!(reply.json()["accepted"], 30, "{}", reply.text());
    let until = Instant::now() + Duration::from_secs(20);
    while server.get("/api/v1/events/1/proof").status != 200 {
        assert!(Instant::now() < until, "the events are not sealed");
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

/// A token of a role that may all an admin may, and sees addresses so.
fn role(server: &Server, name: &str, addresses: &str) -> String {
    let roles = server.json("/api/v1/roles");
    let admin = roles["roles"].as_array().unwrap().iter().find(|role| role["name"] == "admin").unwrap();
    let body = json!({ "permissions": admin["permissions"], "addresses": addresses });
    let reply = server.put(ADMIN, &format!("/api/v1/roles/{name}"), &body);
    assert_eq!((reply.status, &reply.json()["addresses"]), (200, &json!(addresses)), "{}", reply.text());
    server.token(&["--role", name])
}

/// Requests of a GET route, such that its answer would tell addresses if it could.
fn requests(path: &str) -> Vec<String> {
    let with = |rest: &[&str]| rest.iter().map(|rest| format!("{path}?{RANGE}&{rest}")).collect();
    match path {
        "/api/v1/explore" => with(&[
            "by=ip&measure=calls,unique:ip",
            "by=path",
            "by=query",
            "by=error_message&chart=toplist",
            "by=country,ip&chart=table",
            "by=ip&chart=line&step=1h",
        ]),
        "/api/v1/histogram" => with(&["split=ip&step=1h", "split=error_message&step=1h"]),
        "/api/v1/facets" => {
            with(&["fields=ip,path,query,error_message,request_headers,custom", "fields=ip&search=198"])
        }
        "/api/v1/export" => {
            with(&["format=csv&columns=ip,request_headers,custom", "format=json", "format=ndjson"])
        }
        "/api/v1/differences" => with(&[
            "fields=ip,path,error_message&region_from=2026-11-21T10:00:05Z&region_to=2026-11-21T10:00:15Z",
        ]),
        "/api/v1/events/{id}" | "/api/v1/events/{id}/explain" | "/api/v1/events/{id}/proof" => {
            (0..4).map(|id| path.replace("{id}", &id.to_string())).collect()
        }
        "/api/v1/person" => vec![format!("{path}?subject=ip&value={}", THERE[0])],
        "/api/v1/holds/matches" => with(&["filter=ip:198.51.100.201"]),
        "/api/v1/sources/{name}/rejects" | "/api/v1/sources/{name}/quality" => {
            vec![path.replace("{name}", "default")]
        }
        _ => vec![format!("{path}?{RANGE}"), path.to_owned()],
    }
}

/// Every GET route of the API with its requests: those with a part in their path are named above, or go through all of a list.
fn all(server: &Server) -> Vec<String> {
    let ids = |path: &str, list: &str, id: &str| -> Vec<String> {
        let answer = server.json(path);
        answer[list].as_array().unwrap().iter().map(|one| one[id].as_str().unwrap().to_owned()).collect()
    };
    let panels = ids("/api/v1/panels", "panels", "id");
    let mut all = Vec::new();
    for (path, methods) in server.json("/api/v1/openapi.json")["paths"].as_object().unwrap() {
        let is_ours = path.starts_with("/api/v1/") && methods.get("get").is_some();
        if !is_ours || path.contains("/tail") || path.contains("/trail") {
            continue;
        }
        match path.as_str() {
            "/api/v1/panels/{id}" => {
                all.extend(panels.iter().map(|id| format!("/api/v1/panels/{id}?{RANGE}")));
            }
            "/api/v1/usage/{id}" => {
                for id in ["consumers", "groups", "routes", "keys", "agents"] {
                    all.push(format!("/api/v1/usage/{id}?{RANGE}"));
                }
            }
            path => all.extend(requests(path)),
        }
    }
    all
}

#[test]
fn no_route_tells_a_whole_address() {
    let server = filled();
    let told = |token: &str, request: &str| {
        let reply = server.get_as(token, request);
        let text = reply.text();
        (reply.status, THERE.iter().any(|ip| text.contains(ip)))
    };
    let cut = [role(&server, "cut", "network"), role(&server, "hashed", "hash")];
    let (mut telling, mut answered) = (BTreeSet::new(), 0);
    for request in all(&server) {
        let (_, tells) = told(ADMIN, &request);
        for token in &cut {
            let (status, tells) = told(token, &request);
            assert!(!tells, "{request} tells an address");
            assert!(status < 500, "{request}");
            answered += usize::from(status == 200);
        }
        if tells {
            telling.insert(request.split('?').next().unwrap().to_owned());
        }
    }
    // The test would see them: an admin is told addresses by these.
    for path in [
        "events",
        "events/1",
        "events/1/proof",
        "explore",
        "histogram",
        "facets",
        "export",
        "differences",
        "person",
    ] {
        assert!(telling.contains(&format!("/api/v1/{path}")), "{path}: {telling:?}");
    }
    assert!(answered > 150, "{answered}");
}

#[test]
fn the_trail_tells_none_of_what_others_asked_for() {
    let server = filled();
    let ip = THERE[0];
    for path in
        [format!("/api/v1/events?{RANGE}&filter=ip:{ip}"), format!("/api/v1/person?subject=ip&value={ip}")]
    {
        assert_eq!(server.get(&path).status, 200);
    }
    let view = json!({ "name": ip, "page": "logs", "search": format!("filter=ip:{ip}") });
    assert_eq!(server.post(ADMIN, "/api/v1/views", &view).status, 201);
    let tokens = [role(&server, "cut", "network"), role(&server, "hashed", "hash")];
    let list = "/api/v1/trail?from=1h&limit=1000";
    let rows = server.json(list)["events"].as_array().unwrap().clone();
    let ids = rows.iter().map(|row| format!("/api/v1/trail/{}", row["id"].as_str().unwrap()));
    let files = ["", "&format=csv"].map(|more| format!("/api/v1/trail/export?from=1h{more}"));
    let paths: Vec<String> = [list.to_owned(), "/api/v1/trail/changes?from=1h".to_owned()]
        .into_iter()
        .chain(files)
        .chain(ids)
        .collect();
    let tells = |token: &str, path: &str| {
        let reply = server.get_as(token, path);
        assert_eq!(reply.status, 200, "{path} {}", reply.text());
        reply.text().contains(ip)
    };
    assert!(paths.iter().filter(|path| tells(ADMIN, path)).count() >= 4);
    // Finding nothing by what is not seen, and everything by what is.
    let found = |token: &str, text: &str| {
        let path = format!("/api/v1/trail/facets?from=1h&search={}", server::escaped(text));
        server.get_as(token, &path).json()["total"].as_u64().unwrap()
    };
    assert!(found(ADMIN, ip) >= 3);
    for token in &tokens {
        assert!(paths.iter().all(|path| !tells(token, path)));
        assert_eq!(found(token, ip), 0);
    }
    assert!(found(&tokens[0], "198.51.100.0") >= 3);
    // What is proved holds all the same.
    let keep = tempfile::tempdir().unwrap();
    let bundle = keep.path().join("bundle.json");
    let pubkey = server.dir.join("proof.pub").display().to_string();
    let bundled = |token: &str| {
        let reply = server.get_as(token, "/api/v1/trail/export?from=1h&format=bundle");
        assert_eq!(reply.status, 200, "{}", reply.text());
        std::fs::write(&bundle, &reply.body).unwrap();
        let path = bundle.display().to_string();
        let verified = server.command("", &["verify", &path, "--pubkey", &pubkey]).output().unwrap();
        assert!(verified.status.success(), "{verified:?}");
        let records = reply.json()["records"].as_array().unwrap().clone();
        let whole = records.iter().map(|record| BASE64.decode(record["record"].as_str().unwrap()).unwrap());
        whole.filter(|bytes| bytes.windows(ip.len()).any(|part| part == ip.as_bytes())).count()
    };
    assert!(bundled(ADMIN) >= 3);
    assert_eq!(tokens.iter().map(|token| bundled(token)).sum::<usize>(), 0);
}

#[test]
fn what_is_about_all_events_is_not_done_by_who_does_not_see_them_whole() {
    let server = filled();
    let person = json!({ "subject": "ip", "value": THERE[0] });
    let hold = json!({ "stream": "events", "filter": format!("ip:{}", THERE[0]), "reason": "to find out" });
    let get = |path: &str| ("GET", path.to_owned(), json!({}));
    let all = [
        ("POST", "/api/v1/erasures/try".to_owned(), person.clone()),
        get(&format!("/api/v1/person?subject=ip&value={}", THERE[0])),
        get(&format!("/api/v1/holds/matches?{RANGE}&filter=ip:{}", THERE[0])),
        get("/api/v1/retention"),
        get("/api/v1/masks"),
        get("/api/v1/sources/default/rejects"),
        ("POST", "/api/v1/erasures".to_owned(), person),
        ("POST", "/api/v1/holds".to_owned(), hold),
    ];
    let ask = |token: &str, (method, path, body): &(&str, String, Value)| match *method {
        "GET" => server.get_as(token, path),
        _ => server.post(token, path, body),
    };
    for (name, addresses) in [("cut", "network"), ("hashed", "hash")] {
        let token = role(&server, name, addresses);
        for one in &all {
            let reply = ask(&token, one);
            assert!(
                reply.status == 403 && reply.text().contains("no whole addresses"),
                "{one:?} {}",
                reply.text()
            );
        }
    }
    for one in &all {
        let reply = ask(ADMIN, one);
        assert!((200..300).contains(&reply.status), "{one:?} {}", reply.text());
    }
}

#[test]
fn the_file_of_an_export_holds_what_was_seen_by_who_asked_for_it() {
    let server = filled();
    let (cut, hashed) = (role(&server, "cut", "network"), role(&server, "hashed", "hash"));
    let body = json!({ "format": "ndjson", "from": "2026-11-20", "to": "2026-11-23" });
    let made = |token: &str| {
        let reply = server.post(token, "/api/v1/exports", &body);
        assert_eq!(reply.status, 202, "{}", reply.text());
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        let until = Instant::now() + Duration::from_secs(60);
        while server.get_as(token, &format!("/api/v1/exports/{id}")).json()["state"] == "running" {
            assert!(Instant::now() < until, "{id}");
            std::thread::sleep(Duration::from_millis(20));
        }
        id
    };
    let file = |token: &str, id: &str| {
        let reply = server.get_as(token, &format!("/api/v1/exports/{id}/file"));
        (reply.status, reply.text().lines().count(), THERE.iter().any(|ip| reply.text().contains(ip)))
    };
    let whole = made(ADMIN);
    assert_eq!(file(ADMIN, &whole), (200, 30, true));
    for token in [&cut, &hashed] {
        let own = made(token);
        assert_eq!(file(token, &own), (200, 30, false));
        assert_eq!(file(ADMIN, &own), (200, 30, false));
        // An admin sees others' files, but not one who would see more in them.
        assert_eq!(file(token, &whole).0, 404);
        assert!(!server.get_as(token, "/api/v1/exports").text().contains(&whole));
    }
}

#[test]
fn the_live_tail_tells_none() {
    let server = filled();
    let token = role(&server, "cut", "network");
    let mut stream = server.connect();
    let head = format!("GET /api/v1/tail HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut heard = String::new();
    let mut listen = |heard: &mut String, until: &str| {
        while !heard.contains(until) {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap();
            assert!(read > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    };
    listen(&mut heard, ": connected");
    server.ingest("/ingest/json", event(40, THERE[0]));
    listen(&mut heard, "\"r40\"");
    assert!(heard.contains("198.51.100.0") && !heard.contains(THERE[0]), "{heard}");
}

#[test]
fn no_filter_is_an_oracle() {
    let server = filled();
    let filters = |ip: &str| {
        [
            format!("ip:\"{ip}\""),
            format!("-ip:\"{ip}\""),
            format!("\"{ip}\""),
            format!("path:*{}*", ip.replace(':', "\\:")),
            format!("error_message:\"refused {ip}\""),
            format!("query:\"from={ip}\""),
        ]
    };
    // What a question answers, but for the address it asked for.
    let answer = |token: &str, path: &str, filter: &str, ip: &str| {
        let filter: String = url(filter);
        let reply = server.get_as(token, &format!("/api/v1/{path}{RANGE}&filter={filter}"));
        let mut value = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
        for name in ["watermark", "scanned", "standing", "source", "diagnosis", "query_ms"] {
            value.as_object_mut().unwrap().remove(name);
        }
        (reply.status, value.to_string().replace(ip, "IP"))
    };
    for (name, addresses) in [("cut", "network"), ("hashed", "hash")] {
        let token = role(&server, name, addresses);
        let mut differs = 0;
        for (there, not) in THERE.iter().zip(NOT_THERE) {
            for (one, other) in filters(there).iter().zip(filters(not)) {
                for path in
                    ["summary?", "events?", "histogram?step=1h&", "explore?by=route&", "facets?fields=route&"]
                {
                    let found = answer(&token, path, one, there);
                    assert_eq!(found, answer(&token, path, &other, not), "{addresses} {path} {one}");
                    differs +=
                        usize::from(answer(ADMIN, path, one, there) != answer(ADMIN, path, &other, not));
                }
            }
        }
        assert!(differs > 30, "an admin would be told: {differs}");
    }
}

fn url(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[test]
fn what_is_left_can_still_be_counted_and_given_to_nobody_as_more() {
    let server = filled();
    let (cut, hashed) = (role(&server, "cut", "network"), role(&server, "hashed", "hash"));
    assert_eq!(server.get_as(&cut, "/api/v1/session").json()["addresses"], "network");
    assert_eq!(server.json("/api/v1/session")["addresses"], "whole");
    let groups = |token: &str| {
        let answer = server.get_as(token, &format!("/api/v1/explore?{RANGE}&by=ip&top=10")).json();
        answer["rows"].as_array().unwrap().len()
    };
    assert_eq!([groups(ADMIN), groups(&cut), groups(&hashed)], [3, 2, 3]);
    let first = server.get_as(&hashed, &format!("/api/v1/events?{RANGE}&limit=1")).json();
    let tag = first["events"][0]["request"]["ip"].as_str().unwrap().to_owned();
    assert!(tag.starts_with("hmac:"), "{first}");
    let count = |token: &str, filter: &str| {
        let path = format!("/api/v1/summary?{RANGE}&filter={}", url(filter));
        server.get_as(token, &path).json()["total_calls"].as_u64().unwrap()
    };
    assert_eq!(count(&hashed, &format!("ip:\"{tag}\"")), 10);
    assert_eq!(count(&cut, "ip:198.51.100.0/24"), 20);
    assert_eq!(count(ADMIN, "ip:198.51.100.201"), 10);
    assert_eq!(server.get_as(&cut, "/api/v1/sources/default/rejects").status, 403);
    // A filter of rows that speaks of addresses would be asked of what is left of them.
    let bounded =
        json!({ "permissions": ["events:read"], "addresses": "network", "rows": "-ip:198.51.100.201" });
    let reply = server.put(ADMIN, "/api/v1/roles/bounded", &bounded);
    assert!(reply.status == 400 && reply.text().contains("no whole ones"), "{}", reply.text());
    let rows = server.token(&["--role", "cut", "--rows=-ip:198.51.100.201"]);
    let reply = server.get_as(&rows, &format!("/api/v1/events?{RANGE}"));
    assert!(reply.status == 403 && reply.text().contains("bounded by addresses"), "{}", reply.text());
    // Whoever does not see them gives nobody a role that does.
    let lead = json!({ "permissions": ["members:write", "members:read", "panels:read", "account:own"], "addresses": "network" });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/lead", &lead).status, 200);
    let cookie = server.person("lea", "lead");
    let new = json!({ "permissions": ["panels:read"] });
    assert_eq!(server.send_with(&cookie, "PUT", "/api/v1/roles/more", &new).status, 403);
}
