//! `gatelog export`.

use std::fs::File;
use std::io::{Write, copy, stdout};
use std::path::PathBuf;

use anyhow::Context as _;

use super::client::Server;
use crate::config::Environment;

/// Writes events to a file, without a limit.
///
/// Examples:
///   gatelog export --format csv --from 30d -o november.csv
///   gatelog export 'granted:false' --format parquet -o denied.parquet
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The filter; everything without one
    #[arg(default_value = "")]
    filter: String,
    /// csv, json, ndjson or parquet
    #[arg(long, default_value = "csv")]
    format: String,
    /// From when: now-24h, 7d, 2026-11-21T10:00:00Z
    #[arg(long, default_value = "24h")]
    from: String,
    /// To when, exclusive
    #[arg(long, default_value = "now")]
    to: String,
    /// Further columns of CSV, field names with commas between
    #[arg(long, default_value = "")]
    columns: String,
    /// The file; `-` is standard output
    #[arg(long, short, default_value = "-")]
    output: PathBuf,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let params = [
        ("format", args.format.as_str()),
        ("from", &args.from),
        ("to", &args.to),
        ("filter", &args.filter),
        ("columns", &args.columns),
    ];
    let mut answer = client.get("/api/v1/export", &params)?.into_reader();
    let name = args.output.display().to_string();
    if name == "-" {
        copy(&mut answer, &mut stdout().lock())?;
        return Ok(());
    }
    // Under another name until it is whole: a part of an export must not be taken for all of it.
    let part = PathBuf::from(format!("{name}.part"));
    let mut file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    let bytes = copy(&mut answer, &mut file).context("the export broke off; the .part file is not whole")?;
    file.flush()?;
    file.sync_all()?;
    std::fs::rename(&part, &args.output)?;
    eprintln!("{bytes} bytes written to {name}");
    Ok(())
}
