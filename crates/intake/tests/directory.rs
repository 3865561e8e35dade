//! The directory against a model that keeps every snapshot and looks through all of it for each event.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may stop at once")]

use std::collections::BTreeSet;

use event::{Batch, Event, Row, field};
use intake::directory::{
    AMBIGUOUS, Api, Consumer, Cover, Customer, Directory, Document, Environment, Group, Key, Origin, Plan,
    Request, Route, Rules, Service, Snapshot, Window, check, join,
};
use proptest::prelude::*;

/// Microseconds of the first moment.
const START: i64 = 1_795_298_319_000_000;

fn batch(events: &[&[(event::FieldId, &str)]], times: &[i64]) -> Batch {
    let mut batch = Batch::new();
    for (fields, time) in events.iter().zip(times) {
        let mut event = Event::new();
        event.int(field::TIME, *time);
        for (field, text) in *fields {
            event.text(*field, (*text).to_owned());
        }
        batch.push(&event);
    }
    batch.finish();
    batch
}

fn one<'b>(directory: &Directory, fields: &[(event::FieldId, &str)], batch: &'b mut Batch) -> Row<'b> {
    *batch = self::batch(&[fields], &[START]);
    join(batch, directory);
    batch.row(0)
}

fn of(origins: &[(&str, Snapshot)]) -> Directory {
    Directory::new(origins.iter().map(|(name, snapshot)| {
        let origin = Origin { name: (*name).to_owned(), ..Origin::default() };
        let mut snapshot = snapshot.clone();
        check(&mut snapshot).unwrap();
        origin.import(Request { snapshot, ..Request::default() }, START, 0).unwrap().0
    }))
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn consumer(name: &str, groups: &[&str]) -> Consumer {
    Consumer { name: text(name), groups: groups.iter().map(|g| text(g)).collect(), ..Consumer::default() }
}

#[test]
fn the_record_wins_and_the_directory_fills() {
    let snapshot = Snapshot {
        groups: vec![Group { id: Some(text("g-1")), name: text("gold"), ..Group::default() }],
        customers: vec![Customer { id: Some(text("c-1")), name: text("Acme"), ..Customer::default() }],
        plans: vec![Plan { id: Some(text("p-1")), name: text("big"), ..Plan::default() }],
        consumers: vec![Consumer {
            id: Some(text("7")),
            aliases: vec![text("sub-7")],
            customer: Some(text("c-1")),
            plan: Some(text("p-1")),
            ..consumer("app", &["g-1", "beta"])
        }],
        keys: vec![Key {
            id: text("k-1"),
            name: text("phone"),
            consumer: Some(text("app")),
            ..Key::default()
        }],
        ..Snapshot::default()
    };
    let directory = of(&[("hand", snapshot)]);
    let mut batch = Batch::new();
    for by in [
        (field::CONSUMER_ID, "7"),
        (field::CONSUMER_NAME, "app"),
        (field::API_KEY_ID, "k-1"),
        (field::CONSUMER_ID, "sub-7"),
        (field::AUTH_SUBJECT, "sub-7"),
    ] {
        let row = one(&directory, &[by], &mut batch);
        assert_eq!(row.text(field::CONSUMER_NAME), Some("app"), "{by:?}");
        assert_eq!(row.text(field::CONSUMER_GROUPS), Some(r#"["gold","beta"]"#));
        assert_eq!((row.text(field::CUSTOMER), row.text(field::USAGE_PLAN)), (Some("Acme"), Some("big")));
    }
    let row = one(&directory, &[(field::API_KEY_ID, "k-1")], &mut batch);
    assert_eq!((row.text(field::API_KEY_NAME), row.text(field::CONSUMER_ID)), (Some("phone"), Some("7")));
    let said = [
        (field::CONSUMER_NAME, "app"),
        (field::CONSUMER_GROUPS, "[\"other\"]"),
        (field::CUSTOMER, "Else"),
        (field::USAGE_PLAN, "own"),
    ];
    let row = one(&directory, &said, &mut batch);
    for (field, text) in said {
        assert_eq!(row.text(field), Some(text), "the record's own statement wins");
    }
    // The record names another consumer than the one the key belongs to.
    let row = one(&directory, &[(field::API_KEY_ID, "k-1"), (field::CONSUMER_NAME, "else")], &mut batch);
    assert_eq!((row.text(field::CONSUMER_NAME), row.text(field::CONSUMER_GROUPS)), (Some("else"), None));
}

#[test]
fn claimed_consumers_are_never_filled() {
    let keys = vec![Key { id: text("k-1"), consumer: Some(text("app")), ..Key::default() }];
    let directory = of(&[(
        "hand",
        Snapshot { consumers: vec![consumer("app", &["gold"])], keys, ..Snapshot::default() },
    )]);
    let mut batch = Batch::new();
    for fields in [
        &[(field::CLAIMED_CONSUMER, "app"), (field::API_KEY_ID, "k-1")][..],
        &[(field::REASON, "expired_credentials"), (field::API_KEY_ID, "k-1")][..],
    ] {
        let row = one(&directory, fields, &mut batch);
        assert_eq!((row.text(field::CONSUMER_NAME), row.text(field::CONSUMER_GROUPS)), (None, None));
    }
}

#[test]
fn plans_are_those_of_key_api_and_stage() {
    let plan = |name: &str, api: &str, stage: &str| Plan {
        name: text(name),
        covers: vec![Cover { api: text(api), stage: Some(text(stage)) }],
        ..Plan::default()
    };
    let plans = (0..60).map(|n| plan(&format!("plan-{n}"), &format!("api-{n}"), "prod"));
    let mut snapshot = Snapshot { plans: plans.collect(), ..Snapshot::default() };
    snapshot.plans.push(plan("free", "api-1", "test"));
    snapshot.apis = vec![Api { id: Some(text("api-2")), name: text("Pets"), ..Api::default() }];
    let all = snapshot.plans.iter().map(|plan| plan.name.clone()).collect();
    snapshot.keys = vec![
        Key { id: text("k"), plans: all, ..Key::default() },
        Key { id: text("two"), plans: vec![text("plan-1"), text("elsewhere")], ..Key::default() },
    ];
    let directory = of(&[("aws", snapshot)]);
    let mut batch = Batch::new();
    let mut plan = |key: &str, api: (event::FieldId, &str), stage: &str| {
        let fields = [(field::API_KEY_ID, key), api, (field::STAGE, stage)];
        one(&directory, &fields, &mut batch).text(field::USAGE_PLAN).map(str::to_owned)
    };
    assert_eq!(plan("k", (field::API_ID, "api-1"), "prod").as_deref(), Some("plan-1"));
    assert_eq!(plan("k", (field::API_ID, "api-1"), "test").as_deref(), Some("free"));
    assert_eq!(plan("k", (field::API_ID, "api-59"), "prod").as_deref(), Some("plan-59"));
    assert_eq!(plan("k", (field::API, "Pets"), "prod").as_deref(), Some("plan-2"));
    assert_eq!(plan("k", (field::API_ID, "api-1"), "dev"), None);
    assert_eq!(plan("k", (field::API_ID, "api-99"), "prod"), None);
    // A plan that is not listed may be for anything: which of the two it was is not guessed.
    assert_eq!(plan("two", (field::API_ID, "api-1"), "prod").as_deref(), Some(AMBIGUOUS));
}

#[test]
fn routes_are_found_by_id_name_and_path() {
    let route = |name: &str, method: &str, template: &str| Route {
        id: Some(format!("id-{name}")),
        name: text(name),
        service: Some(text("pet-svc")),
        methods: vec![text(method)],
        templates: vec![text(template)],
        ..Route::default()
    };
    let snapshot = Snapshot {
        apis: vec![Api {
            id: Some(text("a-1")),
            name: text("Pets"),
            version: Some(text("2")),
            ..Api::default()
        }],
        services: vec![Service { name: text("pet-svc"), api: Some(text("a-1")), ..Service::default() }],
        routes: vec![
            route("read", "GET", "/pets/{petId}"),
            route("drop", "DELETE", "/pets/{petId}"),
            route("mine", "GET", "/pets/mine"),
        ],
        environments: vec![Environment {
            name: text("prod"),
            domains: vec![text("api.example")],
            ..Environment::default()
        }],
        ..Snapshot::default()
    };
    let directory = of(&[("hand", snapshot)]);
    let mut batch = Batch::new();
    let row = one(&directory, &[(field::ROUTE_ID, "id-read"), (field::DOMAIN, "API.example")], &mut batch);
    assert_eq!((row.text(field::ROUTE), row.text(field::SERVICE)), (Some("read"), Some("pet-svc")));
    assert_eq!((row.text(field::API), row.text(field::API_ID)), (Some("Pets"), Some("a-1")));
    assert_eq!((row.text(field::API_VERSION), row.text(field::ENVIRONMENT)), (Some("2"), Some("prod")));
    let row = one(&directory, &[(field::ROUTE, "drop")], &mut batch);
    assert_eq!((row.text(field::ROUTE), row.text(field::ROUTE_ID)), (Some("drop"), Some("id-drop")));
    let mut by_path = |method: &str, path: &str, route: Option<&str>| {
        let mut fields = vec![(field::METHOD, method), (field::PATH, path)];
        fields.extend(route.map(|route| (field::ROUTE, route)));
        let row = one(&directory, &fields, &mut batch);
        (row.text(field::ROUTE).map(str::to_owned), row.text(field::ROUTE_ID).map(str::to_owned))
    };
    let found = |route: &str, id: &str| (Some(text(route)), Some(text(id)));
    assert_eq!(by_path("GET", "/pets/7", None), found("/pets/{petId}", "id-read"));
    // A route that was made of the path gives way to the one that is known; one that the record names does not.
    assert_eq!(by_path("DELETE", "/pets/7", Some("/pets/{id}")), found("/pets/{petId}", "id-drop"));
    assert_eq!(by_path("GET", "/pets/mine", Some("/pets/mine")), found("/pets/mine", "id-mine"));
    assert_eq!(by_path("GET", "/pets/7", Some("own")), (Some(text("own")), None));
    assert_eq!(by_path("POST", "/pets/7", None), (None, None));
}

#[test]
fn an_environment_that_is_only_a_name_is_that_of_its_whole_origin() {
    let rules = Rules { allow_ips: vec![text("10.0.0.0/8")], ..Rules::default() };
    let snapshot = Snapshot {
        environments: vec![Environment { name: text("default"), rules, ..Environment::default() }],
        routes: vec![Route { name: text("r"), ..Route::default() }],
        ..Snapshot::default()
    };
    let mut two = snapshot.clone();
    two.environments.push(Environment { name: text("other"), ..Environment::default() });
    let mut batch = Batch::new();
    let directory = of(&[("kong", snapshot)]);
    let row = one(&directory, &[(field::ROUTE, "r")], &mut batch);
    assert_eq!(row.text(field::ENVIRONMENT), Some("default"));
    assert_eq!(one(&directory, &[(field::ROUTE, "else")], &mut batch).text(field::ENVIRONMENT), None);
    assert_eq!(one(&of(&[("kong", two)]), &[(field::ROUTE, "r")], &mut batch).text(field::ENVIRONMENT), None);
}

#[test]
fn rules_say_why_the_gateway_refused() {
    let rules = Rules {
        allow_groups: vec![text("gold")],
        allow_ips: vec![text("10.0.0.0/8")],
        windows: vec![Window { from: text("08:00"), to: text("18:00"), ..Window::default() }],
        ..Rules::default()
    };
    let route = |name: &str, rules: Rules| Route { name: text(name), rules, ..Route::default() };
    let snapshot = Snapshot {
        consumers: vec![consumer("rich", &["gold"]), consumer("poor", &["silver"]), consumer("lone", &[])],
        routes: vec![
            route("orders", rules.clone()),
            route("open", Rules::default()),
            route("closed", Rules { deny_groups: vec![text("gold")], ..Rules::default() }),
        ],
        services: vec![Service { name: text("svc"), rules, ..Service::default() }],
        ..Snapshot::default()
    };
    let directory = of(&[("hand", snapshot)]);
    let judge =
        |name: &str, route: &str, ip: &str, time: &str, reason: &str, evidence: &str, granted: i64| {
            let mut batch = Batch::new();
            let mut event = Event::new();
            event.int(field::TIME, event::Timestamp::parse(time).unwrap().0);
            event.int(field::GRANTED, granted);
            for (field, text) in [
                (field::CONSUMER_NAME, name),
                (if route == "svc" { field::SERVICE } else { field::ROUTE }, route),
                (field::IP, ip),
                (field::REASON, reason),
                (field::EVIDENCE, evidence),
            ] {
                event.text(field, text.to_owned());
            }
            batch.push(&event);
            batch.finish();
            join(&mut batch, &directory);
            let row = batch.row(0);
            (
                row.text(field::REASON).unwrap_or("").to_owned(),
                row.text(field::EVIDENCE).unwrap_or("").to_owned(),
            )
        };
    let noon = "2026-11-20T12:00:00Z";
    let (reason, evidence) = judge("lone", "orders", "10.1.1.1", noon, "policy_denied", "status=403", 0);
    assert_eq!(reason, "no_acl_groups");
    assert_eq!(evidence, "directory: route orders allows groups [gold], consumer has none");
    let (reason, evidence) = judge("poor", "orders", "10.1.1.1", noon, "other", "", 0);
    assert_eq!(reason, "route_not_allowed");
    assert_eq!(evidence, "directory: route orders allows groups [gold], consumer has [silver]");
    let code = |name, route, ip, time, reason, evidence| judge(name, route, ip, time, reason, evidence, 0).0;
    assert_eq!(code("rich", "orders", "192.0.2.1", noon, "policy_denied", ""), "ip_restricted");
    assert_eq!(
        code("rich", "orders", "10.1.1.1", "2026-11-20T19:00:00Z", "policy_denied", ""),
        "time_restricted"
    );
    assert_eq!(code("rich", "orders", "10.1.1.1", noon, "policy_denied", ""), "policy_denied");
    assert_eq!(code("rich", "closed", "10.1.1.1", noon, "policy_denied", ""), "route_not_allowed");
    assert_eq!(code("lone", "svc", "10.1.1.1", noon, "policy_denied", ""), "no_acl_groups");
    assert_eq!(code("lone", "open", "10.1.1.1", noon, "policy_denied", ""), "policy_denied");
    assert_eq!(code("stranger", "orders", "10.1.1.1", noon, "policy_denied", ""), "policy_denied");
    assert_eq!(code("", "orders", "192.0.2.1", noon, "other", ""), "ip_restricted");
    // What the gateway said exactly stays; what was only inferred of Kong's 403 does not.
    assert_eq!(code("lone", "orders", "10.1.1.1", noon, "rate_limited", ""), "rate_limited");
    assert_eq!(
        code("lone", "orders", "10.1.1.1", noon, "route_not_allowed", "denial_reason=x"),
        "route_not_allowed"
    );
    let inferred = "source=kong, consumer identified, status=403";
    assert_eq!(code("lone", "orders", "10.1.1.1", noon, "route_not_allowed", inferred), "no_acl_groups");
    // A backend's own refusal was granted by the gateway.
    assert_eq!(judge("lone", "orders", "10.1.1.1", noon, "", "", 1), (String::new(), String::new()));
}

#[test]
fn a_hundred_thousand_consumers_are_told_apart() {
    let mut snapshot = Snapshot::default();
    for n in 0..100_000 {
        let groups = [format!("group-{}", n % 50)];
        snapshot.consumers.push(Consumer {
            id: Some(format!("id-{n}")),
            groups: groups.into(),
            ..consumer(&format!("app-{n}"), &[])
        });
    }
    let directory = of(&[("many", snapshot)]);
    let names: Vec<String> = (0..10_000).map(|n| format!("app-{}", n * 37 % 110_000)).collect();
    let fields: Vec<[(event::FieldId, &str); 1]> =
        names.iter().map(|name| [(field::CONSUMER_NAME, name.as_str())]).collect();
    let events: Vec<&[(event::FieldId, &str)]> = fields.iter().map(|fields| fields.as_slice()).collect();
    let mut batch = batch(&events, &vec![START; events.len()]);
    join(&mut batch, &directory);
    for (row, name) in batch.rows().zip(&names) {
        let number: usize = name["app-".len()..].parse().unwrap();
        let known = number < 100_000;
        assert_eq!(row.text(field::CONSUMER_ID).map(str::to_owned), known.then(|| format!("id-{number}")));
        let groups = known.then(|| format!("[\"group-{}\"]", number % 50));
        assert_eq!(row.text(field::CONSUMER_GROUPS).map(str::to_owned), groups);
    }
}

#[test]
fn origins_speak_of_their_sources_and_complete_each_other() {
    let of_kong = |id: &str, source: &str| Snapshot {
        sources: vec![text(source)],
        consumers: vec![Consumer { id: Some(text(id)), ..consumer("admin", &[id]) }],
        ..Snapshot::default()
    };
    let books = Snapshot {
        consumers: vec![Consumer { customer: Some(text("Acme")), ..consumer("admin", &["vip"]) }],
        ..Snapshot::default()
    };
    let mut batch = Batch::new();
    let apart =
        of(&[("eu", of_kong("1", "edge-eu")), ("us", of_kong("2", "edge-us")), ("books", books.clone())]);
    for (source, id) in [("edge-eu", "1"), ("edge-us", "2")] {
        let row = one(&apart, &[(field::SOURCE, source), (field::CONSUMER_ID, id)], &mut batch);
        assert_eq!(row.text(field::CUSTOMER), Some("Acme"));
        let groups: BTreeSet<String> =
            serde_json::from_str(row.text(field::CONSUMER_GROUPS).unwrap()).unwrap();
        assert_eq!(groups, BTreeSet::from([text("vip"), text(id)]));
    }
    // Two gateways that speak of all sources contradict each other: which consumer it was is not guessed.
    let anywhere = |id: &str| Snapshot { sources: vec![], ..of_kong(id, "") };
    let mixed = of(&[("eu", anywhere("1")), ("us", anywhere("2"))]);
    assert_eq!(
        one(&mixed, &[(field::CONSUMER_NAME, "admin")], &mut batch).text(field::CONSUMER_GROUPS),
        None
    );
    let row = one(&mixed, &[(field::CONSUMER_NAME, "admin"), (field::CONSUMER_ID, "2")], &mut batch);
    assert_eq!(row.text(field::CONSUMER_GROUPS), Some("[\"2\"]"));
}

/// One import of the model: what one of two origins says from a moment on.
#[derive(Clone, Debug)]
struct Said {
    origin: usize,
    after: i64,
    consumers: Vec<(u8, Vec<u8>, Option<u8>)>,
}

fn said() -> impl Strategy<Value = Said> {
    let consumer = (0..6_u8, prop::collection::vec(0..4_u8, 0..3), prop::option::of(0..3_u8));
    (0..2_usize, 1..20_i64, prop::collection::vec(consumer, 0..5)).prop_map(
        |(origin, after, mut consumers)| {
            consumers.sort();
            consumers.dedup_by_key(|(name, ..)| *name);
            Said { origin, after, consumers }
        },
    )
}

fn snapshot(said: &Said) -> Snapshot {
    let consumers = said.consumers.iter().map(|(name, groups, customer)| Consumer {
        name: format!("c{name}"),
        groups: groups.iter().map(|group| format!("g{group}")).collect(),
        customer: customer.map(|customer| format!("k{customer}")),
        ..Consumer::default()
    });
    Snapshot { consumers: consumers.collect(), ..Snapshot::default() }
}

/// What the model knows of a consumer at a moment: it looks through all imports.
fn modelled(history: &[(i64, Said)], name: u8, time: i64) -> (BTreeSet<String>, Option<String>) {
    let (mut groups, mut customer) = (BTreeSet::new(), None);
    for origin in 0..2 {
        let of_origin: Vec<_> = history.iter().filter(|(_, said)| said.origin == origin).collect();
        let in_force = of_origin.iter().rev().find(|(since, _)| *since <= time).or(of_origin.first());
        let Some((_, said)) = in_force else { continue };
        let Some((_, of, by)) = said.consumers.iter().find(|(known, ..)| *known == name) else { continue };
        groups.extend(of.iter().map(|group| format!("g{group}")));
        customer = customer.or(by.map(|customer| format!("k{customer}")));
    }
    (groups, customer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn events_get_what_was_so_at_their_time(
        imports in prop::collection::vec(said(), 1..12),
        events in prop::collection::vec((0..7_u8, -5..250_i64), 1..40),
    ) {
        let mut origins = [0, 1].map(|n| Origin { name: format!("o{n}"), ..Origin::default() });
        let (mut now, mut history) = (START, Vec::new());
        for said in imports {
            now += said.after;
            let request = Request { snapshot: snapshot(&said), ..Request::default() };
            let before = origins[said.origin].clone();
            let (after, diff) = before.import(request, now, i64::MIN).unwrap();
            prop_assert_eq!(diff.is_empty(), before.lists.at(i64::MAX) == after.lists.at(i64::MAX));
            // What was so before stays so.
            for time in (START..now).step_by(3).filter(|_| !before.imports.is_empty()) {
                prop_assert_eq!(before.lists.at(time), after.lists.at(time));
            }
            let file = serde_json::to_string(&after).unwrap();
            origins[said.origin] = serde_json::from_str(&file).unwrap();
            prop_assert_eq!(&origins[said.origin], &after);
            history.push((now, said));
        }
        let known = origins.into_iter().filter(|origin| !origin.imports.is_empty());
        let directory = Directory::new(known);
        let names: Vec<String> = events.iter().map(|(name, _)| format!("c{name}")).collect();
        let fields: Vec<[(event::FieldId, &str); 1]> =
            names.iter().map(|name| [(field::CONSUMER_NAME, name.as_str())]).collect();
        let rows: Vec<&[(event::FieldId, &str)]> = fields.iter().map(|fields| fields.as_slice()).collect();
        let times: Vec<i64> = events.iter().map(|(_, time)| START + time).collect();
        let mut batch = batch(&rows, &times);
        join(&mut batch, &directory);
        for (row, (name, time)) in batch.rows().zip(&events) {
            let (groups, customer) = modelled(&history, *name, START + time);
            let found: BTreeSet<String> =
                row.text(field::CONSUMER_GROUPS).map(|list| serde_json::from_str(list).unwrap()).unwrap_or_default();
            prop_assert_eq!((found, row.text(field::CUSTOMER).map(str::to_owned)), (groups, customer));
        }
    }

    #[test]
    fn no_document_stops_the_program(text in "[\\[\\]{}:,\\-*&|>!#\"' \n\tA-Za-z0-9]{0,200}") {
        if let Ok(document) = Document::parse(text) {
            for importer in intake::directory::IMPORTERS {
                let _ = (importer.recognises)(&document);
                let _ = (importer.read)(&document);
            }
        }
    }
}
