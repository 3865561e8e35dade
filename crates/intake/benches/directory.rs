//! What it costs to complete events from a directory of 100,000 consumers: `cargo bench -p intake --bench directory`.

use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

use event::{Batch, Event, field};
use intake::directory::{
    Consumer, Directory, Key, Origin, Period, Plan, Quota, Request, Route, Snapshot, join,
};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONSUMERS: u64 = 100_000;
/// Events of a run, in deliveries of so many events each.
const ROWS: u64 = 10_000;
const DELIVERIES: [u64; 2] = [10_000, 200];

fn main() {
    let start = Instant::now();
    let directory = directory();
    println!("index of {CONSUMERS} consumers and keys {:6.0} ms", start.elapsed().as_secs_f64() * 1e3);
    // As in traffic: a few consumers make most calls. And the worst case: every call is of another one.
    measure("skewed", &directory, |n| (n * n) % CONSUMERS / (1 + n % 100));
    measure("50 consumers", &directory, |n| n % 50);
    measure("each of another", &directory, |n| n * 7_919 % CONSUMERS);
    measure("none known", &directory, |n| CONSUMERS + n);
    measure_paths(&directory);
}

fn directory() -> Directory {
    let mut snapshot = Snapshot::default();
    for n in 0..CONSUMERS {
        snapshot.consumers.push(Consumer {
            id: Some(format!("0a1d{n:08x}-1c8e-4d83-8f2b-{n:012}")),
            name: format!("consumer-{n}"),
            groups: vec![format!("group-{}", n % 40), format!("tier-{}", n % 3)],
            customer: Some(format!("customer-{}", n % 5_000)),
            plan: Some(format!("plan-{}", n % 30)),
            ..Consumer::default()
        });
        snapshot.keys.push(Key {
            id: format!("key-{n:012}"),
            consumer: Some(format!("consumer-{n}")),
            ..Key::default()
        });
    }
    for n in 0..30 {
        let quota = Some(Quota { limit: 1_000, period: Period::Day });
        snapshot.plans.push(Plan { name: format!("plan-{n}"), quota, ..Plan::default() });
    }
    for n in 0..500 {
        let templates = vec![format!("/api/v{}/things-{n}/{{id}}/parts/{{part}}", n % 3)];
        snapshot.routes.push(Route {
            id: Some(format!("r-{n}")),
            name: format!("route-{n}"),
            templates,
            ..Route::default()
        });
    }
    let origin = Origin { name: "many".into(), ..Origin::default() };
    let request = Request { snapshot, ..Request::default() };
    let imported = origin.import(request, 1, 0).map(|(origin, _)| origin);
    Directory::new(imported.ok())
}

fn measure(name: &str, directory: &Directory, of: impl Fn(u64) -> u64) {
    for (by, text) in [("by name", "consumer-"), ("by key", "key-")] {
        report(&format!("{name}, {by}"), directory, |event, n| {
            event.text(field::ROUTE_ID, format!("r-{}", n % 500));
            match text {
                "key-" => event.text(field::API_KEY_ID, format!("key-{:012}", of(n))),
                _ => event.text(field::CONSUMER_NAME, format!("{text}{}", of(n))),
            }
        });
    }
}

fn measure_paths(directory: &Directory) {
    report("50 consumers, routes by path", directory, |event, n| {
        event.text(field::METHOD, "GET");
        event.text(field::PATH, format!("/api/v{}/things-{}/{n}/parts/{n}", n % 500 % 3, n % 500));
        event.text(field::CONSUMER_NAME, format!("consumer-{}", n % 50));
    });
}

fn batch(numbers: Range<u64>, fill: &impl Fn(&mut Event<'_>, u64)) -> Batch {
    let mut batch = Batch::new();
    for n in numbers {
        let mut event = Event::new();
        event.int(field::TIME, 1_790_000_000_000_000 + n as i64);
        event.text(field::SOURCE, "edge");
        fill(&mut event, n);
        batch.push(&event);
    }
    batch.finish();
    batch
}

/// The best of several runs: the others were disturbed.
fn report(name: &str, directory: &Directory, fill: impl Fn(&mut Event<'_>, u64)) {
    let micros = DELIVERIES.map(|size| {
        let batches: Vec<Batch> = (0..ROWS / size).map(|n| batch(n * size..(n + 1) * size, &fill)).collect();
        let times = (0..40).map(|_| {
            let mut batches = batches.clone();
            let start = Instant::now();
            batches.iter_mut().for_each(|batch| join(black_box(batch), directory));
            let took = start.elapsed().as_secs_f64();
            drop(black_box(batches));
            took
        });
        times.fold(f64::INFINITY, f64::min) * 1e6 / ROWS as f64
    });
    println!("{name:44} {:6.3} µs/event, in deliveries of 200 {:6.3}", micros[0], micros[1]);
}
