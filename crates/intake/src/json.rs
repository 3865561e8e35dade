//! A pull reader for JSON: bounded, and every byte is looked at once. Knows nothing of events. It forgives what
//! gateways really write (bare `-`, missing values, `\x22`, `True`), because a record is never refused for a type.

use std::borrow::Cow;

mod copy;
mod fault;
mod known;
mod plain;

pub(crate) use copy::separate;
pub use fault::{Error, Fault, Wanted};
pub(crate) use known::Known;

/// Objects and arrays nest at most this deep.
pub const DEPTH_MAX: u32 = 32;

/// A value that is not an object or array; those come as their raw text.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`, a bare `-`, or nothing where a value should be.
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// A number as it is written.
    Number(&'a str),
    /// `true` or `false`.
    Flag(bool),
    /// An object or array, as raw text.
    Nested(&'a str),
}

/// Reads one JSON text from front to back.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

/// Reads a text that is one object and nothing else.
#[inline]
pub fn object<'a>(
    text: &'a str,
    member: impl FnMut(&str, &mut Reader<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    whole(text, |reader| reader.object(member))
}

/// Reads a text of which nothing may be left.
#[inline]
pub(crate) fn whole<'a>(
    text: &'a str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = Reader::new(text);
    read(&mut reader)?;
    match reader.peek() {
        None => Ok(()),
        Some(_) => Err(reader.error(Fault::Trailing)),
    }
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(text: &'a str) -> Self {
        Reader { text, at: 0, depth: 0 }
    }

    /// How many bytes are read.
    pub fn position(&self) -> usize {
        self.at
    }

    #[cold]
    fn error(&self, fault: Fault) -> Error {
        Error { fault, at: u32::try_from(self.at).unwrap_or(u32::MAX) }
    }

    #[cold]
    fn expected(&self, what: Wanted) -> Error {
        let fault = if self.at < self.text.len() { Fault::Expected(what) } else { Fault::Unfinished };
        self.error(fault)
    }

    /// The next byte that is not white space.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        // Machines write no white space: this is the usual way out.
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.peek_further(),
        }
    }

    #[cold]
    fn peek_further(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let white = rest.iter().take_while(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t')).count();
        self.at += white;
        rest.get(white).copied()
    }

    /// Reads an object; `member` gets each name and reads the value, or leaves it alone: then it is skipped.
    /// Where no object stands, the value is skipped without a call.
    #[inline]
    pub fn object(
        &mut self,
        mut member: impl FnMut(&str, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.members(Self::name, |name, reader| member(&name, reader))
    }

    /// As [`Reader::object`], the names read by `name` up to the value.
    #[inline]
    fn members<N>(
        &mut self,
        mut name: impl FnMut(&mut Self) -> Result<N, Error>,
        mut member: impl FnMut(N, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.peek() != Some(b'{') {
            return self.skip();
        }
        self.enter()?;
        if self.peek() == Some(b'}') {
            return self.leave();
        }
        loop {
            let name = name(self)?;
            let before = self.at;
            member(name, self)?;
            if self.at == before {
                self.skip()?;
            }
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => return self.leave(),
                _ => return Err(self.expected(Wanted::NextMember)),
            }
        }
    }

    /// Reads a member name and its colon.
    #[inline]
    fn name(&mut self) -> Result<Cow<'a, str>, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.expected(Wanted::MemberName));
        }
        let name = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.expected(Wanted::Colon));
        }
        self.at += 1;
        Ok(name)
    }

    /// Reads an array; `item` reads each value or leaves it alone: then it is skipped. Where no array stands,
    /// the one value counts as an array of one.
    #[inline]
    pub fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        if self.peek() != Some(b'[') {
            return item(self);
        }
        self.enter()?;
        if self.peek() == Some(b']') {
            return self.leave();
        }
        loop {
            let before = self.at;
            item(self)?;
            if self.at == before {
                self.skip()?;
            }
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => return self.leave(),
                _ => return Err(self.expected(Wanted::NextItem)),
            }
        }
    }

    fn enter(&mut self) -> Result<(), Error> {
        if self.depth == DEPTH_MAX {
            return Err(self.error(Fault::Depth));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Error> {
        self.depth -= 1;
        self.at += 1;
        Ok(())
    }

    /// Reads a string. Borrowed unless it has escapes.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        match self.unescaped() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped().map(Cow::Owned),
        }
    }

    /// Reads a string without escapes; leaves another alone.
    #[inline]
    fn unescaped(&mut self) -> Option<&'a str> {
        let before = self.at;
        self.at = before + 1;
        if let Ok(b'"') = self.stop() {
            let text = self.text.get(before + 1..self.at);
            self.at += 1;
            return text;
        }
        self.at = before;
        None
    }

    /// Goes on to the next `"` or `\`.
    #[inline]
    fn stop(&mut self) -> Result<u8, Error> {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let hit = special(u64::from_le_bytes(*chunk));
            if hit != 0 {
                at += (hit.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        self.at = at;
        match bytes.get(at) {
            Some(byte @ (b'"' | b'\\')) => Ok(*byte),
            _ => self.stop_slowly(),
        }
    }

    /// The same, byte by byte: past control characters, and at the end of the text.
    #[cold]
    fn stop_slowly(&mut self) -> Result<u8, Error> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(byte @ (b'"' | b'\\')) => return Ok(*byte),
                Some(b'\n') => return Err(self.expected(Wanted::StringEnd)),
                Some(_) => self.at += 1,
                None => return Err(self.error(Fault::Unfinished)),
            }
        }
    }

    /// Reads a string with escapes.
    #[cold]
    fn escaped(&mut self) -> Result<String, Error> {
        let mut out = String::new();
        self.at += 1;
        let mut from = self.at;
        loop {
            let stop = self.stop()?;
            out.push_str(self.text.get(from..self.at).unwrap_or(""));
            self.at += 1;
            if stop == b'"' {
                return Ok(out);
            }
            let byte = self.text.as_bytes().get(self.at).copied();
            self.at += 1;
            match byte {
                Some(b'n') => out.push('\n'),
                Some(b't') => out.push('\t'),
                Some(b'r') => out.push('\r'),
                Some(b'b') => out.push('\u{8}'),
                Some(b'f') => out.push('\u{c}'),
                Some(b'u') => out.push(self.unicode()?),
                Some(b'x') => self.bytes_in_hex(&mut out),
                Some(_) => {
                    // `\"`, `\\`, `\/`, and what no JSON knows: the character itself.
                    self.at -= 1;
                    let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
                    out.push(next.unwrap_or('\\'));
                    self.at += next.map_or(1, char::len_utf8);
                }
                None => return Err(self.error(Fault::Unfinished)),
            }
            from = self.at;
        }
    }

    /// `\u` is read; half of a surrogate pair becomes the replacement character.
    fn unicode(&mut self) -> Result<char, Error> {
        let high = self.hex4()?;
        if !(0xD800..0xDC00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        if self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\u") {
            self.at += 2;
            let low = self.hex4()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex4(&mut self) -> Result<u32, Error> {
        let digits = self.text.get(self.at..self.at + 4);
        let code = digits
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|d| u32::from_str_radix(d, 16).ok());
        let code = code.ok_or_else(|| self.expected(Wanted::HexDigits))?;
        self.at += 4;
        Ok(code)
    }

    /// `\x` is read: bytes as NGINX writes them without `escape=json`; several make one character.
    fn bytes_in_hex(&mut self, out: &mut String) {
        self.at -= 2;
        let rest = self.text.get(self.at..).unwrap_or("");
        let (text, used) = crate::escape::hex_run(rest);
        if used == 0 {
            out.push_str("\\x");
            self.at += 2;
        } else {
            out.push_str(&text);
            self.at += used;
        }
    }

    /// Reads a value that should be a scalar.
    #[inline]
    pub fn scalar(&mut self) -> Result<Scalar<'a>, Error> {
        match self.peek() {
            Some(b'"') => self.string().map(Scalar::Text),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => Ok(match self.token() {
                "-" => Scalar::Absent,
                number => Scalar::Number(number),
            }),
            Some(b'{' | b'[') => self.raw().map(Scalar::Nested),
            Some(b',' | b'}' | b']') => Ok(Scalar::Absent),
            Some(b'a'..=b'z' | b'A'..=b'Z') => Ok(match self.token() {
                "true" | "True" | "TRUE" => Scalar::Flag(true),
                "false" | "False" | "FALSE" => Scalar::Flag(false),
                "null" | "None" | "NULL" | "nil" | "NaN" | "nan" | "undefined" => Scalar::Absent,
                word => Scalar::Text(Cow::Borrowed(word)),
            }),
            _ => Err(self.expected(Wanted::Value)),
        }
    }

    /// A number or a word: everything up to white space or punctuation.
    #[inline]
    fn token(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at +=
            rest.iter().position(|b| ENDS_TOKEN.get(usize::from(*b)) == Some(&true)).unwrap_or(rest.len());
        self.text.get(start..self.at).unwrap_or("")
    }

    /// Goes past a value.
    pub fn skip(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'"') => loop {
                self.at += 1;
                match self.stop()? {
                    b'"' => {
                        self.at += 1;
                        return Ok(());
                    }
                    _ => self.at += 1,
                }
            },
            Some(b'{') => self.object(|_, _| Ok(())),
            Some(b'[') => self.array(|_| Ok(())),
            _ => self.scalar().map(|_| ()),
        }
    }

    /// Goes past a value and gives its text.
    pub fn raw(&mut self) -> Result<&'a str, Error> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(self.text.get(start..self.at).unwrap_or(""))
    }
}

/// The bytes that end a number or a word.
const ENDS_TOKEN: [bool; 256] = {
    let mut ends = [false; 256];
    let bytes = b",}] \n\r\t\":{[";
    let mut n = 0;
    while n < bytes.len() {
        #[expect(clippy::indexing_slicing, reason = "made while compiling: a mistake would not compile")]
        {
            ends[bytes[n] as usize] = true;
        }
        n += 1;
    }
    ends
};

/// For each byte of eight: is it `"`, `\` or below 0x20? The lowest marked byte is exact.
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let quote = word ^ (ONES * 0x22);
    let slash = word ^ (ONES * 0x5c);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let slash = slash.wrapping_sub(ONES) & !slash;
    (quote | slash | control) & (ONES * 0x80)
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
