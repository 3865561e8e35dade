//! One day in an archive: copied with the proof of its blocks, and checked again where it lies.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use event::Timestamp;
use event::time::DAY;
use ledger::Leaving;
use ledger::disk::Disk;
use ledger::disk::real::RealDisk;
use ledger::part::Place;
use ledger::proof::block::{Leaf, Sealed};
use ledger::proof::check::{self, Report};
use ledger::proof::note::{Checkpoint, Verifier};
use ledger::proof::{Hash, leaf, tree};
use ledger::trail::Range;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::OfDay;
use super::store::Store;
use crate::app::App;
use crate::trail::bundle;

/// The description of a day.
const DESCRIPTION: &str = "archive.json";
/// What it is.
const FORM: &str = "gatelog-day-1";
/// The largest description, in bytes: some hundred thousand blocks.
const DESCRIPTION_BYTES_MAX: u64 = 256 << 20;
/// Bytes read at once.
const BUFFER_BYTES: usize = 256 << 10;
/// Operator events on their way, in the data directory.
const TRAIL_PART: &str = "archive-trail.part";
/// The largest file that is read back, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 30;

#[derive(Serialize, Deserialize)]
struct Description {
    archive: String,
    day: String,
    key: String,
    checkpoint: String,
    files: Vec<Kept>,
}

/// A file, as it lies there.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    name: String,
    bytes: u64,
    sha256: String,
    crc32: String,
    events: u64,
    time_min: i64,
    time_max: i64,
    blocks: Vec<Proved>,
}

/// A block with its key, which leaf it is, and the way from there to the root.
#[derive(Clone, Serialize, Deserialize)]
struct Proved {
    block: String,
    leaf: u64,
    proof: Vec<String>,
}

/// A day as it is written: 2026-05-01.
pub(super) fn date(day: i64) -> String {
    Timestamp(day.saturating_mul(DAY)).to_string().chars().take(10).collect()
}

