//! Whether Kong refused a call, and why: Kong's record does not say it, but the plugins leave traces.

use event::{Event, field};

/// What in a record tells about a refusal.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// `source`; older versions of Kong do not write it.
    pub(super) answered_by_upstream: Option<bool>,
    /// Whether Kong tried to reach the upstream.
    pub(super) proxied: bool,
    pub(super) routed: bool,
    pub(super) identified: bool,
    pub(super) session_status: Option<i64>,
    credentials: bool,
    anonymous: bool,
    method: Option<&'static str>,
    challenge: Option<&'static str>,
    expired: bool,
    quota_used_up: bool,
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
            "x-ratelimit-remaining-day" | "x-ratelimit-remaining-month" | "x-ratelimit-remaining-year" => {
                self.quota_used_up |= value.trim() == "0";
            }
            _ => {}
        }
    }

    /// Sets granted, reason and what is known of the authentication.
    pub(super) fn judge(&self, event: &mut Event<'_>) {
        if let Some(status) = self.session_status {
            event.text(field::OUTCOME, if status < 400 { "success" } else { "failure" });
            event.flag(field::GRANTED, status != 403);
            return;
        }
        let method = if self.identified { self.method } else { self.challenge.or(self.method) };
        if let Some(method) = method.filter(|_| !self.anonymous && !event.has(field::AUTH_METHOD)) {
            event.text(field::AUTH_METHOD, method);
        }
        let status = event.get_int(field::STATUS).unwrap_or(0);
        let granted = self.granted(status) && !event.has(field::REASON);
        event.flag(field::GRANTED, granted);
        if !granted && !event.has(field::REASON) {
            let in_query = event.get_text(field::PATH).is_some_and(has_key);
            event.text(field::REASON, self.reason(status, in_query));
        }
    }

    fn granted(&self, status: i64) -> bool {
        if self.answered_by_upstream == Some(true) || self.proxied {
            return true;
        }
        if !self.routed && status >= 400 && status != 499 {
            return false;
        }
        // 408 and 499: the client was too slow or left. From 500 on it is a failure, not a decision.
        !(400..500).contains(&status) || status == 408 || status == 499
    }

    fn reason(&self, status: i64, key_in_query: bool) -> &'static str {
        match status {
            401 if self.expired => "expired_credentials",
            401 if self.credentials && self.challenge == Some("hmac") => "invalid_signature",
            401 if self.credentials || key_in_query || self.identified => "invalid_credentials",
            401 => "missing_credentials",
            _ if !self.routed => "no_route",
            // Both the ACL and the IP restriction plugin refuse with 403; the first is by far the more common one.
            403 if self.identified => "route_not_allowed",
            403 => "policy_denied",
            413 | 417 => "request_too_large",
            429 if self.quota_used_up => "quota_exceeded",
            429 => "rate_limited",
            _ => "other",
        }
    }
}

/// Whether credentials stand in the query, by the names the key-auth and jwt plugins look for.
fn has_key(path: &str) -> bool {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .any(|name| ["apikey", "api_key", "jwt", "access_token"].iter().any(|n| name.eq_ignore_ascii_case(n)))
}
