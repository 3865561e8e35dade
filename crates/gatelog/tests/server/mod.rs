//! A real server on a free port with a directory of its own, and a client that sends exactly the bytes it is told.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

pub const ADMIN: &str = "test-admin-token-0001";
pub const INGEST: &str = "test-ingest-token-0001";
pub const PASSWORD: &str = "four words of mine";
pub const BINARY: &str = env!("CARGO_BIN_EXE_gatelog");

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: String,
    pub dir: PathBuf,
    log: Arc<Mutex<String>>,
    _keep: Option<tempfile::TempDir>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Server {
    pub fn start() -> Server {
        Server::with(&[])
    }

    /// With settings in the environment.
    pub fn with(settings: &[(&str, &str)]) -> Server {
        let keep = tempfile::tempdir().unwrap();
        let mut server = Server::on(keep.path(), settings, true);
        server._keep = Some(keep);
        server
    }

    /// On a directory that outlives it.
    pub fn on(dir: &Path, settings: &[(&str, &str)], with_tokens: bool) -> Server {
        let mut command = Command::new(BINARY);
        command.args(["serve", "--data"]).arg(dir);
        command.env_clear().env("HOME", dir).env("GATELOG_LISTEN_ADDRESS", "127.0.0.1:0");
        if with_tokens {
            command.env("GATELOG_BOOTSTRAP_ADMIN_TOKEN", ADMIN).env("GATELOG_BOOTSTRAP_INGEST_TOKEN", INGEST);
        }
        command.envs(settings.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, copy) = (child.stderr.take().unwrap(), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = copy.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split_once("://").map(|(_, address)| address).unwrap_or_else(|| {
            std::thread::sleep(Duration::from_millis(200));
            panic!("did not start: {line:?} {}", log.lock().unwrap())
        });
        Server { child, address: address.to_owned(), dir: dir.to_owned(), log, _keep: None }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until its log has this: another thread reads it.
    pub fn until_logged(&self, text: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        while !self.log().contains(text) {
            assert!(Instant::now() < until, "not in the log: {text}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends a request with these headers and reads the whole answer.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding")) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let mut stream = self.connect();
        // A server that refuses early may close before everything is written.
        let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
        read_reply(stream)
    }

    pub fn ingest(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.send("POST", path, &[("Authorization", &format!("Bearer {INGEST}"))], body.as_ref())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[("Authorization", &format!("Bearer {ADMIN}"))], b"")
    }

    pub fn get_as(&self, token: &str, path: &str) -> Reply {
        self.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], b"")
    }

    pub fn delete(&self, token: &str, path: &str) -> Reply {
        self.send("DELETE", path, &[("Authorization", &format!("Bearer {token}"))], b"")
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.send_json("POST", token, path, body)
    }

    pub fn put(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.send_json("PUT", token, path, body)
    }

    /// Makes an account and signs in with it; the cookie.
    pub fn person(&self, name: &str, role: &str) -> String {
        let user = serde_json::json!({ "name": name, "role": role, "password": PASSWORD });
        let made = self.post(ADMIN, "/api/v1/users", &user);
        assert_eq!(made.status, 201, "{}", made.text());
        let reply = self.sign_in(name, PASSWORD);
        assert_eq!(reply.status, 200, "{}", reply.text());
        cookie(&reply)
    }

    pub fn sign_in(&self, name: &str, password: &str) -> Reply {
        let body = serde_json::json!({ "name": name, "password": password }).to_string();
        self.send("POST", "/api/v1/session", &[("Content-Type", "application/json")], body.as_bytes())
    }

    pub fn send_with(&self, cookie: &str, method: &str, path: &str, body: &Value) -> Reply {
        let headers = [("Cookie", cookie), ("Content-Type", "application/json")];
        self.send(method, path, &headers, body.to_string().as_bytes())
    }

    fn send_json(&self, method: &str, token: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        self.send(method, path, &headers, body.to_string().as_bytes())
    }

    /// Makes a token with the CLI and waits until the server takes it.
    pub fn token(&self, args: &[&str]) -> String {
        let made = self.cli("", &[&["token", "create"], args].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        let until = Instant::now() + Duration::from_secs(30);
        while self.get_as(&token, "/api/v1/reasons").status == 401 {
            assert!(Instant::now() < until, "the token is not taken");
            std::thread::sleep(Duration::from_millis(50));
        }
        token
    }

    pub fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    /// Calls in the whole range the tests use.
    pub fn total(&self, filter: &str) -> u64 {
        let path = format!("/api/v1/summary?from=2000-01-01&to=2100-01-01&filter={}", escaped(filter));
        self.json(&path)["total_calls"].as_u64().unwrap()
    }

    /// A clean stop, as by SIGTERM.
    pub fn stop(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let until = Instant::now() + Duration::from_secs(30);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "did not stop: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// An end without warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Runs a command of the CLI against it.
    pub fn cli(&self, token: &str, args: &[&str]) -> Output {
        self.command(token, args).output().unwrap()
    }

    pub fn command(&self, token: &str, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .args(args)
            .env_clear()
            .env("HOME", &self.dir)
            .env("GATELOG_URL", self.url())
            .env("GATELOG_TOKEN", token)
            .env("GATELOG_DATA_DIR", &self.dir);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The session cookie an answer sets.
pub fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// Reads an answer to its end.
pub fn read_reply(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let at =
        bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer: {bytes:?}"));
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut body = bytes[at + 4..].to_vec();
    if headers.iter().any(|(n, v)| n.eq_ignore_ascii_case("transfer-encoding") && v == "chunked") {
        body = unchunked(&body);
    }
    Reply { status, headers, body }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(at) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&rest[..at]).trim(), 16).unwrap();
        rest = &rest[at + 2..];
        if size == 0 {
            return out;
        }
        out.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
    panic!("the answer broke off");
}

/// As in a query string.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// An event in the contract's form.
pub fn event(n: u64) -> String {
    format!(
        r#"{{"timestamp":"2026-11-21T10:{:02}:{:02}Z","request_id":"rq-{n}","consumer_id":"app-{}","request":{{"path":"/v1/pets/{n}","method":"GET"}},"response":{{"status":200,"duration_ms":12.5}},"access":{{"granted":true,"reason":null}}}}"#,
        n / 60 % 60,
        n % 60,
        n % 7
    )
}

/// Some events, one a line.
pub fn lines(range: std::ops::Range<u64>) -> String {
    range.map(|n| event(n) + "\n").collect()
}
