//! What to change so that a call would pass, in the words of the gateway that refused it. Which gateway that is follows
//! from who says so in the directory, or else from the form of the log. What the texts hold from outside is quoted.

use event::{Row, field as f};
use serde::Serialize;

use super::Identity;
use super::rule::Found;
use super::tools::{Recipe, TOOLS, Tool};
use crate::directory::Directory;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does.
    pub title: &'static str,
    /// `yaml`, `json`, `shell`, `xml` or `conf`.
    pub language: &'static str,
    /// The lines.
    pub code: String,
    /// Whose language it is: `deck`, `adc`, `aws`, `nginx` …
    pub tool: &'static str,
}

/// The changes that would let the call pass, those that change least first.
pub(super) fn of(row: Row<'_>, directory: &Directory, found: &Found<'_>, identity: &Identity) -> Vec<Fix> {
    let Some(tool) = tool(row, directory, found) else { return Vec::new() };
    let values = Values::of(row, found, identity);
    let recipes = tool.recipes.iter().filter(|recipe| recipe.kind == found.rule.kind);
    recipes
        .filter(|recipe| recipe.when.iter().all(|name| values.has(name)))
        .map(|recipe| Fix {
            title: recipe.title,
            language: recipe.language,
            code: filled(recipe, &values),
            tool: tool.name,
        })
        .collect()
}

fn tool(row: Row<'_>, directory: &Directory, found: &Found<'_>) -> Option<&'static Tool> {
    let origin = found.rule.object.origin.as_deref().and_then(|name| directory.origin(name));
    let importer = origin.and_then(|origin| Some(origin.imports.last()?.importer.as_str()));
    let of_origin = importer.and_then(|name| TOOLS.iter().find(|tool| tool.importers.contains(&name)));
    let format = row.text(f::FORMAT).unwrap_or_default();
    of_origin.or_else(|| TOOLS.iter().find(|tool| tool.formats.contains(&format))).copied()
}

/// What the recipes speak of.
struct Values {
    all: Vec<(&'static str, Value)>,
}

enum Value {
    Text(String),
    List(Vec<String>),
    /// As it is: a number, or lines made here.
    Plain(String),
}

impl Values {
    fn of(row: Row<'_>, found: &Found<'_>, identity: &Identity) -> Values {
        let mut values = Values { all: Vec::new() };
        let text = |field| row.text(field).map(str::to_owned);
        let object = &found.rule.object;
        let is_route = object.kind == "route";
        let route = text(f::ROUTE).or_else(|| text(f::ROUTE_KEY)).or_else(|| text(f::PATH));
        let route = Some(object.name.clone()).filter(|_| is_route).or(route);
        values.text("route", route);
        let id = object.id.clone().filter(|_| is_route);
        values.text("route_id", id.or_else(|| text(f::ROUTE_ID)));
        values.text("service", text(f::SERVICE));
        values.text("api", text(f::API_ID).or_else(|| text(f::API)));
        values.text("stage", text(f::STAGE));
        values.text("path", text(f::PATH));
        values.text("method", text(f::METHOD));
        values.text("host", text(f::DOMAIN));
        values.text("address", text(f::IP));
        values.text("agent", text(f::USER_AGENT));
        values.text("consumer", identity.consumer.clone());
        values.text("claimed", identity.claimed.clone());
        values.text("key", text(f::API_KEY_ID));
        values.text("object", Some(object.name.clone()));
        values
            .text("plan", (object.kind == "plan").then(|| object.id.clone().unwrap_or(object.name.clone())));
        values.text("acl", text(f::WAF_ACL));
        values.plain("on", on(object.kind, &object.name));
        values.lists(found, identity, text(f::IP));
        if let Some(limit) = &found.limit {
            values.plain("limit", Some(limit.limit.to_string()));
            values.plain("more", Some(limit.limit.saturating_mul(2).to_string()));
            values.plain("period", Some(limit.period.name().to_owned()));
        }
        values
    }

    /// Groups and addresses of the rule, and the same with what this caller has.
    fn lists(&mut self, found: &Found<'_>, identity: &Identity, ip: Option<String>) {
        let own = identity.groups.clone().unwrap_or_default();
        let Some(rules) = found.rules else {
            self.text("own", own.first().cloned());
            self.list("wider", own);
            self.list("addresses", ip.into_iter().collect());
            return;
        };
        let with = |list: &[String], more: &[String]| -> Vec<String> {
            let new = more.iter().filter(|one| !list.contains(one));
            list.iter().chain(new).cloned().collect()
        };
        let without = |list: &[String], less: &[String]| -> Vec<String> {
            list.iter().filter(|one| !less.contains(one)).cloned().collect()
        };
        match rules.deny_groups.iter().any(|group| own.contains(group)) {
            true => self.list("narrower", without(&rules.deny_groups, &own)),
            false => {
                self.text("group", rules.allow_groups.first().cloned());
                self.text("own", own.first().cloned());
                self.list("wider", if own.is_empty() { own } else { with(&rules.allow_groups, &own) });
            }
        }
        let ip: Vec<String> = ip.into_iter().collect();
        match rules.allow_ips.is_empty() {
            true => self.list("denied_addresses", rules.deny_ips.clone()),
            false => self.list("addresses", with(&rules.allow_ips, &ip)),
        }
    }

