//! The ledger's housekeeping: seal what is due, put small files together, retire old days, remove what nobody
//! reads any more. One thread calls it; every step ends in one commit and may be repeated after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use event::time::{DAY, HOUR, MINUTE, SECOND};
use event::{Batch, FIELDS, FieldId, Timestamp};
use tokio::sync::mpsc;

use crate::archive::Leaving;
use crate::disk;
use crate::error::{Error, Result, Tried};
use crate::ledger::Shared;
use crate::open::write_keys;
use crate::part::{Part, Place, day_of};
use crate::proof::block;
use crate::retention::Found;
use crate::rollup::{self, Worth};
use crate::seal::{self, date};
use crate::table::Table;
use crate::view::{Kept, View, day_cells};
use crate::writer::Request;

/// A file with fewer rows than this is small: eight small files of a day are put together.
const SMALL_ROWS: u64 = 65_536;
/// How many small files a day may have before they are put together.
const SMALL_FILES: usize = 8;
/// Rows put together at once, the bound on memory.
const TOGETHER_ROWS_MAX: u64 = 524_288;
/// Ticks further apart than this are taken for a jump of the clock.
const TICK_GAP_MAX: i64 = 5 * MINUTE;
/// How long the clock must tick steadily before anything is deleted.
const STEADY_FOR: i64 = HOUR;
/// Without an event this recent the clock is not believed when it says that days are over.
const NEWEST_EVENT_AGE_MAX: i64 = 30 * DAY;

pub(crate) struct Keeper {
    pub(crate) shared: Arc<Shared>,
    queue: mpsc::Sender<Request>,
    pub(crate) table: Table,
    pub(crate) worth: Worth,
    /// Files that left the table; as long as somebody reads them they are somewhere.
    pub(crate) leaving: Vec<Weak<Part>>,
    /// Keys of events in closed segments whose sealing has not succeeded yet.
    keys: Vec<u64>,
    last_tick: Option<Timestamp>,
    steady_since: Timestamp,
}

impl Keeper {
    pub(crate) fn new(shared: Arc<Shared>, queue: mpsc::Sender<Request>, table: Table) -> Keeper {
        Keeper {
            shared,
            queue,
            table,
            worth: Worth::default(),
            leaving: Vec::new(),
            keys: Vec::new(),
            last_tick: None,
            steady_since: Timestamp(0),
        }
    }

    /// Does what is due.
    pub(crate) fn tend(&mut self, now: Timestamp) -> Result<()> {
        self.watch_clock(now);
        self.shared.measure();
        self.reopen_if_poisoned(now)?;
        if self.seal_is_due(now) {
            self.seal(now)?;
        }
        self.compact(now)?;
        self.retire(now)?;
        self.sweep(now)
    }

    /// After a failed commit only the disk knows whether it happened: reads the table anew and shows what it says.
    pub(crate) fn reopen_if_poisoned(&mut self, now: Timestamp) -> Result<()> {
        if !self.table.is_poisoned() {
            return Ok(());
        }
        self.table = Table::open(Arc::clone(&self.shared.disk), now)?;
        let (segment, _) = self.table.sealed();
        let gone: Vec<String> = self.shared.content().parts.iter().map(|p| p.place.path.clone()).collect();
        self.publish(&gone, self.table.places()?, Some((segment, now)));
        self.ask(Request::Remove(segment))
    }

    /// Remembers since when the clock has ticked steadily.
    fn watch_clock(&mut self, now: Timestamp) {
        let steady = self.last_tick.is_some_and(|last| (0..TICK_GAP_MAX).contains(&(now.0 - last.0)));
        if !steady {
            self.steady_since = now;
        }
        self.last_tick = Some(now);
    }

    fn seal_is_due(&self, now: Timestamp) -> bool {
        let options = &self.shared.options;
        let content = self.shared.content();
        let age = content.tail_since.map_or(0, |since| now.0 - since.0);
        content.tail.rows() >= options.segment_rows
            || (content.tail.rows() > 0 && age >= options.segment_seconds_max * SECOND)
            || (content.tail.rows() > 0 && self.shared.wal_bytes() > options.wal_bytes_max / 2)
    }

