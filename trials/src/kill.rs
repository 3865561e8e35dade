//! P1. Eight clients send batches with unique ids and repeat what was not answered, while the server is killed at
//! random moments; at the end every acknowledged event is there, and none twice.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::Setting;
use crate::server::{Start, ago, free_port, lines, post, sender};

const CLIENTS: usize = 8;
const BATCH_EVENTS: usize = 40;

pub(crate) fn run(setting: &Setting) -> Result<String> {
    let kills = if setting.long { 500 } else { 25 };
    let dir = tempfile::tempdir()?;
    let start = Start {
        binary: &setting.binary,
        data: dir.path().join("data"),
        port: free_port()?,
        // Small segments, so that kills also hit sealing, commits and compaction.
        settings: vec![("GATELOG_SEGMENT_ROWS", "2000".into()), ("GATELOG_FREE_BYTES_MIN", "1000000".into())],
    };
    let clients = Clients::default();
    let slowest = std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (clients, url) = (&clients, format!("http://127.0.0.1:{}", start.port));
            scope.spawn(move || clients.send(client, &url));
        }
        let slowest = kill_often(&start, kills, setting.seed);
        clients.stop.store(true, Ordering::Relaxed);
        slowest
    })?;
    let acked = clients.acked.into_inner().unwrap_or_default();
    let server = start.start()?;
    let found = server.request_ids()?;
    check(&acked, &found)?;
    let summary = server.json("/api/v1/summary?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z")?;
    if summary.get("total_calls").and_then(|n| n.as_u64()) != Some(found.len() as u64) {
        bail!("the roll-ups count {:?}, the rows are {}", summary.get("total_calls"), found.len());
    }
    Ok(format!(
        "{kills} kills, {} events acknowledged in {} batches, {} found; lost 0, doubled 0; slowest start {slowest:?}",
        acked.len(),
        clients.batches.into_inner(),
        found.len()
    ))
}

#[derive(Default)]
struct Clients {
    stop: AtomicBool,
    batches: AtomicU64,
    acked: Mutex<Vec<String>>,
}

impl Clients {
    fn send(&self, client: usize, url: &str) {
        let agent = sender();
        let mut number = 0_u64;
        while !self.stop.load(Ordering::Relaxed) {
            let ids: Vec<String> = (0..BATCH_EVENTS).map(|n| format!("c{client}-b{number}-{n}")).collect();
            let body = lines(&ids, &ago(5 + number % 2_000));
            number += 1;
            // The same bytes again until there is an answer, as a gateway's log plugin does.
            while !self.stop.load(Ordering::Relaxed) {
                if let Ok((200, _)) = post(&agent, url, &body) {
                    self.batches.fetch_add(1, Ordering::Relaxed);
                    if let Ok(mut acked) = self.acked.lock() {
                        acked.extend(ids);
                    }
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn kill_often(start: &Start<'_>, kills: usize, seed: u64) -> Result<Duration> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        let begun = Instant::now();
        let server = start.start()?;
        slowest = slowest.max(begun.elapsed());
        std::thread::sleep(Duration::from_millis(random.random_range(30..1_200)));
        server.kill()?;
    }
    if slowest > Duration::from_secs(10) {
        bail!("a start took {slowest:?}");
    }
    Ok(slowest)
}

/// Each acknowledged id is there once; an id that was not acknowledged is there at most once.
pub(crate) fn check(acked: &[String], found: &[String]) -> Result<()> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for id in found {
        *counts.entry(id).or_default() += 1;
    }
    let lost: Vec<&String> = acked.iter().filter(|id| !counts.contains_key(id.as_str())).collect();
    let doubled: Vec<_> = counts.iter().filter(|(_, n)| **n > 1).collect();
    if !lost.is_empty() || !doubled.is_empty() {
        bail!(
            "{} lost {:?}, {} doubled {:?}",
            lost.len(),
            lost.iter().take(3).collect::<Vec<_>>(),
            doubled.len(),
            doubled.iter().take(3).collect::<Vec<_>>()
        );
    }
    Ok(())
}

/// The data directory's size on disk, for reports.
pub(crate) fn bytes_in(dir: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        bytes += if path.is_dir() { bytes_in(&path) } else { entry.metadata().map_or(0, |m| m.len()) };
    }
    bytes
}
