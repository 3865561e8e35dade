//! The columns of a batch. "" and [`NULL`] stand for an absent value: no gateway means anything else by them.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

/// The absent number.
pub const NULL: i64 = i64::MIN;

/// One field's values, a row each.
#[derive(Clone, Debug)]
pub enum Column {
    /// Numbered distinct texts; number 0 is the absent value.
    Dict(DictColumn),
    /// One text a row.
    Text(Texts),
    /// One number a row.
    Int(Vec<i64>),
}

impl Column {
    /// How many rows it holds.
    pub fn len(&self) -> usize {
        match self {
            Column::Dict(c) => c.ids.len(),
            Column::Text(c) => c.len(),
            Column::Int(c) => c.len(),
        }
    }

    /// Whether it holds no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds absent values until it holds `rows`.
    pub fn pad(&mut self, rows: usize) {
        match self {
            Column::Dict(c) => c.ids.resize(rows.max(c.ids.len()), 0),
            Column::Text(c) => c.pad(rows),
            Column::Int(c) => c.resize(rows.max(c.len()), NULL),
        }
    }

    /// The text of a row, when it has one.
    #[inline]
    pub fn text(&self, row: usize) -> Option<&str> {
        let text = match self {
            Column::Dict(c) => c.dict.get(*c.ids.get(row)?),
            Column::Text(c) => c.get(row),
            Column::Int(_) => "",
        };
        (!text.is_empty()).then_some(text)
    }

    /// The number of a row, when it has one.
    #[inline]
    pub fn int(&self, row: usize) -> Option<i64> {
        match self {
            Column::Int(c) => c.get(row).copied().filter(|n| *n != NULL),
            _ => None,
        }
    }

    /// Whether a row has a value.
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        match self {
            Column::Dict(c) => c.ids.get(row).is_some_and(|id| *id != 0),
            Column::Text(c) => !c.place(row).is_empty(),
            Column::Int(c) => c.get(row).is_some_and(|n| *n != NULL),
        }
    }

    /// How many rows have a value.
    pub fn present(&self) -> usize {
        match self {
            Column::Dict(c) => c.ids.iter().filter(|id| **id != 0).count(),
            Column::Text(c) => (0..c.len()).filter(|row| !c.place(*row).is_empty()).count(),
            Column::Int(c) => c.iter().filter(|n| **n != NULL).count(),
        }
    }

    /// Bytes of memory held.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Column::Dict(c) => c.ids.capacity() * 4 + c.dict.memory_bytes(),
            Column::Text(c) => c.memory_bytes(),
            Column::Int(c) => c.capacity() * 8,
        }
    }
}

/// Texts one after the other.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a text. Texts beyond 4 GiB in all are kept as absent: batches are bounded far below that.
    #[inline]
    pub fn push(&mut self, text: &str) {
        let end = match u32::try_from(self.text.len() + text.len()) {
            Ok(end) => {
                self.text.push_str(text);
                end
            }
            Err(_) => self.text.len() as u32,
        };
        self.ends.push(end);
    }

    /// The text at a place; "" beyond the end.
    #[inline]
    pub fn get(&self, at: usize) -> &str {
        self.text.get(self.place(at)).unwrap_or("")
    }

    /// Whether this text is at that place. Bytes are compared: whether they are whole characters needs no look.
    #[inline]
    fn is(&self, at: usize, text: &str) -> bool {
        self.text.as_bytes().get(self.place(at)) == Some(text.as_bytes())
    }

    #[inline]
    fn place(&self, at: usize) -> Range<usize> {
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0) as usize,
            None => 0,
        };
        start..self.ends.get(at).copied().unwrap_or(0) as usize
    }

    /// Adds "" until there are `rows`.
    pub fn pad(&mut self, rows: usize) {
        let end = self.text.len() as u32;
        self.ends.resize(rows.max(self.ends.len()), end);
    }

    /// All texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let text = self.text.get(start..*end as usize).unwrap_or("");
            start = *end as usize;
            text
        })
    }

    /// The bytes of all texts, and where each ends.
    pub fn parts(&self) -> (&str, &[u32]) {
        (&self.text, &self.ends)
    }

    /// From the parts; `None` when they do not fit together.
    pub fn from_parts(text: String, ends: Vec<u32>) -> Option<Texts> {
        let mut start = 0;
        for end in &ends {
            if *end < start || !text.is_char_boundary(*end as usize) {
                return None;
            }
            start = *end;
        }
        (start as usize == text.len()).then_some(Texts { text, ends })
    }

    fn append(&mut self, other: &Texts) {
        if self.text.len() + other.text.len() <= u32::MAX as usize {
            let base = self.text.len() as u32;
            self.text.push_str(&other.text);
            self.ends.extend(other.ends.iter().map(|end| base + end));
        } else {
            other.iter().for_each(|text| self.push(text));
        }
    }

    /// Bytes of memory held.
    pub fn memory_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4
    }
}

/// The hash of a text; as the only thing hashed it needs no mark at its end.
#[inline]
fn hash(hasher: &RandomState, text: &str) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Distinct texts, numbered; number 0 is "".
#[derive(Clone, Debug)]
pub struct Dict {
    texts: Texts,
    index: HashTable<u32>,
    hasher: RandomState,
}

