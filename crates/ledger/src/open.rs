//! Opening the data directory: what the table has, what the log has beyond it, which keys were seen lately. What a
//! crash left half done is finished or swept here.

use std::collections::BTreeMap;
use std::sync::Arc;

use event::{Batch, Timestamp};

use crate::disk::{self, Disk};
use crate::error::{Error, Result, Tried};
use crate::ledger::{Content, Options};
use crate::part::Part;
use crate::seal::{KEPT, ROLLUPS, TABLE, put};
use crate::seen::{GENERATION_KEYS, Seen, decode_keys, encode_keys};
use crate::table::Table;
use crate::tail::Tail;
use crate::view::Kept;
use crate::wal::{self, Record, Wal};
use crate::writer::{EVENTS, decode, stamp};

/// The directory of the keys of sealed segments.
const SEEN: &str = "seen";

/// Bytes of one file of keys at most.
const KEYS_BYTES_MAX: u64 = 64 << 20;

pub(crate) struct Opened {
    pub(crate) content: Content,
    pub(crate) wal: Wal,
    pub(crate) seen: Seen,
    pub(crate) keys: Vec<u64>,
    pub(crate) table: Table,
    pub(crate) damage: Vec<String>,
}

pub(crate) fn open(disk: &Arc<dyn Disk>, options: &Options, now: Timestamp) -> Result<Opened> {
    let table = Table::open(Arc::clone(disk), now)?;
    sweep_orphans(&**disk, &table)?;
    let parts: Vec<Arc<Part>> =
        table.places()?.into_iter().map(|place| Arc::new(Part::new(place, Arc::clone(disk)))).collect();
    let mut damage = table.damage().to_vec();
    let (sealed_through, next_seq) = table.sealed();
    let mut replay = Replay {
        seen: Seen::restore(read_keys(&**disk, sealed_through, &mut damage)?),
        tail: Tail::default(),
        keys: Vec::new(),
        unreadable: 0,
    };
    let wal_options = wal::Options {
        bytes_max: options.wal_bytes_max,
        sealed_through,
        next_seq,
        ..wal::Options::default()
    };
    let (wal, recovered) = Wal::open(Arc::clone(disk), wal_options, &mut |record| {
        replay.record(&record);
        Ok(())
    })?;
    damage.extend(recovered.damage.iter().map(|d| {
        format!(
            "log segment {}: {} bytes at {} unreadable, {} events lost",
            d.segment, d.bytes, d.offset, d.events_lost
        )
    }));
    // Usually a torn write that nobody got an answer for; said all the same, because damage may look like it.
    damage.extend(recovered.tail.map(|t| {
        format!(
            "log segment {}: the last {} bytes were not a whole write and are left out",
            t.segment, t.bytes
        )
    }));
    if replay.unreadable > 0 {
        damage.push(format!("log: {} whole records hold no events this version can read", replay.unreadable));
    }
    let tail_since = (replay.tail.rows() > 0).then_some(now);
    let content = Content {
        kept: Arc::new(kept(&**disk, &parts)?),
        parts: Arc::new(parts),
        tail: replay.tail,
        next_seq: wal.next_seq(),
        tail_since,
    };
    Ok(Opened { content, wal, seen: replay.seen, keys: replay.keys, table, damage })
}

struct Replay {
    seen: Seen,
    tail: Tail,
    keys: Vec<u64>,
    unreadable: u64,
}

impl Replay {
    fn record(&mut self, record: &Record<'_>) {
        let decoded = if record.kind == EVENTS { decode(record.payload) } else { None };
        let Some((mut batch, keys, received)) = decoded.filter(|(batch, keys, _)| batch.len() == keys.len())
        else {
            self.unreadable += 1;
            return;
        };
        stamp(&mut batch, record.first_seq, received);
        // What a failed write left behind may come back beside its own retry (wal.rs, "Poison"): once is enough.
        let fresh: Vec<u32> =
            (0_u32..).zip(&keys).filter(|(_, key)| self.seen.insert(**key)).map(|(row, _)| row).collect();
        let batch: Batch = if fresh.len() == batch.len() { batch } else { batch.gather(&fresh) };
        self.tail.push(record.segment, &Arc::new(batch));
        self.keys.extend(keys);
    }
}

