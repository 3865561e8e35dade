//! decK's file (YAML or JSON): Kong's entities inside each other, by name. It is laid out flat and read as what the Admin
//! API says.

use serde_json::{Value, json};

use super::importers::{Importer, Read};
use super::kong::{self, Lists};
use super::listed::{Listed, entry, list};
use super::{Document, Fault};

/// `deck gateway dump`.
pub(super) const DECK: Importer = Importer {
    name: "deck",
    doc: "A decK file of Kong, YAML or JSON: services, routes, consumers, groups, ACLs, plugins, ids of credentials.",
    recognises: |document| document.member("_format_version").is_some(),
    read,
};

/// The names under which credentials stand with a consumer.
const CREDENTIALS: &[(&str, &str)] = &[
    ("keyauth_credentials", "key-auths"),
    ("basicauth_credentials", "basic-auths"),
    ("jwt_secrets", "jwts"),
    ("hmacauth_credentials", "hmac-auths"),
    ("oauth2_credentials", "oauth2"),
];

fn read(document: &Document) -> Result<Read, Fault> {
    let mut flat = Flat { lists: Lists::new(), workspace: document.member("_workspace").cloned() };
    let top = entry("document", &document.value)?;
    for service in list(document, "services")? {
        flat.plugins(&service, "service")?;
        for route in service.inside("routes")? {
            flat.route(route, Some(&service))?;
        }
        flat.push("services", service);
    }
    for route in list(document, "routes")? {
        flat.route(route, None)?;
    }
    for group in list(document, "consumer_groups")? {
        flat.plugins(&group, "consumer_group")?;
        for member in group.inside("consumers")? {
            flat.member(&member.reference_of()?, &group.reference_of()?, &member)?;
        }
        flat.push("consumer_groups", group);
    }
    for consumer in list(document, "consumers")? {
        flat.consumer(consumer)?;
    }
    for plugin in list(document, "plugins")? {
        flat.push("plugins", plugin);
    }
    // ACLs and credentials may stand at the top too, each with its consumer.
    for acl in top.inside("acls")? {
        flat.push("acls", acl);
    }
    for (name, flat_name) in CREDENTIALS {
        for credential in top.inside(name)? {
            flat.push(flat_name, credential);
        }
    }
    kong::read(&flat.lists)
}

struct Flat {
    lists: Lists,
    workspace: Option<Value>,
}

impl Flat {
    fn push(&mut self, list: &'static str, mut entry: Listed) {
        if let Some(workspace) = &self.workspace {
            entry.members.insert("workspace".to_owned(), workspace.clone());
        }
        self.lists.entry(list).or_default().push(entry);
    }

    /// With a reference to what it stood in.
    fn push_in(&mut self, list: &'static str, mut entry: Listed, scope: &str, holder: &str) {
        entry.members.insert(scope.to_owned(), holder.into());
        self.push(list, entry);
    }

    fn plugins(&mut self, holder: &Listed, scope: &str) -> Result<(), Fault> {
        let name = holder.reference_of()?;
        for plugin in holder.inside("plugins")? {
            self.push_in("plugins", plugin, scope, &name);
        }
        Ok(())
    }

    fn route(&mut self, route: Listed, service: Option<&Listed>) -> Result<(), Fault> {
        if route.get("plugins").is_some() {
            self.plugins(&route, "route")?;
        }
        match service {
            Some(service) => self.push_in("routes", route, "service", &service.reference_of()?),
            None => self.push("routes", route),
        }
        Ok(())
    }

    fn consumer(&mut self, consumer: Listed) -> Result<(), Fault> {
        let name = consumer.reference_of()?;
        self.plugins(&consumer, "consumer")?;
        for acl in consumer.inside("acls")? {
            self.push_in("acls", acl, "consumer", &name);
        }
        for group in consumer.inside("groups")? {
            self.member(&name, &group.reference_of()?, &group)?;
        }
        for (inside, flat) in CREDENTIALS {
            for credential in consumer.inside(inside)? {
                self.push_in(flat, credential, "consumer", &name);
            }
        }
        self.push("consumers", consumer);
        Ok(())
    }

    fn member(&mut self, consumer: &str, group: &str, at: &Listed) -> Result<(), Fault> {
        let pair = json!({"consumer": consumer, "consumer_group": group});
        let pair = entry(&at.place, &pair)?;
        self.push("consumer_group_members", pair);
        Ok(())
    }
}

impl Listed {
    /// How others refer to it.
    fn reference_of(&self) -> Result<String, Fault> {
        let names = ["id", "name", "username", "custom_id"];
        names
            .iter()
            .find_map(|name| self.text(name))
            .ok_or_else(|| self.fault("has neither a name nor an id"))
    }
}

#[cfg(test)]
#[path = "deck_tests.rs"]
mod tests;
