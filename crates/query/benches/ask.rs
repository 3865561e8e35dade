//! How long each question takes, warm: `GATELOG_DATA=dir cargo bench -p query --bench ask` over the data directory
//! of a server that is stopped, or without it over rows made up on the spot (`GATELOG_ROWS`, 1,000,000).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement stops at the first surprise"
)]

use std::sync::Arc;
use std::time::Instant;

use event::time::{DAY, HOUR};
use event::{Batch, Event, Timestamp, field, json};
use keys::{Grant, Keyring, Permission, Role, Scope};
use ledger::disk::real::RealDisk;

use ledger::part::{self, Part, Place};
use ledger::rollup::{self, Cache};
use ledger::{Ledger, Options, Symbols, View};
use query::explore::Spec;
use query::export::{Ask as ExportAsk, Format, export};
use query::panels::Chart;
use query::rows::{Ask as RowsAsk, Order};
use query::{Budget, Compare, Filter, Range, Step, Zone, facets, panels, summary};

const DAYS: i64 = 30;
const START: i64 = 1_792_800_000_000_000;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// Small numbers are much more frequent.
    fn skewed(&mut self, n: u64) -> u64 {
        let x = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((n as f64).powf(x) as u64).min(n) - 1
    }
}

fn made_up_day(day: i64, rows: i64, dice: &mut Dice, seq: &mut i64) -> Batch {
    let mut batch = Batch::new();
    for row in 0..rows {
        *seq += 1;
        let consumer = dice.skewed(2_000);
        let route = dice.skewed(300);
        let mut event = Event::new();
        event.int(field::TIME, START + day * DAY + row * (DAY / rows));
        event.int(field::SEQ, *seq);
        event.int(field::RECEIVED, START + day * DAY + row * (DAY / rows) + 40_000);
        event.text(field::REQUEST_ID, format!("{:016x}{:016x}", dice.next(), dice.next()));
        event.text(field::GATEWAY, "kong");
        event.text(field::ENVIRONMENT, "prod");
        event.text(field::API, format!("api-{}", route % 25));
        event.text(field::ROUTE, format!("/api/v1/resource-{route}/{{id}}"));
        event.text(field::CONSUMER_ID, format!("c-{consumer:05}"));
        event.text(field::CONSUMER_NAME, format!("consumer-{consumer}"));
        event.text(field::CONSUMER_GROUPS, json::list([format!("group-{}", consumer % 40).as_str()]));
        event.text(field::METHOD, ["GET", "GET", "GET", "POST", "PUT", "DELETE"][dice.below(6) as usize]);
        event.text(field::PATH, format!("/api/v1/resource-{route}/{}", dice.below(1_000_000)));
        event.text(field::IP, format!("10.{}.{}.{}", dice.below(4), dice.below(128), dice.below(100)));
        event.text(field::USER_AGENT, format!("client-sdk/{}.{} (linux)", dice.below(5), dice.below(20)));
        let luck = dice.below(1_000);
        let (status, reason) = match luck {
            0..=7 => (500 + dice.below(5) as i64, None),
            8..=27 => (429, Some("quota_exceeded")),
            28..=37 => (403, Some("no_acl_groups")),
            38..=77 => (404, None),
            _ => (200 + dice.below(2) as i64, None),
        };
        event.int(field::STATUS, status);
        event.flag(field::GRANTED, reason.is_none());
        event.text(field::REASON, reason.unwrap_or(""));
        event.int(field::DURATION, 1_000 + dice.skewed(3_000_000) as i64);
        event.int(field::RESPONSE_BYTES, 200 + dice.below(20_000) as i64);
        event.int(field::REQUEST_BYTES, 100 + dice.below(900) as i64);
        batch.push(&event);
    }
    batch.finish();
    batch
}

