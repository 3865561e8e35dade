//! All tokens, people, roles, sessions and one-time links of an installation. Saved as JSON by its owner; losing that
//! file loses access and nothing else. Here: tokens, and who a credential belongs to. People and roles: members.rs;
//! sessions and links: session.rs.

use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::members::Account;
use crate::principal::{Principal, PrincipalKind, Who};
use crate::record::{Entry, Grant, Held, Link, May, Moment, SessionEntry};
use crate::role::{Addresses, CustomRole, INGEST, Permission, Role, RoleName};
use crate::secret::Secret;
use crate::token::{Hash, Random, Token, TokenId, TokenKind};
use crate::{ADMITTED_CHARS_MIN, API_TOKEN_LIVES, Error, INGEST_TOKEN_LIVES, Refusal, TOKENS_MAX};

/// All tokens, people, roles, sessions and one-time links of an installation.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keyring {
    pub(crate) tokens: BTreeMap<TokenId, Held<Entry>>,
    pub(crate) sessions: BTreeMap<TokenId, Held<SessionEntry>>,
    pub(crate) links: BTreeMap<TokenId, Held<Link>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) users: BTreeMap<String, Account>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) roles: BTreeMap<RoleName, CustomRole>,
    /// Tokens given as text by the environment. The environment is where they live: unset there, gone here.
    #[serde(skip)]
    pub(crate) admitted: BTreeMap<TokenId, Held<Entry>>,
    /// Given texts that were revoked: the environment does not bring them back.
    barred: Vec<Hash>,
}

/// A new token: the only time its text can be had.
pub struct Minted {
    /// The public part.
    pub id: TokenId,
    /// The text.
    pub token: Secret<String>,
}

/// What a role means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// What its holders may do.
    pub permissions: Vec<Permission>,
    /// The filter that narrows what they see.
    pub rows: Option<String>,
    /// What they see of clients' addresses.
    pub addresses: Addresses,
}

impl Keyring {
    /// A keyring without keys.
    pub fn new() -> Keyring {
        Keyring::default()
    }

    /// Who presents this credential: an ingest token, an API token, or a session. Notes the use.
    pub fn authenticate(&self, presented: &str, now: Timestamp) -> Result<Principal, Refusal> {
        let hash = Hash::of(presented);
        let Some(token) = Token::parse(presented) else {
            let given = self.admitted.values().find(|held| held.hash.is(&hash)).ok_or(Refusal::Malformed)?;
            return self.principal_of(&given.entry, now);
        };
        if let TokenKind::Browser = token.kind() {
            return self.session(&token, &hash, now);
        }
        let held = self.tokens.get(token.id()).filter(|held| held.hash.is(&hash)).ok_or(Refusal::Unknown)?;
        self.principal_of(&held.entry, now)
    }

    /// Who the holder of a good token is.
    pub(crate) fn principal_of(&self, entry: &Entry, now: Timestamp) -> Result<Principal, Refusal> {
        self.check(entry, now)?;
        entry.last_used.touch(now);
        let mut who = Who {
            kind: PrincipalKind::Ingest,
            tenant: entry.tenant,
            name: entry.name.clone(),
            user: entry.user.clone(),
            source: None,
            role: None,
            permissions: INGEST.to_vec(),
            token: entry.id.clone(),
            row_filters: entry.row_filter.clone().into_iter().collect(),
            addresses: Addresses::Whole,
        };
        match &entry.may {
            May::Append { source } => who.source = Some(source.clone()),
            May::Act { role, only } => {
                who.kind = PrincipalKind::Machine;
                who.role = Some(role.clone());
                let rights = self.rights(role);
                who.permissions = rights.permissions;
                who.addresses = rights.addresses;
                // A stolen token makes no other: what is one's own is done in a session of one's own.
                who.permissions.retain(|permission| *permission != Permission::AccountOwn);
                who.row_filters.extend(rights.rows);
                if let Some(only) = only {
                    who.permissions.retain(|permission| only.contains(permission));
                }
                if let Some(account) = entry.user.as_ref().and_then(|user| self.users.get(user)) {
                    let own = self.rights(&account.user.role);
                    who.permissions.retain(|permission| own.permissions.contains(permission));
                    who.addresses = who.addresses.max(own.addresses);
                    who.row_filters.extend(own.rows.into_iter().chain(account.user.rows.clone()));
                }
            }
        }
        Ok(Principal::new(who))
    }

