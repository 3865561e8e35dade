//! P5: one flipped bit or a cut at every byte of a small log is seen, told, and costs nothing but the record it hit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use ledger::disk::sim::SimDisk;
use ledger::wal::{Damage, Options, Payload, Recovered, Wal};
use std::sync::Arc;

const SIZES: [usize; 5] = [0, 30, 700, 5, 100];

/// Two segments of five records, one write each, of three events each; the second ends without a successor.
fn log() -> (SimDisk, Vec<String>) {
    let disk = SimDisk::new(1);
    let (mut wal, ..) = open(&disk);
    for _ in 0..2 {
        for (i, size) in SIZES.iter().enumerate() {
            let bytes = vec![i as u8 + 1; *size];
            wal.write(&[Payload { kind: 3, events: 3, bytes: &bytes }]).unwrap();
        }
        if wal.segments().len() == 1 {
            wal.rotate().unwrap();
        }
    }
    let paths = disk.paths();
    (disk, paths)
}

fn open(disk: &SimDisk) -> (Wal, Recovered, Vec<u64>) {
    let mut found = Vec::new();
    let (wal, recovered) = Wal::open(Arc::new(disk.clone()), Options::default(), &mut |record| {
        let size = SIZES[(record.first_seq as usize / 3) % 5];
        assert_eq!(record.payload, vec![(record.first_seq / 3 % 5) as u8 + 1; size]);
        assert_eq!((record.kind, record.events), (3, 3));
        found.push(record.first_seq);
        Ok(())
    })
    .unwrap();
    (wal, recovered, found)
}

/// The numbers of all ten records.
fn all() -> Vec<u64> {
    (0..10).map(|i| i * 3).collect()
}

#[test]
fn an_undamaged_log_tells_of_nothing() {
    let (disk, _) = log();
    let (wal, recovered, found) = open(&disk);
    assert_eq!((found, recovered.damage, recovered.tail, wal.next_seq()), (all(), vec![], None, 30));
}

#[test]
fn every_flipped_bit_is_told_and_costs_one_record_at_most() {
    let (disk, paths) = log();
    let files: Vec<_> = paths.iter().map(|path| disk.bytes(path).unwrap()).collect();
    let mut flips = 0;
    for (place, path) in paths.iter().enumerate() {
        for offset in 0..files[place].len() {
            for bit in 0..8 {
                paths.iter().zip(&files).for_each(|(path, bytes)| disk.put(path, bytes));
                disk.paths().iter().filter(|path| !paths.contains(path)).for_each(|path| remove(&disk, path));
                assert!(disk.flip(path, offset as u64, bit));
                let (mut wal, recovered, found) = open(&disk);
                let missing: Vec<_> = all().into_iter().filter(|seq| !found.contains(seq)).collect();
                assert!(missing.len() <= 1, "{path} {offset}: {missing:?}");
                assert!(
                    !recovered.damage.is_empty() || recovered.tail.is_some(),
                    "{path} {offset} went unseen"
                );
                let lost: u64 = recovered.damage.iter().map(|damage| damage.events_lost).sum();
                let last_hit = missing == [27];
                assert_eq!(lost, if last_hit { 0 } else { 3 * missing.len() as u64 }, "{path} {offset}");
                assert_eq!(last_hit, recovered.tail.is_some(), "only the very end is unclear");
                let written = wal.write(&[Payload { kind: 3, events: 3, bytes: &[1; 0] }]).unwrap();
                assert_eq!(written.first_seq, if last_hit { 27 } else { 30 });
                flips += 1;
            }
        }
    }
    println!("{flips} flips");
}

fn remove(disk: &SimDisk, path: &str) {
    use ledger::disk::Disk;
    disk.remove(path).unwrap();
    disk.sync_dir("wal").unwrap();
}

