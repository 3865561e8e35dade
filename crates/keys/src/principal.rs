//! Who is asking, and what was checked. Both have private fields and no constructor outside this crate: a
//! [`Principal`] comes from [`crate::Keyring::authenticate`], a [`Scope`] from [`Principal::scope`]. A function
//! that takes a `&Scope` cannot be called by someone who was not authenticated.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

use crate::role::{Addresses, Permission, Role, RoleName};
use crate::token::TokenId;

/// The number of a tenant. It names directories, so it is a number and never a text from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(pub u32);

impl TenantId {
    /// The only tenant of an installation that never made another.
    pub const FIRST: TenantId = TenantId(1);
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What sort of caller it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// Someone at a browser.
    Person,
    /// A program with an API token.
    Machine,
    /// A gateway that sends events.
    Ingest,
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Principal(Arc<Who>);

#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) kind: PrincipalKind,
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    pub(crate) user: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) role: Option<RoleName>,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) token: TokenId,
    pub(crate) row_filters: Vec<String>,
    pub(crate) addresses: Addresses,
}

impl Principal {
    pub(crate) fn new(who: Who) -> Principal {
        Principal(Arc::new(who))
    }

    /// What sort of caller it is.
    pub fn kind(&self) -> PrincipalKind {
        self.0.kind
    }

    /// The tenant it belongs to.
    pub fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    /// The name of the token or person.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The account of the person it is, or whose token it is; none for an application.
    pub fn user(&self) -> Option<&str> {
        self.0.user.as_deref()
    }

    /// The name of the role; none for an ingest token.
    pub fn role(&self) -> Option<&RoleName> {
        self.0.role.as_ref()
    }

    /// Whether it has this role of the program.
    pub fn is_a(&self, role: Role) -> bool {
        self.role().is_some_and(|name| name.is(role))
    }

    /// The source an ingest token delivers for.
    pub fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// The public part of the token or session it came with.
    pub fn token(&self) -> &TokenId {
        &self.0.token
    }

    /// The filters that narrow every read of this caller: of its role, of its account and of its token. All of them
    /// hold at once; another filter never makes it more.
    pub fn row_filters(&self) -> &[String] {
        &self.0.row_filters
    }

    /// What it sees of clients' addresses.
    pub fn addresses(&self) -> Addresses {
        self.0.addresses
    }

    /// Whether nothing is hidden from it: neither rows nor addresses.
    pub fn sees_all(&self) -> bool {
        self.row_filters().is_empty() && self.addresses().are_whole()
    }

    /// What it may do.
    pub fn permissions(&self) -> &[Permission] {
        &self.0.permissions
    }

    /// Whether it may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// The right to do one thing, when this caller has it.
    pub fn scope(&self, permission: Permission) -> Result<Scope, Denied> {
        if self.may(permission) {
            Ok(Scope { who: self.clone(), permission })
        } else {
            Err(Denied { permission })
        }
    }
}

/// The right to do one thing in one tenant, checked. Rows outside [`Scope::row_filters`] are not to be seen; further
/// filters only narrow.
#[derive(Clone, Debug)]
pub struct Scope {
    who: Principal,
    permission: Permission,
}

impl Scope {
    /// The tenant whose data it is about.
    pub fn tenant(&self) -> TenantId {
        self.who.tenant()
    }

    /// The permission that was checked.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Whether it is the permission that was checked. What one call needs is declared once, by its route; a scope
    /// for one thing is not a scope for another, even if the caller could have both.
    pub fn permits(&self, permission: Permission) -> bool {
        self.permission == permission
    }

    /// An error unless [`Scope::permits`].
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        if self.permits(permission) { Ok(()) } else { Err(Denied { permission }) }
    }

    /// The filters, in the filter language, that every read is narrowed by: all of them.
    pub fn row_filters(&self) -> &[String] {
        self.who.row_filters()
    }

    /// Whether some rows are not to be seen.
    pub fn is_narrowed(&self) -> bool {
        !self.row_filters().is_empty()
    }

    /// Whether nothing is hidden from who asks: [`Principal::sees_all`].
    pub fn sees_all(&self) -> bool {
        self.who.sees_all()
    }

    /// Who is asking.
    pub fn principal(&self) -> &Principal {
        &self.who
    }
}

/// The caller is known, and may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this needs the permission {permission}")]
pub struct Denied {
    /// What was missing.
    pub permission: Permission,
}
