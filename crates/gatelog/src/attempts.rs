//! Passwords that were wrong, and how long one waits after them. A delay, not a lock: nobody can shut another one out.
//! Also how many passwords are compared at once, as each takes 19 MiB. How often one may try at all without a
//! credential, right or wrong, is for [`crate::strangers`] to say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event::Timestamp;
use event::time::{MINUTE, SECOND};
use keys::{Password, Secret};
use tokio::sync::Semaphore;

use crate::strangers::network;

/// Failures count for this long, in microseconds.
const WINDOW: i64 = 15 * MINUTE;
/// The longest wait, in microseconds.
const WAIT_MAX: i64 = MINUTE;
/// Accounts, addresses and pairs of them that are remembered.
const KEYS_MAX: usize = 30_000;
/// Passwords compared at once.
const AT_ONCE: usize = 2;
/// How long a sign-in waits for its turn.
const TURN: Duration = Duration::from_secs(10);

/// What failures are counted by, and how many are free: one account from one address, all from one address, one
/// account from everywhere. The last two are for those who try many accounts, or come from many addresses.
const FREE: [usize; 3] = [5, 25, 100];

/// Wrong passwords of the last quarter of an hour.
pub(crate) struct Attempts {
    failures: Mutex<HashMap<(u8, String), Vec<i64>>>,
    turns: Arc<Semaphore>,
}

/// What came of comparing a password.
pub(crate) enum Outcome {
    /// It is the password.
    Right,
    /// It is not.
    Wrong,
    /// It was not compared: so many seconds are to be waited first.
    Wait(u32),
    /// Too many compare at the moment.
    Busy,
}