    /// What a role means now: one that does not exist may nothing.
    pub fn rights(&self, name: &RoleName) -> Rights {
        if let Some(role) = Role::parse(name.as_str()) {
            return Rights { permissions: role.permissions().to_vec(), ..Rights::default() };
        }
        match self.roles.get(name) {
            Some(role) => Rights {
                permissions: role.permissions.iter().copied().filter(|p| !INGEST.contains(p)).collect(),
                rows: role.rows.clone(),
                addresses: role.addresses,
            },
            None => Rights::default(),
        }
    }

    /// Whether a token is good.
    pub fn is_good(&self, entry: &Entry, now: Timestamp) -> bool {
        self.check(entry, now).is_ok()
    }

    /// Whether a token is good: not taken back, not past its time, its person not gone or shut out.
    pub(crate) fn check(&self, entry: &Entry, now: Timestamp) -> Result<(), Refusal> {
        if entry.revoked.is_some() {
            return Err(Refusal::Revoked);
        }
        if entry.expires.is_some_and(|expires| expires <= now) {
            return Err(Refusal::Expired);
        }
        let is_shut = |user: &String| self.users.get(user).is_none_or(|account| account.user.disabled);
        if entry.user.as_ref().is_some_and(is_shut) {
            return Err(Refusal::Revoked);
        }
        Ok(())
    }

    /// Makes a token.
    pub fn mint(&mut self, grant: Grant, now: Timestamp, random: &Random) -> Result<Minted, Error> {
        if self.tokens.len() >= TOKENS_MAX {
            return Err(Error::Full);
        }
        let token = Token::mint(grant.may.token_kind(), random);
        if self.tokens.contains_key(token.id()) {
            return Err(Error::Repeated);
        }
        let lives = if let May::Append { .. } = grant.may { INGEST_TOKEN_LIVES } else { API_TOKEN_LIVES };
        let expires = grant.expires.unwrap_or(Timestamp(now.0 + lives));
        if expires <= now {
            return Err(Error::AlreadyExpired);
        }
        let entry = entry(grant, token.id().clone(), now, Some(expires))?;
        let held = Held { hash: Hash::of(token.text().expose()), entry };
        self.tokens.insert(token.id().clone(), held);
        Ok(Minted { id: token.id().clone(), token: token.into_text() })
    }

