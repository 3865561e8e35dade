//! What was counted as the body of an answer: one number, lines over time, a list, or a heat map.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use event::Timestamp;
use serde_json::{Map, Value};

use super::split::{By, Split};
use super::sums::Sums;
use super::table::{GROUPS_MAX, REST, Table, UNIQUE_MAX};
use super::{Measure, Question, count, gather};
use crate::error::Result;
use crate::panels::{Body, Chart, Column, Line, Look, Number, Row, Shares, Unit, not_yet};
use crate::text::grouped;

/// Lines of one answer at most.
const SERIES_MAX: usize = 50;

/// Which combinations a list shows.
type Keep<'a> = &'a dyn Fn(&Table, u32) -> bool;

pub(super) fn body(look: &Look<'_>, question: &Question) -> Result<Body> {
    match question.chart {
        _ if question.is_series() => over_time(look, question),
        Chart::Stat => stat(look, question),
        Chart::Heat => crossed(look, question),
        _ => listed(look, question, None),
    }
}

/// All combinations as a list.
pub(crate) fn listed(look: &Look<'_>, question: &Question, note: Option<String>) -> Result<Body> {
    let table = count(look, question, &look.periods(), Some(look.ask.top))?;
    Ok(list(look, question, &table, &|_, _| true, note))
}

/// The number of a measure: of a combination, or of everything.
fn number(table: &Table, question: &Question, at: usize, group: Option<u32>, place: u32) -> Option<Number> {
    let measure = question.measures.get(at)?;
    let sums = match group {
        Some(group) => table.at(group, place),
        None => table.total(place),
    };
    if let Measure::Unique(_) = measure {
        let earlier = question.measures.iter().take(at).filter(|m| matches!(m, Measure::Unique(_))).count();
        return Some(Number::Count(table.distinct(earlier, group, place)));
    }
    match sums {
        Some(sums) => measure.of(sums),
        None => measure.adds_up().then_some(Number::Count(0)),
    }
}

