//! One look into a Parquet split-block Bloom filter without reading all of it: a filter of a row group is 128 KiB, the
//! block that decides is 32 bytes. The layout is the format's (parquet-format, BloomFilter.md).

use xxhash_rust::xxh64::xxh64;

/// The eight multipliers of the format.
const SALT: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// Block algorithm, XXH64, uncompressed: what every writer of our files writes after the size.
const REST_OF_HEADER: [u8; 13] = [0x1c, 0x1c, 0, 0, 0x1c, 0x1c, 0, 0, 0x1c, 0x1c, 0, 0, 0];

/// Bytes that hold any header.
pub(super) const HEADER_BYTES_MAX: usize = 24;

/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 32;

/// Where in the filter a text's block begins, counted from the filter's header; `None` when the header is another.
pub(super) fn block_at(header: &[u8], text: &str) -> Option<u64> {
    let (first, mut rest) = header.split_first()?;
    if *first != 0x15 {
        return None;
    }
    let (mut zigzag, mut shift, mut length) = (0_u64, 0, 1);
    loop {
        let (byte, tail) = rest.split_first()?;
        zigzag |= u64::from(byte & 0x7f) << shift;
        (rest, shift, length) = (tail, shift + 7, length + 1);
        if *byte < 0x80 || shift > 35 {
            break;
        }
    }
    let blocks = (zigzag >> 1) / BLOCK_BYTES as u64;
    if !rest.starts_with(&REST_OF_HEADER) || blocks == 0 {
        return None;
    }
    let block = ((xxh64(text.as_bytes(), 0) >> 32) * blocks) >> 32;
    Some(length + REST_OF_HEADER.len() as u64 + block * BLOCK_BYTES as u64)
}

/// Whether a block may hold a text; false is certain.
pub(super) fn may_hold(block: &[u8; BLOCK_BYTES], text: &str) -> bool {
    let low = xxh64(text.as_bytes(), 0) as u32;
    let words = block.as_chunks::<4>().0;
    words.iter().zip(SALT).all(|(word, salt)| {
        let bit = low.wrapping_mul(salt) >> 27;
        u32::from_le_bytes(*word) >> bit & 1 == 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::{Batch, Event, field};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn one_block_says_what_the_whole_filter_says() {
        let mut batch = Batch::new();
        for n in 0..5_000_i64 {
            let mut event = Event::new();
            event.int(field::TIME, n);
            event.text(field::REQUEST_ID, format!("id-{n}"));
            batch.push(&event);
        }
        batch.finish();
        let rows: Vec<u32> = (0..5_000).collect();
        let bytes = bytes::Bytes::from(crate::part::encode(&batch, &rows).unwrap());
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).unwrap();
        let column = builder.schema().column_with_name("request_id").unwrap().0;
        let offset = builder.metadata().row_group(0).column(column).bloom_filter_offset().unwrap() as usize;
        let whole = builder.get_row_group_column_bloom_filter(0, column).unwrap().unwrap();
        let mut held = 0;
        for n in 0..20_000 {
            let text = format!("id-{n}");
            let at = offset + block_at(&bytes[offset..offset + HEADER_BYTES_MAX], &text).unwrap() as usize;
            let block = bytes[at..at + BLOCK_BYTES].try_into().unwrap();
            assert_eq!(may_hold(block, &text), whole.check(&text.as_str()), "{text}");
            held += usize::from(may_hold(block, &text));
        }
        assert!((5_000..7_000).contains(&held), "{held}");
    }
}
