//! The HTTP client of the commands: where the server is, which token, and what its errors say.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;

use crate::config::Environment;

/// Where the server is.
#[derive(Args, Clone)]
pub(super) struct Server {
    /// The address of the server. Without it GATELOG_URL counts, then http://127.0.0.1:7080
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The token. Better in GATELOG_TOKEN, where other users of the machine do not see it
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// A server that can be talked to.
#[derive(Clone)]
pub(super) struct Client {
    agent: ureq::Agent,
    url: String,
    token: String,
}

/// What a server answered.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u64>,
    pub(super) body: Value,
}

/// The id of an event, as it stands in a path.
pub(super) fn event_id(text: &str) -> anyhow::Result<&str> {
    id(text, "`gatelog query --json` and `gatelog trail --json` show it")
}

/// The id of what waits for a second person.
pub(super) fn request_id(text: &str) -> anyhow::Result<&str> {
    id(text, "`gatelog retention` shows it, and the answer to who asked")
}

/// An id that may stand in a path, or where it is to be had.
fn id<'a>(text: &'a str, shown: &str) -> anyhow::Result<&'a str> {
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_alphanumeric()) {
        bail!("{text:?} is no id: it has letters and digits only, as {shown}");
    }
    Ok(text)
}

impl Server {
    /// The client, with what is not given taken from the environment.
    pub(super) fn client(&self, environment: &Environment) -> anyhow::Result<Client> {
        let of =
            |given: &Option<String>, name: &str| given.clone().or_else(|| environment.get(name).cloned());
        let url = of(&self.url, "GATELOG_URL").unwrap_or_else(|| "http://127.0.0.1:7080".to_owned());
        let Some(token) = of(&self.token, "GATELOG_TOKEN") else {
            bail!("no token: set GATELOG_TOKEN, or give --token; `gatelog token create` makes one");
        };
        Client::new(&url, &token)
    }
}

impl Client {
    /// A client for that server.
    pub(super) fn new(url: &str, token: &str) -> anyhow::Result<Client> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("{url:?} is not an address such as http://127.0.0.1:7080");
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .user_agent(concat!("gatelog/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Client {
            agent: config.into(),
            url: url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        })
    }

    /// The server's address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Posts a body; every status is a reply.
    pub(super) fn post(&self, path: &str, body: &[u8]) -> anyhow::Result<Reply> {
        let mut response = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/octet-stream")
            .config()
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .send(body)?;
        let status = response.status().as_u16();
        let retry_after_s =
            response.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        let text = response.body_mut().read_to_string().unwrap_or_default();
        Ok(Reply { status, retry_after_s, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }

    /// Sends a document with a method of its own; every status is a reply.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        params: &[(&str, String)],
        body: &[u8],
    ) -> anyhow::Result<Reply> {
        let url = format!("{}{path}", self.url);
        let request = if method == "PUT" { self.agent.put(url) } else { self.agent.post(url) };
        let mut response = request
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/octet-stream")
            .query_pairs(params.iter().map(|(name, value)| (*name, value.as_str())))
            .send(body)
            .with_context(|| format!("{} does not answer", self.url))?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().unwrap_or_default();
        Ok(Reply { status, retry_after_s: None, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }

    /// Asks with a JSON body; every status is a reply.
    pub(super) fn ask(
        &self,
        path: &str,
        params: &[(&str, &str)],
        body: &Value,
    ) -> anyhow::Result<(u16, String)> {
        let mut response = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .query_pairs(params.iter().copied())
            .send(body.to_string())
            .with_context(|| format!("{} does not answer", self.url))?;
        let mut text = String::new();
        let status = response.status().as_u16();
        response.body_mut().as_reader().read_to_string(&mut text)?;
        Ok((status, text))
    }

    /// Gets something; a status that is no success is an error in the server's words.
    pub(super) fn get(&self, path: &str, params: &[(&str, &str)]) -> anyhow::Result<ureq::Body> {
        let mut request = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in params {
            request = request.query(name, value);
        }
        let mut response = request.call().with_context(|| format!("{} does not answer", self.url))?;
        if !response.status().is_success() {
            let text = response.body_mut().read_to_string().unwrap_or_default();
            bail!(said(response.status().as_u16(), &serde_json::from_str(&text).unwrap_or(Value::Null)));
        }
        Ok(response.into_body())
    }

    /// Gets JSON.
    pub(super) fn get_json(&self, path: &str, params: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut text = String::new();
        self.get(path, params)?.into_reader().read_to_string(&mut text)?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// What a problem of the server says, for people.
pub(super) fn said(status: u16, body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let mut out = match text("detail") {
        Some(detail) => format!("{detail} ({status})"),
        None => format!("the server answered {status}"),
    };
    if let Some(position) = body.get("position").and_then(Value::as_u64) {
        out.push_str(&format!(", at character {}", position + 1));
    }
    let suggestions: Vec<&str> = body
        .get("suggestions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !suggestions.is_empty() {
        out.push_str(&format!("; did you mean {}?", suggestions.join(", ")));
    }
    if let Some(remedy) = text("remedy") {
        out.push_str(&format!("\n  {remedy}"));
    }
    out
}
