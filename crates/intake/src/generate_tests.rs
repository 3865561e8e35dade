//! Tests of the generated traffic.

use super::*;
use crate::{Flowgenx, decode};
use event::field;
use std::collections::{HashMap, HashSet};

const START: &str = "2026-10-01T00:00:00Z";

fn lines(seed: u64, days: i64, count: u64) -> Vec<u8> {
    let start = Timestamp::parse(START).unwrap();
    let mut generator = Generator::new(seed, start, Timestamp(start.0 + days * DAY), count);
    let mut out = Vec::new();
    while generator.write_line(&mut out) {}
    assert_eq!(generator.remaining(), 0);
    out
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(lines(7, 3, 500), lines(7, 3, 500));
    assert_ne!(lines(7, 3, 500), lines(8, 3, 500));
}

#[test]
fn the_traffic_has_the_promised_shape() {
    let decoded = decode(Some(&Flowgenx), &lines(1, 14, 200_000));
    assert_eq!((decoded.batch.len(), decoded.rejected), (200_000, 0));
    let rows = || decoded.batch.rows();
    let distinct = |field| rows().filter_map(|r| r.text(field)).collect::<HashSet<_>>().len();
    assert_eq!(distinct(field::ROUTE), 300);
    assert_eq!((distinct(field::API), distinct(field::USAGE_PLAN), distinct(field::GATEWAY)), (25, 8, 3));
    assert!((1_990..=2_000).contains(&distinct(field::CONSUMER_ID)));
    assert!((380..=400).contains(&distinct(field::CUSTOMER)));
    assert_eq!(distinct(field::ENVIRONMENT), 2);
    assert!((36..=40).contains(&distinct(field::USER_AGENT)));
    assert!((20_000..=50_000).contains(&distinct(field::IP)));
    assert_eq!(distinct(field::REQUEST_ID), 200_000);
    let share = |n: usize| n as f64 / 200_000.0;
    let denied = share(rows().filter(|r| r.int(field::GRANTED) == Some(0)).count());
    assert!((0.034..0.046).contains(&denied), "{denied}");
    let failed = share(rows().filter(|r| r.int(field::STATUS) >= Some(500)).count());
    assert!((0.006..0.010).contains(&failed), "{failed}");
    assert!(rows().all(|r| r.text(field::CUSTOM).is_none()));
    let reasons: HashSet<_> = rows().filter_map(|r| r.text(field::REASON)).collect();
    assert!(reasons.len() == 12 && !reasons.contains("other"), "{reasons:?}");
}

#[test]
fn times_rise_and_follow_the_day_and_the_week() {
    let decoded = decode(None, &lines(3, 14, 50_000));
    let times: Vec<i64> = decoded.batch.rows().filter_map(|r| r.int(field::TIME)).collect();
    let start = Timestamp::parse(START).unwrap().0;
    assert!(times.is_sorted() && times[0] >= start && times[49_999] < start + 14 * DAY);
    let mut by_hour: HashMap<i64, u32> = HashMap::new();
    times.iter().for_each(|t| *by_hour.entry(t.rem_euclid(DAY) / HOUR).or_default() += 1);
    assert!(by_hour[&10] > 4 * by_hour[&3]);
    // The range starts on a Thursday: days 2 and 3 are the weekend.
    let day = |n: i64| times.iter().filter(|t| (*t - start) / DAY == n).count();
    assert!(day(0) > day(2) && day(2) > day(3));
}

#[test]
fn a_range_of_any_length_is_filled_and_not_left() {
    let start = Timestamp::parse("2026-10-01T10:30:00Z").unwrap();
    for seconds in [90, 5_400, 90_000, 9 * 86_400 + 1] {
        let end = Timestamp(start.0 + seconds * 1_000_000);
        let mut generator = Generator::new(1, start, end, 9_000);
        let mut out = Vec::new();
        while generator.write_line(&mut out) {}
        let decoded = decode(None, &out);
        let times: Vec<i64> = decoded.batch.rows().filter_map(|r| r.int(field::TIME)).collect();
        assert!(times.len() == 9_000 && times.is_sorted() && times[0] >= start.0, "{seconds}");
        assert!(times[8_999] < end.0, "{seconds}: {}", Timestamp(times[8_999]));
        assert!(times[8_999] > end.0 - seconds * 10_000, "{seconds}: {}", Timestamp(times[8_999]));
    }
}
