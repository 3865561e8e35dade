//! How long what is kept: as the settings file says, or as was set at run time; and the holds that keep days beyond that.
//! What would be removed, and when the disk will be full, is told before anything is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use event::Timestamp;
use event::time::DAY;
use ledger::{DayUse, Held, Seek};
use query::Filter;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::sought::AllSought;

/// The longest time anything is kept, in days: a hundred years.
const DAYS_MAX: u32 = 36_500;
/// Holds there may be at once.
const HOLDS_MAX: usize = 1_000;
/// Characters of the reason of a hold.
const REASON_CHARS_MAX: usize = 500;
/// Whole days of the past that what comes in is measured on.
const MEASURED_DAYS: i64 = 14;

/// Days that something is kept, for each stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Days {
    /// Access events.
    pub(crate) events: u32,
    /// The roll-ups behind the dashboards.
    pub(crate) rollups: u32,
    /// The operator trail.
    pub(crate) trail: u32,
}

impl Days {
    /// As the settings file says.
    pub(crate) fn of(config: &Config) -> Days {
        let Config { retain_days, rollup_retain_days, trail_retain_days, .. } = *config;
        Days { events: retain_days, rollups: rollup_retain_days, trail: trail_retain_days }
    }
}

/// Times that others ask for, under the name of who asks.
#[derive(Clone, Copy)]
pub(crate) struct Preset {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) set: Set,
}

const fn preset(name: &'static str, about: &'static str, days: [u32; 3]) -> Preset {
    let [events, rollups, trail] = days;
    let set = Set { events_days: Some(events), rollups_days: Some(rollups), trail_days: Some(trail) };
    Preset { name, about, set }
}

/// Every preset. What is kept here can be asked at once, however old it is: nothing has to be fetched back first.
pub(crate) const PRESETS: &[Preset] = &[
    preset("standard", "Half a year of events, two years of roll-ups.", [180, 730, 400]),
    preset(
        "pci",
        "PCI DSS 10.5.1: 12 months, the last three of them at hand; here all of them are.",
        [366, 730, 400],
    ),
    preset("hipaa", "HIPAA 45 CFR 164.316(b)(2): six years.", [2_192, 2_192, 2_192]),
];

/// The presets that fit: with an archive, what is older than three months need not be at hand.
pub(crate) fn presets(has_archive: bool) -> Vec<Preset> {
    let with_archive = preset(
        "pci",
        "PCI DSS 10.5.1: 12 months; the last three at hand, what is older in the archive.",
        [92, 730, 400],
    );
    let fits = |known: &Preset| if has_archive && known.name == "pci" { with_archive } else { *known };
    PRESETS.iter().map(fits).collect()
}

/// What was set at run time; without, the settings file counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Set {
    pub(crate) events_days: Option<u32>,
    pub(crate) rollups_days: Option<u32>,
    pub(crate) trail_days: Option<u32>,
}

impl Set {
    /// What holds then.
    pub(crate) fn over(&self, settings: Days) -> Days {
        Days {
            events: self.events_days.unwrap_or(settings.events),
            rollups: self.rollups_days.unwrap_or(settings.rollups),
            trail: self.trail_days.unwrap_or(settings.trail),
        }
    }

    /// Whether something would be kept for a shorter time than it is.
    pub(crate) fn is_shorter(&self, than: Days, settings: Days) -> bool {
        let days = self.over(settings);
        days.events < than.events || days.rollups < than.rollups || days.trail < than.trail
    }

    /// What is wrong with it. The operator trail is never shortened this way: whoever may do that here could remove what
    /// they did.
    pub(crate) fn check(&self, settings: Days) -> Result<(), String> {
        let Days { events, rollups, trail } = self.over(settings);
        if [events, rollups, trail].iter().any(|days| !(1..=DAYS_MAX).contains(days)) {
            return Err(format!("each time is 1 to {DAYS_MAX} days"));
        }
        if rollups < events {
            return Err(format!("roll-ups are kept at least as long as events: {events} days"));
        }
        if trail < settings.trail {
            let least = settings.trail;
            return Err(format!(
                "the operator trail is kept at least as long as the settings file says: {least} days"
            ));
        }
        Ok(())
    }
}

/// What a hold keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stream {
    /// Access events and their roll-ups.
    Events,
    /// The operator trail.
    Trail,
}

/// Something that must stay, however old it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) stream: Stream,
    /// The first day, such as 2026-11-01; without, from the beginning.
    #[serde(default)]
    pub(crate) from: Option<String>,
    /// The last day; without, without end.
    #[serde(default)]
    pub(crate) to: Option<String>,
    /// Only days with an event that this filter finds; without, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    pub(crate) reason: String,
    /// Who placed it.
    pub(crate) by: String,
    /// When, in microseconds.
    pub(crate) since: i64,
}

