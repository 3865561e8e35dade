//! What a panel sees: the question, the period before it, and a way to count that remembers where from.

use std::cell::Cell;

use crate::budget::Stop;
use crate::error::Result;
use crate::range::Range;
use crate::reader::Reader;
use crate::series::Edges;
use crate::step::Step;
use crate::tally::{Hit, Origin, Want, tally};

use super::Ask;

/// A question to a panel.
pub(crate) struct Look<'a> {
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) ask: &'a Ask,
    /// The period before, when it is asked for.
    pub(crate) previous: Option<Range>,
    /// Whether whoever asks may see single events.
    pub(crate) sees_events: bool,
    step: Cell<Step>,
    rows: Cell<bool>,
    stop: Cell<Option<Stop>>,
}

impl<'a> Look<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, ask: &'a Ask, sees_events: bool) -> Look<'a> {
        let previous = ask.compare.period(ask.range, ask.now);
        Look {
            reader,
            ask,
            previous,
            sees_events,
            step: Cell::new(ask.step),
            rows: Cell::new(false),
            stop: Cell::new(None),
        }
    }

    /// The same question to other events.
    pub(crate) fn on<'b>(&self, reader: &'b Reader<'b>) -> Look<'b>
    where
        'a: 'b,
    {
        Look {
            reader,
            ask: self.ask,
            previous: self.previous,
            sees_events: self.sees_events,
            step: Cell::new(self.step.get()),
            rows: Cell::new(false),
            stop: Cell::new(None),
        }
    }

    /// The same question with nothing beside; what it counts must be noted here.
    pub(crate) fn alone(&self) -> Look<'_> {
        Look { previous: None, ..self.on(self.reader) }
    }

    /// The step in use.
    pub(crate) fn step(&self) -> Step {
        self.step.get()
    }

    /// Uses a day at least.
    pub(crate) fn at_least_days(&self) {
        if matches!(self.step.get(), Step::Even(_)) {
            self.step.set(Step::Day);
        }
    }

    /// The edges of the buckets, and those of the period before as far as it goes.
    pub(crate) fn edges(&self) -> Result<Edges> {
        Edges::new(self.step(), self.ask.range, &self.ask.zone, self.previous)
    }

    /// The range as one bucket, and the period before.
    pub(crate) fn whole(&self) -> (Vec<i64>, Option<Vec<i64>>) {
        let ends = |range: Range| vec![range.from.0, range.to.0];
        (ends(self.ask.range), self.previous.map(ends))
    }

    /// The range, and the period before where it is compared, each as one bucket.
    pub(crate) fn periods(&self) -> Vec<Vec<i64>> {
        let (now, before) = self.whole();
        std::iter::once(now).chain(before).collect()
    }

    /// Counts, and remembers how.
    pub(crate) fn tally(&self, wants: &[Want], take: &mut (dyn FnMut(usize, &Hit) + Send)) -> Result<()> {
        let done = tally(self.reader, wants, take)?;
        self.note(done.origin, done.stop);
        Ok(())
    }

    /// Remembers how something was counted.
    pub(crate) fn note(&self, origin: Origin, stop: Option<Stop>) {
        self.rows.set(self.rows.get() || origin == Origin::Rows);
        self.stop.set(self.stop.get().or(stop));
    }

    /// Where the numbers came from, and why they are not whole.
    pub(crate) fn outcome(&self) -> (Origin, Option<Stop>) {
        (if self.rows.get() { Origin::Rows } else { Origin::Rollup }, self.stop.get())
    }
}
