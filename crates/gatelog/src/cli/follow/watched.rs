//! One followed name: the file that has it now, and the file that had it before until that is read to its end.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Way;
use crate::cli::place::{self, Identity, Place};
use crate::cli::sender::{Batch, deliver};

/// A batch is at most this long, unless one line is longer.
const BATCH_BYTES_MAX: usize = 1 << 20;
/// A line longer than this is sent in pieces, which the server rejects and counts.
const LINE_BYTES_MAX: usize = 4 << 20;
/// A renamed file is read on until nothing came for this long: its writer may not have noticed yet.
const RENAMED_QUIET: Duration = Duration::from_secs(2);

/// One followed name.
pub(super) struct Watched {
    path: PathBuf,
    remembered: PathBuf,
    file: File,
    place: Place,
    /// When the name went over to another file, and something was last read of this one.
    renamed: Option<Instant>,
}

impl Watched {
    /// Opens a name; `None` when there is no such file yet.
    pub(super) fn open(path: &Path, way: &Way, from_start: bool) -> anyhow::Result<Option<Watched>> {
        let key = format!("{}\n{}", way.client.url(), path.display());
        let remembered = place::file_of(&way.state, "follow", &key);
        let before = place::read(&remembered)?;
        let Some(now) = open(path)? else {
            // Renamed, and the new one is not there yet: the old one may still have a rest.
            let Some(before) = before else { return Ok(None) };
            let Some(file) = sibling(path, &before)? else { return Ok(None) };
            let (path, renamed) = (path.to_owned(), Some(Instant::now()));
            return Ok(Some(Watched { path, remembered, file, place: before, renamed }));
        };
        let (file, place, renamed) = match before {
            Some(before) if before.identity.is(&now)? && now.metadata()?.len() >= before.offset => {
                (now, before, None)
            }
            Some(before) => match sibling(path, &before)? {
                Some(old) => (old, before, Some(Instant::now())),
                None => {
                    lost(path, &before);
                    (now, Place::default(), None)
                }
            },
            None => {
                let offset = if from_start { 0 } else { end_of_last_line(&now)? };
                (now, Place { offset, ..Place::default() }, None)
            }
        };
        let mut watched = Watched { path: path.to_owned(), remembered, file, place, renamed };
        watched.identify()?;
        place::write(&watched.remembered, &watched.place)?;
        Ok(Some(watched))
    }

    /// Everything before this byte was acknowledged.
    pub(super) fn offset(&self) -> u64 {
        self.place.offset
    }

    fn identify(&mut self) -> io::Result<()> {
        self.place.path = self.path.display().to_string();
        self.place.identity = Identity::of(&self.file)?;
        Ok(())
    }

    /// Sends what has come; whether there was anything.
    pub(super) fn advance(&mut self, way: &Way) -> anyhow::Result<bool> {
        if self.was_truncated()? {
            return self.after_truncation(way);
        }
        let is_last = self.renamed.is_some_and(|since| since.elapsed() >= RENAMED_QUIET);
        if self.send_next(way, is_last)? {
            if self.renamed.is_some() {
                self.renamed = Some(Instant::now());
            }
            return Ok(true);
        }
        if is_last {
            return self.take_over();
        }
        if self.renamed.is_none() && self.has_new_file()? {
            self.renamed = Some(Instant::now());
        }
        Ok(self.renamed.is_some())
    }

