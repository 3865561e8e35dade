//! What a what-if counts: combinations and limits, against counting each event on its own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use event::field;
use event::time::{DAY, HOUR as AN_HOUR};
use proptest::prelude::*;
use query::Budget;
use query::combinations::{self, Ask, combinations};
use query::limits::{self, Period, limits};
use world::*;

fn ask(range: query::Range, cond: &Cond) -> Ask {
    Ask {
        range,
        filter: cond.filter(),
        fields: vec![
            field::CONSUMER_NAME,
            field::CONSUMER_GROUPS,
            field::ROUTE,
            field::STATUS,
            field::GRANTED,
        ],
        classes: vec![
            (field::IP, Arc::new(|ip: &str| u64::from(ip.starts_with("10.")))),
            (field::PATH, Arc::new(|path: &str| path.len() as u64)),
        ],
        marks: Some(Arc::new(|time: i64| (time.div_euclid(AN_HOUR) % 24 < 8) as u64)),
    }
}

/// What makes a combination, of one event.
type Key = (
    Option<&'static str>,
    Vec<&'static str>,
    Option<&'static str>,
    Option<i64>,
    Option<bool>,
    (bool, usize, bool),
);

fn key(ev: &Ev) -> Key {
    let marks = (ev.ip.starts_with("10."), ev.path.len(), ev.time.div_euclid(AN_HOUR) % 24 < 8);
    (ev.name, ev.groups.clone(), ev.route, ev.status, ev.granted, marks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn combinations_are_those_of_the_events(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
    ) {
        let (view, scope, budget) = (view(&evs, sealed), scope(), Budget::new());
        let ask = ask(range, &cond);
        let found = combinations(&view, &scope, &ask, &budget).unwrap();
        let mut wanted: HashMap<Key, (u64, i64, i64)> = HashMap::new();
        let chosen = chosen(&evs, range, &cond);
        for ev in &chosen {
            let one = wanted.entry(key(ev)).or_insert((0, i64::MAX, i64::MIN));
            *one = (one.0 + 1, one.1.min(ev.time), one.2.max(ev.time));
        }
        prop_assert_eq!(found.counts.len(), wanted.len());
        prop_assert_eq!(found.batch.len(), wanted.len());
        prop_assert_eq!(found.scanned, chosen.len() as u64);
        for (row, count) in found.batch.rows().zip(&found.counts) {
            let seq = row.int(field::SEQ).unwrap();
            let ev = evs.iter().find(|ev| ev.seq == seq).unwrap();
            prop_assert_eq!(row.text(field::IP), Some(ev.ip), "a combination is shown by one of its events");
            prop_assert_eq!(wanted.remove(&key(ev)), Some((count.calls, count.first, count.last)));
            for seq in &count.examples {
                let other = evs.iter().find(|ev| ev.seq == *seq).unwrap();
                prop_assert_eq!(key(other), key(ev));
            }
        }
        // The calls of chosen combinations, one by one.
        let choose = |batch: &event::Batch| -> Vec<Option<bool>> {
            batch.rows().map(|row| (row.int(field::STATUS) == Some(200)).then_some(true)).collect()
        };
        let listed = combinations::each(&view, &scope, &ask, &budget, choose, usize::MAX).unwrap();
        let mut all: Vec<(i64, i64, bool)> =
            chosen.iter().filter(|ev| ev.status == Some(200)).map(|ev| (ev.time, ev.seq, true)).collect();
        all.sort_unstable();
        prop_assert_eq!(listed, all);
    }

    #[test]
    fn limits_let_the_first_calls_of_a_period_pass(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(),
        limit in 1_u64..6, period in prop::sample::select(&["hour", "day", "week", "month", "year"][..]),
    ) {
        let (view, scope, budget) = (view(&evs, sealed), scope(), Budget::new());
        let ask = limits::Ask {
            range,
            filter: cond.filter(),
            limit,
            period: Period::parse(period).unwrap(),
            reason: "quota_exceeded",
        };
        let mut flips = Vec::new();
        let found = limits(&view, &scope, &ask, &budget, |flip| flips.push((flip.time, flip.seq, flip.passes))).unwrap();
        let mut calls = chosen(&evs, range, &cond);
        calls.sort_by_key(|ev| (ev.time, ev.seq));
        let mut passed: HashMap<(String, i64), u64> = HashMap::new();
        let mut wanted = Vec::new();
        let mut shares: BTreeMap<(String, String), (u64, u64, u64)> = BTreeMap::new();
        for ev in &calls {
            let who = ev.consumer().unwrap_or(ev.ip).to_owned();
            let share = shares.entry((who.clone(), ev.route.unwrap_or("").to_owned())).or_default();
            let was_limited = ev.granted == Some(false) && ev.reason == Some("quota_exceeded");
            if ev.granted == Some(false) && !was_limited {
                continue;
            }
            share.0 += 1;
            let day = ev.time.div_euclid(DAY);
            // The made-up days are Thursday 2026-10-22 (plus some hours) to Monday 2026-10-26.
            let period = match period {
                "hour" => ev.time.div_euclid(AN_HOUR),
                "day" => day,
                "week" => (day + 3).div_euclid(7),
                _ => 0,
            };
            let count = passed.entry((who, period)).or_default();
            let passes = *count < limit;
            *count += u64::from(passes);
            if passes == was_limited {
                wanted.push((ev.time, ev.seq, passes));
                share.1 += u64::from(passes);
                share.2 += u64::from(!passes);
            }
        }
        prop_assert_eq!(flips, wanted);
        let got: BTreeMap<(String, String), (u64, u64, u64)> = found
            .shares
            .iter()
            .map(|s| ((s.caller.clone(), s.route.clone()), (s.calls, s.would_allow, s.would_deny)))
            .collect();
        prop_assert_eq!(got, shares);
        prop_assert_eq!(found.scanned, calls.len() as u64);
    }
}
