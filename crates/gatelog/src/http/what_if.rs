//! A change that is tried out on what was: which calls of a range would flip, whose, and where.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use event::{Row, field as f};
use intake::directory::Directory;
use intake::what_if::{self, Change, Flip, Trial, What};
use keys::Scope;
use query::combinations::{self, Combinations, Count};
use query::limits::{self, Period};
use query::reader::Standing;
use query::{Budget, Filter, Range, Zone};
use serde::{Deserialize, Serialize};

use super::answer::{bytes_with, json};
use super::body;
use super::error::Problem;
use super::question::ask;
use super::route::{Answer, Call};
use crate::clock;

/// Bytes of a proposed change with its range and filter.
const BODY_BYTES_MAX: usize = 64 << 10;
/// Events that are named as examples.
const EXAMPLES_MAX: usize = 100;
/// Rows of each list; the largest are shown.
const ROWS_MAX: usize = 1_000;
/// Events that one list of ids names.
const IDS_MAX: usize = 1_000_000;

/// What is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    from: Option<String>,
    to: Option<String>,
    tz: Option<String>,
    #[serde(default)]
    filter: String,
    change: Change,
}

/// What would be.
#[derive(Default, Serialize)]
struct Outcome {
    scanned: u64,
    would_allow: u64,
    would_deny: u64,
    unchanged: u64,
    /// Calls that pass today and of whose callers nobody knows the groups.
    unknown: u64,
    by_consumer: Vec<Line>,
    by_route: Vec<Line>,
    examples: Vec<String>,
    /// The filter that finds exactly these calls, where there is one.
    filter: Option<String>,
    note: Option<&'static str>,
    seconds: f64,
    #[serde(flatten)]
    standing: Option<Standing>,
}

/// The flips of one consumer or route.
#[derive(Serialize)]
struct Line {
    key: String,
    calls: u64,
    would_allow: u64,
    would_deny: u64,
}

/// Calls looked at, and how many would be let pass or be refused.
type Sums = BTreeMap<String, [u64; 3]>;

/// What is asked, ready.
struct Question {
    range: Range,
    filter: Filter,
    change: Change,
    directory: Directory,
}

/// `POST /what-if`.
pub(crate) async fn replay(scope: Scope, mut call: Call) -> Answer {
    let sent = body::read::<Sent>(&mut call, BODY_BYTES_MAX).await?;
    let format = call.params.get("format").unwrap_or("json").to_owned();
    if !matches!(format.as_str(), "json" | "ndjson" | "csv") {
        return Err(Problem::bad(format!("format={format:?} is none of json, ndjson, csv")));
    }
    let zone = Zone::parse(sent.tz.as_deref().unwrap_or("UTC"))?;
    let question = Question {
        range: Range::parse(sent.from.as_deref(), sent.to.as_deref(), clock::now(), &zone)?,
        filter: Filter::parse(&sent.filter).map_err(query::Error::from)?,
        change: sent.change,
        directory: call.app.directory.now(),
    };
    let started = Instant::now();
    if question.change.kind.is_limit() {
        let asked = limit(&question)?;
        let (outcome, list) =
            ask(&call.app, scope, move |view, scope, budget| limited(view, scope, &asked, budget)).await?;
        return told(outcome, &list, &format, started);
    }
    let trial = Arc::new(
        Trial::new(&question.directory, question.change).map_err(|fault| Problem::bad(fault.to_string()))?,
    );
    let (range, filter) = (question.range, question.filter);
    let wants_list = format != "json";
    let (outcome, list) = ask(&call.app, scope, move |view, scope, budget| {
        let asked = combinations_of(&trial, range, filter);
        let found = query::combinations(view, scope, &asked, budget)?;
        let outcome = judged(&trial, &asked.filter, found);
        let list = match wants_list {
            true => {
                let judge = |batch: &event::Batch| {
                    trial.judge(batch).into_iter().map(passes).collect::<Vec<Option<bool>>>()
                };
                combinations::each(view, scope, &asked, budget, judge, IDS_MAX)?
            }
            false => Vec::new(),
        };
        Ok((outcome, list))
    })
    .await?;
    told(outcome, &list, &format, started)
}

/// A flipped call: its time, its sequence number, and whether it would pass.
type Flipped = (i64, i64, bool);

fn passes(flip: Flip) -> Option<bool> {
    match flip {
        Flip::Allow => Some(true),
        Flip::Deny => Some(false),
        Flip::Same | Flip::Unknown => None,
    }
}

