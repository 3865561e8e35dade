//! What agents call themselves, and what is made of it.

use super::*;

/// `header | name | version | class | system | device`
const TABLE: &str = include_str!("agents/headers.txt");

#[test]
fn headers_are_told_apart() {
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (header, want) = line.rsplit_once(" => ").unwrap();
        let got = agent(header)
            .map_or_else(String::new, |a| [a.name, a.version, a.class.name(), a.system, a.device].join("|"));
        if got != want {
            wrong.push(format!("{header} => {got}, not {want}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(TABLE.lines().count() > 150);
}

#[test]
fn every_sign_is_found_and_none_hides_behind_another() {
    assert!(SIGNS.is_some());
    let mut hidden = Vec::new();
    for (number, rule) in RULES.iter().enumerate() {
        assert!(rule.sign.chars().all(|c| !c.is_ascii_uppercase()), "{}", rule.sign);
        let header = rule.sign.trim_start_matches('^');
        let found = signs(header).0.map(|(found, _)| found);
        let earlier = RULES.iter().take(number).any(|other| found.is_some_and(|f| std::ptr::eq(f, other)));
        if earlier && found.map(|f| f.name) != Some(rule.name) {
            hidden.push((rule.sign, found.map(|f| f.sign)));
        }
    }
    assert_eq!(hidden, []);
}

#[test]
fn any_header_is_bounded() {
    let long = format!("{}/1.2.3 (Linux)", "x".repeat(100_000));
    let found = agent(&long).unwrap();
    assert_eq!((found.name.len(), found.version), (NAME_BYTES_MAX, ""));
    let many = "9".repeat(5_000);
    assert_eq!(agent(&format!("curl/{many}")).unwrap().version.len(), VERSION_BYTES_MAX);
    for header in
        ["ü", "Mozilla/5.0 (compatible;", "compatible;", "(((", "/", "=> ü/ü", "mozilla/", "Мозилла/5.0"]
    {
        let _ = agent(header);
    }
    assert_eq!(agent("-"), None);
    assert_eq!(agent(" "), None);
}
