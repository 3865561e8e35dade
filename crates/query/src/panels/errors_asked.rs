//! What failed: client errors by endpoint and status, what kind they are of, and where server errors arose. The class
//! of a status is a number here: 204 is no client error though it has a 4 in it.

use super::{Chart, Page, Panel, Unit};
use crate::explore::Spec;

pub(super) const CLIENT_ERRORS_BY_ENDPOINT: Panel = Panel::asks(
    "errors_4xx_by_endpoint",
    "4xx by endpoint",
    "Which endpoints answer with which client errors?",
    Unit::Calls,
    Page::Errors,
    Spec::new("calls", "route,status", Chart::Toplist).of_calls("status:4xx"),
);

pub(super) const CLIENT_ERRORS: Panel = Panel::asks(
    "errors_4xx",
    "4xx errors",
    "Which calls were client errors, where and why?",
    Unit::Calls,
    Page::Errors,
    Spec::new("calls", "status,domain,method,route,reason,error_type", Chart::Table)
        .of_calls("status:4xx")
        .seen(),
);

pub(super) const SERVER_ERRORS_BY_ORIGIN: Panel = Panel::asks(
    "errors_5xx_by_origin",
    "5xx by origin",
    "Did the gateway, the authorizer or the upstream fail?",
    Unit::Calls,
    Page::Errors,
    Spec::new("calls", "fault", Chart::Toplist).of_calls("status:5xx"),
);

pub(super) const SERVER_ERRORS: Panel = Panel::asks(
    "errors_5xx",
    "5xx errors",
    "Which calls were server errors, where and why?",
    Unit::Calls,
    Page::Errors,
    Spec::new(
        "calls",
        "status,fault,domain,method,route,error_type,error_message,upstream_status",
        Chart::Table,
    )
    .of_calls("status:5xx")
    .seen(),
);

pub(super) const SPLIT: Panel = Panel::asks(
    "error_split",
    "Errors by kind",
    "Were failed calls over quota, unauthorized, badly signed, or something else?",
    Unit::Calls,
    Page::Errors,
    Spec::new("calls", "error_kind", Chart::Toplist).of_calls("status:4xx,5xx OR granted:false"),
);

pub(super) const SPLIT_OVER_TIME: Panel = Panel::asks(
    "error_split_over_time",
    "Errors by kind over time",
    "When were calls over quota, unauthorized, badly signed, or failed otherwise?",
    Unit::Calls,
    Page::Errors,
    Spec::new("calls", "error_kind", Chart::Bars).of_calls("status:4xx,5xx OR granted:false"),
);
