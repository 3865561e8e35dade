//! P3. The data directory is a small file system of its own. It is filled to the last byte, freed, and filled again: nothing
//! acknowledged is lost, refusals are quick and say when to come back, reading goes on, and writing resumes by itself.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::Setting;
use crate::kill::{bytes_in, check};
use crate::server::{Server, Start, ago, free_port, lines, post, sender};

const DISK_MIB: usize = 64;

pub(crate) fn run(setting: &Setting) -> Result<String> {
    let cycles = if setting.long { 50 } else { 5 };
    let dir = tempfile::tempdir()?;
    let disk = Mounted::new(dir.path())?;
    let start = Start {
        binary: &setting.binary,
        data: disk.path.join("data"),
        port: free_port()?,
        settings: vec![("GATELOG_SEGMENT_ROWS", "4000".into()), ("GATELOG_FREE_BYTES_MIN", "4000000".into())],
    };
    let server = start.start()?;
    let (mut acked, mut refusals, mut slowest) = (Vec::new(), 0_u64, Duration::ZERO);
    for cycle in 0..cycles {
        // Every second time the disk is filled from outside, to the last byte and under a running write.
        let ballast = disk.path.join("ballast");
        let outside = cycle % 2 == 1;
        refusals += fill(&server, cycle, &mut acked, outside.then_some(ballast.as_path()))?;
        server.json("/api/v1/events?limit=10&from=2000-01-01T00:00:00Z").context("reading must go on")?;
        let _ = std::fs::remove_file(&ballast);
        if !outside {
            break_even(&disk, &server)?;
        }
        let begun = Instant::now();
        resume(&server, cycle, &mut acked)?;
        slowest = slowest.max(begun.elapsed());
    }
    drop(server);
    let server = start.start()?;
    check(&acked, &server.request_ids()?)?;
    Ok(format!(
        "{cycles} times full at {DISK_MIB} MiB, {} events acknowledged, {refusals} refusals; lost 0, doubled 0; writing again after at most {slowest:?}; {} bytes used",
        acked.len(),
        bytes_in(&start.data)
    ))
}

/// Sends until the disk is full; every refusal is quick and says when to come back.
fn fill(server: &Server, cycle: usize, acked: &mut Vec<String>, ballast: Option<&Path>) -> Result<u64> {
    let (agent, mut refusals) = (sender(), 0);
    if let Some(path) = ballast {
        let _ =
            Command::new("dd").args(["if=/dev/zero", "bs=64k", &format!("of={}", path.display())]).output();
    }
    for number in 0..4_000 {
        let ids: Vec<String> =
            (0..500).map(|n| format!("y{cycle}-{number}-{n}-{:032x}", rand::random::<u128>())).collect();
        let begun = Instant::now();
        match post(&agent, &server.url, &lines(&ids, &ago(number % 1_000)))? {
            (200, _) => acked.extend(ids),
            (503 | 507, _) => {
                refusals += 1;
                if begun.elapsed() > Duration::from_secs(6) {
                    bail!("a refusal took {:?}", begun.elapsed());
                }
                if refusals > 5 {
                    return Ok(refusals);
                }
            }
            (status, answer) => bail!("a full disk was answered with {status} {answer}"),
        }
    }
    bail!("the disk never got full")
}

/// Makes the disk larger, as an operator would.
fn break_even(disk: &Mounted, _server: &Server) -> Result<()> {
    disk.grow()
}

fn resume(server: &Server, cycle: usize, acked: &mut Vec<String>) -> Result<()> {
    let (agent, begun) = (sender(), Instant::now());
    let ids: Vec<String> = (0..50).map(|n| format!("r{cycle}-{n}")).collect();
    let body = lines(&ids, &ago(1));
    while begun.elapsed() < Duration::from_secs(5) {
        if let Ok((200, _)) = post(&agent, &server.url, &body) {
            acked.extend(ids);
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("writing did not resume within 5 s")
}

/// A tmpfs of a fixed size, which can grow.
struct Mounted {
    path: std::path::PathBuf,
    mib: std::cell::Cell<usize>,
}

impl Mounted {
    fn new(dir: &Path) -> Result<Mounted> {
        let path = dir.join("disk");
        std::fs::create_dir(&path)?;
        command(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={DISK_MIB}m"), "tmpfs", &path.display().to_string()],
        )
        .context("this trial needs the right to mount a tmpfs")?;
        Ok(Mounted { path, mib: DISK_MIB.into() })
    }

    fn grow(&self) -> Result<()> {
        self.mib.set(self.mib.get() + DISK_MIB / 2);
        let size = format!("remount,size={}m", self.mib.get());
        command("mount", &["-o", &size, &self.path.display().to_string()])
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = command("umount", &["-l", &self.path.display().to_string()]);
    }
}

fn command(program: &str, arguments: &[&str]) -> Result<()> {
    let done = Command::new(program).args(arguments).output()?;
    if !done.status.success() {
        bail!("{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}
