//! What events are completed with, as the settings say: trusted proxies and files of geography. A file that changes
//! on disk is read anew; one that cannot be read leaves what was known.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use anyhow::Context as _;
use intake::enrich::{Geography, Header, Knowledge, Proxies};
use ipnet::IpNet;

use crate::config::Config;
use crate::log;

// `COUNTRIES: &[u8]`, the country file that is part of the program.
include!(concat!(env!("OUT_DIR"), "/countries.rs"));

/// What is known now. Readers take a copy for each delivery; parts are replaced as a whole.
pub(crate) struct Known {
    now: RwLock<Arc<Knowledge>>,
    geo_files: Vec<String>,
    stamps: RwLock<Vec<Stamp>>,
}

/// By what a change of a file is told: its time and length.
type Stamp = Option<(SystemTime, u64)>;

impl Known {
    /// What the settings say.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Known> {
        let stamps = stamps(&config.geo_files);
        let knowledge = Knowledge {
            proxies: Arc::new(proxies(&config.trusted_proxies, &config.client_header)?),
            geography: Arc::new(geography(&config.geo_files)?),
            ..Knowledge::default()
        };
        Ok(Known {
            now: RwLock::new(Arc::new(knowledge)),
            geo_files: config.geo_files.clone(),
            stamps: RwLock::new(stamps),
        })
    }

    /// What is known now.
    pub(crate) fn get(&self) -> Arc<Knowledge> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces a part of it, for the deliveries that come after.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Knowledge)) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Knowledge::clone(&now);
        change(&mut next);
        *now = Arc::new(next);
    }

    /// Reads files that have changed. Asked once a second by one thread.
    pub(crate) fn refresh(&self) {
        let new = stamps(&self.geo_files);
        let mut stamps = self.stamps.write().unwrap_or_else(PoisonError::into_inner);
        if *stamps == new {
            return;
        }
        *stamps = new;
        match geography(&self.geo_files) {
            Ok(geography) => {
                self.change(|knowledge| knowledge.geography = Arc::new(geography));
                log::info("files of geography were read anew", &[]);
            }
            Err(error) => {
                let error = format!("{error:#}");
                log::error(
                    "files of geography cannot be read; the ones before are used",
                    &[("error", &error)],
                );
            }
        }
    }
}

fn stamps(files: &[String]) -> Vec<Stamp> {
    let stamp = |file: &String| {
        let about = std::fs::metadata(file).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    files.iter().map(stamp).collect()
}

/// The files of the settings, then the one that is part of the program.
fn geography(files: &[String]) -> anyhow::Result<Geography> {
    let mut geography = Geography::new();
    for file in files {
        let bytes = std::fs::read(Path::new(file)).with_context(|| format!("cannot read {file}"))?;
        geography.add(bytes).with_context(|| file.clone())?;
    }
    if !COUNTRIES.is_empty() {
        geography.add(COUNTRIES).context("the country file of this build")?;
    }
    Ok(geography)
}

/// The proxies of the settings: addresses and networks.
pub(crate) fn proxies(trusted: &[String], header: &str) -> anyhow::Result<Proxies> {
    let net = |text: &String| {
        let net = text.parse::<IpNet>().or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
        net.with_context(|| {
            format!("trusted_proxies: {text:?} is neither an address nor a network such as 10.0.0.0/8")
        })
    };
    let header = Header::by_name(header).with_context(|| {
        let names = Header::ALL.map(|(name, _)| name).join(", ");
        format!("client_header: {header:?} is none of {names}")
    })?;
    Ok(Proxies::new(trusted.iter().map(net).collect::<anyhow::Result<_>>()?, header))
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::{Batch, Event, field};

    fn country(known: &Known, ip: &str) -> Option<String> {
        let mut event = Event::new();
        event.int(field::TIME, 1);
        event.text(field::IP, ip);
        let mut batch = Batch::new();
        batch.push(&event);
        batch.finish();
        intake::enrich::enrich(&mut batch, &known.get());
        batch.row(0).text(field::COUNTRY).map(str::to_owned)
    }

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/../intake/tests/geography/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn a_changed_file_counts_and_a_broken_one_does_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), fixture("flat.mmdb")).unwrap();
        let config = Config { geo_files: vec![file.path().display().to_string()], ..Config::default() };
        let known = Known::open(&config).unwrap();
        assert_eq!(country(&known, "1.2.3.4").as_deref(), Some("AA"));
        known.refresh();
        assert_eq!(country(&known, "1.2.3.4").as_deref(), Some("AA"));
        std::fs::write(file.path(), fixture("nested.mmdb")).unwrap();
        known.refresh();
        assert_eq!(country(&known, "1.2.3.4").as_deref(), Some("BB"));
        std::fs::write(file.path(), "no such thing").unwrap();
        known.refresh();
        assert_eq!(country(&known, "1.2.3.4").as_deref(), Some("BB"));
        assert!(Known::open(&config).is_err());
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(proxies(&texts(&["10.0.0.0/8", "::1", "192.0.2.1"]), "Forwarded").is_ok());
        let error = proxies(&texts(&["proxy.example"]), "x-real-ip").unwrap_err().to_string();
        assert!(error.starts_with("trusted_proxies: \"proxy.example\""), "{error}");
        assert!(proxies(&[], "x-client").is_err());
    }

    /// Tells for known addresses of the file that the build puts into the program. A build without the web app has
    /// none, and then no address has a country.
    #[test]
    fn the_country_file_of_the_program_is_whole() {
        let known = Known::open(&Config::default()).unwrap();
        assert_eq!(country(&known, "192.168.7.1").as_deref(), Some("private"));
        let found = country(&known, "193.0.6.139");
        assert_eq!(found.as_deref(), (!COUNTRIES.is_empty()).then_some("NL"));
    }
}
