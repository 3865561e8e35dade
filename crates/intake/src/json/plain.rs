//! The short way over values as machines write them: strings without escapes, whole numbers, lists of such strings.
//! What is written otherwise is left alone, for the long way.

use super::Reader;

/// Numbers longer than this are read the slow way.
const DIGITS_MAX: usize = 15;

impl<'a> Reader<'a> {
    /// Reads the next value if it is a string without escapes, or a number: the two that events are made of.
    #[inline]
    pub(crate) fn plain(&mut self) -> Option<&'a str> {
        match self.peek() {
            Some(b'"') => self.unescaped(),
            Some(b'0'..=b'9') => Some(self.token()),
            _ => None,
        }
    }

    /// Reads the next value if it is a number of at most [`DIGITS_MAX`] digits and nothing else.
    #[inline]
    pub(crate) fn digits(&mut self) -> Option<i64> {
        self.peek();
        let rest = self.text.as_bytes().get(self.at..)?;
        let mut number = 0;
        for (length, byte) in rest.iter().take(DIGITS_MAX + 1).enumerate() {
            match byte {
                b'0'..=b'9' => number = number * 10 + i64::from(byte - b'0'),
                b',' | b'}' if length > 0 => {
                    self.at += length;
                    return Some(number);
                }
                _ => return None,
            }
        }
        None
    }

    /// Reads the next value if it is `["a","b"]`, written exactly so: without white space and escapes, no string
    /// empty or `-`.
    #[inline]
    pub(crate) fn plain_list(&mut self) -> Option<&'a str> {
        self.peek();
        let start = self.at;
        let list = self.plain_items();
        if list.is_none() {
            self.at = start;
        }
        list
    }

    #[inline]
    fn plain_items(&mut self) -> Option<&'a str> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        if bytes.get(start) != Some(&b'[') {
            return None;
        }
        loop {
            let from = self.at + 2;
            if bytes.get(self.at + 1) != Some(&b'"') {
                return None;
            }
            self.at = from;
            let is_end = self.stop().ok()? == b'"';
            let item = bytes.get(from..self.at)?;
            if !is_end || matches!(item, [] | b"-") || item.iter().any(u8::is_ascii_control) {
                return None;
            }
            self.at += 1;
            match bytes.get(self.at) {
                Some(b',') => {}
                Some(b']') => {
                    self.at += 1;
                    return self.text.get(start..self.at);
                }
                _ => return None,
            }
        }
    }
}
