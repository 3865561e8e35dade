//! Where one record ends and the next begins. Knows no gateway.
//!
//! A line that starts with `{` and ends with `}` is taken for one object without looking inside: the format reads
//! it anyway. When that reading finds that the object goes on or that another follows, [`Records::exactly`] goes
//! back and measures. So the usual body, an object a line, is read once.

use memchr::memchr;

use crate::json::Reader;

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its place, counted from 1: the line, or inside an array the element.
    pub line: u64,
    /// Whether its end is certain.
    pub exact: bool,
}

/// The records of a body.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    body: &'a str,
    at: usize,
    line: u64,
    in_array: bool,
    /// Where the line ends that we are in; looked for once, as a line may hold many records.
    line_end: usize,
    /// Up to here records are measured at once.
    measure_to: usize,
}

impl<'a> Records<'a> {
    /// Of a body of JSON objects or of text lines.
    pub fn new(body: &'a str) -> Self {
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        Records { body, at: 0, line: 1, in_array: false, line_end: 0, measure_to: 0 }
    }

    /// Goes back to a record whose end was guessed, and measures it.
    pub fn exactly(&mut self, record: Record<'a>) -> Record<'a> {
        self.at = record.text.as_ptr().addr().saturating_sub(self.body.as_ptr().addr());
        self.line = record.line;
        self.measure_to = self.line_end;
        self.measured()
    }

    fn rest(&self) -> &'a str {
        self.body.get(self.at..).unwrap_or("")
    }

    /// Goes past white space, and past the commas between the elements of an array.
    fn skip_between(&mut self) -> Option<u8> {
        let bytes = self.body.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'\n' if !self.in_array => self.line += 1,
                b' ' | b'\t' | b'\r' | b'\n' | 0x1e | 0 => {}
                b',' if self.in_array => {}
                b']' if self.in_array => self.in_array = false,
                b'[' if !self.in_array && self.array_starts() => {
                    self.in_array = true;
                    self.line = 1;
                }
                other => return Some(*other),
            }
            self.at += 1;
        }
    }

    /// Whether the `[` here opens an array of objects; a text line may start with `[` too.
    fn array_starts(&self) -> bool {
        let inside = self.rest().get(1..).unwrap_or("").trim_start();
        inside.is_empty() || inside.starts_with(['{', ']'])
    }

    #[inline]
    fn line_here(&mut self) -> &'a str {
        if self.line_end <= self.at {
            let rest = self.rest().as_bytes();
            self.line_end = self.at + memchr(b'\n', rest).unwrap_or(rest.len());
        }
        self.body.get(self.at..self.line_end).unwrap_or("")
    }

    /// The object that starts here, measured; when it is broken, the line.
    fn measured(&mut self) -> Record<'a> {
        let line = self.line;
        let text = match Reader::new(self.rest()).raw() {
            Ok(text) => text,
            Err(_) => self.line_here(),
        };
        self.at += text.len();
        self.line +=
            if self.in_array { 1 } else { memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64 };
        Record { text, line, exact: true }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        let first = self.skip_between()?;
        if first == b'{' && (self.in_array || self.at < self.measure_to) {
            return Some(self.measured());
        }
        let line = self.line_here();
        let text = line.trim_end_matches(['\r', ' ', '\t']);
        if first == b'{' && !text.ends_with('}') {
            return Some(self.measured());
        }
        let record = Record { text, line: self.line, exact: first != b'{' };
        self.at += line.len();
        if self.in_array {
            self.line += 1;
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(body: &str) -> Vec<(u64, &str)> {
        let mut records = Records::new(body);
        let mut out = Vec::new();
        while let Some(mut record) = records.next() {
            if !record.exact && crate::json::object(record.text, |_, _| Ok(())).is_err() {
                record = records.exactly(record);
            }
            out.push((record.line, record.text));
        }
        out
    }

    #[test]
    fn every_shape_of_body() {
        assert_eq!(split("{\"a\":1}\n\n{\"b\":2}\r\n"), [(1, "{\"a\":1}"), (3, "{\"b\":2}")]);
        assert_eq!(
            split("{\"a\":1}{\"b\":{}} {\"c\":3}"),
            [(1, "{\"a\":1}"), (1, "{\"b\":{}}"), (1, "{\"c\":3}")]
        );
        assert_eq!(
            split(" [ {\"a\":1} , {\"b\":2}\n,{}]\n"),
            [(1, "{\"a\":1}"), (2, "{\"b\":2}"), (3, "{}")]
        );
        assert_eq!(split("{\n\"a\":{}\n}\n{\"b\":1}"), [(1, "{\n\"a\":{}\n}"), (4, "{\"b\":1}")]);
        assert_eq!(split("[21/Nov] x\nplain\n"), [(1, "[21/Nov] x"), (2, "plain")]);
        assert_eq!(split("[]"), []);
        assert_eq!(split(""), []);
        assert_eq!(split("\u{feff}{}"), [(1, "{}")]);
        assert_eq!(split("[{\"a\":1}]\n[{\"b\":1}]"), [(1, "{\"a\":1}"), (1, "{\"b\":1}")]);
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        for broken in ["{\"a\":\"b", "{\"a\":", "{\"a\":1,", "{\"a\":{\"b\":1}", "{", "{]}", "{\"a\":1}}"] {
            let body = format!("{{\"x\":1}}\n{broken}\n{{\"y\":2}}\n{{\"z\":3}}\n");
            let records = split(&body);
            for (line, good) in [(1, "{\"x\":1}"), (3, "{\"y\":2}"), (4, "{\"z\":3}")] {
                assert!(records.contains(&(line, good)), "{broken}: {records:?}");
            }
        }
    }
}
