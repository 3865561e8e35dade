//! Any question against a plain count over the same events, whether cells or rows answer.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use event::Timestamp;
use jiff::tz::TimeZone;
use ledger::View;
use proptest::prelude::*;
use query::explore::Spec;
use query::panels::{Answer, Ask, Body, Chart, Given, Number, Row, panel};
use query::{Budget, Compare, Error, Filter, Range, Step, Zone, explore};
use world::*;

const NOW: Timestamp = Timestamp(START + HOURS * HOUR);
const ZONES: &[&str] = &["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"];
const SPLITS: &[&str] = &[
    "status",
    "status_class",
    "reason",
    "granted",
    "consumer",
    "consumer_id",
    "group",
    "route",
    "api",
    "method",
    "gateway",
    "country",
    "agent",
    "ip",
    "path",
    "day",
    "hour",
    "weekday",
    "hour_of_day",
    "off_hours",
    "month",
    "error_kind",
];
const MEASURES: &[&str] = &[
    "calls",
    "errors",
    "client_errors",
    "denied",
    "error_rate",
    "denial_rate",
    "p95",
    "avg",
    "max",
    "unique:consumer",
    "unique:ip",
];

const STEPS: &[Step] = &[Step::Day, Step::Even(HOUR), Step::Even(6 * HOUR)];

fn ask(range: Range, filter: Filter, zone: &str) -> Ask {
    Ask {
        range,
        filter,
        step: Step::Day,
        zone: Zone::parse(zone).unwrap(),
        compare: Compare::Previous,
        top: 1_000,
        now: NOW,
        given: Given::default(),
    }
}

/// The values an event has for a split: several for groups.
fn values(e: &Ev, split: &str, zone: &str) -> Vec<String> {
    let one = |text: Option<&str>| vec![text.unwrap_or("").to_owned()];
    let local = || {
        let time = jiff::Timestamp::from_microsecond(e.time).unwrap();
        time.to_zoned(TimeZone::get(zone).unwrap())
    };
    let weekday = || local().strftime("%A").to_string();
    match split {
        "status" => vec![e.status.map_or(String::new(), |s| s.to_string())],
        "status_class" => vec![e.class()],
        "reason" => one(e.denial()),
        "granted" => vec![(e.granted != Some(false)).to_string()],
        "consumer" => one(e.consumer()),
        "consumer_id" => one(e.id),
        "group" if e.groups.is_empty() => one(None),
        "group" => e.groups.iter().map(|g| (*g).to_owned()).collect(),
        "route" => one(e.route),
        "api" => one(e.api),
        "method" => one(Some(e.method)),
        "gateway" => one(Some(e.gateway)),
        "country" => one(e.country()),
        "agent" => one(e.agent().0),
        "ip" => one(Some(e.ip)),
        "path" => one(Some(&e.path)),
        "day" => vec![local().date().to_string()],
        "month" => vec![local().strftime("%Y-%m").to_string()],
        "weekday" => vec![weekday()],
        "hour_of_day" => vec![local().strftime("%H").to_string()],
        "hour" => {
            let half = if zone == "Asia/Kolkata" { HOUR / 2 } else { 0 };
            vec![Timestamp((e.time + half).div_euclid(HOUR) * HOUR - half).to_string()]
        }
        "off_hours" => {
            let works = (7..19).contains(&local().hour()) && !weekday().starts_with('S');
            vec![(!works).to_string()]
        }
        "error_kind" => vec![error_kind(e).to_owned()],
        other => panic!("{other}"),
    }
}

fn error_kind(e: &Ev) -> &'static str {
    match (e.denial(), e.status) {
        (Some("quota_exceeded"), _) => "quota",
        (Some("no_acl_groups"), _) => "forbidden",
        (_, Some(404)) => "not_found",
        (Some(_), _) => "refused",
        (_, Some(400..=499)) => "client",
        (_, Some(500..=599)) => "server",
        _ => "none",
    }
}

