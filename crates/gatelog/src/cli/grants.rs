//! `gatelog grants`.

use serde_json::Value;

use super::client::Server;
use crate::config::Environment;
use crate::terminal::{fit, line};

/// Shows who may call what and never does, and the fewest groups that would do.
///
/// A grant is a consumer, a group it is in, and a route that allows this group. Those never used in the look-back stand
/// first. The smallest set is found by greedy set cover: of each consumer's groups, again and again the one that allows most of
/// what it called. A call that comes once a year is not seen in 90 days: look before you take a grant away.
///
/// Examples:
///   gatelog grants --look-back 90d
///   gatelog grants --unused --search batch
///   gatelog grants --deck > narrower.yaml
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// How far back use counts
    #[arg(long, default_value = "90d")]
    look_back: String,
    /// Only grants that were never used
    #[arg(long)]
    unused: bool,
    /// Only grants whose consumer, group or route holds this text
    #[arg(long)]
    search: Option<String>,
    /// Grants at most
    #[arg(long, short = 'n', default_value_t = 1_000)]
    limit: usize,
    /// Prints the change for decK
    #[arg(long, conflicts_with_all = ["adc", "json"])]
    deck: bool,
    /// Prints the change for ADC
    #[arg(long, conflicts_with = "json")]
    adc: bool,
    /// JSON, as the API answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let limit = args.limit.to_string();
    let mut params = vec![("look_back", args.look_back.as_str()), ("limit", limit.as_str())];
    params.extend(args.unused.then_some(("used", "false")));
    params.extend(args.search.as_deref().map(|search| ("search", search)));
    let told = client.get_json("/api/v1/grants", &params)?;
    let change = if args.deck { told.pointer("/export/deck") } else { told.pointer("/export/adc") };
    match (args.json, args.deck || args.adc) {
        (true, _) => println!("{told}"),
        (_, true) => print!("{}", change.and_then(Value::as_str).unwrap_or_default()),
        _ => table(&told),
    }
    for note in ["note", "partial_reason"] {
        if let Some(note) = told.get(note).and_then(Value::as_str) {
            eprintln!("note: {}", line(note));
        }
    }
    Ok(())
}

fn table(told: &Value) {
    println!("{} {} {} {:>10} LAST SEEN", fit("CONSUMER", 28), fit("GROUP", 20), fit("ROUTE", 32), "CALLS");
    for grant in told.get("grants").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| line(grant.get(name).and_then(Value::as_str).unwrap_or_default());
        let calls = grant.get("calls").and_then(Value::as_u64).unwrap_or(0);
        let last = if calls == 0 { "never".to_owned() } else { text("last_seen") };
        let (consumer, group, route) = (text("consumer"), text("group"), text("route"));
        println!("{} {} {} {calls:>10} {last}", fit(&consumer, 28), fit(&group, 20), fit(&route, 32));
    }
    let pair = |name: &str| {
        let at = |place: usize| told.pointer(&format!("/smallest/{name}/{place}")).and_then(Value::as_u64);
        (at(0).unwrap_or(0), at(1).unwrap_or(0))
    };
    let (memberships, entries) = (pair("memberships"), pair("entries"));
    eprintln!(
        "{} of {} memberships and {} of {} entries of routes cover what was called; --deck or --adc prints the change",
        memberships.1, memberships.0, entries.1, entries.0
    );
}
