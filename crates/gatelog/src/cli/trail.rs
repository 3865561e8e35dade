//! `gatelog trail`.

use std::io::{Write as _, stdout};

use serde_json::Value;

use super::client::Server;
use crate::config::Environment;
use crate::terminal::{line, row};

/// Shows who did what: sign-ins, tokens, sources, imports, exports and reads of events.
///
/// Needs a token with the permission trail:read, for files trail:export.
///
/// Examples:
///   gatelog trail --from 7d --no-reads
///   gatelog trail --operator ada --event create
///   gatelog trail --resource edge --json | jq .
///   gatelog trail --change-set 5f1c0b7de2a94c11
///   gatelog trail --csv --from 30d > trail.csv
///   gatelog trail --levels
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// From when: now-24h, 7d, 2026-11-21T10:00:00Z
    #[arg(long, default_value = "30d")]
    from: String,
    /// To when, exclusive
    #[arg(long, default_value = "now")]
    to: String,
    /// Who did it: a name or the id of a token
    #[arg(long)]
    operator: Option<String>,
    /// What was done: a code, its words or a verb
    #[arg(long)]
    event: Option<String>,
    /// The kind of thing it was done to
    #[arg(long, value_name = "TYPE")]
    resource_type: Option<String>,
    /// The id or name of what it was done to
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// dashboard, api, cli, declarative or a gateway's own name
    #[arg(long)]
    source: Option<String>,
    /// success, failure, denied or unknown
    #[arg(long)]
    outcome: Option<String>,
    /// gatelog, or the proxy or source whose trail it comes from
    #[arg(long)]
    origin: Option<String>,
    /// The changes of one declarative sync
    #[arg(long, value_name = "ID")]
    change_set: Option<String>,
    /// Only what holds this text
    #[arg(long)]
    search: Option<String>,
    /// Without looks at totals, lists and events
    #[arg(long)]
    no_reads: bool,
    /// Events at most
    #[arg(long, short = 'n', default_value_t = 50)]
    limit: usize,
    /// All of them as JSON, with what changed
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// All of them as CSV
    #[arg(long, conflicts_with = "bundle")]
    csv: bool,
    /// All of them with proofs, for `gatelog verify`
    #[arg(long, conflicts_with = "json")]
    bundle: bool,
    /// How much is kept of each kind of act on Gatelog, and by which rule of the settings
    #[arg(long, conflicts_with_all = ["csv", "bundle"])]
    levels: bool,
    #[command(flatten)]
    server: Server,
}

const WIDTHS: [usize; 7] = [19, 16, 26, 24, 15, 11, 9];
const LEVEL_WIDTHS: [usize; 5] = [16, 9, 9, 9, 24];

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    if args.levels {
        return levels(&client.get_json("/api/v1/trail/levels", &[])?, args.json);
    }
    let mut params = vec![("from", args.from.as_str()), ("to", args.to.as_str())];
    let filters = [
        ("operator", &args.operator),
        ("event", &args.event),
        ("resource_type", &args.resource_type),
        ("resource_id", &args.resource),
        ("source", &args.source),
        ("outcome", &args.outcome),
        ("origin", &args.origin),
        ("change_set", &args.change_set),
        ("search", &args.search),
    ];
    params.extend(filters.iter().filter_map(|(name, text)| Some((*name, text.as_deref()?))));
    params.extend(args.no_reads.then_some(("reads", "hidden")));
    let mut out = stdout().lock();
    let format =
        [("json", args.json), ("csv", args.csv), ("bundle", args.bundle)].into_iter().find(|(_, is)| *is);
    if let Some((format, _)) = format {
        params.push(("format", format));
        std::io::copy(&mut client.get("/api/v1/trail/export", &params)?.into_reader(), &mut out)?;
        return Ok(());
    }
    let limit = args.limit.clamp(1, 1_000).to_string();
    params.push(("limit", &limit));
    let page = client.get_json("/api/v1/trail", &params)?;
    let heads = ["TIME", "OPERATOR", "EVENT", "RESOURCE", "ADDRESS", "SOURCE", "OUTCOME"];
    writeln!(out, "{}", row(&heads, WIDTHS).trim_end())?;
    for event in page.get("events").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| event.get(name).and_then(Value::as_str).map(line).unwrap_or_default();
        let resource =
            if text("resource_name").is_empty() { text("resource_id") } else { text("resource_name") };
        let time = text("time").chars().take(19).collect();
        let cells = [
            time,
            text("operator"),
            text("event"),
            resource,
            text("address"),
            text("source"),
            text("outcome"),
        ];
        writeln!(out, "{}", row(&cells, WIDTHS).trim_end())?;
    }
    if page.get("next_cursor").is_some_and(Value::is_string) {
        eprintln!("there are more; --limit N, or --csv for all");
    }
    Ok(())
}

fn levels(answer: &Value, is_json: bool) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    if is_json {
        writeln!(out, "{answer:#}")?;
        return Ok(());
    }
    let heads = ["KIND", "VERB", "KEPT", "LEAST", "BY"];
    writeln!(out, "{}", row(&heads, LEVEL_WIDTHS).trim_end())?;
    for one in answer.get("levels").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| line(one.get(name).and_then(Value::as_str).unwrap_or_default());
        let by = line(one.get("rule").and_then(Value::as_str).unwrap_or("default"));
        let cells = [text("resource_type"), text("verb"), text("level"), text("least"), by];
        writeln!(out, "{}", row(&cells, LEVEL_WIDTHS).trim_end())?;
    }
    Ok(())
}
