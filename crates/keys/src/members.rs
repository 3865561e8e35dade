//! People and roles of an installation. Nobody can give what they do not have: that is checked here, once, for every
//! way in which a role is given.

use event::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keyring::{Keyring, is_name};
use crate::password::Password;
use crate::principal::Principal;
use crate::record::{May, Moment, micros};
use crate::role::{CustomRole, Permission, Role, RoleName};
use crate::{Error, ROLES_MAX, USERS_MAX};

/// A person, as may be shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// What they sign in with; it never changes.
    pub name: String,
    /// What others call them.
    pub full_name: String,
    /// Their role.
    pub role: RoleName,
    /// The filter that narrows what they see, besides that of the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Whether they are shut out.
    #[serde(default)]
    pub disabled: bool,
    /// Who vouches for them: the identity provider and what it calls them. Without, they have a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Subject>,
    /// When the account was made, in microseconds.
    #[serde(with = "micros")]
    pub created: Timestamp,
    /// When they last signed in, in microseconds.
    pub last_signed_in: Moment,
}

/// Someone at an identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The provider.
    pub issuer: String,
    /// Its name for the person, which is never given to another.
    pub subject: String,
}

/// A person with what is not shown.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    #[serde(flatten)]
    pub(crate) user: User,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Password>,
}

/// What is said of a person when the account is made or changed.
#[derive(Clone, Debug)]
pub struct Said {
    /// What others call them.
    pub full_name: String,
    /// Their role.
    pub role: RoleName,
    /// The filter that narrows what they see.
    pub rows: Option<String>,
    /// Whether they are shut out.
    pub disabled: bool,
}

/// Whether it can be the name of an account: 1 to 64 lower-case letters, digits and `. _ @ + -`.
pub fn is_user_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._@+-".contains(c);
    (1..=64).contains(&text.len()) && text.chars().all(fits)
}

