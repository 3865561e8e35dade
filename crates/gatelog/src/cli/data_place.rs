//! Where the data directory is, for the commands that work on it beside a running server.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use event::Timestamp;
use event::mask::Rules;

use crate::catalog::{Catalog, Content};
use crate::config::Environment;
use crate::trail::{self, HostAct};

/// Which data directory.
#[derive(clap::Args)]
pub(super) struct DataPlace {
    /// The data directory; GATELOG_DATA_DIR and the settings file count too
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The settings file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A data directory that is open.
pub(super) struct Opened {
    dir: PathBuf,
    user: String,
    catalog: Catalog,
}

impl DataPlace {
    /// Where a browser reaches the server, by the settings.
    pub(super) fn url(&self, environment: &Environment) -> anyhow::Result<String> {
        let config = super::config::read(self.config.clone(), environment)?;
        Ok(match config.public_url.trim_end_matches('/') {
            "" => format!("{}://{}", config.scheme(), config.listen_address.replace("0.0.0.0", "127.0.0.1")),
            url => url.to_owned(),
        })
    }

    /// Opens its catalogue.
    pub(super) fn open(&self, environment: &Environment, now: Timestamp) -> anyhow::Result<Opened> {
        let dir = match &self.data {
            Some(dir) => dir.clone(),
            None => PathBuf::from(super::config::read(self.config.clone(), environment)?.data_dir),
        };
        let catalog = open(&dir, now)?;
        Ok(Opened { dir, user: environment.get("USER").cloned().unwrap_or_default(), catalog })
    }
}

impl Opened {
    /// Reads what the catalogue holds.
    pub(super) fn with<T>(&self, read: impl FnOnce(&Content) -> T) -> T {
        self.catalog.with(read)
    }

    /// The key of the tags that stand for masked values.
    pub(super) fn masking_key(&self) -> [u8; 32] {
        self.catalog.masking_key()
    }

    /// Changes what it holds, after it was recorded.
    pub(super) fn change<T, E>(
        &self,
        act: HostAct<'_>,
        now: Timestamp,
        change: impl FnOnce(&mut Content) -> Result<T, E>,
    ) -> anyhow::Result<T>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let rules = Rules::new(self.catalog.masking_key());
        let act = HostAct { user: &self.user, ..act };
        trail::done_on_host(&self.dir, &rules, act, now, || Ok(self.catalog.change(now, change)??))
    }
}

/// Opens the catalogue of a directory that is one of ours.
pub(super) fn open(dir: &Path, now: Timestamp) -> anyhow::Result<Catalog> {
    Catalog::open(dir, Vec::new(), now).with_context(|| format!("the data directory is {}", dir.display()))
}
