//! `gatelog gateways`.

use crate::gateways::{GATEWAYS, by_id, markdown, with_address};

/// Says how a gateway is told to send its log here.
///
/// Examples:
///   gatelog gateways
///   gatelog gateways kong --url https://gatelog.example.com
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The gateway; without it all are listed
    id: Option<String>,
    /// The address gateways reach the server at
    #[arg(long, default_value = "http://127.0.0.1:7080")]
    url: String,
    /// Prints docs/sources.md
    #[arg(long)]
    markdown: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    if args.markdown {
        print!("{}", markdown());
        return Ok(());
    }
    let Some(id) = &args.id else {
        for gateway in GATEWAYS {
            println!("{:<15} {}", gateway.id, gateway.label);
        }
        return Ok(());
    };
    let Some(gateway) = by_id(id) else {
        let ids: Vec<&str> = GATEWAYS.iter().map(|gateway| gateway.id).collect();
        anyhow::bail!("there is no gateway {id:?}; there are {}", ids.join(", "));
    };
    println!("{}\n\n{}", gateway.label, gateway.about);
    for note in gateway.notes() {
        println!("\n{}: {}", note.title, note.text);
    }
    for step in gateway.steps {
        let code = with_address(step.code, &args.url);
        println!("\n{}\n\n{code}", step.text);
    }
    Ok(())
}
