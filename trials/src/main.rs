//! The promises, put to the trial on the real program: `trials BINARY short|long [NAME…]`. Each prints its seed, what it
//! did and what it found, and fails loudly. The trials that need a simulated disk (power cut, failed sync, damage, answers equal a
//! model) are tests of the crates they try; docs/trials.md lists all.

mod clock;
mod fresh;
mod full;
mod kill;
mod server;

use std::process::ExitCode;

/// One promise and how it is tried.
pub(crate) struct Trial {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What is promised.
    pub(crate) promise: &'static str,
    /// Tries it; an error says how the promise was broken.
    pub(crate) run: fn(&Setting) -> anyhow::Result<String>,
}

/// Where and how hard.
pub(crate) struct Setting {
    /// The program on trial.
    pub(crate) binary: std::path::PathBuf,
    /// Hours instead of minutes.
    pub(crate) long: bool,
    /// Printed, so that a failure can be repeated.
    pub(crate) seed: u64,
}

const TRIALS: &[Trial] = &[
    Trial { name: "kill", promise: "P1: an acknowledged event survives kill -9, once", run: kill::run },
    Trial { name: "full", promise: "P3: a full disk loses nothing and heals itself", run: full::run },
    Trial { name: "clock", promise: "P16: a jumping clock loses and deletes nothing", run: clock::run },
    Trial {
        name: "fresh",
        promise: "P20: an acknowledged event is in table and KPIs within 2 s",
        run: fresh::run,
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(binary), Some(length)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: trials BINARY short|long [NAME…]");
        return ExitCode::FAILURE;
    };
    let names: Vec<String> = arguments.collect();
    let seed = std::env::var("TRIAL_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    let setting = Setting { binary: binary.into(), long: length == "long", seed };
    let (mut passed, mut failed) = (0, 0);
    for trial in TRIALS.iter().filter(|t| names.is_empty() || names.iter().any(|n| n == t.name)) {
        println!("{}  (seed {seed})", trial.promise);
        match (trial.run)(&setting) {
            Ok(found) => {
                passed += 1;
                println!("  ok    {found}");
            }
            Err(error) => {
                failed += 1;
                println!("  FAIL  {error:#}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
