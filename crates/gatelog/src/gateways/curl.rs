//! Anything that can post: an event to try with, and files.

use super::{Gateway, Language, Step};

pub(super) const CURL: Gateway = Gateway {
    id: "curl",
    label: "Anything else, over HTTP",
    format: None,
    field_map: "",
    about: "JSON of any program and the logs of the gateways above, posted as they are: one object, an array, or one record a line, gzip or \
            not. Names of your own are told with a field map.",
    steps: &[
        Step {
            text: "One event to try with.",
            language: Language::Shell,
            code: r#"curl -sS '{url}/ingest' -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{
  "time": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
  "method": "GET",
  "path": "/v1/pets",
  "status": 200,
  "duration_ms": 12.5,
  "consumer_id": "first-try",
  "client_ip": "203.0.113.9"
}'"#,
        },
        Step {
            text: "A log file.",
            language: Language::Shell,
            code: "gzip -c access.log | curl -sS '{url}/ingest' -H 'Authorization: Bearer {token}' --data-binary @-",
        },
    ],
};
