//! The order of the rows of a row group: those of one caller together, and there in the order of time. What follows from
//! the caller (groups, plan, key, agent …) is then the same for many rows and costs next to nothing. Who reads rows
//! must not expect them in any order.

use std::borrow::Cow;

use event::Batch;
use event::column::Column;
use event::field::{self, FieldId};

/// With fewer rows of each caller, times cost more than the rest saves: rows stay in the order of time.
const ROWS_EACH_MIN: usize = 4;

/// The rows in the order they are written in.
pub(super) fn together<'r>(batch: &Batch, rows: &'r [u32]) -> Cow<'r, [u32]> {
    let mut order = Cow::Borrowed(rows);
    for fields in [&[field::USER_AGENT][..], &[field::CONSUMER_ID, field::CONSUMER_NAME]] {
        let mut callers = 0;
        for field in fields {
            if let Some((sorted, distinct)) = by(batch, *field, &order) {
                (order, callers) = (Cow::Owned(sorted), callers.max(distinct));
            }
        }
        let is_caller = fields.contains(&field::CONSUMER_ID);
        if is_caller && (callers < 2 || callers * ROWS_EACH_MIN > rows.len()) {
            return Cow::Borrowed(rows);
        }
    }
    order
}

/// Rows by the number that their text has in the batch, and how many texts there are; otherwise as they were.
fn by(batch: &Batch, field: FieldId, rows: &[u32]) -> Option<(Vec<u32>, usize)> {
    let Some(Column::Dict(column)) = batch.column(field) else { return None };
    let id = |row: &u32| column.ids.get(*row as usize).copied().unwrap_or(0) as usize;
    // Where the rows of each number begin.
    let mut next = vec![0_u32; column.dict.len() + 1];
    for row in rows {
        next.get_mut(id(row)).into_iter().for_each(|n| *n += 1);
    }
    let distinct = next.iter().skip(1).filter(|n| **n > 0).count();
    let mut begun = 0;
    for slot in &mut next {
        (*slot, begun) = (begun, begun + *slot);
    }
    let mut sorted = vec![0; rows.len()];
    for row in rows {
        let Some(place) = next.get_mut(id(row)) else { continue };
        sorted.get_mut(*place as usize).into_iter().for_each(|slot| *slot = *row);
        *place += 1;
    }
    Some((sorted, distinct))
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;

    fn batch(rows: usize, callers: usize) -> Batch {
        let mut batch = Batch::new();
        for row in 0..rows {
            let mut event = Event::new();
            event.int(field::TIME, row as i64);
            if row % 5 != 0 {
                event.text(field::CONSUMER_ID, format!("c{}", row % callers));
            }
            event.text(field::USER_AGENT, format!("agent {}", row % 3));
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    #[test]
    fn rows_of_one_caller_and_agent_lie_together_in_the_order_of_time() {
        let batch = batch(1_000, 7);
        let rows: Vec<u32> = (0..1_000).collect();
        let order = together(&batch, &rows);
        let caller = |row: u32| {
            let row = batch.row(row as usize);
            (row.text(field::CONSUMER_ID), row.text(field::USER_AGENT))
        };
        let mut runs: Vec<_> = order.iter().map(|row| caller(*row)).collect();
        runs.dedup();
        assert_eq!(runs.len(), runs.iter().collect::<std::collections::HashSet<_>>().len());
        assert!(order.windows(2).all(|pair| caller(pair[0]) != caller(pair[1]) || pair[0] < pair[1]));
        let mut all = order.into_owned();
        all.sort_unstable();
        assert_eq!(all, rows);
    }

    #[test]
    fn rows_of_too_many_callers_or_of_one_stay_in_the_order_of_time() {
        let rows: Vec<u32> = (0..1_000).collect();
        for callers in [1, 500] {
            assert_eq!(*together(&batch(1_000, callers), &rows), rows);
        }
        assert_eq!(*together(&Batch::new(), &rows), rows);
    }
}