#[test]
fn a_cut_at_every_byte_keeps_what_is_before_and_tells_what_is_not_the_end() {
    let (disk, paths) = log();
    let files: Vec<_> = paths.iter().map(|path| disk.bytes(path).unwrap()).collect();
    for (place, path) in paths.iter().enumerate() {
        for len in 0..files[place].len() {
            paths.iter().zip(&files).for_each(|(path, bytes)| disk.put(path, bytes));
            disk.paths().iter().filter(|path| !paths.contains(path)).for_each(|path| remove(&disk, path));
            assert!(disk.cut(path, len as u64));
            let (_, recovered, found) = open(&disk);
            let lost: u64 = recovered.damage.iter().map(|damage| damage.events_lost).sum();
            let missing = 3 * (10 - found.len() as u64);
            if place == 0 {
                assert_eq!(lost, missing, "a segment that was followed by another must be whole");
            } else {
                assert_eq!((lost, recovered.damage.len()), (0, 0), "a torn end is not damage");
            }
            let before: Vec<_> = all().into_iter().filter(|seq| place == 1 && *seq < 15).collect();
            assert!(found.starts_with(&before));
            assert!(found.is_sorted());
        }
    }
}

#[test]
fn a_lost_segment_is_told() {
    let (disk, paths) = log();
    let (mut wal, ..) = open(&disk);
    wal.write(&[Payload { kind: 3, events: 3, bytes: &[] }]).unwrap();
    remove(&disk, &paths[1]);
    let (_, recovered, found) = open(&disk);
    assert_eq!(found.len(), 6);
    let lost: Vec<_> = recovered.damage.iter().map(|d| (d.segment, d.bytes, d.events_lost)).collect();
    assert_eq!(lost, [(1, 0, 15)]);
}

#[test]
fn damage_is_told_once_for_the_last_segment_because_its_copy_has_a_hole() {
    let (disk, paths) = log();
    disk.flip(&paths[1], 110, 0);
    let (_, recovered, _) = open(&disk);
    assert_eq!(recovered.damage, [Damage { segment: 2, offset: 72, bytes: 70, events_lost: 3 }]);
    let (wal, recovered, found) = open(&disk);
    assert_eq!((recovered.damage, found.len(), wal.next_seq()), (vec![], 9, 30));
}

/// A text in a payload that looks like a record is not taken for one.
#[test]
fn a_forged_record_inside_a_payload_is_not_found() {
    let (disk, paths) = log();
    let bytes = disk.bytes(&paths[0]).unwrap();
    let forged: Vec<u8> = bytes[32..].to_vec();
    let (mut wal, ..) = open(&disk);
    let written = wal.write(&[Payload { kind: 3, events: 3, bytes: &forged }]).unwrap();
    wal.write(&[Payload { kind: 3, events: 3, bytes: &[2; 30] }]).unwrap();
    let path = format!("wal/{:016}.wal", written.segment);
    // The record's own head is destroyed, so that the search runs through the payload.
    disk.flip(&path, 40, 0);
    let (_, recovered, found) = open(&disk);
    assert_eq!((found.last(), found.len()), (Some(&33), 11));
    assert_eq!(recovered.damage.iter().map(|d| d.events_lost).sum::<u64>(), 3);
}

#[test]
fn a_newer_format_is_refused_in_one_clear_sentence() {
    let (disk, paths) = log();
    let mut bytes = disk.bytes(&paths[0]).unwrap();
    bytes[8] = 2;
    let crc = crc32fast::hash(&bytes[..28]).to_le_bytes();
    bytes[28..32].copy_from_slice(&crc);
    disk.put(&paths[0], &bytes);
    let error = Wal::open(Arc::new(disk), Options::default(), &mut |_| Ok(())).err().unwrap();
    let told =
        "refused: wal/0000000000000001.wal has format version 2, this program knows 1: use the newer program";
    assert_eq!(error.to_string(), told);
}

/// Random garbage, whole sectors of it, anywhere: no panic, and nothing false is read.
#[test]
fn random_damage_never_gives_a_wrong_record() {
    let (disk, paths) = log();
    let files: Vec<_> = paths.iter().map(|path| disk.bytes(path).unwrap()).collect();
    let mut dice = 1_u64;
    let mut roll = |end: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % end
    };
    for _ in 0..10_000 {
        disk.paths().iter().filter(|path| !paths.contains(path)).for_each(|path| remove(&disk, path));
        for (path, bytes) in paths.iter().zip(&files) {
            let mut bytes = bytes.clone();
            for _ in 0..roll(3) {
                let (from, len) = (roll(bytes.len()), roll(600));
                let end = (from + len).min(bytes.len());
                bytes[from..end].iter_mut().for_each(|byte| *byte = roll(256) as u8);
            }
            disk.put(path, &bytes);
        }
        let (_, _, found) = open(&disk);
        assert!(found.is_sorted());
    }
}
