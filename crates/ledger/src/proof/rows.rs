//! The personal texts of an event as one salted commitment, so that those of one event can be erased and the digest of its block
//! stays what it is.
//!
//! ```text
//! commitment = SHA-256(salt:16 count:u8 part:16{count} (NAME 0 length:u32 text)*)     both in the order of the names of their columns, of
//!                                                                                   texts there are
//! part       = the first 16 bytes of SHA-256(NAME 0 text)                            of texts that repeat; the rare ones stand as they are
//! erased     = base64(commitment:32 (level:u8 seed:16)*)                             in the column `erased` of an event whose texts are
//!                                                                                   gone, see salts.rs
//! ```

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use event::column::{Column, DictColumn, Texts};
use event::subject::{Word, is_personal};
use event::{Batch, field};
use sha2::{Digest as _, Sha256};

use super::block::{Key, Sealed, in_order, only, seq};
use super::names::{self, Change};
use super::salts::{Hanging, Salts, Seed};
use super::{Hash, hashed};
use crate::columns::column_name;
use crate::error::{Error, Result};

/// What stands in the column `erased` of an event that no block covers.
const UNPROVED: &str = "-";

type Part = [u8; 16];

/// The personal columns of a batch, in the order of their names.
struct Personal<'b> {
    /// Texts that repeat: the number of each event's, and the parts by number.
    dicts: Vec<(&'b [u32], Vec<Part>)>,
    texts: Vec<(String, &'b Texts)>,
}

impl<'b> Personal<'b> {
    fn of(batch: &'b Batch) -> Personal<'b> {
        let columns = batch.columns().filter(|(field, _)| is_personal(field));
        let mut columns: Vec<(String, &Column)> =
            columns.map(|(field, column)| (column_name(field) + "\0", column)).collect();
        columns.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut personal = Personal { dicts: Vec::new(), texts: Vec::new() };
        for (name, column) in columns {
            match column {
                Column::Dict(column) => {
                    let parts = column.dict.texts().iter().map(|text| part(&name, text)).collect();
                    personal.dicts.push((&column.ids, parts));
                }
                Column::Text(texts) => personal.texts.push((name, texts)),
                Column::Int(_) => {}
            }
        }
        personal
    }

    /// Adds what is hashed of an event beside its salt.
    fn write(&self, row: usize, out: &mut Vec<u8>) {
        let at = out.len();
        out.push(0);
        for (ids, parts) in &self.dicts {
            let id = ids.get(row).copied().unwrap_or(0);
            if let Some(part) = parts.get(id as usize).filter(|_| id != 0) {
                out.extend_from_slice(part);
            }
        }
        let count = (out.len() - at) / size_of::<Part>();
        out.get_mut(at).into_iter().for_each(|slot| *slot = count as u8);
        for (name, texts) in &self.texts {
            let text = texts.get(row);
            if !text.is_empty() {
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(&(text.len() as u32).to_le_bytes());
                out.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// The commitment of an event by its salt; `bytes` is only a place to work in.
    fn commitment(&self, row: usize, salt: &Seed, bytes: &mut Vec<u8>) -> Hash {
        bytes.clear();
        bytes.extend_from_slice(salt);
        self.write(row, bytes);
        hashed(bytes)
    }

    fn has_none(&self, row: usize) -> bool {
        let mut bytes = Vec::new();
        self.write(row, &mut bytes);
        bytes == [0]
    }
}

fn part(name: &str, text: &str) -> Part {
    let hash: [u8; 32] = Sha256::new_with_prefix(name).chain_update(text).finalize().into();
    hash.first_chunk().copied().unwrap_or_default()
}

/// What is left of an event whose texts were erased, or of a text.
pub(super) struct Left {
    pub(super) commitment: Hash,
    pub(super) hanging: Vec<Hanging>,
}

impl Left {
    /// As it is kept.
    pub(super) fn text(&self) -> String {
        let mut bytes = self.commitment.0.to_vec();
        for (level, seed) in &self.hanging {
            bytes.push(*level);
            bytes.extend_from_slice(seed);
        }
        STANDARD.encode(bytes)
    }

    /// Reads it back; nothing when it is none.
    pub(super) fn parse(text: &str) -> Option<Left> {
        let bytes = STANDARD.decode(text).ok()?;
        let (commitment, rest) = bytes.split_first_chunk::<32>()?;
        let (hanging, rest) = rest.as_chunks::<17>();
        let hanging = hanging.iter().filter_map(|bytes| {
            let (level, seed) = bytes.split_first()?;
            Some((*level, seed.try_into().ok()?))
        });
        rest.is_empty().then(|| Left { commitment: Hash(*commitment), hanging: hanging.collect() })
    }
}

/// The events of a block that were erased, by their places, with what is left of them. None are as long as there is a key.
fn erased(batch: &Batch, key: Option<Seed>) -> BTreeMap<u64, Left> {
    let (None, Some(column)) = (key, batch.column(field::ERASED)) else { return BTreeMap::new() };
    let left = |row: usize| Some((row as u64, column.text(row).and_then(Left::parse)?));
    (0..batch.len()).filter_map(left).collect()
}

fn salts(key: Option<Seed>, left: &BTreeMap<u64, Left>, rows: u64) -> Salts {
    match key {
        Some(key) => Salts::whole(key, rows),
        None => Salts::left(left.iter().map(|(at, left)| (*at, left.hanging.as_slice())), rows),
    }
}

/// The commitments of the events of a block, in the order of their numbers. Without the key those of erased events are what is
/// kept of them. An event that says it was erased and has a personal text is none that was sealed.
pub(super) fn commitments(batch: &Batch, key: Option<Seed>) -> Vec<Hash> {
    let (left, personal, mut bytes) = (erased(batch, key), Personal::of(batch), Vec::new());
    let salts = salts(key, &left, batch.len() as u64).of_rows();
    let of = |(at, salt): (usize, &Option<Seed>)| match left.get(&(at as u64)) {
        Some(left) if personal.has_none(at) => left.commitment,
        Some(_) => Hash::default(),
        None => salt.as_ref().map_or_else(Hash::default, |salt| personal.commitment(at, salt, &mut bytes)),
    };
    salts.iter().enumerate().map(of).collect()
}

/// Takes the personal texts of some rows out of the events of a file, and of other texts of these rows those that name somebody. What
/// its blocks need to be proved stays; the keys of those that had such rows go.
pub(crate) fn erase(
    batch: &Batch,
    gone: &[bool],
    word: &Word,
    blocks: &[Sealed],
) -> Result<(Batch, Vec<Sealed>)> {
    let is_gone = |row: &u32| gone.get(*row as usize).copied().unwrap_or(false);
    let gone_of = |rows: &[u32]| -> Vec<bool> { rows.iter().map(is_gone).collect() };
    let mut order: Vec<u32> = (0..batch.len() as u32).collect();
    let mut notes: BTreeMap<u32, String> =
        order.iter().copied().filter(is_gone).map(|row| (row, UNPROVED.to_owned())).collect();
    in_order(batch, &mut order);
    let (mut kept, mut changes, mut covered) = (Vec::new(), Vec::new(), 0);
    for sealed in blocks {
        let upto = |number: u64| order.partition_point(|row| seq(batch, *row) < number);
        let (first, end) = (upto(sealed.block.first), upto(sealed.block.last.saturating_add(1)));
        let rows = order.get(first..end).unwrap_or_default();
        covered += rows.len();
        if !rows.iter().any(is_gone) {
            kept.push(sealed.clone());
            continue;
        }
        let (own, gone) = (only(batch, rows), gone_of(rows));
        let left = block(&own, &gone, sealed)?;
        notes.extend(rows.iter().zip(left).filter_map(|(row, left)| Some((*row, left?))));
        let of_names = names::erase(&own, &gone, word, sealed.key.names)?;
        let names = sealed.key.names.filter(|_| of_names.is_empty());
        changes.push((rows.to_vec(), of_names));
        kept.push(Sealed { key: Key { rows: None, names }, ..sealed.clone() });
    }
    if covered < order.len() {
        let of_block = |row: &u32| {
            let seq = seq(batch, *row);
            blocks.iter().any(|sealed| (sealed.block.first..=sealed.block.last).contains(&seq))
        };
        let rows: Vec<u32> = order.iter().copied().filter(|row| !of_block(row)).collect();
        let whatever = Some(Seed::default());
        let of_names = names::erase(&only(batch, &rows), &gone_of(&rows), word, whatever)?;
        let unproved = of_names.into_iter().map(|(field, old, _)| (field, old, UNPROVED.to_owned()));
        changes.push((rows, unproved.collect()));
    }
    Ok((renamed(without(batch, gone, &notes), changes), kept))
}

/// The events with other texts in some columns of some rows.
fn renamed(mut batch: Batch, changes: Vec<(Vec<u32>, Vec<Change>)>) -> Batch {
    let all: Vec<u32> = (0..batch.len() as u32).collect();
    let mut columns: BTreeMap<event::FieldId, DictColumn> = BTreeMap::new();
    for (rows, changes) in &changes {
        for (field, old, text) in changes {
            let column = match batch.column(*field) {
                Some(Column::Dict(column)) => columns.entry(*field).or_insert_with(|| column.clone()),
                _ => continue,
            };
            let (Some(old), new) = (column.dict.find(old), column.dict.number(text)) else { continue };
            for row in rows {
                let id = column.ids.get_mut(*row as usize).filter(|id| **id == old);
                id.into_iter().for_each(|id| *id = new);
            }
        }
    }
    for (field, column) in columns {
        let _ = batch.set_column(field, Column::Dict(column).gather(&all));
    }
    batch
}

/// What is to stand beside each event of a block, if it is erased, those of before included.
fn block(batch: &Batch, gone: &[bool], sealed: &Sealed) -> Result<Vec<Option<String>>> {
    if batch.len() as u64 != sealed.block.events {
        return Err(Error::Refused { what: "a block that is not whole".to_owned() });
    }
    let mut left = erased(batch, sealed.key.rows);
    let salts = salts(sealed.key.rows, &left, batch.len() as u64);
    let (personal, mut bytes) = (Personal::of(batch), Vec::new());
    for (row, (is_gone, salt)) in gone.iter().zip(salts.of_rows()).enumerate() {
        if *is_gone && !left.contains_key(&(row as u64)) {
            let salt = salt.ok_or_else(|| Error::Damaged { what: "the salt of an event".to_owned() })?;
            let commitment = personal.commitment(row, &salt, &mut bytes);
            left.insert(row as u64, Left { commitment, hanging: Vec::new() });
        }
    }
    let places: Vec<u64> = left.keys().copied().collect();
    let hanging = salts.without(&places);
    let mut notes = vec![None; batch.len()];
    for ((at, left), hanging) in left.into_iter().zip(hanging) {
        if let Some(note) = usize::try_from(at).ok().and_then(|at| notes.get_mut(at)) {
            *note = Some(Left { hanging, ..left }.text());
        }
    }
    Ok(notes)
}

/// The events without the personal texts of those that are gone.
fn without(batch: &Batch, gone: &[bool], notes: &BTreeMap<u32, String>) -> Batch {
    let is_gone = |row: usize| gone.get(row).copied().unwrap_or(false);
    // Dictionaries forget what no row has any more.
    let all: Vec<u32> = (0..batch.len() as u32).collect();
    let mut out = batch.clone();
    for (field, column) in batch.columns().filter(|(field, _)| is_personal(field)) {
        let column = match column {
            Column::Int(_) => continue,
            Column::Text(texts) => {
                let mut kept = Texts::default();
                texts
                    .iter()
                    .enumerate()
                    .for_each(|(row, text)| kept.push(if is_gone(row) { "" } else { text }));
                Column::Text(kept)
            }
            Column::Dict(column) => {
                let mut column = column.clone();
                column
                    .ids
                    .iter_mut()
                    .enumerate()
                    .filter(|(row, _)| is_gone(*row))
                    .for_each(|(_, id)| *id = 0);
                Column::Dict(column).gather(&all)
            }
        };
        let _ = out.set_column(field.id, column);
    }
    let mut column = Texts::default();
    for row in &all {
        let before = || batch.row(*row as usize).text(field::ERASED).unwrap_or_default();
        column.push(notes.get(row).map_or_else(before, String::as_str));
    }
    let _ = out.set_column(field::ERASED, Column::Text(column));
    out
}

/// The salt of an event of a block by its place; none when it was erased.
pub(super) fn salt_of(batch: &Batch, key: Option<Seed>, place: u64) -> Option<Seed> {
    let salts = salts(key, &erased(batch, key), batch.len() as u64).of_rows();
    usize::try_from(place).ok().and_then(|place| salts.get(place).copied().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::block::{Block, digest};
    use event::Event;

    const KEY: Hash = Hash([7; 32]);

    fn batch() -> Batch {
        let mut batch = Batch::new();
        for n in 0..40_u64 {
            let mut event = Event::new();
            event.int(field::SEQ, n as i64);
            event.text(field::CONSUMER_NAME, format!("c{}", n % 4));
            event.text(field::IP, format!("10.0.0.{}", n % 3));
            event.text(field::PATH, format!("/p/{n}"));
            event.text(field::ROUTE, "/p/{id}");
            // Made of a path, it names who called; what looks erased was sent like that.
            event.text(
                field::OPERATION,
                if n % 8 < 4 { format!("of/c{}/x", n % 4) } else { "erased:AAAA".into() },
            );
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    /// Two blocks in one file, and five events before them.
    fn blocks(batch: &Batch) -> Vec<Sealed> {
        [(5, 20), (21, 39)]
            .map(|(first, last)| {
                let rows: Vec<u32> = (first as u32..=last as u32).collect();
                let digest = digest(batch, &rows, Key::whole(KEY));
                let events = last - first + 1;
                let block = Block { segment: first, day: 0, events, first, last, digest };
                Sealed { block, key: Key::whole(KEY) }
            })
            .to_vec()
    }

    fn holds(batch: &Batch, sealed: &Sealed) -> bool {
        let rows: Vec<u32> = (sealed.block.first as u32..=sealed.block.last as u32).collect();
        digest(batch, &rows, sealed.key) == sealed.block.digest
    }

    fn of(batch: &Batch, name: &str) -> Vec<bool> {
        batch.rows().map(|row| row.text(field::CONSUMER_NAME) == Some(name)).collect()
    }

    #[test]
    fn one_after_the_other_is_erased_and_every_digest_stays() {
        let mut batch = batch();
        let mut sealed = blocks(&batch);
        assert!(sealed.iter().all(|one| holds(&batch, one)));
        for name in ["c1", "c3", "c0"] {
            (batch, sealed) = erase(&batch, &of(&batch, name), &Word::new(name).unwrap(), &sealed).unwrap();
            assert!(sealed.iter().all(|one| one.key.rows.is_none() && holds(&batch, one)), "{name}");
            assert!(!of(&batch, name).contains(&true));
            let named = format!("of/{name}/x");
            assert!(batch.rows().all(|row| row.text(field::OPERATION) != Some(&*named)));
        }
        let others = batch.rows().filter(|row| row.text(field::OPERATION) == Some("of/c2/x")).count();
        assert_eq!(others, 5, "another's stays");
        let left: Vec<_> = batch.rows().filter_map(|row| row.text(field::PATH)).collect();
        assert_eq!((left.len(), left[0]), (10, "/p/2"));
        assert!(batch.rows().all(|row| row.text(field::ROUTE) == Some("/p/{id}")));
        assert_eq!(batch.row(1).text(field::ERASED), Some(UNPROVED));
    }

    #[test]
    fn a_block_without_them_keeps_its_key_and_one_that_is_not_whole_is_refused() {
        let batch = batch();
        let mut sealed = blocks(&batch);
        let mut gone = vec![false; batch.len()];
        gone[30] = true;
        let word = Word::new("c2").unwrap();
        let (after, kept) = erase(&batch, &gone, &word, &sealed).unwrap();
        let whole = Key::whole(KEY);
        assert_eq!((kept[0].key, kept[1].key), (whole, Key { rows: None, ..whole }));
        assert!(kept.iter().all(|one| holds(&after, one)));
        sealed[1].block.events += 1;
        assert!(erase(&batch, &gone, &word, &sealed).is_err());
    }

    #[test]
    fn whatever_is_changed_after_an_erasure_is_found() {
        let batch = batch();
        let word = Word::new("c1").unwrap();
        let (after, sealed) = erase(&batch, &of(&batch, "c1"), &word, &blocks(&batch)).unwrap();
        let set = |id, row: usize, text: &str| {
            let mut forged = after.clone();
            let mut texts = Texts::default();
            (0..after.len()).for_each(|at| {
                let old = after.row(at).text(id).unwrap_or_default();
                texts.push(if at == row { text } else { old });
            });
            assert!(forged.set_column(id, Column::Text(texts)));
            forged
        };
        let all = |batch: &Batch| sealed.iter().all(|one| holds(batch, one));
        assert!(all(&after) && all(&set(field::PATH, 0, "/else")), "event 0 was in no block");
        // Another's text, a text for who was erased, and an erasure taken back, made up or moved.
        assert!(!all(&set(field::PATH, 10, "/else")) && !all(&set(field::PATH, 9, "/p/9")));
        let note = after.row(9).text(field::ERASED).unwrap().to_owned();
        assert!(!all(&set(field::ERASED, 9, "")) && !all(&set(field::ERASED, 10, &note)));
        assert!(!all(&set(field::ERASED, 9, after.row(13).text(field::ERASED).unwrap())));
    }
}
