//! What a call of an Admin API is about: the kind of thing, which one, and whether the call changes it. Each gateway is one
//! [`Kind`] with a list of its collections. Knows no HTTP client, no operator and no trail.

use axum::http::Method;
use serde_json::Value;

use super::snapshot::List;

/// Characters of an id or name that are kept.
const NAME_CHARS_MAX: usize = 256;
/// What is in none of the lists.
pub(super) const OTHER: &str = "other";
/// A whole configuration, handed over at once.
pub(super) const CONFIG: &str = "config";

/// A collection of a gateway's Admin API: its segment of the path, and what one thing of it is called.
struct Collection(&'static str, &'static str);

/// A gateway whose Admin API can be proxied.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name in the settings.
    pub(crate) name: &'static str,
    /// What its codes begin with.
    pub(super) code: &'static str,
    /// The header of its own admin token.
    pub(super) token_header: &'static str,
    place: fn(&[&str]) -> Option<Place>,
    /// Where in an answer the thing itself stands; empty when it is the answer.
    value: &'static str,
    /// Where the entries of a list stand.
    pub(super) list: &'static str,
    /// What a snapshot reads.
    pub(super) lists: &'static [List],
    /// Where it lists its workspaces, each of which has all those lists; a name in front of a path leads to them.
    pub(super) workspaces: Option<&'static str>,
    /// Members that tell a thing from others, best first.
    ids: &'static [&'static str],
    /// Members that name a thing, best first.
    names: &'static [&'static str],
    /// Calls that change nothing although their method could, by the segments they hold.
    harmless: &'static [&'static str],
}

/// Where a path leads.
struct Place {
    resource_type: &'static str,
    id: String,
    /// How many segments lead to the thing itself; what follows is a part of it or done to it.
    segments: usize,
}

/// Every kind.
pub(crate) static KINDS: &[&Kind] = &[&KONG, &APISIX];

pub(crate) static KONG: Kind = Kind {
    name: "kong",
    code: "KONG",
    token_header: "kong-admin-token",
    place: kong,
    value: "",
    list: "data",
    lists: KONG_LISTS,
    workspaces: Some("/workspaces"),
    ids: &["id"],
    names: &["name", "username", "custom_id", "group", "target", "prefix"],
    harmless: &["validate", "schemas"],
};

pub(crate) static APISIX: Kind = Kind {
    name: "apisix",
    code: "APISIX",
    token_header: "x-api-key",
    place: apisix,
    value: "value",
    list: "list",
    lists: APISIX_LISTS,
    workspaces: None,
    ids: &["id", "username"],
    names: &["name", "username", "sni"],
    harmless: &["validate", "schema"],
};

const KONG_COLLECTIONS: &[Collection] = &[
    Collection("services", "service"),
    Collection("service", "service"),
    Collection("routes", "route"),
    Collection("consumers", "consumer"),
    Collection("consumer", "consumer"),
    Collection("consumer_groups", "consumer_group"),
    Collection("plugins", "plugin"),
    Collection("upstreams", "upstream"),
    Collection("targets", "target"),
    Collection("certificates", "certificate"),
    Collection("ca_certificates", "ca_certificate"),
    Collection("snis", "sni"),
    Collection("acls", "acl"),
    Collection("key-auth", "key_auth"),
    Collection("key-auths", "key_auth"),
    Collection("basic-auth", "basic_auth"),
    Collection("basic-auths", "basic_auth"),
    Collection("hmac-auth", "hmac_auth"),
    Collection("hmac-auths", "hmac_auth"),
    Collection("jwt", "jwt"),
    Collection("jwts", "jwt"),
    Collection("oauth2", "oauth2"),
    Collection("oauth2_tokens", "oauth2_token"),
    Collection("mtls-auth", "mtls_auth"),
    Collection("mtls-auths", "mtls_auth"),
    Collection("vaults", "vault"),
    Collection("keys", "key"),
    Collection("key-sets", "key_set"),
    Collection("partials", "partial"),
    Collection("filter-chains", "filter_chain"),
    Collection("workspaces", "workspace"),
    Collection("admins", "admin"),
    Collection("users", "rbac_user"),
    Collection("roles", "rbac_role"),
    Collection("licenses", "license"),
    Collection("event-hooks", "event_hook"),
    Collection("config", CONFIG),
];

