//! Traffic that looks real, for measuring and trying out. The same seed gives the same bytes on every machine: it
//! uses no clock, no randomness from outside, and no floating-point function whose last digit depends on a library.

use event::Timestamp;
use event::time::{DAY, HOUR, civil};

mod random;
mod world;

use random::Random;
use world::{Consumer, Refusal, Route, World};

/// Time is cut into at most so many pieces, each with its own share of the calls.
const PIECES_MAX: i64 = 100_000;

/// Writes calls in the contract's JSON form, in the order of time.
///
/// 2,000 consumers of 400 customers in 40 groups on 8 plans call 300 routes of 25 APIs from 50,000 addresses, few
/// of them most of the time; by day more than by night, and less at weekends. About 4 % are refused and 0.8 % fail.
#[derive(Debug)]
pub struct Generator {
    random: Random,
    world: World,
    start: i64,
    pieces: Pieces,
    written: u64,
    count: u64,
    /// `2026-11-21T10:` and the hour it is for.
    hour: (i64, String),
}

/// How many calls fall into each piece of time.
#[derive(Debug)]
struct Pieces {
    size: i64,
    /// How long all of them are; the last may be shorter.
    range: i64,
    /// Calls up to the end of each piece.
    ends: Vec<u64>,
    at: usize,
}

impl Pieces {
    fn new(start: i64, end: i64, count: u64) -> Self {
        let range = (end - start).max(1);
        let size = HOUR.max(range / PIECES_MAX + 1);
        let weights: Vec<f64> = (0..)
            .map(|n| start + n * size)
            .take_while(|at| *at < end)
            .map(|at| weight(at) * ((end - at).min(size) as f64 / size as f64))
            .collect();
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let mut ends: Vec<u64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                ((sum / total) * count as f64) as u64
            })
            .collect();
        if let Some(last) = ends.last_mut() {
            *last = count;
        }
        Pieces { size, range, ends, at: 0 }
    }

    /// The moment of a call, in microseconds after the start; calls are asked for in order.
    fn moment(&mut self, call: u64, jitter: f64) -> i64 {
        while self.ends.get(self.at).is_some_and(|end| call >= *end) {
            self.at += 1;
        }
        let first = self.at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let here = self.ends.get(self.at).copied().unwrap_or(first + 1) - first;
        let from = self.at as i64 * self.size;
        let length = self.size.min(self.range - from).max(1);
        let into = ((call - first) as f64 + jitter) / here.max(1) as f64 * length as f64;
        // The sum may be rounded up to the end.
        from + (into as i64).min(length - 1)
    }
}

/// How busy an hour is, as a share of the busiest.
fn weight(micros: i64) -> f64 {
    const HOURS: [f64; 24] = [
        0.22, 0.18, 0.16, 0.15, 0.17, 0.24, 0.38, 0.58, 0.80, 0.94, 1.00, 0.98, 0.90, 0.95, 0.99, 0.96, 0.90,
        0.82, 0.74, 0.68, 0.60, 0.50, 0.38, 0.28,
    ];
    // Days of the week from the first day of the epoch, a Thursday.
    const DAYS: [f64; 7] = [1.0, 0.96, 0.55, 0.48, 0.95, 1.0, 1.02];
    let hour = micros.rem_euclid(DAY) / HOUR;
    let day = micros.div_euclid(DAY).rem_euclid(7);
    HOURS.get(hour as usize).unwrap_or(&1.0) * DAYS.get(day as usize).unwrap_or(&1.0)
}

impl Generator {
    /// `count` calls from `start` (inclusive) to `end` (exclusive).
    pub fn new(seed: u64, start: Timestamp, end: Timestamp, count: u64) -> Self {
        let mut random = Random::new(seed);
        let world = World::new(&mut random);
        // Times are written in whole milliseconds.
        let (start, end) = (start.0.div_euclid(1_000) * 1_000, end.0.max(start.0 + 1_000));
        let pieces = Pieces::new(start, end, count);
        Generator { random, world, start, pieces, written: 0, count, hour: (i64::MIN, String::new()) }
    }

    /// How many calls are still to come.
    pub fn remaining(&self) -> u64 {
        self.count - self.written
    }

    /// Appends the next call and a line break; false when there is none left.
    pub fn write_line(&mut self, out: &mut Vec<u8>) -> bool {
        if self.remaining() == 0 {
            return false;
        }
        let jitter = self.random.unit();
        let time = self.start + self.pieces.moment(self.written, jitter);
        self.written += 1;
        let Generator { random, world, hour, .. } = self;
        let consumer = world.consumer(random);
        let route = world.route(consumer, random);
        let refusal = world.refusal(consumer, random);
        out.extend_from_slice(b"{\"timestamp\":\"");
        write_time(out, time, hour);
        out.extend_from_slice(b"\",\"request_id\":\"");
        write_hex(out, random.next());
        write_hex(out, random.next());
        out.extend_from_slice(world.gateway(consumer, route).as_bytes());
        out.extend_from_slice(route.head.as_bytes());
        write_caller(out, consumer, refusal);
        write_request(out, world, consumer, route, random);
        write_response(out, world, route, refusal, random);
        out.push(b'\n');
        true
    }
}

