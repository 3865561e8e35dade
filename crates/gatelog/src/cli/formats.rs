//! `gatelog formats`.

use intake::operator::TRAILS;

use crate::reading::{Named, format_names};

/// Lists the log formats that are understood.
///
/// Examples:
///   gatelog formats
///   gatelog formats kong
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Only this one, in full
    name: Option<String>,
    /// As Markdown
    #[arg(long)]
    markdown: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    if args.markdown {
        print!("{}", intake::formats_markdown());
        return Ok(());
    }
    if let Some(name) = &args.name {
        let (name, doc) = match Named::by_name(name) {
            Some(Named::Calls(format)) => (format.name(), format.doc()),
            Some(Named::Trail(trail)) => (trail.name, trail.doc),
            None => anyhow::bail!("there is no format {name:?}; there are {}", format_names().join(", ")),
        };
        println!("{name}\n\n{doc}");
        return Ok(());
    }
    for format in intake::FORMATS {
        let first = format.doc().lines().next().unwrap_or_default();
        println!("{:<12} {first}", format.name());
    }
    println!("\nTrails that gateways keep of their operators:");
    for trail in TRAILS {
        println!("{:<16} {}", trail.name, trail.doc.lines().next().unwrap_or_default());
    }
    println!(
        "\nWithout a name in the address each record is recognised: POST /ingest, or POST /ingest/<format>."
    );
    Ok(())
}
