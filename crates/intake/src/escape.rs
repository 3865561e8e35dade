//! `\xHH` in the texts of NGINX: bytes that are not printable, and quotes. Knows nothing of JSON or of events.

use std::borrow::Cow;

/// Reads a run of `\xHH` at the start of `text`: what it says, and how many bytes of `text` it takes. Bytes that
/// are not UTF-8 stay written as they are.
pub(crate) fn hex_run(text: &str) -> (String, usize) {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(byte) = hex_byte(rest) {
        bytes.push(byte);
        rest = rest.get(4..).unwrap_or("");
    }
    let used = text.len() - rest.len();
    let said = match String::from_utf8(bytes) {
        // A control character would be invisible; its escape is not.
        Ok(said) if !said.chars().any(char::is_control) => said,
        _ => text.get(..used).unwrap_or("").to_owned(),
    };
    (said, used)
}

fn hex_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("\\x")?.get(..2)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

/// A text of NGINX's default escaping, read.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find("\\x") else { return Cow::Borrowed(text) };
    let (head, mut rest) = text.split_at(first);
    let mut out = head.to_owned();
    while let Some(at) = rest.find("\\x") {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let (said, used) = hex_run(rest);
        if used == 0 {
            out.push_str("\\x");
            rest = rest.get(2..).unwrap_or("");
        } else {
            out.push_str(&said);
            rest = rest.get(used..).unwrap_or("");
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_letters_are_read_and_rubbish_stays() {
        assert_eq!(unescape("a\\x22b\\xC3\\xBC\\x"), "a\"bü\\x");
        assert_eq!(unescape("\\x16\\x03\\x01"), "\\x16\\x03\\x01");
        assert_eq!(unescape("\\xAD!"), "\\xAD!");
        assert_eq!(unescape("plain"), "plain");
    }
}