fn write_time(out: &mut Vec<u8>, time: i64, hour: &mut (i64, String)) {
    let this = time.div_euclid(HOUR);
    if hour.0 != this {
        let (y, m, d) = civil(time.div_euclid(DAY));
        *hour = (this, format!("{y:04}-{m:02}-{d:02}T{:02}:", this.rem_euclid(24)));
    }
    out.extend_from_slice(hour.1.as_bytes());
    let millis = time.rem_euclid(HOUR) / 1_000;
    write_padded(out, millis / 60_000, 2);
    out.push(b':');
    write_padded(out, millis / 1_000 % 60, 2);
    out.push(b'.');
    write_padded(out, millis % 1_000, 3);
    out.push(b'Z');
}

fn write_padded(out: &mut Vec<u8>, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(b'0' + (number / 10_i64.pow(place) % 10) as u8);
    }
}

fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Hundredths of a millisecond as the whole milliseconds that gateways log.
fn write_millis(out: &mut Vec<u8>, hundredths: u64) {
    write_number(out, hundredths.div_ceil(100));
}

fn write_hex(out: &mut Vec<u8>, number: u64) {
    let digit = |shift: u32| {
        let nibble = (number >> shift) as u8 & 0xf;
        nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
    };
    let digits: [u8; 16] = std::array::from_fn(|n| digit(60 - 4 * n as u32));
    out.extend_from_slice(&digits);
}

fn write_caller(out: &mut Vec<u8>, consumer: &Consumer, refusal: Option<&Refusal>) {
    let text = match refusal {
        Some(refusal) if !refusal.identified => "",
        Some(refusal) if refusal.code == "no_acl_groups" => &consumer.without_groups,
        _ => &consumer.identity,
    };
    out.extend_from_slice(text.as_bytes());
}

fn write_request(out: &mut Vec<u8>, world: &World, consumer: &Consumer, route: &Route, random: &mut Random) {
    out.extend_from_slice(b"\"request\":{\"path\":\"");
    let mut parts = route.path.split("{id}");
    out.extend_from_slice(parts.next().unwrap_or("").as_bytes());
    for part in parts {
        // The square makes low numbers far more common, as if a few things were asked for most.
        let id = random.unit() * random.unit();
        write_number(out, 1 + (id * 100_000.0) as u64);
        out.extend_from_slice(part.as_bytes());
    }
    if route.is_list && random.below(8) == 0 {
        out.extend_from_slice(b"?page=");
        write_number(out, 1 + random.below(20));
    }
    out.extend_from_slice(b"\",\"method\":\"");
    out.extend_from_slice(route.method.as_bytes());
    out.extend_from_slice(b"\",\"ip\":\"");
    out.extend_from_slice(consumer.address(random).as_bytes());
    out.extend_from_slice(b"\",\"user_agent\":\"");
    out.extend_from_slice(world.agent(consumer, random).as_bytes());
    out.extend_from_slice(b"\",\"bytes\":");
    let body = if matches!(route.method, "GET" | "DELETE") { 0 } else { 200 + random.below(1_800) };
    write_number(out, 280 + random.below(240) + body);
}

fn write_response(
    out: &mut Vec<u8>,
    world: &World,
    route: &Route,
    refusal: Option<&Refusal>,
    random: &mut Random,
) {
    out.extend_from_slice(b"},\"response\":{\"status\":");
    let status = match refusal {
        Some(refusal) => refusal.status,
        None => route.status(random),
    };
    write_number(out, status);
    out.extend_from_slice(b",\"duration_ms\":");
    let overhead = 20 + random.below(180);
    if refusal.is_some() {
        write_millis(out, overhead);
    } else {
        let mut upstream = route.latency(world, random);
        if status >= 502 {
            upstream = if status == 504 { 3_000_000 } else { 100 + random.below(400) };
        }
        write_millis(out, upstream + overhead);
        out.extend_from_slice(b",\"upstream_ms\":");
        write_millis(out, upstream);
    }
    out.extend_from_slice(b",\"bytes\":");
    let body = match status {
        204 | 304 => 0,
        200..=299 => route.bytes / 2 + random.below(route.bytes),
        _ => 80 + random.below(120),
    };
    write_number(out, 180 + body);
    match refusal {
        Some(refusal) => {
            out.extend_from_slice(b"},\"access\":{\"granted\":false,\"reason\":\"");
            out.extend_from_slice(refusal.label.as_bytes());
            out.extend_from_slice(b"\"}}");
        }
        None => out.extend_from_slice(b"},\"access\":{\"granted\":true,\"reason\":null}}"),
    }
}

#[cfg(test)]
#[path = "generate_tests.rs"]
mod tests;
