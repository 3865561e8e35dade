//! What something is at a moment, for the before and after of an act. Never a secret, and nothing that changes by itself.

use serde_json::{Value, json};

use crate::app::App;
use crate::catalog::Content;

/// The thing of that kind and id or name, when there is one.
pub(crate) fn look(app: &App, resource_type: &str, id: &str) -> Option<Value> {
    app.catalog.with(|content| of(content, resource_type, id))
}

fn of(content: &Content, resource_type: &str, id: &str) -> Option<Value> {
    match resource_type {
        "source" => {
            let source = content.sources.get(id)?;
            let tokens: Vec<Value> = content
                .keyring
                .tokens()
                .filter(|entry| entry.appends_to(id))
                .map(|entry| {
                    json!({ "id": entry.id, "expires": entry.expires.map(|t| t.to_string()),
                            "revoked": entry.revoked.map(|t| t.to_string()) })
                })
                .collect();
            Some(json!({ "name": id, "paused": source.paused, "gateway": source.gateway,
                "format": source.reading.format, "field_map": source.reading.field_map, "tokens": tokens }))
        }
        "view" => content.views.any(id).and_then(|view| serde_json::to_value(view).ok()),
        "dashboard" => content.boards.any(id).and_then(|board| serde_json::to_value(board).ok()),
        "report" => content.reports.any(id).and_then(|report| serde_json::to_value(report).ok()),
        "user" => content.keyring.user(id).map(|user| {
            json!({ "name": user.name, "full_name": user.full_name, "role": user.role, "rows": user.rows,
                "disabled": user.disabled, "provider": user.provider })
        }),
        "retention" => serde_json::to_value(content.retention.set).ok(),
        "masks" => serde_json::to_value(content.masks.rules()).ok(),
        "request" => content.waiting.get(id).and_then(|request| serde_json::to_value(request).ok()),
        "hold" => content.retention.holds.get(id).and_then(|hold| serde_json::to_value(hold).ok()),
        "role" => {
            let (_, role) = content.keyring.roles().find(|(name, _)| name.as_str() == id)?;
            serde_json::to_value(role).ok()
        }
        "token" => content.keyring.tokens().find(|entry| entry.id.as_str() == id).map(|entry| {
            json!({ "name": entry.name, "may": entry.may, "user": entry.user, "rows": entry.row_filter,
                "expires": entry.expires.map(|t| t.to_string()), "revoked": entry.revoked.map(|t| t.to_string()) })
        }),
        _ => None,
    }
}
