//! Why a gateway refuses a call: the closed list, each value with its explanation and its resolution.

/// One denial reason.
#[derive(Debug)]
pub struct DenialReason {
    /// Stable code, in the API, the table and the filter language.
    pub code: &'static str,
    /// Name for people; the first five are the contract's words.
    pub label: &'static str,
    /// What happened.
    pub explanation: &'static str,
    /// What to do about it.
    pub resolution: &'static str,
}

macro_rules! reasons {
    ($($code:literal $label:literal $explanation:literal $resolution:literal)*) => {
        /// All reasons. A denied event holds one of these codes.
        pub const REASONS: &[DenialReason] = &[$(DenialReason {
            code: $code, label: $label, explanation: $explanation, resolution: $resolution,
        }),*];
    };
}

reasons! {
    "no_acl_groups" "No ACL groups assigned" "Consumer has no groups assigned." "Assign the consumer to the appropriate groups."
    "route_not_allowed" "Route not in allowed list" "The route is not in the permissions of the consumer's groups." "Add the route to the group, or assign the consumer to a different group."
    "ip_restricted" "IP restriction violation" "The request came from an unauthorized IP address." "Update the IP allowlist, or call from an allowed address."
    "time_restricted" "Time restriction violation" "The request was made outside the allowed time window." "Wait for the allowed time, or update the restriction."
    "invalid_credentials" "Invalid credentials" "The API key or OAuth token is invalid or expired." "Regenerate the credentials."
    "missing_credentials" "Missing credentials" "The request carried no credentials although the route asks for them." "Send the API key or token with the request."
    "expired_credentials" "Expired credentials" "The token or key was valid once and has expired." "Obtain a new token, or renew the key."
    "invalid_signature" "Invalid signature" "The signature of the request does not match its content or key." "Check the signing key, the clock and the signed headers of the client."
    "quota_exceeded" "Quota exceeded" "The usage plan's quota for its period is used up." "Wait for the next period, raise the quota, or move the consumer to a larger plan."
    "rate_limited" "Rate limited" "More requests arrived in a short time than the limit allows." "Slow down and honour Retry-After, or raise the rate limit."
    "waf_blocked" "Blocked by the firewall" "A web application firewall rule blocked the request." "Read the rule in the firewall's log; exclude it if the request is legitimate."
    "request_too_large" "Request too large" "The request exceeds the allowed size." "Send less in one request, or raise the size limit of the route."
    "bot_blocked" "Bot blocked" "The user agent is on the list of refused bots." "Use an allowed client, or add it to the allow list."
    "policy_denied" "Denied by policy" "A policy or authorizer of the gateway refused the call." "Read the policy named in the event, and change it if the call should pass."
    "no_route" "No route matched" "No route of the gateway matches the request." "Check host, path and method, or add the route."
    "other" "Other" "The gateway refused the call without naming a reason Gatelog knows." "Look at the event's details and the gateway's own log."
}

/// The reason of that code.
pub fn by_code(code: &str) -> Option<&'static DenialReason> {
    REASONS.iter().find(|r| r.code == code)
}

/// Reads a reason written as a code or in words, in any case, with spaces, dashes or underscores.
pub fn parse(text: &str) -> Option<&'static DenialReason> {
    let plain = |s: &str| -> String {
        s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let wanted = plain(text);
    REASONS
        .iter()
        .find(|r| plain(r.code) == wanted || plain(r.label) == wanted)
        .or_else(|| ALIASES.iter().find(|(alias, _)| *alias == wanted).and_then(|(_, code)| by_code(code)))
}

/// Other spellings of the closed list, without spaces and in lower case.
const ALIASES: &[(&str, &str)] = &[
    ("noaclgroup", "no_acl_groups"),
    ("noacl", "no_acl_groups"),
    ("routenotinconsumersgrouppermissions", "route_not_allowed"),
    ("iprestriction", "ip_restricted"),
    ("ipnotallowed", "ip_restricted"),
    ("timerestriction", "time_restricted"),
    ("invalidapikey", "invalid_credentials"),
    ("unauthorized", "invalid_credentials"),
    ("expiredtoken", "expired_credentials"),
    ("missingauthenticationtoken", "missing_credentials"),
    ("quota", "quota_exceeded"),
    ("throttled", "rate_limited"),
    ("ratelimitexceeded", "rate_limited"),
    ("wafblocked", "waf_blocked"),
    ("waffiltered", "waf_blocked"),
    ("accessdenied", "policy_denied"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_words_map_to_codes() {
        let words = [
            ("No ACL groups assigned", "no_acl_groups"),
            ("Route not in allowed list", "route_not_allowed"),
            ("IP restriction violation", "ip_restricted"),
            ("Time restriction violation", "time_restricted"),
            ("Invalid credentials", "invalid_credentials"),
            ("QUOTA_EXCEEDED", "quota_exceeded"),
        ];
        for (text, code) in words {
            assert_eq!(parse(text).map(|r| r.code), Some(code), "{text}");
        }
        assert!(parse("nothing of the kind").is_none());
    }
}
