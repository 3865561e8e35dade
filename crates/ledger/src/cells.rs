//! Cells of a cube in columns, and adding them together. How they are made of events is not known here.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use event::column::Dict;
use event::time::MINUTE;
use foldhash::fast::FixedState;

pub use crate::count::{count, reason_number};
use crate::cube::{Cube, Grain};
use crate::numbers::Numbers;

/// A text of a dimension, numbered for the life of the process; 0 is "absent".
pub type Sym = u32;

/// The texts of the roll-ups' dimensions. It grows with the number of distinct keys, which [`KEYS_MAX`] bounds
/// for each cube and file.
#[derive(Debug, Default)]
pub struct Symbols {
    dict: RwLock<Dict>,
}

impl Symbols {
    /// The number of a text.
    pub fn sym(&self, text: &str) -> Sym {
        if let Some(sym) = self.find(text) {
            return sym;
        }
        self.dict.write().unwrap_or_else(PoisonError::into_inner).number(text)
    }

    /// The number of a text that some cell has.
    pub fn find(&self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return Some(0);
        }
        self.dict.read().unwrap_or_else(PoisonError::into_inner).find(text)
    }

    /// The text of a number; "" when absent.
    pub fn text(&self, sym: Sym) -> String {
        self.dict.read().unwrap_or_else(PoisonError::into_inner).get(sym).to_owned()
    }
}

/// At most so many distinct keys of one cube in one batch; the rest are counted under [`OTHER`].
pub const KEYS_MAX: usize = 50_000;

/// The key that stands for all keys beyond [`KEYS_MAX`].
pub const OTHER: &str = "(other)";

/// One cell: how many calls of these dimensions. Dimensions the cube lacks are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Start of the stretch, in minutes since the epoch.
    pub minute: u32,
    /// The gateway.
    pub gateway: Sym,
    /// The environment.
    pub environment: Sym,
    /// The cube's key.
    pub key: Sym,
    /// The text beside the key.
    pub detail: Sym,
    /// The HTTP status; 0 when unknown.
    pub status: u16,
    /// 0 when not denied, else the place in [`REASONS`] plus one.
    pub reason: u8,
    /// The latency bucket.
    pub bucket: u16,
    /// How many calls.
    pub calls: u64,
    /// Sum of response bytes, in cubes that have it.
    pub bytes: u64,
}

impl Cell {
    /// The same with its time rounded down.
    fn at(self, grain: Grain) -> Cell {
        let minutes = (grain.micros() / MINUTE) as u32;
        Cell { minute: self.minute - self.minute % minutes, ..self }
    }

    fn key(&self) -> CellKey {
        CellKey {
            minute: self.minute,
            gateway: self.gateway,
            environment: self.environment,
            key: self.key,
            detail: self.detail,
            status: self.status,
            reason: self.reason,
            bucket: self.bucket,
        }
    }

    fn sums(&self) -> Sums {
        Sums { calls: self.calls, bytes: self.bytes }
    }
}

/// Cells of one cube, in columns of equal length named as in [`Cell`].
#[derive(Clone, Debug, Default)]
pub struct Cells {
    pub(crate) minute: Numbers,
    pub(crate) gateway: Numbers,
    pub(crate) environment: Numbers,
    pub(crate) key: Numbers,
    pub(crate) detail: Numbers,
    pub(crate) status: Numbers,
    pub(crate) reason: Numbers,
    pub(crate) bucket: Numbers,
    pub(crate) calls: Numbers,
    pub(crate) bytes: Numbers,
}

impl Cells {
    /// How many cells.
    pub fn len(&self) -> usize {
        self.minute.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.minute.is_empty()
    }

    /// Bytes of memory held.
    pub fn memory_bytes(&self) -> usize {
        let columns = [
            &self.minute,
            &self.gateway,
            &self.environment,
            &self.key,
            &self.detail,
            &self.status,
            &self.reason,
            &self.bucket,
            &self.calls,
            &self.bytes,
        ];
        columns.iter().map(|column| column.memory_bytes()).sum()
    }

    /// All cells in order. A block at a time is unpacked column by column: a panel looks at hundreds of thousands.
    pub fn iter(&self) -> impl Iterator<Item = Cell> {
        (0..self.len()).step_by(BLOCK).flat_map(|at| self.block(at).into_iter().take(self.len() - at))
    }

    fn block(&self, at: usize) -> [Cell; BLOCK] {
        let mut block = [Cell::default(); BLOCK];
        self.minute.unpack(at, &mut block, |cell, n| cell.minute = n as u32);
        self.gateway.unpack(at, &mut block, |cell, n| cell.gateway = n as Sym);
        self.environment.unpack(at, &mut block, |cell, n| cell.environment = n as Sym);
        self.key.unpack(at, &mut block, |cell, n| cell.key = n as Sym);
        self.detail.unpack(at, &mut block, |cell, n| cell.detail = n as Sym);
        self.status.unpack(at, &mut block, |cell, n| cell.status = n as u16);
        self.reason.unpack(at, &mut block, |cell, n| cell.reason = n as u8);
        self.bucket.unpack(at, &mut block, |cell, n| cell.bucket = n as u16);
        self.calls.unpack(at, &mut block, |cell, n| cell.calls = n);
        self.bytes.unpack(at, &mut block, |cell, n| cell.bytes = n);
        block
    }
}

/// So many cells are unpacked at once: they stay in the nearest cache.
const BLOCK: usize = 64;

