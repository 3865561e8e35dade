//! `gatelog proof`.

use super::client::{Server, event_id};
use crate::config::Environment;

/// Prints one event with its proof: a file that `gatelog verify` checks on any machine, with the public key alone.
///
/// An access event is proved once it is sealed, after ten minutes at most. Of the other events the file has only hashes, and
/// of this one what the token may see. Needs the permission verify:run with events:read, or trail:read for an operator event.
///
/// Examples:
///   gatelog proof 1734112 > event.json; gatelog verify event.json --pubkey gatelog.pub
///   gatelog proof --trail 4711 > act.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The id of the event
    id: String,
    /// It is an operator event
    #[arg(long)]
    trail: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let id = event_id(&args.id)?;
    let of = if args.trail { "trail" } else { "events" };
    let mut proof = client.get(&format!("/api/v1/{of}/{id}/proof"), &[])?.into_reader();
    std::io::copy(&mut proof, &mut std::io::stdout().lock())?;
    Ok(())
}