impl Keyring {
    /// Everyone, by name.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values().map(|account| &account.user)
    }

    /// The person of that name.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(name).map(|account| &account.user)
    }

    /// Whether someone signs in with a password.
    pub fn has_passwords(&self) -> bool {
        self.users.values().any(|account| account.password.is_some())
    }

    /// What a person's password is compared with; none for those an identity provider vouches for and those shut out.
    pub fn password_of(&self, name: &str) -> Option<Password> {
        self.users.get(name).filter(|account| !account.user.disabled)?.password.clone()
    }

    /// Makes an account.
    pub fn add_user(
        &mut self,
        name: &str,
        said: Said,
        password: Option<Password>,
        provider: Option<Subject>,
        now: Timestamp,
    ) -> Result<&User, Error> {
        self.check_said(name, &said)?;
        if self.users.contains_key(name) {
            return Err(Error::NameTaken);
        }
        if self.users.len() >= USERS_MAX {
            return Err(Error::Full);
        }
        let Said { full_name, role, rows, disabled } = said;
        let (name, last_signed_in) = (name.to_owned(), Moment::default());
        let user = User {
            name: name.clone(),
            full_name,
            role,
            rows,
            disabled,
            provider,
            created: now,
            last_signed_in,
        };
        Ok(&self.users.entry(name).or_insert(Account { user, password }).user)
    }

    /// Changes an account. When what the person may do or see changes, their sessions end.
    pub fn change_user(&mut self, name: &str, said: Said) -> Result<&User, Error> {
        self.check_said(name, &said)?;
        let before = &self.users.get(name).ok_or(Error::NoSuchUser)?.user;
        let is_other =
            (&before.role, &before.rows, before.disabled) != (&said.role, &said.rows, said.disabled);
        if said.disabled || !said.role.is(Role::SuperAdmin) {
            self.check_not_last(name)?;
        }
        if is_other {
            self.end_sessions_of(name, None);
        }
        let user = &mut self.users.get_mut(name).ok_or(Error::NoSuchUser)?.user;
        let Said { full_name, role, rows, disabled } = said;
        (user.full_name, user.role, user.rows, user.disabled) = (full_name, role, rows, disabled);
        Ok(user)
    }

    /// Sets a password. The sessions of the person end, but for the one it was done in.
    pub fn set_password(
        &mut self,
        name: &str,
        password: Password,
        but: Option<&crate::TokenId>,
    ) -> Result<(), Error> {
        let account = self.users.get_mut(name).ok_or(Error::NoSuchUser)?;
        if account.user.provider.is_some() {
            return Err(Error::Provided);
        }
        account.password = Some(password);
        self.end_sessions_of(name, but);
        Ok(())
    }

    /// Removes an account; its sessions and tokens end with it.
    pub fn remove_user(&mut self, name: &str) -> Result<User, Error> {
        self.check_not_last(name)?;
        let account = self.users.remove(name).ok_or(Error::NoSuchUser)?;
        self.tokens.retain(|_, held| held.entry.user.as_deref() != Some(name));
        self.end_sessions_of(name, None);
        Ok(account.user)
    }

    fn check_said(&self, name: &str, said: &Said) -> Result<(), Error> {
        if !is_user_name(name) {
            return Err(Error::BadUserName);
        }
        if !is_name(&said.full_name) {
            return Err(Error::BadName);
        }
        if !self.has_role(&said.role) {
            return Err(Error::NoSuchRole);
        }
        if said.role.is(Role::SuperAdmin) && said.rows.is_some() {
            return Err(Error::NeverNarrowed);
        }
        Ok(())
    }

    /// Whoever was the only super admin stays one: else nobody could make another.
    fn check_not_last(&self, name: &str) -> Result<(), Error> {
        let rules = |user: &&User| user.role.is(Role::SuperAdmin) && !user.disabled;
        let is_one = self.user(name).as_ref().is_some_and(rules);
        let is_last = is_one && self.users().filter(rules).count() == 1;
        if is_last { Err(Error::LastAdmin) } else { Ok(()) }
    }

    /// Whether there is a role of that name.
    pub fn has_role(&self, name: &RoleName) -> bool {
        Role::parse(name.as_str()).is_some() || self.roles.contains_key(name)
    }

    /// The roles of the installation's own.
    pub fn roles(&self) -> impl Iterator<Item = (&RoleName, &CustomRole)> {
        self.roles.iter()
    }

    /// Makes or changes a role. Who has it, has what it says from now on; their sessions end.
    pub fn set_role(&mut self, name: RoleName, role: CustomRole) -> Result<(), Error> {
        if Role::parse(name.as_str()).is_some() {
            return Err(Error::BuiltIn);
        }
        if role.permissions.is_empty() || role.permissions.contains(&Permission::EventsAppend) {
            return Err(Error::BadRole);
        }
        if self.roles.len() >= ROLES_MAX && !self.roles.contains_key(&name) {
            return Err(Error::Full);
        }
        if self.roles.get(&name).is_some_and(|before| *before != role) {
            let theirs = self.users().filter(|user| user.role == name).map(|user| user.name.clone());
            for user in theirs.collect::<Vec<_>>() {
                self.end_sessions_of(&user, None);
            }
        }
        self.roles.insert(name, role);
        Ok(())
    }

    /// Removes a role that nobody has.
    pub fn remove_role(&mut self, name: &RoleName, now: Timestamp) -> Result<(), Error> {
        let has = |may: &May| matches!(may, May::Act { role, .. } if role == name);
        let is_used = self.users().any(|user| user.role == *name)
            || self.tokens().any(|entry| has(&entry.may) && self.check(entry, now).is_ok());
        if is_used {
            return Err(Error::RoleInUse);
        }
        self.roles.remove(name).map(|_| ()).ok_or(Error::NoSuchRole)
    }

    /// Whether someone may give a role to others: all of it must be theirs. Whoever sees a part of the rows only, or
    /// no whole addresses, gives nothing, and super admins are made by super admins.
    pub fn may_give(&self, who: &Principal, role: &RoleName) -> bool {
        let reaches = !role.is(Role::SuperAdmin) || who.is_a(Role::SuperAdmin);
        reaches && may_give_all(who, &self.rights(role).permissions)
    }
}

/// Whether someone may put these permissions into a role. What everyone does with their own account is no power over
/// others.
pub fn may_give_all(who: &Principal, permissions: &[Permission]) -> bool {
    let has = |permission: &Permission| *permission == Permission::AccountOwn || who.may(*permission);
    who.sees_all() && permissions.iter().all(has)
}
