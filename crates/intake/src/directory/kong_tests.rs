use serde_json::json;

use super::super::Document;
use super::super::model::{Period, Quota};
use super::*;

fn read(value: Value) -> Result<Read, Fault> {
    let document = Document::parse(value.to_string())?;
    assert!((KONG.recognises)(&document));
    (KONG.read)(&document)
}

/// What the Admin API answers, its lists put together.
fn admin() -> Value {
    json!({
        "services": [{"id": "s1", "name": "orders", "host": "orders.internal", "port": 80, "tags": ["team-a"]}],
        "routes": [
            {"id": "r1", "name": "orders", "paths": ["/orders", "~/orders/(?<id>[^/]+)/lines$", "~/x.*y$"], "methods": ["GET", "POST"],
             "hosts": ["api.example.test"], "service": {"id": "s1"}, "tags": null},
            {"id": "r2", "name": null, "paths": ["/"], "methods": null, "service": {"id": "s1"}},
        ],
        "consumers": [
            {"id": "c1", "username": "mobile-app", "custom_id": "crm-7", "tags": ["vip"]},
            {"id": "c2", "username": null, "custom_id": "crm-8"},
        ],
        "plugins": [
            {"id": "p1", "name": "acl", "enabled": true, "route": {"id": "r1"}, "service": null, "consumer": null,
             "config": {"allow": ["gold"], "deny": null, "hide_groups_header": true}},
            {"id": "p2", "name": "ip-restriction", "enabled": true, "service": {"id": "s1"},
             "config": {"allow": ["10.0.0.0/8", "192.0.2.7"], "deny": null}},
            {"id": "p3", "name": "rate-limiting", "enabled": true, "consumer": {"id": "c1"},
             "config": {"second": null, "minute": 60, "hour": 1000, "redis": {"password": "TOP-SECRET"}}},
            {"id": "p4", "name": "key-auth", "enabled": true, "config": {"key_names": ["apikey"]}},
            {"id": "p5", "name": "acl", "enabled": false, "route": {"id": "r2"}, "config": {"allow": ["none"]}},
            {"id": "p6", "name": "rate-limiting-advanced", "enabled": true, "consumer_group": {"id": "g1"},
             "config": {"limit": [5, 9], "window_size": [60, 90]}},
            {"id": "p7", "name": "rate-limiting", "enabled": true, "consumer": {"id": "c1"}, "route": {"id": "r1"}, "config": {"second": 1}},
        ],
        "consumer_groups": [{"id": "g1", "name": "silver", "tags": null}],
        "consumer_group_members": [{"consumer": {"id": "c2"}, "consumer_group": {"id": "g1"}}],
        "acls": [{"id": "a1", "group": "gold", "consumer": {"id": "c1"}}],
        "key-auths": [{"id": "k1", "consumer": {"id": "c1"}}],
        "basic-auths": [], "jwts": {}, "hmac-auths": [], "oauth2": [{"id": "o1", "name": "web", "consumer": {"id": "c2"}}],
    })
}

