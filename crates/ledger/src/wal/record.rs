//! The bytes of a segment's head and of a record's head. Knows no file; the drawing is in `wal.rs`.

/// Bytes of the head of a segment.
pub(super) const SEGMENT_HEAD: usize = 32;
/// Bytes of the head of a record.
pub(super) const RECORD_HEAD: usize = 40;

const MAGIC: [u8; 8] = *b"GLWAL\r\n\x1a";
const VERSION: u32 = 1;

/// Begins every record. It is not UTF-8, so that no text inside a payload can look like it.
pub(super) const MARKER: [u8; 8] = [0xf5, b'G', b'L', b'R', 0xff, 0xfe, b'\r', b'\n'];

/// A hole: these sequence numbers were lost and found missing by an earlier recovery.
pub(super) const HOLE: u8 = 0xff;

/// The head of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHead {
    pub(super) segment: u64,
    pub(super) first_seq: u64,
}

impl SegmentHead {
    pub(super) fn encode(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEAD);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.segment.to_le_bytes());
        out.extend_from_slice(&self.first_seq.to_le_bytes());
        let crc = crc32fast::hash(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<SegmentHead, HeadFault> {
        let mut input = Input(bytes);
        let (magic, version) = (input.take::<8>(), input.u32());
        let (segment, first_seq) = (input.u64(), input.u64());
        let body = bytes.get(..SEGMENT_HEAD - 4).unwrap_or_default();
        if magic != Some(MAGIC) || input.u32() != Some(crc32fast::hash(body)) {
            return Err(HeadFault::Damaged);
        }
        match (version, segment, first_seq) {
            (Some(VERSION), Some(segment), Some(first_seq)) => Ok(SegmentHead { segment, first_seq }),
            (version, ..) => Err(HeadFault::Version(version.unwrap_or_default())),
        }
    }
}

/// Why a segment's head is not one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeadFault {
    Damaged,
    /// Whole, and of another version of the program.
    Version(u32),
}

/// The head of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) first_seq: u64,
    pub(super) events: u32,
    pub(super) length: u32,
    /// Bytes from the start of the write that this record was part of.
    pub(super) group: u32,
    pub(super) kind: u8,
    pub(super) payload_crc: u32,
}

impl Head {
    pub(super) fn end_seq(&self) -> u64 {
        self.first_seq.saturating_add(u64::from(self.events))
    }

    /// Bytes of head and payload.
    pub(super) fn total(&self) -> u64 {
        RECORD_HEAD as u64 + u64::from(self.length)
    }

    /// `segment` is part of the check, not of the bytes: a record of another segment is not taken for one of this.
    pub(super) fn encode(&self, segment: u64, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&MARKER);
        out.extend_from_slice(&self.first_seq.to_le_bytes());
        out.extend_from_slice(&self.events.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.group.to_le_bytes());
        out.extend_from_slice(&[self.kind, 0, 0, 0]);
        out.extend_from_slice(&self.payload_crc.to_le_bytes());
        let crc = head_crc(segment, out.get(start..).unwrap_or_default());
        out.extend_from_slice(&crc.to_le_bytes());
    }

    pub(super) fn decode(segment: u64, bytes: &[u8]) -> Option<Head> {
        let mut input = Input(bytes);
        let marker = input.take::<8>()?;
        let head = Head {
            first_seq: input.u64()?,
            events: input.u32()?,
            length: input.u32()?,
            group: input.u32()?,
            kind: u8::try_from(input.u32()?).ok()?,
            payload_crc: input.u32()?,
        };
        let whole = marker == MARKER && input.u32()? == head_crc(segment, bytes.get(..RECORD_HEAD - 4)?);
        whole.then_some(head)
    }
}

fn head_crc(segment: u64, bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&segment.to_le_bytes());
    crc.update(bytes);
    crc.finalize()
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_back_and_any_flipped_bit_is_seen() {
        let segment = SegmentHead { segment: 7, first_seq: 1 << 40 };
        let bytes = segment.encode();
        assert_eq!((bytes.len(), SegmentHead::decode(&bytes)), (SEGMENT_HEAD, Ok(segment)));
        let head = Head { first_seq: 9, events: 3, length: 11, group: 40, kind: 2, payload_crc: 77 };
        let mut record = Vec::new();
        head.encode(7, &mut record);
        assert_eq!((record.len(), Head::decode(7, &record)), (RECORD_HEAD, Some(head)));
        assert_eq!(Head::decode(8, &record), None);
        for bit in 0..8 * RECORD_HEAD {
            let mut changed = record.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::decode(7, &changed), None);
        }
        for bit in 0..8 * SEGMENT_HEAD {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SegmentHead::decode(&changed), Err(HeadFault::Damaged));
        }
    }

    /// The bytes of version 1 stay readable for ever.
    #[test]
    fn version_1_is_pinned() {
        let mut bytes = SegmentHead { segment: 1, first_seq: 2 }.encode();
        let payload_crc = crc32fast::hash(b"abc");
        Head { first_seq: 2, events: 1, length: 3, group: 0, kind: 1, payload_crc }.encode(1, &mut bytes);
        bytes.extend_from_slice(b"abc");
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let head = "474c57414c0d0a1a0100000001000000000000000200000000000000529121d2";
        let record = "f5474c52fffe0d0a020000000000000001000000030000000000000001000000c2412435c1292b8f616263";
        assert_eq!(hex, format!("{head}{record}"));
    }
}
