//! What an event costs on its way to the disk, step by step, in time of the processor: `cargo bench -p ledger`.

#![allow(clippy::expect_used, reason = "a measurement")]

use std::time::Duration;

use event::mask::{Rules, mask};
use event::time::DAY;
use event::{Batch, Timestamp, codec};
use ledger::Symbols;
use ledger::{part, rollup};

const EVENTS: u64 = 262_144;

/// How long this thread has had a processor: what others on the machine do hardly changes it. Linux only.
fn now() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).expect("nanoseconds"))
}

fn main() {
    let end = Timestamp::parse("2026-11-21T00:00:00Z").expect("a time");
    let start = Timestamp(end.0 - DAY);
    let mut generator = intake::Generator::new(7, start, end, 333_333);
    let rules = Rules::new([7; 32]);
    let mut spent: Vec<(&str, Duration)> = Vec::new();
    let mut time = |name: &'static str, begun: Duration| match spent.iter_mut().find(|(n, _)| *n == name) {
        Some((_, total)) => *total += now() - begun,
        None => spent.push((name, now() - begun)),
    };
    let mut merged = Batch::new();
    let (mut json_bytes, mut wal_bytes) = (0, 0);
    while (merged.len() as u64) < EVENTS {
        let mut body = Vec::new();
        for _ in 0..1_000 {
            generator.write_line(&mut body);
        }
        json_bytes += body.len();
        let begun = now();
        let decoded = intake::decode(None, &body);
        time("decode", begun);
        let begun = now();
        let masked = mask(decoded.batch, &rules);
        time("mask", begun);
        let begun = now();
        let mut bytes = Vec::new();
        codec::encode(&masked, &mut bytes);
        time("encode for the log", begun);
        wal_bytes += bytes.len();
        let begun = now();
        merged.append(&masked);
        time("append to the tail", begun);
    }
    let rows: Vec<u32> = (0..merged.len() as u32).collect();
    let mut day = merged.clone();
    let seqs = (0..day.len() as i64).collect();
    day.set_column(event::field::SEQ, event::column::Column::Int(seqs));
    day.fill_int(event::field::RECEIVED, end.0);
    let begun = now();
    let parquet = part::encode(&day, &rows).expect("parquet");
    time("parquet", begun);
    let symbols = Symbols::default();
    let begun = now();
    let sections = rollup::sections(&day, &rows, &symbols, &mut rollup::Worth::default());
    time("count cells", begun);
    let begun = now();
    let cells = rollup::encode(&sections, &symbols).expect("cells");
    time("encode cells", begun);
    let begun = now();
    let key = ledger::proof::block::Key::whole(ledger::proof::Hash([7; 32]));
    let digest = ledger::proof::block::digest(&day, &rows, key);
    time("hash the block", begun);
    assert_ne!(digest, ledger::proof::Hash::default());
    let n = merged.len() as f64;
    for (name, total) in &spent {
        println!("{name:20} {:7.3} µs/event", total.as_secs_f64() * 1e6 / n);
    }
    println!(
        "JSON {:.1} B/event, log {:.1}, memory {:.1}, parquet {:.2}, roll-up {:.2}",
        json_bytes as f64 / n,
        wal_bytes as f64 / n,
        merged.memory_bytes() as f64 / n,
        parquet.len() as f64 / n,
        cells.len() as f64 / n
    );
    for (cube, grain, cells) in &sections {
        println!("  {:14} {:7} {:8} cells", cube.name, grain.name(), cells.len());
    }
    columns(&parquet, n);
}

fn columns(parquet: &[u8], n: f64) {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(parquet)).expect("parquet");
    let mut sizes: std::collections::BTreeMap<String, i64> = Default::default();
    for group in reader.metadata().row_groups() {
        for column in group.columns() {
            *sizes.entry(column.column_path().string()).or_default() += column.compressed_size();
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, size)| -size);
    for (name, size) in sizes {
        println!("  {name:24} {:6.2} B/event", size as f64 / n);
    }
}
