//! The rows of a list: counted all together, then ordered, searched and cut to the page.

use event::Timestamp;
use ledger::Sym;
use ledger::cube::cube;
use serde::Serialize;

use super::{Ask, Dimension, Place, Sums, seen};
use crate::budget::Stop;
use crate::error::Result;
use crate::lang::Filter;
use crate::range::Range;
use crate::reader::Reader;
use crate::tally::{Hit, Numbered, Origin, TRAFFIC, Want, details, tally};
use crate::text::Finder;

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The value it is about.
    pub key: String,
    /// The same for people.
    pub label: String,
    /// The filter that keeps only this row.
    pub filter: String,
    /// What stands beside it: the id of a consumer, the API of a route, the class of an agent.
    pub detail: Option<String>,
    /// Calls.
    pub calls: u64,
    /// Of all calls, 0 to 1.
    pub share: f64,
    /// Calls of the period before.
    pub previous: Option<u64>,
    /// By how much they grew; none when there were none.
    pub change: Option<f64>,
    /// Whether it is new, gone or the same as before.
    pub state: Option<&'static str>,
    /// Calls that ended with 4xx.
    pub client_errors: u64,
    /// Calls that ended with 5xx.
    pub errors: u64,
    /// Calls the gateway refused.
    pub denied: u64,
    /// Bytes of the responses, where they are summed.
    pub bytes: Option<u64>,
    /// Median response time in milliseconds.
    pub p50: Option<f64>,
    /// Response time in milliseconds that 95 of 100 calls do not exceed.
    pub p95: Option<f64>,
    /// The hour it was first seen in, of all that is kept.
    pub first_seen: Option<String>,
    /// The hour it was last seen in.
    pub last_seen: Option<String>,
    /// Calls of each bucket.
    pub spark: Vec<u64>,
    /// Whether the directory knows it; none without one.
    pub known: Option<bool>,
}

/// What was counted of all keys.
pub(super) struct Counted {
    pub(super) keys: Numbered<Sym, Sums>,
    pub(super) total: u64,
    pub(super) missing: u64,
    pub(super) compared: bool,
    pub(super) origin: Origin,
    pub(super) stop: Option<Stop>,
}

/// Counts every key.
pub(super) fn count(
    reader: &Reader<'_>,
    dimension: &Dimension,
    edges: &[i64],
    previous: Option<Range>,
) -> Result<Counted> {
    let counts = &dimension.counts;
    let ends = [edges.first(), edges.last()].map(|edge| edge.copied().unwrap_or(0));
    let range = Range::new(Timestamp(ends[0]), Timestamp(ends[1]));
    let over_time = Want::new(counts.outcomes, edges.to_vec()).of_keys();
    let mut wants =
        vec![Want::new(TRAFFIC, ends.to_vec()), Want::new(counts.outcomes, ends.to_vec()), over_time];
    if dimension.has_latency {
        wants.push(Want::new(counts.latency, ends.to_vec()));
    }
    let before = wants.len();
    wants.extend(previous.map(|range| Want::new(counts.outcomes, vec![range.from.0, range.to.0])));
    let coarse = counts.latency.first().and_then(|name| cube(name)).is_some_and(|cube| cube.coarse);
    let buckets = edges.len().saturating_sub(1);
    let (mut total, mut missing) = (0, 0);
    let mut keys: Numbered<Sym, Sums> = Numbered::default();
    let budget = reader.budget;
    let done = tally(reader, &wants, &mut |want, hit| {
        if want == 0 {
            total += hit.calls;
            return;
        }
        let key = counts.place.key(hit);
        if key == 0 {
            missing += if want == 1 { hit.calls } else { 0 };
            return;
        }
        let sums = keys.entry(key).or_insert_with(|| {
            budget.hold(buckets * 8 + size_of::<Sums>());
            Sums { spark: vec![0; buckets], ..Sums::default() }
        });
        match want {
            1 => sums.add(hit, counts.place),
            2 => sums.spark.get_mut(hit.bucket).into_iter().for_each(|n| *n += hit.calls),
            _ if want == before => sums.before += hit.calls,
            _ if coarse => sums.latencies.add_coarse(hit.latency, hit.calls),
            _ => sums.latencies.add(hit.latency, hit.calls),
        }
    })?;
    keys.retain(|_, sums| sums.calls > 0 || sums.before > 0);
    if keys.values().any(|sums| sums.lacks_detail) {
        let details = details(reader, counts.outcomes.get(..1).unwrap_or(&[]), range)?;
        keys.iter_mut().for_each(|(key, sums)| sums.detail = details.get(key).copied().unwrap_or(0));
    }
    Ok(Counted { keys, total, missing, compared: previous.is_some(), origin: done.origin, stop: done.stop })
}