    /// Seals everything acknowledged so far: rows, roll-ups and the keys for duplicates, in one commit.
    pub(crate) fn seal(&mut self, now: Timestamp) -> Result<()> {
        self.reopen_if_poisoned(now)?;
        if self.shared.content().tail.rows() == 0 {
            return Ok(());
        }
        let (reply, answer) = std::sync::mpsc::channel();
        self.ask(Request::Rotate(reply))?;
        let (begun, keys) = answer.recv().map_err(|_| Error::Poisoned { what: "the log".into() })??;
        self.keys.extend(keys);
        let segment = begun - 1;
        let (chunks, next_seq) = {
            let mut content = self.shared.content();
            (content.tail.up_to(segment), content.next_seq)
        };
        let batch = Batch::concat(chunks.iter().map(|chunk| &**chunk.batch()));
        drop(chunks);
        // Numbers given after the rotation belong to the next segment; this one ends with its own last.
        let end_seq = last_seq(&batch).map_or(next_seq, |last| last + 1);
        let mut places = seal::seal(
            &*self.shared.disk,
            &batch,
            &format!("{segment:016}"),
            &self.shared.symbols,
            &mut self.worth,
        )?;
        block::cover(&mut places, &batch, segment)?;
        drop(batch);
        write_keys(&*self.shared.disk, segment, &self.keys)?;
        self.table.seal(&places, segment, end_seq, now)?;
        self.keys.clear();
        self.publish(&[], places, Some((segment, now)));
        self.ask(Request::Remove(segment))
    }

