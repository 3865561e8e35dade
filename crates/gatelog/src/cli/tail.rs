//! `gatelog tail`.

use std::io::{BufRead as _, BufReader, Write as _, stdout};

use serde_json::Value;

use super::client::Server;
use super::columns;
use crate::config::Environment;
use crate::terminal::Paint;

/// Shows events as they come in.
///
/// Examples:
///   gatelog tail
///   gatelog tail 'status:>=500 OR granted:false' --json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The filter; everything without one
    #[arg(default_value = "")]
    filter: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let paint = Paint::new(environment);
    let stream = client.get("/api/v1/tail", &[("filter", &args.filter)])?.into_reader();
    if !args.json {
        println!("{}", columns::head(paint));
    }
    let mut kind = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if let Some(name) = line.strip_prefix("event: ") {
            name.clone_into(&mut kind);
        } else if let Some(data) = line.strip_prefix("data: ") {
            show(args, &kind, data, paint)?;
        }
    }
    anyhow::bail!("the server ended the tail")
}

fn show(args: &Args, kind: &str, data: &str, paint: Paint) -> anyhow::Result<()> {
    let value: Value = serde_json::from_str(data)?;
    let mut out = stdout().lock();
    match kind {
        "access" if args.json => writeln!(out, "{value}")?,
        "access" => writeln!(out, "{}", columns::row(&value, paint))?,
        "dropped" => eprintln!("{} events were too many to show", value.get("count").unwrap_or(&Value::Null)),
        _ => {}
    }
    Ok(out.flush()?)
}
