//! Splits by the clock of the asked zone: hour, day, weekday, working hours.

use event::Timestamp;
use event::time::{HOUR, MINUTE};
use jiff::civil::Weekday;

use crate::error::{Error, Result};
use crate::range::Zone;
use crate::step::Step;

/// A part of the local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
    HourOfDay,
    OffHours,
}

/// Each with its name and label.
pub(crate) const CLOCKS: &[(&str, &str, Clock)] = &[
    ("minute", "Minute", Clock::Minute),
    ("hour", "Hour", Clock::Hour),
    ("day", "Day", Clock::Day),
    ("month", "Month", Clock::Month),
    ("weekday", "Weekday", Clock::Weekday),
    ("hour_of_day", "Hour of day", Clock::HourOfDay),
    ("off_hours", "Off hours", Clock::OffHours),
];

/// The days of the week, in the order they are shown.
pub(crate) const WEEKDAYS: &[(&str, Weekday)] = &[
    ("Monday", Weekday::Monday),
    ("Tuesday", Weekday::Tuesday),
    ("Wednesday", Weekday::Wednesday),
    ("Thursday", Weekday::Thursday),
    ("Friday", Weekday::Friday),
    ("Saturday", Weekday::Saturday),
    ("Sunday", Weekday::Sunday),
];

/// When people work: what is outside is off-hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First and last day, counted from Monday as 0.
    days: (usize, usize),
    /// First minute of the day, and the one after the last.
    minutes: (i64, i64),
}

impl Default for Hours {
    /// Monday to Friday, 07:00 to 19:00.
    fn default() -> Self {
        Hours { days: (0, 4), minutes: (7 * 60, 19 * 60) }
    }
}

impl Hours {
    /// Reads hours such as `mon-fri 07:00-19:00`.
    pub fn parse(text: &str) -> Result<Hours> {
        let wrong = || {
            Error::parameter("hours", format!("{text:?} is not days and hours such as mon-fri 07:00-19:00"))
        };
        let (days, times) = text.trim().split_once([' ', '+']).ok_or_else(wrong)?;
        let day = |name: &str| {
            let name = name.to_ascii_lowercase();
            WEEKDAYS
                .iter()
                .position(|(day, _)| name.len() >= 2 && day.to_ascii_lowercase().starts_with(&name))
        };
        let minute = |time: &str| {
            let (hours, minutes) = time.split_once(':').unwrap_or((time, "0"));
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            ((0..=24).contains(&hours) && (0..60).contains(&minutes) && hours * 60 + minutes <= 1_440)
                .then_some(hours * 60 + minutes)
        };
        let ((first, last), (from, to)) =
            (days.split_once('-').unwrap_or((days, days)), times.trim().split_once('-').ok_or_else(wrong)?);
        let days = day(first).zip(day(last)).ok_or_else(wrong)?;
        let minutes = minute(from).zip(minute(to)).filter(|(from, to)| from < to).ok_or_else(wrong)?;
        Ok(Hours { days, minutes })
    }

    /// The hours in words.
    pub(crate) fn words(&self) -> String {
        let day = |at: usize| WEEKDAYS.get(at).map_or("", |(name, _)| *name);
        let time = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let ((first, last), (from, to)) = (self.days, self.minutes);
        format!("{} to {}, {} to {}", day(first), day(last), time(from), time(to))
    }

    fn has(&self, weekday: usize, minute: i64) -> bool {
        let (first, last) = self.days;
        let of_week = if first <= last {
            (first..=last).contains(&weekday)
        } else {
            weekday >= first || weekday <= last
        };
        of_week && (self.minutes.0..self.minutes.1).contains(&minute)
    }

    /// Whether they begin and end with an hour.
    fn are_whole(&self) -> bool {
        self.minutes.0 % 60 == 0 && self.minutes.1 % 60 == 0
    }
}

impl Clock {
    pub(crate) fn by_name(name: &str) -> Option<(&'static str, &'static str, Clock)> {
        CLOCKS.iter().find(|(known, ..)| *known == name).copied()
    }

    /// The longest steps of which each lies within one value; `None` where hours are too long.
    pub(crate) fn step(self, hours: &Hours) -> Option<Step> {
        match self {
            Clock::Minute => None,
            Clock::OffHours if !hours.are_whole() => None,
            Clock::Hour | Clock::HourOfDay | Clock::OffHours => Some(Step::Even(HOUR)),
            Clock::Day | Clock::Month | Clock::Weekday => Some(Step::Day),
        }
    }

