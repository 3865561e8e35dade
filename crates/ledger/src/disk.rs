//! All the ledger knows of a disk: files that only grow, names, and when they are safe. The real one is a
//! directory; the simulated one forgets what was not synced, tears, fills up and fails on command.

pub mod real;
pub mod sim;

use std::io;

/// A directory tree. Paths are relative, with `/`, and made by us from numbers and fixed words only.
pub trait Disk: Send + Sync + 'static {
    /// Makes a new file for appending; an existing one is an error. The name is durable after [`Disk::sync_dir`].
    fn create(&self, path: &str) -> io::Result<Box<dyn Appending>>;
    /// Opens a file for reading.
    fn open(&self, path: &str) -> io::Result<Box<dyn Reading>>;
    /// Gives a file another name, replacing what had it. Durable after [`Disk::sync_dir`].
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file; a file that is not there is fine. Durable after [`Disk::sync_dir`].
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Removes an empty directory; one that is not there is fine. Durable after [`Disk::sync_dir`] of the one above.
    fn remove_dir(&self, dir: &str) -> io::Result<()>;
    /// The names (not paths) of files and directories in a directory, sorted; none when it is not there.
    fn list(&self, dir: &str) -> io::Result<Vec<String>>;
    /// Makes a directory and those above it, durable when it returns.
    fn create_dir(&self, dir: &str) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, dir: &str) -> io::Result<()>;
    /// Bytes that can still be written.
    fn free_bytes(&self) -> io::Result<u64>;
}

/// A file being written.
pub trait Appending: Send {
    /// Adds bytes at the end, all of them or an error (then the file may hold a part).
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything appended durable (`fdatasync`). After an error the file must not be trusted again.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file being read.
#[expect(clippy::len_without_is_empty, reason = "nobody asks whether a file is empty")]
pub trait Reading: Send + Sync {
    /// Its length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Fills `buf` from `offset`; an end of file before that is an error.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;
}

/// Reads a whole file of at most `bytes_max`.
pub fn read(disk: &dyn Disk, path: &str, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = disk.open(path)?;
    let len = file.len()?;
    if len > bytes_max {
        return Err(io::Error::other(format!("{path} is larger than {bytes_max} bytes")));
    }
    let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
    file.read_at(0, &mut bytes)?;
    Ok(bytes)
}

/// Writes a whole file so that after success it is there entirely, and after a crash entirely or not at all:
/// temporary name, append, sync, rename, sync of the directory.
pub fn write(disk: &dyn Disk, dir: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (path, temporary) = (join(dir, name), join(dir, &format!("{name}.part")));
    disk.remove(&temporary)?;
    let mut file = disk.create(&temporary)?;
    file.append(bytes)?;
    file.sync()?;
    drop(file);
    disk.rename(&temporary, &path)?;
    disk.sync_dir(dir)
}

/// `dir/name`, or `name` in the root.
pub fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}
