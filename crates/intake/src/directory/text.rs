//! Texts as people write them in a directory. Knows no entity.

use serde::{Deserialize, Deserializer};

/// A text; who writes by hand may leave the quotes of a number out.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Said(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        match text {
            Text::Said(text) => text,
            Text::Whole(number) => number.to_string(),
            Text::Number(number) => number.to_string(),
            Text::Flag(flag) => flag.to_string(),
        }
    }
}

pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Text::deserialize(from)?.into())
}

pub(super) fn some_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Option::<Text>::deserialize(from)?.map(Text::into);
    Ok(text.filter(|text| !text.is_empty()))
}

pub(super) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<Vec<Text>>::deserialize(from)?.unwrap_or_default().into_iter().map(Text::into).collect())
}
