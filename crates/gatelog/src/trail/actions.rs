//! What can be done to Gatelog itself, as a list. A route or command that changes something, or shows or hands out
//! events, names one of these.

use event::Act;

/// What kind of act it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Delete,
    Read,
    Export,
    SignIn,
    SignOut,
    Run,
}

impl Verb {
    /// As the API writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Delete => "delete",
            Verb::Read => "read",
            Verb::Export => "export",
            Verb::SignIn => "sign_in",
            Verb::SignOut => "sign_out",
            Verb::Run => "run",
        }
    }
}

/// Whether an act was a look at something. One that was refused is none: somebody tried what they may not.
pub(crate) fn is_read(act: &Act) -> bool {
    act.verb == Verb::Read.text() && act.outcome != "denied"
}

/// One thing that can be done.
#[derive(Debug)]
pub(crate) struct Action {
    /// Stable for ever.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) event: &'static str,
    /// What it is done to.
    pub(crate) resource_type: &'static str,
    pub(crate) verb: Verb,
    /// Whether what was sent may be kept. Never where it is a credential or someone's log.
    pub(crate) keeps_body: bool,
}

macro_rules! actions {
    ($($name:ident $code:literal $event:literal $resource_type:literal $verb:ident $keeps_body:literal;)*) => {
        $(pub(crate) const $name: &Action = &Action {
            code: $code, event: $event, resource_type: $resource_type, verb: Verb::$verb, keeps_body: $keeps_body,
        };)*

        /// All of them, as docs/audit.md lists them.
        pub(crate) const ACTIONS: &[&Action] = &[$($name),*];
    };
}

