//! Rewrites the times and the request id of a captured line, and nothing else.

use event::Timestamp;

/// Writes the line as if it had been written at that moment.
pub(super) fn line(text: &str, format: &str, at: Timestamp, id: &str, out: &mut String) {
    let millis = at.0 / 1_000;
    let edits: Vec<Edit> = match format {
        "kong" => vec![
            Edit::number("\"started_at\":", millis.to_string()),
            Edit::number("\"balancer_start\":", millis.to_string()),
            Edit::number("\"balancer_start_ns\":", format!("{}000", at.0)),
            Edit::front("\"id\":\"", id, 32),
            Edit::text("\"x-request-id\":\"", format!("rq-kong-{id}")),
        ],
        _ => {
            let seconds = at.to_string();
            let shown = seconds.get(..19).unwrap_or_default();
            vec![
                Edit::text("\"time\":\"", format!("{shown}+00:00")),
                Edit::text("\"msec\":\"", format!("{}.{:03}", millis / 1_000, millis % 1_000)),
                Edit::text("\"request_id\":\"", format!("rq-nginx-{id}")),
            ]
        }
    };
    let mut rest = text;
    let mut copy = String::with_capacity(text.len() + 64);
    while let Some((at, edit)) =
        edits.iter().filter_map(|e| Some((rest.find(e.before)?, e))).min_by_key(|(at, _)| *at)
    {
        let value = at + edit.before.len();
        let (head, tail) = rest.split_at(value);
        copy.push_str(head);
        let length = tail.find(edit.ends).unwrap_or(tail.len());
        let (old, after) = tail.split_at(length);
        copy.push_str(&edit.value(old));
        rest = after;
    }
    copy.push_str(rest);
    out.push_str(&copy);
}

/// What stands after a name, written anew.
struct Edit {
    before: &'static str,
    ends: fn(char) -> bool,
    new: String,
    /// Only values of this length, and only their beginning: 0 for all.
    only: usize,
}

impl Edit {
    fn number(before: &'static str, new: String) -> Edit {
        Edit { before, ends: |c| matches!(c, ',' | '}'), new, only: 0 }
    }

    fn text(before: &'static str, new: String) -> Edit {
        Edit { before, ends: |c| c == '"', new, only: 0 }
    }

    fn front(before: &'static str, new: &str, only: usize) -> Edit {
        Edit { before, ends: |c| c == '"', new: new.to_owned(), only }
    }

    fn value(&self, old: &str) -> String {
        if self.only == 0 {
            return self.new.clone();
        }
        // Ids of other things (consumers, routes) have another form.
        match old.len() == self.only && old.bytes().all(|b| b.is_ascii_hexdigit()) {
            true => format!("{}{}", self.new, old.get(self.new.len()..).unwrap_or_default()),
            false => old.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifted(text: &str, format: &str) -> String {
        let mut out = String::new();
        line(text, format, Timestamp::parse("2026-11-22T10:30:00.250Z").unwrap(), "abc123", &mut out);
        out
    }

    #[test]
    fn only_times_and_the_request_id_change() {
        assert_eq!(
            shifted(
                r#"{"time":"2026-11-21T21:58:39+00:00","msec":"1795298319.952","request_id":"rq-nginx-a-00000","a":"b"}"#,
                "nginx"
            ),
            r#"{"time":"2026-11-22T10:30:00+00:00","msec":"1795343400.250","request_id":"rq-nginx-abc123","a":"b"}"#
        );
        assert_eq!(
            shifted(
                r#"{"service":{"id":"b2f34145-0343-41a4-9602-4c69dec2f269"},"started_at":1795299097256,"request":{"id":"279e98862dd8cc40563c5054ca3ac35e"}}"#,
                "kong"
            ),
            r#"{"service":{"id":"b2f34145-0343-41a4-9602-4c69dec2f269"},"started_at":1795343400250,"request":{"id":"abc123862dd8cc40563c5054ca3ac35e"}}"#
        );
    }
}
