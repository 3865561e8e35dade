//! Two origins that know the same route: a gateway with rules and a description of the API without. What is found must not
//! depend on what they are called.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may stop at once")]

use event::{Batch, Event, FieldId, Timestamp, field as f};
use intake::directory::{Directory, Document, IMPORTERS, Origin, Request, join};
use intake::explain;
use intake::grants::{Seen, grants};
use intake::what_if::{Flip, Trial};

const KONG: &str = r#"
_format_version: "3.0"
services:
- name: shop
  url: http://shop
  plugins: [{name: ip-restriction, config: {allow: [10.0.0.0/8]}}]
  routes:
  - {name: orders, id: r-1, paths: [/orders], plugins: [{name: acl, config: {allow: [gold]}}]}
consumers:
- {username: rich, acls: [{group: gold}]}
- {username: poor, acls: [{group: silver}]}
"#;

const DOCS: &str = "
openapi: 3.1.0
info: {title: Shop, version: '2'}
paths:
  /orders/{orderId}:
    get: {operationId: orders, responses: {'200': {}}}
  /orders/{orderId}/lines:
    get: {operationId: listLines, responses: {'200': {}}}
";

/// A list of one's own with the same route and a rule of another kind.
const OWN: &str = "
routes: [{name: orders, tags: [sensitive], rules: {windows: [{from: '20:00', to: '22:00'}]}}]
";

fn origin(name: &str, importer: &str, file: &str) -> Origin {
    let importer = IMPORTERS.iter().find(|one| one.name == importer).unwrap();
    let read = (importer.read)(&Document::parse(file.to_owned()).unwrap()).unwrap();
    let request = Request { snapshot: read.snapshot, importer: importer.name, ..Request::default() };
    Origin { name: name.to_owned(), ..Origin::default() }.import(request, 100, 0).unwrap().0
}

/// The gateway and the description, the one or the other first in the alphabet.
fn both() -> [Directory; 2] {
    [("a", "z"), ("z", "a")]
        .map(|(kong, docs)| Directory::new([origin(kong, "deck", KONG), origin(docs, "openapi", DOCS)]))
}

