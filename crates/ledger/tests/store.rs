//! The whole ledger on a disk that cuts the power, fails a sync, fills up and flips bits: what was acknowledged is
//! there once, and the roll-ups count what the rows are. `GATELOG_TRIAL_SEEDS` sets how many seeds are tried.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use event::mask::{Masked, Rules, mask};
use event::time::{DAY, HOUR, MINUTE, SECOND};
use event::{Batch, Event, Timestamp, field};
use ledger::disk::Disk;
use ledger::disk::sim::{Kind, SimDisk, Trouble};
use ledger::{Archive, CUBES, Found, Held, Leaving, Ledger, Options, Seek, View};

const START: i64 = 1_795_298_319 * SECOND;

fn options() -> Options {
    Options { segment_rows: 60, free_bytes_min: 0, wal_bytes_max: 1 << 20, ..Options::default() }
}

fn open(disk: &SimDisk, now: i64) -> Ledger {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Ledger::open(disk, options(), Timestamp(now)).expect("a crash must not keep the ledger from opening")
}

/// Events numbered from `first`; every seventh lies in the day before.
fn events(first: u64, count: u64) -> (Masked<Batch>, Vec<u64>) {
    let mut batch = Batch::new();
    for n in first..first + count {
        let mut event = Event::new();
        let day = if n % 7 == 0 { DAY } else { 0 };
        event.int(field::TIME, START - day + n as i64 * 13 * SECOND);
        event.text(field::REQUEST_ID, format!("id-{n}"));
        event.text(field::CONSUMER_ID, format!("c{}", n % 5));
        event.text(field::ROUTE, format!("/r/{}", n % 3));
        event.text(field::CONSUMER_GROUPS, r#"["g"]"#);
        event.int(field::STATUS, if n % 4 == 0 { 403 } else { 200 });
        event.flag(field::GRANTED, n % 4 != 0);
        event.int(field::DURATION, n as i64 * 100);
        batch.push(&event);
    }
    batch.finish();
    // Any hash will do; these are spread and stable.
    let keys = (first..first + count).map(|n| (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    (mask(batch, &Rules::new([1; 32])), keys)
}

fn number(id: &str) -> u64 {
    id.trim_start_matches("id-").parse().expect("one of our ids")
}

/// How often each event is there.
fn found(view: &View) -> BTreeMap<u64, usize> {
    let mut found = BTreeMap::new();
    let mut seqs = std::collections::BTreeSet::new();
    for source in view.sources(i64::MIN, i64::MAX) {
        for unit in source.units().expect("readable") {
            let batch = unit.read(&[field::REQUEST_ID, field::SEQ], None).expect("readable");
            for row in batch.rows() {
                *found.entry(number(row.text(field::REQUEST_ID).expect("an id"))).or_default() += 1;
                assert!(seqs.insert(row.int(field::SEQ)), "a sequence number twice");
            }
        }
    }
    found
}

/// The sum of each cube at each grain is the number of rows.
fn check_cells(view: &View, rows: u64) {
    for cube in CUBES {
        for grain in cube.grains {
            let mut calls = 0;
            let to = START + 400 * DAY;
            let low = Timestamp(START - 400 * DAY).floor(DAY).0;
            view.cells(cube, *grain, low, Timestamp(to).floor(DAY).0, |cell| calls += cell.calls)
                .expect("cells");
            assert_eq!(calls, rows, "{} {grain:?}", cube.name);
        }
    }
}

fn check(view: &View, acked: &[u64], sent: u64) {
    let found = found(view);
    for n in acked {
        assert_eq!(found.get(n), Some(&1), "event {n} was acknowledged");
    }
    assert!(found.iter().all(|(n, times)| *n < sent && *times == 1), "{found:?}");
    check_cells(view, found.len() as u64);
}

struct Script {
    acked: Vec<u64>,
    sent: u64,
    now: i64,
}

impl Script {
    fn new() -> Self {
        Script { acked: Vec::new(), sent: 0, now: START }
    }

    /// Deliveries and housekeeping until `steps` are done; failures are what the trial is about.
    fn run(&mut self, ledger: &Ledger, steps: u64, random: &mut u64) {
        for _ in 0..steps {
            *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let count = 1 + (*random >> 33) % 30;
            self.now += MINUTE;
            let (batch, keys) = events(self.sent, count);
            let first = self.sent;
            self.sent += count;
            match ledger.append_blocking(batch, keys, Timestamp(self.now)) {
                Ok(receipt) => {
                    assert_eq!(receipt.accepted(), count);
                    self.acked.extend(first..self.sent);
                }
                Err(_) => self.retry(ledger, first, count),
            }
            let _ = ledger.tend(Timestamp(self.now));
        }
    }

    /// A client sends again what was not answered, once.
    fn retry(&mut self, ledger: &Ledger, first: u64, count: u64) {
        let (batch, keys) = events(first, count);
        if ledger.append_blocking(batch, keys, Timestamp(self.now)).is_ok() {
            self.acked.extend(first..first + count);
        }
    }
}

fn seeds() -> u64 {
    std::env::var("GATELOG_TRIAL_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

/// Runs a trial for each seed, on every processor.
fn each_seed(seeds: u64, trial: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    let work = || {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds) {
            trial(seed);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
}

#[test]
fn p2_a_power_cut_loses_nothing_acknowledged() {
    // How many operations the script makes tells where the power may be cut.
    let whole = SimDisk::new(0);
    Script::new().run(&open(&whole, START), 40, &mut 1);
    let operations = whole.ops();
    each_seed(seeds(), |seed| {
        let disk = SimDisk::new(seed);
        let mut random = seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
        let mut script = Script::new();
        for _life in 0..3 {
            let ledger = open(&disk, script.now);
            disk.cut_power_at(1 + (random >> 20) % operations);
            script.run(&ledger, 40, &mut random);
            drop(ledger);
            disk.crash();
            disk.heal();
            let ledger = open(&disk, script.now);
            check(&ledger.view(Timestamp(script.now)), &script.acked, script.sent);
            drop(ledger);
        }
    });
}

#[test]
fn p4_a_failed_operation_is_never_forgotten() {
    // Another operation fails for each seed; a script has not many more than these.
    for seed in 0..seeds().div_ceil(20) {
        for (kind, trouble) in
            [(Kind::Sync, Trouble::Io), (Kind::Append, Trouble::NoSpace), (Kind::Any, Trouble::Io)]
        {
            let disk = SimDisk::new(seed);
            let mut random = seed + 1;
            let mut script = Script::new();
            let ledger = open(&disk, START);
            disk.fail_nth(kind, 1 + seed, trouble);
            script.run(&ledger, 25, &mut random);
            check(&ledger.view(Timestamp(script.now)), &script.acked, script.sent);
            disk.heal();
            script.run(&ledger, 5, &mut random);
            drop(ledger);
            disk.crash();
            let ledger = open(&disk, script.now);
            check(&ledger.view(Timestamp(script.now)), &script.acked, script.sent);
        }
    }
}

#[test]
fn p3_a_full_disk_refuses_and_heals_without_a_restart() {
    for seed in 0..seeds().div_ceil(100) {
        let disk = SimDisk::new(seed);
        let (mut script, mut random) = (Script::new(), seed + 9);
        let ledger = open(&disk, START);
        script.run(&ledger, 5, &mut random);
        for cycle in 1..4 {
            disk.fill(disk.used_bytes() + 500 * cycle);
            script.run(&ledger, 10, &mut random);
            check(&ledger.view(Timestamp(script.now)), &script.acked, script.sent);
            disk.fill(u64::MAX);
            let before = script.acked.len();
            script.run(&ledger, 3, &mut random);
            assert!(script.acked.len() > before, "writing must resume by itself");
        }
        drop(ledger);
        disk.crash();
        check(&open(&disk, script.now).view(Timestamp(script.now)), &script.acked, script.sent);
    }
}

#[test]
fn a_retried_delivery_leaves_the_totals_as_they_are() {
    let disk = SimDisk::new(5);
    let ledger = open(&disk, START);
    for _ in 0..3 {
        let (batch, keys) = events(0, 100);
        ledger.append_blocking(batch, keys, Timestamp(START)).unwrap();
        ledger.seal(Timestamp(START)).unwrap();
    }
    drop(ledger);
    let ledger = open(&disk, START);
    let (batch, keys) = events(0, 101);
    let receipt = ledger.append_blocking(batch, keys, Timestamp(START)).unwrap();
    assert_eq!((receipt.accepted(), receipt.duplicates()), (1, 100));
    assert_eq!(ledger.view(Timestamp(START)).rows(), 101);
}

#[test]
fn small_files_are_put_together_and_swept_later() {
    let disk = SimDisk::new(6);
    let ledger = open(&disk, START);
    for n in 0..20 {
        let (batch, keys) = events(n * 10, 10);
        ledger.append_blocking(batch, keys, Timestamp(START)).unwrap();
        ledger.seal(Timestamp(START)).unwrap();
        ledger.tend(Timestamp(START)).unwrap();
    }
    let view = ledger.view(Timestamp(START));
    assert!(ledger.state().files < 20, "{}", ledger.state().files);
    check(&view, &(0..200).collect::<Vec<_>>(), 200);
    let before = disk.paths().len();
    for minute in 0..70 {
        ledger.tend(Timestamp(START + minute * MINUTE)).unwrap();
    }
    assert!(disk.paths().len() < before);
    check(&ledger.view(Timestamp(START)), &(0..200).collect::<Vec<_>>(), 200);
}

#[test]
fn days_are_retired_by_a_steady_clock_only_and_their_cells_stay() {
    let disk = SimDisk::new(7);
    let ledger = open(&disk, START);
    let (batch, keys) = events(0, 70);
    ledger.append_blocking(batch, keys, Timestamp(START)).unwrap();
    ledger.seal(Timestamp(START)).unwrap();
    // Ten years ahead, and an hour of ticking: no event confirms such a date.
    for minute in 0..90 {
        ledger.tend(Timestamp(START + 3_650 * DAY + minute * MINUTE)).unwrap();
    }
    assert_eq!(ledger.view(Timestamp(START)).rows(), 70);
    // A jump just past the retention, confirmed by a new event, counts after an hour and not before.
    let later = START + 181 * DAY;
    let mut late = Batch::new();
    let mut event = Event::new();
    event.int(field::TIME, later);
    event.text(field::REQUEST_ID, "id-999");
    late.push(&event);
    late.finish();
    ledger.append_blocking(mask(late, &Rules::new([1; 32])), vec![1], Timestamp(later)).unwrap();
    ledger.seal(Timestamp(later)).unwrap();
    for minute in 0..59 {
        ledger.tend(Timestamp(later + minute * MINUTE)).unwrap();
    }
    assert_eq!(ledger.view(Timestamp(later)).rows(), 71);
    for minute in 59..70 {
        ledger.tend(Timestamp(later + minute * MINUTE)).unwrap();
    }
    assert_eq!(ledger.view(Timestamp(later)).rows(), 1);
    drop(ledger);
    let ledger = open(&disk, later + 2 * HOUR);
    let mut calls = 0;
    let day = Timestamp(START).floor(DAY).0;
    let traffic = ledger::cube::cube("traffic").unwrap();
    let view = ledger.view(Timestamp(later));
    view.cells(traffic, ledger::Grain::Day, day - DAY, day + DAY, |cell| calls += cell.calls).unwrap();
    assert_eq!(calls, 70, "the cells of retired days are kept");
}

#[test]
fn days_are_kept_as_was_said_last_and_held_ones_stay() {
    let disk = SimDisk::new(9);
    let ledger = open(&disk, START);
    let one = |day: i64, key: u64| {
        let mut batch = Batch::new();
        let mut event = Event::new();
        event.int(field::TIME, START - day * DAY);
        let id = format!("id-{key}");
        event.text(field::REQUEST_ID, &id);
        batch.push(&event);
        batch.finish();
        ledger.append_blocking(mask(batch, &Rules::new([1; 32])), vec![key], Timestamp(START)).unwrap();
    };
    (0..100).for_each(|day| one(day, day as u64));
    ledger.seal(Timestamp(START)).unwrap();
    let tend = |from: i64| {
        for minute in from..from + 200 {
            ledger.tend(Timestamp(START + minute * MINUTE)).unwrap();
        }
    };
    let days = || ledger.days().unwrap().iter().map(|day| (START / DAY) - day.day).collect::<Vec<_>>();
    tend(0);
    assert_eq!(days().len(), 100);
    assert!(ledger.days().unwrap().iter().all(|day| day.events == 1 && day.bytes > 0));
    let today = START / DAY;
    let mut retention = ledger.retention();
    assert_eq!((retention.days, retention.held.len()), (180, 0));
    (retention.days, retention.held) = (30, vec![Held { days: today - 60..=today - 50, only: None }]);
    ledger.retain(retention.clone());
    tend(200);
    // Midnight has passed meanwhile: the day thirty days before the first moment is over as well.
    let kept: Vec<i64> = (50..=60).rev().chain((0..30).rev()).collect();
    assert_eq!(days(), kept);
    // What is kept longer again does not come back; what is released goes.
    (retention.days, retention.held) = (45, Vec::new());
    ledger.retain(retention);
    tend(400);
    assert_eq!(days(), (0..30).rev().collect::<Vec<_>>());
    assert_eq!(ledger.days_of_cells().len(), 70);
}

/// Finds one text among the events of a day, and remembers which days it has read.
#[derive(Debug, Default)]
struct Finds {
    id: Mutex<Option<&'static str>>,
    read: Mutex<Vec<i64>>,
}

impl Seek for Finds {
    fn seek(&self, view: &View, day: i64) -> Result<Found, String> {
        let Some(id) = *self.id.lock().unwrap() else { return Err("not now".to_owned()) };
        let mut read = self.read.lock().unwrap();
        let was_read = !read.contains(&day);
        read.extend(was_read.then_some(day));
        let sources = view.sources(day * DAY, (day + 1) * DAY);
        let units = sources.iter().flat_map(|source| source.units().unwrap());
        let is_it = |batch: Batch| {
            (0..batch.len()).filter(|row| batch.row(*row).text(field::REQUEST_ID) == Some(id)).count()
        };
        let found = units.map(|unit| is_it(unit.read(&[field::REQUEST_ID], None).unwrap())).sum::<usize>();
        Ok(Found { events: found as u64, was_read })
    }
}

#[test]
fn a_day_with_an_event_that_is_sought_stays_as_a_whole() {
    let disk = SimDisk::new(11);
    let ledger = open(&disk, START);
    for day in 0..20_i64 {
        let mut batch = Batch::new();
        for n in 0..3 {
            let mut event = Event::new();
            event.int(field::TIME, START - day * DAY);
            event.text(field::REQUEST_ID, format!("id-{day}-{n}"));
            batch.push(&event);
        }
        batch.finish();
        let keys = (0..3).map(|n| (day * 3 + n) as u64).collect();
        ledger.append_blocking(mask(batch, &Rules::new([1; 32])), keys, Timestamp(START)).unwrap();
    }
    ledger.seal(Timestamp(START)).unwrap();
    let days = || ledger.days().unwrap().iter().map(|day| START / DAY - day.day).collect::<Vec<_>>();
    let finds = Arc::new(Finds::default());
    let mut retention = ledger.retention();
    let only = Some(Arc::clone(&finds) as Arc<dyn Seek>);
    retention.days = 10;
    retention.held = vec![Held { days: i64::MIN..=i64::MAX, only }];
    ledger.retain(retention.clone());
    let mut minutes = 0..;
    let mut tend = |times: usize, is_good: bool| {
        for minute in minutes.by_ref().take(times) {
            let done = ledger.tend(Timestamp(START + minute * MINUTE));
            assert!(done.is_ok() == is_good || minute < 61, "{done:?}");
        }
    };
    // Nobody can say what is in a day: it stays, and that is said.
    tend(120, false);
    assert_eq!(days().len(), 20);
    *finds.id.lock().unwrap() = Some("id-13-1");
    tend(5, true);
    // The oldest goes, and one is read in a look at the clock.
    assert_eq!((days().len(), finds.read.lock().unwrap().len()), (15, 5));
    tend(100, true);
    // Midnight has passed meanwhile.
    assert_eq!(days(), [&[13][..], &(0..10).rev().collect::<Vec<_>>()].concat());
    assert_eq!(ledger.view(Timestamp(START)).rows(), 33, "the day stays with all it has");
    // Its cells are of no known event: they stay as long as anything is sought.
    retention.rollup_days = 12;
    ledger.retain(retention.clone());
    tend(5, true);
    assert_eq!(ledger.days_of_cells().len(), 9);
    retention.held.clear();
    ledger.retain(retention);
    tend(5, true);
    assert_eq!(days(), (0..10).rev().collect::<Vec<_>>());
    assert_eq!(ledger.days_of_cells().len(), 2);
}

/// What was asked to be safe, and what is.
#[derive(Default)]
struct Vault(Mutex<(Vec<i64>, Vec<String>)>);

impl Archive for Vault {
    fn is_safe(&self, leaving: &Leaving) -> bool {
        let mut vault = self.0.lock().unwrap();
        vault.0.push(leaving.day);
        leaving.places.iter().all(|place| vault.1.contains(&place.path))
    }
}

#[test]
fn with_an_archive_a_day_goes_once_exactly_its_files_are_safe() {
    let disk = SimDisk::new(13);
    let ledger = open(&disk, START);
    let vault = Arc::new(Vault::default());
    ledger.archive_to(Arc::clone(&vault) as Arc<dyn Archive>);
    let add = |day: i64, key: u64| {
        let mut batch = Batch::new();
        let mut event = Event::new();
        event.int(field::TIME, START - day * DAY);
        event.text(field::REQUEST_ID, format!("id-{key}"));
        batch.push(&event);
        batch.finish();
        ledger.append_blocking(mask(batch, &Rules::new([1; 32])), vec![key], Timestamp(START)).unwrap();
        ledger.seal(Timestamp(START)).unwrap();
    };
    [(40, 1), (35, 2), (0, 3)].into_iter().for_each(|(day, key)| add(day, key));
    let mut retention = ledger.retention();
    retention.days = 30;
    ledger.retain(retention);
    let mut minutes = 0..;
    let mut tend = |times: usize| {
        minutes.by_ref().take(times).for_each(|m| ledger.tend(Timestamp(START + m * MINUTE)).unwrap());
        ledger.days().unwrap().iter().map(|day| START / DAY - day.day).collect::<Vec<_>>()
    };
    let files =
        || disk.paths().into_iter().filter(|path| path.starts_with("access/date=")).collect::<Vec<_>>();
    assert_eq!(tend(70), [40, 35, 0], "nothing is safe");
    assert!(vault.0.lock().unwrap().0.iter().all(|day| *day == START / DAY - 40), "the oldest day first");
    vault.0.lock().unwrap().1 = files();
    // One more event came for that day: what is safe is not all of it.
    add(40, 4);
    assert_eq!(tend(5), [40, 35, 0]);
    vault.0.lock().unwrap().1 = files();
    assert_eq!(tend(5), [0]);
    let place = vault.0.lock().unwrap().1.len();
    assert_eq!(place, 4);
}

#[test]
fn canonical_bytes_are_the_same_in_the_tail_and_in_the_table() {
    let disk = SimDisk::new(8);
    let ledger = open(&disk, START);
    let (batch, keys) = events(0, 50);
    ledger.append_blocking(batch, keys, Timestamp(START)).unwrap();
    let all: Vec<_> = event::FIELDS.iter().map(|f| f.id).collect();
    let canonical = |ledger: &Ledger| {
        let mut events: Vec<Vec<u8>> = Vec::new();
        for source in ledger.view(Timestamp(START)).sources(i64::MIN, i64::MAX) {
            for unit in source.units().unwrap() {
                events.extend(event::canonical::all(&unit.read(&all, None).unwrap()));
            }
        }
        events.sort();
        events
    };
    let before = canonical(&ledger);
    ledger.seal(Timestamp(START)).unwrap();
    assert_eq!(before, canonical(&ledger));
    assert_eq!(before.len(), 50);
}

#[test]
fn p5_flipped_bits_are_found_and_never_a_panic() {
    for seed in 0..seeds().div_ceil(4) {
        let disk = SimDisk::new(seed);
        let mut script = Script::new();
        let ledger = open(&disk, START);
        script.run(&ledger, 12, &mut (seed + 3));
        drop(ledger);
        let paths = disk.paths();
        let path = &paths[seed as usize % paths.len()];
        let len = disk.bytes(path).map_or(0, |bytes| bytes.len() as u64).max(1);
        disk.flip(path, seed.wrapping_mul(0x9e37_79b9) % len, (seed % 8) as u8);
        // It opens and reports, or says in an error what is damaged; what it gives is right.
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let Ok(ledger) = Ledger::open(shared, options(), Timestamp(script.now)) else { continue };
        let view = ledger.view(Timestamp(script.now));
        for source in view.sources(i64::MIN, i64::MAX) {
            let damaged = source.path() == Some(path.as_str());
            let units = source.units();
            assert!(!damaged || units.is_err(), "a flipped bit of {path} was not found");
            for unit in units.into_iter().flatten() {
                let batch = unit.read(&[field::REQUEST_ID, field::STATUS], None).unwrap();
                for row in batch.rows() {
                    let n = number(row.text(field::REQUEST_ID).unwrap());
                    let status = if n.is_multiple_of(4) { 403 } else { 200 };
                    assert!(
                        n < script.sent && row.int(field::STATUS) == Some(status),
                        "event {n} of a damaged disk"
                    );
                }
            }
        }
    }
}