const APISIX_COLLECTIONS: &[Collection] = &[
    Collection("routes", "route"),
    Collection("services", "service"),
    Collection("upstreams", "upstream"),
    Collection("consumers", "consumer"),
    Collection("credentials", "credential"),
    Collection("ssls", "ssl"),
    Collection("global_rules", "global_rule"),
    Collection("consumer_groups", "consumer_group"),
    Collection("plugin_configs", "plugin_config"),
    Collection("plugin_metadata", "plugin_metadata"),
    Collection("plugins", "plugin"),
    Collection("protos", "proto"),
    Collection("stream_routes", "stream_route"),
    Collection("secrets", "secret"),
    Collection("configs", CONFIG),
];

const fn list(path: &'static str, resource_type: &'static str) -> List {
    List { path, resource_type, inner: None }
}

const KONG_LISTS: &[List] = &[
    list("/services", "service"),
    list("/routes", "route"),
    list("/consumers", "consumer"),
    list("/consumer_groups", "consumer_group"),
    list("/plugins", "plugin"),
    List { path: "/upstreams", resource_type: "upstream", inner: Some(("targets", "target")) },
    list("/certificates", "certificate"),
    list("/ca_certificates", "ca_certificate"),
    list("/snis", "sni"),
    list("/acls", "acl"),
    list("/key-auths", "key_auth"),
    list("/basic-auths", "basic_auth"),
    list("/hmac-auths", "hmac_auth"),
    list("/jwts", "jwt"),
    list("/oauth2", "oauth2"),
    list("/mtls-auths", "mtls_auth"),
    list("/vaults", "vault"),
    list("/keys", "key"),
    list("/key-sets", "key_set"),
];

const APISIX_LISTS: &[List] = &[
    list("/apisix/admin/routes", "route"),
    list("/apisix/admin/services", "service"),
    list("/apisix/admin/upstreams", "upstream"),
    List {
        path: "/apisix/admin/consumers",
        resource_type: "consumer",
        inner: Some(("credentials", "credential")),
    },
    list("/apisix/admin/ssls", "ssl"),
    list("/apisix/admin/global_rules", "global_rule"),
    list("/apisix/admin/consumer_groups", "consumer_group"),
    list("/apisix/admin/plugin_configs", "plugin_config"),
    list("/apisix/admin/plugin_metadata", "plugin_metadata"),
    list("/apisix/admin/protos", "proto"),
    list("/apisix/admin/stream_routes", "stream_route"),
    list("/apisix/admin/secrets", "secret"),
];

/// Things that are known by a secret in their path.
const CREDENTIALS: &[&str] = &["key_auth", "oauth2_token", "jwt"];

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) resource_type: &'static str,
    /// The id or name in the path; empty when the call makes a new thing.
    pub(super) id: String,
    pub(super) is_change: bool,
    /// The path of the thing as it is before, when it can be read.
    pub(super) thing: Option<String>,
}

