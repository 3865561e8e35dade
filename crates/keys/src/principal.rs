//! Who is asking, and what was checked. Both have private fields and no constructor outside this crate: a
//! [`Principal`] comes from [`crate::Keyring::authenticate`], a [`Scope`] from [`Principal::scope`]. A function
//! that takes a `&Scope` cannot be called by someone who was not authenticated.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

use crate::record::May;
use crate::role::{INGEST, Permission, Role};
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
    pub(crate) may: May,
    pub(crate) token: TokenId,
    pub(crate) row_filter: Option<String>,
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

    /// The role; none for an ingest token.
    pub fn role(&self) -> Option<Role> {
        match self.0.may {
            May::Act { role } => Some(role),
            May::Append { .. } => None,
        }
    }

    /// The source an ingest token delivers for.
    pub fn source(&self) -> Option<&str> {
        match &self.0.may {
            May::Append { source } => Some(source),
            May::Act { .. } => None,
        }
    }

    /// The public part of the token or session it came with.
    pub fn token(&self) -> &TokenId {
        &self.0.token
    }

    /// The filter that narrows every read of this caller.
    pub fn row_filter(&self) -> Option<&str> {
        self.0.row_filter.as_deref()
    }

    /// What it may do.
    pub fn permissions(&self) -> &'static [Permission] {
        self.role().map_or(INGEST, Role::permissions)
    }

    /// The right to do one thing, when this caller has it.
    pub fn scope(&self, permission: Permission) -> Result<Scope, Denied> {
        if self.permissions().contains(&permission) {
            Ok(Scope { who: self.clone(), permission })
        } else {
            Err(Denied { permission })
        }
    }
}

/// The right to do one thing in one tenant, checked. Rows outside [`Scope::row_filter`] are not to be seen; further
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

    /// The filter, in the filter language, that every read is narrowed by.
    pub fn row_filter(&self) -> Option<&str> {
        self.who.row_filter()
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
