//! Rows: each is found once, in order, whatever the filter, the page size and where the rows lie.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use event::Timestamp;
use keys::{Grant, Role, Scope};
use proptest::prelude::*;
use query::rows::{Ask, Order};
use query::{Budget, Filter, Range, event, events};
use world::*;

fn ask(range: Range, filter: Filter) -> Ask {
    Ask {
        range,
        filter,
        limit: 100,
        cursor: None,
        order: Order::Descending,
        now: Timestamp(START + HOURS * HOUR),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn paging_visits_each_row_once_and_in_order(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
        limit in 1_usize..40, ascending in any::<bool>(),
    ) {
        let (view, scope, budget) = (view(&evs, sealed), scope(), Budget::new());
        let order = if ascending { Order::Ascending } else { Order::Descending };
        let mut asked = Ask { limit, order, ..ask(range, cond.filter()) };
        let mut found = Vec::new();
        loop {
            let page = events(&view, &scope, &asked, &budget).unwrap();
            prop_assert!(!page.standing.partial);
            prop_assert!(page.events.len() <= limit);
            found.extend(page.batch.rows().map(|r| (r.int(event::field::TIME).unwrap(), r.int(event::field::SEQ).unwrap())));
            match page.next_cursor {
                Some(cursor) => asked.cursor = Some(cursor),
                None => break,
            }
        }
        let mut wanted: Vec<(i64, i64)> = chosen(&evs, range, &cond).iter().map(|e| (e.time, e.seq)).collect();
        wanted.sort_unstable();
        if !ascending {
            wanted.reverse();
        }
        prop_assert_eq!(found, wanted, "{}", cond.text());
    }

    /// Each page ends after so many looks at the clock: no row is lost or doubled, none is held back that nothing can
    /// come before, and every page comes further.
    #[test]
    fn turns_visit_each_row_once_and_in_order(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
        limit in 1_usize..40, ascending in any::<bool>(), looks in prop::collection::vec(0_usize..12, 1..9),
    ) {
        let (view, scope) = (view(&evs, sealed), scope());
        let order = if ascending { Order::Ascending } else { Order::Descending };
        let place = |(time, seq): (i64, i64)| if ascending { (time, seq) } else { (-time, -seq) };
        let mut wanted: Vec<(i64, i64)> = chosen(&evs, range, &cond).iter().map(|e| (e.time, e.seq)).collect();
        wanted.sort_unstable_by_key(|at| place(*at));
        let mut asked = Ask { limit, order, ..ask(range, cond.filter()) };
        let mut found: Vec<(i64, i64)> = Vec::new();
        let mut before = None;
        for turn in 0.. {
            prop_assert!(turn <= 2 * evs.len() + 2, "no end");
            let left = AtomicUsize::new(looks[turn % looks.len()]);
            let is_over = move || left.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_err();
            let page = events(&view, &scope, &asked, &Budget::new().turn(is_over)).unwrap();
            prop_assert!(!page.standing.partial && page.diagnosis.is_empty() && page.events.len() <= limit);
            found.extend(page.batch.rows().map(|r| (r.int(event::field::TIME).unwrap(), r.int(event::field::SEQ).unwrap())));
            let until = Timestamp::parse(&page.scanned.until).unwrap().0;
            let sure = wanted.iter().filter(|at| place(**at).0 < place((until, 0)).0).count();
            prop_assert!(found.len() >= sure && range.from.0 <= until && until <= range.to.0);
            prop_assert!(before.is_none_or(|before| before <= place((until, 0))));
            before = Some(place((until, 0)));
            match page.next_cursor {
                Some(cursor) => {
                    prop_assert!(asked.cursor.as_ref() != Some(&cursor), "no way was made");
                    asked.cursor = Some(cursor);
                }
                None => break,
            }
        }
        prop_assert_eq!(found, wanted, "{}", cond.text());
    }

    #[test]
    fn the_tail_agrees_with_the_filter(evs in world::events(), cond in condition()) {
        let matcher = query::tail::Matcher::new(&scope(), &cond.filter()).unwrap();
        let wanted: Vec<u32> = evs.iter().enumerate().filter(|(_, e)| cond.holds(e)).map(|(at, _)| at as u32).collect();
        prop_assert_eq!(matcher.rows(&batch(&evs)), wanted, "{}", cond.text());
    }

    #[test]
    fn a_limited_account_sees_only_its_rows(evs in world::events(), cond in maybe_condition(), bound in condition()) {
        let scope = scope_of(Grant::api("part", Role::Analyst).rows(bound.text()));
        let view = view(&evs, 6);
        let asked = Ask { limit: 1_000, ..ask(Range::all(), cond.filter()) };
        let page = events(&view, &scope, &asked, &Budget::new()).unwrap();
        let both = Cond::All(vec![bound, cond]);
        prop_assert_eq!(page.events.len(), chosen(&evs, Range::all(), &both).len());
        for e in &evs {
            let seen = event(&view, &scope, &e.seq.to_string(), &Budget::new()).is_ok();
            let Cond::All(parts) = &both else { unreachable!() };
            prop_assert_eq!(seen, parts[0].holds(e));
        }
    }
}

fn some() -> Vec<Ev> {
    let plain = Ev {
        seq: 0,
        time: 0,
        status: Some(200),
        granted: Some(true),
        reason: None,
        name: Some("alice"),
        id: Some("id-1"),
        groups: vec!["gold"],
        route: Some("/a"),
        api: Some("pets"),
        gateway: "kong",
        method: "GET",
        path: "/api/a".to_owned(),
        ip: "10.1.2.3",
        duration: Some(2_500),
        outcome: None,
    };
    (1..=20).map(|n| Ev { seq: n, time: START + n * HOUR, ..plain.clone() }).collect()
}

#[test]
fn one_event_with_everything_known() {
    let view = view(&some(), 6);
    let (json, _) = event(&view, &scope(), "7", &Budget::new()).unwrap();
    let json: serde_json::Value = serde_json::from_str(json.get()).unwrap();
    assert_eq!(json["id"], "7");
    assert_eq!(json["response"]["duration_ms"], 2.5);
    assert_eq!(json["access"]["granted"], true);
    for missing in ["99", "x", ""] {
        assert!(
            matches!(event(&view, &scope(), missing, &Budget::new()), Err(query::Error::NotFound { .. })),
            "{missing}"
        );
    }
}

fn findings(range: Range, filter: &str) -> Vec<String> {
    let view = view(&some(), 6);
    let page = events(&view, &scope(), &ask(range, Filter::parse(filter).unwrap()), &Budget::new()).unwrap();
    page.diagnosis
        .iter()
        .map(|d| {
            format!(
                "{}: {} [{}]",
                d.kind,
                d.text,
                d.action.as_ref().and_then(|a| a.filter.clone().or(a.from.clone())).unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn an_empty_answer_says_why() {
    let all = Range::new(Timestamp(START), Timestamp(START + HOURS * HOUR));
    assert_eq!(
        findings(all, "consumer:alise status:200"),
        [
            "filter: without consumer:alise: 20 events [status:200]",
            "spelling: no event has consumer alise; there is alice [consumer:alice status:200]",
        ]
    );
    let late = Range::new(Timestamp(START + 50 * HOUR), Timestamp(START + 51 * HOUR));
    assert_eq!(
        findings(late, "status:200"),
        [
            "window: there is no event in this window; the last one is at 2026-10-24T20:00:00.000000Z [2026-10-24T19:00:01.000000Z]",
        ]
    );
    assert!(findings(all, "status:200").is_empty());
    assert_eq!(
        findings(all, "status:404 gateway:nginx"),
        ["filter: without any filter: 20 events []"],
        "no single part is to blame"
    );
}

#[test]
fn a_diagnosis_counts_and_says_what_an_account_may_not_see() {
    let view = view(&some(), 6);
    let range = Range::new(Timestamp(START), Timestamp(START + HOURS * HOUR));
    let filter = Filter::parse("status:404").unwrap();
    let ask = query::diagnosis::Ask { range, filter, now: Timestamp(START + HOURS * HOUR + HOUR / 6) };
    let kinds = |scope: &Scope| {
        let found = query::diagnose(&view, scope, &ask, &Budget::new()).unwrap();
        found.diagnosis.iter().map(|d| (d.kind, d.count)).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&scope()), [("filter", Some(20))]);
    let limited = scope_of(Grant::api("part", Role::Analyst).rows("gateway:nginx"));
    assert_eq!(kinds(&limited), [("window", None), ("permission", None)]);
}

#[test]
fn a_spent_budget_marks_the_answer_partial() {
    let (view, scope, budget) = (view(&some(), 6), scope(), Budget::new());
    budget.cancel();
    let page = events(&view, &scope, &ask(Range::all(), Filter::all()), &budget).unwrap();
    assert!(page.standing.partial && page.standing.partial_reason.is_some() && page.diagnosis.is_empty());
}

#[test]
fn limits_and_cursors_are_checked() {
    let (view, scope, budget) = (view(&some(), 6), scope(), Budget::new());
    for limit in [0, 1_001] {
        assert!(events(&view, &scope, &Ask { limit, ..ask(Range::all(), Filter::all()) }, &budget).is_err());
    }
    let asked = Ask { cursor: Some("nonsense".to_owned()), ..ask(Range::all(), Filter::all()) };
    assert!(events(&view, &scope, &asked, &budget).is_err());
}