/// The number of a measure over some events, as text; percentiles with their true value beside.
fn measured(evs: &[&Ev], measure: &str) -> Option<f64> {
    let count = |holds: &dyn Fn(&Ev) -> bool| evs.iter().filter(|e| holds(e)).count() as f64;
    let share = |n: f64| (!evs.is_empty()).then(|| n / evs.len() as f64);
    let denied = |e: &Ev| e.granted == Some(false);
    let mut times: Vec<i64> = evs.iter().filter_map(|e| e.duration).collect();
    times.sort_unstable();
    match measure {
        "calls" => Some(evs.len() as f64),
        "errors" => Some(count(&|e| e.class() == "5xx")),
        "client_errors" => Some(count(&|e| e.class() == "4xx")),
        "denied" => Some(count(&denied)),
        "error_rate" => share(count(&|e| e.class() == "5xx")),
        "denial_rate" => share(count(&denied)),
        "avg" => {
            let sum: i64 = times.iter().sum();
            (!times.is_empty()).then(|| (sum as f64 / times.len() as f64).round() / 1_000.0)
        }
        "max" => times.last().map(|n| *n as f64 / 1_000.0),
        "p95" => {
            let rank = (0.95 * times.len() as f64).ceil().max(1.0) as usize;
            times.get(rank - 1).map(|n| *n as f64 / 1_000.0)
        }
        "unique:consumer" => {
            Some(evs.iter().filter_map(|e| e.consumer()).collect::<BTreeSet<_>>().len() as f64)
        }
        "unique:ip" => Some(evs.iter().map(|e| e.ip).collect::<BTreeSet<_>>().len() as f64),
        other => panic!("{other}"),
    }
}

fn same(measure: &str, got: Option<f64>, wanted: Option<f64>) -> bool {
    match (got, wanted) {
        (Some(got), Some(wanted)) if measure == "p95" => (got - wanted).abs() <= wanted * 0.1 + 0.003,
        (got, wanted) => got == wanted,
    }
}

fn rows(answer: &Answer) -> &[Row] {
    match &answer.body {
        Body::List { rows, .. } => rows,
        other => panic!("{other:?}"),
    }
}

fn real(n: Number) -> f64 {
    match n {
        Number::Count(n) => n as f64,
        Number::Real(n) => n,
    }
}

fn cell(row: &Row, name: &str) -> String {
    row.cells[name].as_str().unwrap_or("").to_owned()
}

/// Events by their values of some splits; one with several groups is in several.
fn by<'a>(evs: &[&'a Ev], splits: &[&str], zone: &str) -> BTreeMap<Vec<String>, Vec<&'a Ev>> {
    let mut groups: BTreeMap<Vec<String>, Vec<&Ev>> = BTreeMap::new();
    for e in evs {
        let mut keys: Vec<Vec<String>> = vec![Vec::new()];
        for split in splits {
            let values = values(e, split, zone);
            keys = keys
                .iter()
                .flat_map(|key| {
                    values.iter().map(move |value| [key.as_slice(), std::slice::from_ref(value)].concat())
                })
                .collect();
        }
        for key in keys {
            groups.entry(key).or_default().push(e);
        }
    }
    groups
}

/// Whether a short list is the beginning of the whole one, and what it leaves out adds up.
fn first_of_all(short: &Body, whole: &Body, top: usize) -> Result<(), TestCaseError> {
    let (Body::List { rows, total, other, missing, .. }, Body::List { rows: all, .. }) = (short, whole)
    else {
        return Ok(());
    };
    let Body::List { total: total_of_all, other: other_of_all, missing: missing_of_all, .. } = whole else {
        return Ok(());
    };
    let (shown, left) = all.split_at(top.min(all.len()));
    prop_assert_eq!(format!("{rows:?}"), format!("{shown:?}"));
    prop_assert_eq!((total, missing), (total_of_all, missing_of_all));
    let left: f64 = left.iter().map(|row| row.share * *total as f64).sum();
    prop_assert_eq!(*other, other_of_all + left.round() as u64);
    Ok(())
}