impl Default for Dict {
    fn default() -> Self {
        let mut texts = Texts::default();
        texts.push("");
        Dict { texts, index: HashTable::new(), hasher: RandomState::default() }
    }
}

impl Dict {
    /// The number of a text, given to it now if it is new.
    #[inline]
    pub fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let hash = hash(&self.hasher, text);
        if let Some(found) = self.index.find(hash, |id| self.texts.is(*id as usize, text)) {
            return *found;
        }
        let id = self.texts.len() as u32;
        self.texts.push(text);
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.index.insert_unique(hash, id, |id| self::hash(hasher, texts.get(*id as usize)));
        id
    }

    /// The number of a text that is there; no text always is, as 0.
    pub fn find(&self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        let hash = hash(&self.hasher, text);
        self.index.find(hash, |id| self.texts.is(*id as usize, text)).copied()
    }

    /// The text of a number; "" for 0 and for unknown numbers.
    #[inline]
    pub fn get(&self, id: u32) -> &str {
        self.texts.get(id as usize)
    }

    /// How many numbers are given, 0 included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no text but "".
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// All texts by number, "" first.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    fn memory_bytes(&self) -> usize {
        self.texts.memory_bytes() + self.index.capacity() * 5
    }
}

/// A row's number into a [`Dict`].
#[derive(Clone, Debug, Default)]
pub struct DictColumn {
    /// The number of each row's text; 0 is absent.
    pub ids: Vec<u32>,
    /// The texts.
    pub dict: Dict,
}

impl DictColumn {
    /// The same rows over texts changed by `change`, which is asked once for each distinct text and answers
    /// `None` to keep it.
    pub fn rewrite(&mut self, mut change: impl FnMut(&str) -> Option<String>) {
        let changed: Vec<Option<String>> =
            self.dict.texts.iter().map(|t| if t.is_empty() { None } else { change(t) }).collect();
        if changed.iter().all(Option::is_none) {
            return;
        }
        let mut dict = Dict::default();
        let map: Vec<u32> = changed
            .iter()
            .enumerate()
            .map(|(old, new)| match new {
                Some(text) => dict.number(text),
                None => dict.number(self.dict.get(old as u32)),
            })
            .collect();
        for id in &mut self.ids {
            *id = map.get(*id as usize).copied().unwrap_or(0);
        }
        self.dict = dict;
    }

    fn append(&mut self, other: &DictColumn) {
        let map: Vec<u32> = other.dict.texts.iter().map(|text| self.dict.number(text)).collect();
        self.ids.extend(other.ids.iter().map(|id| map.get(*id as usize).copied().unwrap_or(0)));
    }
}

impl Column {
    /// Makes room for the rows of `others`, so that adding them does not grow the memory by doubling.
    pub(crate) fn reserve<'a>(&mut self, rows: usize, others: impl Iterator<Item = &'a Column>) {
        match self {
            Column::Dict(c) => c.ids.reserve_exact(rows),
            Column::Int(c) => c.reserve_exact(rows),
            Column::Text(c) => {
                let bytes =
                    others.map(|other| if let Column::Text(t) = other { t.text.len() } else { 0 }).sum();
                c.ends.reserve_exact(rows);
                c.text.reserve_exact(bytes);
            }
        }
    }

    /// Gives back memory that is not used.
    pub fn shrink(&mut self) {
        match self {
            Column::Dict(c) => c.ids.shrink_to_fit(),
            Column::Int(c) => c.shrink_to_fit(),
            Column::Text(c) => {
                c.ends.shrink_to_fit();
                c.text.shrink_to_fit();
            }
        }
    }

    /// Adds the rows of `other`, which has the same storage.
    pub fn append(&mut self, other: &Column) {
        match (self, other) {
            (Column::Dict(a), Column::Dict(b)) => a.append(b),
            (Column::Text(a), Column::Text(b)) => a.append(b),
            (Column::Int(a), Column::Int(b)) => a.extend_from_slice(b),
            (a, b) => a.pad(a.len() + b.len()),
        }
    }

    /// The given rows, in the given order. A dictionary keeps only the texts still used.
    pub fn gather(&self, rows: &[u32]) -> Column {
        match self {
            Column::Dict(c) => {
                let mut map = vec![u32::MAX; c.dict.len()];
                let mut out = DictColumn { ids: Vec::with_capacity(rows.len()), dict: Dict::default() };
                for row in rows {
                    let old = c.ids.get(*row as usize).copied().unwrap_or(0);
                    let new = match map.get(old as usize).copied() {
                        Some(u32::MAX) => {
                            let new = out.dict.number(c.dict.get(old));
                            if let Some(slot) = map.get_mut(old as usize) {
                                *slot = new;
                            }
                            new
                        }
                        Some(new) => new,
                        None => 0,
                    };
                    out.ids.push(new);
                }
                Column::Dict(out)
            }
            Column::Text(c) => {
                let mut out = Texts { text: String::new(), ends: Vec::with_capacity(rows.len()) };
                rows.iter().for_each(|row| out.push(c.get(*row as usize)));
                Column::Text(out)
            }
            Column::Int(c) => {
                Column::Int(rows.iter().map(|row| c.get(*row as usize).copied().unwrap_or(NULL)).collect())
            }
        }
    }
}
