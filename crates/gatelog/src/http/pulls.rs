//! What the server fetches by itself and stands before, and how that goes.

use keys::Scope;

use super::answer::json;
use super::route::{Answer, Call};

/// `GET /proxies`.
pub(crate) async fn proxies(_: Scope, call: Call) -> Answer {
    let all: Vec<_> = call.app.proxies.iter().map(|proxy| proxy.state()).collect();
    json(&serde_json::json!({ "proxies": all }))
}

/// `GET /pulls`.
pub(crate) async fn list(_: Scope, call: Call) -> Answer {
    json(&serde_json::json!({ "pulls": call.app.outbound.pulls() }))
}
