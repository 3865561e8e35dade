//! ADC, for APISIX and API7: lines to merge into its file.

use super::{Kind, Recipe, Tool};

pub(super) const ADC: Tool = Tool {
    name: "adc",
    formats: &["apisix"],
    importers: &["adc", "apisix"],
    recipes: &[
        Recipe {
            kind: Kind::Groups,
            title: "Put the consumer into a group that is allowed",
            language: "yaml",
            when: &["consumer"],
            code: "# merge into adc.yaml, then: adc diff -f adc.yaml && adc sync -f adc.yaml\n\
                   consumer_groups:\n  - name: «group»\n    consumers:\n      - username: «consumer»\n",
        },
        Recipe {
            kind: Kind::Groups,
            title: "Allow the consumer's groups on the route",
            language: "yaml",
            when: &["wider"],
            code: "# merge into adc.yaml\n\
                   services:\n  - name: «service»\n    routes:\n      - name: «route»\n        plugins:\n          consumer-restriction:\n            type: consumer_group_id\n            whitelist: «wider»\n",
        },
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "yaml",
            when: &["addresses"],
            code: "# merge into adc.yaml\n\
                   services:\n  - name: «service»\n    routes:\n      - name: «route»\n        plugins:\n          ip-restriction:\n            whitelist: «addresses»\n",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Give the consumer a new key",
            language: "yaml",
            when: &[],
            code: "# merge into adc.yaml\n\
                   consumers:\n  - username: «consumer»\n    credentials:\n      - {name: main, type: key-auth, config: {key: NEW_KEY}}\n",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the limit",
            language: "yaml",
            when: &[],
            code: "# merge into adc.yaml; it was «limit» in a «period»\n\
                   services:\n  - name: «service»\n    routes:\n      - name: «route»\n        plugins:\n          limit-count: {count: «more», time_window: 60, rejected_code: 429}\n",
        },
        Recipe {
            kind: Kind::Quota,
            title: "Raise the quota",
            language: "yaml",
            when: &[],
            code: "# merge into adc.yaml; it was «limit» in a «period»\n\
                   services:\n  - name: «service»\n    routes:\n      - name: «route»\n        plugins:\n          limit-count: {count: «more», time_window: 86400, rejected_code: 429}\n",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "yaml",
            when: &[],
            code: "# merge into adc.yaml; in bytes\n\
                   services:\n  - name: «service»\n    routes:\n      - name: «route»\n        plugins:\n          client-control: {max_body_size: 67108864}\n",
        },
        Recipe {
            kind: Kind::Agent,
            title: "Allow this user agent",
            language: "yaml",
            when: &["agent"],
            code: "# merge into adc.yaml; patterns, so mask dots and brackets\n\
                   services:\n  - name: «service»\n    routes:\n      - name: «route»\n        plugins:\n          ua-restriction: {allowlist: [«agent»]}\n",
        },
        Recipe {
            kind: Kind::NoRoute,
            title: "Add a route",
            language: "yaml",
            when: &["path"],
            code: "# merge into adc.yaml\n\
                   services:\n  - name: SERVICE\n    routes:\n      - name: ROUTE\n        uris: [«path»]\n        methods: [«method»]\n",
        },
    ],
};