impl Default for Attempts {
    fn default() -> Self {
        Attempts { failures: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

fn keys(account: &str, address: &str) -> [(u8, String); 3] {
    // Who has an IPv6 address has all of its network.
    let address = &address.parse().map_or_else(|_| address.to_owned(), |known| network(known).to_string());
    // An account has no space in its name.
    [(0, format!("{account} {address}")), (1, address.clone()), (2, account.to_owned())]
}

impl Attempts {
    /// Compares a password with that of an account, or with none in the same time, unless too many were wrong.
    pub(crate) async fn compare(
        &self,
        account: &str,
        address: &str,
        of: Option<Password>,
        text: Secret<String>,
        now: Timestamp,
    ) -> Outcome {
        if let Some(seconds) = self.wait(account, address, now) {
            return Outcome::Wait(seconds);
        }
        let Ok(Ok(turn)) = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await else {
            return Outcome::Busy;
        };
        // Those that waited for their turn together wait for each other's failures, too.
        if let Some(seconds) = self.wait(account, address, now) {
            return Outcome::Wait(seconds);
        }
        let is_known = of.is_some();
        let compared = tokio::task::spawn_blocking(move || {
            let is_right = of.unwrap_or_else(Password::nobody).is(&text);
            drop(turn);
            is_right
        });
        if compared.await.unwrap_or(false) && is_known {
            self.forget(account, address);
            return Outcome::Right;
        }
        self.failed(account, address, now);
        Outcome::Wrong
    }

    /// Makes a password, in its turn.
    pub(crate) async fn make(
        &self,
        user: String,
        text: Secret<String>,
        salt: keys::Salt,
    ) -> Option<Result<Password, keys::Weak>> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await.ok()?.ok()?;
        let make = move || {
            let made = Password::make(&user, &text, &salt);
            drop(turn);
            made
        };
        tokio::task::spawn_blocking(make).await.ok()
    }

    /// How many seconds are to be waited before the next attempt.
    fn wait(&self, account: &str, address: &str, now: Timestamp) -> Option<u32> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(account, address);
        let until = keys.iter().zip(FREE).filter_map(|(key, free)| {
            let times = failures.get(key)?;
            let recent = times.iter().filter(|time| now.0 - **time < WINDOW).count();
            let beyond = u32::try_from(recent.checked_sub(free)?).ok()?;
            Some(times.last()? + (SECOND << beyond.min(10)).min(WAIT_MAX))
        });
        let left = until.max()? - now.0;
        u32::try_from((left + SECOND - 1) / SECOND).ok().filter(|seconds| *seconds > 0)
    }

    fn failed(&self, account: &str, address: &str, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() + FREE.len() > KEYS_MAX {
            failures.retain(|_, times| times.last().is_some_and(|time| now.0 - time < WINDOW));
        }
        if failures.len() + FREE.len() > KEYS_MAX {
            // Someone invents names. What counts by address goes on; the rest begins anew.
            failures.retain(|(kind, _), _| *kind == 1);
        }
        for (key, free) in keys(account, address).into_iter().zip(FREE) {
            let times = failures.entry(key).or_default();
            times.retain(|time| now.0 - *time < WINDOW);
            times.push(now.0);
            let beyond = times.len().saturating_sub(free + 10);
            times.drain(..beyond);
        }
    }

    /// Whoever knows the password had mistyped.
    fn forget(&self, account: &str, address: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let [of_both, ..] = keys(account, address);
        failures.remove(&of_both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_795_298_319 * SECOND + seconds * SECOND)
    }

    #[test]
    fn after_five_failures_one_waits_longer_and_longer() {
        let attempts = Attempts::default();
        for n in 0..5 {
            assert_eq!(attempts.wait("ann", "10.0.0.1", at(n)), None, "{n}");
            attempts.failed("ann", "10.0.0.1", at(n));
        }
        assert_eq!(attempts.wait("ann", "10.0.0.1", at(4)), Some(1));
        assert_eq!(attempts.wait("ann", "10.0.0.1", at(5)), None);
        for n in 0..20 {
            attempts.failed("ann", "10.0.0.1", at(5 + n));
        }
        assert_eq!(attempts.wait("ann", "10.0.0.1", at(24)), Some(60));
        // Nobody else waits for it, and after a while nobody does.
        assert_eq!(attempts.wait("ann", "10.0.0.2", at(24)), None);
        assert_eq!(attempts.wait("bob", "10.0.0.2", at(24)), None);
        assert_eq!(attempts.wait("ann", "10.0.0.1", at(16 * 60)), None);
        attempts.forget("ann", "10.0.0.1");
        for n in 0..6 {
            attempts.failed("ann", &format!("2001:db8::{n}"), at(0));
        }
        assert!(attempts.wait("ann", "2001:db8::ffff", at(0)).is_some());
        assert_eq!(attempts.wait("ann", "2001:db8:0:1::1", at(0)), None);
    }

    #[test]
    fn many_accounts_or_many_addresses_are_noticed_too() {
        let attempts = Attempts::default();
        for n in 0..30 {
            attempts.failed(&format!("user{n}"), "10.0.0.1", at(0));
        }
        assert!(attempts.wait("someone", "10.0.0.1", at(0)).is_some());
        for n in 0..110 {
            attempts.failed("ann", &format!("10.1.0.{n}"), at(0));
        }
        assert!(attempts.wait("ann", "10.9.9.9", at(0)).is_some());
        assert_eq!(attempts.wait("bob", "10.9.9.9", at(0)), None);
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let attempts = Attempts::default();
        for n in 0..40_000 {
            attempts.failed(&format!("user{n}"), "10.0.0.1", at(0));
        }
        assert!(attempts.failures.lock().unwrap().len() <= KEYS_MAX);
        assert!(attempts.wait("user0", "10.0.0.1", at(0)).is_some());
    }

    #[tokio::test]
    async fn a_password_is_compared() {
        let attempts = Attempts::default();
        let secret = |text: &str| Secret::new(text.to_owned());
        let made = attempts.make("ann".into(), secret("four words of mine"), [1; 16]).await.unwrap().ok();
        for _ in 0..5 {
            let outcome = attempts.compare("ann", "::1", made.clone(), secret("wrong"), at(0)).await;
            assert!(matches!(outcome, Outcome::Wrong));
        }
        let right = || secret("four words of mine");
        let outcome = attempts.compare("ann", "::1", made.clone(), right(), at(0)).await;
        assert!(matches!(outcome, Outcome::Wait(1)));
        let outcome = attempts.compare("ann", "::1", made, right(), at(2)).await;
        assert!(matches!(outcome, Outcome::Right));
        let outcome = attempts.compare("nobody", "::1", None, right(), at(2)).await;
        assert!(matches!(outcome, Outcome::Wrong));
    }
}
