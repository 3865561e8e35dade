//! Many events, column by column. A field that no event has costs nothing.

use crate::column::{Column, DictColumn, NULL, Texts};
use crate::event::{Event, FIELD_COUNT, Value};
use crate::field::{FIELDS, Field, FieldId, Storage};

/// Events in columns.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    len: usize,
    columns: Vec<Option<Column>>,
}

impl Batch {
    /// A batch without events.
    pub fn new() -> Self {
        Batch { len: 0, columns: Vec::new() }
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an event.
    #[inline]
    pub fn push(&mut self, event: &Event<'_>) {
        let row = self.len;
        if self.columns.len() < FIELD_COUNT {
            self.columns.resize(FIELD_COUNT, None);
        }
        for (field, value) in event.cells() {
            let Some(slot) = self.columns.get_mut(usize::from(field.0)) else { continue };
            match (slot.get_or_insert_with(|| empty(field.field())), value) {
                (Column::Dict(c), Value::Text(text)) => {
                    let id = c.dict.number(text);
                    put(&mut c.ids, row, id, 0);
                }
                (Column::Int(c), Value::Int(number)) => put(c, row, *number, NULL),
                // A text set twice would need cutting out the first; formats set texts of this storage once.
                (Column::Text(c), Value::Text(text)) if c.len() <= row => {
                    c.pad(row);
                    c.push(text);
                }
                _ => {}
            }
        }
        self.len += 1;
    }

    /// Makes all columns equally long. Call after the last [`Batch::push`].
    pub fn finish(&mut self) {
        for column in self.columns.iter_mut().flatten() {
            column.pad(self.len);
        }
    }

    fn column_mut(&mut self, field: FieldId) -> &mut Column {
        let at = usize::from(field.0);
        if self.columns.len() <= at {
            self.columns.resize(FIELD_COUNT.max(at + 1), None);
        }
        #[expect(clippy::indexing_slicing, reason = "made long enough above")]
        self.columns[at].get_or_insert_with(|| empty(field.field()))
    }

    /// The column of a field, when any event has it.
    #[inline]
    pub fn column(&self, field: FieldId) -> Option<&Column> {
        self.columns.get(usize::from(field.0))?.as_ref()
    }

    /// The columns there are, by field.
    pub fn columns(&self) -> impl Iterator<Item = (&'static Field, &Column)> {
        FIELDS.iter().zip(&self.columns).filter_map(|(f, c)| c.as_ref().map(|c| (f, c)))
    }

    /// Puts a whole column in. Shorter columns are padded with absent values; a longer one is refused.
    pub fn set_column(&mut self, field: FieldId, mut column: Column) -> bool {
        let fits = column.len() <= self.len || self.len == 0;
        if fits {
            self.len = self.len.max(column.len());
            column.pad(self.len);
            *self.column_mut(field) = column;
        }
        fits
    }

    /// Takes a column out.
    pub fn take_column(&mut self, field: FieldId) -> Option<Column> {
        self.columns.get_mut(usize::from(field.0))?.take()
    }

    /// Sets one number for every row.
    pub fn fill_int(&mut self, field: FieldId, number: i64) {
        *self.column_mut(field) = Column::Int(vec![number; self.len]);
    }

    /// Sets one text for every row.
    pub fn fill_text(&mut self, field: FieldId, text: &str) {
        let mut column = DictColumn::default();
        let id = column.dict.number(text);
        column.ids = vec![id; self.len];
        *self.column_mut(field) = Column::Dict(column);
    }

    /// Adds the events of another batch.
    pub fn append(&mut self, other: &Batch) {
        let before = self.len;
        self.finish();
        for (field, column) in other.columns() {
            let mine = self.column_mut(field.id);
            mine.pad(before);
            mine.append(column);
            mine.pad(before + other.len);
        }
        self.len = before + other.len;
        self.finish();
    }

    /// All events of several batches as one.
    pub fn concat<'a>(batches: impl Iterator<Item = &'a Batch> + Clone) -> Batch {
        let mut all = Batch::new();
        let rows = batches.clone().map(Batch::len).sum();
        for field in FIELDS {
            let columns = batches.clone().filter_map(|batch| batch.column(field.id));
            if columns.clone().next().is_some() {
                all.column_mut(field.id).reserve(rows, columns);
            }
        }
        batches.for_each(|batch| all.append(batch));
        all
    }

