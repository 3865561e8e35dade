//! The operator trail under power cuts, failing disks and full ones: an act that was acknowledged is there, once, in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::ops::ControlFlow;
use std::sync::Arc;

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
