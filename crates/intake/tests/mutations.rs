//! Mutated input, a hundred thousand for everything that takes bytes from outside: nothing panics, nothing takes memory
//! out of proportion, and a broken line leaves the good ones around it whole. `GATELOG_MUTATIONS` says how many of each,
//! `GATELOG_MUTATION_SEED` repeats a run.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use intake::decode;
use peak_alloc::PeakAlloc;

mod targets;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MUTATIONS: u64 = 100_000;
/// Memory for one small input: buffers, dictionaries, and the window of a packing.
const BYTES_MAX: usize = 24 << 20;
/// Of so many mutations one is put among good lines.
const AMONG_GOOD_LINES: u64 = 8;

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// What breaks parsers: marks, escapes, numbers at the edges, bytes of no text.
const TOKENS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\\u0000",
    b"\\ud800",
    b"\\x",
    b"%",
    b"%zz",
    b"=",
    b"&",
    b"-",
    b"-1",
    b"0",
    b"1e999",
    b"99999999999999999999",
    b"-9223372036854775808",
    b"null",
    b"true",
    b"NaN",
    b"0.0000000001",
    b"\xe2\x80\xa6",
    b"<134>",
    b" - ",
    b"\"\"",
    b"[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":",
    b"1970-01-01T00:00:00Z",
    b"9999-12-31T23:59:60Z",
    b"T",
    b"@",
    b"::",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
];

/// One to five changes of a seed, sometimes with a part of another.
fn mutate(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut body = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(5) {
        let at = random.below(body.len() + 1);
        let end = (at + 1 + random.below(24)).min(body.len());
        match random.below(9) {
            0 if at < body.len() => body[at] = random.next() as u8,
            1 if at < body.len() => body[at] ^= 1 << random.below(8),
            2 => drop(body.drain(at..end.max(at))),
            3 => body.truncate(at),
            4 => {
                let part = body[at..end.max(at)].to_vec();
                let times = 1 + random.below(3);
                (0..times).for_each(|_| drop(body.splice(at..at, part.iter().copied())));
            }
            5 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(200)).min(other.len());
                body.splice(at..end.max(at), other[from..to].iter().copied());
            }
            _ => {
                let token = TOKENS[random.below(TOKENS.len())];
                let end = if random.below(2) == 0 { at } else { end.max(at) };
                body.splice(at..end, token.iter().copied());
            }
        }
    }
    body
}

/// The good lines around a broken one are read as if it were not there.
fn among_good_lines(target: &targets::Target, broken: &[u8]) {
    let Some(format) = target.keeps_good_lines else { return };
    let line: Vec<u8> = broken.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let good: Vec<&[u8]> = target.seeds.iter().map(Vec::as_slice).take(4).collect();
    let alone = decode(format, &good.join(&b'\n')).batch.len();
    let (before, after) = good.split_at(good.len() / 2);
    let body = [before, &[&line], after].concat().join(&b'\n');
    let decoded = decode(format, &body);
    assert!(
        decoded.batch.len() >= alone,
        "{} of {alone} good lines: {:?}",
        decoded.batch.len(),
        decoded.rejects
    );
}

/// Mutates what a target usually gets, so many times.
fn mutate_often(target: &targets::Target, mutations: u64, seed: u64) {
    let (started, mut most) = (Instant::now(), 0);
    let mut random = Random(seed);
    for n in 0..mutations {
        let body = mutate(&mut random, &target.seeds);
        // What others hold at the same time counts too; all of it together stays below the bound.
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let fed = catch_unwind(AssertUnwindSafe(|| {
            (target.feed)(&body);
            if n % AMONG_GOOD_LINES == 0 {
                among_good_lines(target, &body);
            }
        }));
        let used = MEMORY.peak_usage().saturating_sub(before);
        most = most.max(used);
        let shown = || body.escape_ascii().to_string();
        assert!(fed.is_ok(), "{}, mutation {n}: {}", target.name, shown());
        assert!(used <= BYTES_MAX, "{}, mutation {n}: {used} bytes for {}", target.name, shown());
    }
    println!("{:24} {:6.1} s, at most {} KiB", target.name, started.elapsed().as_secs_f64(), most >> 10);
}

#[test]
fn nothing_panics_and_memory_is_bounded() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let mutations = number("GATELOG_MUTATIONS").unwrap_or(MUTATIONS);
    let seed = number("GATELOG_MUTATION_SEED").unwrap_or(2_026);
    println!("{mutations} mutations each, GATELOG_MUTATION_SEED={seed}");
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let targets = targets::all();
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    mutate_often(target, mutations, seed);
                }
            });
        }
    });
}
