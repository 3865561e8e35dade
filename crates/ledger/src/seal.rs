//! From events to a sealed file and its roll-up, synced and not yet part of the table: the commit that makes them
//! so is the caller's. Used for the tail of the log and for compaction alike.

use std::collections::BTreeMap;

use event::Batch;
use event::column::Column;
use event::field;
use event::time::civil;

use crate::cells::Symbols;
use crate::disk::{self, Disk};
use crate::error::{Result, Tried};
use crate::part::{self, Place, day_of};
use crate::rollup::{self, Worth};

/// The directory of the table of access events.
pub const TABLE: &str = "access";

/// The directory of the roll-ups.
pub const ROLLUPS: &str = "rollup";

/// The directory of the roll-ups of days whose events are past their retention.
pub const KEPT: &str = "rollup/kept";

/// A day as it is written in paths: `2026-11-21`.
pub fn date(day: i64) -> String {
    let (y, m, d) = civil(day);
    format!("{y:04}-{m:02}-{d:02}")
}

/// Writes events as one file for each UTC day they touch. `stem` makes the names unique: files of an attempt that
/// never came to its commit are replaced by the next attempt or swept at the next start.
pub fn seal(
    disk: &dyn Disk,
    batch: &Batch,
    stem: &str,
    symbols: &Symbols,
    worth: &mut Worth,
) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for (day, rows) in days(batch) {
        places.push(write(disk, batch, &rows, (day, stem), symbols, worth)?);
    }
    Ok(places)
}

/// The rows of each day, in the order of time and then of arrival.
fn days(batch: &Batch) -> BTreeMap<i64, Vec<u32>> {
    let mut days: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    let (Some(Column::Int(times)), seqs) = (batch.column(field::TIME), batch.column(field::SEQ)) else {
        return days;
    };
    for (row, time) in times.iter().enumerate() {
        days.entry(day_of(*time)).or_default().push(row as u32);
    }
    let order = |row: &u32| {
        let row = *row as usize;
        (times.get(row).copied().unwrap_or(0), seqs.and_then(|c| c.int(row)).unwrap_or(0))
    };
    for rows in days.values_mut() {
        if !rows.is_sorted_by_key(order) {
            rows.sort_unstable_by_key(order);
        }
    }
    days
}

fn write(
    disk: &dyn Disk,
    batch: &Batch,
    rows: &[u32],
    (day, stem): (i64, &str),
    symbols: &Symbols,
    worth: &mut Worth,
) -> Result<Place> {
    let date = date(day);
    let (data_dir, rollup_dir) = (format!("{TABLE}/date={date}"), format!("{ROLLUPS}/{date}"));
    let name = format!("{stem}.parquet");
    let bytes = part::encode(batch, rows)?;
    put(disk, TABLE, &data_dir, &name, &bytes)?;
    let cells = rollup::encode(&rollup::sections(batch, rows, symbols, worth), symbols)?;
    put(disk, ROLLUPS, &rollup_dir, &name, &cells)?;
    let time = |row: Option<&u32>| row.and_then(|row| batch.row(*row as usize).int(field::TIME)).unwrap_or(0);
    let (time_min, time_max) = (time(rows.first()), time(rows.last()));
    Ok(Place {
        path: disk::join(&data_dir, &name),
        rollup: disk::join(&rollup_dir, &name),
        day,
        bytes: bytes.len() as u64,
        rows: rows.len() as u64,
        time_min,
        time_max,
        crc: crc32fast::hash(&bytes),
        rollup_crc: crc32fast::hash(&cells),
        blocks: Vec::new(),
    })
}

/// Writes a file durably, with the directory it is in.
pub(crate) fn put(disk: &dyn Disk, above: &str, dir: &str, name: &str, bytes: &[u8]) -> Result<()> {
    disk.create_dir(dir).tried("making", dir)?;
    disk.sync_dir(above).tried("syncing", above)?;
    disk::write(disk, dir, name, bytes).tried("writing", &disk::join(dir, name))
}
