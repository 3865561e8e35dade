//! FlowGenX and whoever writes the contract's own form.

use super::{Gateway, Language, Step};

pub(super) const FLOWGENX: Gateway = Gateway {
    id: "flowgenx",
    label: "FlowGenX, contract JSON",
    format: Some("flowgenx"),
    about: "One event, an array, or one event a line, posted as JSON. Every member but `timestamp` may be missing; members of other names \
            are kept.",
    away: "what the sender makes of it: send a body again until it is answered with 200.",
    judged: "as `access` says; without it a 401, 403 or 429 is a denial. `consumer_id` is the consumer.",
    trap: "with a `request_id` an event that is sent twice is counted once; without one only the repetition of the same body is.",
    steps: &[example!(Shell, "flowgenx/event.sh", "Post to this address; this is one event in full.")],
};
