//! Files that hold a directory and are read again when they change. A file that cannot be understood changes nothing;
//! what is wrong with it is said once, in our log and in the API.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use event::Timestamp;
use intake::directory::DOCUMENT_BYTES_MAX;
use serde::Serialize;

use super::{Import, Store};
use crate::log;

/// The files of the settings.
#[derive(Default)]
pub(crate) struct Files(Mutex<Vec<Watched>>);

/// How a file stands, as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct File {
    path: String,
    origin: String,
    /// What is wrong with it.
    problem: Option<String>,
}

struct Watched {
    path: PathBuf,
    origin: String,
    stamp: Option<Stamp>,
    problem: Option<String>,
}

/// What tells one version of a file from the next.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Files {
    /// Files with commas between, each with its origin before an equals sign, or named by the file.
    pub(crate) fn of(setting: &str) -> anyhow::Result<Files> {
        let mut watched = Vec::new();
        for part in setting.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (origin, path) = match part.split_once('=') {
                Some((origin, path)) => (origin.trim().to_owned(), Path::new(path.trim())),
                None => (named(Path::new(part)), Path::new(part)),
            };
            intake::directory::check_origin(&origin)
                .map_err(|fault| anyhow::anyhow!("directory_files: {fault}"))?;
            watched.push(Watched { path: path.to_owned(), origin, stamp: None, problem: None });
        }
        Ok(Files(Mutex::new(watched)))
    }

    /// How they stand.
    pub(crate) fn list(&self) -> Vec<File> {
        let watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = |one: &Watched| File {
            path: one.path.display().to_string(),
            origin: one.origin.clone(),
            problem: one.problem.clone(),
        };
        watched.iter().map(file).collect()
    }
}

/// The origin of a file: its name without its end, in letters an origin may have.
fn named(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

impl Store {
    /// Imports the files that have changed since they were last looked at. Whether any was imported.
    pub(crate) fn refresh(&self, now: Timestamp) -> bool {
        let mut watched = self.files.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut any = false;
        for one in watched.iter_mut() {
            let stamp = fs::metadata(&one.path).ok().map(|meta| Stamp {
                inode: meta.ino(),
                bytes: meta.len(),
                modified: (meta.mtime(), meta.mtime_nsec()),
            });
            if stamp == one.stamp && (stamp.is_some() || one.problem.is_some()) {
                continue;
            }
            one.stamp = stamp;
            one.problem = self.import_file(&one.path, &one.origin, now).err();
            match &one.problem {
                None => any = true,
                Some(problem) => log::error(
                    "a file of the directory cannot be imported; what it said before holds",
                    &[("file", &one.path.display()), ("error", problem)],
                ),
            }
        }
        any
    }

    fn import_file(&self, path: &Path, origin: &str, now: Timestamp) -> Result<(), String> {
        let bytes = fs::metadata(path).map_err(|error| error.to_string())?.len();
        if bytes > DOCUMENT_BYTES_MAX as u64 {
            return Err(format!("larger than {DOCUMENT_BYTES_MAX} bytes"));
        }
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let import = Import {
            origin: Some(origin.to_owned()),
            format: None,
            since: None,
            by: "file".to_owned(),
            is_dry: false,
        };
        let outcome = self.import(text, import, now).map_err(|error| error.to_string())?;
        if !outcome.diff.is_empty() {
            log::info(
                "a file of the directory was imported",
                &[("file", &path.display()), ("origin", &outcome.origin), ("changes", &outcome.diff.total())],
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

    #[test]
    fn a_file_is_read_again_when_it_changes_and_a_bad_one_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("Our Team.yaml");
        let store = Store::open(dir.path(), 180, &file.display().to_string()).unwrap();
        let groups = || store.now().origin("our-team").map(|origin| origin.lists.counts()[2].1);
        assert!(!store.refresh(NOW));
        assert!(store.files.list()[0].problem.is_some());
        fs::write(&file, "groups: [a]").unwrap();
        assert!(store.refresh(NOW) && !store.refresh(NOW));
        assert_eq!(groups(), Some(1));
        fs::write(&file, "groups: [a, b, {").unwrap();
        assert!(!store.refresh(NOW));
        assert!(store.files.list()[0].problem.as_ref().unwrap().contains("line 1"));
        assert_eq!(groups(), Some(1));
        fs::write(&file, "groups: [a, b, c]").unwrap();
        assert!(store.refresh(NOW));
        assert_eq!((groups(), store.files.list()[0].problem.clone()), (Some(3), None));
    }

    #[test]
    fn origins_are_named_by_file_or_by_hand() {
        let files = Files::of("kong.yaml, eu=/etc/x.json").unwrap();
        assert_eq!(files.list().iter().map(|file| file.origin.clone()).collect::<Vec<_>>(), ["kong", "eu"]);
        assert!(Files::of("A B=/x").is_err());
    }
}
