//! The lists of who and what used the APIs, against a plain count over the same events: for any list, filter, range and
//! period beside, whether cells or rows answer, and whatever page is asked for.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use std::collections::BTreeMap;

use event::Timestamp;
use proptest::prelude::*;
use query::usage::{Answer, Ask, Dimension, Row, SORTS, Sort, by_id};
use query::{Budget, Compare, DIMENSIONS, Filter, Range, Zone, usage};
use world::*;

const NOW: Timestamp = Timestamp(START + HOURS * HOUR);

fn ask(range: Range) -> Ask {
    Ask {
        range,
        filter: Filter::all(),
        zone: Zone::default(),
        compare: Compare::Previous,
        sort: &SORTS[0],
        ascending: false,
        search: None,
        limit: 1_000,
        offset: 0,
        now: NOW,
    }
}

fn answer(evs: &[Ev], sealed: i64, dimension: &'static Dimension, ask: &Ask) -> Answer {
    usage(&view(evs, sealed), &scope(), dimension, ask, &Budget::new()).unwrap()
}

/// What an event counts under, with the text beside.
fn keys(dimension: &str, e: &Ev) -> Vec<&'static str> {
    match dimension {
        "groups" => e.groups.clone(),
        "consumers" => e.consumer().into_iter().collect(),
        "plans" => e.plan().into_iter().collect(),
        "customers" => e.customer().into_iter().collect(),
        "keys" => e.key().0.or(e.key().1).into_iter().collect(),
        "apis" => e.api.into_iter().collect(),
        "routes" => e.route.into_iter().collect(),
        "domains" => e.domain().into_iter().collect(),
        "agents" => e.agent().0.into_iter().collect(),
        "countries" => e.country().into_iter().collect(),
        "auth" => e.auth().into_iter().collect(),
        other => panic!("{other}"),
    }
}

/// Calls, calls before, 4xx, 5xx, denied, and when it was seen first and last, to the hour.
type Plain = (u64, u64, u64, u64, u64, i64, i64);

fn plain(dimension: &str, now: &[&Ev], before: &[&Ev], all: &[Ev]) -> BTreeMap<&'static str, Plain> {
    let mut rows: BTreeMap<&str, Plain> = BTreeMap::new();
    for e in now {
        for key in keys(dimension, e) {
            let row = rows.entry(key).or_default();
            row.0 += 1;
            row.2 += u64::from(e.class() == "4xx");
            row.3 += u64::from(e.class() == "5xx");
            row.4 += u64::from(e.granted == Some(false));
        }
    }
    before.iter().flat_map(|e| keys(dimension, e)).for_each(|key| rows.entry(key).or_default().1 += 1);
    for (key, row) in &mut rows {
        let times = all.iter().filter(|e| keys(dimension, e).contains(key)).map(|e| e.time / HOUR * HOUR);
        (row.5, row.6) = (times.clone().min().unwrap(), times.max().unwrap());
    }
    rows
}

fn seen(row: &Row) -> Plain {
    let time = |text: &Option<String>| Timestamp::parse(text.as_deref().unwrap()).unwrap().0;
    let counts = (row.calls, row.previous.unwrap_or(0), row.client_errors, row.errors, row.denied);
    (counts.0, counts.1, counts.2, counts.3, counts.4, time(&row.first_seen), time(&row.last_seen))
}

