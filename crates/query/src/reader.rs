//! Someone's look at the data: what may be seen, narrowed by what was asked for, within a budget.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use event::column::Column;
use event::mask::holds_address;
use event::{Batch, field};
use keys::{Addresses, Permission, Scope};
use ledger::{Unit, View};
use serde::Serialize;

use crate::budget::{Budget, Stop};
use crate::error::{Error, Result};
use crate::eval::{Compiled, Mask};
use crate::lang::Filter;

/// How fresh and how whole an answer is. Part of every answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// Everything received before this moment is in the answer.
    pub watermark: String,
    /// Whether something is missing.
    pub partial: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_reason: Option<&'static str>,
}

/// A look at the data.
pub(crate) struct Reader<'a> {
    pub(crate) view: &'a View,
    pub(crate) budget: &'a Budget,
    /// What this caller may see at all.
    bounds: Filter,
    /// What was asked for.
    pub(crate) asked: Filter,
    /// Both.
    pub(crate) filter: Filter,
    pub(crate) compiled: Compiled,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        view: &'a View,
        scope: &Scope,
        asked: &Filter,
        budget: &'a Budget,
    ) -> Result<Reader<'a>> {
        if asked.tells_addresses() && !scope.principal().may(Permission::EventsRead) {
            return Err(Error::Withheld(
                "only those who may read events filter by single client addresses; a network such as ip:203.0.113.0/24 is fine",
            ));
        }
        Ok(Reader::with(view, bounds(scope)?, asked.clone(), budget))
    }

    /// A look within bounds that were found before.
    pub(crate) fn with(view: &'a View, bounds: Filter, asked: Filter, budget: &'a Budget) -> Reader<'a> {
        let filter = bounds.and(&asked);
        let compiled = Compiled::new(&filter);
        Reader { view, budget, bounds, asked, filter, compiled }
    }

    /// The same caller asking for something else.
    pub(crate) fn asking(&self, asked: &Filter) -> Reader<'a> {
        Reader::with(self.view, self.bounds.clone(), asked.clone(), self.budget)
    }

    /// Whether the caller may see some events only.
    pub(crate) fn is_limited(&self) -> bool {
        !self.bounds.is_all()
    }

    /// How whole an answer is that was stopped, or not.
    pub(crate) fn standing(&self, stop: Option<Stop>) -> Standing {
        Standing {
            watermark: self.view.watermark.to_string(),
            partial: stop.is_some(),
            partial_reason: stop.map(Stop::words),
        }
    }

    /// What to read for `[from, to)`, latest first.
    pub(crate) fn units(&self, from: i64, to: i64) -> Result<Vec<Unit>> {
        let mut units = Vec::new();
        for source in self.view.sources(from, to) {
            units.extend(source.units()?.into_iter().filter(|u| u.time_min < to && u.time_max >= from));
        }
        Ok(units)
    }

    /// Does some work for each unit on all threads of the budget and takes the results as they come.
    pub(crate) fn each<T: Send>(
        &self,
        units: &[Unit],
        work: impl Fn(usize, &Unit) -> Result<T> + Sync,
        mut take: impl FnMut(T) + Send,
    ) -> Result<Option<Stop>> {
        let threads = self.budget.thread_count().min(units.len());
        if threads <= 1 {
            for (at, unit) in units.iter().enumerate() {
                if let Some(stop) = self.budget.spent() {
                    return Ok(Some(stop));
                }
                take(work(at, unit)?);
            }
            return Ok(None);
        }
        let next = AtomicUsize::new(0);
        let shared = Mutex::new((&mut take, Ok(None)));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(unit) = units.get(at) else { break };
                        let stop = self.budget.spent();
                        let done = if stop.is_none() { Some(work(at, unit)) } else { None };
                        let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        match done {
                            Some(Ok(result)) => (held.0)(result),
                            Some(Err(error)) => held.1 = Err(error),
                            None => held.1 = Ok(stop),
                        }
                        if !matches!(held.1, Ok(None)) {
                            next.store(units.len(), Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        shared.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// What a caller may see at all: the one place where a scope becomes a filter. All its filters hold at once.
pub(crate) fn bounds(scope: &Scope) -> Result<Filter> {
    let filters = scope.row_filters();
    let bounds = filters.iter().try_fold(Filter::all(), |bounds, text| {
        Ok::<_, Error>(bounds.and(&Filter::parse(text).map_err(Error::Scope)?))
    })?;
    // What is looked at has no whole addresses: `-ip:192.0.2.1` would then keep out nothing.
    let tells = || bounds.tells_addresses() || filters.iter().any(|text| holds_address(text));
    if scope.principal().addresses() != Addresses::Whole && tells() {
        return Err(Error::Withheld(
            "what your account may see is bounded by addresses, which it does not see whole: an admin can bound it otherwise",
        ));
    }
    Ok(bounds)
}

/// The rows of a batch whose time lies in `[from, to)`.
pub(crate) fn during(batch: &Batch, from: i64, to: i64) -> Mask {
    match batch.column(field::TIME) {
        Some(Column::Int(times)) => {
            Mask::of(times.len(), |row| times.get(row).is_some_and(|t| (from..to).contains(t)))
        }
        _ => Mask::none(batch.len()),
    }
}
