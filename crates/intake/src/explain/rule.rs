//! Whose rule refused a call. The directory's rules at the time of the event are asked first; where they do not tell, the
//! gateway's own word counts, and the object is the one its record names.

use event::{Row, field as f};
use serde::Serialize;

use super::object::{self, Changed, Object};
use crate::directory::{
    self, Directory, Entity as _, Facts, Held, Judge, Period, Quota, Rules, groups, list, open,
};

/// What kind of rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Groups,
    Addresses,
    Window,
    Credentials,
    Quota,
    RateLimit,
    Firewall,
    Size,
    Agent,
    Policy,
    NoRoute,
    Unknown,
}

impl Kind {
    /// The kind of rule that makes a gateway give this reason.
    pub fn of(reason: &str) -> Kind {
        match reason {
            "no_acl_groups" | "route_not_allowed" => Kind::Groups,
            "ip_restricted" => Kind::Addresses,
            "time_restricted" => Kind::Window,
            "missing_credentials" | "invalid_credentials" | "expired_credentials" | "invalid_signature" => {
                Kind::Credentials
            }
            "quota_exceeded" => Kind::Quota,
            "rate_limited" => Kind::RateLimit,
            "waf_blocked" => Kind::Firewall,
            "request_too_large" => Kind::Size,
            "bot_blocked" => Kind::Agent,
            "policy_denied" => Kind::Policy,
            "no_route" => Kind::NoRoute,
            _ => Kind::Unknown,
        }
    }

    /// The rules of this kind alone.
    pub(crate) fn only(self, rules: &Rules) -> Rules {
        match self {
            Kind::Groups => Rules {
                allow_groups: rules.allow_groups.clone(),
                deny_groups: rules.deny_groups.clone(),
                ..Rules::default()
            },
            Kind::Addresses => Rules {
                allow_ips: rules.allow_ips.clone(),
                deny_ips: rules.deny_ips.clone(),
                ..Rules::default()
            },
            Kind::Window => Rules { windows: rules.windows.clone(), ..Rules::default() },
            _ => Rules::default(),
        }
    }

    /// Whether rules in the directory say something of this kind.
    pub(crate) fn says(self, rules: &Rules) -> bool {
        match self {
            Kind::Groups => !rules.allow_groups.is_empty() || !rules.deny_groups.is_empty(),
            Kind::Addresses => !rules.allow_ips.is_empty() || !rules.deny_ips.is_empty(),
            Kind::Window => !rules.windows.is_empty(),
            Kind::Quota => rules.limits.iter().any(|limit| is_quota(limit.period)),
            Kind::RateLimit => rules.limits.iter().any(|limit| !is_quota(limit.period)),
            Kind::Credentials => !rules.auth.is_empty(),
            _ => false,
        }
    }
}

/// Limits for a day and longer are quotas, as for the gateways' own words.
fn is_quota(period: Period) -> bool {
    period >= Period::Day
}

/// What refused a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What kind of rule.
    pub kind: Kind,
    /// What it stands on.
    pub object: Object,
    /// What it says: `route orders allows groups [gold], consumer has none`.
    pub text: String,
}

/// How sure an explanation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The gateway says so itself, or the rules that held then refuse the call.
    Exact,
    /// Status and headers tell of what kind it was.
    Likely,
    /// Nothing tells.
    Unknown,
}

/// What was found of a refusal.
pub(super) struct Found<'d> {
    pub(super) reason: String,
    pub(super) rule: Rule,
    /// The rules of the object, when the directory has them.
    pub(super) rules: Option<&'d Rules>,
    /// The limit that counts, of a plan or of rules.
    pub(super) limit: Option<Quota>,
    pub(super) changed: Option<Changed>,
    pub(super) confidence: Confidence,
    /// Whether the rules were weighed and refuse the call.
    pub(super) is_judged: bool,
}

