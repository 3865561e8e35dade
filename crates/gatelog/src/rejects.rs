//! The newest rejects of each source over a restart: one small file, written when there are new ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::counters::Rejected;
use crate::{durable, log};

/// Rejects of a source that survive a restart.
pub(crate) const KEPT_PER_SOURCE: usize = 100;

/// By source, the oldest first.
pub(crate) type Rejects = BTreeMap<String, Vec<Rejected>>;

fn file(data: &Path) -> PathBuf {
    data.join(crate::serve::LEDGER_DIR).join("rejects.json")
}

/// Reads them. They are for looking at only: a file that cannot be read is told of and left behind.
pub(crate) fn load(data: &Path) -> Rejects {
    let read = || -> io::Result<Rejects> { Ok(serde_json::from_slice(&fs::read(file(data))?)?) };
    match read() {
        Ok(rejects) => rejects,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Rejects::new(),
        Err(error) => {
            log::warn("the rejects of before cannot be read", &[("error", &error)]);
            Rejects::new()
        }
    }
}

/// Writes them.
pub(crate) fn save(data: &Path, rejects: &Rejects) -> io::Result<()> {
    durable::write(&file(data), &serde_json::to_vec(rejects)?).map(|_| ())
}
