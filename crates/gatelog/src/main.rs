//! The program. Reads the environment, once, and hands the rest to the command that was asked for.

mod app;
mod archive;
mod attempts;
mod boards;
mod catalog;
mod cli;
mod clock;
mod config;
mod counters;
mod cut;
mod directory;
mod durable;
mod erasure;
mod event_proof;
mod exports;
mod gateways;
mod http;
mod knowledge;
mod listen;
mod log;
mod masks;
mod objects;
mod outbound;
mod owner;
mod prover;
mod provider;
mod proxy;
mod publish;
mod pull;
mod quality;
mod reading;
mod receivers;
mod refusals;
mod rejects;
mod reports;
mod retention;
mod rhythm;
mod s3;
mod saved;
mod serve;
mod sought;
mod sources;
mod strangers;
mod take;
mod terminal;
mod told;
mod trail;
mod trail_pull;
mod two_person;
mod views;

use std::process::ExitCode;

// Batches are made by one thread and freed by another; the system's allocator returns such memory late.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    match cli::run(&environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatelog: {}", terminal::plain(&format!("{error:#}")));
            error.downcast_ref::<cli::Exit>().map_or(ExitCode::FAILURE, |exit| ExitCode::from(exit.code))
        }
    }
}

/// Whoever reads our output may stop reading (`| head`).
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
