//! What the dashboard of AWS API Gateway shows, visual by visual: 25 of them, and two more where one of them mixed up
//! two things. Where it lists paths, these list routes: a path with an id in it is another one in each call, so a list of
//! paths grows with the traffic. The path is a filter of every page, and a column of the single requests.

use super::access::{COGNITO_SPEC, IAM_SPEC};
use super::{Chart, Page, Panel, Unit};
use crate::explore::Spec;

const fn aws(
    id: &'static str,
    title: &'static str,
    question: &'static str,
    unit: Unit,
    spec: Spec<'static>,
) -> Panel {
    Panel::asks(id, title, question, unit, Page::Aws, spec)
}

const fn one(measure: &'static str) -> Spec<'static> {
    Spec::new(measure, "", Chart::Stat)
}

const fn lines(by: &'static str) -> Spec<'static> {
    Spec::new("calls", by, Chart::Line)
}

const fn table(by: &'static str) -> Spec<'static> {
    Spec::new("calls", by, Chart::Table).seen()
}

macro_rules! visuals {
    ($($name:ident $id:literal $title:literal $question:literal $unit:ident $spec:expr;)*) => {
        $(pub(super) const $name: Panel = aws($id, $title, $question, Unit::$unit, $spec);)*
    };
}

visuals! {
    REQUESTS "aws_requests" "API requests" "How many requests were there?" Calls
        one("calls");
    SUCCESSES "aws_2xx" "2xx requests" "How many requests succeeded?" Calls
        one("calls").of_calls("status:2xx");
    SERVER_ERRORS "aws_5xx" "5xx errors" "How many requests failed on our side?" Calls
        one("calls").of_calls("status:5xx");
    CLIENT_ERRORS "aws_4xx" "4xx errors" "How many requests failed on the caller's side?" Calls
        one("calls").of_calls("status:4xx");
    RESPONSE "aws_response_latency" "Response latency" "How long does a response take on average?" Ms
        one("avg");
    INTEGRATION "aws_integration_latency" "Integration latency" "How long does the integration take on average?" Ms
        one("avg:upstream_duration");
    AUTHORIZER "aws_authorizer_latency" "Authorizer latency" "How long does the authorizer take on average?" Ms
        one("avg:authorizer_duration");
    AUTHORIZER_INTEGRATION "aws_authorizer_integration_latency" "Authorizer integration latency"
        "How long does the authorizer's function take on average?" Ms
        one("avg:authorizer_integration_duration");
    STATUS "aws_status" "By response status code" "Which status codes did callers get?" Calls
        Spec::new("calls", "status", Chart::Toplist);
    DOMAINS "aws_top_domains" "Top domains" "Which domains are called most?" Calls
        Spec::new("calls", "domain", Chart::Toplist);
    DOMAINS_OVER_TIME "aws_domains_over_time" "API usage by domain" "When was each domain called?" Calls
        lines("domain");
    ROUTES_OVER_TIME "aws_routes_over_time" "API routes" "When was each route called?" Calls
        lines("route");
    CLIENT_ERROR_TABLE "aws_4xx_table" "4xx errors by hour" "Which client errors were there, hour by hour?" Calls
        Spec::new("calls", "hour,status,domain,method,route,error_type", Chart::Table).of_calls("status:4xx");
    CLIENT_ERROR_BARS "aws_4xx_by_endpoint" "4xx errors by endpoint" "Which routes answer with which client errors?" Calls
        Spec::new("calls", "route,status", Chart::Toplist).of_calls("status:4xx");
    PLANS "aws_by_plan" "API by usage plan" "What do the callers of each usage plan call?" Calls
        table("usage_plan,domain,route,status");
    KEYS "aws_by_key" "API usage by API key" "When was each API key used?" Calls
        lines("api_key_name").of_calls("api_key_name:*");
    QUOTA "aws_quota_limits" "Quota limits reached" "Whose quota was used up, since when and until when?" Calls
        table("domain,usage_plan,api_key_name,error_message,route").of_calls("reason:quota_exceeded");
    QUOTA_OVER_TIME "aws_quota_by_domain" "Quota exceeded by domain" "When was the quota of each domain used up?" Calls
        lines("domain").of_calls("reason:quota_exceeded");
    AGENTS "aws_by_agent" "API calls by user agent" "When did each program call?" Calls
        lines("user_agent");
    COGNITO "aws_cognito" "Cognito based access control" "Which subjects called what?" Calls
        COGNITO_SPEC;
    IAM "aws_iam" "Authenticated with IAM" "Which IAM identities called what?" Calls
        IAM_SPEC;
    FAILED "aws_auth_failures" "Authentication failed requests"
        "Which requests did the gateway not let in, since when and until when?" Calls
        table("domain,status,error_type,method,route,usage_plan").of_calls("status:401,402,403 granted:false");
    LATENCY "aws_latency" "API latency" "How do response and integration latency develop?" Ms
        Spec::new("avg,avg:upstream_duration", "", Chart::Line);
    AUTHORIZER_OVER_TIME "aws_authorizer_over_time" "Authorizer latency over time" "How does the authorizer's latency develop?" Ms
        Spec::new("avg:authorizer_duration,avg:authorizer_integration_duration", "", Chart::Line);
    LATENCY_TABLE "aws_latency_table" "API latency by route" "Where is latency high, and what did the authorizer say?" Calls
        Spec::new(
            "calls,avg,avg:upstream_duration,avg:authorizer_duration,avg:authorizer_integration_duration",
            "domain,route,usage_plan,status,error_type,authorize_status,authorizer_error,authorizer_integration_status",
            Chart::Table,
        );
}
