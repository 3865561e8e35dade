//! How a source delivers, and what that says of its health. Knows times and counts, not what was in an event. Kept in
//! memory only: after a restart a source counts as well until it delivered for a while again.

use event::Timestamp;
use event::time::{DAY, HOUR, MINUTE, SECOND};
use serde::Serialize;

use crate::quality::LATE;

/// Silence shorter than this is never worth a word, in microseconds.
const SILENT_MIN: i64 = 10 * MINUTE;
/// Who delivered for less than this (a first try, an import) was not a source that goes on, in microseconds.
const STEADY_MIN: i64 = 10 * MINUTE;
/// What became of deliveries is judged by those of about so long, in microseconds.
const WINDOW: i64 = MINUTE;

/// How a source does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    /// Nothing came yet.
    New,
    /// Nothing is wrong, as far as can be told.
    Ok,
    /// Events arrive, and are older than they should be.
    Late,
    /// Nothing came for longer than usual.
    Silent,
    /// Most of what came of late was not understood.
    Rejecting,
    /// Somebody stopped it.
    Paused,
}

/// When deliveries came, since the last day without any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rhythm {
    first: i64,
    last: i64,
    /// The longest pause between two deliveries; an hour of it is forgotten in a day.
    pause: i64,
    /// How long after the time of its newest event the last delivery came.
    lag: i64,
    window_start: i64,
    taken: u64,
    rejected: u64,
}

impl Rhythm {
    /// Notes a delivery: how many events were taken, the time of the newest, and how many records were rejected.
    pub(crate) fn note(&mut self, taken: u64, newest: Option<Timestamp>, rejected: u64, now: Timestamp) {
        if now.0 - self.window_start >= WINDOW {
            (self.window_start, self.taken, self.rejected) = (now.0, 0, 0);
        }
        self.taken += taken;
        self.rejected += rejected;
        if taken == 0 {
            return;
        }
        let pause = now.0 - self.last;
        if pause >= DAY {
            (self.first, self.pause) = (now.0, 0);
        } else {
            self.pause = pause.max(self.pause - pause / 24);
        }
        self.last = now.0;
        self.lag = newest.map_or(0, |newest| now.0 - newest.0);
    }

    /// How a source does that has sent this much in all, and why, in one sentence.
    pub(crate) fn health(&self, accepted: u64, rejected: u64, now: Timestamp) -> (Health, String) {
        if accepted == 0 && rejected == 0 {
            return (Health::New, "Nothing has come yet.".to_owned());
        }
        if accepted == 0 {
            return (Health::Rejecting, "Nothing of what came was understood.".to_owned());
        }
        let is_recent = now.0 - self.window_start < 2 * WINDOW;
        if is_recent && self.rejected > self.taken {
            let all = self.rejected + self.taken;
            let text = format!("Of the {all} records that came last, {} were not understood.", self.rejected);
            return (Health::Rejecting, text);
        }
        let quiet = now.0 - self.last;
        if quiet < WINDOW && (LATE..DAY).contains(&self.lag) {
            return (Health::Late, format!("Events arrive, but {} after their time.", span(self.lag)));
        }
        let goes_on = self.last - self.first >= STEADY_MIN && self.lag < LATE && quiet < DAY;
        if goes_on && quiet > SILENT_MIN.max(2 * self.pause) {
            let usual = span(self.pause.max(SECOND));
            let text = format!("Nothing has come for {}; its pauses were {usual} at most.", span(quiet));
            return (Health::Silent, text);
        }
        let text =
            if quiet < SILENT_MIN { "Events arrive." } else { "Nothing is wrong, as far as can be told." };
        (Health::Ok, text.to_owned())
    }
}

/// A time as people say it.
fn span(micros: i64) -> String {
    match micros {
        ..MINUTE => format!("{} s", micros / SECOND),
        MINUTE..HOUR => format!("{} min", micros / MINUTE),
        _ => format!("{} h", micros / HOUR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_795_298_319_000_000;

    /// Deliveries every so many seconds for so many minutes, each with events so old; judged minutes after the last.
    fn health(every_s: i64, for_min: i64, lag: i64, judged_after: i64) -> (Health, String) {
        let mut rhythm = Rhythm::default();
        let (mut at, end) = (START, START + for_min * MINUTE);
        while at <= end {
            rhythm.note(5, Some(Timestamp(at - lag)), 0, Timestamp(at));
            at += every_s * SECOND;
        }
        rhythm.health(5, 0, Timestamp(end + judged_after))
    }

    #[test]
    fn what_is_said_of_a_source() {
        let cases = [
            ("it delivers", (1, 60, SECOND, SECOND), Health::Ok, "Events arrive."),
            (
                "it stopped",
                (1, 60, SECOND, 14 * MINUTE),
                Health::Silent,
                "Nothing has come for 14 min; its pauses were 1 s at most.",
            ),
            ("it is quiet for not so long", (1, 60, SECOND, 9 * MINUTE), Health::Ok, "Events arrive."),
            ("its pauses are long", (1800, 240, SECOND, 50 * MINUTE), Health::Ok, "Nothing is wrong, "),
            (
                "and this one is longer",
                (1800, 240, SECOND, 61 * MINUTE),
                Health::Silent,
                "Nothing has come for 1 h; its pauses were 30 min at most.",
            ),
            ("switched off yesterday", (1, 60, SECOND, DAY), Health::Ok, "Nothing is wrong, "),
            ("a first try", (20, 3, SECOND, HOUR), Health::Ok, "Nothing is wrong, "),
            (
                "behind",
                (1, 60, 3 * MINUTE, SECOND),
                Health::Late,
                "Events arrive, but 3 min after their time.",
            ),
            ("behind, and stopped", (1, 60, 3 * MINUTE, HOUR), Health::Ok, "Nothing is wrong, "),
            ("an import goes on", (1, 60, 3 * DAY, SECOND), Health::Ok, "Events arrive."),
            ("an import has ended", (1, 60, 3 * DAY, HOUR), Health::Ok, "Nothing is wrong, "),
            ("its clock is ahead", (1, 60, -HOUR, SECOND), Health::Ok, "Events arrive."),
        ];
        for (case, (every, lasting, lag, after), want, said) in cases {
            let (got, text) = health(every, lasting, lag, after);
            assert_eq!(got, want, "{case}: {text}");
            assert!(text.starts_with(said), "{case}: {text}");
        }
    }

    #[test]
    fn what_is_not_understood_comes_first() {
        let at = |s: i64| Timestamp(START + s * SECOND);
        let mut rhythm = Rhythm::default();
        assert_eq!(rhythm.health(0, 0, at(0)).0, Health::New);
        assert_eq!(rhythm.health(0, 7, at(0)).0, Health::Rejecting);
        // Restarted: what came before is known, its rhythm is not.
        assert_eq!(rhythm.health(7, 90, at(0)).0, Health::Ok);
        rhythm.note(2, Some(at(0)), 7, at(0));
        let (health, text) = rhythm.health(2, 7, at(1));
        assert_eq!(
            (health, text.as_str()),
            (Health::Rejecting, "Of the 9 records that came last, 7 were not understood.")
        );
        rhythm.note(9, Some(at(70)), 0, at(70));
        assert_eq!(rhythm.health(11, 7, at(71)).0, Health::Ok);
    }
}