/// Splits, each once.
fn splits() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(SPLITS, 1..=3).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn lists_equal_a_plain_count_and_cells_agree_with_rows(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
        zone in prop::sample::select(ZONES), splits in splits(),
        measures in prop::sample::subsequence(MEASURES, 1..=3).prop_shuffle(), seen in any::<bool>(),
    ) {
        let (view, scope) = (view(&evs, sealed), scope());
        let (measure, split) = (measures.join(","), splits.join(","));
        let spec = Spec { seen, ..Spec::new(&measure, &split, Chart::Table) };
        let asked = ask(range, cond.filter(), zone);
        let by_rows = Ask { filter: asked.filter.and(&Filter::parse("-query~\"no such text\"").unwrap()), ..asked.clone() };
        let now = chosen(&evs, range, &cond);
        let length = range.to.0 - range.from.0;
        let elapsed = range.to.0.min(NOW.0) - range.from.0;
        let before = Range::new(Timestamp(range.from.0 - length), Timestamp(range.from.0 - length + elapsed));
        let before = by(&chosen(&evs, before, &cond), &splits, zone);
        for asked in [&asked, &by_rows] {
            let answer = explore(&view, &scope, &spec, asked, &Budget::new()).unwrap();
            let mut groups = by(&now, &splits, zone);
            for row in rows(&answer) {
                let key: Vec<String> = splits.iter().map(|name| cell(row, name)).collect();
                let here = groups.remove(&key).unwrap_or_default();
                for measure in &measures {
                    let got = row.cells[*measure].as_f64();
                    let wanted = measured(&here, measure);
                    prop_assert!(same(measure, got, wanted), "{key:?} {measure} {got:?} {wanted:?}");
                }
                prop_assert!(same(measures[0], Some(real(row.value)), measured(&here, measures[0])));
                let earlier = before.get(&key).cloned().unwrap_or_default();
                prop_assert!(same(measures[0], row.previous.map(real), measured(&earlier, measures[0])));
                if seen && !here.is_empty() {
                    let exact = [here.iter().map(|e| e.time).min().unwrap(), here.iter().map(|e| e.time).max().unwrap()];
                    for (name, exact) in ["first_seen", "last_seen"].iter().zip(exact) {
                        let got = Timestamp::parse(&cell(row, name)).unwrap().0;
                        prop_assert!((exact - HOUR..=exact).contains(&got), "{name} {got} {exact}");
                        prop_assert!(asked.filter == cond.filter() || got == exact);
                    }
                }
            }
            // What is not listed has nothing of the first measure.
            for (key, here) in &groups {
                let nothing = measured(here, measures[0]).is_none_or(|n| n == 0.0);
                prop_assert!(nothing, "{key:?} is missing");
            }
        }
    }

    /// What is kept of a question is what would be counted anew: for other ranges, and when files have come.
    #[test]
    fn asked_again_the_answer_is_that_of_a_fresh_start(
        evs in world::events(), sealed in 3_i64..=10, ranges in prop::collection::vec(range(), 2), cond in maybe_condition(),
        zone in prop::sample::select(ZONES), splits in splits(), over_time in any::<bool>(),
        measures in prop::sample::subsequence(MEASURES, 1..=3).prop_shuffle(), seen in any::<bool>(), top in 1_usize..6,
        step in prop::sample::select(STEPS),
    ) {
        let (measure, split) = (measures.join(","), splits.join(","));
        let spec = match over_time {
            true => Spec::new(measures[0], splits[0], Chart::Line),
            false => Spec { seen, ..Spec::new(&measure, &split, Chart::Table) },
        };
        let answered = |view: &View, range: Range| {
            let asked = Ask { step, ..ask(range, cond.filter(), zone) };
            explore(view, &scope(), &spec, &asked, &Budget::new()).map(|answer| format!("{:?}", answer.body)).map_err(|e| e.to_string())
        };
        let whole = Range::new(Timestamp(START), Timestamp(START + HOURS * HOUR));
        let held = views(&evs, sealed);
        // Days that are over are kept as one when they are asked for the second time, which the third one reads.
        let asked = [(0, whole), (0, ranges[0]), (1, whole), (1, ranges[1]), (1, whole), (1, ranges[0]), (0, whole), (1, whole), (0, whole)];
        for (grown, range) in asked {
            prop_assert_eq!(answered(&held[grown], range), answered(&views(&evs, sealed)[grown], range));
            let listed = |top: usize| {
                let asked = Ask { top, ..ask(range, cond.filter(), zone) };
                explore(&held[grown], &scope(), &spec, &asked, &Budget::new()).unwrap().body
            };
            first_of_all(&listed(top), &listed(1_000), top)?;
        }
    }

    /// Of what is listed from a least number on only, nothing else has to be there, and what is left out does not count.
    #[test]
    fn repeated_failures_are_those_of_a_plain_count(
        mut evs in world::events(), sealed in 3_i64..=10, range in range(), top in 1_usize..4,
    ) {
        for e in &mut evs {
            e.reason = e.reason.map(|reason| if reason == "quota_exceeded" { reason } else { "invalid_credentials" });
        }
        let view = view(&evs, sealed);
        let whole = Range::new(Timestamp(START), Timestamp(START + HOURS * HOUR));
        for range in [whole, whole, range, whole] {
            let refused = |e: &&Ev| (range.from.0..range.to.0).contains(&e.time) && e.denial() == Some("invalid_credentials");
            let now: Vec<&Ev> = evs.iter().filter(refused).collect();
            let mut wanted: Vec<(usize, usize, String)> = by(&now, &["ip"], "UTC").into_iter().filter_map(|(key, evs)| {
                let denied = evs.iter().filter(|e| e.granted == Some(false)).count();
                let routes: BTreeSet<_> = evs.iter().filter_map(|e| e.route).collect();
                (denied >= 5).then(|| (denied, routes.len(), key[0].clone()))
            }).collect();
            wanted.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(&b.2)));
            let asked = Ask { top, ..ask(range, Filter::all(), "UTC") };
            let answer = panel(&view, &scope(), "repeated_auth_failures", &asked, &Budget::new()).unwrap();
            let got: Vec<(usize, usize, String)> = rows(&answer).iter().map(|row| {
                (real(row.value) as usize, row.cells["unique:route"].as_u64().unwrap() as usize, cell(row, "ip"))
            }).collect();
            let Body::List { total, other, .. } = answer.body else { panic!("no list") };
            let all: usize = wanted.iter().map(|(denied, ..)| denied).sum();
            wanted.truncate(top);
            let listed: usize = wanted.iter().map(|(denied, ..)| denied).sum();
            prop_assert_eq!((total as usize, other as usize), (all, all - listed));
            prop_assert_eq!(got, wanted);
        }
    }

    /// The filter of a row keeps as many calls as the row counts, where the language can say it.
    #[test]
    fn each_row_has_a_filter_that_works(
        evs in world::events(), sealed in 0_i64..=10, range in range(), zone in prop::sample::select(ZONES),
        splits in splits(), measure in prop::sample::select(&["calls", "errors", "client_errors", "denied"][..]),
    ) {
        let (view, scope) = (view(&evs, sealed), scope());
        let unsaid = ["weekday", "hour_of_day", "off_hours", "consumer"];
        prop_assume!(!splits.iter().any(|split| unsaid.contains(split)));
        let split = splits.join(",");
        let asked = ask(range, Filter::all(), zone);
        let spec = Spec::new(measure, &split, Chart::Toplist);
        let answer = explore(&view, &scope, &spec, &asked, &Budget::new()).unwrap();
        for row in rows(&answer).iter().take(20) {
            let filter = Filter::parse(&row.filter).unwrap_or_else(|fault| panic!("{}: {fault}", row.filter));
            let total = explore(&view, &scope, &Spec::new("calls", "", Chart::Stat), &Ask { filter, ..asked.clone() }, &Budget::new());
            let Body::Stat { value, .. } = total.unwrap().body else { panic!("no number") };
            prop_assert_eq!(value, Some(row.value), "{}", row.filter);
        }
    }

    #[test]
    fn lines_equal_a_plain_count(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
        zone in prop::sample::select(ZONES), split in prop::sample::select(&["", "status", "consumer", "method", "group"][..]),
        measure in prop::sample::select(&["calls", "errors", "error_rate", "avg", "unique:ip"][..]),
        top in prop::sample::select(&[1_usize, 2, 50][..]), step in prop::sample::select(STEPS),
    ) {
        let view = view(&evs, sealed);
        let asked = Ask { top, step, ..ask(range, cond.filter(), zone) };
        let answer = explore(&view, &scope(), &Spec::new(measure, split, Chart::Line), &asked, &Budget::new()).unwrap();
        let Body::Series { buckets, series } = &answer.body else { panic!("{answer:?}") };
        let mut edges: Vec<i64> = buckets.iter().map(|b| Timestamp::parse(b).unwrap().0).collect();
        edges.push(range.to.0);
        let evs = chosen(&evs, range, &cond);
        let names: BTreeSet<&str> = series.iter().map(|line| line.key.as_str()).collect();
        for line in series {
            for (at, w) in edges.windows(2).enumerate() {
                let belongs = |e: &&&Ev| match (split, line.key.as_str()) {
                    ("", _) => true,
                    (_, "other") => values(e, split, zone).iter().any(|value| !names.contains(value.as_str())),
                    (_, key) => values(e, split, zone).iter().any(|value| value == key),
                };
                let here: Vec<&Ev> = evs.iter().filter(|e| (w[0]..w[1]).contains(&e.time)).filter(belongs).copied().collect();
                if line.key == "other" && split == "group" {
                    continue; // a call counts in each of its groups
                }
                let wanted = measured(&here, measure);
                let got = line.values[at].map(real);
                prop_assert_eq!(got, wanted.filter(|_| w[0] <= NOW.0), "{} {}", line.key, at);
            }
        }
        if split.is_empty() {
            prop_assert_eq!(series.len(), 1);
        }
    }

    #[test]
    fn heat_maps_equal_a_plain_count(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
        zone in prop::sample::select(ZONES), measure in prop::sample::select(&["calls", "error_rate"][..]),
    ) {
        let view = view(&evs, sealed);
        let asked = ask(range, cond.filter(), zone);
        let spec = Spec::new(measure, "weekday,hour_of_day", Chart::Heat);
        let answer = explore(&view, &scope(), &spec, &asked, &Budget::new()).unwrap();
        let Body::Heat { buckets, series, other } = &answer.body else { panic!("{answer:?}") };
        prop_assert_eq!((buckets.len(), series.len(), *other), (24, 7, 0));
        let evs = chosen(&evs, range, &cond);
        let groups = by(&evs, &["weekday", "hour_of_day"], zone);
        for line in series {
            for (at, hour) in buckets.iter().enumerate() {
                let here = groups.get(&vec![line.key.clone(), hour.clone()]).cloned().unwrap_or_default();
                prop_assert_eq!(line.calls[at], here.len() as u64);
                let wanted = match measure {
                    "calls" => (!evs.is_empty()).then(|| here.len() as f64 / evs.len() as f64),
                    rate => measured(&here, rate),
                };
                prop_assert_eq!(line.values[at], wanted);
            }
        }
    }
}

