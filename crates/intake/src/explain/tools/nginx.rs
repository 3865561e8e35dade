//! Lines of NGINX's configuration.

use super::{Kind, Recipe, Tool};

pub(super) const NGINX: Tool = Tool {
    name: "nginx",
    formats: &["nginx"],
    importers: &[],
    recipes: &[
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "conf",
            when: &["address"],
            code: "location «path» {\n    allow «address»;   # before `deny all;`\n}",
        },
        Recipe {
            kind: Kind::Policy,
            title: "Find what answers 403: an address list, a firewall or auth_request",
            language: "conf",
            when: &[],
            code: "location «path» {\n    allow «address»;   # where `deny` refuses\n    satisfy any;       # where credentials are enough\n}",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Give the user a new password",
            language: "shell",
            when: &[],
            code: "htpasswd /etc/nginx/htpasswd «claimed» && nginx -s reload",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the rate or let short bursts pass",
            language: "conf",
            when: &[],
            code: "limit_req_zone $binary_remote_addr zone=ZONE:10m rate=20r/s;   # http\nlimit_req zone=ZONE burst=40 nodelay;                          # location «path»",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "conf",
            when: &[],
            code: "client_max_body_size 64m;   # location «path»",
        },
    ],
};
