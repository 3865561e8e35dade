//! Reads one segment from its start to its end, over whatever damage lies in it. Knows no other segment.

use super::record::{HOLE, Head, HeadFault, MARKER, RECORD_HEAD, SEGMENT_HEAD, SegmentHead};
use super::{Damage, RECORD_BYTES_MAX};
use crate::disk::{Disk, Reading};
use crate::error::{Error, Result, Tried};
use memchr::memmem;

const CHUNK: usize = 1 << 20;
const PAGE: usize = 4096;
const READ_TRIES: u32 = 3;

/// One segment being read. Memory: one chunk or one record, whichever is larger.
pub(super) struct Scan {
    window: Window,
    segment: u64,
    at: u64,
    /// The first sequence number of the segment, when its head or a record told it.
    start: Option<u64>,
    /// The sequence number of the next record when nothing is missing.
    expected: Option<u64>,
    /// From here on, records were never acknowledged.
    bound: Option<u64>,
    /// Where an unreadable stretch began that has not ended yet.
    bad_from: Option<u64>,
    /// An unreadable stretch followed by records of the same write only: torn or damaged.
    unclear: Option<Damage>,
    damage: Vec<Damage>,
}

/// A record.
pub(super) struct Found<'a> {
    pub(super) head: Head,
    pub(super) payload: &'a [u8],
    /// Sequence numbers missing before it.
    pub(super) missing: u64,
}

/// What reading a segment came to.
pub(super) struct End {
    pub(super) start: Option<u64>,
    /// The sequence number after the last record.
    pub(super) end: Option<u64>,
    pub(super) bytes: u64,
    pub(super) damage: Vec<Damage>,
    /// Only without a bound: unreadable bytes in or after the last write.
    pub(super) tail: Option<Damage>,
}

impl Scan {
    /// `after` is where the segment before ended: what a damaged head would have said.
    pub(super) fn open(
        disk: &dyn Disk,
        path: &str,
        segment: u64,
        after: Option<u64>,
        bound: Option<u64>,
    ) -> Result<Scan> {
        let file = disk.open(path).tried("opening", path)?;
        let len = file.len().tried("measuring", path)?;
        let mut window = Window { file, len, start: 0, bytes: Vec::new() };
        let head = window.get(0, SEGMENT_HEAD).map(SegmentHead::decode);
        if let Some(Err(HeadFault::Version(version))) = head {
            let what =
                format!("{path} has format version {version}, this program knows 1: use the newer program");
            return Err(Error::Refused { what });
        }
        let head = head.and_then(|head| head.ok()).filter(|head| head.segment == segment);
        let start = head.map(|head| head.first_seq).or(after);
        let (at, bad_from) = if head.is_some() { (SEGMENT_HEAD as u64, None) } else { (0, Some(0)) };
        let (unclear, damage) = (None, Vec::new());
        Ok(Scan { window, segment, at, start, expected: start, bound, bad_from, unclear, damage })
    }

