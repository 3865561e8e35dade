//! Blocks of access events as leaves of a log of proofs: the events of one UTC day that were sealed together, in the order of
//! their numbers. Files may be put together and sorted anew later: the leaf stays what it is.
//!
//! ```text
//! leaf   = "sealed SEGMENT DATE EVENTS FIRST LAST DIGEST"      FIRST and LAST: numbers (seq) of the first and the last event; the digest: events.rs
//!        | "over SEGMENT DATE"                               blocks of that day up to that segment were removed: their time was over
//! ```
//! Numbers are little endian, hashes in the two texts hexadecimal. Each block has a random key for the salts of its commitments, kept beside
//! the table's entry of its file; without it nobody can try texts against a commitment. So texts can be erased and their commitment kept.

use std::borrow::Cow;
use std::fmt;

use event::{Batch, Timestamp, field};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::salts::{self, Seed};
use super::{Hash, events};
use crate::error::{Error, Result};
use crate::part::{Place, day_of};
use crate::seal::date;

/// Events that were sealed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The segment of the log they come from.
    pub segment: u64,
    /// Their day, in days since the epoch.
    pub day: i64,
    /// How many.
    pub events: u64,
    /// The number of the first.
    pub first: u64,
    /// The number of the last.
    pub last: u64,
    /// What they come to; see [`digest`].
    pub digest: Hash,
}

/// A leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// A block.
    Block(Block),
    /// The blocks of a day up to a segment were removed because their time was over.
    Over {
        /// The last segment.
        segment: u64,
        /// The day, in days since the epoch.
        day: i64,
    },
}

/// A block as the table keeps it, with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The block.
    pub block: Block,
    /// The key that its salts come from.
    pub key: Key,
}

/// What the salts of a block come from. What texts were erased of has no key any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// For the personal texts of its events.
    pub rows: Option<Seed>,
    /// For all other texts.
    pub names: Option<Seed>,
}

impl Key {
    /// Of a block nothing was erased of.
    pub fn whole(key: Hash) -> Key {
        let (mut rows, mut names) = (Seed::default(), Seed::default());
        let (left, right) = key.0.split_at(16);
        rows.copy_from_slice(left);
        names.copy_from_slice(right);
        Key { rows: Some(rows), names: Some(names) }
    }

    fn parse(text: &str) -> Option<Key> {
        let (rows, rest) = match text.strip_prefix('-') {
            Some(rest) => (None, rest),
            None => (Some(salts::parse(text.get(..32)?)?), text.get(32..)?),
        };
        let names = if rest == "-" { None } else { Some(salts::parse(rest)?) };
        Some(Key { rows, names })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for half in [self.rows, self.names] {
            match half {
                Some(seed) => f.write_str(&salts::text(seed))?,
                None => f.write_str("-")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaf::Over { segment, day } => write!(f, "over {segment} {}", date(*day)),
            Leaf::Block(Block { segment, day, events, first, last, digest }) => {
                write!(f, "sealed {segment} {} {events} {first} {last} {digest}", date(*day))
            }
        }
    }
}

impl Leaf {
    /// Reads it back; nothing when it is none.
    pub fn parse(text: &str) -> Option<Leaf> {
        let words: Vec<&str> = text.split(' ').collect();
        let day = |text: &str| Timestamp::parse(text).map(Timestamp::day);
        let leaf = match words[..] {
            ["over", segment, date] => Leaf::Over { segment: segment.parse().ok()?, day: day(date)? },
            ["sealed", segment, date, events, first, last, digest] => Leaf::Block(Block {
                segment: segment.parse().ok()?,
                day: day(date)?,
                events: events.parse().ok()?,
                first: first.parse().ok()?,
                last: last.parse().ok()?,
                digest: Hash::parse(digest)?,
            }),
            _ => return None,
        };
        (leaf.to_string() == text).then_some(leaf)
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Leaf::Block(self.block.clone()), self.key)
    }
}

impl Sealed {
    /// Reads it back; nothing when it is none.
    pub fn parse(text: &str) -> Option<Sealed> {
        let (leaf, key) = text.rsplit_once(' ')?;
        let Leaf::Block(block) = Leaf::parse(leaf)? else { return None };
        Some(Sealed { block, key: Key::parse(key)? })
    }
}

/// Gives the files that a batch was sealed to their blocks.
pub(crate) fn cover(places: &mut [Place], batch: &Batch, segment: u64) -> Result<()> {
    let is_one_day = places.len() == 1;
    for place in places {
        let mut rows: Vec<u32> = (0..batch.len() as u32).collect();
        if !is_one_day {
            let day = |row: &u32| batch.row(*row as usize).int(field::TIME).map(day_of);
            rows.retain(|row| day(row) == Some(place.day));
        }
        place.blocks = vec![sealed(batch, rows, segment, place.day)?];
    }
    Ok(())
}

fn sealed(batch: &Batch, mut rows: Vec<u32>, segment: u64, day: i64) -> Result<Sealed> {
    let mut key = Hash::default();
    SystemRandom::new()
        .fill(&mut key.0)
        .map_err(|_| Error::Refused { what: "no random numbers".to_owned() })?;
    in_order(batch, &mut rows);
    let seq = |row: Option<&u32>| row.map_or(0, |row| seq(batch, *row));
    let block = Block {
        segment,
        day,
        events: rows.len() as u64,
        first: seq(rows.first()),
        last: seq(rows.last()),
        digest: digest(batch, &rows, Key::whole(key)),
    };
    Ok(Sealed { block, key: Key::whole(key) })
}

