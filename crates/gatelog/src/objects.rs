//! Access logs that lie as objects in a bucket (Firehose, CloudTrail and others put them there): finds new ones, takes each
//! once, remembers it durably. An object is read bit by bit; what is held of it is one batch.

mod memory;
mod walk;

use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event::Timestamp;
use event::time::{DAY, HOUR};
use relay::bucket::{Ask, Bucket, Listing, Object};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use self::memory::Memory;
use crate::app::App;
use crate::catalog::Source;
use crate::cut::{Cutter, Shape, shape};
use crate::outbound::Schedule;
use crate::reading::{Named, Reading};
use crate::take::{Delivery, take};
use crate::{clock, log, take};

/// A batch of records has about this many bytes.
const BATCH_BYTES: usize = 2 << 20;
/// So much of an object is looked at to see how its records follow each other.
const LOOK_BYTES: usize = 256 << 10;
/// Largest object, as it is stored.
const OBJECT_BYTES_MAX: u64 = 16 << 30;
/// Largest object, unpacked: gzip can make a thousand bytes of one.
const UNPACKED_BYTES_MAX: u64 = 64 << 30;
/// After so many objects in a row that could not be fetched the sweep ends.
const MISSES_MAX: u32 = 5;

/// One place objects come from: `[[objects]]` of the settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Objects {
    /// Which source the events belong to; its name, too.
    pub(crate) source: String,
    pub(crate) bucket: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_style: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credentials_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) look_back_h: Option<u32>,
}

impl Objects {
    /// Says what is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        crate::sources::check_name(&self.source).map_err(|error| error.to_string())?;
        if self.bucket.is_empty() {
            return Err("bucket is missing".to_owned());
        }
        if self.region.is_empty() && self.endpoint.is_empty() {
            return Err("region or endpoint is missing".to_owned());
        }
        if self.interval_s == Some(0) || self.look_back_h == Some(0) {
            return Err("interval_s and look_back_h must be above 0".to_owned());
        }
        crate::sources::check_origin(&self.source, &self.reading()?).map_err(|error| error.to_string())?;
        self.since().map(drop)
    }

    fn reading(&self) -> Result<Reading, String> {
        Reading::new(self.format.clone(), None)
    }

    fn since(&self) -> Result<Timestamp, String> {
        let Some(text) = &self.since else { return Ok(Timestamp(0)) };
        let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.clone() };
        Timestamp::parse(&whole).ok_or_else(|| format!("since: {text:?} is no time such as 2026-11-21"))
    }

    fn schedule(&self) -> Schedule {
        let from = format!("s3://{}/{}", self.bucket, self.prefix);
        Schedule::new("objects", &self.source, from, Duration::from_secs(self.interval_s.unwrap_or(60)))
    }

    fn bucket(&self, app: &App) -> Result<Bucket, String> {
        let profile = self.profile.as_deref().unwrap_or("default");
        let credentials = app.outbound.credentials(self.credentials_file.as_deref(), profile)?;
        let region = if self.region.is_empty() { "us-east-1" } else { &self.region };
        let egress = app.outbound.egress.clone();
        Bucket::new(egress, &self.endpoint, &self.bucket, region, self.path_style, credentials)
            .map_err(|fault| fault.to_string())
    }
}

/// Starts looking in every place.
pub(crate) fn start(app: &Arc<App>, runtime: &Handle) {
    for place in app.config.objects.clone() {
        let dir = PathBuf::from(&app.config.data_dir).join("objects");
        let schedule = place.schedule();
        runtime.spawn(schedule.run(Arc::clone(app), move |app| sweep(app, &place, &dir)));
    }
}

/// Where objects lie.
trait Shelf {
    fn list(&self, ask: Ask<'_>) -> Result<Listing, String>;
    fn open(&self, key: &str) -> Result<Box<dyn Read + Send>, String>;
}

impl Shelf for Bucket {
    fn list(&self, ask: Ask<'_>) -> Result<Listing, String> {
        Bucket::list(self, ask, clock::now()).map_err(|fault| fault.to_string())
    }

