//! `gatelog generate`.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use event::Timestamp;
use indicatif::HumanCount;
use query::{Range, Zone};

use super::client::Server;
use super::sender::{Batch, Senders};
use crate::clock;
use crate::config::Environment;

/// Makes traffic that looks real, for trying out and measuring.
///
/// The same seed, number and times give the same bytes: 2,000 consumers, 300 routes, 25 APIs, by day more than by
/// night, some refused for each reason. Goes to a server, or with -o to a file.
///
/// Examples:
///   gatelog generate --events 100000 --from 7d -o traffic.ndjson
///   gatelog generate --events 10000000 --from 30d --url http://127.0.0.1:7080 --token "$GATELOG_TOKEN"
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// How many events
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// The seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// From when
    #[arg(long, default_value = "24h")]
    from: String,
    /// To when
    #[arg(long, default_value = "now")]
    to: String,
    /// Events per second at most
    #[arg(long)]
    rate: Option<u64>,
    /// Size of a batch in bytes
    #[arg(long, default_value_t = 2 << 20, value_parser = clap::value_parser!(u32).range(1_024..=16 << 20))]
    batch_bytes: u32,
    /// Batches sent at once
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
    jobs: u8,
    /// A file; `-` is standard output
    #[arg(long, short, value_name = "FILE", conflicts_with = "url")]
    output: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let (now, zone) = (clock::now(), Zone::default());
    let range = Range::parse(Some(&args.from), Some(&args.to), now, &zone)?;
    let generator = intake::Generator::new(args.seed, range.from, range.to, args.events);
    let mut pace = Pace { rate: args.rate, started: Instant::now(), events: 0 };
    match &args.output {
        Some(path) => {
            let mut out: Box<dyn Write> = match path.to_str() {
                Some("-") => Box::new(stdout().lock()),
                _ => Box::new(BufWriter::with_capacity(
                    1 << 20,
                    File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
                )),
            };
            each_batch(generator, args.batch_bytes as usize, &mut pace, |bytes| Ok(out.write_all(&bytes)?))?;
            out.flush()?;
        }
        None => post(args, environment, generator, &mut pace)?,
    }
    let time = pace.started.elapsed();
    let per_s = pace.events as f64 / time.as_secs_f64().max(0.001);
    eprintln!(
        "{} events from {} to {} in {:.1} s ({}/s)",
        HumanCount(pace.events),
        Timestamp(range.from.0),
        Timestamp(range.to.0),
        time.as_secs_f64(),
        HumanCount(per_s as u64)
    );
    Ok(())
}

fn post(
    args: &Args,
    environment: &Environment,
    generator: intake::Generator,
    pace: &mut Pace,
) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let mut senders = Senders::start(&client, "/ingest/flowgenx", usize::from(args.jobs));
    let (mut accepted, mut duplicates, mut rejected) = (0, 0, 0);
    let mut add = |all: Vec<super::sender::Taken>| {
        for taken in all {
            accepted += taken.accepted;
            duplicates += taken.duplicates;
            rejected += taken.rejected;
        }
    };
    let mut end = 0;
    each_batch(generator, args.batch_bytes as usize, pace, |bytes| {
        end += bytes.len() as u64;
        senders.send(Batch { end, bytes })?;
        add(senders.taken()?);
        Ok(())
    })?;
    add(senders.finish()?);
    eprintln!("{accepted} taken, {duplicates} duplicates, {rejected} rejected");
    if rejected > 0 {
        return Err(anyhow!("the server did not understand some of them"));
    }
    Ok(())
}

fn each_batch(
    mut generator: intake::Generator,
    batch_bytes: usize,
    pace: &mut Pace,
    mut each: impl FnMut(Vec<u8>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // With a slow rate a batch is what comes in half a second.
    let events_max = pace.rate.map_or(u64::MAX, |rate| rate.div_ceil(2));
    loop {
        let mut bytes = Vec::with_capacity(batch_bytes + 4_096);
        let mut events = 0;
        while bytes.len() < batch_bytes && events < events_max && generator.write_line(&mut bytes) {
            events += 1;
        }
        if events == 0 {
            return Ok(());
        }
        each(bytes)?;
        pace.made(events);
    }
}

struct Pace {
    rate: Option<u64>,
    started: Instant,
    events: u64,
}

impl Pace {
    fn made(&mut self, events: u64) {
        self.events += events;
        if let Some(rate) = self.rate {
            let due = Duration::from_secs_f64(self.events as f64 / rate.max(1) as f64);
            std::thread::sleep(due.saturating_sub(self.started.elapsed()));
        }
    }
}
