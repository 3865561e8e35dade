//! AWS CloudTrail: what was done to API Gateway and to any other service of AWS. Knows its events as files, EventBridge and
//! CloudWatch Logs bring them.

use event::Act;
use serde_json::{Map, Value};

use super::words::{capital, deep, hide, inside, json, scalar, source_of_agent, text, time, verb_of_word};
use super::{Kept, Record, Trail};
use crate::format::Reason;

pub(super) static CLOUDTRAIL: Trail = Trail {
    name: "cloudtrail",
    doc: "AWS CloudTrail, of `apigateway.amazonaws.com` and any other service: the files of a trail (`{\"Records\":[…]}`, as they lie \
          in S3), single events, EventBridge's `AWS API Call via CloudTrail`, and all of these by Firehose or CloudWatch Logs. \
          `requestParameters` is what was asked; of what was made `responseElements` is what it is now. Reads are kept too: a trail \
          that logs write events only (`ReadWriteType: WriteOnly`) does not bring them. A second delivery is recognised by `eventID`.",
    recognises: |record| record.has(&["eventSource", "eventName"]) || record.has(&["detail-type", "detail"]),
    read,
};

type Members = Map<String, Value>;

fn read(record: &Record<'_>, act: &mut Act) -> Result<Kept, Reason> {
    let outer = record.object()?;
    let members = outer.get("detail").and_then(Value::as_object).unwrap_or(outer);
    let name = text(members, &["eventName"]);
    if name.is_empty() {
        return Err(Reason::new("no eventName"));
    }
    let hidden = without_keys(&name, members);
    let members = hidden.as_ref().unwrap_or(members);
    act.time = time(members, &["eventTime", "@timestamp"]);
    let words = split(&name);
    let service = text(members, &["eventSource"]);
    let service = service.strip_suffix(".amazonaws.com").unwrap_or(&service);
    act.verb = verb(members, &name, &words).to_owned();
    act.event = said(&words);
    act.code = format!("aws.{service}.{name}");
    act.resource_type = thing(service, &words);
    who(members, act);
    act.address = text(members, &["sourceIPAddress"]);
    act.agent = text(members, &["userAgent"]);
    act.source = source(members, act).to_owned();
    act.request_id = text(members, &["requestID"]);
    outcome(members, act);
    let (asked, made) = (members.get("requestParameters"), members.get("responseElements"));
    (act.resource_id, act.resource_name) = resource(members, &words);
    act.request = json(asked);
    if act.verb == "create" && act.outcome == "success" {
        act.after = json(made);
    }
    if let Some(hidden) = &hidden {
        act.raw = Value::Object(hidden.clone()).to_string();
    }
    Ok(match text(members, &["eventID"]) {
        id if id.is_empty() => Kept::AsItIs,
        id => Kept::As(id),
    })
}

/// API keys of API Gateway stand as `value`, which nothing else tells to be a secret.
fn without_keys(name: &str, members: &Members) -> Option<Members> {
    if !name.contains("ApiKey") {
        return None;
    }
    let mut whole = Value::Object(members.clone());
    for part in ["requestParameters", "responseElements"] {
        if let Some(part) = whole.get_mut(part) {
            hide(part, &["value"]);
        }
    }
    match whole {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// The words of a name: `CreateRestApi` has three.
fn split(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| !b.is_uppercase()) || after.is_some_and(|a| a.is_lowercase()));
        match words.last_mut() {
            Some(word) if !begins && (c.is_alphanumeric()) => word.push(*c),
            _ if c.is_alphanumeric() => words.push(c.to_string()),
            _ => {}
        }
    }
    words
}

/// `Create REST API`: what is short for something stays in capitals.
fn said(words: &[String]) -> String {
    const SHORT: [&str; 12] =
        ["API", "APIS", "REST", "HTTP", "URL", "VPC", "DB", "IP", "ID", "SSH", "MFA", "ACL"];
    let plain = |word: &String| match word.to_uppercase() {
        upper if upper == "APIS" => "APIs".to_owned(),
        upper if SHORT.contains(&upper.as_str()) => upper,
        upper if word.len() > 1 && *word == upper => upper,
        _ => word.to_lowercase(),
    };
    capital(&words.iter().map(plain).collect::<Vec<_>>().join(" "))
}

/// What it is done to: of API Gateway `rest_api`, of other services `iam.user`.
fn thing(service: &str, words: &[String]) -> String {
    let thing: Vec<String> = words.iter().skip(1).map(|word| word.to_lowercase()).collect();
    match (service, thing.join("_")) {
        ("signin", _) => "session".to_owned(),
        ("apigateway", thing) => thing,
        (service, thing) if thing.is_empty() => service.to_owned(),
        (service, thing) => format!("{service}.{thing}"),
    }
}

fn verb(members: &Members, name: &str, words: &[String]) -> &'static str {
    match name {
        "ConsoleLogin" | "SwitchRole" | "CredentialVerification" => return "sign_in",
        "ExitRole" | "Logout" => return "sign_out",
        "RunInstances" => return "create",
        _ => {}
    }
    let word = verb_of_word(words.first().map_or("", String::as_str));
    // What AWS says of it counts; older events say nothing.
    match members.get("readOnly").and_then(flag) {
        Some(true) => "read",
        Some(false) if word == "read" => "other",
        _ => word,
    }
}

fn flag(value: &Value) -> Option<bool> {
    scalar(value)?.parse().ok()
}

