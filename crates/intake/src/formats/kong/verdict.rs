//! Whether Kong refused a call, and why: Kong's record does not say it, but the plugins leave traces.

use event::{Event, field};

use crate::denial::{self, Judgement, Sign, Told, sign};

pub(super) static JUDGEMENT: Judgement = Judgement {
    backend: "`source` is `upstream`, or Kong tried an upstream (`tries`, `upstream_status`, `latencies.proxy` ≥ 0)",
    words: &[],
    signs: &[
        ("401 with `WWW-Authenticate` that says the token expired", "expired_credentials"),
        ("401 with credentials and `WWW-Authenticate: hmac`", "invalid_signature"),
        ("401 with credentials in a header or the query", "invalid_credentials"),
        ("401 without any", "missing_credentials"),
        ("403 with the length of the ip-restriction plugin's message", "ip_restricted"),
        ("403 of a consumer whose `consumer_groups` are logged and empty", "no_acl_groups"),
        (
            "403 of an identified consumer with the length of the acl plugin's message, or none logged",
            "route_not_allowed",
        ),
        ("another 403", "policy_denied"),
        ("404 without a route", "no_route"),
        ("413 and 417 (request-size-limiting)", "request_too_large"),
        ("429 with nothing left of a limit for a day, month or year", "quota_exceeded"),
        ("429", "rate_limited"),
    ],
    unknown: "Whether a consumer lacks all groups or only the right one, which plugin answered 403 with a message of its own, and \
              time windows. The directory tells the first. To be exact, let Kong say it, in any log plugin: \
              `\"custom_fields_by_lua\": {\"denial_reason\": \"return kong.ctx.shared.denial_reason\", \"consumer_groups\": \
              \"return kong.request.get_header('x-consumer-groups')\"}`, with `kong.ctx.shared.denial_reason` set where you refuse.",
};

/// What in a record tells about a refusal.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// `source`; older versions of Kong do not write it.
    pub(super) answered_by_upstream: Option<bool>,
    /// Whether Kong tried to reach the upstream.
    pub(super) proxied: bool,
    pub(super) routed: bool,
    pub(super) identified: bool,
    /// The consumer's groups are in the record, and there are none.
    pub(super) groupless: bool,
    pub(super) session_status: Option<i64>,
    credentials: bool,
    anonymous: bool,
    method: Option<&'static str>,
    challenge: Option<&'static str>,
    expired: bool,
    quota_used_up: bool,
    body_bytes: Option<usize>,
}

impl Traces {
    pub(super) fn request_header(&mut self, name: &str, value: &str) {
        match name {
            "authorization" | "proxy-authorization" => {
                self.credentials = true;
                self.method = match value.split(' ').next() {
                    Some("Basic") => Some("basic"),
                    Some("Bearer") => Some("jwt"),
                    Some("hmac") => Some("hmac"),
                    _ => self.method,
                };
            }
            "apikey" | "x-api-key" | "api-key" | "x-apikey" => {
                self.credentials = true;
                self.method = Some("key");
            }
            "x-authenticated-userid" => self.method = Some("oauth2"),
            "x-anonymous-consumer" => self.anonymous = value == "true",
            "x-auth-token" | "x-access-token" => self.credentials = true,
            _ => {}
        }
    }

    pub(super) fn response_header(&mut self, name: &str, value: &str) {
        match name {
            "www-authenticate" => {
                self.challenge = match value.split([' ', ',']).next().unwrap_or("") {
                    "Key" => Some("key"),
                    "Basic" => Some("basic"),
                    "Bearer" => Some("jwt"),
                    "hmac" => Some("hmac"),
                    _ => None,
                };
                self.expired = value.contains("expired");
            }
            "content-length" => self.body_bytes = value.parse().ok(),
            _ if name.starts_with(LEFT) => {
                let long = ["day", "month", "year"].iter().any(|period| name.ends_with(period));
                self.quota_used_up |= long && value.trim() == "0";
            }
            _ => {}
        }
    }