/// A call that was refused for a policy at noon, unless the fields say otherwise.
fn call(fields: &[(FieldId, &str)]) -> Batch {
    let mut event = Event::new();
    event.time(f::TIME, Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
    event.flag(f::GRANTED, false);
    event.int(f::STATUS, 403);
    let usual =
        [(f::METHOD, "GET"), (f::IP, "10.1.1.1"), (f::CONSUMER_NAME, "poor"), (f::REASON, "policy_denied")];
    for (field, text) in usual.iter().chain(fields) {
        event.text(*field, (*text).to_owned());
    }
    let mut batch = Batch::new();
    batch.push(&event);
    batch.finish();
    batch
}

/// What a record may say of where the call went.
const WAYS: &[&[(FieldId, &str)]] = &[
    &[(f::PATH, "/orders/7")],
    &[(f::PATH, "/orders/john")],
    &[(f::PATH, "/orders/7"), (f::ROUTE, "/orders/{id}")],
    &[(f::PATH, "/orders/7"), (f::ROUTE, "/orders/{orderId}")],
    &[(f::PATH, "/orders/7"), (f::ROUTE, "orders")],
    &[(f::PATH, "/orders/7"), (f::ROUTE_ID, "r-1")],
    &[(f::PATH, "/orders/7/lines"), (f::ROUTE, "listLines")],
    &[(f::ROUTE, "orders")],
];

#[test]
fn a_description_does_not_hide_the_rule_of_the_gateway() {
    for directory in both() {
        for way in WAYS {
            let mut batch = call(way);
            let found = explain(&batch, &directory);
            let rule = found.rule.unwrap();
            assert_eq!((rule.object.kind, &*rule.object.name), ("route", "orders"), "{way:?}");
            assert_eq!(
                directory.origin(rule.object.origin.as_deref().unwrap()).unwrap().imports[0].importer,
                "deck"
            );
            assert_eq!(found.fixes[0].tool, "deck");
            join(&mut batch, &directory);
            assert_eq!(batch.row(0).text(f::REASON), Some("route_not_allowed"), "{way:?}");
            let evidence = "directory: route orders allows groups [gold], consumer has [silver]";
            assert_eq!(batch.row(0).text(f::EVIDENCE), Some(evidence), "{way:?}");
            assert_eq!(batch.row(0).text(f::SERVICE), Some("shop"), "{way:?}");
        }
        // What holds farther off is not hidden either.
        let far = [(f::PATH, "/orders/7"), (f::CONSUMER_NAME, "rich"), (f::IP, "192.0.2.1")];
        let rule = explain(&call(&far), &directory).rule.unwrap();
        assert_eq!((rule.object.kind, &*rule.object.name), ("service", "shop"));
    }
}

#[test]
fn the_description_still_says_what_only_it_knows() {
    for directory in both() {
        let filled = |way: &[(FieldId, &str)]| {
            let mut batch = call(way);
            join(&mut batch, &directory);
            let text = |field| batch.row(0).text(field).map(str::to_owned);
            [f::ROUTE, f::ROUTE_ID, f::API, f::API_VERSION].map(text)
        };
        let some = |texts: [&str; 4]| texts.map(|text| Some(text.to_owned()));
        // The template that tells the whole path names the route: the gateway's only tells how it begins.
        let whole = some(["/orders/{orderId}", "r-1", "Shop", "2"]);
        assert_eq!(filled(&[(f::PATH, "/orders/john")]), whole);
        assert_eq!(filled(&[(f::PATH, "/orders/7"), (f::ROUTE, "/orders/{id}")]), whole);
        assert_eq!(filled(&[(f::ROUTE, "orders")]), some(["orders", "r-1", "Shop", "2"]));
        // Only the gateway knows it.
        let own = [Some("/orders/*".to_owned()), Some("r-1".to_owned()), None, None];
        assert_eq!(filled(&[(f::PATH, "/orders/7/parts/8")]), own);
    }
}

#[test]
fn who_brought_in_the_rule_that_refused_is_told() {
    let before = origin("kong", "deck", KONG);
    let file = KONG.replace("allow: [gold]", "allow: [platinum]");
    let importer = IMPORTERS.iter().find(|one| one.name == "deck").unwrap();
    let read = (importer.read)(&Document::parse(file).unwrap()).unwrap();
    let at = Timestamp::parse("2026-11-20T09:00:00Z").unwrap().0;
    let by = "ann".to_owned();
    let request = Request { snapshot: read.snapshot, importer: "deck", by, ..Request::default() };
    let directory = Directory::new([before.import(request, at, 0).unwrap().0]);
    let changed = explain(&call(&[(f::ROUTE, "orders")]), &directory).changed.unwrap();
    assert_eq!((changed.version, changed.by.as_deref()), (2, Some("ann")));
    assert_eq!(changed.when, "2026-11-20T09:00:00.000000Z");
}

#[test]
fn rules_of_different_kinds_are_joined() {
    for (kong, own) in [("a", "z"), ("z", "a")] {
        let directory = Directory::new([origin(kong, "deck", KONG), origin(own, "gatelog", OWN)]);
        let rule = |fields: &[(FieldId, &str)]| explain(&call(fields), &directory).rule.unwrap();
        let found = rule(&[(f::ROUTE, "orders")]);
        assert_eq!(
            (found.text.as_str(), found.object.origin.as_deref()),
            ("route orders allows groups [gold], consumer has [silver]", Some(kong))
        );
        let late = [(f::ROUTE, "orders"), (f::CONSUMER_NAME, "rich"), (f::REASON, "time_restricted")];
        let found = rule(&late);
        assert_eq!(
            (found.text.as_str(), found.object.origin.as_deref()),
            ("route orders is open [20:00-22:00 UTC]", Some(own))
        );
    }
}

#[test]
fn gateways_with_routes_of_one_name_and_other_ids_are_not_mixed() {
    let other = KONG.replace("r-1", "r-2").replace("gold", "platinum");
    let directory = Directory::new([origin("eu", "deck", KONG), origin("us", "deck", &other)]);
    for (id, origin, group) in [("r-1", "eu", "gold"), ("r-2", "us", "platinum")] {
        let rule = explain(&call(&[(f::ROUTE, "orders"), (f::ROUTE_ID, id)]), &directory).rule.unwrap();
        assert_eq!(rule.object.origin.as_deref(), Some(origin));
        assert!(rule.text.contains(group), "{}", rule.text);
    }
}

#[test]
fn what_is_tried_out_is_tried_on_the_rule_that_counts() {
    let change = |text: &str| serde_json::from_str(text).unwrap();
    let list = "routes: [{name: orders, tags: [sensitive]}]";
    let mut directories = both().to_vec();
    directories.extend(
        ["a", "z"].map(|own| Directory::new([origin("kong", "deck", KONG), origin(own, "gatelog", list)])),
    );
    for directory in directories {
        let flip = |text: &str, fields: &[(FieldId, &str)]| {
            Trial::new(&directory, change(text)).unwrap().judge(&call(fields))[0]
        };
        let allow = r#"{"kind":"allow_group","group":"silver","route":"orders"}"#;
        assert_eq!(flip(allow, &[(f::ROUTE, "orders"), (f::REASON, "route_not_allowed")]), Flip::Allow);
        // Who was allowed stays so: the group joins the list there is.
        let passed = [(f::ROUTE, "orders"), (f::CONSUMER_NAME, "rich"), (f::REASON, "")];
        let mut granted = call(&passed);
        granted.set_column(f::GRANTED, event::column::Column::Int(vec![1]));
        assert_eq!(Trial::new(&directory, change(allow)).unwrap().judge(&granted)[0], Flip::Same);
        let deny = r#"{"kind":"deny_group","group":"gold","route":"orders"}"#;
        assert_eq!(Trial::new(&directory, change(deny)).unwrap().judge(&granted)[0], Flip::Deny);
    }
}

#[test]
fn grants_are_used_by_calls_that_a_description_names() {
    for directory in both() {
        for route in ["orders", "/orders/{orderId}", "/orders/{id}"] {
            let batch = call(&[(f::ROUTE, route), (f::CONSUMER_NAME, "rich"), (f::REASON, "")]);
            let found = grants(&directory, 1_000, &batch, &[Seen { calls: 3, last: 5 }]);
            let rows: Vec<_> =
                found.grants.iter().map(|one| (&*one.consumer, &*one.route, one.calls)).collect();
            assert_eq!(rows, [("rich", "orders", 3)], "{route}");
        }
    }
}
