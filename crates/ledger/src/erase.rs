//! Erasing a person from access events. Each file that has events of theirs is replaced, in one commit, by one without the personal
//! texts of these events; then the old files, and what the table's log says of them, leave the disk. What was erased
//! counts on, as calls of nobody; what was proved stays provable. Every step may be repeated, so after a crash erasing
//! again goes on.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use event::column::Column;
use event::subject::{Word, is_personal};
use event::{Batch, FIELDS, FieldId, Row, Timestamp, field};

use crate::cells::{Cell, Cells, Sum, Sym, Symbols};
use crate::cube::{CUBES, Cube};
use crate::disk;
use crate::error::{Error, Result, Tried};
use crate::keep::{Keeper, read_all};
use crate::ledger::{Ledger, Shared};
use crate::part::{Part, day_of};
use crate::proof::rows;
use crate::rollup::{self, Sections};
use crate::seal::{self, date};
use crate::view::{Kept, Unit};

/// How long files stay for questions that read them.
const READERS_WAIT: Duration = Duration::from_secs(30);
/// Later than any file left the table, in microseconds before now.
const AT_ONCE: i64 = -(1 << 60);
/// What stands in a roll-up for a text that is not personal and named somebody.
const ERASED: &str = "(erased)";
/// How often it is looked whether they are done.
const READERS_LOOK: Duration = Duration::from_millis(50);

/// Whose events.
#[derive(Clone, Copy, Debug)]
pub struct Whom<'a> {
    /// Text fields that name a person.
    pub fields: &'a [FieldId],
    /// What stands in one of them.
    pub value: &'a str,
}

/// What there is of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theirs {
    /// Events of each day, in days since the epoch.
    pub days: BTreeMap<i64, u64>,
    /// Days of which only roll-ups are left that have the value.
    pub rollup_days: Vec<i64>,
}

impl Ledger {
    /// What there is of a person now. It reads the columns that name people.
    pub fn find(&self, whom: Whom<'_>, now: Timestamp) -> Result<Theirs> {
        let mut found = Theirs::default();
        if whom.fields.is_empty() {
            return Ok(found);
        }
        let view = self.view(now);
        for source in view.sources(i64::MIN, i64::MAX) {
            for unit in source.units()? {
                count(&unit, whom, &mut found)?;
            }
        }
        let kept = Arc::clone(&self.shared.content().kept);
        for kept in kept.iter() {
            if has_cells(&self.shared, kept, whom)? {
                found.rollup_days.push(kept.day);
            }
        }
        Ok(found)
    }

