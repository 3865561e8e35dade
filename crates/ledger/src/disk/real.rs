//! A directory of the machine as a [`Disk`]. Knows the operating system's calls; must not know what is in the files.

use super::{Appending, Disk, Reading};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Error, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file whose lock says that a process works here. It stays when the process ends; only the lock counts.
const LOCK: &str = "lock";

/// Others on the machine must not read access logs: the owner writes, the group may read.
const FILE_MODE: u32 = 0o640;
const DIR_MODE: u32 = 0o750;

/// A directory that this process alone writes to.
pub struct RealDisk {
    root: PathBuf,
    /// Held for as long as the disk lives: closing the file gives the lock back, also when the process is killed. None on
    /// a disk that is only read.
    lock: Option<File>,
}

impl RealDisk {
    /// Opens a directory, making it when it is not there. A second process is refused.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<RealDisk> {
        let root = root.into();
        make_dirs(&root)?;
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).mode(FILE_MODE).open(root.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(RealDisk { root, lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                ErrorKind::AlreadyExists,
                format!(
                    "{} is in use by another gatelog process; stop it or choose another directory",
                    root.display()
                ),
            )),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// A directory that is only read, also while another process writes to it.
    pub fn read_only(root: impl Into<PathBuf>) -> RealDisk {
        RealDisk { root: root.into(), lock: None }
    }

    fn path(&self, path: &str) -> io::Result<PathBuf> {
        checked(path)?;
        Ok(self.root.join(path))
    }

    /// The path of what is to be changed.
    fn mine(&self, path: &str) -> io::Result<PathBuf> {
        match self.lock {
            Some(_) => self.path(path),
            None => Err(Error::new(ErrorKind::ReadOnlyFilesystem, "opened for reading only")),
        }
    }
}

impl Disk for RealDisk {
    fn create(&self, path: &str) -> io::Result<Box<dyn Appending>> {
        let mut options = OpenOptions::new();
        let file = options.create_new(true).write(true).mode(FILE_MODE).open(self.mine(path)?)?;
        Ok(Box::new(RealAppending(file)))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Reading>> {
        Ok(Box::new(RealReading(File::open(self.path(path)?)?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.mine(from)?, self.mine(to)?)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.mine(path)?))
    }

    fn remove_dir(&self, dir: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_dir(self.mine(dir)?))
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.dir(dir)?) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is not UTF-8 is not one of ours.
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn create_dir(&self, dir: &str) -> io::Result<()> {
        make_dirs(&self.mine(dir)?)?;
        // Also when they were there: a process before may have died between making one and syncing its name.
        let parents = dir.match_indices('/').filter_map(|(end, _)| dir.get(..end));
        [""].into_iter().chain(parents).try_for_each(|parent| self.sync_dir(parent))
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        File::open(self.dir(dir)?)?.sync_all()
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let room = rustix::fs::statvfs(&self.root)?;
        Ok(room.f_bavail.saturating_mul(room.f_frsize))
    }
}

impl RealDisk {
    fn dir(&self, dir: &str) -> io::Result<PathBuf> {
        if dir.is_empty() { Ok(self.root.clone()) } else { self.path(dir) }
    }
}

struct RealAppending(File);

impl Appending for RealAppending {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

struct RealReading(File);

impl Reading for RealReading {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buf, offset)
    }
}

/// Makes a directory and those above it, each durable before the next is made in it.
fn make_dirs(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dirs(parent)?;
    match DirBuilder::new().mode(DIR_MODE).create(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(parent)?.sync_all()
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Refuses a path that could leave the directory.
pub(super) fn checked(path: &str) -> io::Result<()> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']);
    if path.split('/').all(plain) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidInput, format!("not a path of the ledger: {path:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    #[test]
    fn a_directory_takes_one_process_only() {
        let dir = tempfile::tempdir().unwrap();
        let first = RealDisk::open(dir.path().join("a/b")).unwrap();
        let refused = RealDisk::open(dir.path().join("a/b")).err().unwrap().to_string();
        assert!(
            refused.ends_with("is in use by another gatelog process; stop it or choose another directory")
        );
        drop(first);
        RealDisk::open(dir.path().join("a/b")).unwrap();
    }

    #[test]
    fn files_grow_are_renamed_listed_read_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let disk = RealDisk::open(dir.path()).unwrap();
        disk.create_dir("t/date=2026-01-01").unwrap();
        let mut file = disk.create("t/a").unwrap();
        file.append(b"one").unwrap();
        file.append(b"two").unwrap();
        file.sync().unwrap();
        assert!(disk.create("t/a").is_err(), "an existing file is not opened for writing");
        disk::write(&disk, "t", "b", b"old").unwrap();
        disk::write(&disk, "t", "b", b"new").unwrap();
        disk.rename("t/a", "t/c").unwrap();
        disk.sync_dir("t").unwrap();
        assert_eq!(disk.list("t").unwrap(), ["b", "c", "date=2026-01-01"]);
        assert_eq!(disk::read(&disk, "t/c", 6).unwrap(), b"onetwo");
        assert_eq!(disk::read(&disk, "t/b", 6).unwrap(), b"new");
        assert!(disk::read(&disk, "t/c", 5).is_err());
        assert!(disk.open("t/c").unwrap().read_at(4, &mut [0; 3]).is_err());
        disk.remove("t/c").unwrap();
        disk.remove("t/c").unwrap();
        disk.remove_dir("t/date=2026-01-01").unwrap();
        assert_eq!(disk.list("t").unwrap(), ["b"]);
        assert_eq!(disk.list("nowhere").unwrap(), Vec::<String>::new());
        assert!(disk.free_bytes().unwrap() > 0);
    }

    #[test]
    fn no_path_leaves_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let disk = RealDisk::open(dir.path()).unwrap();
        for path in ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\\b", "a\0b"] {
            assert!(disk.create(path).is_err(), "{path:?}");
            assert!(disk.open(path).is_err(), "{path:?}");
        }
    }
}