#[test]
fn what_a_roll_up_holds_is_not_counted_from_rows() {
    let view = view(&[], 10);
    let day = Range::new(Timestamp(START), Timestamp(START + 24 * HOUR));
    let source = |measure: &str, by: &str, filter: &str| {
        let asked = ask(day, Filter::parse(filter).unwrap(), "UTC");
        let spec = Spec::new(measure, by, if by.is_empty() { Chart::Stat } else { Chart::Table });
        let answer = explore(&view, &scope(), &spec, &asked, &Budget::new()).unwrap();
        serde_json::to_value(answer.source).unwrap().as_str().unwrap().to_owned()
    };
    for (measure, by, filter) in [
        ("calls", "", ""),
        ("calls,denied", "consumer", "status:4xx"),
        ("denial_rate", "route,status", "route:/a"),
        ("calls", "group", ""),
        ("p95,calls", "route", ""),
        ("unique:consumer", "", ""),
        ("calls", "weekday,hour_of_day", ""),
        ("calls", "error_kind", "gateway:kong"),
        ("bytes", "consumer", ""),
    ] {
        assert_eq!(source(measure, by, filter), "rollup", "{measure} {by} {filter}");
    }
    for (measure, by, filter) in [
        ("avg", "", ""),
        ("calls", "method,consumer", ""),
        ("calls", "route", "path~x"),
        ("calls", "minute", ""),
    ] {
        assert_eq!(source(measure, by, filter), "rows", "{measure} {by} {filter}");
    }
}

