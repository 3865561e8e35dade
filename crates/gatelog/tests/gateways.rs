//! What is told to gateways, done as it is told.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, Server};

/// A new source of a gateway: its steps.
fn connect(server: &Server, gateway: &str) -> Vec<String> {
    connect_as(server, &format!("my-{gateway}"), gateway)
}

fn connect_as(server: &Server, name: &str, gateway: &str) -> Vec<String> {
    let body = json!({ "name": name, "gateway": gateway });
    let made = server.post(ADMIN, "/api/v1/sources", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["source"]["gateway"], gateway);
    let steps = made["connect"].as_array().unwrap();
    steps.iter().map(|step| step["code"].as_str().unwrap().to_owned()).collect()
}

fn sh(dir: &Path, code: &str) -> Output {
    let out = Command::new("sh").args(["-euc", code]).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "{code}\n{}", String::from_utf8_lossy(&out.stderr));
    out
}

fn events(server: &Server, source: &str) -> Vec<Value> {
    let path = format!("/api/v1/events?from=2000-01-01&to=2100-01-01&filter=source%3A{source}");
    server.json(&path)["events"].as_array().unwrap().clone()
}

#[test]
fn every_gateway_is_told_with_this_servers_address() {
    let server = Server::start();
    let told = server.json("/api/v1/gateways");
    assert_eq!(told["url"], server.url());
    for gateway in told["gateways"].as_array().unwrap() {
        let id = gateway["id"].as_str().unwrap();
        let template = gateway["steps"].to_string();
        assert!(!template.contains(server.address.as_str()), "{id}");
        let filled = connect(&server, id).join("\n");
        assert!(!filled.contains("{url}") && !filled.contains("{token}"), "{id}: {filled}");
        // A listener for syslog knows its senders by their address.
        if id != "syslog" {
            assert!(filled.contains("gl_in_") && filled.contains(server.address.split(':').nth(1).unwrap()));
        }
        let source = &server.json("/api/v1/sources")["sources"];
        let source = source.as_array().unwrap().iter().find(|s| s["gateway"] == id).unwrap().clone();
        assert_eq!(source["format"], gateway["format"], "{id}");
    }
    // Whoever fills them in gets what a new source is told.
    let (host, port) = server.address.split_once(':').unwrap();
    let fluent = told["gateways"].as_array().unwrap().iter().find(|g| g["id"] == "fluent-bit").unwrap();
    for part in ["host: {host}", "port: {port}", "tls: {tls}"] {
        assert!(fluent["steps"].to_string().contains(part), "{part}");
        let part = part.replace("{host}", host).replace("{port}", port).replace("{tls}", "off");
        assert!(
            connect_as(&server, &part.replace(": ", "-"), "fluent-bit").join("\n").contains(&part),
            "{part}"
        );
    }
    let reply = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "x", "gateway": "kogn" }));
    assert_eq!((reply.status, &reply.json()["suggestions"][0]), (400, &json!("kong")));
}

#[test]
fn what_is_told_for_curl_and_the_contract_is_run() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let log = "10.0.0.1 - ann [21/Nov/2026:21:58:39 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n";
    std::fs::write(dir.path().join("access.log"), log).unwrap();
    for code in connect(&server, "curl") {
        sh(dir.path(), &code);
    }
    let seen = events(&server, "my-curl");
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!((&seen[0]["format"], &seen[0]["consumer_id"]), (&json!("json"), &json!("first-try")));
    assert_eq!((&seen[1]["format"], &seen[1]["request"]["path"]), (&json!("nginx"), &json!("/a")));

    for code in connect(&server, "flowgenx") {
        sh(dir.path(), &code);
    }
    let seen = events(&server, "my-flowgenx");
    assert_eq!((seen.len(), &seen[0]["access"]["reason"]), (1, &json!("quota_exceeded")));
}

/// A running nginx; ended when dropped.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// The nginx of this machine, or of `GATELOG_TEST_NGINX`.
fn nginx() -> Option<PathBuf> {
    let named = std::env::var_os("GATELOG_TEST_NGINX").map(PathBuf::from);
    let usual = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| path.exists())
}

/// Where there is no nginx its sample line is decoded all the same: gateways.rs of the program.
#[test]
fn what_is_told_for_nginx_is_run_where_there_is_one() {
    let Some(program) = nginx() else {
        eprintln!("no nginx on this machine (Debian: nginx-light); the configuration was not run");
        return;
    };
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let steps: Vec<String> = connect(&server, "nginx")
        .iter()
        .map(|c| c.replace("/var/log/nginx/gatelog.json", &at("log.json")))
        .collect();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = format!(
        "daemon off; pid {}; error_log {}; events {{ worker_connections 64; }}\nhttp {{\n{}\n\
         client_body_temp_path {}; proxy_temp_path {}; fastcgi_temp_path {}; uwsgi_temp_path {}; scgi_temp_path {};\n\
         limit_req_zone $binary_remote_addr zone=z:1m rate=1r/m;\n\
         server {{ listen 127.0.0.1:{port}; location /ok {{ return 200 hello; }} location /deny {{ deny all; }}\n\
         location /limited {{ limit_req zone=z; limit_req_status 429; try_files /none =204; }} }} }}\n",
        at("pid"),
        at("error.log"),
        steps[0],
        at("a"),
        at("b"),
        at("c"),
        at("d"),
        at("e"),
    );
    std::fs::write(dir.path().join("nginx.conf"), config).unwrap();
    let mut command = Command::new(program);
    command.args(["-p", &at(""), "-c", &at("nginx.conf"), "-e", &at("error.log")]);
    let _nginx = Nginx(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let until = Instant::now() + Duration::from_secs(30);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "{}", std::fs::read_to_string(at("error.log")).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(20));
    }
    for path in ["/ok?q=%22x%22", "/deny", "/limited", "/limited"] {
        sh(dir.path(), &format!("curl -s -o /dev/null -A 'a \"b\" \\c' 'http://127.0.0.1:{port}{path}'"));
    }
    let follow = steps[2].replace(
        "gatelog follow",
        &format!("{} follow --once --from-start --state {}", server::BINARY, at("state")),
    );
    sh(dir.path(), &follow);
    let mut seen = events(&server, "my-nginx");
    seen.reverse();
    let got: Vec<(String, i64, &Value)> = seen
        .iter()
        .map(|e| {
            let path = e["request"]["path"].as_str().unwrap().to_owned();
            (path, e["response"]["status"].as_i64().unwrap(), &e["access"]["reason"])
        })
        .collect();
    let want = [
        ("/ok", 200, Value::Null),
        ("/deny", 403, json!("policy_denied")),
        ("/limited", 204, Value::Null),
        ("/limited", 429, json!("rate_limited")),
    ];
    assert_eq!(got, want.iter().map(|(p, s, r)| ((*p).to_owned(), *s, r)).collect::<Vec<_>>());
    assert_eq!(seen[0]["request"]["user_agent"], "a \"b\" \\c");
}
