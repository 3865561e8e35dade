//! Audit proxies before stand-ins of Kong and APISIX: each change is in the trail as the stand-in's journal has it, what
//! goes on is what came, and no secret reaches the disk.

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

use admin::Admin;
use proxied::traffic::{ADC, ADC_SYNC, BY_HAND, CURL, DECK, DECK_SYNC};
use proxied::{Proxied, nothing_leaked, replayed, told, true_of};
use serde_json::{Value, json};
use server::ADMIN;

#[test]
fn every_change_of_kong_is_recorded_as_it_was() {
    let proxied = Proxied::new(Admin::kong(), "kong", "");
    let synced = replayed(&proxied, DECK, DECK_SYNC);
    let by_hand = replayed(&proxied, CURL, BY_HAND);

    let sets: BTreeSet<&str> = synced.iter().map(|event| event["change_set"].as_str().unwrap()).collect();
    assert!(sets.len() == 1 && sets.first().unwrap().len() == 16, "{sets:?}");
    assert!(synced.iter().all(|event| event["tool"] == "deck" && event["source"] == "declarative"));
    assert!(
        by_hand
            .iter()
            .all(|event| event["tool"] == "curl" && event["source"] == "api" && event["change_set"] == "")
    );
    let state = proxied.server.json("/api/v1/proxies")["proxies"][0].clone();
    assert_eq!((&state["reachable"], &state["kind"]), (&json!(true), &json!("kong")), "{state}");
    assert!(
        state["counts"]["changes"].as_u64().unwrap() >= synced.len() as u64
            && state["last_change"].is_string()
    );
    assert_eq!((&state["problem"], &state["fail"]), (&Value::Null, &json!("closed")), "{state}");
    let shown = proxied.server.cli(ADMIN, &["proxies"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    let changes = state["counts"]["changes"].to_string();
    assert!(text.contains(" kong ") && text.contains(" closed ") && text.contains(&changes), "{text}");
    let id = sets.first().unwrap();
    assert_eq!(proxied.changes(&format!("change_set={id}")).len(), synced.len());
    let whole = proxied.trail(&format!("change_set={id}")).len();
    let shown = proxied.server.cli(ADMIN, &["trail", "--change-set", id]);
    assert_eq!(String::from_utf8_lossy(&shown.stdout).lines().count(), whole + 1);

    // What was only looked at is there as well, each thing once an hour, without parameters.
    let looks: Vec<Value> = proxied
        .trail("")
        .into_iter()
        .filter(|event| event["verb"] == "read")
        .map(|e| e["request"].clone())
        .collect();
    let truth: Vec<Value> = ["/", "/services", "/routes", "/consumers"]
        .map(|path| json!({ "method": "GET", "path": path }))
        .into_iter()
        .chain([json!({ "method": "POST", "path": "/schemas/plugins/validate" })])
        .collect();
    assert_eq!(looks, truth);

    // Who changed the limit, and what was it before?
    let limit = proxied.only("event=KONG-PLUGIN-UPDATE");
    assert_eq!(limit["event"], "Update plugin");
    assert_eq!(
        (&limit["resource_id"], &limit["resource_name"]),
        (&json!("66666666-0000-4000-8000-000000000001"), &json!("rate-limiting"))
    );
    let of =
        |path: &str| limit["diff"].as_array().unwrap().iter().find(|change| change["path"] == path).cloned();
    assert_eq!(of("/config/minute"), Some(json!({ "path": "/config/minute", "before": 5, "after": 50 })));
    assert!(of("/config/policy").is_none());

    let failed = |params: &str| {
        let event = proxied.only(&format!("outcome=failure&{params}"));
        (event["status"].as_str().unwrap().to_owned(), event["detail"].as_str().unwrap().to_owned())
    };
    assert_eq!(failed("event=KONG-SERVICE-CREATE").0, "409");
    assert_eq!(failed("event=KONG-ROUTE-UPDATE"), ("404".to_owned(), "Not found".to_owned()));
    assert!(failed("event=KONG-ROUTE-CREATE").1.contains("does not reference an existing entity"));
    assert!(failed("event=KONG-SERVICE-DELETE").1.contains("references this"));
    // A key is the name of its credential: what the path had is a tag.
    let gone = proxied.only("event=KONG-KEY-AUTH-DELETE");
    assert!(
        gone["request"]["path"].as_str().unwrap().starts_with("/consumers/ada/key-auth/hmac:"),
        "{gone:#}"
    );
    nothing_leaked(&proxied.server.dir);
}

#[test]
fn where_changes_do_not_wait_for_the_disk_they_are_recorded_all_the_same() {
    let proxied = Proxied::new(Admin::kong(), "kong", "fail = \"open\"\nreads = \"none\"");
    let changes = replayed(&proxied, DECK, DECK_SYNC).len() + replayed(&proxied, CURL, BY_HAND).len();
    assert_eq!(proxied.trail("").len(), changes, "reads are switched off");
    assert_eq!(proxied.number("unrecorded"), 0);
    nothing_leaked(&proxied.server.dir);
}

#[test]
fn every_change_of_apisix_is_recorded_as_it_was() {
    let proxied = Proxied::new(Admin::apisix(), "apisix", "");
    let synced = replayed(&proxied, ADC, ADC_SYNC);
    assert!(
        synced.iter().all(|event| event["tool"] == "adc" && event["change_set"] == synced[0]["change_set"])
    );
    let route = proxied.trail("event=APISIX-ROUTE-UPDATE&outcome=success");
    assert_eq!(
        route[0]["diff"][0],
        json!({ "path": "/update_time", "before": route[0]["before"]["update_time"], "after": route[0]["after"]["update_time"] })
    );
    assert_eq!(route[0]["diff"][1], json!({ "path": "/uri", "before": "/pets", "after": "/pets/*" }));
    // That the key changed is seen, what it is not.
    let consumer = proxied.only("event=APISIX-CONSUMER-UPDATE");
    let keys: Vec<&Value> = consumer["diff"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["path"] == "/plugins/key-auth/key")
        .collect();
    assert!(keys.len() == 1 && keys[0]["before"].as_str().unwrap().starts_with("hmac:"), "{consumer:#}");
    assert_eq!(
        proxied.only("event=APISIX-SERVICE-CREATE")["after"]["plugins"]["limit-count"]["key"],
        "remote_addr"
    );
    assert!(
        proxied.only("outcome=failure&event=APISIX-SERVICE-DELETE")["detail"]
            .as_str()
            .unwrap()
            .contains("still using it")
    );
    nothing_leaked(&proxied.server.dir);
}

#[test]
fn what_goes_on_is_what_came() {
    let (direct, proxied) = (Admin::kong(), Proxied::new(Admin::kong(), "kong", ""));
    let chunked = "POST /services HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\ncontent-TYPE: application/json\r\n\r\n\
        10\r\n{\"name\":\"c\",\"hos\r\n7\r\nt\":\"h\"}\r\n0\r\n\r\n";
    let large = format!(r#"{{"name":"big","host":"h","tags":["{}"]}}"#, "x".repeat(600_000));
    let bytes = large.len();
    let large = format!(
        "PUT /services/big HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n{large}"
    );
    let requests = [
        "GET /services?size=1000&tags=a%20b HTTP/1.1\r\nHost: kong.internal:8001\r\nuser-AGENT: x\r\nKong-Admin-Token: its-own\r\nX-Twice: 1\r\nX-Twice: 2\r\nConnection: close\r\n\r\n".to_owned(),
        "POST /services HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 26\r\nAuthorization: Basic dTpw\r\nConnection: close\r\n\r\n{\"name\":\"a\",\"host\":\"h.io\"}".to_owned(),
        chunked.to_owned(),
        "PATCH /services/a?x=1&y HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\nConnection: close\r\n\r\nretries=1".to_owned(),
        large,
        "GET /services/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        "DELETE /services/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    for request in &requests {
        let expected = admin::raw(&direct.address, request.as_bytes());
        let ours = request.replacen("\r\n", &format!("\r\nX-Gatelog-Token: {ADMIN}\r\n"), 1);
        let reply = admin::raw(&proxied.address, ours.as_bytes());
        // About the connection, not about the answer.
        assert_eq!(
            reply.replace("connection: close\r\n", "").replace("Connection: close\r\n", ""),
            expected,
            "{request}"
        );
    }
    let came = |admin: &Admin| {
        let state = admin.state.lock().unwrap();
        let mut seen = state.seen.clone();
        seen.iter_mut()
            .for_each(|seen| seen.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("connection")));
        seen
    };
    let looks = |seen: &admin::Seen| {
        !seen.line.starts_with("GET ") || requests.iter().any(|r| r.starts_with(&seen.line))
    };
    let through: Vec<_> = came(&proxied.admin).into_iter().filter(looks).collect();
    assert_eq!(through, came(&direct));
    let big = proxied.only("event=KONG-SERVICE-CREATE&resource_id=big");
    assert_eq!(
        big["request"]["body"],
        json!({ "bytes": bytes }),
        "a large body goes on and is told by its size"
    );
}

#[test]
fn what_a_whole_configuration_changes_is_told_thing_by_thing() {
    let dir = tempfile::tempdir().unwrap();
    // The next snapshot is taken because of the change, not because it is time.
    let proxied = Proxied::on(dir.path(), Admin::kong(), "kong", "snapshot_interval_s = 3600", &[]);
    let until = Instant::now() + Duration::from_secs(30);
    while proxied.server.json("/api/v1/pulls")["pulls"][0]["last_success"].is_null() {
        assert!(Instant::now() < until, "no first snapshot");
        std::thread::sleep(Duration::from_millis(50));
    }
    let config = |retries: u8, routes: &[&str]| {
        let service = "11111111-0000-4000-8000-000000000001";
        let routes: Vec<Value> = routes.iter().map(|name| {
            json!({ "id": format!("22222222-0000-4000-8000-{name:0>12}"), "name": name, "service": { "id": service } })
        }).collect();
        let text = json!({
            "_format_version": "3.0",
            "services": [{ "id": service, "name": "pets", "host": "pets.internal", "retries": retries }],
            "routes": routes,
            "consumers": [{ "id": "33333333-0000-4000-8000-000000000001", "username": "mobile-app" }],
            "key-auth": [{ "id": "44444444-0000-4000-8000-000000000001", "key": "canary-in-a-text" }],
        });
        json!({ "config": text.to_string() }).to_string()
    };
    let told_of = |count: usize| {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let found = proxied.changes("");
            if found.len() >= count || Instant::now() > until {
                return found;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    assert_eq!(proxied.call(CURL, ("POST", "/config", &config(5, &["list", "make"]))), 201);
    assert_eq!(told_of(6).len(), 6);
    let seen = proxied.admin.journal().len();
    assert_eq!(proxied.call(CURL, ("POST", "/config", &config(1, &["list", "find"]))), 201);
    assert_eq!(proxied.call(CURL, ("POST", "/config", r#"{"config":"canary: no JSON"}"#)), 400);
    let events = told_of(11).split_off(6);
    let (whole, things): (Vec<Value>, Vec<Value>) =
        events.into_iter().partition(|event| event["resource_type"] == "config");
    assert_eq!(whole[0]["code"], "KONG-CONFIG-UPDATE");
    assert_eq!((&whole[1]["outcome"], &whole[1]["status"]), (&json!("failure"), &json!("400")));
    let detail = whole[1]["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("a reason of ") && detail.contains(" bytes, hmac:") && whole.len() == 2,
        "{detail}"
    );
    let sorted = |mut all: Vec<(String, String, String, Value, Value)>| {
        all.sort_by_key(|one| (one.1.clone(), one.2.clone()));
        all
    };
    let truth = proxied.admin.journal().split_off(seen);
    assert_eq!(truth.len(), 3);
    assert_eq!(sorted(things.iter().map(told).collect()), sorted(truth.iter().map(true_of).collect()));
    for event in &things {
        for name in ["operator", "operator_kind", "address", "agent", "tool", "source", "change_set"] {
            assert_eq!(event[name], whole[0][name], "{name}");
        }
        assert!(
            event["detail"].as_str().unwrap().starts_with("replaced with the whole configuration after 20")
        );
    }
    assert_eq!((proxied.number("drift"), &whole[0]["operator"]), (0, &json!("bootstrap")));
    let Proxied { server, .. } = proxied;
    server.kill();
    nothing_leaked(dir.path());
}
