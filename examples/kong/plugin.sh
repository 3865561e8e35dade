curl -sS -X POST http://localhost:8001/plugins \
  --data name=http-log \
  --data 'config.http_endpoint={url}/i/{token}/kong' \
  --data config.queue.max_batch_size=200 \
  --data config.queue.max_entries=100000 \
  --data config.queue.max_retry_time=3600
