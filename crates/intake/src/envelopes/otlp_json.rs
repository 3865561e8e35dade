//! OpenTelemetry's logs as JSON: the same messages, names in lowerCamelCase, 64-bit numbers as text or number, ids in hex.

use std::borrow::Cow;

use super::otlp::{Body, Log, attribute, keep, resource_attribute};
use super::{Members, Opened};
use crate::json::{self, Error, Reader, Scalar, separate};

/// `{"resourceLogs":[{"resource":{"attributes":[…]},"scopeLogs":[{"logRecords":[…]}]}]}`
pub(super) fn request(body: &str, members: &Members, out: &mut Opened) -> Result<(), Error> {
    json::object(body, |name, reader| match name {
        "resourceLogs" => reader.array(|reader| resource_logs(reader.raw()?, members, out)),
        _ => Ok(()),
    })
}

fn resource_logs(raw: &str, members: &Members, out: &mut Opened) -> Result<(), Error> {
    let mut members = members.clone();
    // The resource may stand behind its logs.
    let mut scopes = "[]";
    json::object(raw, |name, reader| match name {
        "resource" => reader.object(|name, reader| match name {
            "attributes" => attributes(reader, |name, value| resource_attribute(name, value, &mut members)),
            _ => Ok(()),
        }),
        "scopeLogs" => {
            scopes = reader.raw()?;
            Ok(())
        }
        _ => Ok(()),
    })?;
    Reader::new(scopes).array(|reader| {
        reader.object(|name, reader| match name {
            "logRecords" => reader.array(|reader| {
                keep(log_record(reader)?, &members, out);
                Ok(())
            }),
            _ => Ok(()),
        })
    })
}

fn log_record<'a>(reader: &mut Reader<'a>) -> Result<Log<'a>, Error> {
    let mut log = Log::default();
    reader.object(|name, reader| {
        match name {
            "timeUnixNano" => log.time = number(&reader.scalar()?),
            "observedTimeUnixNano" => log.observed = number(&reader.scalar()?),
            "severityText" => log.severity = written(reader.scalar()?),
            "traceId" => {
                log.trace = written(reader.scalar()?);
                if !log.trace.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    log.trace = Cow::Borrowed("");
                }
            }
            "attributes" => attributes(reader, |name, value| attribute(name, value, &mut log.attributes))?,
            "body" => log.body = body(reader)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(log)
}

fn written(scalar: Scalar<'_>) -> Cow<'_, str> {
    match scalar {
        Scalar::Text(text) => text,
        Scalar::Number(text) => text.into(),
        _ => Cow::Borrowed(""),
    }
}

fn number(scalar: &Scalar<'_>) -> u64 {
    match scalar {
        Scalar::Text(text) => text.parse().unwrap_or(0),
        Scalar::Number(text) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

/// `[{"key":"a","value":{"stringValue":"b"}}]`; each value as JSON.
fn attributes(reader: &mut Reader<'_>, mut take: impl FnMut(&str, &str)) -> Result<(), Error> {
    reader.array(|reader| {
        let (mut key, mut value) = (Cow::Borrowed(""), String::from("null"));
        reader.object(|name, reader| {
            match name {
                "key" => key = written(reader.scalar()?),
                "value" => {
                    value.clear();
                    any(reader, &mut value)?;
                }
                _ => {}
            }
            Ok(())
        })?;
        take(&key, &value);
        Ok(())
    })
}

fn body<'a>(reader: &mut Reader<'a>) -> Result<Body<'a>, Error> {
    let mut body = Body::None;
    reader.object(|name, reader| {
        body = match name {
            "stringValue" => Body::Text(written(reader.scalar()?)),
            "kvlistValue" => {
                let mut json = String::new();
                list(reader, &mut json)?;
                Body::Json(json)
            }
            _ => Body::None,
        };
        Ok(())
    })?;
    Ok(body)
}

/// `{"stringValue":"b"}` and its kin as JSON. The reader bounds how deep they nest.
fn any(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    let start = out.len();
    reader.object(|name, reader| {
        out.truncate(start);
        match name {
            // 64-bit numbers may be texts.
            "intValue" => match number_text(&reader.scalar()?) {
                Some(number) => out.push_str(&number),
                None => out.push_str("null"),
            },
            "arrayValue" => reader.object(|name, reader| {
                if name == "values" {
                    out.truncate(start);
                    out.push('[');
                    reader.array(|reader| {
                        separate(out, '[');
                        any(reader, out)
                    })?;
                    out.push(']');
                }
                Ok(())
            })?,
            "kvlistValue" => list(reader, out)?,
            _ => reader.copy(out)?,
        }
        Ok(())
    })?;
    if out.len() == start {
        out.push_str("null");
    }
    Ok(())
}

fn number_text(scalar: &Scalar<'_>) -> Option<String> {
    let text = match scalar {
        Scalar::Text(text) => text.as_ref(),
        Scalar::Number(text) => text,
        _ => return None,
    };
    text.parse::<i64>().ok().map(|number| number.to_string())
}

/// `{"values":[{"key":…,"value":…}]}` as a JSON object.
fn list(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    let mut members = String::new();
    reader.object(|name, reader| match name {
        "values" => attributes(reader, |name, value| attribute(name, value, &mut members)),
        _ => Ok(()),
    })?;
    out.push('{');
    out.push_str(&members);
    out.push('}');
    Ok(())
}
