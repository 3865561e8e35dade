//! Gravitee: its file reporter, and `gatelog follow`.

use super::{Gateway, Language, Step, run};

pub(super) const GRAVITEE: Gateway = Gateway {
    id: "gravitee",
    label: "Gravitee",
    format: Some("gravitee"),
    about: "The file reporter writes a line of JSON for each request, and `gatelog follow` sends what the files grow by. The reporter for \
            Elasticsearch can point here as well, at `{url}/i/{token}/elasticsearch`.",
    away: "nothing is lost: the lines wait in the files; with the Elasticsearch reporter what its buffer does not hold is.",
    judged: "by `error-key`, the name of the policy's own error. The application is the consumer; application `1` is nobody.",
    trap: "v4 APIs write `v4-metrics`, v2 APIs `request`: follow those two, the other types tell of no call and are rejected.",
    steps: &[
        example!(Yaml, "gravitee/gravitee.yml", "In `gravitee.yml` of each gateway; then restart it."),
        run(
            "Follow the files, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format gravitee '/var/log/gravitee/v4-metrics-*' '/var/log/gravitee/request-*'",
        ),
    ],
};
