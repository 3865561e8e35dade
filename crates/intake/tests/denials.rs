//! Who was refused, why and by whom: every case of `tests/denials` against what is known of it from elsewhere, be it
//! what the client saw (`captured`), what the gateway's documentation says (`docs`) or how the case was made
//! (`composed`). No label comes from running this code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Write;

use event::{field, reason};
use intake::{by_name, decode};
use serde::Deserialize;

mod explained;

#[derive(Deserialize)]
struct Case {
    gateway: String,
    from: String,
    granted: bool,
    reason: Option<String>,
    consumer: Option<String>,
    claimed: Option<String>,
    why: String,
    raw: String,
}

fn cases() -> Vec<Case> {
    let folder = format!("{}/tests/denials", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let text = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<String>();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What came out for a case.
struct Judged {
    granted: bool,
    reason: Option<String>,
    evidence: Option<String>,
    consumer: Option<String>,
    claimed: Option<String>,
}

fn judge(case: &Case, named: bool) -> Judged {
    let format = named.then(|| by_name(&case.gateway).unwrap());
    let decoded = decode(format, case.raw.as_bytes());
    assert_eq!((decoded.rejects.as_slice(), decoded.batch.len()), (&[][..], 1), "{}: {}", case.why, case.raw);
    let row = decoded.batch.row(0);
    let text = |field| row.text(field).map(str::to_owned);
    Judged {
        granted: row.int(field::GRANTED) == Some(1),
        reason: text(field::REASON),
        evidence: text(field::EVIDENCE),
        consumer: text(field::CONSUMER_NAME).or_else(|| text(field::CONSUMER_ID)),
        claimed: text(field::CLAIMED_CONSUMER),
    }
}

/// Whether a reason is the general one of a kind to which the other belongs.
fn covers(general: &str, exact: &str) -> bool {
    match general {
        "invalid_credentials" => {
            matches!(exact, "missing_credentials" | "expired_credentials" | "invalid_signature")
        }
        "rate_limited" => exact == "quota_exceeded",
        "policy_denied" => matches!(
            exact,
            "no_acl_groups"
                | "route_not_allowed"
                | "ip_restricted"
                | "time_restricted"
                | "bot_blocked"
                | "waf_blocked"
        ),
        "other" => true,
        _ => false,
    }
}

/// What became of the cases of a gateway.
#[derive(Default)]
struct Tally {
    cases: u64,
    granted: u64,
    exact: u64,
    general: u64,
    other: u64,
}

impl Tally {
    fn denied(&self) -> u64 {
        self.exact + self.general + self.other
    }

    fn row(&self, name: &str) -> String {
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | 0 |\n",
            self.cases,
            self.granted,
            self.denied(),
            self.exact,
            self.general,
            self.other
        )
    }
}

/// The table, and what is wrong.
fn confusion(cases: &[Case]) -> (BTreeMap<String, Tally>, Vec<String>) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases {
        let judged = judge(case, true);
        let mut bad =
            |what: String| wrong.push(format!("{}: {}: {what}\n  {}", case.gateway, case.why, case.raw));
        let tally = tallies.entry(case.gateway.clone()).or_default();
        tally.cases += 1;
        match (&case.reason, &judged.reason) {
            _ if case.granted != judged.granted => {
                bad(format!("granted is {} by {:?}", judged.granted, judged.evidence))
            }
            (None, None) => tally.granted += 1,
            (Some(exact), Some(found)) if exact == found => tally.exact += 1,
            (Some(_), Some(found)) if found == "other" => tally.other += 1,
            (Some(exact), Some(found)) if covers(found, exact) => tally.general += 1,
            (exact, found) => bad(format!("{found:?} instead of {exact:?} by {:?}", judged.evidence)),
        }
        if (&case.consumer, &case.claimed) != (&judged.consumer, &judged.claimed) {
            bad(format!("consumer {:?}, claimed {:?}", judged.consumer, judged.claimed));
        }
        if !judged.granted && judged.evidence.is_none() {
            bad("no evidence".to_owned());
        }
    }
    (tallies, wrong)
}

