//! Readers that are not ours must read our tables, at every stage of a log's life. Needs the Python package
//! index, so it is run by name: `cargo test -p ledger --test delta_interop -- --ignored`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use ledger::delta::{Action, Add, Log, Remove, Table, Texts, Txn};
use ledger::disk::{self, Disk, join, real::RealDisk};
use parquet::arrow::ArrowWriter;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

const SCHEMA: &str = r#"{"type":"struct","fields":[
    {"name":"date","type":"date","nullable":true,"metadata":{}},
    {"name":"number","type":"long","nullable":true,"metadata":{}},
    {"name":"path","type":"string","nullable":true,"metadata":{}}]}"#;

/// A table with what our reader says it has.
struct Written {
    log: Log,
    disk: Arc<dyn Disk>,
    dir: String,
}

impl Written {
    fn begin(disk: &Arc<dyn Disk>, dir: &str) -> Written {
        let table = Table {
            id: "5f7c1c1e-4d2b-4c55-9a39-0d1d8d1f3a01".to_owned(),
            schema: SCHEMA.to_owned(),
            partition_columns: vec!["date".to_owned()],
        };
        let log = Log::create(Arc::clone(disk), dir, table, 1_767_225_600_000).unwrap();
        Written { log, disk: Arc::clone(disk), dir: dir.to_owned() }
    }

    /// Writes a file of `rows` rows on one of three days.
    fn file(&self, n: i64, rows: i64) -> Add {
        let date = format!("2026-01-0{}", 1 + n % 3);
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(n * 1000..n * 1000 + rows));
        let paths: ArrayRef =
            Arc::new(StringArray::from_iter_values((0..rows).map(|i| format!("/p/{i}?a=ü"))));
        let batch = RecordBatch::try_from_iter([("number", numbers), ("path", paths)]).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        let bytes = writer.into_inner().unwrap();
        let day = join(&self.dir, &format!("date={date}"));
        self.disk.create_dir(&day).unwrap();
        disk::write(&*self.disk, &day, &format!("{n:08}.parquet"), &bytes).unwrap();
        let (min, max) = (n * 1000, n * 1000 + rows - 1);
        let stats = format!(
            r#"{{"numRecords":{rows},"minValues":{{"number":{min}}},"maxValues":{{"number":{max}}},"nullCount":{{"number":0}}}}"#
        );
        Add {
            path: format!("date={date}/{n:08}.parquet"),
            partition_values: Texts::from([("date".to_owned(), date)]),
            size: bytes.len() as i64,
            modification_time: 1_767_225_600_000 + n,
            data_change: true,
            stats: Some(stats),
            tags: Some(Texts::from([("segment".to_owned(), n.to_string())])),
        }
    }

    fn seal(&mut self, from: i64, to: i64) {
        for n in from..to {
            let add = self.file(n, 10 + n % 7);
            let txn = Txn { app_id: "wal".to_owned(), version: n, last_updated: Some(n) };
            self.log.commit(vec![Action::Add(add), Action::Txn(txn)], "seal", n).unwrap();
        }
    }

    /// Removes every fourth file, puts one file in place of three others, and cleans the disk.
    fn thin_out(&mut self) {
        let files: Vec<Add> = self.log.files().values().cloned().collect();
        let every_fourth =
            files.iter().step_by(4).map(|add| Action::Remove(Remove::of(add, 1000, true))).collect();
        self.log.commit(every_fourth, "retain", 1).unwrap();
        let three: Vec<&Add> =
            files.iter().filter(|add| self.log.files().contains_key(&add.path)).take(3).collect();
        let mut actions: Vec<_> =
            three.iter().map(|add| Action::Remove(Remove::of(add, 1000, false))).collect();
        actions.push(Action::Add(Add { data_change: false, ..self.file(900, 40) }));
        self.log.commit(actions, "compact", 1).unwrap();
        let gone = self.log.vacuum(i64::MAX);
        gone.iter().for_each(|path| self.disk.remove(&join(&self.dir, path)).unwrap());
        self.log.forget(gone.iter().map(String::as_str));
    }

    /// Rows by day, as our own reader adds them up.
    fn days(&self) -> BTreeMap<String, u64> {
        let log = Log::open(Arc::clone(&self.disk), &self.dir).unwrap().unwrap();
        let mut days = BTreeMap::new();
        for add in log.files().values() {
            let stats: serde_json::Value = serde_json::from_str(add.stats.as_ref().unwrap()).unwrap();
            *days.entry(add.partition_values["date"].clone()).or_default() +=
                stats["numRecords"].as_u64().unwrap();
        }
        days
    }
}

#[test]
#[ignore = "installs DuckDB, Polars and deltalake from the Python package index; the long trials run it"]
fn other_readers_count_what_we_count() {
    let root = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::open(root.path()).unwrap());
    let mut tables = Vec::new();
    for (dir, commits) in [("young", 5), ("checkpointed", 23), ("cleaned", 70)] {
        for thin in [false, true] {
            let mut table = Written::begin(&disk, &format!("{dir}-{thin}"));
            table.seal(0, commits);
            if thin {
                table.thin_out();
                table.seal(commits, commits + 1);
            }
            if dir == "cleaned" {
                let log = join(&table.dir, "_delta_log");
                assert!(
                    !disk.list(&log).unwrap().contains(&format!("{:020}.json", 0)),
                    "the log was cleaned up"
                );
                disk::write(&*disk, &log, "00000000000000000099.json.part", b"left over").unwrap();
            }
            tables.push(table);
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/interop.py");
    let dirs = tables.iter().map(|table| root.path().join(&table.dir));
    let output = Command::new("python3").arg(script).args(dirs).output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    println!("{answers}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    assert_eq!(answers.lines().count(), tables.len());
    for (line, table) in answers.lines().zip(&tables) {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap();
        let days: BTreeMap<String, u64> =
            serde_json::from_value(answer["readers"]["duckdb"].clone()).unwrap();
        assert_eq!(days, table.days(), "{}", table.dir);
    }
}
