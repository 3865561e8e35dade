//! Every count against a plain count over the same events: summaries, histograms, facets and panels, for any
//! filter, range and zone, whether cells or rows answer.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use event::Timestamp;
use proptest::prelude::*;
use query::histogram::Split;
use query::panels::{Answer, Body, Number};
use query::{Budget, Compare, Filter, Range, Step, Zone, facets, histogram, panel, panels, summary};
use world::*;

const NOW: Timestamp = Timestamp(START + HOURS * HOUR);
const ZONES: &[&str] = &["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"];

fn zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(ZONES).prop_map(|name| Zone::parse(name).unwrap())
}

fn previous(range: Range) -> Range {
    let length = range.to.0 - range.from.0;
    Range::new(
        Timestamp(range.from.0 - length),
        Timestamp(range.from.0 + (range.to.0.min(NOW.0) - range.from.0) - length),
    )
}

fn compare() -> impl Strategy<Value = Compare> {
    prop_oneof![Just(Compare::None), Just(Compare::Previous), range().prop_map(Compare::With)]
}

/// The period that stands beside.
fn beside(compare: Compare, range: Range) -> Option<Range> {
    match compare {
        Compare::None => None,
        Compare::Previous => Some(previous(range)),
        Compare::With(period) => Some(period),
    }
}

fn count_by<K: Ord>(events: &[&Ev], key: impl Fn(&Ev) -> Option<K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    events.iter().filter_map(|e| key(e)).for_each(|k| *counts.entry(k).or_default() += 1);
    counts
}

fn micros(text: &str) -> i64 {
    Timestamp::parse(text).unwrap().0
}

fn check_figures(f: &summary::Figures, evs: &[&Ev], zone: &Zone) -> Result<(), TestCaseError> {
    let total = evs.len() as u64;
    prop_assert_eq!(f.total_calls, total);
    prop_assert_eq!(
        f.unique_consumers,
        evs.iter().filter_map(|e| e.consumer()).collect::<BTreeSet<_>>().len() as u64
    );
    prop_assert_eq!(f.unidentified_calls, evs.iter().filter(|e| e.consumer().is_none()).count() as u64);
    prop_assert_eq!(
        &f.by_status,
        &count_by(evs, |e| Some(e.status.map_or("unknown".to_owned(), |s| s.to_string())))
    );
    prop_assert_eq!(&f.by_reason, &count_by(evs, |e| e.denial().map(str::to_owned)));
    prop_assert_eq!(f.denied_requests, evs.iter().filter(|e| e.granted == Some(false)).count() as u64);
    let judged = |e: &Ev, word: &str| e.status.is_none() && e.outcome == Some(word);
    let good = evs.iter().filter(|e| e.class() == "2xx" || judged(e, "success")).count();
    let bad = evs
        .iter()
        .filter(|e| e.class() == "5xx" || (judged(e, "failure") && e.granted != Some(false)))
        .count();
    let rate = |n: usize| (total > 0).then(|| n as f64 / total as f64);
    prop_assert_eq!(f.success_rate, rate(good));
    prop_assert_eq!(f.availability, rate(evs.len() - bad));
    // The zones' offsets are whole half hours, so a clock hour begins on one.
    let offset = if zone.name() == "Asia/Kolkata" { HOUR / 2 } else { 0 };
    let hours = count_by(evs, |e| Some((e.time + offset).div_euclid(HOUR) * HOUR - offset));
    let peak = hours.iter().max_by_key(|(start, n)| (**n, std::cmp::Reverse(**start)));
    prop_assert_eq!(f.peak_hour.as_ref().map(|p| (micros(&p.start), p.calls)), peak.map(|(s, n)| (*s, *n)));
    let mut times: Vec<i64> = evs.iter().filter_map(|e| e.duration).collect();
    times.sort_unstable();
    for (got, share) in [(f.p50_ms, 0.5), (f.p95_ms, 0.95), (f.p99_ms, 0.99)] {
        prop_assert_eq!(got.is_some(), !times.is_empty());
        if let Some(got) = got {
            let rank = ((share * times.len() as f64).max(1.0).ceil() as usize).clamp(1, times.len());
            let exact = times[rank - 1] as f64;
            prop_assert!((got * 1_000.0 - exact).abs() <= exact * 0.1 + 2.0, "{} {}", got, exact);
        }
    }
    Ok(())
}

