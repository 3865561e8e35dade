//! The fields of an access event, as one list. The table schema, the API's JSON, the filter language, the
//! documentation and the user interface are read off [`FIELDS`]; nothing else knows how many there are.

/// How a field's values are held and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that repeats (a route, a consumer): held once per batch, referred to by number.
    Dict,
    /// Text that rarely repeats (a path, a request id).
    Text,
    /// An ordered list of texts, held as the JSON array `["a","b"]`; repeats.
    List,
    /// Ordered name/value pairs, held as the JSON array `[["name","value"],…]`; repeated names survive.
    Pairs,
    /// A JSON object, array or scalar, as text.
    Json,
    /// A whole number.
    Int,
    /// A number of bytes.
    Bytes,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Time,
    /// A duration in microseconds; the API shows milliseconds.
    Duration,
    /// 1 (true) or 0 (false).
    Bool,
}

/// How a column of this kind is held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Numbered distinct texts.
    Dict,
    /// One text a row.
    Text,
    /// One `i64` a row.
    Int,
}

impl Kind {
    /// The storage class of this kind.
    pub const fn storage(self) -> Storage {
        match self {
            Kind::Dict | Kind::List => Storage::Dict,
            Kind::Text | Kind::Pairs | Kind::Json => Storage::Text,
            Kind::Int | Kind::Bytes | Kind::Time | Kind::Duration | Kind::Bool => Storage::Int,
        }
    }
}

/// A field's number: its place in [`FIELDS`]. Numbers are never reused, because the log on disk holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u8);

impl FieldId {
    /// The definition of this field.
    #[expect(clippy::indexing_slicing, reason = "the list is not empty")]
    pub fn field(self) -> &'static Field {
        FIELDS.get(usize::from(self.0)).unwrap_or(&FIELDS[0])
    }
}

/// One field of an access event.
#[derive(Debug)]
pub struct Field {
    /// Its number.
    pub id: FieldId,
    /// Its name as a column, in the filter language and in exports.
    pub name: &'static str,
    /// Where it stands in the API's JSON, dots nest.
    pub path: &'static str,
    /// How its values are held and shown.
    pub kind: Kind,
    /// Its name for people.
    pub label: &'static str,
    /// What it is, with unit and source.
    pub doc: &'static str,
}

macro_rules! fields {
    ($($konst:ident $name:literal $path:literal $kind:ident $label:literal $doc:literal)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "used as numbers only")]
        #[repr(u8)]
        enum Number { $($konst),* }
        $(#[doc = $doc] pub const $konst: FieldId = FieldId(Number::$konst as u8);)*
        /// Every field, in the order of their numbers. New fields are added at the end.
        pub const FIELDS: &[Field] = &[$(Field {
            id: $konst, name: $name, path: $path, kind: Kind::$kind, label: $label, doc: $doc,
        }),*];
    };
}

