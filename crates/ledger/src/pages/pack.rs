//! Parquet's encodings of whole numbers (parquet-format, Encodings.md): runs and packed bits for the numbers of a
//! dictionary, differences for times, sequence numbers and lengths.

use std::iter::repeat_n;

/// Packed numbers come in groups of so many; a run is at least as long.
const GROUP: usize = 8;

/// Differences of one block, and of the stretches of it that are as wide as their widest number.
const BLOCK: usize = 128;
const STRETCHES: usize = 4;
const STRETCH: usize = BLOCK / STRETCHES;

/// How many bits hold every number up to `max`.
pub(super) fn width(max: u64) -> u32 {
    u64::BITS - max.leading_zeros()
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

/// Numbers of `width` bits, one after the other, lowest bit first.
pub(super) fn pack(out: &mut Vec<u8>, width: u32, numbers: impl Iterator<Item = u64>) {
    if width == 0 {
        return;
    }
    let (mut word, mut bits) = (0_u64, 0);
    for n in numbers {
        word |= n << bits;
        bits += width;
        if bits >= u64::BITS {
            out.extend_from_slice(&word.to_le_bytes());
            bits -= u64::BITS;
            word = n.checked_shr(width - bits).unwrap_or(0);
        }
    }
    out.extend(word.to_le_bytes().into_iter().take(bits.div_ceil(8) as usize));
}

/// Numbers of at most `width` bits as runs of the same number and packed groups, whichever is shorter.
pub(super) fn runs(out: &mut Vec<u8>, width: u32, numbers: &[u32]) {
    let mut rest = numbers;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|n| *n == first).count();
        let taken = if run >= GROUP {
            varint(out, (run as u64) << 1);
            out.extend(first.to_le_bytes().into_iter().take(width.div_ceil(8) as usize));
            run
        } else {
            let mixed =
                |group: &&[u32]| group.len() < GROUP || group.iter().any(|n| Some(n) != group.first());
            let groups = rest.chunks(GROUP).take_while(mixed).count();
            varint(out, (groups as u64) << 1 | 1);
            let taken = rest.len().min(groups * GROUP);
            let (packed, _) = rest.split_at(taken);
            let fill = repeat_n(0, groups * GROUP - taken);
            pack(out, width, packed.iter().map(|n| u64::from(*n)).chain(fill));
            taken
        };
        (_, rest) = rest.split_at(taken);
    }
}

/// Numbers as packed differences to the one before (DELTA_BINARY_PACKED).
pub(super) fn deltas(out: &mut Vec<u8>, numbers: &[i64]) {
    varint(out, BLOCK as u64);
    varint(out, STRETCHES as u64);
    varint(out, numbers.len() as u64);
    varint(out, zigzag(numbers.first().copied().unwrap_or(0)));
    let steps: Vec<i64> =
        numbers.iter().zip(numbers.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a)).collect();
    for block in steps.chunks(BLOCK) {
        let least = block.iter().min().copied().unwrap_or(0);
        let above = |step: &i64| step.wrapping_sub(least) as u64;
        varint(out, zigzag(least));
        let widths: Vec<u32> =
            block.chunks(STRETCH).map(|s| width(s.iter().map(above).max().unwrap_or(0))).collect();
        out.extend(widths.iter().map(|w| *w as u8).chain(repeat_n(0, STRETCHES - widths.len())));
        for (stretch, width) in block.chunks(STRETCH).zip(widths) {
            pack(out, width, stretch.iter().map(above).chain(repeat_n(0, STRETCH - stretch.len())));
        }
    }
}
