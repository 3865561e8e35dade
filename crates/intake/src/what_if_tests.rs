use event::Event;

use super::*;
use crate::directory::{Document, Origin, Request, by_name};

const TEAM: &str = "
consumers:
  - {name: app, id: c-1, groups: [silver]}
  - {name: vip, groups: [gold]}
  - {name: both, groups: [gold, silver]}
  - {name: lone}
services: [{name: shop, rules: {allow_ips: [10.0.0.0/8]}}]
routes:
  - {name: orders, service: shop, templates: ['/orders/{orderId}'], rules: {allow_groups: [gold]}}
  - {name: admin, rules: {deny_groups: [silver]}}
  - {name: open, service: shop}
";

fn directory() -> Directory {
    let read = (by_name("gatelog").unwrap().read)(&Document::parse(TEAM.to_owned()).unwrap()).unwrap();
    let origin = Origin { name: "team".into(), ..Origin::default() };
    let request = Request { snapshot: read.snapshot, ..Request::default() };
    Directory::new([origin.import(request, 100, 0).unwrap().0])
}

fn change(text: &str) -> Change {
    serde_json::from_str(text).unwrap()
}

/// A call: consumer, route, address, reason of the refusal, and its time on 2026-11-20, a Friday.
type Call<'c> = (&'c str, &'c str, &'c str, &'c str, &'c str);