impl FromIterator<Cell> for Cells {
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Cells {
        let cells: Vec<Cell> = cells.into_iter().collect();
        let column = |number: fn(&Cell) -> u64| cells.iter().map(number).collect();
        Cells {
            minute: column(|c| c.minute.into()),
            gateway: column(|c| c.gateway.into()),
            environment: column(|c| c.environment.into()),
            key: column(|c| c.key.into()),
            detail: column(|c| c.detail.into()),
            status: column(|c| c.status.into()),
            reason: column(|c| c.reason.into()),
            bucket: column(|c| c.bucket.into()),
            calls: column(|c| c.calls),
            bytes: column(|c| c.bytes),
        }
    }
}

/// Adds cells together: of several files into one, or of a fine grain into a coarser one.
#[derive(Default)]
pub struct Sum {
    cells: HashMap<CellKey, Sums, FixedState>,
}

impl Sum {
    /// Adds cells, their time rounded down to `grain`.
    pub fn add(&mut self, cells: &Cells, grain: Grain) {
        for cell in cells.iter() {
            self.cells.entry(cell.at(grain).key()).or_default().add(cell.sums());
        }
    }

    /// Adds cells of a wider cube: with what the cube has of them, their time rounded down to `grain`.
    pub(crate) fn add_narrowed(&mut self, cells: &Cells, cube: &Cube, grain: Grain) {
        for cell in cells.iter() {
            let (status, reason) = if cube.outcome { (cell.status, cell.reason) } else { (0, 0) };
            let bytes = if cube.bytes { cell.bytes } else { 0 };
            let narrow = Cell { status, reason, bytes, ..cell };
            self.cells.entry(narrow.at(grain).key()).or_default().add(narrow.sums());
        }
    }

    /// Adds cells, all of them at this minute.
    pub(crate) fn add_at(&mut self, cells: &Cells, minute: u32) {
        for cell in cells.iter() {
            self.cells.entry(Cell { minute, ..cell }.key()).or_default().add(cell.sums());
        }
    }

    /// Adds what cells say of calls by day, key and detail.
    pub(crate) fn add_keys(&mut self, cells: &Cells) {
        for cell in cells.iter() {
            let only = Cell { minute: cell.minute, key: cell.key, detail: cell.detail, ..Cell::default() };
            self.cells.entry(only.at(Grain::Day).key()).or_default().add(cell.sums());
        }
    }

    /// The cells, ordered by time and dimensions.
    pub fn finish(mut self) -> Cells {
        let mut cells = Vec::new();
        drain(&mut self.cells, &mut cells);
        cells.into_iter().collect()
    }
}

/// Moves cells out of a map, in order.
fn drain(map: &mut HashMap<CellKey, Sums, FixedState>, cells: &mut Vec<Cell>) {
    let begun = cells.len();
    cells.extend(map.drain().map(|(key, sums)| Cell {
        minute: key.minute,
        gateway: key.gateway,
        environment: key.environment,
        key: key.key,
        detail: key.detail,
        status: key.status,
        reason: key.reason,
        bucket: key.bucket,
        calls: sums.calls,
        bytes: sums.bytes,
    }));
    let (_, fresh) = cells.split_at_mut(begun);
    fresh.sort_unstable_by_key(Cell::key);
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct CellKey {
    minute: u32,
    gateway: Sym,
    environment: Sym,
    key: Sym,
    detail: Sym,
    status: u16,
    reason: u8,
    bucket: u16,
}

impl Hash for CellKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Four writes instead of eight: this runs several times for each event.
        let pair = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        state.write_u64(pair(self.minute, self.key));
        state.write_u64(pair(self.gateway, self.environment));
        state.write_u64(pair(self.detail, u32::from(self.bucket)));
        state.write_u32(u32::from(self.status) << 8 | u32::from(self.reason));
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    calls: u64,
    bytes: u64,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.calls += other.calls;
        self.bytes += other.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::CUBES;
    use event::{Batch, Event, field};

    #[test]
    fn cells_add_up_to_the_rows() {
        let mut batch = Batch::new();
        for i in 0..1_000_i64 {
            let mut event = Event::new();
            event.int(field::TIME, 1_795_298_319_000_000 + i * 7_000_000);
            event.int(field::STATUS, if i % 7 == 0 { 403 } else { 200 });
            event.flag(field::GRANTED, i % 7 != 0);
            if i % 3 != 0 {
                event.text(field::CONSUMER_ID, format!("c{}", i % 10));
                event.text(field::CONSUMER_GROUPS, if i % 2 == 0 { r#"["a","b"]"# } else { r#"["a"]"# });
            }
            event.int(field::DURATION, i * 100);
            batch.push(&event);
        }
        batch.finish();
        let symbols = Symbols::default();
        for cube in CUBES.iter().filter(|c| c.key != [field::CONSUMER_GROUPS]) {
            for grain in cube.grains {
                let cells = count(cube, *grain, &batch, None, &symbols);
                assert_eq!(cells.iter().map(|c| c.calls).sum::<u64>(), 1_000, "{} {grain:?}", cube.name);
                let mut coarse = Sum::default();
                coarse.add(&count(cube, cube.finest(), &batch, None, &symbols), *grain);
                let mut same = Sum::default();
                same.add(&cells, *grain);
                assert_eq!(coarse.finish().calls, same.finish().calls);
            }
        }
        let denied: u64 = {
            let cells = count(&CUBES[0], Grain::Hour, &batch, None, &symbols);
            cells.iter().filter(|c| c.reason != 0).map(|c| c.calls).sum()
        };
        assert_eq!(denied, 143);
    }

    #[test]
    fn a_bucket_is_at_most_five_percent_off() {
        use crate::cube::{bucket, bucket_micros};
        for micros in [10, 99, 1_000, 45_678, 1_000_000, 90_000_000_i64] {
            let off = (bucket_micros(bucket(micros)) - micros as f64).abs() / micros as f64;
            assert!(off < 0.06, "{micros}: {off}");
        }
    }
}
