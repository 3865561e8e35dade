//! How many events of each day match a filter, counted from rows: what is held beyond its time is decided by this. Roll-ups
//! are not asked, because they name only so many keys.

use std::collections::BTreeMap;

use event::field;
use event::time::DAY;
use keys::Scope;
use ledger::{Unit, View};
use serde::Serialize;

use crate::budget::{Budget, Stop};
use crate::error::Result;
use crate::eval::Mask;
use crate::lang::Filter;
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;

/// Matching events by UTC day, in days since the epoch; days without one are left out.
#[derive(Clone, Debug, Serialize)]
pub struct Matches {
    /// How many, by day.
    pub days: BTreeMap<i64, u64>,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Matching events of the days from `first` to `last`, both included.
pub fn matches(
    view: &View,
    scope: &Scope,
    filter: &Filter,
    (first, last): (i64, i64),
    budget: &Budget,
) -> Result<Matches> {
    let reader = Reader::new(view, scope, filter, budget)?;
    let (days, stop) = count(&reader, first.saturating_mul(DAY), last.saturating_add(1).saturating_mul(DAY))?;
    Ok(Matches { days, standing: reader.standing(stop) })
}

/// Matching events of one day; none when the budget was used up before all were counted. It is asked by who removes days, for
/// nobody, and so needs no scope: no one is shown what it finds.
pub fn of_day(view: &View, filter: &Filter, day: i64, budget: &Budget) -> Result<Option<u64>> {
    let reader = Reader::with(view, Filter::all(), filter.clone(), budget);
    let from = day.saturating_mul(DAY);
    let (days, stop) = count(&reader, from, from.saturating_add(DAY))?;
    Ok(stop.is_none().then(|| days.values().sum()))
}

type Days = BTreeMap<i64, u64>;

fn count(reader: &Reader<'_>, from: i64, to: i64) -> Result<(Days, Option<Stop>)> {
    let units = reader.units(from, to)?;
    let work = |_: usize, unit: &Unit| -> Result<Days> {
        let mut found = Days::new();
        if !reader.compiled.may_match(unit)? {
            return Ok(found);
        }
        let read = Selected::read(reader, unit, &[], |batch| {
            let mut mask = reader.compiled.mask(batch);
            mask.and(&during(batch, from, to));
            vec![mask]
        })?;
        let Some(read) = read else { return Ok(found) };
        let times = read.batch().column(field::TIME);
        for row in read.masks.first().map(Mask::rows).unwrap_or_default() {
            let time = times.and_then(|times| times.int(row as usize)).unwrap_or(0);
            *found.entry(time.div_euclid(DAY)).or_default() += 1;
        }
        Ok(found)
    };
    let mut days = Days::new();
    let stop = reader.each(&units, work, |found| {
        found.into_iter().for_each(|(day, events)| *days.entry(day).or_default() += events);
    })?;
    Ok((days, stop))
}
