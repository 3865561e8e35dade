//! Damaged input: nothing panics, and the good records of a body stay, whatever stands between them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::sync::LazyLock;

use event::{EXCERPT_BYTES_MAX, codec};
use intake::{FORMATS, REJECTS_MAX, decode};
use proptest::prelude::*;

fn lines(file: &str, count: usize) -> Vec<String> {
    let path = format!("{}/../../samples/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().lines().take(count).map(str::to_owned).collect()
}

static BODIES: LazyLock<Vec<String>> = LazyLock::new(bodies);

const CSV: &str = "csv/composed.log";

/// The same, and a whole body of CSV.
fn bodies() -> Vec<String> {
    let csv = format!("{}/../../samples/{CSV}", env!("CARGO_MANIFEST_DIR"));
    let mut bodies = SAMPLES.clone();
    bodies.extend(vec![std::fs::read_to_string(csv).unwrap(); 8]);
    bodies
}

/// The first records of each log in `samples/`.
static SAMPLES: LazyLock<Vec<String>> = LazyLock::new(read_samples);

fn read_samples() -> Vec<String> {
    let folders = std::fs::read_dir(format!("{}/../../samples", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let logs = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).into_iter().flatten());
    let mut logs: Vec<_> = logs.map(|entry| entry.unwrap().path()).collect();
    // A row of CSV is nothing without the head of its body.
    logs.retain(|path| path.extension().is_some_and(|extension| extension == "log") && !path.ends_with(CSV));
    logs.sort();
    let first = |path| -> Vec<String> {
        let body = std::fs::read_to_string(path).unwrap();
        body.lines().take(8).map(str::to_owned).collect()
    };
    logs.into_iter().flat_map(first).collect()
}

/// Every text that reaches the API inside an event must be valid JSON where its field promises JSON.
fn assert_sound(body: &[u8]) {
    for format in FORMATS.iter().map(|format| Some(*format)).chain([None]) {
        let decoded = decode(format, body);
        assert_eq!(decoded.keys.len(), decoded.batch.len());
        assert!(decoded.rejects.iter().all(|reject| reject.excerpt.len() <= EXCERPT_BYTES_MAX));
        for row in decoded.batch.rows() {
            let json = event::json::to_string(row);
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
        }
        let mut bytes = Vec::new();
        codec::encode(&decoded.batch, &mut bytes);
        assert!(codec::decode(&bytes).is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn changed_bytes(pick in 0_usize..1000, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6)) {
        let samples = &*BODIES;
        let mut body = samples[pick % samples.len()].clone().into_bytes();
        for (at, byte, kind) in changes {
            let at = at.index(body.len().max(1));
            match kind {
                _ if body.is_empty() => body.push(byte),
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => { body.remove(at); }
                _ => body.truncate(at.max(1)),
            }
        }
        assert_sound(&body);
    }

    #[test]
    fn changed_punctuation(pick in 0_usize..1000, at in any::<prop::sample::Index>(), with in "[\\[\\]{}\":,\\\\ \n0-9x-]{1,3}") {
        let samples = &*BODIES;
        let mut body = samples[pick % samples.len()].clone();
        let marks: Vec<usize> = body.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at).collect();
        let at = marks[at.index(marks.len())];
        body.replace_range(at..at + body[at..].chars().next().map_or(0, char::len_utf8), &with);
        assert_sound(body.as_bytes());
    }

    #[test]
    fn good_lines_stay(damaged in prop::collection::vec((0_usize..1000, any::<prop::sample::Index>()), 1..8)) {
        let good = &*SAMPLES;
        let mut body = String::new();
        for (n, line) in good.iter().enumerate() {
            if let Some((pick, cut)) = damaged.get(n) {
                // A line cut off anywhere, as a full disk or a rotation leaves it.
                let line = &good[pick % good.len()];
                body.push_str(&line[..cut.index(line.len())]);
                body.push('\n');
            }
            body.push_str(line);
            body.push('\n');
        }
        let decoded = decode(None, body.as_bytes());
        prop_assert!(decoded.batch.len() >= good.len(), "{} of {}", decoded.batch.len(), good.len());
        prop_assert!(decoded.rejected as usize <= damaged.len());
    }
}

#[test]
fn rejects_are_bounded_but_counted() {
    let decoded = decode(None, "no log line\n".repeat(REJECTS_MAX + 500).as_bytes());
    assert_eq!((decoded.rejects.len(), decoded.rejected), (REJECTS_MAX, REJECTS_MAX as u64 + 500));
    assert_eq!(decoded.rejects[1].line, 2);
    let long =
        format!("{{\"timestamp\":\"2026-01-15T10:30:00Z\",\"consumer_id\":\"{}\"}}", "ü".repeat(600_000));
    let decoded = decode(None, format!("{long}\n{}", lines("flowgenx/contract.log", 1)[0]).as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejects[0].reason.as_str()), (1, "longer than 1 MiB"));
    assert!(decoded.rejects[0].excerpt.len() <= EXCERPT_BYTES_MAX);
}

#[test]
fn bytes_that_are_not_utf8_are_kept_readable() {
    let line = b"1.2.3.4 - - [29/Jul/2023:10:26:06 -0700] \"GET /\xff\xfe HTTP/1.1\" 400 157 \"-\" \"-\"";
    let decoded = decode(None, line);
    assert_eq!(decoded.batch.row(0).text(event::field::PATH), Some("/\u{fffd}\u{fffd}"));
}

#[test]
fn a_retry_has_the_same_keys_and_another_body_only_where_requests_have_ids() {
    let (named, unnamed) =
        (lines("kong/file-log.log", 3).join("\n"), lines("nginx/combined.log", 3).join("\n"));
    let keys = |body: &str| decode(None, body.as_bytes()).keys;
    assert_eq!(keys(&named), keys(&named));
    assert_eq!(keys(&unnamed), keys(&unnamed));
    // Without ids the same line in another body is another call; with ids it is the same one.
    let (longer_named, longer_unnamed) = (format!("{named}\n{named}"), format!("{unnamed}\n{unnamed}"));
    assert_eq!(keys(&longer_named)[..3], keys(&named)[..]);
    assert_eq!(keys(&longer_named)[3..], keys(&named)[..]);
    assert!(keys(&longer_unnamed).iter().all(|key| !keys(&unnamed).contains(key)));
}

#[test]
fn deep_and_endless_input_ends() {
    for body in [
        "[".repeat(1 << 20),
        "{\"a\":".repeat(1 << 18),
        "[{".repeat(1 << 19),
        "{\n".repeat(1 << 19),
        "{\"a\":[\n".repeat(1 << 17),
    ] {
        let decoded = decode(None, body.as_bytes());
        assert!(decoded.batch.is_empty() && decoded.rejected > 0);
    }
}

#[test]
fn many_records_on_one_line_are_not_searched_again_and_again() {
    let record = &lines("flowgenx/contract.log", 1)[0];
    let decoded = decode(None, record.repeat(40_000).as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejected), (40_000, 0));
    let decoded = decode(None, format!("[{}]", vec![record.as_str(); 40_000].join(",")).as_bytes());
    assert_eq!((decoded.batch.len(), decoded.rejected), (40_000, 0));
}
