//! Fluent Bit: records of JSON log files.

use super::{Gateway, Language, Step};

pub(super) const FLUENT_BIT: Gateway = Gateway {
    id: "fluent-bit",
    label: "Fluent Bit",
    format: None,
    about: "Fluent Bit reads a log of JSON lines (Kong's file-log, NGINX as described there) and sends the records; each is recognised here. \
            Version 3.2 or later for YAML.",
    away: "nothing is lost while Fluent Bit runs: `db` remembers the place in the file and `no_limits` tries again for ever. Chunks in \
           memory are lost with Fluent Bit itself unless `storage.type` is `filesystem`.",
    judged: "as the gateway that wrote the record; see there.",
    trap: "the parser has no time of its own on purpose: with one, Fluent Bit takes the time out of the record.",
    steps: &[example!(
        Yaml,
        "fluent-bit/fluent-bit.yaml",
        "In `fluent-bit.yaml`; put the file of your gateway under `path`."
    )],
};
