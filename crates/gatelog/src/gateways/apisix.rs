//! Apache APISIX and API7: the http-logger plugin.

use super::{Gateway, Language, Step};

pub(super) const APISIX: Gateway = Gateway {
    id: "apisix",
    label: "Apache APISIX, API7",
    format: Some("apisix"),
    about: "The http-logger plugin as a global rule sends every call. `log_format_extra` needs APISIX 3.18; leave it out on older ones.",
    away: "a batch is sent again `max_retry_count` times, `retry_delay` seconds apart, here for five minutes; at most 8,192 calls wait, \
           further ones and those of a restart are lost.",
    judged: "a 401, 403 or 429 without `upstream` is a denial, and so is the 503 that limit-count, limit-req and limit-conn answer unless \
             `rejected_code` says 429, where the headers of the limit are shown. `consumer.username` is the consumer.",
    trap: "without `max_retry_count` a batch is dropped after its first failure. Without `request_id` a call that is sent again in another \
           batch is counted twice. APISIX masks nothing; Gatelog does.",
    steps: &[example!(
        Shell,
        "apisix/global-rule.sh",
        "With the Admin API, for all routes. `$ADMIN_KEY` is the key of the Admin API."
    )],
};
