//! Which objects were taken: durable before the next one is begun. Everything written before the horizon is done with;
//! after it, what was taken is listed by name. So the list stays as short as the look-back.
//!
//! ```text
//! objects/NAME.taken = "gatelog objects 1 " horizon "\n" ( hash16 " " modified "\n" )*     times in microseconds
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use event::Timestamp;

use super::key_hash;
use crate::durable;

/// Objects between the horizon and now that can be told apart.
const TAKEN_MAX: usize = 1_000_000;

const HEAD: &str = "gatelog objects 1 ";

/// What was taken of one place.
pub(super) struct Memory {
    path: PathBuf,
    horizon: Timestamp,
    /// When each was written, by the hash of its key.
    taken: HashMap<u64, i64>,
    file: File,
}

impl Memory {
    /// Opens it, or begins one whose horizon is `since`.
    pub(super) fn open(dir: &Path, name: &str, since: Timestamp) -> io::Result<Memory> {
        fs::create_dir_all(dir)?;
        let path = dir.join(format!("{name}.taken"));
        let (horizon, taken, is_whole) = match fs::read_to_string(&path) {
            Ok(text) => {
                read(&text).ok_or_else(|| io::Error::other(format!("{} is damaged", path.display())))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (since, HashMap::new(), false),
            Err(error) => return Err(error),
        };
        if !is_whole {
            write(&path, horizon, &taken)?;
        }
        let file = OpenOptions::new().append(true).mode(0o600).open(&path)?;
        Ok(Memory { path, horizon, taken, file })
    }

    /// Everything written before it is done with.
    pub(super) fn horizon(&self) -> Timestamp {
        self.horizon
    }

    /// Whether an object was not taken yet.
    pub(super) fn is_new(&self, key: &str, modified: Timestamp) -> bool {
        modified >= self.horizon && !self.taken.contains_key(&key_hash(key))
    }

    /// Notes that an object was taken. Returns after the sync.
    pub(super) fn note(&mut self, key: &str, modified: Timestamp) -> io::Result<()> {
        if self.taken.len() >= TAKEN_MAX {
            return Err(io::Error::other(format!(
                "more than {TAKEN_MAX} objects; set `since`, or a shorter `look_back_h` or `prefix`"
            )));
        }
        let hash = key_hash(key);
        self.file.write_all(line(hash, modified.0).as_bytes())?;
        self.file.sync_data()?;
        self.taken.insert(hash, modified.0);
        Ok(())
    }

    /// Moves the horizon, when it is later than it was by enough to be worth it.
    pub(super) fn advance(&mut self, horizon: Timestamp) -> io::Result<()> {
        if horizon.0.saturating_sub(self.horizon.0) < event::time::HOUR {
            return Ok(());
        }
        let mut taken = std::mem::take(&mut self.taken);
        taken.retain(|_, modified| *modified >= horizon.0);
        write(&self.path, horizon, &taken)?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        (self.horizon, self.taken) = (horizon, taken);
        Ok(())
    }
}

fn line(hash: u64, modified: i64) -> String {
    format!("{hash:016x} {modified}\n")
}

fn write(path: &Path, horizon: Timestamp, taken: &HashMap<u64, i64>) -> io::Result<()> {
    let mut text = format!("{HEAD}{}\n", horizon.0);
    for (hash, modified) in taken {
        let _ = write!(text, "{}", line(*hash, *modified));
    }
    durable::write(path, text.as_bytes()).map(drop)
}

/// The horizon, what was taken, and whether the last line is whole: a power cut may have cut it.
fn read(text: &str) -> Option<(Timestamp, HashMap<u64, i64>, bool)> {
    let (head, rest) = text.split_once('\n')?;
    let horizon = Timestamp(head.strip_prefix(HEAD)?.parse().ok()?);
    let is_whole = rest.is_empty() || rest.ends_with('\n');
    let end = rest.rfind('\n').map_or(0, |at| at + 1);
    let entry = |line: &str| {
        let (hash, modified) = line.split_once(' ')?;
        Some((u64::from_str_radix(hash, 16).ok()?, modified.parse().ok()?))
    };
    let taken = rest.get(..end)?.lines().map(entry).collect::<Option<HashMap<_, _>>>()?;
    Some((horizon, taken, is_whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::time::HOUR;

    #[test]
    fn what_was_taken_is_known_after_a_restart_and_a_cut_line_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let at = |hours: i64| Timestamp(1_795_298_319_000_000 + hours * HOUR);
        let open = || Memory::open(dir.path(), "edge", at(0)).unwrap();
        let mut memory = open();
        assert!(!memory.is_new("a", at(-1)) && memory.is_new("a", at(1)));
        memory.note("a", at(1)).unwrap();
        memory.note("b", at(5)).unwrap();
        let path = dir.path().join("edge.taken");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 3]).unwrap();
        let mut memory = open();
        assert!(!memory.is_new("a", at(1)) && memory.is_new("b", at(5)));
        memory.note("b", at(5)).unwrap();
        // The horizon moves, what is before it is forgotten and still not new.
        memory.advance(at(4)).unwrap();
        let memory = open();
        assert_eq!((memory.horizon(), memory.taken.len()), (at(4), 1));
        assert!(!memory.is_new("a", at(1)) && !memory.is_new("b", at(5)) && memory.is_new("c", at(4)));
        fs::write(&path, "something else\n").unwrap();
        assert!(Memory::open(dir.path(), "edge", at(0)).is_err());
    }
}