    /// Gives the events of a person to `visit`, the latest file first, until it breaks.
    pub fn events_of(
        &self,
        whom: Whom<'_>,
        now: Timestamp,
        visit: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let fields: Vec<FieldId> = FIELDS.iter().map(|field| field.id).collect();
        for source in self.view(now).sources(i64::MIN, i64::MAX) {
            for unit in source.units()? {
                let rows = rows_in(&unit, whom)?;
                let batch = if rows.is_empty() { Batch::new() } else { unit.read(&fields, Some(&rows))? };
                if batch.rows().any(|row| visit(row).is_break()) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Erases what there is of a person now; how many events it was. `each` hears of them as they go. What came in before is sealed
    /// first. It waits for questions that read what is to be removed. Refused for a day on hold.
    pub fn erase(&self, whom: Whom<'_>, now: Timestamp, each: &mut dyn FnMut(u64)) -> Result<u64> {
        let keeper = || self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let mut events = 0;
        if whom.fields.is_empty() {
            return Ok(events);
        }
        keeper().seal(now)?;
        let mut seen = HashSet::new();
        // Files may be put together meanwhile: what is new is looked at too.
        loop {
            let next =
                self.shared.content().parts.iter().find(|part| !seen.contains(&part.place.path)).cloned();
            let Some(part) = next else { break };
            seen.insert(part.place.path.clone());
            let erased = keeper().erase_in(&part, whom, now)?;
            events += erased;
            each(erased);
        }
        keeper().erase_cells(whom)?;
        let until = Instant::now() + READERS_WAIT;
        while Instant::now() < until && keeper().leaving.iter().any(|part| part.strong_count() > 0) {
            std::thread::sleep(READERS_LOOK);
        }
        let mut keeper = keeper();
        keeper.reopen_if_poisoned(now)?;
        keeper.sweep_after(now, AT_ONCE)?;
        keeper.table.forget_history()?;
        keeper.settle()?;
        Ok(events)
    }
}

fn count(unit: &Unit, whom: Whom<'_>, found: &mut Theirs) -> Result<()> {
    let rows = rows_in(unit, whom)?;
    if rows.is_empty() {
        return Ok(());
    }
    let times = unit.read(&[field::TIME], Some(&rows))?;
    for row in times.rows() {
        *found.days.entry(day_of(row.int(field::TIME).unwrap_or(0))).or_default() += 1;
    }
    Ok(())
}

/// The rows of a unit that name somebody.
fn rows_in(unit: &Unit, whom: Whom<'_>) -> Result<Vec<u32>> {
    for field in whom.fields {
        if unit.may_hold(*field, whom.value)? {
            return Ok(rows_of(&unit.read(whom.fields, None)?, whom));
        }
    }
    Ok(Vec::new())
}

/// The rows in which one of the fields has the value.
fn rows_of(batch: &Batch, whom: Whom<'_>) -> Vec<u32> {
    let columns: Vec<(&Column, Option<u32>)> = whom
        .fields
        .iter()
        .filter_map(|field| batch.column(*field))
        .filter_map(|column| match column {
            Column::Dict(dict) => Some((column, Some(dict.dict.find(whom.value)?))),
            Column::Text(_) => Some((column, None)),
            Column::Int(_) => None,
        })
        .collect();
    let has = |row: usize| {
        columns.iter().any(|(column, number)| match (column, number) {
            (Column::Dict(dict), Some(number)) => dict.ids.get(row) == Some(number),
            _ => column.text(row) == Some(whom.value),
        })
    };
    match columns.is_empty() {
        true => Vec::new(),
        false => (0..batch.len()).filter(|row| has(*row)).map(|row| row as u32).collect(),
    }
}

/// The rows of a file that name somebody, counted through all its row groups.
fn named(part: &Part, whom: Whom<'_>) -> Result<Vec<u32>> {
    let (mut named, mut before) = (Vec::new(), 0);
    for group in 0..part.groups()? {
        for field in whom.fields {
            if part.may_hold(group, *field, whom.value)? {
                let batch = part.read(group, whom.fields, None)?;
                named.extend(rows_of(&batch, whom).into_iter().map(|row| before + row));
                break;
            }
        }
        before += part.group(group)?.0 as u32;
    }
    Ok(named)
}

impl Keeper {
    /// Replaces a file of the table by one without the texts of a person; how many events it was.
    fn erase_in(&mut self, part: &Arc<Part>, whom: Whom<'_>, now: Timestamp) -> Result<u64> {
        self.reopen_if_poisoned(now)?;
        let is_there = self.shared.content().parts.iter().any(|known| known.place.path == part.place.path);
        let named = if is_there { named(part, whom)? } else { Vec::new() };
        if named.is_empty() {
            return Ok(0);
        }
        let place = &part.place;
        if self.shared.retention().is_held(place.day) {
            return Err(Error::Refused {
                what: format!("the access events of {} are on hold", date(place.day)),
            });
        }
        let mut batch = Batch::new();
        read_all(part, &mut batch)?;
        let gone: Vec<bool> = (0..batch.len() as u32).map(|row| named.binary_search(&row).is_ok()).collect();
        let Some(word) = Word::new(whom.value) else { return Ok(0) };
        let (batch, blocks) = rows::erase(&batch, &gone, &word, &place.blocks)?;
        let stem = format!("e{:015}", self.table.next_version());
        let shared = Arc::clone(&self.shared);
        let mut places = seal::seal(&*shared.disk, &batch, &stem, &shared.symbols, &mut self.worth)?;
        // A file is of one day, and so is the one in its place.
        places.iter_mut().for_each(|place| place.blocks.clone_from(&blocks));
        self.table.erase(&place.path, &places, now)?;
        self.publish(std::slice::from_ref(&place.path), places, None);
        Ok(named.len() as u64)
    }

    /// Takes a person out of the roll-ups of days whose events are gone.
    fn erase_cells(&mut self, whom: Whom<'_>) -> Result<()> {
        let all: Vec<Kept> = self.shared.content().kept.iter().cloned().collect();
        for kept in all {
            if !has_cells(&self.shared, &kept, whom)? {
                continue;
            }
            if self.shared.retention().is_held(kept.day) {
                return Err(Error::Refused {
                    what: format!("the roll-ups of {} are on hold", date(kept.day)),
                });
            }
            let sections = without(&self.shared, &kept, whom)?;
            let bytes = rollup::encode(&sections, &self.shared.symbols)?;
            let crc = crc32fast::hash(&bytes);
            let name = format!("{}-{crc:08x}.parquet", date(kept.day));
            let disk = &self.shared.disk;
            seal::put(&**disk, seal::ROLLUPS, seal::KEPT, &name, &bytes)?;
            let new = Kept { day: kept.day, path: disk::join(seal::KEPT, &name), crc };
            let mut content = self.shared.content();
            let others = content.kept.iter().filter(|other| other.path != kept.path).cloned();
            content.kept = Arc::new(others.chain([new]).collect());
            drop(content);
            disk.remove(&kept.path).tried("removing", &kept.path)?;
        }
        // Also what a crash left beside the new one.
        let known: Vec<String> = self.shared.content().kept.iter().map(|kept| kept.path.clone()).collect();
        for name in self.shared.disk.list(seal::KEPT).tried("listing", seal::KEPT)? {
            let path = disk::join(seal::KEPT, &name);
            if !known.contains(&path) {
                self.shared.disk.remove(&path).tried("removing", &path)?;
            }
        }
        Ok(())
    }
}

/// Whether a roll-up of a day whose events are gone names a person anywhere.
fn has_cells(shared: &Shared, kept: &Kept, whom: Whom<'_>) -> Result<bool> {
    let (file, Some(word)) = (rollup::File { path: &kept.path, crc: kept.crc }, Word::new(whom.value)) else {
        return Ok(false);
    };
    for (number, grain) in rollup::written(&*shared.disk, &file)? {
        let Some(cube) = CUBES.get(number) else { continue };
        let cells = rollup::decode(&*shared.disk, &file, cube, grain, &shared.symbols)?;
        if cells.is_some_and(|cells| !named_in(&cells, &word, &shared.symbols).is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The cells of a day without a person.
fn without(shared: &Shared, kept: &Kept, whom: Whom<'_>) -> Result<Sections> {
    let file = rollup::File { path: &kept.path, crc: kept.crc };
    let (disk, symbols) = (&*shared.disk, &shared.symbols);
    let mut sections = Sections::new();
    let Some(word) = Word::new(whom.value) else { return Ok(sections) };
    for (number, grain) in rollup::written(disk, &file)? {
        let Some(cube) = CUBES.get(number) else { continue };
        let Some(cells) = rollup::decode(disk, &file, cube, grain, symbols)? else { continue };
        let named = named_in(&cells, &word, symbols);
        let blanked: Cells = cells.iter().map(|cell| blanked(cube, cell, &named, symbols)).collect();
        let mut sum = Sum::default();
        sum.add(&blanked, grain);
        sections.push((cube, grain, if named.is_empty() { cells } else { sum.finish() }));
    }
    Ok(sections)
}

/// The keys and details of cells in which a name stands.
fn named_in(cells: &Cells, word: &Word, symbols: &Symbols) -> HashSet<Sym> {
    let mut all: HashSet<Sym> = cells.iter().flat_map(|cell| [cell.key, cell.detail]).collect();
    all.retain(|sym| word.stands_in(&symbols.text(*sym)));
    all
}

/// The cell as one of nobody: what tells of a person goes, with what else tells of them beside it; a route that names them counts on
/// under another name.
fn blanked(cube: &Cube, cell: Cell, named: &HashSet<Sym>, symbols: &Symbols) -> Cell {
    let is_personal_key = cube.key.iter().any(|key| is_personal(key.field()));
    let is_personal_detail = cube.detail.is_some_and(|detail| is_personal(detail.field()));
    let is_theirs =
        is_personal_key && named.contains(&cell.key) || is_personal_detail && named.contains(&cell.detail);
    let other = |sym: Sym, is_personal: bool| match () {
        () if is_personal && is_theirs => 0,
        () if named.contains(&sym) => symbols.sym(ERASED),
        () => sym,
    };
    Cell { key: other(cell.key, is_personal_key), detail: other(cell.detail, is_personal_detail), ..cell }
}
