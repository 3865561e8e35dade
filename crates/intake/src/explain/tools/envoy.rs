//! Pieces of Envoy's configuration.

use super::{Kind, Recipe, Tool};

pub(super) const ENVOY: Tool = Tool {
    name: "envoy",
    formats: &["envoy"],
    importers: &[],
    recipes: &[
        Recipe {
            kind: Kind::Policy,
            title: "Allow the caller in the RBAC policy",
            language: "yaml",
            when: &[],
            code: "rules:\n  action: ALLOW\n  policies:\n    NAME:\n      permissions: [{url_path: {path: {prefix: «path»}}}]\n      principals: [{remote_ip: {address_prefix: «address», prefix_len: 32}}]\n",
        },
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "yaml",
            when: &["address"],
            code: "principals: [{remote_ip: {address_prefix: «address», prefix_len: 32}}]\n",
        },
        Recipe {
            kind: Kind::Groups,
            title: "Allow the client",
            language: "yaml",
            when: &[],
            code: "# api_key_auth, per route\nallowed_clients: [«consumer»]\n",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Ask for no credentials on this route (for public routes only)",
            language: "yaml",
            when: &[],
            code: "# route «route»\ntyped_per_filter_config:\n  envoy.filters.http.basic_auth:\n    \"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig\n    disabled: true\n",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Widen the token bucket",
            language: "yaml",
            when: &[],
            code: "# envoy.filters.http.local_ratelimit, route «route»\ntoken_bucket: {max_tokens: 200, tokens_per_fill: 100, fill_interval: 1s}\n",
        },
        Recipe {
            kind: Kind::Size,
            title: "Take larger requests",
            language: "yaml",
            when: &[],
            code: "# envoy.filters.http.buffer\nmax_request_bytes: 67108864\n",
        },
        Recipe {
            kind: Kind::NoRoute,
            title: "Add a route",
            language: "yaml",
            when: &["path"],
            code: "routes:\n  - match: {prefix: «path»}\n    route: {cluster: CLUSTER}\n",
        },
    ],
};