fn told(mut outcome: Outcome, list: &[Flipped], format: &str, started: Instant) -> Answer {
    outcome.seconds = started.elapsed().as_secs_f64();
    let mut out = String::new();
    match format {
        "json" => json(&outcome),
        "csv" => {
            out.push_str("id,time,would\r\n");
            for (time, seq, passes) in list {
                let _ = write!(out, "{seq},{},{}\r\n", event::Timestamp(*time), word(*passes));
            }
            Ok(bytes_with(StatusCode::OK, "text/csv; charset=utf-8", out))
        }
        _ => {
            for (time, seq, passes) in list {
                let time = event::Timestamp(*time);
                let _ = writeln!(out, r#"{{"id":"{seq}","time":"{time}","would":"{}"}}"#, word(*passes));
            }
            Ok(bytes_with(StatusCode::OK, "application/x-ndjson", out))
        }
    }
}

fn word(passes: bool) -> &'static str {
    if passes { "allow" } else { "deny" }
}

fn combinations_of(trial: &Arc<Trial>, range: Range, filter: Filter) -> combinations::Ask {
    let (addresses, times) = trial.looks_at();
    let mut classes: Vec<(event::FieldId, combinations::Classes)> = Vec::new();
    if addresses {
        let trial = Arc::clone(trial);
        classes.push((f::IP, Arc::new(move |ip| trial.class(ip))));
    }
    for field in trial.narrowed() {
        let trial = Arc::clone(trial);
        classes.push((*field, Arc::new(move |text| trial.narrow(*field, text))));
    }
    let fields = what_if::FIELDS.iter().copied().filter(|field| !trial.narrowed().contains(field));
    let marks = times.then(|| {
        let trial = Arc::clone(trial);
        Arc::new(move |time| trial.mark(time)) as combinations::Marks
    });
    combinations::Ask { range, filter, fields: fields.collect(), classes, marks }
}

/// Judges each combination once.
fn judged(trial: &Trial, filter: &Filter, found: Combinations) -> Outcome {
    let flips = trial.judge(&found.batch);
    let mut outcome = Outcome {
        scanned: found.scanned,
        note: (!trial.is_known).then_some(
            "the directory does not know what this change is made to, so what it lets pass today is not known either",
        ),
        ..Outcome::default()
    };
    let (mut by_consumer, mut by_route) = (Sums::new(), Sums::new());
    let mut examples: Vec<&Count> = Vec::new();
    for ((row, flip), count) in found.batch.rows().zip(&flips).zip(&found.counts) {
        let flipped = match passes(*flip) {
            Some(true) => [count.calls, count.calls, 0],
            Some(false) => [count.calls, 0, count.calls],
            None => {
                outcome.unknown += if *flip == Flip::Unknown { count.calls } else { 0 };
                continue;
            }
        };
        outcome.would_allow += flipped[1];
        outcome.would_deny += flipped[2];
        add(&mut by_consumer, caller(row), flipped);
        add(&mut by_route, row.text(f::ROUTE).unwrap_or_default(), flipped);
        examples.push(count);
    }
    outcome.unchanged = outcome.scanned - outcome.would_allow - outcome.would_deny;
    outcome.examples = some(&examples);
    outcome.by_consumer = lines(by_consumer);
    outcome.by_route = lines(by_route);
    outcome.filter = exactly(filter, &found, &flips);
    outcome.standing = Some(found.standing);
    outcome
}

fn caller(row: Row<'_>) -> &str {
    row.text(f::CONSUMER_NAME).or_else(|| row.text(f::CONSUMER_ID)).unwrap_or_default()
}

fn add(sums: &mut Sums, key: &str, more: [u64; 3]) {
    let sum = match sums.get_mut(key) {
        Some(sum) => sum,
        None => sums.entry(key.to_owned()).or_default(),
    };
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn lines(sums: Sums) -> Vec<Line> {
    let line = |(key, [calls, would_allow, would_deny]): (String, [u64; 3])| Line {
        key,
        calls,
        would_allow,
        would_deny,
    };
    let mut lines: Vec<Line> = sums.into_iter().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.would_allow + line.would_deny));
    lines.truncate(ROWS_MAX);
    lines
}

