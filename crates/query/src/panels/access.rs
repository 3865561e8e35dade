//! Who got in, and how: Cognito, IAM, and those who did not.

use super::{Chart, Page, Panel, Unit};
use crate::explore::Spec;

/// Callers known by a token of Cognito or another issuer.
pub(super) const COGNITO_SPEC: Spec<'static> = Spec::new(
    "calls,denied",
    "auth_subject,auth_issuer,auth_audience,domain,route,status,usage_plan",
    Chart::Table,
)
.of_calls("auth_issuer:* OR auth_method:cognito")
.seen();

/// Callers known by a user ARN, whatever the domain.
pub(super) const IAM_SPEC: Spec<'static> = Spec::new(
    "calls,denied",
    "identity_user_arn,identity_user,identity_caller,identity_account_id,identity_org_id,domain,method,route,status,error_type,api_key_name,usage_plan,ip,protocol,user_agent",
    Chart::Table,
)
.of_calls("identity_user_arn:*")
.seen();

pub(super) const COGNITO: Panel = Panel::asks(
    "cognito_access",
    "Cognito access",
    "Which subjects of which issuer and audience called what?",
    Unit::Calls,
    Page::Access,
    COGNITO_SPEC,
);

pub(super) const IAM: Panel = Panel::asks(
    "iam_access",
    "IAM access",
    "Which IAM identities of which account called what?",
    Unit::Calls,
    Page::Access,
    IAM_SPEC,
);

pub(super) const AUTH_FAILURES: Panel = Panel::asks(
    "auth_failures",
    "Authentication failed",
    "Which calls were refused for their credentials, since when and until when?",
    Unit::Calls,
    Page::Access,
    Spec::new("calls,unique:ip", "domain,status,reason,error_type,method,route,usage_plan", Chart::Table)
        .of_calls("reason:missing_credentials,invalid_credentials,expired_credentials,invalid_signature")
        .seen(),
);

pub(super) const AUTH_METHODS: Panel = Panel::asks(
    "auth_methods",
    "Auth methods",
    "How do callers show who they are?",
    Unit::Calls,
    Page::Access,
    Spec::new("calls,denied,denial_rate,unique:consumer", "auth_method", Chart::Toplist),
);