    /// The value of a time, and until when (from `time` on) it stays the same.
    pub(crate) fn value(self, time: i64, zone: &Zone, hours: &Hours) -> (String, i64) {
        let minute = time.div_euclid(MINUTE) * MINUTE;
        let Some(local) = zone.local(time) else { return (String::new(), minute + MINUTE) };
        let hour = Step::Even(HOUR).floor(time, zone);
        let weekday = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        match self {
            Clock::Minute => (moment(minute), minute + MINUTE),
            Clock::Hour => (moment(hour), hour + HOUR),
            Clock::Day => (local.date().to_string(), hour + HOUR),
            Clock::Month => (local.strftime("%Y-%m").to_string(), hour + HOUR),
            Clock::Weekday => (WEEKDAYS.get(weekday).map_or("", |(name, _)| *name).to_owned(), hour + HOUR),
            Clock::HourOfDay => (format!("{:02}", local.hour()), hour + HOUR),
            Clock::OffHours => {
                let at = i64::from(local.hour()) * 60 + i64::from(local.minute());
                ((!hours.has(weekday, at)).to_string(), minute + MINUTE)
            }
        }
    }

    /// The filter that keeps a value, where the language can say it.
    pub(crate) fn filter(self, value: &str, zone: &Zone) -> Option<String> {
        let between = |from: i64, to: i64| Some(format!("time:{}..{}", Timestamp(from), Timestamp(to - 1)));
        let start = || Timestamp::parse(value).map(|t| t.0);
        let day = |text: &str| text.parse::<jiff::civil::Date>().ok();
        match self {
            Clock::Minute => between(start()?, start()? + MINUTE),
            Clock::Hour => between(start()?, start()? + HOUR),
            Clock::Day => {
                let date = day(value)?;
                between(zone.start_of(date)?, zone.start_of(date.tomorrow().ok()?)?)
            }
            Clock::Month => {
                let date = day(&format!("{value}-01"))?;
                between(zone.start_of(date)?, zone.start_of(date.last_of_month().tomorrow().ok()?)?)
            }
            Clock::Weekday | Clock::HourOfDay | Clock::OffHours => None,
        }
    }

    /// Every value there can be, in order, where there are few.
    pub(crate) fn all(self) -> Option<Vec<String>> {
        match self {
            Clock::Weekday => Some(WEEKDAYS.iter().map(|(name, _)| (*name).to_owned()).collect()),
            Clock::HourOfDay => Some((0..24).map(|hour| format!("{hour:02}")).collect()),
            _ => None,
        }
    }
}

fn moment(time: i64) -> String {
    Timestamp(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_and_said() {
        assert_eq!(Hours::parse("mon-fri 07:00-19:00").unwrap(), Hours::default());
        assert_eq!(Hours::parse("Sunday-thu 8-16:30").unwrap().words(), "Sunday to Thursday, 08:00 to 16:30");
        for wrong in ["", "mon-fri", "mon-xyz 7-19", "mon 19-7", "mon 7-25", "mon 7:99-9"] {
            assert!(Hours::parse(wrong).is_err(), "{wrong}");
        }
        let week_end = Hours::parse("sat-mon 0-24").unwrap();
        assert!([5, 6, 0].iter().all(|day| week_end.has(*day, 1_439)) && !week_end.has(1, 600));
    }

    #[test]
    fn the_clock_is_that_of_the_zone() {
        let (berlin, hours) = (Zone::parse("Europe/Berlin").unwrap(), Hours::default());
        let at = |text: &str| Timestamp::parse(text).unwrap().0;
        let value = |clock: Clock, text: &str| clock.value(at(text), &berlin, &hours).0;
        // The clocks go back at 01:00 UTC: two o'clock comes twice.
        assert_eq!(value(Clock::HourOfDay, "2026-10-25T00:30:00Z"), "02");
        assert_eq!(value(Clock::HourOfDay, "2026-10-25T01:30:00Z"), "02");
        assert_eq!(value(Clock::Day, "2026-10-24T22:30:00Z"), "2026-10-25");
        assert_eq!(value(Clock::Weekday, "2026-10-25T22:59:59Z"), "Sunday");
        assert_eq!(value(Clock::Weekday, "2026-10-25T23:00:00Z"), "Monday");
        assert_eq!(value(Clock::Month, "2026-10-31T23:00:00Z"), "2026-11");
        assert_eq!(value(Clock::OffHours, "2026-10-26T06:00:00Z"), "false");
        assert_eq!(value(Clock::OffHours, "2026-10-26T05:59:59Z"), "true");
        assert_eq!(
            Clock::Day.filter("2026-10-25", &berlin).unwrap(),
            "time:2026-10-24T22:00:00.000000Z..2026-10-25T22:59:59.999999Z"
        );
    }
}
