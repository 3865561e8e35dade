//! What goes into the log and what comes out of it. Knows no disk.

/// How a log is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory.
    pub dir: String,
    /// All segments together are not larger than this.
    pub bytes_max: u64,
    /// Bytes left free on the disk, so that sealing and starting have room.
    pub reserve_bytes: u64,
    /// Segments up to this one are in the tables: they are removed unread when they are still there.
    pub sealed_through: u64,
    /// Sequence numbers below this are in the tables: not given again, even when the log's files are lost.
    pub next_seq: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            dir: "wal".to_owned(),
            bytes_max: 4 << 30,
            reserve_bytes: 0,
            sealed_through: 0,
            next_seq: 0,
        }
    }
}

/// Bytes to be written, with the number of events in them.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// What the bytes are; any number but 255.
    pub kind: u8,
    /// How many sequence numbers they take; at least 1.
    pub events: u32,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// What was made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The segment that has it. When it is not the one of the write before, the one before is done.
    pub segment: u64,
    /// The sequence number of the first event of the first payload; all others follow without a gap.
    pub first_seq: u64,
    /// The sequence number after the last.
    pub end_seq: u64,
}

/// A record read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its segment.
    pub segment: u64,
    /// The sequence number of its first event.
    pub first_seq: u64,
    /// How many events.
    pub events: u32,
    /// What the bytes are.
    pub kind: u8,
    /// The bytes.
    pub payload: &'a [u8],
}

/// A segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its number.
    pub number: u64,
    /// The first sequence number.
    pub first_seq: u64,
    /// The sequence number after its last.
    pub end_seq: u64,
    /// How many events it has (fewer than the numbers when there was damage).
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// Bytes that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// In which segment.
    pub segment: u64,
    /// From which byte.
    pub offset: u64,
    /// How many; 0 when a part is missing without a trace.
    pub bytes: u64,
    /// How many events are missing, by their sequence numbers.
    pub events_lost: u64,
}

/// What was found when the log was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// The segments, oldest first.
    pub segments: Vec<Segment>,
    /// Unreadable bytes that had been acknowledged.
    pub damage: Vec<Damage>,
    /// The torn end of the last write of the process before: never acknowledged, unless it was damaged later.
    pub tail: Option<Damage>,
}
