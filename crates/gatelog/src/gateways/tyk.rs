//! Tyk: its Pump with a Splunk destination.

use super::{Gateway, Language, Step};

pub(super) const TYK: Gateway = Gateway {
    id: "tyk",
    label: "Tyk",
    format: Some("tyk"),
    about: "Tyk Pump moves the analytics records from Redis to here, as it does to Splunk.",
    away: "the Pump has taken the records out of Redis by then and tries each batch `max_retries` times; what fails after that is lost.",
    judged: "a 401, 403 or 429 is a denial when the upstream took no time. `alias` of the key is the consumer.",
    trap: "analytics must be on (`enable_analytics`), and keys need an `alias`: `api_key` may be the key itself and is not kept.",
    steps: &[example!(Json, "tyk/pump.json", "In `pump.conf`, beside the pumps you have.")],
};
