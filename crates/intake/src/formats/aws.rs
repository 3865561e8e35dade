//! Access logs of Amazon API Gateway: REST, HTTP and WebSocket APIs, as JSON. Knows the variables of `$context` and
//! nothing else.

use event::{Event, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Match, Sign, Told, Words, is_about_credentials, sign, text_of};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Lines, Signs, Table};

mod lines;

/// Amazon API Gateway.
pub(crate) static AWS: Table = Table {
    name: "aws",
    doc: "Access logs of Amazon API Gateway (REST, HTTP and WebSocket APIs) in JSON, as Firehose, CloudWatch or S3 hold \
          them. All 46 fields of the usual template are understood (`apiId`, `stage`, `requestId`, `requestTime`, \
          `identityApiKeyId`, `authorizerLatency`, `integrationLatency`, …), and the variables by their own names, nested or \
          with dots (`identity.sourceIp`, `integration.status`, `error.responseType`).\n\n\
          The text templates of the console are read too: CLF, CSV and XML, of REST, HTTP and WebSocket APIs. They have no \
          response type, so JSON is better.\n\n\
          Every value may be a text; `-` and nothing are no value. Durations are milliseconds. `clientId` is the issuer, as \
          the template has it. `connectionId` of a WebSocket is the correlation id, `eventType` the operation. The value of an API key is \
          not kept.",
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
    judgement: Judgement {
        backend: "`integrationStatus` or `integrationLatency` has a value and there is no response type of a refusal",
        words: &[&TYPES, &MESSAGES],
        signs: &[
            ("`wafResponseCode` is `WAF_BLOCK`", "waf_blocked"),
            ("`MISSING_AUTHENTICATION_TOKEN` where `resourcePath` is logged and empty", "no_route"),
            ("`UNAUTHORIZED` with a message that says the token expired", "expired_credentials"),
            ("`THROTTLED` with the message `Limit Exceeded`", "quota_exceeded"),
            ("404 of an HTTP API where `routeKey` is logged and empty", "no_route"),
            ("401, 403, 429 or 413 of a call that reached no integration", "by the status"),
        ],
        unknown: "Why an authorizer or a resource policy said no (`ACCESS_DENIED`): log what your authorizer puts into its context, \
                  `\"denial_reason\":\"$context.authorizer.denialReason\"`. API Gateway answers `UNAUTHORIZED` and `INVALID_API_KEY` \
                  with and without credentials. A template without `$context.error.responseType` and without the integration \
                  cannot tell a backend's 403 from the gateway's.",
    },
    lines: Some(Lines { known: lines::known, read: lines::read }),
};

const SKIP: u8 = 0;
const RESOURCE: u8 = 1;
const INTEGRATION_LATENCY: u8 = 2;
const KEY_NAME: u8 = 3;
const ROUTE_KEY: u8 = 4;

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
    (Target::Own(ROUTE_KEY), &["routeKey"]),
    (field(f::CORRELATION_ID), &["connectionId"]),
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
    (field(f::REASON), &["denial_reason", "deny_reason", "denialReason", "authorizer.denialReason"]),
];

/// What a response type means; those that are no refusal are not in the list.
static TYPES: Words = Words {
    field: "error.responseType",
    by: Match::Whole,
    list: &[
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
    ],
};

/// What a message means where the template has no response type.
static MESSAGES: Words = Words {
    field: "error.message",
    by: Match::Part,
    list: &[
        ("limit exceeded", "quota_exceeded"),
        ("too many requests", "rate_limited"),
        ("missing authentication token", "missing_credentials"),
        ("token has expired", "expired_credentials"),
        ("signature we calculated does not match", "invalid_signature"),
        ("security token included in the request is invalid", "invalid_credentials"),
        ("unauthorized", "invalid_credentials"),
        ("not authorized to", "policy_denied"),
        ("too long", "request_too_large"),
    ],
};

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    if let Some(resource) = facts.get(RESOURCE) {
        event.text(f::ROUTE, resource.to_owned());
    }
    if let Some(key) = facts.get(ROUTE_KEY) {
        event.text(f::ROUTE_KEY, key.to_owned());
        // Without a resource, as in HTTP and WebSocket APIs, the key names the route.
        if !event.has(f::ROUTE) {
            event.text(f::ROUTE, key.rsplit(' ').next().unwrap_or(key).to_owned());
        }
    }
    let latency = facts
        .get(INTEGRATION_LATENCY)
        .and_then(|text| crate::scalar::micros(text, crate::scalar::Unit::Millis));
    event.int_if(f::UPSTREAM_DURATION, latency);
    if let Some(name) = facts.get(KEY_NAME) {
        event.text(f::API_KEY_NAME, name.to_owned());
        event.text(f::CONSUMER_NAME, name.to_owned());
    }
    judge(event, facts.mentions(RESOURCE), facts.mentions(ROUTE_KEY));
    identify(event);
    Ok(())
}

/// Judges a call; `resource` and `route_key` tell whether the template names them.
fn judge(event: &mut Event<'_>, resource: bool, route_key: bool) {
    let called = event.has(f::UPSTREAM_DURATION) || event.has(f::UPSTREAM_STATUS);
    let kind = text_of(event, f::ERROR_TYPE);
    let word = word(event, resource && !event.has(f::ROUTE));
    // An answer of the gateway itself that is no refusal: a bad request, or a failure.
    let other = kind.is_some_and(|kind| !kind.starts_with("DEFAULT_"));
    let named = event.has(f::ROUTE_KEY) || event.has(f::ROUTE);
    let unrouted = event.get_int(f::STATUS) == Some(404) && route_key && !named;
    let backend = match () {
        () if called => Some("the integration was called"),
        () if other => Some("error.responseType of no refusal"),
        () => None,
    };
    let told = Told {
        word,
        backend,
        gateway: "no integration",
        hint: unrouted.then(|| sign("no_route", "no routeKey")),
        ..Told::default()
    };
    denial::decide(event, told);
}

fn word<'a>(event: &Event<'a>, unrouted: bool) -> Option<Sign<'a>> {
    let waf = event.get_text(f::WAF_STATUS);
    if matches!(waf, Some("WAF_BLOCK" | "403")) {
        return Some(Sign { reason: "waf_blocked", name: "wafResponseCode", value: "WAF_BLOCK".into() });
    }
    let message = text_of(event, f::ERROR_MESSAGE).unwrap_or_default();
    let Some(kind) = text_of(event, f::ERROR_TYPE) else {
        let refused =
            event.get_int(f::STATUS).is_some_and(|status| denial::is_refusal(status) || status == 413);
        let called = event.has(f::UPSTREAM_DURATION) || event.has(f::UPSTREAM_STATUS);
        return if refused && !called { MESSAGES.find(message) } else { None };
    };
    match &*kind {
        "MISSING_AUTHENTICATION_TOKEN" if unrouted => {
            Some(sign("no_route", "error.responseType=MISSING_AUTHENTICATION_TOKEN, no resourcePath"))
        }
        "UNAUTHORIZED" if message.contains("expired") => {
            Some(sign("expired_credentials", "error.responseType=UNAUTHORIZED, error.message=expired"))
        }
        "THROTTLED" if message.starts_with("Limit Exceeded") => {
            Some(sign("quota_exceeded", "error.responseType=THROTTLED, error.message=Limit Exceeded"))
        }
        _ => TYPES.find(kind),
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
