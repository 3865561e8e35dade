//! `gatelog config`.

use std::path::PathBuf;

use crate::config::{Config, Environment, SETTINGS};

/// Prints the settings, with what each does.
///
/// Examples:
///   gatelog config > gatelog.toml
///   gatelog config check gatelog.toml
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The settings file; GATELOG_CONFIG counts too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prints docs/config.md
    #[arg(long)]
    markdown: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// Says what is wrong with a settings file
    Check {
        /// The file
        file: PathBuf,
    },
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    if args.markdown {
        print!("{}", Config::to_markdown());
        return Ok(());
    }
    if let Some(What::Check { file }) = args.what {
        Config::read(Some(&file), &Environment::new())?;
        println!("{} is valid; {} settings are known", file.display(), SETTINGS.len());
        return Ok(());
    }
    print!("{}", read(args.config, environment)?.to_toml());
    Ok(())
}

/// The settings a command works with.
pub(super) fn read(file: Option<PathBuf>, environment: &Environment) -> anyhow::Result<Config> {
    let file = file.or_else(|| environment.get("GATELOG_CONFIG").map(PathBuf::from));
    Ok(Config::read(file.as_deref(), environment)?)
}
