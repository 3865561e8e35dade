//! The list of a table's files, kept as a Delta Lake log (reader version 1, writer version 2), which DuckDB,
//! Polars, Spark and others read. Knows names and sizes of files, not what is in them; there is one writer,
//! this one.
//!
//! ```text
//! <table>/_delta_log/00000000000000000012.json                  commit 12: one action a line, then commitInfo with
//!                                                               a CRC-32 of the lines above it (gatelogCrc32)
//! <table>/_delta_log/00000000000000000020.checkpoint.parquet    all that is true at version 20
//! <table>/_delta_log/_last_checkpoint                           {"version":20,…,"gatelogCrc32":…}
//! ```
//!
//! **Durable.** [`Log::commit`] writes a temporary file, syncs it, renames it and syncs the directory. The
//! files it adds must be durable before, with their directories. When the rename or the sync after it fails,
//! nobody knows whether the commit is there: the log is poisoned and must be opened again, which syncs the
//! directory before it believes it.
//!
//! **Checkpoints.** One every [`CHECKPOINT_EVERY`] commits. What lies before the checkpoint before the newest
//! one is removed, so that a checkpoint that became unreadable is replaced by the one before and the commits
//! since.
//!
//! **Removed files** stay on disk for [`KEPT_MS`], for readers that began before: [`Log::vacuum`] gives those
//! whose time has come, the caller removes them and says so with [`Log::forget`].
//!
//! **Damage.** We never leave a torn commit. A last commit without an end (another program, a bad disk) is set
//! aside as `….damaged` and dropped; of any other damaged commit the lines that can be read count. Both are
//! told by [`Log::damage`]. A missing commit is an error: guessing would make rows appear twice.

mod action;
mod checkpoint;
mod open;
mod state;

pub use action::{Action, Add, Format, MetaData, Protocol, Remove, Texts, Txn};

use crate::disk::{self, Disk, join};
use crate::error::{Error, Result, Tried};
use serde::{Deserialize, Serialize};
use state::State;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;

/// Commits from one checkpoint to the next.
pub const CHECKPOINT_EVERY: u64 = 20;
/// How long a removed file stays for readers that began before, in milliseconds.
pub const KEPT_MS: i64 = 3_600_000;

const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// The log of one table.
pub struct Log {
    disk: Arc<dyn Disk>,
    dir: String,
    state: State,
    version: u64,
    /// The version of the newest checkpoint; 0 when there is none.
    checkpoint: u64,
    poisoned: bool,
    damage: Vec<String>,
    trouble: Option<Error>,
}

/// What a new table is.
#[derive(Clone, Debug)]
pub struct Table {
    /// A UUID.
    pub id: String,
    /// The schema as JSON in Delta's type names: `{"type":"struct","fields":[…]}`.
    pub schema: String,
    /// The columns whose values are in the path and not in the files.
    pub partition_columns: Vec<String>,
}

/// The file `_last_checkpoint`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LastCheckpoint {
    version: u64,
    size: u64,
    size_in_bytes: u64,
    num_of_add_files: u64,
    #[serde(rename = "gatelogCrc32")]
    crc32: Option<u32>,
}

impl Log {
    /// Begins a table.
    pub fn create(disk: Arc<dyn Disk>, table_dir: &str, table: Table, now_ms: i64) -> Result<Log> {
        let dir = join(table_dir, "_delta_log");
        disk.create_dir(&dir).tried("creating", &dir)?;
        let mut log = Log {
            disk,
            dir,
            state: State::default(),
            version: 0,
            checkpoint: 0,
            poisoned: false,
            damage: Vec::new(),
            trouble: None,
        };
        let meta_data = MetaData {
            id: table.id,
            format: Format { provider: "parquet".to_owned(), options: Texts::new() },
            schema_string: table.schema,
            partition_columns: table.partition_columns,
            configuration: Texts::new(),
            created_time: Some(now_ms),
        };
        let protocol = Protocol { min_reader_version: 1, min_writer_version: 2 };
        log.write(0, vec![Action::Protocol(protocol), Action::MetaData(meta_data)], "create", now_ms)?;
        Ok(log)
    }

    /// Opens the log of a table; `None` when there is none.
    pub fn open(disk: Arc<dyn Disk>, table_dir: &str) -> Result<Option<Log>> {
        open::open(disk, join(table_dir, "_delta_log"))
    }

    /// Changes the table, all of the actions or none. Durable when it returns. Gives the new version.
    pub fn commit(&mut self, actions: Vec<Action>, operation: &str, now_ms: i64) -> Result<u64> {
        let version = self.version + 1;
        self.write(version, actions, operation, now_ms)?;
        if version >= self.checkpoint + CHECKPOINT_EVERY {
            // The commit is done. A checkpoint only makes opening faster and is tried again with the next one.
            self.trouble = self.write_checkpoint().err();
        }
        Ok(version)
    }

