//! Reading a unit in two looks: first the columns that decide, then the others, and only if some row is left.

use event::Batch;
use event::field::{self, FieldId};
use ledger::Unit;

use crate::error::Result;
use crate::eval::Mask;
use crate::reader::Reader;

/// Below one row in so many, the other columns are read for the chosen rows only.
const FEW: usize = 16;

/// Rows of a unit, with the columns asked for.
pub(crate) struct Selected<'u> {
    batch: Held<'u>,
    /// The rows, one mask for each purpose.
    pub(crate) masks: Vec<Mask>,
}

enum Held<'u> {
    Own(Batch),
    Unit(&'u Batch),
}

impl<'u> Selected<'u> {
    /// Reads what the filter needs and the time; `judge` says which rows are wanted; then reads `fields`.
    /// `None` when no row is wanted.
    pub(crate) fn read(
        reader: &Reader<'_>,
        unit: &'u Unit,
        fields: &[FieldId],
        judge: impl FnOnce(&Batch) -> Vec<Mask>,
    ) -> Result<Option<Selected<'u>>> {
        if let Some(batch) = unit.in_memory() {
            let masks = judge(batch);
            let some = masks.iter().any(|mask| !mask.is_empty());
            return Ok(some.then_some(Selected { batch: Held::Unit(batch), masks }));
        }
        let mut first = reader.compiled.fields().to_vec();
        if !first.contains(&field::TIME) {
            first.push(field::TIME);
        }
        let mut batch = unit.read(&first, None)?;
        let mut masks = judge(&batch);
        let mut any = Mask::none(batch.len());
        masks.iter().for_each(|mask| any.or(mask));
        let chosen = any.count();
        if chosen == 0 {
            return Ok(None);
        }
        let mut missing: Vec<FieldId> = fields.iter().copied().filter(|f| !first.contains(f)).collect();
        missing.sort_unstable();
        missing.dedup();
        let rows = (chosen * FEW < batch.len()).then(|| any.rows());
        if let Some(rows) = &rows {
            batch = batch.gather(rows);
            for mask in &mut masks {
                *mask = Mask::of(rows.len(), |at| rows.get(at).is_some_and(|row| mask.has(*row as usize)));
            }
        }
        if !missing.is_empty() {
            let mut rest = unit.read(&missing, rows.as_deref())?;
            for field in missing {
                if let Some(column) = rest.take_column(field) {
                    let _ = batch.set_column(field, column);
                }
            }
        }
        Ok(Some(Selected { batch: Held::Own(batch), masks }))
    }

    /// The columns.
    pub(crate) fn batch(&self) -> &Batch {
        match &self.batch {
            Held::Own(batch) => batch,
            Held::Unit(batch) => batch,
        }
    }
}
