//! The operator trail against its proof: a thousand ways to falsify it, by someone who can write every file and make every
//! hash and checksum right but has not the key, and each is found.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::sync::Arc;

use event::mask::{Masked, Rules};
use event::{Act, Timestamp};
use ledger::disk::sim::SimDisk;
use ledger::disk::{self, Disk};
use ledger::proof::check::{self, TRAIL};
use ledger::proof::note::{Checkpoint, Signer};
use ledger::proof::tiles::Log;
use ledger::trail::{Kind, Options, RETIRED, Trail};

const OPTIONS: Options = Options { bytes_max: 1 << 30, reserve_bytes: 0 };
const DAY: i64 = 86_400_000_000;

fn signer() -> Signer {
    Signer::new("gatelog-test", [3; 32]).unwrap()
}

fn act(n: u64) -> Act {
    Act {
        time: Timestamp(1_795_298_319_000_000 + n as i64 * DAY / 8),
        salts: [[n as u8; 16]; 3],
        code: "GL-TOKEN-CREATE".into(),
        event: "Create token".into(),
        request_id: format!("r{n}"),
        operator: format!("operator {}", n % 7),
        resource_id: format!("token {n}"),
        ..Act::default()
    }
}

/// A trail of these records, on a disk of its own.
fn written(records: &[(Kind, Act)]) -> SimDisk {
    let disk = SimDisk::new(1);
    let trail = Trail::open(Arc::new(disk.clone()), OPTIONS).unwrap();
    for (kind, act) in records {
        trail.append_blocking(*kind, Masked::act(act.clone(), &Rules::new([1; 32]))).unwrap();
    }
    disk
}

/// Proves what is in the trail; the checkpoint.
fn prove(disk: &SimDisk, from: u64) -> Checkpoint {
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let trail = Trail::open(Arc::clone(&shared), OPTIONS).unwrap();
    let mut log = Log::open(Arc::clone(&shared), TRAIL, from).unwrap();
    trail.leaves(from, &mut |_, leaf| log.push(leaf).unwrap()).unwrap();
    let root = log.write().unwrap();
    let checkpoint = Checkpoint { origin: "gatelog-test/trail".into(), size: log.size(), root };
    disk::write(&*shared, TRAIL, "checkpoint", signer().sign(&checkpoint).as_bytes()).unwrap();
    checkpoint
}

fn copy(from: &SimDisk, under: &str, to: &SimDisk) {
    for path in to.paths().into_iter().filter(|path| path.starts_with(under)) {
        to.remove(&path).unwrap();
    }
    for path in from.paths().into_iter().filter(|path| path.starts_with(under)) {
        to.put(&path, &from.bytes(&path).unwrap());
    }
}

fn records(count: u64) -> Vec<(Kind, Act)> {
    let kind = |n: u64| if n.is_multiple_of(2) { Kind::Act } else { Kind::End };
    (0..count).map(|n| (kind(n), act(n))).collect()
}

fn found(disk: &SimDisk, earlier: &[Checkpoint]) -> Vec<String> {
    check::trail(disk, &[signer().public().clone()], earlier).unwrap().found
}

