use super::*;

const FILE: &str = "
_format_version: '3.0'
_workspace: edge
services:
- name: orders
  url: http://orders.internal:8080
  plugins:
  - name: key-auth
    config: {key_names: [apikey]}
  routes:
  - name: orders
    paths: [/orders]
    methods: [GET]
    plugins:
    - name: acl
      config: {allow: [gold]}
routes:
- name: health
  paths: ['~/health$']
consumer_groups:
- name: silver
  consumers:
  - username: batch
  plugins:
  - name: rate-limiting-advanced
    config: {limit: [100], window_size: [3600]}
consumers:
- username: mobile-app
  custom_id: crm-7
  acls:
  - group: gold
  keyauth_credentials:
  - id: 0c1f-1
    key: TOP-SECRET
  - key: TOP-SECRET-2
- username: batch
  groups:
  - name: bronze
plugins:
- name: ip-restriction
  route: health
  config: {allow: [10.0.0.0/8]}
- name: rate-limiting
  config: {minute: 600}
";

fn parse(text: &str) -> Result<Read, Fault> {
    let document = Document::parse(text.to_owned())?;
    assert!((DECK.recognises)(&document));
    read(&document)
}

#[test]
fn a_file_says_what_the_admin_api_says() {
    let Read { snapshot, notes } = parse(FILE).unwrap();
    assert_eq!(snapshot.services[0].rules.auth, ["key"]);
    let [orders, health] = &snapshot.routes[..] else { panic!() };
    assert_eq!(
        (orders.service.as_deref(), &orders.rules.allow_groups[..]),
        (Some("orders"), &["gold".to_owned()][..])
    );
    assert_eq!(orders.templates, ["/orders", "/orders/*"]);
    assert_eq!(
        (&health.templates[..], &health.rules.allow_ips[..]),
        (&["/health".to_owned()][..], &["10.0.0.0/8".to_owned()][..])
    );
    let [mobile, batch] = &snapshot.consumers[..] else { panic!() };
    assert_eq!(
        (&mobile.groups[..], &mobile.aliases[..]),
        (&["gold".to_owned()][..], &["crm-7".to_owned()][..])
    );
    assert_eq!(batch.groups, ["bronze", "silver"]);
    assert_eq!(batch.rules.limits[0].limit, 100);
    assert_eq!(snapshot.keys.len(), 1);
    assert_eq!((&*snapshot.keys[0].id, snapshot.keys[0].consumer.as_deref()), ("0c1f-1", Some("mobile-app")));
    assert_eq!(
        (&*snapshot.environments[0].name, snapshot.environments[0].rules.limits[0].limit),
        ("edge", 600)
    );
    assert_eq!(notes, ["1 credentials without an id were left out"]);
    assert!(!format!("{snapshot:?}{notes:?}").contains("TOP-SECRET"));
}

#[test]
fn faults_name_the_place_and_no_secret() {
    let fault = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(
        fault("_format_version: '3.0'\nservices: [{name: a, routes: {b: c}}]"),
        "services[0] a routes: not a list"
    );
    assert_eq!(
        fault("_format_version: '3.0'\nconsumers: [{username: a, acls: [{key: TOP-SECRET}]}]"),
        "consumers[0] a acls[0]: has no group"
    );
    assert!(fault("_format_version: '3.0'\nservices: [\n").starts_with("line "));
}
