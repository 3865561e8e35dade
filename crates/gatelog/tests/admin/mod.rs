//! Stand-ins for the Admin APIs of Kong and APISIX, with what matters of their rules: unique names, foreign keys, what a
//! deletion takes along, which status for what. Each keeps a journal of what it changed, which is the truth that the trail
//! is held against, and of every request as it came. They stop with the process.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

mod apisix;
mod kong;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// The admin key of the stand-in for APISIX.
pub const KEY: &str = "edd1c9f0343-admin-key";

/// What a stand-in did.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub verb: &'static str,
    pub kind: String,
    pub id: String,
    pub before: Value,
    pub after: Value,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn is_change(&self) -> bool {
        !self.line.starts_with("GET ") && !self.line.starts_with("HEAD ")
    }
}

/// What a stand-in holds.
#[derive(Default)]
pub struct State {
    pub things: BTreeMap<(String, String), Value>,
    pub journal: Vec<Change>,
    pub seen: Vec<Seen>,
    /// Kong's workspaces beside the default one.
    pub workspaces: BTreeMap<String, State>,
    /// A path whose answer never comes.
    pub silent: String,
    count: u64,
}

impl State {
    /// An id that comes out the same in each run.
    fn id(&mut self) -> String {
        self.count += 1;
        format!("00000000-0000-4000-8000-{:012}", self.count)
    }

    /// A time that comes out the same in each run.
    fn tick(&mut self) -> u64 {
        self.count += 1;
        1_795_298_000 + self.count
    }

    fn note(&mut self, verb: &'static str, kind: &str, id: &str, before: Option<Value>, after: Value) {
        let (kind, id) = (kind.to_owned(), id.to_owned());
        self.journal.push(Change { verb, kind, id, before: before.unwrap_or(Value::Null), after });
    }
}

type Rules = fn(&mut State, &Seen) -> (u16, Option<Value>);

/// A stand-in that runs.
pub struct Admin {
    pub address: String,
    pub state: Arc<Mutex<State>>,
}

impl Admin {
    pub fn kong() -> Admin {
        Admin::with(kong::answer)
    }

    pub fn apisix() -> Admin {
        Admin::with(apisix::answer)
    }

    fn with(rules: Rules) -> Admin {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, state) = (stream.unwrap(), Arc::clone(&shared));
                std::thread::spawn(move || while let Some(()) = serve(&stream, &state, rules) {});
            }
        });
        Admin { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn journal(&self) -> Vec<Change> {
        self.state.lock().unwrap().journal.clone()
    }

    /// Requests that could change something.
    pub fn tried(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.iter().filter(|seen| seen.is_change()).cloned().collect()
    }

    /// Sends a request without the proxy.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let reply = send(&self.address, method, path, headers, body);
        let text = reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
        let status = reply.split(' ').nth(1).unwrap_or_else(|| panic!("{reply}")).parse().unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// Sends a request and reads all that comes back.
pub fn send(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: admin.test\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            head.push_str("Content-Type: application/json\r\n");
        }
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    raw(address, format!("{head}\r\n{body}").as_bytes())
}

/// Sends these bytes and reads all that comes back.
pub fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that refuses early may close before everything is written.
    let _ = stream.write_all(bytes);
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    String::from_utf8_lossy(&reply).into_owned()
}

fn serve(stream: &TcpStream, state: &Mutex<State>, rules: Rules) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let seen = read(&mut reader)?;
        let (status, body, is_silent) = {
            let mut state = state.lock().unwrap();
            state.seen.push(seen.clone());
            let is_silent = seen.is_change() && !state.silent.is_empty() && seen.line.contains(&state.silent);
            let (status, body) = rules(&mut state, &seen);
            (status, body.map(|body| body.to_string()).unwrap_or_default(), is_silent)
        };
        if is_silent {
            std::thread::sleep(Duration::from_secs(600));
        }
        let has = |name: &str, value: &str| {
            seen.headers.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && v == value)
        };
        let is_last = has("connection", "close");
        let length =
            if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let head = format!(
            "HTTP/1.1 {status} Made Up\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Type: application/json; charset=utf-8\r\n\
             Server: stand-in/1\r\nX-Odd-CASE: kept\r\n{length}\r\n"
        );
        let mut writer = stream;
        writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).ok()?;
        if is_last {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            return None;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Seen> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers: Vec<(String, String)> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let value =
        |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone());
    let mut body = Vec::new();
    if value("transfer-encoding").is_some() {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    } else {
        body.resize(value("content-length").map_or(0, |text| text.parse().unwrap()), 0);
        reader.read_exact(&mut body).ok()?;
    }
    Some(Seen { line: lines.first()?.clone(), headers, body })
}

/// The method, and the segments of the path.
fn parts(seen: &Seen) -> (String, Vec<String>) {
    let mut words = seen.line.split(' ');
    let method = words.next().unwrap().to_owned();
    let path = words.next().unwrap().split('?').next().unwrap();
    (method, path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect())
}

/// What a body says: JSON or a form.
fn body_of(seen: &Seen) -> Value {
    if let Ok(value) = serde_json::from_slice(&seen.body) {
        return value;
    }
    let text = String::from_utf8_lossy(&seen.body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let mut object = serde_json::json!({});
    for (name, value) in pairs {
        let mut at = &mut object;
        for part in name.split('.') {
            at = &mut at[part];
        }
        *at = Value::String(value.to_owned());
    }
    object
}

/// Puts members into a thing; objects are put together, null takes away.
fn merge(thing: &mut Value, patch: &Value) {
    match (thing, patch) {
        (Value::Object(thing), Value::Object(patch)) => {
            for (name, value) in patch {
                match value {
                    Value::Null => drop(thing.remove(name)),
                    value => merge(thing.entry(name.clone()).or_insert(Value::Null), value),
                }
            }
        }
        (thing, patch) => *thing = patch.clone(),
    }
}
