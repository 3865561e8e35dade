//! `gatelog follow`: no line lost, no line twice, over rotation, restart and a server that is away.
//!
//! Before a batch is sent its end is written down; after the acknowledgement its end is the new beginning. A crash in
//! between sends exactly the same bytes again, and the server knows them.

mod watched;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::client::{Client, Server};
use super::place;
use crate::config::Environment;
use watched::Watched;

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Sends log files to a server as they grow.
///
/// Rotation by renaming and by copying and truncating is followed; a position file says how far each file was taken,
/// so that nothing is lost or doubled over a restart. Patterns (quote them) are looked at again every few moments. A
/// file that is seen for the first time is followed from its end, or with --from-start from its beginning; one that
/// appears later always from its beginning. Names that rotation gives (access.log.1) belong to the name before them; old
/// ones that were there before the first start are for `gatelog import`.
///
/// Examples:
///   gatelog follow /var/log/nginx/access.log
///   gatelog follow --from-start '/var/log/kong/*.log' --format kong
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Files or patterns with * and ? in the file name
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    server: Server,
    /// The format; without it each record is recognised
    #[arg(long)]
    format: Option<String>,
    /// Begins at the beginning of files that are there at the first start
    #[arg(long)]
    from_start: bool,
    /// Where the position files are kept
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Ends when everything that is there was taken
    #[arg(long)]
    once: bool,
}

/// Where batches go and where it is remembered.
pub(super) struct Way {
    client: Client,
    path: String,
    state: PathBuf,
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let format = args.format.as_ref().map(|f| format!("/{f}")).unwrap_or_default();
    let way = Way {
        client: args.server.client(environment)?,
        path: format!("/ingest{format}"),
        state: place::state_dir(args.state.as_deref(), environment)?,
    };
    let mut files: BTreeMap<PathBuf, Watched> = BTreeMap::new();
    let mut is_first = true;
    loop {
        for path in matching(&args.files)? {
            if is_known(&files, &path)? {
                continue;
            }
            let from_start = args.from_start || !is_first;
            if let Some(file) = Watched::open(&path, &way, from_start)? {
                eprintln!("following {} from byte {}", path.display(), file.offset());
                files.insert(path, file);
            }
        }
        is_first = false;
        let mut is_busy = false;
        for (path, file) in &mut files {
            is_busy |= file.advance(&way).with_context(|| path.display().to_string())?;
        }
        if !is_busy {
            if args.once {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// Whether a name is followed, or its file is one of a followed name.
fn is_known(files: &BTreeMap<PathBuf, Watched>, path: &Path) -> anyhow::Result<bool> {
    if files.contains_key(path) {
        return Ok(true);
    }
    for file in files.values() {
        if file.knows(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The files that patterns name now.
fn matching(patterns: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for pattern in patterns {
        let path = Path::new(pattern);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.contains(['*', '?']) {
            found.push(std::path::absolute(path)?);
            continue;
        }
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Ok(entries) = std::fs::read_dir(dir) else { continue };
        for entry in entries.flatten() {
            let fits =
                entry.file_name().to_str().is_some_and(|other| matches(name.as_bytes(), other.as_bytes()));
            if fits && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                found.push(std::path::absolute(entry.path())?);
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Whether a name fits a pattern with `*` and `?`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == b'?' || Some(c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                n = from + 1;
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, want) in [
            ("*.log", "a.log", true),
            ("*.log", "a.log.1", false),
            ("a?c*", "abc", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxx", false),
            ("a", "a", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "{pattern} {name}");
        }
    }
}
