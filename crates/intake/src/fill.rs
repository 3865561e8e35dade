//! Fills an event from JSON members, whatever type they have: what does not fit its field is kept in `custom`.
//! Knows no gateway.

use event::{Event, FieldId, Kind, field, json};
use std::borrow::Cow;

use crate::json::{Error, Reader, Scalar};
use crate::scalar::Unit;

/// The name of a member, with the object it stands in: `("request", "path")`.
pub(crate) type Name<'n> = (&'static str, &'n str);

/// An event being filled, and what found no field.
pub(crate) struct Fill<'e, 'a> {
    pub(crate) event: &'e mut Event<'a>,
    custom: String,
}

impl<'e, 'a> Fill<'e, 'a> {
    pub(crate) fn new(event: &'e mut Event<'a>) -> Self {
        Fill { event, custom: String::new() }
    }

    /// Puts what found no field into the event.
    pub(crate) fn finish(mut self) {
        if !self.custom.is_empty() {
            self.custom.push('}');
            self.event.text(field::CUSTOM, self.custom);
        }
    }

    fn custom_name(&mut self, (group, name): Name<'_>) {
        if self.custom.is_empty() {
            self.custom.push('{');
        }
        crate::json::separate(&mut self.custom, '{');
        if group.is_empty() {
            json::string(&mut self.custom, name);
        } else {
            json::string(&mut self.custom, &format!("{group}.{name}"));
        }
        self.custom.push(':');
    }

    /// Keeps the next value under its own name.
    #[cold]
    pub(crate) fn custom(&mut self, name: Name<'_>, reader: &mut Reader<'a>) -> Result<(), Error> {
        if matches!(reader.peek(), Some(b'"' | b'n' | b'-')) {
            let value = reader.scalar()?;
            if !value.is_absent() {
                self.keep(name, &value);
            }
            return Ok(());
        }
        self.custom_name(name);
        reader.copy(&mut self.custom)
    }

    /// Keeps a value that is already read under its own name.
    #[cold]
    pub(crate) fn keep(&mut self, name: Name<'_>, value: &Scalar<'_>) {
        self.custom_name(name);
        match value {
            Scalar::Text(text) => json::string(&mut self.custom, text),
            Scalar::Flag(flag) => self.custom.push_str(if *flag { "true" } else { "false" }),
            Scalar::Absent => self.custom.push_str("null"),
            Scalar::Number(raw) | Scalar::Nested(raw) => {
                let copied = Reader::new(raw).copy(&mut self.custom);
                debug_assert!(copied.is_ok(), "the raw text was read once before");
            }
        }
    }

    /// Puts a value that is already read into a field of any kind but lists and pairs.
    pub(crate) fn put(&mut self, field: FieldId, unit: Unit, name: Name<'_>, value: Scalar<'a>) {
        let number = match field.field().kind {
            Kind::Dict | Kind::Text | Kind::List | Kind::Pairs | Kind::Json => {
                match value {
                    Scalar::Text(text) => self.event.text(field, text),
                    Scalar::Number(number) => self.event.text(field, number),
                    Scalar::Flag(flag) => self.event.text(field, if flag { "true" } else { "false" }),
                    Scalar::Absent => {}
                    nested @ Scalar::Nested(_) => self.keep(name, &nested),
                }
                return;
            }
            Kind::Int | Kind::Bytes => value.int(),
            Kind::Time => value.time().map(|time| time.0),
            Kind::Duration => value.micros(unit),
            Kind::Bool => value.flag().map(i64::from),
        };
        match number {
            Some(number) => self.event.int(field, number),
            None if value.is_absent() => {}
            None => self.keep(name, &value),
        }
    }

    /// As [`Fill::put`], with lists in one text with commas.
    pub(crate) fn given(&mut self, field: FieldId, unit: Unit, name: Name<'_>, value: Scalar<'a>) {
        match (field.field().kind, value) {
            (Kind::List, Scalar::Text(text)) => {
                let items = text.split(',').map(str::trim).filter(|item| !matches!(*item, "" | "-"));
                let list = json::list(items);
                self.event.text(field, if list == "[]" { String::new() } else { list });
            }
            (Kind::Pairs | Kind::Json, value) if !value.is_absent() => self.keep(name, &value),
            (_, value) => self.put(field, unit, name, value),
        }
    }

    #[inline]
    pub(crate) fn text(
        &mut self,
        field: FieldId,
        name: Name<'_>,
        reader: &mut Reader<'a>,
    ) -> Result<(), Error> {
        if let Some(text) = reader.plain() {
            self.event.text(field, text);
            return Ok(());
        }
        match reader.scalar()? {
            Scalar::Text(text) => self.event.text(field, text),
            Scalar::Number(number) => self.event.text(field, number),
            Scalar::Flag(flag) => self.event.text(field, if flag { "true" } else { "false" }),
            Scalar::Absent => {}
            nested @ Scalar::Nested(_) => self.keep(name, &nested),
        }
        Ok(())
    }

