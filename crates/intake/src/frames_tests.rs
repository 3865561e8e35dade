use super::*;
use proptest::prelude::*;

/// The records of a stream that comes in these pieces.
fn cut<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut frames = Frames::default();
    let mut out = Vec::new();
    let mut each = |record: &[u8]| out.push(String::from_utf8_lossy(record).into_owned());
    for piece in pieces {
        frames.feed(piece, &mut each);
    }
    frames.finish(&mut each);
    out
}

const STREAMS: &[(&str, &[&str])] = &[
    ("<13>a b\n<14>c\r\n\n<15>d", &["<13>a b", "<14>c", "<15>d"]),
    ("<13>a\0<14>b\0", &["<13>a", "<14>b"]),
    ("7 <1>1 ab8 <1>1 abc", &["<1>1 ab", "<1>1 abc"]),
    // rsyslog counts its line break too; what is counted may hold one.
    ("8 <1>1 ab\n9 <1>1 a\nbc", &["<1>1 ab", "<1>1 a\nbc"]),
    ("{\"a\":1}\n{\"b\":\"}\\\"{\"}{\"c\":{}}", &["{\"a\":1}", "{\"b\":\"}\\\"{\"}", "{\"c\":{}}"]),
    ("{\"a\":1}\0{\"b\":2}\0", &["{\"a\":1}", "{\"b\":2}"]),
    (" [ {\"a\":[1]} ,\n{\"b\":2}]\n[]{\"c\":3}", &["{\"a\":[1]}", "{\"b\":2}", "{\"c\":3}"]),
    ("{\n \"a\": [\n{\n}]\n}\n", &["{\n \"a\": [\n{\n}]\n}"]),
    // APISIX: frame after frame.
    (
        "<142>1 t h apisix 1 - - {\"a\":\"<1>\"}<142>1 t h apisix 1 - - {\"b\":{}}",
        &["<142>1 t h apisix 1 - - {\"a\":\"<1>\"}", "<142>1 t h apisix 1 - - {\"b\":{}}"],
    ),
    // A client of the gateway writes what it likes into its user agent.
    (
        "<142>1 t h a 1 - - {\"ua\":\"}<142>1 - - - - - - {\\\"x\\\":1}\"}\n",
        &["<142>1 t h a 1 - - {\"ua\":\"}<142>1 - - - - - - {\\\"x\\\":1}\"}"],
    ),
    // HAProxy's braces are no JSON.
    (
        "<134>h[1]: x {api|a\"gent} {j} \"POST / HTTP/1.1\"\n<134>y\n",
        &["<134>h[1]: x {api|a\"gent} {j} \"POST / HTTP/1.1\"", "<134>y"],
    ),
    (
        "[2026-11-21T00:00:00Z] \"GET / HTTP/1.1\" 200\n10.0.0.1 - - [x] \"GET /\" 200 1\n200 ok\n",
        &["[2026-11-21T00:00:00Z] \"GET / HTTP/1.1\" 200", "10.0.0.1 - - [x] \"GET /\" 200 1", "200 ok"],
    ),
    // A line that was cut off costs only itself.
    ("{\"a\":\"x\n{\"b\":1}\n", &["{\"a\":\"x", "{\"b\":1}"]),
    ("{\"a\":{\"b\":1}\n{\"c\":2}\n", &["{\"a\":{\"b\":1}", "{\"c\":2}"]),
    ("\n\0 \n", &[]),
];

#[test]
fn every_framing_in_one_piece_and_byte_by_byte() {
    for (stream, records) in STREAMS {
        assert_eq!(cut([stream.as_bytes()]), *records, "{stream:?}");
        assert_eq!(cut(stream.as_bytes().chunks(1)), *records, "{stream:?}");
    }
}

#[test]
fn a_record_that_is_too_long_is_cut_off_and_the_next_is_whole() {
    let long = "x".repeat(RECORD_BYTES_MAX + 70_000);
    let counted = format!("<1>{long}");
    for stream in [
        format!("<13>{long}\n<13>next\n"),
        format!("{{\"a\":\"{long}\"}}\n<13>next\n"),
        format!("{long}\n<13>next\n"),
        format!("{} {counted}<13>next\n", counted.len()),
    ] {
        for piece in [stream.len(), 16_384, 1_000] {
            let records = cut(stream.as_bytes().chunks(piece));
            let lengths: Vec<usize> = records.iter().map(String::len).collect();
            assert_eq!(lengths, [RECORD_BYTES_MAX + 1, 8], "{}", &stream[..20]);
            assert_eq!(records[1], "<13>next");
        }
    }
}

#[test]
fn memory_stays_bounded_whatever_comes() {
    let mut frames = Frames::default();
    for piece in [&b"{\"a\":\""[..], b"<13>x", b"[     ", b"99999999 <1>", b"text"] {
        frames.feed(piece, |_| ());
        for _ in 0..40 {
            frames.feed(&[b' '; 65_536], |_| ());
            assert!(frames.held() <= RECORD_BYTES_MAX + 65_536);
        }
        frames.finish(|_| ());
    }
}

#[test]
fn an_open_connection_does_not_hold_the_last_record_back() {
    let mut frames = Frames::default();
    let mut out = Vec::new();
    frames.feed(b"<142>1 t h apisix 1 - - {\"a\":{}}", |record| out.push(record.to_vec()));
    assert!(out.is_empty());
    frames.quiet(|record| out.push(record.to_vec()));
    assert_eq!(out, [b"<142>1 t h apisix 1 - - {\"a\":{}}"]);
    // A line of text is over when it says so.
    frames.feed(b"<142>1 t h haproxy 1 - - half of a li", |record| out.push(record.to_vec()));
    frames.quiet(|record| out.push(record.to_vec()));
    assert_eq!(out.len(), 1);
}

proptest! {
    #[test]
    fn where_a_stream_is_split_changes_nothing(
        order in prop::collection::vec(0..STREAMS.len(), 1..6),
        sizes in prop::collection::vec(1_usize..40, 1..40),
    ) {
        let stream: String = order.iter().flat_map(|n| [STREAMS[*n].0, "\n"]).collect();
        let mut rest = stream.as_bytes();
        let mut pieces = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        prop_assert_eq!(cut(pieces), cut([stream.as_bytes()]));
    }

    #[test]
    fn garbage_never_panics(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..20)) {
        cut(pieces.iter().map(Vec::as_slice));
    }
}