    /// Takes a token whose text someone else chose: `GATELOG_BOOTSTRAP_ADMIN_TOKEN` and the like. Asking again with
    /// another text for the same grant replaces the text. It is not saved with the keyring and does not expire.
    pub fn admit(&mut self, grant: Grant, text: &str, now: Timestamp) -> Result<TokenId, Error> {
        if text.chars().count() < ADMITTED_CHARS_MIN
            || text.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(Error::TooShort);
        }
        let hash = Hash::of(text);
        if self.barred.iter().any(|barred| barred.is(&hash)) {
            return Err(Error::Barred);
        }
        // The id must not tell anything of a text that may not be random.
        let named = format!("{} {} {}", grant.tenant, grant.may.token_kind().letters(), grant.name);
        let id = TokenId::from_bytes(Hash::of(&named).bytes());
        let entry = entry(grant, id.clone(), now, None)?;
        self.admitted.insert(id.clone(), Held { hash, entry });
        Ok(id)
    }

    /// Takes a token back, at once; its sessions end with it. Asking twice changes nothing.
    pub fn revoke(&mut self, id: &TokenId, now: Timestamp) -> Result<(), Error> {
        if let Some(given) = self.admitted.get_mut(id) {
            given.entry.revoked.get_or_insert(now);
            self.barred.push(given.hash);
        } else {
            self.tokens.get_mut(id).ok_or(Error::NoSuchToken)?.entry.revoked.get_or_insert(now);
        }
        self.sessions.retain(|_, held| held.entry.opened_with.as_ref() != Some(id));
        Ok(())
    }

    /// Makes a token that may do the same. The old one stays good for `overlap` microseconds, so that senders can
    /// be changed one by one.
    pub fn rotate(
        &mut self,
        id: &TokenId,
        overlap: i64,
        now: Timestamp,
        random: &Random,
    ) -> Result<Minted, Error> {
        let old = &self.tokens.get(id).ok_or(Error::NoSuchToken)?.entry;
        if self.check(old, now).is_err() {
            return Err(Error::NoSuchToken);
        }
        let grant = Grant {
            tenant: old.tenant,
            name: old.name.clone(),
            may: old.may.clone(),
            user: old.user.clone(),
            row_filter: old.row_filter.clone(),
            expires: None,
        };
        let minted = self.mint(grant, now, random)?;
        self.wind_down(id, overlap, now);
        Ok(minted)
    }

    /// Makes another token for a source. Those it had stay good for `overlap` microseconds, and until when the last of
    /// them does is told; tokens given by the environment stay as they are.
    pub fn renew(
        &mut self,
        source: &str,
        overlap: i64,
        now: Timestamp,
        random: &Random,
    ) -> Result<(Minted, Option<Timestamp>), Error> {
        let good =
            |held: &&Held<Entry>| held.entry.appends_to(source) && self.check(&held.entry, now).is_ok();
        let old: Vec<TokenId> = self.tokens.values().filter(good).map(|held| held.entry.id.clone()).collect();
        let minted = self.mint(Grant::ingest(source), now, random)?;
        let ends = old.iter().filter_map(|id| self.wind_down(id, overlap, now)).max();
        Ok((minted, ends))
    }

    /// Lets a token end after a while, if it does not end before; the time it ends.
    fn wind_down(&mut self, id: &TokenId, overlap: i64, now: Timestamp) -> Option<Timestamp> {
        let entry = &mut self.tokens.get_mut(id)?.entry;
        let end = Timestamp(now.0.saturating_add(overlap.max(0)));
        entry.expires = Some(entry.expires.map_or(end, |expires| expires.min(end)));
        entry.expires
    }

    /// Ends every token of a source and forgets it; those of the environment are not taken any more.
    pub fn forget_source(&mut self, source: &str, now: Timestamp) {
        self.tokens.retain(|_, held| !held.entry.appends_to(source));
        for held in self.admitted.values_mut().filter(|held| held.entry.appends_to(source)) {
            held.entry.revoked.get_or_insert(now);
            self.barred.push(held.hash);
        }
    }

    /// Forgets a token that is no longer good; the operator trail remembers it.
    pub fn remove(&mut self, id: &TokenId, now: Timestamp) -> Result<(), Error> {
        let held = self.tokens.get(id).ok_or(Error::NoSuchToken)?;
        if self.check(&held.entry, now).is_ok() {
            return Err(Error::NoSuchToken);
        }
        self.tokens.remove(id);
        Ok(())
    }

    /// Every token, revoked and expired ones too.
    pub fn tokens(&self) -> impl Iterator<Item = &Entry> {
        self.admitted.values().chain(self.tokens.values()).map(|held| &held.entry)
    }

    /// Takes over when tokens and sessions were last used, where another keyring knows better.
    pub fn carry_uses(&self, from: &Keyring) {
        for (id, held) in &self.tokens {
            if let Some(used) = from.tokens.get(id).and_then(|held| held.entry.last_used.get()) {
                held.entry.last_used.touch(used);
            }
        }
        for (name, account) in &self.users {
            if let Some(used) = from.users.get(name).and_then(|account| account.user.last_signed_in.get()) {
                account.user.last_signed_in.touch(used);
            }
        }
        for (id, held) in &self.sessions {
            if let Some(used) = from.sessions.get(id).and_then(|held| held.entry.last_used.get()) {
                held.entry.last_used.touch(used);
            }
        }
    }
}

fn entry(grant: Grant, id: TokenId, now: Timestamp, expires: Option<Timestamp>) -> Result<Entry, Error> {
    let Grant { tenant, name, may, user, row_filter, .. } = grant;
    let source_fits = if let May::Append { source } = &may { is_name(source) } else { true };
    if !is_name(&name) || !source_fits {
        return Err(Error::BadName);
    }
    let last_used = Moment::default();
    Ok(Entry { id, tenant, name, may, user, row_filter, created: now, expires, revoked: None, last_used })
}

/// Whether it can be a name: 1 to 64 characters, none of them a control or direction character. Names reach terminals,
/// logs and tables.
pub fn is_name(text: &str) -> bool {
    let direction = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    (1..=64).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || direction(c))
}