    #[inline]
    fn number(
        &mut self,
        field: FieldId,
        name: Name<'_>,
        reader: &mut Reader<'a>,
        read: impl Fn(&Scalar<'a>) -> Option<i64>,
    ) -> Result<(), Error> {
        let value = reader.scalar()?;
        match read(&value) {
            Some(number) => self.event.int(field, number),
            None if value.is_absent() => {}
            None => self.keep(name, &value),
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn int(
        &mut self,
        field: FieldId,
        name: Name<'_>,
        reader: &mut Reader<'a>,
    ) -> Result<(), Error> {
        if let Some(number) = reader.digits() {
            self.event.int(field, number);
            return Ok(());
        }
        self.number(field, name, reader, Scalar::int)
    }

    #[inline]
    pub(crate) fn time(
        &mut self,
        field: FieldId,
        name: Name<'_>,
        reader: &mut Reader<'a>,
    ) -> Result<(), Error> {
        self.number(field, name, reader, |value| value.time().map(|time| time.0))
    }

    #[inline]
    pub(crate) fn flag(
        &mut self,
        field: FieldId,
        name: Name<'_>,
        reader: &mut Reader<'a>,
    ) -> Result<(), Error> {
        self.number(field, name, reader, |value| value.flag().map(i64::from))
    }

    #[inline]
    pub(crate) fn millis(
        &mut self,
        field: FieldId,
        name: Name<'_>,
        reader: &mut Reader<'a>,
    ) -> Result<(), Error> {
        if let Some(millis) = reader.digits() {
            self.event.int(field, millis * 1_000);
            return Ok(());
        }
        self.number(field, name, reader, |value| value.micros(Unit::Millis))
    }

    /// A list of texts: an array, or one text with commas.
    #[inline]
    pub(crate) fn list(
        &mut self,
        field: FieldId,
        _name: Name<'_>,
        reader: &mut Reader<'a>,
    ) -> Result<(), Error> {
        if let Some(list) = reader.plain_list() {
            self.event.text(field, list);
            return Ok(());
        }
        let raw = reader.raw()?;
        let mut items: Vec<Cow<'a, str>> = Vec::new();
        let mut reader = Reader::new(raw);
        reader.array(|reader| {
            match reader.scalar()? {
                Scalar::Text(text) => items.push(text),
                Scalar::Number(text) | Scalar::Nested(text) => items.push(text.into()),
                Scalar::Flag(_) | Scalar::Absent => {}
            }
            Ok(())
        })?;
        if !raw.starts_with('[') {
            items =
                items.iter().flat_map(|text| text.split(',')).map(|s| s.trim().to_owned().into()).collect();
        }
        items.retain(|item| !item.is_empty() && item != "-");
        if !items.is_empty() {
            self.event.text(field, json::list(items.iter().map(|item| &**item)));
        }
        Ok(())
    }
}

/// Reads an object of headers as the pairs of a `Pairs` field; an array gives its name several times. `each`
/// sees every pair, and a name with an empty array, as Caddy once redacted, with nothing.
pub(crate) fn pairs<'a>(
    reader: &mut Reader<'a>,
    mut each: impl FnMut(&str, &Cow<'a, str>),
) -> Result<String, Error> {
    let mut out = String::with_capacity(512);
    out.push('[');
    let mut pair = |out: Option<&mut String>, name: &str, text: Cow<'a, str>| {
        each(name, &text);
        let Some(out) = out else { return };
        crate::json::separate(out, '[');
        out.push('[');
        json::string(out, name);
        out.push(',');
        json::string(out, &text);
        out.push(']');
    };
    reader.object(|name, reader| {
        let mut some = false;
        reader.array(|reader| {
            some = true;
            match reader.scalar()? {
                Scalar::Text(text) => pair(Some(&mut out), name, text),
                Scalar::Number(text) | Scalar::Nested(text) => pair(Some(&mut out), name, text.into()),
                Scalar::Flag(flag) => pair(Some(&mut out), name, if flag { "true" } else { "false" }.into()),
                Scalar::Absent => {}
            }
            Ok(())
        })?;
        if !some {
            pair(None, name, "".into());
        }
        Ok(())
    })?;
    if out.len() == 1 {
        return Ok(String::new());
    }
    out.push(']');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_order_and_repetition() {
        let text = r#"{"b":["1","2"],"a":"x\"y","n":7,"e":[],"z":null}"#;
        let mut seen = 0;
        let pairs = pairs(&mut Reader::new(text), |_, _| seen += 1).unwrap();
        assert_eq!(pairs, r#"[["b","1"],["b","2"],["a","x\"y"],["n","7"]]"#);
        assert_eq!(seen, 5);
    }

    #[test]
    fn lists_come_as_arrays_or_with_commas() {
        let list = |text: &str| {
            let text = text.to_owned();
            let mut event = Event::new();
            let mut fill = Fill::new(&mut event);
            let leaked: &'static str = Box::leak(text.into_boxed_str());
            fill.list(field::CONSUMER_GROUPS, ("", "g"), &mut Reader::new(leaked)).unwrap();
            event.get_text(field::CONSUMER_GROUPS).unwrap_or("").to_owned()
        };
        assert_eq!(list(r#"["a","b"]"#), r#"["a","b"]"#);
        assert_eq!(list(r#"[ "a" , "b,c" , 7, null, "" ]"#), r#"["a","b,c","7"]"#);
        assert_eq!(list(r#""a, b""#), r#"["a","b"]"#);
        assert_eq!(list("[]"), "");
        for odd in [r#"["a",]"#, r#"[,"a"]"#, r#"["a","",]"#, r#"["a","-"]"#] {
            assert_eq!(list(odd), r#"["a"]"#, "{odd}");
        }
        assert_eq!(list("null"), "");
        assert_eq!(list(r#"["","-"]"#), "");
    }
}