#[test]
fn a_stopped_question_says_so_and_a_wrong_one_says_what_is_meant() {
    let view = view(&[], 5);
    let day = Range::new(Timestamp(START), Timestamp(START + 24 * HOUR));
    let asked = ask(day, Filter::all(), "UTC");
    let wrong = explore(&view, &scope(), &Spec::new("calls", "rout", Chart::Table), &asked, &Budget::new());
    assert!(
        matches!(wrong, Err(Error::Parameter { name: "by", suggestions, .. }) if suggestions == ["route"])
    );
}

/// Whoever has many addresses is not told of a new one: however the calls lie in files, and asked again.
#[test]
fn new_addresses_are_those_of_whoever_has_few() {
    let addresses: Vec<&'static str> = (0..40).map(|n| &*format!("10.9.0.{n}").leak()).collect();
    let call = |name, ip, hour: i64| Ev {
        seq: 0,
        time: START + hour * HOUR,
        status: Some(200),
        granted: Some(true),
        reason: None,
        name: Some(name),
        id: None,
        groups: Vec::new(),
        route: None,
        api: None,
        gateway: "kong",
        method: "GET",
        path: "/api".to_owned(),
        ip,
        duration: None,
        outcome: None,
    };
    // The third day against those before: alice has one new address, bob as many as may be, carol and dave one too many.
    let mut evs = vec![
        call("alice", addresses[0], 3),
        call("alice", addresses[0], 50),
        call("alice", addresses[1], 51),
    ];
    let calls = |name, from: usize, to: usize, hour| (from..to).map(move |n| (name, n, hour));
    let many = calls("bob", 0, 30, 5).chain(calls("bob", 28, 32, 60));
    let many = many.chain(calls("carol", 0, 20, 9).chain(calls("carol", 20, 33, 52)));
    let many = many.chain(calls("dave", 0, 1, 9).chain(calls("dave", 1, 40, 52)));
    let many = many.chain(calls("erin", 0, 2, 52));
    evs.extend(many.map(|(name, n, hour)| call(name, addresses[n], hour)));
    for (at, ev) in evs.iter_mut().enumerate() {
        ev.seq = at as i64 + 1;
    }
    let day = Range::new(Timestamp(START + 48 * HOUR), Timestamp(START + 72 * HOUR));
    for sealed in [0, 5, 10] {
        let view = view(&evs, sealed);
        for _ in 0..2 {
            let asked = ask(day, Filter::all(), "UTC");
            let answer =
                query::panel(&view, &scope(), "unexpected_addresses", &asked, &Budget::new()).unwrap();
            let mut found: Vec<String> = rows(&answer).iter().map(|row| row.label.clone()).collect();
            found.sort();
            assert_eq!(found, ["alice · 10.9.0.1", "bob · 10.9.0.30", "bob · 10.9.0.31"]);
            let Body::List { note: Some(note), total, .. } = &answer.body else { panic!("{answer:?}") };
            assert_eq!(*total, 3);
            assert!(note.contains("1 consumer without any call in those days"), "{note}");
            assert!(note.contains("2 consumers with more than 32 addresses"), "{note}");
        }
    }
}