/// Files that never came to their commit, or whose removal was cut short.
fn sweep_orphans(disk: &dyn Disk, table: &Table) -> Result<()> {
    for (above, is_data) in [(TABLE, true), (ROLLUPS, false)] {
        for dir in disk.list(above).tried("listing", above)? {
            let (path, is_day) =
                (disk::join(above, &dir), dir.starts_with("date=") || !is_data && dir != "kept");
            if !is_day {
                continue;
            }
            for name in disk.list(&path).tried("listing", &path)? {
                let file = disk::join(&path, &name);
                let data = if is_data { file.clone() } else { format!("{TABLE}/date={dir}/{name}") };
                if !table.knows(&data) {
                    disk.remove(&file).tried("removing", &file)?;
                }
            }
        }
    }
    Ok(())
}

/// Days of which only the cells are left. A day that still has files was not retired to the end: its files count.
fn kept(disk: &dyn Disk, parts: &[Arc<Part>]) -> Result<Vec<Kept>> {
    let names = disk.list(KEPT).tried("listing", KEPT)?;
    let kept = names.iter().filter_map(|name| {
        let (date, crc) = name.strip_suffix(".parquet")?.rsplit_once('-')?;
        let crc = u32::from_str_radix(crc, 16).ok()?;
        Some(Kept { day: Timestamp::parse(date)?.day(), path: disk::join(KEPT, name), crc })
    });
    let kept = kept.filter(|kept| parts.iter().all(|part| part.place.day != kept.day));
    // Two of a day are one that was written anew, and what it was: one counts.
    Ok(kept.map(|kept| (kept.day, kept)).collect::<BTreeMap<i64, Kept>>().into_values().collect())
}

/// Keeps the keys of a segment that is being sealed, and removes those beyond the window.
pub(crate) fn write_keys(disk: &dyn Disk, segment: u64, keys: &[u64]) -> Result<()> {
    put(disk, "", SEEN, &format!("{segment:016}.keys"), &encode_keys(keys))?;
    let mut names = disk.list(SEEN).tried("listing", SEEN)?;
    let mut enough = 0;
    while let Some(name) = names.pop() {
        let path = disk::join(SEEN, &name);
        if enough >= GENERATION_KEYS as u64 {
            disk.remove(&path).tried("removing", &path)?;
        } else {
            let bytes = disk.open(&path).and_then(|file| file.len()).tried("measuring", &path)?;
            enough += bytes / 8;
        }
    }
    Ok(())
}

/// The keys of sealed segments, oldest first. Those of a segment whose commit never came are left out: its events are
/// still in the log, and would be taken for their own duplicates. Damaged files are reported and left out: then a retry that comes
/// after this start may be stored twice, which is better than not starting.
fn read_keys(disk: &dyn Disk, sealed_through: u64, damage: &mut Vec<String>) -> Result<Vec<u64>> {
    let mut all = Vec::new();
    let sealed = |name: &&String| {
        name.strip_suffix(".keys").and_then(|n| n.parse().ok()).is_some_and(|n: u64| n <= sealed_through)
    };
    for name in disk.list(SEEN).tried("listing", SEEN)?.iter().filter(sealed) {
        let path = disk::join(SEEN, name);
        let bytes =
            disk::read(disk, &path, KEYS_BYTES_MAX).map_err(|e| Error::io(format!("reading {path}"), e))?;
        match decode_keys(&bytes) {
            Some(keys) => all.extend(keys),
            None => damage.push(format!("{path}: duplicate keys unreadable")),
        }
    }
    Ok(all)
}
