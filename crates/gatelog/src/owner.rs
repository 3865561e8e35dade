//! Whose something is: a person's, whichever way they came, or that of the token of an application.

use keys::{Permission, Scope};

/// Someone who asks, as far as it decides what is theirs.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// Tenant and name: what is kept beside a thing to know whose it is.
    pub(crate) key: String,
    /// Whether others' things may be seen and changed too; never for someone who does not see all.
    pub(crate) is_admin: bool,
}

impl Owner {
    /// Who asks.
    pub(crate) fn of(scope: &Scope) -> Owner {
        let who = scope.principal();
        let key = match who.user() {
            // No name has a tab, so no token can pass for a person.
            Some(user) => format!("{}\t{user}", who.tenant()),
            None => format!("{} {}", who.tenant(), who.name()),
        };
        Owner { key, is_admin: who.may(Permission::SettingsWrite) && scope.sees_all() }
    }

    /// Whether they see what someone keeps: their own, and what is shared.
    pub(crate) fn sees(&self, owner: &str, is_shared: bool) -> bool {
        is_shared || self.key == owner
    }

    /// Whether they change it: their own, and as an admin what is shared.
    pub(crate) fn changes(&self, owner: &str, is_shared: bool) -> bool {
        self.key == owner || (is_shared && self.is_admin)
    }
}

/// The name in a key, for people.
pub(crate) fn name(key: &str) -> &str {
    key.split_once(['\t', ' ']).map_or(key, |(_, name)| name)
}
