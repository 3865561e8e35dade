//! Directories pulled from admin APIs: by the schedule, once, and on trial; what is wrong changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;
mod stand_in;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, Server};
use stand_in::{parameter, stand_in};

const TOKEN: &str = "s3cret-admin-token";

/// What Kong knows, by list.
type Kong = Arc<Mutex<Value>>;

/// Plays Kong's Admin API, two entries a page.
fn kong(what: &Kong) -> String {
    let what = Arc::clone(what);
    stand_in(move |target, head| {
        if !head.to_lowercase().contains(&format!("kong-admin-token: {TOKEN}")) {
            return None;
        }
        let lists = what.lock().unwrap();
        let list = lists.get(target.split('?').next().unwrap().trim_start_matches('/'))?;
        let Some(entries) = list.as_array() else {
            return Some(json!({ "data": list }).to_string().into_bytes());
        };
        let from: usize =
            parameter(target, "offset").map_or(0, |offset| offset.trim_start_matches('o').parse().unwrap());
        let page: Vec<&Value> = entries.iter().skip(from).take(2).collect();
        let mut answer = json!({ "data": page, "next": null });
        if entries.len() > from + 2 {
            answer["offset"] = format!("o{}", from + 2).into();
            answer["next"] = format!("/x?offset=o{}", from + 2).into();
        }
        Some(answer.to_string().into_bytes())
    })
}

fn known() -> Kong {
    let consumer =
        |n: usize| json!({ "id": format!("c{n}"), "username": format!("app-{n}"), "custom_id": null });
    Arc::new(Mutex::new(json!({
        "services": [{ "id": "s1", "name": "orders" }],
        "routes": [{ "id": "r1", "name": "orders", "paths": ["/orders"], "service": { "id": "s1" } }],
        "consumers": (0..5).map(consumer).collect::<Vec<_>>(),
        "plugins": [{ "name": "acl", "enabled": true, "route": { "id": "r1" }, "config": { "allow": ["gold"] } }],
        "acls": [{ "id": "a1", "group": "gold", "consumer": { "id": "c0" } }],
        "key-auths": [{ "id": "k1", "key": "TOP-SECRET-VALUE", "consumer": { "id": "c0" } }],
    })))
}

struct World {
    server: Server,
    _dir: tempfile::TempDir,
}

fn world(url: &str, interval_s: u32) -> World {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("gatelog.toml");
    let text = format!("[directory.kong]\nurl = \"{url}\"\ninterval_s = {interval_s}\n");
    std::fs::write(&config, text).unwrap();
    let settings = [("GATELOG_CONFIG", config.to_str().unwrap()), ("GATELOG_DIRECTORY_KONG_TOKEN", TOKEN)];
    World { server: Server::on(&dir.path().join("data"), &settings, true), _dir: dir }
}

impl World {
    fn names(&self, kind: &str) -> Vec<String> {
        let list = self.server.json(&format!("/api/v1/directory/{kind}"));
        let name = |item: &Value| item["entity"]["name"].as_str().unwrap_or_default().to_owned();
        list["items"].as_array().unwrap().iter().map(name).collect()
    }

    fn pull(&self) -> Value {
        self.server.json("/api/v1/pulls")["pulls"][0].clone()
    }

    fn until(&self, what: &str, is_so: impl Fn(&World) -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !is_so(self) {
            assert!(Instant::now() < end, "{what}: {}", self.pull());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn kong_is_pulled_by_the_schedule_and_what_is_wrong_changes_nothing() {
    let what = known();
    let world = world(&kong(&what), 1);
    world.until("nothing was pulled", |world| world.names("consumers").len() == 5);
    assert_eq!(world.names("groups"), ["gold"]);
    let keys = world.server.json("/api/v1/directory/keys");
    assert_eq!(keys["items"][0]["entity"], json!({ "id": "k1", "consumer": "c0" }));
    assert!(!world.server.log().contains(TOKEN));

    what.lock().unwrap()["consumers"].as_array_mut().unwrap().push(json!({ "id": "c9", "username": "late" }));
    world.until("the new one was not seen", |world| world.names("consumers").contains(&"late".to_owned()));

    what.lock().unwrap()["acls"] = json!([{ "id": "a1", "consumer": { "id": "c0" } }]);
    world.until("the fault was not told", |world| {
        world.pull()["error"].as_str().is_some_and(|text| text.contains("acls[0] a1: has no group"))
    });
    what.lock().unwrap()["services"] = json!("all");
    world.until("the fault was not told", |world| {
        world.pull()["error"].as_str().is_some_and(|text| text.contains("no list at /services"))
    });
    assert_eq!((world.names("consumers").len(), world.names("groups").len()), (6, 1));
    what.lock().unwrap()["services"] = json!([]);
    what.lock().unwrap()["acls"] = json!([]);
    // A group that a rule names is one, also when nobody is in it.
    world.until("it did not recover", |world| world.pull().get("error").is_none());
    assert_eq!(world.names("groups"), ["gold"]);
    what.lock().unwrap()["plugins"] = json!([]);
    world.until("the group stayed", |world| world.names("groups").is_empty());
}

#[test]
fn kong_is_pulled_once_and_on_trial() {
    let what = known();
    let world = world(&kong(&what), 3_600);
    world.until("nothing was pulled", |world| world.names("consumers").len() == 5);
    what.lock().unwrap()["consumers"].as_array_mut().unwrap().push(json!({ "id": "c9", "username": "late" }));
    let cli = |args: &[&str]| {
        let out = world.server.cli(ADMIN, &[&["directory", "pull"], args].concat());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (out.status.success(), text(out.stdout), text(out.stderr))
    };
    let (is_done, out, err) = cli(&["kong", "--dry-run"]);
    assert!(is_done && out.contains("+ consumers late") && err.contains("nothing was changed"), "{out}{err}");
    assert_eq!(world.names("consumers").len(), 5);
    let (is_done, out, err) = cli(&["kong"]);
    assert!(is_done && out.contains("+ consumers late"), "{out}{err}");
    assert_eq!(world.names("consumers").len(), 6);
    let (is_done, _, err) = cli(&["kogn"]);
    assert!(!is_done && err.contains("did you mean kong?"), "{err}");
    what.lock().unwrap()["routes"] = json!([{ "tags": [] }]);
    let (is_done, _, err) = cli(&["kong"]);
    assert!(!is_done && err.contains("routes[0]: has neither a name nor an id"), "{err}");
    assert_eq!(world.names("routes"), ["orders"]);
}
