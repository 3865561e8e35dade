aws apigateway update-stage --rest-api-id "$API_ID" --stage-name "$STAGE" --patch-operations "$(
  jq -n --arg to "$STREAM_ARN" --arg form "$(tr -d '\n' < access-log-format.json)" '[
    {op: "replace", path: "/accessLogSettings/destinationArn", value: $to},
    {op: "replace", path: "/accessLogSettings/format", value: $form}]')"
