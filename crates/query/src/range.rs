//! From when to when: the texts a time is asked for with, and the period to compare with. "Now" is handed in.

use event::Timestamp;
use event::time::{DAY, HOUR, MINUTE, SECOND};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde::{Serialize, Serializer};

use crate::error::{Error, Result};
use crate::text::nearest;

/// A stretch of time: from inclusive, to exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Its start.
    pub from: Timestamp,
    /// Its end, which is not in it.
    pub to: Timestamp,
}

/// Where time ends for us: a little less than the last minute a roll-up can name.
pub(crate) const END: i64 = 7_258_118_400 * SECOND;

impl Range {
    /// A range, cut to times that can be.
    pub fn new(from: Timestamp, to: Timestamp) -> Range {
        let from = from.0.clamp(0, END);
        Range { from: Timestamp(from), to: Timestamp(to.0.clamp(from, END)) }
    }

    /// All of time.
    pub fn all() -> Range {
        Range::new(Timestamp(0), Timestamp(END))
    }

    /// From the parameters `from` and `to`; the last 24 hours without them.
    pub fn parse(from: Option<&str>, to: Option<&str>, now: Timestamp, zone: &Zone) -> Result<Range> {
        let start = moment("from", from.unwrap_or("now-24h"), now, zone)?;
        let end = match (to, from) {
            (Some(to), _) => moment("to", to, now, zone)?,
            (None, Some("yesterday")) => moment("to", "today", now, zone)?,
            (None, _) => now,
        };
        if start >= end {
            return Err(Error::parameter("from", format!("{start} is not before {end}")));
        }
        Ok(Range::new(start, end))
    }

    /// Its length in microseconds.
    pub fn micros(&self) -> i64 {
        self.to.0 - self.from.0
    }

    /// The period directly before, as long as what of this one is over by now: a day that is half over is compared
    /// with the same half of the day before.
    pub fn previous(&self, now: Timestamp) -> Range {
        let from = self.from.0 - self.micros();
        let elapsed = if now > self.from { self.to.min(now).0 - self.from.0 } else { self.micros() };
        Range::new(Timestamp(from), Timestamp(from + elapsed))
    }
}

/// What a window is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// With nothing.
    None,
    /// With the period directly before, as long as what of this one is over.
    #[default]
    Previous,
    /// With this period. Series lie beside each other from the starts of both, as far as the shorter one goes.
    With(Range),
}

impl Compare {
    /// The period that stands beside the range.
    pub fn period(self, range: Range, now: Timestamp) -> Option<Range> {
        match self {
            Compare::None => None,
            Compare::Previous => Some(range.previous(now)),
            Compare::With(period) => Some(period),
        }
    }
}

/// An IANA time zone.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    pub(crate) rules: TimeZone,
}