fn lines(answer: &Answer) -> (&[String], &[panels::Line]) {
    match &answer.body {
        Body::Series { buckets, series } => (buckets, series),
        other => panic!("{other:?}"),
    }
}

/// Key, calls, calls before of each row.
fn listed(answer: &Answer) -> BTreeMap<String, (u64, u64)> {
    let Body::List { rows, .. } = &answer.body else { panic!("{answer:?}") };
    let count = |n: Number| if let Number::Count(n) = n { n } else { panic!("{n:?}") };
    rows.iter().map(|r| (r.key.clone(), (count(r.value), r.previous.map_or(0, count)))).collect()
}

fn expected(now: &[&Ev], before: &[&Ev], keys: impl Fn(&Ev) -> Vec<String>) -> BTreeMap<String, (u64, u64)> {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    now.iter().flat_map(|e| keys(e)).for_each(|k| counts.entry(k).or_default().0 += 1);
    before.iter().flat_map(|e| keys(e)).for_each(|k| counts.entry(k).or_default().1 += 1);
    counts
}

fn one(text: Option<&str>) -> Vec<String> {
    vec![text.unwrap_or("").to_owned()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn summaries_equal_a_plain_count(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), zone in zone(),
        compare in compare(),
    ) {
        let ask = summary::Ask { range, filter: cond.filter(), zone: zone.clone(), compare, now: NOW };
        let found = query::summary(&view(&evs, sealed), &scope(), &ask, &Budget::new()).unwrap();
        check_figures(&found.figures, &chosen(&evs, range, &cond), &zone)?;
        let beside = beside(compare, range).unwrap_or_else(|| previous(range));
        check_figures(&found.previous, &chosen(&evs, beside, &cond), &zone)?;
    }

    #[test]
    fn histograms_equal_a_plain_count(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), zone in zone(),
        step in prop::sample::select(&["auto", "15m", "1h", "6h", "1d", "1w", "1M"][..]),
        split in prop::sample::select(&["none", "status_class", "granted", "reason", "method", "route"][..]),
        compare in compare(),
    ) {
        let step = Step::parse(step, range).unwrap();
        let ask = histogram::Ask { range, filter: cond.filter(), step, zone, split: Split::parse(split).unwrap(), compare, now: NOW };
        let found = query::histogram(&view(&evs, sealed), &scope(), &ask, &Budget::new()).unwrap();
        let mut edges: Vec<i64> = found.buckets.iter().map(|b| micros(b)).collect();
        prop_assert_eq!(edges[0], range.from.0);
        edges.push(range.to.0);
        // A longer period is counted as far as the range goes.
        let period = beside(compare, range);
        let shift = period.map_or(0, |period| range.from.0 - period.from.0);
        let until = |period: Range| Timestamp(period.to.0.min(range.to.0 - shift));
        let before = period.map_or(Vec::new(), |p| chosen(&evs, Range::new(p.from, until(p)), &cond));
        let evs = chosen(&evs, range, &cond);
        prop_assert_eq!(found.total, evs.len() as u64);
        let key = |e: &Ev| match split {
            "none" => "all".to_owned(),
            "status_class" => e.class(),
            "granted" => (e.granted != Some(false)).to_string(),
            "reason" => e.denial().unwrap_or("granted").to_owned(),
            "method" => e.method.to_owned(),
            _ => e.route.unwrap_or("").to_owned(),
        };
        let keys: BTreeSet<String> = evs.iter().chain(&before).map(|e| key(e)).collect();
        prop_assert_eq!(&keys, &found.series.iter().map(|s| s.key.clone()).collect());
        for series in &found.series {
            let counts: Vec<u64> = edges.windows(2).map(|w| {
                evs.iter().filter(|e| (w[0]..w[1]).contains(&e.time) && key(e) == series.key).count() as u64
            }).collect();
            prop_assert_eq!(&series.values, &counts, "{}", series.key);
            let earlier: Vec<u64> = edges.windows(2).map(|w| {
                let inside = |e: &&&Ev| (w[0] - shift..w[1] - shift).contains(&e.time) && key(e) == series.key;
                before.iter().filter(inside).count() as u64
            }).collect();
            prop_assert_eq!(series.previous.as_ref(), period.map(|_| &earlier), "{}", series.key);
        }
    }

    #[test]
    fn facets_equal_a_plain_count(evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition()) {
        let names = ["status", "status_class", "reason", "granted", "consumer", "consumer_id", "group", "route", "api", "method", "path", "ip", "country", "agent", "agent_class"];
        let filter = cond.filter();
        let ask = facets::Ask { range, filter: filter.clone(), fields: names.map(str::to_owned).to_vec(), top: 1_000, search: None };
        let found = query::facets(&view(&evs, sealed), &scope(), &ask, &Budget::new()).unwrap();
        for facet in found.facets {
            if filter.without_field(&facet.field) != filter {
                continue; // Its own terms are left out there: the other test looks at that.
            }
            let key = |e: &Ev| -> Vec<String> {
                match facet.field.as_str() {
                    "status" => e.status.iter().map(i64::to_string).collect(),
                    "status_class" => vec![e.class()],
                    "reason" => e.denial().into_iter().map(str::to_owned).collect(),
                    "granted" => vec![(e.granted != Some(false)).to_string()],
                    "consumer" => e.consumer().into_iter().map(str::to_owned).collect(),
                    "consumer_id" => e.id.into_iter().map(str::to_owned).collect(),
                    "group" => e.groups.iter().map(|g| (*g).to_owned()).collect(),
                    "route" => e.route.into_iter().map(str::to_owned).collect(),
                    "api" => e.api.into_iter().map(str::to_owned).collect(),
                    "method" => vec![e.method.to_owned()],
                    "country" => e.country().into_iter().map(str::to_owned).collect(),
                    "agent" => e.agent().0.into_iter().map(str::to_owned).collect(),
                    "agent_class" => e.agent().1.into_iter().map(str::to_owned).collect(),
                    "ip" => vec![e.ip.to_owned()],
                    _ => vec![e.path.clone()],
                }
            };
            let evs = chosen(&evs, range, &cond);
            let wanted: BTreeMap<String, u64> = expected(&evs, &[], key).into_iter().map(|(k, (n, _))| (k, n)).collect();
            let got: BTreeMap<String, u64> = facet.values.iter().map(|v| (v.value.clone(), v.count)).collect();
            prop_assert_eq!(got, wanted, "{}", facet.field);
            prop_assert_eq!(facet.total, evs.len() as u64);
            prop_assert_eq!(facet.missing, evs.iter().filter(|e| key(e).is_empty()).count() as u64, "{}", facet.field);
            prop_assert_eq!((facet.other, facet.approximate), (0, false));
        }
    }

    /// The filter of a value keeps as many calls as the value counts.
    #[test]
    fn each_value_has_a_filter_that_works(evs in world::events(), sealed in 0_i64..=10, range in range()) {
        let names = ["status", "status_class", "reason", "granted", "consumer", "group", "route", "api", "method", "path", "ip"];
        let (view, scope) = (view(&evs, sealed), scope());
        let ask = facets::Ask { range, filter: Filter::all(), fields: names.map(str::to_owned).to_vec(), top: 1_000, search: None };
        for facet in query::facets(&view, &scope, &ask, &Budget::new()).unwrap().facets {
            for value in facet.values {
                // A consumer is known by the name, or without one by the id; the filter looks at both.
                let same = |n: u64| n == value.count || (facet.field == "consumer" && n >= value.count);
                let filter = Filter::parse(&Filter::term(&facet.field, Some(&value.value))).unwrap();
                let total = query::summary(&view, &scope, &summary::Ask { range, filter, zone: Zone::default(), compare: Compare::Previous, now: NOW }, &Budget::new());
                prop_assert!(same(total.unwrap().figures.total_calls), "{} {}", facet.field, value.value);
            }
        }
    }

    #[test]
    fn differences_equal_a_plain_count(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), cut in (0_i64..=100, 1_i64..=100),
    ) {
        let length = range.to.0 - range.from.0;
        let from = range.from.0 + length / 101 * cut.0;
        let region = Range::new(Timestamp(from), Timestamp((from + length / 100 * cut.1).max(from + 1).min(range.to.0)));
        let names = ["status_class", "reason", "consumer", "group", "route", "method", "ip"];
        let ask = query::differences::Ask { range, filter: cond.filter(), region, fields: names.map(str::to_owned).to_vec(), top: 1_000 };
        let found = query::differences(&view(&evs, sealed), &scope(), &ask, &Budget::new()).unwrap();
        let (inside, outside): (Vec<&Ev>, Vec<&Ev>) = chosen(&evs, range, &cond).into_iter().partition(|e| (region.from.0..region.to.0).contains(&e.time));
        prop_assert_eq!((found.region.total, found.rest.total), (inside.len() as u64, outside.len() as u64));
        let share = |n: u64, all: &[&Ev]| if all.is_empty() { 0.0 } else { n as f64 / all.len() as f64 };
        let mut wanted = BTreeMap::new();
        for name in names {
            let keys = |e: &Ev| match name {
                "status_class" => vec![e.class()],
                "reason" => one(e.denial()),
                "consumer" => one(e.consumer()),
                "group" if e.groups.is_empty() => one(None),
                "group" => e.groups.iter().map(|g| (*g).to_owned()).collect(),
                "route" => one(e.route),
                "method" => one(Some(e.method)),
                _ => one(Some(e.ip)),
            };
            for (value, (here, rest)) in expected(&inside, &outside, keys) {
                // With nothing on one side there is nothing to compare.
                if !inside.is_empty() && !outside.is_empty() && share(here, &inside) != share(rest, &outside) {
                    wanted.insert((name.to_owned(), value), (here, rest));
                }
            }
        }
        let got: BTreeMap<_, _> = found.values.iter().map(|v| ((v.field.clone(), v.value.clone()), (v.region_count, v.rest_count))).collect();
        prop_assert_eq!(got, wanted, "{}", cond.text());
        prop_assert!(found.values.is_sorted_by(|a, b| a.difference.abs() >= b.difference.abs()));
        for value in &found.values {
            prop_assert_eq!(value.difference, share(value.region_count, &inside) - share(value.rest_count, &outside));
            prop_assert!(Filter::parse(&value.filter).is_ok(), "{}", value.filter);
        }
    }

    #[test]
    fn the_heat_map_equals_a_plain_count(evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), zone in zone()) {
        let asked = panels::Ask { range, filter: cond.filter(), step: Step::Day, zone, compare: Compare::Previous, top: 1_000, now: NOW, given: panels::Given::default() };
        let answer = panel(&view(&evs, sealed), &scope(), "errors_by_route_and_day", &asked, &Budget::new()).unwrap();
        let Body::Heat { buckets, series, other } = &answer.body else { panic!("{answer:?}") };
        let mut edges: Vec<i64> = buckets.iter().map(|b| micros(b)).collect();
        edges.push(range.to.0);
        let evs = chosen(&evs, range, &cond);
        let routes: BTreeSet<&str> = evs.iter().map(|e| e.route.unwrap_or("")).collect();
        prop_assert_eq!((routes, *other), (series.iter().map(|s| s.key.as_str()).collect(), 0));
        for line in series {
            for (at, w) in edges.windows(2).enumerate() {
                let here: Vec<_> = evs.iter().filter(|e| e.route.unwrap_or("") == line.key && (w[0]..w[1]).contains(&e.time)).collect();
                let errors = here.iter().filter(|e| e.class() == "5xx").count();
                prop_assert_eq!(line.calls[at], here.len() as u64);
                prop_assert_eq!(line.values[at], (!here.is_empty()).then(|| errors as f64 / here.len() as f64));
            }
        }
    }

    #[test]
    fn panels_equal_a_plain_count_and_cells_agree_with_rows(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), zone in zone(),
    ) {
        let (view, scope) = (view(&evs, sealed), scope());
        let asked = panels::Ask { range, filter: cond.filter(), step: Step::auto(range), zone, compare: Compare::Previous, top: 1_000, now: NOW, given: panels::Given::default() };
        // True for every event, and nothing a cell could know.
        let by_rows = panels::Ask { filter: asked.filter.and(&Filter::parse("-query~\"no such text\"").unwrap()), ..asked.clone() };
        let (now, before) = (chosen(&evs, range, &cond), chosen(&evs, previous(range), &cond));
        for panel in query::PANELS {
            let answer = query::panel(&view, &scope, panel.id, &asked, &Budget::new()).unwrap();
            let rows = query::panel(&view, &scope, panel.id, &by_rows, &Budget::new()).unwrap();
            prop_assert_eq!(sorted(&answer), sorted(&rows), "{} from cells and from rows", panel.id);
            let keys: Option<fn(&Ev) -> Vec<String>> = match panel.id {
                "top_consumers" => Some(|e| e.consumer().into_iter().map(str::to_owned).collect()),
                "top_routes" => Some(|e| one(e.route)),
                "top_countries" => Some(|e| one(e.country())),
                "top_agents" => Some(|e| one(e.agent().0)),
                "usage_by_group" => Some(|e| if e.groups.is_empty() { one(None) } else { e.groups.iter().map(|g| (*g).to_owned()).collect() }),
                "status_breakdown" => Some(|e| vec![e.status.map_or("unknown".to_owned(), |s| s.to_string())]),
                "denied_by_reason" => Some(|e| e.denial().into_iter().map(str::to_owned).collect()),
                "errors" => Some(|e| if e.class() == "5xx" { one(e.route) } else { Vec::new() }),
                _ => None,
            };
            if let Body::List { rows, total, other, missing, .. } = &answer.body
                && panel.id != "usage_by_group" // a call counts in each of its groups
                && panel.unit == panels::Unit::Calls
            {
                let rows: u64 = rows.iter().map(|r| if let Number::Count(n) = r.value { n } else { 0 }).sum();
                prop_assert_eq!(rows + other + missing, *total, "{}", panel.id);
            }
            if let Some(keys) = keys {
                prop_assert_eq!(listed(&answer), expected(&now, &before, keys), "{}", panel.id);
            }
        }
    }

    #[test]
    fn days_count_each_consumer_once(evs in world::events(), sealed in 0_i64..=10, range in range(), zone in zone()) {
        let asked = panels::Ask { range, filter: Filter::all(), step: Step::Day, zone, compare: Compare::None, top: 10, now: NOW, given: panels::Given::default() };
        let answer = panel(&view(&evs, sealed), &scope(), "consumers_per_day", &asked, &Budget::new()).unwrap();
        let (buckets, series) = lines(&answer);
        let mut edges: Vec<i64> = buckets.iter().map(|b| micros(b)).collect();
        edges.push(range.to.0);
        for (window, value) in edges.windows(2).zip(&series[0].values) {
            let inside = evs.iter().filter(|e| (window[0]..window[1]).contains(&e.time));
            let distinct: BTreeSet<_> = inside.filter_map(Ev::consumer).collect();
            prop_assert_eq!(value, &Some(Number::Count(distinct.len() as u64)));
        }
    }
}

