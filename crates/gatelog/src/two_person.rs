//! The rule of two: what would remove something waits as a request until somebody else who may the same approves it. A person counts
//! once, in a browser or with a token of theirs; the tokens of applications neither ask nor approve, because whoever made one would
//! count twice.

use std::collections::BTreeMap;

use event::Timestamp;
use event::time::DAY;
use keys::Principal;
use serde::{Deserialize, Serialize};

use crate::retention::Set;

/// Requests that may wait at once.
const WAITING_MAX: usize = 100;
/// Days after which a request is no longer waited for.
pub(crate) const DAYS_MAX: i64 = 7;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Wish {
    /// Keeping for a shorter time.
    Retention {
        /// What is to be set.
        set: Set,
    },
    /// Releasing a hold.
    Release {
        /// Its id.
        hold: String,
        /// Its reason, as it was.
        reason: String,
    },
    /// Erasing a person. Who it is, is not kept here: somebody else names the same one.
    Erase {
        /// How the person is named.
        subject: String,
        /// A keyed hash of how.
        mark: String,
    },
}

impl Wish {
    /// Whether it is to erase a person.
    pub(crate) fn is_erasure(&self) -> bool {
        matches!(self, Wish::Erase { .. })
    }
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) wish: Wish,
    /// The account of who asks.
    pub(crate) by: String,
    /// Since when, in microseconds.
    pub(crate) since: i64,
}

impl Request {
    /// When it is no longer waited for.
    pub(crate) fn expires(&self) -> Timestamp {
        Timestamp(self.since.saturating_add(DAYS_MAX * DAY))
    }
}

/// Why something is not asked or approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// An application.
    #[error("with two_person_rule a person does this: sign in, or use a token of your own account")]
    NoPerson,
    /// Who asked.
    #[error("you have asked for this yourself: somebody else approves it")]
    Own,
    /// An erasure, of which only a hash of the person is known here.
    #[error("whoever approves an erasure names the person, too: erase the same one")]
    Unnamed,
    /// Not there, or no longer.
    #[error("there is no such request")]
    Missing,
    /// Too many.
    #[error("{WAITING_MAX} requests wait already")]
    Full,
}

/// The account of a person.
pub(crate) fn person(principal: &Principal) -> Result<&str, Refused> {
    principal.user().ok_or(Refused::NoPerson)
}

/// All that waits, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Waiting(BTreeMap<String, Request>);

impl Waiting {
    /// Those that wait at that moment.
    pub(crate) fn at(&self, now: Timestamp) -> impl Iterator<Item = (&String, &Request)> {
        self.0.iter().filter(move |(_, request)| request.expires() > now)
    }

    /// One of them, whether it still waits or not.
    pub(crate) fn get(&self, id: &str) -> Option<&Request> {
        self.0.get(id)
    }

    /// Puts a request to those that wait. The same one again takes the place of the first.
    pub(crate) fn ask(&mut self, id: String, request: Request, now: Timestamp) -> Result<(), Refused> {
        self.0.retain(|_, known| known.expires() > now && known.wish != request.wish);
        if self.0.len() >= WAITING_MAX {
            return Err(Refused::Full);
        }
        self.0.insert(id, request);
        Ok(())
    }

    /// Takes a request that this person approves.
    pub(crate) fn approve(&mut self, id: &str, person: &str, now: Timestamp) -> Result<Request, Refused> {
        let request = self.0.get(id).filter(|request| request.expires() > now).ok_or(Refused::Missing)?;
        if request.by == person {
            return Err(Refused::Own);
        }
        if request.wish.is_erasure() {
            return Err(Refused::Unnamed);
        }
        self.0.remove(id).ok_or(Refused::Missing)
    }

    /// Who has asked for the same.
    pub(crate) fn asked(&self, wish: &Wish, now: Timestamp) -> Option<&str> {
        self.at(now).find(|(_, request)| request.wish == *wish).map(|(_, request)| request.by.as_str())
    }

    /// Takes a request of somebody else for the same, which this person approves by asking for it; whether there was one.
    pub(crate) fn second(&mut self, wish: &Wish, person: &str, now: Timestamp) -> bool {
        let is_seconded = self.asked(wish, now).is_some_and(|by| by != person);
        if is_seconded {
            self.0.retain(|_, request| request.wish != *wish);
        }
        is_seconded
    }

    /// Takes a request that is declined, or withdrawn by who asked.
    pub(crate) fn decline(&mut self, id: &str) -> Result<Request, Refused> {
        self.0.remove(id).ok_or(Refused::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_is_approved_by_who_names_the_same_person() {
        let mut waiting = Waiting::default();
        let wish = |mark: &str| Wish::Erase { subject: "consumer".to_owned(), mark: mark.to_owned() };
        let now = Timestamp(DAY);
        let request = Request { wish: wish("a"), by: "ada".to_owned(), since: 0 };
        waiting.ask("1".to_owned(), request, now).unwrap();
        assert_eq!(waiting.approve("1", "bob", now), Err(Refused::Unnamed));
        assert_eq!(waiting.asked(&wish("a"), now), Some("ada"));
        assert!(!waiting.second(&wish("a"), "ada", now) && !waiting.second(&wish("b"), "bob", now));
        assert!(!waiting.second(&wish("a"), "bob", Timestamp(DAYS_MAX * DAY)));
        assert!(waiting.second(&wish("a"), "bob", now) && !waiting.second(&wish("a"), "bob", now));
    }

    #[test]
    fn somebody_else_approves_in_time() {
        let mut waiting = Waiting::default();
        let wish = |days| Wish::Retention { set: Set { events_days: Some(days), ..Set::default() } };
        let request = |days| Request { wish: wish(days), by: "ada".to_owned(), since: 0 };
        let (now, late) = (Timestamp(DAY), Timestamp(DAYS_MAX * DAY));
        waiting.ask("a".to_owned(), request(30), now).unwrap();
        assert_eq!(waiting.approve("a", "ada", now), Err(Refused::Own));
        assert_eq!(waiting.approve("b", "bob", now), Err(Refused::Missing));
        assert_eq!(waiting.approve("a", "bob", late), Err(Refused::Missing));
        assert_eq!(waiting.at(late).count(), 0);
        // The same again is one request.
        waiting.ask("b".to_owned(), request(30), now).unwrap();
        assert_eq!(waiting.at(now).map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(waiting.approve("b", "bob", now), Ok(request(30)));
        assert_eq!(waiting.approve("b", "bob", now), Err(Refused::Missing));
        for n in 0..WAITING_MAX {
            waiting.ask(n.to_string(), request(n as u32 + 1), now).unwrap();
        }
        assert_eq!(waiting.ask("x".to_owned(), request(1_000), now), Err(Refused::Full));
        assert_eq!(waiting.decline("7"), Ok(request(8)));
        // What is no longer waited for makes room.
        let new = Request { since: late.0, ..request(1_000) };
        waiting.ask("x".to_owned(), new, late).unwrap();
        assert_eq!(waiting.at(late).count(), 1);
    }
}
