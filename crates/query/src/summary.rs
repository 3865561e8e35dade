//! The key figures of a window and of the one before it. Their definitions are the contract's:
//!
//! - success rate: 2xx of all calls; a call without a status counts when its gateway says `success`
//! - availability: not 5xx; a call without a status counts against it when its gateway says `failure` and did not
//!   refuse it itself
//! - denied: the gateway did not forward the call, whatever the status, so quota and rate limits count too
//! - consumers: distinct names (or ids) of identified consumers; calls without one have their own number
//! - calls a day: over the window, cut to where data begins and to now
//! - peak hour: the clock hour of the zone with the most calls

use std::collections::BTreeMap;

use event::time::{DAY, HOUR};
use event::{FieldId, Timestamp, field};
use keys::Scope;
use ledger::{Sym, Unit, View};
use serde::Serialize;

use crate::budget::{Budget, Stop};
use crate::error::Result;
use crate::eval::{Mask, RowReasons};
use crate::histogram::reason_words;
use crate::lang::Filter;
use crate::quantile::Latencies;
use crate::range::{Compare, Range, Zone};
use crate::reader::{Reader, Standing, during};
use crate::scan::Selected;
use crate::step::Step;
use crate::tally::{CONSUMERS, LATENCY, Numbers, Origin, TRAFFIC, Want, tally};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Zone of the peak hour.
    pub zone: Zone,
    /// Which period stands beside; the one before where there is none.
    pub compare: Compare,
    /// The moment of asking.
    pub now: Timestamp,
}

/// The hour with the most calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PeakHour {
    /// When it starts.
    pub start: String,
    /// Its calls.
    pub calls: u64,
}

/// The figures of one window.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Start of the window.
    pub from: String,
    /// End of the window.
    pub to: String,
    /// All calls.
    pub total_calls: u64,
    /// Distinct identified consumers.
    pub unique_consumers: u64,
    /// Calls of nobody known.
    pub unidentified_calls: u64,
    /// Calls a day.
    pub avg_calls_per_day: f64,
    /// 2xx of all, 0 to 1.
    pub success_rate: Option<f64>,
    /// Not 5xx of all, 0 to 1.
    pub availability: Option<f64>,
    /// Calls the gateway refused.
    pub denied_requests: u64,
    /// The hour with the most calls.
    pub peak_hour: Option<PeakHour>,
    /// Median response time.
    pub p50_ms: Option<f64>,
    /// Response time that 95 of 100 calls do not exceed.
    pub p95_ms: Option<f64>,
    /// Response time that 99 of 100 calls do not exceed.
    pub p99_ms: Option<f64>,
    /// Calls by status; `unknown` without one.
    pub by_status: BTreeMap<String, u64>,
    /// Refused calls by reason.
    pub by_reason: BTreeMap<String, u64>,
}

/// The figures of a window and of the one before it.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Of the window asked for.
    #[serde(flatten)]
    pub figures: Figures,
    /// Of the window before.
    pub previous: Figures,
    /// Where the numbers came from.
    pub source: Origin,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// The figures of a window and of the one before it.
pub fn summary(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Summary> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let ranges =
        [ask.range, ask.compare.period(ask.range, ask.now).unwrap_or_else(|| ask.range.previous(ask.now))];
    let found = figures(&reader, &ranges, &ask.zone, ask.now, ALL)?;
    let mut each = found.figures.into_iter();
    Ok(Summary {
        figures: each.next().unwrap_or_default(),
        previous: each.next().unwrap_or_default(),
        source: found.origin,
        standing: reader.standing(found.stop),
    })
}

/// Figures of several windows.
pub(crate) struct Found {
    pub(crate) figures: Vec<Figures>,
    pub(crate) origin: Origin,
    pub(crate) stop: Option<Stop>,
}

#[derive(Default)]
struct Sums {
    hours: Vec<u64>,
    by_status: BTreeMap<u16, u64>,
    by_reason: BTreeMap<u8, u64>,
    consumers: Numbers<Sym>,
    unidentified: u64,
    latencies: Latencies,
}

/// What figures are made from. Each has roll-ups of its own, and a filter may be known to those of one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Calls by status and reason.
    Traffic,
    /// The same hour by hour, which of many keys no roll-up has.
    Hours,
    /// Calls by consumer.
    Consumers,
    /// Calls by response time.
    Latency,
}

/// Everything figures are made from.
const ALL: &[Basis] = &[Basis::Hours, Basis::Consumers, Basis::Latency];

