//! Opening a log: what the segments of the process before hold, and making it trustworthy. See `wal.rs` for why.

use super::record::{HOLE, Head, SegmentHead};
use super::scan::Scan;
use super::{Damage, Record, Recovered, Segment, Wal, path};
use crate::disk::{Disk, join};
use crate::error::{Error, Result, Tried};

const COPY_BYTES: usize = 1 << 20;

/// Reads all segments in order. `sealed_through` and before are forgotten. Also gives the segment to settle: the last
/// with records, unless the head of a later one already says where it ends.
pub(super) fn read_all(
    disk: &dyn Disk,
    dir: &str,
    sealed_through: u64,
    sealed_seq: u64,
    visit: &mut dyn FnMut(Record<'_>) -> Result<()>,
) -> Result<(Recovered, Option<u64>)> {
    let mut unsettled = None;
    let mut recovered = Recovered::default();
    let numbers = clean_up(disk, dir, sealed_through)?;
    let bounds = bounds(disk, dir, &numbers)?;
    let mut after = sealed_seq;
    for (number, bound) in numbers.into_iter().zip(bounds) {
        let mut scan = Scan::open(disk, &path(dir, number), number, Some(after), bound)?;
        let mut events = 0;
        while let Some(found) = scan.next() {
            events += u64::from(found.head.events);
            visit(record(number, &found.head, found.payload))?;
        }
        let end = scan.end();
        let first_seq = end.start.unwrap_or(after);
        let end_seq = end.end.unwrap_or(first_seq);
        after = end_seq;
        recovered.segments.push(Segment { number, first_seq, end_seq, events, bytes: end.bytes });
        recovered.damage.extend(end.damage);
        recovered.tail = recovered.tail.or(end.tail);
        if bound.is_none() && events > 0 {
            unsettled = Some(number);
        }
    }
    Ok((recovered, unsettled))
}

/// Reads the acknowledged records of one segment.
pub(super) fn read_one(
    disk: &dyn Disk,
    dir: &str,
    segment: &Segment,
    visit: &mut dyn FnMut(Record<'_>) -> Result<()>,
) -> Result<Vec<Damage>> {
    let (number, bound) = (segment.number, Some(segment.end_seq));
    let mut scan = Scan::open(disk, &path(dir, number), number, Some(segment.first_seq), bound)?;
    while let Some(found) = scan.next() {
        visit(record(number, &found.head, found.payload))?;
    }
    Ok(scan.end().damage)
}

fn record<'a>(segment: u64, head: &Head, payload: &'a [u8]) -> Record<'a> {
    Record { segment, first_seq: head.first_seq, events: head.events, kind: head.kind, payload }
}

