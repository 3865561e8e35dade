//! Lines of a Caddyfile.

use super::{Kind, Recipe, Tool};

pub(super) const CADDY: Tool = Tool {
    name: "caddy",
    formats: &["caddy"],
    importers: &[],
    recipes: &[
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "conf",
            when: &["address"],
            code: "@refused not remote_ip «address»\nrespond @refused 403",
        },
        Recipe {
            kind: Kind::Policy,
            title: "Let the caller past the handler that refuses",
            language: "conf",
            when: &[],
            code: "@refused {\n    path «path»\n    not remote_ip «address»\n}\nrespond @refused 403",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Add the user",
            language: "conf",
            when: &[],
            code: "basic_auth {\n    USER HASH   # caddy hash-password\n}",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the rate",
            language: "conf",
            when: &[],
            code: "rate_limit {\n    zone ZONE {\n        key {remote_host}\n        events 200\n        window 10s\n    }\n}",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "conf",
            when: &[],
            code: "request_body {\n    max_size 64MB\n}",
        },
    ],
};
