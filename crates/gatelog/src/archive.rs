//! Archiving: a day past its time is copied to a directory or a bucket, read back, and only then removed here. What was copied can
//! be checked where it lies, without this server.
//!
//! ```text
//! access/date=2026-05-01/0000000000000012.parquet    its files as they were in the table
//! access/date=2026-05-01/archive.json                their hashes, their blocks, and the proof that these were signed
//! trail/0-4711.bundle.json                           operator events that were removed, as `gatelog trail --bundle` writes them
//! ```
//! The description of a day is written after its files and replaced as a whole; a file that it does not name is a leftover.
//! Whatever is done twice, after a kill or a failure, leaves the same.

mod day;
pub(crate) mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::{Archive, Leaving};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use self::store::Target;
use crate::app::App;
use crate::outbound::Schedule;
use crate::{durable, log};

pub(crate) use day::verified;

/// What it is called among all that goes out.
pub(crate) const KIND: &str = "archive";
/// The file that says what was archived.
const ARCHIVED: &str = "archived.json";
/// How often it is looked whether something has to be archived.
const EVERY: Duration = Duration::from_secs(10);
/// How long the next day is waited for once one is safe.
const NEXT_DAY: Duration = Duration::from_secs(3);

/// What was archived of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfDay {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    pub(crate) files: u64,
}

/// What was archived.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Archived {
    /// By UTC day, such as 2026-05-01.
    pub(crate) days: BTreeMap<String, OfDay>,
    /// The last operator event.
    pub(crate) trail_through: Option<u64>,
}

/// Copies what is about to be removed.
pub(crate) struct Archiver {
    target: Target,
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    archived: Archived,
    /// The day that is due.
    wanted: Option<Leaving>,
    /// The day whose files are safe.
    safe: Option<(i64, Vec<String>)>,
    /// Operator events up to this number are due.
    trail_wanted: Option<u64>,
}

impl Archiver {
    /// Where the settings say; none when they do not.
    pub(crate) fn open(setting: &str, data_dir: &std::path::Path) -> Result<Option<Arc<Archiver>>, String> {
        if setting.is_empty() {
            return Ok(None);
        }
        let file = data_dir.join(ARCHIVED);
        let archived = match std::fs::read(&file) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", file.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Archived::default(),
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        let state = Mutex::new(State { archived, ..State::default() });
        Ok(Some(Arc::new(Archiver { target: Target::parse(setting)?, file, state })))
    }

    /// Where it lies.
    pub(crate) fn shown(&self) -> String {
        self.target.shown()
    }

    /// What was archived, and the day that is due and not safe yet.
    pub(crate) fn archived(&self) -> (Archived, Option<i64>) {
        let state = self.state();
        (state.archived.clone(), state.wanted.as_ref().map(|leaving| leaving.day))
    }

    /// Whether operator events up to that number are safe; if not, they will be.
    pub(crate) fn trail_is_safe(&self, through: u64) -> bool {
        let mut state = self.state();
        let is_safe = state.archived.trail_through.is_some_and(|safe| safe >= through);
        state.trail_wanted = (!is_safe).then_some(through);
        is_safe
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes safe what is due; in words what came of it.
    fn sweep(&self, app: &App) -> Result<String, String> {
        let store = self.target.open(&app.outbound)?;
        let trail = self.state().trail_wanted;
        if let Some(through) = trail {
            day::put_trail(app, &store, through)?;
            self.note(|state| (state.archived.trail_through, state.trail_wanted) = (Some(through), None))?;
        }
        loop {
            let wanted = self.state().wanted.clone();
            let Some(leaving) = wanted else { break };
            if *app.stopping.borrow() {
                return Err("the server is stopping".to_owned());
            }
            let of_day = day::put(app, &store, &leaving)?;
            self.note(|state| {
                state.archived.days.insert(day::date(leaving.day), of_day);
                state.safe = Some((leaving.day, paths(&leaving)));
                state.wanted = None;
            })?;
            log::info(
                "a day is in the archive",
                &[("day", &day::date(leaving.day)), ("events", &of_day.events)],
            );
            std::thread::sleep(NEXT_DAY);
        }
        let days = self.state().archived.days.len();
        Ok(format!("{days} days are archived"))
    }

    /// Changes the state once what was archived is noted durably.
    fn note(&self, change: impl FnOnce(&mut State)) -> Result<(), String> {
        let mut state = self.state();
        let mut next = State {
            archived: state.archived.clone(),
            wanted: state.wanted.clone(),
            safe: state.safe.clone(),
            trail_wanted: state.trail_wanted,
        };
        change(&mut next);
        let bytes = serde_json::to_vec(&next.archived).map_err(|error| error.to_string())?;
        durable::write(&self.file, &bytes).map_err(|error| format!("{}: {error}", self.file.display()))?;
        *state = next;
        Ok(())
    }
}

impl Archive for Archiver {
    fn is_safe(&self, leaving: &Leaving) -> bool {
        let mut state = self.state();
        let is_safe = state.safe.as_ref().is_some_and(|safe| *safe == (leaving.day, paths(leaving)));
        state.wanted = (!is_safe).then(|| leaving.clone());
        is_safe
    }
}

fn paths(leaving: &Leaving) -> Vec<String> {
    let mut paths: Vec<String> = leaving.places.iter().map(|place| place.path.clone()).collect();
    paths.sort_unstable();
    paths
}

/// Starts archiving, where the settings say so.
pub(crate) fn start(app: &Arc<App>, runtime: &Handle) {
    let Some(archiver) = app.archiver.clone() else { return };
    let schedule = Schedule::new(KIND, "days", archiver.shown(), EVERY);
    runtime.spawn(schedule.run(Arc::clone(app), move |app| archiver.sweep(app)));
}
