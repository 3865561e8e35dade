//! The contract's own JSON form, which `gatelog generate` writes too. Knows its member names and nothing else.

use event::{Event, field};

use crate::fill::Fill;
use crate::format::{Format, Reason};
use crate::json::{self, Error, Reader};

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
        json::object(record, |name, reader| top(&mut fill, name, reader))?;
        fill.finish();
        Ok(())
    }
}

fn top<'a>(fill: &mut Fill<'_, 'a>, name: &str, reader: &mut Reader<'a>) -> Result<(), Error> {
    let key = ("", name);
    match name {
        "timestamp" => fill.time(field::TIME, key, reader),
        "request_id" => fill.text(field::REQUEST_ID, key, reader),
        "gateway" => fill.text(field::GATEWAY, key, reader),
        "environment" => fill.text(field::ENVIRONMENT, key, reader),
        "api" => fill.text(field::API, key, reader),
        "route" => fill.text(field::ROUTE, key, reader),
        "consumer_id" => fill.text(field::CONSUMER_ID, key, reader),
        "consumer_groups" => fill.list(field::CONSUMER_GROUPS, key, reader),
        "usage_plan" => fill.text(field::USAGE_PLAN, key, reader),
        "customer" => fill.text(field::CUSTOMER, key, reader),
        "api_key_id" => fill.text(field::API_KEY_ID, key, reader),
        "request" if reader.peek() == Some(b'{') => reader.object(|name, reader| request(fill, name, reader)),
        "response" if reader.peek() == Some(b'{') => {
            reader.object(|name, reader| response(fill, name, reader))
        }
        "access" if reader.peek() == Some(b'{') => reader.object(|name, reader| access(fill, name, reader)),
        "consumer_name" | "consumer_username" => fill.text(field::CONSUMER_NAME, key, reader),
        "correlation_id" => fill.text(field::CORRELATION_ID, key, reader),
        "trace_id" => fill.text(field::TRACE_ID, key, reader),
        "api_version" => fill.text(field::API_VERSION, key, reader),
        "service" => fill.text(field::SERVICE, key, reader),
        "stage" => fill.text(field::STAGE, key, reader),
        _ => fill.custom(key, reader),
    }
}

fn request<'a>(fill: &mut Fill<'_, 'a>, name: &str, reader: &mut Reader<'a>) -> Result<(), Error> {
    let key = ("request", name);
    match name {
        "path" => fill.text(field::PATH, key, reader),
        "method" => fill.text(field::METHOD, key, reader),
        "ip" => fill.text(field::IP, key, reader),
        "user_agent" => fill.text(field::USER_AGENT, key, reader),
        "bytes" => fill.int(field::REQUEST_BYTES, key, reader),
        "query" => fill.text(field::QUERY, key, reader),
        "host" => fill.text(field::DOMAIN, key, reader),
        "protocol" => fill.text(field::PROTOCOL, key, reader),
        "referer" => fill.text(field::REFERER, key, reader),
        "headers" if reader.peek() == Some(b'{') => {
            let pairs = crate::fill::pairs(reader, |_, _| ())?;
            fill.event.text(field::REQUEST_HEADERS, pairs);
            Ok(())
        }
        _ => fill.custom(key, reader),
    }
}

fn response<'a>(fill: &mut Fill<'_, 'a>, name: &str, reader: &mut Reader<'a>) -> Result<(), Error> {
    let key = ("response", name);
    match name {
        "status" => fill.int(field::STATUS, key, reader),
        "duration_ms" => fill.millis(field::DURATION, key, reader),
        "upstream_ms" => fill.millis(field::UPSTREAM_DURATION, key, reader),
        "gateway_ms" => fill.millis(field::GATEWAY_DURATION, key, reader),
        "bytes" => fill.int(field::RESPONSE_BYTES, key, reader),
        "upstream_status" => fill.text(field::UPSTREAM_STATUS, key, reader),
        _ => fill.custom(key, reader),
    }
}

fn access<'a>(fill: &mut Fill<'_, 'a>, name: &str, reader: &mut Reader<'a>) -> Result<(), Error> {
    let key = ("access", name);
    match name {
        "granted" => fill.flag(field::GRANTED, key, reader),
        "reason" => fill.text(field::REASON, key, reader),
        _ => fill.custom(key, reader),
    }
}
