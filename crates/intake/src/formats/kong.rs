//! Kong's log serializer, as http-log, tcp-log, file-log, syslog and others send it. Knows Kong's member names and
//! what Kong's plugins leave behind, and nothing else.

use event::{Event, field};
use std::borrow::Cow;

use crate::denial::Judgement;
use crate::fill::{Fill, pairs};
use crate::format::{Format, Reason};
use crate::json::{self, Error, Reader, Scalar};
use crate::scalar::Unit;

mod ai;
mod verdict;

use verdict::Traces;

/// Kong Gateway.
pub struct Kong;

impl Format for Kong {
    fn name(&self) -> &'static str {
        "kong"
    }

    fn doc(&self) -> &'static str {
        "Kong Gateway 2.x and 3.x: the plugins http-log, tcp-log, udp-log, file-log and syslog; one object, an array of \
         objects, or one object a line.\n\n\
         Records of TCP and TLS streams (`session`) tell of connections: they have bytes and an outcome, no method and no \
         status. Of what AI plugins write (`ai`), the model, the provider, the numbers of tokens and the cost are kept in \
         `custom` as `ai.model`, `ai.prompt_tokens`, `ai.completion_tokens`, `ai.total_tokens`, …; prompts and answers are bodies, \
         dropped unless bodies are kept.\n\n\
         Kong logs no reason for a refusal: see docs/denials.md for how it is inferred, and for the two lines of \
         `custom_fields_by_lua` that make it exact. Further members of your own are kept in `custom`."
    }

    fn judgement(&self) -> &Judgement {
        &verdict::JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        let (mut signs, mut call) = (0, false);
        let read = json::object(record, |name, _| {
            match name {
                "latencies" | "started_at" | "upstream_uri" | "client_ip" => signs += 1,
                "request" | "session" => call = true,
                _ => {}
            }
            Ok(())
        });
        read.is_ok() && call && signs >= 2
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        event.text(field::GATEWAY, "kong");
        let mut fill = Fill::new(event);
        let mut traces = Traces::default();
        json::object(record, |name, reader| top(&mut fill, &mut traces, name, reader))?;
        traces.judge(fill.event);
        fill.finish();
        Ok(())
    }
}

fn top<'a>(
    fill: &mut Fill<'_, 'a>,
    traces: &mut Traces,
    name: &str,
    reader: &mut Reader<'a>,
) -> Result<(), Error> {
    let key = ("", name);
    match name {
        "started_at" => fill.time(field::TIME, key, reader),
        "client_ip" => fill.text(field::IP, key, reader),
        "request" => reader.object(|name, reader| request(fill, traces, name, reader)),
        "response" => reader.object(|name, reader| response(fill, traces, name, reader)),
        "latencies" => reader.object(|name, reader| latency(fill, traces, name, reader)),
        "tries" => tries(fill, traces, reader),
        "upstream_uri" => fill.text(field::NATIVE_URL, key, reader),
        "upstream_status" => {
            fill.text(field::UPSTREAM_STATUS, key, reader)?;
            traces.proxied |= fill.event.has(field::UPSTREAM_STATUS);
            Ok(())
        }
        "source" => {
            if let Scalar::Text(source) = reader.scalar()? {
                traces.answered_by_upstream = Some(source == "upstream");
            }
            Ok(())
        }
        "route" => route(fill, traces, reader),
        "service" => service(fill, reader),
        "consumer" => consumer(fill, traces, reader),
        "authenticated_entity" => reader.object(|name, reader| match name {
            "id" => fill.text(field::API_KEY_ID, ("authenticated_entity", name), reader),
            _ => Ok(()),
        }),
        "session" => reader.object(|name, reader| session(fill, traces, name, reader)),
        "workspace_name" => fill.text(field::ENVIRONMENT, key, reader),
        "workspace" => reader.skip(),
        "trace_id" => trace(fill, reader),
        "correlation_id" => fill.text(field::CORRELATION_ID, key, reader),
        "consumer_groups" | "consumer_group" => {
            groups(fill, reader)?;
            traces.groupless = !fill.event.has(field::CONSUMER_GROUPS);
            Ok(())
        }
        "ai" => ai::plugins(fill, reader),
        "denial_reason" | "deny_reason" => fill.text(field::REASON, key, reader),
        "usage_plan" => fill.text(field::USAGE_PLAN, key, reader),
        "customer" => fill.text(field::CUSTOMER, key, reader),
        "api_version" => fill.text(field::API_VERSION, key, reader),
        "environment" => fill.text(field::ENVIRONMENT, key, reader),
        _ => fill.custom(key, reader),
    }
}