fn who(members: &Members, act: &mut Act) {
    let of = |path: &[&str]| deep(members, &[&["userIdentity"], path].concat());
    let kind = of(&["type"]);
    let session = of(&["arn"]).rsplit_once('/').map(|(_, name)| name.to_owned()).unwrap_or_default();
    act.operator = match kind.as_str() {
        "Root" => "root".to_owned(),
        "AssumedRole" | "FederatedUser" => {
            let role = of(&["sessionContext", "sessionIssuer", "userName"]);
            [role, session].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
        }
        "AWSService" => of(&["invokedBy"]),
        _ => of(&["userName"]),
    };
    for other in [&["userName"][..], &["principalId"], &["arn"], &["accountId"], &["invokedBy"]] {
        if act.operator.is_empty() {
            act.operator = of(other);
        }
    }
    let is_person = match kind.as_str() {
        "Root" | "IAMUser" | "IdentityCenterUser" | "SAMLUser" | "WebIdentityUser" => true,
        _ => of(&["arn"]).contains("AWSReservedSSO") || is_console(members),
    };
    act.operator_kind = if is_person { "person" } else { "machine" }.to_owned();
    act.token = of(&["accessKeyId"]);
}

fn is_console(members: &Members) -> bool {
    members.get("sessionCredentialFromConsole").and_then(flag) == Some(true)
}

fn source(members: &Members, act: &Act) -> &'static str {
    match source_of_agent(&act.agent) {
        "declarative" => "declarative",
        _ if is_console(members) || act.verb == "sign_in" => "dashboard",
        _ if act.address.ends_with(".amazonaws.com") => "service",
        source => source,
    }
}

fn outcome(members: &Members, act: &mut Act) {
    const DENIALS: [&str; 9] = [
        "AccessDenied",
        "Unauthorized",
        "Forbidden",
        "AuthFailure",
        "ExplicitDeny",
        "InvalidClientTokenId",
        "ExpiredToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClient",
    ];
    act.status = text(members, &["errorCode"]);
    act.detail = text(members, &["errorMessage"]);
    let has_failed = deep(members, &["responseElements", "ConsoleLogin"]) == "Failure";
    act.outcome = match act.status.as_str() {
        code if DENIALS.iter().any(|denial| code.contains(denial)) => "denied",
        "" if has_failed => "denied",
        "" => "success",
        _ if act.verb == "sign_in" => "denied",
        _ => "failure",
    }
    .to_owned();
}

/// The id and the name of what it was done to: what was made says its id, what was asked for names it.
fn resource(members: &Members, words: &[String]) -> (String, String) {
    let noun: String = words.iter().skip(1).map(String::as_str).collect();
    let mut chars = noun.chars();
    let camel: String =
        chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default();
    let own = [format!("{camel}Id"), format!("{camel}Name"), format!("{camel}Arn"), camel.clone()];
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    const IDS: &[&str] = &[
        "id",
        "restApiId",
        "apiId",
        "usageplanId",
        "usagePlanId",
        "domainName",
        "resourceId",
        "authorizerId",
        "roleName",
        "userName",
        "groupName",
        "policyArn",
        "bucketName",
        "functionName",
        "secretId",
        "keyId",
        "instanceId",
        "name",
        "resourceArn",
        "resourceARN",
    ];
    let parts =
        ["responseElements", "requestParameters"].map(|part| members.get(part).and_then(Value::as_object));
    let find =
        |names: &[&str]| parts.iter().flatten().find_map(|part| found(part, names)).unwrap_or_default();
    let mut id = find(&own);
    if id.is_empty() {
        id = find(IDS);
    }
    if id.is_empty() {
        id = inside(members, &["resources"])
            .and_then(|all| scalar(all.get(0)?.get("ARN")?))
            .unwrap_or_default();
    }
    let name = find(&["name", &format!("{camel}Name"), "userName", "roleName", "groupName"]);
    (id, name)
}

/// A member of these names, also inside `createRestApiInput` and `restapiUpdate`, the more telling name first.
fn found(part: &Members, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let own = part.get(*name).and_then(scalar);
        own.or_else(|| part.values().filter_map(Value::as_object).find_map(|inner| scalar(inner.get(*name)?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_actions_in_words() {
        for (name, words) in [
            ("CreateRestApi", "Create REST API"),
            ("GetApis", "Get APIs"),
            ("DescribeDBInstances", "Describe DB instances"),
            ("ListMFADevices", "List MFA devices"),
            ("UpdateUsagePlanKey", "Update usage plan key"),
        ] {
            assert_eq!(said(&split(name)), words);
        }
        assert_eq!(thing("apigateway", &split("PutMethodResponse")), "method_response");
        assert_eq!(thing("iam", &split("CreateUser")), "iam.user");
    }

    #[test]
    fn an_api_key_is_in_no_part() {
        let record = r#"{"eventName":"CreateApiKey","eventSource":"apigateway.amazonaws.com","eventTime":"2026-11-21T10:00:00Z",
            "requestParameters":{"createApiKeyInput":{"name":"acme","value":"plainlittlekey"}},
            "responseElements":{"id":"k1","name":"acme","value":"plainlittlekey"},"eventID":"e1"}"#;
        let members: Members = serde_json::from_str(record).unwrap();
        let mut act = Act::default();
        read(&Record::Object(&members), &mut act).unwrap();
        assert!(!format!("{act:?}").contains("plainlittlekey"), "{act:?}");
        assert_eq!((act.resource_id.as_str(), act.resource_name.as_str()), ("k1", "acme"));
    }
}
