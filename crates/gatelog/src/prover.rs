//! Proving what is kept: every few seconds what is new in the operator trail and among sealed access events goes into its log of
//! hashes, and a checkpoint over all of it is signed. Nothing waits for it. The key stands in a file of its own, better outside
//! the data directory.

mod access;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ledger::Ledger;
use ledger::disk::{self, Disk, join};
use ledger::proof::check::{ACCESS, LOST, NOTE_BYTES_MAX, TRAIL};
use ledger::proof::note::{Checkpoint, Signer, Verifier};
use ledger::proof::tiles::{Log, Tiles};
use ledger::proof::{Hash, tree};
use ledger::trail::Trail;

use access::Known;

use crate::config::Config;
use crate::{catalog, durable, log};

/// The key, when no other file is named.
const KEY: &str = "proof.key";
/// The public parts of all keys there were, one a line.
pub(crate) const PUBLIC: &str = "proof.pub";

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// Something is not as it was left.
    #[error("{0}")]
    Wrong(String),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// Signs.
pub(crate) struct Prover {
    signer: Signer,
    known: Vec<Verifier>,
    disk: Arc<dyn Disk>,
    publish: Option<PathBuf>,
    trail: Stream,
    access: Stream,
    known_blocks: Mutex<Known>,
}

/// A checkpoint and its note.
pub(crate) type Newest = (Checkpoint, String);

/// Which leaf something is, and the way to the root.
pub(crate) type Included = (u64, Vec<Hash>);

/// A log.
struct Stream {
    dir: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// None at first and after a failure.
    log: Option<Log>,
    newest: Option<Newest>,
}

impl Stream {
    fn new(dir: &'static str) -> Stream {
        Stream { dir, state: Mutex::default() }
    }
}

impl Prover {
    /// Opens or makes the key of a data directory.
    pub(crate) fn open(dir: &Path, disk: Arc<dyn Disk>, config: &Config) -> Result<Prover, Error> {
        let public = dir.join(PUBLIC);
        let mut known = keys(&public, Verifier::parse)?;
        let file = match config.proof_key_file.as_str() {
            "" => dir.join(KEY),
            elsewhere => PathBuf::from(elsewhere),
        };
        let signer = match fs::read_to_string(&file) {
            Ok(text) => Signer::parse(&text)
                .ok_or_else(|| Error::Wrong(format!("{} holds no key", file.display())))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(&file, known.first())?,
            Err(error) => return Err(Error::Io(file.display().to_string(), error)),
        };
        if !known.contains(signer.public()) {
            known.push(signer.public().clone());
            let lines: String = known.iter().map(|key| key.text() + "\n").collect();
            durable::write(&public, lines.as_bytes()).map_err(at(&public))?;
            log::info("events are signed with a new key", &[("public", &signer.public().text())]);
        }
        let publish =
            Some(config.proof_publish_file.as_str()).filter(|path| !path.is_empty()).map(PathBuf::from);
        let (trail, access) = (Stream::new(TRAIL), Stream::new(ACCESS));
        Ok(Prover { signer, known, disk, publish, trail, access, known_blocks: Mutex::default() })
    }

    /// The public key.
    pub(crate) fn public(&self) -> &Verifier {
        self.signer.public()
    }