    /// Waits until the log has done all that it was asked, as removing what is sealed.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let (reply, answer) = std::sync::mpsc::channel();
        self.ask(Request::Rotate(reply))?;
        let (_, keys) = answer.recv().map_err(|_| Error::Poisoned { what: "the log".into() })??;
        self.keys.extend(keys);
        Ok(())
    }

    fn ask(&self, request: Request) -> Result<()> {
        self.queue.blocking_send(request).map_err(|_| Error::Poisoned { what: "the log".into() })
    }

    /// Shows the files as they are now in the table; sealed events leave the tail in the same moment.
    pub(crate) fn publish(&mut self, gone: &[String], places: Vec<Place>, sealed: Option<(u64, Timestamp)>) {
        let disk = &self.shared.disk;
        let mut content = self.shared.content();
        let (out, mut parts): (Vec<Arc<Part>>, Vec<Arc<Part>>) =
            content.parts.iter().cloned().partition(|p| gone.contains(&p.place.path));
        self.leaving.retain(|part| part.strong_count() > 0);
        self.leaving.extend(out.iter().map(Arc::downgrade));
        parts.extend(places.into_iter().map(|place| Arc::new(Part::new(place, Arc::clone(disk)))));
        content.parts = Arc::new(parts);
        if let Some((segment, now)) = sealed {
            content.tail.forget(segment);
            content.tail_since = (content.tail.rows() > 0).then_some(now);
        }
        drop(content);
        self.shared.ring();
    }

    /// Puts the small files of one day together.
    fn compact(&mut self, now: Timestamp) -> Result<()> {
        let parts = Arc::clone(&self.shared.content().parts);
        let mut small: BTreeMap<i64, Vec<&Arc<Part>>> = BTreeMap::new();
        for part in parts.iter().filter(|p| p.place.rows < SMALL_ROWS) {
            small.entry(part.place.day).or_default().push(part);
        }
        let Some(mut together) = small.into_values().find(|parts| parts.len() >= SMALL_FILES) else {
            return Ok(());
        };
        together.sort_by_key(|part| part.place.rows);
        let mut batch = Batch::new();
        let (mut gone, mut blocks) = (Vec::new(), Vec::new());
        for part in together {
            if !gone.is_empty() && batch.len() as u64 + part.place.rows > TOGETHER_ROWS_MAX {
                break;
            }
            read_all(part, &mut batch)?;
            gone.push(part.place.path.clone());
            blocks.extend(part.place.blocks.iter().cloned());
        }
        let stem = format!("c{:015}", self.table.next_version());
        let mut places =
            seal::seal(&*self.shared.disk, &batch, &stem, &self.shared.symbols, &mut self.worth)?;
        // All of them are of one day, and so is the file.
        places.iter_mut().for_each(|place| place.blocks = std::mem::take(&mut blocks));
        self.table.replace(&gone, &places, now)?;
        self.publish(&gone, places, None);
        Ok(())
    }

    /// Removes days whose time is over, keeping their cells for as long as roll-ups are kept.
    fn retire(&mut self, now: Timestamp) -> Result<()> {
        let parts = Arc::clone(&self.shared.content().parts);
        let newest = parts.iter().map(|p| p.place.time_max).max().unwrap_or(0);
        let believed =
            now.0 - self.steady_since.0 >= STEADY_FOR && (now.0 - newest).abs() <= NEWEST_EVENT_AGE_MAX;
        if !believed {
            return Ok(());
        }
        let today = day_of(now.0);
        let retention = self.shared.retention();
        let days: BTreeSet<i64> = parts.iter().map(|p| p.place.day).collect();
        let view = self.look(now);
        for day in days.into_iter().filter(|day| retention.is_over(*day, today)) {
            match retention.sought(&view, day)? {
                Found { events: 0, .. } => {
                    if self.is_safe(day, &parts) {
                        self.retire_day(day, &parts, now)?;
                    }
                    break;
                }
                // Sealing waits for this thread: it reads one day, and looks at the next with the next tick.
                Found { was_read: true, .. } => break,
                Found { .. } => {}
            }
        }
        self.drop_kept(|day| retention.cells_are_over(day, today))
    }

    /// Whether a day may be removed as far as the archive is concerned.
    fn is_safe(&self, day: i64, parts: &[Arc<Part>]) -> bool {
        let Some(archive) = self.shared.archive.get() else { return true };
        let places = parts.iter().filter(|part| part.place.day == day).map(|part| part.place.clone());
        archive.is_safe(&Leaving::new(day, places.collect(), Arc::clone(&self.shared.disk)))
    }

    fn retire_day(&mut self, day: i64, parts: &[Arc<Part>], now: Timestamp) -> Result<()> {
        let of_day: Vec<&Arc<Part>> = parts.iter().filter(|p| p.place.day == day).collect();
        let places: Vec<&Place> = of_day.iter().map(|p| &p.place).collect();
        let sections = day_cells(&self.look(now), day)?;
        let bytes = rollup::encode(&sections, &self.shared.symbols)?;
        let crc = crc32fast::hash(&bytes);
        let name = format!("{}-{crc:08x}.parquet", date(day));
        seal::put(&*self.shared.disk, seal::ROLLUPS, seal::KEPT, &name, &bytes)?;
        let gone: Vec<String> = places.iter().map(|p| p.path.clone()).collect();
        self.table.replace(&gone, &[], now)?;
        let mut content = self.shared.content();
        content.parts =
            Arc::new(content.parts.iter().filter(|p| !gone.contains(&p.place.path)).cloned().collect());
        let kept = Kept { day, path: disk::join(seal::KEPT, &name), crc };
        content.kept = Arc::new(content.kept.iter().cloned().chain([kept]).collect());
        Ok(())
    }

    /// The sealed files as a view.
    fn look(&self, now: Timestamp) -> View {
        View {
            parts: Arc::clone(&self.shared.content().parts),
            kept: Arc::default(),
            chunks: Vec::new(),
            cache: Arc::clone(&self.shared.cache),
            symbols: Arc::clone(&self.shared.symbols),
            lens: None,
            watermark: now,
        }
    }

    fn drop_kept(&mut self, is_over: impl Fn(i64) -> bool) -> Result<()> {
        let old: Vec<Kept> = self.shared.content().kept.iter().filter(|k| is_over(k.day)).cloned().collect();
        for kept in old {
            self.shared.disk.remove(&kept.path).tried("removing", &kept.path)?;
            let mut content = self.shared.content();
            content.kept = Arc::new(content.kept.iter().filter(|k| k.day != kept.day).cloned().collect());
        }
        Ok(())
    }

    /// Removes files that left the table long enough ago for every reader to be done with them.
    fn sweep(&mut self, now: Timestamp) -> Result<()> {
        self.sweep_after(now, self.shared.options.tombstone_seconds * SECOND)
    }

    /// Removes files that left the table so many microseconds ago.
    pub(crate) fn sweep_after(&mut self, now: Timestamp, grace: i64) -> Result<()> {
        for (path, rollup) in self.table.vacuum(now, grace) {
            self.shared.disk.remove(&path).tried("removing", &path)?;
            self.shared.disk.remove(&rollup).tried("removing", &rollup)?;
            self.table.forget(&path);
        }
        Ok(())
    }
}

fn last_seq(batch: &Batch) -> Option<u64> {
    match batch.column(event::field::SEQ) {
        Some(event::column::Column::Int(seqs)) => seqs.iter().max().map(|n| *n as u64),
        _ => None,
    }
}

/// Appends every event of a file.
pub(crate) fn read_all(part: &Part, batch: &mut Batch) -> Result<()> {
    let all: Vec<FieldId> = FIELDS.iter().map(|f| f.id).collect();
    for group in 0..part.groups()? {
        batch.append(&part.read(group, &all, None)?);
    }
    Ok(())
}
