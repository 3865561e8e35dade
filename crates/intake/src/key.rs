//! By what a delivery that was made twice is recognised. Knows no ledger: it only gives each event a number.
//!
//! The hash is XXH3 with the seed 0. It must give the same number in every version of Gatelog, because the numbers
//! of the last deliveries outlive an update.

use event::{Event, field};
use xxhash_rust::xxh3;

/// The key of an event that names its request: the same call logged twice has the same key, wherever it stands.
/// `None` when it names none.
pub(crate) fn of_request(event: &Event<'_>, buffer: &mut Vec<u8>) -> Option<u64> {
    let id = event.get_text(field::REQUEST_ID).or_else(|| event.get_text(field::CORRELATION_ID))?;
    buffer.clear();
    buffer.extend_from_slice(id.as_bytes());
    for part in [event.get_text(field::METHOD), event.get_text(field::PATH)] {
        buffer.push(0);
        buffer.extend_from_slice(part.unwrap_or("").as_bytes());
    }
    for part in [field::TIME, field::STATUS] {
        buffer.push(0);
        buffer.extend_from_slice(&event.get_int(part).unwrap_or(-1).to_le_bytes());
    }
    Some(xxh3::xxh3_64(buffer))
}

/// The hash of a whole body, for the keys of the events in it that name no request.
pub(crate) fn of_body(body: &str) -> u64 {
    xxh3::xxh3_64(body.as_bytes())
}

/// The key of the event at this place of that body.
pub(crate) fn of_place(body: u64, place: u64) -> u64 {
    let mut bytes = [0; 16];
    let (head, tail) = bytes.split_at_mut(8);
    head.copy_from_slice(&body.to_le_bytes());
    tail.copy_from_slice(&place.to_le_bytes());
    xxh3::xxh3_64(&bytes)
}
