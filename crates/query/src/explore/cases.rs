//! Splits that no field holds: each value is a filter, and the first that holds counts. So the number of a row and what
//! its filter finds are the same thing.

use event::field;
use ledger::{CUBES, Cell, Symbols};

use crate::cellular::Cellular;
use crate::error::Result;
use crate::lang::Filter;

/// One value of a split.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    /// Empty in the last one, which is what is left.
    pub(crate) filter: &'static str,
}

macro_rules! cases {
    ($($value:literal $label:literal $filter:literal;)*) => {
        &[$(Case { value: $value, label: $label, filter: $filter }),*]
    };
}

/// Every such split: name, label, values.
pub(crate) const SPLITS: &[(&str, &str, &[Case])] = &[
    (
        "fault",
        "Origin of the error",
        cases! {
            "authorizer" "Authorizer" "error_type:AUTHORIZER* OR authorizer_status:5* OR authorizer_error:*";
            "upstream" "Upstream" "upstream_status~/5[0-9][0-9]$/ OR error_type:INTEGRATION* OR error_origin~/(?i)native|upstream|backend/";
            "gateway" "Gateway" "granted:false OR error_type:* OR error_origin:* OR upstream_status:* OR gateway_duration:>=0 OR upstream_address:*";
            "unknown" "Not told by the log" "";
        },
    ),
    (
        "error_kind",
        "Kind of error",
        cases! {
            "quota" "Quota exceeded" "reason:quota_exceeded";
            "rate" "Rate limited" "reason:rate_limited";
            "unauthorized" "Unauthorized" "reason:missing_credentials,invalid_credentials,expired_credentials";
            "signature" "Invalid signature" "reason:invalid_signature";
            "forbidden" "Not permitted" "reason:no_acl_groups,route_not_allowed,ip_restricted,time_restricted,policy_denied";
            "blocked" "Blocked" "reason:waf_blocked,bot_blocked";
            "too_large" "Request too large" "reason:request_too_large OR status:413";
            "not_found" "Not found" "reason:no_route OR status:404";
            "refused" "Refused otherwise" "granted:false";
            "client" "Other 4xx of the upstream" "status:4xx";
            "server" "5xx" "status:5xx";
            "none" "No error" "";
        },
    ),
];

/// The filters of the values, in their order.
pub(crate) fn filters(cases: &[Case]) -> Result<Vec<Filter>> {
    cases.iter().map(|case| Ok(Filter::parse(case.filter)?)).collect()
}

/// Whether nothing but status and denial reason decides.
pub(crate) fn are_outcomes(cases: &[Case]) -> bool {
    let outcome = [field::STATUS, field::REASON, field::GRANTED];
    filters(cases).is_ok_and(|all| all.iter().all(|f| f.fields().iter().all(|field| outcome.contains(field))))
}

/// The value of calls with this outcome.
pub(crate) fn of_outcome(cases: &[Case], status: u16, reason: u8, symbols: &Symbols) -> &'static str {
    let Some(cube) = CUBES.iter().find(|cube| cube.outcome) else { return "" };
    let cell = Cell { status, reason, ..Cell::default() };
    let holds = |case: &&Case| {
        let filter = Filter::parse(case.filter).ok().and_then(|filter| Cellular::new(&filter, cube));
        filter.is_some_and(|mut filter| filter.holds(&cell, symbols))
    };
    cases.iter().find(holds).map_or("", |case| case.value)
}

/// The filter that keeps one value: it holds, and none before it does.
pub(crate) fn filter(cases: &[Case], value: &str) -> Option<String> {
    let at = cases.iter().position(|case| case.value == value)?;
    let before = cases.iter().take(at).map(|case| format!("-({})", case.filter));
    let own = cases.get(at).filter(|case| !case.filter.is_empty()).map(|case| format!("({})", case.filter));
    Some(own.into_iter().chain(before).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_one_and_the_last_takes_the_rest() {
        for (name, _, cases) in SPLITS {
            assert_eq!(cases.last().unwrap().filter, "", "{name}");
            assert_eq!(filters(cases).unwrap().len(), cases.len());
            for case in *cases {
                let text = filter(cases, case.value).unwrap();
                Filter::parse(&text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            }
        }
    }
}
