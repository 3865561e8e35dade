//! Files of a day that were taken elsewhere before they were removed, beside the blocks they say they have.

use std::sync::Arc;

use event::Batch;

use super::Report;
use crate::disk::Disk;
use crate::keep::read_all;
use crate::part::{Part, Place};
use crate::proof::block::{digest, in_order, seq};

/// Checks a file against its blocks: each has its events and all of them, and there are no others. That the blocks were signed
/// is for the caller to know. Memory: one file.
pub fn archived(disk: &Arc<dyn Disk>, place: Place) -> Report {
    let mut report = Report::default();
    let part = Part::new(place, Arc::clone(disk));
    let (place, mut batch) = (&part.place, Batch::new());
    if let Err(error) = read_all(&part, &mut batch) {
        report.tell(format!("{} cannot be read: {error}", place.path));
        return report;
    }
    let mut rows: Vec<u32> = (0..batch.len() as u32).collect();
    in_order(&batch, &mut rows);
    let upto = |number: u64| rows.partition_point(|row| seq(&batch, *row) < number);
    let mut of_blocks = 0;
    for sealed in &place.blocks {
        let block = &sealed.block;
        let of_block = rows.get(upto(block.first)..upto(block.last.saturating_add(1))).unwrap_or_default();
        of_blocks += of_block.len();
        match block.day == place.day && digest(&batch, of_block, sealed.key) == block.digest {
            true => report.proved += block.events,
            false => report.tell(format!(
                "{}: the {} access events {} to {} are not those that were signed",
                place.path, block.events, block.first, block.last
            )),
        }
    }
    let others = rows.len().saturating_sub(of_blocks);
    if others > 0 {
        report.tell(format!("{}: {others} events were never signed", place.path));
    }
    report
}
