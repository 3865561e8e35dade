//! How good what a source sends is: how complete, how late, how well its refusals are explained. Counted per delivery from
//! the columns of its batch, kept by ten minutes for a day, in memory only. Knows no source and no disk.

use std::collections::VecDeque;

use event::column::Column;
use event::field::{self, FieldId};
use event::time::{DAY, MINUTE, SECOND};
use event::{Batch, Timestamp};
use serde::Serialize;

/// Events that come this much after their time are late, in microseconds; what is older than a day is history.
pub(crate) const LATE: i64 = 2 * MINUTE;
/// Events so far ahead of our clock say that one of the two is wrong, in microseconds.
const AHEAD: i64 = SECOND;
/// Events are counted by so long, in microseconds.
const SLOT: i64 = 10 * MINUTE;
/// The denial reason that says nothing.
const UNEXPLAINED: &str = "other";

/// What an event should have.
pub(crate) struct Wanted {
    /// The name it is asked for by.
    pub(crate) name: &'static str,
    /// Its name for people.
    pub(crate) label: &'static str,
    /// One of these.
    fields: &'static [FieldId],
    /// Whether an audit needs it of every gateway.
    pub(crate) is_core: bool,
}

const fn wanted(
    name: &'static str,
    label: &'static str,
    fields: &'static [FieldId],
    is_core: bool,
) -> Wanted {
    Wanted { name, label, fields, is_core }
}

/// What events are looked through for. The shares of the core ones make one number of it.
pub(crate) const WANTED: [Wanted; 13] = [
    wanted("method", "Method", &[field::METHOD], true),
    wanted("path", "Path", &[field::PATH], true),
    wanted("status", "Status", &[field::STATUS], true),
    wanted("consumer", "Consumer", &[field::CONSUMER_NAME, field::CONSUMER_ID], true),
    wanted("route", "Route", &[field::ROUTE], true),
    wanted("duration", "Time taken", &[field::DURATION], true),
    wanted("ip", "Client address", &[field::IP], true),
    wanted("user_agent", "User agent", &[field::USER_AGENT], true),
    wanted("request_id", "Request id", &[field::REQUEST_ID], true),
    wanted("group", "Group", &[field::CONSUMER_GROUPS], false),
    wanted("plan", "Plan", &[field::USAGE_PLAN], false),
    wanted("size", "Response size", &[field::RESPONSE_BYTES], false),
    wanted("country", "Country", &[field::COUNTRY], false),
];

/// What some events were like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quality {
    /// How many there were, those that had come before included.
    pub(crate) events: u64,
    /// The time of the newest.
    pub(crate) newest: Option<Timestamp>,
    /// Those that came within a day of their time, and of them those that were late.
    timed: u64,
    pub(crate) late: u64,
    /// Ahead of our clock.
    pub(crate) ahead: u64,
    /// Without a time of their own.
    pub(crate) untimed: u64,
    /// How long after their time the timed ones came, together and at most, in microseconds.
    lag: i64,
    lag_max: i64,
    ahead_max: i64,
    /// Refused calls, and those of them with a reason that says something.
    pub(crate) denied: u64,
    pub(crate) explained: u64,
    /// By [`WANTED`], how many have it.
    present: [u64; WANTED.len()],
}

impl Quality {
    /// Looks through the events of a delivery.
    pub(crate) fn of(batch: &Batch, received: Timestamp) -> Quality {
        let mut found = Quality { events: batch.len() as u64, ..Quality::default() };
        for row in 0..batch.len() {
            match batch.column(field::TIME).and_then(|times| times.int(row)) {
                Some(time) => found.note_time(time, received),
                None => found.untimed += 1,
            }
        }
        if let Some(granted) = batch.column(field::GRANTED) {
            let reasons = batch.column(field::REASON);
            for row in (0..batch.len()).filter(|row| granted.int(*row) == Some(0)) {
                let reason = reasons.and_then(|reasons| reasons.text(row));
                found.denied += 1;
                found.explained += u64::from(reason.is_some_and(|reason| reason != UNEXPLAINED));
            }
        }
        for (count, wanted) in found.present.iter_mut().zip(&WANTED) {
            *count = present(batch, wanted.fields);
        }
        found
    }

    fn note_time(&mut self, time: i64, received: Timestamp) {
        let age = received.0.saturating_sub(time);
        self.newest = self.newest.max(Some(Timestamp(time)));
        if age == 0 {
            self.untimed += 1;
        } else if age < DAY {
            self.timed += 1;
            self.lag += age.max(0);
            self.lag_max = self.lag_max.max(age);
            self.late += u64::from(age >= LATE);
            self.ahead += u64::from(age <= -AHEAD);
            self.ahead_max = self.ahead_max.max(age.saturating_neg());
        }
    }

    fn add(&mut self, other: &Quality) {
        self.events += other.events;
        self.newest = self.newest.max(other.newest);
        self.timed += other.timed;
        self.late += other.late;
        self.ahead += other.ahead;
        self.untimed += other.untimed;
        self.lag += other.lag;
        self.lag_max = self.lag_max.max(other.lag_max);
        self.ahead_max = self.ahead_max.max(other.ahead_max);
        self.denied += other.denied;
        self.explained += other.explained;
        for (mine, theirs) in self.present.iter_mut().zip(other.present) {
            *mine += theirs;
        }
    }

    /// As it is told.
    pub(crate) fn shown(&self) -> Shown {
        let ms = |micros: i64| (self.timed > 0).then_some(micros as f64 / 1_000.0);
        let fields = WANTED.iter().zip(self.present).map(|(wanted, events)| Field {
            name: wanted.name,
            label: wanted.label,
            core: wanted.is_core,
            events,
        });
        Shown {
            events: self.events,
            late: self.late,
            ahead: self.ahead,
            untimed: self.untimed,
            denied: self.denied,
            explained: self.explained,
            lag_ms: ms(self.lag / i64::try_from(self.timed).unwrap_or(i64::MAX).max(1)),
            lag_max_ms: ms(self.lag_max),
            ahead_max_ms: ms(self.ahead_max),
            complete: self.complete(),
            fields: fields.collect(),
        }
    }

