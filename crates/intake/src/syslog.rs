//! The header that syslog puts before a record, in RFC 3164, RFC 5424 and the forms of files that a syslog daemon
//! wrote; and the one that Kubernetes puts before each line of a container. Knows no gateway.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The record behind the header; the text itself when there is none.
#[inline]
pub(crate) fn message(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b'<') => with_priority(text).unwrap_or(text),
        Some(b'0'..=b'9' | b'A'..=b'S') => in_file(text).unwrap_or(text),
        _ => text,
    }
}

#[cold]
fn with_priority(text: &str) -> Option<&str> {
    let (priority, rest) = text.strip_prefix('<')?.split_once('>')?;
    if priority.is_empty() || priority.len() > 3 || !priority.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Some(rest) = rest.strip_prefix("1 ") {
        return rfc5424(rest);
    }
    let rest = rest.trim_start();
    let after = without_time(rest).unwrap_or(rest);
    Some(without_tag(after).unwrap_or(after))
}

/// A line as a daemon writes it to a file: without the priority, so the tag has to be there.
fn in_file(text: &str) -> Option<&str> {
    let rest = without_time(text)?;
    in_container(rest).or_else(|| without_tag(rest))
}

/// `stdout F `, which Kubernetes puts before a whole line of a container's output.
fn in_container(text: &str) -> Option<&str> {
    text.strip_prefix("stdout F ").or_else(|| text.strip_prefix("stderr F "))
}

/// `TIME HOST APP PID ID DATA MESSAGE`
fn rfc5424(text: &str) -> Option<&str> {
    let mut rest = text;
    for _ in 0..5 {
        rest = rest.split_once(' ')?.1;
    }
    let rest = match rest.strip_prefix('-') {
        Some(rest) => rest,
        None => without_data(rest)?,
    };
    Some(rest.strip_prefix(' ').unwrap_or(rest).trim_start_matches('\u{feff}'))
}

/// What follows `[id name="value\]"][…]`.
fn without_data(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(inside) = rest.strip_prefix('[') {
        let bytes = inside.as_bytes();
        let end =
            memchr::memchr_iter(b']', bytes).find(|at| bytes.get(at.wrapping_sub(1)) != Some(&b'\\'))?;
        rest = inside.get(end + 1..)?;
    }
    (rest.len() < text.len()).then_some(rest)
}

/// What follows `Nov 21 21:58:54 ` or `2026-11-21T21:58:54.686+00:00 `.
fn without_time(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    if bytes.get(3) == Some(&b' ') && text.get(..3).is_some_and(|month| MONTHS.contains(&month)) {
        let clock = bytes.get(7..15)?;
        return (clock.get(2) == Some(&b':') && bytes.get(15) == Some(&b' ')).then(|| text.get(16..))?;
    }
    if bytes.get(4) == Some(&b'-') && bytes.get(10) == Some(&b'T') {
        let (time, rest) = text.split_once(' ')?;
        return event::Timestamp::parse(time).map(|_| rest);
    }
    None
}

/// What follows `[HOST ]TAG: ` or `[HOST ]TAG[123]: `.
fn without_tag(text: &str) -> Option<&str> {
    let is_tag = |word: &str| {
        let name = word.split('[').next().unwrap_or("");
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
    };
    let mut rest = text;
    for _ in 0..2 {
        let (word, after) = rest.split_once(' ')?;
        if let Some(tag) = word.strip_suffix(':') {
            return is_tag(tag).then_some(after);
        }
        rest = after;
    }
    None
}

/// A message numbered by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Stands for the sender: host, program and process.
    pub origin: u64,
    /// `sequenceId` of RFC 5424, section 7.3.1.
    pub number: u32,
}

impl Numbered {
    /// The number in the structured data of a message of RFC 5424, when there is one.
    pub fn of(message: &[u8]) -> Option<Numbered> {
        const NAME: &[u8] = b" sequenceId=\"";
        // The header is short; what comes after it is the gateway's business.
        let head = message.get(..message.len().min(512))?;
        let at = head.windows(NAME.len()).position(|window| window == NAME)?;
        let (before, after) = (head.get(..at)?, head.get(at + NAME.len()..)?);
        let mut words = before.splitn(7, |byte| *byte == b' ');
        let [_, _, host, app, process, _, data] = std::array::from_fn(|_| words.next().unwrap_or_default());
        if !data.starts_with(b"[") {
            return None;
        }
        let digits = after.split(|byte| *byte == b'"').next()?;
        let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let origin = xxhash_rust::xxh3::xxh3_64(&[host, app, process].join(&b' '));
        Some(Numbered { origin, number })
    }

    /// How many messages are missing between the number before and this one. A number that is lower is a message
    /// that came late, or a sender that began anew.
    pub fn missing_since(self, before: u32) -> u32 {
        self.number.saturating_sub(before).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_messages_show_gaps() {
        let message = |number: u32, message: &str| {
            format!(
                "<14>1 2026-11-21T21:58:54Z h app 7 - [meta isX=\"1\" sequenceId=\"{number}\"][b c=\"d\"] {message}"
            )
        };
        let first = Numbered::of(message(8, "{}").as_bytes()).unwrap();
        assert_eq!(first.number, 8);
        let later = Numbered::of(message(12, "other").as_bytes()).unwrap();
        assert_eq!((later.origin, later.missing_since(first.number)), (first.origin, 3));
        assert_eq!((first.missing_since(7), first.missing_since(8), first.missing_since(100)), (0, 0, 0));
        let other = message(9, "{}").replace(" 7 ", " 8 ");
        assert_ne!(Numbered::of(other.as_bytes()).unwrap().origin, first.origin);
        for none in ["<14>1 t h a p - - x sequenceId=\"4\"", "<14>Nov 21 21:58:54 h a: sequenceId=\"4\"", ""]
        {
            assert_eq!(Numbered::of(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn every_header_goes_and_other_lines_stay() {
        for header in [
            "<134>Nov 21 21:58:54 haproxy[31370]: ",
            "<190>Nov  1 21:58:39 vm nginx: ",
            "<142>1 2026-11-21T21:58:54.686203+00:00 - haproxy 31370 - - ",
            "<14>1 2026-11-21T21:58:54Z HOST kong - - [TOKEN@41058 tag=\"ko\\]ng\"][b c=\"d\"] \u{feff}",
            "<13>2026-11-21T21:58:54Z host app: ",
            "<13>",
            "Nov 21 21:58:54 host haproxy[31370]: ",
            "2026-11-21T21:58:54.686203+00:00 host haproxy[31370]: ",
            "2026-11-21T21:58:54.686203123+01:00 stdout F ",
        ] {
            for record in ["{\"a\": 1}", "1.2.3.4 - - [x] \"GET / HTTP/1.1\""] {
                assert_eq!(message(&format!("{header}{record}")), record, "{header}");
            }
        }
        for line in [
            "<b>bold</b>",
            "<1234>x",
            "1.2.3.4 - - [29/Jul/2023:10:26:06 -0700] \"GET /: HTTP/1.1\"",
            "2026-11-21T21:58:54Z,GET,/a b: c",
            "May the force be with you: always",
            "Nov",
            "<134>1 2026",
            "",
        ] {
            assert_eq!(message(line), line);
        }
    }
}
