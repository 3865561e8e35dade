//! HAProxy: a log line in JSON through the syslog daemon of the machine, and `gatelog follow`.

use super::{Gateway, Language, Step, run};

pub(super) const HAPROXY: Gateway = Gateway {
    id: "haproxy",
    label: "HAProxy",
    format: Some("haproxy"),
    about: "HAProxy gives a line in JSON to the syslog daemon of its machine, which writes it into a file, and `gatelog follow` sends \
            what the file grows by. HAProxy writes no files itself; on Debian and others the package has set up \
            `/var/log/haproxy.log`.",
    away: "nothing is lost: the lines wait in the file, over rotation and restarts.",
    judged: "a 401, 403 or 429 is a denial when no server was chosen (`<NOSRV>`). The user of Basic authentication is the consumer, on a \
             401 the claimed one. HAProxy tells no cause: the reason follows from the status.",
    trap: "without `len 8192` a line is cut at 1,024 bytes and refused here. A rule that answers in the frontend must stand below \
           these lines, else its calls have no user and no host.",
    steps: &[
        example!(Text, "haproxy/global.cfg", "In `haproxy.cfg`, in `global`."),
        example!(Text, "haproxy/frontend.cfg", "In each `frontend`, before other rules."),
        run("Check it and load it.", "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy"),
        run(
            "Follow the file, best as a service on the same machine.",
            "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format haproxy /var/log/haproxy.log",
        ),
    ],
};