fn request<'a>(
    fill: &mut Fill<'_, 'a>,
    traces: &mut Traces,
    name: &str,
    reader: &mut Reader<'a>,
) -> Result<(), Error> {
    let key = ("request", name);
    match name {
        "id" => fill.text(field::REQUEST_ID, key, reader),
        "method" => fill.text(field::METHOD, key, reader),
        "uri" => fill.text(field::PATH, key, reader),
        // Both repeat what `uri` says, secrets included.
        "url" | "querystring" => reader.skip(),
        "size" => fill.int(field::REQUEST_BYTES, key, reader),
        "headers" => {
            let event = &mut *fill.event;
            let pairs = pairs(reader, |name, value| request_header(event, traces, name, value))?;
            event.text(field::REQUEST_HEADERS, pairs);
            Ok(())
        }
        "tls" => reader.object(|name, reader| match (name, reader.scalar()?) {
            ("client_verify", Scalar::Text(verdict)) if verdict == "SUCCESS" => {
                fill.event.text(field::AUTH_METHOD, "mtls");
                Ok(())
            }
            (_, value) => {
                fill.keep(("request.tls", name), &value);
                Ok(())
            }
        }),
        _ => fill.custom(key, reader),
    }
}

#[expect(clippy::ptr_arg, reason = "a borrowed value is to stay borrowed in the event")]
fn request_header<'a>(event: &mut Event<'a>, traces: &mut Traces, name: &str, value: &Cow<'a, str>) {
    match name {
        "host" => event.text(field::DOMAIN, host(value)),
        "user-agent" => event.text(field::USER_AGENT, value.clone()),
        "referer" => event.text(field::REFERER, value.clone()),
        "x-request-id" => event.text(field::CORRELATION_ID, value.clone()),
        "traceparent" if !event.has(field::TRACE_ID) => {
            if let Some(trace) = value.split('-').nth(1) {
                event.text(field::TRACE_ID, trace.to_owned());
            }
        }
        "x-consumer-groups" if !event.has(field::CONSUMER_GROUPS) => {
            let groups = value.split(',').map(str::trim).filter(|group| !group.is_empty());
            event.text(field::CONSUMER_GROUPS, event::json::list(groups));
        }
        _ => traces.request_header(name, value),
    }
}

fn host<'a>(value: &Cow<'a, str>) -> Cow<'a, str> {
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(crate::normalise::host(value)),
        Cow::Owned(value) => Cow::Owned(crate::normalise::host(value).to_owned()),
    }
}

fn response<'a>(
    fill: &mut Fill<'_, 'a>,
    traces: &mut Traces,
    name: &str,
    reader: &mut Reader<'a>,
) -> Result<(), Error> {
    let key = ("response", name);
    match name {
        "status" => fill.int(field::STATUS, key, reader),
        "size" => fill.int(field::RESPONSE_BYTES, key, reader),
        "headers" => {
            let pairs = pairs(reader, |name, value| traces.response_header(name, value))?;
            fill.event.text(field::RESPONSE_HEADERS, pairs);
            Ok(())
        }
        _ => fill.custom(key, reader),
    }
}

fn latency<'a>(
    fill: &mut Fill<'_, 'a>,
    traces: &mut Traces,
    name: &str,
    reader: &mut Reader<'a>,
) -> Result<(), Error> {
    let key = ("latencies", name);
    match name {
        "request" | "session" => fill.millis(field::DURATION, key, reader),
        "kong" => fill.millis(field::GATEWAY_DURATION, key, reader),
        "proxy" => {
            // -1: nothing was proxied.
            let value = reader.scalar()?;
            match value.micros(Unit::Millis) {
                Some(micros) if micros >= 0 => {
                    traces.proxied = true;
                    fill.event.int(field::UPSTREAM_DURATION, micros);
                }
                Some(_) => {}
                None => fill.keep(key, &value),
            }
            Ok(())
        }
        "receive" => Ok(()),
        _ => fill.custom(key, reader),
    }
}

/// The last try answered. All of them are kept when there were several.
fn tries<'a>(fill: &mut Fill<'_, 'a>, traces: &mut Traces, reader: &mut Reader<'a>) -> Result<(), Error> {
    let raw = reader.raw()?;
    let (mut ip, mut port, mut count) = (Scalar::Absent, Scalar::Absent, 0);
    Reader::new(raw).array(|reader| {
        count += i32::from(reader.peek() == Some(b'{'));
        reader.object(|name, reader| {
            match name {
                "ip" => ip = reader.scalar()?,
                "port" => port = reader.scalar()?,
                _ => {}
            }
            Ok(())
        })
    })?;
    traces.proxied |= count > 0;
    if let Scalar::Text(ip) = ip {
        let address = match port {
            Scalar::Number(port) => format!("{ip}:{port}"),
            _ => ip.into_owned(),
        };
        fill.event.text(field::UPSTREAM_ADDRESS, address);
    }
    if count > 1 {
        fill.keep(("", "tries"), &Scalar::Nested(raw));
    }
    Ok(())
}

