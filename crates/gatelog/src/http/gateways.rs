//! How gateways are connected: what to do, with places for this server's address and a token, or with both.

use axum::http::{HeaderMap, header};
use keys::Scope;
use serde::Serialize;

use super::answer::json;
use super::route::{Answer, Call};
use crate::config::Config;
use crate::gateways::{GATEWAYS, Gateway, Language, Note, Step, with_address};

#[derive(Serialize)]
struct Shown {
    id: &'static str,
    label: &'static str,
    format: Option<&'static str>,
    about: &'static str,
    notes: [Note; 3],
    steps: &'static [Step],
}

/// A step, filled in.
#[derive(Serialize)]
pub(crate) struct Filled {
    text: &'static str,
    language: Language,
    file: &'static str,
    code: String,
}

/// `GET /gateways`.
pub(crate) async fn list(_: Scope, call: Call) -> Answer {
    let url = public_url(&call.app.config, &call.parts.headers);
    let gateways: Vec<Shown> = GATEWAYS
        .iter()
        .map(|gateway| Shown {
            id: gateway.id,
            label: gateway.label,
            format: gateway.format,
            about: gateway.about,
            notes: gateway.notes(),
            steps: gateway.steps,
        })
        .collect();
    json(&serde_json::json!({ "url": url, "gateways": gateways }))
}

/// What to do for a gateway, address and token filled in.
pub(crate) fn connect(gateway: &Gateway, url: &str, token: &str) -> Vec<Filled> {
    let fill = |step: &Step| Filled {
        text: step.text,
        language: step.language,
        file: step.file,
        code: with_address(step.code, url).replace("{token}", token),
    };
    gateway.steps.iter().map(fill).collect()
}

/// The address of this server for others: as the settings say, or as this caller reached it.
pub(crate) fn public_url(config: &Config, headers: &HeaderMap) -> String {
    if !config.public_url.is_empty() {
        return config.public_url.trim_end_matches('/').to_owned();
    }
    let is_plain = |host: &&str| host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(is_plain);
    format!("{}://{}", config.scheme(), host.unwrap_or(&config.listen_address))
}
