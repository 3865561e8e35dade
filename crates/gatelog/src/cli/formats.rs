//! `gatelog formats`.

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
        let Some(format) = intake::by_name(name) else {
            let names: Vec<&str> = intake::FORMATS.iter().map(|format| format.name()).collect();
            anyhow::bail!("there is no format {name:?}; there are {}", names.join(", "));
        };
        println!("{}\n\n{}", format.name(), format.doc());
        return Ok(());
    }
    for format in intake::FORMATS {
        let first = format.doc().lines().next().unwrap_or_default();
        println!("{:<12} {first}", format.name());
    }
    println!(
        "\nWithout a name in the address each record is recognised: POST /ingest, or POST /ingest/<format>."
    );
    Ok(())
}
