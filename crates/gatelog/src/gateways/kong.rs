//! Kong Gateway: its http-log plugin.

use super::{Gateway, Language, Step};

pub(super) const KONG: Gateway = Gateway {
    id: "kong",
    label: "Kong Gateway",
    format: Some("kong"),
    field_map: "",
    about: "The http-log plugin sends every call, also those Kong refuses itself. Kong 3.3 or later for the queue as written here. \
            The token stands in the path, because the plugin drops the query of its endpoint. Kong keeps calls in memory while \
            Gatelog is away: at most `max_entries`, and each for at most `max_retry_time` seconds.",
    steps: &[
        Step {
            text: "With the Admin API, for all services: one call is enough.",
            language: Language::Shell,
            code: "curl -sS -X POST http://localhost:8001/plugins \\
  --data name=http-log \\
  --data 'config.http_endpoint={url}/i/{token}/kong' \\
  --data config.queue.max_batch_size=200 \\
  --data config.queue.max_entries=100000 \\
  --data config.queue.max_retry_time=3600",
        },
        Step {
            text: "Or in the declarative configuration (`kong.yml`, decK).",
            language: Language::Yaml,
            code: "plugins:
- name: http-log
  config:
    http_endpoint: \"{url}/i/{token}/kong\"
    queue:
      max_batch_size: 200
      max_entries: 100000
      max_retry_time: 3600",
        },
    ],
};