/// Finds what refused the call of a row that was denied.
pub(super) fn find<'d>(row: Row<'_>, directory: &'d Directory, facts: &Facts<'d>) -> Found<'d> {
    let reason = row.text(f::REASON).unwrap_or("other");
    let kind = Kind::of(reason);
    let is_general = matches!(kind, Kind::Policy | Kind::Unknown);
    let mut judge = Judge::default();
    let judged = judge
        .all(row, &facts.call, Some(&facts.caller))
        .find(|verdict| is_general || Kind::of(verdict.code) == kind);
    if let Some(verdict) = judged {
        // The gateway's own word for it stays: no groups, or the wrong ones.
        let reason = if is_general { verdict.code } else { reason };
        let (object, changed) = object::held(row, &verdict.of);
        return Found {
            rule: Rule { kind: Kind::of(reason), object, text: verdict.text },
            reason: reason.to_owned(),
            rules: Some(verdict.of.rules),
            limit: None,
            changed,
            confidence: Confidence::Exact,
            is_judged: true,
        };
    }
    let confidence = match kind {
        Kind::Unknown => Confidence::Unknown,
        Kind::Policy => Confidence::Likely,
        _ if is_told(row) => Confidence::Exact,
        _ => Confidence::Likely,
    };
    of_plan(row, directory, kind)
        .or_else(|| of_rules(row, facts, kind))
        .map(|found| Found { reason: reason.to_owned(), confidence, ..found })
        .unwrap_or_else(|| Found {
            reason: reason.to_owned(),
            rule: of_record(row, kind, facts),
            rules: None,
            limit: None,
            changed: None,
            confidence,
            is_judged: false,
        })
}

/// Whether the gateway itself names the reason; otherwise it was found by status and headers, and the evidence ends in
/// the status.
fn is_told(row: Row<'_>) -> bool {
    let evidence = row.text(f::EVIDENCE).unwrap_or_default();
    !evidence.is_empty() && !evidence.contains("status=")
}

/// The plan whose quota or throttle is used up.
fn of_plan<'d>(row: Row<'_>, directory: &'d Directory, kind: Kind) -> Option<Found<'d>> {
    if !matches!(kind, Kind::Quota | Kind::RateLimit) {
        return None;
    }
    let (name, at) = (row.text(f::USAGE_PLAN)?, directory::time(row));
    directory.of(row.text(f::SOURCE).unwrap_or_default()).into_iter().find_map(|known| {
        let plan = known.plans.find(name, at).one()?;
        let (limit, text) = match (kind, &plan.quota, &plan.throttle) {
            (Kind::Quota, Some(quota), _) => (Some(quota.clone()), allows(quota)),
            (Kind::RateLimit, _, Some(throttle)) => {
                let burst = throttle.burst.map(|burst| format!(", {burst} at once")).unwrap_or_default();
                (None, format!("allows {} calls a second{burst}", throttle.rate))
            }
            _ => return None,
        };
        let (object, changed) = object::known(known, row, "plan", plan.key())?;
        let text = format!("plan {} {text}", object.name);
        Some(found(Rule { kind, object, text }, None, limit, changed))
    })
}

/// The nearest rules of that kind, also when it cannot be seen that they refuse the call.
fn of_rules<'d>(row: Row<'_>, facts: &Facts<'d>, kind: Kind) -> Option<Found<'d>> {
    // Credentials that were refused are no rule's fault; those that are missing were asked for by one.
    if kind == Kind::Credentials && row.text(f::REASON) != Some("missing_credentials") {
        return None;
    }
    let all = directory::held(&facts.call, Some(&facts.caller));
    let held = directory::nearest(&all, |rules| kind.says(rules))?;
    let limit = held.rules.limits.iter().find(|limit| is_quota(limit.period) == (kind == Kind::Quota));
    let limit = limit.filter(|_| matches!(kind, Kind::Quota | Kind::RateLimit)).cloned();
    let says = says(kind, held.rules, limit.as_ref());
    let (object, changed) = object::held(row, &held);
    let text = format!("{held} {says}");
    Some(found(Rule { kind, object, text }, Some(held), limit, changed))
}

