//! Access events beside the blocks that were signed.

use std::collections::BTreeMap;
use std::sync::Arc;

use event::{Batch, field};

use super::{ACCESS, Report, log};
use crate::disk::Disk;
use crate::error::Result;
use crate::keep::read_all;
use crate::part::{Part, Place};
use crate::proof::block::{Block, Leaf, digest, in_order, seq};
use crate::proof::note::{Checkpoint, Verifier};
use crate::proof::tiles::Tiles;
use crate::seal::date;
use crate::table::Table;

/// Checks the access events of a disk: those that are sealed. `earlier` are checkpoints someone has kept. Memory: one file.
pub fn access(disk: &Arc<dyn Disk>, keys: &[Verifier], earlier: &[Checkpoint]) -> Result<Report> {
    let mut report = Report::default();
    let Some(hashes) = log(&**disk, ACCESS, keys, earlier, &mut report)? else { return Ok(report) };
    let mut blocks = Blocks::default();
    for leaf in Tiles::new(&**disk, ACCESS, hashes.len() as u64).leaves() {
        match std::str::from_utf8(&leaf).ok().and_then(Leaf::parse) {
            Some(leaf) => blocks.take(leaf),
            None => report.tell(format!("{ACCESS}: a leaf is no block")),
        }
    }
    match places(disk, &mut report) {
        Err(error) => report.tell(format!("the table cannot be read: {error}")),
        Ok(places) => {
            for place in places {
                blocks.file(place, disk, &mut report);
            }
        }
    }
    blocks.missing(&mut report);
    Ok(report)
}

/// The files of the table.
fn places(disk: &Arc<dyn Disk>, report: &mut Report) -> Result<Vec<Place>> {
    let Some(table) = Table::look(Arc::clone(disk))? else { return Ok(Vec::new()) };
    table.damage().iter().for_each(|what| report.tell(what.clone()));
    table.places()
}

/// What was signed.
#[derive(Default)]
struct Blocks {
    /// The blocks of each day in the order of their numbers, and whether they were met.
    of_day: BTreeMap<i64, Vec<(Block, bool)>>,
    /// The segment up to which the blocks of a day were removed.
    over: BTreeMap<i64, u64>,
    /// The numbers of the first and of the last event.
    span: Option<(u64, u64)>,
}

impl Blocks {
    fn take(&mut self, leaf: Leaf) {
        match leaf {
            Leaf::Over { segment, day } => {
                self.over.insert(day, segment);
            }
            Leaf::Block(block) => {
                let (first, last) = self.span.unwrap_or((block.first, block.last));
                self.span = Some((first.min(block.first), last.max(block.last)));
                self.of_day.entry(block.day).or_default().push((block, false));
            }
        }
    }

    /// A file of the table, which has blocks as a whole.
    fn file(&mut self, place: Place, disk: &Arc<dyn Disk>, report: &mut Report) {
        let part = Part::new(place, Arc::clone(disk));
        let (place, mut batch) = (&part.place, Batch::new());
        if let Err(error) = read_all(&part, &mut batch) {
            return report.tell(format!("{} cannot be read: {error}", place.path));
        }
        let mut rows: Vec<u32> = (0..batch.len() as u32).collect();
        in_order(&batch, &mut rows);
        let upto = |number: u64| rows.partition_point(|row| seq(&batch, *row) < number);
        let mut of_blocks = 0;
        for (block, is_met) in self.of_day.entry(place.day).or_default() {
            let Some(rows) =
                rows.get(upto(block.first)..upto(block.last.saturating_add(1))).filter(|r| !r.is_empty())
            else {
                continue;
            };
            of_blocks += rows.len();
            let is_erased = |row: &&u32| batch.row(**row as usize).text(field::ERASED).is_some();
            report.erased += rows.iter().filter(is_erased).count() as u64;
            let key = place.blocks.iter().find(|sealed| sealed.block.segment == block.segment);
            let is_so = key.is_some_and(|sealed| digest(&batch, rows, sealed.key) == block.digest);
            match is_so && !*is_met {
                true => report.proved += block.events,
                false => {
                    report.tell(format!("{}: {} are not those that were signed", place.path, told(block)))
                }
            }
            *is_met = true;
        }
        let (first, last) = self.span.unwrap_or_default();
        let (older, newer) = (upto(first), rows.len() - upto(last.saturating_add(1)));
        (report.older, report.newer) = (report.older + older as u64, report.newer + newer as u64);
        let unknown = rows.len().saturating_sub(of_blocks + older + newer);
        if unknown > 0 {
            report.tell(format!("{}: {unknown} events were never signed", place.path));
        }
    }

    fn missing(self, report: &mut Report) {
        let blocks = self.of_day.into_values().flatten().filter(|(_, is_met)| !is_met);
        for (block, _) in blocks {
            if self.over.get(&block.day).is_none_or(|segment| *segment < block.segment) {
                report.tell(format!("{} are missing", told(&block)));
            }
        }
    }
}

fn told(block: &Block) -> String {
    let Block { events, first, last, day, .. } = block;
    format!("the {events} access events {first} to {last} of {}", date(*day))
}
