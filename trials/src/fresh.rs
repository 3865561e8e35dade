//! P20. An event is sent; from its acknowledgement on it is in the table, in the histogram and in the key figures.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::Setting;
use crate::server::{Start, ago, free_port, lines, post, sender};

pub(crate) fn run(setting: &Setting) -> Result<String> {
    let rounds = if setting.long { 1_000 } else { 60 };
    let dir = tempfile::tempdir()?;
    let settings = vec![("GATELOG_SEGMENT_ROWS", "500".into())];
    let start =
        Start { binary: &setting.binary, data: dir.path().join("data"), port: free_port()?, settings };
    let server = start.start()?;
    let agent = sender();
    let mut delays = Vec::new();
    for round in 1..=rounds {
        let ids: Vec<String> = (0..100).map(|n| format!("f{round}-{n}")).collect();
        let (status, answer) = post(&agent, &server.url, &lines(&ids, &ago(1)))?;
        if status != 200 {
            bail!("{status} {answer}");
        }
        let acked = Instant::now();
        let last = ids.last().cloned().unwrap_or_default();
        while !visible(&server, &last, round * 100)? {
            if acked.elapsed() > Duration::from_secs(2) {
                bail!("round {round}: not visible 2 s after the acknowledgement");
            }
        }
        delays.push(acked.elapsed());
    }
    delays.sort();
    Ok(format!(
        "{rounds} rounds; acknowledged to visible in table and KPIs: median {:?}, worst {:?} (both questions included)",
        delays.get(rounds / 2),
        delays.last()
    ))
}

fn visible(server: &crate::server::Server, id: &str, total: usize) -> Result<bool> {
    let found = server.json(&format!("/api/v1/events?filter=request_id:{id}"))?;
    let summary = server.json("/api/v1/summary?from=24h")?;
    let rows = found.pointer("/events").and_then(|e| e.as_array()).map_or(0, Vec::len);
    Ok(rows == 1 && summary.get("total_calls").and_then(|n| n.as_u64()) == Some(total as u64))
}
