//! The operator trail of this program: who does what to it is recorded before it takes effect, and when that is not
//! possible it does not take effect. Commands beside a running server leave their acts in an inbox, durably; the server
//! takes them from there within two seconds.
//!
//! ```text
//! inbox/000642a1….act    kind:u8 and the act as in event::act, by the time it was left
//! ```

pub(crate) mod actions;
pub(crate) mod ask;
pub(crate) mod bundle;
pub(crate) mod count;
pub(crate) mod diff;
mod glance;
pub(crate) mod levels;
mod look;
mod recent;
pub(crate) mod seen;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use event::mask::{Masked, Rules};
use event::{Act, Timestamp};
use intake::operator::Told;
use ledger::disk::Disk;
use ledger::trail::{Handed, Kind, Options, Trail};
use serde_json::Value;

use crate::config::Config;
use crate::prover::{self, Newest, Prover};
use crate::{catalog, durable, log};
use actions::Action;
pub(crate) use glance::glanced;
use levels::Levels;
pub(crate) use look::look;
use recent::Recent;

/// The directory of acts that commands left, beside the trail.
const INBOX: &str = "inbox";
/// Space that even the trail leaves free on the disk.
const RESERVE_BYTES: u64 = 64 << 20;
/// Acts taken from the inbox at once.
const INBOX_TAKEN_MAX: usize = 1_000;

/// An act could not be recorded, so it must not be done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unrecorded(String);

impl From<ledger::Error> for Unrecorded {
    fn from(error: ledger::Error) -> Unrecorded {
        Unrecorded(error.to_string())
    }
}

/// Writes down who does what.
pub(crate) struct Recorder {
    trail: Trail,
    pub(crate) prover: Prover,
    rules: Rules,
    inbox: PathBuf,
    pub(crate) recent: Recent,
    pub(crate) levels: Levels,
}

impl Recorder {
    /// Opens the trail of a data directory, on the disk of its ledger.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        config: &Config,
        rules: Rules,
    ) -> anyhow::Result<Recorder> {
        // Access events stop well before the disk is full, so that it can be recorded who makes room.
        let reserve_bytes = RESERVE_BYTES.min(config.free_bytes_min);
        let options = Options { bytes_max: config.trail_bytes_max, reserve_bytes };
        let prover = Prover::open(dir, Arc::clone(&disk), config).context("proof of the operator trail")?;
        let trail = Trail::open(disk, options)?;
        for damage in trail.damage() {
            log::error("the operator trail is damaged", &[("what", damage)]);
        }
        Ok(Recorder {
            trail,
            prover,
            rules,
            inbox: dir.join(crate::serve::LEDGER_DIR).join(INBOX),
            recent: Recent::default(),
            levels: Levels::parse(&config.trail_levels)
                .map_err(anyhow::Error::msg)
                .context("trail_levels")?,
        })
    }

    /// Makes an act durable. Do it only after this.
    pub(crate) async fn record(&self, act: Act) -> Result<u64, Unrecorded> {
        self.put(Kind::Act, act).await
    }

    /// Adds what became of the act of the same request.
    pub(crate) async fn end(&self, end: Act) -> Result<u64, Unrecorded> {
        self.put(Kind::End, end).await
    }

    /// [`Recorder::end`] of an act whose caller was answered: it is durable with the next act, or within 20 ms.
    pub(crate) async fn end_late(&self, end: Act) -> Result<u64, Unrecorded> {
        Ok(self.trail.append_late(Kind::End, sealed(end, &self.rules)?).await?)
    }

    /// [`Recorder::record`] outside the server's threads for requests.
    pub(crate) fn record_blocking(&self, act: Act) -> Result<u64, Unrecorded> {
        Ok(self.trail.append_blocking(Kind::Act, sealed(act, &self.rules)?)?)
    }

    /// Hands an act to the trail's writer, behind all that were handed over before it. It is durable when
    /// [`Handed::durable`] says so.
    pub(crate) async fn hand(&self, act: Act) -> Result<Handed, Unrecorded> {
        Ok(self.trail.hand(Kind::Act, sealed(act, &self.rules)?).await?)
    }

    async fn put(&self, kind: Kind, act: Act) -> Result<u64, Unrecorded> {
        Ok(self.trail.append(kind, sealed(act, &self.rules)?).await?)
    }

    /// Signs what is new; the newest checkpoint and its note.
    pub(crate) fn prove(&self) -> Result<Newest, prover::Error> {
        self.prover.trail(&self.trail)
    }

    /// What was recorded.
    pub(crate) fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Takes what commands have left.
    pub(crate) fn collect(&self) -> Result<(), Unrecorded> {
        let at = |error: io::Error| Unrecorded(format!("{}: {error}", self.inbox.display()));
        let mut files: Vec<PathBuf> = match fs::read_dir(&self.inbox) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(at(error)),
        };
        files.retain(|file| file.extension().is_some_and(|end| end == "act"));
        files.sort_unstable();
        for file in files.iter().take(INBOX_TAKEN_MAX) {
            let bytes = fs::read(file).map_err(at)?;
            match bytes.split_first().and_then(|(kind, act)| Some((kind_of(*kind)?, Act::decode(act)?))) {
                Some((kind, act)) => {
                    self.trail.append_blocking(kind, Masked::act(act, &self.rules))?;
                }
                None => log::error("an act in the inbox is damaged", &[("file", &file.display())]),
            }
            fs::remove_file(file).map_err(at)?;
        }
        match files.first() {
            Some(file) => durable::sync_parent(file).map_err(at),
            None => Ok(()),
        }
    }
}

