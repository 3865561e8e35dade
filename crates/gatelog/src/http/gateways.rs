//! How gateways are connected, with this server's address.

use axum::http::{HeaderMap, header};
use keys::Scope;
use serde::Serialize;

use super::answer::json;
use super::route::{Answer, Call};
use crate::config::Config;
use crate::gateways::{GATEWAYS, Gateway, Language, with_address};

#[derive(Serialize)]
struct Shown {
    id: &'static str,
    label: &'static str,
    format: Option<&'static str>,
    field_map: Option<serde_json::Value>,
    about: &'static str,
    steps: Vec<Shell>,
}

/// A step with what is known of the address filled in.
#[derive(Serialize)]
pub(crate) struct Shell {
    text: &'static str,
    language: Language,
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
            field_map: serde_json::from_str(gateway.field_map).ok(),
            about: gateway.about,
            steps: steps(gateway, &url, None),
        })
        .collect();
    json(&serde_json::json!({ "url": url, "gateways": gateways }))
}

/// What to do for a gateway; with a token everything is filled in.
pub(crate) fn steps(gateway: &Gateway, url: &str, token: Option<&str>) -> Vec<Shell> {
    let filled = |code: &str| {
        let code = with_address(code, url);
        match token {
            Some(token) => code.replace("{url}", url).replace("{token}", token),
            None => code,
        }
    };
    let shell = |step: &crate::gateways::Step| Shell {
        text: step.text,
        language: step.language,
        code: filled(step.code),
    };
    gateway.steps.iter().map(shell).collect()
}

/// The address of this server for others: as the settings say, or as this caller reached it.
pub(crate) fn public_url(config: &Config, headers: &HeaderMap) -> String {
    if !config.public_url.is_empty() {
        return config.public_url.trim_end_matches('/').to_owned();
    }
    let is_plain = |host: &&str| host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(is_plain);
    format!("http://{}", host.unwrap_or(&config.listen_address))
}
