//! What masking costs an event: `cargo bench -p event --bench mask`. Prints, never fails.

use event::mask::{Rules, mask};
use event::{Batch, Event, field};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROWS: usize = 10_000;
const ROUNDS: usize = 60;

/// A cheap source of made-up numbers.
fn number(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn typical<'a>(state: &mut u64) -> Event<'a> {
    let mut event = Event::new();
    let n = number(state);
    event.int(field::TIME, 1_795_298_319_000_000 + (n % 1_000_000) as i64);
    event.text(field::REQUEST_ID, format!("{:016x}{:016x}", n, number(state)));
    event.text(field::METHOD, "GET");
    event.text(field::ROUTE, format!("/api/v1/orders/{}/{{id}}", n % 300));
    event.text(field::PATH, format!("/api/v1/orders/{}/{}", n % 300, n % 100_000));
    event.text(field::CONSUMER_NAME, format!("consumer-{}", n % 2_000));
    event.text(field::CONSUMER_GROUPS, format!("[\"group-{}\"]", n % 40));
    event.text(field::IP, format!("10.{}.{}.{}", n % 200, n / 200 % 250, n / 50_000 % 250));
    event.text(field::USER_AGENT, format!("Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101", n % 50));
    event.int(field::STATUS, 200);
    event
}

fn batch(make: impl Fn(&mut u64) -> Event<'static>) -> Batch {
    let mut state = 88_172_645_463_325_252;
    let mut batch = Batch::new();
    (0..ROWS).for_each(|_| batch.push(&make(&mut state)));
    batch.finish();
    batch
}

fn measure(name: &str, batch: &Batch) {
    let rules = Rules::new([7; 32]);
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let copy = batch.clone();
        let start = Instant::now();
        black_box(mask(copy, &rules));
        best = best.min(start.elapsed());
    }
    println!("{name:<28} {:>8.3} us/event", best.as_secs_f64() * 1e6 / ROWS as f64);
}

fn main() {
    measure("typical", &batch(typical));
    measure(
        "uuid in the path",
        &batch(|state| {
            let mut event = typical(state);
            let n = number(state);
            event.text(field::CORRELATION_ID, format!("{n:016x}{n:016x}"));
            event.text(
                field::NATIVE_URL,
                format!("/api/orders/{:08x}-0a1b-4a1b-8a1b-{:012x}", n >> 32, n & 0xffff_ffff_ffff),
            );
            event
        }),
    );
    measure(
        "with a query",
        &batch(|state| {
            let mut event = typical(state);
            let n = number(state);
            event.text(field::QUERY, format!("page={}&limit=50&sort=-created&q=w{n}", n % 90));
            event
        }),
    );
    measure(
        "with a token in the query",
        &batch(|state| {
            let mut event = typical(state);
            event.text(field::QUERY, format!("page=1&access_token={:016x}", number(state)));
            event
        }),
    );
    measure(
        "with 12 headers",
        &batch(|state| {
            let mut event = typical(state);
            let n = number(state);
            event.text(
            field::REQUEST_HEADERS,
            format!(
                r#"[["host","api.example.com"],["user-agent","axios/1.7.2"],["accept","application/json, */*"],["authorization","Bearer t{}"],["x-request-id","{n:016x}"],["content-type","application/json"],["content-length","{}"],["x-forwarded-for","10.1.2.{}"],["x-forwarded-proto","https"],["accept-encoding","gzip, br"],["connection","keep-alive"],["cookie","sid={:016x}"]]"#,
                n % 500,
                n % 9_000,
                n % 250,
                n % 700
            ),
        );
            event
        }),
    );
}
