//! Filters as people write them, and what the language says to them.

use event::Kind;
use proptest::prelude::*;

use super::*;

fn canonical(text: &str) -> String {
    match Filter::parse(text) {
        Ok(filter) => filter.to_string(),
        Err(fault) => format!("{}: {} {:?}", fault.position, fault.detail, fault.suggestions),
    }
}

#[test]
fn filters_as_they_are_written() {
    let cases = [
        ("", ""),
        ("  ", ""),
        (
            r#"consumer:mobile-app status:>=500 -route:/health path~"a b" ip:10.1.2.3/8 granted:false reason:quota_exceeded "free text""#,
            r#"consumer:mobile-app status:>=500 -route:"/health" path~"a b" ip:10.0.0.0/8 granted:false reason:quota_exceeded "free text""#,
        ),
        ("(status:401,403 OR status:5xx) NOT plan:gold", "(status:401,403 OR status:5xx) -usage_plan:gold"),
        ("a OR b c", "a OR (b c)"),
        ("consumer:\"\" -consumer:* group:x*", "consumer:\"\" -consumer:* consumer_groups:x*"),
        (
            "duration:>1s latency:<250 duration:1.5ms..2s",
            "duration:>=1000001us duration:<=249999us duration:1500us..2s",
        ),
        ("path~/^/api/(v1|v2)$/", "path~/^\\/api\\/(v1|v2)$/"),
        ("path~/api", "path~\"/api\""),
        ("method:get,post", "method:GET,POST"),
        ("reason:\"Quota exceeded\"", "reason:quota_exceeded"),
        ("ip:2001:db8::/32 size:>1MiB", "ip:2001:db8::/32 response_bytes:>=1048577"),
        ("--status:200", "status:200"),
        ("request.method:GET", "method:GET"),
        ("status_class:unknown,5xx status:other", "status:\"\",5xx status:1..99,600..65535"),
        (r#"path:"a b*"* route:/a* path:""* agent:a*b"#, r#"path:"a b*"* route:"/a"* path:* agent:a*b"#),
        // `=` and the star behind a free text say nothing more.
        (
            r#"consumer:="a b" consumer:="" path:=/x* status:=unknown"#,
            r#"consumer:"a b" consumer:"" path:"/x"* status:"""#,
        ),
        (r#""a b"* -"c"*"#, r#""a b" -c"#),
        (r"path~/a\x20b/", r"path~/a\x20b/"),
    ];
    for (text, want) in cases {
        assert_eq!(canonical(text), want, "{text}");
    }
}

#[test]
fn faults_point_at_the_character_and_suggest() {
    let cases = [
        ("staus:200", r#"0: there is no field staus ["status"]"#),
        ("é consmer:x", r#"2: there is no field consmer ["consumer"]"#),
        (
            "http://x",
            r#"0: there is no field http; put words with a colon in quotes to search for them ["\"http://x\""]"#,
        ),
        ("status:abc", r#"7: "abc" is not a whole number, which status needs []"#),
        ("(a OR b", "0: this parenthesis is not closed []"),
        ("a)", "1: this parenthesis closes nothing []"),
        ("path~\"x", "5: this quote is not closed []"),
        ("status:", "7: a value is missing here; \"\" means empty []"),
        ("reason:quota_exeeded", r#"7: quota_exeeded is not a denial reason ["quota_exceeded"]"#),
        ("ip:10.0.0/8", "3: 10.0.0/8 is not a network such as 10.0.0.0/8 []"),
        ("granted:maybe", r#"8: "maybe" is not true or false, which granted needs []"#),
        ("a OR", "4: something to look for is missing here []"),
        ("OR a", "0: OR needs something on both sides []"),
        ("consumer:>5", "10: consumer is a text; > compares numbers []"),
        ("status:\"5\"*", "7: status is a number; * stands for texts []"),
        ("\"a\"b", "3: a space is missing here []"),
        ("path:a\"b\"", "6: a space is missing here []"),
        ("status~5", "6: status is a number; compare it with : and >, <, >=, <= or a..b []"),
    ];
    for (text, want) in cases {
        assert_eq!(canonical(text), want, "{text}");
    }
    assert!(canonical("path~/(/").starts_with("4: not a regular expression"));
}

/// Every way to ask that is offered for a field can be written, and means something of its own.
#[test]
fn every_operator_has_a_text() {
    for field in event::FIELDS {
        let value = match field.kind {
            Kind::Bool => "true",
            Kind::Int | Kind::Bytes | Kind::Duration => "200",
            Kind::Time => "2026-11-21T10:30:00Z",
            _ if field.id == event::field::IP => "10.0.0.1",
            _ if field.id == event::field::REASON => "ip_restricted",
            _ => "x",
        };
        let mut seen: Vec<Filter> = Vec::new();
        for operator in Operator::of(field.id) {
            let value = if operator.name == "in_network" { "10.0.0.0/8" } else { value };
            let text = operator.form.replace("{field}", field.name).replace("{value}", value);
            let filter = Filter::parse(&text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(&filter), "{text}");
            // A range from a value to itself is that value.
            if operator.name != "between" {
                assert!(!seen.contains(&filter), "{text}");
            }
            seen.push(filter);
        }
        assert!(seen.len() >= 5 || field.kind == Kind::Bool, "{}", field.name);
    }
}

#[test]
fn limits_hold() {
    assert!(Filter::parse(&"(".repeat(DEPTH_MAX + 1)).unwrap_err().detail.contains("deep"));
    assert!(Filter::parse(&"-".repeat(200)).is_err());
    let values = vec!["200"; TERMS_MAX + 1].join(",");
    assert!(Filter::parse(&format!("status:{values}")).unwrap_err().detail.contains("at most 64"));
    assert!(Filter::parse(&"a".repeat(BYTES_MAX + 1)).is_err());
}

#[test]
fn parts_can_be_taken_out() {
    let filter =
        Filter::parse("consumer:a status:5xx -(consumer_id:b OR consumer:c) (status:200 OR route:x)")
            .unwrap();
    assert_eq!(filter.without_field("consumer").to_string(), "status:5xx (status:200 OR route:x)");
    assert_eq!(
        filter.without_field("status_class").to_string(),
        "consumer:a -(consumer_id:b OR consumer:c) (status:200 OR route:x)"
    );
    assert_eq!(Filter::parse("a OR b").unwrap().and(&Filter::parse("c").unwrap()).to_string(), "(a OR b) c");
    assert_eq!(Filter::term("consumer", Some("a b")), "consumer:\"a b\"");
    assert_eq!(Filter::term("consumer", None), "consumer:\"\"");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in ".{0,60}") {
        let _ = Filter::parse(&text);
    }

    #[test]
    fn what_is_printed_is_read_back(text in r#"([(]?-?(status:(>=)?[0-9]{3}|path~"[a-z/ ]{1,4}"|path~/a.b/|consumer:["]?[a-z*]{1,4}["]?[*]?|duration:<[0-9]{1,5}(us|ms|s)?|[a-z]{1,4}|route:"",x)[)]?( OR)? ){1,6}"#) {
        if let Ok(filter) = Filter::parse(&text) {
            let printed = filter.to_string();
            let again = Filter::parse(&printed);
            prop_assert_eq!(again.as_ref(), Ok(&filter), "{} -> {}", text, printed);
        }
    }

    #[test]
    fn a_term_for_a_value_keeps_just_that_value(value in ".{1,12}") {
        let filter = Filter::parse(&Filter::term("route", Some(&value))).unwrap();
        prop_assert_eq!(&*filter.node, &Node::Term(Term { target: Target::Field(event::field::ROUTE), tests: vec![Test::Is(value)] }));
    }
}
