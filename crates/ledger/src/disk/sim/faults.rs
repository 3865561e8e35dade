//! Which operation of the simulated disk fails, and how. Knows no files.

use std::io::{Error, ErrorKind, Result};

/// A kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any operation that changes the disk.
    Any,
    /// [`crate::disk::Disk::create`]
    Create,
    /// [`crate::disk::Appending::append`]
    Append,
    /// [`crate::disk::Appending::sync`]
    Sync,
    /// [`crate::disk::Disk::rename`]
    Rename,
    /// [`crate::disk::Disk::remove`] and [`crate::disk::Disk::remove_dir`]
    Remove,
    /// [`crate::disk::Disk::create_dir`]
    CreateDir,
    /// [`crate::disk::Disk::sync_dir`]
    SyncDir,
    /// Opening, listing, measuring, reading: the operations that change nothing.
    Read,
}

/// What the failed operation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The device failed (EIO).
    Io,
    /// There is no room (ENOSPC).
    NoSpace,
}

#[derive(Default)]
pub(super) struct Faults {
    ops: u64,
    counted: Vec<(Kind, u64, Trouble)>,
    always: Vec<(Kind, Trouble)>,
    power: Option<u64>,
}

impl Faults {
    pub(super) fn ops(&self) -> u64 {
        self.ops
    }

    pub(super) fn fail_nth(&mut self, kind: Kind, n: u64, trouble: Trouble) {
        self.counted.push((kind, n, trouble));
    }

    pub(super) fn fail_always(&mut self, kind: Kind, trouble: Trouble) {
        self.always.push((kind, trouble));
    }

    pub(super) fn cut_power_at(&mut self, n: u64) {
        self.power = Some(self.ops + n);
    }

    pub(super) fn heal(&mut self) {
        self.counted.clear();
        self.always.clear();
    }

    pub(super) fn restore_power(&mut self) {
        self.power = None;
    }

    pub(super) fn is_off(&self) -> bool {
        self.power.is_some_and(|at| self.ops >= at)
    }

    /// Counts an operation and says whether it fails.
    pub(super) fn next(&mut self, kind: Kind) -> Result<()> {
        self.ops += u64::from(kind != Kind::Read);
        if self.is_off() {
            return Err(power_is_off());
        }
        let meant = |wanted: Kind| wanted == kind || (wanted == Kind::Any && kind != Kind::Read);
        let mut trouble = self.always.iter().find(|(wanted, _)| meant(*wanted)).map(|(_, trouble)| *trouble);
        for (wanted, left, its) in &mut self.counted {
            if meant(*wanted) && *left > 0 {
                *left -= 1;
                if *left == 0 {
                    trouble = Some(*its);
                }
            }
        }
        match trouble {
            None => Ok(()),
            Some(Trouble::Io) => Err(Error::other("simulated device failure")),
            Some(Trouble::NoSpace) => Err(ErrorKind::StorageFull.into()),
        }
    }
}

pub(super) fn power_is_off() -> Error {
    Error::other("the power is off")
}
