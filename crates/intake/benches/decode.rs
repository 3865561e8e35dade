//! How fast each format is read, into a batch, on one core: `cargo bench -p intake`.

use std::hint::black_box;
use std::time::Instant;

use event::Timestamp;
use intake::{FORMATS, Format, Generator, decode};

fn main() {
    let generated = generated(10_000);
    measure("generate", 10_000, &generated, |_| drop(black_box(self::generated(10_000))));
    row("flowgenx", Some(&intake::Flowgenx), &generated);
    row("flowgenx, recognised", None, &generated);
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
    if std::env::args().nth(1).is_some_and(|wanted| !wanted.starts_with('-') && !name.contains(&wanted)) {
        return;
    }
    let events = decode(format, body).batch.len();
    measure(name, events, body, |body| drop(black_box(decode(format, body))));
}

/// The best of several runs: the others were disturbed.
fn measure(name: &str, events: usize, body: &[u8], run: impl Fn(&[u8])) {
    let runs = std::env::args().nth(2).and_then(|runs| runs.parse().ok()).unwrap_or(40);
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        run(black_box(body));
        start.elapsed().as_secs_f64()
    });
    let best = times.fold(f64::INFINITY, f64::min);
    println!(
        "{name:44} {:6.3} µs/event {:8.0} bytes/event {:7.0} MB/s {:9.0} events/s",
        best * 1e6 / events as f64,
        body.len() as f64 / events as f64,
        body.len() as f64 / best / 1e6,
        events as f64 / best,
    );
}
