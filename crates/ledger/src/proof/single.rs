//! One event of a block with what proves it: its values, the salts of its texts, and the hashes beside its way to the digest of the block. Of
//! the other events there are hashes only.

use std::collections::BTreeMap;

use event::{Batch, Event, FIELDS, Field, FieldId, Storage, field, subject};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::block::{Block, Sealed, in_order, only, seq};
use super::events::{self, Shape, TOGETHER, Table, digest_of};
use super::salts::{self, Seed};
use super::{Hash, leaf, names, rows, tree};
use crate::columns::column_name;
use crate::error::{Error, Result};

/// An event with its proof. Salts are 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Single {
    /// Its place among the events of its block, from 0.
    pub place: u64,
    /// What the block says of its columns that are not personal.
    pub columns: Vec<Shape>,
    /// Its numbers, times (microseconds) and booleans by column.
    pub numbers: BTreeMap<String, i64>,
    /// Its texts that are not personal, by column.
    pub texts: BTreeMap<String, Text>,
    /// What is personal in it.
    pub personal: Personal,
    /// The hashes of the other events of its leaf.
    pub beside: Vec<Hash>,
    /// The hashes beside the way from its leaf to the root of the events.
    pub path: Vec<Hash>,
    /// The root of the names.
    pub names: Hash,
}

/// A text that is not personal. One that was erased, or that whoever asked may not see, has its place only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Its place among those of the column, from 1.
    pub which: u32,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// A text, its salt, and the hashes beside the way from it to the root of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The text.
    pub text: String,
    /// The salt.
    pub salt: String,
    /// The hashes.
    pub path: Vec<Hash>,
}

/// The personal texts of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// By column, with the salt of the commitment to them.
    Told {
        /// The salt.
        salt: String,
        /// The texts.
        texts: BTreeMap<String, String>,
    },
    /// They were erased, or whoever asked may not see them: the commitment that stands for them.
    Withheld(Hash),
}

/// Proves one of the events of a block, of which `batch` has all. Of its texts those are told that `tells` allows; of the personal ones all
/// or none. Nothing when the block has no such event; refused when the events are not those that were sealed.
pub fn prove(
    batch: &Batch,
    sealed: &Sealed,
    number: u64,
    tells: &dyn Fn(FieldId, &str) -> bool,
) -> Result<Option<Single>> {
    let mut rows: Vec<u32> = (0..batch.len() as u32).collect();
    in_order(batch, &mut rows);
    let Ok(place) = rows.binary_search_by_key(&number, |row| seq(batch, *row)) else { return Ok(None) };
    let batch = &*only(batch, &rows);
    let table = Table::of(batch, sealed.key.names);
    let commitments = rows::commitments(batch, sealed.key.rows);
    let events = table.events(commitments.clone());
    let leaves = events::leaves(&events);
    let (columns, names) = (table.shapes(), tree::root(&table.names));
    if digest_of(&columns, names, tree::root(&leaves)) != sealed.block.digest {
        let what = format!("the access events {} to {}", sealed.block.first, sealed.block.last);
        return Err(Error::Damaged { what: format!("{what} are not those that were sealed") });
    }
    let (mut numbers, mut texts) = (BTreeMap::new(), BTreeMap::new());
    let salts = names::salts_of(batch, sealed.key.names);
    for (shape, value) in table.values(place as u64) {
        let name = &shape.name;
        if shape.texts == 0 {
            numbers.insert(name.clone(), value);
            continue;
        }
        let which = u32::try_from(value).unwrap_or_default();
        let at = place_of(&columns, name, which).unwrap_or_default();
        let salt = usize::try_from(at).ok().and_then(|at| salts.get(at).copied().flatten());
        let field = by_column(name).map(|field| field.id);
        let text = field.and_then(|field| Some((field, batch.row(place).text(field)?)));
        let text = text.filter(|(field, text)| tells(*field, text));
        let path = tree::inclusion(&table.names.as_slice(), at, table.names.len() as u64)?;
        let said = text.zip(salt).map(|((_, text), salt)| Said {
            text: text.to_owned(),
            salt: salts::text(salt),
            path,
        });
        texts.insert(name.clone(), Text { which, said });
    }
    let commitment = commitments.get(place).copied().unwrap_or_default();
    let mut beside = events.chunks(TOGETHER).nth(place / TOGETHER).unwrap_or_default().to_vec();
    beside.remove(place % TOGETHER);
    let salt = rows::salt_of(batch, sealed.key.rows, place as u64);
    let personal = salt.and_then(|salt| told(batch, place, salt, tells));
    let place = place as u64;
    let personal = personal.unwrap_or(Personal::Withheld(commitment));
    let index = place / TOGETHER as u64;
    let path = tree::inclusion(&leaves.as_slice(), index, leaves.len() as u64)?;
    Ok(Some(Single { place, columns, numbers, texts, personal, beside, path, names }))
}

