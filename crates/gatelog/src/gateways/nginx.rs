//! NGINX: an access log of its own in JSON, and `gatelog follow`.

use super::{Gateway, Language, Step};

pub(super) const NGINX: Gateway = Gateway {
    id: "nginx",
    label: "NGINX",
    format: Some("nginx"),
    field_map: "",
    about: "NGINX writes a log in JSON beside the one it has, and `gatelog follow` sends what the file grows by, over rotation and \
            restarts, without losing or doubling a line. NGINX 1.17.6 or later; leave \
            `limit_req_status` out on older ones.",
    steps: &[
        Step {
            text: "In `nginx.conf`, inside `http { … }`.",
            language: Language::Nginx,
            code: r#"log_format gatelog escape=json '{"time":"$time_iso8601","msec":"$msec","request_id":"$request_id",'
  '"remote_addr":"$remote_addr","remote_user":"$remote_user","host":"$host","method":"$request_method",'
  '"uri":"$request_uri","protocol":"$server_protocol","status":$status,"bytes_sent":$bytes_sent,'
  '"request_length":$request_length,"request_time":$request_time,"upstream_addr":"$upstream_addr",'
  '"upstream_status":"$upstream_status","upstream_response_time":"$upstream_response_time",'
  '"referer":"$http_referer","user_agent":"$http_user_agent","limit_req_status":"$limit_req_status"}';
access_log /var/log/nginx/gatelog.json gatelog;"#,
        },
        Step {
            text: "Check it and load it. A `server` or `location` with an `access_log` of its own needs the line there too.",
            language: Language::Shell,
            code: "nginx -t && nginx -s reload",
        },
        Step {
            text: "Follow the file, best as a service on the same machine.",
            language: Language::Shell,
            code: "GATELOG_URL={url} GATELOG_TOKEN={token} gatelog follow --format nginx /var/log/nginx/gatelog.json",
        },
    ],
};
