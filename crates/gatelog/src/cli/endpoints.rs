//! `gatelog endpoints`.

use serde_json::Value;

use super::client::Server;
use crate::config::Environment;
use crate::terminal::{fit, line};

/// Compares what is called with what is documented.
///
/// Documented is what the OpenAPI documents in the directory describe (`gatelog directory import openapi.yaml`). Three lists: calls that no
/// document describes, operations that nobody calls, and operations called by other methods or answered with other statuses.
/// Paths that only ever got 404 or 405 are counted and not listed: what scanners try is no endpoint.
///
/// Examples:
///   gatelog endpoints --from 30d
///   gatelog endpoints --filter 'domain:api.example.com' --json | jq .unused
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Which calls; all without one
    #[arg(long, default_value = "")]
    filter: String,
    /// From when
    #[arg(long, default_value = "30d")]
    from: String,
    /// To when, exclusive
    #[arg(long, default_value = "now")]
    to: String,
    /// JSON, as the API answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let params = [("from", args.from.as_str()), ("to", args.to.as_str()), ("filter", args.filter.as_str())];
    let told = client.get_json("/api/v1/endpoints", &params)?;
    if args.json {
        println!("{told}");
        return Ok(());
    }
    let count = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
    println!("{} documented operations, {} calls described", count("documented"), count("described_calls"));
    let list = |name: &str| told.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let head = |name: &str, rows: usize| println!("\n{name}: {rows}");
    let undocumented = list("undocumented");
    head("called and not documented", undocumented.len());
    for one in &undocumented {
        let calls = one.get("calls").and_then(Value::as_u64).unwrap_or(0);
        println!(
            "  {} {} {calls:>10} calls, last {}",
            fit(&text(one, "method"), 7),
            fit(&text(one, "path"), 50),
            text(one, "last_seen")
        );
    }
    let unused = list("unused");
    head("documented and not called", unused.len());
    for one in &unused {
        println!(
            "  {} {} {}",
            fit(&text(one, "method"), 7),
            fit(&text(one, "path"), 50),
            text(one, "operation")
        );
    }
    let drift = list("drift");
    head("called otherwise than documented", drift.len());
    for one in &drift {
        let join = |name: &str| {
            let words =
                one.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            line(&words.collect::<Vec<_>>().join(" "))
        };
        let what = format!("{} {} instead of {}", text(one, "what"), join("seen"), join("documented"));
        println!("  {} {} {what}", fit(&text(one, "method"), 7), fit(&text(one, "path"), 50));
    }
    for note in ["note", "partial_reason"] {
        if let Some(note) = told.get(note).and_then(Value::as_str) {
            eprintln!("note: {}", line(note));
        }
    }
    Ok(())
}

fn text(one: &Value, name: &str) -> String {
    line(one.get(name).and_then(Value::as_str).unwrap_or_default())
}
