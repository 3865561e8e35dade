//! Erasing a person from everything that is kept: who it is, what there is of them, and the work itself, which goes on after a
//! restart until it is done. Afterwards nothing here says who it was: erasures are known by a keyed hash.
//!
//! ```text
//! tenants/1/erasure.json    {"id","subject","value"} of the erasure under way; gone when it is done
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use event::subject::{Subject, VALUE_BYTES_MAX, Word, by_name};
use event::{Act, Timestamp};
use ledger::{Theirs, Whom};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::retention::{Hold, Stream};
use crate::trail::actions::ERASURE_DONE;
use crate::{clock, durable, log, rejects, trail};

/// Erasures that are listed; of more the oldest are only in the operator trail.
const ERASURES_MAX: usize = 1_000;
/// Files beside events and trail that are looked through, each of at most so many bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// How an erasure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Running,
    Done,
    Failed,
}

/// An erasure, as it is listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Erasure {
    /// How the person was named.
    pub(crate) subject: String,
    /// A keyed hash of how: the same person has the same.
    pub(crate) mark: String,
    pub(crate) state: State,
    /// When, in microseconds.
    pub(crate) started: i64,
    pub(crate) finished: Option<i64>,
    /// Access events whose personal texts are gone.
    pub(crate) events: u64,
    /// Records of the operator trail.
    pub(crate) operator_records: u64,
    /// Why it failed.
    pub(crate) error: Option<String>,
    /// Where the value still stands, because it is kept for something else.
    pub(crate) left: Vec<String>,
}

/// Who is to be erased.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) subject: String,
    pub(crate) value: String,
}

/// What is under way, as it stands in its file.
#[derive(Serialize, Deserialize)]
struct Pending {
    id: String,
    #[serde(flatten)]
    person: Person,
}

/// The erasure under way: its id, and how many events it has come to.
#[derive(Default)]
pub(crate) struct Running(Mutex<Option<(String, u64)>>);

impl Running {
    /// How far that erasure is.
    pub(crate) fn events(&self, id: &str) -> Option<u64> {
        self.now().as_ref().filter(|(running, _)| running == id).map(|(_, events)| *events)
    }

    /// Whether one is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.now().is_some()
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Option<(String, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one, when there is no other.
    fn begin(&self, id: &str) -> bool {
        let mut now = self.now();
        let is_free = now.is_none();
        if is_free {
            *now = Some((id.to_owned(), 0));
        }
        is_free
    }

    fn add(&self, events: u64) {
        if let Some((_, sum)) = self.now().as_mut() {
            *sum += events;
        }
    }

    fn end(&self) {
        *self.now() = None;
    }
}

/// What there is of a person.
#[derive(Default)]
pub(crate) struct Trial {
    pub(crate) found: Theirs,
    /// Records of the trail that would lose something.
    pub(crate) operator_records: u64,
    /// Records of the trail that have the value where nothing is erased.
    pub(crate) operator_open: u64,
    /// What would have to be released first.
    pub(crate) holds: BTreeMap<String, Hold>,
    pub(crate) left: Vec<String>,
}

impl Person {
    /// The way the person is named, and the value as a word; or what is wrong.
    pub(crate) fn check(&self) -> Result<(&'static Subject, Word), String> {
        let subject =
            by_name(&self.subject).ok_or_else(|| format!("{:?} is no way to name a person", self.subject))?;
        let word = Word::new(&self.value).filter(|_| self.value.trim() == self.value);
        let word = word.filter(|_| self.value.len() <= VALUE_BYTES_MAX);
        let wrong = || format!("a value is 1 to {VALUE_BYTES_MAX} bytes, without space around it");
        Ok((subject, word.ok_or_else(wrong)?))
    }

    /// The keyed hash that stands for them.
    pub(crate) fn mark(&self, app: &App) -> String {
        app.rules.fingerprint(&format!("person\0{}\0{}", self.subject, self.value))
    }

