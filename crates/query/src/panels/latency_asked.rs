//! How long calls took: per API, domain and plan, and which part of the way took it.

use super::{Chart, Page, Panel, Unit};
use crate::explore::Spec;

const SHARES: &str = "calls,p50,p90,p95,p99,p99.9";

pub(super) const BY_API: Panel = Panel::asks(
    "latency_by_api",
    "Latency by API",
    "How long do calls of each API take?",
    Unit::Calls,
    Page::Errors,
    Spec::new(SHARES, "api", Chart::Table).of_calls("duration:*"),
);

pub(super) const BY_DOMAIN: Panel = Panel::asks(
    "latency_by_domain",
    "Latency by domain",
    "How long do calls to each domain take?",
    Unit::Calls,
    Page::Errors,
    Spec::new(SHARES, "domain", Chart::Table).of_calls("duration:*"),
);

pub(super) const BY_PLAN: Panel = Panel::asks(
    "latency_by_plan",
    "Latency by plan",
    "Do callers of one usage plan wait longer than those of another?",
    Unit::Calls,
    Page::Errors,
    Spec::new(SHARES, "usage_plan", Chart::Table).of_calls("duration:*"),
);

pub(super) const SLOW_ROUTES: Panel = Panel::asks(
    "slow_routes",
    "Slowest routes",
    "Which routes keep their callers waiting?",
    Unit::Ms,
    Page::Errors,
    Spec::new("p95,calls,p50,p99", "route", Chart::Toplist),
);

pub(super) const PARTS_OVER_TIME: Panel = Panel::asks(
    "latency_parts",
    "p95 by part",
    "When did gateway, authorizer or upstream become slow?",
    Unit::Ms,
    Page::Errors,
    Spec::new("p95,p95:gateway_duration,p95:authorizer_duration,p95:upstream_duration", "", Chart::Line),
);

pub(super) const AUTHORIZER: Panel = Panel::asks(
    "authorizer_latency",
    "Authorizer latency",
    "How long does the authorizer take, and how much of it is its own function?",
    Unit::Ms,
    Page::Errors,
    Spec::new(
        "avg:authorizer_duration,p95:authorizer_duration,avg:authorizer_integration_duration,p95:authorizer_integration_duration",
        "",
        Chart::Line,
    ),
);

pub(super) const AUTHORIZER_ERRORS: Panel = Panel::asks(
    "authorizer_errors",
    "Authorizer errors",
    "Where does the authorizer fail, and with what?",
    Unit::Calls,
    Page::Errors,
    Spec::new(
        "calls,avg:authorizer_duration",
        "authorizer_error,authorizer_status,authorizer_integration_status,error_type,domain,route,status",
        Chart::Table,
    )
    .of_calls("authorizer_error:* OR authorizer_status:5* OR authorizer_integration_status:5* OR error_type:AUTHORIZER*")
    .seen(),
);
