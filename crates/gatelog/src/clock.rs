//! The only clock. Everything else is handed the time.

use event::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time now. A machine whose clock stands before 1970 is at 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
