aws logs put-subscription-filter --log-group-name "$LOG_GROUP" --filter-name gatelog --filter-pattern '' \
  --destination-arn "$STREAM_ARN" --role-arn "$ROLE_ARN"
