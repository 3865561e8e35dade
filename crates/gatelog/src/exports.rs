//! Exports: how each stands, its manifest, and its file until it was fetched. One directory: for each export `ID.json`,
//! written when it starts and when it ends; its rows in `ID.rows.part` while they are written, in `ID.rows` once they
//! are whole. Knows nothing of questions and of HTTP.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::Timestamp;
use event::time::DAY;
use serde::{Deserialize, Serialize};

use crate::{durable, log};

/// Exports remembered; the oldest that need not be kept are forgotten.
pub(crate) const EXPORTS_MAX: usize = 200;
/// How long an export and its file are kept, in microseconds.
pub(crate) const KEPT: i64 = 7 * DAY;
/// Room that exports leave on the disk beside what events need.
const ROOM_BYTES: u64 = 256 << 20;
/// What is said of an export the server did not finish.
const STOPPED: &str = "the server was stopped; start it again";

/// How an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Rows are being written.
    Running,
    /// All rows were written.
    Done,
    /// It broke off on our side.
    Failed,
    /// The reader went away.
    Cancelled,
}

/// What was asked for, its range pinned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) format: String,
    pub(crate) columns: Vec<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) filter: String,
    pub(crate) order: String,
    pub(crate) tz: String,
    pub(crate) time_format: String,
}

/// One export, as it is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Export {
    pub(crate) id: String,
    pub(crate) state: State,
    /// Whether it is kept as a file, or was sent while it was made.
    pub(crate) file: bool,
    pub(crate) rows: u64,
    /// How many rows there will be, when that could be counted beforehand.
    pub(crate) rows_expected: Option<u64>,
    pub(crate) bytes: u64,
    pub(crate) progress: f64,
    #[serde(flatten)]
    pub(crate) asked: Asked,
    pub(crate) started: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finished: Option<String>,
    /// When it is forgotten.
    pub(crate) expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<Manifest>,
}

/// What a file is compared with, by whoever must rely on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) filter: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) columns: Vec<String>,
    pub(crate) created: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// Who asked for it; only they and admins see it.
    owner: String,
    #[serde(flatten)]
    export: Export,
    /// Stops it when it is set.
    #[serde(skip)]
    cancel: Arc<AtomicBool>,
}

/// All exports that are remembered, the oldest first.
pub(crate) struct Exports {
    dir: PathBuf,
    room_bytes: u64,
    kept: Mutex<VecDeque<Kept>>,
}

