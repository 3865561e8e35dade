//! What a caller sees whom filters narrow: to every question the same answer as in a world where the other rows never
//! were. The filters are those of the role and of the token; both hold at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use event::{Timestamp, field};
use keys::{CustomRole, Grant, Keyring, Permission, Role, RoleName, Scope};
use ledger::View;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use query::combinations;
use query::explore::Spec;
use query::limits::{self, Period};
use query::panels::{Chart, Given};
use query::rows::Order;
use query::usage::{DIMENSIONS, SORTS};
use query::{Budget, Compare, Filter, PANELS, Range, Step, Zone};
use serde_json::{Value, json};
use world::*;

const NOW: Timestamp = Timestamp(START + HOURS * HOUR);

/// Someone with one filter of a role of the installation's own, and another of their token.
fn narrowed(role: &Cond, token: &Cond) -> Scope {
    let mut ring = Keyring::new();
    let name = RoleName::parse("team").unwrap();
    let permissions = [Permission::EventsRead, Permission::PanelsRead].into();
    let custom =
        CustomRole { about: String::new(), permissions, rows: Some(role.text()), ..CustomRole::default() };
    ring.set_role(name.clone(), custom).unwrap();
    let token = ring.mint(Grant::api("ann", name).rows(token.text()), NOW, &[7; 40]).ok().unwrap().token;
    ring.authenticate(token.expose(), NOW).unwrap().scope(Permission::EventsRead).unwrap()
}

/// An answer without what tells how it was found: which source, and what only roll-ups know.
fn bare(answer: impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(answer).unwrap();
    for name in ["source", "scanned", "diagnosis", "next_cursor", "resolution", "note"] {
        value.as_object_mut().unwrap().remove(name);
    }
    for row in value.get_mut("rows").and_then(Value::as_array_mut).into_iter().flatten() {
        for name in ["first_seen", "last_seen", "first_rejected", "last_rejected", "detail"] {
            row.as_object_mut().unwrap().remove(name);
        }
    }
    settle(&mut value);
    value
}

/// Takes out what is about the store as a whole, and puts objects of lists into one order: which of two equal ones stands first is nobody's promise.
fn settle(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(settle);
            if items.iter().all(Value::is_object) {
                items.sort_by_cached_key(Value::to_string);
            }
        }
        Value::Object(members) => {
            // Of the days since anything was kept, which is no secret.
            members.remove("avg_calls_per_day");
            members.values_mut().for_each(settle);
        }
        _ => {}
    }
}

/// How far apart two durations of the same calls may lie: the width of a bucket of the roll-ups' sketches.
const WITHIN: f64 = 0.025;

/// Whether two answers are the same: counts and texts to the last sign, fractions within a bucket, as a roll-up may answer
/// one of them and rows the other.
fn same(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= a.abs().max(b.abs()) * WITHIN
        }
        _ => part == whole,
    }
}

/// Whether all of one list is in another.
fn within(part: &Value, whole: &Value) -> bool {
    let (part, whole) = (part.as_array().unwrap(), whole.as_array().unwrap());
    part.iter().all(|item| whole.contains(item))
}