/// The numbers of the segments there are, after removing half-made copies and what is sealed.
fn clean_up(disk: &dyn Disk, dir: &str, sealed_through: u64) -> Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for name in disk.list(dir).tried("listing", dir)? {
        let number = name.strip_suffix(".wal").and_then(|number| number.parse().ok());
        match number {
            Some(number) if number > sealed_through => numbers.push(number),
            // Nothing depends on their going: the next start tries again.
            Some(_) => drop(disk.remove(&join(dir, &name))),
            None if name.ends_with(".part") => drop(disk.remove(&join(dir, &name))),
            None => {}
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// For each segment, the smallest sequence number that a later one begins with: from there on it holds only what
/// was never acknowledged.
fn bounds(disk: &dyn Disk, dir: &str, numbers: &[u64]) -> Result<Vec<Option<u64>>> {
    let mut bounds = Vec::with_capacity(numbers.len());
    let mut bound: Option<u64> = None;
    for number in numbers.iter().rev() {
        bounds.push(bound);
        let mut scan = Scan::open(disk, &path(dir, *number), *number, None, None)?;
        let first = scan.start().or_else(|| scan.next().map(|found| found.head.first_seq));
        bound = [bound, first].into_iter().flatten().min();
    }
    bounds.reverse();
    Ok(bounds)
}

/// Writes a segment anew under the same name: its acknowledged records, those that `change` gives another payload with that one.
/// The bytes it has then.
pub(super) fn copy(
    disk: &dyn Disk,
    dir: &str,
    segment: &Segment,
    bound: Option<u64>,
    change: &mut dyn FnMut(&Record<'_>) -> Option<Vec<u8>>,
) -> Result<u64> {
    let (number, path) = (segment.number, path(dir, segment.number));
    let part = format!("{path}.part");
    let mut scan = Scan::open(disk, &path, number, Some(segment.first_seq), bound)?;
    disk.remove(&part).tried("removing", &part)?;
    let mut file = disk.create(&part).tried("creating", &part)?;
    let mut out = SegmentHead { segment: number, first_seq: segment.first_seq }.encode();
    let (mut bytes, mut events) = (0, 0);
    while let Some(found) = scan.next() {
        hole(number, found.head.first_seq - found.missing, found.missing, &mut out);
        let changed = change(&record(number, &found.head, found.payload));
        let payload = changed.as_deref().unwrap_or(found.payload);
        let length = u32::try_from(payload.len())
            .map_err(|_| Error::Refused { what: format!("a record of {} bytes", payload.len()) })?;
        Head { group: 0, length, payload_crc: crc32fast::hash(payload), ..found.head }
            .encode(number, &mut out);
        out.extend_from_slice(payload);
        events += u64::from(found.head.events);
        if out.len() >= COPY_BYTES {
            file.append(&out).tried("writing", &part)?;
            bytes += out.len() as u64;
            out.clear();
        }
    }
    // The records were counted when the log was opened. Should they read otherwise now, the original stays.
    if events != segment.events {
        let what = format!("{path} gave {} events, then {events}", segment.events);
        return Err(Error::Damaged { what });
    }
    file.append(&out).tried("writing", &part)?;
    file.sync().tried("syncing", &part)?;
    drop(file);
    disk.rename(&part, &path).tried("renaming", &part)?;
    disk.sync_dir(dir).tried("syncing", dir)?;
    Ok(bytes + out.len() as u64)
}

/// Missing numbers, written down so that they are told of once and not at every start.
fn hole(segment: u64, mut first_seq: u64, mut missing: u64, out: &mut Vec<u8>) {
    while missing > 0 {
        let events = u32::try_from(missing).unwrap_or(u32::MAX);
        let payload_crc = crc32fast::hash(b"");
        Head { first_seq, events, length: 0, group: 0, kind: HOLE, payload_crc }.encode(segment, out);
        first_seq += u64::from(events);
        missing -= u64::from(events);
    }
}

impl Wal {
    /// Makes what the process before wrote trustworthy, or tries again.
    pub(super) fn settle(&mut self) -> Result<()> {
        if let Some(segment) = self.segments.iter_mut().find(|segment| Some(segment.number) == self.unsettled)
        {
            segment.bytes = copy(&*self.disk, &self.dir, segment, None, &mut |_| None)?;
        }
        self.unsettled = None;
        Ok(())
    }

    /// Writes a segment that is done anew: the records that `change` gives another payload have that one, the others stay what
    /// they are, and what was never acknowledged is gone. After a crash it is as it was, or as it is now.
    pub fn rewrite(
        &mut self,
        segment: u64,
        change: &mut dyn FnMut(&Record<'_>) -> Option<Vec<u8>>,
    ) -> Result<()> {
        let is_open = self.file.is_some() && self.segments.last().is_some_and(|last| last.number == segment);
        let known = self.segments.iter_mut().find(|known| known.number == segment);
        let Some(known) = known.filter(|_| !is_open && self.unsettled != Some(segment)) else {
            return Err(Error::Refused { what: format!("segment {segment} is not one that is done") });
        };
        known.bytes = copy(&*self.disk, &self.dir, known, Some(known.end_seq), change)?;
        Ok(())
    }
}
