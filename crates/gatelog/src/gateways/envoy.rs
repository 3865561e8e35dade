//! Envoy and what is built on it: its access log in a file, and `gatelog follow`; or gRPC.

use super::{Gateway, Language, Step, run};

pub(super) const ENVOY: Gateway = Gateway {
    id: "envoy",
    label: "Envoy, Istio, Envoy Gateway",
    format: Some("envoy"),
    about: "Envoy writes its access log as JSON into a file, and `gatelog follow` sends what the file grows by.",
    away: "nothing is lost: the lines wait in the file, over rotation and restarts, and none is doubled.",
    judged: "by `response_code_details`, the best sign of any proxy: it names the filter that refused. The consumer comes from a header that \
             the authenticating filter sets: `x-user` here (`forward_username_header` of `basic_auth`), or a claim of a JWT.",
    trap: "a header such as `x-user` must be removed from what clients send, else they name themselves. The file is written every ten \
           seconds unless `--file-flush-interval-msec` says otherwise, and `/dev/stdout` instead of a file ends up in the log of the container.",
    steps: &[
        example!(
            Yaml,
            "envoy/access-log.yaml",
            "In each `http_connection_manager`; the names of the members are what counts here."
        ),
        run(
            "Follow the file, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format envoy /var/log/envoy/gatelog.json",
        ),
        example!(
            Yaml,
            "envoy/als.yaml",
            "Or without a file: the gRPC access log service (ALS), under `access_log`. It has no acknowledgement: what is sent while \
             Gatelog is away is lost."
        ),
        example!(
            Yaml,
            "envoy/otlp.yaml",
            "Or OTLP over gRPC, under `access_log`; Envoy does not try a batch again either."
        ),
        example!(Yaml, "envoy/cluster.yaml", "Both need this cluster, under `clusters`."),
        example!(Text, "envoy/listener.toml", "And a port for gRPC in the settings file of Gatelog."),
    ],
};