fn compare() -> impl Strategy<Value = Compare> {
    prop_oneof![Just(Compare::None), Just(Compare::Previous), range().prop_map(Compare::With)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn lists_equal_a_plain_count(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), compare in compare(),
        which in 0..DIMENSIONS.len(),
    ) {
        let dimension = &DIMENSIONS[which];
        let asked = Ask { filter: cond.filter(), compare, ..ask(range) };
        let found = answer(&evs, sealed, dimension, &asked);
        let now = chosen(&evs, range, &cond);
        let beside = compare.period(range, NOW);
        let before = beside.map(|period| chosen(&evs, period, &cond)).unwrap_or_default();
        let want = plain(dimension.id, &now, &before, &evs);
        let got: BTreeMap<&str, Plain> = found.rows.iter().map(|row| (row.key.as_str(), seen(row))).collect();
        prop_assert_eq!(got, want);
        prop_assert_eq!(found.total, now.len() as u64);
        let missing = now.iter().filter(|e| keys(dimension.id, e).is_empty()).count();
        prop_assert_eq!(found.missing, missing as u64);
        for row in &found.rows {
            prop_assert_eq!(row.spark.iter().sum::<u64>(), row.calls);
            prop_assert_eq!(row.spark.len(), found.spark_buckets.len());
            let state = match (row.calls, row.previous) {
                (_, None) => None,
                (_, Some(0)) => Some("new"),
                (0, _) => Some("gone"),
                _ => Some("same"),
            };
            prop_assert_eq!(row.state, state);
            // The filter of a row keeps exactly its calls.
            let kept = Ask { filter: asked.filter.and(&Filter::parse(&row.filter).unwrap()), ..asked.clone() };
            prop_assert!(answer(&evs, sealed, dimension, &kept).total >= row.calls);
        }
    }

    #[test]
    fn pages_are_parts_of_the_whole_list(
        evs in world::events(), which in 0..DIMENSIONS.len(), sort in 0..SORTS.len(), ascending in any::<bool>(),
        limit in 1_usize..4, search in prop::option::of(prop::sample::select(&["a", "O", "1", "/"][..])),
    ) {
        let range = Range::new(Timestamp(START), NOW);
        let search = search.map(str::to_owned);
        let asked = Ask { sort: &SORTS[sort], ascending, search: search.clone(), ..ask(range) };
        let whole = answer(&evs, 5, &DIMENSIONS[which], &asked);
        let mut pages = Vec::new();
        for offset in (0..=whole.rows.len()).step_by(limit) {
            let page = answer(&evs, 5, &DIMENSIONS[which], &Ask { limit, offset, ..asked.clone() });
            prop_assert_eq!(page.rows_total, whole.rows.len() as u64);
            pages.extend(page.rows);
        }
        prop_assert_eq!(&pages, &whole.rows);
        let all = answer(&evs, 5, &DIMENSIONS[which], &Ask { search: None, ..asked });
        let holds = |row: &&Row| search.as_ref().is_none_or(|text| {
            [Some(&row.key), Some(&row.label), row.detail.as_ref()].into_iter().flatten()
                .any(|held| held.to_lowercase().contains(&text.to_lowercase()))
        });
        let want: Vec<&str> = all.rows.iter().filter(holds).map(|row| row.key.as_str()).collect();
        prop_assert_eq!(whole.rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), want);
    }
}

fn at(hours: i64, name: &'static str, status: i64) -> Ev {
    Ev {
        seq: hours + 1,
        time: START + hours * HOUR,
        status: Some(status),
        granted: Some(status != 403),
        reason: None,
        name: Some(name),
        id: None,
        groups: vec!["gold", "beta"],
        route: Some("/a"),
        api: Some("pets"),
        gateway: "kong",
        method: "GET",
        path: "/api/a".to_owned(),
        ip: "10.1.2.3",
        duration: Some(hours * 1_000),
        outcome: None,
    }
}

#[test]
fn what_is_new_and_what_is_gone_stand_beside_what_stayed() {
    // Two periods of a day: bob only calls in the first, alice in both, Carol D in the second.
    let evs = vec![
        at(1, "alice", 200),
        at(2, "bob", 500),
        at(25, "alice", 403),
        at(26, "alice", 404),
        at(27, "Carol D", 200),
    ];
    let range = Range::new(Timestamp(START + 24 * HOUR), Timestamp(START + 48 * HOUR));
    let found = answer(
        &evs,
        0,
        by_id("consumers").unwrap(),
        &Ask { sort: Sort::by_name("change").unwrap(), ..ask(range) },
    );
    let rows: Vec<_> = found
        .rows
        .iter()
        .map(|r| (r.key.as_str(), r.calls, r.previous, r.change, r.state.unwrap()))
        .collect();
    assert_eq!(
        rows,
        [
            ("Carol D", 1, Some(0), None, "new"),
            ("alice", 2, Some(1), Some(1.0), "same"),
            ("bob", 0, Some(1), Some(-1.0), "gone"),
        ]
    );
    assert_eq!((found.rows[1].denied, found.rows[1].client_errors, found.rows[1].share), (1, 2, 2.0 / 3.0));
    // Half of the range is over: the same half of the day before stands beside it, where bob had not called yet.
    let half = Ask { now: Timestamp(START + 25 * HOUR + HOUR / 2), ..ask(range) };
    let found = answer(&evs, 0, by_id("consumers").unwrap(), &half);
    assert_eq!(found.previous_period.unwrap().to, Timestamp(START + 3 * HOUR / 2).to_string());
    assert!(found.rows.iter().all(|row| row.key != "bob"));
    assert_eq!(found.rows[0].spark.len(), 2, "buckets that have not begun are not there");
    // Each call counts in both groups of its consumer, and the answer says so.
    let groups = answer(&evs, 0, by_id("groups").unwrap(), &ask(range));
    assert_eq!(groups.rows.iter().map(|row| row.share).sum::<f64>(), 2.0);
    assert!(groups.note.unwrap().contains("exceed 100 %"));
    assert!(by_id("consumer").unwrap_err().to_string().contains("consumers"));
}
