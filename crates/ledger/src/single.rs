//! The proof of one access event: its block is read again, and nothing else.

use std::sync::{Arc, PoisonError};

use event::column::Column;
use event::{Batch, FIELDS, FieldId, field};

use crate::error::Result;
use crate::ledger::Ledger;
use crate::part::Part;
use crate::proof::block::{Block, Sealed};
use crate::proof::single::{Single, prove};

/// What can be proved of an event.
#[derive(Debug)]
pub enum Proof {
    /// That it is in a block.
    In(Box<(Block, Single)>),
    /// Nothing yet: it is not sealed.
    Unsealed,
    /// Nothing by itself: a version before sealed it.
    Before,
}

impl Ledger {
    /// Proves the event of a number on a day, given in days since the epoch. Of its texts those are told that `tells` allows. It reads one block;
    /// whoever asks meanwhile waits. Nothing when there is no such event.
    pub fn proof_of(
        &self,
        (number, day): (u64, i64),
        tells: &dyn Fn(FieldId, &str) -> bool,
    ) -> Result<Option<Proof>> {
        let _alone = self.proving.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_unsealed, parts) = {
            let mut content = self.shared.content();
            let chunks = content.tail.show();
            let has = |batch: &Batch| match batch.column(field::SEQ) {
                Some(Column::Int(numbers)) => numbers.iter().any(|n| u64::try_from(*n) == Ok(number)),
                _ => false,
            };
            (chunks.iter().any(|chunk| has(chunk.batch())), Arc::clone(&content.parts))
        };
        if is_unsealed {
            return Ok(Some(Proof::Unsealed));
        }
        let mut is_before = false;
        for part in parts.iter().filter(|part| part.place.day == day) {
            is_before |= part.place.blocks.is_empty();
            let has = |sealed: &&Sealed| (sealed.block.first..=sealed.block.last).contains(&number);
            let Some(sealed) = part.place.blocks.iter().find(has) else { continue };
            let batch = read(part, &sealed.block)?;
            if let Some(event) = prove(&batch, sealed, number, tells)? {
                return Ok(Some(Proof::In(Box::new((sealed.block.clone(), event)))));
            }
        }
        Ok(is_before.then_some(Proof::Before))
    }
}

/// The events of a block, out of a file that may have others.
fn read(part: &Part, block: &Block) -> Result<Batch> {
    let all: Vec<FieldId> = FIELDS.iter().map(|field| field.id).collect();
    let mut batch = Batch::new();
    for group in 0..part.groups()? {
        let Some(Column::Int(numbers)) = part.read(group, &[field::SEQ], None)?.column(field::SEQ).cloned()
        else {
            continue;
        };
        let is_of = |number: &i64| {
            u64::try_from(*number).is_ok_and(|number| (block.first..=block.last).contains(&number))
        };
        let rows: Vec<u32> =
            (0..).zip(&numbers).filter(|(_, number)| is_of(number)).map(|(row, _)| row).collect();
        if !rows.is_empty() {
            batch.append(&part.read(group, &all, Some(&rows))?);
        }
    }
    Ok(batch)
}
