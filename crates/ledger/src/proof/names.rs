//! The texts of the columns that are not personal, such as routes: each distinct text of a block as one salted commitment. Made of a path,
//! a route may name a person all the same: then that text can be erased in the whole block, and the digest stays what it is.
//!
//! ```text
//! commitment = SHA-256(salt:16 text)             salts as in salts.rs, from the other half of the key: of all texts of the block, column
//!                                                by column in the order of their names, there in the order of first appearance
//! text       = "erased:" base64(commitment:32 (level:u8 seed:16)*)        in place of a text that was erased
//! ```

use std::collections::{BTreeMap, BTreeSet};

use event::column::{Column, DictColumn};
use event::subject::{Word, is_personal};
use event::{Batch, Field, FieldId};
use sha2::{Digest as _, Sha256};

use super::Hash;
use super::rows::Left;
use super::salts::{Salts, Seed};
use crate::columns::column_name;
use crate::error::{Error, Result};

/// How a text begins that stands for one that was erased.
const ERASED: &str = "erased:";

/// A column that is not personal.
pub(super) struct Names<'b> {
    pub(super) name: String,
    pub(super) field: FieldId,
    pub(super) column: &'b DictColumn,
    /// The numbers of its texts, in the order of first appearance.
    pub(super) ids: Vec<u32>,
    /// The place of each number of the dictionary among them, from 1; 0 of those that are not.
    pub(super) places: Vec<u32>,
    /// Whether some events have none.
    pub(super) has_none: bool,
}

/// The columns that are not personal and have a text, by name.
pub(super) fn of(batch: &Batch) -> Vec<Names<'_>> {
    let others = batch.columns().filter(|(field, _)| !is_personal(field));
    let mut all: Vec<Names<'_>> = others
        .filter_map(|(field, column)| match column {
            Column::Dict(column) => Some(Names::new(field, column)),
            Column::Text(_) | Column::Int(_) => None,
        })
        .filter(|names| !names.ids.is_empty())
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

impl<'b> Names<'b> {
    fn new(field: &Field, column: &'b DictColumn) -> Names<'b> {
        let (mut places, mut ids, mut has_none) = (vec![0; column.dict.len()], Vec::new(), false);
        for id in &column.ids {
            has_none |= *id == 0;
            if let Some(place) = places.get_mut(*id as usize)
                && *place == 0
                && *id != 0
            {
                ids.push(*id);
                *place = ids.len() as u32;
            }
        }
        Names { name: column_name(field), field: field.id, column, ids, places, has_none }
    }
}

/// All texts of some columns in their order: the place of the column, the number of the text, the text.
fn texts<'n>(all: &'n [Names<'_>]) -> impl Iterator<Item = (usize, u32, &'n str)> {
    let of = |(at, names): (usize, &'n Names<'_>)| {
        names.ids.iter().map(move |id| (at, *id, names.column.dict.get(*id)))
    };
    all.iter().enumerate().flat_map(of)
}

/// What is left of the texts that were erased, by their places among all.
fn erased(all: &[Names<'_>]) -> BTreeMap<u64, Left> {
    let left = |text: &str| Left::parse(text.strip_prefix(ERASED)?);
    (0..).zip(texts(all)).filter_map(|(at, (_, _, text))| Some((at, left(text)?))).collect()
}

fn salts(all: &[Names<'_>], key: Option<Seed>, left: &BTreeMap<u64, Left>) -> Salts {
    let count = texts(all).count() as u64;
    match key {
        Some(key) => Salts::whole(key, count),
        None => Salts::left(left.iter().map(|(at, left)| (*at, left.hanging.as_slice())), count),
    }
}

/// The commitments of all texts in their order. Without the key those of erased texts are what is kept of them.
pub(super) fn commitments(all: &[Names<'_>], key: Option<Seed>) -> Vec<Hash> {
    let left = if key.is_some() { BTreeMap::new() } else { erased(all) };
    let salts = salts(all, key, &left).of_rows();
    let mut commitments = Vec::new();
    for (at, ((_, _, text), salt)) in (0_u64..).zip(texts(all).zip(salts)) {
        commitments.push(match left.get(&at) {
            Some(left) => left.commitment,
            None => salt.map_or_else(Hash::default, |salt| commitment(salt, text)),
        });
    }
    commitments
}

/// The salts of all texts in their order, where they are known and the text was not erased.
pub(super) fn salts_of(batch: &Batch, key: Option<Seed>) -> Vec<Option<Seed>> {
    let all = of(batch);
    let left = if key.is_some() { BTreeMap::new() } else { erased(&all) };
    salts(&all, key, &left).of_rows()
}

fn commitment(salt: Seed, text: &str) -> Hash {
    Hash(Sha256::new_with_prefix(salt).chain_update(text).finalize().into())
}

/// Another text for a text of a column.
pub(super) type Change = (FieldId, String, String);

/// What is to stand for the texts that name a person in one of the events that are gone, and for those erased before; nothing when
/// there is none.
pub(super) fn erase(batch: &Batch, gone: &[bool], word: &Word, key: Option<Seed>) -> Result<Vec<Change>> {
    let all = of(batch);
    let of_gone = |names: &Names<'_>| -> BTreeSet<u32> {
        names.column.ids.iter().zip(gone).filter(|(_, is_gone)| **is_gone).map(|(id, _)| *id).collect()
    };
    let of_gone: Vec<BTreeSet<u32>> = all.iter().map(of_gone).collect();
    let names_them = |at: usize, id: u32, text: &str| {
        word.stands_in(text) && of_gone.get(at).is_some_and(|ids| ids.contains(&id))
    };
    if !texts(&all).any(|(at, id, text)| names_them(at, id, text)) {
        return Ok(Vec::new());
    }
    let mut left = if key.is_some() { BTreeMap::new() } else { erased(&all) };
    let salts = salts(&all, key, &left);
    for (place, ((at, id, text), salt)) in (0..).zip(texts(&all).zip(salts.of_rows())) {
        // With the key nothing was erased yet: what looks so was sent like that, and may not be taken for it.
        let looks_erased = key.is_some() && text.starts_with(ERASED);
        if (names_them(at, id, text) || looks_erased) && !left.contains_key(&place) {
            let salt = salt.ok_or_else(|| Error::Damaged { what: "the salt of a text".to_owned() })?;
            left.insert(place, Left { commitment: commitment(salt, text), hanging: Vec::new() });
        }
    }
    let places: Vec<u64> = left.keys().copied().collect();
    let hanging = salts.without(&places);
    let all_texts: Vec<(usize, u32, &str)> = texts(&all).collect();
    let changes = left.into_iter().zip(hanging).filter_map(|((place, left), hanging)| {
        let (at, _, text) = all_texts.get(usize::try_from(place).ok()?)?;
        let new = format!("{ERASED}{}", Left { hanging, ..left }.text());
        Some((all.get(*at)?.field, (*text).to_owned(), new))
    });
    Ok(changes.collect())
}
