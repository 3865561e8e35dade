//! Masking rules of the installation: tried before they act, held from the moment of the answer, before the disk, in
//! versions that say who and when and can be had again.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::path::Path;

use serde_json::{Value, json};
use server::{ADMIN, Server};

const PATH: &str = "/api/v1/masks";

fn rule(what: &str, of: &str, how: &str) -> Value {
    json!({ "name": format!("{of}, {how}"), "what": what, "of": of, "how": how })
}

fn record(n: u64, staff: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-11-21T10:00:0{n}Z","request_id":"r{n}","method":"GET","path":"/staff/{staff}","status":200,"ip":"203.0.113.{n}","user_agent":"staff {staff}","staff":"{staff}"}}"#
    )
}

/// Files of a directory that hold a text.
fn holding(dir: &Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, text, found);
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(text.len()).any(|part| part == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

fn set(server: &Server, rules: &Value) -> Value {
    let reply = server.post(ADMIN, PATH, &json!({ "rules": rules }));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn events(server: &Server) -> Vec<Value> {
    server.json("/api/v1/events?from=2026-11-21&to=2026-11-22&order=asc")["events"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn a_rule_holds_from_its_answer_on_and_before_the_disk() {
    let keep = tempfile::tempdir().unwrap();
    let server = Server::on(keep.path(), &[], true);
    assert_eq!(server.ingest("/ingest/json", record(1, "EMP-000001")).status, 200);
    let rules = json!([
        rule("pattern", r"EMP-\d{6}", "hash"),
        rule("field", "ip", "truncate"),
        { "name": "agents of edge", "what": "field", "of": "user_agent", "how": "remove", "source": "edge" },
    ]);
    let told = set(&server, &rules);
    assert_eq!(
        (&told["version"], &told["by"], &told["rules"][0]),
        (&json!(1), &json!("bootstrap"), &rules[0])
    );
    assert_eq!(server.ingest("/ingest/json", record(2, "EMP-000002")).status, 200);
    assert_eq!(server.ingest("/ingest/json", format!("{} EMP-000003", r#"{"staff":"#)).status, 400);
    let seen = events(&server);
    assert_eq!(seen[0]["request"]["path"], "/staff/EMP-000001", "what is stored stays");
    assert_eq!(seen[1]["request"]["ip"], "203.0.113.0");
    let path = seen[1]["request"]["path"].as_str().unwrap();
    assert!(path.starts_with("/staff/hmac:"), "{path}");
    assert_eq!(seen[1]["request"]["user_agent"].as_str().unwrap(), path.replace("/staff/", "staff "));
    // The event is in the log as it was acknowledged; the first one shows that the search finds what is there.
    for (canary, is_there) in
        [("EMP-000001", true), ("EMP-000002", false), ("EMP-000003", false), ("203.0.113.2", false)]
    {
        let mut found = Vec::new();
        holding(keep.path(), canary, &mut found);
        assert_eq!(!found.is_empty(), is_there, "{canary} {found:?}");
    }
    assert_eq!(server.ingest("/ingest/json", record(4, "EMP-000004")).status, 200);
    server.stop();
    let mut found = Vec::new();
    holding(keep.path(), "EMP-000004", &mut found);
    assert_eq!(found, Vec::<String>::new());
    // They hold over a restart.
    let server = Server::on(keep.path(), &[], true);
    assert_eq!(server.ingest("/ingest/json", record(5, "EMP-000005")).status, 200);
    assert!(!events(&server).last().unwrap().to_string().contains("EMP-"));
}

#[test]
fn versions_say_who_and_when_and_are_restored() {
    let server = Server::start();
    let none = server.json(PATH);
    assert_eq!((&none["version"], &none["at"], &none["rules"]), (&json!(0), &Value::Null, &json!([])));
    assert!(none["fields"].as_array().unwrap().iter().any(|field| field["name"] == "ip"));
    let first = json!([rule("field", "ip", "truncate")]);
    set(&server, &first);
    let body = json!({ "rules": [rule("field", "ip", "hash")], "version": 1, "note": "harder" });
    assert_eq!(server.post(ADMIN, PATH, &body).status, 200);
    let stale = server.post(ADMIN, PATH, &body);
    assert_eq!(stale.status, 409, "{}", stale.text());
    let versions = server.json(&format!("{PATH}/versions"))["versions"].clone();
    let newest = &versions[0];
    assert_eq!(
        (&newest["version"], &newest["note"], &newest["by"]),
        (&json!(2), &json!("harder"), &json!("bootstrap"))
    );
    assert_eq!((&newest["added"], &newest["removed"]), (&body["rules"], &first));
    assert!(versions[1]["at"].as_str() <= newest["at"].as_str());
    let restored = server.post(ADMIN, &format!("{PATH}/versions/1/restore"), &Value::Null);
    assert_eq!((restored.status, &restored.json()["version"]), (200, &json!(3)), "{}", restored.text());
    assert_eq!(server.json(PATH)["rules"], first);
    assert_eq!(server.json(&format!("{PATH}/versions/2"))["rules"], body["rules"]);
    for missing in ["versions/9", "versions/x"] {
        assert_eq!(server.get(&format!("{PATH}/{missing}")).status, 404);
    }
    // The operator trail says what it was and what it is.
    let found = server.json("/api/v1/trail?from=1h&event=GL-MASKS-RESTORE");
    let event = server.json(&format!("/api/v1/trail/{}", found["events"][0]["id"].as_str().unwrap()));
    let text = event.to_string();
    assert!(text.contains("hash") && text.contains("truncate") && text.contains("version 3"), "{text}");
    for wrong in [
        json!({ "rules": [rule("field", "status", "remove")] }),
        json!({ "rules": [rule("pattern", "(", "remove")] }),
        json!({ "rules": [rule("pattern", "x", "forget")] }),
        json!({ "rules": vec![rule("field", "ip", "hash"); 101] }),
        json!({ "rules": [{ "name": "x", "what": "field", "of": "ip", "how": "hash", "tenant": "y" }] }),
        json!({}),
    ] {
        let reply = server.post(ADMIN, PATH, &wrong);
        assert_eq!(reply.status, 400, "{wrong} {}", reply.text());
    }
    assert_eq!(server.json(PATH)["version"], 3);
    // Nobody who sees a part only says what is kept of the rest.
    let role = json!({ "permissions": ["settings:write", "account:own"], "rows": "status:200" });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/narrow", &role).status, 200);
    let narrow = server.person("nora", "narrow");
    assert_eq!(server.send_with(&narrow, "GET", PATH, &Value::Null).status, 403);
    assert_eq!(server.send_with(&narrow, "POST", PATH, &json!({ "rules": [] })).status, 403);
    assert_eq!(
        server.send_with(&narrow, "POST", &format!("{PATH}/try"), &json!({ "record": "x" })).status,
        403
    );
}

#[test]
fn a_record_is_tried_before_anything_is_kept() {
    let server = Server::start();
    let record = record(1, "EMP-000001").replace("\"staff\":", "\"password\":\"geheim-12345\",\"staff\":");
    let tried = |body: Value| {
        let reply = server.post(ADMIN, &format!("{PATH}/try"), &body);
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    };
    let rules = json!([
        rule("pattern", r"EMP-\d{6}", "replace"),
        rule("header", "x-none", "remove"),
        rule("field", "ip", "truncate")
    ]);
    let told = tried(json!({ "record": record, "rules": rules }));
    assert_eq!(told["acted"], json!([0, 2]));
    assert_eq!(told["event"]["request"]["ip"], "203.0.113.0");
    let marks = told["marks"].as_array().unwrap();
    let mark = |path: &str| marks.iter().find(|mark| mark["path"] == path).unwrap();
    assert_eq!(
        mark("request.ip"),
        &json!({ "path": "request.ip", "was": "203.0.113.1", "kept": "203.0.113.0", "by": "rules" })
    );
    assert_eq!(mark("request.user_agent")["kept"], "staff ***");
    assert!(marks.iter().any(|mark| mark["by"] == "defaults"), "{marks:?}");
    assert!(!told.to_string().contains("geheim"), "{told}");
    // Without rules those that hold count; of another source a rule says nothing.
    let scoped = json!([{ "name": "edge", "what": "field", "of": "ip", "how": "hash", "source": "edge" }]);
    set(&server, &scoped);
    assert_eq!(tried(json!({ "record": record }))["acted"], json!([]));
    assert_eq!(tried(json!({ "record": record, "source": "edge" }))["acted"], json!([0]));
    let told = tried(json!({ "record": "{\"staff\": EMP-000001", "format": "json", "rules": rules }));
    assert_eq!((&told["event"], told["rejects"].as_array().unwrap().len()), (&Value::Null, 1));
    assert!(!told.to_string().contains("EMP-000001"), "{told}");
    let wrong = json!({ "record": record, "rules": [rule("pattern", "(", "hash")] });
    assert_eq!(server.post(ADMIN, &format!("{PATH}/try"), &wrong).status, 400);
    // Nothing of it was kept, and neither is the record in the trail.
    assert_eq!(server.total(""), 0);
    let mut found = Vec::new();
    holding(&server.dir, "EMP-000001", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_command_shows_tries_sets_and_restores() {
    let server = Server::start();
    let keep = tempfile::tempdir().unwrap();
    let path = |name: &str| keep.path().join(name).display().to_string();
    std::fs::write(path("rules.json"), json!([rule("field", "ip", "truncate")]).to_string()).unwrap();
    std::fs::write(path("record.json"), record(1, "EMP-000001")).unwrap();
    let run = |args: &[&str]| {
        let out = server.cli(ADMIN, &[&["masks"], args].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.success(), text(&out.stdout) + &text(&out.stderr))
    };
    assert_eq!(run(&[]).1, "no rules on top of the defaults\n");
    let (_, text) = run(&["--rules", &path("rules.json"), "--try", &path("record.json")]);
    assert!(text.contains("request.ip: 203.0.113.1 → 203.0.113.0\n"), "{text}");
    let (good, text) = run(&["--rules", &path("rules.json")]);
    assert!(!good && text.contains("--apply"), "{text}");
    let (_, text) = run(&["--rules", &path("rules.json"), "--apply", "--note", "at first"]);
    assert!(
        text.starts_with("version 1, since ")
            && text.contains("ip, truncate: field ip → truncate, everywhere\n"),
        "{text}"
    );
    std::fs::write(path("rules.json"), run(&["--json"]).1.replace("truncate", "hash")).unwrap();
    assert!(run(&["--rules", &path("rules.json"), "--apply"]).0);
    let (_, text) = run(&["--versions"]);
    assert!(
        text.starts_with("version 2, 1 rules, since ")
            && text.contains("by bootstrap: at first\n  + ip, truncate"),
        "{text}"
    );
    assert!(run(&["--restore", "1"]).1.contains("version 3, since "));
    assert!(run(&[]).1.contains("truncate"));
}
