//! Reading the trail: newest first, an act and its end as one.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use event::{Act, Timestamp};

use super::{Kind, Span, Trail};
use crate::disk::Disk;
use crate::error::Result;
use crate::wal::{Segment, read_segment, scan_log};

/// An operator event as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// The number of the record that says what became of it.
    pub end: Option<u64>,
    /// What is known of it.
    pub act: Act,
    /// The records it is made of.
    pub records: Vec<Record>,
}

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub seq: u64,
    /// What it is; see [`Kind`].
    pub kind: u8,
    /// What it holds.
    pub act: Act,
}

/// Which events.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// Not before that moment.
    pub from: Timestamp,
    /// Before that moment.
    pub to: Timestamp,
    /// Only events with a smaller number.
    pub before: Option<u64>,
}

/// Ends whose acts were not met yet, by their requests.
type Ends = HashMap<String, Record>;

impl Trail {
    /// Gives the events of a range to `visit`, newest first, until it breaks. Memory: one segment.
    pub fn newest(&self, range: Range, visit: &mut dyn FnMut(Entry) -> ControlFlow<()>) -> Result<()> {
        let segments = self.shared.wal().segments().to_vec();
        let spans = self.shared.spans().clone();
        let mut ends = Ends::new();
        let may_hold = |segment: &Segment| {
            spans.get(&segment.number).is_some_and(|span| overlaps(*span, range))
                && range.before.is_none_or(|before| segment.first_seq < before)
        };
        for (at, segment) in segments.iter().enumerate().rev() {
            // The end of an act may stand in the segment after its own.
            let before = at.checked_sub(1).and_then(|at| segments.get(at));
            if !may_hold(segment) && !before.is_some_and(may_hold) {
                continue;
            }
            for kept in self.kept(segment)?.into_iter().rev() {
                let Some(entry) = joined(kept, &mut ends) else { continue };
                let wanted = (range.from..range.to).contains(&entry.act.time)
                    && range.before.is_none_or(|before| entry.seq < before);
                if wanted && visit(entry).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// At most `most` of the events of a range that are wanted, by their own time, the latest first, and of one time the one
    /// with the greater number; after the last event of the page before, when there is one. What gateways tell may come long
    /// after it happened. Memory: one segment, and what is answered.
    pub fn latest(
        &self,
        range: Range,
        after: Option<(Timestamp, u64)>,
        most: usize,
        wanted: &dyn Fn(&Act) -> bool,
    ) -> Result<Vec<Entry>> {
        let segments = self.shared.wal().segments().to_vec();
        let spans = self.shared.spans().clone();
        let span = |at: usize| spans.get(&segments.get(at)?.number).copied().filter(|s| overlaps(*s, range));
        let mut order: Vec<usize> = (0..segments.len()).filter(|at| span(*at).is_some()).collect();
        order.sort_by_key(|at| std::cmp::Reverse((span(*at).map(|span| span.to), *at)));
        let mut found: BTreeMap<(Timestamp, u64), Entry> = BTreeMap::new();
        for at in order {
            let earliest = found.first_key_value().map(|((time, _), _)| *time);
            if found.len() >= most && span(at).map(|span| span.to) < earliest {
                break;
            }
            // The end of an act may stand in the segment after its own.
            let mut ends = Ends::new();
            for segment in segments.get(at + 1).into_iter().chain(segments.get(at)) {
                let is_this = segments.get(at).is_some_and(|this| this.number == segment.number);
                for kept in self.kept(segment)?.into_iter().rev() {
                    let Some(entry) = joined(kept, &mut ends).filter(|_| is_this) else { continue };
                    let key = (entry.act.time, entry.seq);
                    let is_next = after.is_none_or(|after| key < after);
                    if is_next && (range.from..range.to).contains(&key.0) && wanted(&entry.act) {
                        found.insert(key, entry);
                    }
                    if found.len() > most {
                        found.pop_first();
                    }
                }
            }
        }
        Ok(found.into_values().rev().collect())
    }

    /// The event of a number.
    pub fn one(&self, seq: u64) -> Result<Option<Entry>> {
        let segments = self.shared.wal().segments().to_vec();
        let Some(at) =
            segments.iter().position(|segment| (segment.first_seq..segment.end_seq).contains(&seq))
        else {
            return Ok(None);
        };
        let mut ends = Ends::new();
        for segment in segments.get(at..at + 2).or(segments.get(at..)).unwrap_or_default().iter().rev() {
            for kept in self.kept(segment)?.into_iter().rev() {
                match joined(kept, &mut ends) {
                    Some(entry) if entry.seq == seq => return Ok(Some(entry)),
                    _ => {}
                }
            }
        }
        Ok(None)
    }

    /// Gives what is proved of each record from a number on to `visit`, oldest first: its number and its leaf.
    pub fn leaves(&self, from: u64, visit: &mut dyn FnMut(u64, Vec<u8>)) -> Result<()> {
        let segments = self.shared.wal().segments().to_vec();
        for segment in segments.iter().filter(|segment| segment.end_seq > from && segment.events > 0) {
            read_segment(&*self.shared.disk, super::DIR, segment, &mut |record| {
                if record.first_seq >= from
                    && let Some(act) = Act::decode(record.payload)
                {
                    visit(record.first_seq, leaf(record.kind, &act));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn kept(&self, segment: &Segment) -> Result<Vec<Record>> {
        let mut kept = Vec::new();
        if segment.events > 0 {
            read_segment(&*self.shared.disk, super::DIR, segment, &mut |record| {
                // What cannot be read was told of when the trail was opened.
                kept.extend(Act::decode(record.payload).map(|act| Record {
                    seq: record.first_seq,
                    kind: record.kind,
                    act,
                }));
                Ok(())
            })?;
        }
        Ok(kept)
    }
}

/// Gives every record of a disk to `visit`, oldest first, without changing anything: its number, its kind, and the act
/// unless it cannot be read. What is damaged, in words.
pub fn scan(disk: &dyn Disk, visit: &mut dyn FnMut(u64, u8, Option<Act>)) -> Result<Vec<String>> {
    let damage = scan_log(disk, super::DIR, &mut |record| {
        visit(record.first_seq, record.kind, Act::decode(record.payload));
        Ok(())
    })?;
    Ok(damage.iter().map(super::told).collect())
}

/// What the log of proofs holds of a record: its kind, and the leaf of its act.
pub fn leaf(kind: u8, act: &Act) -> Vec<u8> {
    let mut leaf = vec![kind];
    leaf.extend(act.leaf());
    leaf
}

fn overlaps(span: Span, range: Range) -> bool {
    span.to >= range.from && span.from < range.to
}

/// An act with its end; nothing for the end itself, which waits for its act.
fn joined(record: Record, ends: &mut Ends) -> Option<Entry> {
    if record.kind == Kind::End as u8 {
        ends.insert(record.act.request_id.clone(), record);
        return None;
    }
    // A gateway calls its requests what it likes.
    let end = (record.kind == Kind::Act as u8).then(|| ends.remove(&record.act.request_id)).flatten();
    let mut act = record.act.clone();
    if let Some(end) = &end {
        act = act.completed(&end.act);
    }
    if act.outcome.is_empty() {
        act.outcome.push_str("unknown");
    }
    let (seq, number) = (record.seq, end.as_ref().map(|end| end.seq));
    Some(Entry { seq, end: number, act, records: [record].into_iter().chain(end).collect() })
}
