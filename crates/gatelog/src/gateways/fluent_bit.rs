//! Fluent Bit: records of JSON log files.

use super::{Gateway, Language, Step};

pub(super) const FLUENT_BIT: Gateway = Gateway {
    id: "fluent-bit",
    label: "Fluent Bit",
    format: None,
    field_map: "",
    about: "Fluent Bit reads a log of JSON lines (Kong's file-log, NGINX as described there) and sends the records; each is recognised here. \
            Version 3.2 or later for YAML.",
    steps: &[Step {
        text: "In `fluent-bit.yaml`; put the file of your gateway under `path`. The parser has no time of its own, so that the record keeps its time.",
        language: Language::Yaml,
        code: "parsers:
  - name: gatelog
    format: json
pipeline:
  inputs:
    - name: tail
      path: /var/log/nginx/gatelog.json
      parser: gatelog
      db: /var/lib/fluent-bit/gatelog.db
  outputs:
    - name: http
      match: '*'
      host: {host}
      port: {port}
      tls: {tls}
      uri: /ingest
      header: Authorization Bearer {token}
      format: json_lines
      json_date_key: false
      compress: gzip
      retry_limit: no_limits",
    }],
};
