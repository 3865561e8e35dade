//! An audit proxy when something is not as it should be: a full trail, a crash, a gateway that is gone, and what was changed
//! behind its back.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod admin;
mod proxied;
mod server;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use admin::{Admin, send};
use proxied::traffic::{CURL, DECK, DECK_SYNC};
use proxied::{Proxied, nothing_leaked, replayed, told, true_of};
use serde_json::{Value, json};
use server::{ADMIN, Server};

#[test]
fn a_full_trail_stops_changes_or_is_counted() {
    let service = ("POST", "/services", r#"{"name":"a","host":"h"}"#);
    for (fail, expected) in [("closed", 503), ("open", 201)] {
        let dir = tempfile::tempdir().unwrap();
        let more = format!("fail = \"{fail}\"");
        let proxied =
            Proxied::on(dir.path(), Admin::kong(), "kong", &more, &[("GATELOG_TRAIL_BYTES_MAX", "64")]);
        assert_eq!(proxied.call(CURL, service), expected, "{fail}");
        assert_eq!(proxied.call(CURL, ("GET", "/services", "")), 200);
        let went_on = usize::from(fail == "open");
        assert_eq!(proxied.admin.tried().len(), went_on);
        // The read goes on in any case, and nobody waits for its record.
        let until = Instant::now() + Duration::from_secs(20);
        while proxied.number("unrecorded") < went_on as u64 + 1 {
            assert!(Instant::now() < until, "{fail}: {}", proxied.number("unrecorded"));
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(proxied.number("unrecorded"), went_on as u64 + 1);
    }
}

#[test]
fn many_changes_at_once_are_all_recorded_in_either_mode() {
    const CALLERS: usize = 8;
    const CHANGES: usize = 40;
    for fail in ["closed", "open"] {
        let proxied = Proxied::new(Admin::kong(), "kong", &format!("fail = \"{fail}\""));
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let proxied = &proxied;
                scope.spawn(move || {
                    for n in 0..CHANGES {
                        let consumer = format!("{{\"username\":\"c-{caller}-{n}\"}}");
                        assert_eq!(proxied.call(CURL, ("POST", "/consumers", &consumer)), 201);
                    }
                });
            }
        });
        let told: BTreeSet<(String, String)> = proxied
            .changes("")
            .iter()
            .map(|event| (event["outcome"].to_string(), event["after"]["username"].to_string()))
            .collect();
        let truth: BTreeSet<(String, String)> = proxied
            .admin
            .journal()
            .iter()
            .map(|change| ("\"success\"".to_owned(), change.after["username"].to_string()))
            .collect();
        assert_eq!(truth.len(), CALLERS * CHANGES);
        assert!(told == truth, "{fail}: {} of {}", told.len(), truth.len());
        assert_eq!(proxied.number("unrecorded"), 0);
    }
}

