//! Amazon Data Firehose: `{"requestId":…,"timestamp":…,"records":[{"data":"<base64>"}]}`. A record is a line, several lines,
//! objects one after the other, or CloudWatch's subscription message in gzip. Knows no HTTP.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{About, Members, Opened, Said, key_of, text};
use crate::format::Reason;
use crate::inflate::inflate;
use crate::json::{self, Error, Reader, Scalar};

pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let body = text(body);
    let members = Members::of(said);
    let (mut id, mut has_records) = (None, false);
    let read = json::object(&body, |name, reader| {
        match name {
            "requestId" => {
                if let Scalar::Text(text) = reader.scalar()? {
                    id = Some(text.into_owned());
                }
            }
            "records" => {
                has_records = true;
                reader.array(|reader| record(reader, &members, out))?;
            }
            _ => {}
        }
        Ok(())
    });
    out.id = out.id.take().or(id);
    match read {
        Err(error) => out.broken(&body, error.into()),
        Ok(()) if !has_records => out.broken(&body, Reason::new("no records: not a delivery of Firehose")),
        Ok(()) => {}
    }
}

fn record(reader: &mut Reader<'_>, members: &Members, out: &mut Opened) -> Result<(), Error> {
    let mut data = Cow::Borrowed("");
    reader.object(|name, reader| {
        if name == "data"
            && let Scalar::Text(text) = reader.scalar()?
        {
            data = text;
        }
        Ok(())
    })?;
    match STANDARD.decode(data.as_bytes()) {
        Ok(bytes) if bytes.is_empty() => {}
        Ok(bytes) => match inflate(&bytes, None, out.room()) {
            Ok(plain) => texts(&text(&plain), members, out),
            Err(error) => out.refuse(&data, Reason::Words(error.to_string().into())),
        },
        Err(_) => out.refuse(&data, Reason::new("data that is not base64")),
    }
    Ok(())
}

/// One record, or CloudWatch's messages one after the other.
fn texts(plain: &str, members: &Members, out: &mut Opened) {
    let mut rest = plain.trim();
    while memchr::memmem::find(rest.as_bytes(), b"\"logEvents\"").is_some()
        && let Ok(message) = Reader::new(rest).raw()
        && is_subscription(message)
    {
        if let Err(error) = subscription(message, members, out) {
            out.refuse(message, error.into());
        }
        rest = rest.get(message.len()..).unwrap_or("").trim_start();
    }
    if !rest.is_empty() {
        let context = out.context(members);
        out.add(rest, About { context, ..About::default() });
    }
}

fn is_subscription(message: &str) -> bool {
    let mut signs = 0;
    let read = json::object(message, |name, _| {
        signs += usize::from(matches!(name, "messageType" | "logEvents"));
        Ok(())
    });
    read.is_ok() && signs == 2
}

/// `{"messageType":"DATA_MESSAGE","logGroup":…,"logEvents":[{"id":…,"timestamp":ms,"message":"…"}]}`
fn subscription(message: &str, members: &Members, out: &mut Opened) -> Result<(), Error> {
    let (mut members, mut is_data, mut events) = (members.clone(), true, "");
    json::object(message, |name, reader| {
        match name {
            // The other kind, CONTROL_MESSAGE, asks whether somebody is there.
            "messageType" => is_data = reader.scalar()? == Scalar::Text("DATA_MESSAGE".into()),
            "owner" | "logGroup" | "logStream" => members.copy(name, reader)?,
            "logEvents" => events = reader.raw()?,
            _ => {}
        }
        Ok(())
    })?;
    if !is_data {
        return Ok(());
    }
    let context = out.context(&members);
    Reader::new(events).array(|reader| {
        let (mut line, mut about) = (Cow::Borrowed(""), About { context, ..About::default() });
        reader.object(|name, reader| {
            match (name, reader.scalar()?) {
                ("id", Scalar::Text(id)) => about.key = Some(key_of(&["cloudwatch", &id])),
                ("timestamp", time) => about.time = time.time(),
                ("message", Scalar::Text(text)) => line = text,
                _ => {}
            }
            Ok(())
        })?;
        out.add(line.trim(), about);
        Ok(())
    })
}
