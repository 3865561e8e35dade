//! The audit log of webMethods API Gateway. Knows its documents as its destinations and its API write them.

use event::Act;

use super::words::{capital, json, label, singular, state, text, time, verb_of_word};
use super::{Kept, Record, Trail};
use crate::format::Reason;

pub(super) static WEBMETHODS: Trail = Trail {
    name: "webmethods-audit",
    doc: "The audit log of webMethods API Gateway (`auditlogs`): JSON with `user`, `action`, `objectType`, `object`, `payload` and \
          `clientIPAddress`, from a custom destination, an Elasticsearch destination or the archive that \
          `GET /rest/apigateway/apitransactions?eventType=auditlogs` gives. Documents inside `_source` are taken out. A second \
          delivery is recognised by `id`.",
    recognises: |record| {
        record.has(&["objectType", "action"])
            && (record.has(&["creationDate"]) || record.has(&["creationDateInMillis"]))
            || matches!(record, Record::Object(members) if members.get("_source").is_some_and(|inner| inner.get("objectType").is_some()))
    },
    read,
};

fn read(record: &Record<'_>, act: &mut Act) -> Result<Kept, Reason> {
    let outer = record.object()?;
    let members = outer.get("_source").and_then(|inner| inner.as_object()).unwrap_or(outer);
    let action = text(members, &["action"]);
    if action.is_empty() {
        return Err(Reason::new("no action"));
    }
    act.time = time(members, &["creationDateInMillis", "creationDate"]);
    act.verb = verb_of_word(&action).to_owned();
    act.resource_type = singular(&text(members, &["objectType"]).replace(' ', "_"));
    act.event = match act.verb.as_str() {
        "other" => capital(&format!("{} {}", action.to_lowercase(), act.resource_type.replace('_', " "))),
        // The gateway's own verb says more: activate, deactivate.
        "update" => capital(&format!("{} {}", action.to_lowercase(), act.resource_type.replace('_', " "))),
        verb => label(verb, &act.resource_type),
    };
    act.code = format!("webmethods.{}.{}", act.resource_type, action.to_lowercase());
    act.operator = text(members, &["user"]);
    act.address = text(members, &["clientIPAddress"]);
    act.agent = text(members, &["sourceMachine"]);
    act.resource_name = text(members, &["objectName", "object"]);
    act.resource_id = text(members, &["objectId", "object"]);
    act.status = text(members, &["status"]);
    act.outcome = match act.status.to_ascii_uppercase().as_str() {
        "" | "SUCCESS" => "success",
        _ if act.verb == "sign_in" => "denied",
        _ => "failure",
    }
    .to_owned();
    act.detail = text(members, &["message"]);
    act.request_id = text(members, &["correlationID", "correlationId"]);
    state(act, json(members.get("payload")));
    Ok(match text(members, &["id"]) {
        id if id.is_empty() => match text(outer, &["_id"]) {
            id if id.is_empty() => Kept::AsItIs,
            id => Kept::As(id),
        },
        id => Kept::As(id),
    })
}
