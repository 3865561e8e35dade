//! Where events come from: made, told apart, given tokens and forgotten. Works on the catalogue's content, for the API
//! and the command line alike.

use event::Timestamp;
use event::time::HOUR;
use keys::{Grant, May, Minted};

use crate::catalog::{Content, Source};
use crate::reading::Reading;

/// Sources at most.
pub(crate) const SOURCES_MAX: usize = 500;
/// How long the tokens of a source stay good after a new one was made, in microseconds.
pub(crate) const OVERLAP: i64 = 24 * HOUR;
/// A name that is an address of ours: `/sources/try`.
const TAKEN: &str = "try";
/// The origin of what is done to this program.
const OWN: &str = "gatelog";

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No such source.
    #[error("there is no source {0:?}")]
    Missing(String),
    /// A source of that name.
    #[error("there is a source {0:?} already")]
    Exists(String),
    /// There are [`SOURCES_MAX`] already.
    #[error("there are {SOURCES_MAX} sources already; delete some")]
    Full,
    /// Names of sources stand in addresses and metrics.
    #[error(
        "a source is named with 1 to 63 letters, digits, dots, dashes and underscores, and not {TAKEN:?}"
    )]
    BadName,
    /// It would stand for this program in the operator trail.
    #[error("the trail of this program is called {OWN:?}: name a source of a gateway's trail otherwise")]
    OwnName,
    /// The keyring refuses.
    #[error(transparent)]
    Keys(#[from] keys::Error),
}

/// Checks a name.
pub(crate) fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = (1..=63).contains(&name.len()) && name.chars().all(fits) && !name.starts_with('.');
    if is_name && name != TAKEN { Ok(()) } else { Err(Refusal::BadName) }
}

/// Checks that what a source brings can be told from what is done to this program.
pub(crate) fn check_origin(name: &str, reading: &Reading) -> Result<(), Refusal> {
    if reading.is_trail() && name.eq_ignore_ascii_case(OWN) { Err(Refusal::OwnName) } else { Ok(()) }
}

impl Content {
    /// Whether there is such a source: something came from it, something is set for it, or it has a token.
    pub(crate) fn has_source(&self, name: &str) -> bool {
        self.sources.contains_key(name) || self.token_sources().any(|source| source == name)
    }

    /// Sources there are tokens for.
    pub(crate) fn token_sources(&self) -> impl Iterator<Item = &str> {
        self.keyring.tokens().filter(|entry| entry.revoked.is_none()).filter_map(|entry| match &entry.may {
            May::Append { source } => Some(source.as_str()),
            May::Act { .. } => None,
        })
    }

    /// Makes a source with its first token.
    pub(crate) fn make_source(
        &mut self,
        name: &str,
        source: Source,
        now: Timestamp,
        random: &keys::Random,
    ) -> Result<Minted, Refusal> {
        check_name(name)?;
        check_origin(name, &source.reading)?;
        if self.has_source(name) {
            return Err(Refusal::Exists(name.to_owned()));
        }
        self.room()?;
        let minted = self.keyring.mint(Grant::ingest(name), now, random)?;
        self.sources.insert(name.to_owned(), source);
        Ok(minted)
    }

    /// Sets how the deliveries of a source are read.
    pub(crate) fn set_reading(
        &mut self,
        name: &str,
        reading: Reading,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if !self.has_source(name) {
            return Err(Refusal::Missing(name.to_owned()));
        }
        self.declare(name, reading, now)
    }

    /// Sets how the deliveries of a source are read, also when nothing ever came from it.
    pub(crate) fn declare(&mut self, name: &str, reading: Reading, now: Timestamp) -> Result<(), Refusal> {
        check_name(name)?;
        check_origin(name, &reading)?;
        if !self.sources.contains_key(name) {
            self.room()?;
        }
        self.sources.entry(name.to_owned()).or_insert_with(|| Source::new(now)).reading = reading;
        Ok(())
    }

    /// Stops taking the deliveries of a source, or goes on.
    pub(crate) fn set_paused(&mut self, name: &str, paused: bool, now: Timestamp) -> Result<(), Refusal> {
        if !self.has_source(name) {
            return Err(Refusal::Missing(name.to_owned()));
        }
        self.sources.entry(name.to_owned()).or_insert_with(|| Source::new(now)).paused = paused;
        Ok(())
    }

    /// Whether the deliveries of a source are refused for now.
    pub(crate) fn is_paused(&self, name: &str) -> bool {
        self.sources.get(name).is_some_and(|source| source.paused)
    }

    /// Makes another token for a source; the time its tokens of before end, when it had any.
    pub(crate) fn renew_token(
        &mut self,
        name: &str,
        now: Timestamp,
        random: &keys::Random,
    ) -> Result<(Minted, Option<Timestamp>), Refusal> {
        if !self.has_source(name) {
            return Err(Refusal::Missing(name.to_owned()));
        }
        Ok(self.keyring.renew(name, OVERLAP, now, random)?)
    }

    /// Forgets a source and ends its tokens, those of the environment too. Its events stay.
    pub(crate) fn forget_source(&mut self, name: &str, now: Timestamp) -> Result<(), Refusal> {
        if !self.has_source(name) {
            return Err(Refusal::Missing(name.to_owned()));
        }
        self.keyring.forget_source(name, now);
        self.sources.remove(name);
        Ok(())
    }

    fn room(&self) -> Result<(), Refusal> {
        if self.sources.len() >= SOURCES_MAX { Err(Refusal::Full) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

    #[test]
    fn names_and_numbers_are_bounded() {
        let mut content = Content::default();
        for name in ["", "a b", ".x", "try", "ä", &"x".repeat(64)] {
            assert!(matches!(check_name(name), Err(Refusal::BadName)), "{name}");
        }
        for n in 0..SOURCES_MAX {
            content.declare(&format!("s{n}"), Reading::default(), NOW).unwrap();
        }
        let make = |content: &mut Content, name: &str| {
            content.make_source(name, Source::new(NOW), NOW, &[7; 40]).map(|minted| minted.id)
        };
        assert!(matches!(make(&mut content, "more"), Err(Refusal::Full)));
        content.forget_source("s7", NOW).unwrap();
        assert!(make(&mut content, "more").is_ok());
        assert!(matches!(make(&mut content, "more"), Err(Refusal::Exists(_))));
    }
}
