//! One split of the rows of a batch: a small number for each row, and the text behind each number.

use std::borrow::Cow;

use event::column::{Column as Held, Dict};
use event::{Batch, FieldId, Kind, field};

use super::cases::{self, Case};
use super::clock::{Clock, Hours};
use super::split::{By, Split};
use crate::eval::{Compiled, RowReasons};
use crate::histogram::{CLASSES, class, reason_words};
use crate::lang::seen_int;
use crate::network;
use crate::range::Zone;
use crate::tally::Numbered;
use crate::values::number;

/// A split of some rows.
pub(super) struct Column<'a> {
    ids: Cow<'a, [u32]>,
    words: Words<'a>,
    /// The numbers of each text, where a row can have several.
    lists: Option<Vec<Vec<u32>>>,
}

enum Words<'a> {
    Dict(&'a Dict),
    /// Those of the second follow those of the first.
    Two(&'a Dict, &'a Dict),
    Own(Vec<String>),
}

impl<'a> Column<'a> {
    pub(super) fn new(batch: &'a Batch, split: &Split, zone: &Zone, hours: &Hours) -> Column<'a> {
        match split.by {
            By::Field(field::STATUS) => ints(batch, field::STATUS),
            By::Field(field::REASON) => reasons(batch),
            By::Field(field::GRANTED) => granted(batch),
            By::Field(field) => of_field(batch, field),
            By::First(fields) => first(batch, fields),
            By::Network => networks(batch),
            By::Class => classes(batch),
            By::Clock(clock) => clocks(batch, clock, zone, hours),
            By::Cases(cases) => first_case(batch, cases),
        }
    }

    /// Whether a row can have several values.
    pub(super) fn is_list(&self) -> bool {
        self.lists.is_some()
    }

    /// How many numbers there are.
    pub(super) fn numbers(&self) -> usize {
        match &self.words {
            Words::Dict(dict) => dict.len(),
            Words::Two(first, second) => first.len() + second.len(),
            Words::Own(words) => words.len(),
        }
    }

    /// The number of a row; of one with several values the number of the list.
    #[inline]
    pub(super) fn id(&self, row: u32) -> u32 {
        self.ids.get(row as usize).copied().unwrap_or(0)
    }

    /// The numbers of the values of a row.
    pub(super) fn ids(&self, row: u32) -> &[u32] {
        let list = self.lists.as_ref().and_then(|lists| lists.get(self.id(row) as usize));
        list.map_or(&[0], Vec::as_slice)
    }

    pub(super) fn text(&self, number: u32) -> &str {
        match &self.words {
            Words::Dict(dict) => dict.get(number),
            Words::Two(first, second) => match (number as usize).checked_sub(first.len()) {
                Some(at) => second.get(at as u32),
                None => first.get(number),
            },
            Words::Own(words) => words.get(number as usize).map_or("", String::as_str),
        }
    }

    fn own(ids: Vec<u32>, words: Vec<String>) -> Column<'a> {
        Column { ids: Cow::Owned(ids), words: Words::Own(words), lists: None }
    }

    fn none() -> Column<'a> {
        Column::own(Vec::new(), vec![String::new()])
    }

    /// From a key of each row, and the text of each key.
    fn keyed<K: std::hash::Hash + Eq + Copy>(
        rows: usize,
        key: impl Fn(usize) -> K,
        text: impl Fn(K) -> String,
    ) -> Column<'a> {
        let mut known: Numbered<K, u32> = Numbered::default();
        let mut words = Vec::new();
        let mut last: Option<(K, u32)> = None;
        let ids = (0..rows).map(|row| {
            let key = key(row);
            if let Some((same, id)) = last
                && same == key
            {
                return id;
            }
            let id = *known.entry(key).or_insert_with(|| {
                words.push(text(key));
                words.len() as u32 - 1
            });
            last = Some((key, id));
            id
        });
        let ids = ids.collect();
        if words.is_empty() {
            words.push(String::new());
        }
        Column::own(ids, words)
    }
}

fn of_field<'a>(batch: &'a Batch, field: FieldId) -> Column<'a> {
    match batch.column(field) {
        None => Column::none(),
        Some(Held::Dict(c)) if field.field().kind == Kind::List => lists(&c.ids, &c.dict),
        Some(Held::Dict(c)) => {
            Column { ids: Cow::Borrowed(&c.ids), words: Words::Dict(&c.dict), lists: None }
        }
        Some(Held::Text(texts)) => {
            let mut dict = Dict::default();
            let ids: Vec<u32> = texts.iter().map(|text| dict.number(text)).collect();
            Column::own(ids, dict.texts().iter().map(str::to_owned).collect())
        }
        Some(Held::Int(_)) => ints(batch, field),
    }
}