/// Copies a day and reads it back; what is there of it then.
pub(super) fn put(app: &App, store: &Store, leaving: &Leaving) -> Result<OfDay, String> {
    let folder = format!("access/date={}/", date(leaving.day));
    let mut files = Vec::new();
    for place in &leaving.places {
        let name = place.path.rsplit('/').next().unwrap_or_default().to_owned();
        let read = || leaving.read(place).map_err(|error| error.to_string());
        let (sha256, bytes) = hashed(&mut read()?)?;
        store.put(&format!("{folder}{name}"), &mut read()?, bytes, &sha256)?;
        read_back(store, &format!("{folder}{name}"), bytes, &sha256)?;
        let blocks = place.blocks.iter().map(|sealed| Proved {
            block: sealed.to_string(),
            leaf: 0,
            proof: Vec::new(),
        });
        files.push(Kept {
            name,
            bytes,
            sha256,
            crc32: format!("{:08x}", place.crc),
            events: place.rows,
            time_min: place.time_min,
            time_max: place.time_max,
            blocks: blocks.collect(),
        });
    }
    // What was archived of this day before and is not part of this: events that came late have made it due again.
    let blocks_of =
        |file: &Kept| file.blocks.iter().map(|proved| proved.block.clone()).collect::<BTreeSet<_>>();
    let new: BTreeSet<String> = files.iter().flat_map(&blocks_of).collect();
    if let Some(before) = description(store, &folder)? {
        let is_other =
            |file: &Kept| files.iter().all(|new| new.name != file.name) && !blocks_of(file).is_subset(&new);
        let others: Vec<Kept> = before.files.into_iter().filter(is_other).collect();
        files.extend(others);
    }
    let (key, checkpoint) = proved(app, &mut files)?;
    let of_day = OfDay {
        events: files.iter().map(|file| file.events).sum(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        files: files.len() as u64,
    };
    let names: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    let day = Description { archive: FORM.to_owned(), day: date(leaving.day), key, checkpoint, files };
    put_text(
        store,
        &format!("{folder}{DESCRIPTION}"),
        &serde_json::to_vec(&day).map_err(|e| e.to_string())?,
    )?;
    for name in store.list(&folder)? {
        if name.ends_with(".parquet") && !names.contains(&name) {
            store.remove(&format!("{folder}{name}"))?;
        }
    }
    Ok(of_day)
}

/// Proves the blocks of all files under the newest checkpoint: the key and the note.
fn proved(app: &App, files: &mut [Kept]) -> Result<(String, String), String> {
    let prover = &app.trail.prover;
    let blocks = files.iter().flat_map(|file| &file.blocks).map(|proved| Sealed::parse(&proved.block));
    let blocks: Option<Vec<String>> =
        blocks.map(|sealed| Some(Leaf::Block(sealed?.block).to_string())).collect();
    let blocks = blocks.ok_or("the description in the archive has something that is no block")?;
    let (note, proofs) = prover.included(&blocks).map_err(|error| error.to_string())?;
    let of = files.iter_mut().flat_map(|file| &mut file.blocks);
    of.zip(proofs).for_each(|(proved, (leaf, proof))| {
        proved.leaf = leaf;
        proved.proof = proof.iter().map(|hash| BASE64.encode(hash.0)).collect();
    });
    Ok((prover.public().text(), note))
}

fn description(store: &Store, folder: &str) -> Result<Option<Description>, String> {
    let Some(file) = store.get(&format!("{folder}{DESCRIPTION}"), DESCRIPTION_BYTES_MAX)? else {
        return Ok(None);
    };
    let mut text = Vec::new();
    file.take(DESCRIPTION_BYTES_MAX).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let known: Description =
        serde_json::from_slice(&text).map_err(|error| format!("{folder}{DESCRIPTION}: {error}"))?;
    match known.archive == FORM {
        true => Ok(Some(known)),
        false => Err(format!(
            "{folder}{DESCRIPTION} is of the form {:?}, this program knows {FORM:?}",
            known.archive
        )),
    }
}

fn put_text(store: &Store, name: &str, text: &[u8]) -> Result<(), String> {
    let (sha256, bytes) = hashed(&mut &*text)?;
    store.put(name, &mut &*text, bytes, &sha256)?;
    read_back(store, name, bytes, &sha256)
}

/// Reads all of it: its hash in hex and its length.
fn hashed(from: &mut dyn Read) -> Result<(String, u64), String> {
    let mut hash = Sha256::new();
    let (mut buffer, mut bytes) = (vec![0; BUFFER_BYTES], 0);
    loop {
        let read = from.read(&mut buffer).map_err(|error| error.to_string())?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
}

fn read_back(store: &Store, name: &str, bytes: u64, sha256: &str) -> Result<(), String> {
    let mut file =
        store.get(name, FILE_BYTES_MAX)?.ok_or_else(|| format!("{name} was put and is not there"))?;
    let found = hashed(&mut file)?;
    match found == (sha256.to_owned(), bytes) {
        true => Ok(()),
        false => Err(format!("{name} was put and is another file when it is read back")),
    }
}

/// Puts the operator events up to that number, with their proofs. An end that came later is with its act all the same.
pub(super) fn put_trail(app: &App, store: &Store, through: u64) -> Result<(), String> {
    let path = Path::new(&app.config.data_dir).join(TRAIL_PART);
    let written = write_trail(app, &path, through);
    let put = written.and_then(|first| {
        let open = || File::open(&path).map_err(|error| error.to_string());
        let (sha256, bytes) = hashed(&mut open()?)?;
        let name = format!("trail/{first}-{through}.bundle.json");
        store.put(&name, &mut open()?, bytes, &sha256)?;
        read_back(store, &name, bytes, &sha256)
    });
    let _ = std::fs::remove_file(&path);
    put
}

/// Writes them to a file; the number of the first. Memory: one segment of the trail.
fn write_trail(app: &App, path: &Path, through: u64) -> Result<u64, String> {
    let (checkpoint, note) = app.trail.prove().map_err(|error| error.to_string())?;
    let tiles = app.trail.prover.tiles(checkpoint.size);
    let said = |error: io::Error| format!("{}: {error}", path.display());
    let mut file = BufWriter::new(File::create(path).map_err(said)?);
    let head = bundle::head(app.trail.prover.public(), &note);
    file.write_all(head.as_bytes()).map_err(said)?;
    let (mut first, mut failed, mut is_first) = (through, None, true);
    let all = Range { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX), before: None };
    let read = app.trail.trail().newest(all, &mut |entry| {
        if entry.seq > through {
            return ControlFlow::Continue(());
        }
        first = entry.seq;
        let mut put = || {
            for record in bundle::records(&entry, &tiles).map_err(|error| error.to_string())? {
                let comma = if std::mem::take(&mut is_first) { "\n" } else { ",\n" };
                file.write_all(comma.as_bytes())
                    .and_then(|()| file.write_all(record.as_bytes()))
                    .map_err(said)?;
            }
            Ok::<(), String>(())
        };
        match put() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(|error| error.to_string())?;
    file.write_all(bundle::END.as_bytes()).and_then(|()| file.flush()).map_err(said)?;
    failed.map_or(Ok(first), Err)
}

/// Checks a day where it lies: none when there is no description.
pub(crate) fn verified(dir: &Path, keys: &[Verifier]) -> Result<Option<Report>, String> {
    let store = Store::Directory(dir.to_owned());
    let Some(day) = description(&store, "")? else { return Ok(None) };
    let mut report = Report::default();
    let Some(checkpoint) = Checkpoint::open(&day.checkpoint, keys) else {
        report
            .found
            .push(format!("{}: the checkpoint is signed by none of the keys, or was altered", dir.display()));
        return Ok(Some(report));
    };
    if !checkpoint.origin.ends_with("/access") {
        report.found.push(format!("{}: the checkpoint is that of another log", dir.display()));
    }
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::read_only(dir));
    let names: BTreeSet<&str> = day.files.iter().map(|file| file.name.as_str()).collect();
    for name in store.list("")? {
        if name.ends_with(".parquet") && !names.contains(name.as_str()) {
            report.found.push(format!("{}: {name} is not of the day", dir.display()));
        }
    }
    for file in &day.files {
        let of_file = file.checked(&day.day, &checkpoint, &disk);
        report.proved += of_file.proved;
        report.older += of_file.older;
        report.found.extend(of_file.found.into_iter().map(|what| format!("{}: {what}", dir.display())));
    }
    report.checkpoint = Some(checkpoint);
    Ok(Some(report))
}

impl Kept {
    fn checked(&self, day: &str, checkpoint: &Checkpoint, disk: &Arc<dyn Disk>) -> Report {
        let mut blocks = Vec::new();
        let mut found = Vec::new();
        for proved in &self.blocks {
            match proved.sealed(checkpoint) {
                Some(sealed) => blocks.push(sealed),
                None => found.push(format!("{}: a block is not one that was signed", self.name)),
            }
        }
        let place =
            Timestamp::parse(day).zip(u32::from_str_radix(&self.crc32, 16).ok()).map(|(day, crc)| Place {
                path: self.name.clone(),
                rollup: String::new(),
                day: day.day(),
                bytes: self.bytes,
                rows: self.events,
                time_min: self.time_min,
                time_max: self.time_max,
                crc,
                rollup_crc: 0,
                blocks,
            });
        let Some(place) = place else {
            return Report {
                found: vec![format!("{} is described in another way", self.name)],
                ..Report::default()
            };
        };
        let mut report = check::archived(disk, place);
        report.found.extend(found);
        report
    }
}

impl Proved {
    /// The block, when the signed root has it as that leaf.
    fn sealed(&self, checkpoint: &Checkpoint) -> Option<Sealed> {
        let sealed = Sealed::parse(&self.block)?;
        let hash = |text: &String| Some(Hash(BASE64.decode(text).ok()?.try_into().ok()?));
        let proof: Vec<Hash> = self.proof.iter().map(hash).collect::<Option<_>>()?;
        let bytes = Leaf::Block(sealed.block.clone()).to_string();
        let root = tree::led_to(leaf(bytes.as_bytes()), self.leaf, checkpoint.size, &proof)?;
        (root == checkpoint.root).then_some(sealed)
    }
}
