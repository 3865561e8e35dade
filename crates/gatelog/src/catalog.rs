//! Who may come in, where events come from and what people saved: tokens, sessions, sources, views, dashboards, reports
//! and the masking key, in one small file, `catalog.json`. The CLI changes the same file while the server runs, so every change
//! is made under a lock on what the file holds then. Losing the file loses access and the correlation of masked values,
//! no event.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use event::Timestamp;
use keys::{Grant, Keyring, Secret};
use serde::{Deserialize, Serialize};

use crate::boards::Boards;
use crate::counters::Counters;
use crate::durable;
use crate::erasure::Erasure;
use crate::masks::Masks;
use crate::reading::Reading;
use crate::reports::Reports;
use crate::retention;
use crate::two_person::Waiting;
use crate::views::Views;

/// What can go wrong with the catalogue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The disk did not do what was asked.
    #[error("{what} {path}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: String,
        /// What the disk said.
        source: io::Error,
    },
    /// The file is not what we wrote.
    #[error(
        "{path} is damaged: {reason}; restore it from a backup, or move it away to start with new tokens"
    )]
    Damaged {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The keyring refuses a change.
    #[error(transparent)]
    Keys(#[from] keys::Error),
}

/// Where events come from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Source {
    /// Whether it is made of the samples that come with the program.
    pub(crate) sample: bool,
    /// When it was first seen, in microseconds.
    pub(crate) created: i64,
    /// The gateway it was set up for, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gateway: Option<String>,
    /// Whether its deliveries are refused for now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) paused: bool,
    /// How what it sends is read.
    #[serde(flatten)]
    pub(crate) reading: Reading,
    /// What came from it.
    #[serde(flatten)]
    pub(crate) counters: Counters,
}

impl Source {
    /// A source nothing came from yet.
    pub(crate) fn new(now: Timestamp) -> Source {
        Source { created: now.0, ..Source::default() }
    }
}

/// What the file holds.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Content {
    version: u32,
    /// 64 hexadecimal digits.
    masking_key: String,
    /// Tokens and sessions.
    pub(crate) keyring: Keyring,
    /// By name.
    pub(crate) sources: BTreeMap<String, Source>,
    /// What people saved.
    pub(crate) views: Views,
    /// The dashboards they made.
    pub(crate) boards: Boards,
    /// The reports they made.
    pub(crate) reports: Reports,
    /// How long what is kept, as far as it was set at run time, and what is held.
    pub(crate) retention: retention::Kept,
    /// What is masked on top of the defaults.
    pub(crate) masks: Masks,
    /// What waits for a second person.
    pub(crate) waiting: Waiting,
    /// Who was erased, by the ids of the erasures.
    pub(crate) erasures: BTreeMap<String, Erasure>,
}

/// The catalogue.
pub(crate) struct Catalog {
    path: PathBuf,
    given: Vec<(Grant, Secret<String>)>,
    state: RwLock<State>,
}

struct State {
    content: Content,
    stamp: Option<Stamp>,
}

/// What tells one version of the file from the next.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

const VERSION: u32 = 1;

impl Catalog {
    /// Opens the catalogue of a data directory, or makes it. `given` are the tokens of the environment: they are
    /// accepted as long as they stand there, and are not saved.
    pub(crate) fn open(
        dir: &Path,
        given: Vec<(Grant, Secret<String>)>,
        now: Timestamp,
    ) -> Result<Catalog, Error> {
        fs::create_dir_all(dir).map_err(tried("making", dir))?;
        let state = RwLock::new(State { content: Content::default(), stamp: None });
        let catalog = Catalog { path: dir.join("catalog.json"), given, state };
        catalog.refresh(now)?;
        // Written only when there is something new: a full disk does not keep the server from starting.
        if catalog.with(|content| content.masking_key.is_empty()) {
            let key: String = random::<32>()?.iter().map(|b| format!("{b:02x}")).collect();
            catalog.change(now, |content| {
                if content.masking_key.is_empty() {
                    content.masking_key = key;
                }
            })?;
        }
        Ok(catalog)
    }

