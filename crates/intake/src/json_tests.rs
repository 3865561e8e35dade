//! Tests of the JSON reader.

use super::*;

fn copy(text: &str) -> Result<String, Error> {
    let mut out = String::new();
    Reader::new(text).copy(&mut out)?;
    Ok(out)
}

#[test]
fn a_number_that_no_parser_holds_is_kept_as_text() {
    let digits = "9".repeat(400);
    let text = format!(r#"[1e95299533210,-1E308,{digits},1e-95299533210,12.5e+299]"#);
    let kept = format!(r#"["1e95299533210","-1E308","{digits}",1e-95299533210,"12.5e+299"]"#);
    assert_eq!(copy(&text).unwrap(), kept);
    serde_json::from_str::<serde_json::Value>(&copy(&text).unwrap()).unwrap();
}

#[test]
fn copies_every_kind_of_value() {
    let text = r#" { "a" : [ 1 , -2.5e3, "x\n\u00fc\ud83d\ude00\/" , true,false , null ] , "b":{},"c":[] } "#;
    assert_eq!(copy(text).unwrap(), "{\"a\":[1,-2.5e3,\"x\\nü😀/\",true,false,null],\"b\":{},\"c\":[]}");
}

#[test]
fn forgives_what_gateways_write() {
    assert_eq!(copy(r#"{"a":-,"b":,"c":True,"d":0.1.2,"e":01,"f":nan,"g":\x}"#).unwrap_err().at, 50);
    assert_eq!(
        copy(r#"{"a":-,"b":,"c":True,"d":0.1.2,"e":01,"f":nan,"g":"\x22\xC3\xBC\q\ud800"}"#).unwrap(),
        "{\"a\":null,\"b\":null,\"c\":true,\"d\":\"0.1.2\",\"e\":\"01\",\"f\":null,\"g\":\"\\\"üq\u{fffd}\"}"
    );
}

#[test]
fn names_the_fault() {
    let fault = |text: &str| object(text, |_, _| Ok(())).unwrap_err().fault;
    assert_eq!(fault(r#"{"a":1}{"#), Fault::Trailing);
    assert_eq!(fault(r#"{"a":1"#), Fault::Unfinished);
    assert_eq!(fault(r#"{"a":"b"#), Fault::Unfinished);
    assert_eq!(fault(r#"{"a" 1}"#), Fault::Expected(Wanted::Colon));
    assert_eq!(fault("{\"a\":\"b\n\"}"), Fault::Expected(Wanted::StringEnd));
    assert_eq!(fault(&"{\"a\":".repeat(40)), Fault::Depth);
    assert_eq!(fault(&format!("{{\"a\":{}", "[".repeat(100_000))), Fault::Depth);
}

#[test]
fn every_length_of_string_ends_where_it_should() {
    for length in 0..70 {
        for end in ["\"", "\\n\"", "\\\\\""] {
            let body: String = (0..length).map(|i| if i % 7 == 3 { 'ü' } else { 'a' }).collect();
            let text = format!("\"{body}{end},");
            let mut reader = Reader::new(&text);
            let read = reader.string().unwrap();
            assert!(read.starts_with(&body) && read.len() <= body.len() + 1);
            assert_eq!(reader.peek(), Some(b','));
        }
    }
}

proptest::proptest! {
    #[test]
    fn agrees_with_another_parser(value in value()) {
        for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            let copied = copy(&text).unwrap();
            proptest::prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&copied).unwrap(), &value);
        }
    }

    #[test]
    fn never_panics(text in "[\\[\\]{}\":,\\\\uxa0-9e. \n-]{0,60}") {
        if let Ok(copied) = copy(&text) {
            proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(&copied).is_ok(), "{copied}");
        }
    }
}

fn value() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|b| json!(b)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<String>().prop_map(|s| json!(s)),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}
