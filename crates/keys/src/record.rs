//! What the keyring keeps of each token, session and one-time link. Never the credential, only its SHA-256.

use event::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::atomic::{AtomicI64, Ordering};

use crate::principal::TenantId;
use crate::role::{Permission, RoleName};
use crate::token::{Hash, TokenId, TokenKind};

/// What the holder of a token may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum May {
    /// Append events of one source.
    #[serde(rename = "ingest")]
    Append {
        /// The source.
        source: String,
    },
    /// Call the API with a role.
    #[serde(rename = "api")]
    Act {
        /// The role.
        role: RoleName,
        /// Of what the role may, only this; all of it without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<Vec<Permission>>,
    },
}

impl May {
    pub(crate) fn token_kind(&self) -> TokenKind {
        match self {
            May::Append { .. } => TokenKind::Ingest,
            May::Act { .. } => TokenKind::Api,
        }
    }
}

/// What a new token is to be.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    pub(crate) may: May,
    pub(crate) user: Option<String>,
    pub(crate) row_filter: Option<String>,
    pub(crate) expires: Option<Timestamp>,
}

impl Grant {
    /// A token that appends the events of the source of that name.
    pub fn ingest(source: impl Into<String>) -> Grant {
        let source = source.into();
        Grant::new(source.clone(), May::Append { source })
    }

    /// A token that calls the API.
    pub fn api(name: impl Into<String>, role: impl Into<RoleName>) -> Grant {
        Grant::new(name.into(), May::Act { role: role.into(), only: None })
    }

    fn new(name: String, may: May) -> Grant {
        Grant { tenant: TenantId::FIRST, name, may, user: None, row_filter: None, expires: None }
    }

    /// With another name than that of its source.
    pub fn named(self, name: impl Into<String>) -> Grant {
        Grant { name: name.into(), ..self }
    }

    /// For another tenant than the first.
    pub fn tenant(self, tenant: TenantId) -> Grant {
        Grant { tenant, ..self }
    }

    /// Good until then, instead of the usual time.
    pub fn until(self, expires: Timestamp) -> Grant {
        Grant { expires: Some(expires), ..self }
    }

    /// Of what its role may, only this.
    pub fn only(mut self, permissions: Vec<Permission>) -> Grant {
        if let May::Act { only, .. } = &mut self.may {
            *only = Some(permissions);
        }
        self
    }

    /// A token of a person: it may never more than that person, and ends with the account.
    pub fn of(self, user: impl Into<String>) -> Grant {
        Grant { user: Some(user.into()), ..self }
    }

    /// Sees only rows that match this filter.
    pub fn rows(self, filter: impl Into<String>) -> Grant {
        Grant { row_filter: Some(filter.into()), ..self }
    }
}

impl Grant {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is to be, for the operator trail.
    pub fn shown(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Shown {
            #[serde(flatten)]
            may: May,
            name: String,
            row_filter: Option<String>,
            expires: Option<String>,
        }
        let expires = self.expires.map(|time| time.to_string());
        Shown { may: self.may.clone(), name: self.name.clone(), row_filter: self.row_filter.clone(), expires }
    }
}

/// What may be shown of a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The public part.
    pub id: TokenId,
    /// Whose data it is about.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// What its holder may do.
    #[serde(flatten)]
    pub may: May,
    /// The account of the person whose token it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The filter that narrows what it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_filter: Option<String>,
    /// When it was made, in microseconds.
    #[serde(with = "micros")]
    pub created: Timestamp,
    /// When it ends, in microseconds; none for a token given by the environment.
    #[serde(with = "micros_or_none", default)]
    pub expires: Option<Timestamp>,
    /// When it was taken back, in microseconds.
    #[serde(with = "micros_or_none", default)]
    pub revoked: Option<Timestamp>,
    /// When it was last used, in microseconds.
    pub last_used: Moment,
}

impl Entry {
    /// Whether it sends events of that source in.
    pub fn appends_to(&self, source: &str) -> bool {
        matches!(&self.may, May::Append { source: of } if of == source)
    }
}

/// Where someone signs in from, as far as the server can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The address.
    pub address: String,
    /// What the browser says it is; cut short.
    pub agent: String,
}

/// What may be shown of a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionEntry {
    /// The public part.
    pub id: TokenId,
    /// Whose data it is about.
    pub tenant: TenantId,
    /// Who it is.
    pub name: String,
    /// The account; none when it was opened by a link or a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The role it was opened with. That of an account or token is looked up anew each time.
    pub role: RoleName,
    /// The API token it was opened with; it ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_with: Option<TokenId>,
    /// Where it was opened from.
    #[serde(default)]
    pub place: Place,
    /// When it was opened, in microseconds.
    #[serde(with = "micros")]
    pub created: Timestamp,
    /// How long it lives at most, in microseconds.
    #[serde(default = "session_lives")]
    pub lives: i64,
    /// When it was last used, in microseconds.
    pub last_used: Moment,
}

fn session_lives() -> i64 {
    crate::SESSION_LIVES
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Held<T> {
    pub(crate) hash: Hash,
    #[serde(flatten)]
    pub(crate) entry: T,
}

/// A one-time link that waits to be opened.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: TokenId,
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    pub(crate) role: RoleName,
    #[serde(with = "micros")]
    pub(crate) expires: Timestamp,
    /// How long the session it opens lives, in microseconds.
    #[serde(default = "session_lives")]
    pub(crate) lives: i64,
}

/// A time that moves forward while others read: many requests use one token at once.
#[derive(Debug, Default)]
pub struct Moment(AtomicI64);

impl Moment {
    pub(crate) fn at(time: Timestamp) -> Moment {
        Moment(AtomicI64::new(time.0))
    }

    pub(crate) fn touch(&self, now: Timestamp) {
        self.0.fetch_max(now.0, Ordering::Relaxed);
    }

    /// The time, when there was one.
    pub fn get(&self) -> Option<Timestamp> {
        Some(self.0.load(Ordering::Relaxed)).filter(|t| *t != 0).map(Timestamp)
    }
}

impl Clone for Moment {
    fn clone(&self) -> Self {
        Moment(AtomicI64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.get().map(|t| t.0).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Moment(AtomicI64::new(Option::<i64>::deserialize(from)?.unwrap_or(0))))
    }
}

pub(crate) mod micros {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        time.0.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(from).map(Timestamp)
    }
}

mod micros_or_none {
    use super::*;

    pub(super) fn serialize<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|t| t.0).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Timestamp))
    }
}