    /// Whether the name leads to another file now.
    fn has_new_file(&self) -> io::Result<bool> {
        match std::fs::metadata(&self.path) {
            Ok(meta) => {
                let mine = self.file.metadata()?;
                Ok(meta.ino() != mine.ino() || meta.dev() != mine.dev())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn was_truncated(&self) -> io::Result<bool> {
        let long_enough = self.file.metadata()?.len() >= self.place.offset;
        // Truncated and grown beyond the old length between two looks: the beginning tells.
        Ok(!long_enough
            || (self.place.identity.print_bytes > 0 && !self.place.identity.begins(&self.file)?))
    }

    /// Copied and truncated: the rest of the old content is in the copy.
    fn after_truncation(&mut self, way: &Way) -> anyhow::Result<bool> {
        if self.place.offset > 0 || self.place.sending.is_some() {
            match sibling(&self.path, &self.place)? {
                Some(copy) => {
                    let current = std::mem::replace(&mut self.file, copy);
                    let read = self.send_all(way);
                    self.file = current;
                    read?;
                }
                None => lost(&self.path, &self.place),
            }
        }
        self.place = Place::default();
        self.identify()?;
        place::write(&self.remembered, &self.place)?;
        Ok(true)
    }

    fn send_all(&mut self, way: &Way) -> anyhow::Result<()> {
        while self.send_next(way, true)? {}
        Ok(())
    }

    /// The old file is read; goes on with the one that has the name now.
    fn take_over(&mut self) -> anyhow::Result<bool> {
        let Some(file) = open(&self.path)? else { return Ok(false) };
        self.file = file;
        self.renamed = None;
        self.place = Place::default();
        self.identify()?;
        place::write(&self.remembered, &self.place)?;
        Ok(true)
    }

    /// Sends the next batch of whole lines; with `is_last` also a line that has no end. Whether there was one.
    fn send_next(&mut self, way: &Way, is_last: bool) -> anyhow::Result<bool> {
        let bytes = match self.place.sending {
            // Begun before a crash, perhaps taken: exactly the same bytes again.
            Some(end) => self.read(end.saturating_sub(self.place.offset) as usize)?,
            None => {
                let mut bytes = self.read(BATCH_BYTES_MAX)?;
                if !bytes.contains(&b'\n') && bytes.len() == BATCH_BYTES_MAX {
                    bytes = self.read(LINE_BYTES_MAX)?;
                }
                let cut = match bytes.iter().rposition(|b| *b == b'\n') {
                    Some(at) => at + 1,
                    None if is_last || bytes.len() == LINE_BYTES_MAX => bytes.len(),
                    None => 0,
                };
                bytes.truncate(cut);
                bytes
            }
        };
        if bytes.is_empty() {
            self.place.sending = None;
            return Ok(false);
        }
        let end = self.place.offset + bytes.len() as u64;
        self.place.sending = Some(end);
        // A file that was short when it was first seen can be told from others better now.
        self.identify()?;
        place::write(&self.remembered, &self.place)?;
        deliver(&way.client, &way.path, &Batch { end, bytes })?;
        self.place.offset = end;
        self.place.sending = None;
        place::write(&self.remembered, &self.place)?;
        Ok(true)
    }

    fn read(&mut self, bytes_max: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.place.offset))?;
        (&mut self.file).take(bytes_max as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where the last whole line ends: a line that is being written is not cut in two.
fn end_of_last_line(file: &File) -> io::Result<u64> {
    let mut file = file;
    let len = file.seek(SeekFrom::End(0))?;
    let from = len.saturating_sub(LINE_BYTES_MAX as u64);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.take(LINE_BYTES_MAX as u64).read_to_end(&mut end)?;
    Ok(end.iter().rposition(|b| *b == b'\n').map_or(0, |at| from + at as u64 + 1))
}

/// The file that a place is about, under the name a rotation gave it or its copy: in the same directory, the name
/// beginning alike, the same beginning, and at least as long as what was read.
fn sibling(path: &Path, place: &Place) -> io::Result<Option<File>> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str())) else {
        return Ok(None);
    };
    if place.identity.print_bytes == 0 {
        return Ok(None);
    }
    let stem = name.split('.').next().unwrap_or(name);
    let mut found: Option<File> = None;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let other = entry.path();
        let alike = entry.file_name().to_str().is_some_and(|n| n.starts_with(stem));
        if !alike || other == path || !entry.file_type()?.is_file() {
            continue;
        }
        let Some(file) = open(&other)? else { continue };
        if file.metadata()?.len() < place.offset.max(place.sending.unwrap_or(0))
            || !place.identity.begins(&file)?
        {
            continue;
        }
        // The same inode is certain; a copy is taken when there is no better one.
        if place.identity.is(&file)? {
            return Ok(Some(file));
        }
        found = Some(file);
    }
    Ok(found)
}

fn lost(path: &Path, place: &Place) {
    crate::log::warn(
        "the rest of a rotated file was not found; lines after the position may be missing",
        &[("path", &path.display()), ("position", &place.offset)],
    );
}