#[test]
fn a_thousand_falsifications_are_found() {
    let (mut told, mut by_way) = (0, [0; 8]);
    for seed in 0..1_000_u64 {
        let count = if seed % 25 == 0 { 300 } else { 20 + seed % 60 };
        let honest = records(count);
        let disk = written(&honest);
        let half = count / 2;
        let early = written(&honest[..half as usize]);
        prove(&early, 0);
        let newest = prove(&disk, 0);
        if seed < 20 {
            assert_eq!(found(&disk, std::slice::from_ref(&newest)), Vec::<String>::new(), "an honest trail");
        }
        let at = (seed * 7 % (count - 1)) as usize;
        let mut forged = honest.clone();
        let way = seed % 8;
        match way {
            0 => forged[at].1.operator = "nobody".into(),
            1 => drop(forged.remove(at)),
            2 => forged.insert(at, (Kind::Act, act(9_999))),
            3 => forged.swap(at, at + 1),
            4 => forged.truncate(at),
            5 => forged.rotate_left(8),
            6 => forged[at].1.time.0 += 1,
            _ => forged.truncate(half as usize),
        }
        let forgery = written(&forged);
        copy(&forgery, "trail", &disk);
        let is_rolled_back = way == 7;
        if is_rolled_back {
            // All of it as it was half way, the checkpoint too: only who kept the newer one can tell.
            copy(&early, "proof", &disk);
            assert_eq!(found(&disk, &[]), Vec::<String>::new());
        } else if seed / 8 % 2 == 1 {
            // The hashes made to fit, with the signed checkpoint that was there.
            let note = disk.bytes(&format!("{TRAIL}/checkpoint")).unwrap();
            prove(&forgery, 0);
            copy(&forgery, "proof", &disk);
            disk.put(&format!("{TRAIL}/checkpoint"), &note);
        }
        let found = found(&disk, &[newest]);
        assert!(!found.is_empty(), "seed {seed}, way {way}");
        told += 1;
        by_way[way as usize] += 1;
    }
    assert_eq!((told, by_way.iter().sum::<i32>()), (1_000, 1_000));
}

#[test]
fn every_file_of_the_proof_is_looked_at() {
    let disk = written(&records(600));
    prove(&disk, 0);
    for path in disk.paths().into_iter().filter(|path| path.starts_with("proof")) {
        let whole = disk.bytes(&path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            disk.put(&path, &bytes);
            assert!(!found(&disk, &[]).is_empty(), "{path} at {at}");
        }
        disk.put(&path, &whole[..whole.len() - 1]);
        assert!(!found(&disk, &[]).is_empty(), "{path} cut");
        disk.remove(&path).unwrap();
        assert!(!found(&disk, &[]).is_empty(), "{path} gone");
        disk.put(&path, &whole);
    }
    assert_eq!(found(&disk, &[]), Vec::<String>::new());
}

#[test]
fn growth_is_consistent_another_key_is_not_taken_and_retention_leaves_its_mark() {
    let mut all = records(300);
    all.iter_mut().for_each(|(_, act)| act.raw = "x".repeat(60_000));
    let disk = written(&all);
    let first = prove(&disk, 0);
    let trail = Trail::open(Arc::new(disk.clone()), OPTIONS).unwrap();
    let through = trail.over(act(200).time).unwrap();
    let rules = Rules::new([1; 32]);
    // Removed without a word, it is found; with it, it is fine.
    let words = Act { code: RETIRED.into(), resource_id: through.to_string(), ..act(301) };
    drop(trail);
    let silent = SimDisk::new(9);
    copy(&disk, "", &silent);
    let quiet = Trail::open(Arc::new(silent.clone()), OPTIONS).unwrap();
    quiet.retire(through).unwrap();
    drop(quiet);
    assert!(
        found(&silent, &[]).iter().any(|what| what.contains("were removed")),
        "{:?}",
        found(&silent, &[])
    );

    let trail = Trail::open(Arc::new(disk.clone()), OPTIONS).unwrap();
    trail.append_blocking(Kind::Act, Masked::act(words, &rules)).unwrap();
    trail.retire(through).unwrap();
    drop(trail);
    let second = prove(&disk, first.size);
    assert_eq!((first.size, second.size), (300, 301));
    assert_eq!(found(&disk, &[first, second.clone()]), Vec::<String>::new());
    let stranger = Signer::new("gatelog-test", [4; 32]).unwrap();
    assert!(!check::trail(&disk, &[stranger.public().clone()], &[]).unwrap().found.is_empty());
    let other = Checkpoint { root: ledger::proof::leaf(b"x"), ..second };
    assert!(found(&disk, &[other]).iter().any(|what| what.contains("not a continuation")));
}
