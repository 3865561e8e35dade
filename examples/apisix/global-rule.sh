curl -sS -X PUT http://127.0.0.1:9180/apisix/admin/global_rules/gatelog -H "X-API-KEY: $ADMIN_KEY" -d '{
  "plugins": {
    "http-logger": {
      "uri": "{url}/i/{token}/apisix",
      "batch_max_size": 200,
      "max_retry_count": 60,
      "retry_delay": 5,
      "log_format_extra": {
        "request_id": "$request_id",
        "route_name": "$route_name",
        "service_name": "$service_name",
        "consumer_group": "$consumer_group_id"
      }
    }
  }
}'
