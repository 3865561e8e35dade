//! The log under power cuts, failing devices and full disks: what was acknowledged is there, once, in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use ledger::disk::sim::{Kind, SimDisk, Trouble};
use ledger::error::Result;
use ledger::wal::{Options, Payload, Record, Recovered, Wal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Small pseudo-random numbers for the workload.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// What must be true, kept beside the log.
#[derive(Default)]
struct Model {
    /// First sequence number → payload, for all that was acknowledged or found again and is not removed.
    kept: BTreeMap<u64, Vec<u8>>,
    /// Payloads that were tried without an answer: they may come back.
    open: BTreeSet<Vec<u8>>,
    /// Everything below was removed after sealing.
    sealed_seq: u64,
    sealed_through: u64,
    next_payload: u64,
    acked: u64,
    returned: u64,
}

impl Model {
    fn payload(&mut self, dice: &mut Dice) -> Vec<u8> {
        self.next_payload += 1;
        let mut bytes = self.next_payload.to_le_bytes().to_vec();
        let len = [0, 20, 600, 3000][dice.below(4) as usize];
        bytes.resize(8 + len, self.next_payload as u8);
        bytes
    }

    /// Opens the log and compares. A log that can be written to again has made everything it showed durable.
    fn restart(&mut self, disk: &SimDisk) -> (Wal, Recovered) {
        let mut found: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        let mut end = 0;
        let options =
            Options { sealed_through: self.sealed_through, next_seq: self.sealed_seq, ..Options::default() };
        let (wal, recovered) = Wal::open(Arc::new(disk.clone()), options, &mut |record: Record<'_>| {
            assert!(record.first_seq >= end, "out of order or twice");
            assert_eq!(u64::from(record.events), events(record.payload));
            end = record.first_seq + u64::from(record.events);
            found.insert(record.first_seq, record.payload.to_vec());
            Ok(())
        })
        .unwrap();
        assert_eq!(recovered.damage, [], "a power cut is not damage");
        for (seq, payload) in &self.kept {
            assert_eq!(found.get(seq), Some(payload), "acknowledged and lost: {seq}");
        }
        let returned: Vec<_> = found.iter().filter(|(seq, _)| !self.kept.contains_key(seq)).collect();
        for (_, payload) in &returned {
            assert!(self.open.contains(*payload), "never written");
        }
        assert!(wal.next_seq() >= end);
        self.returned += returned.len() as u64;
        if wal.is_ready() {
            found.values().for_each(|payload| {
                self.open.remove(payload);
            });
            self.kept = found;
        }
        (wal, recovered)
    }

    /// One step of work; false when the disk refused it.
    fn step(&mut self, wal: &mut Wal, dice: &mut Dice) -> bool {
        match dice.below(12) {
            0 => wal.rotate().is_ok(),
            1 => {
                let segments = wal.segments().to_vec();
                let Some(oldest) = segments.first().filter(|_| wal.is_ready() && segments.len() > 1) else {
                    return true;
                };
                // The table has it before the log loses it.
                self.sealed_through = oldest.number;
                self.sealed_seq = oldest.end_seq;
                self.kept.retain(|seq, _| *seq >= oldest.end_seq);
                wal.remove_through(oldest.number).is_ok()
            }
            _ => {
                let payloads: Vec<_> = (0..=dice.below(3)).map(|_| self.payload(dice)).collect();
                let group: Vec<_> = payloads.iter().map(|bytes| payload(bytes)).collect();
                match wal.write(&group) {
                    Ok(written) => {
                        let mut seq = written.first_seq;
                        for bytes in payloads {
                            let next = seq + events(&bytes);
                            assert_eq!(self.kept.insert(seq, bytes), None, "a number was given twice");
                            seq = next;
                            self.acked += 1;
                        }
                        assert_eq!(seq, written.end_seq);
                        true
                    }
                    Err(_) => {
                        self.open.extend(payloads);
                        false
                    }
                }
            }
        }
    }
}

fn events(payload: &[u8]) -> u64 {
    1 + u64::from(payload[0] % 5)
}

fn payload(bytes: &[u8]) -> Payload<'_> {
    Payload { kind: 1, events: events(bytes) as u32, bytes }
}

fn open(disk: &SimDisk, options: Options) -> (Wal, Recovered, Vec<(u64, Vec<u8>)>) {
    let mut found = Vec::new();
    let (wal, recovered) = Wal::open(Arc::new(disk.clone()), options, &mut |record| {
        found.push((record.first_seq, record.payload.to_vec()));
        Ok(())
    })
    .unwrap();
    (wal, recovered, found)
}