    /// Gives back memory that is not used; for batches that stay.
    pub fn shrink(&mut self) {
        self.columns.iter_mut().flatten().for_each(Column::shrink);
    }

    /// The given rows, in the given order, as a batch of their own.
    pub fn gather(&self, rows: &[u32]) -> Batch {
        let columns = self.columns.iter().map(|c| c.as_ref().map(|c| c.gather(rows))).collect();
        Batch { len: rows.len(), columns }
    }

    /// One event.
    pub fn row(&self, row: usize) -> Row<'_> {
        Row { batch: self, row }
    }

    /// All events.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len).map(|row| self.row(row))
    }

    /// Bytes of memory held.
    pub fn memory_bytes(&self) -> usize {
        self.columns.iter().flatten().map(Column::memory_bytes).sum()
    }
}

fn put<T: Clone>(column: &mut Vec<T>, row: usize, value: T, absent: T) {
    if column.len() == row {
        column.push(value);
    } else if let Some(slot) = column.get_mut(row) {
        *slot = value;
    } else {
        column.resize(row, absent);
        column.push(value);
    }
}

fn empty(field: &Field) -> Column {
    match field.kind.storage() {
        Storage::Dict => Column::Dict(DictColumn::default()),
        Storage::Text => Column::Text(Texts::default()),
        Storage::Int => Column::Int(Vec::new()),
    }
}

/// One event of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    batch: &'a Batch,
    row: usize,
}

impl<'a> Row<'a> {
    /// The text of a field, when it has one.
    #[inline]
    pub fn text(self, field: FieldId) -> Option<&'a str> {
        self.batch.column(field)?.text(self.row)
    }

    /// The number of a field, when it has one.
    #[inline]
    pub fn int(self, field: FieldId) -> Option<i64> {
        self.batch.column(field)?.int(self.row)
    }

    /// Its place in the batch.
    pub fn place(self) -> usize {
        self.row
    }

    /// The fields that have a value, in the order of [`FIELDS`].
    pub fn fields(self) -> impl Iterator<Item = (&'static Field, Cell<'a>)> {
        let row = self.row;
        self.batch.columns().filter_map(move |(field, column)| {
            let cell = match field.kind.storage() {
                Storage::Int => Cell::Int(column.int(row)?),
                _ => Cell::Text(column.text(row)?),
            };
            Some((field, cell))
        })
    }
}

/// A value in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Text.
    Text(&'a str),
    /// Number.
    Int(i64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;

    fn sample() -> Batch {
        let mut batch = Batch::new();
        for i in 0..5_i64 {
            let mut event = Event::new();
            event.int(field::TIME, i);
            event.text(field::PATH, format!("/p/{i}"));
            if i % 2 == 0 {
                event.text(field::CONSUMER_NAME, "a");
            }
            if i == 3 {
                event.text(field::ROUTE, "r");
                event.text(field::QUERY, "q=1");
            }
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    #[test]
    fn absent_values_stay_absent() {
        let batch = sample();
        let consumers: Vec<_> = batch.rows().map(|r| r.text(field::CONSUMER_NAME)).collect();
        assert_eq!(consumers, [Some("a"), None, Some("a"), None, Some("a")]);
        assert_eq!(batch.rows().filter_map(|r| r.text(field::QUERY)).collect::<Vec<_>>(), ["q=1"]);
        assert_eq!(batch.row(4).int(field::TIME), Some(4));
        assert_eq!(batch.row(4).int(field::STATUS), None);
    }

    #[test]
    fn append_and_gather_keep_rows() {
        let mut batch = sample();
        batch.append(&sample());
        let picked = batch.gather(&[8, 3, 0]);
        let paths: Vec<_> = picked.rows().map(|r| r.text(field::PATH)).collect();
        assert_eq!(paths, [Some("/p/3"), Some("/p/3"), Some("/p/0")]);
        assert_eq!(
            picked.rows().map(|r| r.text(field::ROUTE)).collect::<Vec<_>>(),
            [Some("r"), Some("r"), None]
        );
    }
}
