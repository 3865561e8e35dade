//! Events as a table that is read at a glance.

use serde_json::Value;

use crate::terminal::{Paint, fit, line};

/// A value inside an event.
pub(super) fn at<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(event, |value, name| value.get(name))
}

fn text(event: &Value, path: &str) -> String {
    match at(event, path) {
        Some(Value::String(text)) => line(text),
        Some(Value::Null) | None => String::new(),
        Some(other) => line(&other.to_string()),
    }
}

/// The head of the table.
pub(super) fn head(paint: Paint) -> String {
    let names = ["TIME", "STATUS", "METHOD", "PATH", "CONSUMER", "MS", "DENIED"];
    let cells: Vec<String> = names.iter().zip(WIDTHS).map(|(name, width)| fit(name, width)).collect();
    paint.head(cells.join("  ").trim_end())
}

const WIDTHS: [usize; 7] = [23, 6, 7, 40, 20, 8, 18];

/// One event as a row.
pub(super) fn row(event: &Value, paint: Paint) -> String {
    let status = at(event, "response.status").and_then(Value::as_u64).unwrap_or_default();
    let time: String = text(event, "timestamp").chars().take(23).collect();
    let consumer = ["consumer_name", "consumer_id"].iter().map(|p| text(event, p)).find(|t| !t.is_empty());
    let [w_time, w_status, w_method, w_path, w_consumer, w_ms, w_reason] = WIDTHS;
    [
        paint.quiet(&fit(&time, w_time)),
        paint.status(status, &fit(&text(event, "response.status"), w_status)),
        fit(&text(event, "request.method"), w_method),
        fit(&text(event, "request.path"), w_path),
        fit(&consumer.unwrap_or_default(), w_consumer),
        fit(&text(event, "response.duration_ms"), w_ms),
        paint.refused(fit(&text(event, "access.reason"), w_reason).trim_end()),
    ]
    .join("  ")
}