fn named(list: &'static [Collection], segment: &str) -> Option<&'static str> {
    list.iter().find(|one| one.0 == segment).map(|one| one.1)
}

impl Kind {
    /// What a call is about. A path that is not in its plain form, which the gateway might read otherwise, is about
    /// something unknown.
    pub(super) fn target(&self, method: &Method, path: &str, is_plain: bool) -> Target {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_harmless = segments.iter().any(|segment| self.harmless.contains(segment));
        let is_change = !(method.is_safe() || is_plain && is_harmless);
        let place = if is_plain { (self.place)(&segments) } else { None };
        let Some(place) = place else {
            let id = decoded(path);
            return Target { resource_type: OTHER, id, is_change, thing: None };
        };
        // `/routes/x/service` names no id and yet one thing.
        let last = place.segments.checked_sub(1).and_then(|at| segments.get(at));
        let is_one = !place.id.is_empty() || matches!(last, Some(&"service" | &"consumer"));
        let thing = is_one.then(|| {
            let first: Vec<&str> = segments.iter().take(place.segments).copied().collect();
            format!("/{}", first.join("/"))
        });
        Target { resource_type: place.resource_type, id: decoded(&place.id), is_change, thing }
    }

    /// The thing inside an answer.
    pub(super) fn value(&self, mut answer: Value) -> Value {
        match self.value {
            "" => answer,
            name => answer.get_mut(name).map(Value::take).unwrap_or(Value::Null),
        }
    }

    /// The id of a thing and what people call it.
    pub(super) fn called(&self, thing: &Value) -> (String, String) {
        let text = |name: &str| match thing.get(name) {
            Some(Value::String(text)) => Some(text.chars().take(NAME_CHARS_MAX).collect::<String>()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let first = |names: &[&str]| names.iter().find_map(|name| text(name).filter(|text| !text.is_empty()));
        (first(self.ids).unwrap_or_default(), first(self.names).unwrap_or_default())
    }
}

/// Whether the last segment of a path about such a thing may be a secret: a key is also the name of its credential.
pub(super) fn is_secret_id(resource_type: &str, id: &str) -> bool {
    let is_uuid = id.len() == 36 && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    CREDENTIALS.contains(&resource_type) && !is_uuid
}

/// `/services/a/plugins/b`, perhaps after the name of a workspace: pairs of a collection and an id.
fn kong(segments: &[&str]) -> Option<Place> {
    let of = |at: usize| segments.get(at).and_then(|segment| named(KONG_COLLECTIONS, segment));
    let mut at = usize::from(of(0).is_none() && (of(1).is_some() || segments.get(1) == Some(&"rbac")));
    at += usize::from(segments.get(at) == Some(&"rbac"));
    let mut found: Option<Place> = None;
    while let Some(name) = of(at) {
        let is_member = found.as_ref().is_some_and(|outer| {
            matches!(
                (outer.resource_type, name),
                ("consumer_group", "consumer") | ("consumer", "consumer_group")
            )
        });
        let id = segments.get(at + 1).copied().unwrap_or_default().to_owned();
        // `/routes/x/service` names no id: it is the one of that route.
        let has_id =
            !id.is_empty() && !matches!(segments.get(at), Some(&"service" | &"consumer" | &"config"));
        found = Some(Place {
            resource_type: if is_member { "consumer_group_member" } else { name },
            id: if has_id { id } else { String::new() },
            segments: at + 1 + usize::from(has_id),
        });
        at += 1 + usize::from(has_id);
    }
    found
}

/// `/apisix/admin/routes/1`, `/apisix/admin/consumers/ada/credentials/1`, `/apisix/admin/secrets/vault/1`.
fn apisix(segments: &[&str]) -> Option<Place> {
    let ["apisix", "admin", rest @ ..] = segments else { return None };
    let (first, second) =
        (named(APISIX_COLLECTIONS, rest.first()?)?, rest.get(2).copied().unwrap_or_default());
    let id = |at: usize| rest.get(at).copied().unwrap_or_default().to_owned();
    let is_nested = matches!(
        (first, second),
        ("consumer", "credentials") | ("service", "upstreams" | "routes" | "stream_routes")
    );
    Some(match (first, is_nested) {
        (_, true) => {
            let inner = named(APISIX_COLLECTIONS, second)?;
            Place { resource_type: inner, id: id(3), segments: 2 + rest.len().min(4) }
        }
        ("secret", _) if rest.len() > 2 => {
            Place { resource_type: first, id: format!("{}/{}", id(1), id(2)), segments: 5 }
        }
        _ => Place { resource_type: first, id: id(1), segments: 2 + rest.len().min(2) },
    })
}

/// A segment as people write it.
fn decoded(segment: &str) -> String {
    let text = segment.replace('+', "%2B");
    let pair = format!("={text}");
    let text = form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    text.chars().take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &Kind, method: &str, path: &str) -> String {
        let target = kind.target(&method.parse().unwrap(), path, true);
        let change = if target.is_change { "changes" } else { "reads" };
        format!("{change} {} {:?} at {}", target.resource_type, target.id, target.thing.unwrap_or_default())
    }

    #[test]
    fn paths_of_kong() {
        for (method, path, expected) in [
            ("POST", "/services", r#"changes service "" at "#),
            ("PATCH", "/services/pets", r#"changes service "pets" at /services/pets"#),
            ("GET", "/services/pets/routes", r#"reads route "" at "#),
            ("PUT", "/services/pets/plugins/7", r#"changes plugin "7" at /services/pets/plugins/7"#),
            ("PATCH", "/routes/r/service", r#"changes service "" at /routes/r/service"#),
            ("POST", "/consumers/ada/key-auth", r#"changes key_auth "" at "#),
            ("DELETE", "/consumers/a%20b/acls/gold", r#"changes acl "gold" at /consumers/a%20b/acls/gold"#),
            ("POST", "/consumer_groups/g/consumers", r#"changes consumer_group_member "" at "#),
            ("PUT", "/team/routes/r", r#"changes route "r" at /team/routes/r"#),
            ("POST", "/team/rbac/users", r#"changes rbac_user "" at "#),
            ("PUT", "/upstreams/u/targets/t/healthy", r#"changes target "t" at /upstreams/u/targets/t"#),
            ("POST", "/schemas/plugins/validate", r#"reads plugin "validate" at /schemas/plugins/validate"#),
            ("PUT", "/debug/node/log-level/debug", r#"changes other "/debug/node/log-level/debug" at "#),
            ("POST", "/config", r#"changes config "" at "#),
        ] {
            assert_eq!(told(&KONG, method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn paths_of_apisix() {
        for (method, path, expected) in [
            ("PUT", "/apisix/admin/routes/1", r#"changes route "1" at /apisix/admin/routes/1"#),
            ("PATCH", "/apisix/admin/routes/1/uri", r#"changes route "1" at /apisix/admin/routes/1"#),
            ("PUT", "/apisix/admin/consumers", r#"changes consumer "" at "#),
            (
                "PUT",
                "/apisix/admin/consumers/ada/credentials/k1",
                r#"changes credential "k1" at /apisix/admin/consumers/ada/credentials/k1"#,
            ),
            (
                "PUT",
                "/apisix/admin/secrets/vault/1",
                r#"changes secret "vault/1" at /apisix/admin/secrets/vault/1"#,
            ),
            (
                "POST",
                "/apisix/admin/schema/validate/routes",
                r#"reads other "/apisix/admin/schema/validate/routes" at "#,
            ),
            (
                "POST",
                "/apisix/admin/configs/validate",
                r#"reads config "validate" at /apisix/admin/configs/validate"#,
            ),
            ("PUT", "/api/gateway_groups", r#"changes other "/api/gateway_groups" at "#),
        ] {
            assert_eq!(told(&APISIX, method, path), expected, "{method} {path}");
        }
        // Who hides behind another form of the path changes something unknown.
        let odd = APISIX.target(&Method::POST, "/apisix/admin/routes/..%2fvalidate", false);
        assert!(odd.is_change && odd.resource_type == OTHER);
    }

    #[test]
    fn what_things_are_called() {
        let thing = serde_json::json!({ "id": "7", "username": "ada", "custom_id": "c" });
        assert_eq!(KONG.called(&thing), ("7".to_owned(), "ada".to_owned()));
        let answer = serde_json::json!({ "key": "/apisix/routes/1", "value": { "id": 1, "uri": "/a" } });
        assert_eq!(APISIX.called(&APISIX.value(answer)), ("1".to_owned(), String::new()));
        assert!(is_secret_id("key_auth", "my-key") && !is_secret_id("route", "my-key"));
        assert!(!is_secret_id("key_auth", "3f0c8d5e-1111-4222-8333-444455556666"));
    }
}
