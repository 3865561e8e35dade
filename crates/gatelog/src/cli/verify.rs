//! `gatelog verify`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use event::mask::Rules;
use ledger::disk::Disk;
use ledger::disk::real::RealDisk;
use ledger::proof::check::{self, Report};
use ledger::proof::note::{Checkpoint, Verifier, signed_by};
use serde_json::json;

use super::Exit;
use crate::config::Environment;
use crate::prover::{self, PUBLIC};
use crate::serve::LEDGER_DIR;
use crate::terminal::line;
use crate::trail::actions::VERIFY_RUN;
use crate::trail::{self, HostAct, bundle};
use crate::{archive, catalog, clock, event_proof};

/// Findings printed.
const SHOWN_MAX: usize = 20;
/// Directories inside each other that checkpoints are looked for in.
const DEPTH_MAX: usize = 8;

/// Checks that operator events and access events are as they were signed: nothing changed, removed, inserted or moved.
///
/// Works on a data directory, also of a running server, on an exported bundle, or on the proof of one event; needs nothing but the public key. Where it
/// may write to the data directory the run is recorded in the operator trail; it changes nothing else. Take the key from somewhere else than the data: whoever can change the one could change the other.
/// Exit status: 0 all holds, 1 something was altered, 2 it cannot be checked. tools/verify.py does the same in Python.
///
/// Examples:
///   gatelog verify gatelog-data --pubkey gatelog.pub
///   gatelog verify gatelog-data --pubkey gatelog.pub --checkpoint published-checkpoints
///   gatelog verify operator-trail.bundle.json --pubkey gatelog.pub
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// A data directory, a bundle, the proof of an event, or an archive or one day of it
    path: PathBuf,
    /// A file with public keys, one a line; without it those in the data directory
    #[arg(long, value_name = "FILE")]
    pubkey: Option<PathBuf>,
    /// A file with checkpoints that were kept, or a directory of such files: what is checked must continue them
    #[arg(long, value_name = "PATH")]
    checkpoint: Vec<PathBuf>,
    /// A file with public keys of witnesses, one a line: one of them must have cosigned each checkpoint that was kept
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    witness: Option<PathBuf>,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    if !is_recordable(&args.path) {
        return checked(args);
    }
    let user = environment.get("USER").map(String::as_str).unwrap_or_default();
    let pubkey = args.pubkey.as_ref().map(|file| file.display().to_string());
    let act = HostAct { user, ..HostAct::on(VERIFY_RUN, args.path.display(), json!({ "pubkey": pubkey })) };
    // Nothing in it is masked: it has no values, only names of files.
    let rules = Rules::new(catalog::random()?);
    trail::done_on_host(&args.path, &rules, act, clock::now(), || checked(args))
}

/// Whether it is a data directory that takes what a command leaves for the operator trail.
fn is_recordable(dir: &Path) -> bool {
    let ledger = dir.join(LEDGER_DIR);
    ledger.is_dir() && rustix::fs::access(&ledger, rustix::fs::Access::WRITE_OK).is_ok()
}

fn checked(args: &Args) -> anyhow::Result<()> {
    let found = match findings(args) {
        Ok(found) => found,
        Err(error) => return Err(Exit { code: 2, what: format!("cannot be checked: {error:#}") }.into()),
    };
    if found.is_empty() {
        return Ok(());
    }
    for what in found.iter().take(SHOWN_MAX) {
        println!("ALTERED {}", line(what));
    }
    let what = format!("{} is not as it was signed: {} findings", args.path.display(), found.len());
    Err(Exit { code: 1, what }.into())
}

fn findings(args: &Args) -> anyhow::Result<Vec<String>> {
    let own = args.path.join(PUBLIC);
    let file = args.pubkey.as_deref().unwrap_or(&own);
    let keys = prover::keys(file, Verifier::parse)?;
    if keys.is_empty() {
        bail!("there is no public key in {}; name a file with --pubkey", file.display());
    }
    if args.pubkey.is_none() {
        eprintln!("the key is that of the data directory itself; --pubkey names one kept elsewhere");
    }
    let witnesses = args.witness.as_deref().map(|file| prover::keys(file, Verifier::witness)).transpose()?;
    let mut earlier = Vec::new();
    let mut files = Vec::new();
    for path in &args.checkpoint {
        files_of(path, DEPTH_MAX, &mut files)?;
    }
    for file in &files {
        earlier.extend(notes(file, &keys, witnesses.as_deref())?);
    }
    match args.path.is_dir() {
        true => directory(&args.path, &keys, &earlier),
        false => file_of(&args.path, &keys),
    }
}

