//! What Kong's AI plugins add to a record: `{"proxy":{"meta":{…},"usage":{…},"payload":{…}}}`, older ones with the
//! plugin's name on the outside. Knows those names and nothing else.

use event::field as f;

use crate::fill::Fill;
use crate::json::{Error, Reader, Scalar};

/// Names as Kong writes them, and the name they are kept under.
const KEPT: &[(&str, &str)] = &[
    ("provider_name", "provider"),
    ("request_model", "request_model"),
    ("response_model", "model"),
    ("llm_latency", "llm_latency_ms"),
    ("prompt_tokens", "prompt_tokens"),
    ("prompt_token", "prompt_tokens"),
    ("completion_tokens", "completion_tokens"),
    ("completion_token", "completion_tokens"),
    ("total_tokens", "total_tokens"),
    ("cost", "cost"),
    ("time_per_token", "time_per_token_ms"),
    ("time_to_first_token", "time_to_first_token_ms"),
    ("cache_status", "cache_status"),
];

/// Reads the plugins' members; of several plugins the first that used a model counts.
pub(super) fn plugins<'a>(fill: &mut Fill<'_, 'a>, reader: &mut Reader<'a>) -> Result<(), Error> {
    let mut seen = [false; KEPT.len()];
    reader.object(|_, reader| {
        reader.object(|group, reader| match group {
            "payload" => payload(fill, reader),
            _ => reader.object(|name, reader| {
                let value = reader.scalar()?;
                let known = KEPT.iter().position(|(theirs, _)| *theirs == name);
                if let Some((at, seen)) = known.and_then(|at| Some((at, seen.get_mut(at)?)))
                    && !*seen
                    && !value.is_absent()
                {
                    *seen = true;
                    fill.keep(("ai", KEPT.get(at).map_or(name, |(_, ours)| ours)), &value);
                }
                Ok(())
            }),
        })
    })
}

/// Prompt and answer.
fn payload<'a>(fill: &mut Fill<'_, 'a>, reader: &mut Reader<'a>) -> Result<(), Error> {
    reader.object(|name, reader| {
        let field = match name {
            "request" => f::REQUEST_BODY,
            "response" => f::RESPONSE_BODY,
            _ => return reader.skip(),
        };
        match reader.scalar()? {
            Scalar::Text(text) => fill.event.text(field, text),
            Scalar::Nested(text) => fill.event.text(field, text),
            _ => {}
        }
        Ok(())
    })
}