/// One file a day, as compaction leaves them.
fn made_up(root: &std::path::Path, rows: i64) -> View {
    let disk = Arc::new(RealDisk::open(root).unwrap());
    let symbols = Arc::new(Symbols::default());
    let (mut dice, mut seq) = (Dice(88_172_645_463_325_252), 0);
    let mut parts = Vec::new();
    for day in 0..DAYS {
        let batch = made_up_day(day, rows / DAYS, &mut dice, &mut seq);
        let all: Vec<u32> = (0..batch.len() as u32).collect();
        let bytes = part::encode(&batch, &all).unwrap();
        let (path, roll) = (format!("{day}.parquet"), format!("{day}.rollup"));
        ledger::disk::write(&*disk, "", &path, &bytes).unwrap();
        let cells = rollup::encode(
            &rollup::sections(&batch, &all, &symbols, &mut rollup::Worth::default()),
            &symbols,
        )
        .unwrap();
        ledger::disk::write(&*disk, "", &roll, &cells).unwrap();
        let (time_min, time_max) = ledger::view::times(&batch);
        let place = Place {
            path,
            rollup: roll,
            crc: crc32fast::hash(&bytes),
            rollup_crc: crc32fast::hash(&cells),
            day: part::day_of(time_min),
            bytes: bytes.len() as u64,
            rows: batch.len() as u64,
            time_min,
            time_max,
            blocks: Vec::new(),
        };
        parts.push(Arc::new(Part::new(place, Arc::<RealDisk>::clone(&disk))));
    }
    let cache = Arc::new(Cache::new(disk, Arc::clone(&symbols), 40 << 20));
    View::new(parts, Vec::new(), cache, symbols, Timestamp(START + DAYS * DAY))
}

fn scope() -> Scope {
    let mut ring = Keyring::new();
    let token = ring.mint(Grant::api("bench", Role::Analyst), Timestamp(START), &[7; 40]).unwrap().token;
    ring.authenticate(token.expose(), Timestamp(START)).unwrap().scope(Permission::EventsRead).unwrap()
}

fn timed<T>(name: &str, target_ms: f64, mut work: impl FnMut() -> T) {
    let first = Instant::now();
    work();
    let first = first.elapsed().as_secs_f64() * 1e3;
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let mark = if times[3] <= target_ms { "" } else { "  over" };
    println!("{name:<42} median {:>9.2} ms  first {first:>9.2} ms  target {target_ms:>6} ms{mark}", times[3]);
}

