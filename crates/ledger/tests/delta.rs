//! The table's log: what was committed is there after power cuts, failures, checkpoints and damage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use ledger::delta::{Action, Add, CHECKPOINT_EVERY, KEPT_MS, Log, Remove, Table, Txn};
use ledger::disk::sim::{Kind, SimDisk, Trouble};
use ledger::error::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

const LOG: &str = "t/_delta_log";

fn create(disk: &SimDisk) -> Result<Log> {
    let table = Table {
        id: "00000000-0000-4000-8000-000000000001".to_owned(),
        schema: r#"{"type":"struct","fields":[]}"#.to_owned(),
        partition_columns: vec!["date".to_owned()],
    };
    Log::create(Arc::new(disk.clone()), "t", table, 1)
}

fn open(disk: &SimDisk) -> Result<Option<Log>> {
    Log::open(Arc::new(disk.clone()), "t")
}

fn add(n: u64) -> Add {
    Add {
        path: format!("date=2026-01-01/{n}.parquet"),
        partition_values: BTreeMap::from([("date".to_owned(), "2026-01-01".to_owned())]),
        size: n as i64,
        modification_time: 5,
        data_change: true,
        stats: Some(format!("{{\"numRecords\":{n}}}")),
        tags: Some(BTreeMap::from([("segment".to_owned(), n.to_string())])),
    }
}

/// Commit `n`: a file is added, every third time the one before leaves, and the log's progress is noted.
fn actions(n: u64) -> Vec<Action> {
    let mut actions = vec![Action::Add(add(n))];
    if n.is_multiple_of(3) {
        actions.push(Action::Remove(Remove::of(&add(n - 1), 1000, false)));
    }
    actions.push(Action::Txn(Txn { app_id: "wal".to_owned(), version: n as i64, last_updated: None }));
    actions
}

fn commit(log: &mut Log, versions: impl IntoIterator<Item = u64>) {
    versions.into_iter().for_each(|n| assert_eq!(log.commit(actions(n), "seal", 9).unwrap(), n));
}

/// What must be there after commit `n`.
fn check(log: &Log, n: u64) {
    let wanted: BTreeMap<_, _> =
        (1..=n).filter(|i| i % 3 != 2 || *i == n).map(|i| (add(i).path, add(i))).collect();
    assert_eq!(log.files(), &wanted);
    assert_eq!(log.version(), n);
    assert_eq!(log.txn("wal"), (n > 0).then_some(n as i64));
    assert_eq!(log.meta_data().unwrap().partition_columns, ["date"]);
}

#[test]
fn a_log_is_read_back_at_every_version_over_checkpoints_and_clean_up() {
    let disk = SimDisk::new(1);
    assert!(open(&disk).unwrap().is_none());
    let mut log = create(&disk).unwrap();
    for n in 1..=5 * CHECKPOINT_EVERY + 7 {
        assert_eq!(log.commit(actions(n), "seal", 9).unwrap(), n);
        assert!(log.take_trouble().is_none());
        check(&log, n);
        let again = open(&disk).unwrap().unwrap();
        check(&again, n);
        assert_eq!(again.damage(), [""; 0]);
        assert_eq!(again.vacuum(1000 + KEPT_MS).len() as u64, n / 3, "removed files outlive checkpoints");
    }
    let names: Vec<_> =
        disk.paths().iter().map(|path| path.replace("t/_delta_log/0000000000000000", "")).collect();
    assert_eq!(names.len(), 28 + 2 + 1, "{names:?}");
    assert_eq!(names.first().unwrap(), "0080.checkpoint.parquet");
    assert_eq!(names.get(29).unwrap(), "0107.json");
    assert_eq!(names.last().unwrap(), "t/_delta_log/_last_checkpoint");
}

#[test]
fn removed_files_wait_and_are_forgotten() {
    let disk = SimDisk::new(1);
    let mut log = create(&disk).unwrap();
    commit(&mut log, 1..=3);
    let gone = add(2).path;
    assert!(log.knows(&gone) && log.knows(&add(3).path) && !log.knows("date=2026-01-01/other.parquet"));
    assert_eq!(log.vacuum(1000 + KEPT_MS - 1), [""; 0]);
    assert_eq!(log.vacuum(1000 + KEPT_MS), [gone.as_str()]);
    assert_eq!(
        open(&disk).unwrap().unwrap().vacuum(i64::MAX),
        [gone.as_str()],
        "not gone before it is said to be"
    );
    log.forget([gone.as_str()]);
    assert_eq!(log.vacuum(i64::MAX), [""; 0]);
    log.write_checkpoint().unwrap();
    assert_eq!(open(&disk).unwrap().unwrap().vacuum(i64::MAX), [""; 0]);
}