/// The network of each client's address.
fn networks<'a>(batch: &'a Batch) -> Column<'a> {
    let Some(Held::Dict(c)) = batch.column(field::IP) else { return Column::none() };
    let mut dict = Dict::default();
    let networks: Vec<u32> = c.dict.texts().iter().map(|text| dict.number(&network::of(text))).collect();
    let ids = c.ids.iter().map(|id| networks.get(*id as usize).copied().unwrap_or(0)).collect();
    Column::own(ids, dict.texts().iter().map(str::to_owned).collect())
}

fn lists<'a>(ids: &'a [u32], dict: &Dict) -> Column<'a> {
    let mut items = Dict::default();
    let numbers = |text: &str| -> Vec<u32> {
        let names: Vec<String> = match text {
            "" | "[]" => Vec::new(),
            text => serde_json::from_str(text).unwrap_or_default(),
        };
        if names.is_empty() { vec![0] } else { names.iter().map(|name| items.number(name)).collect() }
    };
    let lists = dict.texts().iter().map(numbers).collect();
    let words = items.texts().iter().map(str::to_owned).collect();
    Column { ids: Cow::Borrowed(ids), words: Words::Own(words), lists: Some(lists) }
}

fn ints<'a>(batch: &'a Batch, field: FieldId) -> Column<'a> {
    let Some(column) = batch.column(field) else { return Column::none() };
    let text = |n: Option<i64>| n.map_or_else(String::new, |n| number(field, n));
    Column::keyed(batch.len(), |row| seen_int(field, column.int(row)), text)
}

fn classes<'a>(batch: &'a Batch) -> Column<'a> {
    let column = batch.column(field::STATUS);
    let status = |row| seen_int(field::STATUS, column.and_then(|c| c.int(row))).unwrap_or(0);
    let ids = (0..batch.len()).map(|row| class(status(row) as u16) as u32).collect();
    Column::own(ids, CLASSES.iter().map(|name| (*name).to_owned()).collect())
}

fn reasons<'a>(batch: &'a Batch) -> Column<'a> {
    let reasons = RowReasons::new(batch);
    let text = |n: u8| if n == 0 { String::new() } else { reason_words(n).0.to_owned() };
    Column::keyed(batch.len(), |row| reasons.get(row), text)
}

fn granted<'a>(batch: &'a Batch) -> Column<'a> {
    let column = batch.column(field::GRANTED);
    let refused = |row| column.and_then(|c| c.int(row)) == Some(0);
    Column::keyed(batch.len(), refused, |refused| (!refused).to_string())
}

/// The first field that has a value; fields that repeat, two at most.
fn first<'a>(batch: &'a Batch, fields: &[FieldId]) -> Column<'a> {
    let dict = |field: &FieldId| match batch.column(*field) {
        Some(Held::Dict(c)) => Some((&c.ids, &c.dict)),
        _ => None,
    };
    let mut dicts = fields.iter().filter_map(dict);
    match (dicts.next(), dicts.next()) {
        (None, _) => Column::none(),
        (Some((ids, dict)), None) => {
            Column { ids: Cow::Borrowed(ids), words: Words::Dict(dict), lists: None }
        }
        (Some((ids, dict)), Some((others, other))) => {
            let both = ids.iter().zip(others);
            let ids = both.map(|(id, second)| match (*id, *second) {
                (0, 0) => 0,
                (0, second) => dict.len() as u32 + second,
                (id, _) => id,
            });
            Column { ids: Cow::Owned(ids.collect()), words: Words::Two(dict, other), lists: None }
        }
    }
}

fn first_case<'a>(batch: &'a Batch, cases: &[Case]) -> Column<'a> {
    let last = cases.len().saturating_sub(1) as u32;
    let mut ids = vec![last; batch.len()];
    let filters = cases::filters(cases).unwrap_or_default();
    for (at, filter) in filters.iter().enumerate().rev() {
        let rows = Compiled::new(filter).mask(batch).rows();
        rows.iter().filter_map(|row| usize::try_from(*row).ok()).for_each(|row| {
            ids.get_mut(row).into_iter().for_each(|id| *id = at as u32);
        });
    }
    Column::own(ids, cases.iter().map(|case| case.value.to_owned()).collect())
}

fn clocks<'a>(batch: &'a Batch, clock: Clock, zone: &Zone, hours: &Hours) -> Column<'a> {
    let Some(Held::Int(times)) = batch.column(field::TIME) else { return Column::none() };
    let mut dict = Dict::default();
    let (mut known, mut id) = (0..0, 0);
    let ids = times.iter().map(|time| {
        if !known.contains(time) {
            let (text, until) = clock.value(*time, zone, hours);
            known = *time..until;
            id = dict.number(&text);
        }
        id
    });
    let ids = ids.collect();
    Column::own(ids, dict.texts().iter().map(str::to_owned).collect())
}