    /// Sets granted, reason, evidence and what is known of the authentication.
    pub(super) fn judge(&self, event: &mut Event<'_>) {
        if let Some(status) = self.session_status {
            event.text(field::OUTCOME, if status < 400 { "success" } else { "failure" });
            let refused = (status == 403).then(|| sign("policy_denied", "session.status=403"));
            denial::decide(event, Told { hint: refused, ..Told::default() });
            return;
        }
        let method = if self.identified { self.method } else { self.challenge.or(self.method) };
        if let Some(method) = method.filter(|_| !self.anonymous && !event.has(field::AUTH_METHOD)) {
            event.text(field::AUTH_METHOD, method);
        }
        let status = event.get_int(field::STATUS).unwrap_or(0);
        // Nobody asks who granted a call.
        let hint = if (400..500).contains(&status) { self.hint(status, event) } else { None };
        let told = Told {
            backend: self.backend(),
            gateway: if self.answered_by_upstream.is_some() { "source=kong" } else { "not proxied" },
            hint,
            credentials: Some(self.credentials || self.identified),
            ..Told::default()
        };
        denial::decide(event, told);
    }

    fn backend(&self) -> Option<&'static str> {
        if self.answered_by_upstream == Some(true) {
            return Some("source=upstream");
        }
        self.proxied.then_some("proxied")
    }

    fn hint(&self, status: i64, event: &Event<'_>) -> Option<Sign<'static>> {
        match status {
            401 => self.login(event),
            403 => self.forbidden(event),
            404 if !self.routed => Some(sign("no_route", "no route")),
            413 | 417 => Some(sign("request_too_large", "")),
            429 if self.quota_used_up => {
                Some(sign("quota_exceeded", "x-ratelimit-remaining of a day or more is 0"))
            }
            _ => None,
        }
    }

    fn login(&self, event: &Event<'_>) -> Option<Sign<'static>> {
        let given = self.credentials || self.identified || event.get_text(field::PATH).is_some_and(has_key);
        // Not `name=value`: what masks secrets would take the method for one.
        let with = |reason| {
            let name = match self.challenge {
                Some("key") => "challenge for a key",
                Some("basic") => "challenge for a password",
                Some("jwt") => "challenge for a token",
                Some("hmac") => "challenge for a signature",
                _ => "credentials given",
            };
            Some(sign(reason, name))
        };
        match () {
            () if self.expired => Some(sign("expired_credentials", "challenge says expired")),
            () if given && self.challenge == Some("hmac") => with("invalid_signature"),
            () if given => with("invalid_credentials"),
            () => None,
        }
    }

    /// The acl plugin and the ip-restriction plugin both answer 403, the one only to consumers. Their messages are not
    /// in the record, but their lengths are.
    fn forbidden(&self, event: &Event<'_>) -> Option<Sign<'static>> {
        let as_long = |message: usize| {
            self.body_bytes.is_some_and(|bytes| FRAMES.iter().any(|frame| frame + message == bytes))
        };
        let acl = self.identified && as_long("You cannot consume this service".len());
        let address = event.get_text(field::IP).map_or(0, str::len);
        let ip = as_long("Your IP address is not allowed".len())
            || as_long("IP address not allowed: ".len() + address);
        match () {
            () if ip && !acl => Some(sign("ip_restricted", "length of ip-restriction's message")),
            // A message of its own: perhaps another plugin's.
            () if !self.identified || self.body_bytes.is_some() && !acl => None,
            () if self.groupless => Some(sign("no_acl_groups", "consumer_groups=[]")),
            () => Some(sign("route_not_allowed", "consumer identified")),
        }
    }
}

/// The header that tells what is left of a limit.
const LEFT: &str = "x-ratelimit-remaining-";

/// What stands around the message of a refusal: with the id of the request (from 3.5 on), and without.
const FRAMES: [usize; 2] =
    ["{\n  \"message\":\"\",\n  \"request_id\":\"\"\n}".len() + 32, "{\n  \"message\":\"\"\n}".len()];

/// Whether credentials stand in the query, by the names the key-auth and jwt plugins look for.
fn has_key(path: &str) -> bool {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .any(|name| ["apikey", "api_key", "jwt", "access_token"].iter().any(|n| name.eq_ignore_ascii_case(n)))
}
