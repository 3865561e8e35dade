use serde_json::json;

use super::super::Document;

use super::*;

fn read(value: Value) -> Result<Read, Fault> {
    let document = Document::parse(value.to_string())?;
    assert!((APISIX.recognises)(&document));
    (APISIX.read)(&document)
}

fn admin() -> Value {
    let at = |list: &str, id: &str, value: Value| json!({"key": format!("/apisix/{list}/{id}"), "value": value, "createdIndex": 9, "modifiedIndex": 12});
    json!({
        "routes": [
            at("routes", "r1", json!({"id": "r1", "name": "orders", "uri": "/orders/*", "methods": ["GET"], "service_id": "s1", "status": 1,
                "plugin_config_id": "pc1", "labels": {"team": "a"},
                "plugins": {"consumer-restriction": {"type": "consumer_group_id", "whitelist": ["gold"], "rejected_code": 403}}})),
            at("routes", "r2", json!({"uris": ["/pets/:id", "/pets"], "host": "pets.example.test",
                "plugins": {"limit-count": {"count": 5, "time_window": 90}, "consumer-restriction": {"whitelist": ["jack"]},
                    "ip-restriction": {"_meta": {"disable": true}, "whitelist": ["10.0.0.1"]}}})),
            at("routes", "r3", json!({"id": "r3", "uri": "/off", "status": 0})),
        ],
        "services": [at("services", "s1", json!({"id": "s1", "name": "orders-svc", "hosts": ["api.example.test"], "plugins": {"key-auth": {}}}))],
        "consumers": [
            at("consumers", "mobile", json!({"username": "mobile", "group_id": "gold", "plugins": {"key-auth": {"key": "TOP-SECRET"}}})),
            at("consumers", "batch", json!({"username": "batch", "plugins": {"ip-restriction": {"whitelist": ["10.0.0.0/8"]}}})),
        ],
        "consumer_groups": [at("consumer_groups", "gold", json!({"id": "gold", "plugins": {"limit-count": {"count": 200, "time_window": 60}}}))],
        "plugin_configs": [at("plugin_configs", "pc1", json!({"id": "pc1", "plugins": {"ip-restriction": {"whitelist": ["127.0.0.0/24"]}}}))],
        "global_rules": [at("global_rules", "1", json!({"id": "1", "plugins": {"limit-req": {"rate": 50, "burst": 10, "key": "remote_addr"}}}))],
    })
}

#[test]
fn what_the_admin_api_says() {
    let Read { snapshot, notes } = read(admin()).unwrap();
    let [orders, pets] = &snapshot.routes[..] else { panic!("a route that is off is none") };
    assert_eq!(
        (orders.rules.allow_groups.as_slice(), orders.rules.allow_ips.as_slice()),
        (&["gold".to_owned()][..], &["127.0.0.0/24".to_owned()][..])
    );
    assert_eq!(
        (&orders.templates[..], &orders.hosts[..]),
        (&["/orders/*".to_owned()][..], &["api.example.test".to_owned()][..])
    );
    assert_eq!((orders.service.as_deref(), &orders.tags[..]), (Some("s1"), &["team=a".to_owned()][..]));
    assert_eq!((pets.id.as_deref(), &*pets.name), (Some("r2"), "r2"));
    assert_eq!(
        pets.templates,
        ["/pets", "/pets/{id}"].map(str::to_owned).into_iter().rev().collect::<Vec<_>>()
    );
    assert!(pets.rules.is_empty(), "{:?}", pets.rules);
    let [mobile, batch] = &snapshot.consumers[..] else { panic!() };
    assert_eq!(
        (&mobile.groups[..], mobile.rules.limits[0].limit, mobile.rules.auth.len()),
        (&["gold".to_owned()][..], 200, 0)
    );
    assert_eq!(batch.rules.allow_ips, ["10.0.0.0/8"]);
    assert_eq!(snapshot.environments[0].rules.limits[0].limit, 50);
    assert_eq!(
        notes,
        [
            "a limit of the plugin limit-count for 90 s was left out",
            "rules of the plugin consumer-restriction by consumer_name were left out",
        ]
    );
    assert!(!format!("{snapshot:?}{notes:?}").contains("TOP-SECRET"));
}

#[test]
fn faults_name_the_place() {
    let mut value = admin();
    value["consumers"] = json!([{"key": "/apisix/consumers/a", "value": 5}]);
    assert_eq!(read(value).unwrap_err().to_string(), "consumers[0]: not an object");
    let mut value = admin();
    value["services"] = json!([{"value": {"plugins": {}}}]);
    assert_eq!(read(value).unwrap_err().to_string(), "services[0]: has neither a name nor an id");
}
