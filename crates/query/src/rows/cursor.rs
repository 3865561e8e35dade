//! Where a page ended, as text nobody needs to read.
//!
//! ```text
//! cursor = base64url(order:u8 time:i64 seq:i64)      big endian; the last row of the page
//! ```

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Order;
use crate::error::{Error, Result};

pub(super) fn write(time: i64, seq: i64, order: Order) -> String {
    let mut bytes = vec![u8::from(order == Order::Ascending)];
    bytes.extend(time.to_be_bytes());
    bytes.extend(seq.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn read(text: &str, order: Order) -> Result<(i64, i64)> {
    let wrong = |detail: &str| Error::parameter("cursor", detail);
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong("not a cursor of this server"))?;
    let Some((ascending, rest)) = bytes.split_first() else { return Err(wrong("it is empty")) };
    let [time, seq] = rest.as_chunks::<8>().0 else { return Err(wrong("not a cursor of this server")) };
    if (*ascending == 1) != (order == Order::Ascending) || rest.len() != 16 {
        return Err(wrong("it belongs to a question in the other order"));
    }
    Ok((i64::from_be_bytes(*time), i64::from_be_bytes(*seq)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let text = write(-5, 7, Order::Ascending);
        assert_eq!(read(&text, Order::Ascending).unwrap(), (-5, 7));
        assert!(read(&text, Order::Descending).is_err());
        for bad in ["", "AA", "!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(read(bad, Order::Descending).is_err(), "{bad}");
        }
    }
}
