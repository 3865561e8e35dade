//! Vector: lines of log files as they are.

use super::{Gateway, Language, Step};

pub(super) const VECTOR: Gateway = Gateway {
    id: "vector",
    label: "Vector",
    format: None,
    about: "Vector reads the log file of a gateway and sends its lines as they are; each is recognised here.",
    away: "nothing is lost: with acknowledgements the file is only taken as read once Gatelog has it on disk.",
    judged: "as the gateway that wrote the line; see there.",
    trap: "the codec must be `text`: Vector's own JSON wraps each line in `message`. Batches are cut anew after a restart, so lines without a \
           request id may be counted twice then.",
    steps: &[example!(
        Yaml,
        "vector/vector.yaml",
        "In `vector.yaml`; put the file of your gateway under `include`."
    )],
};
