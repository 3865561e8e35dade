//! Whose something is. Until people have accounts, someone is a name in a tenant: that of the token they came with.

use keys::{Role, Scope};

/// Someone who asks, as far as it decides what is theirs.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// Tenant and name: what is kept beside a thing to know whose it is.
    pub(crate) key: String,
    /// Whether others' things may be changed too.
    pub(crate) is_admin: bool,
}

impl Owner {
    /// Who asks.
    pub(crate) fn of(scope: &Scope) -> Owner {
        let who = scope.principal();
        Owner { key: format!("{} {}", who.tenant(), who.name()), is_admin: who.role() == Some(Role::Admin) }
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
    key.split_once(' ').map_or(key, |(_, name)| name)
}
