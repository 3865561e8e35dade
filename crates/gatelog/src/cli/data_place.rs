//! Where the data directory is, for the commands that work on it beside a running server.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use event::Timestamp;

use crate::catalog::Catalog;
use crate::config::Environment;

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

impl DataPlace {
    /// Opens its catalogue.
    pub(super) fn open(&self, environment: &Environment, now: Timestamp) -> anyhow::Result<Catalog> {
        let dir = match &self.data {
            Some(dir) => dir.clone(),
            None => PathBuf::from(super::config::read(self.config.clone(), environment)?.data_dir),
        };
        open(&dir, now)
    }
}

/// Opens the catalogue of a directory that is one of ours.
pub(super) fn open(dir: &Path, now: Timestamp) -> anyhow::Result<Catalog> {
    Catalog::open(dir, Vec::new(), now).with_context(|| format!("the data directory is {}", dir.display()))
}
