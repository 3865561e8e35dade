//! The OpenTelemetry Collector: lines of log files over OTLP.

use super::{Gateway, Language, Step};

pub(super) const OTEL_COLLECTOR: Gateway = Gateway {
    id: "otel-collector",
    label: "OpenTelemetry Collector",
    format: None,
    about: "The collector reads the log file of a gateway, or takes OTLP from whoever sends it, and passes it on over OTLP/HTTP. A body that \
            is the line of a gateway is read as that; other records by the HTTP attributes of the conventions.",
    away: "nothing is lost: the queue stands on disk and is tried without end, until `queue_size` batches wait.",
    judged: "as the gateway that wrote the line; see there. The conventions alone do not say who answered: 401, 403 and 429 are denials.",
    trap: "without `max_elapsed_time: 0` the collector gives up after five minutes, and without `storage` a restart forgets the queue. Both \
           halves need `file_storage`.",
    steps: &[example!(
        Yaml,
        "otel-collector/config.yaml",
        "In `config.yaml`; put the file of your gateway under `include`."
    )],
};