    fn open(&self, key: &str) -> Result<Box<dyn Read + Send>, String> {
        let stream =
            Bucket::open(self, key, OBJECT_BYTES_MAX, clock::now()).map_err(|fault| fault.to_string())?;
        Ok(stream.body)
    }
}

/// What one look at a place brought.
#[derive(Default)]
struct Brought {
    objects: u64,
    events: u64,
    rejected: u64,
    /// Objects that cannot be read, and why the last of them.
    damaged: u64,
    /// Objects that could not be fetched.
    missed: u64,
    misses: u32,
    newest: i64,
    last_reason: Option<String>,
}

/// Why an object was not taken whole.
enum Trouble {
    /// It passes: the object is tried again.
    Passing(String),
    /// It stays so.
    Lasting(String),
}

fn sweep(app: &Arc<App>, place: &Objects, dir: &std::path::Path) -> Result<String, String> {
    let bucket = place.bucket(app)?;
    declare(app, place)?;
    let io = |error: io::Error| format!("what was taken cannot be remembered: {error}");
    let name =
        format!("{:016x}", key_hash(&format!("{}\n{}\n{}", place.endpoint, place.bucket, place.prefix)));
    let mut memory = Memory::open(dir, &format!("{}-{name}", place.source), place.since()?).map_err(io)?;
    let mut brought = Brought::default();
    let floor = Timestamp(memory.horizon().0.saturating_sub(DAY));
    walk::walk(&bucket, &place.prefix, floor, &mut |object| {
        if *app.stopping.borrow() {
            return Err("the server is stopping".to_owned());
        }
        brought.newest = brought.newest.max(object.modified.0);
        if object.bytes == 0 || !memory.is_new(&object.key, object.modified) {
            return Ok(());
        }
        take_object(app, place, &bucket, &object, &mut brought)?;
        if brought.misses == 0 {
            memory.note(&object.key, object.modified).map_err(io)?;
        }
        Ok(())
    })?;
    if brought.missed > 0 {
        let reason = brought.last_reason.unwrap_or_default();
        return Err(format!(
            "{} of the new objects could not be fetched, the last because: {reason}",
            brought.missed
        ));
    }
    let back = i64::from(place.look_back_h.unwrap_or(24)) * HOUR;
    memory.advance(Timestamp(brought.newest.saturating_sub(back))).map_err(io)?;
    Ok(brought.said())
}

impl Brought {
    fn said(&self) -> String {
        let Brought { objects, events, rejected, damaged, .. } = self;
        let mut text = format!("{objects} new objects with {events} events");
        if *rejected > 0 {
            text.push_str(&format!(", {rejected} records not understood"));
        }
        if *damaged > 0 {
            let reason = self.last_reason.as_deref().unwrap_or_default();
            text.push_str(&format!(", {damaged} objects damaged (the last: {reason})"));
        }
        text
    }
}

/// The source is there from the first look on, also when nothing lies there yet.
fn declare(app: &App, place: &Objects) -> Result<(), String> {
    // What the settings say of a trail holds for all that its source brings.
    let reading = Some(place.reading()?).filter(Reading::is_trail);
    let is_set = |source: &Source| reading.is_none() || source.reading.is_trail();
    if app.catalog.with(|content| content.sources.get(&place.source).is_some_and(is_set)) {
        return Ok(());
    }
    let now = clock::now();
    let make = |content: &mut crate::catalog::Content| {
        let source = content.sources.entry(place.source.clone()).or_insert_with(|| Source::new(now));
        if let Some(reading) = &reading {
            source.reading = reading.clone();
        }
    };
    app.catalog.change(now, make).map_err(|error| error.to_string())
}

/// Takes one object. An error ends the sweep.
fn take_object(
    app: &Arc<App>,
    place: &Objects,
    shelf: &dyn Shelf,
    object: &Object,
    brought: &mut Brought,
) -> Result<(), String> {
    let records = |app: &Arc<App>, brought: &mut Brought| -> Result<(), Trouble> {
        let body = shelf.open(&object.key).map_err(Trouble::Passing)?;
        take_records(app, place, &object.key, body, brought)
    };
    match records(app, brought) {
        Ok(()) => brought.objects += 1,
        Err(Trouble::Lasting(reason)) => {
            brought.damaged += 1;
            log::warn(
                "an object was left",
                &[("source", &place.source), ("key", &object.key), ("reason", &reason)],
            );
            brought.last_reason = Some(reason);
        }
        Err(Trouble::Passing(reason)) => {
            brought.missed += 1;
            brought.misses += 1;
            if brought.misses >= MISSES_MAX {
                return Err(reason);
            }
            brought.last_reason = Some(reason);
            return Ok(());
        }
    }
    brought.misses = 0;
    Ok(())
}

/// Takes the records of a body in batches that are the same each time, so that a batch taken twice is known.
fn take_records(
    app: &Arc<App>,
    place: &Objects,
    key: &str,
    body: Box<dyn Read + Send>,
    brought: &mut Brought,
) -> Result<(), Trouble> {
    let wire = Wire::new(body);
    let broken = wire.broken();
    let trouble = |error: io::Error| match broken.load(std::sync::atomic::Ordering::Relaxed) {
        true => Trouble::Passing(error.to_string()),
        false => Trouble::Lasting(error.to_string()),
    };
    let mut plain = intake::reader(BufReader::with_capacity(LOOK_BYTES, wire)).map_err(trouble)?;
    let mut start = Vec::with_capacity(LOOK_BYTES);
    plain.by_ref().take(LOOK_BYTES as u64).read_to_end(&mut start).map_err(trouble)?;
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PAR1") {
        return Err(Trouble::Lasting("ZIP and Parquet are not read".to_owned()));
    }
    let shape = shape_of(&start);
    let whole = io::Cursor::new(start).chain(plain).take(UNPACKED_BYTES_MAX);
    let mut cutter = Cutter::new(BufReader::with_capacity(LOOK_BYTES, whole), shape, 0, BATCH_BYTES);
    let named = place.format.as_deref().and_then(Named::by_name);
    let reader = take::reader(app, &place.source, named)
        .map_err(|problem| Trouble::Passing(problem.detail().to_owned()))?;
    while let Some((batch, end)) = cutter.next().map_err(trouble)? {
        let delivery = Delivery {
            source: place.source.as_str().into(),
            reader: reader.clone(),
            coding: None,
            wire_bytes: batch.len() as u64,
            received: clock::now(),
            salt: Some(key_hash(&format!("{key}\n{end}"))),
            envelope: None,
        };
        let taken = persist(app, &delivery, batch)?;
        brought.events += taken.accepted();
        brought.rejected += taken.rejected;
    }
    Ok(())
}

