//! Pieces of Traefik's dynamic configuration.

use super::{Kind, Recipe, Tool};

pub(super) const TRAEFIK: Tool = Tool {
    name: "traefik",
    formats: &["traefik"],
    importers: &[],
    recipes: &[
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "yaml",
            when: &["address"],
            code: "http:\n  middlewares:\n    NAME:\n      ipAllowList: {sourceRange: [«address»]}\n",
        },
        Recipe {
            kind: Kind::Policy,
            title: "See which middleware of the router refuses",
            language: "yaml",
            when: &[],
            code: "http:\n  routers:\n    «route»:\n      middlewares: [NAME]   # ipAllowList, forwardAuth and plugins answer 403\n",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Add the user",
            language: "yaml",
            when: &[],
            code: "http:\n  middlewares:\n    NAME:\n      basicAuth: {users: [\"USER:HASH\"]}   # htpasswd -nB USER\n",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the rate",
            language: "yaml",
            when: &[],
            code: "http:\n  middlewares:\n    NAME:\n      rateLimit: {average: 200, burst: 100}\n",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "yaml",
            when: &[],
            code: "http:\n  middlewares:\n    NAME:\n      buffering: {maxRequestBodyBytes: 67108864}\n",
        },
        Recipe {
            kind: Kind::NoRoute,
            title: "Add a router",
            language: "yaml",
            when: &["path"],
            code: "http:\n  routers:\n    NAME:\n      rule: PathPrefix(`/…`)   # for «path»\n      service: SERVICE\n",
        },
    ],
};
