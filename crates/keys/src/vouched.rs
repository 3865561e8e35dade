//! Accounts of people whom an identity provider vouches for. The account is theirs by the provider's own name for them,
//! which is never given to another; what they are called here is only a name.

use event::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::id_token::Identity;
use crate::keyring::{Keyring, is_name};
use crate::members::{Said, User, is_user_name};
use crate::role::RoleName;

/// Claims an account is named after, the first that can be a name and is free.
const NAMED_AFTER: [&str; 2] = ["preferred_username", "email"];

/// What an account is to become when someone signs in.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The account.
    pub name: String,
    /// What is said of it from now on.
    pub said: Said,
    /// Whether there is none yet.
    pub is_new: bool,
    /// Whether it is another than before.
    pub is_change: bool,
}

impl Keyring {
    /// The account of someone a provider vouches for.
    pub fn account_of(&self, who: &Identity) -> Option<&User> {
        self.users().find(|user| user.provider.as_ref() == Some(who.subject()))
    }

    /// What becomes of the account of someone who signs in with a provider and has that role now. An account of the same
    /// name that is not theirs is never taken over.
    pub fn renewal(&self, who: &Identity, role: RoleName) -> Result<Renewal, Error> {
        let before = self.account_of(who);
        let name = match before {
            Some(user) => user.name.clone(),
            None => self.free_name(who)?,
        };
        let full_name = who.text("name").filter(|text| is_name(text)).unwrap_or(&name).to_owned();
        let said = Said {
            full_name,
            role,
            rows: before.and_then(|user| user.rows.clone()),
            disabled: before.is_some_and(|user| user.disabled),
        };
        let is_change =
            before.is_none_or(|user| (&user.role, &user.full_name) != (&said.role, &said.full_name));
        Ok(Renewal { name, said, is_new: before.is_none(), is_change })
    }

    fn free_name(&self, who: &Identity) -> Result<String, Error> {
        let names = NAMED_AFTER.iter().filter_map(|claim| who.text(claim)).map(str::to_lowercase);
        let mut names: Vec<String> = names.filter(|name| is_user_name(name)).collect();
        if names.is_empty() {
            let hash = Sha256::digest(format!("{}\n{}", who.subject().issuer, who.subject().subject));
            let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            names.push(format!("oidc-{short}"));
        }
        names.into_iter().find(|name| self.user(name).is_none()).ok_or(Error::NameTaken)
    }

    /// Makes or changes the account as planned.
    pub fn renew_account(
        &mut self,
        who: &Identity,
        renewal: Renewal,
        now: Timestamp,
    ) -> Result<&User, Error> {
        let Renewal { name, said, is_new, .. } = renewal;
        match is_new {
            true => self.add_user(&name, said, None, Some(who.subject().clone()), now),
            false => self.change_user(&name, said),
        }
    }
}
