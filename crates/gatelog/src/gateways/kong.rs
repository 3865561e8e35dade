//! Kong Gateway: its http-log plugin.

use super::{Gateway, Language, Step};

pub(super) const KONG: Gateway = Gateway {
    id: "kong",
    label: "Kong Gateway",
    format: Some("kong"),
    about: "The http-log plugin sends every call, also those Kong refuses itself. Kong 3.3 or later for the queue as written here.",
    away: "Kong keeps calls in memory: at most `max_entries`, each for at most `max_retry_time` seconds; what is older, and what a \
           restart of Kong finds there, is lost. The plugin file-log with `gatelog follow` loses nothing.",
    judged: "a 401, 403, 413 or 429 with `source` `kong`, and a 404 without a route, is a denial; its reason is read \
             from status, headers and whether a consumer was known. The \
             consumer is the one Kong authenticated.",
    trap: "the token stands in the path, because the plugin drops the query of its endpoint. Kong masks only `authorization`; keys in other \
           headers and in the query are masked here.",
    steps: &[
        example!(Shell, "kong/plugin.sh", "With the Admin API, for all services: one call is enough."),
        example!(Yaml, "kong/kong.yml", "Or in the declarative configuration (`kong.yml`, decK)."),
    ],
};
