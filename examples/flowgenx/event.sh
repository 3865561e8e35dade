curl -sS '{url}/ingest/flowgenx' -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{
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
}'