actions! {
    SERVER_START "GL-SERVER-START" "Start server" "server" Run false;
    SERVER_STOP "GL-SERVER-STOP" "Stop server" "server" Run false;
    SIGN_IN "GL-SESSION-START" "Sign in" "session" SignIn false;
    PROVIDER_SIGN_IN "GL-SESSION-PROVIDER" "Sign in with identity provider" "session" SignIn false;
    SIGN_OUT "GL-SESSION-END" "Sign out" "session" SignOut false;
    ACCESS_DENIED "GL-ACCESS-DENIED" "Call without permission" "route" Read false;
    API_READ "GL-API-READ" "Read" "api" Read false;
    ADMIN_RESCUE "GL-ADMIN-RESCUE" "Print rescue link" "session" Create true;
    SESSION_REVOKE "GL-SESSION-REVOKE" "End session of someone" "session" Delete true;
    USER_CREATE "GL-USER-CREATE" "Create account" "user" Create false;
    USER_UPDATE "GL-USER-UPDATE" "Update account" "user" Update false;
    USER_DELETE "GL-USER-DELETE" "Delete account" "user" Delete true;
    ROLE_SET "GL-ROLE-SET" "Set role" "role" Update true;
    ROLE_DELETE "GL-ROLE-DELETE" "Delete role" "role" Delete true;
    ACCOUNT_PASSWORD "GL-ACCOUNT-PASSWORD" "Change own password" "user" Update false;
    ACCOUNT_TOKEN "GL-ACCOUNT-TOKEN" "Create own token" "token" Create true;
    ACCOUNT_ROTATE "GL-ACCOUNT-ROTATE" "Rotate own token" "token" Update true;
    ACCOUNT_REVOKE "GL-ACCOUNT-REVOKE" "Revoke own token" "token" Delete true;
    ACCOUNT_SESSION "GL-ACCOUNT-SESSION" "End own session" "session" Delete true;
    TOKEN_CREATE "GL-TOKEN-CREATE" "Create token" "token" Create true;
    TOKEN_ROTATE "GL-TOKEN-ROTATE" "Rotate token" "token" Update true;
    TOKEN_REVOKE "GL-TOKEN-REVOKE" "Revoke token" "token" Delete true;
    SOURCE_CREATE "GL-SOURCE-CREATE" "Create source" "source" Create true;
    SOURCE_UPDATE "GL-SOURCE-UPDATE" "Update source" "source" Update true;
    SOURCE_TOKEN "GL-SOURCE-TOKEN" "Renew token of source" "source" Update true;
    SOURCE_PAUSE "GL-SOURCE-PAUSE" "Pause source" "source" Update true;
    SOURCE_RESUME "GL-SOURCE-RESUME" "Resume source" "source" Update true;
    SOURCE_DELETE "GL-SOURCE-DELETE" "Delete source" "source" Delete true;
    SOURCE_TRY "GL-SOURCE-TRY" "Try a log line" "source" Run false;
    DIRECTORY_IMPORT "GL-DIRECTORY-IMPORT" "Import directory" "directory" Update false;
    DIRECTORY_TRY "GL-DIRECTORY-TRY" "Try import of directory" "directory" Run false;
    DIRECTORY_PULL "GL-DIRECTORY-PULL" "Pull directory" "directory" Update true;
    DIRECTORY_PULL_TRY "GL-DIRECTORY-PULL-TRY" "Try pull of directory" "directory" Run true;
    DIRECTORY_DELETE "GL-DIRECTORY-DELETE" "End origin of directory" "directory" Delete true;
    DIRECTORY_EXPORT "GL-DIRECTORY-EXPORT" "Export directory" "directory" Export true;
    VIEW_CREATE "GL-VIEW-CREATE" "Save view" "view" Create true;
    VIEW_UPDATE "GL-VIEW-UPDATE" "Update view" "view" Update true;
    VIEW_DELETE "GL-VIEW-DELETE" "Delete view" "view" Delete true;
    BOARD_CREATE "GL-DASHBOARD-CREATE" "Create dashboard" "dashboard" Create true;
    BOARD_UPDATE "GL-DASHBOARD-UPDATE" "Update dashboard" "dashboard" Update true;
    BOARD_DELETE "GL-DASHBOARD-DELETE" "Delete dashboard" "dashboard" Delete true;
    REPORT_CREATE "GL-REPORT-CREATE" "Save report" "report" Create true;
    REPORT_UPDATE "GL-REPORT-UPDATE" "Update report" "report" Update true;
    REPORT_DELETE "GL-REPORT-DELETE" "Delete report" "report" Delete true;
    EVENTS_READ "GL-EVENTS-READ" "Read access events" "events" Read true;
    EVENTS_FOLLOW "GL-EVENTS-FOLLOW" "Follow access events" "events" Read true;
    EVENTS_EXPORT "GL-EVENTS-EXPORT" "Export access events" "events" Export true;
    EXPORT_CREATE "GL-EXPORT-CREATE" "Start export" "export" Export true;
    EXPORT_FETCH "GL-EXPORT-FETCH" "Fetch export" "export" Export true;
    EXPORT_DELETE "GL-EXPORT-DELETE" "Delete export" "export" Delete true;
    RETENTION_SET "GL-RETENTION-SET" "Change retention" "retention" Update true;
    MASKS_SET "GL-MASKS-SET" "Change masking rules" "masks" Update true;
    MASKS_RESTORE "GL-MASKS-RESTORE" "Restore masking rules" "masks" Update true;
    MASKS_TRY "GL-MASKS-TRY" "Try masking rules" "masks" Run false;
    HOLD_CREATE "GL-HOLD-CREATE" "Place legal hold" "hold" Create true;
    ERASURE_TRY "GL-ERASURE-TRY" "Look what there is of a person" "erasure" Run false;
    ERASURE_RUN "GL-ERASURE-RUN" "Erase a person" "erasure" Delete false;
    ERASURE_DONE "GL-ERASURE-DONE" "Finish erasure" "erasure" Delete false;
    PERSON_EXPORT "GL-PERSON-EXPORT" "Export what is kept of a person" "person" Export true;
    HOLD_RELEASE "GL-HOLD-RELEASE" "Release legal hold" "hold" Delete true;
    REQUEST_APPROVE "GL-REQUEST-APPROVE" "Approve request of somebody else" "request" Update true;
    REQUEST_DECLINE "GL-REQUEST-DECLINE" "Decline request" "request" Delete true;
    WHAT_IF_RUN "GL-WHATIF-RUN" "Try change of a rule" "rule" Run true;
    TRAIL_READ "GL-TRAIL-READ" "Read operator trail" "trail" Read true;
    TRAIL_RETIRE "GL-TRAIL-RETIRE" "Remove operator events past their time" "trail" Delete false;
    VERIFY_RUN "GL-VERIFY-RUN" "Verify what is kept" "proof" Run false;
    TRAIL_EXPORT "GL-TRAIL-EXPORT" "Export operator trail" "trail" Export true;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_documented() {
        let codes: BTreeSet<&str> = ACTIONS.iter().map(|action| action.code).collect();
        assert_eq!(codes.len(), ACTIONS.len());
        let docs =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/audit.md")).unwrap();
        for action in ACTIONS {
            let row = format!(
                "| `{}` | {} | {} | {} |",
                action.code,
                action.event,
                action.resource_type,
                action.verb.text()
            );
            assert!(docs.contains(&row), "docs/audit.md lacks\n{row}");
        }
    }
}