impl Sums {
    fn add(&mut self, hit: &Hit, place: Place) {
        let when = |is: bool| if is { hit.calls } else { 0 };
        self.calls += hit.calls;
        self.client_errors += when(hit.status / 100 == 4);
        self.errors += when(hit.status / 100 == 5);
        self.denied += when(hit.reason != 0);
        self.bytes += hit.bytes.unwrap_or(0);
        self.lacks_bytes |= hit.bytes.is_none();
        self.lacks_detail |= !hit.has_detail;
        // Of several, always the same one.
        self.detail = self.detail.max(place.detail(hit));
    }
}

/// Orders all rows and keeps those of the page; with how many there are.
pub(super) fn page(
    reader: &Reader<'_>,
    dimension: &Dimension,
    ask: &Ask,
    counted: &mut Counted,
) -> Result<(Vec<Row>, u64)> {
    let keys = std::mem::take(&mut counted.keys);
    let mut rows: Vec<(Sym, Row)> =
        keys.into_iter().map(|(key, sums)| (key, row(reader, dimension, (key, sums), counted))).collect();
    if let Some(search) = ask.search.as_ref().map(|text| Finder::new(text)) {
        let held = |text: Option<&String>| text.is_some_and(|text| search.is_in(text));
        rows.retain(|(_, row)| [Some(&row.key), Some(&row.label), row.detail.as_ref()].into_iter().any(held));
    }
    let rows_total = rows.len() as u64;
    if ask.sort.needs_seen {
        seen::fill(reader, dimension, &mut rows, counted)?;
    }
    rows.sort_by(|(_, a), (_, b)| ask.sort.compare(a, b, ask.ascending));
    let mut rows: Vec<(Sym, Row)> = rows.into_iter().skip(ask.offset).take(ask.limit).collect();
    if !ask.sort.needs_seen {
        seen::fill(reader, dimension, &mut rows, counted)?;
    }
    Ok((rows.into_iter().map(|(_, row)| row).collect(), rows_total))
}

fn row(reader: &Reader<'_>, dimension: &Dimension, (key, sums): (Sym, Sums), counted: &Counted) -> Row {
    let symbols = reader.view.symbols();
    let key = symbols.text(key);
    let beside = Some(symbols.text(sums.detail)).filter(|text| !text.is_empty() && *text != key);
    let named = dimension.counts.place == Place::KeyNamed;
    Row {
        label: beside.clone().filter(|_| named).unwrap_or_else(|| key.clone()),
        filter: Filter::term(dimension.field, Some(&key)),
        detail: beside.filter(|_| !named),
        key,
        calls: sums.calls,
        share: if counted.total == 0 { 0.0 } else { sums.calls as f64 / counted.total as f64 },
        previous: counted.compared.then_some(sums.before),
        change: (sums.before > 0).then(|| (sums.calls as f64 - sums.before as f64) / sums.before as f64),
        state: counted.compared.then_some(match (sums.calls, sums.before) {
            (_, 0) => "new",
            (0, _) => "gone",
            _ => "same",
        }),
        client_errors: sums.client_errors,
        errors: sums.errors,
        denied: sums.denied,
        bytes: (!sums.lacks_bytes).then_some(sums.bytes),
        p50: sums.latencies.quantile_ms(0.50),
        p95: sums.latencies.quantile_ms(0.95),
        first_seen: None,
        last_seen: None,
        spark: sums.spark,
        known: None,
    }
}
