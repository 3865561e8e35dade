//! The sample logs that come with the program, as if they were written over the last 24 hours: sent through the real
//! receiver, as a gateway would, and then a slow trickle. Only times and request ids are rewritten.

mod shift;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, bail};
use event::Timestamp;
use event::mask::Rules;
use event::time::{DAY, HOUR, SECOND};
use keys::{Grant, Secret};
use serde_json::json;
use tokio::sync::watch;

use super::client::Client;
use super::sender::{Batch, deliver};
use crate::catalog::{Catalog, Content, Source, random};
use crate::serve::{Given, Then};
use crate::trail::actions::SOURCE_CREATE;
use crate::trail::{self, HostAct};
use crate::{clock, log};

/// Lines sent with one request.
const LINES_A_BATCH: usize = 200;
/// Pause between two lines of the trickle of one gateway, at first: whoever has just opened the page sees it move.
const PAUSE: Duration = Duration::from_millis(900);
/// Lines of one gateway at that pace.
const BURST_LINES: usize = 15;
/// Pause after that, about as dense as the replayed day.
const LONG_PAUSE: Duration = Duration::from_secs(20);
/// How often the end is looked for during a pause.
const LOOK: Duration = Duration::from_millis(200);

/// One captured log.
struct Sample {
    source: String,
    format: String,
    lines: Vec<String>,
    token: String,
    /// Whether it was replayed into this data directory before.
    is_old: bool,
}

/// Reads the samples and lets their sources in. Each folder of the directory is named after its format.
pub(crate) fn prepare(dir: &Path, data: &Path, given: &mut Given) -> anyhow::Result<Then> {
    let now = clock::now();
    let mut samples = Vec::new();
    for format in ["kong", "nginx"] {
        let Some(file) = first_json_lines(&dir.join(format))? else { continue };
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let random: [u8; 24] = random()?;
        let token: String = random.iter().map(|b| format!("{b:02x}")).collect();
        let source = format!("sample-{format}");
        given.push((Grant::ingest(source.clone()), Secret::new(token.clone())));
        let lines = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
        samples.push(Sample { source, format: format.to_owned(), lines, token, is_old: false });
    }
    if samples.is_empty() {
        bail!("{} has no folder kong or nginx with a log of JSON lines", dir.display());
    }
    let catalog = Catalog::open(data, Vec::new(), now)?;
    for sample in &mut samples {
        let known = catalog
            .with(|content| content.sources.get(&sample.source).map(|source| source.counters.accepted > 0));
        sample.is_old = known.unwrap_or_default();
        if known.is_none() {
            make(&catalog, data, &sample.source, now)?;
        }
    }
    Ok(Box::new(move |address, stopping| start(samples, address, &stopping)))
}

/// Makes the source of a sample, which is recorded like any other.
fn make(catalog: &Catalog, data: &Path, name: &str, now: Timestamp) -> anyhow::Result<()> {
    let rules = Rules::new(catalog.masking_key());
    let act = HostAct::on(SOURCE_CREATE, name, json!({ "name": name, "sample": true }));
    let source = Source { sample: true, ..Source::new(now) };
    let change = |content: &mut Content| content.sources.insert(name.to_owned(), source);
    trail::done_on_host(data, &rules, act, now, || Ok(catalog.change(now, change)?))?;
    Ok(())
}

/// The largest file of JSON lines in a folder.
fn first_json_lines(dir: &Path) -> anyhow::Result<Option<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(None) };
    let mut found: Vec<(u64, PathBuf)> = Vec::new();
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let is_log = path.extension().is_some_and(|end| end == "log");
        if is_log && std::fs::read(&path)?.starts_with(b"{") {
            found.push((entry.metadata()?.len(), path));
        }
    }
    found.sort();
    Ok(found.pop().map(|(_, path)| path))
}

fn start(samples: Vec<Sample>, address: SocketAddr, stopping: &watch::Receiver<bool>) -> JoinHandle<()> {
    let stopping = stopping.clone();
    std::thread::spawn(move || {
        let ended = || *stopping.borrow();
        for sample in samples.iter().filter(|sample| !sample.is_old) {
            match replay(sample, address) {
                Ok(count) => log::info("samples replayed", &[("source", &sample.source), ("lines", &count)]),
                Err(error) => log::warn(
                    "samples could not be replayed",
                    &[("source", &sample.source), ("error", &error)],
                ),
            }
        }
        trickle(&samples, address, ended);
    })
}

