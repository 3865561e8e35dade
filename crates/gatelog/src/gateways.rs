//! How each gateway is told to send its log here. A new one is one file in `gateways/`, its configuration in `examples/`
//! and one line in [`GATEWAYS`]; the API, the web app, `gatelog gateways` and docs/sources.md are read off the list.

/// A step whose code is the file of that name in `examples/`.
macro_rules! example {
    ($language:ident, $file:literal, $text:expr) => {
        Step {
            text: $text,
            language: Language::$language,
            file: $file,
            code: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/", $file))
                .trim_ascii_end(),
        }
    };
}

mod agents;
mod apache;
mod apisix;
mod aws;
mod azure;
mod caddy;
mod curl;
mod envoy;
mod flowgenx;
mod fluent_bit;
mod gravitee;
mod haproxy;
mod kong;
mod nginx;
mod otel_collector;
mod rsyslog;
mod syslog;
mod traefik;
mod tyk;
mod vector;
mod webmethods;

use std::fmt::Write as _;

use serde::Serialize;

use crate::reading::Reading;

/// A gateway, or a program between it and us.
pub(crate) struct Gateway {
    /// Its name in addresses, and of its directory in `examples/`.
    pub(crate) id: &'static str,
    /// Its name for people.
    pub(crate) label: &'static str,
    /// The format its deliveries have; none: each record is recognised.
    pub(crate) format: Option<&'static str>,
    /// What to know before.
    pub(crate) about: &'static str,
    /// What becomes of calls while this server is away.
    pub(crate) away: &'static str,
    /// How its denials and consumers appear.
    pub(crate) judged: &'static str,
    /// What most often goes wrong.
    pub(crate) trap: &'static str,
    /// What to do, in order; other ways, which begin with "Or", last.
    pub(crate) steps: &'static [Step],
}

/// What is told beside the steps: a heading and the text.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Note {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// One thing to do. In `code`, `{url}` stands for the address of this server and `{token}` for an ingest token; `{host}`,
/// `{port}` and `{tls}` (`on` or `off`) for the parts of the address.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    /// What it is for.
    pub(crate) text: &'static str,
    /// What the code is written in.
    pub(crate) language: Language,
    /// The file in `examples/` that holds the code; empty for a line to run.
    pub(crate) file: &'static str,
    /// What to run or to write into a file.
    pub(crate) code: &'static str,
}

/// What code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    Shell,
    Yaml,
    Nginx,
    Json,
    Text,
}

/// Every gateway, in the order they are offered.
pub(crate) const GATEWAYS: &[Gateway] = &[
    kong::KONG,
    nginx::NGINX,
    apisix::APISIX,
    aws::AWS,
    webmethods::WEBMETHODS,
    haproxy::HAPROXY,
    caddy::CADDY,
    traefik::TRAEFIK,
    envoy::ENVOY,
    apache::APACHE,
    tyk::TYK,
    gravitee::GRAVITEE,
    azure::AZURE,
    flowgenx::FLOWGENX,
    vector::VECTOR,
    fluent_bit::FLUENT_BIT,
    otel_collector::OTEL_COLLECTOR,
    rsyslog::RSYSLOG,
    syslog::SYSLOG,
    agents::AGENTS,
    curl::CURL,
];

/// What is said to a source without a gateway.
pub(crate) const ANY: Gateway = curl::CURL;

/// The gateway of that name.
pub(crate) fn by_id(id: &str) -> Option<&'static Gateway> {
    GATEWAYS.iter().find(|gateway| gateway.id == id)
}

impl Gateway {
    /// How the deliveries of a source of it are read.
    pub(crate) fn reading(&self) -> Result<Reading, String> {
        Reading::new(self.format.map(str::to_owned), None)
    }

    /// What to know beside the steps.
    pub(crate) fn notes(&self) -> [Note; 3] {
        [
            Note { title: "While Gatelog is away", text: self.away },
            Note { title: "Denials and consumers", text: self.judged },
            Note { title: "The trap", text: self.trap },
        ]
    }
}

/// A line to run.
const fn run(text: &'static str, code: &'static str) -> Step {
    Step { text, language: Language::Shell, file: "", code }
}

