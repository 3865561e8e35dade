//! Erasing a person from access events: nothing on the disk has their name, every checkpoint holds, all counts stay, and a crash in
//! the middle leaves something whole that can go on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use event::mask::{Rules, mask};
use event::time::{DAY, MINUTE, SECOND};
use event::{Batch, Event, FIELDS, Timestamp, field};
use ledger::disk::sim::SimDisk;
use ledger::disk::{self, Disk};
use ledger::proof::block::Leaf;
use ledger::proof::check::{self, ACCESS, Report};
use ledger::proof::note::{Checkpoint, Signer};
use ledger::proof::tiles::Log;
use ledger::{CUBES, Grain, Ledger, Options, Retention, Whom};

const START: i64 = 1_795_298_319 * SECOND;
const ALICE: Whom<'static> = Whom { fields: &[field::CONSUMER_NAME, field::CONSUMER_ID], value: "alice" };

fn signer() -> Signer {
    Signer::new("gatelog-test", [3; 32]).unwrap()
}

fn open(disk: &SimDisk, now: i64) -> Ledger {
    let options = Options { free_bytes_min: 0, ..Options::default() };
    Ledger::open(Arc::new(disk.clone()), options, Timestamp(now)).unwrap()
}

/// Sixty events from `first` on, a third of the day before; every fifth is alice's.
fn add(ledger: &Ledger, first: u64) {
    let mut batch = Batch::new();
    for n in first..first + 60 {
        let mut event = Event::new();
        let name = if n % 5 == 0 { "alice".to_owned() } else { format!("c{}", n % 7) };
        event.int(field::TIME, START - i64::from(n % 3 == 0) * DAY + n as i64 * SECOND);
        event.text(field::REQUEST_ID, format!("id-{n}"));
        event.text(field::CONSUMER_NAME, name.clone());
        event.text(field::PATH, format!("/users/{name}/{n}"));
        event.text(field::USER_AGENT, format!("phone of {name}"));
        // Routes may be made of paths, and then name who called.
        let route = if n % 2 == 0 { format!("/users/{name}/{{id}}") } else { format!("/r/{}", n % 3) };
        event.text(field::ROUTE, route);
        event.int(field::STATUS, if n % 4 == 0 { 403 } else { 200 });
        event.flag(field::GRANTED, n % 4 != 0);
        batch.push(&event);
    }
    batch.finish();
    let keys = (first..first + 60).map(|n| (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    ledger.append_blocking(mask(batch, &Rules::new([1; 32])), keys, Timestamp(START)).unwrap();
}

/// Two sealed segments, signed, and one that is only in the log.
fn filled(disk: &SimDisk) -> (Ledger, Checkpoint) {
    let ledger = open(disk, START);
    for first in [0, 60] {
        add(&ledger, first);
        ledger.seal(Timestamp(START)).unwrap();
    }
    let checkpoint = sign(disk, &ledger);
    add(&ledger, 120);
    (ledger, checkpoint)
}

fn sign(disk: &SimDisk, ledger: &Ledger) -> Checkpoint {
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut log = Log::open(Arc::clone(&shared), ACCESS, 0).unwrap();
    let leaves = ledger.blocks(0).into_iter().map(Leaf::Block);
    leaves.for_each(|leaf| log.push(leaf.to_string().into_bytes()).unwrap());
    let root = log.write().unwrap();
    let checkpoint = Checkpoint { origin: "gatelog-test/access".into(), size: log.size(), root };
    shared.create_dir(ACCESS).unwrap();
    disk::write(&*shared, ACCESS, "checkpoint", signer().sign(&checkpoint).as_bytes()).unwrap();
    checkpoint
}

fn checked(disk: &SimDisk, earlier: &[Checkpoint]) -> Report {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    check::access(&disk, &[signer().public().clone()], earlier).unwrap()
}

/// Every text of every event, and how many events there are.
fn texts(ledger: &Ledger) -> (Vec<String>, u64) {
    let (mut texts, view) = (Vec::new(), ledger.view(Timestamp(START)));
    let fields: Vec<_> = FIELDS.iter().map(|field| field.id).collect();
    for source in view.sources(i64::MIN, i64::MAX) {
        for unit in source.units().unwrap() {
            let batch = unit.read(&fields, None).unwrap();
            let of_row = |row: event::Row<'_>| {
                fields.iter().filter_map(|id| row.text(*id).map(str::to_owned)).collect::<Vec<_>>()
            };
            texts.extend(batch.rows().flat_map(of_row));
        }
    }
    (texts, view.rows())
}

/// The calls of each cube by key, each day.
fn totals(ledger: &Ledger) -> BTreeMap<(&'static str, String), u64> {
    let (mut totals, view) = (BTreeMap::new(), ledger.view(Timestamp(START)));
    let low = Timestamp(START - 400 * DAY).floor(DAY).0;
    for cube in CUBES.iter().filter(|cube| cube.grains.contains(&Grain::Day)) {
        view.cells(cube, Grain::Day, low, low + 800 * DAY, |cell| {
            let key = view.symbols().text(cell.key) + &view.symbols().text(cell.detail);
            *totals.entry((cube.name, key)).or_default() += cell.calls;
        })
        .unwrap();
    }
    totals
}

/// What of the disk has these bytes. Parquet is read, not searched.
fn files_with(disk: &SimDisk, text: &[u8]) -> Vec<String> {
    let has = |path: &String| disk.bytes(path).unwrap().windows(text.len()).any(|part| part == text);
    disk.paths().into_iter().filter(has).collect()
}

fn assert_gone(disk: &SimDisk, ledger: &Ledger, what: &str) {
    let (texts, rows) = texts(ledger);
    assert!(!texts.iter().any(|text| text.contains("alice")), "{what}");
    assert_eq!(rows, 180, "{what}");
    assert_eq!(files_with(disk, b"alice"), Vec::<String>::new(), "{what}");
    // No file beside those that are in the table.
    let files = disk.paths().iter().filter(|path| path.starts_with("access/date=")).count() as u64;
    assert_eq!(files, ledger.state().files, "{what}");
    let rollups = disk.paths().iter().filter(|path| path.starts_with("rollup/2")).count() as u64;
    assert_eq!(rollups, files, "{what}");
}

#[test]
fn who_is_erased_is_nowhere_and_all_else_is_as_it_was() {
    let disk = SimDisk::new(1);
    let (ledger, published) = filled(&disk);
    let (before, found) = (totals(&ledger), ledger.find(ALICE, Timestamp(START)).unwrap());
    let today = Timestamp(START).day();
    assert_eq!(found.days, [(today - 1, 12), (today, 24)].into());
    assert_eq!(found.rollup_days.len(), 0);
    assert!(!files_with(&disk, b"alice").is_empty());

    let mut heard = 0;
    let erased = ledger.erase(ALICE, Timestamp(START), &mut |events| heard += events).unwrap();
    assert_eq!((erased, heard), (36, 36));
    assert_gone(&disk, &ledger, "at once");
    assert_eq!(ledger.find(ALICE, Timestamp(START)).unwrap(), ledger::Theirs::default());
    let after = totals(&ledger);
    for ((cube, key), calls) in &before {
        let is_hers = key.contains("alice");
        assert_eq!(after.contains_key(&(*cube, key.clone())), !is_hers, "{cube} {key}");
        if !is_hers && !key.is_empty() && !cube.starts_with("consumer") {
            assert_eq!(after[&(*cube, key.clone())], *calls, "{cube} {key}");
        }
    }
    // Her route counts on, under what stands for it in each block.
    let routes = after.iter().filter(|((cube, key), _)| *cube == "route" && key.starts_with("erased:"));
    assert_eq!(routes.map(|(_, calls)| calls).sum::<u64>(), 18);
    assert_eq!(after[&("consumer_calls", String::new())], 36);
    assert_eq!(before.values().sum::<u64>(), after.values().sum::<u64>());

    let report = checked(&disk, std::slice::from_ref(&published));
    assert_eq!((report.found, report.proved, report.erased, report.newer), (Vec::new(), 120, 24, 60));
    let newest = sign(&disk, &ledger);
    drop(ledger);
    let ledger = open(&disk, START);
    assert_gone(&disk, &ledger, "opened again");
    let report = checked(&disk, &[published, newest]);
    assert_eq!((report.found, report.proved, report.erased), (Vec::new(), 180, 36));
    // Another one, and files put together: the proofs go along.
    let other = Whom { value: "c3", ..ALICE };
    assert!(ledger.erase(other, Timestamp(START), &mut |_| {}).unwrap() > 0);
    for first in (180..).step_by(60).take(12) {
        add(&ledger, first);
        ledger.seal(Timestamp(START)).unwrap();
        ledger.tend(Timestamp(START)).unwrap();
    }
    sign(&disk, &ledger);
    assert!(ledger.state().files < 12);
    let report = checked(&disk, &[]);
    assert_eq!((report.found, report.proved), (Vec::new(), 900));
}

#[test]
fn a_change_after_an_erasure_is_found() {
    let disk = SimDisk::new(2);
    let (ledger, _) = filled(&disk);
    ledger.erase(ALICE, Timestamp(START), &mut |_| {}).unwrap();
    sign(&disk, &ledger);
    let files: Vec<String> =
        disk.paths().into_iter().filter(|path| path.starts_with("access/date=")).collect();
    for path in &files {
        let whole = disk.bytes(path).unwrap();
        disk.remove(path).unwrap();
        assert!(!checked(&disk, &[]).found.is_empty(), "{path}");
        let other = files.iter().find(|other| *other != path).unwrap();
        disk.put(path, &disk.bytes(other).unwrap());
        assert!(!checked(&disk, &[]).found.is_empty(), "{path}");
        disk.put(path, &whole);
    }
    assert_eq!(checked(&disk, &[]).found, Vec::<String>::new());
}

#[test]
fn a_crash_in_the_middle_leaves_all_events_and_it_can_go_on() {
    for seed in 0..150 {
        let disk = SimDisk::new(seed);
        let (ledger, published) = filled(&disk);
        disk.cut_power_at(1 + seed);
        let _ = ledger.erase(ALICE, Timestamp(START), &mut |_| {});
        drop(ledger);
        disk.crash();
        disk.heal();
        let ledger = open(&disk, START);
        assert_eq!(ledger.view(Timestamp(START)).rows(), 180, "seed {seed}");
        assert_eq!(
            checked(&disk, std::slice::from_ref(&published)).found,
            Vec::<String>::new(),
            "seed {seed}"
        );
        ledger.erase(ALICE, Timestamp(START), &mut |_| {}).unwrap();
        assert_gone(&disk, &ledger, &format!("seed {seed}"));
        assert_eq!(checked(&disk, &[published]).found, Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn days_on_hold_are_refused_and_roll_ups_of_days_that_are_over_forget_them() {
    let disk = SimDisk::new(3);
    let (ledger, _) = filled(&disk);
    let today = Timestamp(START).day();
    let retention = ledger.retention();
    ledger.retain(Retention {
        held: vec![ledger::Held { days: today..=today, only: None }],
        ..retention.clone()
    });
    let refused = ledger.erase(ALICE, Timestamp(START), &mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("on hold"), "{refused}");
    ledger.retain(retention);

    // Half a year later only the roll-ups are left; an event of then, so that the clock is believed.
    let later = START + 182 * DAY;
    let mut batch = Batch::new();
    let mut event = Event::new();
    event.int(field::TIME, later);
    batch.push(&event);
    batch.finish();
    let masked = mask(batch, &Rules::new([1; 32]));
    ledger.append_blocking(masked, vec![77], Timestamp(later)).unwrap();
    ledger.seal(Timestamp(later)).unwrap();
    for minute in 0..70 {
        ledger.tend(Timestamp(later + minute * MINUTE)).unwrap();
    }
    let (days, before) = (ledger.days_of_cells(), totals(&ledger));
    assert_eq!(days, [today - 1, today]);
    let found = ledger.find(ALICE, Timestamp(later)).unwrap();
    assert!(!found.rollup_days.is_empty() && found.days.is_empty(), "{found:?}");
    ledger.erase(ALICE, Timestamp(later), &mut |_| {}).unwrap();
    assert_eq!(ledger.find(ALICE, Timestamp(later)).unwrap(), ledger::Theirs::default());
    for ledger in [ledger, open(&disk, later)] {
        let after = totals(&ledger);
        assert!(after.keys().all(|(_, key)| !key.contains("alice")));
        assert_eq!(before.values().sum::<u64>(), after.values().sum::<u64>());
    }
    assert_eq!(files_with(&disk, b"alice"), Vec::<String>::new());
}
