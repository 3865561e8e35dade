//! P16. The machine's clock is an hour back, a day and ten years ahead: what was acknowledged stays, retention
//! deletes nothing, and sequence numbers go on.

use anyhow::{Context, Result, bail};

use crate::Setting;
use crate::kill::check;
use crate::server::{Start, ago, free_port, lines, post, sender};

pub(crate) fn run(setting: &Setting) -> Result<String> {
    let dir = tempfile::tempdir()?;
    let mut start = Start {
        binary: &setting.binary,
        data: dir.path().join("data"),
        port: free_port()?,
        settings: vec![("GATELOG_SEGMENT_ROWS", "100".into()), ("GATELOG_RETAIN_DAYS", "30".into())],
        before: Vec::new(),
    };
    let (agent, mut acked, mut last_seq) = (sender(), Vec::new(), 0);
    let jumps = ["+0s", "-1h", "+1d", "+3650d", "+0s"];
    for (n, jump) in jumps.iter().enumerate() {
        start.before = vec!["faketime".into(), "-f".into(), (*jump).into()];
        let server = start.start().with_context(|| format!("with the clock at {jump}"))?;
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
    }
    Ok(format!("clock at {jumps:?}: {} events, lost 0, doubled 0", acked.len()))
}
