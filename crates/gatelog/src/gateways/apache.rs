//! Apache: a log with the virtual host, and `gatelog follow`.

use super::{Gateway, Language, Step, run};

pub(super) const APACHE: Gateway = Gateway {
    id: "apache",
    label: "Apache HTTP Server",
    format: Some("apache"),
    about: "Apache writes a log beside the one it has, and `gatelog follow` sends what the file grows by.",
    away: "nothing is lost: the lines wait in the file, over rotation and restarts, and none is doubled.",
    judged: "every 401, 403 and 429 is a denial, a backend's own too: the line does not say who answered. The user is the consumer, on a 401 \
             the claimed one.",
    trap: "the log has no durations, so latencies stay empty. A `VirtualHost` with a `CustomLog` of its own writes no other: repeat the line.",
    steps: &[
        example!(Text, "apache/gatelog.conf", "In `/etc/apache2/conf-available/gatelog.conf`."),
        run("Load it.", "a2enconf gatelog && apachectl configtest && systemctl reload apache2"),
        run(
            "Follow the file, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format apache /var/log/apache2/gatelog.log",
        ),
    ],
};
