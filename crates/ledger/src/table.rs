//! The table of access events: which sealed files are in it, as its Delta log says. A roll-up has no entry of its
//! own: a file is in the table exactly when its roll-up counts, so that rows and roll-ups change in one commit.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_schema::DataType;
use event::Timestamp;
use serde_json::{Value, json};

use crate::columns::table_schema;
use crate::delta::{self, Action, Add, Log, Remove, Txn};
use crate::disk::{Disk, join};
use crate::error::{Error, Result, Tried};
use crate::part::Place;
use crate::proof::block::Sealed;
use crate::seal::{ROLLUPS, TABLE, date};

/// The Delta transaction that says up to which segment the log is sealed.
const SEGMENT_TXN: &str = "gatelog-segment";
/// The Delta transaction that holds the next sequence number after the sealed events.
const SEQ_TXN: &str = "gatelog-next-seq";

/// Tags of a file: checksums of it and of its roll-up.
const CRC_TAG: &str = "gatelog.crc32";
const ROLLUP_CRC_TAG: &str = "gatelog.rollup.crc32";
/// The tag with the blocks of a file, one a line.
const BLOCKS_TAG: &str = "gatelog.blocks";

pub(crate) struct Table {
    log: Log,
}

impl Table {
    /// Opens the table, or makes it.
    pub(crate) fn open(disk: Arc<dyn Disk>, now: Timestamp) -> Result<Table> {
        if let Some(table) = Table::look(Arc::clone(&disk))? {
            return Ok(table);
        }
        let table = delta::Table {
            id: random_uuid(),
            schema: delta_schema().to_string(),
            partition_columns: vec!["date".to_owned()],
        };
        disk.create_dir(TABLE).tried("making", TABLE)?;
        disk.sync_dir("").tried("syncing", "the data directory")?;
        Ok(Table { log: Log::create(disk, TABLE, table, now.0 / 1_000)? })
    }

    /// The table as it is, without making anything; none when there is none.
    pub(crate) fn look(disk: Arc<dyn Disk>) -> Result<Option<Table>> {
        Ok(Log::open(disk, TABLE)?.map(|log| Table { log }))
    }

    /// Whether a commit failed so that only opening again tells what is in the table.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.log.is_poisoned()
    }

    /// What was found damaged when the table was opened.
    pub(crate) fn damage(&self) -> &[String] {
        self.log.damage()
    }

    /// The files in the table.
    pub(crate) fn places(&self) -> Result<Vec<Place>> {
        self.log.files().values().map(place).collect()
    }

    /// Whether a data file may still be read: it is in the table, or left it lately.
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.log.knows(inside(path))
    }

    /// The last sealed segment of the log, and the next sequence number after the sealed events.
    pub(crate) fn sealed(&self) -> (u64, u64) {
        let number = |app| self.log.txn(app).and_then(|n| u64::try_from(n).ok());
        (number(SEGMENT_TXN).unwrap_or(0), number(SEQ_TXN).unwrap_or(1))
    }

    /// The version the next commit will have.
    pub(crate) fn next_version(&self) -> u64 {
        self.log.version() + 1
    }

    /// Adds sealed files; with them the segments up to `segment` are in the table.
    pub(crate) fn seal(
        &mut self,
        places: &[Place],
        segment: u64,
        next_seq: u64,
        now: Timestamp,
    ) -> Result<()> {
        let millis = now.0 / 1_000;
        let mut actions: Vec<Action> =
            places.iter().map(|place| Action::Add(add(place, millis, true))).collect();
        for (app_id, version) in [(SEGMENT_TXN, segment), (SEQ_TXN, next_seq)] {
            actions.push(Action::Txn(Txn {
                app_id: app_id.to_owned(),
                version: version as i64,
                last_updated: Some(millis),
            }));
        }
        self.log.commit(actions, "WRITE", millis)?;
        Ok(())
    }

    /// Takes files out, and puts the files in that hold the same events (none when a day is retired).
    pub(crate) fn replace(&mut self, gone: &[String], places: &[Place], now: Timestamp) -> Result<()> {
        let millis = now.0 / 1_000;
        let retired = places.is_empty();
        let mut actions = Vec::new();
        for path in gone {
            if let Some(add) = self.log.files().get(inside(path)) {
                actions.push(Action::Remove(Remove::of(add, millis, retired)));
            }
        }
        actions.extend(places.iter().map(|place| Action::Add(add(place, millis, false))));
        self.log.commit(actions, if retired { "DELETE" } else { "OPTIMIZE" }, millis)?;
        Ok(())
    }

    /// Takes a file out, and puts one in with the same events without what was erased of them.
    pub(crate) fn erase(&mut self, gone: &str, places: &[Place], now: Timestamp) -> Result<()> {
        let millis = now.0 / 1_000;
        let gone = self.log.files().get(inside(gone)).map(|add| Remove::of(add, millis, true));
        let mut actions: Vec<Action> = gone.into_iter().map(Action::Remove).collect();
        actions.extend(places.iter().map(|place| Action::Add(add(place, millis, true))));
        self.log.commit(actions, "UPDATE", millis)?;
        Ok(())
    }

    /// Removes what the log says of the table as it was.
    pub(crate) fn forget_history(&mut self) -> Result<()> {
        self.log.forget_history()
    }

    /// Files that left the table at least `grace` microseconds ago, with their roll-ups, to be removed now.
    pub(crate) fn vacuum(&self, now: Timestamp, grace: i64) -> Vec<(String, String)> {
        let paths = self.log.vacuum((now.0 - grace) / 1_000 + delta::KEPT_MS);
        paths.into_iter().map(|path| (join(TABLE, &path), rollup_of(&path))).collect()
    }

    /// Says that a file of [`Table::vacuum`] is gone.
    pub(crate) fn forget(&mut self, path: &str) {
        self.log.forget([inside(path)]);
    }
}

