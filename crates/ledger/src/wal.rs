//! The write-ahead log: bytes handed in, durable when [`Wal::write`] returns. Knows no event, only payloads
//! that say how many events they hold; each event gets the next sequence number.
//!
//! ```text
//! wal/0000000000000001.wal      segments, by number; a number is never used twice
//!
//! segment = head record*
//! head    = magic:8 "GLWAL\r\n\x1a" version:u32 segment:u64 first_seq:u64 crc:u32
//! record  = marker:8 first_seq:u64 events:u32 length:u32 group:u32 kind:u8 0:3 payload_crc:u32 head_crc:u32
//!           payload:length
//! ```
//!
//! Heads are 32 and 40 bytes long. Little endian; CRC-32 (IEEE). `head_crc` also covers the segment number, so
//! that a record of another file is never taken for one of this. `group` is the distance to the first record of
//! the same write. Kind 0xff is a hole.
//!
//! **Write.** All waiting payloads go in one append and one sync. A segment is used when its head and its name
//! are durable.
//!
//! **Damage.** When a record's head is whole its length is, and the next record is known. When not, the next
//! marker with a whole head is searched. Records after damage are therefore found; what lay between is reported
//! with the number of events missing, known from the sequence numbers. Bytes that are unreadable at the end of
//! the last segment, or before records of the very last write, are what a power cut leaves of a write that was
//! not acknowledged: reported as `tail`, not as damage. (Damage of the last write cannot be told from it. In
//! all segments but the last it can, because the next one says where it begins.)
//!
//! **Poison.** After a failed append or sync nobody knows what of the write is on disk; Linux even drops the
//! unwritten pages and reports the next sync as good. So the segment is left alone for ever and the next write
//! goes to a new segment, whose head says with which sequence number it begins. The failed write's numbers were
//! not acknowledged, nobody has seen them, and they are given to the next write. What the failed write left
//! behind in the old segment is recognised by having a number at or above the beginning of a later segment, and
//! ignored. Only when the process ends before a new segment exists can it come back: then it is taken as
//! written, which is what a client that got no answer must expect, and its keys are in the log, so that the
//! client's retry is seen as a duplicate. No number ever stands for two events that anyone has seen.
//!
//! **Settling.** At the start, records at the end of the last segment may be in the page cache only (the
//! process was killed between append and sync, or a sync failed). Were they believed and then lost in a power
//! cut, a client whose retry was called a duplicate would have lost an acknowledged event. So the last segment
//! with records is written anew under the same name (temporary file, sync, rename, directory sync) before
//! anything else is acknowledged. When that fails (no room), reading works, and each write tries again.
//!
//! **Full.** A write over the bound, or that would leave less than the reserve free on the disk, is refused
//! before it begins. A disk that fills up during a write poisons the segment like any failure. Nothing has to
//! be done but making room: the next write begins a new segment.

mod record;
mod recover;
mod scan;
mod types;

pub use types::{Damage, Options, Payload, Record, Recovered, Segment, Written};

use crate::disk::{Appending, Disk, join};
use crate::error::{Error, Result, Tried};
use record::{HOLE, Head, RECORD_HEAD, SEGMENT_HEAD, SegmentHead};
use std::sync::Arc;

/// Bytes of one payload at most.
pub const RECORD_BYTES_MAX: u64 = 64 << 20;

/// A buffer that grew larger than this is given back after the write.
const BUFFER_BYTES_KEPT: usize = 8 << 20;

/// The log.
pub struct Wal {
    disk: Arc<dyn Disk>,
    dir: String,
    bytes_max: u64,
    reserve_bytes: u64,
    /// Oldest first. The last is the one of `file`, when there is a file.
    segments: Vec<Segment>,
    /// The file being written; none at first and after a failure.
    file: Option<Box<dyn Appending>>,
    /// The number of the segment that must be written anew first, at the start.
    unsettled: Option<u64>,
    next_segment: u64,
    next_seq: u64,
    buffer: Vec<u8>,
}

impl Wal {
    /// Opens the log and gives every record in order to `visit`. Memory: the largest record.
    pub fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        visit: &mut dyn FnMut(Record<'_>) -> Result<()>,
    ) -> Result<(Wal, Recovered)> {
        let dir = options.dir;
        disk.create_dir(&dir).tried("creating", &dir)?;
        let (recovered, unsettled) =
            recover::read_all(&*disk, &dir, options.sealed_through, options.next_seq, visit)?;
        let last = recovered.segments.last();
        let mut wal = Wal {
            next_segment: last.map_or(0, |last| last.number).max(options.sealed_through) + 1,
            next_seq: last.map_or(0, |last| last.end_seq).max(options.next_seq),
            segments: recovered.segments.clone(),
            disk,
            dir,
            bytes_max: options.bytes_max,
            reserve_bytes: options.reserve_bytes,
            file: None,
            unsettled,
            buffer: Vec::new(),
        };
        // A failure here must not keep the program from starting and reading: the next write tries again.
        if wal.begin().is_ok() {
            wal.remove_empty();
        }
        Ok((wal, recovered))
    }

