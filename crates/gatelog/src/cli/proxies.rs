//! `gatelog proxies`.

use std::io::{Write as _, stdout};

use serde_json::Value;

use super::client::Server;
use crate::config::Environment;
use crate::terminal::{line, row};

/// Shows how the audit proxies stand: before which gateway, what happens when a change cannot be recorded, what was seen since
/// the start of the server, and what is wrong.
///
/// Needs a token with the permission trail:read.
///
/// Examples:
///   gatelog proxies
///   gatelog proxies --json | jq '.proxies[] | select(.problem)'
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const WIDTHS: [usize; 9] = [16, 7, 21, 34, 6, 19, 8, 8, 6];

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let answer = args.server.client(environment)?.get_json("/api/v1/proxies", &[])?;
    let mut out = stdout().lock();
    if args.json {
        writeln!(out, "{answer:#}")?;
        return Ok(());
    }
    let proxies = answer.get("proxies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if proxies.is_empty() {
        writeln!(out, "there is no audit proxy; [[proxy]] of the settings makes one")?;
        return Ok(());
    }
    let heads =
        ["PROXY", "KIND", "ADDRESS", "STANDS BEFORE", "FAILS", "LAST CHANGE", "CHANGES", "REFUSED", "DRIFT"];
    writeln!(out, "{} PROBLEM", row(&heads, WIDTHS))?;
    for proxy in proxies {
        let text = |name: &str| line(proxy.get(name).and_then(Value::as_str).unwrap_or("-"));
        let count = |name: &str| {
            let number = proxy.get("counts").and_then(|counts| counts.get(name)).and_then(Value::as_u64);
            number.unwrap_or_default().to_string()
        };
        let cells = [
            text("name"),
            text("kind"),
            text("address"),
            text("upstream"),
            text("fail"),
            text("last_change").chars().take(19).collect(),
            count("changes"),
            count("refused"),
            count("drift"),
        ];
        writeln!(out, "{} {}", row(&cells, WIDTHS), text("problem"))?;
    }
    Ok(())
}
