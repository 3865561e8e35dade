//! What the rows of a list can be ordered by, as a list.

use std::cmp::Ordering;

use super::Row;
use crate::error::{Error, Result};

/// One order of rows. Rows without a value come last, whichever way it goes; what is equal is ordered by key.
#[derive(Debug)]
pub struct Sort {
    /// Its name.
    pub name: &'static str,
    by: By,
    /// Whether it needs to know when each row was seen.
    pub(super) needs_seen: bool,
}

#[derive(Debug)]
enum By {
    Number(fn(&Row) -> Option<f64>),
    Text(fn(&Row) -> Option<&str>),
}

const fn number(name: &'static str, of: fn(&Row) -> Option<f64>) -> Sort {
    Sort { name, by: By::Number(of), needs_seen: false }
}

const fn time(name: &'static str, of: fn(&Row) -> Option<&str>) -> Sort {
    Sort { name, by: By::Text(of), needs_seen: true }
}

/// A share of the calls of a row.
fn rate(row: &Row, of: u64) -> Option<f64> {
    (row.calls > 0).then(|| of as f64 / row.calls as f64)
}

/// Every order. What is new grew beyond all measure.
pub const SORTS: &[Sort] = &[
    number("calls", |row| Some(row.calls as f64)),
    number("share", |row| Some(row.share)),
    number("change", |row| row.change.or((row.state == Some("new")).then_some(f64::INFINITY))),
    number("errors", |row| Some(row.errors as f64)),
    number("client_errors", |row| Some(row.client_errors as f64)),
    number("denied", |row| Some(row.denied as f64)),
    number("error_rate", |row| rate(row, row.errors)),
    number("denial_rate", |row| rate(row, row.denied)),
    number("p50", |row| row.p50),
    number("p95", |row| row.p95),
    number("bytes", |row| row.bytes.map(|bytes| bytes as f64)),
    time("first_seen", |row| row.first_seen.as_deref()),
    time("last_seen", |row| row.last_seen.as_deref()),
    Sort { name: "name", by: By::Text(|row| Some(&row.label)), needs_seen: false },
];

impl Sort {
    /// The order of that name.
    pub fn by_name(name: &str) -> Result<&'static Sort> {
        SORTS.iter().find(|sort| sort.name == name).ok_or_else(|| {
            let names: Vec<&str> = SORTS.iter().map(|sort| sort.name).collect();
            Error::parameter("sort", format!("{name:?} is none of {}", names.join(", ")))
        })
    }

    pub(super) fn compare(&self, a: &Row, b: &Row, ascending: bool) -> Ordering {
        let turned = |order: Ordering| if ascending { order } else { order.reverse() };
        let order = match self.by {
            By::Number(of) => placed(of(a), of(b), |a, b| turned(a.total_cmp(b))),
            By::Text(of) => placed(of(a), of(b), |a, b| turned(a.cmp(b))),
        };
        order.then_with(|| a.key.cmp(&b.key))
    }
}

fn placed<T>(a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (&a, &b) {
        (Some(a), Some(b)) => compare(a, b),
        _ => b.is_some().cmp(&a.is_some()),
    }
}
