//! Blocks of access events as leaves of a log of proofs: the events of one UTC day that were sealed together, in the order of
//! their numbers. Files may be put together and sorted anew later: the leaf stays what it is.
//!
//! ```text
//! leaf   = "tree SEGMENT DATE EVENTS FIRST LAST DIGEST"      FIRST and LAST: numbers (seq) of the first and the last event; the digest: events.rs
//!        | "over SEGMENT DATE"                               blocks of that day up to that segment were removed: their time was over
//! ```
//! Numbers are little endian, hashes in the two texts hexadecimal. Each block has a random key for the salts of its commitments, kept beside
//! the table's entry of its file; without it nobody can try texts against a commitment. So texts can be erased and their commitment kept.
//!
//! Blocks of versions before have the word `block`; of theirs no event can be erased, and none proved by itself:
//!
//! ```text
//! digest = SHA-256(("NAME HASH\n")*)                         the columns that have a value, in the order of their names
//! HASH   = SHA-256(number:i64{events})                       of numbers, times and booleans; no value: the least number
//!        | SHA-256(length:u32{events} text{events})          of texts that rarely repeat
//!        | SHA-256(which:u32{events} commitment:32*)         of texts that repeat: 0 no value, 1 the first text; each distinct text in the
//!                                                            order of first appearance
//! commitment = SHA-256(salt:16 text)
//! salt   = the first 16 bytes of SHA-256(key:32 NAME 0 text)
//! ```

use std::fmt;

use event::column::{Column, DictColumn, NULL, Texts};
use event::{Batch, Timestamp, field};
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use super::salts::{self, Seed};
use super::{Hash, events};
use crate::columns::column_name;
use crate::error::{Error, Result};
use crate::part::{Place, day_of};
use crate::seal::date;

/// Bytes handed to the hash function at once.
const FEED_BYTES: usize = 16 << 10;

/// How the digest of a block is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Column by column: of versions before.
    Columns,
    /// Event by event, as a tree.
    Tree,
}

impl Form {
    const ALL: [Form; 2] = [Form::Columns, Form::Tree];

    /// The word a leaf begins with.
    fn word(self) -> &'static str {
        match self {
            Form::Columns => "block",
            Form::Tree => "tree",
        }
    }
}

