//! Access logs of Amazon API Gateway: REST, HTTP and WebSocket APIs, as JSON. Knows the variables of `$context` and
//! nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Signs, Table, is_about_credentials, judge, refuse};

/// Amazon API Gateway.
pub(crate) static AWS: Table = Table {
    name: "aws",
    doc: "Access logs of Amazon API Gateway (REST, HTTP and WebSocket APIs) in JSON, as Firehose, CloudWatch or S3 hold \
          them. All 46 fields of the usual template are understood (`apiId`, `stage`, `requestId`, `requestTime`, \
          `identityApiKeyId`, `authorizerLatency`, `integrationLatency`, …), and the variables by their own names, nested or \
          with dots (`identity.sourceIp`, `integration.status`, `error.responseType`).\n\n\
          Every value may be a text; `-` and nothing are no value. Durations are milliseconds. `clientId` is the issuer, as \
          the template has it. The reason of a denial is `errorResponseType`; AWS writes \
          `MISSING_AUTHENTICATION_TOKEN` also where no route matches, told by a missing `resourcePath`. A 401, 403 or 429 \
          without a response type is a denial only when no integration was called. The value of an API key is not kept.",
    signs: Signs {
        all: &[],
        some: (
            3,
            &[
                "apiId",
                "requestId",
                "extendedRequestId",
                "requestTime",
                "requestTimeEpoch",
                "httpMethod",
                "routeKey",
                "resourcePath",
                "responseLength",
                "responseLatency",
                "integrationLatency",
                "identityApiKeyId",
                "errorResponseType",
                "domainName",
                "authorizerPrincipalId",
                "identity",
                "integration",
                "accountId",
                "wafResponseCode",
            ],
        ),
        none: &["eventSource", "creationDate", "DownstreamStatus", "properties"],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
};

const SKIP: u8 = 0;
const RESOURCE: u8 = 1;
const INTEGRATION_LATENCY: u8 = 2;
const KEY_NAME: u8 = 3;

#[rustfmt::skip]
const NAMES: &[Row] = &[
    (field(f::TIME), &["requestTimeEpoch", "requestTime", "timestamp", "@timestamp"]),
    (field(f::REQUEST_ID), &["requestId"]),
    (field(f::EVENT_PK), &["extendedRequestId"]),
    (field(f::API_ID), &["apiId"]),
    (field(f::API), &["apiName"]),
    (field(f::STAGE), &["stage"]),
    (field(f::DOMAIN), &["domainName"]),
    (field(f::DOMAIN_PREFIX), &["domainPrefix"]),
    (field(f::ACCOUNT_ID), &["accountId"]),
    (field(f::IP), &["ip", "identity.sourceIp", "sourceIp", "identitySourceIp"]),
    (field(f::METHOD), &["httpMethod", "http.method", "requestMethod"]),
    (field(f::PATH), &["path", "http.path", "requestPath"]),
    (field(f::PROTOCOL), &["protocol", "http.protocol"]),
    (field(f::ROUTE_KEY), &["routeKey"]),
    (Target::Own(RESOURCE), &["resourcePath"]),
    (field(f::ROUTE_ID), &["resourceId"]),
    (field(f::OPERATION), &["operationName", "eventType"]),
    (field(f::MESSAGE_ID), &["messageId"]),
    (field(f::STATUS), &["status"]),
    (field(f::RESPONSE_BYTES), &["responseLength", "dataProcessed"]),
    (field(f::DURATION), &["responseLatency"]),
    (Target::Own(INTEGRATION_LATENCY), &["integrationLatency", "integration.latency"]),
    (field(f::UPSTREAM_STATUS), &["integrationStatus", "integration.status", "integration.integrationStatus"]),
    (field(f::USER_AGENT), &["userAgent", "identityUserAgent", "identity.userAgent"]),
    (Target::Own(SKIP), &["identityApiKey", "identity.apiKey"]),
    (field(f::API_KEY_ID), &["identityApiKeyId", "apiKeyId", "identity.apiKeyId"]),
    (Target::Own(KEY_NAME), &["identityApiKeyName", "apiKeyName", "identity.apiKeyName"]),
    (field(f::USAGE_PLAN), &["usagePlanName", "identity.usagePlanName", "identityUsagePlanName"]),
    (field(f::CUSTOMER), &["customer", "customerId"]),
    (field(f::IDENTITY_ACCOUNT_ID), &["identityAccountId", "identity.accountId"]),
    (field(f::IDENTITY_CALLER), &["identityCaller", "caller", "identity.caller"]),
    (field(f::IDENTITY_USER), &["identityUser", "user", "identity.user"]),
    (field(f::IDENTITY_USER_ARN), &["identityUserArn", "userArn", "identity.userArn"]),
    (field(f::IDENTITY_ORG_ID), &["identityPrincipalOrgId", "principalOrgId", "identity.principalOrgId"]),
    (field(f::COGNITO_PROVIDER), &["identityCognitoAuthenticationProvider", "identity.cognitoAuthenticationProvider"]),
    (field(f::COGNITO_TYPE), &["identityCognitoAuthenticationType", "identity.cognitoAuthenticationType"]),
    (field(f::COGNITO_IDENTITY_ID), &["identityCognitoIdentityId", "identity.cognitoIdentityId"]),
    (field(f::COGNITO_POOL_ID), &["identityCognitoIdentityPoolId", "identity.cognitoIdentityPoolId"]),
    (field(f::AUTH_SUBJECT), &["sub", "authorizer.claims.sub", "authorizerClaimsSub"]),
    (field(f::AUTH_ISSUER), &["clientId", "authorizer.claims.iss", "iss"]),
    (field(f::AUTH_AUDIENCE), &["aud", "authorizer.claims.aud"]),
    (field(f::AUTH_PRINCIPAL_ID), &["authorizerPrincipalId", "authorizer.principalId", "principalId"]),
    (field(f::AUTH_CLAIMS_PROPERTY), &["authorizerClaimsProperty", "authorizer.claims.property"]),
    (field(f::AUTH_PROPERTY), &["authorizerProperty", "authorizer.property"]),
    (field(f::AUTHORIZE_DURATION), &["authorizeLatency", "authorize.latency"]),
    (field(f::AUTHORIZE_STATUS), &["authorizeStatus", "authorize.status"]),
    (field(f::AUTHORIZE_ERROR), &["authorizeError", "authorize.error"]),
    (field(f::AUTHORIZER_DURATION), &["authorizerLatency", "authorizer.latency"]),
    (field(f::AUTHORIZER_STATUS), &["authorizerStatus", "authorizer.status"]),
    (field(f::AUTHORIZER_ERROR), &["authorizerError", "authorizer.error"]),
    (field(f::AUTHORIZER_INTEGRATION_DURATION), &["authorizerIntegrationLatency", "authorizer.integrationLatency"]),
    (field(f::AUTHORIZER_INTEGRATION_STATUS), &["authorizerIntegrationStatus", "authorizer.integrationStatus"]),
    (field(f::ERROR_TYPE), &["errorResponseType", "error.responseType"]),
    (field(f::ERROR_MESSAGE), &["errorMessage", "error.message", "integrationErrorMessage", "integrationError", "integration.error"]),
    (field(f::WAF_STATUS), &["wafResponseCode", "waf.status"]),
    (field(f::WAF_ACL), &["webaclArn"]),
    (field(f::TRACE_ID), &["xrayTraceId"]),
];

/// What a response type means; those that are no denial are not in the list.
const REASONS: &[(&str, &str)] = &[
    ("UNAUTHORIZED", "invalid_credentials"),
    ("INVALID_API_KEY", "invalid_credentials"),
    ("INVALID_SIGNATURE", "invalid_signature"),
    ("EXPIRED_TOKEN", "expired_credentials"),
    ("MISSING_AUTHENTICATION_TOKEN", "missing_credentials"),
    ("ACCESS_DENIED", "policy_denied"),
    ("WAF_FILTERED", "waf_blocked"),
    ("THROTTLED", "rate_limited"),
    ("QUOTA_EXCEEDED", "quota_exceeded"),
    ("REQUEST_TOO_LARGE", "request_too_large"),
    ("RESOURCE_NOT_FOUND", "no_route"),
];

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    if let Some(resource) = facts.get(RESOURCE) {
        event.text(f::ROUTE, resource.to_owned());
    }
    let latency = facts
        .get(INTEGRATION_LATENCY)
        .and_then(|text| crate::scalar::micros(text, crate::scalar::Unit::Millis));
    event.int_if(f::UPSTREAM_DURATION, latency);
    if let Some(name) = facts.get(KEY_NAME) {
        event.text(f::API_KEY_NAME, name.to_owned());
        event.text(f::CONSUMER_NAME, name.to_owned());
    }
    match reason(facts, event) {
        Some(reason) => refuse(event, reason),
        // An answer of the gateway itself that is no denial: a bad request, or a failure.
        None if event.has(f::ERROR_TYPE) => event.flag(f::GRANTED, true),
        None => judge(event, latency.is_some() || event.has(f::UPSTREAM_STATUS), None),
    }
    identify(event);
    Ok(())
}

