//! How time is cut into buckets: even steps, and days, weeks and months of the asked zone, which have 23 or 25
//! hours when its clocks change.

use event::time::{HOUR, MINUTE, SECOND};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::range::{Range, Zone};

/// Buckets of one answer at most.
pub const BUCKETS_MAX: usize = 2_000;

/// `auto` takes the finest step with at most so many buckets.
const BUCKETS_AIM: usize = 180;

/// The length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Even, in microseconds; divides a day.
    Even(i64),
    /// A day of the zone.
    Day,
    /// A week of the zone, from Monday.
    Week,
    /// A month of the zone.
    Month,
}

/// Every step with its name, finest first.
const STEPS: &[(&str, Step)] = &[
    ("1s", Step::Even(SECOND)),
    ("2s", Step::Even(2 * SECOND)),
    ("5s", Step::Even(5 * SECOND)),
    ("10s", Step::Even(10 * SECOND)),
    ("15s", Step::Even(15 * SECOND)),
    ("30s", Step::Even(30 * SECOND)),
    ("1m", Step::Even(MINUTE)),
    ("5m", Step::Even(5 * MINUTE)),
    ("15m", Step::Even(15 * MINUTE)),
    ("1h", Step::Even(HOUR)),
    ("6h", Step::Even(6 * HOUR)),
    ("1d", Step::Day),
    ("1w", Step::Week),
    ("1M", Step::Month),
];

impl Step {
    /// Reads a step; `auto` (or nothing) takes one that suits the range.
    pub fn parse(text: &str, range: Range) -> Result<Step> {
        if matches!(text, "" | "auto") {
            return Ok(Step::auto(range));
        }
        if let Some((_, step)) = STEPS.iter().find(|(name, _)| *name == text) {
            return Ok(*step);
        }
        let even = |unit: &str, micros: i64| {
            let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
            let length = count.checked_mul(micros)?;
            (length > 0 && (24 * HOUR) % length == 0 && length < 24 * HOUR).then_some(Step::Even(length))
        };
        let named = match text {
            "60s" => Some(Step::Even(MINUTE)),
            "24h" | "day" => Some(Step::Day),
            "7d" | "week" => Some(Step::Week),
            "month" | "1mo" => Some(Step::Month),
            "hour" => Some(Step::Even(HOUR)),
            _ => even("s", SECOND).or_else(|| even("m", MINUTE)).or_else(|| even("h", HOUR)),
        };
        named.ok_or_else(|| {
            let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
            Error::parameter(
                "step",
                format!("{text:?} is not a step; use auto or one of {}", names.join(", ")),
            )
        })
    }

    /// The finest step that gives not too many buckets.
    pub fn auto(range: Range) -> Step {
        let fits = |step: &Step| range.micros() / step.shortest() < BUCKETS_AIM as i64;
        STEPS
            .iter()
            .map(|(_, step)| *step)
            .filter(|s| !matches!(s, Step::Even(n) if *n == 2 * SECOND))
            .find(fits)
            .unwrap_or(Step::Month)
    }

    /// Its name.
    pub fn name(self) -> String {
        if let Some((name, _)) = STEPS.iter().find(|(_, step)| *step == self) {
            return (*name).to_owned();
        }
        match self {
            Step::Even(n) if n % HOUR == 0 => format!("{}h", n / HOUR),
            Step::Even(n) if n % MINUTE == 0 => format!("{}m", n / MINUTE),
            Step::Even(n) => format!("{}s", n / SECOND),
            _ => String::new(),
        }
    }

    /// The least length of a bucket in microseconds.
    fn shortest(self) -> i64 {
        match self {
            Step::Even(n) => n,
            Step::Day => 23 * HOUR,
            Step::Week => (7 * 24 - 1) * HOUR,
            Step::Month => (28 * 24 - 1) * HOUR,
        }
    }

    /// Where the buckets of a range begin and end: its start, each step of the zone inside, its end.
    pub fn edges(self, range: Range, zone: &Zone) -> Result<Vec<i64>> {
        if range.micros() / self.shortest() > BUCKETS_MAX as i64 {
            return Err(too_many(self));
        }
        let edges = self.cut(range, zone);
        if edges.len() > BUCKETS_MAX + 1 {
            return Err(too_many(self));
        }
        Ok(edges)
    }

    /// As [`Step::edges`], of any number.
    pub(crate) fn cut(self, range: Range, zone: &Zone) -> Vec<i64> {
        let (from, to) = (range.from.0, range.to.0);
        let mut edges = vec![from];
        let mut at = from;
        loop {
            let next = self.next(at, zone).filter(|next| *next > at);
            match next {
                Some(next) if next < to => edges.push(next),
                _ => break,
            }
            at = next.unwrap_or(to);
        }
        edges.push(to);
        edges
    }

