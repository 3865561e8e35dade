//! Which part of the way took the time: percentiles of the whole response, of gateway, authorizer and upstream.

use event::FieldId;
use event::field;
use serde_json::{Map, Value};

use super::{Body, Chart, Column, Look, Make, Number, Page, Panel, Row, Unit};
use crate::error::Result;
use crate::explore::{Measure, Question, Spec, gather};

pub(super) const PANEL: Panel = Panel {
    id: "latency_split",
    title: "Latency by part",
    question: "Where does the time of a call go: gateway, authorizer or upstream?",
    unit: Unit::Ms,
    chart: Chart::Table,
    split: None,
    page: Page::Errors,
    make: Make::Own(make),
};

const PARTS: &[(&str, FieldId)] = &[
    ("Whole response", field::DURATION),
    ("Gateway", field::GATEWAY_DURATION),
    ("Authorizer", field::AUTHORIZER_DURATION),
    ("Authorizer function", field::AUTHORIZER_INTEGRATION_DURATION),
    ("Upstream", field::UPSTREAM_DURATION),
    ("Connecting", field::CONNECT_DURATION),
];

const SHARES: &[(&str, u16)] =
    &[("p50", 500), ("p75", 750), ("p90", 900), ("p95", 950), ("p99", 990), ("p99.9", 999)];

/// The percentile rows are about.
const MAIN: u16 = 950;

fn make(look: &Look<'_>) -> Result<Body> {
    let mut question = Question::parse(&Spec::new("calls", "", Chart::Table))?;
    let of_part = |field: FieldId| {
        let shares = SHARES.iter().map(move |(_, share)| Measure::Percentile(*share, field));
        shares.chain([Measure::Avg(field), Measure::Max(field)])
    };
    question.measures.extend(PARTS.iter().flat_map(|(_, field)| of_part(*field)));
    let table = gather(look, &question, &look.periods())?;
    let number = |measure: Measure, period: usize| -> Option<Number> {
        table.total(table.place(period, 0)).and_then(|sums| measure.of(sums))
    };
    let total = table.total(table.place(0, 0)).map_or(0, |sums| sums.calls);
    let timed = |field: FieldId| table.total(table.place(0, 0)).map_or(0, |sums| sums.timed(field));
    let row = |(label, field): &(&str, FieldId)| {
        let value = number(Measure::Percentile(MAIN, *field), 0)?;
        let previous = number(Measure::Percentile(MAIN, *field), 1).filter(|_| look.previous.is_some());
        let cell = |measure: Measure| serde_json::to_value(number(measure, 0)).unwrap_or_default();
        let mut cells: Map<String, Value> = SHARES
            .iter()
            .map(|(name, share)| ((*name).to_owned(), cell(Measure::Percentile(*share, *field))))
            .collect();
        cells.insert("avg".to_owned(), cell(Measure::Avg(*field)));
        cells.insert("max".to_owned(), cell(Measure::Max(*field)));
        cells.insert("calls".to_owned(), timed(*field).into());
        let name = field.field().name;
        Some(Row {
            key: name.to_owned(),
            label: (*label).to_owned(),
            filter: format!("{name}:*"),
            value,
            share: if total == 0 { 0.0 } else { timed(*field) as f64 / total as f64 },
            previous,
            change: value.change(previous),
            state: None,
            cells,
        })
    };
    let mut columns = vec![
        Column::new("value", "p95", Unit::Ms),
        Column::new("share", "Share of calls", Unit::Percent),
        Column::new("change", "Change", Unit::Percent),
    ];
    columns.extend(SHARES.iter().map(|(name, _)| Column::new(name, name, Unit::Ms)));
    columns.push(Column::new("avg", "Average", Unit::Ms));
    columns.push(Column::new("max", "Longest", Unit::Ms));
    columns.push(Column::new("calls", "Calls", Unit::Calls));
    Ok(Body::List {
        columns,
        rows: PARTS.iter().filter_map(row).collect(),
        total,
        other: 0,
        missing: 0,
        note: Some(
            "a part is there when the gateway logs it; parts of different calls do not add up".to_owned(),
        ),
    })
}
