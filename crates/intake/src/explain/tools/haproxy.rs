//! Lines of HAProxy's configuration.

use super::{Kind, Recipe, Tool};

pub(super) const HAPROXY: Tool = Tool {
    name: "haproxy",
    formats: &["haproxy"],
    importers: &[],
    recipes: &[
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "conf",
            when: &["address"],
            code: "acl allowed src «address»\nhttp-request deny deny_status 403 if !allowed",
        },
        Recipe {
            kind: Kind::Policy,
            title: "Let the caller past the rule that denies",
            language: "conf",
            when: &[],
            code: "acl is_path path_beg «path»\nacl allowed src «address»\nhttp-request allow if is_path allowed   # before the rule that denies",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Add the user",
            language: "conf",
            when: &[],
            code: "userlist USERS\n    user «claimed» password \"$(mkpasswd -m sha-512)\"",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the rate",
            language: "conf",
            when: &[],
            code: "stick-table type ip size 100k expire 30s store http_req_rate(10s)\nhttp-request deny deny_status 429 if { sc_http_req_rate(0) gt 200 }",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "conf",
            when: &[],
            code: "http-request deny deny_status 413 if { req.body_size gt 67108864 }",
        },
    ],
};