    /// Makes all payloads durable, in order, with one sync. After an error none of them is acknowledged. Without a
    /// payload it writes nothing, but success still says that all that was ever read from the log is durable: ask
    /// so before a delivery is acknowledged because it holds nothing but duplicates.
    pub fn write(&mut self, payloads: &[Payload<'_>]) -> Result<Written> {
        if payloads.is_empty() {
            self.settle()?;
            let segment = self.segments.last().map_or(0, |segment| segment.number);
            return Ok(Written { segment, first_seq: self.next_seq, end_seq: self.next_seq });
        }
        self.encode(payloads)?;
        let wanted = self.buffer.len() as u64;
        self.check_room(wanted)?;
        if self.file.is_none() {
            self.begin()?;
            // The records carry the number of their segment.
            self.encode(payloads)?;
        }
        let result = self.append();
        let (Some(segment), Ok(())) = (self.segments.last_mut(), &result) else {
            self.abandon(wanted);
            return Err(result.err().unwrap_or(Error::Poisoned { what: self.dir.clone() }));
        };
        let first_seq = self.next_seq;
        self.next_seq += payloads.iter().map(|payload| u64::from(payload.events)).sum::<u64>();
        segment.end_seq = self.next_seq;
        segment.events += self.next_seq - first_seq;
        segment.bytes += wanted;
        if self.buffer.capacity() > BUFFER_BYTES_KEPT {
            self.buffer = Vec::new();
        }
        Ok(Written { segment: segment.number, first_seq, end_seq: self.next_seq })
    }

    fn encode(&mut self, payloads: &[Payload<'_>]) -> Result<()> {
        let segment = self.segments.last().map_or(0, |segment| segment.number);
        self.buffer.clear();
        let mut first_seq = self.next_seq;
        for payload in payloads {
            if payload.events == 0 || payload.kind == HOLE || payload.bytes.len() as u64 > RECORD_BYTES_MAX {
                let size = payload.bytes.len();
                let what = format!(
                    "a payload of kind {} with {} events and {size} bytes",
                    payload.kind, payload.events
                );
                return Err(Error::Refused { what });
            }
            let refused = |_| Error::Refused { what: "4 GiB in one write".to_owned() };
            let head = Head {
                first_seq,
                events: payload.events,
                length: u32::try_from(payload.bytes.len()).map_err(refused)?,
                group: u32::try_from(self.buffer.len()).map_err(refused)?,
                kind: payload.kind,
                payload_crc: crc32fast::hash(payload.bytes),
            };
            head.encode(segment, &mut self.buffer);
            self.buffer.extend_from_slice(payload.bytes);
            first_seq = head.end_seq();
        }
        Ok(())
    }

    fn append(&mut self) -> Result<()> {
        let name =
            || self.segments.last().map_or_else(String::new, |segment| path(&self.dir, segment.number));
        let Some(file) = &mut self.file else { return Err(Error::Poisoned { what: self.dir.clone() }) };
        file.append(&self.buffer).tried("writing", &name())?;
        file.sync().tried("syncing", &name())
    }

    /// Leaves the segment alone for ever, but for the acknowledged records in it.
    fn abandon(&mut self, wanted: u64) {
        self.file = None;
        if let Some(segment) = self.segments.last_mut() {
            segment.bytes += wanted;
            if segment.events == 0 && self.disk.remove(&path(&self.dir, segment.number)).is_ok() {
                self.segments.pop();
            }
        }
    }

    fn check_room(&self, wanted: u64) -> Result<()> {
        let bytes = self.bytes() + wanted + SEGMENT_HEAD as u64;
        if bytes > self.bytes_max {
            return Err(Error::Full {
                what: format!("the log would have {bytes} of {} bytes", self.bytes_max),
            });
        }
        if self.reserve_bytes > 0 {
            let free = self.disk.free_bytes().tried("asking for the free bytes of", &self.dir)?;
            if free < self.reserve_bytes.saturating_add(wanted) {
                let what =
                    format!("{free} bytes are free on the disk and {} are kept free", self.reserve_bytes);
                return Err(Error::Full { what });
            }
        }
        Ok(())
    }

    /// Ends the segment, when it has records, and begins another. Gives the number of the new one; all before it can
    /// be sealed.
    pub fn rotate(&mut self) -> Result<u64> {
        match self.segments.last() {
            Some(segment) if self.file.is_some() && segment.events == 0 => Ok(segment.number),
            _ => self.begin(),
        }
    }

    /// Begins a new segment: usable when its head and its name are durable.
    fn begin(&mut self) -> Result<u64> {
        self.settle()?;
        // From here on the old segment gets nothing more, even when this fails: the new head says where the old one
        // ends, and may come back after a power cut.
        self.file = None;
        let number = self.next_segment;
        let path = path(&self.dir, number);
        let head = SegmentHead { segment: number, first_seq: self.next_seq };
        // Also when it fails the number is used up: a file of that name may come back after a power cut.
        self.next_segment += 1;
        match self.make(&path, head) {
            Ok(file) => {
                let (first_seq, end_seq) = (self.next_seq, self.next_seq);
                self.segments.push(Segment {
                    number,
                    first_seq,
                    end_seq,
                    events: 0,
                    bytes: SEGMENT_HEAD as u64,
                });
                self.file = Some(file);
                Ok(number)
            }
            Err(error) => {
                drop(self.disk.remove(&path));
                Err(error)
            }
        }
    }

    fn make(&self, path: &str, head: SegmentHead) -> Result<Box<dyn Appending>> {
        let mut file = self.disk.create(path).tried("creating", path)?;
        file.append(&head.encode()).tried("writing", path)?;
        file.sync().tried("syncing", path)?;
        self.disk.sync_dir(&self.dir).tried("syncing", &self.dir)?;
        Ok(file)
    }

    /// Reads a segment that is done again, for sealing. Memory: the largest record.
    pub fn read(&self, segment: u64, visit: &mut dyn FnMut(Record<'_>) -> Result<()>) -> Result<Vec<Damage>> {
        let known = self.segments.iter().find(|known| known.number == segment);
        let known = known.ok_or_else(|| Error::Refused { what: format!("there is no segment {segment}") })?;
        recover::read_one(&*self.disk, &self.dir, known, visit)
    }

    /// Removes segments up to this one. The newest stays always: it says which numbers were used.
    pub fn remove_through(&mut self, segment: u64) -> Result<()> {
        let newest = self.segments.last().map_or(0, |newest| newest.number);
        self.remove_where(|known| known.number <= segment && known.number < newest)
    }

    /// Every start begins a segment; those in which nothing came would add up.
    fn remove_empty(&mut self) {
        let newest = self.segments.last().map_or(0, |newest| newest.number);
        let empty = |known: &Segment| known.events == 0 && known.bytes <= SEGMENT_HEAD as u64;
        drop(self.remove_where(|known| empty(known) && known.number < newest));
    }

    fn remove_where(&mut self, goes: impl Fn(&Segment) -> bool) -> Result<()> {
        while let Some(at) = self.segments.iter().position(&goes) {
            let path = path(&self.dir, self.segments.get(at).map_or(0, |segment| segment.number));
            self.disk.remove(&path).tried("removing", &path)?;
            self.segments.remove(at);
        }
        self.disk.sync_dir(&self.dir).tried("syncing", &self.dir)
    }

    /// The segments, oldest first; the last is being written when [`Wal::is_ready`].
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether there is a segment to write to. When not, the last write or start failed and the next one tries again.
    pub fn is_ready(&self) -> bool {
        self.file.is_some()
    }

    /// The sequence number of the next event.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Bytes of all segments.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }
}

/// Reads the acknowledged records of a segment while the log goes on. Memory: the largest record.
pub(crate) fn read_segment(
    disk: &dyn Disk,
    dir: &str,
    segment: &Segment,
    visit: &mut dyn FnMut(Record<'_>) -> Result<()>,
) -> Result<Vec<Damage>> {
    recover::read_one(disk, dir, segment, visit)
}

/// Reads the records of a log that nobody writes, and changes nothing on a disk that refuses it.
pub(crate) fn scan_log(
    disk: &dyn Disk,
    dir: &str,
    visit: &mut dyn FnMut(Record<'_>) -> Result<()>,
) -> Result<Vec<Damage>> {
    Ok(recover::read_all(disk, dir, 0, 0, visit)?.0.damage)
}

/// Where a segment is.
fn path(dir: &str, number: u64) -> String {
    join(dir, &format!("{number:016}.wal"))
}

const _: () = assert!(RECORD_HEAD == 40 && RECORD_BYTES_MAX <= u32::MAX as u64);
