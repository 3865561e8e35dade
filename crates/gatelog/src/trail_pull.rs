//! The audit log of Kong Gateway Enterprise, pulled: what is new since the last time is fetched, joined by the requests it
//! names, checked where a key is given, and put into the operator trail. How far it was read is remembered durably after
//! what was read is durable; what is read twice is known by its key.
//!
//! ```text
//! trails/kong-eu-9c0f….read = "gatelog trail 1 " the newest request_timestamp in seconds "\n"
//! ```

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use event::time::{DAY, SECOND};
use intake::operator;
use relay::audit::{self, AUDIT_ENTRIES_MAX};
use relay::directories::Door;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::app::App;
use crate::counters::Counters;
use crate::outbound::Schedule;
use crate::quality::Quality;
use crate::reading::Reading;
use crate::sources::{check_name, check_origin};
use crate::told::Keeping;
use crate::{clock, durable};

mod signed;

use signed::Key;

/// The format of what comes.
const FORMAT: &str = "kong-audit";
/// Pulled so often when the settings do not say.
const INTERVAL_S: u64 = 30;
/// The first time it is looked back so far: Kong keeps entries for 30 days unless told otherwise.
const FIRST_DAYS: i64 = 31;
/// Entries may come so much later than the newest one, in seconds: nodes of Kong have clocks of their own.
const OVERLAP_S: i64 = 300;
/// An entity whose request is not there yet is asked for again after so long.
const REQUEST_WAIT: Duration = Duration::from_secs(1);
const HEAD: &str = "gatelog trail 1 ";

/// One trail that is pulled: `[trail.NAME]` of the settings; the name is that of its source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PulledTrail {
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace: Option<String>,
    /// The public part of Kong's `audit_log_signing_key`, in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_key_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval_s: Option<u64>,
}

impl PulledTrail {
    /// Says what is wrong with it.
    pub(crate) fn check(&self, name: &str) -> Result<(), String> {
        check_name(name).and_then(|()| check_origin(name, &reading()?)).map_err(|error| error.to_string())?;
        if !self.url.starts_with("http://") && !self.url.starts_with("https://") {
            return Err(format!("url: {:?} is not an address such as http://kong-admin:8001", self.url));
        }
        if self.interval_s == Some(0) {
            return Err("interval_s must be above 0".to_owned());
        }
        Ok(())
    }

    fn schedule(&self, name: &str) -> Schedule {
        let every = Duration::from_secs(self.interval_s.unwrap_or(INTERVAL_S));
        Schedule::new("trail", name, self.url.clone(), every)
    }
}

fn reading() -> Result<Reading, crate::sources::Refusal> {
    Ok(Reading::new(Some(FORMAT.to_owned()), None).unwrap_or_default())
}

/// Starts pulling every trail.
pub(crate) fn start(app: &Arc<App>, runtime: &Handle) {
    for (name, pulled) in app.config.trail.clone() {
        let dir = PathBuf::from(&app.config.data_dir).join("trails");
        runtime
            .spawn(pulled.schedule(&name).run(Arc::clone(app), move |app| pull(app, &name, &pulled, &dir)));
    }
}

/// Requests, and the objects they changed.
type Entries = (Vec<Value>, Vec<Value>);

/// How far a trail was read.
struct Place(PathBuf);