/// The personal texts of a row; nothing when one of them may not be told.
fn told(batch: &Batch, row: usize, salt: Seed, tells: &dyn Fn(FieldId, &str) -> bool) -> Option<Personal> {
    let mut texts = BTreeMap::new();
    for (field, _) in batch.columns().filter(|(field, _)| subject::is_personal(field)) {
        if let Some(text) = batch.row(row).text(field.id).filter(|text| !text.is_empty()) {
            if !tells(field.id, text) {
                return None;
            }
            texts.insert(column_name(field), text.to_owned());
        }
    }
    Some(Personal::Told { salt: salts::text(salt), texts })
}

fn by_column(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| column_name(field) == name)
}

/// Which of all names of a block a text is.
fn place_of(columns: &[Shape], name: &str, which: u32) -> Option<u64> {
    let at = columns.iter().position(|shape| shape.name == name)?;
    let (before, from) = columns.split_at(at);
    let before: u64 = before.iter().map(|shape| u64::from(shape.texts)).sum();
    (1..=from.first()?.texts).contains(&which).then(|| before + u64::from(which) - 1)
}

impl Single {
    /// Checks it against the block that was signed; what does not hold, in words.
    pub fn check(&self, block: &Block) -> std::result::Result<(), &'static str> {
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        if !self.columns.iter().all(|shape| is_name(&shape.name)) {
            return Err("its columns are not those of its block");
        }
        let commitment = self.personal.commitment().ok_or("its personal texts cannot be read")?;
        let hash = self.hash(commitment).ok_or("its values are not of its columns")?;
        let digest = self.root(hash, block.events).map(|events| digest_of(&self.columns, self.names, events));
        if digest != Some(block.digest) {
            return Err("it is not in the block that was signed");
        }
        let holds = |(name, text): (&String, &Text)| self.has(name, text).unwrap_or(false);
        match self.texts.iter().all(holds) {
            true => Ok(()),
            false => Err("one of its texts is not the one that was signed"),
        }
    }

    /// Its number; none when it says none.
    pub fn number(&self) -> Option<u64> {
        u64::try_from(*self.numbers.get(&column_name(field::SEQ.field()))?).ok()
    }

    /// The root of the events that its hash leads to.
    fn root(&self, hash: Hash, events: u64) -> Option<Hash> {
        let together = TOGETHER as u64;
        let mut of_leaf = self.beside.clone();
        let at = usize::try_from(self.place % together).ok().filter(|at| *at <= of_leaf.len())?;
        of_leaf.insert(at, hash);
        let is_whole = of_leaf.len() as u64 == together.min(events.checked_sub(self.place - at as u64)?);
        let leaf = *events::leaves(&of_leaf).first().filter(|_| is_whole)?;
        tree::led_to(leaf, self.place / together, events.div_ceil(together), &self.path)
    }

    /// Its hash; nothing when something is of no column or of the other kind.
    fn hash(&self, commitment: Hash) -> Option<Hash> {
        let (mut cells, mut used) = (Vec::new(), 0);
        for shape in &self.columns {
            let (number, text) = (self.numbers.get(&shape.name), self.texts.get(&shape.name));
            used += usize::from(number.is_some()) + usize::from(text.is_some());
            let value = match (shape.texts, number, text) {
                (0, number, None) => number.copied(),
                (1.., None, text) => text.map(|text| i64::from(text.which)),
                _ => return None,
            };
            cells.push((shape.bits, shape.cell(value, self.place)?));
        }
        (used == self.numbers.len() + self.texts.len()).then(|| events::event_of(commitment, &cells))
    }

    /// Whether a text is the one of its place, or is not told.
    fn has(&self, name: &str, text: &Text) -> Option<bool> {
        let at = place_of(&self.columns, name, text.which)?;
        let Some(Said { text, salt, path }) = &text.said else { return Some(true) };
        let count = self.columns.iter().map(|shape| u64::from(shape.texts)).sum();
        let commitment: [u8; 32] =
            Sha256::new_with_prefix(salts::parse(salt)?).chain_update(text).finalize().into();
        Some(tree::led_to(leaf(&commitment), at, count, path) == Some(self.names))
    }
}

impl Personal {
    fn commitment(&self) -> Option<Hash> {
        let (salt, texts) = match self {
            Personal::Withheld(commitment) => return Some(*commitment),
            Personal::Told { salt, texts } => (salts::parse(salt)?, texts),
        };
        let mut event = Event::new();
        for (name, text) in texts {
            let field = by_column(name).filter(|field| subject::is_personal(field) && !text.is_empty())?;
            (field.kind.storage() != Storage::Int).then(|| event.text(field.id, text.clone()))?;
        }
        let mut batch = Batch::new();
        batch.push(&event);
        batch.finish();
        // Of a tree with one leaf its root is the salt.
        rows::commitments(&batch, Some(salt)).first().copied()
    }
}