fn table(tallies: &BTreeMap<String, Tally>) -> String {
    let mut all = Tally::default();
    let mut out = String::from(
        "Each case has a label that does not come from this code: what the client saw, what the gateway's \
         documentation says, or how the case was made. *General* is the right kind of reason where the log cannot tell more.\n\n\
         | gateway | cases | granted | denied | exact | general | other | wrong |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (name, tally) in tallies {
        out.push_str(&tally.row(name));
        all.cases += tally.cases;
        all.granted += tally.granted;
        all.exact += tally.exact;
        all.general += tally.general;
        all.other += tally.other;
    }
    out.push_str(&all.row("**all**"));
    let share = |part: u64| part as f64 * 100.0 / all.denied() as f64;
    let _ = writeln!(
        out,
        "\nOf the denied calls {:.1} % have a specific reason (not `other`), {:.1} % exactly the one.",
        share(all.exact + all.general),
        share(all.exact)
    );
    out
}

#[test]
fn the_cases_are_many_and_from_many_gateways() {
    let cases = cases();
    let mut gateways: Vec<_> = cases.iter().map(|case| case.gateway.as_str()).collect();
    gateways.sort_unstable();
    gateways.dedup();
    assert!(cases.len() >= 300 && gateways.len() >= 8, "{} of {gateways:?}", cases.len());
    for case in &cases {
        assert!(["captured", "docs", "composed"].contains(&case.from.as_str()), "{}", case.from);
        assert_eq!(case.granted, case.reason.is_none(), "{}", case.why);
        assert!(case.reason.as_deref().is_none_or(|code| reason::by_code(code).is_some()), "{}", case.why);
    }
}

#[test]
fn no_verdict_is_wrong_and_the_page_says_how_exact_they_are() {
    let (tallies, wrong) = confusion(&cases());
    let table = table(&tallies);
    println!("{table}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let sum = |of: fn(&Tally) -> u64| tallies.values().map(of).sum::<u64>() as f64;
    let denied = sum(Tally::denied);
    assert!(sum(|t| t.other) / denied <= 0.01, "more than one in a hundred is `other`");
    assert!(sum(|t| t.exact) / denied >= 0.9, "fewer than nine in ten are exact");

    let path = format!("{}/../../docs/denials.md", env!("CARGO_MANIFEST_DIR"));
    let page = intake::denials_markdown(&table, &explained::table());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/denials.md differs; BLESS=1 cargo test -p intake writes it anew"
    );
}

#[test]
fn a_record_is_judged_alike_when_its_format_is_not_named() {
    for case in cases() {
        // Of Apache's and NGINX's combined lines only the named format can tell.
        let (named, found) = (judge(&case, true), judge(&case, false));
        assert_eq!(
            (named.granted, &named.reason),
            (found.granted, &found.reason),
            "{}: {}",
            case.why,
            case.raw
        );
        assert_eq!((named.consumer, named.claimed), (found.consumer, found.claimed), "{}", case.why);
    }
}

#[test]
fn masking_leaves_evidence_readable() {
    let rules = event::mask::Rules::new([7; 32]);
    let mut changed = Vec::new();
    for case in cases() {
        let evidence = judge(&case, true).evidence;
        let masked = event::mask::mask(decode(by_name(&case.gateway), case.raw.as_bytes()).batch, &rules);
        if masked.row(0).text(field::EVIDENCE) != evidence.as_deref() {
            changed.push((evidence, masked.row(0).text(field::EVIDENCE).map(str::to_owned)));
        }
    }
    assert_eq!(changed, []);
}

#[test]
fn evidence_is_short_and_holds_no_secret() {
    for case in cases() {
        let evidence = judge(&case, true).evidence.unwrap_or_default();
        assert!(evidence.len() <= 160, "{evidence}");
        for secret in ["Basic ", "Bearer e30", "sekret", "203.0.113.9"] {
            assert!(!evidence.contains(secret), "{evidence}");
        }
    }
}
