//! Keeps the directory: one file for each origin, replaced as a whole and synced before an import is answered, and the
//! index of all of them in memory. Only the server writes here; the command line asks the server.
//!
//! `directory/kong-eu.json`: `{"version": 1, "origin": {"name", "sources", "imports": […], "seen", "lists": {"consumers":
//! {"7": [[from, {…}], [from, null]], …}, …}}}`; times in microseconds, the beginning of time as the least number.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use anyhow::Context as _;
use event::Timestamp;
use event::time::DAY;
use intake::directory::{self, Diff, Directory, Document, Fault, Importer, Origin, Read, Request};
use serde::{Deserialize, Serialize};

use crate::durable;

mod files;

pub(crate) use files::{File, Files};

/// Origins there may be.
const ORIGINS_MAX: usize = 100;

const VERSION: u32 = 1;

/// What an origin's file holds.
#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    origin: Origin,
}

/// The directory on disk and in memory.
pub(crate) struct Store {
    dir: PathBuf,
    retain_days: AtomicU32,
    now: RwLock<Directory>,
    /// Held while an import is made: they are made one after the other.
    turn: Mutex<()>,
    /// Files that are watched.
    pub(crate) files: Files,
}

/// What someone hands in.
pub(crate) struct Import {
    /// The origin; without one, the document's own word counts, then the importer's name.
    pub(crate) origin: Option<String>,
    /// The importer; without one the form is recognised.
    pub(crate) format: Option<String>,
    /// From when on it holds.
    pub(crate) since: Option<Timestamp>,
    /// Who hands it in.
    pub(crate) by: String,
    /// Whether to change nothing and only tell what would change.
    pub(crate) is_dry: bool,
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) origin: String,
    pub(crate) importer: &'static str,
    pub(crate) diff: Diff,
    pub(crate) notes: Vec<String>,
}

/// Why an import changed nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// What was handed in is wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The disk did not do what was asked.
    #[error("the directory cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl Store {
    /// Opens the directory of a tenant.
    pub(crate) fn open(tenant: &Path, retain_days: u32, watched: &str) -> anyhow::Result<Store> {
        let dir = tenant.join("directory");
        fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let mut origins = Vec::new();
        for entry in fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                origins.push(read(&path)?);
            }
        }
        let now = RwLock::new(Directory::new(origins));
        Ok(Store {
            dir,
            retain_days: retain_days.into(),
            now,
            turn: Mutex::new(()),
            files: Files::of(watched)?,
        })
    }

    /// Keeps what was so within the last days.
    pub(crate) fn retain(&self, days: u32) {
        self.retain_days.store(days, Ordering::Relaxed);
    }

    /// What is known now.
    pub(crate) fn now(&self) -> Directory {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads a document and takes what it says for what its origin says from now on. It waits for the disk.
    pub(crate) fn import(&self, text: String, import: Import, now: Timestamp) -> Result<Outcome, Error> {
        let (importer, read) = understand(text, import.format.as_deref())?;
        self.take(importer.name, read, import, now)
    }

    /// Takes what an importer has read.
    pub(crate) fn take(
        &self,
        importer: &'static str,
        read: Read,
        import: Import,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let Read { snapshot, notes } = read;
        let own = Some(snapshot.origin.as_str()).filter(|name| !name.is_empty());
        let name = import.origin.as_deref().or(own).unwrap_or(importer).to_owned();
        directory::check_origin(&name)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.now();
        let before = known.origin(&name).cloned();
        if before.is_none() && known.origins().count() >= ORIGINS_MAX {
            return Err(Fault::new("origin", format!("there are {ORIGINS_MAX} already")).into());
        }
        let before = before.unwrap_or_else(|| Origin { name: name.clone(), ..Origin::default() });
        let since = import.since.map(|since| since.0);
        let request = Request { snapshot, importer, since, by: import.by };
        let forget = now.0.saturating_sub(i64::from(self.retain_days.load(Ordering::Relaxed)) * DAY);
        let (after, diff) = before.import(request, now.0, forget)?;
        if !import.is_dry {
            let is_new = after.differs(&before);
            let after = if is_new { self.keep(after)? } else { after };
            let next = known.with(after);
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = next;
        }
        Ok(Outcome { origin: name, importer, diff, notes })
    }

    /// Writes an origin, durably.
    fn keep(&self, origin: Origin) -> Result<Origin, Error> {
        let path = self.dir.join(format!("{}.json", origin.name));
        let content = Content { version: VERSION, origin };
        durable::write(&path, &serde_json::to_vec(&content).map_err(io::Error::other)?)?;
        Ok(content.origin)
    }
}

