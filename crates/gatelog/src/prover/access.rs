//! What of the ledger is new to the log of access events: blocks that were sealed, and days whose time is over.

use std::collections::BTreeMap;

use ledger::Ledger;
use ledger::proof::block::Leaf;
use ledger::proof::tiles::Tiles;

/// What a log has.
#[derive(Default)]
pub(super) struct Known {
    /// Its leaves.
    pub(super) size: u64,
    /// The newest segment.
    segment: u64,
    /// The newest segment of each day, and up to which one its blocks are over.
    days: BTreeMap<i64, (u64, u64)>,
}

impl Known {
    pub(super) fn read(tiles: &Tiles<'_>) -> Known {
        let mut known = Known::default();
        let leaves = tiles.leaves().filter_map(|leaf| Leaf::parse(std::str::from_utf8(&leaf).ok()?));
        leaves.for_each(|leaf| known.take(&leaf));
        Known { size: tiles.size, ..known }
    }

    /// Remembers a leaf.
    pub(super) fn take(&mut self, leaf: &Leaf) {
        self.size += 1;
        match leaf {
            Leaf::Block(block) => {
                self.segment = self.segment.max(block.segment);
                self.days.entry(block.day).or_default().0 = block.segment;
            }
            Leaf::Over { segment, day } => self.days.entry(*day).or_default().1 = *segment,
        }
    }

    /// The leaves to come. A day that is gone is over only when it is before `end`: what was lost is not signed away.
    pub(super) fn news(&self, ledger: &Ledger, end: i64) -> Vec<Leaf> {
        let blocks = ledger.blocks(self.segment).into_iter().map(Leaf::Block);
        let days = ledger.days_over().into_iter().filter(|day| *day < end);
        let over = days.filter_map(|day| {
            let (segment, over) = *self.days.get(&day)?;
            (over < segment).then_some(Leaf::Over { segment, day })
        });
        blocks.chain(over).collect()
    }
}
