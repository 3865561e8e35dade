//! The values of a column as text: what facets and splits count by.

use std::collections::HashMap;

use event::column::Column;
use event::{Batch, FieldId, Kind, field, reason};

use crate::eval::RowReasons;
use crate::histogram::reason_words;
use crate::lang::seen_int;

/// The rows of each distinct value among some rows; "" for those without one. A list counts under each element.
pub(crate) fn each_value(batch: &Batch, field: FieldId, rows: &[u32], mut take: impl FnMut(&str, &[u32])) {
    if field == field::REASON {
        let numbers = RowReasons::new(batch);
        let mut groups: HashMap<u8, Vec<u32>> = HashMap::new();
        rows.iter().for_each(|row| groups.entry(numbers.get(*row as usize)).or_default().push(*row));
        groups.iter().for_each(|(n, rows)| take(if *n == 0 { "" } else { reason_words(*n).0 }, rows));
        return;
    }
    match batch.column(field) {
        None => take("", rows),
        Some(Column::Dict(c)) => {
            let mut groups: Vec<Vec<u32>> = vec![Vec::new(); c.dict.len()];
            for row in rows {
                let id = c.ids.get(*row as usize).copied().unwrap_or(0);
                groups.get_mut(id as usize).into_iter().for_each(|group| group.push(*row));
            }
            for (id, rows) in groups.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
                let text = c.dict.get(id as u32);
                match field.field().kind {
                    Kind::List if !matches!(text, "" | "[]") => {
                        let items: Vec<String> = serde_json::from_str(text).unwrap_or_default();
                        items.iter().for_each(|item| take(item, rows));
                    }
                    Kind::List => take("", rows),
                    _ => take(text, rows),
                }
            }
        }
        Some(column) => {
            let mut groups: HashMap<String, Vec<u32>> = HashMap::new();
            for row in rows {
                let at = *row as usize;
                let text = match (column.text(at), seen_int(field, column.int(at))) {
                    (Some(text), _) => text.to_owned(),
                    (None, Some(n)) => number(field, n),
                    (None, None) => String::new(),
                };
                groups.entry(text).or_default().push(*row);
            }
            groups.iter().for_each(|(text, rows)| take(text, rows));
        }
    }
}

/// A number as the filter wants it.
pub(crate) fn number(field: FieldId, n: i64) -> String {
    match field.field().kind {
        Kind::Bool => (n != 0).to_string(),
        Kind::Duration => {
            let mut out = String::new();
            event::json::millis(&mut out, n);
            out + "ms"
        }
        _ => n.to_string(),
    }
}

/// The label of a value for people.
pub(crate) fn value_label(field: FieldId, value: &str) -> String {
    match value {
        "" => "(none)".to_owned(),
        code if field == field::REASON => reason::by_code(code).map_or(code, |r| r.label).to_owned(),
        text => text.to_owned(),
    }
}