impl Default for Zone {
    fn default() -> Self {
        Zone { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl Zone {
    /// The zone of that name.
    pub fn parse(name: &str) -> Result<Zone> {
        if name.is_empty() || name.eq_ignore_ascii_case("utc") || name == "Z" {
            return Ok(Zone::default());
        }
        match TimeZone::get(name) {
            Ok(rules) => Ok(Zone { name: name.to_owned(), rules }),
            Err(_) => {
                let names: Vec<String> = jiff::tz::db().available().map(|n| n.to_string()).collect();
                let near = nearest(name, names.iter().map(String::as_str), 3);
                let near = if near.is_empty() {
                    String::new()
                } else {
                    format!("; did you mean {}?", near.join(", "))
                };
                Err(Error::parameter(
                    "tz",
                    format!("{name} is not an IANA time zone such as Europe/Berlin{near}"),
                ))
            }
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far local clocks are ahead of UTC, in microseconds.
    pub(crate) fn offset(&self, time: i64) -> i64 {
        jiff::Timestamp::from_microsecond(time)
            .map_or(0, |t| i64::from(self.rules.to_offset(t).seconds()) * SECOND)
    }

    /// The local date and time.
    pub(crate) fn local(&self, time: i64) -> Option<jiff::Zoned> {
        Some(jiff::Timestamp::from_microsecond(time).ok()?.to_zoned(self.rules.clone()))
    }

    /// The first moment of a date.
    pub(crate) fn start_of(&self, date: jiff::civil::Date) -> Option<i64> {
        Some(date.to_zoned(self.rules.clone()).ok()?.timestamp().as_microsecond())
    }
}

/// Reads one moment.
pub fn moment(name: &'static str, text: &str, now: Timestamp, zone: &Zone) -> Result<Timestamp> {
    let text = text.trim();
    let wrong = || {
        let detail = format!(
            "{text:?} is not a time; use RFC 3339, epoch milliseconds, now-24h, 7d, today or yesterday"
        );
        Error::parameter(name, detail)
    };
    let day = |back: i64| -> Option<Timestamp> {
        let date = zone.local(now.0)?.date().checked_sub(back.days()).ok()?;
        zone.start_of(date).map(Timestamp)
    };
    match text {
        "now" => return Ok(now),
        "today" => return day(0).ok_or_else(wrong),
        "yesterday" => return day(1).ok_or_else(wrong),
        _ => {}
    }
    let relative = text.strip_prefix("now").unwrap_or(text).trim_start();
    let shifted = match (relative.strip_prefix('-'), relative.strip_prefix('+')) {
        (Some(span), _) => shift(now, span.trim_start(), -1, zone),
        (_, Some(span)) if text.starts_with("now") => shift(now, span.trim_start(), 1, zone),
        _ => shift(now, relative, -1, zone),
    };
    shifted.or_else(|| Timestamp::parse(text)).ok_or_else(wrong)
}

/// Moves by `24h` and the like; days and longer by the calendar of the zone.
fn shift(now: Timestamp, span: &str, sign: i64, zone: &Zone) -> Option<Timestamp> {
    let digits = span.bytes().take_while(u8::is_ascii_digit).count();
    let count: i64 = span.get(..digits)?.parse().ok().filter(|n| *n <= 100_000)?;
    let fixed = |unit: i64| Some(Timestamp(now.0.checked_add(sign * count * unit)?));
    let calendar = |span: Span| {
        let moved = zone.local(now.0)?.checked_add(span).ok()?;
        Some(Timestamp(moved.timestamp().as_microsecond()))
    };
    match span.get(digits..)? {
        "ms" => fixed(1_000),
        "s" => fixed(SECOND),
        "m" | "min" => fixed(MINUTE),
        "h" => fixed(HOUR),
        "d" => fixed(DAY),
        "w" => fixed(7 * DAY),
        "M" | "mo" => calendar(Span::new().try_months(sign * count).ok()?),
        "y" => calendar(Span::new().try_years(sign * count).ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn every_spelling_of_a_moment() {
        let now = at("2026-11-21T10:30:00Z");
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let cases = [
            ("now", "2026-11-21T10:30:00.000000Z"),
            ("now-24h", "2026-11-20T10:30:00.000000Z"),
            ("24h", "2026-11-20T10:30:00.000000Z"),
            ("-15m", "2026-11-21T10:15:00.000000Z"),
            ("now + 1h", "2026-11-21T11:30:00.000000Z"),
            ("7d", "2026-11-14T10:30:00.000000Z"),
            ("1M", "2026-10-21T09:30:00.000000Z"),
            ("yesterday", "2026-11-19T23:00:00.000000Z"),
            ("today", "2026-11-20T23:00:00.000000Z"),
            ("1795298319952", "2026-11-21T21:58:39.952000Z"),
            ("2026-11-21T10:00:00+01:00", "2026-11-21T09:00:00.000000Z"),
        ];
        for (text, want) in cases {
            assert_eq!(moment("from", text, now, &berlin).unwrap().to_string(), want, "{text}");
        }
        let error = moment("from", "soon", now, &berlin).unwrap_err().to_string();
        assert!(error.contains("soon"), "{error}");
    }

    #[test]
    fn the_period_before_is_as_long_as_what_is_over() {
        let range = Range::new(at("2026-11-21"), at("2026-11-22"));
        let whole = range.previous(at("2026-11-23"));
        assert_eq!((whole.from, whole.to), (at("2026-11-20"), at("2026-11-21")));
        let half = range.previous(at("2026-11-21T12:00:00Z"));
        assert_eq!((half.from, half.to), (at("2026-11-20"), at("2026-11-20T12:00:00Z")));
    }

    #[test]
    fn any_period_can_stand_beside() {
        let now = at("2026-11-23");
        let range = Range::new(at("2026-11-21"), at("2026-11-22"));
        let year = Range::new(at("2025-11-21"), at("2025-11-22"));
        assert_eq!(Compare::With(year).period(range, now), Some(year));
        assert_eq!(Compare::Previous.period(range, now), Some(range.previous(now)));
        assert_eq!(Compare::None.period(range, now), None);
    }

    #[test]
    fn a_zone_that_is_not_one_names_the_nearest() {
        let error = Zone::parse("Europe/Berln").unwrap_err().to_string();
        assert!(error.contains("Europe/Berlin"), "{error}");
        assert!(Range::parse(Some("now"), Some("now-1h"), at("2026-11-21"), &Zone::default()).is_err());
    }
}