fn flips(text: &str, calls: &[Call<'_>]) -> Vec<Flip> {
    let mut batch = Batch::new();
    for (consumer, route, ip, reason, time) in calls {
        let mut event = Event::new();
        event.time(f::TIME, Timestamp::parse(&format!("2026-11-20T{time}:00Z")).unwrap());
        event.text(f::CONSUMER_NAME, *consumer);
        let groups = match *consumer {
            "app" => r#"["silver"]"#,
            "vip" => r#"["gold"]"#,
            "both" => r#"["gold","silver"]"#,
            _ => "",
        };
        event.text(f::CONSUMER_GROUPS, groups);
        event.text(f::ROUTE, *route);
        event.text(f::IP, *ip);
        event.flag(f::GRANTED, reason.is_empty());
        event.text(f::REASON, *reason);
        batch.push(&event);
    }
    batch.finish();
    Trial::new(&directory(), change(text)).unwrap().judge(&batch)
}

use Flip::{Allow, Deny, Same, Unknown};

const IN: &str = "10.1.1.1";
const OUT: &str = "203.0.113.9";
const NO: &str = "route_not_allowed";

#[test]
fn a_group_that_is_allowed_lets_in_whom_only_that_kept_out() {
    let calls = [
        ("app", "orders", IN, NO, "10:00"),
        // The address would refuse it too.
        ("app", "orders", OUT, NO, "10:00"),
        // It was refused for something else.
        ("app", "orders", IN, "rate_limited", "10:00"),
        ("lone", "orders", IN, "no_acl_groups", "10:00"),
        ("vip", "orders", IN, "", "10:00"),
        ("app", "admin", IN, NO, "10:00"),
    ];
    let found = flips(r#"{"kind":"allow_group","group":"silver","route":"orders"}"#, &calls);
    assert_eq!(found, [Allow, Same, Same, Same, Same, Same]);
    // Where only a list denies, it leaves the list; no other list begins.
    let calls = [("app", "admin", IN, NO, "10:00"), ("lone", "admin", IN, "", "10:00")];
    assert_eq!(flips(r#"{"kind":"allow_group","group":"silver","route":"admin"}"#, &calls), [Allow, Same]);
    // Where there is no rule, a list of who may shuts all others out.
    let calls = [
        ("app", "open", IN, "", "10:00"),
        ("vip", "open", IN, "", "10:00"),
        ("lone", "open", IN, "", "10:00"),
        ("stranger", "open", IN, "", "10:00"),
    ];
    let found = flips(r#"{"kind":"allow_group","group":"gold","route":"open"}"#, &calls);
    assert_eq!(found, [Deny, Same, Deny, Unknown]);
}

#[test]
fn groups_are_denied_given_and_taken() {
    let calls = [
        ("vip", "orders", IN, "", "10:00"),
        ("both", "orders", IN, "", "10:00"),
        ("both", "admin", IN, NO, "10:00"),
        ("app", "orders", IN, NO, "10:00"),
    ];
    let found = flips(r#"{"kind":"deny_group","group":"silver","route":"orders"}"#, &calls);
    assert_eq!(found, [Same, Deny, Same, Same]);
    let found = flips(r#"{"kind":"remove_group","group":"gold","consumer":"vip"}"#, &calls);
    assert_eq!(found, [Deny, Same, Same, Same]);
    let found = flips(r#"{"kind":"remove_group","group":"silver","consumer":"both"}"#, &calls);
    assert_eq!(found, [Same, Same, Allow, Same]);
    let found = flips(r#"{"kind":"add_group","group":"gold","consumer":"app"}"#, &calls);
    assert_eq!(found, [Same, Same, Same, Allow]);
}

#[test]
fn addresses_and_times_are_judged_with_what_held_farther_off() {
    let calls = [
        ("vip", "open", OUT, "ip_restricted", "10:00"),
        ("vip", "open", IN, "", "10:00"),
        ("vip", "orders", OUT, "ip_restricted", "10:00"),
        // Groups would refuse it still.
        ("app", "orders", OUT, "ip_restricted", "10:00"),
    ];
    let found = flips(r#"{"kind":"allow_address","addresses":["203.0.113.0/24"],"route":"open"}"#, &calls);
    assert_eq!(found, [Allow, Same, Same, Same], "the service's list is widened for that route only");
    let found = flips(r#"{"kind":"allow_address","addresses":["203.0.113.0/24"],"service":"shop"}"#, &calls);
    assert_eq!(found, [Allow, Same, Allow, Same]);
    let found = flips(r#"{"kind":"deny_address","addresses":["10.1.1.1"],"route":"open"}"#, &calls);
    assert_eq!(found, [Same, Deny, Same, Same]);

    let calls = [
        ("vip", "open", IN, "", "07:30"),
        ("vip", "open", IN, "", "06:59"),
        ("vip", "orders", IN, "", "06:59"),
        ("vip", "open", IN, "time_restricted", "08:00"),
        ("vip", "open", IN, "time_restricted", "20:00"),
    ];
    let window = r#"{"kind":"time_window","route":"open","windows":[{"days":["fri"],"from":"08:00","to":"18:00","zone":"Europe/Berlin"}]}"#;
    assert_eq!(flips(window, &calls), [Same, Deny, Same, Allow, Same]);
}

#[test]
fn routes_are_found_by_their_templates_and_what_nobody_knows_is_not_guessed() {
    let calls = [("app", "/orders/{id}", IN, NO, "10:00"), ("app", "/orders/{orderId}", IN, NO, "10:00")];
    let found = flips(r#"{"kind":"allow_group","group":"silver","route":"orders"}"#, &calls);
    assert_eq!(found, [Allow, Allow]);
    let calls = [("app", "reports", IN, NO, "10:00"), ("vip", "reports", IN, "", "10:00")];
    let trial =
        Trial::new(&directory(), change(r#"{"kind":"allow_group","group":"silver","route":"reports"}"#));
    assert!(!trial.unwrap().is_known);
    let found = flips(r#"{"kind":"allow_group","group":"silver","route":"reports"}"#, &calls);
    assert_eq!(found, [Allow, Same]);
    let found = flips(r#"{"kind":"deny_group","group":"gold","route":"reports"}"#, &calls);
    assert_eq!(found, [Same, Deny]);
}

#[test]
fn what_is_missing_from_a_change_is_said() {
    let fault = |text: &str| Trial::new(&directory(), change(text)).err().unwrap().to_string();
    assert!(fault(r#"{"kind":"allow_group","route":"orders"}"#).starts_with("group"));
    assert!(fault(r#"{"kind":"allow_group","group":"g"}"#).starts_with("route"));
    assert!(fault(r#"{"kind":"allow_group","group":"g","route":"a","api":"b"}"#).starts_with("route"));
    assert!(fault(r#"{"kind":"remove_group","group":"g"}"#).starts_with("consumer"));
    assert!(fault(r#"{"kind":"deny_address","route":"a","addresses":["ten"]}"#).contains("ten"));
    assert!(fault(r#"{"kind":"time_window","route":"a","windows":[{"from":"8"}]}"#).starts_with("windows"));
    assert!(fault(r#"{"kind":"quota","limit":0,"period":"day"}"#).starts_with("limit"));
    assert!(fault(r#"{"kind":"rate_limit","limit":5}"#).starts_with("period"));
    assert!(serde_json::from_str::<Change>(r#"{"kind":"allow_group","gruop":"x"}"#).is_err());
}

#[test]
fn classes_tell_apart_what_the_verdict_depends_on() {
    let trial = Trial::new(
        &directory(),
        change(r#"{"kind":"deny_address","addresses":["10.1.0.0/16"],"route":"orders"}"#),
    )
    .unwrap();
    assert_eq!(trial.class("10.2.0.1"), trial.class("10.3.0.1"));
    assert_ne!(trial.class("10.1.0.1"), trial.class("10.3.0.1"));
    assert_ne!(trial.class("203.0.113.1"), trial.class("10.3.0.1"));
    assert_eq!(trial.looks_at(), (true, false));
    let same = |a: &str, b: &str| trial.narrow(f::ROUTE, a) == trial.narrow(f::ROUTE, b);
    assert!(same("admin", "open") && !same("orders", "open"));
    assert!(!same("/orders/{id}", "open") && !same("orders", "unheard-of"));
}