fn found<'d>(
    rule: Rule,
    held: Option<Held<'d>>,
    limit: Option<Quota>,
    changed: Option<Changed>,
) -> Found<'d> {
    Found {
        rule,
        limit,
        changed,
        reason: String::new(),
        rules: held.map(|held| held.rules),
        confidence: Confidence::Exact,
        is_judged: false,
    }
}

/// `allows 100000 calls a month`.
fn allows(quota: &Quota) -> String {
    format!("allows {} calls a {}", quota.limit, quota.period.name())
}

fn says(kind: Kind, rules: &Rules, limit: Option<&Quota>) -> String {
    let both = |what: &str, allow: &[String], deny: &[String]| match (allow, deny) {
        ([], deny) => format!("denies {what} {}", list(deny)),
        (allow, []) => format!("allows {what} {}", list(allow)),
        (allow, deny) => format!("allows {what} {} and denies {}", list(allow), list(deny)),
    };
    match (kind, limit) {
        (Kind::Groups, _) => both("groups", &rules.allow_groups, &rules.deny_groups),
        (Kind::Addresses, _) => both("addresses", &rules.allow_ips, &rules.deny_ips),
        (Kind::Window, _) => format!("is open {}", open(&rules.windows)),
        (Kind::Credentials, _) => format!("asks for {} credentials, and none came", rules.auth.join(" or ")),
        (_, Some(limit)) => allows(limit),
        _ => "has a rule".to_owned(),
    }
}

/// What the record alone tells.
fn of_record(row: Row<'_>, kind: Kind, facts: &Facts<'_>) -> Rule {
    let object = match kind {
        Kind::Credentials if row.text(f::REASON) == Some("missing_credentials") => object::route(row),
        Kind::Credentials => object::credentials(row),
        Kind::Quota => object::allowance(row),
        Kind::Firewall => object::firewall(row),
        Kind::NoRoute => object::path(row),
        _ => object::route(row),
    };
    let on = format!("{} {}", object.kind.replace('_', " "), object.name);
    let ip = row.text(f::IP).unwrap_or("the address");
    let text = match (kind, row.text(f::REASON).unwrap_or_default()) {
        (Kind::Groups, "no_acl_groups") => format!("{on} wants a group, and the consumer has none"),
        (Kind::Groups, _) => match groups(row, Some(&facts.caller)).as_deref() {
            None | Some([]) => format!("{on} does not allow the consumer's groups"),
            Some(groups) => format!("{on} allows none of the consumer's groups {}", list(groups)),
        },
        (Kind::Addresses, _) => format!("{on} does not allow calls from {ip}"),
        (Kind::Window, _) => format!("{on} was not open at that time"),
        (Kind::Credentials, "missing_credentials") => format!("{on} asks for credentials, and none came"),
        (Kind::Credentials, "expired_credentials") => format!("the credentials have expired ({on})"),
        (Kind::Credentials, "invalid_signature") => format!("the signature is wrong ({on})"),
        (Kind::Credentials, _) => format!("the credentials are not valid ({on})"),
        (Kind::Quota, _) => format!("the quota of {on} is used up"),
        (Kind::RateLimit, _) => format!("more calls came at once than {on} takes"),
        (Kind::Firewall, _) => format!("the firewall blocked it ({on})"),
        (Kind::Size, _) => format!("the request is larger than {on} takes"),
        (Kind::Agent, _) => {
            format!("{on} refuses the user agent {}", row.text(f::USER_AGENT).unwrap_or_default())
        }
        (Kind::Policy, _) => format!("a policy or authorizer on {on} said no"),
        (Kind::NoRoute, _) => format!("no route is for {}", object.name),
        _ => "the gateway names no rule".to_owned(),
    };
    Rule { kind, object, text }
}
