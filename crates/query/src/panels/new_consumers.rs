//! Consumers that called in the range and not in the 30 days before it.

use event::time::DAY;
use serde_json::{Map, Value};

use super::toplist::{CALLS, CONSUMER_ID, DENIED, columns};
use super::{Body, Chart, Look, Make, Number, Page, Panel, Row, Unit};
use crate::error::Result;
use crate::lang::Filter;
use crate::tally::{CONSUMERS, CONSUMERS_WITH_ID, Numbered, Numbers, Want};
use crate::text::counted;

/// How far back a consumer must not have called to be new.
const LOOK_BACK_DAYS: i64 = 30;

pub(super) const PANEL: Panel = Panel {
    id: "new_consumers",
    title: "New consumers",
    question: "Who called for the first time?",
    unit: Unit::Calls,
    chart: Chart::Table,
    split: Some("consumer"),
    page: Page::Overview,
    make: Make::Own(make),
};

fn make(look: &Look<'_>) -> Result<Body> {
    let (now, _) = look.whole();
    let from = look.ask.range.from.0;
    let wants = [
        Want::new(CONSUMERS_WITH_ID, now),
        Want::new(CONSUMERS, vec![(from - LOOK_BACK_DAYS * DAY).max(0), from]),
    ];
    let mut calls: Numbered<u32, (u64, u64, u32)> = Numbered::default();
    let mut known: Numbers<u32> = Numbers::default();
    look.tally(&wants, &mut |want, hit| {
        if want == 1 {
            known.insert(hit.key);
        } else if hit.key != 0 {
            let (all, denied, id) = calls.entry(hit.key).or_default();
            *all += hit.calls;
            *denied += if hit.reason != 0 { hit.calls } else { 0 };
            *id = if hit.detail != 0 { hit.detail } else { *id };
        }
    })?;
    calls.retain(|key, _| !known.contains(key));
    let total: u64 = calls.values().map(|(n, _, _)| n).sum();
    let count = calls.len();
    let mut ranked: Vec<_> = calls.into_iter().collect();
    ranked.sort_by_key(|(key, (n, _, _))| (std::cmp::Reverse(*n), *key));
    ranked.truncate(look.ask.top);
    let listed: u64 = ranked.iter().map(|(_, (n, _, _))| n).sum();
    let symbols = look.reader.view.symbols();
    let row = |(key, (calls, denied, id)): &(u32, (u64, u64, u32))| {
        let name = symbols.text(*key);
        let mut cells = Map::new();
        cells.insert("consumer_id".to_owned(), if *id == 0 { Value::Null } else { symbols.text(*id).into() });
        cells.insert("denied".to_owned(), (*denied).into());
        Row {
            key: name.clone(),
            label: name.clone(),
            filter: Filter::term("consumer", Some(&name)),
            value: Number::Count(*calls),
            share: if total == 0 { 0.0 } else { *calls as f64 / total as f64 },
            previous: look.previous.map(|_| Number::Count(0)),
            change: None,
            state: Some("new"),
            cells,
        }
    };
    Ok(Body::List {
        columns: columns(CALLS, &[CONSUMER_ID, DENIED]),
        rows: ranked.iter().map(row).collect(),
        total,
        other: total - listed,
        missing: 0,
        note: Some(format!(
            "{} had no call in the {LOOK_BACK_DAYS} days before",
            counted(count as u64, "consumer")
        )),
    })
}
