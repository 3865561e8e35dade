//! Signing in at an identity provider: the settings, the sign-ins that wait for their answer, and what the provider says
//! of itself, kept for an hour. What an ID token must say is for `keys` to judge, what is fetched and how for `relay`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event::Timestamp;
use event::time::{HOUR, MINUTE};
use keys::{BadToken, Expected, Identity, PublishedKeys, RoleName};
use relay::oidc::{Client, Code};
use relay::{Egress, Fault, oidc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::catalog;
use crate::config::Config;
use crate::outbound::secret_of;

/// A sign-in that was begun is answered within this time, in microseconds, or never.
const PENDING_LIVES: i64 = 10 * MINUTE;
/// Sign-ins that wait for their answer at once. Who shows no credential may not try so often in ten minutes.
const PENDING_MAX: usize = 4_000;
/// What a provider says of itself is asked again after so long, in microseconds.
const KNOWN_LIVES: i64 = HOUR;
/// For a key that is not known its keys are asked for again, at most this often, in microseconds.
const KEYS_AGAIN: i64 = MINUTE;
/// Conversations with the provider at once.
const TURNS: usize = 8;
/// Entries of the map from groups to roles.
const MAP_MAX: usize = 1_000;
/// Scopes that are asked for.
const SCOPES_MAX: usize = 20;

/// `[oidc]` of the settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Oidc {
    issuer: String,
    client_id: String,
    /// Read at each sign-in, so that it can be renewed; none of a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret_file: Option<String>,
    #[serde(default = "label")]
    label: String,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    #[serde(default = "groups_claim")]
    groups_claim: String,
    /// The first that fits counts.
    #[serde(default)]
    map: Vec<Mapped>,
}

/// Whoever is in the group has the role.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapped {
    group: String,
    role: RoleName,
}

fn label() -> String {
    "Sign in with single sign-on".to_owned()
}

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

fn groups_claim() -> String {
    "groups".to_owned()
}

impl Oidc {
    /// Says what is wrong with it.
    pub(crate) fn check(&self, public_url: &str) -> Result<(), String> {
        if !oidc::is_safe(&self.issuer) || self.issuer.contains(['?', '#']) {
            return Err(format!("issuer: {:?} is not an https address", self.issuer));
        }
        if public_url.is_empty() {
            return Err("public_url is missing: it says where the provider sends people back to".to_owned());
        }
        if self.client_id.is_empty() || self.groups_claim.is_empty() {
            return Err("client_id and groups_claim must not be empty".to_owned());
        }
        if !keys::is_name(&self.label) {
            return Err("label: 1 to 64 characters".to_owned());
        }
        let is_scope = |scope: &String| !scope.is_empty() && scope.chars().all(|c| c.is_ascii_graphic());
        if !self.scopes.iter().all(is_scope) || !self.scopes.iter().any(|scope| scope == "openid") {
            return Err("scopes: words without spaces, `openid` among them".to_owned());
        }
        if self.scopes.len() > SCOPES_MAX || self.map.len() > MAP_MAX {
            return Err(format!("there are more than {SCOPES_MAX} scopes or {MAP_MAX} entries of the map"));
        }
        let is_wrong =
            |mapped: &&Mapped| mapped.group.is_empty() || RoleName::parse(mapped.role.as_str()).is_none();
        if let Some(wrong) = self.map.iter().find(is_wrong) {
            return Err(format!("map: {:?} is no group, or {:?} no role", wrong.group, wrong.role.as_str()));
        }
        Ok(())
    }

    /// The role of whoever is in these groups.
    fn role(&self, groups: &[&str]) -> Option<RoleName> {
        let is_in = |mapped: &&Mapped| groups.contains(&mapped.group.as_str());
        self.map.iter().find(is_in).map(|mapped| mapped.role.clone())
    }
}

/// Why someone is not let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Neither begun here, or answered already, or too long ago, or in another browser.
    #[error(
        "this sign-in was not begun in this browser within the last ten minutes, or was answered already"
    )]
    NotBegun,
    /// The answer is of another provider than the one that was asked.
    #[error("the answer is not of the provider that was asked")]
    Mixed,
    /// The provider says so.
    #[error("the identity provider let nobody in: {0}")]
    Declined(String),
    /// More sign-ins begun than can be.
    #[error("too many sign-ins wait for their answer")]
    Busy,
    /// The provider cannot be asked, or answers oddly.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The secret cannot be read, or there is no randomness.
    #[error("{0}")]
    Ours(String),
    /// What the provider said cannot be believed.
    #[error("the ID token is not believed: {0}")]
    BadToken(#[from] BadToken),
    /// No group that was mapped to a role.
    #[error("none of the groups of this person has a role here")]
    NoRole(Box<Identity>),
}

/// What a browser comes back with from the provider.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Returned {
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// A sign-in just begun.
pub(crate) struct Begun {
    /// Where the browser goes.
    pub(crate) location: String,
    /// What its cookie holds.
    pub(crate) cookie: String,
}

/// A sign-in that waits for its answer.
struct Pending {
    cookie: String,
    nonce: String,
    verifier: String,
    begun: Timestamp,
}

/// What the provider says of itself.
#[derive(Clone)]
struct Known {
    doors: oidc::Provider,
    asked: Timestamp,
    keys: PublishedKeys,
    keys_asked: Timestamp,
}

/// The provider of the settings.
pub(crate) struct Provider {
    oidc: Oidc,
    redirect_uri: String,
    pending: Mutex<HashMap<String, Pending>>,
    /// Held while it is asked: whoever comes meanwhile waits for the same answer.
    known: Mutex<Option<Known>>,
    /// Those who may ask it now.
    pub(crate) turns: Semaphore,
}

