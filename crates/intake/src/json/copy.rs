//! Writes what was read again, as JSON that every parser takes: what is kept in `custom` goes out through the API.

use super::{Error, Reader, Scalar};

impl Reader<'_> {
    /// Reads a value and writes it again as JSON that every parser takes, without white space.
    pub fn copy(&mut self, out: &mut String) -> Result<(), Error> {
        match self.peek() {
            Some(b'{') => {
                out.push('{');
                self.object(|name, reader| {
                    separate(out, '{');
                    event::json::string(out, name);
                    out.push(':');
                    reader.copy(out)
                })?;
                out.push('}');
            }
            Some(b'[') => {
                out.push('[');
                self.array(|reader| {
                    separate(out, '[');
                    reader.copy(out)
                })?;
                out.push(']');
            }
            _ => match self.scalar()? {
                Scalar::Number(number) if is_number(number) => out.push_str(number),
                Scalar::Number(text) | Scalar::Nested(text) => event::json::string(out, text),
                Scalar::Text(text) => event::json::string(out, &text),
                Scalar::Flag(flag) => out.push_str(if flag { "true" } else { "false" }),
                Scalar::Absent => out.push_str("null"),
            },
        }
        Ok(())
    }
}

/// A comma, unless the list has just been opened.
pub(crate) fn separate(out: &mut String, open: char) {
    if !out.ends_with(open) {
        out.push(',');
    }
}

/// Numbers as large as this or larger are kept as texts: most parsers hold numbers as 64-bit floats and refuse beyond
/// 1.8e308.
const NUMBER_MAX: f64 = 1e300;
/// Without an exponent, a number of so many characters is smaller.
const PLAIN_CHARS_MAX: usize = 300;

/// Whether the text is a number by the grammar of JSON, and one that every parser can hold.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e.strip_prefix(['+', '-']).unwrap_or(e))),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
        && (exponent.is_none() && text.len() <= PLAIN_CHARS_MAX
            || text.parse::<f64>().is_ok_and(|number| number.abs() < NUMBER_MAX))
}
