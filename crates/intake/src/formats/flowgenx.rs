//! The contract's own JSON form, which `gatelog generate` writes too. Knows its member names and nothing else.

use event::{Event, FieldId, field};

use crate::denial::Judgement;
use crate::fill::Fill;
use crate::format::{Format, Reason};
use crate::json::{self, Error, Known, Reader};

/// The contract's form.
pub struct Flowgenx;

impl Format for Flowgenx {
    fn name(&self) -> &'static str {
        "flowgenx"
    }

    fn doc(&self) -> &'static str {
        "The form of Gatelog's contract: `timestamp`, `consumer_id`, and the objects `request`, `response` and \
         `access`. Every member but `timestamp` may be missing, members come in any order, and members of other \
         names are kept in `custom`. `access.reason` may be a code or the words of the contract; other words are \
         kept as `error_message` with the reason `other`. Without `access`, a status of 401, 403 or 429 counts as \
         denied."
    }

    fn judgement(&self) -> &Judgement {
        &JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        let (mut time, mut known, mut foreign) = (false, false, false);
        let read = json::object(record, |name, reader| {
            let object = reader.peek() == Some(b'{');
            match name {
                "timestamp" => time = !object,
                "access" => known |= object,
                "request" | "response" => known |= object,
                "consumer_id" | "consumer_groups" => known = true,
                "latencies" | "started_at" => foreign = true,
                _ => {}
            }
            Ok(())
        });
        read.is_ok() && time && known && !foreign
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        let mut fill = Fill::new(event);
        json::whole(record, |reader| members(&mut fill, "", TOP, reader))?;
        fill.finish();
        Ok(())
    }
}

static JUDGEMENT: Judgement = Judgement {
    backend: "`access.granted` is true",
    words: &[],
    signs: &[
        ("`access.granted` is false or `access.reason` is given: the reason's code or words", "the reason"),
        ("without `access`, a 401, 403 or 429", "by the status"),
    ],
    unknown: "Nothing: the form has a place for it. A consumer in it is taken for identified, whatever the reason.",
};

/// How the value of a member is read.
#[derive(Clone, Copy)]
enum How {
    Text(FieldId),
    Int(FieldId),
    Millis(FieldId),
    Time(FieldId),
    Flag(FieldId),
    List(FieldId),
    Headers(FieldId),
    Object(&'static str, &'static [Known<How>]),
}
use How::{Flag, Headers, Int, List, Millis, Object, Text, Time};

/// The members of a record, in the order in which Gatelog writes them itself.
const TOP: &[Known<How>] = &[
    Known::new("timestamp", Time(field::TIME)),
    Known::new("request_id", Text(field::REQUEST_ID)),
    Known::new("gateway", Text(field::GATEWAY)),
    Known::new("environment", Text(field::ENVIRONMENT)),
    Known::new("api", Text(field::API)),
    Known::new("route", Text(field::ROUTE)),
    Known::new("consumer_id", Text(field::CONSUMER_ID)),
    Known::new("consumer_groups", List(field::CONSUMER_GROUPS)),
    Known::new("usage_plan", Text(field::USAGE_PLAN)),
    Known::new("customer", Text(field::CUSTOMER)),
    Known::new("api_key_id", Text(field::API_KEY_ID)),
    Known::new("request", Object("request", REQUEST)),
    Known::new("response", Object("response", RESPONSE)),
    Known::new("access", Object("access", ACCESS)),
    Known::new("consumer_name", Text(field::CONSUMER_NAME)),
    Known::new("consumer_username", Text(field::CONSUMER_NAME)),
    Known::new("correlation_id", Text(field::CORRELATION_ID)),
    Known::new("trace_id", Text(field::TRACE_ID)),
    Known::new("api_version", Text(field::API_VERSION)),
    Known::new("service", Text(field::SERVICE)),
    Known::new("stage", Text(field::STAGE)),
];

const REQUEST: &[Known<How>] = &[
    Known::new("path", Text(field::PATH)),
    Known::new("method", Text(field::METHOD)),
    Known::new("ip", Text(field::IP)),
    Known::new("user_agent", Text(field::USER_AGENT)),
    Known::new("bytes", Int(field::REQUEST_BYTES)),
    Known::new("query", Text(field::QUERY)),
    Known::new("host", Text(field::DOMAIN)),
    Known::new("protocol", Text(field::PROTOCOL)),
    Known::new("referer", Text(field::REFERER)),
    Known::new("headers", Headers(field::REQUEST_HEADERS)),
];