/// The number of an event.
pub(super) fn seq(batch: &Batch, row: u32) -> u64 {
    batch.row(row as usize).int(field::SEQ).and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0)
}

/// Puts rows in the order of their numbers.
pub(super) fn in_order(batch: &Batch, rows: &mut [u32]) {
    if !rows.is_sorted_by_key(|row| seq(batch, *row)) {
        rows.sort_by_cached_key(|row| seq(batch, *row));
    }
}

/// What the events of some rows, in the order of their numbers, come to.
pub fn digest(batch: &Batch, rows: &[u32], key: Key) -> Hash {
    events::digest(&only(batch, rows), key)
}

/// The events of some rows, in that order. Nearly always they are all there are.
pub(super) fn only<'b>(batch: &'b Batch, rows: &[u32]) -> Cow<'b, Batch> {
    match (0..batch.len() as u32).eq(rows.iter().copied()) {
        true => Cow::Borrowed(batch),
        false => Cow::Owned(batch.gather(rows)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;
    use event::column::{Column, DictColumn, NULL, Texts};

    fn batch(events: u64) -> Batch {
        let mut batch = Batch::new();
        for n in 0..events {
            let mut event = Event::new();
            event.int(field::TIME, 1_000 + n as i64);
            event.int(field::SEQ, n as i64);
            event.text(field::CONSUMER_NAME, format!("c{}", n % 3));
            event.text(field::PATH, format!("/p/{n}"));
            if n % 2 == 0 {
                event.text(field::IP, format!("10.0.0.{}", n % 5));
                event.int(field::STATUS, 200);
            }
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    const KEY: Hash = Hash([7; 32]);

    #[test]
    fn leaves_are_read_back_and_nothing_else_is() {
        let block =
            Block { segment: 12, day: 20_414, events: 3, first: 7, last: 9, digest: Hash([0xab; 32]) };
        for leaf in [Leaf::Block(block.clone()), Leaf::Over { segment: 12, day: 20_414 }] {
            assert_eq!(Leaf::parse(&leaf.to_string()), Some(leaf));
        }
        let (whole, none) = (Key::whole(KEY), Key { rows: None, names: None });
        for key in [whole, none, Key { rows: None, ..whole }, Key { names: None, ..whole }] {
            let sealed = Sealed { block: block.clone(), key };
            assert_eq!(Sealed::parse(&sealed.to_string()), Some(sealed));
        }
        for text in ["", "over 1", "over 01 2026-11-22", "over 1 2026-11-22 ", "sealed 1 2026-11-22 3 7 9 ab"]
        {
            assert_eq!(Leaf::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_digest_is_of_the_events_and_not_of_how_they_are_held() {
        let all = batch(50);
        let rows: Vec<u32> = (0..50).collect();
        let digest_of = |batch: &Batch, rows: &[u32]| digest(batch, rows, Key::whole(KEY));
        // Other events around them, another order in memory, columns without a value.
        let mut order: Vec<u32> = (10..40).rev().collect();
        let mut turned = all.gather(&order);
        let _ = turned
            .set_column(field::ROUTE, Column::Dict(DictColumn { ids: vec![0; 30], ..DictColumn::default() }));
        order = (0..30).collect();
        in_order(&turned, &mut order);
        assert_eq!(digest_of(&turned, &order), digest_of(&all, &rows[10..40]));
        assert_ne!(digest(&all, &rows, Key::whole(Hash([8; 32]))), digest_of(&all, &rows));
        let none = Key { rows: None, names: None };
        assert_ne!(digest(&all, &rows, none), digest_of(&all, &rows));
    }

    #[test]
    fn whatever_is_changed_changes_the_digest() {
        let digest = |batch: &Batch, rows: &[u32], key: Hash| digest(batch, rows, Key::whole(key));
        let all = batch(50);
        let rows: Vec<u32> = (0..50).collect();
        let was = digest(&all, &rows, KEY);
        for at in 0..50 {
            let mut others = rows.clone();
            others.remove(at);
            assert_ne!(digest(&all, &others, KEY), was);
            others.insert(at, (at as u32 + 1) % 50);
            assert_ne!(digest(&all, &others, KEY), was);
            for (field, kind) in all.columns().map(|(field, column)| (field.id, column)) {
                let mut forged = all.clone();
                let column = match kind {
                    Column::Int(numbers) => {
                        let mut numbers = numbers.clone();
                        numbers[at] = if numbers[at] == NULL { 0 } else { numbers[at] + 1 };
                        Column::Int(numbers)
                    }
                    Column::Text(texts) => {
                        let mut other = Texts::default();
                        let text =
                            |n: usize, text: &str| if n == at { format!("{text}x") } else { text.to_owned() };
                        texts.iter().enumerate().for_each(|(n, old)| other.push(&text(n, old)));
                        Column::Text(other)
                    }
                    Column::Dict(column) => {
                        let mut column = column.clone();
                        let other = column.dict.number("other");
                        column.ids[at] = if at % 4 == 0 && column.ids[at] != 0 { 0 } else { other };
                        Column::Dict(column)
                    }
                };
                assert!(forged.set_column(field, column));
                assert_ne!(digest(&forged, &rows, KEY), was, "{} of {at}", field.field().name);
            }
        }
    }
}
