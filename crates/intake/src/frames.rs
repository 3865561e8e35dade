//! Where one record ends and the next begins in a stream that comes in pieces, as syslog, Kong's `tcp-log`, APISIX'
//! `tcp-logger` and GELF over TCP send it. Knows no socket and no gateway.
//!
//! Each frame says by its first byte how it ends:
//!
//! ```text
//! 52 <134>1 …             counted octets (RFC 6587, 3.4.1): after so many bytes
//! <134>1 … {…}<134>1 …    syslog: at LF or NUL, or where the JSON in it is over and the next frame begins
//! {"a":1}{"b":2}          JSON: at its closing brace, whatever follows
//! [{"a":1},{"b":2}]       JSON in an array: each element by itself
//! 10.0.0.1 - - …          any other text: at LF or NUL
//! ```
//!
//! A brace inside a string of JSON ends nothing, so that no client of a gateway can write a frame of its own into a log.

use crate::format::RECORD_BYTES_MAX;

/// Digits of a count of octets.
const COUNT_DIGITS_MAX: usize = 8;

/// A stream being cut into records. Holds at most one record of [`RECORD_BYTES_MAX`] and what was fed last.
#[derive(Debug, Default)]
pub struct Frames {
    held: Vec<u8>,
    /// Where the frame begins that we are in, and up to where it was looked at.
    start: usize,
    at: usize,
    state: State,
    in_array: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Between,
    /// Text, to the end of the line.
    Line,
    /// A frame that began with a priority.
    Syslog(Json),
    /// A JSON object.
    Object(Json),
    /// So many bytes from the start.
    Octets(usize),
    /// The rest of a record that is too long: to the end of the line, or so many bytes.
    SkipLine,
    SkipOctets(usize),
}

/// How deep in JSON we are.
#[derive(Clone, Copy, Debug, Default)]
struct Json {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// The last byte outside strings that is no white space.
    last: u8,
    /// The line break since then, counted from where the frame starts.
    broken_at: Option<usize>,
}

/// What a byte means for the JSON it is in.
enum Step {
    On,
    /// The value is over, this byte included.
    Over,
    /// It was no JSON; it ends before this position, counted from where the frame starts.
    Broken(usize),
}

impl Frames {
    /// Bytes held because their record is not complete.
    pub fn held(&self) -> usize {
        self.held.len() - self.start
    }