    /// Reads what it holds.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Content) -> T) -> T {
        read(&self.reading().content)
    }

    /// Changes what it holds, durably: on what the file holds now, whoever wrote it.
    pub(crate) fn change<T>(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Content) -> T,
    ) -> Result<T, Error> {
        let _lock = self.lock()?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        self.reload(&mut state, now)?;
        let result = change(&mut state.content);
        state.content.version = VERSION;
        state.stamp = Some(self.write(&state.content)?);
        Ok(result)
    }

    /// Reads the file again when someone else has changed it; whether it was so.
    pub(crate) fn refresh(&self, now: Timestamp) -> Result<bool, Error> {
        if self.stamp()? == self.reading().stamp {
            return Ok(false);
        }
        let _lock = self.lock()?;
        self.reload(&mut self.writing(), now)
    }

    /// The key of the tags that stand for masked values.
    pub(crate) fn masking_key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        self.with(|content| {
            for (byte, digits) in key.iter_mut().zip(content.masking_key.as_bytes().chunks(2)) {
                *byte = std::str::from_utf8(digits)
                    .ok()
                    .and_then(|d| u8::from_str_radix(d, 16).ok())
                    .unwrap_or_default();
            }
        });
        key
    }

    /// That the file holds what cannot be.
    pub(crate) fn damaged(&self, reason: String) -> Error {
        Error::Damaged { path: self.path.display().to_string(), reason }
    }

    fn reading(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn reload(&self, state: &mut State, now: Timestamp) -> Result<bool, Error> {
        let stamp = self.stamp()?;
        let changed = stamp != state.stamp;
        if changed && stamp.is_some() {
            let bytes = fs::read(&self.path).map_err(tried("reading", &self.path))?;
            let damaged = |reason: String| Error::Damaged { path: self.path.display().to_string(), reason };
            let content: Content = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
            if content.version > VERSION {
                return Err(damaged(format!("version {} is newer than this program", content.version)));
            }
            // When something was last used is saved now and then only.
            content.keyring.carry_uses(&state.content.keyring);
            state.content = content;
        }
        if changed || stamp.is_none() {
            for (grant, text) in &self.given {
                match state.content.keyring.admit(grant.clone(), text.expose(), now) {
                    Ok(_) | Err(keys::Error::Barred) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            state.stamp = stamp;
        }
        Ok(changed)
    }

    fn stamp(&self) -> Result<Option<Stamp>, Error> {
        match fs::metadata(&self.path) {
            Ok(meta) => Ok(Some(stamp_of(&meta))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(tried("looking at", &self.path)(error)),
        }
    }

    /// Held while the file is changed, by whichever process.
    fn lock(&self) -> Result<File, Error> {
        let path = self.path.with_extension("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(tried("opening", &path))?;
        file.lock().map_err(tried("locking", &path))?;
        Ok(file)
    }

    fn write(&self, content: &Content) -> Result<Stamp, Error> {
        let write = || durable::write(&self.path, &serde_json::to_vec_pretty(content)?);
        write().map(|meta| stamp_of(&meta)).map_err(tried("writing", &self.path))
    }
}

fn stamp_of(meta: &fs::Metadata) -> Stamp {
    Stamp { inode: meta.ino(), bytes: meta.len(), modified: (meta.mtime(), meta.mtime_nsec()) }
}

fn tried(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::Io { what, path, source }
}

/// Bytes nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Io {
        what: "reading",
        path: "the system's randomness".to_owned(),
        source: io::Error::other(error.to_string()),
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use keys::Role;

    const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

    #[test]
    fn a_token_made_by_another_process_is_seen_and_given_ones_stay() {
        let dir = tempfile::tempdir().unwrap();
        let given =
            || vec![(Grant::api("bootstrap", Role::Admin), Secret::new("a-long-enough-text".to_owned()))];
        let server = Catalog::open(dir.path(), given(), NOW).unwrap();
        assert!(!server.refresh(NOW).unwrap());
        let other = Catalog::open(dir.path(), vec![], NOW).unwrap();
        assert_eq!(server.masking_key(), other.masking_key());
        let minted = other
            .change(NOW, |c| c.keyring.mint(Grant::ingest("edge"), NOW, &random().unwrap()))
            .unwrap()
            .unwrap();
        assert!(server.with(|c| c.keyring.authenticate(minted.token.expose(), NOW).is_err()));
        assert!(server.refresh(NOW).unwrap());
        assert!(server.with(|c| c.keyring.authenticate(minted.token.expose(), NOW).is_ok()));
        assert!(server.with(|c| c.keyring.authenticate("a-long-enough-text", NOW).is_ok()));
        let text = fs::read_to_string(dir.path().join("catalog.json")).unwrap();
        assert!(!text.contains(minted.token.expose().as_str()) && !text.contains("long-enough"));
        let mode = fs::metadata(dir.path().join("catalog.json")).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_session_in_use_stays_open_when_another_process_changes_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let after = |minutes: i64| Timestamp(NOW.0 + minutes * event::time::MINUTE);
        let server = Catalog::open(dir.path(), vec![], NOW).unwrap();
        let open = |content: &mut Content| {
            let link = content.keyring.one_time_link(NOW, &random().unwrap());
            content
                .keyring
                .exchange(link.token.expose(), Default::default(), NOW, &random().unwrap())
                .unwrap()
                .secret
        };
        let session = server.change(NOW, open).unwrap();
        let is_open =
            |minutes| server.with(|c| c.keyring.authenticate(session.expose(), after(minutes)).is_ok());
        assert!(is_open(20) && is_open(40));
        let other = Catalog::open(dir.path(), vec![], after(50)).unwrap();
        other
            .change(after(50), |c| c.keyring.mint(Grant::ingest("edge"), NOW, &random().unwrap()))
            .unwrap()
            .unwrap();
        assert!(server.refresh(after(51)).unwrap());
        server.change(after(51), |c| c.keyring.sweep(after(51))).unwrap();
        assert!(is_open(51) && !is_open(90));
    }

    #[test]
    fn opening_again_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let key = Catalog::open(dir.path(), vec![], NOW).unwrap().masking_key();
        let file = dir.path().join("catalog.json");
        let before = stamp_of(&fs::metadata(&file).unwrap());
        let given =
            vec![(Grant::api("bootstrap", Role::Admin), Secret::new("a-long-enough-text".to_owned()))];
        let again = Catalog::open(dir.path(), given, NOW).unwrap();
        assert!(again.with(|c| c.keyring.authenticate("a-long-enough-text", NOW).is_ok()));
        assert_eq!((again.masking_key(), key == [0; 32]), (key, false));
        assert!(stamp_of(&fs::metadata(&file).unwrap()) == before);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        drop(Catalog::open(dir.path(), vec![], NOW).unwrap());
        fs::write(dir.path().join("catalog.json"), "{").unwrap();
        let error = Catalog::open(dir.path(), vec![], NOW).err().unwrap().to_string();
        assert!(error.contains("catalog.json is damaged"), "{error}");
    }
}
