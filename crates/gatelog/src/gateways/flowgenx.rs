//! FlowGenX and whoever writes the contract's own form.

use super::{Gateway, Language, Step};

pub(super) const FLOWGENX: Gateway = Gateway {
    id: "flowgenx",
    label: "FlowGenX, contract JSON",
    format: Some("flowgenx"),
    field_map: "",
    about: "One event, an array, or one event a line, posted as JSON. Every member but `timestamp` may be missing; members of other names \
            are kept. Send it again when no answer came: with a `request_id` it is counted once.",
    steps: &[Step {
        text: "Post to this address; this is one event in full.",
        language: Language::Shell,
        code: r#"curl -sS '{url}/ingest/flowgenx' -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{
  "timestamp": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
  "request_id": "first-event",
  "gateway": "edge",
  "environment": "production",
  "api": "pets",
  "route": "/v1/pets",
  "consumer_id": "mobile-app",
  "consumer_groups": ["gold"],
  "usage_plan": "gold",
  "request": { "path": "/v1/pets", "method": "GET", "ip": "203.0.113.9", "user_agent": "curl" },
  "response": { "status": 429, "duration_ms": 3.5 },
  "access": { "granted": false, "reason": "quota_exceeded" }
}'"#,
    }],
};