impl Hold {
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let day = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => day(text).map(Some),
        };
        let (from, to) = (day(&self.from)?, day(&self.to)?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err("the last day is before the first".to_owned());
        }
        if let Some(filter) = &self.filter {
            if self.stream == Stream::Trail {
                return Err("a filter finds access events; the operator trail is held as a whole".to_owned());
            }
            Filter::parse(filter).map_err(|fault| fault.to_string())?;
        }
        if self.reason.trim().is_empty() || self.reason.chars().count() > REASON_CHARS_MAX {
            return Err(format!("a hold needs a reason, of at most {REASON_CHARS_MAX} characters"));
        }
        Ok(())
    }

    /// The days it speaks of, since the epoch.
    pub(crate) fn days(&self) -> std::ops::RangeInclusive<i64> {
        let of =
            |text: &Option<String>, otherwise| text.as_deref().and_then(|t| day(t).ok()).unwrap_or(otherwise);
        of(&self.from, i64::MIN)..=of(&self.to, i64::MAX)
    }
}

/// A day as it is written: 2026-11-21.
pub(crate) fn day(text: &str) -> Result<i64, String> {
    let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let time = Timestamp::parse(text).filter(|_| is_day);
    time.map(Timestamp::day).ok_or_else(|| format!("{text:?} is not a day such as 2026-11-21"))
}

/// What was set and what is held, as the catalogue keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    pub(crate) set: Set,
    pub(crate) holds: BTreeMap<String, Hold>,
}

impl Kept {
    /// Places a hold.
    pub(crate) fn hold(&mut self, id: String, hold: Hold) -> Result<(), String> {
        hold.check()?;
        if self.holds.len() >= HOLDS_MAX {
            return Err(format!("there are {HOLDS_MAX} holds already"));
        }
        self.holds.insert(id, hold);
        Ok(())
    }

    /// What the ledger is to keep.
    pub(crate) fn of_ledger(&self, days: Days, sought: &AllSought) -> ledger::Retention {
        let holds = self.holds.values().filter(|hold| hold.stream == Stream::Events);
        let held = holds.map(|hold| {
            let only = hold.filter.as_deref().map(|text| sought.of(text) as Arc<dyn Seek>);
            Held { days: hold.days(), only }
        });
        ledger::Retention { days: days.events.into(), rollup_days: days.rollups.into(), held: held.collect() }
    }

    /// Whether a hold has that filter.
    pub(crate) fn seeks(&self, text: &str) -> bool {
        self.holds.values().any(|hold| hold.filter.as_deref() == Some(text))
    }

    /// Operator events before this moment are over.
    pub(crate) fn trail_over(&self, days: Days, now: Timestamp) -> Timestamp {
        let over = now.0.saturating_sub(i64::from(days.trail) * DAY);
        // They are removed from the oldest on, so a hold keeps whatever came after its first day as well.
        let held = self.holds.values().filter(|hold| hold.stream == Stream::Trail);
        let held = held.map(|hold| hold.days().start().saturating_mul(DAY)).min();
        Timestamp(held.map_or(over, |held| held.min(over)))
    }
}

/// What a time of keeping comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Forecast {
    /// Whole days that were measured; none when there is none.
    pub(crate) measured_days: i64,
    /// Bytes a day takes, roll-ups included.
    pub(crate) bytes_per_day: u64,
    /// Bytes all events take once the first of them is removed for its age.
    pub(crate) bytes_at_end: u64,
    /// Days until there is no room on the disk; none when it is enough.
    pub(crate) full_in_days: Option<u64>,
}

