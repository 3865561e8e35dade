//! What the program fetches by itself: with which client, with which secrets, how often, and what came of it. Knows
//! neither what is fetched nor what it is good for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use event::Timestamp;
use relay::egress::{Egress, Policy};
use relay::sigv4::Credentials;
use serde::Serialize;
use tokio::sync::Notify;

use crate::app::App;
use crate::config::{Config, Environment};
use crate::{catalog, clock, log};

/// After the first failure it is tried again after so long; then after twice as long, up to the interval.
const AGAIN_MIN: Duration = Duration::from_secs(5);
/// The largest file with a secret, in bytes.
const SECRET_BYTES_MAX: u64 = 64 << 10;

/// What all fetching shares.
pub(crate) struct Outbound {
    /// The client.
    pub(crate) egress: Egress,
    secrets: Environment,
    pulls: Mutex<BTreeMap<(&'static str, String), Pull>>,
}

/// How something stands that is fetched again and again.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Pull {
    /// `directory`, `objects`, `trail`, `proxy`, `publish` or `archive`.
    pub(crate) kind: &'static str,
    /// Its name in the settings.
    pub(crate) name: String,
    /// Where from; of what is handed on, where to.
    pub(crate) from: String,
    /// How often, in seconds.
    pub(crate) interval_s: u64,
    /// When it was tried last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_try: Option<String>,
    /// When it succeeded last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_success: Option<String>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_try: Option<String>,
    /// What came of the last success, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<String>,
    /// Why the last try failed; absent when it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Tries since the start.
    pub(crate) tries: u64,
    /// How many of them failed.
    pub(crate) failures: u64,
}

