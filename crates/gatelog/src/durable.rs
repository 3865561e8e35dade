//! Small files that are there whole or not at all, also after a power cut: written beside, synced, renamed, and the
//! directory synced.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Replaces a file, readable by its owner only.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<Metadata> {
    let part = path.with_extension("part");
    let _ = fs::remove_file(&part);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&part)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    sync_parent(path)?;
    file.metadata()
}

/// Makes it last that a file of a directory was made, renamed or removed.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}