    /// The start of the bucket that `time` lies in.
    pub(crate) fn floor(self, time: i64, zone: &Zone) -> i64 {
        match self {
            Step::Even(length) => {
                let offset = zone.offset(time);
                (time + offset).div_euclid(length) * length - offset
            }
            _ => self.date(time, zone).and_then(|date| zone.start_of(date)).unwrap_or(time),
        }
    }

    fn date(self, time: i64, zone: &Zone) -> Option<Date> {
        let date = zone.local(time)?.date();
        match self {
            Step::Week => date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok(),
            Step::Month => Some(date.first_of_month()),
            _ => Some(date),
        }
    }

    /// The first edge after `time`.
    fn next(self, time: i64, zone: &Zone) -> Option<i64> {
        let span = match self {
            Step::Even(length) => return Some(next_even(time, length, zone)),
            Step::Day => 1.day(),
            Step::Week => 1.week(),
            Step::Month => 1.month(),
        };
        zone.start_of(self.date(time, zone)?.checked_add(span).ok()?)
    }
}

/// Even steps follow the local clock: six-hour buckets start at 0, 6, 12 and 18 o'clock on every day. Steps of up
/// to an hour are never stretched, so that the hour that comes twice in autumn is two buckets.
fn next_even(time: i64, length: i64, zone: &Zone) -> i64 {
    let before = zone.offset(time);
    let next = (time + before).div_euclid(length) * length + length - before;
    let after = zone.offset(next);
    if length <= HOUR || after == before {
        return next;
    }
    let moved = next + before - after;
    if moved > time { moved } else { next }
}

fn too_many(step: Step) -> Error {
    Error::TooLarge {
        what: format!("a step of {} gives more than {BUCKETS_MAX} buckets in this range", step.name()),
        remedy: "choose a longer step, step=auto, or a shorter range".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Timestamp;

    fn range(from: &str, to: &str) -> Range {
        Range::new(Timestamp::parse(from).unwrap(), Timestamp::parse(to).unwrap())
    }

    fn texts(edges: &[i64]) -> Vec<String> {
        edges.iter().map(|e| Timestamp(*e).to_string().replace(":00.000000Z", "Z")).collect()
    }

    #[test]
    fn days_follow_the_clocks_of_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let autumn = Step::Day.edges(range("2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z"), &berlin).unwrap();
        let hours: Vec<i64> = autumn.windows(2).map(|w| (w[1] - w[0]) / HOUR).collect();
        assert_eq!(hours, [24, 25, 24]);
        let spring = Step::Day.edges(range("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"), &berlin).unwrap();
        let hours: Vec<i64> = spring.windows(2).map(|w| (w[1] - w[0]) / HOUR).collect();
        assert_eq!(hours, [24, 23, 24]);
    }

    #[test]
    fn six_hours_keep_to_the_clock_and_single_hours_to_the_sun() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let night = range("2026-10-24T22:00:00Z", "2026-10-25T11:00:00Z");
        assert_eq!(
            texts(&Step::Even(6 * HOUR).edges(night, &berlin).unwrap()),
            ["2026-10-24T22:00Z", "2026-10-25T05:00Z", "2026-10-25T11:00Z"]
        );
        assert_eq!(Step::Even(HOUR).edges(night, &berlin).unwrap().len(), 14);
        let kolkata = Zone::parse("Asia/Kolkata").unwrap();
        assert_eq!(
            texts(
                &Step::Even(HOUR)
                    .edges(range("2026-11-21T10:00:00Z", "2026-11-21T11:45:00Z"), &kolkata)
                    .unwrap()
            ),
            ["2026-11-21T10:00Z", "2026-11-21T10:30Z", "2026-11-21T11:30Z", "2026-11-21T11:45Z"]
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let utc = Zone::default();
        let weeks = Step::Week.edges(range("2026-11-21", "2026-12-01"), &utc).unwrap();
        assert_eq!(
            texts(&weeks),
            ["2026-11-21T00:00Z", "2026-11-23T00:00Z", "2026-11-30T00:00Z", "2026-12-01T00:00Z"]
        );
        let months = Step::Month.edges(range("2026-11-21", "2027-01-02"), &utc).unwrap();
        assert_eq!(
            texts(&months),
            ["2026-11-21T00:00Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z", "2027-01-02T00:00Z"]
        );
    }

    #[test]
    fn auto_suits_and_too_many_says_what_to_do() {
        let day = range("2026-11-20", "2026-11-21");
        assert_eq!(Step::parse("auto", day).unwrap().name(), "15m");
        assert_eq!(Step::auto(range("2026-10-22", "2026-11-21")).name(), "6h");
        assert_eq!(Step::auto(range("2026-11-14", "2026-11-21")).name(), "1h");
        assert_eq!(Step::auto(range("2025-11-21", "2026-11-21")).name(), "1w");
        let error = Step::parse("1s", day).unwrap().edges(day, &Zone::default()).unwrap_err().to_string();
        assert!(error.contains("2000 buckets"), "{error}");
        assert!(Step::parse("7m", day).is_err());
    }
}