fields! {
    TIME "time" "timestamp" Time "Time" "When the gateway received the request (UTC)."
    SEQ "seq" "seq" Int "Sequence" "The number the ledger gave this event; dense and never reused."
    RECEIVED "received" "received" Time "Received" "When Gatelog received the event (UTC)."
    SOURCE_LOGGED_AT "source_logged_at" "source_logged_at" Time "Logged at" "When the gateway wrote the event to its own log (webMethods AUDITTIMESTAMP)."
    SOURCE "source" "source" Dict "Source" "The configured source that delivered the event."
    FORMAT "format" "format" Dict "Format" "The log format the event was read from."
    REQUEST_ID "request_id" "request_id" Text "Request ID" "The gateway's id of the request (Kong request.id, $context.requestId, webMethods EVENT_PK)."
    CORRELATION_ID "correlation_id" "correlation_id" Text "Correlation ID" "An id carried through several systems (X-Request-Id, CORRELATIONID)."
    TRACE_ID "trace_id" "trace_id" Text "Trace ID" "The distributed trace (W3C trace-id in hex, or the gateway's own)."
    GATEWAY "gateway" "gateway" Dict "Gateway" "The gateway product or instance that handled the call."
    ENVIRONMENT "environment" "environment" Dict "Environment" "The environment: prod, staging, a workspace."
    DOMAIN "domain" "domain" Dict "Domain" "The domain name the call was made to ($context.domainName, Host)."
    DOMAIN_PREFIX "domain_prefix" "domain_prefix" Dict "Domain prefix" "$context.domainPrefix."
    STAGE "stage" "stage" Dict "Stage" "The API stage ($context.stage)."
    API "api" "api" Dict "API" "The name of the API (API_NAME, Kong service)."
    API_ID "api_id" "api_id" Dict "API ID" "The unique id of the API (API_ID, $context.apiId)."
    API_VERSION "api_version" "api_version" Dict "API version" "The version of the API (API_VERSION)."
    SERVICE "service" "service" Dict "Service" "The service in which the event occurred (SERVICE_NAME, Kong service)."
    ROUTE "route" "route" Dict "Route" "The route template that matched (/pets/{id}, Kong route name, $context.resourcePath)."
    ROUTE_ID "route_id" "route_id" Dict "Route ID" "The id of the route in the gateway."
    ROUTE_KEY "route_key" "route_key" Dict "Route key" "$context.routeKey."
    OPERATION "operation" "operation" Dict "Operation" "The operation or resource (OPERATION_NAME)."
    CONSUMER_ID "consumer_id" "consumer_id" Dict "Consumer ID" "The id of the identified consumer."
    CONSUMER_NAME "consumer_name" "consumer_name" Dict "Consumer" "The name of the identified consumer; absent when nobody was identified."
    CLAIMED_CONSUMER "claimed_consumer" "claimed_consumer" Dict "Claimed consumer" "The name given with credentials that were refused; never counted as that consumer's traffic."
    CONSUMER_GROUPS "consumer_groups" "consumer_groups" List "Groups" "The groups the consumer belonged to at that time."
    USAGE_PLAN "usage_plan" "usage_plan" Dict "Plan" "The usage plan of the key or consumer."
    CUSTOMER "customer" "customer" Dict "Customer" "The customer the consumer belongs to."
    API_KEY_ID "api_key_id" "api_key_id" Dict "API key" "The id (never the value) of the key ($context.identity.apiKeyId, Kong authenticated_entity.id)."
    API_KEY_NAME "api_key_name" "api_key_name" Dict "API key name" "The name of the key."
    AUTH_METHOD "auth_method" "auth.method" Dict "Auth method" "How the caller authenticated: key, basic, jwt, oauth2, iam, cognito, mtls, lambda."
    AUTH_SUBJECT "auth_subject" "auth.subject" Dict "Subject" "The subject claim (authorizer.claims.sub)."
    AUTH_ISSUER "auth_issuer" "auth.issuer" Dict "Issuer" "The issuer claim (authorizer.claims.iss, which AWS samples call clientId)."
    AUTH_AUDIENCE "auth_audience" "auth.audience" Dict "Audience" "The audience claim (authorizer.claims.aud)."
    AUTH_PRINCIPAL_ID "auth_principal_id" "auth.principal_id" Dict "Principal ID" "$context.authorizer.principalId."
    AUTH_CLAIMS_PROPERTY "auth_claims_property" "auth.claims_property" Dict "Claims property" "$context.authorizer.claims.property."
    AUTH_PROPERTY "auth_property" "auth.property" Dict "Authorizer property" "$context.authorizer.property."
    ACCOUNT_ID "account_id" "auth.account_id" Dict "Account ID" "The account that owns the API ($context.accountId)."
    IDENTITY_ACCOUNT_ID "identity_account_id" "auth.identity_account_id" Dict "Caller account" "$context.identity.accountId."
    IDENTITY_CALLER "identity_caller" "auth.caller" Dict "Caller" "$context.identity.caller."
    IDENTITY_USER "identity_user" "auth.user" Dict "IAM user" "$context.identity.user."
    IDENTITY_USER_ARN "identity_user_arn" "auth.user_arn" Dict "User ARN" "$context.identity.userArn."
    IDENTITY_ORG_ID "identity_org_id" "auth.org_id" Dict "Organisation" "$context.identity.principalOrgId."
    COGNITO_PROVIDER "cognito_provider" "auth.cognito_provider" Dict "Cognito provider" "$context.identity.cognitoAuthenticationProvider."
    COGNITO_TYPE "cognito_type" "auth.cognito_type" Dict "Cognito type" "$context.identity.cognitoAuthenticationType."
    COGNITO_IDENTITY_ID "cognito_identity_id" "auth.cognito_identity_id" Dict "Cognito identity" "$context.identity.cognitoIdentityId."
    COGNITO_POOL_ID "cognito_pool_id" "auth.cognito_pool_id" Dict "Cognito pool" "$context.identity.cognitoIdentityPoolId."
    METHOD "method" "request.method" Dict "Method" "The HTTP request method."
    METHOD_SOURCE "method_source" "request.method_source" Dict "Method source" "`native` when the method is the one used to call the native service."
    PATH "path" "request.path" Text "Path" "The path of the request, without the query."
    QUERY "query" "request.query" Text "Query" "The query string, secrets masked."
    QUERY_PARAMETERS "query_parameters" "request.query_parameters" Pairs "Query parameters" "Query parameters as pairs (webMethods QUERY_PARAMETERS)."
    PROTOCOL "protocol" "request.protocol" Dict "Protocol" "HTTP/1.1, HTTP/2.0, …"
    IP "ip" "request.ip" Dict "IP address" "The client's address as the gateway saw it."
    USER_AGENT "user_agent" "request.user_agent" Dict "User agent" "The User-Agent header."
    REFERER "referer" "request.referer" Dict "Referer" "The Referer header."
    REQUEST_BYTES "request_bytes" "request.bytes" Bytes "Request size" "Bytes of the request, line and headers included where the gateway counts them."
    REQUEST_HEADERS "request_headers" "request.headers" Pairs "Request headers" "Client request headers, in order."
    REQUEST_BODY "request_body" "request.body" Text "Request body" "Captured request payload; dropped unless switched on."
    STATUS "status" "response.status" Int "Status" "The HTTP status the client got; absent when the gateway does not log it."
    RESPONSE_BYTES "response_bytes" "response.bytes" Bytes "Response size" "Bytes sent to the client."
    RESPONSE_HEADERS "response_headers" "response.headers" Pairs "Response headers" "Response headers, in order."
    RESPONSE_BODY "response_body" "response.body" Text "Response body" "Captured response payload; dropped unless switched on."
    OUTCOME "outcome" "response.outcome" Dict "Outcome" "success or failure, as the gateway judged it (webMethods STATUS)."
    DURATION "duration" "response.duration_ms" Duration "Response time" "From the first byte of the request to the last of the response (TOTAL_TIME, responseLatency)."
    UPSTREAM_DURATION "upstream_duration" "response.upstream_ms" Duration "Upstream time" "Waiting for the upstream (PROVIDER_TIME, integrationLatency), network included."
    GATEWAY_DURATION "gateway_duration" "response.gateway_ms" Duration "Gateway time" "Spent in the gateway itself; negative when the gateway's clocks disagree."
    CONNECT_DURATION "connect_duration" "response.connect_ms" Duration "Connect time" "Connecting to the upstream."
    AUTHORIZE_DURATION "authorize_duration" "auth.authorize_ms" Duration "Authorize time" "The authorisation phase ($context.authorize.latency)."
    AUTHORIZER_DURATION "authorizer_duration" "auth.authorizer_ms" Duration "Authorizer time" "The Lambda authorizer ($context.authorizer.latency)."
    AUTHORIZER_INTEGRATION_DURATION "authorizer_integration_duration" "auth.authorizer_integration_ms" Duration "Authorizer integration time" "$context.authorizer.integrationLatency."
    AUTHORIZE_STATUS "authorize_status" "auth.authorize_status" Dict "Authorize status" "$context.authorize.status."
    AUTHORIZE_ERROR "authorize_error" "auth.authorize_error" Dict "Authorize error" "$context.authorize.error."
    AUTHORIZER_STATUS "authorizer_status" "auth.authorizer_status" Dict "Authorizer status" "$context.authorizer.status."
    AUTHORIZER_ERROR "authorizer_error" "auth.authorizer_error" Dict "Authorizer error" "$context.authorizer.error."
    AUTHORIZER_INTEGRATION_STATUS "authorizer_integration_status" "auth.authorizer_integration_status" Dict "Authorizer integration status" "$context.authorizer.integrationStatus."
    GRANTED "granted" "access.granted" Bool "Granted" "Whether the gateway forwarded the call. A backend's own 401 or 403 is not a denial."
    REASON "reason" "access.reason" Dict "Denial reason" "Why the gateway refused the call; a code of the closed list."
    ERROR_TYPE "error_type" "error.type" Dict "Error type" "$context.error.responseType."
    ERROR_MESSAGE "error_message" "error.message" Dict "Error message" "$context.error.message."
    ERROR_ORIGIN "error_origin" "error.origin" Dict "Error origin" "Where the error arose (ERROR_ORIGIN)."
    WAF_STATUS "waf_status" "error.waf_status" Dict "WAF response" "$context.wafResponseCode."
    WAF_ACL "waf_acl" "error.waf_acl" Dict "Web ACL" "$context.webaclArn."
    UPSTREAM_STATUS "upstream_status" "upstream.status" Dict "Upstream status" "Status codes of the upstream, several after retries (502, 200)."
    UPSTREAM_ADDRESS "upstream_address" "upstream.address" Dict "Upstream" "The address of the upstream that answered."
    NATIVE_ENDPOINT "native_endpoint" "upstream.endpoint" Dict "Native endpoint" "NATIVE_ENDPOINT."
    NATIVE_METHOD "native_method" "upstream.method" Dict "Native method" "NATIVE_HTTP_METHOD."
    NATIVE_URL "native_url" "upstream.url" Text "Native URL" "NATIVE_URL."
    NATIVE_REQUEST_HEADERS "native_request_headers" "upstream.request_headers" Pairs "Native request headers" "NATIVE_REQUEST_HEADERS, gateway to native."
    NATIVE_RESPONSE_HEADERS "native_response_headers" "upstream.response_headers" Pairs "Native response headers" "NATIVE_RESPONSE_HEADERS."
    NATIVE_REQUEST_BODY "native_request_body" "upstream.request_body" Text "Native request body" "NATIVE_REQ_PAYLOAD."
    NATIVE_RESPONSE_BODY "native_response_body" "upstream.response_body" Text "Native response body" "NATIVE_RES_PAYLOAD."
    EXTERNAL_CALLS "external_calls" "external_calls" Json "External calls" "Calls the gateway made, as a JSON array (EXTERNAL_CALLS)."
    EVENT_PK "event_pk" "event_pk" Text "Event key" "The gateway's own primary key of the event (EVENT_PK)."
    SESSION_ID "session_id" "session_id" Text "Session ID" "SESSION_ID; always shown masked."
    CONTEXT_ID "context_id" "context_id" Text "Context ID" "CONTEXTID; usually not provided."
    ROOT_CONTEXT_ID "root_context_id" "root_context_id" Text "Root context ID" "ROOTCONTEXTID; usually not provided."
    MESSAGE_ID "message_id" "message_id" Text "Message ID" "MSGID; usually not provided."
    SERVER_ID "server_id" "server_id" Dict "Server" "SERVERID; usually not provided."
    GATEWAY_NODE "gateway_node" "gateway_node" Dict "Gateway node" "The node of the gateway (SOURCE_GATEWAY_NODE)."
    CUSTOM "custom" "custom" Json "Custom fields" "Every field of the record that has no place of its own, as a JSON object."
    COUNTRY "country" "request.country" Dict "Country" "The country of the client's address (ISO 3166 code), or what kind of address it is: private, loopback, link_local, cgnat, documentation, multicast, reserved."
    ASN "asn" "request.asn" Dict "Network" "The autonomous system of the client's address: `AS64500 Example Net`. Needs a file that has it."
    CITY "city" "request.city" Dict "City" "The city of the client's address. Needs a file that has it."
    AGENT "agent" "agent.name" Dict "Agent" "The program that called, from the User-Agent header: Chrome, curl, GPTBot."
    AGENT_VERSION "agent_version" "agent.version" Dict "Agent version" "The version of that program."
    AGENT_CLASS "agent_class" "agent.class" Dict "Agent class" "What kind of program called: browser, mobile, api_client, bot, ai, monitor or other."
    OS "os" "agent.os" Dict "Operating system" "The operating system the User-Agent header names."
    DEVICE "device" "agent.device" Dict "Device" "desktop, phone, tablet, tv, console or watch, where the User-Agent header tells."
    EVIDENCE "evidence" "access.evidence" Dict "Evidence" "By what one can tell that the call was refused and why (error.responseType=QUOTA_EXCEEDED), or that a refusal was the backend's own."
    ERASED "erased" "erased" Text "Erased" "There when the event's personal texts were erased: what stands for them in the proof, base64 (docs/proof.md)."
}

/// The field of that name.
pub fn by_name(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|f| f.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_unique_and_numbers_are_places() {
        for (i, f) in FIELDS.iter().enumerate() {
            assert_eq!(usize::from(f.id.0), i);
            assert_eq!(FIELDS.iter().filter(|g| g.name == f.name).count(), 1, "{}", f.name);
            assert_eq!(FIELDS.iter().filter(|g| g.path == f.path).count(), 1, "{}", f.path);
        }
    }
}
