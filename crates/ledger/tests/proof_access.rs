//! Access events against the blocks that were signed: a thousand ways to falsify a table, by someone who can write every file and
//! has the keys of the salts but not the key that signs, and each is found.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use event::mask::{Rules, mask};
use event::time::{DAY, MINUTE, SECOND};
use event::{Batch, Event, Timestamp, field};
use ledger::disk::sim::SimDisk;
use ledger::disk::{self, Disk};
use ledger::proof::block::Leaf;
use ledger::proof::check::{self, ACCESS, Report};
use ledger::proof::note::{Checkpoint, Signer};
use ledger::proof::tiles::Log;
use ledger::{Ledger, Options};
use serde_json::Value;

const START: i64 = 1_795_298_319 * SECOND;
const LOG: &str = "access/_delta_log";

/// An event: its number, its day before [`START`], its status.
type Call = (u64, i64, i64);

fn signer() -> Signer {
    Signer::new("gatelog-test", [3; 32]).unwrap()
}

fn open(disk: &SimDisk, now: i64) -> Ledger {
    let options = Options { free_bytes_min: 0, ..Options::default() };
    Ledger::open(Arc::new(disk.clone()), options, Timestamp(now)).unwrap()
}

fn add(ledger: &Ledger, calls: &[Call], now: i64) {
    let mut batch = Batch::new();
    for (n, day, status) in calls {
        let mut event = Event::new();
        event.int(field::TIME, now - day * DAY + *n as i64 * SECOND);
        event.text(field::REQUEST_ID, format!("id-{n}"));
        event.text(field::CONSUMER_NAME, format!("c{}", n % 5));
        event.int(field::STATUS, *status);
        event.flag(field::GRANTED, n % 4 != 0);
        batch.push(&event);
    }
    batch.finish();
    let keys = calls.iter().map(|(n, ..)| (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    ledger.append_blocking(mask(batch, &Rules::new([1; 32])), keys, Timestamp(now)).unwrap();
    ledger.seal(Timestamp(now)).unwrap();
}

/// A table of these segments, on a disk of its own.
fn written(segments: &[Vec<Call>]) -> SimDisk {
    let disk = SimDisk::new(1);
    let ledger = open(&disk, START);
    segments.iter().filter(|calls| !calls.is_empty()).for_each(|calls| add(&ledger, calls, START));
    disk
}

/// Signs leaves after those that were signed; the checkpoint.
fn sign(disk: &SimDisk, from: u64, leaves: impl IntoIterator<Item = Leaf>) -> Checkpoint {
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut log = Log::open(Arc::clone(&shared), ACCESS, from).unwrap();
    leaves.into_iter().for_each(|leaf| log.push(leaf.to_string().into_bytes()).unwrap());
    let root = log.write().unwrap();
    let checkpoint = Checkpoint { origin: "gatelog-test/access".into(), size: log.size(), root };
    shared.create_dir(ACCESS).unwrap();
    disk::write(&*shared, ACCESS, "checkpoint", signer().sign(&checkpoint).as_bytes()).unwrap();
    checkpoint
}

fn blocks(disk: &SimDisk) -> Vec<Leaf> {
    open(disk, START).blocks(0).into_iter().map(Leaf::Block).collect()
}

fn checked(disk: &SimDisk, earlier: &[Checkpoint]) -> Report {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    check::access(&disk, &[signer().public().clone()], earlier).unwrap()
}

fn copy(from: &SimDisk, under: &str, to: &SimDisk) {
    to.paths().iter().filter(|path| path.starts_with(under)).for_each(|path| to.remove(path).unwrap());
    for path in from.paths().into_iter().filter(|path| path.starts_with(under)) {
        to.put(&path, &from.bytes(&path).unwrap());
    }
}

fn commits(disk: &SimDisk) -> Vec<(String, Vec<Value>)> {
    let json = |path: &String| path.starts_with(LOG) && path.ends_with(".json");
    let lines = |path: &String| {
        let text = String::from_utf8(disk.bytes(path).unwrap()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    disk.paths().into_iter().filter(json).map(|path| (path.clone(), lines(&path))).collect()
}

const TAG: &str = "/add/tags/gatelog.blocks";

/// Gives a forged table the keys of the real one, and checksums nobody can object to.
fn with_keys_of(real: &SimDisk, forged: &SimDisk) {
    let mut keys = BTreeMap::new();
    for tag in commits(real).iter().flat_map(|(_, lines)| lines).filter_map(|line| line.pointer(TAG)) {
        let lines = tag.as_str().unwrap().lines().map(|line| line.split(' ').collect::<Vec<_>>());
        keys.extend(lines.map(|words| ((words[1].to_owned(), words[2].to_owned()), words[7].to_owned())));
    }
    for (path, mut lines) in commits(forged) {
        for line in &mut lines {
            if let Some(tag) = line.pointer_mut(TAG) {
                let words: Vec<&str> = tag.as_str().unwrap().split(' ').collect();
                let key = keys.get(&(words[1].to_owned(), words[2].to_owned()));
                let key = key.map_or(words[7], |key| key.as_str());
                *tag = format!("{} {key}", words[..7].join(" ")).into();
            }
            if let Some(info) = line.pointer_mut("/commitInfo") {
                info.as_object_mut().unwrap().remove("gatelogCrc32");
            }
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        forged.put(&path, text.as_bytes());
    }
}

/// Three segments of eight events, every third of the day before.
fn honest() -> Vec<Vec<Call>> {
    let call = |n: u64| (n, i64::from(n.is_multiple_of(3)), if n.is_multiple_of(4) { 403 } else { 200 });
    (0..3).map(|segment| (segment * 8..segment * 8 + 8).map(call).collect()).collect()
}

#[test]
fn a_thousand_falsifications_of_a_table_are_found() {
    let real = written(&honest());
    let half = written(&honest()[..2]);
    sign(&half, 0, blocks(&half));
    let newest = sign(&real, 0, blocks(&real));
    let report = checked(&real, std::slice::from_ref(&newest));
    assert_eq!((report.found, report.proved, report.newer, report.older), (Vec::new(), 24, 0, 0));
    // The same events written anew, with the keys of the real ones, are the same events.
    let again = written(&honest());
    with_keys_of(&real, &again);
    copy(&real, "proof", &again);
    assert_eq!(checked(&again, &[]).found, Vec::<String>::new());

    let mut told = 0;
    for seed in 0..1_000_u64 {
        let mut segments = honest();
        let (segment, at) = ((seed / 8 % 3) as usize, (seed / 24 % 8) as usize);
        let calls = &mut segments[segment];
        let way = seed % 8;
        match way {
            0 => calls[at].2 += 1 + seed as i64,
            1 => calls.retain(|call| call.0 != (segment * 8 + at) as u64),
            2 => calls.insert(at, (1_000 + seed, seed as i64 % 2, 200)),
            3 => calls.swap(at, (at + 1) % 8),
            4 => calls.truncate(at),
            5 => calls[at].1 = 1 - calls[at].1,
            6 => segments.swap(segment, (segment + 1) % 3),
            _ => {}
        }
        let forged = if way == 7 { written(&segments[..2]) } else { written(&segments) };
        copy(&real, "proof", &forged);
        if way == 7 {
            // All of it as it was, the checkpoint too: only who kept the newer one can tell.
            copy(&half, "access", &forged);
            copy(&half, "proof", &forged);
            assert_eq!(checked(&forged, &[]).found, Vec::<String>::new());
        } else {
            with_keys_of(&real, &forged);
        }
        let found = checked(&forged, std::slice::from_ref(&newest)).found;
        assert!(!found.is_empty(), "seed {seed}, way {way}");
        told += 1;
    }
    assert_eq!(told, 1_000);
}

#[test]
fn files_that_are_gone_changed_or_in_another_day_are_found() {
    let real = written(&honest());
    sign(&real, 0, blocks(&real));
    let files: Vec<String> =
        real.paths().into_iter().filter(|path| path.starts_with("access/date=")).collect();
    assert_eq!(files.len(), 6);
    for path in files.iter().chain(&[format!("{LOG}/{:020}.json", 2)]) {
        let whole = real.bytes(path).unwrap();
        let mut bytes = whole.clone();
        bytes[whole.len() / 2] ^= 4;
        for forged in [&bytes[..], &whole[..whole.len() / 2]] {
            real.put(path, forged);
            assert!(!checked(&real, &[]).found.is_empty(), "{path}");
        }
        real.remove(path).unwrap();
        assert!(!checked(&real, &[]).found.is_empty(), "{path}");
        real.put(path, &whole);
    }
    // The files of two days in each other's places.
    let (one, other) = (real.bytes(&files[0]).unwrap(), real.bytes(&files[3]).unwrap());
    real.put(&files[0], &other);
    real.put(&files[3], &one);
    assert!(!checked(&real, &[]).found.is_empty());
}

#[test]
fn blocks_stay_what_they_are_when_files_are_put_together_and_newer_events_are_counted() {
    let disk = SimDisk::new(6);
    let ledger = open(&disk, START);
    for n in 0..20 {
        add(&ledger, &[(2 * n, 0, 200), (2 * n + 1, 0, 200)], START);
        ledger.tend(Timestamp(START)).unwrap();
    }
    assert!(ledger.state().files < 20);
    sign(&disk, 0, []);
    let report = checked(&disk, &[]);
    assert_eq!((report.found, report.proved, report.newer, report.older), (Vec::new(), 0, 40, 0));
    sign(&disk, 0, ledger.blocks(0).into_iter().map(Leaf::Block));
    add(&ledger, &[(100, 0, 200)], START);
    let report = checked(&disk, &[]);
    assert_eq!((report.found, report.proved, report.newer), (Vec::new(), 40, 1));
    let newest = ledger.blocks(0).last().unwrap().segment;
    assert_eq!((ledger.blocks(newest - 1).len(), ledger.blocks(newest).len()), (1, 0));
}

#[test]
fn a_day_whose_time_is_over_is_missing_until_it_is_signed_that_it_went() {
    let disk = SimDisk::new(7);
    let ledger = open(&disk, START);
    add(&ledger, &honest()[0], START);
    let later = START + 181 * DAY;
    add(&ledger, &[(999, 0, 200)], later);
    let first = sign(&disk, 0, ledger.blocks(0).into_iter().map(Leaf::Block));
    for minute in 0..70 {
        ledger.tend(Timestamp(later + minute * MINUTE)).unwrap();
    }
    let days = ledger.days_over();
    assert_eq!(days.len(), 2);
    assert_eq!(checked(&disk, &[]).found.len(), 2, "{:?}", checked(&disk, &[]).found);
    let segment = ledger.blocks(0)[0].segment - 1;
    let newest = sign(&disk, first.size, days.iter().map(|day| Leaf::Over { segment, day: *day }));
    let report = checked(&disk, &[first, newest]);
    assert_eq!((report.found, report.proved), (Vec::new(), 1));
}