/// The path of a data file inside the table.
fn inside(path: &str) -> &str {
    path.strip_prefix(TABLE).and_then(|p| p.strip_prefix('/')).unwrap_or(path)
}

/// `date=2026-11-21/x.parquet` has its roll-up in `rollup/2026-11-21/x.parquet`.
fn rollup_of(path: &str) -> String {
    join(ROLLUPS, path.strip_prefix("date=").unwrap_or(path))
}

fn add(place: &Place, millis: i64, data_change: bool) -> Add {
    let blocks: Vec<String> = place.blocks.iter().map(Sealed::to_string).collect();
    let stats = json!({
        "numRecords": place.rows,
        "minValues": {"time": Timestamp(place.time_min).to_string()},
        "maxValues": {"time": Timestamp(place.time_max).to_string()},
        "nullCount": {"time": 0},
    });
    Add {
        path: inside(&place.path).to_owned(),
        partition_values: [("date".to_owned(), date(place.day))].into(),
        size: place.bytes as i64,
        modification_time: millis,
        data_change,
        stats: Some(stats.to_string()),
        tags: Some(
            [
                (CRC_TAG, format!("{:08x}", place.crc)),
                (ROLLUP_CRC_TAG, format!("{:08x}", place.rollup_crc)),
                (BLOCKS_TAG, blocks.join("\n")),
            ]
            .map(|(tag, text)| (tag.to_owned(), text))
            .into(),
        ),
    }
}

fn place(add: &Add) -> Result<Place> {
    let damaged = |what: &str| Error::Damaged { what: format!("the table's entry for {}: {what}", add.path) };
    let stats: Value = add
        .stats
        .as_deref()
        .and_then(|s| serde_json::from_str(s).ok())
        .ok_or_else(|| damaged("no statistics"))?;
    let time = |side: &str| {
        let text = stats.get(side).and_then(|s| s.get("time")).and_then(Value::as_str);
        text.and_then(Timestamp::parse).map(|t| t.0).ok_or_else(|| damaged("no times"))
    };
    let tag = |tag| add.tags.as_ref().and_then(|tags| tags.get(tag)).map(String::as_str);
    let crc = |name| u32::from_str_radix(tag(name)?, 16).ok();
    let blocks: Option<Vec<Sealed>> =
        tag(BLOCKS_TAG).unwrap_or_default().lines().map(Sealed::parse).collect();
    let date = add
        .partition_values
        .get("date")
        .and_then(|d| Timestamp::parse(d))
        .ok_or_else(|| damaged("no date"))?;
    Ok(Place {
        path: join(TABLE, &add.path),
        rollup: rollup_of(&add.path),
        day: date.day(),
        bytes: add.size as u64,
        rows: stats.get("numRecords").and_then(Value::as_u64).ok_or_else(|| damaged("no count"))?,
        time_min: time("minValues")?,
        time_max: time("maxValues")?,
        crc: crc(CRC_TAG).ok_or_else(|| damaged("no checksum"))?,
        rollup_crc: crc(ROLLUP_CRC_TAG).ok_or_else(|| damaged("no checksum"))?,
        blocks: blocks.ok_or_else(|| damaged("its proof has a form that this version does not know"))?,
    })
}

/// The schema in Delta's own words: the fields of an event, and the day they are partitioned by.
fn delta_schema() -> Value {
    let field =
        |name: &str, kind: &str| json!({"name": name, "type": kind, "nullable": true, "metadata": {}});
    let mut fields: Vec<Value> = table_schema()
        .fields()
        .iter()
        .map(|f| {
            let kind = match f.data_type() {
                DataType::Timestamp(..) => "timestamp",
                DataType::Boolean => "boolean",
                DataType::Int64 => "long",
                _ => "string",
            };
            field(f.name(), kind)
        })
        .collect();
    fields.push(field("date", "date"));
    json!({"type": "struct", "fields": fields})
}

/// A version 4 UUID. Random enough for a name: two tables of one process never have the same.
fn random_uuid() -> String {
    let random = |n: u64| foldhash::quality::RandomState::default().hash_one(n);
    let (high, low) = (random(1), random(2));
    let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
    format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", low >> 48 & 0x3fff | 0x8000, low & 0xffff_ffff_ffff)
}