/// Examples of as many combinations as possible.
fn some(counts: &[&Count]) -> Vec<String> {
    let most = counts.iter().map(|count| count.examples.len()).max().unwrap_or(0);
    let each = (0..most).flat_map(|turn| counts.iter().filter_map(move |count| count.examples.get(turn)));
    each.take(EXAMPLES_MAX).map(ToString::to_string).collect()
}

/// Values that one term of a filter names.
const VALUES_MAX: usize = 50;

/// The filter that finds the calls that flip and no others, if there is one: of who called what with which answer.
fn exactly(asked: &Filter, found: &Combinations, flips: &[Flip]) -> Option<String> {
    let is_flipped = |at: usize| flips.get(at).is_some_and(|flip| passes(*flip).is_some());
    let flipped: Vec<Row<'_>> = found.batch.rows().filter(|row| is_flipped(row.place())).collect();
    if flipped.is_empty() || found.standing.partial {
        return None;
    }
    let mut parts = vec![asked.to_string()];
    for (name, field) in [
        ("consumer_name", f::CONSUMER_NAME),
        ("consumer_id", f::CONSUMER_ID),
        ("route", f::ROUTE),
        ("reason", f::REASON),
    ] {
        let mut values: Vec<Option<&str>> = flipped.iter().map(|row| row.text(field)).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() <= VALUES_MAX {
            let terms: Vec<String> = values.into_iter().map(|value| Filter::term(name, value)).collect();
            parts.push(format!("({})", terms.join(" OR ")));
        }
    }
    let granted: Vec<Option<i64>> = flipped.iter().map(|row| row.int(f::GRANTED)).collect();
    if granted.iter().all(|granted| *granted == Some(0)) {
        parts.push("granted:false".to_owned());
    } else if granted.iter().all(|granted| *granted != Some(0)) {
        parts.push("-granted:false".to_owned());
    }
    let filter = Filter::parse(parts.join(" ").trim()).ok()?;
    let holds = combinations::holds(&filter, &found.batch);
    let is_exact = holds.iter().enumerate().all(|(at, holds)| *holds == is_flipped(at));
    is_exact.then(|| filter.to_string())
}

/// The limit as a question.
fn limit(question: &Question) -> Result<limits::Ask, Problem> {
    let change = &question.change;
    Trial::new(&question.directory, change.clone()).map_err(|fault| Problem::bad(fault.to_string()))?;
    let mut parts = vec![question.filter.to_string()];
    for (name, value) in [
        ("route", &change.route),
        ("service", &change.service),
        ("api", &change.api),
        ("environment", &change.environment),
        ("consumer", &change.consumer),
    ] {
        parts.extend(value.as_deref().map(|value| Filter::term(name, Some(value))));
    }
    let filter = Filter::parse(parts.join(" ").trim()).map_err(query::Error::from)?;
    Ok(limits::Ask {
        range: question.range,
        filter,
        limit: change.limit.unwrap_or_default(),
        period: Period::parse(change.period.map_or("", intake::directory::Period::name))?,
        reason: if change.kind == What::Quota { "quota_exceeded" } else { "rate_limited" },
    })
}

fn limited(
    view: &ledger::View,
    scope: &Scope,
    asked: &limits::Ask,
    budget: &Budget,
) -> query::Result<(Outcome, Vec<Flipped>)> {
    let mut list: Vec<Flipped> = Vec::new();
    let found = limits::limits(view, scope, asked, budget, |flip| {
        if list.len() < IDS_MAX {
            list.push((flip.time, flip.seq, flip.passes));
        }
    })?;
    let mut outcome = Outcome { scanned: found.scanned, ..Outcome::default() };
    let (mut by_consumer, mut by_route) = (Sums::new(), Sums::new());
    for share in &found.shares {
        outcome.would_allow += share.would_allow;
        outcome.would_deny += share.would_deny;
        let flipped = [share.calls, share.would_allow, share.would_deny];
        add(&mut by_consumer, &share.caller, flipped);
        add(&mut by_route, &share.route, flipped);
    }
    let flips = |sums: &mut Sums| sums.retain(|_, [_, allow, deny]| *allow + *deny > 0);
    flips(&mut by_consumer);
    flips(&mut by_route);
    outcome.unchanged = outcome.scanned - outcome.would_allow - outcome.would_deny;
    outcome.examples = list.iter().take(EXAMPLES_MAX).map(|(_, seq, _)| seq.to_string()).collect();
    outcome.by_consumer = lines(by_consumer);
    outcome.by_route = lines(by_route);
    outcome.standing = Some(found.standing);
    Ok((outcome, list))
}
