//! NGINX: an access log of its own in JSON, and `gatelog follow`.

use super::{Gateway, Language, Step, run};

pub(super) const NGINX: Gateway = Gateway {
    id: "nginx",
    label: "NGINX",
    format: Some("nginx"),
    about: "NGINX writes a log in JSON beside the one it has, and `gatelog follow` sends what the file grows by. NGINX 1.17.6 or later; \
            leave `limit_req_status` out on older ones.",
    away: "nothing is lost: the lines wait in the file, over rotation and restarts of either side, and none is doubled.",
    judged: "a 401, 403 or 429 is a denial when no upstream was asked. `$remote_user` is the consumer; on a 401 it is only the claimed one.",
    trap: "a `server` or `location` with an `access_log` of its own writes no other: repeat the line there. A log format without \
           `$upstream_status` counts the backend's own refusals as denials.",
    steps: &[
        example!(
            Nginx,
            "nginx/gatelog.conf",
            "In `/etc/nginx/conf.d/gatelog.conf`, or anywhere inside `http { … }`."
        ),
        run("Check it and load it.", "nginx -t && nginx -s reload"),
        run(
            "Follow the file, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format nginx /var/log/nginx/gatelog.json",
        ),
    ],
};
