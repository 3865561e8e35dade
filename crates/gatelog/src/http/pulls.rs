//! What the server fetches by itself, and how that goes.

use keys::Scope;

use super::answer::json;
use super::route::{Answer, Call};

/// `GET /pulls`.
pub(crate) async fn list(_: Scope, call: Call) -> Answer {
    json(&serde_json::json!({ "pulls": call.app.outbound.pulls() }))
}
