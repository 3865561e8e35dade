//! `gatelog import`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::client::{Client, Server};
use super::place::{self, Identity, Place};
use super::sender::{Batch, Senders, Taken};
use crate::config::Environment;
use crate::cut::{Cutter, Shape, shape};

/// Sends log files to a server.
///
/// Plain, .gz and .zst files are read; records may be lines, JSON objects one after the other, or one JSON array. What
/// was taken is remembered: an import that was interrupted goes on where it was, a file that was imported before is not
/// sent twice. The token is an ingest token: it names the source the events belong to.
///
/// Examples:
///   gatelog import /var/log/kong/access.log
///   gatelog import --format nginx access.log.*.gz
///   zcat old.gz | gatelog import -
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    server: Server,
    /// The format; without it each record is recognised. See `gatelog formats`
    #[arg(long)]
    format: Option<String>,
    /// Batches sent at once
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
    jobs: u8,
    /// Size of a batch in bytes
    #[arg(long, default_value_t = 2 << 20, value_parser = clap::value_parser!(u32).range(1_024..=16 << 20))]
    batch_bytes: u32,
    /// Begins at the start although a part was imported before
    #[arg(long)]
    again: bool,
    /// Where it is remembered how far each file was imported
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Writes straight into the data directory of a server that is stopped
    #[arg(long, value_name = "DATA_DIR")]
    direct: Option<PathBuf>,
    /// The source, with --direct
    #[arg(long, default_value = "import", requires = "direct")]
    source: String,
}

/// Everything that was taken.
#[derive(Default)]
struct Total {
    taken: Taken,
    files: u64,
}

impl Total {
    fn add(&mut self, taken: &Taken) {
        let sum = &mut self.taken;
        sum.bytes += taken.bytes;
        sum.accepted += taken.accepted;
        sum.rejected += taken.rejected;
        sum.duplicates += taken.duplicates;
        if sum.reject.is_none() {
            sum.reject.clone_from(&taken.reject);
        }
    }
}

/// Where batches go.
enum Goal {
    Server { client: Client, path: String },
    Ledger(Box<super::serve::Direct>),
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let goal = match &args.direct {
        Some(dir) => Goal::Ledger(Box::new(super::serve::Direct::open(
            dir,
            &args.source,
            args.format.as_deref(),
            environment,
        )?)),
        None => {
            let format = args.format.as_ref().map(|f| format!("/{f}")).unwrap_or_default();
            Goal::Server { client: args.server.client(environment)?, path: format!("/ingest{format}") }
        }
    };
    let started = Instant::now();
    let mut total = Total::default();
    for file in &args.files {
        let name = file.display().to_string();
        let done = if name == "-" {
            let progress = progress(None, "standard input");
            let mut from = Box::new(Counted::new(Box::new(io::stdin().lock()), &progress.bar));
            let shape = shape(from.fill_buf()?);
            send(&args, &goal, Stream { from, shape, start: 0, progress }, &mut total, |_| Ok(()))
        } else {
            import_file(&args, &goal, file, environment, &mut total)
        };
        done.with_context(|| name)?;
        total.files += 1;
    }
    if let Goal::Ledger(ledger) = goal {
        ledger.close()?;
    }
    report(&total, started.elapsed());
    Ok(())
}

fn report(total: &Total, time: Duration) {
    let Taken { bytes, accepted, rejected, duplicates, reject, .. } = &total.taken;
    let per_s = *accepted as f64 / time.as_secs_f64().max(0.001);
    eprintln!(
        "{} events taken, {} duplicates, {} rejected, {} bytes of records in {:.1} s ({} events/s)",
        HumanCount(*accepted),
        HumanCount(*duplicates),
        HumanCount(*rejected),
        HumanCount(*bytes),
        time.as_secs_f64(),
        HumanCount(per_s as u64),
    );
    if let Some(reject) = reject {
        eprintln!("first reject: {}", crate::terminal::line(reject));
    }
}

fn import_file(
    args: &Args,
    goal: &Goal,
    path: &Path,
    environment: &Environment,
    total: &mut Total,
) -> anyhow::Result<()> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        bail!("is a directory");
    }
    let identity = Identity::of(&file)?;
    let whole = path.canonicalize()?.display().to_string();
    let to = match goal {
        Goal::Server { client, path } => format!("{}{path}", client.url()),
        Goal::Ledger(_) => args.direct.as_ref().map(|dir| dir.display().to_string()).unwrap_or_default(),
    };
    let state = place::state_dir(args.state.as_deref(), environment)?;
    let remembered = place::file_of(&state, "import", &format!("{to}\n{whole}"));
    let before = match place::read(&remembered)? {
        Some(place) if !args.again && place.identity.begins(&file)? => place.offset,
        _ => 0,
    };
    let progress = progress(Some(file.metadata()?.len()), &path.display().to_string());
    let mut from = opened(file, &progress)?;
    let shape = shape(from.fill_buf()?);
    if before > 0 {
        skip(&mut from, before)?;
        progress.bar.println(format!("{}: going on at byte {before}", path.display()));
    }
    let mut last_write = None::<Instant>;
    let mut place = Place { path: whole, identity, offset: before, ..Place::default() };
    let note = |taken: Option<u64>| {
        if let Some(end) = taken {
            place.offset = end;
        }
        // Writing after every batch would cost more than sending it; sending a few twice does no harm.
        if taken.is_none() || last_write.is_none_or(|at| at.elapsed() > Duration::from_millis(500)) {
            place::write(&remembered, &place)?;
            last_write = Some(Instant::now());
        }
        Ok(())
    };
    send(args, goal, Stream { from, shape, start: before, progress }, total, note)
}

