//! Roles and permissions, as a table. Nobody may change an event or the operator trail, so no permission for it
//! exists.

use serde::{Deserialize, Serialize};
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
    TrailExport "trail:export" "Export the operator trail as a file."
    VerifyRun "verify:run" "Verify digests and proofs."
    MembersWrite "members:write" "Invite people and give them roles."
    TokensWrite "tokens:write" "Make, rotate and revoke tokens."
    SettingsWrite "settings:write" "Change retention, masking and other settings."
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// What a person or a machine is, for Gatelog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Dashboards, totals and saved views.
    Viewer,
    /// A viewer who also reads and exports events.
    Analyst,
    /// An analyst who also makes alerts and reports.
    Editor,
    /// Reads the operator trail and verifies; nothing else.
    Auditor,
    /// Everything there is a permission for, except sending events in.
    Admin,
}

use Permission::*;

const VIEWER: &[Permission] = &[PanelsRead, SourcesRead, DirectoryRead, AlertsRead, ViewsWrite];
const ANALYST: &[Permission] =
    &[PanelsRead, SourcesRead, DirectoryRead, AlertsRead, ViewsWrite, EventsRead, EventsExport];
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
];
const AUDITOR: &[Permission] = &[TrailRead, TrailExport, VerifyRun];
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
    MembersWrite,
    TokensWrite,
    SettingsWrite,
];
/// An ingest token is no role: it appends, nothing else.
pub(crate) const INGEST: &[Permission] = &[EventsAppend];

impl Role {
    /// All of them.
    pub const ALL: &[Role] = &[Role::Viewer, Role::Analyst, Role::Editor, Role::Auditor, Role::Admin];

    /// What this role may do.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Role::Viewer => VIEWER,
            Role::Analyst => ANALYST,
            Role::Editor => EDITOR,
            Role::Auditor => AUDITOR,
            Role::Admin => ADMIN,
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
        }
    }

    /// The role of that name.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.text() == text)
    }
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
events:read     analyst editor admin
events:export   analyst editor admin
panels:read     viewer analyst editor admin
sources:read    viewer analyst editor admin
sources:write   admin
directory:read  viewer analyst editor admin
directory:write admin
alerts:read     viewer analyst editor admin
alerts:write    editor admin
reports:write   editor admin
views:write     viewer analyst editor admin
sinks:write     admin
trail:read      auditor admin
trail:export    auditor admin
verify:run      auditor admin
members:write   admin
tokens:write    admin
settings:write  admin
";
        // `Display` does not pad by itself.
        let squeeze = |text: &str| {
            text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(squeeze(&table), squeeze(want));
    }
}
