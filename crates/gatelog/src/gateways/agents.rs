//! Agents and clients with a protocol of their own.

use super::{Gateway, Language, Step};

pub(super) const AGENTS: Gateway = Gateway {
    id: "agents",
    label: "Agents and log libraries",
    format: None,
    about: "What already sends to Elasticsearch, Loki, Splunk, Datadog or an OpenTelemetry backend is pointed here instead. The record in the \
            envelope is read as if it was posted: the line of a gateway, or JSON.",
    away: "what the sender makes of it: Gatelog answers as the real one does when it is busy or away, and takes repeated batches once.",
    judged: "as the gateway that wrote the record; see there. JSON of your own needs a field map if its names are unusual.",
    trap: "where a client offers only a host and no path or header, put the token into the path as here. Filebeat needs `setup.ilm.enabled: \
           false` and `setup.template.enabled: false`.",
    steps: &[example!(Text, "agents/addresses.txt", "The address of each.")],
};
