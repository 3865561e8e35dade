//! What trails have in common: members by their names, verbs of calls, the programs calls are made with, and labels that
//! people can read. Knows no gateway.

use event::{Act, Timestamp};
use serde_json::{Map, Value};

type Members = Map<String, Value>;

/// The first of these members that is a text or number and not empty.
pub(super) fn text(members: &Members, names: &[&str]) -> String {
    names.iter().find_map(|name| scalar(members.get(*name)?)).unwrap_or_default()
}

/// A text, number or flag, unless it is empty.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() && text != "-" => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A member inside others, by a path.
pub(super) fn inside<'v>(members: &'v Members, path: &[&str]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(members.get(*first)?, |value, name| value.get(*name))
}

/// The same as text.
pub(super) fn deep(members: &Members, path: &[&str]) -> String {
    inside(members, path).and_then(scalar).unwrap_or_default()
}

/// A moment: RFC 3339, or seconds or milliseconds since 1970.
pub(super) fn time(members: &Members, names: &[&str]) -> Timestamp {
    let moment = |name: &&str| Timestamp::parse(&scalar(members.get(*name)?)?);
    names.iter().find_map(moment).unwrap_or(Timestamp(0))
}

/// JSON as a text, unless there is none.
pub(super) fn json(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(members)) if members.is_empty() => String::new(),
        Some(value) => value.to_string(),
    }
}

/// Stars in place of the members of these names, wherever they stand: what the gateway's own words tell to be a secret,
/// and no other word does.
pub(super) fn hide(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if names.contains(&name.as_str()) && scalar(value).is_some() {
                    *value = Value::String("***".to_owned());
                } else {
                    hide(value, names);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, names)),
        Value::String(text) if text.starts_with('{') => {
            if let Ok(mut inner @ Value::Object(_)) = serde_json::from_str(text) {
                hide(&mut inner, names);
                *text = inner.to_string();
            }
        }
        _ => {}
    }
}

/// The verb of a call.
pub(super) fn verb_of_method(method: &str, status: &str) -> &'static str {
    match (method.to_ascii_uppercase().as_str(), status) {
        ("POST", _) | ("PUT", "201") => "create",
        ("PUT" | "PATCH", _) => "update",
        ("DELETE", _) => "delete",
        ("GET" | "HEAD" | "OPTIONS", _) => "read",
        _ => "other",
    }
}

/// The verb that the first word of an action's name is.
pub(super) fn verb_of_word(word: &str) -> &'static str {
    const VERBS: &[(&str, &str)] = &[
        ("create", "add new insert import register publish issue invite allocate generate"),
        (
            "update",
            "edit modify change set put patch replace rename enable disable activate deactivate attach detach associate \
             disassociate reset rotate assign unassign grant revoke tag untag authorize link unlink upsert configure \
             restore rollback sync approve reject",
        ),
        ("delete", "remove destroy drop purge unpublish deregister terminate release deletecollection"),
        (
            "read",
            "get list describe view retrieve search head lookup batchget query watch show fetch scan count",
        ),
        ("export", "download"),
        ("sign_in", "login signin logon authenticate consolelogin sign_in"),
        ("sign_out", "logout signout logoff sign_out"),
        ("run", "start stop execute invoke send run test validate"),
    ];
    let word = word.to_ascii_lowercase();
    let is = |(verb, words): &&(&str, &str)| *verb == word || words.split_whitespace().any(|one| one == word);
    VERBS.iter().find(is).map_or("other", |(verb, _)| verb)
}

/// What a verb is called before a thing.
pub(super) fn label(verb: &str, thing: &str) -> String {
    let thing = thing.replace(['_', '-', '.'], " ");
    let verb = match verb {
        "sign_in" => return "Sign in".to_owned(),
        "sign_out" => return "Sign out".to_owned(),
        "other" => return capital(&thing),
        verb => verb,
    };
    format!("{} {thing}", capital(verb)).trim_end().to_owned()
}

/// With a capital at its start.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// One of what a list is named after: `routes` are made of a `route`.
pub(super) fn singular(plural: &str) -> String {
    let lower = plural.to_lowercase();
    match lower.strip_suffix("ies") {
        Some(stem) if stem.len() > 1 => format!("{stem}y"),
        _ if ["sses", "xes", "ches", "shes"].iter().any(|end| lower.ends_with(end)) => {
            lower.strip_suffix("es").unwrap_or(&lower).to_owned()
        }
        _ if lower.ends_with("ss") || lower.ends_with("us") => lower,
        _ => lower.strip_suffix('s').unwrap_or(&lower).to_owned(),
    }
}

/// Where a call came from, by the program it was made with.
pub(super) fn source_of_agent(agent: &str) -> &'static str {
    const PROGRAMS: &[(&str, &[&str])] = &[
        (
            "declarative",
            &[
                "terraform",
                "pulumi",
                "cloudformation",
                "deck/",
                "deck ",
                "adc",
                "argocd",
                "flux",
                "helm",
                "crossplane",
            ],
        ),
        ("cli", &["kubectl", "aws-cli", "kongctl", "oc/"]),
        ("dashboard", &["mozilla/", "console", "signin.amazonaws"]),
    ];
    let agent = agent.to_lowercase();
    let named = |(_, words): &&(&str, &[&str])| words.iter().any(|word| agent.contains(word));
    PROGRAMS.iter().find(named).map_or("api", |(source, _)| source)
}

/// The outcome that an HTTP status says.
pub(super) fn outcome_of_status(status: &str) -> &'static str {
    match status.parse::<u16>() {
        Ok(401 | 403) => "denied",
        Ok(0..=399) => "success",
        Ok(_) => "failure",
        Err(_) => "unknown",
    }
}

/// Puts a state where it belongs: what was made or changed is what it is now, what was deleted is what it was.
pub(super) fn state(act: &mut Act, state: String) {
    match act.verb.as_str() {
        "create" | "update" => act.after = state,
        "delete" => act.before = state,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_people() {
        assert_eq!(label("create", "rest_api"), "Create rest api");
        assert_eq!(
            (label("sign_in", "x"), label("other", "push config")),
            ("Sign in".into(), "Push config".into())
        );
        let many =
            ["routes", "policies", "services", "upstream", "httproutes", "gatewayclasses", "status", "apis"];
        let one: Vec<String> = many.iter().map(|many| singular(many)).collect();
        assert_eq!(
            one,
            ["route", "policy", "service", "upstream", "httproute", "gatewayclass", "status", "api"]
        );
        assert_eq!(
            ["Add", "CREATE", "describe", "Login", "ponder"].map(verb_of_word),
            ["create", "create", "read", "sign_in", "other"]
        );
    }

    #[test]
    fn what_only_the_gateway_calls_a_secret_is_hidden() {
        let mut value = serde_json::json!({ "key": "abc", "in": [{ "entity": "{\"key\":\"abc\",\"id\":1}" }], "n": null });
        hide(&mut value, &["key"]);
        assert_eq!(value.to_string().matches("abc").count(), 0, "{value}");
        assert!(value.to_string().contains("id"), "{value}");
    }
}
