//! `gatelog query`.

use std::io::{Write as _, stdout};

use serde_json::Value;

use super::client::Server;
use super::columns;
use crate::config::Environment;
use crate::terminal::Paint;

/// Finds events.
///
/// The filter language is that of the web app and the API: field:value, comparisons, -not, (a OR b), "text anywhere".
///
/// Examples:
///   gatelog query 'status:>=500' --from 1h
///   gatelog query 'granted:false consumer:mobile-app -route:/health' --from 7d --limit 500
///   gatelog query 'request_id:279e98862dd8cc40563c5054ca3ac35e' --json | jq .
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The filter; everything without one
    #[arg(default_value = "")]
    filter: String,
    /// From when: now-24h, 7d, 2026-11-21T10:00:00Z
    #[arg(long, default_value = "24h")]
    from: String,
    /// To when, exclusive
    #[arg(long, default_value = "now")]
    to: String,
    /// Events at most
    #[arg(long, short = 'n', default_value_t = 50)]
    limit: usize,
    /// Oldest first
    #[arg(long)]
    asc: bool,
    /// One JSON object a line
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// CSV, without a limit
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let order = if args.asc { "asc" } else { "desc" };
    let mut params = vec![
        ("from", args.from.as_str()),
        ("to", args.to.as_str()),
        ("filter", args.filter.as_str()),
        ("order", order),
    ];
    let mut out = stdout().lock();
    if args.csv {
        params.push(("format", "csv"));
        std::io::copy(&mut client.get("/api/v1/export", &params)?.into_reader(), &mut out)?;
        return Ok(());
    }
    let paint = Paint::new(environment);
    let mut left = args.limit;
    let mut cursor = String::new();
    while left > 0 {
        let limit = left.min(1_000).to_string();
        let mut params = params.clone();
        params.push(("limit", &limit));
        if !cursor.is_empty() {
            params.push(("cursor", &cursor));
        }
        let page = client.get_json("/api/v1/events", &params)?;
        let events = page.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
        if cursor.is_empty() && !args.json {
            if events.is_empty() {
                explain(&page);
                return Ok(());
            }
            writeln!(out, "{}", columns::head(paint))?;
        }
        for event in &events {
            let line = if args.json { event.to_string() } else { columns::row(event, paint) };
            writeln!(out, "{line}")?;
        }
        left = left.saturating_sub(events.len());
        if let Some(reason) = page.get("partial_reason").and_then(Value::as_str) {
            eprintln!("not everything was looked at: {reason}");
        }
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) if !events.is_empty() => cursor = next.to_owned(),
            _ => return Ok(()),
        }
    }
    if !args.json {
        eprintln!("there may be more; --limit N, or --csv for all");
    }
    Ok(())
}

fn explain(page: &Value) {
    eprintln!("no event matches");
    for hint in page.get("diagnosis").and_then(Value::as_array).into_iter().flatten() {
        if let Some(text) = hint.get("text").and_then(Value::as_str) {
            eprintln!("  {}", crate::terminal::line(text));
        }
    }
}