impl Outbound {
    /// As the settings say. Of the environment only what is meant for fetching is kept.
    pub(crate) fn new(config: &Config, environment: &Environment) -> anyhow::Result<Outbound> {
        let policy =
            Policy::parse(&config.egress_allow).map_err(anyhow::Error::msg).context("egress_allow")?;
        let ca = match config.egress_ca_file.as_str() {
            "" => None,
            path => Some(std::fs::read(path).with_context(|| format!("cannot read egress_ca_file {path}"))?),
        };
        let egress =
            Egress::new(policy, Some(&config.egress_proxy), ca.as_deref()).map_err(anyhow::Error::msg)?;
        let ours = |name: &str| name.starts_with("AWS_") || name.starts_with("GATELOG_DIRECTORY_");
        let secrets =
            environment.iter().filter(|(name, _)| ours(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        Ok(Outbound { egress, secrets, pulls: Mutex::default() })
    }

    /// The token of something: of the file, or of the environment (`GATELOG_DIRECTORY_KONG_TOKEN`).
    pub(crate) fn token(&self, name: &str, file: Option<&str>) -> Result<Option<String>, String> {
        let variable = format!("GATELOG_DIRECTORY_{}_TOKEN", name.to_uppercase().replace(['-', '.'], "_"));
        let file = file.or_else(|| self.secrets.get(&format!("{variable}_FILE")).map(String::as_str));
        match file {
            Some(path) => secret_of(Path::new(path)).map(Some),
            None => Ok(self.secrets.get(&variable).filter(|text| !text.is_empty()).cloned()),
        }
    }

    /// Who signs for AWS: a file in AWS' own form, or the usual variables. Read each time, so that they can change.
    pub(crate) fn credentials(
        &self,
        file: Option<&str>,
        profile: &str,
    ) -> Result<Option<Credentials>, String> {
        let found: BTreeMap<String, String> = match file {
            Some(path) => profile_of(&secret_of(Path::new(path))?, profile),
            None => self.secrets.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
        };
        let of = |name: &str| found.get(name).filter(|text| !text.is_empty()).cloned();
        match (of("aws_access_key_id"), of("aws_secret_access_key")) {
            (Some(key_id), Some(secret)) => {
                Ok(Some(Credentials { key_id, secret, session_token: of("aws_session_token") }))
            }
            _ if file.is_some() => Err(format!("the file has no credentials of the profile {profile:?}")),
            _ => Ok(None),
        }
    }

    /// How everything stands.
    pub(crate) fn pulls(&self) -> Vec<Pull> {
        self.pulls.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn change(&self, of: &Schedule, change: impl FnOnce(&mut Pull)) {
        let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        change(pulls.entry((of.kind, of.name.clone())).or_insert_with(|| of.pull()));
    }
}

/// What stands in a file with a secret, without the space around it.
pub(crate) fn secret_of(path: &Path) -> Result<String, String> {
    let read = || {
        use std::io::Read as _;
        let mut text = String::new();
        std::fs::File::open(path)?.take(SECRET_BYTES_MAX).read_to_string(&mut text)?;
        std::io::Result::Ok(text.trim().to_owned())
    };
    read().map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The values of one profile of a credentials file.
fn profile_of(text: &str, profile: &str) -> BTreeMap<String, String> {
    let mut inside = false;
    let mut found = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            inside = name.trim() == profile;
        } else if let (true, Some((name, value))) = (inside, line.split_once('=')) {
            found.insert(name.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    found
}

/// Something that is fetched again and again.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) every: Duration,
    /// Told when it is not to wait for its time.
    pub(crate) wanted: Arc<Notify>,
}

impl Schedule {
    /// One that waits for its time: what and how often, `from` as it is shown.
    pub(crate) fn new(kind: &'static str, name: &str, from: String, every: Duration) -> Schedule {
        Schedule { kind, name: name.to_owned(), from, every, wanted: Arc::default() }
    }

    fn pull(&self) -> Pull {
        Pull {
            kind: self.kind,
            name: self.name.clone(),
            from: self.from.clone(),
            interval_s: self.every.as_secs(),
            last_try: None,
            last_success: None,
            next_try: None,
            result: None,
            error: None,
            tries: 0,
            failures: 0,
        }
    }

    /// Runs it until the server stops: at once, then after each interval, sooner after a failure. `work` may wait.
    pub(crate) async fn run(
        self,
        app: Arc<App>,
        work: impl Fn(&Arc<App>) -> Result<String, String> + Send + Sync + 'static,
    ) {
        let work = Arc::new(work);
        let mut stopping = app.stopping.clone();
        let mut failures = 0_u32;
        loop {
            app.outbound.change(&self, |pull| pull.last_try = Some(clock::now().to_string()));
            let (with, work) = (Arc::clone(&app), Arc::clone(&work));
            let outcome = tokio::task::spawn_blocking(move || work(&with)).await;
            let outcome = outcome.unwrap_or_else(|_| Err("it failed in an unforeseen way".to_owned()));
            if *stopping.borrow() {
                return;
            }
            failures = if outcome.is_ok() { 0 } else { failures.saturating_add(1) };
            let pause = pause(self.every, failures, jitter());
            self.note(&app, outcome, pause);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.wanted.notified() => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }

    fn note(&self, app: &App, outcome: Result<String, String>, pause: Duration) {
        let now = clock::now();
        app.outbound.change(self, |pull| {
            pull.tries += 1;
            let wait = i64::try_from(pause.as_micros()).unwrap_or(0);
            pull.next_try = Some(Timestamp(now.0 + wait).to_string());
            match outcome {
                Ok(result) => {
                    if pull.error.take().is_some() {
                        log::info("fetching works again", &[("kind", &self.kind), ("name", &self.name)]);
                    }
                    pull.last_success = Some(now.to_string());
                    pull.result = Some(result);
                }
                Err(error) => {
                    pull.failures += 1;
                    // Once per trouble, not once per try.
                    if pull.error.as_ref() != Some(&error) {
                        let fields: [log::Field<'_>; 3] =
                            [("kind", &self.kind), ("name", &self.name), ("error", &error)];
                        log::warn("fetching failed; it is tried again", &fields);
                    }
                    pull.error = Some(error);
                }
            }
        });
    }
}

/// How long to wait after so many failures in a row. `jitter` is 0 to 1: a tenth more or less, so that many that began
/// together do not stay together.
fn pause(every: Duration, failures: u32, jitter: f64) -> Duration {
    let plain = match failures {
        0 => every,
        n => every.min(AGAIN_MIN.saturating_mul(2_u32.saturating_pow(n.min(20) - 1))),
    };
    plain.mul_f64(0.9 + 0.2 * jitter)
}

fn jitter() -> f64 {
    catalog::random::<1>().map_or(0.5, |[byte]| f64::from(byte) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbound(environment: &[(&str, &str)]) -> Outbound {
        let environment = environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Outbound::new(&Config::default(), &environment).unwrap()
    }

    #[test]
    fn failures_are_tried_again_sooner_and_never_later() {
        let of = |failures| pause(Duration::from_secs(600), failures, 0.5).as_secs();
        assert_eq!([of(0), of(1), of(2), of(5), of(8), of(200)], [600, 5, 10, 80, 600, 600]);
        let bounds = [0.0, 1.0].map(|jitter| pause(Duration::from_secs(100), 0, jitter).as_secs());
        assert_eq!(bounds, [90, 110]);
    }

    #[test]
    fn secrets_come_from_files_or_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, "s3cret\n").unwrap();
        let outbound = outbound(&[
            ("GATELOG_DIRECTORY_KONG_EU_TOKEN", "of-env"),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("GATELOG_BOOTSTRAP_ADMIN_TOKEN", "no"),
        ]);
        assert_eq!(outbound.secrets.len(), 3);
        assert_eq!(outbound.token("kong-eu", None).unwrap().as_deref(), Some("of-env"));
        assert_eq!(outbound.token("kong-eu", Some(path)).unwrap().as_deref(), Some("s3cret"));
        assert_eq!(outbound.token("other", None).unwrap(), None);
        assert!(outbound.token("other", Some("/nowhere")).unwrap_err().contains("/nowhere"));
        assert_eq!(outbound.credentials(None, "default").unwrap().unwrap().key_id, "AKID");
        std::fs::write(path, "[default]\naws_access_key_id=A\n[logs]\naws_access_key_id = B\naws_secret_access_key = s=/+\naws_session_token = t\n").unwrap();
        let found = outbound.credentials(Some(path), "logs").unwrap().unwrap();
        assert_eq!(
            (&*found.key_id, &*found.secret, found.session_token.as_deref()),
            ("B", "s=/+", Some("t"))
        );
        assert!(outbound.credentials(Some(path), "default").is_err());
    }
}
