//! A disk in memory that behaves as badly as a real one may: it forgets what was not synced, tears writes, loses
//! names, fills up, fails on command. The same seed gives the same disk. Must not know what is in the files.
//!
//! Every file has the bytes written and a length up to which they are durable; every name is current or durable.
//! [`SimDisk::crash`] is a power cut: of what is not durable, some survives and some does not (see `crash.rs`).

mod crash;
mod faults;
mod random;

pub use faults::{Kind, Trouble};

use super::real::checked;
use super::{Appending, Disk, Reading};
use faults::Faults;
use random::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Error, ErrorKind};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A simulated disk. Clones are the same disk, so that a test keeps one while the program under test has another.
#[derive(Clone)]
pub struct SimDisk(Arc<Mutex<State>>);

struct State {
    /// What a running program sees.
    names: BTreeMap<String, Shared>,
    /// What a power cut leaves for certain.
    durable_names: BTreeMap<String, Shared>,
    /// Changes of names not made durable yet, in order.
    pending: Vec<Change>,
    dirs: BTreeSet<String>,
    capacity: u64,
    faults: Faults,
    random: Random,
    /// Counts power cuts: a file opened before one cannot be used after it.
    life: u64,
}

type Shared = Arc<Mutex<File>>;

#[derive(Default)]
struct File {
    bytes: Vec<u8>,
    /// Bytes up to here survive a power cut, but for `lost`.
    durable: usize,
    /// Parts that a failed sync gave up: a later sync reports success without writing them, as Linux does.
    lost: Vec<Range<usize>>,
}

#[derive(Clone)]
enum Change {
    Create(String, Shared),
    Remove(String),
    Rename(String, String),
}

