//! All tokens, sessions and one-time links of an installation. Saved as JSON by its owner; losing that file loses
//! access and nothing else.

use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::principal::{Principal, PrincipalKind, TenantId, Who};
use crate::record::{Entry, Grant, Held, Link, May, Moment, SessionEntry};
use crate::role::Role;
use crate::secret::Secret;
use crate::token::{Hash, Random, Token, TokenId, TokenKind};
use crate::{
    ADMITTED_CHARS_MIN, API_TOKEN_LIVES, Error, INGEST_TOKEN_LIVES, LINK_LIVES, Refusal, SESSION_IDLE,
    SESSION_LIVES, TOKENS_MAX,
};

/// All tokens, sessions and one-time links of an installation.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keyring {
    tokens: BTreeMap<TokenId, Held<Entry>>,
    sessions: BTreeMap<TokenId, Held<SessionEntry>>,
    links: BTreeMap<TokenId, Held<Link>>,
    /// Tokens given as text by the environment. The environment is where they live: unset there, gone here.
    #[serde(skip)]
    admitted: BTreeMap<TokenId, Held<Entry>>,
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

/// A session just opened: the only time its secret can be had.
pub struct Opened {
    /// What the cookie holds.
    pub secret: Secret<String>,
    /// Who it is.
    pub principal: Principal,
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
            return principal_of(&given.entry, now);
        };
        if let TokenKind::Browser = token.kind() {
            return self.session(&token, &hash, now);
        }
        let held = self.tokens.get(token.id()).filter(|held| held.hash.is(&hash)).ok_or(Refusal::Unknown)?;
        principal_of(&held.entry, now)
    }

    fn session(&self, token: &Token, hash: &Hash, now: Timestamp) -> Result<Principal, Refusal> {
        let held = self.sessions.get(token.id()).filter(|held| held.hash.is(hash)).ok_or_else(|| {
            // A link opens a session; it is none.
            if self.links.contains_key(token.id()) { Refusal::WrongKind } else { Refusal::Unknown }
        })?;
        let session = &held.entry;
        if !self.lives(session, now) {
            return Err(Refusal::Expired);
        }
        session.last_used.touch(now);
        Ok(Principal::new(Who {
            kind: PrincipalKind::Person,
            tenant: session.tenant,
            name: session.name.clone(),
            may: May::Act { role: session.role },
            token: session.id.clone(),
            row_filter: session.row_filter.clone(),
        }))
    }

    /// Whether a session still counts: not idle too long, not too old, and the token it was opened with still good.
    fn lives(&self, session: &SessionEntry, now: Timestamp) -> bool {
        let used = session.last_used.get().unwrap_or(session.created);
        let parent = session.opened_with.as_ref().is_none_or(|id| {
            self.tokens
                .get(id)
                .or_else(|| self.admitted.get(id))
                .is_some_and(|t| check(&t.entry, now).is_ok())
        });
        parent && now.0 < used.0 + SESSION_IDLE && now.0 < session.created.0 + SESSION_LIVES
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
        if check(old, now).is_err() {
            return Err(Error::NoSuchToken);
        }
        let grant = Grant {
            tenant: old.tenant,
            name: old.name.clone(),
            may: old.may.clone(),
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
        let good = |held: &&Held<Entry>| held.entry.appends_to(source) && check(&held.entry, now).is_ok();
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
        if check(&held.entry, now).is_ok() {
            return Err(Error::NoSuchToken);
        }
        self.tokens.remove(id);
        Ok(())
    }

    /// Every token, revoked and expired ones too.
    pub fn tokens(&self) -> impl Iterator<Item = &Entry> {
        self.admitted.values().chain(self.tokens.values()).map(|held| &held.entry)
    }

    /// Every session that is open at that time.
    pub fn sessions(&self, now: Timestamp) -> impl Iterator<Item = &SessionEntry> {
        self.sessions.values().map(|held| &held.entry).filter(move |session| self.lives(session, now))
    }

    /// Whether a token with the admin role is good. When none is, a start prints a one-time link.
    pub fn has_admin(&self, now: Timestamp) -> bool {
        self.tokens().any(|e| e.may == May::Act { role: Role::Admin } && check(e, now).is_ok())
    }

    /// The token of a link that opens one admin session within 15 minutes. A new link ends the ones before.
    pub fn one_time_link(&mut self, now: Timestamp, random: &Random) -> Minted {
        let token = Token::mint(TokenKind::Browser, random);
        let link = Link {
            id: token.id().clone(),
            tenant: TenantId::FIRST,
            name: "admin".to_owned(),
            role: Role::Admin,
            expires: Timestamp(now.0 + LINK_LIVES),
        };
        self.links.clear();
        self.links.insert(link.id.clone(), Held { hash: Hash::of(token.text().expose()), entry: link });
        Minted { id: token.id().clone(), token: token.into_text() }
    }

    /// Opens a session with a one-time link, which is used up by it, or with an API token.
    pub fn exchange(&mut self, presented: &str, now: Timestamp, random: &Random) -> Result<Opened, Refusal> {
        let hash = Hash::of(presented);
        let link = Token::parse(presented)
            .filter(|token| self.links.get(token.id()).is_some_and(|held| held.hash.is(&hash)))
            .and_then(|token| self.links.remove(token.id()));
        let (tenant, name, role, row_filter, opened_with) = match link {
            Some(Held { entry: link, .. }) if now < link.expires => {
                (link.tenant, link.name, link.role, None, None)
            }
            Some(_) => return Err(Refusal::Expired),
            None => {
                let who = self.authenticate(presented, now)?;
                let role =
                    who.role().filter(|_| who.kind() == PrincipalKind::Machine).ok_or(Refusal::WrongKind)?;
                let filter = who.row_filter().map(str::to_owned);
                (who.tenant(), who.name().to_owned(), role, filter, Some(who.token().clone()))
            }
        };
        let token = Token::mint(TokenKind::Browser, random);
        let id = token.id().clone();
        let last_used = Moment::at(now);
        let entry = SessionEntry {
            id: id.clone(),
            tenant,
            name,
            role,
            row_filter,
            opened_with,
            created: now,
            last_used,
        };
        self.sweep(now);
        self.sessions.insert(id, Held { hash: Hash::of(token.text().expose()), entry });
        let principal = self.authenticate(token.text().expose(), now)?;
        Ok(Opened { secret: token.into_text(), principal })
    }

    /// Ends the session with that secret; whether there was one.
    pub fn end_session(&mut self, presented: &str) -> bool {
        let hash = Hash::of(presented);
        Token::parse(presented)
            .filter(|token| self.sessions.get(token.id()).is_some_and(|held| held.hash.is(&hash)))
            .is_some_and(|token| self.sessions.remove(token.id()).is_some())
    }

    /// Ends the session with that public id; whether there was one.
    pub fn end_session_by_id(&mut self, id: &TokenId) -> bool {
        self.sessions.remove(id).is_some()
    }

    /// Takes over when tokens and sessions were last used, where another keyring knows better.
    pub fn carry_uses(&self, from: &Keyring) {
        for (id, held) in &self.tokens {
            if let Some(used) = from.tokens.get(id).and_then(|held| held.entry.last_used.get()) {
                held.entry.last_used.touch(used);
            }
        }
        for (id, held) in &self.sessions {
            if let Some(used) = from.sessions.get(id).and_then(|held| held.entry.last_used.get()) {
                held.entry.last_used.touch(used);
            }
        }
    }

    /// Drops sessions and links that are over, and the longest unused sessions beyond the limit.
    pub fn sweep(&mut self, now: Timestamp) {
        self.links.retain(|_, held| now < held.entry.expires);
        let over: Vec<TokenId> = self
            .sessions
            .values()
            .filter(|s| !self.lives(&s.entry, now))
            .map(|s| s.entry.id.clone())
            .collect();
        over.iter().for_each(|id| {
            self.sessions.remove(id);
        });
        while self.sessions.len() >= TOKENS_MAX {
            let oldest =
                self.sessions.values().min_by_key(|s| s.entry.last_used.get()).map(|s| s.entry.id.clone());
            oldest.and_then(|id| self.sessions.remove(&id));
        }
    }
}

