//! Roles and permissions, as a table. Nobody may change an event or the operator trail, so no permission for it
//! exists.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

macro_rules! permissions {
    ($($name:ident $text:literal $doc:literal)*) => {
        /// One thing that may be done: a verb on a noun. A route declares the one it needs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission { $(#[doc = $doc] #[serde(rename = $text)] $name),* }

        impl Permission {
            /// All of them.
            pub const ALL: &[Permission] = &[$(Permission::$name),*];

            /// `noun:verb`, as the API and the documentation write it.
            pub fn text(self) -> &'static str {
                match self { $(Permission::$name => $text),* }
            }

            /// The permission of that name.
            pub fn parse(text: &str) -> Option<Permission> {
                Permission::ALL.iter().copied().find(|permission| permission.text() == text)
            }

            /// What it allows.
            pub fn doc(self) -> &'static str {
                match self { $(Permission::$name => $doc),* }
            }
        }
    };
}

permissions! {
    EventsAppend "events:append" "Send events in."
    EventsRead "events:read" "Read single events, with the full client address."
    EventsExport "events:export" "Export events as a file."
    PanelsRead "panels:read" "Read dashboards and totals."
    SourcesRead "sources:read" "See the sources, their counts and their rejects."
    SourcesWrite "sources:write" "Make, change and delete sources and their tokens."
    DirectoryRead "directory:read" "See what is known of consumers, groups, keys, plans and routes, and how it changed."
    DirectoryWrite "directory:write" "Import what is known of consumers, groups, keys, plans and routes."
    AlertsRead "alerts:read" "See alert rules and alerts."
    AlertsWrite "alerts:write" "Make, change and silence alert rules."
    ReportsWrite "reports:write" "Make and schedule reports."
    ViewsWrite "views:write" "See, save and share views of pages."
    SinksWrite "sinks:write" "Make and change forwarding to other systems."
    TrailRead "trail:read" "Read the operator trail."
    TrailExport "trail:export" "Take the operator trail away as a file; reading it is a permission of its own."
    VerifyRun "verify:run" "Verify digests and proofs."
    MembersRead "members:read" "See people, roles, tokens and sessions."
    MembersWrite "members:write" "Make people and roles, say who has which, and end sessions."
    TokensWrite "tokens:write" "Make, rotate and revoke the tokens of applications."
    AccountOwn "account:own" "Change one's own password, make tokens for oneself, end one's own sessions."
    PersonsErase "persons:erase" "Erase a person, and hand out all that is kept of them."
    SettingsWrite "settings:write" "Change retention, masking and other settings."
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// What a person or a machine is, for Gatelog. These come with the program; an installation adds its own
/// ([`crate::CustomRole`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Dashboards, totals and saved views, without whole client addresses.
    Viewer,
    /// A viewer who also reads and exports events.
    Analyst,
    /// An analyst who also makes alerts and reports.
    Editor,
    /// Reads and exports the operator trail and verifies; nothing else.
    Auditor,
    /// Everything there is a permission for, except sending events in.
    Admin,
    /// An admin whom no filter narrows, and the only one who makes or changes super admins.
    SuperAdmin,
}

use Permission::*;

const VIEWER: &[Permission] = &[PanelsRead, SourcesRead, DirectoryRead, AlertsRead, ViewsWrite, AccountOwn];
const ANALYST: &[Permission] =
    &[PanelsRead, SourcesRead, DirectoryRead, AlertsRead, ViewsWrite, EventsRead, EventsExport, AccountOwn];
const EDITOR: &[Permission] = &[
    PanelsRead,
    SourcesRead,
    DirectoryRead,
    AlertsRead,
    EventsRead,
    EventsExport,
    AlertsWrite,
    ReportsWrite,
    ViewsWrite,
    AccountOwn,
];
const AUDITOR: &[Permission] = &[TrailRead, TrailExport, VerifyRun, AccountOwn];
const ADMIN: &[Permission] = &[
    PanelsRead,
    SourcesRead,
    DirectoryRead,
    DirectoryWrite,
    AlertsRead,
    EventsRead,
    EventsExport,
    AlertsWrite,
    ReportsWrite,
    ViewsWrite,
    TrailRead,
    TrailExport,
    VerifyRun,
    SinksWrite,
    SourcesWrite,
    MembersRead,
    MembersWrite,
    TokensWrite,
    PersonsErase,
    SettingsWrite,
    AccountOwn,
];
/// An ingest token is no role: it appends, nothing else.
pub(crate) const INGEST: &[Permission] = &[EventsAppend];