/// The figures of some windows that are made from `parts`, counted together; the others stay empty.
pub(crate) fn figures(
    reader: &Reader<'_>,
    ranges: &[Range],
    zone: &Zone,
    now: Timestamp,
    parts: &[Basis],
) -> Result<Found> {
    let hours: Vec<Vec<i64>> = ranges.iter().map(|range| Step::Even(HOUR).cut(*range, zone)).collect();
    let mut wants = Vec::new();
    for (range, hours) in ranges.iter().zip(&hours) {
        let ends = || vec![range.from.0, range.to.0];
        wants.extend(parts.iter().map(|part| match part {
            Basis::Traffic => Want::new(TRAFFIC, ends()),
            Basis::Hours => Want::new(TRAFFIC, hours.clone()),
            Basis::Consumers => Want::new(CONSUMERS, ends()),
            Basis::Latency => Want::new(LATENCY, ends()),
        }));
    }
    let mut sums: Vec<Sums> =
        hours.iter().map(|h| Sums { hours: vec![0; h.len()], ..Sums::default() }).collect();
    let done = tally(reader, &wants, &mut |want, hit| {
        let Some(sums) = sums.get_mut(want / parts.len()) else { return };
        match parts.get(want % parts.len()) {
            Some(part @ (Basis::Traffic | Basis::Hours)) => {
                let hour = sums.hours.get_mut(hit.bucket).filter(|_| *part == Basis::Hours);
                hour.into_iter().for_each(|n| *n += hit.calls);
                *sums.by_status.entry(hit.status).or_default() += hit.calls;
                if hit.reason != 0 {
                    *sums.by_reason.entry(hit.reason).or_default() += hit.calls;
                }
            }
            Some(Basis::Consumers) if hit.key == 0 => sums.unidentified += hit.calls,
            Some(Basis::Consumers) => {
                sums.consumers.insert(hit.key);
            }
            Some(Basis::Latency) => sums.latencies.add(hit.latency, hit.calls),
            None => {}
        }
    })?;
    let mut figures = Vec::new();
    let mut stop = done.stop;
    let first_data = reader.view.span().map(|(first, _)| first);
    for ((range, sums), hours) in ranges.iter().zip(sums).zip(&hours) {
        let unknown = sums.by_status.get(&0).copied().unwrap_or(0);
        let (judged, stopped) =
            if unknown > 0 { outcomes(reader, *range)? } else { (Outcomes::default(), None) };
        stop = stop.or(stopped);
        figures.push(finish(*range, &sums, hours, &judged, zone, (first_data, now)));
    }
    Ok(Found { figures, origin: done.origin, stop })
}

fn finish(
    range: Range,
    sums: &Sums,
    hours: &[i64],
    judged: &Outcomes,
    zone: &Zone,
    (first, now): (Option<i64>, Timestamp),
) -> Figures {
    let total: u64 = sums.by_status.values().sum();
    let of_class = |class: u16| -> u64 {
        sums.by_status.iter().filter(|(s, _)| **s / 100 == class).map(|(_, n)| n).sum()
    };
    let rate = |n: u64| (total > 0).then(|| n as f64 / total as f64);
    let start = range.from.0.max(first.unwrap_or(range.from.0));
    let days = (range.to.min(now.max(range.from)).0 - start) as f64 / DAY as f64;
    let peak = sums.hours.iter().enumerate().max_by_key(|(at, calls)| (**calls, std::cmp::Reverse(*at)));
    let peak = peak.filter(|(_, calls)| **calls > 0).and_then(|(at, calls)| Some((hours.get(at)?, calls)));
    let status_name = |s: &u16| if *s == 0 { "unknown".to_owned() } else { s.to_string() };
    Figures {
        from: range.from.to_string(),
        to: range.to.to_string(),
        total_calls: total,
        unique_consumers: sums.consumers.len() as u64,
        unidentified_calls: sums.unidentified,
        avg_calls_per_day: if days > 0.0 { total as f64 / days } else { 0.0 },
        success_rate: rate(of_class(2) + judged.success),
        availability: rate(total - of_class(5) - judged.failure.min(total - of_class(5))),
        denied_requests: sums.by_reason.values().sum(),
        peak_hour: peak.map(|(start, calls)| PeakHour {
            start: Timestamp(Step::Even(HOUR).floor(*start, zone)).to_string(),
            calls: *calls,
        }),
        p50_ms: sums.latencies.quantile_ms(0.50),
        p95_ms: sums.latencies.quantile_ms(0.95),
        p99_ms: sums.latencies.quantile_ms(0.99),
        by_status: sums.by_status.iter().map(|(s, n)| (status_name(s), *n)).collect(),
        by_reason: sums.by_reason.iter().map(|(r, n)| (reason_words(*r).0.to_owned(), *n)).collect(),
    }
}

/// Calls without a status that their gateway judged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) success: u64,
    /// Failed, though the gateway let them pass.
    pub(crate) failure: u64,
}

/// Looks through the calls without a status; only gateways that log none cost this.
pub(crate) fn outcomes(reader: &Reader<'_>, range: Range) -> Result<(Outcomes, Option<Stop>)> {
    const FIELDS: &[FieldId] = &[field::STATUS, field::OUTCOME, field::GRANTED, field::REASON];
    let (from, to) = (range.from.0, range.to.0);
    let Ok(unknown) = Filter::parse("status:\"\"") else { return Ok((Outcomes::default(), None)) };
    let reader = reader.asking(&reader.asked.and(&unknown));
    let units = reader.units(from, to)?;
    let work = |_: usize, unit: &Unit| -> Result<Outcomes> {
        let mut sums = Outcomes::default();
        if !reader.compiled.may_match(unit)? {
            return Ok(sums);
        }
        let read = Selected::read(&reader, unit, FIELDS, |batch| {
            let mut mask = reader.compiled.mask(batch);
            mask.and(&during(batch, from, to));
            vec![mask]
        })?;
        let Some(read) = read else { return Ok(sums) };
        let (outcome, reasons) = (read.batch().column(field::OUTCOME), RowReasons::new(read.batch()));
        for row in read.masks.first().map(Mask::rows).unwrap_or_default() {
            match outcome.and_then(|c| c.text(row as usize)) {
                Some("success") => sums.success += 1,
                Some("failure") if reasons.get(row as usize) == 0 => sums.failure += 1,
                _ => {}
            }
        }
        Ok(sums)
    };
    let mut all = Outcomes::default();
    let stop = reader.each(&units, work, |found| {
        all.success += found.success;
        all.failure += found.failure;
    })?;
    Ok((all, stop))
}