fn seeds(short: u64) -> u64 {
    std::env::var("LEDGER_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(short)
}

/// P1, P2: the process or the power goes at a random operation, also while starting, several times in a row.
#[test]
fn a_power_cut_loses_nothing_acknowledged() {
    let (mut acked, mut returned, mut lives) = (0, 0, 0);
    for seed in 0..seeds(3000) {
        let (disk, mut dice, mut model) = (SimDisk::new(seed), Dice(seed), Model::default());
        for _ in 0..4 {
            // The first cuts fall into the start itself.
            disk.cut_power_at(1 + dice.below(60));
            if let Some(mut wal) = start_without_power(&mut model, &disk) {
                for _ in 0..100 {
                    if !model.step(&mut wal, &mut dice) && dice.below(2) == 0 {
                        break;
                    }
                }
            }
            if dice.below(2) == 0 {
                disk.crash()
            } else {
                disk.kill()
            }
            // What a working start has shown stays, whatever happens next.
            let _ = model.restart(&disk);
            lives += 1;
        }
        acked += model.acked;
        returned += model.returned;
    }
    println!("{lives} lives, {acked} acknowledged, {returned} came back unacknowledged");
}

/// A start during which the power may go: nothing can be checked when it did.
fn start_without_power(model: &mut Model, disk: &SimDisk) -> Option<Wal> {
    let options =
        Options { sealed_through: model.sealed_through, next_seq: model.sealed_seq, ..Options::default() };
    let mut found = BTreeMap::new();
    let (wal, _) = Wal::open(Arc::new(disk.clone()), options, &mut |record| {
        found.insert(record.first_seq, record.payload.to_vec());
        Ok(())
    })
    .ok()?;
    if wal.is_ready() {
        found.values().for_each(|payload| {
            model.open.remove(payload);
        });
        model.kept = found;
    }
    Some(wal)
}

/// P2 again, at every single operation of one fixed workload.
#[test]
fn a_power_cut_at_every_operation() {
    for seed in 0..seeds(3000) / 100 {
        let mut cut = 1;
        loop {
            let (disk, mut dice, mut model) = (SimDisk::new(seed), Dice(seed * 7), Model::default());
            disk.cut_power_at(cut);
            if let Some(mut wal) = start_without_power(&mut model, &disk) {
                for _ in 0..25 {
                    model.step(&mut wal, &mut dice);
                }
            }
            let done = disk.ops() < cut;
            disk.crash();
            let (mut wal, _) = model.restart(&disk);
            assert!(model.step(&mut wal, &mut dice), "the log takes writes again");
            disk.crash();
            let _ = model.restart(&disk);
            if done {
                break;
            }
            cut += 1;
        }
        assert!(cut > 30);
    }
}

/// P3, P4: the n-th operation fails; the log goes on without a restart, and a power cut at the end loses nothing.
#[test]
fn the_nth_failure_of_each_kind_is_survived() {
    for trouble in [Trouble::Io, Trouble::NoSpace] {
        for kind in [
            Kind::Any,
            Kind::Append,
            Kind::Sync,
            Kind::Create,
            Kind::SyncDir,
            Kind::Remove,
            Kind::Rename,
            Kind::Read,
        ] {
            for n in 1..60 {
                for seed in 0..seeds(3000) / 600 {
                    let (disk, mut dice, mut model) =
                        (SimDisk::new(seed + 100 * n), Dice(seed), Model::default());
                    let (mut wal, _) = model.restart(&disk);
                    disk.fail_nth(kind, n, trouble);
                    let refused = (0..50).filter(|_| !model.step(&mut wal, &mut dice)).count();
                    assert!(refused <= 1, "one failure refuses one write at most");
                    if dice.below(2) == 0 {
                        // The process dies, the machine does not: what is in the page cache is seen again.
                        disk.kill();
                        if kind != Kind::Read {
                            disk.heal();
                        }
                        let Some(_) = start_without_power(&mut model, &disk) else { continue };
                    }
                    disk.heal();
                    disk.crash();
                    let _ = model.restart(&disk);
                }
            }
        }
    }
}

/// P4: a sync that fails for good refuses every write, and never is a later one believed on the same file.
#[test]
fn a_device_that_cannot_sync_acknowledges_nothing_and_heals() {
    let disk = SimDisk::new(1);
    let mut model = Model::default();
    let mut dice = Dice(1);
    let (mut wal, _) = model.restart(&disk);
    assert!(wal.write(&[payload(b"before..")]).is_ok());
    model.kept.insert(0, b"before..".to_vec());
    disk.fail_always(Kind::Sync, Trouble::Io);
    for _ in 0..20 {
        let bytes = model.payload(&mut dice);
        assert!(wal.write(&[payload(&bytes)]).is_err());
        assert!(!wal.is_ready());
        model.open.insert(bytes);
    }
    assert_eq!(disk.paths().len(), 1, "attempts leave nothing lying about");
    disk.heal();
    let written = wal.write(&[payload(b"after...")]).unwrap();
    assert_eq!(written.first_seq, events(b"before.."), "the numbers go on without a gap");
    model.kept.insert(written.first_seq, b"after...".to_vec());
    disk.crash();
    let (_, recovered) = model.restart(&disk);
    assert_eq!(model.returned, 0, "what failed does not come back once a newer segment is there");
    assert_eq!(recovered.tail, None);
}

/// P3: full, freed, full again, without a restart.
#[test]
fn a_full_disk_heals_itself() {
    for seed in 0..seeds(3000) / 30 {
        let (disk, mut dice, mut model) = (SimDisk::new(seed), Dice(seed), Model::default());
        let (mut wal, _) = model.restart(&disk);
        let mut full = 0;
        for _ in 0..10 {
            disk.fill(disk.used_bytes() + dice.below(20_000));
            while model.step(&mut wal, &mut dice) {}
            full += 1;
            disk.fill(disk.used_bytes() + 100_000);
            let bytes = model.payload(&mut dice);
            let written = wal.write(&[payload(&bytes)]).expect("there is room again");
            model.kept.insert(written.first_seq, bytes);
            if dice.below(4) == 0 {
                disk.crash();
                wal = model.restart(&disk).0;
            }
        }
        disk.crash();
        let _ = model.restart(&disk);
        assert_eq!(full, 10);
    }
}

/// A start on a full disk works, reads everything, refuses writes and heals.
#[test]
fn a_start_on_a_full_disk_reads_and_waits() {
    for seed in 0..50 {
        let (disk, mut model) = (SimDisk::new(seed), Model::default());
        let (mut wal, _) = model.restart(&disk);
        for _ in 0..3 {
            let written = wal.write(&[payload(&[7; 700])]).unwrap();
            model.kept.insert(written.first_seq, vec![7; 700]);
        }
        disk.crash();
        disk.fill(disk.used_bytes());
        let (mut wal, _) = model.restart(&disk);
        assert!(!wal.is_ready());
        assert!(wal.write(&[payload(&[8; 700])]).unwrap_err().is_full());
        assert!(wal.rotate().is_err());
        assert!(wal.write(&[]).is_err(), "nothing may be called a duplicate of what may still be lost");
        disk.fill(1 << 20);
        assert!(wal.write(&[]).is_ok());
        let written = wal.write(&[payload(&[9; 700])]).unwrap();
        model.kept.insert(written.first_seq, vec![9; 700]);
        disk.crash();
        let _ = model.restart(&disk);
    }
}

#[test]
fn bounds_are_kept_and_wrong_payloads_refused() {
    let disk = SimDisk::new(1);
    let options = Options { bytes_max: 2000, ..Options::default() };
    let (mut wal, ..) = open(&disk, options.clone());
    let refusals = [Payload { kind: 255, events: 1, bytes: b"" }, Payload { kind: 1, events: 0, bytes: b"" }];
    for refused in refusals {
        assert!(wal.write(&[refused]).is_err());
    }
    assert!(wal.is_ready());
    wal.write(&[payload(&[1; 900])]).unwrap();
    let before = wal.bytes();
    let full = wal.write(&[payload(&[1; 1100])]).unwrap_err();
    assert_eq!(full.to_string(), "no room left: the log would have 2144 of 2000 bytes");
    assert!(wal.is_ready() && wal.bytes() == before);
    let newest = wal.rotate().unwrap();
    assert_eq!(wal.rotate().unwrap(), newest, "an empty segment is not ended");
    wal.remove_through(newest).unwrap();
    assert_eq!(wal.segments().len(), 1);
    wal.write(&[payload(&[1; 1100])]).unwrap();
    let reserve = Options { reserve_bytes: 1000, ..options };
    disk.fill(disk.used_bytes() + 3000);
    let (mut wal, ..) = open(&disk, reserve);
    assert!(wal.write(&[payload(&[1; 10])]).is_ok());
    disk.fill(disk.used_bytes() + 1010);
    assert!(wal.write(&[payload(&[1; 10])]).unwrap_err().is_full());
    assert!(wal.is_ready());
}

#[test]
fn a_segment_is_read_again_for_sealing_without_what_failed() -> Result<()> {
    let disk = SimDisk::new(3);
    let (mut wal, ..) = open(&disk, Options::default());
    let first = wal.write(&[payload(b"one....."), payload(b"two.....")])?;
    disk.fail_nth(Kind::Sync, 1, Trouble::Io);
    assert!(wal.write(&[payload(b"failed..")]).is_err());
    let next = wal.write(&[payload(b"three...")])?;
    assert_eq!((next.first_seq, next.segment > first.segment), (first.end_seq, true));
    let mut found = Vec::new();
    let damage = wal.read(first.segment, &mut |record| {
        found.push(record.payload.to_vec());
        Ok(())
    })?;
    assert_eq!((found, damage), (vec![b"one.....".to_vec(), b"two.....".to_vec()], vec![]));
    assert!(wal.read(99, &mut |_| Ok(())).is_err());
    Ok(())
}

#[test]
fn numbers_are_not_given_again_when_the_files_are_lost() {
    let disk = SimDisk::new(1);
    let options = Options { sealed_through: 9, next_seq: 500, ..Options::default() };
    let (mut wal, ..) = open(&disk, options);
    let written = wal.write(&[payload(b"a.......")]).unwrap();
    assert_eq!((written.segment, written.first_seq), (10, 500));
}
