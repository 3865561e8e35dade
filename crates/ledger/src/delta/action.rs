//! The actions of the Delta protocol that we write and read, as JSON lines. Knows no file.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Text by text, as in partition values and tags.
pub type Texts = BTreeMap<String, String>;

/// One change of the table.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// What a reader and a writer must be able to do.
    Protocol(Protocol),
    /// The schema.
    MetaData(MetaData),
    /// A file is part of the table.
    Add(Add),
    /// A file is no longer part of the table.
    Remove(Remove),
    /// How far an application has come.
    Txn(Txn),
}

/// What a reader and a writer must be able to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Protocol {
    /// Version a reader must know.
    pub min_reader_version: i32,
    /// Version a writer must know.
    pub min_writer_version: i32,
}

/// The schema of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetaData {
    /// A UUID, once for all.
    pub id: String,
    /// How the files are written.
    pub format: Format,
    /// The schema as JSON, in Delta's own type names.
    pub schema_string: String,
    /// The columns whose values are in the path.
    pub partition_columns: Vec<String>,
    /// Settings of the table.
    #[serde(default)]
    pub configuration: Texts,
    /// When it was made, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
}

/// How the files are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// Always "parquet".
    pub provider: String,
    /// Always empty.
    #[serde(default)]
    pub options: Texts,
}

/// A file of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Add {
    /// Relative to the table, with `/`.
    pub path: String,
    /// Value by partition column.
    pub partition_values: Texts,
    /// Bytes.
    pub size: i64,
    /// Milliseconds.
    pub modification_time: i64,
    /// False when the same rows were in the table before, in other files.
    pub data_change: bool,
    /// Statistics as JSON: `numRecords`, `minValues`, `maxValues`, `nullCount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<String>,
    /// Our own notes about the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Texts>,
}

/// A file that left the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remove {
    /// As in its [`Add`].
    pub path: String,
    /// When it left, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<i64>,
    /// False when its rows are still in the table, in other files.
    pub data_change: bool,
    /// Whether the next two are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_file_metadata: Option<bool>,
    /// As in its [`Add`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_values: Option<Texts>,
    /// As in its [`Add`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
}

impl Remove {
    /// The removal of a file.
    pub fn of(add: &Add, now_ms: i64, data_change: bool) -> Remove {
        Remove {
            path: add.path.clone(),
            deletion_timestamp: Some(now_ms),
            data_change,
            extended_file_metadata: Some(true),
            partition_values: Some(add.partition_values.clone()),
            size: Some(add.size),
        }
    }
}

/// How far an application has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Txn {
    /// Its name.
    pub app_id: String,
    /// A number that only grows.
    pub version: i64,
    /// When, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<i64>,
}

/// Closes each commit of ours: what it was, and a checksum of the lines above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_info: Option<String>,
    #[serde(rename = "gatelogCrc32", skip_serializing_if = "Option::is_none")]
    crc32: Option<u32>,
}

/// One line; unknown actions of other writers are left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    txn: Option<Txn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    add: Option<Add>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remove: Option<Remove>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_data: Option<MetaData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_info: Option<CommitInfo>,
}

impl From<Action> for Line {
    fn from(action: Action) -> Line {
        let mut line = Line::default();
        match action {
            Action::Protocol(protocol) => line.protocol = Some(protocol),
            Action::MetaData(meta_data) => line.meta_data = Some(meta_data),
            Action::Add(add) => line.add = Some(add),
            Action::Remove(remove) => line.remove = Some(remove),
            Action::Txn(txn) => line.txn = Some(txn),
        }
        line
    }
}

impl Line {
    /// The action of the line, when it is one we know.
    pub(super) fn action(self) -> Option<Action> {
        let protocol = self.protocol.map(Action::Protocol);
        let protocol = protocol.or(self.meta_data.map(Action::MetaData));
        let file = self.add.map(Action::Add).or(self.remove.map(Action::Remove));
        protocol.or(file).or(self.txn.map(Action::Txn))
    }
}

