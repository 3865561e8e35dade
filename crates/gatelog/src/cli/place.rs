//! Where reading a file stands, in a file of its own that survives a crash.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde::{Deserialize, Serialize};

use crate::config::Environment;
use crate::durable;

/// Bytes at the beginning of a file that tell it from others.
const PRINT_BYTES: u64 = 1_024;

/// Which file it is, whatever its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) device: u64,
    pub(super) inode: u64,
    /// The hash of the first `print_bytes`.
    pub(super) print: String,
    pub(super) print_bytes: u64,
}

/// How far a file was read and taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) identity: Identity,
    /// Everything before this byte was acknowledged.
    pub(super) offset: u64,
    /// What is being sent: it is sent again exactly so after a crash.
    pub(super) sending: Option<u64>,
    /// The files that had the name before and were read to their end, the newest last.
    pub(super) finished: Vec<Identity>,
}

impl Identity {
    /// Looks at an open file.
    pub(super) fn of(file: &File) -> io::Result<Identity> {
        let meta = file.metadata()?;
        let print_bytes = meta.len().min(PRINT_BYTES);
        Ok(Identity { device: meta.dev(), inode: meta.ino(), print: print(file, print_bytes)?, print_bytes })
    }

    /// Whether an open file begins as this one did.
    pub(super) fn begins(&self, file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.len() >= self.print_bytes && print(file, self.print_bytes)? == self.print)
    }

    /// Whether it is the same file, under whatever name: same inode, same beginning.
    pub(super) fn is(&self, file: &File) -> io::Result<bool> {
        let meta = file.metadata()?;
        Ok(meta.ino() == self.inode && meta.dev() == self.device && self.begins(file)?)
    }
}

fn print(file: &File, bytes: u64) -> io::Result<String> {
    let mut file = file;
    let before = file.stream_position()?;
    file.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    file.take(bytes).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(before))?;
    Ok(format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&start)))
}

/// The directory the places are kept in.
pub(super) fn state_dir(given: Option<&Path>, environment: &Environment) -> anyhow::Result<PathBuf> {
    let dir = match (given, environment.get("XDG_STATE_HOME"), environment.get("HOME")) {
        (Some(dir), ..) => dir.to_owned(),
        (None, Some(dir), _) if !dir.is_empty() => Path::new(dir).join("gatelog"),
        (None, _, Some(home)) => Path::new(home).join(".local/state/gatelog"),
        (None, _, None) => return Err(anyhow!("no home directory; give --state DIR")),
    };
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

/// The file that holds the place of what `key` names.
pub(super) fn file_of(dir: &Path, kind: &str, key: &str) -> PathBuf {
    dir.join(format!("{kind}-{:016x}.json", xxhash_rust::xxh3::xxh3_64(key.as_bytes())))
}

/// Reads a place; `None` when there is none.
pub(super) fn read(file: &Path) -> anyhow::Result<Option<Place>> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    let place = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is damaged; remove it to start at the beginning", file.display()))?;
    Ok(Some(place))
}

/// Writes a place, entirely or not at all, durably.
pub(super) fn write(file: &Path, place: &Place) -> anyhow::Result<()> {
    let work = || durable::write(file, &serde_json::to_vec(place)?);
    work().map(|_| ()).with_context(|| format!("cannot write {}", file.display()))
}
