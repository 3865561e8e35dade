//! What a power cut leaves. Of the names: all that were synced, and of the changes after that none, all, the first
//! few or any few. Of a file: its durable bytes, and of the rest none, all, a torn part, or sectors here and there
//! with zeros or garbage between them, since a disk writes sectors in any order.

use super::random::Random;
use super::{Change, File, SimDisk, locked};

const SECTOR: usize = 512;

impl SimDisk {
    /// Ends the process but not the machine: files opened before are dead, all that was written is still there, and
    /// what was not durable still is not.
    pub fn kill(&self) {
        let mut state = self.state();
        state.faults.restore_power();
        state.life += 1;
    }

    /// Cuts the power and turns it on again. Files opened before are dead; requested failures stay requested.
    pub fn crash(&self) {
        let mut guard = self.state();
        let state = &mut *guard;
        let pending = std::mem::take(&mut state.pending);
        for change in surviving(pending, &mut state.random) {
            change.apply(&mut state.durable_names);
        }
        for file in state.durable_names.values() {
            tear(&mut locked(file), &mut state.random);
        }
        state.names = state.durable_names.clone();
        state.faults.restore_power();
        state.life += 1;
    }
}

fn surviving(pending: Vec<Change>, random: &mut Random) -> Vec<Change> {
    let count = pending.len() as u64;
    match random.below(4) {
        0 => Vec::new(),
        1 => pending,
        2 => pending.into_iter().take(random.below(count + 1) as usize).collect(),
        _ => pending.into_iter().filter(|_| random.below(2) == 0).collect(),
    }
}

fn tear(file: &mut File, random: &mut Random) {
    for lost in std::mem::take(&mut file.lost) {
        scramble(file.bytes.get_mut(lost).unwrap_or_default(), random);
    }
    let waiting = file.bytes.len() - file.durable;
    if waiting > 0 {
        let durable = file.durable;
        let cut = durable + random.below(waiting as u64 + 1) as usize;
        let to_sector = (cut / SECTOR * SECTOR).max(durable);
        match random.below(5) {
            0 => file.bytes.truncate(durable),
            1 => {}
            2 => file.bytes.truncate(cut),
            3 => {
                // The length grew, the bytes did not arrive.
                file.bytes.iter_mut().skip(to_sector).for_each(|byte| *byte = 0);
            }
            _ => {
                file.bytes.truncate(cut);
                scramble(file.bytes.get_mut(durable..).unwrap_or_default(), random);
            }
        }
    }
    file.durable = file.bytes.len();
}

/// Each sector arrived, or reads as zeros, or as whatever was there before.
fn scramble(bytes: &mut [u8], random: &mut Random) {
    for sector in bytes.chunks_mut(SECTOR) {
        match random.below(4) {
            0 => sector.fill(0),
            1 => sector.iter_mut().for_each(|byte| *byte = random.next() as u8),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Trouble};
    use super::*;
    use crate::disk::{self, Disk};
    use std::collections::BTreeSet;

    #[test]
    fn what_was_synced_survives_and_the_rest_may_not() {
        let mut seen = BTreeSet::new();
        for seed in 0..500 {
            let disk = SimDisk::new(seed);
            disk.create_dir("d").unwrap();
            let mut file = disk.create("d/a").unwrap();
            file.append(b"safe").unwrap();
            file.sync().unwrap();
            disk.sync_dir("d").unwrap();
            file.append(&[b'x'; 2000]).unwrap();
            disk.create("d/b").unwrap();
            disk.crash();
            assert!(file.append(b"late").is_err(), "a file of before the cut is dead");
            let bytes = disk.bytes("d/a").unwrap();
            assert_eq!(&bytes[..4], b"safe");
            seen.insert((
                bytes.len() == 4,
                bytes.len() == 2004,
                bytes.ends_with(b"x"),
                disk.bytes("d/b").is_some(),
            ));
        }
        assert!(seen.len() >= 8, "{seen:?}");
    }

    #[test]
    fn a_whole_write_is_there_entirely_or_not_at_all() {
        for seed in 0..300 {
            for cut in 1..20 {
                let disk = SimDisk::new(seed);
                disk.create_dir("d").unwrap();
                disk::write(&disk, "d", "f", b"old").unwrap();
                disk.cut_power_at(cut);
                let done = disk::write(&disk, "d", "f", &[b'n'; 3000]).is_ok();
                disk.crash();
                let now = disk.bytes("d/f").unwrap();
                assert!(now == [b'n'; 3000] || (!done && now == b"old"), "seed {seed} cut {cut}");
            }
        }
    }

    #[test]
    fn a_failed_sync_is_not_made_good_by_the_next() {
        let mut lost = 0;
        for seed in 0..100 {
            let disk = SimDisk::new(seed);
            let mut file = disk.create("a").unwrap();
            disk.sync_dir("").unwrap();
            file.append(&[b'x'; 1000]).unwrap();
            disk.fail_nth(Kind::Sync, 1, Trouble::Io);
            file.sync().unwrap_err();
            file.sync().unwrap();
            assert_eq!(disk.bytes("a").unwrap(), [b'x'; 1000], "still readable, the trap");
            disk.crash();
            lost += u32::from(disk.bytes("a").unwrap() != [b'x'; 1000]);
        }
        assert!(lost > 20);
    }

    #[test]
    fn a_full_disk_takes_a_part() {
        let disk = SimDisk::new(1);
        disk.fill(10);
        let mut file = disk.create("a").unwrap();
        assert_eq!(file.append(&[1; 20]).unwrap_err().kind(), std::io::ErrorKind::StorageFull);
        assert_eq!((disk.used_bytes(), disk.free_bytes().unwrap()), (10, 0));
        assert!(disk.create("b").is_err());
        disk.remove("a").unwrap();
        assert!(disk.create("b").is_ok());
    }
}