impl Exports {
    /// Opens the directory of exports. `free_bytes_min` is what events need of the disk. What was running is over.
    pub(crate) fn open(dir: PathBuf, free_bytes_min: u64, now: Timestamp) -> io::Result<Exports> {
        fs::create_dir_all(&dir)?;
        let mut kept = Vec::new();
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            let read = || -> io::Result<Kept> { Ok(serde_json::from_slice(&fs::read(&path)?)?) };
            match path.extension().and_then(|end| end.to_str()) {
                Some("json") => match read() {
                    Ok(one) => kept.push(one),
                    Err(error) => {
                        let file = path.display();
                        log::warn("a manifest cannot be read", &[("file", &file), ("error", &error)]);
                    }
                },
                Some("part") => fs::remove_file(&path)?,
                _ => {}
            }
        }
        kept.sort_by(|a, b| a.export.started.cmp(&b.export.started));
        let exports =
            Exports { dir, room_bytes: free_bytes_min.saturating_add(ROOM_BYTES), kept: Mutex::default() };
        for kept in &mut kept {
            if kept.export.state == State::Running {
                kept.export.end(State::Failed, Some(STOPPED.to_owned()), now);
                // A full disk does not keep the server from starting; the next start says the same.
                if let Err(error) = exports.save(kept) {
                    log::error("a manifest cannot be written", &[("error", &error)]);
                }
            }
        }
        *exports.lock() = kept.into();
        exports.tidy()?;
        Ok(exports)
    }

    /// Removes rows that belong to nothing that is done.
    fn tidy(&self) -> io::Result<()> {
        let all = self.lock();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_done = |kept: &Kept| kept.export.id == id && kept.export.state == State::Done;
            if path.extension().is_some_and(|end| end == "rows") && !all.iter().any(is_done) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Remembers a new export, durably. False when there is one with its id.
    pub(crate) fn start(&self, export: Export, owner: String, cancel: Arc<AtomicBool>) -> io::Result<bool> {
        let mut all = self.lock();
        if all.iter().any(|kept| kept.export.id == export.id) {
            return Ok(false);
        }
        while all.len() >= EXPORTS_MAX {
            // Files were asked for to be kept; what was sent is the first to be forgotten.
            let over = |kept: &Kept| kept.export.state != State::Running;
            let sent = all.iter().position(|kept| over(kept) && !kept.export.file);
            let Some(oldest) = sent.or_else(|| all.iter().position(over)) else { break };
            if let Some(kept) = all.remove(oldest) {
                self.erase(&kept.export.id);
            }
        }
        let kept = Kept { owner, export, cancel };
        match self.save(&kept) {
            Err(error) if kept.export.file => return Err(error),
            // A full disk keeps nobody from reading.
            Err(error) => log::error("a manifest cannot be written", &[("error", &error)]),
            Ok(()) => {}
        }
        all.push_back(kept);
        Ok(true)
    }

    /// Notes how far an export is.
    pub(crate) fn note(&self, id: &str, change: impl FnOnce(&mut Export)) {
        if let Some(kept) = self.lock().iter_mut().rev().find(|kept| kept.export.id == id) {
            change(&mut kept.export);
        }
    }

    /// Notes, durably, how an export ended.
    pub(crate) fn end(&self, id: &str, state: State, error: Option<String>, now: Timestamp) {
        let mut all = self.lock();
        match all.iter_mut().rev().find(|kept| kept.export.id == id) {
            Some(kept) => {
                kept.export.end(state, error, now);
                if let Err(error) = self.save(kept) {
                    log::error("a manifest cannot be written", &[("id", &id), ("error", &error)]);
                }
                if state != State::Done {
                    let _ = fs::remove_file(self.part(id));
                }
            }
            // It was deleted meanwhile.
            None => self.erase(id),
        }
    }

    /// The exports someone may see, newest first.
    pub(crate) fn list(&self, sees: impl Fn(&str) -> bool) -> Vec<Export> {
        self.lock().iter().rev().filter(|kept| sees(&kept.owner)).map(|kept| kept.export.clone()).collect()
    }

    /// One export, for someone who may see it.
    pub(crate) fn one(&self, id: &str, sees: impl Fn(&str) -> bool) -> Option<Export> {
        let all = self.lock();
        all.iter().find(|kept| kept.export.id == id && sees(&kept.owner)).map(|kept| kept.export.clone())
    }

    /// Stops an export and forgets it with its file; whether there was one.
    pub(crate) fn remove(&self, id: &str, sees: impl Fn(&str) -> bool) -> bool {
        let mut all = self.lock();
        let Some(at) = all.iter().position(|kept| kept.export.id == id && sees(&kept.owner)) else {
            return false;
        };
        if let Some(kept) = all.remove(at) {
            kept.cancel.store(true, Ordering::Relaxed);
            self.erase(id);
        }
        true
    }

    /// Forgets what is older than [`KEPT`].
    pub(crate) fn sweep(&self, now: Timestamp) {
        let is_over = |kept: &Kept| {
            kept.export.state != State::Running
                && Timestamp::parse(&kept.export.expires).is_none_or(|expires| expires <= now)
        };
        let mut all = self.lock();
        all.iter().filter(|kept| is_over(kept)).for_each(|kept| self.erase(&kept.export.id));
        all.retain(|kept| !is_over(kept));
    }

    /// Where the rows of an export are once they are whole.
    pub(crate) fn rows(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.rows"))
    }

    fn part(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.rows.part"))
    }

    /// A file for the rows of an export.
    pub(crate) fn create(&self, id: &str) -> io::Result<File> {
        OpenOptions::new().create_new(true).write(true).mode(0o600).open(self.part(id))
    }

    /// Makes the rows whole, durably.
    pub(crate) fn finish(&self, id: &str, file: &File) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(self.part(id), self.rows(id))?;
        durable::sync_parent(&self.rows(id))
    }

    /// Whether the disk has room for more rows.
    pub(crate) fn has_room(&self) -> io::Result<bool> {
        let room = rustix::fs::statvfs(&self.dir)?;
        Ok(room.f_bavail.saturating_mul(room.f_frsize) > self.room_bytes)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, kept: &Kept) -> io::Result<()> {
        durable::write(&self.manifest(&kept.export.id), &serde_json::to_vec(kept)?).map(|_| ())
    }

    fn manifest(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.json"))
    }

    fn erase(&self, id: &str) {
        for path in [self.manifest(id), self.part(id), self.rows(id)] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    log::error(
                        "an export cannot be removed",
                        &[("file", &path.display()), ("error", &error)],
                    );
                }
                _ => {}
            }
        }
    }
}