    /// The share of core values that are there.
    fn complete(&self) -> Option<f64> {
        let core = || WANTED.iter().zip(self.present).filter(|(wanted, _)| wanted.is_core);
        let wanted = self.events * core().count() as u64;
        let there: u64 = core().map(|(_, events)| events).sum();
        (wanted > 0).then(|| there as f64 / wanted as f64)
    }
}

/// How many events have one of these fields.
fn present(batch: &Batch, fields: &[FieldId]) -> u64 {
    let columns: Vec<&Column> = fields.iter().filter_map(|field| batch.column(*field)).collect();
    let rows = match columns.as_slice() {
        [] => 0,
        [column] => column.present(),
        columns => (0..batch.len()).filter(|row| columns.iter().any(|column| column.has(*row))).count(),
    };
    rows as u64
}

/// A [`Quality`] as the API tells it.
#[derive(Serialize)]
pub(crate) struct Shown {
    events: u64,
    late: u64,
    ahead: u64,
    untimed: u64,
    denied: u64,
    explained: u64,
    lag_ms: Option<f64>,
    lag_max_ms: Option<f64>,
    ahead_max_ms: Option<f64>,
    complete: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
}

impl Shown {
    /// Without the fields, for lists.
    pub(crate) fn brief(self) -> Shown {
        Shown { fields: Vec::new(), ..self }
    }
}

/// How many events have a field.
#[derive(Serialize)]
pub(crate) struct Field {
    name: &'static str,
    label: &'static str,
    core: bool,
    events: u64,
}

/// The last day of a source.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastDay {
    slots: VecDeque<(i64, Quality)>,
}

impl LastDay {
    /// Notes what a delivery was like.
    pub(crate) fn note(&mut self, brought: &Quality, now: Timestamp) {
        let slot = now.0.div_euclid(SLOT);
        while self.slots.front().is_some_and(|(at, _)| *at <= slot - DAY / SLOT) {
            self.slots.pop_front();
        }
        match self.slots.back_mut() {
            Some((at, quality)) if *at >= slot => quality.add(brought),
            _ => self.slots.push_back((slot, brought.clone())),
        }
    }

    /// What came in the last `span` microseconds, to within ten minutes.
    pub(crate) fn of(&self, span: i64, now: Timestamp) -> Quality {
        let oldest = (now.0 - span).div_euclid(SLOT);
        let mut all = Quality::default();
        self.slots.iter().filter(|(at, _)| *at > oldest).for_each(|(_, quality)| all.add(quality));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;
    use event::time::HOUR;

    const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

    fn batch(ages: &[i64]) -> Batch {
        let mut batch = Batch::new();
        for (n, age) in ages.iter().enumerate() {
            let mut event = Event::new();
            event.int(field::TIME, NOW.0 - age);
            event.text(field::METHOD, "GET");
            if n % 2 == 0 {
                event.text(field::CONSUMER_ID, "c1");
                event.int(field::STATUS, 403);
                event.int(field::GRANTED, 0);
                event.text(field::REASON, if n == 0 { "quota_exceeded" } else { "other" });
            } else {
                event.text(field::CONSUMER_NAME, "mobile");
                event.text(field::REQUEST_ID, "r");
            }
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    #[test]
    fn events_are_counted_by_what_they_have() {
        let quality = Quality::of(&batch(&[SECOND, 3 * MINUTE, -5 * SECOND, 0, 2 * DAY]), NOW);
        let shown = serde_json::to_value(quality.shown()).unwrap();
        let told = |name: &str| shown[name].clone();
        assert_eq!(
            (told("events"), told("late"), told("ahead"), told("untimed")),
            (5.into(), 1.into(), 1.into(), 1.into())
        );
        assert_eq!((told("denied"), told("explained")), (3.into(), 1.into()));
        // History and what has no time of its own say nothing of a delay: (1 s + 3 min + 0) / 3.
        assert_eq!(told("lag_ms"), (181_000_000_f64 / 3.0).trunc() / 1_000.0);
        assert_eq!((told("lag_max_ms"), told("ahead_max_ms")), (180_000.0.into(), 5_000.0.into()));
        let of = |name: &str| {
            shown["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap()["events"].clone()
        };
        assert_eq!(
            (of("consumer"), of("method"), of("status"), of("request_id"), of("route")),
            (5.into(), 5.into(), 3.into(), 2.into(), 0.into())
        );
        assert_eq!(told("complete"), 15.0 / 45.0);
        assert_eq!(quality.newest, Some(Timestamp(NOW.0 + 5 * SECOND)));
    }

    #[test]
    fn a_day_is_kept_and_no_more() {
        let mut day = LastDay::default();
        let at = |ago: i64| Timestamp(NOW.0 - ago);
        for ago in [30 * HOUR, 25 * HOUR, 20 * HOUR, 2 * HOUR, 30 * MINUTE, 0] {
            day.note(&Quality::of(&batch(&[SECOND]), at(ago)), at(ago));
        }
        assert_eq!(day.of(DAY, NOW).events, 4);
        assert_eq!(day.of(HOUR, NOW).events, 2);
        assert_eq!(day.slots.len(), 4);
        // A clock that went back does not make it grow.
        day.note(&Quality::of(&batch(&[SECOND]), at(HOUR)), at(HOUR));
        assert_eq!((day.slots.len(), day.of(HOUR, NOW).events), (4, 3));
    }
}