/// What comes of keeping events for so many days, with so many bytes of the disk left to use.
pub(crate) fn forecast(days: &[DayUse], keep: u32, today: i64, room_bytes: u64) -> Forecast {
    let measured = days.iter().filter(|day| (today - MEASURED_DAYS..today).contains(&day.day));
    let first = measured.clone().map(|day| day.day).min();
    // A day without an event is a day too.
    let measured_days = first.map_or(0, |first| today - first);
    let bytes: u64 = measured.map(|day| day.bytes).sum();
    let bytes_per_day = bytes.checked_div(measured_days.unsigned_abs()).unwrap_or(0);
    let bytes_at_end = bytes_per_day.saturating_mul(u64::from(keep) + 1);
    let now: u64 = days.iter().map(|day| day.bytes).sum();
    let is_enough = bytes_at_end.saturating_sub(now) <= room_bytes;
    let full_in_days = (!is_enough).then(|| room_bytes / bytes_per_day.max(1));
    Forecast { measured_days, bytes_per_day, bytes_at_end, full_in_days }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Days = Days { events: 180, rollups: 730, trail: 400 };

    fn hold(stream: Stream, from: Option<&str>, to: Option<&str>) -> Hold {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let (reason, by) = ("a case".to_owned(), "ada".to_owned());
        Hold { stream, from: own(from), to: own(to), filter: None, reason, by, since: 0 }
    }

    #[test]
    fn what_may_be_set() {
        let set =
            |events, rollups, trail| Set { events_days: events, rollups_days: rollups, trail_days: trail };
        assert_eq!(Set::default().over(SETTINGS), SETTINGS);
        assert_eq!(set(Some(30), None, None).over(SETTINGS), Days { events: 30, ..SETTINGS });
        for good in
            PRESETS.iter().map(|preset| preset.set).chain([Set::default(), set(Some(1), Some(1), None)])
        {
            assert_eq!(good.check(SETTINGS), Ok(()), "{good:?}");
        }
        let bad = [
            set(Some(0), None, None),
            set(Some(731), None, None),
            set(None, Some(179), None),
            set(None, None, Some(399)),
            set(Some(40_000), Some(40_000), None),
        ];
        for bad in bad {
            assert!(bad.check(SETTINGS).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn holds_keep_their_days() {
        let mut kept = Kept::default();
        for (at, wrong) in
            [("2026-11-31", None), ("2026-11-02", Some("2026-11-01")), ("now", None)].into_iter().enumerate()
        {
            let (from, to) = wrong;
            assert!(kept.hold(at.to_string(), hold(Stream::Events, Some(from), to)).is_err(), "{from}");
        }
        assert!(
            kept.hold("a".into(), Hold { reason: " ".into(), ..hold(Stream::Events, None, None) }).is_err()
        );
        kept.hold("b".into(), hold(Stream::Events, Some("2026-01-01"), Some("2026-01-31"))).unwrap();
        let sought = AllSought::default();
        let of_ledger = kept.of_ledger(SETTINGS, &sought);
        let at = |text: &str| day(text).unwrap();
        let today = at("2026-11-21");
        for (text, is_over) in [
            ("2025-12-31", true),
            ("2026-01-01", false),
            ("2026-01-31", false),
            ("2026-02-01", true),
            ("2026-11-20", false),
        ] {
            assert_eq!(of_ledger.is_over(at(text), today), is_over, "{text}");
        }
        assert!(!of_ledger.is_held(at("2026-02-01")));
        let with =
            |stream, filter: &str| Hold { filter: Some(filter.to_owned()), ..hold(stream, None, None) };
        assert!(kept.hold("c".into(), with(Stream::Trail, "consumer:acme")).is_err());
        assert!(kept.hold("c".into(), with(Stream::Events, "nothing:like this")).is_err());
        kept.hold("c".into(), with(Stream::Events, "consumer:acme")).unwrap();
        let of_ledger = kept.of_ledger(SETTINGS, &sought);
        // What it is about is looked for only when the day is about to go; its cells stay in any case.
        assert!(
            of_ledger.is_over(at("2025-12-31"), today) && of_ledger.seekers(at("2025-12-31")).count() == 1
        );
        assert!(
            !of_ledger.cells_are_over(0, today) && kept.seeks("consumer:acme") && !kept.seeks("status:500")
        );
        kept.holds.remove("c");
        let now = Timestamp(today * DAY);
        assert_eq!(kept.trail_over(SETTINGS, now).day(), today - 400);
        kept.hold("c".into(), hold(Stream::Trail, Some("2024-05-06"), None)).unwrap();
        assert_eq!(kept.trail_over(SETTINGS, now).day(), at("2024-05-06"));
        kept.hold("d".into(), hold(Stream::Trail, None, Some("2024-01-01"))).unwrap();
        assert!(kept.trail_over(SETTINGS, now).day() < -100_000);
    }

    #[test]
    fn what_is_measured_says_when_the_disk_is_full() {
        let day = |day, bytes| DayUse { day, events: 1, bytes };
        assert_eq!(
            forecast(&[], 180, 100, 10),
            Forecast { measured_days: 0, bytes_per_day: 0, bytes_at_end: 0, full_in_days: None }
        );
        // Today is not whole, and day 98 had nothing: 600 bytes in three days.
        let days = [day(10, 5_000), day(97, 400), day(99, 200), day(100, 1_000)];
        let of = |keep, room| forecast(&days, keep, 100, room);
        let told = of(9, 400);
        assert_eq!((told.measured_days, told.bytes_per_day, told.bytes_at_end), (3, 200, 2_000));
        assert_eq!(told.full_in_days, None, "what there is takes more than is to come");
        assert_eq!(of(99, 13_399).full_in_days, Some(66));
        assert_eq!(of(99, 13_400).full_in_days, None);
    }
}
