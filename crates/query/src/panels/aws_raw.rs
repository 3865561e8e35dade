//! The newest requests with what API Gateway says of each.

use event::field::{self, FieldId};
use event::{Kind, Timestamp};
use serde_json::{Map, Value};

use super::{Body, Chart, Column, Look, Make, Number, Page, Panel, Row, Unit};
use crate::error::Result;
use crate::lang::Filter;
use crate::rows::{Order, fetch, walk};
use crate::tally::{Origin, total};

pub(super) const PANEL: Panel = Panel {
    id: "aws_raw_requests",
    title: "API raw requests",
    question: "What were the newest requests, one by one?",
    unit: Unit::Calls,
    chart: Chart::Table,
    split: Some("request_id"),
    page: Page::Aws,
    make: Make::Own(make),
};

const FIELDS: &[FieldId] = &[
    field::TIME,
    field::DOMAIN,
    field::PATH,
    field::STATUS,
    field::USAGE_PLAN,
    field::API_KEY_ID,
    field::API_KEY_NAME,
    field::REQUEST_ID,
    field::AUTH_SUBJECT,
    field::IDENTITY_USER,
    field::ERROR_TYPE,
    field::USER_AGENT,
    field::STAGE,
    field::API_ID,
    field::IP,
    field::AUTHORIZE_ERROR,
    field::AUTHORIZER_ERROR,
    field::ERROR_MESSAGE,
    field::UPSTREAM_DURATION,
    field::DURATION,
    field::AUTHORIZER_DURATION,
    field::AUTHORIZER_INTEGRATION_DURATION,
    field::AUTHORIZE_DURATION,
];

fn make(look: &Look<'_>) -> Result<Body> {
    let (total, stop) = total(look.reader, look.ask.range.from.0, look.ask.range.to.0)?;
    look.note(Origin::Rollup, stop);
    let columns = FIELDS.iter().map(|field| {
        let field = field.field();
        Column::new(field.name, field.label, unit(field.kind))
    });
    let mut body = Body::List {
        columns: columns.collect(),
        rows: Vec::new(),
        total,
        other: total,
        missing: 0,
        note: None,
    };
    let Body::List { rows, other, note, .. } = &mut body else { return Ok(body) };
    if !look.sees_events {
        *note = Some("single requests are shown to those who may read events".to_owned());
        return Ok(body);
    }
    let found = walk(look.reader, look.ask.range, Order::Descending, look.ask.top, None)?;
    look.note(Origin::Rows, found.stop);
    let batch = fetch(&found.units, &found.picks)?;
    *rows = batch.rows().map(|event| row(event, total)).collect();
    *other = total.saturating_sub(rows.len() as u64);
    Ok(body)
}

fn unit(kind: Kind) -> Unit {
    match kind {
        Kind::Time => Unit::Time,
        Kind::Duration => Unit::Ms,
        _ => Unit::Text,
    }
}

fn row(event: event::batch::Row<'_>, total: u64) -> Row {
    let mut cells = Map::new();
    for id in FIELDS {
        let field = id.field();
        let cell = match (field.kind, event.int(*id), event.text(*id)) {
            (Kind::Time, Some(n), _) => Timestamp(n).to_string().into(),
            (Kind::Duration, Some(n), _) => (n as f64 / 1_000.0).into(),
            (_, Some(n), _) => n.into(),
            (_, None, Some(text)) => text.into(),
            _ => Value::Null,
        };
        cells.insert(field.name.to_owned(), cell);
    }
    let seq = event.int(field::SEQ).unwrap_or_default().to_string();
    let label = event.text(field::REQUEST_ID).unwrap_or(&seq).to_owned();
    Row {
        filter: Filter::term("seq", Some(&seq)),
        key: seq,
        label,
        value: Number::Count(1),
        share: 1.0 / total.max(1) as f64,
        previous: None,
        change: None,
        state: None,
        cells,
    }
}
