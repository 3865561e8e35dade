//! What is asked of an identity provider (OpenID Connect): where its doors are, which keys it signs with, and an ID token
//! for a code. Knows nothing of what a token says or whether it can be believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::byte_serialize;
use serde::Deserialize;
use serde_json::Value;

use crate::egress::{Egress, Fault};

/// The largest answer of a provider, in bytes.
const ANSWER_BYTES_MAX: usize = 512 << 10;

/// What a provider says of itself (OpenID Connect Discovery 1.0, section 3; RFC 8414).
#[derive(Clone, Debug, Deserialize)]
pub struct Provider {
    issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether it says who it is when it sends someone back (RFC 9207).
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub names_itself: bool,
}

/// Who we are to a provider.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// Our name there.
    pub id: &'a str,
    /// What proves that we are it; none of a public client.
    pub secret: Option<&'a str>,
}

/// What an ID token is asked for with.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    /// The code somebody came back with.
    pub code: &'a str,
    /// What the challenge was made of (RFC 7636).
    pub verifier: &'a str,
    /// Where they were sent back to.
    pub redirect_uri: &'a str,
}

/// Whether an address may be that of a provider or of one of its doors: in clear only on this machine.
pub fn is_safe(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_here = name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    !host.is_empty() && !host.contains('@') && (scheme == "https" || scheme == "http" && is_here)
}

impl Provider {
    /// Asks a provider what it is. It must be the one that was asked for, letter by letter.
    pub fn discover(egress: &Egress, issuer: &str) -> Result<Provider, Fault> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let odd = |reason: String| Fault::Odd { host: issuer.to_owned(), reason };
        let found: Provider = serde_json::from_value(egress.json(&url, &[], ANSWER_BYTES_MAX)?)
            .map_err(|error| odd(format!("no description of a provider: {error}")))?;
        if found.issuer != issuer {
            let named: String = found.issuer.chars().take(200).collect();
            return Err(odd(format!("another name: it says it is {named:?}")));
        }
        let doors = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
        if let Some(door) = doors.into_iter().find(|door| !is_safe(door)) {
            return Err(odd(format!("an address in clear: {door:?}")));
        }
        Ok(found)
    }

    /// The keys it signs with now, as it writes them.
    pub fn keys(&self, egress: &Egress) -> Result<Value, Fault> {
        egress.json(&self.jwks_uri, &[], ANSWER_BYTES_MAX)
    }

    /// The ID token for a code.
    pub fn id_token(&self, egress: &Egress, client: Client<'_>, of: Code<'_>) -> Result<String, Fault> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", of.code),
            ("redirect_uri", of.redirect_uri),
            ("code_verifier", of.verifier),
        ];
        let takes = |method: &str| match &self.token_endpoint_auth_methods_supported {
            Some(methods) => methods.iter().any(|known| known == method),
            None => method == "client_secret_basic",
        };
        let mut basic = String::new();
        match client.secret {
            Some(secret) if takes("client_secret_basic") => basic = basic_of(client.id, secret),
            Some(secret) => fields.extend([("client_id", client.id), ("client_secret", secret)]),
            None => fields.push(("client_id", client.id)),
        }
        let mut headers = vec![("Accept", "application/json")];
        if !basic.is_empty() {
            headers.push(("Authorization", &basic));
        }
        let answer = egress.form(&self.token_endpoint, &headers, &fields, ANSWER_BYTES_MAX)?;
        let token = answer.get("id_token").and_then(Value::as_str).map(str::to_owned);
        token.ok_or_else(|| Fault::Odd { host: self.issuer.clone(), reason: "no ID token".to_owned() })
    }
}

/// Name and password as RFC 6749 wants them: each written as in a form first.
fn basic_of(id: &str, secret: &str) -> String {
    let written = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", written(id), written(secret))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_clear_on_this_machine_only() {
        for url in [
            "https://login.example.com/realms/x",
            "http://127.0.0.1:9/",
            "http://localhost",
            "http://[::1]:8/a",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in
            ["http://login.example.com", "http://127.0.0.1@evil.example", "https://", "ftp://localhost", "x"]
        {
            assert!(!is_safe(url), "{url}");
        }
    }

    #[test]
    fn names_and_passwords_are_written_as_in_a_form() {
        // base64 of `a%3Ab:c+d%2Be`
        assert_eq!(basic_of("a:b", "c d+e"), "Basic YSUzQWI6YytkJTJCZQ==");
    }
}
