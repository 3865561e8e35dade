//! Why there is nothing to see: no data in the window, a filter that rules everything out, a value misspelt, an account
//! that may not see it, or events that have not arrived yet. Each finding comes with the step that mends it.

use std::collections::BTreeSet;

use event::field::FieldId;
use event::time::MINUTE;
use event::{Storage, Timestamp, field};
use keys::Scope;
use ledger::View;
use serde::Serialize;

use crate::budget::Budget;
use crate::error::Result;
use crate::facets;
use crate::lang::{Filter, Node, Test};
use crate::range::Range;
use crate::reader::{Reader, Standing};
use crate::rows::{Order, walk};
use crate::tally::total;
use crate::text::{counted, nearest};

/// Parts of a filter that are tried without, at most.
const PARTS_MAX: usize = 8;
/// Distinct values looked through for a similar one.
const VALUES_MAX: usize = 20_000;
/// How old the newest data may be before it is called late, in microseconds.
const LATE: i64 = 2 * MINUTE;

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// What it is about: `window`, `filter`, `spelling`, `source`, `permission` or `delay`.
    pub kind: &'static str,
    /// The finding.
    pub text: String,
    /// How many events it is about, where that was counted.
    pub count: Option<u64>,
    /// What to do.
    pub action: Option<Action>,
}

/// A step that mends it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Action {
    /// Its name.
    pub label: String,
    /// The start to ask for instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The end to ask for instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The filter to ask with instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The page to go to, within the web app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// The moment of asking.
    pub now: Timestamp,
}

/// What was found, in the order in which the reasons are likely.
#[derive(Debug, Serialize)]
pub struct Findings {
    /// The findings.
    pub diagnosis: Vec<Diagnosis>,
    /// How whole and fresh they are.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Looks for the reasons why there is nothing, or less than expected.
pub fn diagnose(view: &View, scope: &Scope, ask: &Ask, budget: &Budget) -> Result<Findings> {
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    Ok(Findings {
        diagnosis: findings(&reader, ask.range, ask.now)?,
        standing: reader.standing(budget.spent()),
    })
}

/// The findings for what a reader asks.
pub(crate) fn findings(reader: &Reader<'_>, range: Range, now: Timestamp) -> Result<Vec<Diagnosis>> {
    let mut findings = Vec::new();
    let everything = reader.asking(&Filter::all());
    let (from, to) = (range.from.0, range.to.0);
    if total(&everything, from, to)?.0 == 0 {
        findings.push(window(&everything, range)?);
    } else {
        findings.extend(filters(reader, from, to)?);
        findings.extend(spelling(reader, from, to)?);
    }
    if reader.is_limited() {
        let text = "this account sees a part of the events only; others may match".to_owned();
        findings.push(Diagnosis { kind: "permission", text, count: None, action: None });
    }
    let age = now.0 - reader.view.watermark.0;
    if age > LATE && to > reader.view.watermark.0 {
        let minutes = counted((age / MINUTE).unsigned_abs(), "minute");
        let text = format!("data is complete until {} only, {minutes} ago", reader.view.watermark);
        findings.push(Diagnosis { kind: "delay", text, count: None, action: None });
    }
    Ok(findings)
}

fn window(everything: &Reader<'_>, range: Range) -> Result<Diagnosis> {
    let first = |range: Range, order: Order| -> Result<Option<i64>> {
        Ok(walk(everything, range, order, 1, None)?.picks.first().map(|p| p.time))
    };
    let all = Range::all();
    let before = first(Range::new(all.from, range.from), Order::Descending)?;
    let found = match before {
        Some(time) => Some(("last", time)),
        None => first(Range::new(range.to, all.to), Order::Ascending)?.map(|time| ("next", time)),
    };
    let Some((which, time)) = found else {
        let text = "there are no events yet".to_owned();
        return Ok(Diagnosis { kind: "window", text, count: None, action: None });
    };
    let length = range.micros();
    let jump = match which {
        "last" => Range::new(Timestamp(time + 1_000_000 - length), Timestamp(time + 1_000_000)),
        _ => Range::new(Timestamp(time), Timestamp(time + length)),
    };
    Ok(Diagnosis {
        kind: "window",
        text: format!("there is no event in this window; the {which} one is at {}", Timestamp(time)),
        count: None,
        action: Some(Action {
            label: format!("Go to the {which} event"),
            from: Some(jump.from.to_string()),
            to: Some(jump.to.to_string()),
            ..Action::default()
        }),
    })
}

/// For each part of the filter: how many events there would be without it.
fn filters(reader: &Reader<'_>, from: i64, to: i64) -> Result<Vec<Diagnosis>> {
    let parts = reader.asked.parts();
    let mut findings = Vec::new();
    for (at, part) in parts.iter().enumerate().take(PARTS_MAX) {
        let rest: Vec<Node> =
            parts.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, p)| p.clone()).collect();
        let rest = Filter::of_parts(rest);
        let (calls, stop) = total(&reader.asking(&rest), from, to)?;
        if calls > 0 {
            let least = if stop.is_some() { "at least " } else { "" };
            findings.push((
                calls,
                Diagnosis {
                    kind: "filter",
                    text: format!("without {part}: {least}{}", counted(calls, "event")),
                    count: Some(calls),
                    action: Some(Action {
                        label: format!("Remove {part}"),
                        filter: Some(rest.to_string()),
                        ..Action::default()
                    }),
                },
            ));
        }
        if stop.is_some() {
            break;
        }
    }
    if findings.is_empty() && parts.len() > 1 {
        // No single part is to blame.
        let (calls, _) = total(&reader.asking(&Filter::all()), from, to)?;
        let text = format!("without any filter: {}", counted(calls, "event"));
        let action = Action {
            label: "Remove all filters".to_owned(),
            filter: Some(String::new()),
            ..Action::default()
        };
        findings.push((calls, Diagnosis { kind: "filter", text, count: Some(calls), action: Some(action) }));
    }
    findings.sort_by_key(|(calls, _)| std::cmp::Reverse(*calls));
    Ok(findings.into_iter().map(|(_, finding)| finding).collect())
}

/// For each exact value that nothing has: the values that look like it.
fn spelling(reader: &Reader<'_>, from: i64, to: i64) -> Result<Vec<Diagnosis>> {
    let mut findings = Vec::new();
    let everything = reader.asking(&Filter::all());
    let parts = reader.asked.parts();
    for (at, part) in parts.iter().enumerate().take(PARTS_MAX) {
        let Node::Term(term) = part else { continue };
        let [Test::Is(value)] = term.tests.as_slice() else { continue };
        let texts = |f: &FieldId| f.field().kind.storage() == Storage::Dict && *f != field::REASON;
        if !term.target.fields().iter().all(texts) {
            continue;
        }
        let mut known: BTreeSet<String> = BTreeSet::new();
        for field in term.target.fields() {
            known.extend(facets::values(&everything, *field, from, to, VALUES_MAX)?);
        }
        if known.contains(value) {
            continue;
        }
        for near in nearest(value, known.iter().map(String::as_str), 3) {
            let mut fixed = parts.clone();
            if let Some(slot) = fixed.get_mut(at) {
                let mut term = term.clone();
                term.tests = vec![Test::Is(near.clone())];
                *slot = Node::Term(term);
            }
            findings.push(Diagnosis {
                kind: "spelling",
                text: format!("no event has {} {value}; there is {near}", term.target.name()),
                count: None,
                action: Some(Action {
                    label: format!("Use {near}"),
                    filter: Some(Filter::of_parts(fixed).to_string()),
                    ..Action::default()
                }),
            });
        }
    }
    Ok(findings)
}