#[test]
fn what_the_admin_api_says() {
    let Read { snapshot, notes } = read(admin()).unwrap();
    let [mobile, other] = &snapshot.consumers[..] else { panic!() };
    assert_eq!((mobile.id.as_deref(), &*mobile.name), (Some("c1"), "mobile-app"));
    assert_eq!(
        (&mobile.aliases[..], &mobile.groups[..]),
        (&["crm-7".to_owned()][..], &["gold".to_owned()][..])
    );
    let quota = |limit, period| Quota { limit, period };
    assert_eq!(mobile.rules.limits, [quota(60, Period::Minute), quota(1000, Period::Hour)]);
    assert_eq!((&*other.name, &other.groups[..]), ("crm-8", &["silver".to_owned()][..]));
    assert_eq!(other.rules.limits, [quota(5, Period::Minute)]);
    let names: Vec<&str> = snapshot.groups.iter().map(|group| &*group.name).collect();
    assert_eq!(names, ["gold", "silver"]);

    let [orders, rest] = &snapshot.routes[..] else { panic!() };
    assert_eq!(orders.templates, ["/orders", "/orders/*", "/orders/{id}/lines"]);
    assert_eq!(
        (&orders.rules.allow_groups[..], orders.service.as_deref()),
        (&["gold".to_owned()][..], Some("s1"))
    );
    assert_eq!(orders.hosts, ["api.example.test"]);
    assert_eq!((&*rest.name, &rest.templates[..]), ("r2", &["/*".to_owned()][..]));
    assert!(rest.rules.is_empty(), "a plugin that is off says nothing");
    assert_eq!(snapshot.services[0].rules.allow_ips, ["10.0.0.0/8", "192.0.2.7"]);
    assert_eq!(
        (&*snapshot.environments[0].name, &snapshot.environments[0].rules.auth[..]),
        ("default", &["key".to_owned()][..])
    );

    let keys: Vec<_> = snapshot.keys.iter().map(|key| (&*key.id, key.consumer.as_deref())).collect();
    assert_eq!(keys, [("k1", Some("c1")), ("o1", Some("c2"))]);
    assert!(!format!("{snapshot:?}{notes:?}").contains("TOP-SECRET"));
    assert_eq!(
        notes,
        [
            "a limit of the plugin rate-limiting-advanced for 90 s was left out",
            "patterns that are no templates were left out",
            "rules of the plugin rate-limiting for one consumer on one route were left out",
        ]
    );
}

#[test]
fn of_several_workspaces_each_has_its_own_rules() {
    let list = |space: &str| json!({"id": format!("s-{space}"), "name": "orders", "workspace": space});
    let mut value = admin();
    value["services"] = json!([list("a"), list("b")]);
    value["routes"] = json!([{"id": "r", "paths": ["/x"], "workspace": "b"}]);
    value["plugins"] =
        json!([{"name": "ip-restriction", "config": {"deny": ["192.0.2.1"]}, "workspace": "b"}]);
    let snapshot = read(value).unwrap().snapshot;
    assert!(snapshot.environments.is_empty());
    assert!(snapshot.services[0].rules.is_empty());
    assert_eq!(snapshot.services[1].rules.deny_ips, ["192.0.2.1"]);
    assert_eq!(snapshot.routes[0].rules.deny_ips, ["192.0.2.1"]);
}

#[test]
fn faults_name_the_place() {
    let with = |list: &str, entry: Value| {
        let mut value = admin();
        value[list] = entry;
        read(value).unwrap_err().to_string()
    };
    assert_eq!(with("routes", json!("all")), "routes: not a list");
    assert_eq!(
        with("consumers", json!([{"tags": ["a"]}])),
        "consumers[0]: has neither a username nor a custom_id"
    );
    assert_eq!(with("acls", json!([{"id": "a1", "consumer": {"id": "c1"}}])), "acls[0] a1: has no group");
    let fault = with(
        "plugins",
        json!([{"name": "ip-restriction", "service": {"id": "s1"}, "config": {"allow": ["10.0.0.0/64"]}}]),
    );
    assert!(fault.starts_with("services[0] orders: \"10.0.0.0/64\""), "{fault}");
}

#[test]
fn patterns_become_templates_where_that_is_possible() {
    let cases = [
        ("/pets/(?<id>[^/]+)$", Some("/pets/{id}")),
        ("^/pets/(?<id>\\d+)/toys", Some("/pets/{id}/toys/*")),
        ("/v1/([0-9]+)$", Some("/v1/{part}")),
        ("/a\\.json$", Some("/a.json")),
        ("/a.*b$", None),
        ("/a(b|c)$", None),
        ("", None),
    ];
    for (pattern, want) in cases {
        assert_eq!(template(pattern).as_deref(), want, "{pattern}");
    }
}
