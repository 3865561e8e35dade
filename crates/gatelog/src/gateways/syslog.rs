//! Anything that logs over syslog, into a listener.

use super::{Gateway, Language, Step};

pub(super) const SYSLOG: Gateway = Gateway {
    id: "syslog",
    label: "Syslog over UDP, TCP or TLS",
    format: None,
    about: "NGINX, HAProxy, Kong, APISIX and rsyslog can send each line over the network, without a file and without a program beside \
            them. Gatelog opens a port for it; who may send is told by address, or over TLS by certificate.",
    away: "what is sent over UDP meanwhile is lost, and so is what was on its way. Over TCP the sender keeps what it has not sent, but what was \
           sent and not yet taken is lost: the protocol has no acknowledgement. Where every call counts, follow a file.",
    judged: "as the gateway that wrote the line; see there.",
    trap: "a datagram holds one line and no more than 64 KiB; HAProxy cuts lines at 1,024 bytes without `len`. Addresses that are not \
           allowed are passed over in silence. What the system dropped is counted and shown with the source.",
    steps: &[
        example!(
            Text,
            "syslog/listener.toml",
            "In the settings file of Gatelog: a port, the source its lines belong to, and who may send. `syslog_tcp` and `syslog_tls` \
             are the other protocols."
        ),
        example!(Nginx, "syslog/nginx.conf", "NGINX, beside the `log_format` told there; UDP."),
        example!(Text, "syslog/haproxy.cfg", "Or HAProxy, in `global`; UDP."),
        example!(
            Text,
            "syslog/haproxy-tcp.cfg",
            "Or HAProxy over TCP: a ring, which `log ring@gatelog len 8192 format rfc5424 local0 info` in `global` fills."
        ),
        example!(Text, "syslog/rsyslog.conf", "Or rsyslog over TCP, with counted octets."),
    ],
};
