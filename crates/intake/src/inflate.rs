//! Bodies that were packed: gzip, zlib, zstd and snappy, told by their first bytes and not by what the sender says.
//! Never makes more than the allowed number of bytes. Knows no HTTP.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

/// Why a body could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// It is larger than allowed.
    #[error("the unpacked body is larger than {0} bytes")]
    TooLarge(usize),
    /// It is damaged.
    #[error("the body is damaged or cut off ({0})")]
    Corrupt(&'static str),
}

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952, also several members one after the other.
    Gzip,
    /// RFC 1950, which HTTP calls deflate.
    Zlib,
    /// RFC 8878.
    Zstd,
    /// Snappy in frames.
    SnappyFrames,
    /// A single block of Snappy, as Loki's and Prometheus' senders use it; has no first bytes to tell it by.
    SnappyBlock,
}

impl Packing {
    /// Told by the first bytes; where those are silent, by what the sender says in `Content-Encoding`.
    pub fn of(body: &[u8], content_encoding: Option<&str>) -> Option<Packing> {
        match body {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            // A skippable frame in front.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
            [0xff, 0x06, 0x00, 0x00, b's', b'N', b'a', b'P', b'p', b'Y', ..] => Some(Packing::SnappyFrames),
            // `x^` could begin a text; the other second bytes could not.
            [0x78, second @ (0x01 | 0x5e | 0x9c | 0xda), ..]
                if *second != 0x5e || says(content_encoding, "deflate") =>
            {
                Some(Packing::Zlib)
            }
            _ if says(content_encoding, "snappy") => Some(Packing::SnappyBlock),
            _ => None,
        }
    }
}

fn says(content_encoding: Option<&str>, name: &str) -> bool {
    content_encoding.is_some_and(|said| said.to_ascii_lowercase().contains(name))
}

/// Unpacks a body into at most `bytes_max` bytes; a body that is not packed is given back as it is.
pub fn inflate<'a>(
    body: &'a [u8],
    content_encoding: Option<&str>,
    bytes_max: usize,
) -> Result<Cow<'a, [u8]>, InflateError> {
    let packing = match Packing::of(body, content_encoding) {
        Some(packing) => packing,
        None if body.len() > bytes_max => return Err(InflateError::TooLarge(bytes_max)),
        None => return Ok(Cow::Borrowed(body)),
    };
    let unpacked = match packing {
        Packing::Gzip => read(flate2::bufread::MultiGzDecoder::new(body), bytes_max, "gzip"),
        Packing::Zlib => read(flate2::bufread::ZlibDecoder::new(body), bytes_max, "zlib"),
        Packing::Zstd => zstd(body, bytes_max),
        Packing::SnappyFrames => read(snap::read::FrameDecoder::new(body), bytes_max, "snappy"),
        Packing::SnappyBlock => snappy_block(body, bytes_max),
    };
    unpacked.map(Cow::Owned)
}

/// Unpacks a stream of any length, for files: what is told by its first bytes. The reader must have buffered the
/// first few bytes already, or be able to.
pub fn reader<'a, R: BufRead + 'a>(mut packed: R) -> io::Result<Box<dyn Read + 'a>> {
    let start = packed.fill_buf()?;
    Ok(match Packing::of(start, None) {
        Some(Packing::Gzip) => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Some(Packing::Zlib) => Box::new(flate2::bufread::ZlibDecoder::new(packed)),
        Some(Packing::Zstd) => {
            let mut decoder = ::zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
        Some(Packing::SnappyFrames) => Box::new(snap::read::FrameDecoder::new(packed)),
        Some(Packing::SnappyBlock) | None => Box::new(packed),
    })
}

/// Zstd may ask for a window of this many bytes as a power of two (8 MiB), and no more: a frame of a few bytes can
/// ask for gigabytes.
const WINDOW_LOG_MAX: u32 = 23;

fn zstd(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, InflateError> {
    let corrupt = |_| InflateError::Corrupt("zstd");
    let mut decoder = ::zstd::stream::read::Decoder::with_buffer(body).map_err(corrupt)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(corrupt)?;
    read(decoder, bytes_max, "zstd")
}

fn snappy_block(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, InflateError> {
    let corrupt = |_| InflateError::Corrupt("snappy");
    // The block says first how long it will be; that is checked before anything is made.
    if snap::raw::decompress_len(body).map_err(corrupt)? > bytes_max {
        return Err(InflateError::TooLarge(bytes_max));
    }
    snap::raw::Decoder::new().decompress_vec(body).map_err(corrupt)
}

fn read(mut packed: impl Read, bytes_max: usize, what: &'static str) -> Result<Vec<u8>, InflateError> {
    let mut out = Vec::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    packed.by_ref().take(limit).read_to_end(&mut out).map_err(|_| InflateError::Corrupt(what))?;
    // One byte more tells a body of exactly the limit from a longer one, and reaches the checksum at the end.
    match packed.read(&mut [0]) {
        Ok(0) => Ok(out),
        Ok(_) => Err(InflateError::TooLarge(bytes_max)),
        Err(_) => Err(InflateError::Corrupt(what)),
    }
}

#[cfg(test)]
#[path = "inflate_tests.rs"]
mod tests;
