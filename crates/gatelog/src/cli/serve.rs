//! `gatelog serve`, and appending without a server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use event::mask::{Rules, mask};
use event::{Timestamp, field};
use intake::enrich::enrich;
use ledger::Ledger;

use super::sender::{Batch, Taken};
use super::{data_place, samples};
use crate::catalog::{Catalog, Content, Source};
use crate::config::{Config, Environment};
use crate::directory::Store;
use crate::knowledge::Known;
use crate::masks;
use crate::reading::{Named, Reader};
use crate::serve::{LEDGER_DIR, given, open_disk, open_ledger};
use crate::sources::check_name;
use crate::{clock, serve};

/// Runs the server.
///
/// Everything is kept in one directory; nothing else is needed. The first start prints a one-time link that opens the
/// web app. Ctrl-C or SIGTERM stops it cleanly.
///
/// Examples:
///   gatelog serve
///   gatelog serve --data /var/lib/gatelog --listen 127.0.0.1:7080
///   gatelog serve --config /etc/gatelog.toml
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The settings file; GATELOG_CONFIG counts too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory, instead of the settings'
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// The address and port, instead of the settings'
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Listens on an address that is not loopback although there is no TLS
    #[arg(long)]
    insecure_http: bool,
    /// Replays the sample logs of a directory as if they came over the last 24 hours, then a few every second
    #[arg(long, value_name = "DIR")]
    samples: Option<PathBuf>,
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let mut config = super::config::read(args.config, environment)?;
    config.data_dir = args.data.unwrap_or(config.data_dir);
    config.listen_address = args.listen.unwrap_or(config.listen_address);
    config.insecure_http |= args.insecure_http;
    let mut given = given(environment)?;
    let then = match args.samples {
        Some(dir) => {
            declare_directory(&mut config, &dir);
            Some(samples::prepare(&dir, Path::new(&config.data_dir), &mut given)?)
        }
        None => None,
    };
    serve::run(config, given, environment, then)
}

/// What is known of the consumers of the samples.
fn declare_directory(config: &mut Config, samples: &Path) {
    let file = samples.join("directory.yaml");
    if config.directory_files.is_empty() && file.is_file() {
        config.directory_files = format!("samples={}", file.display());
    }
}

/// Appends to the data directory of a server that is stopped.
pub(super) struct Direct {
    ledger: Ledger,
    catalog: Catalog,
    rules: Rules,
    known: Known,
    source: String,
    reader: Option<Reader>,
}

impl Direct {
    /// Opens the directory; a running server has it locked.
    pub(super) fn open(
        dir: &Path,
        source: &str,
        format: Option<&str>,
        environment: &Environment,
    ) -> anyhow::Result<Direct> {
        let format = match format {
            Some(name) => Some(
                Named::by_name(name)
                    .with_context(|| format!("there is no format {name:?}; see `gatelog formats`"))?,
            ),
            None => None,
        };
        let config =
            Config { data_dir: dir.display().to_string(), ..super::config::read(None, environment)? };
        let now = clock::now();
        let catalog = data_place::open(dir, now)?;
        let ledger = open_ledger(&config, open_disk(dir)?, now)?;
        let rules = masks::rules(&catalog)?;
        let known = Known::open(&config)?;
        let directory = Store::open(&dir.join(LEDGER_DIR), config.retain_days, "")?;
        known.change(|knowledge| knowledge.directory = directory.now());
        check_name(source)?;
        let set = |content: &Content| content.sources.get(source).map(|s| s.reading.clone());
        let reader = catalog.with(set).unwrap_or_default().reader(format)?;
        if matches!(reader, Some(Reader::Trail(_))) {
            anyhow::bail!("a trail of operators is imported through a running server: leave out --direct");
        }
        Ok(Direct { ledger, catalog, rules, known, source: source.to_owned(), reader })
    }

    /// Makes a batch durable.
    pub(super) fn append(&self, batch: Batch) -> anyhow::Result<Taken> {
        let now = clock::now();
        let format = self.reader.as_ref().and_then(Reader::format);
        let decoded =
            intake::decode_with(intake::Options { format, received: Some(now), salt: None }, &batch.bytes);
        let mut events = decoded.batch;
        events.fill_text(field::SOURCE, &self.source);
        enrich(&mut events, &self.known.get());
        let keys = crate::take::salted(decoded.keys, &self.source);
        let mut taken = Taken {
            end: batch.end,
            bytes: batch.bytes.len() as u64,
            rejected: decoded.rejected,
            reject: decoded.rejects.first().map(|r| format!("line {} of a batch: {}", r.line, r.reason)),
            ..Taken::default()
        };
        if !events.is_empty() {
            let receipt = self.ledger.append_blocking(mask(events, &self.rules), keys, now)?;
            taken.accepted = receipt.accepted();
            taken.duplicates = receipt.duplicates();
        }
        let brought = crate::counters::Counters {
            accepted: taken.accepted,
            rejected: taken.rejected,
            duplicates: taken.duplicates,
            lost: 0,
            bytes: taken.bytes,
            refused: 0,
            last_event: (taken.accepted > 0).then_some(now.0),
            formats: decoded.formats.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        };
        self.catalog.change(now, |content| {
            let source = content.sources.entry(self.source.clone()).or_insert_with(|| Source::new(now));
            source.counters.add(&brought);
        })?;
        self.ledger.wait_due(Duration::ZERO);
        self.ledger.tend(Timestamp(now.0))?;
        Ok(taken)
    }

    /// Seals everything.
    pub(super) fn close(self) -> anyhow::Result<()> {
        Ok(self.ledger.seal(clock::now())?)
    }
}
