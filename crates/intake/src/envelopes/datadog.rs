//! Datadog's intake of logs: an object or an array of them, the line in `message`. Knows no HTTP.

use super::{About, Members, Opened, Said, text, wrapped};
use crate::format::Reason;
use crate::json::{Error, Reader};

pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let body = text(body);
    let members = Members::of(said);
    let mut reader = Reader::new(&body);
    while let Some(first) = reader.peek() {
        let read = match first {
            b'[' => reader.array(|reader| entry(reader, &members, out)),
            b'{' => entry(&mut reader, &members, out),
            _ => {
                // Plain text is a line each.
                let context = out.context(&members);
                let rest = body.get(reader.position()..).unwrap_or("");
                return out.add(rest, About { context, ..About::default() });
            }
        };
        if let Err(error) = read {
            return out.broken(body.get(reader.position()..).unwrap_or(""), error.into());
        }
    }
}

fn entry(reader: &mut Reader<'_>, members: &Members, out: &mut Opened) -> Result<(), Error> {
    if reader.peek() != Some(b'{') {
        out.refuse(reader.raw()?, Reason::new("not an object"));
        return Ok(());
    }
    let raw = reader.raw()?;
    // An agent asks with an empty object whether somebody is there.
    if raw.bytes().any(|byte| byte == b':') {
        wrapped::add(out, raw, About::default(), members);
    }
    Ok(())
}
