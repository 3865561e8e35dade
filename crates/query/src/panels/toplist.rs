//! The largest of something, each with its share and what it was in the period before.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::lang::Filter;
use crate::tally::{Hit, Numbered, TRAFFIC, Want, details};

use super::{Body, Column, Look, Number, Row, Unit};

/// What calls have in common: a symbol, a status or a reason.
pub(super) type Key = u32;

/// How a list is made.
pub(super) struct List<'a> {
    /// The cubes counted from.
    pub(super) cubes: &'static [&'static str],
    /// The row of some calls; none leaves them out.
    pub(super) key: fn(&Hit) -> Option<Key>,
    /// Which calls of a row its number counts.
    pub(super) counts: fn(&Hit) -> bool,
    /// What that number is called.
    pub(super) value: &'static str,
    /// Key, label and filter of a row.
    pub(super) words: &'a dyn Fn(Key) -> (String, String, String),
    /// Whether the total is all calls and not only those that are counted.
    pub(super) of_all_calls: bool,
    /// Columns beside value, share and change: denied, errors and the second text.
    pub(super) more: &'a [Column],
    /// What to know about it, from the calls left out.
    pub(super) note: &'a dyn Fn(u64) -> Option<String>,
}

/// What is known of a row.
#[derive(Clone, Copy, Default)]
struct Sums {
    value: u64,
    before: u64,
    calls: u64,
    denied: u64,
    errors: u64,
    client_errors: u64,
    detail: u32,
}

/// The rows of a list, by key. Cells come in runs of one key, so most of them are of the row found last.
#[derive(Default)]
struct Rows {
    rows: Vec<(Key, Sums)>,
    places: Numbered<Key, usize>,
    last: usize,
}

impl Rows {
    #[inline]
    fn row(&mut self, key: Key) -> Option<&mut Sums> {
        if self.rows.get(self.last).is_none_or(|(last, _)| *last != key) {
            self.last = *self.places.entry(key).or_insert(self.rows.len());
            if self.last == self.rows.len() {
                self.rows.push((key, Sums::default()));
            }
        }
        self.rows.get_mut(self.last).map(|(_, sums)| sums)
    }
}

/// The name of a number that counts all calls.
pub(super) const CALLS: &str = "Calls";
/// Calls the gateway refused.
pub(super) const DENIED: Column = Column::new("denied", "Denied", Unit::Calls);
/// Calls that ended with 5xx.
pub(super) const ERRORS: Column = Column::new("errors", "5xx", Unit::Calls);
/// The id beside a consumer's name.
pub(super) const CONSUMER_ID: Column = Column::new("consumer_id", "Consumer ID", Unit::Text);

/// The columns every list has, with the name of its number, and further ones.
pub(super) fn columns(value: &'static str, more: &[Column]) -> Vec<Column> {
    let base = [
        Column::new("value", value, Unit::Calls),
        Column::new("share", "Share", Unit::Percent),
        Column::new("change", "Change", Unit::Percent),
    ];
    base.iter().chain(more).cloned().collect()
}

/// Key, label and filter of a row about a value of a field; `none` is the label where there is no value.
pub(super) fn named(look: &Look<'_>, field: &str, none: &str, key: Key) -> (String, String, String) {
    if key == 0 {
        return (String::new(), none.to_owned(), Filter::term(field, None));
    }
    let text = look.reader.view.symbols().text(key);
    (text.clone(), text.clone(), Filter::term(field, Some(&text)))
}

/// The same about a route.
pub(super) fn route(look: &Look<'_>, key: Key) -> (String, String, String) {
    named(look, "route", "(no route)", key)
}

/// Makes a list.
pub(super) fn toplist(look: &Look<'_>, list: &List<'_>) -> Result<Body> {
    let (now, before) = look.whole();
    let compared = before.is_some();
    let mut wants = vec![Want::new(TRAFFIC, now.clone()), Want::new(list.cubes, now)];
    wants.extend(before.map(|edges| Want::new(list.cubes, edges)));
    let (mut all, mut counted, mut left_out) = (0_u64, 0_u64, 0_u64);
    let mut rows = Rows::default();
    let mut lacks_detail = false;
    let (key_of, counts) = (list.key, list.counts);
    look.tally(&wants, &mut |want, hit| {
        if want == 0 {
            all += hit.calls;
            return;
        }
        let Some(key) = key_of(hit) else {
            left_out += if want == 1 { hit.calls } else { 0 };
            return;
        };
        let Some(row) = rows.row(key) else { return };
        let value = if counts(hit) { hit.calls } else { 0 };
        if want == 2 {
            row.before += value;
            return;
        }
        counted += value;
        row.value += value;
        row.calls += hit.calls;
        row.denied += if hit.reason != 0 { hit.calls } else { 0 };
        row.errors += if hit.status / 100 == 5 { hit.calls } else { 0 };
        row.client_errors += if hit.status / 100 == 4 { hit.calls } else { 0 };
        lacks_detail |= !hit.has_detail;
        if hit.detail != 0 {
            row.detail = hit.detail;
        }
    })?;
    if lacks_detail && list.more.iter().any(|column| ["consumer_id", "api"].contains(&&*column.id)) {
        let details = details(look.reader, list.cubes.get(..1).unwrap_or(&[]), look.ask.range)?;
        rows.rows.iter_mut().for_each(|(key, s)| s.detail = details.get(key).copied().unwrap_or(0));
    }
    let total = if list.of_all_calls { all } else { counted };
    let mut ranked: Vec<(Key, Sums)> =
        rows.rows.into_iter().filter(|(_, s)| s.value > 0 || s.before > 0).collect();
    ranked.sort_by(|(a, x), (b, y)| (y.value, y.before).cmp(&(x.value, x.before)).then(a.cmp(b)));
    ranked.truncate(look.ask.top);
    let listed: u64 = ranked.iter().map(|(_, s)| s.value).sum();
    let rows = ranked.iter().map(|(key, sums)| row(look, list, *key, sums, total, compared)).collect();
    Ok(Body::List {
        columns: columns(list.value, list.more),
        rows,
        total,
        other: counted - listed,
        missing: if list.of_all_calls { left_out } else { 0 },
        note: (list.note)(left_out),
    })
}

fn row(look: &Look<'_>, list: &List<'_>, key: Key, sums: &Sums, total: u64, compared: bool) -> Row {
    let (key, label, filter) = (list.words)(key);
    let value = Number::Count(sums.value);
    let previous = compared.then_some(Number::Count(sums.before));
    let mut cells = Map::new();
    for column in list.more {
        let cell = match column.id.as_ref() {
            "denied" => Value::from(sums.denied),
            "errors" => Value::from(sums.errors),
            "client_errors" => Value::from(sums.client_errors),
            "calls" => Value::from(sums.calls),
            "error_rate" if sums.calls > 0 => Value::from(sums.errors as f64 / sums.calls as f64),
            "consumer_id" | "api" | "agent_class" if sums.detail != 0 => {
                Value::from(look.reader.view.symbols().text(sums.detail))
            }
            _ => Value::Null,
        };
        cells.insert(column.id.to_string(), cell);
    }
    Row {
        key,
        label,
        filter,
        value,
        share: if total == 0 { 0.0 } else { sums.value as f64 / total as f64 },
        previous,
        change: value.change(previous),
        state: compared.then_some(match (sums.value, sums.before) {
            (_, 0) => "new",
            (0, _) => "gone",
            _ => "same",
        }),
        cells,
    }
}
