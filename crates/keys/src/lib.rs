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

mod keyring;
mod present;
mod principal;
mod record;
mod role;
mod secret;
mod token;

pub use keyring::{Keyring, Minted, Opened, is_name};
pub use present::ingest_token_from;
pub use principal::{Denied, Principal, PrincipalKind, Scope, TenantId};
pub use record::{Entry, Grant, May, Moment, SessionEntry};
pub use role::{Permission, Role};
pub use secret::Secret;
pub use token::{Random, Token, TokenId, TokenKind};

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
}

/// Tokens and sessions a keyring holds at most.
pub const TOKENS_MAX: usize = 10_000;
/// Characters a token given as text needs at least.
pub const ADMITTED_CHARS_MIN: usize = 16;
/// How long a one-time link is good, in microseconds.
pub const LINK_LIVES: i64 = 15 * event::time::MINUTE;
/// A session unused for this long ends, in microseconds.
pub const SESSION_IDLE: i64 = 30 * event::time::MINUTE;
/// A session ends after this long in any case, in microseconds.
pub const SESSION_LIVES: i64 = 12 * event::time::HOUR;
/// How long an API token is good unless said otherwise, in microseconds.
pub const API_TOKEN_LIVES: i64 = 90 * event::time::DAY;
/// How long an ingest token is good unless said otherwise, in microseconds.
pub const INGEST_TOKEN_LIVES: i64 = 365 * event::time::DAY;
