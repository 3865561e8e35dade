//! `gatelog person`.

use std::io::stdout;

use super::client::Server;
use crate::config::Environment;

/// Writes all that is kept of a person to standard output, a JSON object a line.
///
/// Access events that are theirs, operator events that name them, and what directories say of them; the last line says how
/// many there were. Needs a token with the permissions persons:erase and trail:export.
///
/// Examples:
///   gatelog person consumer alice > alice.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What the value is: consumer, user, iam_user, ip, api_key, customer or operator
    subject: String,
    /// The value, as it stands in events
    value: String,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let params = [("subject", args.subject.as_str()), ("value", args.value.as_str())];
    std::io::copy(&mut client.get("/api/v1/person", &params)?.into_reader(), &mut stdout().lock())?;
    Ok(())
}
