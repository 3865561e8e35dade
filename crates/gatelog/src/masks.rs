//! The masking rules of an installation, on top of the defaults: which hold, which held before, and since when. A change is
//! a new version; nothing of an earlier one is lost.

use std::sync::{Arc, PoisonError, RwLock};

use event::Timestamp;
use event::mask::{Own, OwnRule, Rules};
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Content, Error};

/// Versions that are kept; what older ones were is in the operator trail.
const VERSIONS_MAX: usize = 200;
/// Bytes of all rules of a version, as JSON: the operator trail keeps what they were and are as a whole.
const RULES_BYTES_MAX: usize = 48 << 10;
/// Characters of the remark to a version.
const NOTE_CHARS_MAX: usize = 500;

/// Rules, and who made them hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Counted from 1.
    pub(crate) number: u64,
    /// Since when they hold, in microseconds.
    pub(crate) at: i64,
    /// Who said so.
    pub(crate) by: String,
    /// Why.
    #[serde(default)]
    pub(crate) note: String,
    pub(crate) rules: Vec<OwnRule>,
}

/// Every version, the oldest first; the last one holds. Without any there is no rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Masks(Vec<Version>);

/// What somebody wants to hold.
pub(crate) struct Wanted {
    pub(crate) rules: Vec<OwnRule>,
    /// The version they had before them; another one holds by now when it is not that.
    pub(crate) over: Option<u64>,
    pub(crate) by: String,
    pub(crate) note: String,
}

/// Why rules cannot be set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// A rule is not as it should be.
    #[error("{0}")]
    Wrong(String),
    /// Somebody else was faster.
    #[error("version {0} holds by now: look at it, and make your change to that one")]
    Passed(u64),
}

impl Masks {
    /// The number of the version that holds; 0 before there is one.
    pub(crate) fn number(&self) -> u64 {
        self.0.last().map_or(0, |version| version.number)
    }

    /// The version that holds.
    pub(crate) fn now(&self) -> Option<&Version> {
        self.0.last()
    }

    /// The rules that hold.
    pub(crate) fn rules(&self) -> &[OwnRule] {
        self.0.last().map_or(&[], |version| &version.rules)
    }

    /// A version that is kept.
    pub(crate) fn version(&self, number: u64) -> Option<&Version> {
        self.0.iter().find(|version| version.number == number)
    }

    /// Every version that is kept with the one before it, the newest first.
    pub(crate) fn versions(&self) -> impl Iterator<Item = (&Version, Option<&Version>)> {
        let before = |at: usize| at.checked_sub(1).and_then(|at| self.0.get(at));
        self.0.iter().enumerate().rev().map(move |(at, version)| (version, before(at)))
    }

    /// Makes rules hold.
    pub(crate) fn set(&mut self, wanted: Wanted, now: Timestamp) -> Result<(), Refusal> {
        let Wanted { rules, over, by, note } = wanted;
        if over.is_some_and(|over| over != self.number()) {
            return Err(Refusal::Passed(self.number()));
        }
        checked(&rules)?;
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err(Refusal::Wrong(format!("a remark has at most {NOTE_CHARS_MAX} characters")));
        }
        self.0.push(Version { number: self.number() + 1, at: now.0, by, note, rules });
        let surplus = self.0.len().saturating_sub(VERSIONS_MAX);
        self.0.drain(..surplus);
        Ok(())
    }
}

/// The rules, ready to be used.
pub(crate) fn checked(rules: &[OwnRule]) -> Result<Own, Refusal> {
    let bytes = serde_json::to_string(rules).map_or(usize::MAX, |text| text.len());
    if bytes > RULES_BYTES_MAX {
        return Err(Refusal::Wrong(format!(
            "all rules together have at most {RULES_BYTES_MAX} bytes of JSON"
        )));
    }
    Own::new(rules).map_err(Refusal::Wrong)
}

/// The rules that events are masked with now. Deliveries take a copy.
pub(crate) struct Masking(RwLock<Arc<Rules>>);

impl Masking {
    /// Those of the catalogue. Rules that are not understood are no reason to go on without them.
    pub(crate) fn of(catalog: &Catalog) -> Result<Masking, Error> {
        Ok(Masking(RwLock::new(Arc::new(rules(catalog)?))))
    }

    /// Those of now.
    pub(crate) fn get(&self) -> Arc<Rules> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what the catalogue has; deliveries that begin to be masked after this have it.
    pub(crate) fn follow(&self, catalog: &Catalog) -> Result<(), Error> {
        // Read under the lock: of two changes at once the later one stays.
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = Arc::new(rules(catalog)?);
        Ok(())
    }
}

/// The rules of a catalogue: the defaults with its key, and its own.
pub(crate) fn rules(catalog: &Catalog) -> Result<Rules, Error> {
    let own = catalog.with(|content: &Content| Own::new(content.masks.rules()));
    let own = own.map_err(|reason| catalog.damaged(format!("masking rules: {reason}")))?;
    Ok(Rules::new(catalog.masking_key()).own(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::mask::{How, What};

    fn rule(name: &str) -> OwnRule {
        OwnRule {
            name: name.to_owned(),
            what: What::Field,
            of: "ip".to_owned(),
            how: How::Truncate,
            with: String::new(),
            gateway: None,
            environment: None,
            source: None,
            off: false,
        }
    }

    fn wanted(rules: Vec<OwnRule>, over: Option<u64>) -> Wanted {
        Wanted { rules, over, by: "ada".to_owned(), note: String::new() }
    }

    #[test]
    fn each_change_is_a_version_and_nobody_overwrites_unseen() {
        let mut masks = Masks::default();
        assert_eq!((masks.number(), masks.rules().len(), masks.versions().count()), (0, 0, 0));
        masks.set(wanted(vec![rule("a")], Some(0)), Timestamp(1)).unwrap();
        masks.set(wanted(vec![rule("a"), rule("b")], Some(1)), Timestamp(2)).unwrap();
        assert!(matches!(masks.set(wanted(vec![], Some(1)), Timestamp(3)), Err(Refusal::Passed(2))));
        let numbers: Vec<_> =
            masks.versions().map(|(v, before)| (v.number, before.map(|b| b.number))).collect();
        assert_eq!(numbers, [(2, Some(1)), (1, None)]);
        assert_eq!(masks.version(1).unwrap().rules, [rule("a")]);
        assert!(
            masks
                .set(wanted(vec![OwnRule { of: "nothing".into(), ..rule("c") }], None), Timestamp(4))
                .is_err()
        );
        for at in 0..2 * VERSIONS_MAX as i64 {
            masks.set(wanted(vec![], None), Timestamp(at)).unwrap();
        }
        assert_eq!((masks.versions().count(), masks.number()), (VERSIONS_MAX, 2 + 2 * VERSIONS_MAX as u64));
        let large = OwnRule { of: "x".repeat(512), what: What::Header, ..rule("x") };
        assert!(matches!(masks.set(wanted(vec![large; 100], None), Timestamp(5)), Err(Refusal::Wrong(_))));
    }
}
