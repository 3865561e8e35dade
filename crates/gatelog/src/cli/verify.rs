//! `gatelog verify`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ledger::disk::real::RealDisk;
use ledger::proof::check;
use ledger::proof::note::{Checkpoint, Verifier};

use super::Exit;
use crate::prover::{PUBLIC, keys};
use crate::serve::LEDGER_DIR;
use crate::terminal::line;
use crate::trail::bundle;

/// Findings printed.
const SHOWN_MAX: usize = 20;

/// Checks that the operator trail is as it was signed: nothing changed, removed, inserted or out of order.
///
/// Works on a data directory, also of a running server, or on an exported bundle; needs nothing but the public key, and
/// changes nothing. Take the key from somewhere else than the data: whoever can change the one could change the other.
/// Exit status: 0 all holds, 1 something was altered, 2 it cannot be checked. tools/verify.py does the same in Python.
///
/// Examples:
///   gatelog verify gatelog-data --pubkey gatelog.pub
///   gatelog verify gatelog-data --pubkey gatelog.pub --checkpoint published-checkpoints
///   gatelog verify operator-trail.bundle.json --pubkey gatelog.pub
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// A data directory, or a bundle
    path: PathBuf,
    /// A file with public keys, one a line; without it those in the data directory
    #[arg(long, value_name = "FILE")]
    pubkey: Option<PathBuf>,
    /// A file with checkpoints that were kept: what is checked must continue them
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let found = match checked(args) {
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

fn checked(args: &Args) -> anyhow::Result<Vec<String>> {
    let own = args.path.join(PUBLIC);
    let file = args.pubkey.as_deref().unwrap_or(&own);
    let keys = keys(file)?;
    if keys.is_empty() {
        bail!("there is no public key in {}; name a file with --pubkey", file.display());
    }
    if args.pubkey.is_none() {
        eprintln!("the key is that of the data directory itself; --pubkey names one kept elsewhere");
    }
    let mut earlier = Vec::new();
    for file in &args.checkpoint {
        earlier.extend(notes(file, &keys)?);
    }
    match args.path.is_dir() {
        true => directory(&args.path, &keys, &earlier),
        false => file_of(&args.path, &keys),
    }
}

fn directory(dir: &Path, keys: &[Verifier], earlier: &[Checkpoint]) -> anyhow::Result<Vec<String>> {
    let root = dir.join(LEDGER_DIR);
    if !root.is_dir() {
        bail!("{} is no data directory", dir.display());
    }
    let report = check::trail(&RealDisk::read_only(root), keys, earlier)?;
    if let Some(checkpoint) = &report.checkpoint {
        println!("{}: {} leaves, root {}", checkpoint.origin, checkpoint.size, checkpoint.root);
        println!("{} operator events are as they were signed", report.leaves);
        if report.unproved > 0 {
            println!("{} are newer than the checkpoint", report.unproved);
        }
    }
    Ok(report.found)
}

fn file_of(path: &Path, keys: &[Verifier]) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let checked = bundle::checked(&text, keys).map_err(anyhow::Error::msg)?;
    if let Some(checkpoint) = &checked.checkpoint {
        println!("{}: {} leaves, root {}", checkpoint.origin, checkpoint.size, checkpoint.root);
        println!("{} records of the bundle are as they were signed", checked.holds);
    }
    Ok(checked.found)
}

/// The notes of a file, an empty line between.
fn notes(file: &Path, keys: &[Verifier]) -> anyhow::Result<Vec<Checkpoint>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut notes = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        // Text, an empty line, signatures, an empty line.
        let body = rest.find("\n\n").map_or(rest.len(), |at| at + 2);
        let end = rest.get(body..).and_then(|rest| rest.find("\n\n")).map_or(rest.len(), |at| body + at + 1);
        let note = rest.get(..end).unwrap_or_default();
        let opened = Checkpoint::open(note, keys);
        notes.push(
            opened.with_context(|| format!("{}: a note that none of the keys signed", file.display()))?,
        );
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    Ok(notes)
}
