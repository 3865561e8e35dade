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

/// Rotated files that are remembered as read.
const FINISHED_MAX: usize = 16;

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
                    (now, Place { finished: before.finished, ..Place::default() }, None)
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

    /// Whether this file is for this name to read: a pattern may also match the names that rotation gives.
    pub(super) fn knows(&self, path: &Path) -> io::Result<bool> {
        if is_rotated(&self.path, path) {
            return Ok(true);
        }
        let Some(file) = open(path)? else { return Ok(true) };
        Ok(same(Some(&self.file), &file)? || finished(&self.place, &file)?)
    }

    /// Remembers a file as read, and begins another.
    fn begin(&mut self, read: Identity, file: File) -> anyhow::Result<()> {
        let mut finished = std::mem::take(&mut self.place.finished);
        finished.push(read);
        let over = finished.len().saturating_sub(FINISHED_MAX);
        finished.drain(..over);
        self.file = file;
        self.place = Place { finished, ..Place::default() };
        self.identify()?;
        place::write(&self.remembered, &self.place)
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
        let mut read = self.place.identity.clone();
        let now = self.file.try_clone()?;
        if self.place.offset > 0 || self.place.sending.is_some() {
            match sibling(&self.path, &self.place)? {
                Some(copy) => {
                    self.file = copy;
                    self.send_all(way)?;
                    read = Identity::of(&self.file)?;
                }
                None => lost(&self.path, &self.place),
            }
        }
        self.begin(read, now)?;
        Ok(true)
    }

    fn send_all(&mut self, way: &Way) -> anyhow::Result<()> {
        while self.send_next(way, true)? {}
        Ok(())
    }

    /// The old file is read; goes on with the next one: one that was rotated away meanwhile, or the one that has the
    /// name now.
    fn take_over(&mut self) -> anyhow::Result<bool> {
        let read = Identity::of(&self.file)?;
        if let Some(next) = self.missed(&read)? {
            self.begin(read, next)?;
            return Ok(true);
        }
        let Some(file) = open(&self.path)? else { return Ok(false) };
        self.renamed = None;
        self.begin(read, file)?;
        Ok(true)
    }

    /// The oldest file that was rotated away after the one just read, and was never read.
    fn missed(&self, read: &Identity) -> io::Result<Option<File>> {
        let Some(dir) = self.path.parent() else { return Ok(None) };
        let current = open(&self.path)?;
        let since = self.file.metadata()?.modified()?;
        let mut found: Option<(std::time::SystemTime, File)> = None;
        for entry in std::fs::read_dir(dir)? {
            let other = entry?.path();
            if !is_rotated(&self.path, &other) {
                continue;
            }
            let Some(file) = open(&other)? else { continue };
            let (is_read, is_current) = (read.is(&file)?, same(current.as_ref(), &file)?);
            let at = file.metadata()?.modified()?;
            let is_older = at < since || found.as_ref().is_some_and(|(best, _)| at >= *best);
            if !is_read && !is_current && !is_older && !finished(&self.place, &file)? {
                found = Some((at, file));
            }
        }
        Ok(found.map(|(_, file)| file))
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

/// Whether a file is one of those read to their end.
fn finished(place: &Place, file: &File) -> io::Result<bool> {
    for identity in &place.finished {
        if identity.print_bytes > 0 && identity.is(file)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn same(one: Option<&File>, other: &File) -> io::Result<bool> {
    let Some(one) = one else { return Ok(false) };
    let (one, other) = (one.metadata()?, other.metadata()?);
    Ok(one.ino() == other.ino() && one.dev() == other.dev())
}

/// Whether a path is a name that rotation gives: `access.log.1`, `access.log-20261122`.
fn is_rotated(path: &Path, other: &Path) -> bool {
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let (Some(name), Some(other_name)) = (name(path), name(other)) else { return false };
    let is_tail = |tail: &str| {
        tail.starts_with(['.', '-', '_'])
            && tail.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
    };
    path.parent() == other.parent() && other_name.strip_prefix(&name).is_some_and(is_tail)
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
