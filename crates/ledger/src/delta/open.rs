//! Opening a log: the newest checkpoint that can be read, and the commits after it. Knows no way to write a commit.

use super::action::{Commit, decode};
use super::state::State;
use super::{LAST_CHECKPOINT, LastCheckpoint, Log, checkpoint, checkpoint_name, commit_name};
use crate::disk::{self, Disk, join};
use crate::error::{Error, Result, Tried};
use std::sync::Arc;

/// A commit or a checkpoint larger than this is refused.
const BYTES_MAX: u64 = 1 << 30;

/// What lies in a log's directory, each list sorted.
#[derive(Default)]
pub(super) struct Names {
    pub(super) commits: Vec<u64>,
    pub(super) checkpoints: Vec<u64>,
    left_over: Vec<String>,
}

impl Names {
    pub(super) fn list(disk: &dyn Disk, dir: &str) -> Result<Names> {
        let mut names = Names::default();
        for name in disk.list(dir).tried("listing", dir)? {
            let version = |end| name.strip_suffix(end).filter(|n| n.len() == 20).and_then(|n| n.parse().ok());
            if let Some(version) = version(".checkpoint.parquet") {
                names.checkpoints.push(version);
            } else if let Some(version) = version(".json") {
                names.commits.push(version);
            } else if name.ends_with(".part") {
                names.left_over.push(name);
            }
        }
        Ok(names)
    }
}

pub(super) fn open(disk: Arc<dyn Disk>, dir: String) -> Result<Option<Log>> {
    let names = Names::list(&*disk, &dir)?;
    for name in &names.left_over {
        // Nothing depends on their going.
        drop(disk.remove(&join(&dir, name)));
    }
    if names.commits.is_empty() && names.checkpoints.is_empty() {
        return Ok(None);
    }
    // A process may have died between the renaming of a commit and this: what is read below must be durable, since
    // the write-ahead log is cut because of it.
    disk.sync_dir(&dir).tried("syncing", &dir)?;
    let mut damage = Vec::new();
    let (state, checkpoint) = newest_checkpoint(&*disk, &dir, &names, &mut damage)?;
    let mut log =
        Log { disk, dir, state, version: checkpoint, checkpoint, poisoned: false, damage, trouble: None };
    log.replay(&names)?;
    if log.state.meta_data.is_none() {
        if log.damage.is_empty() || !log.state.files.is_empty() {
            return Err(Error::Damaged { what: format!("{} has no schema", log.dir) });
        }
        return Ok(None);
    }
    Ok(Some(log))
}

/// The state at the newest readable checkpoint; the empty one when there is no checkpoint.
fn newest_checkpoint(
    disk: &dyn Disk,
    dir: &str,
    names: &Names,
    damage: &mut Vec<String>,
) -> Result<(State, u64)> {
    let last = disk::read(disk, &join(dir, LAST_CHECKPOINT), BYTES_MAX).ok();
    let last: Option<LastCheckpoint> = last.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    for version in names.checkpoints.iter().rev() {
        let name = checkpoint_name(*version);
        let bytes = disk::read(disk, &join(dir, &name), BYTES_MAX).tried("reading", &name)?;
        let crc = last.as_ref().filter(|last| last.version == *version).and_then(|last| last.crc32);
        let mut state = State::default();
        let result = if crc.is_some_and(|crc| crc != crc32fast::hash(&bytes)) {
            Err(Error::Damaged { what: "its checksum is another".to_owned() })
        } else {
            checkpoint::decode(bytes, &mut |action| state.apply(action))
        };
        match result {
            Ok(()) if state.meta_data.is_some() => return Ok((state, *version)),
            Ok(()) => damage.push(format!("{dir}/{name}: it has no schema")),
            Err(error) => damage.push(format!("{dir}/{name}: {error}")),
        }
    }
    Ok((State::default(), 0))
}

impl Log {
    /// Applies the commits after the checkpoint.
    fn replay(&mut self, names: &Names) -> Result<()> {
        let mut next = if self.state.meta_data.is_some() { self.version + 1 } else { 0 };
        let last = names.commits.last().copied();
        for version in names.commits.iter().copied().filter(|version| *version >= next).collect::<Vec<_>>() {
            let name = commit_name(version);
            let path = join(&self.dir, &name);
            if version != next {
                let what = format!("{}/{} is missing", self.dir, commit_name(next));
                return Err(Error::Damaged { what });
            }
            let bytes = disk::read(&*self.disk, &path, BYTES_MAX).tried("reading", &path)?;
            let Commit { actions, whole, torn } = decode(&bytes);
            if torn && Some(version) == last {
                self.damage.push(format!("{path} has no end and was set aside"));
                self.disk.rename(&path, &format!("{path}.damaged")).tried("setting aside", &path)?;
                return self.disk.sync_dir(&self.dir).tried("syncing", &self.dir);
            }
            if !whole {
                self.damage
                    .push(format!("{path} is not as it was written; {} actions were read", actions.len()));
            }
            actions.into_iter().for_each(|action| self.state.apply(action));
            (self.version, next) = (version, version + 1);
        }
        Ok(())
    }
}
