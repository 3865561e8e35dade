//! Who may do what: tokens, roles, sessions, and the [`Scope`] that every read takes. Knows no disk, no network
//! and no clock: the time and the randomness are handed in.
//!
//! ```
//! use event::Timestamp;
//! use keys::{Grant, Keyring, Permission, Role};
//!
//! let now = Timestamp(1_795_298_319_000_000);
//! let mut ring = Keyring::new();
//! let token = ring.mint(Grant::api("ci", Role::Analyst), now, &[7; 40])?.token;
//!
//! let principal = ring.authenticate(token.expose(), now)?;
//! let scope = principal.scope(Permission::EventsRead)?;
//! assert!(scope.permits(Permission::EventsRead));
//! assert!(principal.scope(Permission::TokensWrite).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod guarded;
mod id_token;
mod keyring;
mod members;
mod password;
mod present;
mod principal;
mod record;
mod role;
mod secret;
mod session;
mod token;
mod vouched;

pub use guarded::{Door, Guarded};
pub use id_token::{
    BadToken, Expected, ID_TOKEN_BYTES_MAX, Identity, PUBLISHED_KEYS_MAX, PublishedKeys, identity,
};
pub use keyring::{Keyring, Minted, Rights, is_name};
pub use members::{Said, Subject, User, is_user_name, may_give_all};
pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Password, Salt, Weak};
pub use present::ingest_token_from;
pub use principal::{Denied, Principal, PrincipalKind, Scope, TenantId};
pub use record::{Entry, Grant, May, Moment, Place, SessionEntry};
pub use role::{Addresses, CustomRole, Permission, Role, RoleName};
pub use secret::Secret;
pub use session::Opened;
pub use token::{Random, Token, TokenId, TokenKind};
pub use vouched::Renewal;

/// Why a credential is not accepted. The caller of the API learns only that it is not; the trail learns why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither one of our tokens nor one that was admitted as given.
    #[error("not a Gatelog token, or mistyped")]
    Malformed,
    /// No such token, session or link.
    #[error("unknown token")]
    Unknown,
    /// Taken back.
    #[error("revoked token")]
    Revoked,
    /// Past its time.
    #[error("expired token")]
    Expired,
    /// A good token in the wrong place, such as an ingest token where a person signs in.
    #[error("this kind of token is not accepted here")]
    WrongKind,
}

/// Why the keyring does not make a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No token with that id.
    #[error("there is no token with this id")]
    NoSuchToken,
    /// Names are shown, logged and exported.
    #[error("a name needs 1 to 64 characters, none of them a control or direction character")]
    BadName,
    /// Too short to be a secret.
    #[error("a token given as text needs at least {ADMITTED_CHARS_MIN} characters and no spaces")]
    TooShort,
    /// It was revoked by hand.
    #[error("this token was revoked; choose another text")]
    Barred,
    /// One of the limits of the keyring.
    #[error("too many tokens; revoke or remove some")]
    Full,
    /// Two tokens with one id: the randomness was not random.
    #[error("a token with this id exists already; use fresh randomness")]
    Repeated,
    /// The time asked for is over already.
    #[error("the token would have expired already")]
    AlreadyExpired,
    /// No account of that name.
    #[error("there is no account of this name")]
    NoSuchUser,
    /// No role of that name.
    #[error("there is no role of this name")]
    NoSuchRole,
    /// What one signs in with must be easy to tell apart.
    #[error("the name of an account has 1 to 64 lower-case letters, digits and . _ @ + -")]
    BadUserName,
    /// An account of that name exists.
    #[error("there is an account of this name already")]
    NameTaken,
    /// Someone has the role.
    #[error("someone has this role; give them another one first")]
    RoleInUse,
    /// The roles of the program are as they are.
    #[error("the roles that come with the program cannot be changed; make one of your own")]
    BuiltIn,
    /// A role that may nothing, or what no role may.
    #[error("a role needs at least one permission, and events:append is for ingest tokens only")]
    BadRole,
    /// Nobody would be left.
    #[error("this is the only super admin; make another one first")]
    LastAdmin,
    /// A filter for a super admin.
    #[error("no filter narrows a super admin; take another role")]
    NeverNarrowed,
    /// A password for someone an identity provider vouches for.
    #[error("this account signs in at the identity provider and has no password here")]
    Provided,
}

/// Tokens and sessions a keyring holds at most.
pub const TOKENS_MAX: usize = 10_000;
/// Accounts a keyring holds at most.
pub const USERS_MAX: usize = 10_000;
/// Roles of its own a keyring holds at most.
pub const ROLES_MAX: usize = 200;
/// Characters a token given as text needs at least.
pub const ADMITTED_CHARS_MIN: usize = 16;
/// How long a one-time link is good, in microseconds.
pub const LINK_LIVES: i64 = 15 * event::time::MINUTE;
/// A session unused for this long ends, in microseconds.
pub const SESSION_IDLE: i64 = 30 * event::time::MINUTE;
/// A session ends after this long in any case, in microseconds.
pub const SESSION_LIVES: i64 = 12 * event::time::HOUR;
/// How long a session of `gatelog admin rescue` lives, in microseconds.
pub const RESCUE_LIVES: i64 = 15 * event::time::MINUTE;
/// How long an API token is good unless said otherwise, in microseconds.
pub const API_TOKEN_LIVES: i64 = 90 * event::time::DAY;
/// How long an ingest token is good unless said otherwise, in microseconds.
pub const INGEST_TOKEN_LIVES: i64 = 365 * event::time::DAY;