/// Takes a batch, and waits as long as there is too much to do.
fn persist(app: &Arc<App>, delivery: &Delivery, batch: Vec<u8>) -> Result<take::Taken, Trouble> {
    loop {
        match Handle::current().block_on(take(app, delivery.clone(), batch.clone())) {
            Ok(taken) => return Ok(taken),
            Err(problem) if problem.status() == axum::http::StatusCode::SERVICE_UNAVAILABLE => {
                if *app.stopping.borrow() {
                    return Err(Trouble::Passing("the server is stopping".to_owned()));
                }
                std::thread::sleep(Duration::from_secs(1));
            }
            Err(problem) if problem.status().is_server_error() => {
                return Err(Trouble::Passing("the server failed; its log says why".to_owned()));
            }
            Err(problem) => return Err(Trouble::Lasting(problem.detail().to_owned())),
        }
    }
}

/// Records without a line break in sight follow each other without one: `}{`.
fn shape_of(start: &[u8]) -> Shape {
    let is_one_line = !start.contains(&b'\n');
    if is_one_line && start.trim_ascii_start().starts_with(b"{") { Shape::Json } else { shape(start) }
}

fn key_hash(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

/// What comes over the wire; tells its own failures from those of unpacking.
struct Wire {
    body: Box<dyn Read + Send>,
    broken: Arc<std::sync::atomic::AtomicBool>,
}

impl Wire {
    fn new(body: Box<dyn Read + Send>) -> Wire {
        Wire { body, broken: Arc::default() }
    }

    fn broken(&self) -> Arc<std::sync::atomic::AtomicBool> {
        Arc::clone(&self.broken)
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.body.read(into).inspect_err(|_| self.broken.store(true, std::sync::atomic::Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        let with =
            |toml: &str| toml::from_str::<Objects>(toml).map_err(|e| e.to_string()).and_then(|o| o.check());
        let good = "source = \"edge\"\nbucket = \"logs\"\nregion = \"eu-west-1\"\n";
        assert_eq!(with(good), Ok(()));
        assert_eq!(with("source = \"edge\"\nbucket = \"logs\""), Err("region or endpoint is missing".into()));
        assert!(with(&format!("{good}since = \"yesterday\"")).unwrap_err().contains("yesterday"));
        assert!(with(&format!("{good}since = \"2026-11-21\"")).is_ok());
        assert!(with(&format!("{good}format = \"kogn\"")).unwrap_err().contains("kong"));
        assert!(with(&format!("{good}colour = \"red\"")).is_err());
    }

    #[test]
    fn how_records_follow_each_other() {
        assert_eq!(shape_of(b"{\"a\":1}{\"a\":2}"), Shape::Json);
        assert_eq!(shape_of(b"{\"a\":1}\n{\"a\":2}\n"), Shape::Lines);
        assert_eq!(shape_of(b"{\n\"a\":1}\n"), Shape::Json);
        assert_eq!(shape_of(b"10.0.0.1 - - [21/Nov"), Shape::Lines);
    }
}