    /// Whose events.
    pub(crate) fn whom<'a>(&'a self, subject: &'a Subject) -> Whom<'a> {
        Whom { fields: subject.fields, value: &self.value }
    }
}

/// What there is of a person, and what stands against erasing it. It waits.
pub(crate) fn look(app: &App, person: &Person) -> Result<Trial, String> {
    let (subject, word) = person.check()?;
    let said = |error: ledger::Error| error.to_string();
    app.trail.collect().map_err(|error| error.to_string())?;
    let found = app.ledger.find(person.whom(subject), clock::now()).map_err(said)?;
    let mut days = BTreeSet::new();
    let mut each = |time: Timestamp| {
        days.insert(time.day());
    };
    let named = app.trail.trail().named(&word, &mut each).map_err(said)?;
    let of_events: BTreeSet<i64> = found.days.keys().chain(&found.rollup_days).copied().collect();
    let keeps = |hold: &Hold| {
        let days = if hold.stream == Stream::Events { &of_events } else { &days };
        days.iter().any(|day| hold.days().contains(day))
    };
    let (kept, _) = app.retention();
    Ok(Trial {
        operator_records: named.records,
        operator_open: named.open,
        holds: kept.holds.into_iter().filter(|(_, hold)| keeps(hold)).collect(),
        left: left(app, &word),
        found,
    })
}

impl Trial {
    /// Why it cannot be erased, when it cannot.
    pub(crate) fn refusal(&self) -> Option<String> {
        let (id, hold) = self.holds.first_key_value()?;
        Some(format!(
            "hold {id} keeps what would be erased, from {} to {}: {}",
            hold.from.as_deref().unwrap_or("the beginning"),
            hold.to.as_deref().unwrap_or("now and later"),
            hold.reason
        ))
    }
}

/// Files beside events and trail in which the value stands.
fn left(app: &App, word: &Word) -> Vec<String> {
    let root = Path::new(&app.config.data_dir);
    let tenant = root.join(crate::serve::LEDGER_DIR);
    let mut files = vec![root.join("catalog.json")];
    for dir in [root.join("proxies"), root.join("objects"), root.join("trails"), tenant.join("directory")] {
        let entries = fs::read_dir(dir).into_iter().flatten();
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.sort();
    let stands = |file: &PathBuf| {
        let is_small = fs::metadata(file).is_ok_and(|known| known.len() <= FILE_BYTES_MAX);
        let text = if is_small { fs::read(file).unwrap_or_default() } else { Vec::new() };
        word.stands_in(&String::from_utf8_lossy(&text))
    };
    let named = |file: PathBuf| file.strip_prefix(root).unwrap_or(&file).display().to_string();
    files.into_iter().filter(stands).map(named).collect()
}

fn pending(app: &App) -> PathBuf {
    Path::new(&app.config.data_dir).join(crate::serve::LEDGER_DIR).join("erasure.json")
}

/// Begins to erase a person; false when another erasure is under way. What is under way goes on after a restart.
pub(crate) fn start(app: &Arc<App>, id: &str, person: Person, now: Timestamp) -> anyhow::Result<bool> {
    if !app.erasing.begin(id) {
        return Ok(false);
    }
    let begun = || -> anyhow::Result<()> {
        let one = Pending { id: id.to_owned(), person };
        durable::write(&pending(app), &serde_json::to_vec(&one)?)?;
        list(app, &one, now)?;
        Ok(work(Arc::clone(app), one)?)
    };
    let begun = begun();
    if let Err(error) = &begun {
        app.erasing.end();
        let _ = fs::remove_file(pending(app));
        let why = Err(format!("it could not be begun: {error:#}"));
        // What was not listed cannot have failed in the list.
        app.catalog.change(now, |content| settle(&mut content.erasures, id, why, now))?;
    }
    begun.map(|()| true)
}

/// Puts one to those that are listed; one that is there stays as it is.
fn list(app: &App, one: &Pending, now: Timestamp) -> anyhow::Result<()> {
    let mark = one.person.mark(app);
    app.catalog.change(now, |content| {
        let all = &mut content.erasures;
        while all.len() >= ERASURES_MAX && !all.contains_key(&one.id) {
            let oldest = all.iter().min_by_key(|(_, one)| one.started);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else { break };
            all.remove(&oldest);
        }
        all.entry(one.id.clone()).or_insert_with(|| Erasure::begun(&one.person.subject, mark, now));
    })?;
    Ok(())
}

/// Writes down what one came to; the one.
fn settle(
    all: &mut BTreeMap<String, Erasure>,
    id: &str,
    done: Result<Done, String>,
    now: Timestamp,
) -> Option<Erasure> {
    let one = all.get_mut(id)?;
    one.finished = Some(now.0);
    match done {
        Ok(done) => {
            one.state = State::Done;
            // Of one that went on after a restart these are the last ones.
            (one.events, one.operator_records, one.left) = (done.events, done.operator_records, done.left);
        }
        Err(error) => (one.state, one.error) = (State::Failed, Some(error)),
    }
    Some(one.clone())
}

/// Goes on with what was under way when the server stopped.
pub(crate) fn resume(app: &Arc<App>) -> anyhow::Result<()> {
    let bytes = match fs::read(pending(app)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let pending: Pending = serde_json::from_slice(&bytes)?;
    app.erasing.begin(&pending.id);
    // It may have stopped before it was listed.
    list(app, &pending, clock::now())?;
    log::info("an erasure goes on", &[("id", &pending.id)]);
    Ok(work(Arc::clone(app), pending)?)
}

/// Erases on a thread of its own.
fn work(app: Arc<App>, one: Pending) -> io::Result<()> {
    let work = move || {
        let done = erase(&app, &one.person);
        if let Err(error) = &done {
            log::error("an erasure failed", &[("id", &one.id), ("error", &error)]);
        }
        if let Err(error) = finish(&app, &one.id, done) {
            // Its file is still there: the next start does it again.
            log::error("what became of an erasure cannot be kept", &[("id", &one.id), ("error", &error)]);
        }
        app.erasing.end();
    };
    std::thread::Builder::new().name("erasure".into()).spawn(work).map(drop)
}

/// What an erasure came to.
struct Done {
    events: u64,
    operator_records: u64,
    left: Vec<String>,
}

fn erase(app: &App, person: &Person) -> Result<Done, String> {
    let (subject, word) = person.check()?;
    if let Some(refusal) = look(app, person)?.refusal() {
        return Err(refusal);
    }
    let said = |error: ledger::Error| error.to_string();
    let mut each = |events| app.erasing.add(events);
    let events = app.ledger.erase(person.whom(subject), clock::now(), &mut each).map_err(said)?;
    let (kept, _) = app.retention();
    let is_held = |time: Timestamp| {
        let mut holds = kept.holds.values().filter(|hold| hold.stream == Stream::Trail);
        holds.any(|hold| hold.days().contains(&time.day()))
    };
    let operator_records = app.trail.trail().erase(&word, &is_held).map_err(said)?;
    // Files made of events before; they can be made again.
    for export in app.exports.list(|_| true) {
        if export.file || word.stands_in(&export.asked.filter) {
            app.exports.remove(&export.id, |_| true);
        }
    }
    app.tally.forget_rejects(|reject| word.stands_in(&reject.excerpt) || word.stands_in(&reject.reason));
    if let Some(rejects) = app.tally.unsaved_rejects() {
        rejects::save(Path::new(&app.config.data_dir), &rejects).map_err(|error| error.to_string())?;
    }
    Ok(Done { events, operator_records, left: left(app, &word) })
}

/// Writes down what became of it, and forgets who it was.
fn finish(app: &App, id: &str, done: Result<Done, String>) -> anyhow::Result<()> {
    let now = clock::now();
    let told = app.catalog.change(now, |content| settle(&mut content.erasures, id, done, now))?;
    if let Some(one) = told {
        tell(app, id, one, now)?;
    }
    // Last: as long as the file is there, the next start does and tells it again.
    let file = pending(app);
    fs::remove_file(&file)?;
    durable::sync_parent(&file)?;
    Ok(())
}

/// Records what became of it.
fn tell(app: &App, id: &str, one: Erasure, now: Timestamp) -> anyhow::Result<()> {
    let outcome = if one.state == State::Done { "success" } else { "failure" };
    let act = trail::act(ERASURE_DONE, "cli", now)?;
    app.trail.record_blocking(Act {
        operator_kind: "host".to_owned(),
        outcome: outcome.to_owned(),
        resource_id: id.to_owned(),
        resource_name: one.mark,
        detail: format!(
            "{} access events, {} operator records{}",
            one.events,
            one.operator_records,
            one.error.map_or_else(String::new, |error| format!("; {error}"))
        ),
        ..act
    })?;
    Ok(())
}

impl Erasure {
    fn begun(subject: &str, mark: String, now: Timestamp) -> Erasure {
        Erasure {
            subject: subject.to_owned(),
            mark,
            state: State::Running,
            started: now.0,
            finished: None,
            events: 0,
            operator_records: 0,
            error: None,
            left: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_begun_is_listed_as_failed() {
        let (then, now) = (Timestamp(1), Timestamp(2));
        let mut all = BTreeMap::from([("a".to_owned(), Erasure::begun("ip", "hmac:1".to_owned(), then))]);
        assert_eq!(all["a"].state, State::Running);
        let one = settle(&mut all, "a", Err("no thread".to_owned()), now).unwrap();
        assert_eq!(
            (one.state, one.finished, one.error.as_deref()),
            (State::Failed, Some(2), Some("no thread"))
        );
        assert_eq!(all["a"].state, State::Failed);
        assert!(settle(&mut all, "b", Err(String::new()), now).is_none() && all.len() == 1);
    }
}
