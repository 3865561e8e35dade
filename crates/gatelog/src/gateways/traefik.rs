//! Traefik: its access log in a file, and `gatelog follow`; or OTLP.

use super::{Gateway, Language, Step, run};

pub(super) const TRAEFIK: Gateway = Gateway {
    id: "traefik",
    label: "Traefik",
    format: Some("traefik"),
    about: "Traefik 2 or 3 writes its access log as JSON into a file, and `gatelog follow` sends what the file grows by.",
    away: "nothing is lost: the lines wait in the file, over rotation and restarts, and none is doubled.",
    judged: "a 401, 403 or 429 is a denial when `OriginStatus` is 0 and there is no `ServiceAddr`: a middleware answered. \
             `ClientUsername` is the consumer, on a 401 the claimed one. A 404 without a router is `no_route`.",
    trap: "request headers are dropped unless named: without `User-Agent` and `X-Request-Id` both stay empty here. The address is that \
           of the direct peer unless `forwardedHeaders.trustedIPs` names the proxy in front. After rotation Traefik needs `USR1`.",
    steps: &[
        example!(Yaml, "traefik/traefik.yml", "In the static configuration; then restart Traefik."),
        run(
            "Follow the file, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format traefik /var/log/traefik/gatelog.json",
        ),
        example!(
            Yaml,
            "traefik/otlp.yml",
            "Or without a file, Traefik 3.3 or later: over OTLP. It holds 2,048 calls in memory and gives up on those it cannot deliver."
        ),
    ],
};
