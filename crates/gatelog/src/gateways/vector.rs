//! Vector: lines of log files as they are.

use super::{Gateway, Language, Step};

pub(super) const VECTOR: Gateway = Gateway {
    id: "vector",
    label: "Vector",
    format: None,
    field_map: "",
    about: "Vector reads the log file of a gateway and sends its lines as they are; each is recognised here. With acknowledgements the file is \
            only taken as read once Gatelog has it on disk.",
    steps: &[Step {
        text: "In `vector.yaml`; put the file of your gateway under `include`.",
        language: Language::Yaml,
        code: "sources:
  gateway_log:
    type: file
    include: [/var/log/nginx/access.log]
sinks:
  gatelog:
    type: http
    inputs: [gateway_log]
    uri: \"{url}/ingest\"
    method: post
    auth:
      strategy: bearer
      token: \"{token}\"
    encoding:
      codec: text
    framing:
      method: newline_delimited
    compression: gzip
    acknowledgements:
      enabled: true",
    }],
};
