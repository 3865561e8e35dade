//! `gatelog admin`.

use serde_json::json;

use super::data_place::DataPlace;
use crate::catalog::random;
use crate::clock;
use crate::config::Environment;
use crate::trail::HostAct;
use crate::trail::actions::ADMIN_RESCUE;

/// Gets you in again, on the machine of the server.
///
/// Examples:
///   gatelog admin rescue
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    place: DataPlace,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Prints a one-time link to a session of a super admin that lives 15 minutes
    ///
    /// For when nobody can sign in any more. It needs the data directory, so whoever can use it could read everything
    /// anyway. Give someone a password or a role with it; it ends the links that were printed before.
    Rescue,
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let now = clock::now();
    let catalog = args.place.open(environment, now)?;
    let base = args.place.url(environment)?;
    match args.what {
        What::Rescue => {
            let random = random()?;
            let act = HostAct::on(ADMIN_RESCUE, "rescue", json!({}));
            let link = catalog.change(act, now, |content| {
                Ok::<_, keys::Error>(content.keyring.rescue_link(now, &random))
            })?;
            eprintln!("Open this once, within 15 minutes, in a browser; the session lives 15 minutes:");
            println!("{base}/welcome#{}", link.token.expose());
        }
    }
    Ok(())
}
