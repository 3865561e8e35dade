//! `gatelog diagnose`.

use serde_json::Value;

use super::client::Server;
use crate::config::Environment;
use crate::terminal::line;

/// Says why there is nothing to see: the window, the filter, a misspelling, a source, a permission or a delay.
///
/// It asks what the empty states of the web app ask, and names the step that mends each.
///
/// Examples:
///   gatelog diagnose --from 1h
///   gatelog diagnose 'consumer:moblie-app status:500' --from 7d
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The filter; everything without one
    #[arg(default_value = "")]
    filter: String,
    /// From when
    #[arg(long, default_value = "24h")]
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
    let told = client.get_json("/api/v1/diagnose", &params)?;
    if args.json {
        println!("{told}");
        return Ok(());
    }
    let findings = told.get("diagnosis").and_then(Value::as_array).cloned().unwrap_or_default();
    if findings.is_empty() {
        println!("nothing is wrong: events match, and data is fresh");
    }
    for one in &findings {
        let text = |name: &str| line(one.get(name).and_then(Value::as_str).unwrap_or_default());
        println!("{}: {}", text("kind"), text("text"));
        let action = |name: &str| one.pointer(&format!("/action/{name}")).and_then(Value::as_str);
        if let Some(filter) = action("filter") {
            println!("    try: gatelog query '{}'", line(filter).replace('\'', r"'\''"));
        }
        if let (Some(from), Some(to)) = (action("from"), action("to")) {
            println!("    try: --from {from} --to {to}");
        }
    }
    Ok(())
}
