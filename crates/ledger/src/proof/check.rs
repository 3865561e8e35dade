//! Checking what is kept against what was signed, with the public key alone and without changing anything.

mod access;
mod archived;

use event::Act;

use super::block::Leaf;
use super::note::{Checkpoint, Verifier};
use super::single::Single;
use super::tiles::{Tiles, WIDTH};
use super::{Hash, leaf, tree};
use crate::disk::{self, Disk, join};
use crate::error::Result;
use crate::trail;

pub use access::access;
pub use archived::archived;

/// Bytes of a signed note at most.
pub const NOTE_BYTES_MAX: u64 = 64 << 10;
/// Findings told at most; more are counted.
const TOLD_MAX: usize = 100;

/// The log of the operator trail, under the ledger's directory.
pub const TRAIL: &str = "proof/trail";
/// The log of the blocks of access events.
pub const ACCESS: &str = "proof/access";

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What is not as it was signed, in words; empty when all holds.
    pub found: Vec<String>,
    /// Findings beyond those told.
    pub more: u64,
    /// Events that are as they were signed.
    pub proved: u64,
    /// Events of which personal texts were erased.
    pub erased: u64,
    /// Events that are newer than the newest checkpoint.
    pub newer: u64,
    /// Events that are older than the first leaf.
    pub older: u64,
    /// The newest checkpoint.
    pub checkpoint: Option<Checkpoint>,
}

impl Report {
    fn tell(&mut self, what: String) {
        if self.found.len() < TOLD_MAX {
            self.found.push(what);
        } else {
            self.more += 1;
        }
    }
}

/// Checks the operator trail of a disk. `earlier` are checkpoints someone has kept.
pub fn trail(disk: &dyn Disk, keys: &[Verifier], earlier: &[Checkpoint]) -> Result<Report> {
    let mut report = Report::default();
    let Some(hashes) = log(disk, TRAIL, keys, earlier, &mut report)? else { return Ok(report) };
    let mut acts = Acts { hashes: &hashes, seen: 0, next: None, through: None, report: &mut report };
    let damage = trail::scan(disk, &mut |seq, kind, act| acts.take(seq, kind, act))?;
    let Acts { next, through, seen, .. } = acts;
    damage.into_iter().for_each(|what| report.tell(what));
    let size = hashes.len() as u64;
    let end = next.unwrap_or(0);
    if end < size {
        report.tell(missing(end, size));
    }
    report.newer = end.saturating_sub(size);
    let first = end.saturating_sub(seen);
    if first > 0 && next.is_some() && through.is_none_or(|through| through + 1 < first) {
        let what = "were removed, and nothing signed says that their time was over";
        report.tell(format!("operator events 0 to {} {what}", first - 1));
    }
    Ok(report)
}

fn missing(from: u64, to: u64) -> String {
    match to - from {
        1 => format!("operator event {from} is missing"),
        _ => format!("operator events {from} to {} are missing", to - 1),
    }
}

/// The trail beside the leaves that were signed.
struct Acts<'r> {
    hashes: &'r [Hash],
    /// Numbers met or told of as missing, without those before the first.
    seen: u64,
    next: Option<u64>,
    /// Up to which number something signed says that events were removed.
    through: Option<u64>,
    report: &'r mut Report,
}

impl Acts<'_> {
    fn take(&mut self, seq: u64, kind: u8, act: Option<Act>) {
        let expected = self.next.unwrap_or(seq);
        if seq > expected {
            self.report.tell(missing(expected, seq));
        }
        self.seen += seq + 1 - expected;
        self.next = Some(seq + 1);
        let Some(hash) = usize::try_from(seq).ok().and_then(|at| self.hashes.get(at)) else { return };
        let is_erased = act.as_ref().is_some_and(|act| act.erased.iter().any(Option::is_some));
        self.report.erased += u64::from(is_erased);
        match act {
            Some(act) if leaf(&trail::leaf(kind, &act)) == *hash => {
                self.report.proved += 1;
                if kind == trail::Kind::Act as u8 && act.code == trail::RETIRED {
                    self.through = self.through.max(act.resource_id.parse().ok());
                }
            }
            // Its number was proved as lost when the log was damaged.
            _ if *hash == leaf(LOST) => {}
            Some(act) => self.report.tell(format!(
                "operator event {seq} is not the one that was signed (it says {:?}, {})",
                act.event, act.time
            )),
            None => self.report.tell(format!("operator event {seq} cannot be read")),
        }
    }
}

/// The leaf of a record that was damaged before it was proved.
pub const LOST: &[u8] = b"lost";

