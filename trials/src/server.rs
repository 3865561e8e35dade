//! A Gatelog of our own on a free port, to be asked, killed and started again.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

/// The credentials every trial uses.
pub(crate) const ADMIN: &str = "trial-admin-token-0123456789";
const INGEST: &str = "trial-ingest-token-0123456789";

/// A running server.
pub(crate) struct Server {
    child: Child,
    agent: ureq::Agent,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

/// How one is started.
pub(crate) struct Start<'a> {
    pub(crate) binary: &'a Path,
    pub(crate) data: PathBuf,
    pub(crate) port: u16,
    /// `GATELOG_…` settings, and other variables of its environment.
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl Start<'_> {
    /// Starts it and waits until it says it is ready.
    pub(crate) fn start(&self) -> Result<Server> {
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.data.with_extension("log"))?;
        let child = Command::new(self.binary)
            .args(["serve", "--data"])
            .arg(&self.data)
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .env("GATELOG_BOOTSTRAP_ADMIN_TOKEN", ADMIN)
            .env("GATELOG_BOOTSTRAP_INGEST_TOKEN", INGEST)
            .envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", self.binary.display()))?;
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let mut server = Server { child, agent, url: format!("http://127.0.0.1:{}", self.port) };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(15) {
            if let Ok((200, _)) = server.get("/readyz") {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("it did not start: {status}; see {}", self.data.with_extension("log").display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("it was not ready after 15 s")
    }
}

impl Server {
    /// Kills it without a word.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Status and text of a GET.
    pub(crate) fn get(&self, path: &str) -> Result<(u16, String)> {
        let request =
            self.agent.get(format!("{}{path}", self.url)).header("authorization", format!("Bearer {ADMIN}"));
        let mut answer = request.call()?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(4 << 30).read_to_string()?;
        Ok((status, text))
    }

    /// What time it thinks it is.
    pub(crate) fn clock(&self) -> Result<SystemTime> {
        let answer = self.agent.get(format!("{}/healthz", self.url)).call()?;
        let date = answer.headers().get("date").context("an answer without a date")?;
        Ok(httpdate::parse_http_date(date.to_str()?)?)
    }

    /// The JSON of a GET that must succeed.
    pub(crate) fn json(&self, path: &str) -> Result<serde_json::Value> {
        let (status, text) = self.get(path)?;
        if status != 200 {
            bail!("GET {path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Every request id there is, through the unlimited export.
    pub(crate) fn request_ids(&self) -> Result<Vec<String>> {
        let (status, text) =
            self.get("/api/v1/export?format=ndjson&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z")?;
        if status != 200 {
            bail!("export: {status} {text}");
        }
        let mut ids = Vec::new();
        for line in text.lines() {
            let event: serde_json::Value = serde_json::from_str(line)?;
            let id = event
                .get("request_id")
                .and_then(|v| v.as_str())
                .context("an event without its request id")?;
            ids.push(id.to_owned());
        }
        Ok(ids)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts a body; the status, or an error when the server was not there.
pub(crate) fn post(agent: &ureq::Agent, url: &str, body: &[u8]) -> Result<(u16, serde_json::Value)> {
    let mut answer =
        agent.post(format!("{url}/ingest")).header("authorization", format!("Bearer {INGEST}")).send(body)?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string()?;
    Ok((status, serde_json::from_str(&text).unwrap_or_default()))
}

/// An agent for posting, with a short patience.
pub(crate) fn sender() -> ureq::Agent {
    let seconds = Some(Duration::from_secs(20));
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(seconds).build().into()
}

/// Contract-form lines with these request ids, at this time.
pub(crate) fn lines(ids: &[String], time: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, id) in ids.iter().enumerate() {
        let (status, granted, reason) =
            if n % 10 == 0 { (403, false, "\"Route not in allowed list\"") } else { (200, true, "null") };
        let _ = writeln!(
            out,
            r#"{{"timestamp":"{time}","request_id":"{id}","gateway":"edge","environment":"prod","api":"orders","route":"/orders/{{id}}","consumer_id":"app-{}","consumer_groups":["gold"],"request":{{"path":"/orders/{n}","method":"GET","ip":"10.0.0.{}","user_agent":"trial/1"}},"response":{{"status":{status},"duration_ms":{}}},"access":{{"granted":{granted},"reason":{reason}}}}}"#,
            n % 7,
            n % 250,
            5 + n % 90,
        );
    }
    out
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The moment now as RFC 3339, and some minutes before it.
pub(crate) fn ago(minutes: u64) -> String {
    let seconds = SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    // Epoch seconds are one of the spellings a timestamp may have.
    (seconds - minutes * 60).to_string()
}