fn directory(dir: &Path, keys: &[Verifier], earlier: &[Checkpoint]) -> anyhow::Result<Vec<String>> {
    let root = dir.join(LEDGER_DIR);
    if let Some(found) = archived(dir, keys)? {
        return Ok(found);
    }
    if !root.is_dir() {
        bail!("{} is no data directory", dir.display());
    }
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::read_only(root));
    let of_trail = told("operator events", check::trail(&*disk, keys, earlier)?);
    let of_access = told("access events", check::access(&disk, keys, earlier)?);
    Ok([of_trail, of_access].concat())
}

/// What is wrong with an archive, or with one day of it; none when it is none.
fn archived(dir: &Path, keys: &[Verifier]) -> anyhow::Result<Option<Vec<String>>> {
    let verified = |dir: &Path| {
        let report = archive::verified(dir, keys).map_err(anyhow::Error::msg)?;
        anyhow::Ok(report.map(|report| told("archived access events", report)))
    };
    if let Some(found) = verified(dir)? {
        return Ok(Some(found));
    }
    let Ok(days) = std::fs::read_dir(dir.join("access")) else { return Ok(None) };
    let mut days: Vec<PathBuf> = days.map(|day| Ok(day?.path())).collect::<std::io::Result<_>>()?;
    days.sort_unstable();
    let mut found = Vec::new();
    for day in days {
        let what = || vec![format!("{} has no description of what was archived", day.display())];
        found.extend(verified(&day)?.unwrap_or_else(what));
    }
    if let Ok(bundles) = std::fs::read_dir(dir.join("trail")) {
        for bundle in bundles {
            found.extend(file_of(&bundle?.path(), keys)?);
        }
    }
    Ok(Some(found))
}

fn told(what: &str, report: Report) -> Vec<String> {
    if let Some(checkpoint) = &report.checkpoint {
        println!("{}: {} leaves, root {}", checkpoint.origin, checkpoint.size, checkpoint.root);
        println!("{} {what} are as they were signed", report.proved);
        let others = [
            (report.erased, "without what was personal in them: it was erased"),
            (report.newer, "newer than the checkpoint"),
            (report.older, "older than the first leaf"),
        ];
        for (count, why) in others.into_iter().filter(|(count, _)| *count > 0) {
            println!("{count} are {why}");
        }
    }
    report.found
}

fn file_of(path: &Path, keys: &[Verifier]) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let checked = match bundle::form(&text).as_deref() {
        Some(event_proof::FORM) => event_proof::checked(&text, keys),
        _ => bundle::checked(&text, keys),
    };
    let checked = checked.map_err(anyhow::Error::msg)?;
    if let Some(checkpoint) = &checked.checkpoint {
        println!("{}: {} leaves, root {}", checkpoint.origin, checkpoint.size, checkpoint.root);
        println!("{} events of the file are as they were signed", checked.holds);
    }
    Ok(checked.found)
}

/// The file, or those of the directory and of directories in it.
fn files_of(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    if depth == 0 {
        bail!("{} is {DEPTH_MAX} directories deep", path.display());
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut entries: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    entries.sort_unstable();
    entries.iter().try_for_each(|entry| files_of(entry, depth - 1, files))
}

/// The notes of a file, an empty line between.
fn notes(file: &Path, keys: &[Verifier], witnesses: Option<&[Verifier]>) -> anyhow::Result<Vec<Checkpoint>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut notes = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        // Text, an empty line, signatures, an empty line.
        let body = rest.find("\n\n").map_or(rest.len(), |at| at + 2);
        let end = rest.get(body..).and_then(|rest| rest.find("\n\n")).map_or(rest.len(), |at| body + at + 1);
        let note = rest.get(..end).unwrap_or_default();
        if witnesses.is_some_and(|witnesses| signed_by(note, witnesses).is_none()) {
            bail!("{}: a note that none of the witnesses cosigned", file.display());
        }
        let opened = Checkpoint::open(note, keys);
        notes.push(
            opened.with_context(|| format!("{}: a note that none of the keys signed", file.display()))?,
        );
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    Ok(notes)
}