impl Provider {
    /// The provider of the settings, when there is one.
    pub(crate) fn new(config: &Config) -> Option<Provider> {
        Some(Provider {
            oidc: config.oidc.clone()?,
            redirect_uri: format!("{}/welcome", config.public_url.trim_end_matches('/')),
            pending: Mutex::default(),
            known: Mutex::default(),
            turns: Semaphore::new(TURNS),
        })
    }

    /// What the button says.
    pub(crate) fn label(&self) -> &str {
        &self.oidc.label
    }

    /// Begins a sign-in. It waits for the provider when that was not asked within the hour.
    pub(crate) fn begin(&self, egress: &Egress, now: Timestamp) -> Result<Begun, Error> {
        let known = self.known(egress, now)?;
        let (state, cookie) = (unguessable()?, unguessable()?);
        let (nonce, verifier) = (unguessable()?, unguessable()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let door = &known.doors.authorization_endpoint;
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", self.oidc.client_id.as_str()),
                ("redirect_uri", self.redirect_uri.as_str()),
                ("scope", &self.oidc.scopes.join(" ")),
                ("state", &state),
                ("nonce", &nonce),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let location = format!("{door}{}{query}", if door.contains('?') { '&' } else { '?' });
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, one| now.0.saturating_sub(one.begun.0) < PENDING_LIVES);
        if pending.len() >= PENDING_MAX {
            return Err(Error::Busy);
        }
        pending.insert(state, Pending { cookie: cookie.clone(), nonce, verifier, begun: now });
        Ok(Begun { location, cookie })
    }

    /// Ends a sign-in: who it is, and which role their groups have. It waits for the provider.
    pub(crate) fn finish(
        &self,
        egress: &Egress,
        cookie: &str,
        returned: Returned,
        now: Timestamp,
    ) -> Result<(Identity, RoleName), Error> {
        let pending = self.take(&returned.state, cookie, now).ok_or(Error::NotBegun)?;
        let known = self.known(egress, now)?;
        if returned.iss.as_ref().map_or(known.doors.names_itself, |iss| *iss != self.oidc.issuer) {
            return Err(Error::Mixed);
        }
        let Some(code) = returned.code.filter(|_| returned.error.is_none()) else {
            return Err(Error::Declined(plain(returned.error.as_deref().unwrap_or_default())));
        };
        let secret = self.oidc.client_secret_file.as_deref().map(|path| secret_of(path.as_ref()));
        let secret = secret.transpose().map_err(Error::Ours)?;
        let client = Client { id: &self.oidc.client_id, secret: secret.as_deref() };
        let code = Code { code: &code, verifier: &pending.verifier, redirect_uri: &self.redirect_uri };
        let token = known.doors.id_token(egress, client, code)?;
        let who = self.believed(egress, known, &token, &pending.nonce, now)?;
        match self.oidc.role(&self.groups(&who)) {
            Some(role) => Ok((who, role)),
            None => Err(Error::NoRole(Box::new(who))),
        }
    }

    /// The groups of someone, as the provider names them.
    pub(crate) fn groups<'w>(&self, who: &'w Identity) -> Vec<&'w str> {
        who.texts(&self.oidc.groups_claim)
    }

    /// The sign-in with that state, once, for the browser that began it.
    fn take(&self, state: &str, cookie: &str, now: Timestamp) -> Option<Pending> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = pending.get(state)?.cookie.as_bytes().ct_eq(cookie.as_bytes());
        let taken = bool::from(is_own).then(|| pending.remove(state))?;
        taken.filter(|one| now.0.saturating_sub(one.begun.0) < PENDING_LIVES)
    }

    /// What the provider says of itself, asked for at most once an hour.
    fn known(&self, egress: &Egress, now: Timestamp) -> Result<Known, Fault> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|one| is_within(one.asked, now, KNOWN_LIVES)) {
            return Ok(known.clone());
        }
        let doors = oidc::Provider::discover(egress, &self.oidc.issuer)?;
        let keys = PublishedKeys::read(&doors.keys(egress)?);
        Ok(known.insert(Known { doors, asked: now, keys, keys_asked: now }).clone())
    }

    /// Who an ID token is of. Where its key is not known, the keys may have changed: they are asked for again.
    fn believed(
        &self,
        egress: &Egress,
        known: Known,
        token: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Identity, Error> {
        let Oidc { issuer, client_id, .. } = &self.oidc;
        let expected = Expected { issuer, client_id, nonce, now };
        match keys::identity(token, &known.keys, expected) {
            Err(BadToken::UnknownKey) => {}
            other => return Ok(other?),
        }
        let mut kept = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert(known);
        if !is_within(kept.keys_asked, now, KEYS_AGAIN) {
            kept.keys_asked = now;
            kept.keys = PublishedKeys::read(&kept.doors.keys(egress)?);
        }
        Ok(keys::identity(token, &kept.keys, expected)?)
    }
}

/// Whether it was less than so long ago. A clock that went back is no reason to wait for it.
fn is_within(then: Timestamp, now: Timestamp, lives: i64) -> bool {
    (0..lives).contains(&now.0.saturating_sub(then.0))
}

/// 256 random bits.
fn unguessable() -> Result<String, Error> {
    let random = catalog::random::<32>().map_err(|error| Error::Ours(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// The name of an error, which anybody may have put into the address.
fn plain(error: &str) -> String {
    let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let name: String = error.chars().filter(is_name).take(40).collect();
    if name.is_empty() { "it sent no code".to_owned() } else { name }
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
