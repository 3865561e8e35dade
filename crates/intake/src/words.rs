//! Parts of a text line. Knows no gateway.

/// The part up to the next space, and what follows it.
pub(crate) fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    match text.split_once(' ') {
        Some((word, rest)) => Some((word, rest)),
        None => (!text.is_empty()).then_some((text, "")),
    }
}

/// A part in double quotes, and what follows it; a backslash takes the meaning from the quote behind it.
pub(crate) fn quoted(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start().strip_prefix('"')?;
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', inner.as_bytes().get(from..)?)?;
        if inner.as_bytes().get(at) == Some(&b'"') {
            return Some((inner.get(..at)?, inner.get(at + 1..)?));
        }
        from = at + 2;
    }
}