fn main() {
    let held = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let view = match std::env::var_os("GATELOG_DATA") {
        Some(root) => {
            let disk = Arc::new(RealDisk::open(root).unwrap());
            let now = Timestamp(i64::MAX / 4);
            Ledger::open(disk, Options::default(), now).unwrap().view(now)
        }
        None => made_up(
            held.path(),
            std::env::var("GATELOG_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000),
        ),
    };
    let (_, last) = view.span().unwrap();
    println!("{} rows, opened in {:.2} s", view.rows(), start.elapsed().as_secs_f64());
    let end = Timestamp(last + 1);
    let back = |micros: i64| Range::new(Timestamp(end.0 - micros), end);
    panels_and_totals(&view, end, &back);
    explored(&view, end, &back);
    rows(&view, end, &back);
    replays(&view, &back);
    exports(&view, &back);
}

/// What a what-if looks at: every row of the range. `GATELOG_ROWS=10000000` is the size that counts.
fn replays(view: &View, back: &dyn Fn(i64) -> Range) {
    use query::combinations::{self, combinations};
    use query::limits::{self, Period, limits};
    let (scope, range) = (scope(), back(DAYS * DAY));
    let say = |name: &str, start: Instant, what: String| {
        println!("{name:<42} {:>9.2} s  {what}", start.elapsed().as_secs_f64());
    };
    let of_route = |text: &str| u64::from(text.ends_with("resource-3/{id}"));
    let network = |ip: &str| u64::from(ip.starts_with("10.1."));
    let mut fields = vec![field::SOURCE, field::CONSUMER_ID, field::CONSUMER_NAME, field::CONSUMER_GROUPS];
    fields.extend([field::API, field::METHOD, field::ENVIRONMENT, field::GRANTED, field::REASON]);
    let one_route = combinations::Ask {
        range,
        filter: Filter::all(),
        fields: fields.clone(),
        classes: vec![(field::ROUTE, Arc::new(of_route)), (field::IP, Arc::new(network))],
        marks: Some(Arc::new(|time: i64| (time.rem_euclid(DAY) / HOUR >= 8) as u64)),
    };
    fields.push(field::ROUTE);
    let every_route = combinations::Ask { fields, classes: Vec::new(), marks: None, ..one_route.clone() };
    for (name, ask) in [("what-if on one route", one_route), ("what-if on every route", every_route)] {
        let start = Instant::now();
        let found = combinations(view, &scope, &ask, &Budget::new().memory(4 << 30)).unwrap();
        let partial = found.standing.partial;
        say(
            name,
            start,
            format!("{} calls, {} combinations, partial {partial}", found.scanned, found.counts.len()),
        );
    }
    let ask = limits::Ask {
        range,
        filter: Filter::all(),
        limit: 5,
        period: Period::parse("minute").unwrap(),
        reason: "rate_limited",
    };
    let (start, mut flips) = (Instant::now(), 0_u64);
    let found = limits(view, &scope, &ask, &Budget::new(), |_| flips += 1).unwrap();
    say("what-if of a limit for each minute", start, format!("{} calls, {flips} would flip", found.scanned));
}

fn panels_and_totals(view: &View, now: Timestamp, back: &dyn Fn(i64) -> Range) {
    let (scope, budget) = (scope(), Budget::new());
    let one = |id: &str, range: Range, filter: &str, step: Step, compare: bool, top: usize| {
        let ask = panels::Ask {
            range,
            filter: Filter::parse(filter).unwrap(),
            step,
            zone: Zone::default(),
            compare: if compare { Compare::Previous } else { Compare::None },
            top,
            now,
            given: panels::Given::default(),
        };
        query::panel(view, &scope, id, &ask, &budget).unwrap()
    };
    let (month, week, day) = (back(DAYS * DAY), back(7 * DAY), back(DAY));
    let hour = Step::Even(HOUR);
    timed("calls per hour, 30 d", 20.0, || one("calls_over_time", month, "", hour, false, 10));
    timed("top 10 consumers, 30 d", 20.0, || one("top_consumers", month, "", hour, false, 10));
    timed("status of one consumer, 7 d", 20.0, || {
        one("status_breakdown", week, "consumer:consumer-3", hour, false, 10)
    });
    timed("p50 p95 p99 of the top 20 routes, 30 d", 20.0, || {
        one("route_latency", month, "", hour, false, 20)
    });
    timed("distinct consumers per day, 30 d", 20.0, || {
        one("consumers_per_day", month, "", Step::Day, false, 20)
    });
    timed("denied by reason, 24 h", 20.0, || one("denied_by_reason", day, "", hour, false, 20));
    timed("5xx per route, 30 d", 20.0, || one("errors", month, "", Step::Day, false, 20));
    timed("the same by 6 hours of one route", 20.0, || {
        one("errors_over_time", month, "route:\"/api/v1/resource-3/{id}\"", Step::Day, false, 20)
    });
    for (name, range) in [("24 h", day), ("7 d", week), ("30 d", month)] {
        timed(&format!("whole overview, {name}, compared"), 150.0, || {
            let ask = summary::Ask {
                range,
                filter: Filter::all(),
                zone: Zone::default(),
                compare: Compare::Previous,
                now,
            };
            query::summary(view, &scope, &ask, &budget).unwrap();
            for id in [
                "calls_by_status_class",
                "latency_percentiles",
                "denied_by_reason",
                "top_consumers",
                "top_routes",
                "usage_by_group",
            ] {
                one(id, range, "", Step::auto(range), true, 10);
            }
        });
    }
    timed("facets of the access log, 24 h", 150.0, || {
        let fields = "status_class,status,reason,consumer,group,route,method,gateway,environment";
        let ask = facets::Ask {
            range: day,
            filter: Filter::all(),
            fields: fields.split(',').map(str::to_owned).collect(),
            top: 10,
            search: None,
        };
        query::facets(view, &scope, &ask, &budget).unwrap()
    });
}

/// Questions of one's own: from roll-ups, and from rows, of which 10 million may take two seconds.
fn explored(view: &View, now: Timestamp, back: &dyn Fn(i64) -> Range) {
    let (scope, budget) = (scope(), Budget::new());
    let month = back(DAYS * DAY);
    let one = |measure: &str, by: &str, chart: Chart, filter: &str| {
        let ask = panels::Ask {
            range: month,
            filter: Filter::parse(filter).unwrap(),
            step: Step::Day,
            zone: Zone::default(),
            compare: Compare::None,
            top: 50,
            now,
            given: panels::Given::default(),
        };
        query::explore(view, &scope, &Spec::new(measure, by, chart), &ask, &budget).unwrap()
    };
    let of_rows = |millions_ms: f64| millions_ms * view.rows() as f64 / 1e7;
    timed("explore: denial rate by consumer, cells", 50.0, || {
        one("denial_rate,calls", "consumer", Chart::Table, "")
    });
    timed("explore: p95 by route, cells", 50.0, || one("p95,calls", "route", Chart::Toplist, ""));
    timed("explore: weekday by hour, cells", 50.0, || one("calls", "weekday,hour_of_day", Chart::Heat, ""));
    timed("explore: calls by api and consumer, rows", of_rows(2_000.0), || {
        one("calls", "api,consumer", Chart::Table, "")
    });
    timed("explore: calls by method and status, rows", of_rows(2_000.0), || {
        one("calls", "method,status", Chart::Table, "")
    });
    timed("explore: average by route over time, rows", of_rows(2_000.0), || {
        one("avg", "route", Chart::Line, "")
    });
    timed("explore: calls by agent, one method, rows", of_rows(2_000.0), || {
        one("calls", "user_agent", Chart::Toplist, "method:POST")
    });
    timed("explore: distinct addresses by consumer, rows", of_rows(2_000.0), || {
        one("unique:ip", "consumer", Chart::Toplist, "")
    });
}

fn rows(view: &View, now: Timestamp, back: &dyn Fn(i64) -> Range) {
    let (scope, budget) = (scope(), Budget::new());
    let page = |range: Range, filter: &str, limit: usize| {
        let ask = RowsAsk {
            range,
            filter: Filter::parse(filter).unwrap(),
            limit,
            cursor: None,
            order: Order::Descending,
            now,
        };
        query::events(view, &scope, &ask, &budget).unwrap()
    };
    let month = back(DAYS * DAY);
    let some = page(Range::new(month.from, Timestamp(month.from.0 + 10 * DAY)), "", 1);
    let needle = some.batch.row(0).text(field::REQUEST_ID).unwrap().to_owned();
    timed("needle by request id", 50.0, || page(month, &format!("request_id:{needle}"), 100).events.len());
    timed("latest 100", 30.0, || page(month, "", 100).events.len());
    timed("latest 100 with status >= 500", 30.0, || page(month, "status:>=500", 100).events.len());
    timed("substring of the path, none found", 1_000.0, || {
        page(month, "path~\"no-such-thing\"", 100).scanned
    });
    timed("substring of the agent, none found", 1_000.0, || page(month, "ua~\"no-such-thing\"", 100).scanned);
    timed("a word anywhere, none found", 2_000.0, || page(month, "nosuchthing", 100).scanned);
    timed("latest 100 of a rare consumer", 300.0, || page(month, "consumer:consumer-1990", 100).scanned);
    let seq = some.batch.row(0).int(field::SEQ).unwrap().to_string();
    timed("one event by its number", 30.0, || query::event(view, &scope, &seq, &budget).unwrap());
}

fn exports(view: &View, back: &dyn Fn(i64) -> Range) {
    for format in [Format::Csv, Format::Ndjson, Format::Parquet] {
        let ask = ExportAsk {
            range: back(DAYS * DAY),
            filter: Filter::all(),
            format,
            order: Order::Descending,
            columns: Vec::new(),
            times: Default::default(),
        };
        let start = Instant::now();
        let mut export = export(view, &scope(), &ask, Budget::new()).unwrap();
        let mut largest = 0;
        for bytes in export.by_ref() {
            largest = largest.max(bytes.unwrap().len());
            if start.elapsed().as_secs() > 60 {
                break;
            }
        }
        let rows = export.progress().rows;
        let speed = rows as f64 / start.elapsed().as_secs_f64();
        println!(
            "export {:<35} {rows} rows, {speed:.0} rows/s, largest piece {} KiB",
            format.name(),
            largest >> 10
        );
    }
}
