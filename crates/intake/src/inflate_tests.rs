//! Tests of unpacking: every packing, at the limit, beyond it, cut off and damaged.

use super::*;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn packed(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(bytes).unwrap();
    let mut frames = snap::write::FrameEncoder::new(Vec::new());
    frames.write_all(bytes).unwrap();
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    vec![
        ("gzip", gzip(bytes)),
        ("gzip", [gzip(head), gzip(tail)].concat()),
        ("deflate", zlib.finish().unwrap()),
        ("zstd", ::zstd::encode_all(bytes, 3).unwrap()),
        ("x-snappy-framed", frames.into_inner().unwrap()),
        ("snappy", snap::raw::Encoder::new().compress_vec(bytes).unwrap()),
    ]
}

#[test]
fn every_packing_up_to_the_limit_and_not_beyond() {
    let text = b"{\"timestamp\":\"2026-11-21T10:30:00Z\"}\n".repeat(5_000);
    for (encoding, body) in packed(&text) {
        assert_eq!(inflate(&body, Some(encoding), text.len()).unwrap(), text, "{encoding}");
        assert_eq!(
            inflate(&body, Some(encoding), text.len() - 1),
            Err(InflateError::TooLarge(text.len() - 1)),
            "{encoding}"
        );
        let cut = &body[..body.len() - 5];
        assert!(
            matches!(inflate(cut, Some(encoding), text.len()), Err(InflateError::Corrupt(_))),
            "{encoding}"
        );
        if encoding != "snappy" {
            // Senders name the wrong packing, or none.
            assert_eq!(inflate(&body, Some("gzip,deflate"), text.len()).unwrap(), text, "{encoding}");
            let mut read = Vec::new();
            reader(&body[..]).unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(read, text, "{encoding}");
        }
    }
    assert_eq!(inflate(&text, Some("gzip"), text.len()).unwrap(), text, "already unpacked by a proxy");
    assert_eq!(inflate(&text, None, 10), Err(InflateError::TooLarge(10)));
    assert_eq!(inflate(b"", None, 10).unwrap(), b"".as_slice());
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let zeros = vec![0_u8; 64 << 20];
    let limit = 1 << 20;
    for (encoding, body) in packed(&zeros) {
        assert_eq!(inflate(&body, Some(encoding), limit), Err(InflateError::TooLarge(limit)), "{encoding}");
    }
    // Ten thousand empty frames make nothing, and end.
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(10_000);
    assert!(inflate(&skippable, None, limit).unwrap().is_empty());
}

proptest::proptest! {
    #[test]
    fn damage_never_panics(at in 0_usize..200, byte: u8, which in 0_usize..6) {
        let text = b"{\"timestamp\":\"2026-11-21T10:30:00Z\"}\n".repeat(50);
        let (encoding, mut body) = packed(&text).swap_remove(which);
        if let Some(slot) = body.get_mut(at) {
            *slot = byte;
        }
        let unpacked = inflate(&body, Some(encoding), 10_000);
        proptest::prop_assert!(unpacked.is_err() || unpacked.is_ok_and(|u| u.len() <= 10_000));
    }
}