#[test]
fn what_was_begun_is_known_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let proxied = Proxied::on(dir.path(), Admin::kong(), "kong", "", &[]);
    assert_eq!(proxied.call(CURL, ("POST", "/services", r#"{"name":"a","host":"h"}"#)), 201);
    assert_eq!(proxied.changes("").len(), 1);
    proxied.admin.state.lock().unwrap().silent = "/services/a".to_owned();
    let address = proxied.address.clone();
    let asker = std::thread::spawn(move || {
        send(&address, "PATCH", "/services/a", &[("X-Gatelog-Token", ADMIN)], r#"{"host":"changed"}"#)
    });
    let until = Instant::now() + Duration::from_secs(20);
    while proxied.admin.journal().len() < 2 {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(5));
    }
    let Proxied { server, .. } = proxied;
    server.kill();
    assert_eq!(asker.join().unwrap(), "");
    let server = Server::on(dir.path(), &[], true);
    let events = server.json("/api/v1/trail?from=1h&event=KONG-SERVICE-UPDATE")["events"].clone();
    assert_eq!((events.as_array().unwrap().len(), &events[0]["outcome"]), (1, &json!("unknown")));
    let event = server.json(&format!("/api/v1/trail/{}", events[0]["id"].as_str().unwrap()));
    assert_eq!(
        (&event["before"]["host"], &event["request"]["body"]["host"]),
        (&json!("h"), &json!("changed"))
    );
}

#[test]
fn an_admin_api_that_is_gone_is_told() {
    let gone = Admin { address: "127.0.0.1:9".to_owned(), state: Default::default() };
    let proxied = Proxied::new(gone, "kong", "");
    assert_eq!(proxied.call(CURL, ("DELETE", "/services/a", "")), 502);
    let event = proxied.only("");
    assert_eq!((&event["outcome"], &event["status"]), (&json!("failure"), &json!("502")));
    assert!(event["detail"].as_str().unwrap().contains("cannot be reached"), "{event:#}");
    let state = proxied.server.json("/api/v1/proxies")["proxies"][0].clone();
    assert_eq!((&state["reachable"], &state["last_answer"]), (&json!(false), &Value::Null));
    assert_eq!((&state["counts"]["changes"], &state["counts"]["unreachable"]), (&json!(1), &json!(1)));
    let shown = proxied.server.cli(ADMIN, &["proxies"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("the Admin API did not answer the last call"), "{text}");
}

#[test]
fn what_was_changed_behind_the_proxy_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let admin = Admin::kong();
    admin.state.lock().unwrap().workspaces.insert("team".to_owned(), admin::State::default());
    let proxied = Proxied::on(dir.path(), admin, "kong", "snapshot_interval_s = 1", &[]);
    let pull = |server: &Server| server.json("/api/v1/pulls")["pulls"][0].clone();
    // A snapshot that began after this moment has been taken.
    let snapshot = |server: &Server| {
        let (until, first) =
            (Instant::now() + Duration::from_secs(30), pull(server)["tries"].as_u64().unwrap_or(0));
        while pull(server)["tries"].as_u64().unwrap_or(0) < first + 2 {
            assert!(Instant::now() < until, "{}", pull(server));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(pull(server)["error"], Value::Null);
    };
    let drift = |proxied: &Proxied| proxied.trail("source=drift");
    snapshot(&proxied.server);
    replayed(&proxied, DECK, DECK_SYNC);
    snapshot(&proxied.server);
    assert!(drift(&proxied).is_empty(), "{:#?}", drift(&proxied));

    let seen = proxied.admin.journal().len();
    proxied.admin.send("PATCH", "/services/pets", &[], r#"{"retries":1}"#);
    proxied.admin.send("POST", "/consumers/mobile-app/key-auth", &[], r#"{"key":"canary-behind"}"#);
    proxied.admin.send("DELETE", "/plugins/66666666-0000-4000-8000-000000000001", &[], "");
    snapshot(&proxied.server);
    let found = drift(&proxied);
    let sorted = |mut all: Vec<(String, String, String, Value, Value)>| {
        all.sort_by_key(|one| (one.1.clone(), one.2.clone()));
        all
    };
    let truth = proxied.admin.journal().split_off(seen);
    assert_eq!(sorted(found.iter().map(told).collect()), sorted(truth.iter().map(true_of).collect()));
    for event in &found {
        assert_eq!(
            (&event["operator"], &event["change_set"]),
            (&json!("unattributed"), &found[0]["change_set"])
        );
        assert!(
            event["detail"].as_str().unwrap().starts_with("changed behind the proxy after 20"),
            "{event:#}"
        );
    }
    assert_eq!(proxied.number("drift"), 3);

    // What goes on in another workspace is known by its path only, through the proxy and behind it.
    let mine = "/team/services/99999999-0000-4000-8000-000000000001";
    assert_eq!(proxied.call(CURL, ("PUT", mine, r#"{"name":"mine","host":"mine.internal"}"#)), 200);
    snapshot(&proxied.server);
    assert_eq!(drift(&proxied).len(), 3);
    proxied.admin.send("PATCH", mine, &[], r#"{"host":"other.internal"}"#);
    snapshot(&proxied.server);
    let found = drift(&proxied);
    assert_eq!((found.len(), &found[3]["resource_name"]), (4, &json!("mine")));
    assert_eq!(found[3]["diff"][0]["path"], "/host");

    // What goes with something that was deleted through the proxy is no drift, and nothing is found twice.
    assert_eq!(proxied.call(CURL, ("DELETE", "/consumers/mobile-app", "")), 204);
    snapshot(&proxied.server);
    assert_eq!(drift(&proxied).len(), 4);

    let Proxied { server, admin, .. } = proxied;
    server.kill();
    admin.send("PATCH", "/upstreams/pets-upstream", &[], r#"{"algorithm":"least-connections"}"#);
    let proxied = Proxied::on(dir.path(), admin, "kong", "snapshot_interval_s = 1", &[]);
    snapshot(&proxied.server);
    let found = drift(&proxied);
    assert_eq!((found.len(), &found[4]["code"]), (5, &json!("KONG-UPSTREAM-UPDATE")));
    assert_eq!(
        found[4]["diff"][0],
        json!({ "path": "/algorithm", "before": "round-robin", "after": "least-connections" })
    );
    nothing_leaked(dir.path());
}
