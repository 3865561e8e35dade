//! `docs/denials.md`: the reasons, the order in which the signs of a refusal count, and what each gateway tells.

use event::reason::REASONS;
use std::fmt::Write;

use super::{Judgement, Match};
use crate::format::Format;
use crate::formats::FORMATS;

const INTRODUCTION: &str = "# Denials\n\n\
Generated from the code and from the cases in `crates/intake/tests/denials`; do not edit.\n\n\
A call is denied when the gateway refused to pass it on. A backend's own 401, 403 or 429 is no denial: the call was granted, and \
the field `evidence` says by what one can tell. Failures (500, 502, 503, 504) are no denials either. Each denied call has a reason \
of the closed list below and evidence: the member of the log and its value, such as \
`error.responseType=QUOTA_EXCEEDED` or `source=kong, no credentials, status=401`.\n\n\
A name that came with refused credentials is no consumer: it is kept as `claimed_consumer` and never counted as that consumer's \
traffic.\n\n\
## The order in which signs count\n\n\
1. The record says itself that the call was granted (`granted`).\n\
2. The gateway names the reason.\n\
3. A field of your own names it: `denial_reason`, `deny_reason`, or what the field map of the source says; as a code or in words. \
It also goes before a word of the gateway that is only general (`policy_denied`). Words that are not on the list are kept as \
the error message.\n\
4. A backend answered: granted.\n\
5. What headers and status tell for that gateway. 401, 403 and 429 are refusals; 407 and 413 where it is known that the gateway \
answered.\n\
6. The directory makes a general reason exact: no groups, the wrong groups, the address, the time.\n\
7. `other`, with what there was as evidence.\n\n\
A reason is never guessed: where a log cannot tell, the general one of its kind is given. `invalid_credentials` may then be missing \
or expired ones, `rate_limited` a quota, `policy_denied` any rule.\n\n\
## The reasons\n\n\
| code | name | what happened | what to do |\n|---|---|---|---|\n";

const EXPLAINED: &str = "\n## Explained\n\n\
`GET /api/v1/events/{id}/explain`, `gatelog explain ID` and the drawer of an event say of one refusal whose rule it was, by what \
one can tell, who called as it was known then, since when the rule was so, and what to change in the words of the gateway: decK, \
ADC, the command line of AWS, lines of NGINX, Envoy, HAProxy, Traefik, Caddy and Azure.\n\n\
1. The directory's rules of the time of the event are asked first: groups, addresses, times. Where one refuses the call and is of the \
kind the gateway names, or the gateway names none, it is the rule, and the object is who has it: consumer, route, service, API, \
environment (`exact`).\n\
2. Else the gateway's own word counts (`exact`), or what headers and status tell (`likely`). The object is the plan or the nearest \
entity with such a rule, or what the record names: for quotas plan, key, consumer; for refused credentials the key, or who was \
claimed; for firewalls the web ACL; else the route.\n\
3. `unknown` says that nothing tells. Who changed a rule is not known yet, only when.\n\n\
Each refused case has a label that was read from its raw record without this code: the kind of rule and the object.\n\n";

/// The page, with the tables that the tests of the cases make.
pub fn denials_markdown(table: &str, explained: &str) -> String {
    let mut out = String::from(INTRODUCTION);
    for reason in REASONS {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            reason.code, reason.label, reason.explanation, reason.resolution
        );
    }
    out.push_str("\n## What each gateway tells\n");
    for format in FORMATS {
        gateway(*format, &mut out);
    }
    out.push_str("\n## How often it is right\n\n");
    out.push_str(table);
    out.push_str(EXPLAINED);
    out.push_str(explained);
    out
}

fn gateway(format: &dyn Format, out: &mut String) {
    let Judgement { backend, words, signs, unknown } = format.judgement();
    let _ = write!(
        out,
        "\n### {}\n\nA backend answered: {backend}.\n\n| sign | reason |\n|---|---|\n",
        format.name()
    );
    for words in *words {
        let how = match words.by {
            Match::Whole => "is",
            Match::Start => "begins with",
            Match::Part => "contains",
        };
        for (word, reason) in words.list {
            let _ = writeln!(out, "| `{}` {how} `{word}` | {} |", words.field, code(reason));
        }
    }
    for (sign, reason) in *signs {
        let _ = writeln!(out, "| {sign} | {} |", code(reason));
    }
    let _ = write!(out, "\nWhat cannot be told: {unknown}\n");
}

/// A code as code; what is decided elsewhere in words.
fn code(reason: &str) -> String {
    if reason.contains(' ') { reason.to_owned() } else { format!("`{reason}`") }
}
