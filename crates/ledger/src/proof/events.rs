//! The events of a block as a tree, so that one of them can be proved without the others.
//!
//! ```text
//! digest  = SHA-256(("NAME TEXTS LEAST BITS\n")* "names ROOT\n" "events ROOT\n")
//!                                    the columns that have a value and are not personal, in the order of their names: how many distinct
//!                                    texts it has, 0 of numbers; the least number, 1 of texts; and how many bits a cell has
//! ROOT    = of a tree as in tree.rs  of names: its leaves are the commitments of all texts, names.rs
//!                                    of events: its leaves are of 16 each, the last one of the rest
//! leaf    = SHA-256(event){16}       in the order of their numbers
//! event   = commitment:32 cells      the commitment to its personal texts, rows.rs; the cells are one number, little endian, in as many bytes
//!                                    as the bits of all columns need: the first column has the lowest bits, and so on
//! cell    = 0 | 1 + n - LEAST        no value, or n: of numbers, times and booleans what it is, of `seq` less the place of the event from 0;
//!                                    of texts which one of the column it is, from 1
//! BITS    = 0                        when each cell is 1: then what they have in common is told here and in none of the events
//!         | of the greatest cell
//! ```
//!
//! The commitment is salted, and with it the event: who sees the hashes beside the way of one event learns nothing of the others. What is hashed of
//! an event is short because hashing costs while events come in.

use std::borrow::Cow;

use event::Batch;
use event::column::{Column, NULL};
use event::field::{self, SEQ};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::block::Key;
use super::salts::Seed;
use super::{Hash, hashed, leaf, names, rows, tree};
use crate::columns::column_name;

/// Events of a leaf.
pub(super) const TOGETHER: usize = 16;

/// Events whose cells are put together at once: few enough to stay close to the processor.
const AT_ONCE: usize = 1_024;

/// What a digest tells of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Its name in the table.
    pub name: String,
    /// How many distinct texts it has; 0 of numbers.
    pub texts: u32,
    /// Its least number; 1 of texts.
    pub least: i64,
    /// How many bits its cell has in each event.
    pub bits: u32,
}

impl Shape {
    fn new(name: String, texts: u32, (least, greatest): (i64, u64), has_none: bool) -> Shape {
        let is_same = greatest == 1 && !has_none;
        Shape { name, texts, least, bits: if is_same { 0 } else { u64::BITS - greatest.leading_zeros() } }
    }

    /// What is taken off a number: in `seq` the place of the event, because there each event has the next one.
    fn ahead(&self, place: u64) -> i64 {
        if self.name == field::SEQ.field().name { place as i64 } else { 0 }
    }

    /// The cell of a value, which is a number or which text it is, of the event at a place; nothing when there is no such cell.
    pub(super) fn cell(&self, value: Option<i64>, place: u64) -> Option<u64> {
        let cell = match value {
            None => 0,
            Some(value) => {
                let above = i128::from(value) - i128::from(self.ahead(place)) - i128::from(self.least);
                u64::try_from(above).ok()?.checked_add(1)?
            }
        };
        let fits = match self.bits {
            0 => cell == 1,
            bits => bits <= u64::BITS && u128::from(cell) >> bits == 0,
        };
        fits.then_some(cell)
    }
}

/// What is not personal in the events of a block.
pub(super) struct Table<'b> {
    /// In the order of their names.
    columns: Vec<(Shape, Cells<'b>)>,
    /// The commitments to all texts, as leaves of a tree.
    pub(super) names: Vec<Hash>,
}

