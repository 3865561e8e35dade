//! Publishing: signed checkpoints are handed to others who keep them, an address that takes them and a bucket. Nothing waits for
//! it; what could not be handed on is tried again, sooner, then at longer intervals, and how it stands is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use relay::egress::Body;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use crate::app::App;
use crate::clock;
use crate::config::Config;
use crate::outbound::Schedule;
use crate::prover::Newest;
use crate::s3::Place;

/// What it is called among all that goes out.
pub(crate) const KIND: &str = "publish";
/// The media type of a signed note.
const NOTE: &str = "text/plain; charset=utf-8";

/// Where to.
enum To {
    /// An address that each note is sent to.
    Address(String),
    /// A bucket in which each note becomes an object.
    Bucket(Place),
}

impl To {
    /// All that the settings name.
    fn all(config: &Config) -> Result<Vec<To>, String> {
        let mut all = Vec::new();
        if !config.proof_publish_url.is_empty() {
            shown(&config.proof_publish_url)?;
            all.push(To::Address(config.proof_publish_url.clone()));
        }
        if !config.proof_publish_s3.is_empty() {
            all.push(To::Bucket(Place::parse(&config.proof_publish_s3)?));
        }
        Ok(all)
    }

    fn schedule(&self, config: &Config) -> Schedule {
        let (name, from) = match self {
            To::Address(url) => ("url", shown(url).unwrap_or_default()),
            To::Bucket(place) => ("s3", place.shown()),
        };
        let every = Duration::from_secs(config.proof_publish_interval_s);
        Schedule::new(KIND, name, from, every)
    }

    /// Hands a note on.
    fn hand(&self, app: &App, (checkpoint, note): &Newest) -> Result<(), String> {
        let bytes = note.len() as u64;
        let body = Body { from: &mut note.as_bytes(), bytes, kind: NOTE };
        match self {
            To::Address(url) => app.outbound.egress.post(url, &[], body).map_err(|fault| fault.to_string()),
            To::Bucket(place) => {
                let hash = hex(&Sha256::digest(note.as_bytes()));
                // Another note has another name, so nothing is ever written over; and the same one is not written twice.
                let short = hash.get(..16).unwrap_or_default();
                let name = format!("{}/{:020}-{short}.checkpoint", checkpoint.origin, checkpoint.size);
                let bucket = place.bucket(&app.outbound)?;
                let put = bucket.put_new(&place.key(&name), body, &hash, clock::now());
                put.map(drop).map_err(|fault| fault.to_string())
            }
        }
    }
}

/// What is wrong with the settings.
pub(crate) fn check(config: &Config) -> Result<(), String> {
    if config.proof_publish_interval_s == 0 {
        return Err("proof_publish_interval_s must be above 0".to_owned());
    }
    To::all(config).map(drop)
}

/// Starts publishing, where the settings say so.
pub(crate) fn start(app: &Arc<App>, runtime: &Handle) {
    for to in To::all(&app.config).unwrap_or_default() {
        let schedule = to.schedule(&app.config);
        // What was handed on last, of each log.
        let last = Mutex::new(BTreeMap::new());
        runtime.spawn(schedule.run(Arc::clone(app), move |app| {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            sweep(app, &to, &mut last)
        }));
    }
}

/// Hands on what is new; what was handed on last, in words.
fn sweep(app: &App, to: &To, last: &mut BTreeMap<String, (u64, String)>) -> Result<String, String> {
    for newest in app.trail.prover.newest() {
        let (checkpoint, note) = &newest;
        if last.get(&checkpoint.origin).is_none_or(|(_, known)| known != note) {
            to.hand(app, &newest)?;
            last.insert(checkpoint.origin.clone(), (checkpoint.size, note.clone()));
        }
    }
    let said: Vec<String> =
        last.iter().map(|(origin, (size, _))| format!("{origin} with {size} leaves")).collect();
    Ok(if said.is_empty() { "nothing is signed yet".to_owned() } else { said.join(", ") })
}

/// An address without what may be a secret in it: its path and query.
fn shown(url: &str) -> Result<String, String> {
    let wrong = || "proof_publish_url is no address such as https://keeper.example.com/notes".to_owned();
    let uri: axum::http::Uri = url.parse().map_err(|_| wrong())?;
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) if !authority.as_str().contains('@') => {
            Ok(format!("{scheme}://{authority}"))
        }
        _ => Err(wrong()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked_and_no_secret_is_shown() {
        let with = |url: &str, s3: &str| Config {
            proof_publish_url: url.to_owned(),
            proof_publish_s3: s3.to_owned(),
            ..Config::default()
        };
        assert_eq!(To::all(&with("", "")).unwrap().len(), 0);
        let config =
            with("https://keeper.example.com:8443/hook/s3cret?key=s3cret", "s3://kept/p?region=eu-west-1");
        let shown: Vec<String> =
            To::all(&config).unwrap().iter().map(|to| to.schedule(&config).from).collect();
        assert_eq!(shown, ["https://keeper.example.com:8443", "s3://kept/p/"]);
        for (url, s3) in [("keeper", ""), ("ftp://keeper/", ""), ("https://a:b@keeper/", ""), ("", "kept/p")]
        {
            assert!(check(&with(url, s3)).is_err(), "{url} {s3}");
        }
        assert!(check(&Config { proof_publish_interval_s: 0, ..Config::default() }).is_err());
    }
}