/// What is read, from where on.
struct Stream<'a> {
    from: Box<dyn BufRead + 'a>,
    shape: Shape,
    start: u64,
    progress: Progress,
}

/// Cuts and sends. `note` is told how far everything was taken, and at the end `None`.
fn send(
    args: &Args,
    goal: &Goal,
    stream: Stream<'_>,
    total: &mut Total,
    mut note: impl FnMut(Option<u64>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Stream { from, shape, start, progress } = stream;
    let mut cutter = Cutter::new(from, shape, start, args.batch_bytes as usize);
    let mut arrived = |taken: Vec<Taken>, total: &mut Total| {
        for taken in taken {
            total.add(&taken);
            progress.events.fetch_add(taken.accepted, Ordering::Relaxed);
            note(Some(taken.end))?;
        }
        anyhow::Ok(())
    };
    let mut senders = match goal {
        Goal::Server { client, path } => Some(Senders::start(client, path, usize::from(args.jobs))),
        Goal::Ledger(_) => None,
    };
    let mut sent = || {
        while let Some((bytes, end)) = cutter.next()? {
            let batch = Batch { end, bytes };
            let taken = match (&mut senders, goal) {
                (Some(senders), _) => {
                    senders.send(batch)?;
                    senders.taken()?
                }
                (None, Goal::Ledger(ledger)) => vec![ledger.append(batch)?],
                (None, Goal::Server { .. }) => Vec::new(),
            };
            arrived(taken, total)?;
        }
        match &mut senders {
            Some(senders) => arrived(senders.finish()?, total),
            None => Ok(()),
        }
    };
    let outcome = sent();
    // What was taken is remembered whatever happened.
    note(None)?;
    progress.bar.finish_and_clear();
    outcome
}

/// The records of a file, decompressed when it is compressed.
fn opened(file: File, progress: &Progress) -> anyhow::Result<Box<dyn BufRead>> {
    let mut counted = Counted::new(Box::new(BufReader::with_capacity(1 << 18, file)), &progress.bar);
    let magic = counted.fill_buf()?;
    Ok(if magic.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(1 << 18, flate2::bufread::MultiGzDecoder::new(counted)))
    } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(BufReader::with_capacity(1 << 18, zstd::stream::read::Decoder::with_buffer(counted)?))
    } else {
        Box::new(counted)
    })
}

fn skip(from: &mut dyn BufRead, bytes: u64) -> anyhow::Result<()> {
    let skipped = io::copy(&mut from.take(bytes), &mut io::sink())?;
    if skipped < bytes {
        bail!("is shorter than when it was imported; use --again to begin at the start");
    }
    Ok(())
}

/// What is shown while it runs.
#[derive(Clone)]
struct Progress {
    bar: ProgressBar,
    events: Arc<AtomicU64>,
}

fn progress(bytes: Option<u64>, name: &str) -> Progress {
    let events = Arc::new(AtomicU64::new(0));
    if !io::stderr().is_terminal() {
        return Progress { bar: ProgressBar::hidden(), events };
    }
    let bar = match bytes {
        Some(bytes) => ProgressBar::new(bytes),
        None => ProgressBar::no_length(),
    };
    let form = "{prefix} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} · {events} · {eta}";
    let shared = Arc::clone(&events);
    let key = move |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
        let count = shared.load(Ordering::Relaxed);
        let rate = count as f64 / state.elapsed().as_secs_f64().max(0.1);
        let _ = write!(out, "{} events, {}/s", HumanCount(count), HumanCount(rate as u64));
    };
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style.with_key("events", key));
    }
    bar.set_prefix(crate::terminal::line(name));
    Progress { bar, events }
}

/// Counts what is read, for the bar.
struct Counted<'a> {
    from: Box<dyn BufRead + 'a>,
    bar: ProgressBar,
}

impl<'a> Counted<'a> {
    fn new(from: Box<dyn BufRead + 'a>, bar: &ProgressBar) -> Counted<'a> {
        Counted { from, bar: bar.clone() }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.from.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.bar.inc(count as u64);
        self.from.consume(count);
    }
}
