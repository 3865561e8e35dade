//! Anything that can post: an event to try with, and files.

use super::{Gateway, Language, Step};

pub(super) const CURL: Gateway = Gateway {
    id: "curl",
    label: "Anything else, over HTTP",
    format: None,
    about: "JSON of any program and the logs of the gateways above, posted as they are: one object, an array, or one record a line, gzip or \
            not. Names of your own are told with a field map.",
    away: "what the sender makes of it: anything but a 2xx means that nothing is promised, so send the same body again.",
    judged: "a 401, 403 or 429 is a denial unless the record says who answered or whether access was granted.",
    trap: "a record without a time gets the time it was received, and one without a request id is told from its repetition only when the \
           whole body is sent again unchanged.",
    steps: &[
        example!(Shell, "curl/event.sh", "One event to try with."),
        example!(Shell, "curl/file.sh", "A log file."),
    ],
};
