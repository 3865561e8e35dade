//! The gateway logs of Azure API Management. Knows Azure's member names and nothing else.

use event::{Event, Value, field as f};
use std::sync::LazyLock;

use crate::denial::{self, Judgement, Match, Told, Words, is_about_credentials, text_of};
use crate::fieldmap::{Map, Row, Target, field};
use crate::format::Reason;
use crate::table::{Facts, Signs, Table, needs_a_call};

/// Azure API Management.
pub(crate) static AZURE: Table = Table {
    name: "azure",
    doc: "`ApiManagementGatewayLogs` of Azure API Management: as an Event Hub or storage account gets them (a record \
          with `properties`, alone or in `{\"records\":[…]}`), or as rows of Log Analytics.\n\n\
          Durations are milliseconds. Logs of other categories are refused.",
    signs: Signs {
        all: &[],
        some: (
            3,
            &[
                "category",
                "resourceId",
                "operationName",
                "callerIpAddress",
                "correlationId",
                "properties",
                "TimeGenerated",
                "ApiId",
                "OperationId",
                "ApimSubscriptionId",
                "CallerIpAddress",
                "CorrelationId",
                "IsRequestSuccess",
                "isRequestSuccess",
                "TotalTime",
                "BackendTime",
                "BackendResponseCode",
                "ResponseCode",
                "LastErrorReason",
                "durationMs",
            ],
        ),
        none: &["eventSource", "creationDate"],
    },
    map: LazyLock::new(|| Map::of(NAMES)),
    judge: call,
    judgement: Judgement {
        backend: "`BackendResponseCode` is a status",
        words: &[&ERRORS],
        signs: &[("401, 403, 429 or 413 without an answer of the backend", "by the status")],
        unknown: "What a policy of your own means: set the reason of its error (`<return-response>` has none; `<validate-*>`, \
                  `<check-header>` and `<ip-filter>` do).",
    },
    lines: None,
};

const SKIP: u8 = 0;
const CATEGORY: u8 = 1;

// Names are compared without case.
#[rustfmt::skip]
const NAMES: &[Row] = &[
    (Target::Own(CATEGORY), &["category"]),
    (Target::Own(SKIP), &["operationName", "Level", "DeploymentVersion", "isRequestSuccess", "type"]),
    (field(f::TIME), &["time", "TimeGenerated", "timestamp"]),
    (field(f::REQUEST_ID), &["correlationId", "properties.correlationId"]),
    (field(f::IP), &["callerIpAddress", "properties.callerIpAddress"]),
    (field(f::GATEWAY_NODE), &["resourceId", "_ResourceId"]),
    (field(f::STAGE), &["location", "region"]),
    (field(f::API), &["properties.apiId", "apiId"]),
    (field(f::API_VERSION), &["properties.apiRevision", "apiRevision"]),
    (field(f::OPERATION), &["properties.operationId", "operationId"]),
    (field(f::USAGE_PLAN), &["properties.productId", "productId"]),
    (field(f::CONSUMER_ID), &["properties.userId", "userId"]),
    (field(f::API_KEY_ID), &["properties.apimSubscriptionId", "apimSubscriptionId"]),
    (field(f::METHOD), &["properties.method", "method"]),
    (field(f::PATH), &["properties.url", "url"]),
    (field(f::PROTOCOL), &["properties.clientProtocol", "clientProtocol"]),
    (field(f::STATUS), &["properties.responseCode", "responseCode"]),
    (field(f::REQUEST_BYTES), &["properties.requestSize", "requestSize"]),
    (field(f::RESPONSE_BYTES), &["properties.responseSize", "responseSize"]),
    (field(f::DURATION), &["durationMs", "properties.totalTime", "totalTime"]),
    (field(f::UPSTREAM_DURATION), &["properties.backendTime", "backendTime"]),
    (field(f::UPSTREAM_STATUS), &["properties.backendResponseCode", "backendResponseCode"]),
    (field(f::NATIVE_METHOD), &["properties.backendMethod", "backendMethod"]),
    (field(f::NATIVE_URL), &["properties.backendUrl", "backendUrl"]),
    (field(f::UPSTREAM_ADDRESS), &["properties.backendId", "backendId"]),
    (field(f::REQUEST_HEADERS), &["properties.requestHeaders", "requestHeaders"]),
    (field(f::RESPONSE_HEADERS), &["properties.responseHeaders", "responseHeaders"]),
    (field(f::USER_AGENT), &["properties.requestHeaders.user_agent", "requestHeaders.user_agent"]),
    (field(f::ERROR_TYPE), &["properties.lastError.reason", "properties.lastErrorReason", "lastErrorReason"]),
    (field(f::ERROR_MESSAGE), &["properties.lastError.message", "properties.lastErrorMessage", "lastErrorMessage"]),
    (field(f::ERROR_ORIGIN), &["properties.lastError.source", "properties.lastErrorSource", "lastErrorSource"]),
];

/// What the reason of the last error means; the rest are failures.
static ERRORS: Words = Words {
    field: "lastError.reason",
    by: Match::Start,
    list: &[
        ("SubscriptionKeyNotFound", "missing_credentials"),
        ("SubscriptionKeyInvalid", "invalid_credentials"),
        ("TokenNotPresent", "missing_credentials"),
        ("TokenExpired", "expired_credentials"),
        ("TokenSignature", "invalid_signature"),
        ("TokenClaim", "policy_denied"),
        ("Token", "invalid_credentials"),
        ("JwtInvalid", "invalid_credentials"),
        ("RateLimitExceeded", "rate_limited"),
        ("RateLimit", "rate_limited"),
        ("Quota", "quota_exceeded"),
        ("CallerIp", "ip_restricted"),
        ("OperationNotFound", "no_route"),
        ("HeaderNotFound", "policy_denied"),
        ("HeaderValueNotAllowed", "policy_denied"),
    ],
};

fn call(facts: &Facts<'_>, event: &mut Event<'_>) -> Result<(), Reason> {
    if facts.get(CATEGORY).is_some_and(|category| category != "GatewayLogs") {
        return Err(Reason::new("not a gateway log of Azure API Management"));
    }
    needs_a_call(event)?;
    if event.get_text(f::UPSTREAM_STATUS) == Some("0") {
        event.take(f::UPSTREAM_STATUS);
    }
    let passed_on = event.has(f::UPSTREAM_STATUS);
    let error = text_of(event, f::ERROR_TYPE).filter(|_| !passed_on).unwrap_or_default();
    let told = Told {
        word: ERRORS.find(error),
        backend: passed_on.then_some("backendResponseCode"),
        gateway: "no backendResponseCode",
        ..Told::default()
    };
    denial::decide(event, told);
    if !event.get_text(f::REASON).is_some_and(is_about_credentials)
        && !event.has(f::CONSUMER_ID)
        && let Some(Value::Text(key)) = event.get(f::API_KEY_ID).cloned()
    {
        event.text(f::CONSUMER_ID, key);
    }
    Ok(())
}
