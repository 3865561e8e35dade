//! `gatelog explain`.

use serde_json::Value;

use super::client::{Server, event_id};
use crate::config::Environment;
use crate::terminal::{Paint, line};

/// Explains one call: who refused it, by whose rule, and what to change if it should pass.
///
/// The id is the one `gatelog query --json` and the web app show. Rules are those of the directory at the time of the call;
/// without a directory the log's own words count. How sure it is stands in brackets: exact, likely or unknown.
///
/// Examples:
///   gatelog explain 1734112
///   gatelog query granted:false --json -n 1 | jq -r .id | xargs gatelog explain
///   gatelog explain 1734112 --json | jq -r '.fixes[0].code'
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The id of the event
    id: String,
    /// JSON, as the API answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let id = event_id(&args.id)?;
    let told = client.get_json(&format!("/api/v1/events/{id}/explain"), &[])?;
    if args.json {
        println!("{told}");
        return Ok(());
    }
    let paint = Paint::new(environment);
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
    println!("{}", paint.head(&line(text("summary"))));
    if let Some(object) = told.pointer("/rule/object") {
        let of = |name: &str| object.get(name).and_then(Value::as_str);
        let kind = told.pointer("/rule/kind").and_then(Value::as_str).unwrap_or_default();
        let origin =
            of("origin").map_or(", not in the directory".to_owned(), |origin| format!(", {origin} says so"));
        let name = format!("{} {}", of("type").unwrap_or_default(), of("name").unwrap_or_default());
        println!("rule      {kind} on {}{} ({})", line(&name), line(&origin), text("confidence"));
    }
    if let Some(when) = told.pointer("/changed/when").and_then(Value::as_str) {
        let by = told.pointer("/changed/by").and_then(Value::as_str).map(line);
        let by = by.map(|by| format!(", brought in by {by}")).unwrap_or_default();
        println!("changed   {when}{by}, and so since then");
    }
    for one in told.get("evidence").and_then(Value::as_array).into_iter().flatten() {
        let of = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
        println!("evidence  {} = {}: {}", of("field"), line(of("value")), line(of("means")));
    }
    if let Some(resolution) = told.get("resolution").and_then(Value::as_str) {
        println!("to do     {resolution}");
    }
    for fix in told.get("fixes").and_then(Value::as_array).into_iter().flatten() {
        let of = |name: &str| fix.get(name).and_then(Value::as_str).unwrap_or_default();
        println!("\n{} ({})", paint.head(of("title")), of("tool"));
        of("code").lines().for_each(|code| println!("    {}", line(code)));
    }
    Ok(())
}
