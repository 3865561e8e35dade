//! How fast each format is read, into a batch, on one core, beside a bare parse of the same JSON by simd-json; and what
//! enrichment costs: `cargo bench -p intake --bench decode -- [part of a name] [runs]`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use event::{Timestamp, field};
use intake::enrich::{Geography, Knowledge, enrich};
use intake::{FORMATS, Format, Generator, decode};

fn main() {
    let generated = generated(10_000);
    measure("generate", 10_000, &generated, |_| drop(black_box(self::generated(10_000))));
    row("flowgenx", Some(&intake::Flowgenx), &generated);
    row("flowgenx, recognised", None, &generated);
    enrichment(&generated);
    for format in FORMATS {
        for (file, body) in samples(format.name()) {
            row(&format!("{} ({file})", format.name()), Some(*format), &body);
        }
    }
}

fn generated(count: u64) -> Vec<u8> {
    let start = Timestamp(1_790_000_000_000_000);
    let mut generator = Generator::new(1, start, Timestamp(start.0 + 86_400_000_000), count);
    let mut out = Vec::with_capacity(count as usize * 640);
    while generator.write_line(&mut out) {}
    out
}

/// The logs of `samples/<format>`, each at least 4 MiB long.
fn samples(format: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/../../samples/{format}", env!("CARGO_MANIFEST_DIR"));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> =
        entries.flatten().filter(|e| e.path().extension().is_some_and(|e| e == "log")).collect();
    files.sort_by_key(|entry| entry.path());
    let read = |entry: &std::fs::DirEntry| {
        let body = std::fs::read(entry.path()).unwrap_or_default();
        let times = (4 << 20) / body.len().max(1) + 1;
        (entry.file_name().to_string_lossy().into_owned(), body.repeat(times))
    };
    files.iter().map(read).collect()
}

fn row(name: &str, format: Option<&dyn Format>, body: &[u8]) {
    if is_left_out(name) {
        return;
    }
    let events = decode(format, body).batch.len();
    measure(name, events, body, |body| drop(black_box(decode(format, body))));
    bare(events, body);
}

fn is_left_out(name: &str) -> bool {
    std::env::args().nth(1).is_some_and(|wanted| !wanted.starts_with('-') && !name.contains(&wanted))
}

/// The same bytes parsed by simd-json into its tape and thrown away, where each line is a JSON object.
fn bare(events: usize, body: &[u8]) {
    let mut buffers = simd_json::Buffers::default();
    let mut parse = |body: &[u8]| -> usize {
        let mut copy = body.to_vec();
        let lines = copy.split_mut(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines
            .filter_map(|line| simd_json::to_tape_with_buffers(line, &mut buffers).ok().map(black_box))
            .count()
    };
    if parse(body) == events {
        measure("    simd-json, no more than parsed", events, body, |body| {
            black_box(parse(body));
        });
    }
}

/// What enrichment adds to a batch of 10,000 events; the cost of copying the batch is taken off.
fn enrichment(body: &[u8]) {
    if is_left_out("enrich") {
        return;
    }
    let mut batch = decode(Some(&intake::Flowgenx), body).batch;
    batch.fill_text(field::SOURCE, "bench");
    let mut geography = Geography::new();
    let countries = format!("{}/../../web/dist/countries.mmdb", env!("CARGO_MANIFEST_DIR"));
    match std::fs::read(&countries).map(|bytes| geography.add(bytes)) {
        Ok(Ok(())) => {}
        _ => println!("no country file: build the web app first, or this figure is too good"),
    }
    let knowledge = Knowledge { geography: Arc::new(geography), ..Knowledge::default() };
    let copy = best(|| drop(black_box(batch.clone())));
    let both = best(|| {
        let mut batch = batch.clone();
        enrich(&mut batch, &knowledge);
        drop(black_box(batch));
    });
    println!("{:44} {:6.3} µs/event", "enrich", (both - copy) * 1e6 / batch.len() as f64);
}

/// The shortest time of several runs, in seconds: the others were disturbed.
fn best(mut run: impl FnMut()) -> f64 {
    let runs = std::env::args().nth(2).and_then(|runs| runs.parse().ok()).unwrap_or(40);
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

fn measure(name: &str, events: usize, body: &[u8], mut run: impl FnMut(&[u8])) {
    let best = best(|| run(black_box(body)));
    println!(
        "{name:44} {:6.3} µs/event {:8.0} bytes/event {:7.0} MB/s {:9.0} events/s",
        best * 1e6 / events as f64,
        body.len() as f64 / events as f64,
        body.len() as f64 / best / 1e6,
        events as f64 / best,
    );
}
