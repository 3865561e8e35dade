//! How much of each quota is used: calls against the limit of a plan in its period, who was refused, and when the rest
//! will be used up if it goes on like this. Calls refused because a quota was used up do not count towards it.

use event::Timestamp;
use event::reason::REASONS;
use jiff::ToSpan as _;
use keys::Scope;
use ledger::{Sym, View};
use serde::Serialize;

use super::seen::{Sought, Stretches, days, hours};
use crate::budget::{Budget, Stop};
use crate::error::Result;
use crate::lang::Filter;
use crate::range::{Range, Zone};
use crate::reader::{Reader, Standing};
use crate::tally::{CONSUMER_OUTCOMES, Hit, Numbered, Origin, Want, tally};

/// Rows of an answer at most, those nearest to their limit.
const ROWS_MAX: usize = 1_000;

/// A plan of the catalogue that has a quota.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Other texts by which events name it.
    pub texts: Vec<String>,
    /// Calls for each period.
    pub limit: u64,
    /// In how long.
    pub period: Every,
    /// Whether each key has the quota; else each consumer.
    pub is_of_keys: bool,
}

/// The period of a quota, by the clocks of the asked zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Every {
    Hour,
    Day,
    Week,
    Month,
    Year,
    /// No period is known: the range that is asked for.
    Range,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct QuotaAsk {
    /// The periods are those in which it ends.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Zone of the periods.
    pub zone: Zone,
    /// The moment of asking.
    pub now: Timestamp,
}

/// How quotas are used.
#[derive(Debug, Serialize)]
pub struct Quotas {
    /// Callers and their plans, those nearest to the limit first.
    pub rows: Vec<Quota>,
    /// What to know about it.
    pub note: Option<String>,
    /// Zone of the periods.
    pub tz: Zone,
    /// Where the numbers came from.
    pub source: Origin,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// How one caller uses a quota.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quota {
    /// The plan; none without a catalogue.
    pub plan: Option<String>,
    /// The consumer, when the quota is theirs.
    pub consumer: Option<String>,
    /// The key, when the quota is of each key.
    pub key: Option<String>,
    /// The caller for people.
    pub label: String,
    /// The filter that keeps these calls.
    pub filter: String,
    /// Calls for each period.
    pub limit: Option<u64>,
    /// In how long.
    pub period: Every,
    /// Start of the period.
    pub period_start: String,
    /// End of the period.
    pub period_end: String,
    /// Calls in the period, as far as it is over.
    pub calls: u64,
    /// Of the limit; beyond 1 when more got through.
    pub share: Option<f64>,
    /// Calls refused in the period because the quota was used up.
    pub rejected: u64,
    /// The hour of the first of them.
    pub first_rejected: Option<String>,
    /// The hour of the last of them.
    pub last_rejected: Option<String>,
    /// How it ends if it goes on like this; none when the period is over.
    pub forecast: Option<Forecast>,
}

/// How a period ends if calls go on at the pace of what is over of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// When the limit is reached; none when it is not in this period.
    pub exhausted_at: Option<String>,
    /// Calls at the end of the period.
    pub expected_calls: u64,
}

/// What counts of one caller and plan.
#[derive(Clone, Copy, Default)]
struct Sums {
    calls: u64,
    rejected: u64,
}

/// How much of each quota is used. Without plans: who was refused because a quota was used up.
pub fn quotas(view: &View, scope: &Scope, plans: &[Plan], ask: &QuotaAsk, budget: &Budget) -> Result<Quotas> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let mut found = Found { origin: Origin::Rollup, stop: None, rows: Vec::new() };
    if plans.is_empty() {
        refused(&reader, ask, &mut found)?;
    } else {
        for is_of_keys in [false, true] {
            for every in [Every::Hour, Every::Day, Every::Week, Every::Month, Every::Year] {
                let alike = |plan: &&Plan| plan.period == every && plan.is_of_keys == is_of_keys;
                let alike: Vec<&Plan> = plans.iter().filter(alike).collect();
                if !alike.is_empty() {
                    against(&reader, &alike, ask, &mut found)?;
                }
            }
        }
    }
    let mut rows = found.rows;
    rows.sort_by(|a, b| {
        let share = |row: &Quota| row.share.unwrap_or(0.0);
        share(b)
            .total_cmp(&share(a))
            .then_with(|| b.rejected.cmp(&a.rejected))
            .then_with(|| (&a.label, &a.plan).cmp(&(&b.label, &b.plan)))
    });
    let mut notes = Vec::new();
    if plans.is_empty() {
        notes.push(
            "no plan with a quota is known, so there is no limit to compare with: import plans into the directory, or \
             write them by hand (docs/directory.md)"
                .to_owned(),
        );
    }
    if rows.len() > ROWS_MAX {
        notes.push(format!("only the {ROWS_MAX} nearest to their limit are listed"));
        rows.truncate(ROWS_MAX);
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    let standing = reader.standing(found.stop);
    Ok(Quotas { rows, note, tz: ask.zone.clone(), source: found.origin, standing })
}