/// P2: after a power cut the log is at the last acknowledged version, or at the one that was being written.
#[test]
fn a_power_cut_at_every_operation_loses_no_commit() {
    let seeds = std::env::var("LEDGER_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    for seed in 0..seeds / 100 {
        for cut in 1.. {
            let disk = SimDisk::new(seed);
            disk.cut_power_at(cut);
            let mut done = None;
            if let Ok(mut log) = create(&disk) {
                done = Some(0);
                for n in 1..=CHECKPOINT_EVERY * 2 + 3 {
                    match log.commit(actions(n), "seal", 9) {
                        Ok(version) => done = Some(version),
                        Err(_) => break,
                    }
                }
            }
            let over = disk.ops() < cut;
            if seed % 2 == 0 {
                disk.crash()
            } else {
                disk.kill()
            }
            let log = open(&disk).unwrap();
            let (version, tried) = (log.as_ref().map(Log::version), done.map_or(0, |n| n + 1));
            assert!(
                version == done || version == Some(tried),
                "seed {seed} cut {cut}: {version:?} after {done:?}"
            );
            if let Some(log) = log {
                check(&log, log.version());
                assert_eq!(log.damage(), [""; 0]);
                // What was opened once stays.
                let next = log.version() + 1;
                disk.crash();
                let mut log = open(&disk).unwrap().unwrap();
                check(&log, next - 1);
                commit(&mut log, next..next + 1);
            }
            if over {
                break;
            }
        }
    }
}

/// P3, P4: the n-th operation fails. A failure that may have left the commit poisons the log; any other does not.
#[test]
fn the_nth_failure_is_survived() {
    for trouble in [Trouble::Io, Trouble::NoSpace] {
        for nth in 1..300 {
            let disk = SimDisk::new(nth);
            let mut log = create(&disk).unwrap();
            disk.fail_nth(Kind::Any, nth, trouble);
            for n in 1..=CHECKPOINT_EVERY * 2 + 3 {
                if log.commit(actions(n), "seal", 9).is_err() {
                    if log.is_poisoned() {
                        assert!(matches!(log.commit(actions(n), "seal", 9), Err(Error::Poisoned { .. })));
                        log = open(&disk).unwrap().unwrap();
                    }
                    if log.version() < n {
                        log.commit(actions(n), "seal", 9).unwrap();
                    }
                }
                check(&log, n);
            }
            disk.crash();
            check(&open(&disk).unwrap().unwrap(), CHECKPOINT_EVERY * 2 + 3);
        }
    }
}

#[test]
fn a_checkpoint_that_fails_is_tried_again_and_stops_nothing() {
    let disk = SimDisk::new(1);
    let mut log = create(&disk).unwrap();
    commit(&mut log, 1..CHECKPOINT_EVERY);
    // The commit takes two directory operations' worth of success; the next create is the checkpoint's.
    disk.fail_nth(Kind::Create, 2, Trouble::NoSpace);
    log.commit(actions(CHECKPOINT_EVERY), "seal", 9).unwrap();
    assert!(log.take_trouble().unwrap().is_full());
    log.commit(actions(CHECKPOINT_EVERY + 1), "seal", 9).unwrap();
    assert!(log.take_trouble().is_none());
    assert!(disk.bytes(&format!("{LOG}/00000000000000000021.checkpoint.parquet")).is_some());
}

#[test]
fn a_torn_last_commit_is_dropped_and_an_unreadable_checkpoint_replaced_by_the_one_before() {
    let disk = SimDisk::new(1);
    let mut log = create(&disk).unwrap();
    commit(&mut log, 1..=47);
    let newest = format!("{LOG}/{:020}.checkpoint.parquet", 40);
    disk.flip(&newest, 30, 3);
    let last = format!("{LOG}/{:020}.json", 47);
    disk.cut(&last, 50);
    let mut log = open(&disk).unwrap().unwrap();
    check(&log, 46);
    assert_eq!(
        log.damage(),
        [
            format!("{newest}: damaged: its checksum is another"),
            format!("{last} has no end and was set aside"),
        ]
    );
    log.commit(actions(47), "seal", 9).unwrap();
    check(&open(&disk).unwrap().unwrap(), 47);
    disk.put(&format!("{LOG}/{:020}.json", 48), b"");
    check(&open(&disk).unwrap().unwrap(), 47);
    disk.put(&format!("{LOG}/{:020}.json", 48), b"{}\n");
    assert!(
        matches!(log.commit(actions(48), "seal", 9), Err(Error::Refused { .. })),
        "another program wrote"
    );
    disk.put(&format!("{LOG}/{:020}.json", 50), b"{}\n");
    let missing = open(&disk).err().unwrap().to_string();
    assert_eq!(missing, format!("damaged: {LOG}/{:020}.json is missing", 49));
}

/// P5: any flipped bit of a commit is told or changes nothing; any of a checkpoint is made good.
#[test]
fn every_flipped_bit_is_told() {
    let disk = SimDisk::new(1);
    let mut log = create(&disk).unwrap();
    commit(&mut log, 1..=45);
    let newest = format!("{LOG}/{:020}.checkpoint.parquet", 40);
    for (path, every) in
        [(newest, 37), (format!("{LOG}/{:020}.json", 42), 1), (format!("{LOG}/{:020}.json", 45), 1)]
    {
        let bytes = disk.bytes(&path).unwrap();
        for offset in (0..bytes.len()).step_by(every) {
            let bit = (offset % 8) as u8;
            disk.put(&path, &bytes);
            disk.flip(&path, offset as u64, bit);
            let log = open(&disk).unwrap().unwrap();
            if log.damage().is_empty() || path.ends_with("parquet") {
                check(&log, 45);
            }
            assert!(!path.ends_with("parquet") || log.damage().len() == 1, "{path} {offset}");
        }
        disk.put(&path, &bytes);
    }
}