fn read(path: &Path) -> anyhow::Result<Origin> {
    let damaged = || {
        format!("{} is damaged; restore it from a backup, or move it away and import again", path.display())
    };
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let content: Content = serde_json::from_slice(&bytes).with_context(damaged)?;
    anyhow::ensure!(content.version <= VERSION, "{} is of a newer program", path.display());
    Ok(content.origin)
}

/// Reads a document with the importer that is named, or that recognises it.
pub(crate) fn understand(text: String, format: Option<&str>) -> Result<(&'static Importer, Read), Fault> {
    let importers = directory::IMPORTERS;
    let names = || importers.iter().map(|importer| importer.name).collect::<Vec<_>>().join(", ");
    let named = match format {
        Some(name) => Some(
            directory::by_name(name)
                .ok_or_else(|| Fault::new("format", format!("{name:?} is none of {}", names())))?,
        ),
        None => None,
    };
    let document = Document::parse(text)?;
    let recognised = || importers.iter().copied().find(|importer| (importer.recognises)(&document));
    let importer = named
        .or_else(recognised)
        .ok_or_else(|| Fault::new("document", format!("of no known form; there are {}", names())))?;
    let read = (importer.read)(&document)?;
    Ok((importer, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

    fn store(dir: &Path) -> Store {
        Store::open(dir, 180, "").unwrap()
    }

    fn import(origin: &str, is_dry: bool) -> Import {
        Import { origin: Some(origin.to_owned()), format: None, since: None, by: "test".into(), is_dry }
    }

    #[test]
    fn what_was_answered_is_there_after_a_restart_and_a_dry_run_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let opened = store(dir.path());
        let outcome = opened.import("consumers: [a, b]".into(), import("hand", true), NOW).unwrap();
        assert_eq!(outcome.diff.counts["consumers"], [2, 0, 0]);
        assert!(opened.now().is_empty() && store(dir.path()).now().is_empty());
        opened.import("consumers: [a, b]".into(), import("hand", false), NOW).unwrap();
        let later = Timestamp(NOW.0 + 1);
        opened.import("consumers: [{name: a, groups: [g]}]".into(), import("hand", false), later).unwrap();
        let again = store(dir.path()).now();
        assert_eq!(again.origin("hand"), opened.now().origin("hand"));
        assert_eq!(again.origin("hand").unwrap().imports.len(), 2);
        assert_eq!(again.origin("hand").unwrap().lists.at(NOW.0).consumers.len(), 2);
    }

    #[test]
    fn bad_input_changes_nothing_and_other_origins_stay() {
        let dir = tempfile::tempdir().unwrap();
        let opened = store(dir.path());
        opened.import("consumers: [a]".into(), import("one", false), NOW).unwrap();
        opened.import("consumers: [b]".into(), import("two", false), NOW).unwrap();
        for (text, place) in [
            ("consumers: [a, a]", "consumers[1] a"),
            ("consumers: [{name: b, groups: 5}]", "consumers[0] b"),
            ("consumers: [b\nx: ", "line"),
            ("[]", "document"),
        ] {
            let error = opened.import(text.into(), import("one", false), NOW).err().unwrap().to_string();
            assert!(error.starts_with(place), "{text}: {error}");
        }
        assert!(opened.import("consumers: [b]".into(), import("../x", false), NOW).is_err());
        let known = store(dir.path()).now();
        assert_eq!(known.origins().map(|origin| origin.imports.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn a_crash_between_writing_and_renaming_leaves_what_was() {
        let dir = tempfile::tempdir().unwrap();
        store(dir.path()).import("consumers: [a]".into(), import("one", false), NOW).unwrap();
        let file = dir.path().join("directory/one.part");
        for half in ["", "{\"version\":1,\"origin\":{\"na"] {
            fs::write(&file, half).unwrap();
            let opened = store(dir.path());
            assert_eq!(opened.now().origin("one").unwrap().imports.len(), 1);
            opened.import("consumers: [a, b]".into(), import("one", true), NOW).unwrap();
        }
        fs::write(dir.path().join("directory/two.json"), "{").unwrap();
        let error = Store::open(dir.path(), 180, "").err().unwrap().to_string();
        assert!(error.contains("two.json is damaged"), "{error}");
    }
}