    /// The next whole record, holes left out.
    pub(super) fn next(&mut self) -> Option<Found<'_>> {
        let mut missing = 0;
        let (at, head) = loop {
            let (at, head) = self.find()?;
            if self.bound.is_some_and(|bound| head.first_seq >= bound) {
                self.at = self.window.len;
                self.bad_from = None;
                return None;
            }
            missing += self.take(at, &head);
            if head.kind != HOLE {
                break (at, head);
            }
            // An earlier recovery told of these numbers already, but a copy must keep the hole.
            missing += u64::from(head.events);
        };
        let length = usize::try_from(head.length).ok()?;
        let payload = self.window.get(at + RECORD_HEAD as u64, length)?;
        Some(Found { head, payload, missing })
    }

    /// Steps over what is not a whole record.
    fn find(&mut self) -> Option<(u64, Head)> {
        while self.at < self.window.len {
            let at = self.at;
            match self.head_at(at) {
                Some(head) => {
                    self.at = at + head.total();
                    let length = usize::try_from(head.length).ok()?;
                    let payload = self.window.get(at + RECORD_HEAD as u64, length);
                    if payload.is_some_and(|payload| crc32fast::hash(payload) == head.payload_crc) {
                        return Some((at, head));
                    }
                    self.bad_from.get_or_insert(at);
                }
                None => {
                    self.bad_from.get_or_insert(at);
                    self.at = self.window.find(at + 1);
                }
            }
        }
        None
    }

    fn head_at(&mut self, at: u64) -> Option<Head> {
        let head = Head::decode(self.segment, self.window.get(at, RECORD_HEAD)?)?;
        let fits =
            u64::from(head.length) <= RECORD_BYTES_MAX && at.checked_add(head.total())? <= self.window.len;
        let in_order = self.expected.is_none_or(|expected| head.first_seq >= expected);
        (fits && in_order && head.events > 0).then_some(head)
    }

    /// Accounts for a record and for what was unreadable or missing before it.
    fn take(&mut self, at: u64, head: &Head) -> u64 {
        let missing = self.expected.map_or(0, |expected| head.first_seq - expected);
        let write_began = at.saturating_sub(u64::from(head.group));
        if self.unclear.is_some_and(|unclear| unclear.offset < write_began) {
            self.damage.extend(self.unclear.take());
        }
        if let Some(offset) = self.bad_from.take() {
            let found = Damage { segment: self.segment, offset, bytes: at - offset, events_lost: missing };
            match &mut self.unclear {
                _ if offset < write_began => self.damage.push(found),
                Some(unclear) => {
                    unclear.bytes += found.bytes;
                    unclear.events_lost += missing;
                }
                None => self.unclear = Some(found),
            }
        } else if missing > 0 {
            self.damage.push(Damage { segment: self.segment, offset: at, bytes: 0, events_lost: missing });
        }
        self.start.get_or_insert(head.first_seq);
        self.expected = Some(head.end_seq());
        missing
    }

    /// Call after [`Scan::next`] gave `None`.
    pub(super) fn end(mut self) -> End {
        let len = self.window.len;
        let offset = self.bad_from.unwrap_or(len);
        let rest = Damage { segment: self.segment, offset, bytes: len - offset, events_lost: 0 };
        let mut tail = None;
        match self.bound {
            Some(bound) => {
                self.damage.extend(self.unclear);
                let events_lost = bound.saturating_sub(self.expected.unwrap_or(bound));
                if events_lost > 0 {
                    self.damage.push(Damage { events_lost, ..rest });
                }
            }
            None if rest.bytes > 0 || self.unclear.is_some() => {
                let unclear = self.unclear.unwrap_or(Damage { bytes: 0, ..rest });
                tail = Some(Damage { bytes: unclear.bytes + rest.bytes, ..unclear });
            }
            None => {}
        }
        End { start: self.start, end: self.expected, bytes: len, damage: self.damage, tail }
    }

    /// What a copy of the segment has in its head.
    pub(super) fn start(&self) -> Option<u64> {
        self.start
    }
}

/// A part of a file in memory.
struct Window {
    file: Box<dyn Reading>,
    len: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// Bytes of the file, or `None` past its end. What the device cannot read, after some tries, reads as zeros:
    /// one bad sector must cost the records in it and not the start of the program.
    fn get(&mut self, offset: u64, count: usize) -> Option<&[u8]> {
        let end = offset.checked_add(count as u64).filter(|end| *end <= self.len)?;
        if offset < self.start || end > self.start + self.bytes.len() as u64 {
            let wanted = usize::try_from(self.len - offset).unwrap_or(usize::MAX).min(count.max(CHUNK));
            self.start = offset;
            self.bytes.clear();
            self.bytes.resize(wanted, 0);
            if !self.file.read_tries(offset, &mut self.bytes) {
                let mut at = offset;
                for page in self.bytes.chunks_mut(PAGE) {
                    if !self.file.read_tries(at, page) {
                        page.fill(0);
                    }
                    at += page.len() as u64;
                }
            }
        }
        let from = usize::try_from(offset - self.start).ok()?;
        self.bytes.get(from..from + count)
    }

    /// Where the marker is next, at `from` or after; the end when there is none.
    fn find(&mut self, mut from: u64) -> u64 {
        while from + MARKER.len() as u64 <= self.len {
            let count = usize::try_from(self.len - from).unwrap_or(usize::MAX).min(CHUNK);
            match self.get(from, count).and_then(|bytes| memmem::find(bytes, &MARKER)) {
                Some(at) => return from + at as u64,
                None => from += (count - MARKER.len() + 1) as u64,
            }
        }
        self.len
    }
}

trait ReadTries {
    fn read_tries(&self, offset: u64, buf: &mut [u8]) -> bool;
}

impl ReadTries for Box<dyn Reading> {
    fn read_tries(&self, offset: u64, buf: &mut [u8]) -> bool {
        (0..READ_TRIES).any(|_| self.read_at(offset, buf).is_ok())
    }
}