impl Place {
    fn read(&self) -> io::Result<Option<i64>> {
        let damaged = || io::Error::other(format!("{} is damaged", self.0.display()));
        match fs::read_to_string(&self.0) {
            Ok(text) => {
                let newest = text.strip_prefix(HEAD).and_then(|rest| rest.trim_end().parse().ok());
                newest.map(Some).ok_or_else(damaged)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, newest: i64) -> io::Result<()> {
        durable::write(&self.0, format!("{HEAD}{newest}\n").as_bytes()).map(drop)
    }
}

fn pull(app: &Arc<App>, name: &str, pulled: &PulledTrail, dir: &Path) -> Result<String, String> {
    declare(app, name)?;
    if app.catalog.with(|content| content.is_paused(name)) {
        return Err("its source is paused".to_owned());
    }
    let key = pulled.public_key_file.as_deref().map(|file| Key::read(Path::new(file))).transpose()?;
    let token = app.outbound.token(name, pulled.token_file.as_deref())?;
    let door = Door {
        egress: &app.outbound.egress,
        url: &pulled.url,
        token: token.as_deref(),
        token_header: pulled.token_header.as_deref(),
        workspace: pulled.workspace.as_deref(),
        region: "",
        credentials: None,
        now: &clock::now,
    };
    let kept = |error: io::Error| format!("how far it was read cannot be remembered: {error}");
    fs::create_dir_all(dir).map_err(kept)?;
    let place = format!("{}\n{}", pulled.url, pulled.workspace.as_deref().unwrap_or_default());
    let place = Place(dir.join(format!("{name}-{:016x}.read", xxhash_rust::xxh3::xxh3_64(place.as_bytes()))));
    let newest = place.read().map_err(kept)?;
    let first = (clock::now().0 - FIRST_DAYS * DAY) / SECOND;
    let from = newest.map_or(first, |newest| newest - OVERLAP_S);
    let mut pulling =
        Pulling { app, name, door, key, newest: newest.unwrap_or(0), total: Counters::default() };
    pulling.window(from, None)?;
    place.write(pulling.newest).map_err(kept)?;
    let Counters { accepted, rejected, .. } = pulling.total;
    Ok(format!("{accepted} new events, {rejected} entries not understood"))
}

/// The source is there from the first look on.
fn declare(app: &App, name: &str) -> Result<(), String> {
    if app.catalog.with(|content| content.sources.get(name).is_some_and(|source| source.reading.is_trail())) {
        return Ok(());
    }
    let now = clock::now();
    let made = app.catalog.change(now, |content| content.declare(name, reading()?, now));
    made.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

struct Pulling<'a> {
    app: &'a Arc<App>,
    name: &'a str,
    door: Door<'a>,
    key: Option<Key>,
    /// The newest `request_timestamp` that was read.
    newest: i64,
    total: Counters,
}

impl Pulling<'_> {
    /// Reads what lies in a time; a time that holds too much in two halves, the older first.
    fn window(&mut self, from: i64, to: Option<i64>) -> Result<(), String> {
        if *self.app.stopping.borrow() {
            return Err("the server is stopping".to_owned());
        }
        if let Some((requests, objects)) = self.fetched(from, to)? {
            return self.keep(&requests, &objects);
        }
        // In the future of our clock Kong's may be, by less than a day.
        let end = to.unwrap_or((clock::now().0 + DAY) / SECOND);
        let middle = from + (end - from) / 2;
        if middle <= from {
            return Err(format!("more than {AUDIT_ENTRIES_MAX} entries of one second"));
        }
        self.window(from, Some(middle))?;
        self.window(middle, to)
    }

    /// The requests and objects of a time; nothing when there are too many. A request is written at its end, after what
    /// it changed.
    fn fetched(&self, from: i64, to: Option<i64>) -> Result<Option<Entries>, String> {
        let list = |list: &str| audit::entries(&self.door, list, from, to).map_err(|fault| fault.to_string());
        let (Some(requests), Some(objects)) = (list("requests")?, list("objects")?) else { return Ok(None) };
        let known: HashSet<&str> = requests.iter().map(request_id).collect();
        if objects.iter().all(|object| known.contains(request_id(object))) {
            return Ok(Some((requests, objects)));
        }
        std::thread::sleep(REQUEST_WAIT);
        Ok(list("requests")?.map(|requests| (requests, objects)))
    }

    fn keep(&mut self, requests: &[Value], objects: &[Value]) -> Result<(), String> {
        let checked = |entry: &Value| self.key.as_ref().map(|key| key.has_signed(entry));
        // Kong gives the newest first.
        let mut calls = operator::admin_calls(requests, objects, &checked);
        calls.reverse();
        let now = clock::now();
        let trail = operator::by_name(FORMAT).ok_or("no such format")?;
        let mut keeping = Keeping::new(self.app, self.name);
        let options = operator::Options { trail, received: now };
        let body = calls.join("\n");
        let read = operator::read(options, body.as_bytes(), &mut |told| keeping.keep(told));
        let taken = keeping.finish().map_err(|problem| problem.detail().to_owned())?.unwrap_or_default();
        let brought = Counters {
            accepted: taken.accepted,
            rejected: read.rejected,
            bytes: body.len() as u64,
            last_event: (taken.accepted > 0).then_some(now.0),
            formats: read.trails.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            ..Counters::default()
        };
        self.total.add(&brought);
        // What was read again is no delivery: only what is new counts.
        if taken.accepted + read.rejected > 0 {
            self.app.tally.add(self.name, brought, &Quality::default(), Vec::new(), now);
        }
        let times =
            requests.iter().chain(objects).filter_map(|entry| entry.get("request_timestamp")?.as_i64());
        // A clock that is far ahead must not hide what comes after.
        let latest = (now.0 + DAY) / SECOND;
        self.newest = times.filter(|time| *time <= latest).max().unwrap_or(0).max(self.newest);
        Ok(())
    }
}

fn request_id(entry: &Value) -> &str {
    entry.get("request_id").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use event::Timestamp;

    use super::*;

    #[test]
    fn settings_are_checked() {
        let with = |toml: &str| {
            toml::from_str::<PulledTrail>(toml)
                .map_err(|error| error.to_string())
                .and_then(|one| one.check("kong-eu"))
        };
        assert_eq!(with("url = \"http://kong:8001\""), Ok(()));
        assert!(with("url = \"kong:8001\"").unwrap_err().contains("http://"));
        assert!(with("url = \"http://kong:8001\"\ninterval_s = 0").is_err());
        assert!(with("url = \"http://kong:8001\"\ncolour = \"red\"").is_err());
        let own = PulledTrail { url: "http://kong:8001".into(), ..PulledTrail::default() };
        assert!(own.check("gatelog").unwrap_err().contains("trail of this program"));
    }

    #[test]
    fn how_far_it_was_read_lasts_or_is_said_to_be_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place(dir.path().join("x.read"));
        assert_eq!(place.read().unwrap(), None);
        place.write(1_795_298_319).unwrap();
        assert_eq!(place.read().unwrap(), Some(1_795_298_319));
        fs::write(&place.0, "gatelog trail 1 x").unwrap();
        assert!(place.read().is_err());
    }

    #[test]
    fn times_of_kong_are_seconds() {
        assert_eq!(Timestamp::parse("1795298319"), Some(Timestamp(1_795_298_319 * SECOND)));
    }
}
