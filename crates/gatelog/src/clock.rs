//! The only clock. Everything else is handed the time.

use event::Timestamp;
use event::time::{HOUR, MINUTE};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time now. A machine whose clock stands before 1970 is at 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Tells whether the clock can be trusted with deleting: it went on as time passed, for an hour.
pub(crate) struct Steady {
    start: Timestamp,
    /// Time passed when it started.
    begun: Duration,
}

impl Steady {
    /// Starts to look.
    pub(crate) fn new(now: Timestamp) -> Steady {
        Steady { start: now, begun: Duration::ZERO }
    }

    /// Looks at the clock, so much time after the start, as a watch measures it.
    pub(crate) fn is(&mut self, now: Timestamp, passed: Duration) -> bool {
        let expected = i64::try_from(passed.saturating_sub(self.begun).as_micros()).unwrap_or(i64::MAX);
        let shown = now.0.saturating_sub(self.start.0);
        if shown.abs_diff(expected) > MINUTE.unsigned_abs() {
            *self = Steady { start: now, begun: passed };
            return false;
        }
        expected >= HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumped_is_watched_for_another_hour() {
        let at = |minutes: i64| Timestamp(1_795_298_319_000_000 + minutes * MINUTE);
        let after = |minutes: u64| Duration::from_secs(60 * minutes);
        let mut steady = Steady::new(at(0));
        assert!(!steady.is(at(59), after(59)));
        assert!(steady.is(at(60), after(60)));
        // Ten years ahead, and back.
        assert!(!steady.is(at(5_256_000), after(61)));
        assert!(!steady.is(at(5_256_059), after(120)));
        assert!(!steady.is(at(121), after(121)));
        assert!(steady.is(at(181), after(181)));
    }
}