fn reason(facts: &Facts<'_>, event: &Event<'_>) -> Option<&'static str> {
    if event.get_text(f::WAF_STATUS) == Some("WAF_BLOCK") {
        return Some("waf_blocked");
    }
    let kind = event.get_text(f::ERROR_TYPE)?;
    let message = event.get_text(f::ERROR_MESSAGE).unwrap_or("");
    match kind {
        "MISSING_AUTHENTICATION_TOKEN" if facts.mentions(RESOURCE) && facts.get(RESOURCE).is_none() => {
            Some("no_route")
        }
        "UNAUTHORIZED" if message.contains("expired") => Some("expired_credentials"),
        "THROTTLED" if message.starts_with("Limit Exceeded") => Some("quota_exceeded"),
        "DEFAULT_4XX"
            if event.get_int(f::STATUS).is_some_and(crate::denial::is_refusal)
                && !event.has(f::UPSTREAM_STATUS) =>
        {
            Some(crate::denial::by_status(event.get_int(f::STATUS)))
        }
        _ => REASONS.iter().find(|(found, _)| *found == kind).map(|(_, reason)| *reason),
    }
}

/// How and as whom the caller was known.
fn identify(event: &mut Event<'_>) {
    let ways = [
        (f::IDENTITY_USER_ARN, "iam"),
        (f::COGNITO_IDENTITY_ID, "cognito"),
        (f::AUTH_SUBJECT, "jwt"),
        (f::AUTH_PRINCIPAL_ID, "lambda"),
        (f::API_KEY_ID, "key"),
    ];
    if let Some((_, way)) = ways.iter().find(|(field, _)| event.has(*field)) {
        event.text(f::AUTH_METHOD, *way);
    }
    let refused_credentials = event.get_text(f::REASON).is_some_and(is_about_credentials);
    let ids = [f::AUTH_SUBJECT, f::AUTH_PRINCIPAL_ID, f::IDENTITY_USER, f::API_KEY_ID];
    let id = ids.iter().find_map(|field| event.get(*field).cloned());
    if let Some(event::Value::Text(id)) = id.filter(|_| !refused_credentials) {
        event.text(f::CONSUMER_ID, id);
    }
}
