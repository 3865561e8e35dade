curl -sS '{url}/ingest' -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{
  "time": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
  "method": "GET",
  "path": "/v1/pets",
  "status": 200,
  "duration_ms": 12.5,
  "consumer_id": "first-try",
  "client_ip": "203.0.113.9"
}'