/// What to know about a table.
fn notes(question: &Question, table: &Table, more: Option<String>) -> Option<String> {
    let mut notes: Vec<String> = more.into_iter().collect();
    if table.is_full {
        let max = grouped(GROUPS_MAX as u64);
        notes.push(format!("there are more than {max} combinations; those beyond are counted together"));
    }
    if table.misses_values() {
        notes.push(format!(
            "more than {} distinct values: the counts are lower bounds",
            grouped(UNIQUE_MAX as u64)
        ));
    }
    if question.by.iter().any(Split::is_list) {
        notes.push("a call counts in each of its groups, so shares can exceed 100 %".to_owned());
    }
    if question.seen && !table.is_exact {
        notes.push("first and last seen to the hour".to_owned());
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

fn stat(look: &Look<'_>, question: &Question) -> Result<Body> {
    let compared = look.previous.is_some();
    let table = gather(look, question, &look.periods())?;
    let value = number(&table, question, 0, None, table.place(0, 0));
    let previous = number(&table, question, 0, None, table.place(1, 0)).filter(|_| compared);
    let note = notes(question, &table, None);
    Ok(Body::Stat { value, previous, change: value.and_then(|v| v.change(previous)), note })
}

/// A row to be.
struct Item {
    group: u32,
    value: Number,
    before: Option<Number>,
    /// What it has of the total.
    part: u64,
}

/// The combinations as a list, the largest first.
pub(crate) fn list(
    look: &Look<'_>,
    question: &Question,
    table: &Table,
    keep: Keep<'_>,
    note: Option<String>,
) -> Body {
    let (now, before) = (table.place(0, 0), table.place(1, 0));
    let (first, compared) = (question.first(), look.previous.is_some());
    let part = |group: Option<u32>, value: Option<Number>| match (first.adds_up(), value) {
        (true, Some(Number::Count(n))) => n,
        _ => {
            group.map_or_else(|| table.total(now), |group| table.at(group, now)).map_or(0, |sums| sums.calls)
        }
    };
    let item = |group: u32| {
        let value = number(table, question, 0, Some(group), now)?;
        let before = compared.then(|| number(table, question, 0, Some(group), before)).flatten();
        let is_there = match first.adds_up() {
            true if question.least > 0 => value.real() >= question.least as f64,
            true => value.real() > 0.0 || before.is_some_and(|n| n.real() > 0.0),
            false => table.at(group, now).is_some(),
        };
        is_there.then(|| Item { group, value, before, part: part(Some(group), Some(value)) })
    };
    let kept: Vec<u32> = table.groups().filter(|group| keep(table, *group)).collect();
    let is_kept = question.least == 0 && kept.len() == table.groups().count();
    let mut items: Vec<Item> = kept.into_iter().filter_map(item).collect();
    let rest = part(Some(REST), number(table, question, 0, Some(REST), now));
    let counted = items.iter().map(|item| item.part).sum::<u64>() + rest + table.left_out();
    let total = if is_kept { part(None, number(table, question, 0, None, now)) } else { counted };
    largest(&mut items, look.ask.top, |a, b| {
        let size = |item: &Item| item.before.map_or(0.0, Number::real);
        let by_value = b.value.real().total_cmp(&a.value.real()).then(b.part.cmp(&a.part));
        by_value.then(size(b).total_cmp(&size(a))).then_with(|| texts(table, question, a.group, b.group))
    });
    let listed: u64 = items.iter().map(|item| item.part).sum();
    let rows = items.iter().map(|item| row(look, question, table, item, total, compared)).collect();
    let missing = if question.by.iter().any(Split::is_list) { 0 } else { total.saturating_sub(counted) };
    Body::List {
        columns: columns(question),
        rows,
        total,
        other: counted - listed,
        missing,
        note: notes(question, table, note),
    }
}

/// The first so many in order; the order of the others is not found out.
fn largest<T>(items: &mut Vec<T>, most: usize, order: impl Fn(&T, &T) -> Ordering) {
    if items.len() > most {
        items.select_nth_unstable_by(most, &order);
        items.truncate(most);
    }
    items.sort_by(order);
}

fn texts(table: &Table, question: &Question, a: u32, b: u32) -> Ordering {
    let splits = 0..question.by.len();
    splits.map(|at| table.text(a, at).cmp(table.text(b, at))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

fn columns(question: &Question) -> Vec<Column> {
    let mut columns = Vec::new();
    if question.by.len() > 1 {
        columns.extend(question.by.iter().map(|split| Column::new(split.name, split.label, Unit::Text)));
    }
    let first = question.first();
    let share = if first.adds_up() { "Share" } else { "Share of calls" };
    columns.push(Column { id: "value".into(), label: first.label().into(), unit: first.unit() });
    columns.push(Column::new("share", share, Unit::Percent));
    columns.push(Column::new("change", "Change", Unit::Percent));
    let more = question.measures.iter().skip(1);
    columns.extend(more.map(|m| Column { id: m.name().into(), label: m.label().into(), unit: m.unit() }));
    if question.seen {
        columns.push(Column::new("first_seen", "First seen", Unit::Time));
        columns.push(Column::new("last_seen", "Last seen", Unit::Time));
    }
    columns
}

/// Key, label and filter of a combination.
fn words(look: &Look<'_>, question: &Question, table: &Table, group: u32) -> (String, String, String) {
    let each = || question.by.iter().enumerate().map(|(at, split)| (split, table.text(group, at)));
    let label: Vec<String> = each().map(|(split, text)| split.words(text)).collect();
    let mut terms: Vec<String> =
        each().filter_map(|(split, text)| split.filter(text, &look.ask.zone)).collect();
    let first = question.first().filter();
    for more in [question.filter_text.as_str(), first] {
        if !more.is_empty() && !terms.iter().any(|term| term == more) {
            // Alternatives of a filter must not reach beyond it.
            terms.push(if more.contains(" OR ") { format!("({more})") } else { more.to_owned() });
        }
    }
    let filter = terms.join(" ");
    let key = match question.by.as_slice() {
        [_] => table.text(group, 0).to_owned(),
        _ => label.join(" · "),
    };
    (key, if label.is_empty() { "All calls".to_owned() } else { label.join(" · ") }, filter)
}

fn row(look: &Look<'_>, question: &Question, table: &Table, item: &Item, total: u64, compared: bool) -> Row {
    let now = table.place(0, 0);
    let (key, label, filter) = words(look, question, table, item.group);
    let mut cells = Map::new();
    for (at, split) in question.by.iter().enumerate() {
        let text = table.text(item.group, at);
        cells.insert(split.name.to_owned(), if text.is_empty() { Value::Null } else { text.into() });
    }
    for (at, measure) in question.measures.iter().enumerate() {
        let number = number(table, question, at, Some(item.group), now);
        cells.insert(measure.name(), serde_json::to_value(number).unwrap_or_default());
    }
    if question.seen {
        let seen = table.at(item.group, now).and_then(|sums| sums.seen);
        let text = |time: Option<i64>| time.map_or(Value::Null, |t| Timestamp(t).to_string().into());
        cells.insert("first_seen".to_owned(), text(seen.map(|(first, _)| first)));
        cells.insert("last_seen".to_owned(), text(seen.map(|(_, last)| last)));
    }
    let called = |place: u32| table.at(item.group, place).is_some_and(|sums| sums.calls > 0);
    Row {
        key,
        label,
        filter,
        value: item.value,
        share: if total == 0 { 0.0 } else { item.part as f64 / total as f64 },
        previous: item.before,
        change: item.value.change(item.before),
        state: compared.then(|| match (called(now), called(table.place(1, 0))) {
            (_, false) => "new",
            (false, _) => "gone",
            _ => "same",
        }),
        cells,
    }
}

fn over_time(look: &Look<'_>, question: &Question) -> Result<Body> {
    let edges = look.edges()?;
    let periods: Vec<Vec<i64>> = std::iter::once(&edges.now).chain(&edges.before).cloned().collect();
    let table = &gather(look, question, &periods)?;
    if question.chart == Chart::Heat {
        return Ok(heat_over_time(look, question, table, &edges.now, edges.starts()));
    }
    let line = |key: String, label: String, number: &dyn Fn(u32) -> Option<Number>| {
        let at = |period: usize, bucket: usize| number(table.place(period, bucket));
        let now = (0..edges.buckets()).map(|bucket| at(0, bucket)).collect();
        let known = |bucket: usize| (bucket < edges.known()).then(|| at(1, bucket)).flatten();
        let previous = edges.is_compared().then(|| (0..edges.buckets()).map(known).collect());
        Line { key, label, values: not_yet(now, &edges.now, look), previous }
    };
    if question.by.is_empty() {
        let lines = question.measures.iter().enumerate().map(|(at, measure)| {
            line(measure.name(), measure.label(), &|place| number(table, question, at, None, place))
        });
        return Ok(Body::Series { series: lines.collect(), buckets: edges.starts() });
    }
    let ranked = ranked(question, table, edges.buckets());
    let (shown, rest) = ranked.split_at(ranked.len().min(look.ask.top).min(SERIES_MAX));
    let lines = shown.iter().map(|group| {
        let (key, label, _) = words(look, question, table, *group);
        line(key, label, &|place| number(table, question, 0, Some(*group), place))
    });
    let mut series: Vec<Line> = lines.collect();
    let first = question.first();
    if !matches!(first, Measure::Unique(_)) && (!rest.is_empty() || table.is_full) {
        let mut sums: BTreeMap<u32, Sums> = BTreeMap::new();
        for (_, place, more) in table.cells().filter(|(group, ..)| !shown.contains(group)) {
            sums.entry(place).or_default().add(more);
        }
        let zero = first.adds_up().then_some(Number::Count(0));
        series.push(line("other".to_owned(), "Other".to_owned(), &|place| {
            sums.get(&place).map_or(zero, |sums| first.of(sums))
        }));
    }
    Ok(Body::Series { series, buckets: edges.starts() })
}

/// The combinations, the largest first; those of the period before last.
fn ranked(question: &Question, table: &Table, buckets: usize) -> Vec<u32> {
    let first = question.first();
    let mut sizes: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for (group, place, sums) in table.cells().filter(|(group, ..)| *group != REST) {
        let size = match first.of(sums) {
            Some(Number::Count(n)) if first.adds_up() => n,
            _ => sums.calls,
        };
        let (now, before) = sizes.entry(group).or_default();
        *(if (place as usize) < buckets { now } else { before }) += size;
    }
    let mut ranked: Vec<(u32, (u64, u64))> = sizes.into_iter().filter(|(_, size)| *size != (0, 0)).collect();
    ranked.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| texts(table, question, *a, *b)));
    ranked.into_iter().map(|(group, _)| group).collect()
}

/// The share of a cell: a rate, or its part of all.
fn share(question: &Question, sums: Option<&Sums>, total: u64) -> Option<f64> {
    let first = question.first();
    match (first.is_rate(), sums) {
        (true, sums) => first.of(sums?).map(Number::real),
        (false, sums) => {
            let value = sums.and_then(|sums| first.of(sums)).map_or(0.0, Number::real);
            (total > 0).then(|| value / total as f64)
        }
    }
}

fn heat_over_time(
    look: &Look<'_>,
    question: &Question,
    table: &Table,
    edges: &[i64],
    buckets: Vec<String>,
) -> Body {
    let first = question.first();
    let places = || (0..buckets.len()).map(|at| table.place(0, at));
    let of = |place: u32| table.total(place).and_then(|sums| first.of(sums)).map_or(0.0, Number::real);
    let total = if first.adds_up() { places().map(of).sum::<f64>() as u64 } else { 0 };
    let ranked = ranked(question, table, buckets.len());
    let (shown, rest) = ranked.split_at(ranked.len().min(look.ask.top));
    let now = look.ask.now.0;
    let line = |group: &u32| {
        let (key, label, filter) = words(look, question, table, *group);
        let begun = |at: usize| edges.get(at).is_some_and(|start| *start <= now);
        let cell =
            |(at, place): (usize, u32)| share(question, table.at(*group, place), total).filter(|_| begun(at));
        let calls = |place: u32| table.at(*group, place).map_or(0, |sums| sums.calls);
        Shares {
            key,
            label,
            filter,
            values: places().enumerate().map(cell).collect(),
            calls: places().map(calls).collect(),
        }
    };
    Body::Heat {
        series: shown.iter().map(line).collect(),
        other: rest.len() as u64,
        buckets: buckets.clone(),
    }
}

/// Two splits against each other.
fn crossed(look: &Look<'_>, question: &Question) -> Result<Body> {
    let (now, _) = look.whole();
    let table = gather(look, question, &[now])?;
    let first = question.first();
    let mut cells: BTreeMap<(&str, &str), &Sums> = BTreeMap::new();
    let mut sizes: [BTreeMap<&str, u64>; 2] = Default::default();
    for (group, _, sums) in table.cells().filter(|(group, ..)| *group != REST) {
        let texts = (table.text(group, 0), table.text(group, 1));
        for (sizes, text) in sizes.iter_mut().zip([texts.0, texts.1]) {
            *sizes.entry(text).or_default() += sums.calls;
        }
        cells.insert(texts, sums);
    }
    let total =
        table.total(table.place(0, 0)).and_then(|sums| first.of(sums)).map_or(0.0, Number::real) as u64;
    let [lines, columns] = sizes.each_ref().map(|sizes| {
        let mut ranked: Vec<(&str, u64)> = sizes.iter().map(|(text, size)| (*text, *size)).collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        ranked.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<String>>()
    });
    let in_order = |at: usize, found: Vec<String>| match question.by.get(at).map(|split| split.by) {
        Some(By::Clock(clock)) => clock.all().unwrap_or_else(|| {
            let mut found = found;
            found.sort();
            found
        }),
        _ => found,
    };
    let (lines, mut columns) = (in_order(0, lines), in_order(1, columns));
    columns.truncate(SERIES_MAX);
    let other = lines.len().saturating_sub(look.ask.top) as u64;
    let line = |text: &String| {
        let split = question.by.first();
        let cell = |column: &String| cells.get(&(text.as_str(), column.as_str())).copied();
        Shares {
            key: text.clone(),
            label: split.map_or_else(String::new, |split| split.words(text)),
            filter: split.and_then(|split| split.filter(text, &look.ask.zone)).unwrap_or_default(),
            values: columns.iter().map(|column| share(question, cell(column), total)).collect(),
            calls: columns.iter().map(|column| cell(column).map_or(0, |sums| sums.calls)).collect(),
        }
    };
    let series = lines.iter().take(look.ask.top).map(line).collect();
    let split = question.by.get(1);
    let buckets =
        columns.iter().map(|text| split.map_or_else(String::new, |split| split.words(text))).collect();
    Ok(Body::Heat { series, buckets, other })
}