    fn text(&mut self, name: &'static str, value: Option<String>) {
        self.all.extend(value.map(|value| (name, Value::Text(value))));
    }

    fn plain(&mut self, name: &'static str, value: Option<String>) {
        self.all.extend(value.map(|value| (name, Value::Plain(value))));
    }

    fn list(&mut self, name: &'static str, value: Vec<String>) {
        if !value.is_empty() {
            self.all.push((name, Value::List(value)));
        }
    }

    fn has(&self, name: &str) -> bool {
        self.all.iter().any(|(known, _)| *known == name)
    }

    /// A value as the language writes it; what is not known, in capitals, is for the reader to fill in.
    fn written(&self, name: &str, language: &str) -> String {
        match self.all.iter().find(|(known, _)| *known == name) {
            Some((_, Value::Text(text))) => quoted(text, language),
            Some((_, Value::Plain(text))) => text.clone(),
            Some((_, Value::List(list))) if matches!(language, "yaml" | "json") => {
                let items: Vec<String> = list.iter().map(|text| quoted(text, language)).collect();
                format!("[{}]", items.join(", "))
            }
            Some((_, Value::List(list))) => {
                list.iter().map(|text| quoted(text, language)).collect::<Vec<_>>().join(" ")
            }
            None if name == "on" => String::new(),
            None => name.to_uppercase(),
        }
    }
}

/// What decK's plugin stands on; everything, when it is neither of these.
fn on(kind: &str, name: &str) -> Option<String> {
    matches!(kind, "route" | "service" | "consumer")
        .then(|| format!("\n    {kind}: {}", quoted(name, "yaml")))
}

/// A text from outside, so that it is one value and nothing more.
fn quoted(text: &str, language: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let is_plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b))
        && !text.starts_with('-');
    match language {
        "yaml" | "json" => serde_json::to_string(&text).unwrap_or_default(),
        _ if is_plain => text,
        "shell" => format!("'{}'", text.replace('\'', r"'\''")),
        "xml" => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        _ => serde_json::to_string(&text).unwrap_or_default(),
    }
}

/// The lines with each `«name»` as the language writes it.
fn filled(recipe: &Recipe, values: &Values) -> String {
    let mut out = String::new();
    let mut rest = recipe.code;
    while let Some((before, after)) = rest.split_once('«') {
        let (name, after) = after.split_once('»').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&values.written(name, recipe.language));
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::rule::Kind;
    use super::*;

    #[test]
    fn what_comes_from_outside_stays_one_value() {
        assert_eq!(quoted("mobile-app", "shell"), "mobile-app");
        assert_eq!(quoted("a'; rm -rf / #", "shell"), r"'a'\''; rm -rf / #'");
        assert_eq!(quoted("--all", "shell"), "'--all'");
        assert_eq!(quoted("a\": x\nb: y", "yaml"), r#""a\": xb: y""#);
        assert_eq!(quoted("x; deny all", "conf"), r#""x; deny all""#);
        assert_eq!(quoted("<a b=\"c\">", "xml"), "&lt;a b=&quot;c&quot;&gt;");
    }

    #[test]
    fn every_recipe_names_values_there_are() {
        const NAMES: &[&str] = &[
            "route",
            "route_id",
            "service",
            "api",
            "stage",
            "path",
            "method",
            "host",
            "address",
            "agent",
            "consumer",
            "claimed",
            "key",
            "object",
            "plan",
            "acl",
            "on",
            "own",
            "wider",
            "addresses",
            "narrower",
            "group",
            "denied_addresses",
            "limit",
            "more",
            "period",
        ];
        for recipe in TOOLS.iter().flat_map(|tool| tool.recipes) {
            let named = recipe.code.split('«').skip(1).filter_map(|rest| rest.split('»').next());
            for name in named.chain(recipe.when.iter().copied()) {
                assert!(NAMES.contains(&name), "{name} in {}", recipe.title);
            }
            assert!(!recipe.title.ends_with('.') && !recipe.code.trim().is_empty());
            let is_xml = recipe.language == "xml";
            assert!(["yaml", "json", "shell", "conf"].contains(&recipe.language) || is_xml);
        }
    }

    #[test]
    fn kinds_that_can_be_mended_have_a_recipe_in_the_tools_that_know_them() {
        let has = |tool: &str, kind: Kind| {
            let tool = TOOLS.iter().find(|one| one.name == tool).unwrap();
            tool.recipes.iter().any(|recipe| recipe.kind == kind)
        };
        for tool in ["deck", "adc"] {
            for kind in [Kind::Groups, Kind::Addresses, Kind::Credentials, Kind::RateLimit, Kind::Size] {
                assert!(has(tool, kind), "{tool} {kind:?}");
            }
        }
        for tool in ["nginx", "envoy", "haproxy", "traefik", "caddy"] {
            for kind in [Kind::Policy, Kind::RateLimit, Kind::Credentials, Kind::Size] {
                assert!(has(tool, kind), "{tool} {kind:?}");
            }
        }
        assert!(has("aws", Kind::Quota) && has("aws", Kind::Firewall) && has("aws", Kind::Policy));
    }
}
