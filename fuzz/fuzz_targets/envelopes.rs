//! Any bytes to one of the envelopes; the first byte says which.
#![no_main]

mod pick;
#[path = "../../crates/intake/tests/targets/mod.rs"]
#[allow(dead_code)]
mod targets;

pick::fuzz!(targets::envelopes);