/// Events that were sealed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// How its digest is made.
    pub form: Form,
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

    /// Both halves, as versions before use them.
    fn both(self) -> Option<Hash> {
        let mut key = Hash::default();
        let (left, right) = key.0.split_at_mut(16);
        left.copy_from_slice(&self.rows?);
        right.copy_from_slice(&self.names?);
        Some(key)
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
            Leaf::Block(Block { form, segment, day, events, first, last, digest }) => {
                let word = form.word();
                write!(f, "{word} {segment} {} {events} {first} {last} {digest}", date(*day))
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
            [word, segment, date, events, first, last, digest] => Leaf::Block(Block {
                form: Form::ALL.into_iter().find(|form| form.word() == word)?,
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
    let form = Form::Tree;
    let block = Block {
        form,
        segment,
        day,
        events: rows.len() as u64,
        first: seq(rows.first()),
        last: seq(rows.last()),
        digest: digest(batch, &rows, form, Key::whole(key)),
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
pub fn digest(batch: &Batch, rows: &[u32], form: Form, key: Key) -> Hash {
    let mut hashes = match form {
        Form::Columns => of_columns(batch, rows, key.both().unwrap_or_default()),
        Form::Tree => return events::digest(batch, rows, key),
    };
    hashes.sort_by(|(a, _), (b, _)| a.cmp(b));
    let lines: String = hashes.iter().map(|(name, hash)| format!("{name} {hash}\n")).collect();
    Hash(Sha256::digest(lines).into())
}

type Hashes = Vec<(String, Hash)>;

fn of_columns(batch: &Batch, rows: &[u32], key: Hash) -> Hashes {
    let columns = batch.columns().filter(|(field, _)| field.id != field::ERASED);
    let of = |name: &str, column: &Column| match column {
        Column::Int(numbers) => ints(numbers, rows),
        Column::Text(column) => texts(column, rows),
        Column::Dict(column) => {
            let (feed, ids) = dict(column, rows);
            let salts = Sha256::new_with_prefix(key.0).chain_update(name).chain_update([0]);
            ended(feed, ids.iter().map(|id| commitment(&salts, column.dict.get(*id))))
        }
    };
    let columns = columns.map(|(field, column)| (column_name(field), column));
    columns.filter_map(|(name, column)| of(&name, column).map(|hash| (name, hash))).collect()
}

fn ended(mut feed: Feed, commitments: impl Iterator<Item = Hash>) -> Option<Hash> {
    let mut is_empty = true;
    commitments.for_each(|commitment| {
        feed.put(&commitment.0);
        is_empty = false;
    });
    (!is_empty).then(|| feed.end())
}

/// Bytes on their way into a hash, many at once.
#[derive(Default)]
struct Feed {
    hash: Sha256,
    bytes: Vec<u8>,
}

impl Feed {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= FEED_BYTES {
            self.hash.update(&self.bytes);
            self.bytes.clear();
        }
    }

    fn end(mut self) -> Hash {
        self.hash.update(&self.bytes);
        Hash(self.hash.finalize().into())
    }
}

fn ints(numbers: &[i64], rows: &[u32]) -> Option<Hash> {
    let number = |row: &u32| numbers.get(*row as usize).copied().unwrap_or(NULL);
    if rows.iter().all(|row| number(row) == NULL) {
        return None;
    }
    let mut feed = Feed::default();
    rows.iter().for_each(|row| feed.put(&number(row).to_le_bytes()));
    Some(feed.end())
}

fn texts(column: &Texts, rows: &[u32]) -> Option<Hash> {
    let texts = || rows.iter().map(|row| column.get(*row as usize).as_bytes());
    if texts().all(<[u8]>::is_empty) {
        return None;
    }
    let mut feed = Feed::default();
    texts().for_each(|text| feed.put(&(text.len() as u32).to_le_bytes()));
    texts().for_each(|text| feed.put(text));
    Some(feed.end())
}

/// The number of each row's text in the order of first appearance, and which texts these are.
fn dict(column: &DictColumn, rows: &[u32]) -> (Feed, Vec<u32>) {
    let mut numbers = vec![0_u32; column.dict.len()];
    let mut ids = Vec::new();
    let mut feed = Feed::default();
    for row in rows {
        let id = column.ids.get(*row as usize).copied().unwrap_or(0);
        let mut which = 0;
        if id != 0
            && let Some(number) = numbers.get_mut(id as usize)
        {
            if *number == 0 {
                ids.push(id);
                *number = ids.len() as u32;
            }
            which = *number;
        }
        feed.put(&which.to_le_bytes());
    }
    (feed, ids)
}

fn commitment(salts: &Sha256, text: &str) -> Hash {
    let salt = salts.clone().chain_update(text).finalize();
    let (salt, _) = salt.split_at(16);
    Hash(Sha256::new_with_prefix(salt).chain_update(text).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;

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
        let block = Block {
            form: Form::Tree,
            segment: 12,
            day: 20_414,
            events: 3,
            first: 7,
            last: 9,
            digest: Hash([0xab; 32]),
        };
        let of_before = Block { form: Form::Columns, ..block.clone() };
        for leaf in
            [Leaf::Block(block.clone()), Leaf::Block(of_before), Leaf::Over { segment: 12, day: 20_414 }]
        {
            assert_eq!(Leaf::parse(&leaf.to_string()), Some(leaf));
        }
        let (whole, none) = (Key::whole(KEY), Key { rows: None, names: None });
        for key in [whole, none, Key { rows: None, ..whole }, Key { names: None, ..whole }] {
            let sealed = Sealed { block: block.clone(), key };
            assert_eq!(Sealed::parse(&sealed.to_string()), Some(sealed));
        }
        for text in ["", "over 1", "over 01 2026-11-22", "over 1 2026-11-22 ", "block 1 2026-11-22 3 7 9 ab"]
        {
            assert_eq!(Leaf::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_digest_is_of_the_events_and_not_of_how_they_are_held() {
        let all = batch(50);
        let rows: Vec<u32> = (0..50).collect();
        for form in [Form::Columns, Form::Tree] {
            of_the_events(&all, &rows, form);
        }
    }

    fn of_the_events(all: &Batch, rows: &[u32], form: Form) {
        let digest_of = |batch: &Batch, rows: &[u32]| digest(batch, rows, form, Key::whole(KEY));
        // Other events around them, another order in memory, columns without a value.
        let mut order: Vec<u32> = (10..40).rev().collect();
        let mut turned = all.gather(&order);
        let _ = turned
            .set_column(field::ROUTE, Column::Dict(DictColumn { ids: vec![0; 30], ..DictColumn::default() }));
        order = (0..30).collect();
        in_order(&turned, &mut order);
        assert_eq!(digest_of(&turned, &order), digest_of(all, &rows[10..40]));
        assert_ne!(digest(all, rows, form, Key::whole(Hash([8; 32]))), digest_of(all, rows));
        let none = Key { rows: None, names: None };
        assert_ne!(digest(all, rows, form, none), digest_of(all, rows));
    }

    #[test]
    fn whatever_is_changed_changes_the_digest() {
        for form in [Form::Columns, Form::Tree] {
            whatever_is_changed(form);
        }
    }

    fn whatever_is_changed(form: Form) {
        let digest = |batch: &Batch, rows: &[u32], key: Hash| digest(batch, rows, form, Key::whole(key));
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
