//! How an audit proxy stands: whether the Admin API answers, when something was changed last, what its counts are.

use std::sync::atomic::{AtomicI64, Ordering};

use event::Timestamp;
use serde_json::{Map, Value, json};

use super::{NUMBERS, Proxy};
use crate::clock;

/// When something was so last, in microseconds; 0 when never since the start.
#[derive(Default)]
pub(super) struct Moment(AtomicI64);

impl Moment {
    /// It is so now.
    pub(super) fn is_now(&self) {
        self.0.fetch_max(clock::now().0, Ordering::Relaxed);
    }

    fn get(&self) -> Option<Timestamp> {
        Some(Timestamp(self.0.load(Ordering::Relaxed))).filter(|time| time.0 != 0)
    }

    fn told(&self) -> Option<String> {
        self.get().map(|time| time.to_string())
    }
}

/// What a proxy remembers of what it saw.
#[derive(Default)]
pub(super) struct Times {
    /// A change was handed on.
    pub(super) changed: Moment,
    /// The Admin API answered.
    pub(super) answered: Moment,
    /// It did not.
    pub(super) lost: Moment,
}

impl Proxy {
    /// How it stands; times and counts are of what was seen since the start.
    pub(crate) fn state(&self) -> Value {
        let count = |number: &super::Number| (number.of)(&self.numbers).load(Ordering::Relaxed);
        let counts: Map<String, Value> =
            NUMBERS.iter().map(|number| (number.name.to_owned(), json!(count(number)))).collect();
        let (answered, lost) = (self.times.answered.get(), self.times.lost.get());
        let reachable = answered.or(lost).map(|_| answered > lost);
        json!({
            "name": self.plan.name,
            "kind": self.plan.kind.name,
            "address": self.address.to_string(),
            "upstream": self.plan.upstream,
            "reachable": reachable,
            "problem": problem(reachable, self.numbers.unrecorded.load(Ordering::Relaxed)),
            "last_answer": self.times.answered.told(),
            "last_failure": self.times.lost.told(),
            "last_change": self.times.changed.told(),
            "pending": self.pending.load(Ordering::Relaxed),
            "fail": if self.plan.is_open { "open" } else { "closed" },
            "snapshot_interval_s": self.plan.snapshot.map(|every| every.as_secs()),
            "last_snapshot": self.watch.taken().map(|time| time.to_string()),
            "counts": counts,
        })
    }
}

/// What is wrong, for people; nothing when all is well.
fn problem(reachable: Option<bool>, unrecorded: u64) -> Option<String> {
    let lost = (reachable == Some(false)).then(|| "the Admin API did not answer the last call".to_owned());
    let missed = (unrecorded > 0).then(|| format!("{unrecorded} calls went on and could not be recorded"));
    let all: Vec<String> = lost.into_iter().chain(missed).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_words() {
        assert_eq!((problem(None, 0), problem(Some(true), 0)), (None, None));
        let all = problem(Some(false), 4).unwrap();
        assert_eq!(
            all,
            "the Admin API did not answer the last call; 4 calls went on and could not be recorded"
        );
    }
}
