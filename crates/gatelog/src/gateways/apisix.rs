//! Apache APISIX and API7: the http-logger plugin, read by a field map.

use super::{Gateway, Language, Step};

pub(super) const APISIX: Gateway = Gateway {
    id: "apisix",
    label: "Apache APISIX, API7",
    format: Some("json"),
    field_map: r#"{"consumer_name": "consumer.username", "upstream_address": "upstream"}"#,
    about: "The http-logger plugin as a global rule sends every call. It is read as JSON with a field map, so a denial is told by its \
            status alone: every 401, 403 and 429 counts as denied, a backend's own too; the plugins limit-count, limit-req and \
            limit-conn answer 503 unless `rejected_code` says 429. APISIX drops a batch after its first failure unless \
            `max_retry_count` is set. It masks nothing; Gatelog does.",
    steps: &[Step {
        text: "With the Admin API, for all routes. `$ADMIN_KEY` is the key of the Admin API.",
        language: Language::Shell,
        code: r#"curl -sS -X PUT http://127.0.0.1:9180/apisix/admin/global_rules/gatelog -H "X-API-KEY: $ADMIN_KEY" -d '{
  "plugins": {
    "http-logger": {
      "uri": "{url}/i/{token}/json",
      "batch_max_size": 200,
      "max_retry_count": 60,
      "retry_delay": 5
    }
  }
}'"#,
    }],
};
