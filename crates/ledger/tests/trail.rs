//! The operator trail under power cuts, failing disks and full ones: an act that was acknowledged is there, once, in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use event::mask::{Masked, Rules};
use event::{Act, Timestamp};
use ledger::disk::sim::{Kind as Op, SimDisk, Trouble};
use ledger::trail::{Entry, Kind, Options, Range, Trail};

const OPTIONS: Options = Options { bytes_max: 1 << 30, reserve_bytes: 0 };
const ALL: Range = Range { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX), before: None };

fn open(disk: &SimDisk) -> Trail {
    Trail::open(Arc::new(disk.clone()), OPTIONS).unwrap()
}

fn act(n: u64, text: &str) -> Masked<Act> {
    let act = Act {
        time: Timestamp(1_795_298_319_000_000 + n as i64 * 1_000_000),
        request_id: format!("r{n}"),
        operator: "ada".into(),
        raw: text.to_owned(),
        ..Act::default()
    };
    Masked::act(act, &Rules::new([1; 32]))
}

fn all(trail: &Trail, range: Range) -> Vec<Entry> {
    let mut found = Vec::new();
    trail
        .newest(range, &mut |entry| {
            found.push(entry);
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}

#[test]
fn acknowledged_acts_survive_power_cuts() {
    for seed in 0..300 {
        let disk = SimDisk::new(seed);
        let (mut acked, mut tried) = (Vec::new(), 0);
        for life in 0..4 {
            disk.heal();
            let trail = open(&disk);
            let found: Vec<String> = all(&trail, ALL).into_iter().rev().map(|e| e.act.request_id).collect();
            // Those acknowledged, in order; between them may be some that were tried without an answer.
            let mut rest = found.iter();
            assert!(acked.iter().all(|id| rest.any(|one| one == id)), "seed {seed}: {acked:?} {found:?}");
            assert!(found.windows(2).all(|two| two[0] != two[1]), "seed {seed}: twice");
            acked = found;
            if (seed + life).is_multiple_of(3) {
                disk.fail_nth(Op::Sync, 1 + seed % 3, Trouble::Io);
            }
            for _ in 0..5 {
                tried += 1;
                if trail.append_blocking(Kind::Act, act(tried, "x")).is_ok() {
                    acked.push(format!("r{tried}"));
                }
            }
            disk.crash();
        }
    }
}

#[tokio::test]
async fn what_may_be_late_goes_with_the_next_act() {
    let disk = SimDisk::new(5);
    let trail = open(&disk);
    let soon = async |n| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        trail.append(Kind::Act, act(n, "x")).await.unwrap()
    };
    let mut together = 0;
    for n in 0..20 {
        let before = disk.ops();
        let (late, next) = tokio::join!(trail.append_late(Kind::Act, act(2 * n, "x")), soon(2 * n + 1));
        assert_eq!((late.unwrap(), next), (2 * n, 2 * n + 1));
        together += u32::from(disk.ops() - before == 2);
    }
    // One append and one sync for both; a busy machine may be too late now and then.
    assert!(together >= 10, "{together}");
    assert_eq!(trail.append_late(Kind::Act, act(40, "x")).await.unwrap(), 40);
    disk.crash();
    assert_eq!(all(&open(&disk), ALL).len(), 41);
}

#[test]
fn a_full_disk_refuses_and_heals() {
    let disk = SimDisk::new(7);
    let trail = open(&disk);
    trail.append_blocking(Kind::Act, act(1, "x")).unwrap();
    disk.fail_always(Op::Append, Trouble::NoSpace);
    assert!(trail.append_blocking(Kind::Act, act(2, &"x".repeat(5_000))).is_err());
    disk.heal();
    assert_eq!(trail.append_blocking(Kind::Act, act(3, "x")).unwrap(), 1);
    assert_eq!(all(&trail, ALL).len(), 2);
}

#[test]
fn ranges_cursors_ends_and_retention_over_many_segments() {
    let disk = SimDisk::new(3);
    let trail = open(&disk);
    for n in 0..400 {
        trail.append_blocking(Kind::Act, act(n, &"x".repeat(60_000))).unwrap();
        let end = Act { request_id: format!("r{n}"), outcome: "success".into(), ..act(n, "").into_inner() };
        trail.append_blocking(Kind::End, Masked::act(end, &Rules::new([1; 32]))).unwrap();
    }
    let time = |n: i64| Timestamp(1_795_298_319_000_000 + n * 1_000_000);
    let numbers = |range: Range| -> Vec<u64> {
        all(&trail, range).iter().map(|e| e.act.request_id[1..].parse().unwrap()).collect()
    };
    assert_eq!(numbers(ALL), (0..400).rev().collect::<Vec<_>>());
    assert!(all(&trail, ALL).iter().all(|e| e.act.outcome == "success" && e.end == Some(e.seq + 1)));
    assert_eq!(
        numbers(Range { from: time(100), to: time(140), before: None }),
        (100..140).rev().collect::<Vec<_>>()
    );
    let (mut before, mut paged) = (None, Vec::new());
    while let Some(last) = {
        let page: Vec<Entry> = all(&trail, Range { before, ..ALL }).into_iter().take(37).collect();
        assert!(page.iter().all(|e| e.act.outcome == "success"));
        paged.extend(page.iter().map(|e| e.seq));
        page.last().map(|e| e.seq)
    } {
        before = Some(last);
    }
    assert_eq!(paged, (0..400).rev().map(|n| 2 * n).collect::<Vec<_>>());
    let one = trail.one(500).unwrap().unwrap();
    assert_eq!((one.act.request_id.as_str(), one.end), ("r250", Some(501)));
    assert_eq!(trail.one(501).unwrap(), None);

    trail.retire(trail.over(time(200)).unwrap()).unwrap();
    let left = numbers(ALL);
    assert_eq!(left[..200], (200..400).rev().collect::<Vec<_>>()[..]);
    assert!(left.len() < 400 && left.len() >= 200, "{}", left.len());
    trail.retire(trail.over(time(100_000)).unwrap()).unwrap();
    assert_eq!(trail.over(time(100_000)), None);
    let trail = {
        drop(trail);
        open(&disk)
    };
    assert_eq!(trail.next_seq(), 800, "a number is not given twice");
}

fn told(n: u64) -> Masked<Act> {
    let act = Act { key: format!("{n:032x}").chars().rev().collect(), ..act(n, "").into_inner() };
    Masked::act(act, &Rules::new([1; 32]))
}

#[test]
fn what_is_told_twice_is_kept_once_also_after_a_power_cut() {
    for seed in 0..200 {
        let disk = SimDisk::new(seed);
        let mut acknowledged = 0;
        for life in 0..4 {
            disk.heal();
            let trail = open(&disk);
            if (seed + life).is_multiple_of(2) {
                disk.fail_nth(Op::Sync, 1 + seed % 4, Trouble::Io);
            }
            for end in [20, 40, 60].map(|n| n + 20 * life) {
                // Senders send again what was not acknowledged, and more.
                let sent: Vec<_> = (0..end).map(told).collect();
                if let Ok(taken) = trail.append_told(sent) {
                    assert_eq!(taken.accepted + taken.duplicates, end, "seed {seed}");
                    acknowledged = acknowledged.max(end);
                }
            }
            disk.crash();
        }
        disk.heal();
        let trail = open(&disk);
        let taken = trail.append_told((0..acknowledged + 1).map(told).collect()).unwrap();
        assert!(taken.duplicates >= acknowledged, "seed {seed}: {taken:?} of {acknowledged}");
        let mut kept: Vec<String> = all(&trail, ALL).into_iter().map(|entry| entry.act.key).collect();
        let count = kept.len();
        kept.sort_unstable();
        kept.dedup();
        assert_eq!(kept.len(), count, "seed {seed}: kept twice");
        assert!(count as u64 > acknowledged, "seed {seed}");
    }
}

/// A gateway may call its requests as ours are called.
#[test]
fn what_is_told_does_not_take_the_end_of_an_act() {
    let disk = SimDisk::new(3);
    let trail = open(&disk);
    trail.append_blocking(Kind::Act, act(1, "")).unwrap();
    trail.append_told(vec![told(1)]).unwrap();
    let end = Act { outcome: "success".into(), request_id: "r1".into(), ..Act::default() };
    trail.append_blocking(Kind::End, Masked::act(end, &Rules::new([1; 32]))).unwrap();
    let outcomes: Vec<String> = all(&trail, ALL).into_iter().map(|entry| entry.act.outcome).collect();
    assert_eq!(outcomes, ["unknown", "success"]);
}

fn word(text: &str) -> event::subject::Word {
    event::subject::Word::new(text).unwrap()
}

fn leaves(trail: &Trail) -> Vec<Vec<u8>> {
    let mut leaves = Vec::new();
    trail.leaves(0, &mut |_, leaf| leaves.push(leaf)).unwrap();
    leaves
}

/// Every seventh act tells of bob; ada did them all.
fn with_bob(trail: &Trail, acts: u64) {
    for n in 0..acts {
        let raw = if n % 7 == 0 { r#"{"user":"bob"}"# } else { r#"{"user":"bobby"}"# };
        trail.append_blocking(Kind::Act, act(n, raw)).unwrap();
    }
}

fn names(disk: &SimDisk, text: &[u8]) -> bool {
    disk.paths().iter().any(|path| disk.bytes(path).unwrap().windows(text.len()).any(|part| part == text))
}

#[test]
fn who_is_erased_is_in_no_file_and_every_leaf_is_what_it_was() {
    let disk = SimDisk::new(11);
    let trail = open(&disk);
    with_bob(&trail, 50);
    let (before, next) = (leaves(&trail), trail.next_seq());
    let mut times = 0;
    let named = trail.named(&word("bob"), &mut |_| times += 1).unwrap();
    assert_eq!((named.records, named.open, times), (8, 0, 8));
    assert_eq!(trail.erase(&word("bob"), &|_| false).unwrap(), 8);
    assert_eq!((leaves(&trail), trail.next_seq()), (before.clone(), next));
    assert!(!names(&disk, b"\"bob\"") && names(&disk, b"bobby"));
    // The operator goes with address and agent, from every act; what was done stays.
    assert_eq!(trail.erase(&word("ada"), &|_| false).unwrap(), 50);
    assert!(!names(&disk, b"ada"));
    trail.append_blocking(Kind::Act, act(50, "later")).unwrap();
    drop(trail);
    let trail = open(&disk);
    assert_eq!(trail.damage(), Vec::<String>::new());
    assert_eq!((leaves(&trail)[..50].to_vec(), trail.next_seq()), (before, next + 1));
    assert_eq!(all(&trail, ALL)[0].act.operator, "ada", "what came later is not of it");
}

#[test]
fn a_crash_in_the_middle_of_an_erasure_loses_nothing_and_it_can_go_on() {
    for seed in 0..200 {
        let disk = SimDisk::new(seed);
        let trail = open(&disk);
        with_bob(&trail, 10);
        drop(trail);
        // Each start begins a segment.
        let trail = open(&disk);
        with_bob(&trail, 10);
        let before = leaves(&trail);
        disk.cut_power_at(1 + seed % 12);
        let _ = trail.erase(&word("bob"), &|_| false);
        drop(trail);
        disk.crash();
        disk.heal();
        let trail = open(&disk);
        assert_eq!((leaves(&trail), trail.next_seq()), (before.clone(), 20), "seed {seed}");
        trail.erase(&word("bob"), &|_| false).unwrap();
        assert_eq!(leaves(&trail), before, "seed {seed}");
        assert!(!names(&disk, b"\"bob\""), "seed {seed}");
    }
}

#[test]
fn what_is_on_hold_is_not_erased() {
    let disk = SimDisk::new(12);
    let trail = open(&disk);
    with_bob(&trail, 10);
    let refused = trail.erase(&word("bob"), &|_| true).unwrap_err().to_string();
    assert!(refused.contains("on hold"), "{refused}");
    assert!(names(&disk, b"\"bob\""));
}
