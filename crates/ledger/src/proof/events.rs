//! The events of a block as a tree, so that one of them can be proved without the others.
//!
//! ```text
//! digest  = SHA-256(("NAME COUNT\n")* "names ROOT\n" "events ROOT\n")      the columns that have a value and are not personal, in the order
//!                                                                         of their names, with how many distinct texts; 0 of numbers
//! ROOT    = of a tree as in tree.rs                                        of names: its leaves are the commitments of all texts, names.rs
//!                                                                         of events: its leaves are of 16 each, the last one of the rest
//! leaf    = SHA-256(event){16}                                            in the order of their numbers
//! event   = commitment:32 cell*                                           the commitment to its personal texts, rows.rs, and its columns
//! cell    = leb128(0 | 2n + 1 | -2n)                                      of numbers, times and booleans: no value, n >= 0, n < 0
//!         | leb128(which)                                                 of texts: 0 no value, 1 the first one of the column
//! ```
//!
//! The commitment is salted, and with it the event: who sees the hashes beside the way of one event learns nothing of the others.

use event::Batch;
use event::column::{Column, DictColumn, NULL};
use sha2::{Digest as _, Sha256};

use super::block::Key;
use super::salts::Seed;
use super::{Hash, leaf, names, rows, tree};
use crate::columns::column_name;

/// Events of a leaf.
pub(super) const TOGETHER: usize = 16;

/// Events that are hashed at once.
const AT_ONCE: usize = 256;

/// What is not personal in some rows.
pub(super) struct Table<'b> {
    /// In the order of their names.
    columns: Vec<(String, Cells<'b>)>,
    /// The commitments to all texts, as leaves of a tree.
    pub(super) names: Vec<Hash>,
}

enum Cells<'b> {
    Numbers(&'b [i64]),
    /// With the place of each text of the dictionary among those of the block, from 1, and how many these are.
    Texts(&'b DictColumn, Vec<u32>, u32),
}

impl<'b> Table<'b> {
    pub(super) fn of(batch: &'b Batch, rows: &[u32], key: Option<Seed>) -> Table<'b> {
        let has_value =
            |numbers: &[i64]| rows.iter().any(|row| numbers.get(*row as usize).is_some_and(|n| *n != NULL));
        let numbers = batch.columns().filter_map(|(field, column)| match column {
            Column::Int(numbers) if has_value(numbers) => Some((column_name(field), Cells::Numbers(numbers))),
            _ => None,
        });
        let mut columns: Vec<(String, Cells<'b>)> = numbers.collect();
        let all = names::of(batch, rows);
        let names = names::commitments(&all, key).iter().map(|hash| leaf(&hash.0)).collect();
        for names in all {
            let mut places = vec![0; names.column.dict.len()];
            for (place, id) in (1_u32..).zip(&names.ids) {
                places.get_mut(*id as usize).into_iter().for_each(|slot| *slot = place);
            }
            columns.push((names.name, Cells::Texts(names.column, places, names.ids.len() as u32)));
        }
        columns.sort_by(|(a, _), (b, _)| a.cmp(b));
        Table { columns, names }
    }

    /// The names of the columns, each with how many distinct texts it has; 0 of numbers.
    pub(super) fn shape(&self) -> Vec<(String, u32)> {
        let count = |cells: &Cells<'_>| match cells {
            Cells::Numbers(_) => 0,
            Cells::Texts(_, _, count) => *count,
        };
        self.columns.iter().map(|(name, cells)| (name.clone(), count(cells))).collect()
    }

    /// The cells of a row with the names of their columns: a number, or the place of a text.
    pub(super) fn row(&self, row: u32) -> impl Iterator<Item = (&str, Cell)> {
        self.columns.iter().map(move |(name, cells)| (name.as_str(), cells.at(row)))
    }

    /// The hashes of the events, some at a time: column by column is quicker than event by event.
    pub(super) fn events(&self, rows: &[u32], commitments: &[Hash]) -> Vec<Hash> {
        let mut events = vec![Vec::new(); AT_ONCE];
        let mut hashes = Vec::with_capacity(rows.len());
        for (rows, commitments) in rows.chunks(AT_ONCE).zip(commitments.chunks(AT_ONCE)) {
            for (event, commitment) in events.iter_mut().zip(commitments) {
                event.clear();
                event.extend_from_slice(&commitment.0);
            }
            self.columns.iter().for_each(|(_, cells)| cells.write(rows, &mut events));
            hashes.extend(events.iter().take(rows.len()).map(|event| Hash(Sha256::digest(event).into())));
        }
        hashes
    }
}

/// The leaves of the tree of events: fewer than events, because each hash costs while events come in.
pub(super) fn leaves(events: &[Hash]) -> Vec<Hash> {
    events
        .chunks(TOGETHER)
        .map(|hashes| leaf(hashes.iter().map(|hash| hash.0).collect::<Vec<_>>().as_flattened()))
        .collect()
}

impl Cells<'_> {
    /// Adds the cells of some rows to their events.
    fn write(&self, rows: &[u32], events: &mut [Vec<u8>]) {
        match self {
            Cells::Numbers(numbers) => {
                for (row, event) in rows.iter().zip(events) {
                    Cell::Number(numbers.get(*row as usize).copied().unwrap_or(NULL)).write(event);
                }
            }
            Cells::Texts(..) => {
                rows.iter().zip(events).for_each(|(row, event)| self.at(*row).write(event));
            }
        }
    }

    fn at(&self, row: u32) -> Cell {
        match self {
            Cells::Numbers(numbers) => Cell::Number(numbers.get(row as usize).copied().unwrap_or(NULL)),
            Cells::Texts(column, places, _) => {
                let id = column.ids.get(row as usize).copied().unwrap_or(0);
                Cell::Text(places.get(id as usize).copied().filter(|_| id != 0).unwrap_or(0))
            }
        }
    }
}

/// What a column says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Number(i64),
    /// The place of its text among those of the column, from 1; 0: none.
    Text(u32),
}

impl Cell {
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let mut rest = match self {
            Cell::Number(NULL) => 0,
            Cell::Number(number) => number.unsigned_abs() << 1 | u64::from(number >= 0),
            Cell::Text(place) => u64::from(place),
        };
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
}

/// What a block comes to.
pub(super) fn digest(batch: &Batch, rows: &[u32], key: Key) -> Hash {
    let table = Table::of(batch, rows, key.names);
    let events = table.events(rows, &rows::commitments(batch, rows, key.rows));
    digest_of(&table.shape(), tree::root(&table.names), tree::root(&leaves(&events)))
}

/// What the columns and the two trees of a block come to.
pub(super) fn digest_of(shape: &[(String, u32)], names: Hash, events: Hash) -> Hash {
    let mut lines: String = shape.iter().map(|(name, count)| format!("{name} {count}\n")).collect();
    lines.push_str(&format!("names {names}\nevents {events}\n"));
    Hash(Sha256::digest(lines).into())
}