impl Role {
    /// All of them.
    pub const ALL: &[Role] =
        &[Role::Viewer, Role::Analyst, Role::Editor, Role::Auditor, Role::Admin, Role::SuperAdmin];

    /// What this role may do.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Role::Viewer => VIEWER,
            Role::Analyst => ANALYST,
            Role::Editor => EDITOR,
            Role::Auditor => AUDITOR,
            Role::Admin | Role::SuperAdmin => ADMIN,
        }
    }

    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Analyst => "analyst",
            Role::Editor => "editor",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
            Role::SuperAdmin => "super_admin",
        }
    }

    /// What it is for, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Role::Viewer => "Dashboards, totals and saved views; client addresses are cut short.",
            Role::Analyst => "A viewer who also reads and exports events.",
            Role::Editor => "An analyst who also makes alerts and reports.",
            Role::Auditor => "Reads and exports the operator trail and verifies it; nothing else.",
            Role::Admin => {
                "Members, tokens, sources and settings besides. Nobody can change events or the trail."
            }
            Role::SuperAdmin => "An admin whom no filter narrows, and the only one who makes super admins.",
        }
    }

    /// The role of that name.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.text() == text)
    }
}

/// The name of a role: one of the program's or one of the installation's own. What it means is looked up in the
/// keyring each time, so that a change of a role counts at once; a name without a role may nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleName(String);

impl RoleName {
    /// Reads a name: 2 to 32 lower-case letters, digits, `-` and `_`, a letter first.
    pub fn parse(text: &str) -> Option<RoleName> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let is_name = (2..=32).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase());
        (is_name && text.chars().all(fits)).then(|| RoleName(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this role of the program.
    pub fn is(&self, role: Role) -> bool {
        self.0 == role.text()
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> RoleName {
        RoleName(role.text().to_owned())
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What someone sees of clients' addresses, the least hidden first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addresses {
    /// All of them.
    #[default]
    Whole,
    /// Their network: /24 of IPv4, /48 of IPv6.
    Network,
    /// A keyed hash: equal ones stay equal.
    Hash,
}

impl Addresses {
    /// Whether it is all of them.
    pub fn are_whole(&self) -> bool {
        *self == Addresses::Whole
    }
}

/// A role of the installation's own: a named set of permissions, perhaps with a filter of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    /// What it is for.
    #[serde(default)]
    pub about: String,
    /// What it may do. Sending events in is nothing a role can do.
    pub permissions: BTreeSet<Permission>,
    /// The filter that narrows what everyone with this role sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// What everyone with this role sees of clients' addresses.
    #[serde(default, skip_serializing_if = "Addresses::are_whole")]
    pub addresses: Addresses,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let mut table = String::new();
        for permission in Permission::ALL {
            let may: Vec<_> =
                Role::ALL.iter().filter(|r| r.permissions().contains(permission)).map(|r| r.text()).collect();
            table += &format!("{permission:<15} {}\n", may.join(" "));
        }
        let want = "\
events:append
events:read     analyst editor admin super_admin
events:export   analyst editor admin super_admin
panels:read     viewer analyst editor admin super_admin
sources:read    viewer analyst editor admin super_admin
sources:write   admin super_admin
directory:read  viewer analyst editor admin super_admin
directory:write admin super_admin
alerts:read     viewer analyst editor admin super_admin
alerts:write    editor admin super_admin
reports:write   editor admin super_admin
views:write     viewer analyst editor admin super_admin
sinks:write     admin super_admin
trail:read      auditor admin super_admin
trail:export    auditor admin super_admin
verify:run      auditor admin super_admin
members:read    admin super_admin
members:write   admin super_admin
tokens:write    admin super_admin
account:own     viewer analyst editor auditor admin super_admin
persons:erase   admin super_admin
settings:write  admin super_admin
";
        // `Display` does not pad by itself.
        let squeeze = |text: &str| {
            text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(squeeze(&table), squeeze(want));
    }
}
