//! Who calls an Admin API through a proxy, and which of their headers the gateway gets. Three ways to be known: a token of
//! Gatelog, a client certificate, a header that somebody trusted has set. Knows no resources.

use std::net::{IpAddr, SocketAddr};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use keys::PrincipalKind;

use super::setup::Plan;
use crate::app::App;
use crate::clock;
use crate::http::error::Problem;

/// The header of our own.
const OURS: &str = "x-gatelog-token";
/// What the tokens we make begin with.
const TOKEN_START: &str = "gl_";
/// Characters of a name that a certificate or header gives.
const NAME_CHARS_MAX: usize = 128;

/// Headers that are about one connection only.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub(super) name: String,
    /// `person` or `machine`.
    pub(super) kind: &'static str,
    /// The public part of the token; empty for other ways.
    pub(super) token: String,
    /// The name of the role; empty for who has no account.
    pub(super) role: String,
}

/// Where a call comes from.
#[derive(Clone)]
pub(super) struct From {
    pub(super) peer: SocketAddr,
    /// The name in the certificate that was shown and checked.
    pub(super) certificate: Option<String>,
}

/// Who calls. A token counts before a certificate, and that before a header.
pub(super) fn operator(
    app: &App,
    plan: &Plan,
    from: &From,
    headers: &HeaderMap,
) -> Result<Operator, Problem> {
    if let Some(token) = token(plan, headers) {
        let known = app.catalog.with(|content| content.keyring.authenticate(token, clock::now()));
        let principal = known.map_err(|_| unknown())?;
        let Some(role) = principal.role() else { return Err(unknown()) };
        let kind = match principal.kind() {
            PrincipalKind::Person => "person",
            PrincipalKind::Machine | PrincipalKind::Ingest => "machine",
        };
        let (name, token) = (principal.name().to_owned(), principal.token().to_string());
        return Ok(Operator { name, kind, token, role: role.as_str().to_owned() });
    }
    let named = || {
        let (name, trusted) = plan.identity.as_ref()?;
        let peer: IpAddr = from.peer.ip().to_canonical();
        let is_trusted = trusted.iter().any(|net| net.contains(&peer));
        headers.get(name).filter(|_| is_trusted)?.to_str().ok().map(str::trim)
    };
    let name = from.certificate.as_deref().or_else(named).filter(|name| !name.is_empty());
    let name: String = name.ok_or_else(unknown)?.chars().take(NAME_CHARS_MAX).collect();
    let account = app.catalog.with(|content| {
        content
            .keyring
            .user(&name.to_lowercase())
            .map(|user| (user.disabled, user.name.clone(), user.role.as_str().to_owned()))
    });
    match account {
        Some((true, ..)) => Err(unknown()),
        Some((false, name, role)) => Ok(Operator { name, kind: "person", token: String::new(), role }),
        None => Ok(Operator { name, kind: "machine", token: String::new(), role: String::new() }),
    }
}

fn unknown() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "this Admin API is reached with a token of Gatelog")
        .remedy("send `X-Gatelog-Token: <token>` beside the gateway's own; `gatelog token create` makes one")
}

/// The token of ours that came: in its own header, as a bearer, or in the place of the gateway's own.
fn token<'h>(plan: &Plan, headers: &'h HeaderMap) -> Option<&'h str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let bearer = || text("authorization")?.split_once(' ').map(|(_, token)| token.trim());
    let ours = |token: &&str| token.starts_with(TOKEN_START);
    text(OURS)
        .filter(|token| !token.is_empty())
        .or_else(|| bearer().filter(ours))
        .or_else(|| text(plan.kind.token_header).filter(ours))
}

/// Whether the last word of a value is a token of ours.
fn is_ours(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    !text.contains(';')
        && text.split_whitespace().next_back().is_some_and(|word| word.starts_with(TOKEN_START))
}

/// Leaves of the headers what is meant for the gateway, in their order. `lent` is the gateway's own token, for who brought
/// none.
pub(super) fn strip(parts: &mut Parts, plan: &Plan, lent: Option<&HeaderValue>) {
    let named: Vec<String> = parts
        .headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let is_meant = |name: &HeaderName, value: &HeaderValue| {
        name != OURS
            && !is_ours(value)
            && !HOP_BY_HOP.contains(&name.as_str())
            && !named.iter().any(|one| name == one.as_str())
    };
    let meant = parts.headers.iter().filter(|(name, value)| is_meant(name, value));
    let plain = |name: &HeaderName, value: &HeaderValue| match *name == header::COOKIE {
        true => without_session(value),
        false => Some(value.clone()),
    };
    let mut headers: HeaderMap =
        meant.filter_map(|(name, value)| Some((name.clone(), plain(name, value)?))).collect();
    if let Some(token) = lent
        && !headers.contains_key(plan.kind.token_header)
    {
        headers.insert(plan.kind.token_header, token.clone());
    }
    parts.headers = headers;
}

/// Cookies without a session of ours: browsers send it to every port of a host.
fn without_session(value: &HeaderValue) -> Option<HeaderValue> {
    let text = value.to_str().unwrap_or_default();
    let is_ours = |cookie: &&str| {
        cookie.split_once('=').is_some_and(|(_, value)| value.trim().starts_with(TOKEN_START))
    };
    if !text.split(';').any(|cookie| is_ours(&cookie)) {
        return Some(value.clone());
    }
    let others: Vec<&str> = text.split(';').filter(|cookie| !is_ours(cookie)).map(str::trim).collect();
    HeaderValue::from_str(&others.join("; ")).ok().filter(|value| !value.is_empty())
}

/// The name in a certificate: its common name, else the first of its other names.
pub(super) fn certificate_name(der: &[u8]) -> Option<String> {
    use x509_parser::extensions::GeneralName;
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let common = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let other = || {
        let names = certificate.subject_alternative_name().ok()??;
        names.value.general_names.iter().find_map(|name| match name {
            GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => {
                Some(*name)
            }
            _ => None,
        })
    };
    common.or_else(other).map(str::to_owned)
}