fn route<'a>(fill: &mut Fill<'_, 'a>, traces: &mut Traces, reader: &mut Reader<'a>) -> Result<(), Error> {
    let mut path = Scalar::Absent;
    reader.object(|name, reader| {
        traces.routed = true;
        match name {
            "name" => fill.text(field::ROUTE, ("route", name), reader),
            "id" => fill.text(field::ROUTE_ID, ("route", name), reader),
            "paths" => reader.array(|reader| {
                let value = reader.scalar()?;
                if path == Scalar::Absent {
                    path = value;
                }
                Ok(())
            }),
            "tags" if reader.peek() == Some(b'[') => fill.custom(("route", name), reader),
            _ => Ok(()),
        }
    })?;
    if !fill.event.has(field::ROUTE) {
        fill.put(field::ROUTE, Unit::Millis, ("route", "paths"), path);
    }
    if !fill.event.has(field::ROUTE)
        && let Some(id) = fill.event.get(field::ROUTE_ID).cloned()
        && let event::Value::Text(id) = id
    {
        fill.event.text(field::ROUTE, id);
    }
    Ok(())
}

fn service<'a>(fill: &mut Fill<'_, 'a>, reader: &mut Reader<'a>) -> Result<(), Error> {
    let mut host = Scalar::Absent;
    reader.object(|name, reader| {
        match name {
            "name" => fill.text(field::API, ("service", name), reader)?,
            "id" => fill.text(field::API_ID, ("service", name), reader)?,
            "host" => host = reader.scalar()?,
            _ => {}
        }
        Ok(())
    })?;
    if !fill.event.has(field::API) {
        fill.put(field::API, Unit::Millis, ("service", "host"), host);
    }
    if let Some(event::Value::Text(api)) = fill.event.get(field::API).cloned() {
        fill.event.text(field::SERVICE, api);
    }
    Ok(())
}

fn consumer<'a>(fill: &mut Fill<'_, 'a>, traces: &mut Traces, reader: &mut Reader<'a>) -> Result<(), Error> {
    reader.object(|name, reader| {
        traces.identified = true;
        match name {
            "username" => fill.text(field::CONSUMER_NAME, ("consumer", name), reader),
            "id" => fill.text(field::CONSUMER_ID, ("consumer", name), reader),
            "custom_id" => fill.custom(("consumer", name), reader),
            "tags" if reader.peek() == Some(b'[') => fill.custom(("consumer", name), reader),
            _ => Ok(()),
        }
    })
}

/// A list of names, or (Kong Enterprise) of objects with a name.
fn groups<'a>(fill: &mut Fill<'_, 'a>, reader: &mut Reader<'a>) -> Result<(), Error> {
    let raw = reader.raw()?;
    if !raw.contains('{') {
        return fill.list(field::CONSUMER_GROUPS, ("", "consumer_groups"), &mut Reader::new(raw));
    }
    let mut names = Vec::new();
    Reader::new(raw).array(|reader| {
        reader.object(|name, reader| {
            if name == "name"
                && let Scalar::Text(group) = reader.scalar()?
            {
                names.push(group);
            }
            Ok(())
        })
    })?;
    fill.event.text(field::CONSUMER_GROUPS, event::json::list(names.iter().map(|name| &**name)));
    Ok(())
}

/// `{"w3c":"…"}`, or the id itself.
fn trace<'a>(fill: &mut Fill<'_, 'a>, reader: &mut Reader<'a>) -> Result<(), Error> {
    if reader.peek() == Some(b'{') {
        return reader.object(|name, reader| fill.text(field::TRACE_ID, ("trace_id", name), reader));
    }
    fill.text(field::TRACE_ID, ("", "trace_id"), reader)
}

/// A TCP or TLS connection instead of a request.
fn session<'a>(
    fill: &mut Fill<'_, 'a>,
    traces: &mut Traces,
    name: &str,
    reader: &mut Reader<'a>,
) -> Result<(), Error> {
    let key = ("session", name);
    match name {
        "received" => fill.int(field::REQUEST_BYTES, key, reader),
        "sent" => fill.int(field::RESPONSE_BYTES, key, reader),
        "status" => {
            // NGINX borrows HTTP's numbers for connections; nobody was sent a status.
            let value = reader.scalar()?;
            traces.session_status = value.int();
            fill.keep(key, &value);
            Ok(())
        }
        _ => fill.custom(key, reader),
    }
}

#[cfg(test)]
#[path = "kong_tests.rs"]
mod tests;
