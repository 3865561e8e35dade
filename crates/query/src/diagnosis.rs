//! Why there is nothing to see: no data in the window, a filter that rules everything out, a value misspelt, or
//! events that have not arrived yet. Each finding comes with the step that mends it.

use std::collections::BTreeSet;

use event::field::FieldId;
use event::time::MINUTE;
use event::{Storage, Timestamp, field};
use serde::Serialize;

use crate::error::Result;
use crate::facets;
use crate::lang::{Filter, Node, Test};
use crate::range::Range;
use crate::reader::Reader;
use crate::rows::{Ask, Order, walk};
use crate::tally::total;
use crate::text::nearest;

/// Parts of a filter that are tried without, at most.
const PARTS_MAX: usize = 8;
/// Distinct values looked through for a similar one.
const VALUES_MAX: usize = 20_000;
/// How old the newest data may be before it is called late, in microseconds.
const LATE: i64 = 2 * MINUTE;

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// What it is about: `window`, `filter`, `spelling` or `delay`.
    pub kind: &'static str,
    /// The finding.
    pub text: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

/// A step that mends it.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
}

/// Looks for the reasons in the order in which they are likely.
pub(crate) fn diagnose(reader: &Reader<'_>, ask: &Ask) -> Result<Vec<Diagnosis>> {
    let mut findings = Vec::new();
    let everything = reader.asking(&Filter::all());
    let (from, to) = (ask.range.from.0, ask.range.to.0);
    if total(&everything, from, to)?.0 == 0 {
        findings.push(window(&everything, ask)?);
    } else {
        findings.extend(filters(reader, from, to)?);
        findings.extend(spelling(reader, from, to)?);
    }
    let age = ask.now.0 - reader.view.watermark.0;
    if age > LATE && to > reader.view.watermark.0 {
        let text =
            format!("data is complete until {} only, {} minutes ago", reader.view.watermark, age / MINUTE);
        findings.push(Diagnosis { kind: "delay", text, action: None });
    }
    Ok(findings)
}

fn window(everything: &Reader<'_>, ask: &Ask) -> Result<Diagnosis> {
    let newest = |range: Range, order: Order| -> Result<Option<i64>> {
        Ok(walk(everything, range, order, 1, None)?.picks.first().map(|p| p.time))
    };
    let all = Range::all();
    let before = newest(Range::new(all.from, ask.range.from), Order::Descending)?;
    let found = match before {
        Some(time) => Some(("last", time)),
        None => newest(Range::new(ask.range.to, all.to), Order::Ascending)?.map(|time| ("next", time)),
    };
    let Some((which, time)) = found else {
        return Ok(Diagnosis { kind: "window", text: "there are no events yet".to_owned(), action: None });
    };
    let length = ask.range.micros();
    let jump = match which {
        "last" => Range::new(Timestamp(time + 1_000_000 - length), Timestamp(time + 1_000_000)),
        _ => Range::new(Timestamp(time), Timestamp(time + length)),
    };
    Ok(Diagnosis {
        kind: "window",
        text: format!("there is no event in this window; the {which} one is at {}", Timestamp(time)),
        action: Some(Action {
            label: format!("Go to the {which} event"),
            from: Some(jump.from.to_string()),
            to: Some(jump.to.to_string()),
            filter: None,
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
                    text: format!("without {part}: {least}{calls} events"),
                    action: Some(Action {
                        label: format!("Remove {part}"),
                        from: None,
                        to: None,
                        filter: Some(rest.to_string()),
                    }),
                },
            ));
        }
        if stop.is_some() {
            break;
        }
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
                action: Some(Action {
                    label: format!("Use {near}"),
                    from: None,
                    to: None,
                    filter: Some(Filter::of_parts(fixed).to_string()),
                }),
            });
        }
    }
    Ok(findings)
}