fn kind_of(kind: u8) -> Option<Kind> {
    [Kind::Act, Kind::End].into_iter().find(|one| *one as u8 == kind)
}

/// Masked, and with salts nobody can guess.
fn sealed(mut act: Act, rules: &Rules) -> Result<Masked<Act>, Unrecorded> {
    for salt in &mut act.salts {
        *salt = catalog::random().map_err(|error| Unrecorded(error.to_string()))?;
    }
    Ok(Masked::act(act, rules))
}

/// An act of this program, with what every act has.
pub(crate) fn act(action: &Action, source: &str, now: Timestamp) -> Result<Act, Unrecorded> {
    Ok(Act {
        time: now,
        code: action.code.to_owned(),
        event: action.event.to_owned(),
        verb: action.verb.text().to_owned(),
        resource_type: action.resource_type.to_owned(),
        source: source.to_owned(),
        origin: "gatelog".to_owned(),
        request_id: request_id()?,
        ..Act::default()
    })
}

/// What a gateway told, as it is kept: masked, with the name of its source, and known by its key when it comes again. Not
/// one of its codes is one of ours.
pub(crate) fn told(told: Told, origin: &str, rules: &Rules) -> Result<Masked<Act>, Unrecorded> {
    let mut act = told.act;
    act.key = rules.fingerprint(&format!("{origin}\0{}", told.identity));
    origin.clone_into(&mut act.origin);
    sealed(act, rules)
}

/// What an act and its end have in common.
pub(crate) fn request_id() -> Result<String, Unrecorded> {
    let id: [u8; 8] = catalog::random().map_err(|error| Unrecorded(error.to_string()))?;
    Ok(id.iter().map(|b| format!("{b:02x}")).collect())
}

/// The end of an act: the same request, and what is added.
pub(crate) fn end_of(act: &Act, outcome: &str, now: Timestamp) -> Act {
    Act { time: now, request_id: act.request_id.clone(), outcome: outcome.to_owned(), ..Act::default() }
}

/// What a command of the CLI does on the data directory, beside the server.
pub(crate) struct HostAct<'a> {
    pub(crate) action: &'a Action,
    /// Who is signed in on the machine, as far as it says.
    pub(crate) user: &'a str,
    /// The id or name of what it is done to.
    pub(crate) resource: String,
    /// What was asked.
    pub(crate) request: Value,
}

impl<'a> HostAct<'a> {
    /// An act on a thing.
    pub(crate) fn on(action: &'a Action, resource: impl ToString, request: Value) -> HostAct<'a> {
        HostAct { action, user: "", resource: resource.to_string(), request }
    }
}

/// Leaves an act in the inbox of a data directory, does it, and leaves what became of it.
pub(crate) fn done_on_host<T>(
    dir: &Path,
    rules: &Rules,
    what: HostAct<'_>,
    now: Timestamp,
    effect: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let inbox = dir.join(crate::serve::LEDGER_DIR).join(INBOX);
    let user = rustix::process::getuid().as_raw();
    let act = Act {
        operator: if what.user.is_empty() { format!("uid {user}") } else { what.user.to_owned() },
        operator_kind: "host".to_owned(),
        resource_id: what.resource.clone(),
        resource_name: what.resource,
        request: what.request.to_string(),
        ..act(what.action, "cli", now)?
    };
    let end = |outcome: &str| end_of(&act, outcome, now);
    leave(&inbox, Kind::Act, act.clone(), rules)?;
    let done = effect();
    let end = match &done {
        Ok(_) => end("success"),
        Err(error) => Act { detail: format!("{error:#}"), ..end("failure") },
    };
    if let Err(error) = leave(&inbox, Kind::End, end, rules) {
        eprintln!("what became of it was not recorded: {error}");
    }
    done
}

fn leave(inbox: &Path, kind: Kind, act: Act, rules: &Rules) -> Result<(), Unrecorded> {
    let act = sealed(act, rules)?;
    let tried =
        |error: io::Error| Unrecorded(format!("not recorded, so not done: {}: {error}", inbox.display()));
    fs::create_dir_all(inbox).map_err(tried)?;
    durable::sync_parent(inbox).map_err(tried)?;
    let name = format!("{:016x}-{}-{}.act", act.time.0, act.request_id, kind as u8);
    let mut bytes = vec![kind as u8];
    bytes.extend(act.encode());
    durable::write(&inbox.join(name), &bytes).map_err(tried)?;
    Ok(())
}