/// Checks a log by itself; the hashes of its leaves when its checkpoint can be trusted.
fn log(
    disk: &dyn Disk,
    dir: &str,
    keys: &[Verifier],
    earlier: &[Checkpoint],
    report: &mut Report,
) -> Result<Option<Vec<Hash>>> {
    let path = join(dir, "checkpoint");
    let note = disk::read(disk, &path, NOTE_BYTES_MAX).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(note) = note else {
        report.tell(format!("{path} is missing"));
        return Ok(None);
    };
    let Some(checkpoint) = Checkpoint::open(&note, keys) else {
        report.tell(format!("{path} is signed by none of the keys, or was altered"));
        return Ok(None);
    };
    if !dir.strip_prefix("proof").is_some_and(|stream| checkpoint.origin.ends_with(stream)) {
        report.tell(format!("{path} is that of another log"));
        return Ok(None);
    }
    let mut hashes = Vec::new();
    tiles(disk, dir, checkpoint.size, &mut hashes, report);
    if tree::root(&hashes) != checkpoint.root {
        report.tell(format!("{dir}: the hashes of the leaves do not lead to the signed root"));
    }
    for known in earlier.iter().filter(|known| known.origin == checkpoint.origin) {
        let size = known.size;
        match usize::try_from(size).ok().and_then(|size| hashes.get(..size)) {
            None => report.tell(format!(
                "{dir} was rolled back: a checkpoint of {size} leaves was published, there are {}",
                checkpoint.size
            )),
            Some(begin) if tree::root(begin) != known.root => {
                report.tell(format!("{dir} is not a continuation of the checkpoint of {size} leaves"));
            }
            Some(_) => {}
        }
    }
    report.checkpoint = Some(checkpoint);
    Ok(Some(hashes))
}

/// Every tile against the leaves it is made of; the hashes of the leaves.
fn tiles(disk: &dyn Disk, dir: &str, size: u64, hashes: &mut Vec<Hash>, report: &mut Report) {
    let tiles = Tiles::new(disk, dir, size);
    let mut level: Vec<Hash> = Vec::new();
    for index in 0..size.div_ceil(WIDTH) {
        let width = (size - index * WIDTH).min(WIDTH) as usize;
        let entries = tiles.entries(index).unwrap_or_default();
        let kept = tiles.tile(0, index).unwrap_or_default();
        let mut of_tile: Vec<Hash> = entries.iter().map(|entry| leaf(entry)).collect();
        if of_tile.len() != width || kept != of_tile {
            report.tell(format!("{dir}: tile {index} is not made of its leaves"));
        }
        // What the tile says where the leaves are gone: then at least the events can be compared.
        if of_tile.len() != width {
            of_tile = kept;
        }
        of_tile.resize(width, Hash::default());
        if width as u64 == WIDTH {
            level.push(tree::root(&of_tile));
        }
        hashes.extend(of_tile);
    }
    for above in 1.. {
        if level.is_empty() {
            break;
        }
        let mut next = Vec::new();
        for (index, want) in (0..).zip(level.chunks(WIDTH as usize)) {
            if tiles.tile(above, index).unwrap_or_default() != want {
                report.tell(format!("{dir}: tile {index} of level {above} is not made of those below"));
            }
            if want.len() as u64 == WIDTH {
                next.push(tree::root(want));
            }
        }
        level = next;
    }
}

/// Checks a record that was taken along with its proof: it is the leaf of its number under a signed root.
pub fn record(
    checkpoint: &Checkpoint,
    (seq, kind, bytes): (u64, u8, &[u8]),
    proof: &[Hash],
) -> std::result::Result<Act, String> {
    let Some(act) = Act::decode(bytes) else { return Err(format!("operator event {seq} cannot be read")) };
    let hash = leaf(&trail::leaf(kind, &act));
    match tree::led_to(hash, seq, checkpoint.size, proof) == Some(checkpoint.root) {
        true => Ok(act),
        false => Err(format!("operator event {seq} is not the one that was signed")),
    }
}

/// Checks an access event that was taken along with its proof: it is in its block, and that is leaf `index` under a signed root. Its
/// number.
pub fn event(
    checkpoint: &Checkpoint,
    (index, block): (u64, &str),
    path: &[Hash],
    event: &Single,
) -> std::result::Result<u64, String> {
    let number = event.number().ok_or("the access event says no number")?;
    let of_event = |what: &str| format!("access event {number} is not the one that was signed: {what}");
    if tree::led_to(leaf(block.as_bytes()), index, checkpoint.size, path) != Some(checkpoint.root) {
        return Err(of_event("its block is not under the signed root"));
    }
    let Some(Leaf::Block(block)) = Leaf::parse(block) else { return Err(of_event("its block is none")) };
    event.check(&block).map_err(of_event)?;
    Ok(number)
}
