//! Directories that are pulled: from the admin APIs of gateways, from AWS, from documents somewhere. Fetches, has the text
//! read, and hands it in; what cannot be read changes nothing.

use std::sync::Arc;
use std::time::Duration;

use intake::directory::{Document, Fault, IMPORTERS, Importer, Read};
use relay::directories::{DIRECTORIES, Directory, Door};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use crate::app::App;
use crate::directory::{Import, Outcome};
use crate::outbound::{Outbound, Schedule};
use crate::{clock, log};

/// Pulled so often when the settings do not say.
const INTERVAL_S: u64 = 600;

/// One directory that is pulled: `[directory.NAME]` of the settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pulled {
    /// `kong`, `apisix`, `aws`, `document`; without it the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credentials_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// The sources whose events it speaks of; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval_s: Option<u64>,
}

impl Pulled {
    fn directory(&self, name: &str) -> Result<&'static Directory, String> {
        let kind = self.kind.as_deref().unwrap_or(name);
        relay::directories::by_name(kind).ok_or_else(|| {
            let kinds: Vec<&str> = DIRECTORIES.iter().map(|directory| directory.name).collect();
            format!("{kind:?} is no kind of directory; there are {}", kinds.join(", "))
        })
    }

    /// Says what is wrong with it.
    pub(crate) fn check(&self, name: &str) -> Result<(), String> {
        intake::directory::check_origin(name).map_err(|fault| fault.reason)?;
        let directory = self.directory(name)?;
        let is_aws = directory.name == "aws";
        if is_aws && self.region.is_empty() {
            return Err("region is missing".to_owned());
        }
        if !is_aws && !self.url.starts_with("http://") && !self.url.starts_with("https://") {
            return Err(format!("url: {:?} is not an address such as http://kong-admin:8001", self.url));
        }
        if self.interval_s == Some(0) {
            return Err("interval_s must be above 0".to_owned());
        }
        Ok(())
    }

    fn schedule(&self, name: &str) -> Schedule {
        let from = if self.url.is_empty() { format!("apigateway {}", self.region) } else { self.url.clone() };
        Schedule::new("directory", name, from, Duration::from_secs(self.interval_s.unwrap_or(INTERVAL_S)))
    }

    /// Fetches it, reads it and hands it in; `is_dry` tells only what would change. It waits.
    pub(crate) fn bring(&self, name: &str, app: &App, by: &str, is_dry: bool) -> Result<Outcome, Error> {
        let (importer, read) = self.fetch(name, &app.outbound)?;
        let (origin, by) = (Some(name.to_owned()), by.to_owned());
        let import = Import { origin, format: None, since: None, by, is_dry };
        Ok(app.take_directory(importer, read, import, clock::now())?)
    }

    /// Fetches it and reads it. Changes nothing.
    fn fetch(&self, name: &str, outbound: &Outbound) -> Result<(&'static str, Read), Error> {
        let directory = self.directory(name).map_err(Error::Outside)?;
        let token = outbound.token(name, self.token_file.as_deref()).map_err(Error::Outside)?;
        let profile = self.profile.as_deref().unwrap_or("default");
        let credentials = match directory.name {
            "aws" => {
                outbound.credentials(self.credentials_file.as_deref(), profile).map_err(Error::Outside)?
            }
            _ => None,
        };
        let door = Door {
            egress: &outbound.egress,
            url: &self.url,
            token: token.as_deref(),
            token_header: self.token_header.as_deref(),
            workspace: self.workspace.as_deref(),
            region: &self.region,
            credentials: credentials.as_ref(),
            now: &clock::now,
        };
        let text = (directory.fetch)(&door).map_err(|fault| Error::Outside(fault.to_string()))?;
        let text = String::from_utf8(text).map_err(|_| Fault::new("document", "what came is no text"))?;
        let document = Document::parse(text)?;
        let importer = importer(directory, &document)?;
        let mut read = (importer.read)(&document)?;
        if !self.sources.is_empty() {
            read.snapshot.sources.clone_from(&self.sources);
        }
        Ok((importer.name, read))
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Nothing was fetched.
    #[error("{0}")]
    Outside(String),
    /// What was fetched is wrong, or cannot be kept.
    #[error(transparent)]
    Inside(#[from] crate::directory::Error),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Inside(fault.into())
    }
}

/// Who reads what was fetched: as the kind says, or who recognises it.
fn importer(directory: &Directory, document: &Document) -> Result<&'static Importer, Fault> {
    match directory.importer {
        "" => IMPORTERS.iter().copied().find(|importer| (importer.recognises)(document)),
        name => intake::directory::by_name(name),
    }
    .ok_or_else(|| Fault::new("document", "what came is none of the forms of a directory"))
}

/// Starts pulling every directory.
pub(crate) fn start(app: &Arc<App>, runtime: &Handle) {
    for (name, pulled) in app.config.directory.clone() {
        let schedule = pulled.schedule(&name);
        runtime.spawn(schedule.run(Arc::clone(app), move |app| {
            let Outcome { diff, .. } =
                pulled.bring(&name, app, "schedule", false).map_err(|error| error.to_string())?;
            if !diff.is_empty() {
                log::info("a directory was pulled", &[("origin", &name), ("changes", &diff.total())]);
            }
            Ok(format!("{} changes", diff.total()))
        }));
    }
}
