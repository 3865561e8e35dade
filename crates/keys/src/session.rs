//! Sessions and the one-time links that open them. Who a session is, is looked up anew with each request: a change of
//! the account, the token or the role behind it counts at once.

use event::Timestamp;

use crate::keyring::{Keyring, Minted};
use crate::password::Password;
use crate::principal::{Principal, PrincipalKind, TenantId, Who};
use crate::record::{Held, Link, May, Moment, Place, SessionEntry};
use crate::role::{Role, RoleName};
use crate::secret::Secret;
use crate::token::{Hash, Random, Token, TokenId, TokenKind};
use crate::{LINK_LIVES, RESCUE_LIVES, Refusal, SESSION_IDLE, SESSION_LIVES, TOKENS_MAX};

/// Characters that are kept of what a browser says it is.
const AGENT_CHARS_MAX: usize = 200;

/// A session just opened: the only time its secret can be had.
pub struct Opened {
    /// What the cookie holds.
    pub secret: Secret<String>,
    /// Who it is.
    pub principal: Principal,
}

/// Whom a session is for.
struct For {
    tenant: TenantId,
    name: String,
    user: Option<String>,
    role: RoleName,
    opened_with: Option<TokenId>,
    lives: i64,
}

impl Keyring {
    pub(crate) fn session(&self, token: &Token, hash: &Hash, now: Timestamp) -> Result<Principal, Refusal> {
        let held = self.sessions.get(token.id()).filter(|held| held.hash.is(hash)).ok_or_else(|| {
            // A link opens a session; it is none.
            if self.links.contains_key(token.id()) { Refusal::WrongKind } else { Refusal::Unknown }
        })?;
        let session = &held.entry;
        if !self.lives(session, now) {
            return Err(Refusal::Expired);
        }
        session.last_used.touch(now);
        Ok(self.person(session, now))
    }

    /// Who a living session is now.
    fn person(&self, session: &SessionEntry, now: Timestamp) -> Principal {
        let opener = session.opened_with.as_ref().and_then(|id| self.held(id));
        let opener = opener.and_then(|held| self.principal_of(&held.entry, now).ok());
        let account = session.user.as_ref().and_then(|user| self.users.get(user));
        // A session that was opened with a token has what the token has: its role, too.
        let role = match (&opener, account) {
            (None, Some(account)) => &account.user.role,
            _ => &session.role,
        };
        let (permissions, row_filters, addresses) = match opener {
            Some(opener) => {
                (opener.permissions().to_vec(), opener.row_filters().to_vec(), opener.addresses())
            }
            None => {
                let rights = self.rights(role);
                let own = account.and_then(|account| account.user.rows.clone());
                (rights.permissions, rights.rows.into_iter().chain(own).collect(), rights.addresses)
            }
        };
        Principal::new(Who {
            kind: PrincipalKind::Person,
            tenant: session.tenant,
            name: session.name.clone(),
            user: session.user.clone(),
            source: None,
            role: Some(role.clone()),
            permissions,
            token: session.id.clone(),
            row_filters,
            addresses,
        })
    }

    fn held(&self, id: &TokenId) -> Option<&Held<crate::Entry>> {
        self.tokens.get(id).or_else(|| self.admitted.get(id))
    }

    /// Whether a session still counts: not idle too long, not too old, and who it was opened for still let in.
    fn lives(&self, session: &SessionEntry, now: Timestamp) -> bool {
        let used = session.last_used.get().unwrap_or(session.created);
        let opener = |id| self.held(id).is_some_and(|held| self.check(&held.entry, now).is_ok());
        let account = |user| self.users.get(user).is_some_and(|account| !account.user.disabled);
        session.opened_with.as_ref().is_none_or(opener)
            && session.user.as_ref().is_none_or(account)
            && now.0 < used.0 + SESSION_IDLE
            && now.0 < session.created.0 + session.lives
    }

    /// Every session that is open at that time.
    pub fn sessions(&self, now: Timestamp) -> impl Iterator<Item = &SessionEntry> {
        self.sessions.values().map(|held| &held.entry).filter(move |session| self.lives(session, now))
    }

    /// Whether someone can come in who may make members. When nobody can, a start prints a one-time link.
    pub fn has_admin(&self, now: Timestamp) -> bool {
        let rules = |role: &RoleName| role.is(Role::Admin) || role.is(Role::SuperAdmin);
        let token = |entry: &crate::Entry| matches!(&entry.may, May::Act { role, .. } if rules(role));
        self.tokens().any(|entry| token(entry) && self.check(entry, now).is_ok())
            || self.users().any(|user| rules(&user.role) && !user.disabled)
    }

    /// The token of a link that opens one session as a super admin within 15 minutes. A new link ends the ones before.
    pub fn one_time_link(&mut self, now: Timestamp, random: &Random) -> Minted {
        self.link("admin", SESSION_LIVES, now, random)
    }