    /// The log of the operator trail at a size that was signed.
    pub(crate) fn tiles(&self, size: u64) -> Tiles<'_> {
        Tiles::new(&*self.disk, TRAIL, size)
    }

    /// Signs what is new in the trail; the newest checkpoint and its note.
    pub(crate) fn trail(&self, trail: &Trail) -> Result<Newest, Error> {
        let next = trail.next_seq();
        self.extend(&self.trail, |log| match log.size() {
            proved if next < proved => Err(Error::Wrong(format!(
                "the operator trail has {next} events, but {proved} were signed: some were removed; no checkpoint is signed until they are back"
            ))),
            proved if next == proved => Ok(()),
            _ => grow(log, trail),
        })
    }

    /// Signs what is new among sealed access events. Days before `end` may be over.
    pub(crate) fn access(&self, ledger: &Ledger, end: i64) -> Result<Newest, Error> {
        let mut known = self.known_blocks.lock().unwrap_or_else(PoisonError::into_inner);
        self.extend(&self.access, |log| {
            if known.size != log.size() {
                *known = Known::read(&Tiles::new(&*self.disk, ACCESS, log.size()));
            }
            for leaf in known.news(ledger, end) {
                log.push(leaf.to_string().into_bytes())?;
                known.take(&leaf);
            }
            Ok(())
        })
    }

    /// The newest checkpoint of each log, as far as one was signed since the start.
    pub(crate) fn newest(&self) -> Vec<Newest> {
        let newest =
            |stream: &Stream| stream.state.lock().unwrap_or_else(PoisonError::into_inner).newest.clone();
        [&self.trail, &self.access].into_iter().filter_map(newest).collect()
    }

    /// Which leaves these blocks are, with the way from each to the root of the newest checkpoint; and its note.
    pub(crate) fn included(&self, blocks: &[String]) -> Result<(String, Vec<Included>), Error> {
        let newest = self.access.state.lock().unwrap_or_else(PoisonError::into_inner).newest.clone();
        let (checkpoint, note) = newest.ok_or_else(|| Error::Wrong("no checkpoint is signed yet".into()))?;
        let tiles = Tiles::new(&*self.disk, ACCESS, checkpoint.size);
        let mut places: HashMap<Vec<u8>, Option<u64>> =
            blocks.iter().map(|leaf| (leaf.clone().into_bytes(), None)).collect();
        for (at, leaf) in tiles.leaves().enumerate() {
            places.get_mut(leaf.as_slice()).into_iter().for_each(|place| *place = Some(at as u64));
        }
        let included = |block: &String| {
            let place = places.get(block.as_bytes()).copied().flatten();
            let place = place.ok_or_else(|| Error::Wrong(format!("{block:?} is not signed yet")))?;
            Ok((place, tree::inclusion(&tiles, place, tiles.size)?))
        };
        let included: Result<Vec<Included>, Error> = blocks.iter().map(included).collect();
        Ok((note, included?))
    }

    /// Adds leaves to a log and signs it when there were some; the newest checkpoint and its note.
    fn extend(
        &self,
        stream: &Stream,
        grow: impl FnOnce(&mut Log) -> Result<(), Error>,
    ) -> Result<Newest, Error> {
        let mut state = stream.state.lock().unwrap_or_else(PoisonError::into_inner);
        // After a failure nobody knows what of it is on the disk: the checkpoint says from where on to write again.
        let State { log, newest } = std::mem::take(&mut *state);
        let mut log = match log {
            Some(log) => log,
            None => self.opened(stream.dir)?,
        };
        let signed = log.size();
        grow(&mut log)?;
        if let (Some(newest), true) = (newest, log.size() == signed) {
            *state = State { log: Some(log), newest: Some(newest.clone()) };
            return Ok(newest);
        }
        let checkpoint = Checkpoint { origin: self.origin(stream.dir), size: log.size(), root: log.write()? };
        let note = self.signer.sign(&checkpoint);
        if checkpoint.size == 0 {
            self.disk.create_dir(stream.dir).map_err(|e| Error::Io(stream.dir.into(), e))?;
        }
        disk::write(&*self.disk, stream.dir, "checkpoint", note.as_bytes())
            .map_err(|e| Error::Io(stream.dir.into(), e))?;
        log.sweep();
        self.publish(&note)?;
        let newest = (checkpoint, note);
        *state = State { log: Some(log), newest: Some(newest.clone()) };
        Ok(newest)
    }

    /// `gatelog-1f0c5a2b/trail` of the log in `proof/trail`.
    fn origin(&self, dir: &str) -> String {
        dir.replacen("proof", self.signer.public().name(), 1)
    }

    /// The log as the newest checkpoint says.
    fn opened(&self, dir: &str) -> Result<Log, Error> {
        let path = join(dir, "checkpoint");
        let size = match disk::read(&*self.disk, &path, NOTE_BYTES_MAX) {
            Ok(bytes) => {
                let note = String::from_utf8_lossy(&bytes);
                let checkpoint = Checkpoint::open(&note, &self.known);
                checkpoint
                    .ok_or_else(|| Error::Wrong(format!("{path} was not signed here, or was altered")))?
                    .size
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(Error::Io(path, error)),
        };
        Ok(Log::open(Arc::clone(&self.disk), dir, size)?)
    }

    /// Adds a note to the file where others keep them.
    fn publish(&self, note: &str) -> Result<(), Error> {
        let Some(path) = &self.publish else { return Ok(()) };
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(at(path))?;
        file.write_all(format!("{note}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))
    }
}

fn grow(log: &mut Log, trail: &Trail) -> Result<(), Error> {
    let mut grown = Ok(());
    trail.leaves(log.size(), &mut |seq, leaf| {
        // Numbers that were damaged before they were proved keep their places.
        while grown.is_ok() && log.size() < seq {
            grown = log.push(LOST.to_vec());
        }
        if grown.is_ok() {
            grown = log.push(leaf);
        }
    })?;
    Ok(grown?)
}

/// The public keys of a file, one a line; none when it is not there.
pub(crate) fn keys(file: &Path, parse: fn(&str) -> Option<Verifier>) -> Result<Vec<Verifier>, Error> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(file)(error)),
    };
    let key = |line: &str| {
        parse(line).ok_or_else(|| Error::Wrong(format!("{}: not a public key: {line}", file.display())))
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(key).collect()
}

/// Makes a key: the first of a name, or another of the same.
fn make(file: &Path, first: Option<&Verifier>) -> Result<Signer, Error> {
    let random = |error: catalog::Error| Error::Wrong(error.to_string());
    let name = match first {
        Some(first) => first.name().to_owned(),
        None => format!("gatelog-{:08x}", u32::from_be_bytes(catalog::random().map_err(random)?)),
    };
    let signer = Signer::new(&name, catalog::random().map_err(random)?)
        .ok_or_else(|| Error::Wrong("no key could be made".to_owned()))?;
    durable::write(file, (signer.text() + "\n").as_bytes()).map_err(at(file))?;
    Ok(signer)
}

fn at(file: &Path) -> impl FnOnce(io::Error) -> Error {
    let file = file.display().to_string();
    move |error| Error::Io(file, error)
}
