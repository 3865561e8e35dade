//! Caddy: its access log in a file, and `gatelog follow`.

use super::{Gateway, Language, Step, run};

pub(super) const CADDY: Gateway = Gateway {
    id: "caddy",
    label: "Caddy",
    format: Some("caddy"),
    about: "Caddy 2 writes its access log as JSON into a file, and `gatelog follow` sends what the file grows by.",
    away: "nothing is lost: the lines wait in the file, over rolled files and restarts, and none is doubled.",
    judged: "a 401, 403 or 429 is a denial when Caddy answered itself, told by `Via` and `Server` of the answer. `user_id` is the \
             consumer; Caddy writes none on a 401.",
    trap: "without `mode` only Caddy's own user may read the file. Logging is a matter of each site: repeat it, or make it a snippet.",
    steps: &[
        example!(Text, "caddy/Caddyfile", "In each site of the `Caddyfile`."),
        run(
            "Check it and load it.",
            "caddy validate --config /etc/caddy/Caddyfile && systemctl reload caddy",
        ),
        run(
            "Follow the file, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format caddy /var/log/caddy/gatelog.json",
        ),
    ],
};
