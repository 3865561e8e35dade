//! decK, for Kong: lines to merge into its file.

use super::{Kind, Recipe, Tool};

pub(super) const DECK: Tool = Tool {
    name: "deck",
    formats: &["kong"],
    importers: &["deck", "kong"],
    recipes: &[
        Recipe {
            kind: Kind::Groups,
            title: "Put the consumer into a group that is allowed",
            language: "yaml",
            when: &["consumer"],
            code: "# merge into kong.yaml, then: deck gateway diff kong.yaml && deck gateway sync kong.yaml\n\
                   consumers:\n  - username: «consumer»\n    acls:\n      - group: «group»\n",
        },
        Recipe {
            kind: Kind::Groups,
            title: "Allow the consumer's groups",
            language: "yaml",
            when: &["wider"],
            code: "# merge into kong.yaml: the plugin as it is, with the list widened\n\
                   plugins:\n  - name: acl«on»\n    config:\n      allow: «wider»\n",
        },
        Recipe {
            kind: Kind::Groups,
            title: "Deny the other groups only",
            language: "yaml",
            when: &["narrower"],
            code: "# merge into kong.yaml: the plugin as it is, with the list narrowed\n\
                   plugins:\n  - name: acl«on»\n    config:\n      deny: «narrower»\n",
        },
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "yaml",
            when: &["addresses"],
            code: "# merge into kong.yaml: the plugin as it is, with the list widened\n\
                   plugins:\n  - name: ip-restriction«on»\n    config:\n      allow: «addresses»\n",
        },
        Recipe {
            kind: Kind::Addresses,
            title: "Take the network of the caller from the list",
            language: "yaml",
            when: &["denied_addresses"],
            code: "# in kong.yaml: remove the entry that holds «address»\n\
                   plugins:\n  - name: ip-restriction«on»\n    config:\n      deny: «denied_addresses»\n",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Give the consumer a new key",
            language: "shell",
            when: &[],
            code: "curl -X POST \"$KONG_ADMIN/consumers/\"«consumer»/key-auth",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Let nobody in particular call it too (for public routes only)",
            language: "yaml",
            when: &[],
            code: "# merge into kong.yaml: calls without credentials count as this consumer's\n\
                   plugins:\n  - name: key-auth«on»\n    config:\n      anonymous: ANONYMOUS_CONSUMER\n",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the limit",
            language: "yaml",
            when: &[],
            code: "# merge into kong.yaml; it was «limit»\n\
                   plugins:\n  - name: rate-limiting«on»\n    config:\n      «period»: «more»\n",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise it for this consumer only",
            language: "yaml",
            when: &["consumer"],
            code: "# merge into kong.yaml: the nearest plugin counts, and a consumer's is the nearest\n\
                   plugins:\n  - name: rate-limiting\n    consumer: «consumer»\n    config:\n      «period»: «more»\n",
        },
        Recipe {
            kind: Kind::Quota,
            title: "Raise the quota",
            language: "yaml",
            when: &[],
            code: "# merge into kong.yaml; it was «limit»\n\
                   plugins:\n  - name: rate-limiting«on»\n    config:\n      «period»: «more»\n",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "yaml",
            when: &[],
            code: "# merge into kong.yaml; in megabytes\n\
                   plugins:\n  - name: request-size-limiting«on»\n    config:\n      allowed_payload_size: 64\n",
        },
        Recipe {
            kind: Kind::Agent,
            title: "Allow this user agent",
            language: "yaml",
            when: &["agent"],
            code: "# merge into kong.yaml; patterns, so mask dots and brackets\n\
                   plugins:\n  - name: bot-detection«on»\n    config:\n      allow: [«agent»]\n",
        },
        Recipe {
            kind: Kind::NoRoute,
            title: "Add a route",
            language: "yaml",
            when: &["path"],
            code: "# merge into kong.yaml\n\
                   services:\n  - name: SERVICE\n    routes:\n      - name: ROUTE\n        paths: [«path»]\n        methods: [«method»]\n",
        },
    ],
};
