//! A real server with listeners on free ports, and the captured logs to send to it.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::fmt::Write as _;
use std::ops::Deref;
use std::path::Path;
use std::time::{Duration, Instant};

use super::server::Server;

/// A server with listeners.
pub struct Listening {
    server: Server,
    addresses: Vec<String>,
    _keep: Option<tempfile::TempDir>,
}

/// A protocol, a source, and further lines of TOML.
pub type Listener<'l> = (&'l str, &'l str, &'l str);

impl Listening {
    pub fn on(listeners: &[Listener<'_>]) -> Listening {
        Listening::with(&[], listeners)
    }

    pub fn with(settings: &[(&str, &str)], listeners: &[Listener<'_>]) -> Listening {
        let keep = tempfile::tempdir().unwrap();
        let mut listening = Listening::made(keep.path(), "127.0.0.0/8", settings, listeners);
        listening._keep = Some(keep);
        listening
    }

    pub fn with_allow(allow: &str, listeners: &[Listener<'_>]) -> Listening {
        let keep = tempfile::tempdir().unwrap();
        let mut listening = Listening::made(keep.path(), allow, &[], listeners);
        listening._keep = Some(keep);
        listening
    }

    pub fn in_dir(dir: &Path, listeners: &[Listener<'_>]) -> Listening {
        Listening::made(dir, "127.0.0.0/8", &[], listeners)
    }

    fn made(dir: &Path, allow: &str, settings: &[(&str, &str)], listeners: &[Listener<'_>]) -> Listening {
        let mut toml = String::new();
        for (protocol, source, more) in listeners {
            let _ =
                writeln!(toml, "[[listeners]]\nprotocol = \"{protocol}\"\naddress = \"127.0.0.1:0\"\n{more}");
            for (name, value) in [("source", format!("{source:?}")), ("allow", format!("[{allow:?}]"))] {
                if !more.contains(&format!("{name} =")) {
                    let _ = writeln!(toml, "{name} = {value}");
                }
            }
        }
        let file = dir.join("gatelog.toml");
        std::fs::write(&file, toml).unwrap();
        let file = file.display().to_string();
        let settings = [settings, &[("GATELOG_CONFIG", file.as_str())]].concat();
        let server = Server::on(dir, &settings, true);
        let mut addresses = Vec::new();
        wait_for(|| {
            addresses =
                server.log().lines().filter(|line| line.contains("\"protocol\":")).map(address).collect();
            addresses.len() == listeners.len()
        });
        Listening { server, addresses, _keep: None }
    }

    /// Where a listener listens.
    pub fn address(&self, n: usize) -> &str {
        &self.addresses[n]
    }

    /// A count of all listeners together.
    pub fn number(&self, name: &str) -> u64 {
        let metrics = self.server.get("/metrics").text();
        let start = format!("gatelog_listener_{name}");
        let of_it = |line: &&str| {
            line.starts_with(&format!("{start}{{")) || line.starts_with(&format!("{start}_total{{"))
        };
        metrics
            .lines()
            .filter(of_it)
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum()
    }

    pub fn number_becomes(&self, name: &str, count: u64) {
        wait_for(|| {
            let now = self.number(name);
            assert!(name == "connections" || now <= count, "{name}: {now}");
            now == count
        });
    }

    pub fn stop(self) {
        self.server.stop();
    }

    pub fn kill(self) {
        self.server.kill();
    }
}

impl Deref for Listening {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

fn address(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    line["address"].as_str().unwrap().to_owned()
}

/// Waits, for a long time on a slow machine.
pub fn wait_for(mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until so many calls are there, and not one more.
pub fn total_becomes(server: &Server, filter: &str, total: u64) {
    wait_for(|| {
        let now = server.total(filter);
        assert!(now <= total, "{filter}: {now} of {total}");
        now == total
    });
}

/// A captured file, as it lies in `samples/`.
pub fn captured(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn captured_lines(name: &str) -> Vec<String> {
    String::from_utf8(captured(name)).unwrap().lines().map(str::to_owned).collect()
}

/// The totals of a captured log: calls by status.
pub fn by_status(gateway: &str) -> Vec<(String, u64)> {
    let expected: serde_json::Value =
        serde_json::from_slice(&captured(&format!("{gateway}/expected.json"))).unwrap();
    let counts = expected["by_status"].as_object().unwrap();
    counts.iter().map(|(status, count)| (status.clone(), count.as_u64().unwrap())).collect()
}