/// Actions as the bytes of a commit.
pub(super) fn encode(actions: Vec<Action>, operation: &str, now_ms: i64) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    for action in actions {
        serde_json::to_writer(&mut out, &Line::from(action))?;
        out.push(b'\n');
    }
    let info = CommitInfo {
        timestamp: Some(now_ms),
        operation: Some(operation.to_owned()),
        engine_info: Some("gatelog".to_owned()),
        crc32: Some(crc32fast::hash(&out)),
    };
    serde_json::to_writer(&mut out, &Line { commit_info: Some(info), ..Line::default() })?;
    out.push(b'\n');
    Ok(out)
}

/// A commit read back.
pub(super) struct Commit {
    /// The actions, in order; of a damaged commit those that are still JSON.
    pub(super) actions: Vec<Action>,
    /// Whether all bytes are as they were written. Of another writer's commit we know only that it is JSON.
    pub(super) whole: bool,
    /// Whether the end is missing.
    pub(super) torn: bool,
}

/// Every writer puts a `commitInfo` in; ours comes last. A commit without one has lost its end.
pub(super) fn decode(bytes: &[u8]) -> Commit {
    let (mut actions, mut readable, mut info) = (Vec::new(), true, None);
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match serde_json::from_slice::<Line>(line) {
            Ok(Line { commit_info: Some(found), .. }) => {
                let above = bytes.get(..at).map(crc32fast::hash);
                info = Some(found.crc32.is_none_or(|crc| Some(crc) == above));
            }
            Ok(line) => actions.extend(line.action()),
            Err(_) => readable &= line.trim_ascii().is_empty(),
        }
        at += line.len();
    }
    let text = bytes.trim_ascii_end();
    let closing = text.rsplit(|byte| *byte == b'\n').next().is_some_and(|line| line.starts_with(CLOSING));
    let torn = !text.ends_with(b"}") || (info.is_none() && !closing);
    Commit { actions, whole: readable && !torn && info == Some(true), torn }
}

/// How the last line of a commit of ours begins: damage inside it must not be taken for a missing end.
const CLOSING: &[u8] = b"{\"commitInfo\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn actions() -> Vec<Action> {
        let add = Add { path: "date=2026-01-01/a.parquet".to_owned(), size: 7, ..Add::default() };
        vec![
            Action::Remove(Remove::of(&add, 5, false)),
            Action::Add(add),
            Action::Txn(Txn { app_id: "wal".to_owned(), version: 3, last_updated: None }),
        ]
    }

    #[test]
    fn a_commit_is_lines_that_other_readers_know() {
        let text = String::from_utf8(encode(actions(), "seal", 9).unwrap()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"remove":{"path":"date=2026-01-01/a.parquet","deletionTimestamp":5,"dataChange":false,"extendedFileMetadata":true,"partitionValues":{},"size":7}}"#,
                r#"{"add":{"path":"date=2026-01-01/a.parquet","partitionValues":{},"size":7,"modificationTime":0,"dataChange":false}}"#,
                r#"{"txn":{"appId":"wal","version":3}}"#,
                r#"{"commitInfo":{"timestamp":9,"operation":"seal","engineInfo":"gatelog","gatelogCrc32":942645338}}"#,
            ]
        );
        let commit = decode(text.as_bytes());
        assert!(commit.whole && commit.actions == actions());
    }

    #[test]
    fn any_flipped_bit_and_any_cut_of_a_commit_is_seen() {
        let bytes = encode(actions(), "seal", 9).unwrap();
        for at in 0..bytes.len() {
            let cut = decode(&bytes[..at]);
            // Of the last three bytes, "}}" and the line end, no action depends.
            assert!(cut.torn || (at >= bytes.len() - 2 && cut.actions == actions()), "{at}");
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                let commit = decode(&bytes);
                // A flip in the notes of the closing line changes nothing that counts.
                assert!(!commit.whole || commit.actions == actions(), "{at} {bit}");
            }
        }
    }

    #[test]
    fn other_writers_commits_are_read() {
        let text = "{\"commitInfo\":{\"timestamp\":1,\"x\":{}}}\n{\"domainMetadata\":{}}\n{\"txn\":{\"appId\":\"a\",\"version\":1}}";
        let commit = decode(text.as_bytes());
        assert_eq!((commit.whole, commit.actions.len()), (true, 1));
    }
}
