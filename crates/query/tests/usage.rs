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
use query::panels::{self, Body, Number};
use query::usage::{Answer, Ask, Dimension, Every, Plan, QuotaAsk, Row, SORTS, Sort, by_id, quotas};
use query::{Budget, Compare, DIMENSIONS, Filter, Range, Step, Zone, panel, usage};
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

fn panel_of(evs: &[Ev], sealed: i64, id: &str, range: Range, filter: Filter, zone: &str) -> panels::Answer {
    let zone = Zone::parse(zone).unwrap();
    let ask = panels::Ask {
        range,
        filter,
        step: Step::Day,
        zone,
        compare: Compare::None,
        top: 1_000,
        now: NOW,
        given: Default::default(),
    };
    panel(&view(evs, sealed), &scope(), id, &ask, &Budget::new()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows are looked at for none of these: the range is whole days, and each filter speaks of one dimension.
    #[test]
    fn a_filter_on_one_dimension_is_answered_from_roll_ups(evs in world::events(), cond in single()) {
        let range = Range::new(Timestamp(START), Timestamp(START + 96 * HOUR));
        let want = chosen(&evs, range, &cond).len() as u64;
        for id in ["kpi_total_calls", "kpi_denied_requests", "status_breakdown", "denied_by_reason", "peak_hours"] {
            let answer = panel_of(&evs, 10, id, range, cond.filter(), "UTC");
            let source = serde_json::to_value(answer.source).unwrap();
            prop_assert_eq!(source, "rollup", "{} {}", id, cond.text());
            if let Body::Stat { value: Some(Number::Count(n)), .. } = answer.body {
                prop_assert!(id != "kpi_total_calls" || n == want, "{} {} {}", cond.text(), n, want);
            }
        }
    }

    /// Two filters at once are right too, wherever the numbers come from: a third, which all calls meet, but which no
    /// roll-up knows, leads to rows.
    #[test]
    fn cells_and_rows_give_the_same(
        evs in world::events(), sealed in 0_i64..=10, range in range(), one in single(), two in single(),
        which in 0..DIMENSIONS.len(),
    ) {
        let both = Cond::All(vec![one.clone(), two]);
        for cond in [one, both] {
            let cells = answer(&evs, sealed, &DIMENSIONS[which], &Ask { filter: cond.filter(), ..ask(range) });
            let every = cond.filter().and(&Filter::parse("path:\"/\"*").unwrap());
            let rows = answer(&evs, sealed, &DIMENSIONS[which], &Ask { filter: every, ..ask(range) });
            prop_assert_eq!(serde_json::to_value(rows.source).unwrap(), "rows");
            let told = |answer: Answer| {
                let rows: Vec<Row> = answer.rows.into_iter().map(|row| Row { bytes: None, detail: None, ..row }).collect();
                (rows, answer.total, answer.missing)
            };
            let (cells, rows) = (told(cells), told(rows));
            prop_assert_eq!(cells, rows, "{}", cond.text());
        }
    }

    #[test]
    fn peak_hours_follow_the_clocks_of_the_zone(evs in world::events(), sealed in 0_i64..=10, range in range()) {
        // The clocks of Berlin go back at one o'clock UTC on the second day, those of New York not in these days.
        for (zone, before, after) in [("Europe/Berlin", 2, 1), ("America/New_York", -4, -4), ("UTC", 0, 0)] {
            let answer = panel_of(&evs, sealed, "peak_hours", range, Filter::all(), zone);
            let Body::Heat { series, buckets, .. } = answer.body else { panic!("no heat map") };
            prop_assert_eq!((buckets.len(), series.len()), (24, 7));
            let mut want = vec![vec![0_u64; 24]; 7];
            for e in chosen(&evs, range, &Cond::All(Vec::new())) {
                let local = e.time / HOUR + if e.time < START + 25 * HOUR { before } else { after };
                want[((local / 24 + 3) % 7) as usize][(local % 24) as usize] += 1;
            }
            let got: Vec<Vec<u64>> = series.iter().map(|line| line.calls.clone()).collect();
            prop_assert_eq!(&got, &want, "{}", zone);
            let shares: f64 = series.iter().flat_map(|line| &line.values).flatten().sum();
            prop_assert!(got.iter().flatten().all(|n| *n == 0) || (shares - 1.0).abs() < 1e-9);
        }
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

fn plan(name: &str, limit: u64, period: Every, is_of_keys: bool) -> Plan {
    Plan { name: name.to_owned(), texts: Vec::new(), limit, period, is_of_keys }
}

#[test]
fn a_quota_is_counted_in_its_period_by_the_clocks_of_the_zone() {
    // "/api/aa" is of the plan gold, "/api/aaa" of the plan free.
    let call = |hours: i64, name, path: &str| Ev { path: path.to_owned(), ..at(hours, name, 200) };
    let refused = |hours: i64| Ev {
        reason: Some("quota_exceeded"),
        granted: Some(false),
        status: Some(429),
        ..call(hours, "alice", "/api/aa")
    };
    let mut evs: Vec<Ev> = (24..30).map(|hours| call(hours, "alice", "/api/aa")).collect();
    evs.extend([
        refused(30),
        refused(33),
        call(31, "bob", "/api/aaa"),
        call(32, "alice", "/api/aaa"),
        call(21, "bob", "/api/aa"),
    ]);
    for (seq, ev) in evs.iter_mut().enumerate() {
        ev.seq = seq as i64;
    }
    let plans = [plan("gold", 10, Every::Day, false), plan("free", 4, Every::Month, false)];
    let range = Range::new(Timestamp(START + 24 * HOUR), Timestamp(START + 48 * HOUR));
    let now = Timestamp(START + 34 * HOUR + HOUR / 2);
    for sealed in [0, 10] {
        let answered = |zone: &str, plans: &[Plan]| {
            let ask = QuotaAsk { range, filter: Filter::all(), zone: Zone::parse(zone).unwrap(), now };
            quotas(&view(&evs, sealed), &scope(), plans, &ask, &Budget::new()).unwrap()
        };
        // The day has 25 hours in Berlin and began at 22 o'clock UTC, after bob's call: half of it is over.
        let rows = answered("Europe/Berlin", &plans).rows;
        let shown: Vec<_> = rows
            .iter()
            .map(|r| (r.label.as_str(), r.plan.as_deref().unwrap(), r.calls, r.rejected, r.share.unwrap()))
            .collect();
        assert_eq!(
            shown,
            [("alice", "gold", 6, 2, 0.6), ("alice", "free", 1, 0, 0.25), ("bob", "free", 1, 0, 0.25)]
        );
        let first = &rows[0];
        let hour = |hours: i64| Timestamp(START + hours * HOUR).to_string();
        assert_eq!((&first.period_start, &first.period_end), (&hour(22), &hour(47)));
        assert_eq!(
            (first.first_rejected.clone(), first.last_rejected.clone()),
            (Some(hour(30)), Some(hour(33)))
        );
        let forecast = first.forecast.as_ref().unwrap();
        assert_eq!(forecast.expected_calls, 12);
        let reached = Timestamp(START + 22 * HOUR + 25 * HOUR * 10 / 12).to_string();
        assert_eq!(forecast.exhausted_at.as_ref(), Some(&reached));
        assert_eq!(first.filter, "consumer:alice plan:gold");
        // In New York the day began at four o'clock UTC: only two of the calls are of it.
        let rows = answered("America/New_York", &plans).rows;
        let gold = rows.iter().find(|row| row.plan.as_deref() == Some("gold")).unwrap();
        assert_eq!((gold.label.as_str(), gold.calls, gold.rejected), ("alice", 2, 2));
        assert_eq!(gold.period_start, hour(28));
        // Without a catalogue: who was refused, and how to do better.
        let without = answered("UTC", &[]);
        assert_eq!(without.rows.len(), 1);
        let row = &without.rows[0];
        assert_eq!(
            (row.label.as_str(), row.limit, row.share, row.rejected, row.calls),
            ("alice", None, None, 2, 7)
        );
        assert!(without.note.unwrap().contains("docs/directory.md"));
    }
}

#[test]
fn a_quota_of_keys_is_counted_for_each_key() {
    // Keys follow from the length of the path: 8 is k-1, 9 is k-2; plans too: 7 is gold.
    let path = |len: usize| format!("/{}", "a".repeat(len - 1));
    let evs: Vec<Ev> = [8, 17, 16, 16, 4, 10]
        .iter()
        .enumerate()
        .map(|(n, len)| Ev { path: path(*len), ..at(n as i64, "bob", 200) })
        .collect();
    let (gold, keys) = (evs.iter().filter(|e| e.plan() == Some("gold")), |e: &&Ev| e.key().0.or(e.key().1));
    let mut want: BTreeMap<&str, u64> = BTreeMap::new();
    gold.filter_map(|e| keys(&e)).for_each(|key| *want.entry(key).or_default() += 1);
    assert!(want.len() > 1);
    let range = Range::new(Timestamp(START), Timestamp(START + 24 * HOUR));
    let ask = QuotaAsk { range, filter: Filter::all(), zone: Zone::default(), now: NOW };
    let found =
        quotas(&view(&evs, 5), &scope(), &[plan("gold", 1, Every::Day, true)], &ask, &Budget::new()).unwrap();
    let got: BTreeMap<&str, u64> =
        found.rows.iter().map(|row| (row.key.as_deref().unwrap(), row.calls)).collect();
    assert_eq!(got, want);
    assert!(found.rows.iter().all(|row| row.forecast.is_none()), "the period is over");
}
