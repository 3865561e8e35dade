//! Where one record of a trail ends and the next begins, in files of every shape and in what is left of them. Knows no
//! trail.

/// Members in which files and pages hold their records.
const LISTS: [&str; 5] = ["Records", "records", "data", "items", "list"];
/// Members of which no such file or page has one, and many a record has.
const OF_RECORDS: [&str; 7] =
    ["operator", "user", "eventName", "event_class_id", "request_id", "auditID", "objectType"];

/// One record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Its place, counted from 1: the line, or inside an array the element.
    pub(super) line: u64,
}

/// The records of a body: an array of objects, objects one after the other, or lines.
pub(super) struct Pieces<'a> {
    rest: &'a str,
    line: u64,
    in_array: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(body: &'a str) -> Pieces<'a> {
        let rest = body.trim_start_matches('\u{feff}');
        Pieces { in_array: rest.trim_start().starts_with('['), rest, line: 1 }
    }

    fn give(&mut self, bytes: usize) -> Piece<'a> {
        let (text, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        let piece = Piece { text: text.trim(), line: self.line };
        self.rest = rest;
        self.line += if self.in_array { 1 } else { breaks(text) };
        piece
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let between =
            |c: char| c.is_whitespace() || c == '\0' || self.in_array && matches!(c, '[' | ']' | ',');
        let rest = self.rest.trim_start_matches(between);
        if !self.in_array {
            self.line += breaks(self.rest.get(..self.rest.len() - rest.len()).unwrap_or(""));
        }
        self.rest = rest;
        let line = rest.find('\n').unwrap_or(rest.len());
        let bytes = match rest.as_bytes().first()? {
            // Usually an object a line: a broken one costs its line only.
            b'{' if !self.in_array && is_whole(rest.get(..line).unwrap_or("")) => line,
            // What is broken off goes on to where a line begins with the next object.
            b'{' => end_of(rest).unwrap_or_else(|| rest.find("\n{").unwrap_or(rest.len())),
            _ => line,
        };
        Some(self.give(bytes))
    }
}

fn breaks(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}

fn is_whole(text: &str) -> bool {
    let text = text.trim_end();
    end_of(text) == Some(text.len())
}

/// How long the object or array is that a text begins with; nothing when it does not end.
fn end_of(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at += string(bytes.get(at..)?)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// How long a string is behind its first quote, its last one included.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)? + 1;
        if bytes.get(at - 1) == Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// The list that an object holds its records in, up to its end or as far as it goes.
pub(super) fn list_of(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('{')?;
    let mut list = None;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let Some(name) = rest.strip_prefix('"').and_then(|after| after.get(..string(after.as_bytes())? - 1))
        else {
            break;
        };
        if OF_RECORDS.contains(&name) {
            return None;
        }
        rest = rest.get(name.len() + 2..)?.trim_start().strip_prefix(':')?.trim_start();
        let end = match rest.as_bytes().first() {
            Some(b'{' | b'[') => end_of(rest),
            Some(b'"') => rest.get(1..).and_then(|after| string(after.as_bytes())).map(|bytes| bytes + 1),
            _ => rest.find([',', '}']),
        };
        let value = end.map_or(rest, |end| rest.get(..end).unwrap_or(rest));
        if list.is_none() && LISTS.contains(&name) && holds_objects(value) {
            list = Some(value);
        }
        match end {
            Some(end) => rest = rest.get(end..)?,
            None => break,
        }
    }
    list
}

fn holds_objects(value: &str) -> bool {
    let Some(inside) = value.strip_prefix('[') else { return false };
    matches!(inside.trim_start().as_bytes().first(), None | Some(b'{' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(body: &str) -> Vec<(u64, &str)> {
        Pieces::of(body).map(|piece| (piece.line, piece.text)).collect()
    }

    #[test]
    fn every_shape_of_body() {
        assert_eq!(
            split("{\"a\":1}\n\n{\"b\":2}\r\nplain\n"),
            [(1, "{\"a\":1}"), (3, "{\"b\":2}"), (4, "plain")]
        );
        assert_eq!(split("{\"a\":\"}\"}{\"b\":{}}"), [(1, "{\"a\":\"}\"}"), (1, "{\"b\":{}}")]);
        assert_eq!(split(" [\n {\"a\":1} , {\"b\":\n2}]\n"), [(1, "{\"a\":1}"), (2, "{\"b\":\n2}")]);
        assert_eq!(split("{\n\"a\":1\n}\n{\"b\":1}"), [(1, "{\n\"a\":1\n}"), (4, "{\"b\":1}")]);
        assert!(split("").is_empty() && split("[]\n").is_empty());
    }

    #[test]
    fn what_is_broken_costs_itself() {
        assert_eq!(
            split("{\"a\":1}\n{\"b\":\n{\"c\":3}\n"),
            [(1, "{\"a\":1}"), (2, "{\"b\":"), (3, "{\"c\":3}")]
        );
        assert_eq!(split("[{\"a\":1},{\"b\":"), [(1, "{\"a\":1}"), (2, "{\"b\":")]);
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(split(&deep), [(1, deep.as_str())]);
    }

    #[test]
    fn lists_inside_objects() {
        assert_eq!(list_of(r#"{"Records":[{"a":1}]}"#), Some(r#"[{"a":1}]"#));
        assert_eq!(
            list_of(r#"{"total":2,"k":"\"]","data" : [ {"a":[1]} ], "offset":null}"#),
            Some(r#"[ {"a":[1]} ]"#)
        );
        assert_eq!(list_of(r#"{"kind":"EventList","items":[{"a":1},{"b"#), Some(r#"[{"a":1},{"b"#));
        for none in
            [r#"{"data":["a"]}"#, r#"{"operator":"a","data":[{}]}"#, r#"{"a":{"data":[{}]}}"#, "{", "x", "{}"]
        {
            assert_eq!(list_of(none), None, "{none}");
        }
    }
}