    fn write(&mut self, version: u64, actions: Vec<Action>, operation: &str, now_ms: i64) -> Result<()> {
        if self.poisoned {
            return Err(Error::Poisoned { what: self.dir.clone() });
        }
        let name = commit_name(version);
        let path = join(&self.dir, &name);
        match self.disk.open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(format!("opening {path}"), error)),
            Ok(_) => {
                self.poisoned = true;
                return Err(Error::Refused {
                    what: format!("{path} is there already: another program wrote it"),
                });
            }
        }
        let bytes = action::encode(actions.clone(), operation, now_ms).map_err(Error::arrow)?;
        self.publish(&name, &bytes)?;
        actions.into_iter().for_each(|action| self.state.apply(action));
        self.version = version;
        Ok(())
    }

    /// As [`disk::write`], but tells a failure that left nothing from one that may have left everything.
    fn publish(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = join(&self.dir, name);
        let part = format!("{path}.part");
        self.disk.remove(&part).tried("removing", &part)?;
        let mut file = self.disk.create(&part).tried("creating", &part)?;
        file.append(bytes).tried("writing", &part)?;
        file.sync().tried("syncing", &part)?;
        drop(file);
        let renamed = self.disk.rename(&part, &path).tried("renaming", &part);
        let named = renamed.and_then(|()| self.disk.sync_dir(&self.dir).tried("syncing", &self.dir));
        self.poisoned = named.is_err();
        named
    }

    /// Writes a checkpoint of the present version and removes what is no longer needed of the log.
    pub fn write_checkpoint(&mut self) -> Result<()> {
        let (bytes, size) = checkpoint::encode(self.state.actions())?;
        let name = checkpoint_name(self.version);
        disk::write(&*self.disk, &self.dir, &name, &bytes).tried("writing", &name)?;
        let last = LastCheckpoint {
            version: self.version,
            size,
            size_in_bytes: bytes.len() as u64,
            num_of_add_files: self.state.files.len() as u64,
            crc32: Some(crc32fast::hash(&bytes)),
        };
        let last = serde_json::to_vec(&last).map_err(Error::arrow)?;
        disk::write(&*self.disk, &self.dir, LAST_CHECKPOINT, &last).tried("writing", LAST_CHECKPOINT)?;
        self.checkpoint = self.version;
        self.clean_up()
    }

    /// Writes a checkpoint of the present version and removes all of the log that lies before it, so that nobody learns from it
    /// what the table was.
    pub fn forget_history(&mut self) -> Result<()> {
        if self.poisoned {
            return Err(Error::Poisoned { what: self.dir.clone() });
        }
        self.write_checkpoint()?;
        let kept = [commit_name(self.version), checkpoint_name(self.version), LAST_CHECKPOINT.to_owned()];
        for name in self.disk.list(&self.dir).tried("listing", &self.dir)? {
            if !kept.contains(&name) {
                self.disk.remove(&join(&self.dir, &name)).tried("removing", &name)?;
            }
        }
        self.disk.sync_dir(&self.dir).tried("syncing", &self.dir)
    }

    fn clean_up(&self) -> Result<()> {
        let names = open::Names::list(&*self.disk, &self.dir)?;
        let Some(previous) = names.checkpoints.iter().rev().nth(1).copied() else { return Ok(()) };
        let checkpoints =
            names.checkpoints.iter().filter(|version| **version < previous).map(|v| checkpoint_name(*v));
        let commits = names.commits.iter().filter(|version| **version < previous).map(|v| commit_name(*v));
        for name in commits.chain(checkpoints) {
            self.disk.remove(&join(&self.dir, &name)).tried("removing", &name)?;
        }
        Ok(())
    }

    /// The files of the table, by path.
    pub fn files(&self) -> &BTreeMap<String, Add> {
        &self.state.files
    }

    /// How far an application has come.
    pub fn txn(&self, app_id: &str) -> Option<i64> {
        self.state.txns.get(app_id).map(|txn| txn.version)
    }

    /// The schema and name of the table.
    pub fn meta_data(&self) -> Option<&MetaData> {
        self.state.meta_data.as_ref()
    }

    /// The version of the last commit.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What was found damaged when the log was opened.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Why the last checkpoint could not be written, once.
    pub fn take_trouble(&mut self) -> Option<Error> {
        self.trouble.take()
    }

    /// Whether the log must be opened again before the next commit.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// Whether a file is in the table, or was and waits for its removal. Any other file in the table's directories
    /// was left by a commit that did not happen.
    pub fn knows(&self, path: &str) -> bool {
        self.state.files.contains_key(path) || self.state.removed.contains_key(path)
    }

    /// The files that left the table at least [`KEPT_MS`] ago and can be removed from the disk.
    pub fn vacuum(&self, now_ms: i64) -> Vec<String> {
        let due = |remove: &&Remove| now_ms.saturating_sub(remove.deletion_timestamp.unwrap_or(0)) >= KEPT_MS;
        self.state.removed.values().filter(due).map(|remove| remove.path.clone()).collect()
    }

    /// Says that files of [`Log::vacuum`] are gone from the disk.
    pub fn forget<'a>(&mut self, paths: impl IntoIterator<Item = &'a str>) {
        for path in paths {
            self.state.removed.remove(path);
        }
    }
}

fn commit_name(version: u64) -> String {
    format!("{version:020}.json")
}

fn checkpoint_name(version: u64) -> String {
    format!("{version:020}.checkpoint.parquet")
}