const RESPONSE: &[Known<How>] = &[
    Known::new("status", Int(field::STATUS)),
    Known::new("duration_ms", Millis(field::DURATION)),
    Known::new("upstream_ms", Millis(field::UPSTREAM_DURATION)),
    Known::new("bytes", Int(field::RESPONSE_BYTES)),
    Known::new("gateway_ms", Millis(field::GATEWAY_DURATION)),
    Known::new("upstream_status", Text(field::UPSTREAM_STATUS)),
];

const ACCESS: &[Known<How>] =
    &[Known::new("granted", Flag(field::GRANTED)), Known::new("reason", Text(field::REASON))];

/// Reads an object, `group` of the record or the record itself.
fn members<'a>(
    fill: &mut Fill<'_, 'a>,
    group: &'static str,
    list: &'static [Known<How>],
    reader: &mut Reader<'a>,
) -> Result<(), Error> {
    reader.known(list, |name, how, reader| {
        let key = (group, name);
        match how {
            Some(Text(field)) => fill.text(*field, key, reader),
            Some(Int(field)) => fill.int(*field, key, reader),
            Some(Millis(field)) => fill.millis(*field, key, reader),
            Some(Time(field)) => fill.time(*field, key, reader),
            Some(Flag(field)) => fill.flag(*field, key, reader),
            Some(List(field)) => fill.list(*field, key, reader),
            Some(Object(group, list)) if reader.peek() == Some(b'{') => members(fill, group, list, reader),
            Some(Headers(field)) if reader.peek() == Some(b'{') => {
                let pairs = crate::fill::pairs(reader, |_, _| ())?;
                fill.event.text(*field, pairs);
                Ok(())
            }
            Some(Object(..) | Headers(_)) | None => fill.custom(key, reader),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    #[test]
    fn order_and_spelling_of_the_members_tell_nothing() {
        let read = |record: &str| {
            let decoded = decode(Some(&Flowgenx), record.as_bytes());
            assert_eq!((decoded.batch.len(), decoded.rejected), (1, 0), "{record}");
            event::json::to_string(decoded.batch.row(0))
        };
        let usual = r#"{"timestamp":"2026-11-21T22:07:51Z","stage":"s","consumer_groups":["a","b"],"request":{"path":"/a","bytes":7,"headers":{"h":"v"}},"response":{"status":200,"duration_ms":12},"access":{"granted":true}}"#;
        let want = read(usual);
        for other in [
            r#"{"access":{"granted":true},"response":{"duration_ms":12,"status":200},"request":{"headers":{"h":"v"},"bytes":7,"path":"/a"},"consumer_groups":["a","b"],"stage":"s","timestamp":"2026-11-21T22:07:51Z"}"#,
            r#" { "timestamp" : "2026-11-21T22:07:51Z", "st\u0061ge":"s", "consumer_groups":[ "a","b" ], "request":{ "path":"\/a", "bytes":"7" , "headers":{"h":"v"}},"response" :{"status": 200.0,"duration_ms":12.0 } ,"access":{"granted":"yes" } } "#,
            r#"{"timestamp":"2026-11-21T22:07:51Z","stage":"t","stage":"s","consumer_groups":"a, b","request":{"path":"/a","bytes":0000000000000000000007,"headers":{"h":"v"}},"response":{"status":2e2,"duration_ms":"12ms"},"access":{"granted":1}}"#,
        ] {
            assert_eq!(read(other), want, "{other}");
        }
    }

    #[test]
    fn names_that_only_begin_alike_are_others() {
        let record = r#"{"timestamp":"2026-11-21T22:07:51Z","stages":"s","api":"a","api_":"b","request":7,"access":{"granted":false,"reasons":"x"}}"#;
        let decoded = decode(Some(&Flowgenx), record.as_bytes());
        let row = decoded.batch.row(0);
        assert_eq!(
            row.text(field::CUSTOM),
            Some(r#"{"stages":"s","api_":"b","request":7,"access.reasons":"x"}"#)
        );
        assert_eq!((row.text(field::API), row.int(field::GRANTED)), (Some("a"), Some(0)));
    }
}