enum Cells<'b> {
    Numbers(Cow<'b, [i64]>),
    /// The numbers of the texts in the dictionary, and the place of each of the dictionary's among those of the column, from 1.
    Texts(&'b [u32], Vec<u32>),
}

impl<'b> Table<'b> {
    pub(super) fn of(batch: &'b Batch, key: Option<Seed>) -> Table<'b> {
        let numbers = batch.columns().filter_map(|(field, column)| match column {
            Column::Int(of) if field.id == SEQ => numbers(column_name(field), ahead(of).into()),
            Column::Int(of) => numbers(column_name(field), of.into()),
            _ => None,
        });
        let mut columns: Vec<(Shape, Cells<'b>)> = numbers.collect();
        let all = names::of(batch);
        let names = names::commitments(&all, key).iter().map(|hash| leaf(&hash.0)).collect();
        for names in all {
            let texts = names.ids.len() as u32;
            let shape = Shape::new(names.name, texts, (1, u64::from(texts)), names.has_none);
            columns.push((shape, Cells::Texts(&names.column.ids, names.places)));
        }
        columns.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        Table { columns, names }
    }

    pub(super) fn shapes(&self) -> Vec<Shape> {
        self.columns.iter().map(|(shape, _)| shape.clone()).collect()
    }

    /// The columns in which an event has a value, with the number, or which text it is.
    pub(super) fn values(&self, place: u64) -> impl Iterator<Item = (&Shape, i64)> {
        let at = usize::try_from(place).unwrap_or(usize::MAX);
        self.columns.iter().filter_map(move |(shape, cells)| {
            let value = match cells {
                Cells::Numbers(numbers) => {
                    numbers.get(at).filter(|n| **n != NULL).map(|n| n.wrapping_add(shape.ahead(place)))
                }
                Cells::Texts(ids, places) => {
                    let which = ids.get(at).and_then(|id| places.get(*id as usize));
                    which.filter(|which| **which != 0).map(|which| i64::from(*which))
                }
            };
            Some((shape, value?))
        })
    }

    /// The hashes of the events, in place of the commitments to their personal texts.
    pub(super) fn events(&self, mut commitments: Vec<Hash>) -> Vec<Hash> {
        let mut packed = Packed::new(self.columns.iter().map(|(shape, _)| shape.bits).sum());
        for (nth, commitments) in commitments.chunks_mut(AT_ONCE).enumerate() {
            packed.clear(commitments.len());
            let (from, to) = (nth * AT_ONCE, nth * AT_ONCE + commitments.len());
            for (shape, cells) in self.columns.iter().filter(|(shape, _)| shape.bits > 0) {
                match cells {
                    Cells::Numbers(numbers) => {
                        let base = shape.least.wrapping_sub(1);
                        let cell = |n: &i64| if *n == NULL { 0 } else { n.wrapping_sub(base) as u64 };
                        packed.put(shape.bits, numbers.get(from..to).unwrap_or_default().iter().map(cell));
                    }
                    Cells::Texts(ids, places) => {
                        let cell = |id: &u32| u64::from(places.get(*id as usize).copied().unwrap_or(0));
                        packed.put(shape.bits, ids.get(from..to).unwrap_or_default().iter().map(cell));
                    }
                }
            }
            packed.hash(commitments);
        }
        commitments
    }
}

/// The numbers of a column; nothing when it has none.
fn numbers(name: String, numbers: Cow<'_, [i64]>) -> Option<(Shape, Cells<'_>)> {
    let (mut has_none, mut least, mut most) = (false, i64::MAX, NULL);
    for number in numbers.iter() {
        has_none |= *number == NULL;
        least = least.min(if *number == NULL { i64::MAX } else { *number });
        most = most.max(*number);
    }
    let greatest = most.abs_diff(least).wrapping_add(1);
    (most != NULL).then(|| (Shape::new(name, 0, (least, greatest), has_none), Cells::Numbers(numbers)))
}

/// The numbers of events less their places.
fn ahead(numbers: &[i64]) -> Vec<i64> {
    let less = |(number, place): (&i64, i64)| if *number == NULL { NULL } else { number.wrapping_sub(place) };
    numbers.iter().zip(0..).map(less).collect()
}

/// The cells of some events, in words beside each other: first those of all events, then the next ones, because so the processor does many at once.
struct Packed {
    words: Vec<Vec<u64>>,
    /// Bits of an event in all, and those that are there.
    bits: u32,
    at: u32,
}

impl Packed {
    fn new(bits: u32) -> Packed {
        Packed { words: vec![Vec::new(); bits.div_ceil(u64::BITS) as usize], bits, at: 0 }
    }

    fn clear(&mut self, events: usize) {
        for words in &mut self.words {
            words.clear();
            words.resize(events, 0);
        }
        self.at = 0;
    }

    /// Adds a cell of so many bits to each event.
    fn put(&mut self, bits: u32, cells: impl Iterator<Item = u64> + Clone) {
        let (word, shift) = ((self.at / u64::BITS) as usize, self.at % u64::BITS);
        let mut words = self.words.iter_mut().skip(word);
        for (word, cell) in words.next().into_iter().flatten().zip(cells.clone()) {
            *word |= cell << shift;
        }
        if shift + bits > u64::BITS {
            for (word, cell) in words.next().into_iter().flatten().zip(cells) {
                *word |= cell >> (u64::BITS - shift);
            }
        }
        self.at += bits;
    }

    /// Puts the hash of each event in place of its commitment.
    fn hash(&self, commitments: &mut [Hash]) {
        let mut event = Vec::new();
        for (at, commitment) in commitments.iter_mut().enumerate() {
            event.clear();
            event.extend_from_slice(&commitment.0);
            for words in &self.words {
                event.extend_from_slice(&words.get(at).copied().unwrap_or(0).to_le_bytes());
            }
            event.truncate(32 + self.bits.div_ceil(8) as usize);
            *commitment = hashed(&mut event);
        }
    }
}

/// The hash of one event, by the bits of its cells and the cells.
pub(super) fn event_of(commitment: Hash, cells: &[(u32, u64)]) -> Hash {
    let mut packed = Packed::new(cells.iter().map(|(bits, _)| *bits).sum());
    packed.clear(1);
    cells
        .iter()
        .filter(|(bits, _)| *bits > 0)
        .for_each(|(bits, cell)| packed.put(*bits, [*cell].into_iter()));
    let mut hash = [commitment];
    packed.hash(&mut hash);
    hash[0]
}

/// The leaves of the tree of events: fewer than events, because each hash costs while events come in.
pub(super) fn leaves(events: &[Hash]) -> Vec<Hash> {
    events
        .chunks(TOGETHER)
        .map(|hashes| leaf(hashes.iter().map(|hash| hash.0).collect::<Vec<_>>().as_flattened()))
        .collect()
}

/// What a block comes to.
pub(super) fn digest(batch: &Batch, key: Key) -> Hash {
    let table = Table::of(batch, key.names);
    let events = table.events(rows::commitments(batch, key.rows));
    digest_of(&table.shapes(), tree::root(&table.names), tree::root(&leaves(&events)))
}

/// What the columns and the two trees of a block come to.
pub(super) fn digest_of(shapes: &[Shape], names: Hash, events: Hash) -> Hash {
    let line = |Shape { name, texts, least, bits }: &Shape| format!("{name} {texts} {least} {bits}\n");
    let mut lines: String = shapes.iter().map(line).collect();
    lines.push_str(&format!("names {names}\nevents {events}\n"));
    Hash(Sha256::digest(lines).into())
}