fn check(entry: &Entry, now: Timestamp) -> Result<(), Refusal> {
    if entry.revoked.is_some() {
        return Err(Refusal::Revoked);
    }
    if entry.expires.is_some_and(|expires| expires <= now) {
        return Err(Refusal::Expired);
    }
    Ok(())
}

fn principal_of(entry: &Entry, now: Timestamp) -> Result<Principal, Refusal> {
    check(entry, now)?;
    entry.last_used.touch(now);
    let kind = match entry.may {
        May::Append { .. } => PrincipalKind::Ingest,
        May::Act { .. } => PrincipalKind::Machine,
    };
    Ok(Principal::new(Who {
        kind,
        tenant: entry.tenant,
        name: entry.name.clone(),
        may: entry.may.clone(),
        token: entry.id.clone(),
        row_filter: entry.row_filter.clone(),
    }))
}

fn entry(grant: Grant, id: TokenId, now: Timestamp, expires: Option<Timestamp>) -> Result<Entry, Error> {
    let Grant { tenant, name, may, row_filter, .. } = grant;
    let source_fits = if let May::Append { source } = &may { is_name(source) } else { true };
    if !is_name(&name) || !source_fits {
        return Err(Error::BadName);
    }
    let last_used = Moment::default();
    Ok(Entry { id, tenant, name, may, row_filter, created: now, expires, revoked: None, last_used })
}

/// Whether it can be a name: 1 to 64 characters, none of them a control or direction character. Names reach terminals,
/// logs and tables.
pub fn is_name(text: &str) -> bool {
    let direction = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    (1..=64).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || direction(c))
}