struct Found {
    origin: Origin,
    stop: Option<Stop>,
    rows: Vec<Quota>,
}

/// The moment up to which is counted.
fn end(ask: &QuotaAsk) -> i64 {
    ask.range.to.0.min(ask.now.0)
}

/// Where a period that holds a moment begins and ends.
fn period(every: Every, at: i64, zone: &Zone) -> Option<Range> {
    let local = zone.local(at)?;
    let date = local.date();
    let (first, next) = match every {
        Every::Hour => {
            let start = crate::step::Step::Even(event::time::HOUR).floor(at, zone);
            return Some(Range::new(Timestamp(start), Timestamp(start + event::time::HOUR)));
        }
        Every::Day => (date, date.checked_add(1.day()).ok()?),
        Every::Week => {
            let monday = date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()?;
            (monday, monday.checked_add(1.week()).ok()?)
        }
        Every::Month => (date.first_of_month(), date.first_of_month().checked_add(1.month()).ok()?),
        Every::Year => (date.first_of_year(), date.first_of_year().checked_add(1.year()).ok()?),
        Every::Range => return None,
    };
    Some(Range::new(Timestamp(zone.start_of(first)?), Timestamp(zone.start_of(next)?)))
}

const CONSUMER_PLAN: &[&str] = &["consumer_plan"];
const KEY_PLAN: &[&str] = &["key_plan"];
const KEYS: &[&str] = &["api_key"];

fn is_quota(hit: &Hit) -> bool {
    let code =
        hit.reason.checked_sub(1).and_then(|at| REASONS.get(usize::from(at))).map(|reason| reason.code);
    code == Some("quota_exceeded")
}

fn refused_key(hit: &Hit) -> Sym {
    if is_quota(hit) { hit.key } else { 0 }
}

/// Counts plans of the same period and the same kind of callers.
fn against(reader: &Reader<'_>, plans: &[&Plan], ask: &QuotaAsk, found: &mut Found) -> Result<()> {
    let Some(first) = plans.first() else { return Ok(()) };
    let Some(whole) = period(first.period, end(ask) - 1, &ask.zone) else { return Ok(()) };
    let over = Range::new(whole.from, Timestamp(end(ask)));
    let cubes = if first.is_of_keys { KEY_PLAN } else { CONSUMER_PLAN };
    let symbols = reader.view.symbols();
    let mut named: Numbered<Sym, usize> = Numbered::default();
    for (at, plan) in plans.iter().enumerate() {
        let texts = std::iter::once(&plan.name).chain(&plan.texts);
        // Numbered now if need be: texts of events that nobody asked about yet have no numbers.
        named.extend(texts.map(|text| (symbols.sym(text), at)));
    }
    let sums =
        count(reader, cubes, over, found, |hit| named.get(&hit.detail).copied().filter(|_| hit.detail != 0))?;
    let times = rejections(reader, cubes, over, &sums, found)?;
    for ((key, plan), sums) in sums {
        let Some(plan) = plans.get(plan) else { continue };
        let name = symbols.text(key);
        let field = if plan.is_of_keys { "key" } else { "consumer" };
        let filter = [Filter::term(field, Some(&name)), Filter::term("plan", Some(&plan.name))].join(" ");
        let share = sums.calls as f64 / plan.limit.max(1) as f64;
        found.rows.push(Quota {
            plan: Some(plan.name.clone()),
            limit: Some(plan.limit),
            period: plan.period,
            share: Some(share),
            forecast: forecast(sums.calls, plan.limit, over, whole),
            ..row(name, plan.is_of_keys, filter, whole, sums, times.get(&key))
        });
    }
    Ok(())
}