    /// The same for whoever has the machine and nothing else: the session it opens lives 15 minutes.
    pub fn rescue_link(&mut self, now: Timestamp, random: &Random) -> Minted {
        self.link("rescue", RESCUE_LIVES, now, random)
    }

    fn link(&mut self, name: &str, lives: i64, now: Timestamp, random: &Random) -> Minted {
        let token = Token::mint(TokenKind::Browser, random);
        let link = Link {
            id: token.id().clone(),
            tenant: TenantId::FIRST,
            name: name.to_owned(),
            role: Role::SuperAdmin.into(),
            expires: Timestamp(now.0 + LINK_LIVES),
            lives,
        };
        self.links.clear();
        self.links.insert(link.id.clone(), Held { hash: Hash::of(token.text().expose()), entry: link });
        Minted { id: token.id().clone(), token: token.into_text() }
    }

    /// Opens a session with a one-time link, which is used up by it, or with an API token.
    pub fn exchange(
        &mut self,
        presented: &str,
        place: Place,
        now: Timestamp,
        random: &Random,
    ) -> Result<Opened, Refusal> {
        let hash = Hash::of(presented);
        let link = Token::parse(presented)
            .filter(|token| self.links.get(token.id()).is_some_and(|held| held.hash.is(&hash)))
            .and_then(|token| self.links.remove(token.id()));
        let whom = match link {
            Some(Held { entry: link, .. }) if now < link.expires => For {
                tenant: link.tenant,
                name: link.name,
                user: None,
                role: link.role,
                opened_with: None,
                lives: link.lives,
            },
            Some(_) => return Err(Refusal::Expired),
            None => {
                let who = self.authenticate(presented, now)?;
                let role = who.role().filter(|_| who.kind() == PrincipalKind::Machine);
                For {
                    tenant: who.tenant(),
                    name: who.name().to_owned(),
                    user: who.user().map(str::to_owned),
                    role: role.ok_or(Refusal::WrongKind)?.clone(),
                    opened_with: Some(who.token().clone()),
                    lives: SESSION_LIVES,
                }
            }
        };
        self.open(whom, place, now, random)
    }

    /// Opens a session for a person whose password was found right. `password` is the one it was compared with: when it
    /// was changed meanwhile, nobody gets in.
    pub fn sign_in(
        &mut self,
        name: &str,
        password: &Password,
        place: Place,
        now: Timestamp,
        random: &Random,
    ) -> Result<Opened, Refusal> {
        let account = self.users.get(name).ok_or(Refusal::Unknown)?;
        if account.password.as_ref() != Some(password) {
            return Err(Refusal::Unknown);
        }
        self.enter(name, place, now, random)
    }

    /// Opens a session for a person someone else vouches for: the identity provider.
    pub fn enter(
        &mut self,
        name: &str,
        place: Place,
        now: Timestamp,
        random: &Random,
    ) -> Result<Opened, Refusal> {
        let user = &self.users.get(name).ok_or(Refusal::Unknown)?.user;
        if user.disabled {
            return Err(Refusal::Revoked);
        }
        user.last_signed_in.touch(now);
        let whom = For {
            tenant: TenantId::FIRST,
            name: user.name.clone(),
            user: Some(user.name.clone()),
            role: user.role.clone(),
            opened_with: None,
            lives: SESSION_LIVES,
        };
        self.open(whom, place, now, random)
    }

    fn open(&mut self, whom: For, place: Place, now: Timestamp, random: &Random) -> Result<Opened, Refusal> {
        let For { tenant, name, user, role, opened_with, lives } = whom;
        let token = Token::mint(TokenKind::Browser, random);
        let id = token.id().clone();
        let agent = place.agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS_MAX).collect();
        let entry = SessionEntry {
            id: id.clone(),
            tenant,
            name,
            user,
            role,
            opened_with,
            place: Place { agent, ..place },
            created: now,
            lives,
            last_used: Moment::at(now),
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

    /// Ends the sessions of a person, but for one.
    pub fn end_sessions_of(&mut self, user: &str, but: Option<&TokenId>) {
        let is_theirs = |entry: &SessionEntry| entry.user.as_deref() == Some(user);
        self.sessions.retain(|id, held| !is_theirs(&held.entry) || but == Some(id));
    }

    /// Drops sessions and links that are over, and the longest unused sessions beyond the limit.
    pub fn sweep(&mut self, now: Timestamp) {
        self.links.retain(|_, held| now < held.entry.expires);
        let is_over = |held: &&Held<SessionEntry>| !self.lives(&held.entry, now);
        let over: Vec<TokenId> = self.sessions.values().filter(is_over).map(|s| s.entry.id.clone()).collect();
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