/// Every question there is, in the order of `query`.
fn all(view: &View, scope: &Scope, range: Range, filter: &Filter) -> Vec<(String, Value)> {
    let (budget, zone, compare, now) = (&Budget::new(), Zone::default(), Compare::Previous, NOW);
    let filter = || filter.clone();
    let mut found: Vec<(String, Value)> = Vec::new();
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();

    let ask = query::rows::Ask {
        range,
        filter: filter(),
        limit: 1_000,
        cursor: None,
        order: Order::Ascending,
        now,
    };
    found.push(("events".into(), bare(query::events(view, scope, &ask, budget).unwrap())));
    let ask = query::summary::Ask { range, filter: filter(), zone: zone.clone(), compare, now };
    found.push(("summary".into(), bare(query::summary(view, scope, &ask, budget).unwrap())));
    let split = query::histogram::Split::None;
    let ask = query::histogram::Ask {
        range,
        filter: filter(),
        step: Step::Day,
        zone: zone.clone(),
        split,
        compare,
        now,
    };
    found.push(("histogram".into(), bare(query::histogram(view, scope, &ask, budget).unwrap())));
    let fields = names(&["consumer", "route", "status", "ip"]);
    let ask =
        query::facets::Ask { range, filter: filter(), fields: fields.clone(), top: 1_000, search: None };
    found.push(("facets".into(), bare(query::facets(view, scope, &ask, budget).unwrap())));
    let region = Range::new(range.from, Timestamp((range.from.0 + range.to.0) / 2));
    let ask = query::differences::Ask {
        range,
        filter: filter(),
        region,
        fields: names(&["consumer", "status"]),
        top: 100,
    };
    found.push(("differences".into(), bare(query::differences(view, scope, &ask, budget).unwrap())));
    // That one is of the days since anything was kept, which is no secret.
    for panel in PANELS.iter().filter(|panel| panel.id != "kpi_avg_calls_per_day") {
        let ask = query::panels::Ask {
            range,
            filter: filter(),
            step: Step::Day,
            zone: zone.clone(),
            compare,
            top: 1_000,
            now,
            given: Given::default(),
        };
        found.push((panel.id.into(), bare(query::panel(view, scope, panel.id, &ask, budget).unwrap())));
        if panel.id == PANELS[0].id {
            let spec = Spec::new("calls,unique:ip", "consumer,day", Chart::Table);
            found.push(("explore".into(), bare(query::explore(view, scope, &spec, &ask, budget).unwrap())));
        }
    }
    for dimension in DIMENSIONS {
        let ask = query::usage::Ask {
            range,
            filter: filter(),
            zone: zone.clone(),
            compare,
            sort: &SORTS[0],
            ascending: false,
            search: None,
            limit: 1_000,
            offset: 0,
            now,
        };
        let answer = bare(query::usage(view, scope, dimension, &ask, budget).unwrap());
        found.push((format!("usage {}", dimension.id), answer));
        let used = query::usage::used(view, scope, dimension, range, budget).unwrap();
        let mut names: Vec<_> = used.names.iter().map(|(name, how)| (name, how.is_recent)).collect();
        names.sort_unstable();
        found.push((format!("used {}", dimension.id), json!(names)));
    }
    found.extend(replays(view, scope, range, filter(), budget));
    found
}

/// What is tried on the calls that were, and what leaves as a file.
fn replays(
    view: &View,
    scope: &Scope,
    range: Range,
    filter: Filter,
    budget: &Budget,
) -> Vec<(String, Value)> {
    let fields = vec![field::CONSUMER_NAME, field::ROUTE];
    let ask = combinations::Ask { range, filter: filter.clone(), fields, classes: Vec::new(), marks: None };
    let counted = query::combinations(view, scope, &ask, budget).unwrap();
    let mut counts: Vec<u64> = counted.counts.iter().map(|count| count.calls).collect();
    counts.sort_unstable();
    let period = Period::parse("hour").unwrap();
    let ask = limits::Ask { range, filter: filter.clone(), limit: 1, period, reason: "rate_limited" };
    let tried = limits::limits(view, scope, &ask, budget, |_| {}).unwrap();
    let columns = vec!["seq".to_owned(), "path".to_owned()];
    let (format, order, times) = (query::export::Format::Ndjson, Order::Ascending, query::export::Times::Utc);
    let ask = query::export::Ask { range, filter: filter.clone(), format, order, columns, times };
    let rows = query::export(view, scope, &ask, Budget::new()).unwrap();
    let bytes: Vec<u8> = rows.flat_map(Result::unwrap).collect();
    let asked = query::usage::QuotaAsk { range, filter, zone: Zone::default(), now: NOW };
    let quotas = query::usage::quotas(view, scope, &[], &asked, budget).unwrap();
    vec![
        ("combinations".into(), json!([counts, counted.scanned])),
        ("limits".into(), json!([tried.scanned, tried.shares.len()])),
        ("export".into(), json!(String::from_utf8(bytes).unwrap())),
        ("quotas".into(), bare(quotas)),
    ]
}

