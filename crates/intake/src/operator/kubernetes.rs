//! The audit log of Kubernetes, of it what is done to gateways. Knows `audit.k8s.io/v1` and the groups of resources that
//! gateways are set up with.

use event::Act;
use serde_json::Value;

use super::words::{
    deep, inside, json, label, outcome_of_status, singular, source_of_agent, state, text, time, verb_of_word,
};
use super::{Kept, Record, Trail};
use crate::format::Reason;

pub(super) static KUBERNETES: Trail = Trail {
    name: "kubernetes-audit",
    doc: "Kubernetes audit events (`audit.k8s.io/v1`), an `EventList` from a webhook or JSON lines from a file. Kept is what was \
          done to resources that gateways are set up with: the Gateway API, Ingress, and those of Kong, APISIX, Envoy Gateway, \
          Istio, Traefik, NGINX, Contour, Emissary, Gloo, Cilium and Tyk. Other events, and the stages before an answer was given, are left out without a word. What \
          was there before is known of deletions only. A second delivery is recognised by `auditID`.",
    recognises: |record| match record {
        Record::Object(members) => {
            let version = members.get("apiVersion").and_then(Value::as_str);
            members.contains_key("auditID")
                && version.is_none_or(|version| version.starts_with("audit.k8s.io/"))
        }
        Record::Line(_) => false,
    },
    read,
};

/// Groups of resources of gateways; one that begins with a dot stands for all that end with it.
const GROUPS: &[&str] = &[
    "gateway.networking.k8s.io",
    "gateway.networking.x-k8s.io",
    "networking.k8s.io/ingresses",
    "networking.k8s.io/ingressclasses",
    "configuration.konghq.com",
    "gateway-operator.konghq.com",
    "apisix.apache.org",
    "gateway.envoyproxy.io",
    "networking.istio.io",
    "security.istio.io",
    "traefik.io",
    "traefik.containo.us",
    "k8s.nginx.org",
    "gateway.nginx.org",
    "projectcontour.io",
    "getambassador.io",
    "gateway.solo.io",
    "gateway.kgateway.dev",
    "tyk.tyk.io",
    "cilium.io/ciliumenvoyconfigs",
];

fn read(record: &Record<'_>, act: &mut Act) -> Result<Kept, Reason> {
    let members = record.object()?;
    let id = text(members, &["auditID"]);
    if id.is_empty() {
        return Err(Reason::new("no auditID"));
    }
    let (group, resource) =
        (deep(members, &["objectRef", "apiGroup"]), deep(members, &["objectRef", "resource"]));
    let named = format!("{group}/{resource}");
    let stage = text(members, &["stage"]);
    if !GROUPS.iter().any(|one| *one == group || *one == named)
        || ["RequestReceived", "ResponseStarted"].contains(&stage.as_str())
    {
        return Ok(Kept::Not);
    }
    act.time = time(members, &["stageTimestamp", "requestReceivedTimestamp", "timestamp"]);
    let verb = text(members, &["verb"]);
    act.verb = verb_of_word(&verb).to_owned();
    act.resource_type = singular(&resource);
    let part = deep(members, &["objectRef", "subresource"]);
    let thing =
        if part.is_empty() { act.resource_type.clone() } else { format!("{part} of {}", act.resource_type) };
    act.event = label(&act.verb, &thing);
    act.code = format!("k8s.{group}.{resource}.{verb}");
    act.operator = deep(members, &["impersonatedUser", "username"]);
    if act.operator.is_empty() {
        act.operator = deep(members, &["user", "username"]);
    } else {
        act.detail = format!("as whom {} acted", deep(members, &["user", "username"]));
    }
    act.operator_kind = if act.operator.starts_with("system:") { "machine" } else { "person" }.to_owned();
    act.address =
        inside(members, &["sourceIPs"]).and_then(|all| all.get(0)?.as_str()).unwrap_or_default().to_owned();
    act.agent = text(members, &["userAgent"]);
    act.source = source_of_agent(&act.agent).to_owned();
    act.resource_name = deep(members, &["objectRef", "name"]);
    if act.resource_name.is_empty() {
        act.resource_name = deep(members, &["responseObject", "metadata", "name"]);
    }
    let space = deep(members, &["objectRef", "namespace"]);
    act.resource_id = match (space.as_str(), act.resource_name.as_str()) {
        ("", name) => name.to_owned(),
        (space, "") => space.to_owned(),
        (space, name) => format!("{space}/{name}"),
    };
    act.status = deep(members, &["responseStatus", "code"]);
    act.outcome = outcome_of_status(&act.status).to_owned();
    let why = deep(members, &["responseStatus", "message"]);
    if act.outcome != "success" && !why.is_empty() {
        act.detail = why;
    }
    act.request = json(members.get("requestObject"));
    let answered = members
        .get("responseObject")
        .filter(|object| object.get("kind").and_then(Value::as_str) != Some("Status"));
    if act.outcome == "success" {
        state(act, json(answered));
    }
    Ok(Kept::As(id))
}