impl Export {
    fn end(&mut self, state: State, error: Option<String>, now: Timestamp) {
        self.state = state;
        self.error = error;
        self.finished = Some(now.to_string());
        self.manifest = self.sha256.clone().filter(|_| state == State::Done).map(|sha256| Manifest {
            format: self.asked.format.clone(),
            rows: self.rows,
            bytes: self.bytes,
            sha256,
            filter: self.asked.filter.clone(),
            from: self.asked.from.clone(),
            to: self.asked.to.clone(),
            columns: self.asked.columns.clone(),
            created: now.to_string(),
        });
    }
}

/// Whether a text can be the id of an export: it names files.
pub(crate) fn is_id(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The directory of the first tenant's exports, inside the data directory.
pub(crate) fn dir(data: &Path) -> PathBuf {
    data.join(crate::serve::LEDGER_DIR).join("exports")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

    fn export(id: &str, file: bool) -> Export {
        let text = String::new;
        let asked = Asked {
            format: "csv".into(),
            columns: vec![],
            from: text(),
            to: text(),
            filter: text(),
            order: text(),
            tz: text(),
            time_format: text(),
        };
        Export {
            id: id.into(),
            state: State::Running,
            file,
            rows: 0,
            rows_expected: None,
            bytes: 0,
            progress: 0.0,
            asked,
            started: NOW.to_string(),
            finished: None,
            expires: Timestamp(NOW.0 + KEPT).to_string(),
            error: None,
            sha256: None,
            manifest: None,
        }
    }

    fn open(dir: &Path) -> Exports {
        Exports::open(dir.to_owned(), 0, NOW).unwrap()
    }

    #[test]
    fn what_is_sent_is_forgotten_before_what_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let exports = open(dir.path());
        for n in 0..EXPORTS_MAX {
            let id = format!("{n:08}");
            assert!(exports.start(export(&id, n < 3), "1 ann".into(), Arc::default()).unwrap());
            exports.end(&id, State::Done, None, NOW);
        }
        assert!(!exports.start(export("00000007", false), "1 ann".into(), Arc::default()).unwrap());
        assert!(exports.start(export("another-1", true), "1 ann".into(), Arc::default()).unwrap());
        let ids: Vec<String> = exports.list(|_| true).into_iter().map(|export| export.id).collect();
        assert_eq!((ids.len(), ids[0].as_str()), (EXPORTS_MAX, "another-1"));
        assert!(ids.contains(&"00000002".into()) && !ids.contains(&"00000003".into()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), EXPORTS_MAX);
    }

    #[test]
    fn a_restart_ends_what_was_running_and_a_week_ends_all() {
        let dir = tempfile::tempdir().unwrap();
        let exports = open(dir.path());
        for id in ["running-1", "finished-1"] {
            exports.start(export(id, true), "1 ann".into(), Arc::default()).unwrap();
            let file = exports.create(id).unwrap();
            if id == "finished-1" {
                exports.finish(id, &file).unwrap();
                exports.note(id, |export| export.sha256 = Some("00".into()));
                exports.end(id, State::Done, None, NOW);
            }
        }
        drop(exports);
        let exports = open(dir.path());
        let running = exports.one("running-1", |_| true).unwrap();
        assert_eq!((running.state, running.error.as_deref()), (State::Failed, Some(STOPPED)));
        assert!(exports.one("finished-1", |owner| owner == "1 bob").is_none());
        assert_eq!(
            exports.one("finished-1", |owner| owner == "1 ann").unwrap().manifest.unwrap().sha256,
            "00"
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);

        exports.sweep(Timestamp(NOW.0 + KEPT - 1));
        assert_eq!(exports.list(|_| true).len(), 2);
        exports.sweep(Timestamp(NOW.0 + KEPT));
        assert_eq!((exports.list(|_| true).len(), fs::read_dir(dir.path()).unwrap().count()), (0, 0));
    }

    #[test]
    fn what_is_deleted_while_it_runs_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let exports = open(dir.path());
        let cancel = Arc::<AtomicBool>::default();
        exports.start(export("running-1", true), "1 ann".into(), Arc::clone(&cancel)).unwrap();
        let file = exports.create("running-1").unwrap();
        assert!(!exports.remove("running-1", |owner| owner == "1 bob"));
        assert!(exports.remove("running-1", |owner| owner == "1 ann"));
        assert!(cancel.load(Ordering::Relaxed) && exports.finish("running-1", &file).is_err());
        exports.end("running-1", State::Done, None, NOW);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn ids_name_files() {
        assert!(
            is_id("0123abcd")
                && is_id("01JDABCDEFGHJKMNPQRSTVWXYZ")
                && is_id("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
        );
        assert!(!is_id("short") && !is_id("../../../etc") && !is_id("a.b.c.d.e") && !is_id(&"x".repeat(65)));
    }
}