/// Puts the server's address and its parts into code; `{token}` stays.
pub(crate) fn with_address(code: &str, url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let place = rest.split('/').next().unwrap_or(rest);
    let is_https = scheme == "https";
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => (host, port),
        _ => (place, if is_https { "443" } else { "80" }),
    };
    code.replace("{url}", url.trim_end_matches('/'))
        .replace("{host}", host)
        .replace("{port}", port)
        .replace("{tls}", if is_https { "on" } else { "off" })
}

/// docs/sources.md.
pub(crate) fn markdown() -> String {
    let mut text = String::from(
        "# Connecting gateways\n\nGenerated by `gatelog gateways --markdown`. `{url}` is the address of Gatelog; `{host}`, `{port}` and `{tls}` \
         (`on` or `off`) are its parts; `{token}` is an ingest token. `gatelog gateways NAME --url ADDRESS` fills the address in, `gatelog token create \
         --ingest NAME` makes a token, and a new source in the web app does both. Every configuration is a file in `examples/`; `make test` runs \
         those of NGINX, HAProxy, Caddy, Traefik, Envoy and rsyslog with the real programs ([trials.md](trials.md)).\n",
    );
    for gateway in GATEWAYS {
        let _ = write!(text, "\n## {}\n\n{}\n\n", gateway.label, gateway.about);
        for note in gateway.notes() {
            let _ = writeln!(text, "- **{}**: {}", note.title, note.text);
        }
        for step in gateway.steps {
            let language = format!("{:?}", step.language).to_lowercase();
            let _ = write!(text, "\n{}\n\n```{language}\n{}\n```\n", step.text, step.code);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each sends, and what is to be read from it: consumer, method, path, status, duration in microseconds.
    const SENT: &[(&str, &str, &str)] = &[
        (
            "kong",
            r#"[{"started_at":1795298871602,"client_ip":"203.0.113.9","request":{"id":"4f0c","method":"GET","uri":"/v1/pets?limit=2","url":"http://api.example.test:8000/v1/pets?limit=2","querystring":{"limit":"2"},"headers":{"host":"api.example.test","user-agent":"t/1","authorization":"REDACTED"},"size":211},"response":{"status":200,"headers":{},"size":287},"latencies":{"request":3.0,"kong":1,"proxy":2,"receive":0},"source":"upstream","consumer":{"id":"c-1","username":"mobile-app"},"route":{"id":"r-1","name":"pets"},"service":{"id":"s-1","name":"pet-svc"}}]"#,
            "mobile-app GET /v1/pets 200 3000",
        ),
        (
            "nginx",
            r#"{"time":"2026-11-21T21:58:39+00:00","msec":"1795298319.952","request_id":"a7","remote_addr":"10.0.0.1","remote_user":"ann","host":"h","method":"GET","uri":"/a?b=1","protocol":"HTTP/1.1","status":200,"bytes_sent":190,"request_length":90,"request_time":0.004,"upstream_addr":"127.0.0.1:1","upstream_status":"200","upstream_response_time":"0.003","referer":"","user_agent":"curl/8","limit_req_status":""}"#,
            "ann GET /a 200 4000",
        ),
        (
            "apisix",
            r#"[{"service_id":"","apisix_latency":100.99,"start_time":1703907485819,"latency":101.5,"upstream_latency":1,"client_ip":"127.0.0.1","route_id":"1","server":{"version":"3.7.0","hostname":"localhost"},"request":{"headers":{"host":"127.0.0.1:1984","apikey":"auth-one"},"size":61,"method":"POST","uri":"/hello?x=1","url":"http://127.0.0.1:1984/hello?x=1","querystring":{"x":"1"}},"response":{"headers":{"content-type":"text/plain"},"status":200,"size":155},"upstream":"127.0.0.1:1980","consumer":{"username":"jack"}}]"#,
            "jack POST /hello 200 101500",
        ),
        (
            "haproxy",
            r#"Nov 21 21:58:54 vm haproxy[31370]: {"time":1795298334.670,"client_ip":"10.0.0.1","fe":"api","be":"be","srv":"b1","status":200,"bytes":235,"bytes_in":90,"method":"GET","uri":"/a?b=1","protocol":"HTTP/1.1","tsc":"----","TR":0,"Tw":0,"Tc":0,"Tr":3,"Ta":4,"req_id":"7F000001:E2C5_7F000001:4D3A_6923_0000:7A8A","user":"ann","host":"h","ua":"curl/8"}"#,
            "ann GET /a 200 4000",
        ),
        (
            "caddy",
            r#"{"level":"info","ts":1795298440.97,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.0.1","client_ip":"10.0.0.1","proto":"HTTP/1.1","method":"GET","host":"h","uri":"/a?b=1","headers":{"User-Agent":["curl/8"]}},"bytes_read":0,"user_id":"ann","duration":0.004,"size":75,"status":200,"resp_headers":{"Via":["1.1 Caddy"]},"request_id":"6f1e"}"#,
            "ann GET /a 200 4000",
        ),
        (
            "traefik",
            r#"{"ClientAddr":"10.0.0.1:5","ClientHost":"10.0.0.1","ClientUsername":"ann","DownstreamContentSize":75,"DownstreamStatus":200,"Duration":4000000,"OriginDuration":3000000,"OriginStatus":200,"Overhead":1000000,"RequestHost":"api.example.com","RequestMethod":"GET","RequestPath":"/a?b=1","RequestProtocol":"HTTP/1.1","RouterName":"api@file","ServiceAddr":"127.0.0.1:1","ServiceName":"be@file","StartUTC":"2026-11-21T22:01:07.682298243Z","entryPointName":"web","level":"info","msg":"","request_User-Agent":"curl/8"}"#,
            "ann GET /a 200 4000",
        ),
        (
            "envoy",
            r#"{"authority":"api.example.com","bytes_received":0,"bytes_sent":75,"client_ip":"10.0.0.1","duration":4,"method":"GET","path":"/a?b=1","protocol":"HTTP/1.1","request_id":"r-1","response_code":200,"response_code_details":"via_upstream","response_flags":"-","route_name":"api","start_time":"2026-11-21T22:02:14.312Z","upstream_cluster":"be","upstream_host":"127.0.0.1:19000","upstream_service_time":"3","user":"ann","user_agent":"curl/8"}"#,
            "ann GET /a 200 4000",
        ),
        (
            "flowgenx",
            r#"{"timestamp":"2026-11-21T10:00:00Z","request_id":"r-1","consumer_id":"mobile-app","request":{"path":"/v1/pets","method":"GET"},"response":{"status":200,"duration_ms":12.5},"access":{"granted":true,"reason":null}}"#,
            "mobile-app GET /v1/pets 200 12500",
        ),
        // Lines as they stand in the file.
        (
            "vector",
            "10.0.0.1 - ann [21/Nov/2026:21:58:39 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n",
            "ann GET /a 200 -",
        ),
        // Members in another order, and one more; that is all its parser does.
        (
            "fluent-bit",
            r#"{"uri":"/a","status":200,"method":"GET","request_time":0.004,"remote_user":"ann","time":"2026-11-21T21:58:39+00:00","remote_addr":"10.0.0.1"}"#,
            "ann GET /a 200 4000",
        ),
        (
            "curl",
            r#"{"time":"2026-11-21T21:58:39Z","method":"GET","path":"/a","status":200,"consumer_id":"ann","duration_ms":4}"#,
            "ann GET /a 200 4000",
        ),
    ];

    #[test]
    fn what_each_sends_is_read() {
        let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/");
        for gateway in GATEWAYS {
            let is_sent = SENT.iter().any(|(id, ..)| *id == gateway.id);
            let has_samples =
                gateway.format.is_none_or(|f| std::path::Path::new(&format!("{samples}{f}")).is_dir());
            assert!(is_sent || has_samples, "{}", gateway.id);
        }
        for (id, body, want) in SENT {
            let reader = by_id(id).unwrap().reading().unwrap().reader(None).unwrap();
            let format = reader.as_ref().and_then(crate::reading::Reader::format);
            let decoded = intake::decode_with(
                intake::Options { format, ..intake::Options::default() },
                body.as_bytes(),
            );
            assert_eq!((decoded.batch.len(), decoded.rejects.as_slice()), (1, &[][..]), "{id}");
            let event: serde_json::Value =
                serde_json::from_str(&event::json::to_string(decoded.batch.row(0))).unwrap();
            let consumer = event["consumer_name"].as_str().or(event["consumer_id"].as_str()).unwrap_or("-");
            let micros =
                event["response"]["duration_ms"].as_f64().map_or("-".into(), |ms| format!("{}", ms * 1e3));
            let (method, path) = (&event["request"]["method"], &event["request"]["path"]);
            let got = format!(
                "{consumer} {} {} {} {micros}",
                method.as_str().unwrap(),
                path.as_str().unwrap(),
                event["response"]["status"]
            );
            assert_eq!(got, *want, "{id}: {event}");
        }
    }

    /// API Gateway writes `-` for what it does not have. Every member of the format told for it has a field.
    #[test]
    fn every_member_of_the_aws_format_is_known() {
        let format = by_id("aws").unwrap().steps[0].code;
        let mut line = format.replace("$context.requestTime", "21/Nov/2026:22:07:51 +0000");
        line = line.replace("$context.status", "200").replace("$context.httpMethod", "GET");
        while let Some(at) = line.find("$context.") {
            let name: String =
                line[at + 9..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
            line.replace_range(at..at + 9 + name.len(), "7");
        }
        let decoded = intake::decode_with(
            intake::Options { format: intake::by_name("aws"), received: None, salt: None },
            line.replace('\n', "").as_bytes(),
        );
        assert_eq!((decoded.batch.len(), decoded.rejects.as_slice()), (1, &[][..]));
        let event: serde_json::Value =
            serde_json::from_str(&event::json::to_string(decoded.batch.row(0))).unwrap();
        assert!(event.get("custom").is_none_or(|custom| custom == &serde_json::json!({})), "{event}");
    }

    /// What a person reads before pasting it.
    const STEP_LINES_MAX: usize = 21;

    #[test]
    fn every_example_is_told() {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        let told: Vec<&str> = GATEWAYS.iter().flat_map(|g| g.steps).map(|step| step.file).collect();
        for dir in std::fs::read_dir(examples).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
            for file in std::fs::read_dir(dir.path()).unwrap().flatten() {
                let name = file.path().strip_prefix(examples).unwrap().display().to_string();
                assert!(told.contains(&name.as_str()), "{name} is told nowhere");
            }
        }
    }

    #[test]
    fn the_steps_are_sound() {
        for gateway in GATEWAYS {
            let id = gateway.id;
            assert!(!gateway.steps.is_empty() && gateway.about.ends_with('.'), "{id}");
            assert!(gateway.notes().iter().all(|note| note.text.ends_with('.')), "{id}");
            let says_who = |step: &Step| step.code.contains("{token}") || step.code.contains("[[listeners]]");
            assert!(gateway.steps.iter().any(says_who), "{id}");
            for step in gateway.steps {
                assert!(step.text.ends_with('.') && step.code == step.code.trim(), "{id}");
                assert!(step.code.lines().count() <= STEP_LINES_MAX, "{id}: {}", step.text);
                assert!(
                    step.file.is_empty() || step.file.starts_with(&format!("{id}/")),
                    "{id}: {}",
                    step.file
                );
                let filled = with_address(step.code, "https://gatelog.example.com/x");
                for part in ["{url}", "{host}", "{port}", "{tls}"] {
                    assert!(!filled.contains(part), "{id}");
                }
            }
        }
        // The form we ask NGINX for is the one its decoder documents.
        let nginx = by_id("nginx").unwrap().steps[0].code;
        let documented = intake::by_name("nginx").unwrap().doc();
        let format =
            nginx.lines().take_while(|line| !line.contains("access_log")).collect::<Vec<_>>().join("\n");
        assert!(documented.contains(format.trim()), "{format}");
    }

    #[test]
    fn an_address_falls_into_its_parts() {
        let parts = |url| with_address("{host} {port} {tls}", url);
        assert_eq!(parts("http://127.0.0.1:7080"), "127.0.0.1 7080 off");
        assert_eq!(parts("https://gatelog.example.com"), "gatelog.example.com 443 on");
        assert_eq!(parts("http://[::1]:7080"), "[::1] 7080 off");
        assert_eq!(parts("http://[::1]"), "[::1] 80 off");
    }

    #[test]
    fn the_documentation_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sources.md");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        assert!(text == markdown(), "run: gatelog gateways --markdown > docs/sources.md");
    }
}
