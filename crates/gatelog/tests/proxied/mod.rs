//! A server with an audit proxy before a stand-in, and how its trail is held against the stand-in's journal.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod traffic;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::admin::{Admin, Change, KEY, send};
use crate::server::{ADMIN, Server};
use traffic::FORM;

/// A server with one proxy before a stand-in.
pub struct Proxied {
    pub server: Server,
    pub admin: Admin,
    pub address: String,
    _keep: Option<tempfile::TempDir>,
}

impl Proxied {
    pub fn new(admin: Admin, kind: &str, more: &str) -> Proxied {
        let keep = tempfile::tempdir().unwrap();
        let mut proxied = Proxied::on(keep.path(), admin, kind, more, &[]);
        proxied._keep = Some(keep);
        proxied
    }

    pub fn on(dir: &Path, admin: Admin, kind: &str, more: &str, settings: &[(&str, &str)]) -> Proxied {
        let toml = format!(
            "[[proxy]]\nname = \"edge\"\nkind = \"{kind}\"\naddress = \"127.0.0.1:0\"\nupstream = \"{}\"\n{more}\n",
            admin.url()
        );
        let file = dir.join("gatelog.toml");
        std::fs::write(&file, toml).unwrap();
        let file = file.display().to_string();
        let server = Server::on(dir, &[settings, &[("GATELOG_CONFIG", file.as_str())]].concat(), true);
        server.until_logged("an audit proxy is listening");
        let log = server.log();
        let line = log.lines().find(|line| line.contains("an audit proxy is listening")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        let address = line["address"].as_str().unwrap().to_owned();
        Proxied { server, admin, address, _keep: None }
    }

    pub fn call(&self, agent: &str, (method, path, body): (&str, &str, &str)) -> u16 {
        let kind = if body.is_empty() || body.starts_with(['{', '[']) { "application/json" } else { FORM };
        let headers =
            [("X-Gatelog-Token", ADMIN), ("User-Agent", agent), ("X-API-KEY", KEY), ("Content-Type", kind)];
        status(&send(&self.address, method, path, &headers, body))
    }

    /// What the trail has of the proxy, oldest first, once everything has ended.
    pub fn trail(&self, params: &str) -> Vec<Value> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let page = self.server.json(&format!("/api/v1/trail?from=1h&limit=1000&origin=edge&{params}"));
            let rows = page["events"].as_array().unwrap().clone();
            if rows.iter().all(|row| row["outcome"] != "unknown") || Instant::now() > until {
                let whole =
                    |row: &Value| self.server.json(&format!("/api/v1/trail/{}", row["id"].as_str().unwrap()));
                return rows.iter().rev().map(whole).collect();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Of those, what was not only read.
    pub fn changes(&self, params: &str) -> Vec<Value> {
        self.trail(params).into_iter().filter(|event| event["verb"] != "read").collect()
    }

    /// The only one.
    pub fn only(&self, params: &str) -> Value {
        let found = self.changes(params);
        assert_eq!(found.len(), 1, "{params}: {found:#?}");
        found.into_iter().next().unwrap()
    }

    pub fn number(&self, name: &str) -> u64 {
        let metrics = self.server.get("/metrics").text();
        let start = format!("gatelog_proxy_{name}_total{{proxy=\"edge\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&start)).unwrap().parse().unwrap()
    }
}

pub fn status(reply: &str) -> u16 {
    reply.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {reply:?}")).parse().unwrap()
}

/// A state without what is a secret in the traffic above: of those it is only known that they are tags.
pub fn plain(value: &Value) -> Value {
    let hidden = ["key", "secret", "password", "Authorization", "http_endpoint", "tls"];
    match value {
        Value::Object(members) => {
            let blank = |name: &str, value: &Value| match value {
                Value::String(text) if hidden.contains(&name) && text != "remote_addr" => json!("hidden"),
                Value::Object(_) if name == "tls" => json!("hidden"),
                value => plain(value),
            };
            members.iter().map(|(name, value)| (name.clone(), blank(name, value))).collect()
        }
        value => value.clone(),
    }
}

/// A change as the trail tells it, in the words of the journal.
pub fn told(event: &Value) -> (String, String, String, Value, Value) {
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    (
        text("verb"),
        text("resource_type"),
        text("resource_id"),
        plain(&event["before"]),
        plain(&event["after"]),
    )
}

pub fn true_of(change: &Change) -> (String, String, String, Value, Value) {
    (
        change.verb.to_owned(),
        change.kind.clone(),
        change.id.clone(),
        plain(&change.before),
        plain(&change.after),
    )
}

/// Replays traffic and holds the trail against the journal: every change, nothing else, in order.
pub fn replayed(proxied: &Proxied, agent: &str, traffic: &[(&str, &str, &str)]) -> Vec<Value> {
    let (known, seen) = (proxied.changes("").len(), proxied.admin.journal().len());
    let statuses: Vec<u16> = traffic.iter().map(|call| proxied.call(agent, *call)).collect();
    let events = proxied.changes("").split_off(known);
    let is_change = |call: &&(&str, &str, &str)| call.0 != "GET" && !call.1.contains("/validate");
    assert_eq!(events.len(), traffic.iter().filter(is_change).count(), "{statuses:?}");
    let done: Vec<_> = events.iter().filter(|event| event["outcome"] == "success").map(told).collect();
    let truth: Vec<_> = proxied.admin.journal().split_off(seen).iter().map(true_of).collect();
    for (told, truth) in done.iter().zip(&truth) {
        assert_eq!(told, truth);
    }
    assert_eq!(done.len(), truth.len());
    for event in &events {
        assert_eq!((&event["operator"], &event["operator_kind"]), (&json!("bootstrap"), &json!("machine")));
        assert_eq!((&event["address"], &event["agent"]), (&json!("127.0.0.1"), &json!(agent)));
        let is_done = event["outcome"] == "success";
        assert_eq!(event["diff"].as_array().unwrap().is_empty(), !is_done, "{event:#}");
    }
    events
}

pub fn nothing_leaked(dir: &Path) {
    let mut dirs = vec![dir.to_owned()];
    let mut looked = 0;
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                dirs.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            looked += bytes.len();
            if let Some(at) = bytes.windows(6).position(|part| part == b"canary") {
                let end = bytes.len().min(at + 80);
                panic!(
                    "{}: {}",
                    entry.path().display(),
                    String::from_utf8_lossy(&bytes[at.saturating_sub(80)..end])
                );
            }
        }
    }
    assert!(looked > 10_000);
}
