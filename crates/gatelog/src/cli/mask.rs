//! `gatelog mask`.

use std::io::{IsTerminal as _, Read as _};

use event::mask::Rules;

use super::client::Server;
use super::data_place::DataPlace;
use crate::clock;
use crate::config::Environment;

/// Asks about masked secrets.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Probe(Probe),
}

/// Tells whether a secret that leaked was ever seen, without the secret being kept.
///
/// Equal secrets have equal tags, made with the key in the data directory. The value is read from standard input, so
/// that it stays out of the shell's history. With a token of a server, the events that carry the tag are counted.
///
/// Examples:
///   gatelog mask probe --data /var/lib/gatelog < leaked.txt
///   printf %s "$LEAKED" | gatelog mask probe --count --from 90d
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
struct Probe {
    #[command(flatten)]
    place: DataPlace,
    /// Asks the server how many events carry it
    #[arg(long)]
    count: bool,
    /// From when, with --count
    #[arg(long, default_value = "180d")]
    from: String,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let What::Probe(probe) = &args.what;
    if std::io::stdin().is_terminal() {
        eprintln!("Type the value, then Enter and Ctrl-D:");
    }
    let mut value = String::new();
    std::io::stdin().read_to_string(&mut value)?;
    let value = value.trim_end_matches(['\n', '\r']);
    if value.is_empty() {
        anyhow::bail!("no value came on standard input");
    }
    let rules = Rules::new(probe.place.open(environment, clock::now())?.masking_key());
    let tag = rules.probe(value);
    println!("{tag}");
    if probe.count {
        let client = probe.server.client(environment)?;
        let filter = format!("\"{tag}\"");
        let answer = client
            .get_json("/api/v1/summary", &[("filter", &filter), ("from", &probe.from), ("to", "now")])?;
        let calls = answer.get("total_calls").and_then(serde_json::Value::as_u64).unwrap_or_default();
        println!("{calls} events since {} carry it", probe.from);
    } else {
        eprintln!("search for it with the filter \"{tag}\", or count with --count");
    }
    Ok(())
}
