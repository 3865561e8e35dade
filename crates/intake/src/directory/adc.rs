//! ADC's file, for APISIX and API7: routes inside services, plugins as maps, consumers by user name. It is laid out flat
//! and read as what the Admin API says.

use serde_json::{Value, json};

use super::apisix::{self, Lists};
use super::importers::{Importer, Read};
use super::listed::{Listed, entry, list};
use super::{Document, Fault};

/// `adc dump`.
pub(super) const ADC: Importer = Importer {
    name: "adc",
    doc: "An ADC file of APISIX or API7, YAML or JSON: services with their routes, consumers, consumer groups, global rules.",
    recognises,
    read,
};

fn recognises(document: &Document) -> bool {
    let has = |list: &str, names: &[&str]| {
        let entries = document.member(list).and_then(Value::as_array);
        entries.is_some_and(|all| all.iter().any(|entry| names.iter().any(|name| entry.get(*name).is_some())))
    };
    document.member("_format_version").is_none()
        && (document.member("global_rules").is_some_and(Value::is_object)
            || document.member("plugin_metadata").is_some_and(Value::is_object)
            || has("services", &["upstream", "routes", "path_prefix", "strip_path_prefix"])
            || has("consumers", &["username"]))
}

fn read(document: &Document) -> Result<Read, Fault> {
    let mut lists = Lists::new();
    let mut push = |name: &'static str, entry: Listed| lists.entry(name).or_default().push(entry);
    for service in list(document, "services")? {
        let name = service.text("id").or_else(|| service.text("name"));
        let name = name.ok_or_else(|| service.fault("has no name"))?;
        let prefix = service.text("path_prefix").unwrap_or_default();
        for mut route in service.inside("routes")? {
            let uris: Vec<String> = ["uri", "uris"]
                .iter()
                .flat_map(|name| route.texts(name))
                .map(|uri| format!("{prefix}{uri}"))
                .collect();
            route.members.remove("uri");
            route.members.insert("uris".to_owned(), json!(uris));
            route.members.insert("service_id".to_owned(), json!(name));
            push("routes", route);
        }
        push("services", referable(service, &name));
    }
    for group in list(document, "consumer_groups")? {
        let name = group.text("id").or_else(|| group.text("name"));
        let name = name.ok_or_else(|| group.fault("has no name"))?;
        for mut consumer in group.inside("consumers")? {
            consumer.members.insert("group_id".to_owned(), json!(name));
            push("consumers", consumer);
        }
        push("consumer_groups", referable(group, &name));
    }
    for consumer in list(document, "consumers")? {
        push("consumers", consumer);
    }
    for config in list(document, "plugin_configs")? {
        push("plugin_configs", config);
    }
    if let Some(global) = document.member("global_rules") {
        push("global_rules", entry("global_rules", &json!({"plugins": global}))?);
    }
    apisix::read(&lists)
}

/// With an id, by which what stood inside refers to it.
fn referable(mut entry: Listed, name: &str) -> Listed {
    entry.members.insert("id".to_owned(), json!(name));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
services:
- name: orders
  upstream: {nodes: [{host: orders.internal, port: 80, weight: 1}]}
  hosts: [api.example.test]
  path_prefix: /v1
  plugins: {key-auth: {}}
  routes:
  - name: get-order
    uris: ['/orders/:id']
    methods: [GET]
    plugins:
      consumer-restriction: {type: consumer_group_id, whitelist: [gold]}
consumer_groups:
- name: gold
  plugins: {limit-count: {count: 100, time_window: 60, rejected_code: 429}}
  consumers:
  - username: mobile
    plugins: {key-auth: {key: TOP-SECRET}}
consumers:
- username: batch
  labels: {team: ops}
  credentials:
  - {name: main, type: key-auth, config: {key: TOP-SECRET}}
  - {name: other, id: cred-2, type: key-auth, config: {key: TOP-SECRET}}
global_rules:
  ip-restriction: {blacklist: [192.0.2.1]}
";

    #[test]
    fn a_file_is_read() {
        let document = Document::parse(FILE.to_owned()).unwrap();
        assert!(recognises(&document));
        let Read { snapshot, notes } = read(&document).unwrap();
        let [route] = &snapshot.routes[..] else { panic!() };
        assert_eq!(
            (&route.templates[..], &route.hosts[..]),
            (&["/v1/orders/{id}".to_owned()][..], &["api.example.test".to_owned()][..])
        );
        assert_eq!(
            (route.service.as_deref(), &route.rules.allow_groups[..]),
            (Some("orders"), &["gold".to_owned()][..])
        );
        assert_eq!(snapshot.services[0].rules.auth, ["key"]);
        let [mobile, batch] = &snapshot.consumers[..] else { panic!() };
        assert_eq!((&mobile.groups[..], mobile.rules.limits[0].limit), (&["gold".to_owned()][..], 100));
        assert_eq!((&batch.groups[..], &batch.tags[..]), (&[][..], &["team=ops".to_owned()][..]));
        assert_eq!((&*snapshot.keys[0].id, &*snapshot.keys[0].name), ("cred-2", "other"));
        assert_eq!(snapshot.environments[0].rules.deny_ips, ["192.0.2.1"]);
        assert!(!format!("{snapshot:?}{notes:?}").contains("TOP-SECRET"));
        let fault =
            Document::parse("consumers: [{username: a}, 5]".into()).and_then(|document| read(&document));
        assert_eq!(fault.unwrap_err().to_string(), "consumers[1]: not an object");
    }
}