    /// Takes the next bytes and gives every record that is complete with them. Records come without what separates
    /// them and are not empty; one that is too long is given cut off at [`RECORD_BYTES_MAX`] + 1 bytes.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        self.held.extend_from_slice(bytes);
        while self.next(&mut each) {}
        self.held.drain(..self.start);
        self.at -= self.start;
        self.start = 0;
    }

    /// Nothing came for a moment: gives the record held when it is a syslog frame whose JSON is over. Some senders
    /// separate nothing and keep the connection open.
    pub fn quiet(&mut self, mut each: impl FnMut(&[u8])) {
        if let State::Syslog(Json { depth: 0, last: b'}', .. }) = self.state {
            self.give(self.held.len(), &mut each);
            self.clear();
        }
    }

    /// The stream is over: gives what is held, complete or not.
    pub fn finish(&mut self, mut each: impl FnMut(&[u8])) {
        if !matches!(self.state, State::SkipLine | State::SkipOctets(_)) {
            self.give(self.held.len(), &mut each);
        }
        self.clear();
    }

    fn clear(&mut self) {
        *self = Frames { held: std::mem::take(&mut self.held), ..Frames::default() };
        self.held.clear();
    }

    /// Goes on to the end of the frame; whether there is more to look at.
    fn next(&mut self, each: &mut impl FnMut(&[u8])) -> bool {
        match self.state {
            State::Between => return self.begin(),
            State::Octets(count) => return self.octets(count, each),
            State::SkipOctets(count) => {
                let skipped = count.min(self.held.len() - self.start);
                self.start += skipped;
                self.at = self.start;
                self.state =
                    if skipped == count { State::Between } else { State::SkipOctets(count - skipped) };
                return skipped == count;
            }
            _ => {}
        }
        while let Some(byte) = self.held.get(self.at).copied() {
            if let Some(end) = self.look(byte) {
                if !matches!(self.state, State::SkipLine) {
                    self.give(end, each);
                }
                self.start = end;
                self.at = end;
                self.state = State::Between;
                return true;
            }
            self.at += 1;
            if self.at - self.start > RECORD_BYTES_MAX && !matches!(self.state, State::SkipLine) {
                self.give(self.at, each);
                self.state = State::SkipLine;
            }
        }
        if matches!(self.state, State::SkipLine) {
            self.start = self.at;
        }
        false
    }

    /// What the byte at `at` says of the frame: where the frame ends, when it does.
    fn look(&mut self, byte: u8) -> Option<usize> {
        let (start, at) = (self.start, self.at);
        let is_break = matches!(byte, b'\n' | 0);
        match &mut self.state {
            State::Syslog(_) | State::Line | State::SkipLine if is_break => Some(at),
            State::Syslog(json) => {
                // What stands before the first brace is the header.
                if json.depth == 0 && json.last == b'}' {
                    if byte == b'<' {
                        return Some(at);
                    }
                    self.state = State::Line;
                } else if json.depth > 0 || byte == b'{' {
                    json.step(byte, at - start);
                }
                None
            }
            State::Object(json) => match json.step(byte, at - start) {
                Step::Over => Some(at + 1),
                Step::Broken(end) => Some(start + end),
                Step::On => None,
            },
            _ => None,
        }
    }

    /// Passes what separates frames and looks how the next one begins; whether that is known.
    fn begin(&mut self) -> bool {
        while let Some(byte) = self.held.get(self.start) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x1e => {}
                b',' if self.in_array => {}
                b']' if self.in_array => self.in_array = false,
                _ => break,
            }
            self.start += 1;
        }
        self.at = self.start;
        let rest = self.held.get(self.start..).unwrap_or_default();
        self.state = match rest.first() {
            None => return false,
            Some(b'<') => State::Syslog(Json::default()),
            Some(b'{') => State::Object(Json::default()),
            Some(b'[') => match rest.iter().skip(1).find(|byte| !byte.is_ascii_whitespace()) {
                None => return rest.len() > RECORD_BYTES_MAX && self.as_line(),
                Some(b'{' | b']') => {
                    self.in_array = true;
                    self.start += 1;
                    State::Between
                }
                Some(_) => State::Line,
            },
            Some(b'1'..=b'9') => match counted(rest) {
                Count::Unknown => return false,
                Count::Of(count, header) => {
                    self.start += header;
                    self.at = self.start;
                    State::Octets(count)
                }
                Count::None => State::Line,
            },
            Some(_) => State::Line,
        };
        true
    }

    fn as_line(&mut self) -> bool {
        self.state = State::Line;
        true
    }

    fn octets(&mut self, count: usize, each: &mut impl FnMut(&[u8])) -> bool {
        let here = self.held.len() - self.start;
        if count > RECORD_BYTES_MAX && here > RECORD_BYTES_MAX {
            self.give(self.start + RECORD_BYTES_MAX + 1, each);
            self.state = State::SkipOctets(count);
            return true;
        }
        if here < count {
            return false;
        }
        self.give(self.start + count, each);
        self.start += count;
        self.at = self.start;
        self.state = State::Between;
        true
    }

    fn give(&self, end: usize, each: &mut impl FnMut(&[u8])) {
        let record = self.held.get(self.start..end).unwrap_or_default();
        let record = record.trim_ascii();
        if !record.is_empty() {
            each(record);
        }
    }
}

enum Count {
    /// So many octets, after so many bytes that say so.
    Of(usize, usize),
    /// More bytes are needed.
    Unknown,
    None,
}

/// `LEN SP` before a priority. A line of text may begin with a number too.
fn counted(rest: &[u8]) -> Count {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > COUNT_DIGITS_MAX {
        return Count::None;
    }
    match (rest.get(digits), rest.get(digits + 1)) {
        (None, _) | (Some(b' '), None) => Count::Unknown,
        (Some(b' '), Some(b'<')) => {
            let digits_only = rest.get(..digits).and_then(|digits| std::str::from_utf8(digits).ok());
            match digits_only.and_then(|digits| digits.parse().ok()) {
                Some(count) => Count::Of(count, digits + 1),
                None => Count::None,
            }
        }
        _ => Count::None,
    }
}

impl Json {
    fn step(&mut self, byte: u8, at: usize) -> Step {
        if self.in_string {
            match byte {
                // A line break inside a string is no JSON: whoever wrote it was cut off.
                b'\n' | 0 => return Step::Broken(at),
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return Step::On;
        }
        match byte {
            0 => return Step::Broken(at),
            b'\n' => {
                self.broken_at.get_or_insert(at);
                return Step::On;
            }
            b' ' | b'\t' | b'\r' => return Step::On,
            b'"' => self.in_string = true,
            b'{' | b'[' => {
                // On a new line an object that nothing announced is the next record.
                if let Some(end) = self.broken_at
                    && !matches!(self.last, b':' | b',' | b'[')
                {
                    return Step::Broken(end);
                }
                self.depth += 1;
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.last = byte;
        self.broken_at = None;
        if self.depth == 0 { Step::Over } else { Step::On }
    }
}

#[cfg(test)]
#[path = "frames_tests.rs"]
mod tests;