/// Who was refused because a quota was used up: consumers, and where none was identified, keys.
fn refused(reader: &Reader<'_>, ask: &QuotaAsk, found: &mut Found) -> Result<()> {
    let over = Range::new(ask.range.from, Timestamp(end(ask).max(ask.range.from.0)));
    for (cubes, is_of_keys) in [(CONSUMER_OUTCOMES, false), (KEYS, true)] {
        let mut sums = count(reader, cubes, over, found, |_| Some(0))?;
        sums.retain(|_, sums| sums.rejected > 0);
        let times = rejections(reader, cubes, over, &sums, found)?;
        for ((key, _), sums) in sums {
            let name = reader.view.symbols().text(key);
            let filter = Filter::term(if is_of_keys { "key" } else { "consumer" }, Some(&name));
            found.rows.push(row(name, is_of_keys, filter, ask.range, sums, times.get(&key)));
        }
        if !found.rows.is_empty() {
            break;
        }
    }
    Ok(())
}

fn row(
    name: String,
    is_of_keys: bool,
    filter: String,
    whole: Range,
    sums: Sums,
    times: Option<&(i64, i64)>,
) -> Quota {
    Quota {
        plan: None,
        consumer: (!is_of_keys).then(|| name.clone()),
        key: is_of_keys.then(|| name.clone()),
        label: name,
        filter,
        limit: None,
        period: Every::Range,
        period_start: whole.from.to_string(),
        period_end: whole.to.to_string(),
        calls: sums.calls,
        share: None,
        rejected: sums.rejected,
        first_rejected: times.map(|(first, _)| Timestamp(*first).to_string()),
        last_rejected: times.map(|(_, last)| Timestamp(*last).to_string()),
        forecast: None,
    }
}

type Callers = std::collections::BTreeMap<(Sym, usize), Sums>;

fn count(
    reader: &Reader<'_>,
    cubes: &'static [&'static str],
    over: Range,
    found: &mut Found,
    plan: impl Fn(&Hit) -> Option<usize> + Sync,
) -> Result<Callers> {
    let mut callers = Callers::new();
    let want = [Want::new(cubes, vec![over.from.0, over.to.0])];
    let done = tally(reader, &want, &mut |_, hit| {
        if let (Some(plan), true) = (plan(hit), hit.key != 0) {
            let sums = callers.entry((hit.key, plan)).or_default();
            if is_quota(hit) {
                sums.rejected += hit.calls;
            } else {
                sums.calls += hit.calls;
            }
        }
    })?;
    if done.origin == Origin::Rows {
        found.origin = Origin::Rows;
    }
    found.stop = found.stop.or(done.stop);
    Ok(callers)
}

/// The hours in which callers were refused first and last.
fn rejections(
    reader: &Reader<'_>,
    cubes: &'static [&'static str],
    over: Range,
    callers: &Callers,
    found: &mut Found,
) -> Result<Stretches> {
    if callers.values().all(|sums| sums.rejected == 0) {
        return Ok(Stretches::default());
    }
    let sought = Sought { cubes, key: refused_key };
    let Some(days) = days(reader, sought, over, |_| true)? else { return Ok(Stretches::default()) };
    let (hours, stop) = hours(reader, sought, &days)?;
    found.stop = found.stop.or(stop);
    Ok(if hours.is_empty() { days } else { hours })
}

/// How the period ends if calls go on at the pace of what is over of it.
fn forecast(calls: u64, limit: u64, over: Range, whole: Range) -> Option<Forecast> {
    let (elapsed, length) = (over.micros(), whole.micros());
    if over.to >= whole.to || elapsed <= 0 {
        return None;
    }
    let expected = calls as f64 / elapsed as f64 * length as f64;
    let reached = over.from.0 as f64 + elapsed as f64 * limit as f64 / calls.max(1) as f64;
    Some(Forecast {
        exhausted_at: (calls > 0 && reached < whole.to.0 as f64)
            .then(|| Timestamp(reached as i64).to_string()),
        expected_calls: expected.round() as u64,
    })
}
