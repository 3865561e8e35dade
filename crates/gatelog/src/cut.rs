//! Cuts a stream of records into batches, always between two records and always at the same places, so that a batch
//! sent again is the same bytes and the server knows it.

use std::io::{self, BufRead};

/// A record longer than this ends the reading: it is no log.
const RECORD_BYTES_MAX: usize = 64 << 20;

/// How records follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One a line.
    Lines,
    /// JSON values over several lines, or the members of one array.
    Json,
}

/// Looks at the beginning.
pub(crate) fn shape(start: &[u8]) -> Shape {
    let start = start.trim_ascii_start();
    let first_line = start.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
    match start.first() {
        Some(b'[') => Shape::Json,
        // The first line of pretty-printed JSON is not a whole object.
        Some(b'{') if !first_line.ends_with(b"}") && first_line.len() < start.len() => Shape::Json,
        _ => Shape::Lines,
    }
}

/// Where a scan through JSON stands.
#[derive(Clone, Copy, Default)]
struct Scan {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

/// Reads batches.
pub(crate) struct Cutter<R> {
    from: R,
    shape: Shape,
    bytes_max: usize,
    /// Read and not given out yet.
    held: Vec<u8>,
    /// How much of `held` is whole records, and how much was looked at.
    whole: usize,
    seen: usize,
    scan: Scan,
    in_array: bool,
    end: u64,
    is_over: bool,
}

impl<R: BufRead> Cutter<R> {
    /// `start` is how far the stream was read before.
    pub(crate) fn new(from: R, shape: Shape, start: u64, bytes_max: usize) -> Cutter<R> {
        Cutter {
            from,
            shape,
            bytes_max,
            held: Vec::new(),
            whole: 0,
            seen: 0,
            scan: Scan::default(),
            in_array: false,
            end: start,
            is_over: false,
        }
    }

    /// The next batch, and where it ends; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        loop {
            let enough = self.look();
            if enough || (self.is_over && !self.held.is_empty()) {
                // At the end the last record may lack its end.
                let takes_all = self.is_over && (self.whole == 0 || self.held.len() <= self.bytes_max);
                let cut = if takes_all { self.held.len() } else { self.whole };
                let rest = self.held.split_off(cut);
                let batch = std::mem::replace(&mut self.held, rest);
                self.seen -= cut.min(self.seen);
                self.whole = 0;
                self.end += batch.len() as u64;
                if batch.trim_ascii().is_empty() {
                    continue;
                }
                return Ok(Some((self.records(batch), self.end)));
            }
            if self.is_over {
                return Ok(None);
            }
            if self.held.len() > self.bytes_max.max(RECORD_BYTES_MAX) {
                return Err(io::Error::other("a record of more than 64 MiB; this is no log of records"));
            }
            let read = self.from.fill_buf()?;
            let count = read.len();
            self.held.extend_from_slice(read);
            self.from.consume(count);
            self.is_over = count == 0;
        }
    }

    /// Finds ends of records; whether there are enough for a batch.
    fn look(&mut self) -> bool {
        let mut at = self.seen;
        while let Some(byte) = self.held.get(at) {
            at += 1;
            let ends = match self.shape {
                Shape::Lines => *byte == b'\n',
                Shape::Json => self.json(*byte),
            };
            if ends {
                if at > self.bytes_max && self.whole > 0 {
                    // This record is for the next batch. It is looked at again then.
                    self.seen = self.whole;
                    self.scan = Scan::default();
                    return true;
                }
                self.whole = at;
            }
        }
        self.seen = at;
        self.whole >= self.bytes_max
    }

    /// Whether a record ends with this byte.
    fn json(&mut self, byte: u8) -> bool {
        let scan = &mut self.scan;
        if scan.in_text {
            scan.in_text = scan.escaped || byte != b'"';
            scan.escaped = !scan.escaped && byte == b'\\';
            return false;
        }
        match byte {
            b'"' => scan.in_text = true,
            b'[' if scan.depth == 0 && !self.in_array => self.in_array = true,
            b']' if scan.depth == 0 => self.in_array = false,
            b'{' | b'[' => scan.depth += 1,
            b'}' | b']' => {
                scan.depth = scan.depth.saturating_sub(1);
                return scan.depth == 0;
            }
            _ => {}
        }
        false
    }

    /// What is sent: brackets and commas between the members of an array are not.
    fn records(&self, mut batch: Vec<u8>) -> Vec<u8> {
        if self.shape == Shape::Lines {
            return batch;
        }
        let mut scan = Scan::default();
        for byte in &mut batch {
            if scan.in_text {
                scan.in_text = scan.escaped || *byte != b'"';
                scan.escaped = !scan.escaped && *byte == b'\\';
                continue;
            }
            match *byte {
                b'"' => scan.in_text = true,
                b',' | b']' | b'[' if scan.depth == 0 => *byte = b'\n',
                b'{' | b'[' => scan.depth += 1,
                b'}' | b']' => scan.depth = scan.depth.saturating_sub(1),
                _ => {}
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, bytes_max: usize, piece: usize) -> Vec<(String, u64)> {
        let from = io::BufReader::with_capacity(piece, text.as_bytes());
        let mut cutter = Cutter::new(from, shape(text.as_bytes()), 0, bytes_max);
        let mut out = Vec::new();
        while let Some((batch, end)) = cutter.next().unwrap() {
            out.push((String::from_utf8(batch).unwrap(), end));
        }
        out
    }

    #[test]
    fn lines_are_cut_between_lines_whatever_the_pieces() {
        let want = [("aa\nbb\n".to_owned(), 6), ("cc\ndd".to_owned(), 11)];
        for piece in [1, 2, 3, 5, 100] {
            assert_eq!(cut("aa\nbb\ncc\ndd", 7, piece), want, "{piece}");
        }
        assert!(cut("\n\n \n", 10, 3).is_empty());
    }

    #[test]
    fn a_line_longer_than_a_batch_is_a_batch() {
        assert_eq!(cut("aaaaaaaaaa\nb\n", 4, 3), [("aaaaaaaaaa\n".to_owned(), 11), ("b\n".to_owned(), 13)]);
    }

    #[test]
    fn arrays_and_pretty_objects_are_cut_between_objects() {
        let text = r#"[{"a":"}],["}, {"a":[1,{"b":2}]},
 {"a":3}]"#;
        for piece in [1, 4, 100] {
            let batches = cut(text, 16, piece);
            let all: String = batches.iter().map(|(b, _)| b.as_str()).collect();
            let objects: Vec<serde_json::Value> =
                serde_json::Deserializer::from_str(&all).into_iter().map(Result::unwrap).collect();
            assert_eq!(objects.len(), 3, "{piece}: {batches:?}");
            assert!(batches.len() > 1);
        }
        let pretty = "{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n";
        assert_eq!(cut(pretty, 12, 5).len(), 2);
    }
}
