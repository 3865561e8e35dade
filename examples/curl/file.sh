gzip -c access.log | curl -sS '{url}/ingest' -H 'Authorization: Bearer {token}' --data-binary @-