/// An answer without the order of rows that are equally large.
fn sorted(answer: &Answer) -> Body {
    let mut body = answer.body.clone();
    if let Body::List { rows, .. } = &mut body {
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        // Any of the ids of a name may stand beside it.
        rows.iter_mut().for_each(|row| {
            row.cells.remove("consumer_id");
            row.cells.remove("api");
        });
    }
    body
}

#[test]
fn an_answer_reads_as_documented() {
    let evs = vec![Ev {
        seq: 1,
        time: START + HOUR,
        status: Some(200),
        granted: Some(true),
        reason: None,
        name: Some("alice"),
        id: Some("id-1"),
        groups: vec![],
        route: None,
        api: None,
        gateway: "kong",
        method: "GET",
        path: "/".to_owned(),
        ip: "10.1.2.3",
        duration: Some(2_000),
        outcome: None,
    }];
    let range = Range::new(Timestamp(START), Timestamp(START + 24 * HOUR));
    let asked = panels::Ask {
        range,
        filter: Filter::all(),
        step: Step::Day,
        zone: Zone::default(),
        compare: Compare::Previous,
        top: 10,
        now: NOW,
        given: panels::Given::default(),
    };
    let json = |id: &str| {
        serde_json::to_value(panel(&view(&evs, 5), &scope(), id, &asked, &Budget::new()).unwrap()).unwrap()
    };
    let list = json("top_consumers");
    assert_eq!(list["rows"][0]["filter"], "consumer:alice");
    assert_eq!(list["rows"][0]["state"], "new");
    assert_eq!(list["previous_period"]["from"], "2026-10-23T00:00:00.000000Z");
    assert_eq!(list["source"], "rollup");
    assert_eq!(list["partial"], false);
    let stat = json("kpi_total_calls");
    assert_eq!(
        (&stat["value"], &stat["previous"], &stat["change"]),
        (&1.into(), &0.into(), &serde_json::Value::Null)
    );
    let series = json("calls_over_time");
    assert_eq!(
        series["series"][0],
        serde_json::json!({"key": "calls", "label": "Calls", "values": [1], "previous": [0]})
    );
    assert_eq!(series["step"], "1d");
}