proptest! {
    // Each case asks a hundred questions twice; the seed is fixed, as which of two sources answers may show in a detail.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), ..ProptestConfig::with_cases(12) })]

    #[test]
    fn a_narrowed_caller_sees_a_world_without_the_other_rows(
        evs in world::events(), sealed in 0_i64..=10, range in range(), role in condition(), token in condition(),
        asked in maybe_condition(),
    ) {
        let seen: Vec<Ev> = evs.iter().filter(|e| role.holds(e) && token.holds(e)).cloned().collect();
        let scope_of_all = scope();
        let part = all(&view(&evs, sealed), &narrowed(&role, &token), range, &asked.filter());
        let whole = all(&view(&seen, sealed), &scope_of_all, range, &asked.filter());
        for ((name, part), (_, whole)) in part.iter().zip(&whole) {
            let asked = format!("{name} {} and {}, asked {}", role.text(), token.text(), asked.text());
            // Cells know more of the texts beside a key than rows are asked for: there nothing foreign may be.
            let holds = if name.starts_with("used ") { within(part, whole) } else { same(part, whole) };
            prop_assert!(holds, "{}\n{}\n{}", asked, part, whole);
        }
        prop_assert_eq!(part.len(), whole.len());
        let says_something = |cond: &Cond| !matches!(cond, Cond::All(of) if of.is_empty());
        let by_hand = Cond::All([&role, &token, &asked].into_iter().filter(|c| says_something(c)).cloned().collect());
        let rows = |scope: &Scope, filter: &Filter| {
            all(&view(&evs, sealed), scope, range, filter).into_iter().take(2).collect::<Vec<_>>()
        };
        prop_assert_eq!(rows(&narrowed(&role, &token), &asked.filter()), rows(&scope_of_all, &by_hand.filter()));
        let matcher = query::tail::Matcher::new(&narrowed(&role, &token), &asked.filter()).unwrap();
        let wanted: Vec<u32> = (0..).zip(&evs).filter(|(_, e)| by_hand.holds(e)).map(|(at, _)| at).collect();
        prop_assert_eq!(matcher.rows(&batch(&evs)), wanted);
    }
}

#[test]
fn whoever_may_not_read_events_sees_networks_instead_of_addresses() {
    let mut ring = Keyring::new();
    let token = ring.mint(Grant::api("board", Role::Viewer), NOW, &[7; 40]).ok().unwrap().token;
    let viewer = ring.authenticate(token.expose(), NOW).unwrap().scope(Permission::PanelsRead).unwrap();
    let plain = proptest::strategy::ValueTree::current(
        &world::events().new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap(),
    );
    let evs: Vec<Ev> = (0..20)
        .map(|n| Ev {
            ip: ["10.1.2.3", "10.1.2.99", "2001:db8::1"][n % 3],
            seq: n as i64 + 1,
            ..plain[0].clone()
        })
        .collect();
    let view = view(&evs, 0);
    let range = Range::new(Timestamp(START), NOW);
    let ask = |filter: &str| query::panels::Ask {
        range,
        filter: Filter::parse(filter).unwrap(),
        step: Step::Day,
        zone: Zone::default(),
        compare: Compare::None,
        top: 1_000,
        now: NOW,
        given: Given::default(),
    };
    let spec = Spec::new("calls", "ip", Chart::Table);
    let shown = |filter: &str| query::explore(&view, &viewer, &spec, &ask(filter), &Budget::new());
    let list = serde_json::to_value(shown("").unwrap()).unwrap();
    let rows: Vec<(&str, &str, u64)> = list["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["key"].as_str().unwrap(), r["filter"].as_str().unwrap(), r["value"].as_u64().unwrap()))
        .collect();
    assert_eq!(rows, [("10.1.2.0/24", "ip:10.1.2.0/24", 14), ("2001:db8::/48", "ip:2001:db8::/48", 6)]);
    let part = serde_json::to_value(shown("ip:10.1.2.0/24").unwrap()).unwrap();
    assert_eq!(part["total"], 14, "the filter of a row keeps the row");
    for filter in [
        "ip:10.1.2.3",
        "ip:10.1.2.*",
        "-ip:10.1.2.3",
        "ip:10.1.2.0/25",
        "ip~\"99\"",
        "status:200 OR ip:10.1.2.3,10.0.0.0/8",
    ] {
        assert!(matches!(shown(filter), Err(query::Error::Withheld(_))), "{filter}");
    }
    for panel in PANELS {
        let answer = query::panel(&view, &viewer, panel.id, &ask(""), &Budget::new()).unwrap();
        let text = serde_json::to_string(&answer).unwrap();
        assert!(!text.contains("10.1.2.3") && !text.contains("10.1.2.99"), "{}: {text}", panel.id);
    }
}
