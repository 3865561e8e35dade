//! Rows, newest or oldest first. Files and units are walked in the order of time and no further than the page
//! needs; the columns that decide are read first, all columns only for the rows of the page.

mod cursor;
mod frontier;
mod walk;

use event::{Batch, FIELDS, FieldId, Timestamp, field, json};
use keys::Scope;
use ledger::View;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::budget::Budget;
use crate::diagnosis::{Diagnosis, findings};
use crate::error::{Error, Result};
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::{Reader, Standing};

pub(crate) use walk::{fetch, walk};

/// Rows of one page at most.
pub const LIMIT_MAX: usize = 1_000;

/// Which rows come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest.
    #[default]
    Descending,
    /// The oldest.
    Ascending,
}

impl Order {
    /// Reads `desc` or `asc`.
    pub fn parse(text: &str) -> Result<Order> {
        match text {
            "" | "desc" => Ok(Order::Descending),
            "asc" => Ok(Order::Ascending),
            other => Err(Error::parameter("order", format!("{other:?} is neither desc nor asc"))),
        }
    }

    /// Turns a time so that what comes first is greater.
    pub(crate) fn key(self, time: i64, seq: i64) -> (i64, i64) {
        match self {
            Order::Descending => (time, seq),
            Order::Ascending => (-time, -seq),
        }
    }

    /// The time that [`Order::key`] turned.
    fn turned(self, time: i64) -> i64 {
        self.key(time, 0).0
    }

    /// The place just before all rows of a moment.
    fn before(self, time: i64) -> (i64, i64) {
        (time, self.key(0, i64::MAX).1)
    }
}

/// Which rows are asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// How many, 1 to [`LIMIT_MAX`].
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Which come first.
    pub order: Order,
    /// The moment of asking, for the diagnosis of an empty answer.
    pub now: Timestamp,
}

/// How much was looked at for a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) rows: u64,
    pub(crate) files: u64,
}

/// How much was looked at for a page, and how far that led.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Rows.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// How far through the range: every row that comes before this moment in the order asked for is in this page or
    /// one before it.
    pub until: String,
}

/// A page of rows.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The events, in order.
    pub events: Vec<Box<RawValue>>,
    /// The same in columns.
    #[serde(skip)]
    pub batch: Batch,
    /// Where the next page starts; none when this is the last. A page that ended with its turn has one too, also when
    /// nothing was found yet.
    pub next_cursor: Option<String>,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
    /// How much was looked at.
    pub scanned: Progress,
    /// Why there are none, on an empty first page that was not asked for in turns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnosis: Vec<Diagnosis>,
}

/// A page of rows: as many as asked for, or as many as were found before the turn of the budget was over.
pub fn events(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Page> {
    if !(1..=LIMIT_MAX).contains(&ask.limit) {
        return Err(Error::parameter("limit", format!("{} is not between 1 and {LIMIT_MAX}", ask.limit)));
    }
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let after = ask.cursor.as_deref().map(|text| cursor::read(text, ask.order)).transpose()?;
    let walked = walk(&reader, ask.range, ask.order, ask.limit + 1, after)?;
    // Rows that something unread may come before belong to the next page.
    let sure = match walked.left.filter(|_| walked.stop.is_none()) {
        Some(left) => walked.picks.partition_point(|p| ask.order.key(p.time, 0) > ask.order.key(left, 0)),
        None => walked.picks.len(),
    };
    let last = walked.picks.get(ask.limit - 1).filter(|_| sure > ask.limit);
    let picks = walked.picks.get(..sure.min(ask.limit)).unwrap_or(&[]);
    let place = match (last, walked.left) {
        (Some(last), _) => Some((last.time, last.seq)),
        (None, Some(left)) if walked.stop.is_none() => Some(ask.order.before(left)),
        _ => None,
    };
    let until = last.map(|last| last.time).or(walked.left).unwrap_or(match ask.order {
        Order::Descending => ask.range.from.0,
        Order::Ascending => ask.range.to.0,
    });
    let batch = walk::fetch(&walked.units, picks)?;
    let is_all = ask.cursor.is_none() && walked.left.is_none();
    let diagnosis = match batch.is_empty() && is_all && !budget.has_turn() {
        true => findings(&reader, ask.range, ask.now)?,
        false => Vec::new(),
    };
    Ok(Page {
        events: batch.rows().map(|row| raw(json::to_string(row))).collect::<Result<_>>()?,
        batch,
        next_cursor: place.map(|(time, seq)| cursor::write(time, seq, ask.order)),
        standing: reader.standing(walked.stop),
        scanned: Progress {
            rows: walked.scanned.rows,
            files: walked.scanned.files,
            until: Timestamp(until.clamp(ask.range.from.0, ask.range.to.0)).to_string(),
        },
        diagnosis,
    })
}

fn raw(text: String) -> Result<Box<RawValue>> {
    RawValue::from_string(text)
        .map_err(|e| Error::Ledger(ledger::Error::Damaged { what: format!("a stored JSON value: {e}") }))
}

/// The event with a sequence number, as JSON and in columns.
pub fn event(view: &View, scope: &Scope, id: &str, budget: &Budget) -> Result<(Box<RawValue>, Batch)> {
    let missing = || Error::NotFound { what: format!("event {id}") };
    let seq: i64 = id.parse().map_err(|_| missing())?;
    let asked = Filter::parse(&format!("seq:{seq}")).map_err(|_| missing())?;
    let reader = Reader::new(view, scope, &asked, budget)?;
    let walked = walk(&reader, Range::all(), Order::Descending, 1, None)?;
    let batch = walk::fetch(&walked.units, &walked.picks)?;
    match (batch.is_empty(), walked.stop) {
        (false, _) => Ok((raw(json::to_string(batch.row(0)))?, batch)),
        (true, Some(stop)) => Err(Error::TooLarge {
            what: format!("looking for event {id} was cut short"),
            remedy: stop.words().to_owned(),
        }),
        (true, None) => Err(missing()),
    }
}

/// Every field there is.
pub(crate) fn all_fields() -> Vec<FieldId> {
    FIELDS.iter().map(|f| f.id).collect()
}

/// What decides the order of rows.
pub(crate) const PLACE: [FieldId; 2] = [field::TIME, field::SEQ];
