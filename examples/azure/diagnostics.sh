az monitor diagnostic-settings create --name gatelog --resource "$APIM_ID" \
  --event-hub apim-logs --event-hub-rule "$EVENT_HUB_RULE_ID" \
  --logs '[{"category": "GatewayLogs", "enabled": true}]'