impl SimDisk {
    /// An empty disk without faults.
    pub fn new(seed: u64) -> SimDisk {
        SimDisk(Arc::new(Mutex::new(State {
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending: Vec::new(),
            dirs: BTreeSet::from([String::new()]),
            capacity: u64::MAX,
            faults: Faults::default(),
            random: Random(seed),
            life: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many operations that change the disk there were.
    pub fn ops(&self) -> u64 {
        self.state().faults.ops()
    }

    /// Lets the `n`-th operation of a kind from now (1 is the next) fail.
    pub fn fail_nth(&self, kind: Kind, n: u64, trouble: Trouble) {
        self.state().faults.fail_nth(kind, n, trouble);
    }

    /// Lets every operation of a kind fail, until [`SimDisk::heal`].
    pub fn fail_always(&self, kind: Kind, trouble: Trouble) {
        self.state().faults.fail_always(kind, trouble);
    }

    /// Cuts the power at the `n`-th changing operation from now: it and all after it fail, until [`SimDisk::crash`].
    pub fn cut_power_at(&self, n: u64) {
        self.state().faults.cut_power_at(n);
    }

    /// Ends all faults that were asked for.
    pub fn heal(&self) {
        self.state().faults.heal();
    }

    /// Sets how many bytes fit on the disk in all.
    pub fn fill(&self, bytes: u64) {
        self.state().capacity = bytes;
    }

    /// Bytes of all files.
    pub fn used_bytes(&self) -> u64 {
        self.state().used()
    }

    /// Turns one bit of a file over, durably. False when there is no such bit.
    pub fn flip(&self, path: &str, offset: u64, bit: u8) -> bool {
        self.change(path, |bytes| {
            let byte = usize::try_from(offset).ok().and_then(|offset| bytes.get_mut(offset));
            byte.map(|byte| *byte ^= 1 << (bit & 7)).is_some()
        })
    }

    /// Cuts a file to a length, durably. False when it is shorter or not there.
    pub fn cut(&self, path: &str, len: u64) -> bool {
        self.change(path, |bytes| {
            let fits = len <= bytes.len() as u64;
            bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
            fits
        })
    }

    /// Puts a whole file there, durably, in place of what had the name.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        let file = File { bytes: bytes.to_vec(), durable: bytes.len(), lost: Vec::new() };
        let file = Arc::new(Mutex::new(file));
        let mut state = self.state();
        state.names.insert(path.to_owned(), Arc::clone(&file));
        state.durable_names.insert(path.to_owned(), file);
    }

    /// The bytes a running program sees in a file.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        self.state().names.get(path).map(|file| locked(file).bytes.clone())
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<String> {
        self.state().names.keys().cloned().collect()
    }

    fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
        let state = self.state();
        let Some(file) = state.names.get(path) else { return false };
        let mut file = locked(file);
        let done = change(&mut file.bytes);
        file.durable = file.bytes.len();
        done
    }
}

impl State {
    fn used(&self) -> u64 {
        self.names.values().map(|file| locked(file).bytes.len() as u64).sum()
    }

    fn file(&self, path: &str) -> io::Result<Shared> {
        self.names.get(path).cloned().ok_or_else(|| not_found(path))
    }

    fn parent_exists(&self, path: &str) -> io::Result<()> {
        if self.dirs.contains(parent(path)) { Ok(()) } else { Err(not_found(parent(path))) }
    }
}

impl Disk for SimDisk {
    fn create(&self, path: &str) -> io::Result<Box<dyn Appending>> {
        checked(path)?;
        let mut state = self.state();
        state.parent_exists(path)?;
        state.faults.next(Kind::Create)?;
        if state.names.contains_key(path) {
            return Err(Error::new(ErrorKind::AlreadyExists, path.to_owned()));
        }
        if state.used() >= state.capacity {
            return Err(ErrorKind::StorageFull.into());
        }
        let file = Shared::default();
        state.names.insert(path.to_owned(), Arc::clone(&file));
        state.pending.push(Change::Create(path.to_owned(), Arc::clone(&file)));
        let life = state.life;
        Ok(Box::new(Handle { disk: self.clone(), file, life }))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Reading>> {
        checked(path)?;
        let mut state = self.state();
        state.faults.next(Kind::Read)?;
        Ok(Box::new(Handle { disk: self.clone(), file: state.file(path)?, life: state.life }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        checked(from)?;
        checked(to)?;
        let mut state = self.state();
        state.parent_exists(to)?;
        let file = state.file(from)?;
        state.faults.next(Kind::Rename)?;
        state.names.remove(from);
        state.names.insert(to.to_owned(), file);
        state.pending.push(Change::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        checked(path)?;
        let mut state = self.state();
        state.faults.next(Kind::Remove)?;
        if state.names.remove(path).is_some() {
            state.pending.push(Change::Remove(path.to_owned()));
        }
        Ok(())
    }

    fn remove_dir(&self, dir: &str) -> io::Result<()> {
        checked(dir)?;
        let mut state = self.state();
        state.faults.next(Kind::Remove)?;
        let below = format!("{dir}/");
        if state.names.keys().chain(&state.dirs).any(|name| name.starts_with(&below)) {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        state.dirs.remove(dir);
        Ok(())
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let mut state = self.state();
        state.faults.next(Kind::Read)?;
        let inside = |path: &&String| !path.is_empty() && parent(path) == dir;
        let paths = state.names.keys().chain(&state.dirs).filter(inside);
        let names: BTreeSet<&str> = paths.map(|path| path.rsplit('/').next().unwrap_or(path)).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn create_dir(&self, dir: &str) -> io::Result<()> {
        checked(dir)?;
        let mut state = self.state();
        state.faults.next(Kind::CreateDir)?;
        let ends = dir.match_indices('/').map(|(at, _)| at).chain([dir.len()]);
        state.dirs.extend(ends.filter_map(|end| dir.get(..end)).map(str::to_owned));
        Ok(())
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.dirs.contains(dir) {
            return Err(not_found(dir));
        }
        state.faults.next(Kind::SyncDir)?;
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.pending).into_iter().partition(|change| change.touches(dir));
        state.pending = later;
        for change in now {
            change.apply(&mut state.durable_names);
        }
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let state = self.state();
        Ok(state.capacity.saturating_sub(state.used()))
    }
}

impl Change {
    fn touches(&self, dir: &str) -> bool {
        match self {
            Change::Create(path, _) | Change::Remove(path) => parent(path) == dir,
            Change::Rename(from, to) => parent(from) == dir || parent(to) == dir,
        }
    }

    /// A change whose source is not there (its making was lost) changes nothing.
    fn apply(self, names: &mut BTreeMap<String, Shared>) {
        match self {
            Change::Create(path, file) => {
                names.insert(path, file);
            }
            Change::Remove(path) => {
                names.remove(&path);
            }
            Change::Rename(from, to) => {
                if let Some(file) = names.remove(&from) {
                    names.insert(to, file);
                }
            }
        }
    }
}

/// An open file. It keeps its bytes when its name is removed, as on Unix.
struct Handle {
    disk: SimDisk,
    file: Shared,
    life: u64,
}

impl Handle {
    fn next(&self, kind: Kind) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.disk.state();
        if state.life != self.life {
            return Err(faults::power_is_off());
        }
        match state.faults.next(kind) {
            Ok(()) => Ok(state),
            Err(error) => {
                self.fail(&mut state, kind);
                Err(error)
            }
        }
    }

    /// A failed append may leave a part; a failed sync gives up what was waiting for it, though it stays readable.
    fn fail(&self, state: &mut State, kind: Kind) {
        let mut file = locked(&self.file);
        if kind == Kind::Sync && !state.faults.is_off() && file.durable < file.bytes.len() {
            let given_up = file.durable..file.bytes.len();
            file.durable = given_up.end;
            file.lost.push(given_up);
            if state.random.below(4) == 0 {
                file.lost.pop();
            }
        }
    }
}

impl Appending for Handle {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (mut state, failed) = match self.next(Kind::Append) {
            Ok(state) => (state, None),
            Err(error) => (self.disk.state(), Some(error)),
        };
        if state.life != self.life {
            return Err(faults::power_is_off());
        }
        let room = usize::try_from(state.capacity.saturating_sub(state.used())).unwrap_or(usize::MAX);
        let wanted =
            if failed.is_some() { state.random.below(bytes.len() as u64 + 1) as usize } else { bytes.len() };
        let part = bytes.get(..wanted.min(room)).unwrap_or(bytes);
        locked(&self.file).bytes.extend_from_slice(part);
        match failed {
            Some(error) => Err(error),
            None if part.len() < bytes.len() => Err(ErrorKind::StorageFull.into()),
            None => Ok(()),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        let _state = self.next(Kind::Sync)?;
        let mut file = locked(&self.file);
        file.durable = file.bytes.len();
        Ok(())
    }
}

impl Reading for Handle {
    fn len(&self) -> io::Result<u64> {
        let _state = self.next(Kind::Read)?;
        Ok(locked(&self.file).bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let _state = self.next(Kind::Read)?;
        let file = locked(&self.file);
        let from = usize::try_from(offset).map_err(Error::other)?;
        let part = file.bytes.get(from..).and_then(|rest| rest.get(..buf.len()));
        buf.copy_from_slice(part.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

fn locked(file: &Shared) -> MutexGuard<'_, File> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

fn not_found(path: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("{path} is not there"))
}