fn client(sample: &Sample, address: SocketAddr) -> anyhow::Result<Client> {
    Client::new(&format!("http://{address}"), &sample.token)
}

/// Sends all lines, spread over the last 24 hours.
fn replay(sample: &Sample, address: SocketAddr) -> anyhow::Result<usize> {
    let client = client(sample, address)?;
    let path = format!("/ingest/{}", sample.format);
    let now = clock::now();
    let count = sample.lines.len();
    let mut batch = String::new();
    for (n, line) in sample.lines.iter().enumerate() {
        let at = moment(n, count, now);
        shift::line(line, &sample.format, at, &format!("{:06x}", n), &mut batch);
        batch.push('\n');
        if (n + 1).is_multiple_of(LINES_A_BATCH) || n + 1 == count {
            let bytes = std::mem::take(&mut batch).into_bytes();
            deliver(&client, &path, &Batch { end: 0, bytes })?;
        }
    }
    Ok(count)
}

/// When the n-th of some lines is said to have happened: in order, by day more than by night.
fn moment(n: usize, count: usize, now: Timestamp) -> Timestamp {
    // Each hour's share of the calls, in UTC.
    const HOURS: [u32; 24] =
        [3, 2, 2, 2, 2, 3, 5, 8, 11, 13, 14, 14, 13, 14, 14, 13, 12, 10, 9, 8, 7, 6, 5, 4];
    // Not quite a day, so that a look at the last 24 hours a little later still sees all of it.
    let start = now.0 - DAY + HOUR / 4;
    let end = now.0;
    let share = |hour: i64| -> u64 {
        let of_day = usize::try_from((start / HOUR + hour).rem_euclid(24)).unwrap_or_default();
        u64::from(HOURS.get(of_day).copied().unwrap_or(1))
    };
    let total: u64 = (0..24).map(share).sum();
    // A place on a line as long as all shares, in millionths.
    let mut place = n as u64 * total * 1_000_000 / count.max(1) as u64;
    for hour in 0..24 {
        let length = share(hour) * 1_000_000;
        if place < length {
            let of_day = hour * HOUR + (place as i128 * i128::from(HOUR) / i128::from(length)) as i64;
            return Timestamp(
                start + (i128::from(of_day) * i128::from(end - start) / i128::from(DAY)) as i64,
            );
        }
        place -= length;
    }
    now
}

/// A slow trickle of lines, as long as the server runs.
fn trickle(samples: &[Sample], address: SocketAddr, ended: impl Fn() -> bool) {
    let run = clock::now().0 / SECOND;
    let mut n = 0_usize;
    while !ended() {
        for sample in samples {
            let Some(line) = sample.lines.get(n % sample.lines.len().max(1)) else { continue };
            let mut text = String::new();
            shift::line(line, &sample.format, clock::now(), &format!("{run:x}{n:x}"), &mut text);
            // The next one comes anyway; a trickle does not insist.
            if let Ok(client) = client(sample, address) {
                let _ = client.post(&format!("/ingest/{}", sample.format), text.as_bytes());
            }
            let pause = if n < BURST_LINES { PAUSE } else { LONG_PAUSE } / samples.len().max(1) as u32;
            let begun = std::time::Instant::now();
            while begun.elapsed() < pause && !ended() {
                std::thread::sleep(LOOK.min(pause));
            }
        }
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_spread_in_order_over_a_day() {
        let now = Timestamp::parse("2026-11-21T21:58:39Z").unwrap();
        let times: Vec<i64> = (0..1_200).map(|n| moment(n, 1_200, now).0).collect();
        assert!(times.is_sorted());
        assert_eq!(times[0], now.0 - DAY + HOUR / 4);
        assert!(times[1_199] < now.0 && times[1_199] > now.0 - HOUR);
        let by_night = times.iter().filter(|t| (0..5).contains(&(**t / HOUR % 24))).count();
        let by_day = times.iter().filter(|t| (9..14).contains(&(**t / HOUR % 24))).count();
        assert!(by_day > 4 * by_night, "{by_day} {by_night}");
    }
}
