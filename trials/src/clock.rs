//! P16. The machine's clock is an hour back, a day and ten years ahead: what was acknowledged stays, retention
//! deletes nothing, and sequence numbers go on.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::Setting;
use crate::kill::check;
use crate::server::{Start, ago, free_port, lines, post, sender};

/// How far off the clock is, as libfaketime reads it and in seconds.
const JUMPS: [(&str, i64); 5] =
    [("+0s", 0), ("-1h", -3_600), ("+1d", 86_400), ("+3650d", 3_650 * 86_400), ("+0s", 0)];

pub(crate) fn run(setting: &Setting) -> Result<String> {
    let dir = tempfile::tempdir()?;
    let mut start = Start {
        binary: &setting.binary,
        data: dir.path().join("data"),
        port: free_port()?,
        settings: Vec::new(),
    };
    let library = library()?;
    let (agent, mut acked, mut last_seq) = (sender(), Vec::new(), 0);
    for (n, (jump, seconds)) in JUMPS.iter().enumerate() {
        // The library itself, not the program that loads it: that one would be killed in place of the server.
        start.settings = vec![
            ("GATELOG_SEGMENT_ROWS", "100".into()),
            ("GATELOG_RETAIN_DAYS", "30".into()),
            ("LD_PRELOAD", library.clone()),
            ("FAKETIME", (*jump).into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ];
        let server = start.start().with_context(|| format!("with the clock at {jump}"))?;
        let off = server.clock()?.duration_since(UNIX_EPOCH)?.as_secs() as i64
            - SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() as i64;
        if (off - seconds).abs() > 60 {
            bail!("the clock of the server is {off} s off, it should be {seconds}");
        }
        let ids: Vec<String> = (0..300).map(|i| format!("k{n}-{i}")).collect();
        // The gateways' clocks are right all the time.
        let (status, answer) = post(&agent, &server.url, &lines(&ids, &ago(60)))?;
        if status != 200 {
            bail!("with the clock at {jump}: {status} {answer}");
        }
        acked.extend(ids);
        std::thread::sleep(std::time::Duration::from_secs(if setting.long { 60 } else { 3 }));
        check(&acked, &server.request_ids()?).with_context(|| format!("with the clock at {jump}"))?;
        let newest =
            server.json("/api/v1/events?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1000")?;
        let highest = newest.pointer("/events").and_then(|e| e.as_array()).into_iter().flatten();
        let highest = highest.filter_map(|e| e.get("seq")?.as_u64()).max().unwrap_or(0);
        if highest <= last_seq {
            bail!("with the clock at {jump} the highest sequence number is {highest}, it was {last_seq}");
        }
        last_seq = highest;
        server.kill()?;
    }
    let jumps = JUMPS.map(|(jump, _)| jump);
    Ok(format!("clock at {jumps:?}: {} events, lost 0, doubled 0", acked.len()))
}

/// Where the library is that changes what a program thinks the time is.
fn library() -> Result<String> {
    for entry in std::fs::read_dir("/usr/lib")? {
        let path = entry?.path().join("faketime/libfaketimeMT.so.1");
        if path.exists() {
            return Ok(path.display().to_string());
        }
    }
    bail!("libfaketime is missing: apt-get install faketime")
}
